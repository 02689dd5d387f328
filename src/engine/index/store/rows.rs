//! The rows of a vector file that belong to one photo.

/// The rows of one photo: its first vector is of the picture as the model's own example cuts it, the others are of more
/// parts of a wide picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoRows {
    /// The first.
    pub first: u32,
    /// How many, at least one.
    pub count: u8,
}

impl PhotoRows {
    /// The row after its last.
    pub fn end(self) -> u32 {
        self.first.saturating_add(self.count.into())
    }
}
