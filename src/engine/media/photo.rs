//! What is known of a photo, and failures.

use std::fmt;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

pub use super::taken::{DateSource, Taken};
pub use crate::engine::files::content_id::ContentId;

/// A file that may be a photo, as a folder lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub path: PathBuf,
    /// Length in bytes.
    pub size: u64,
    /// Time of last change, in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Candidate {
    /// From what the file system says of a regular file.
    #[must_use]
    pub fn new(path: PathBuf, metadata: &std::fs::Metadata) -> Self {
        let modified_ns =
            metadata
                .modified()
                .map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
                    Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
                    Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
                });
        Self {
            path,
            size: metadata.len(),
            modified_ns,
        }
    }
}

/// What a photo's content says, whatever its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Its identity.
    pub content: ContentId,
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// When it was taken, by the camera's clock.
    pub taken: Option<Taken>,
    /// What was wrong with the file, where it could be read all the same.
    pub warning: Option<String>,
    /// What a video is besides; nothing for a photo.
    pub video: Option<Box<VideoFacts>>,
}

impl PhotoFacts {
    /// The hash of all bytes of a file of this size with this content; nothing for a large video, which is identified by
    /// a part of them.
    #[must_use]
    pub fn whole_hash(&self, size: u64) -> Option<ContentId> {
        let whole = self.video.is_none() || size <= HASHED_WHOLE;
        whole.then_some(self.content)
    }
}

/// Videos of up to so many bytes are identified as photos are, by the hash of all of them.
pub const HASHED_WHOLE: u64 = 8 << 20;

/// How long a video is, and which of its frames stand for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoFacts {
    /// Its duration in milliseconds; 0 if unknown.
    pub duration_ms: u64,
    /// When each of the frames is shown, in milliseconds, rising. The rows of the video's vectors are theirs, in their
    /// order.
    pub frames_ms: Vec<u64>,
}

impl VideoFacts {
    /// As text, as the store keeps it: the duration, and the times of frames after it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let all = std::iter::once(&self.duration_ms).chain(&self.frames_ms);
        let all: Vec<String> = all.map(ToString::to_string).collect();
        all.join(" ")
    }

    /// From text in that form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u64>> = text.split(' ').map(|n| n.parse().ok()).collect();
        let mut numbers = numbers?;
        let duration_ms = numbers.remove(0);
        Some(Self {
            duration_ms,
            frames_ms: numbers,
        })
    }
}

/// A photo that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The file.
    pub file: Candidate,
    /// Its content.
    pub facts: PhotoFacts,
}

impl Photo {
    /// A file with the facts from its content. If there is no date among them, the file's name may have one.
    #[must_use]
    pub fn new(file: Candidate, mut facts: PhotoFacts) -> Self {
        let named = || super::dates::from_file_name(&file.path);
        facts.taken = (facts.taken).or_else(|| Some(named()?.from_source(DateSource::Name)));
        Self { file, facts }
    }
}

/// Where in its way a photo failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Listing folders.
    Scan,
    /// Reading the file.
    Read,
    /// Decoding the picture.
    Decode,
    /// Running the model.
    Encode,
    /// Copying to where the person wants it.
    Export,
}

impl Stage {
    /// The word in messages and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Read => "read",
            Self::Decode => "decode",
            Self::Encode => "encode",
            Self::Export => "export",
        }
    }
}

/// One file that could not be used. It never ends the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file or folder.
    pub path: PathBuf,
    /// Where it failed.
    pub stage: Stage,
    /// One sentence for a person.
    pub message: String,
}

impl Failure {
    /// A failure with any message.
    pub fn new(path: impl Into<PathBuf>, stage: Stage, message: impl fmt::Display) -> Self {
        Self {
            path: path.into(),
            stage,
            message: message.to_string(),
        }
    }

    /// A failure of the file system, with a message.
    pub fn io(path: impl Into<PathBuf>, stage: Stage, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let message = match error.kind() {
            ErrorKind::NotFound => "it is not there (moved or deleted?)".into(),
            ErrorKind::PermissionDenied => "no permission to read it".into(),
            _ => error.to_string(),
        };
        Self {
            path: path.into(),
            stage,
            message,
        }
    }
}
