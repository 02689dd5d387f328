//! Identifies a file by its content.

use std::fmt;

/// A file's content, by the hash of its bytes: the same in every copy, under every name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub [u8; 32]);

impl ContentId {
    /// The identity of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The identity of a part of a content, such as a frame of a video. The first part's is the content's own.
    #[must_use]
    pub fn of_part(self, number: usize) -> Self {
        if number == 0 {
            return self;
        }
        let mut hasher = blake3::Hasher::new_derive_key("lumisift part 1: content, number");
        hasher
            .update(&self.0)
            .update(&(number as u64).to_le_bytes());
        Self(*hasher.finalize().as_bytes())
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
