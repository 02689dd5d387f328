//! Photos, their facts, and failures.

use std::fmt;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

pub use super::taken::{DateSource, Taken};
pub use crate::engine::files::content_id::ContentId;

/// What messages say of a file that does not exist.
pub const MISSING_FILE: &str = "it is not there (moved or deleted?)";

/// A file that may be a photo, as found in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its path.
    pub path: PathBuf,
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since the Unix epoch.
    pub modified_ns: i64,
}

impl Candidate {
    /// Creates a candidate from the metadata of a regular file.
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

/// Facts from a photo's content, independent of its file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Content identifier.
    pub content: ContentId,
    /// Width of the upright picture in pixels.
    pub width: u32,
    /// Height of the upright picture in pixels.
    pub height: u32,
    /// Capture date in the camera's local time.
    pub taken: Option<Taken>,
    /// Describes damage to a file that could still be read.
    pub warning: Option<String>,
    /// Facts about a video; `None` for a photo.
    pub video: Option<Box<VideoFacts>>,
}

impl PhotoFacts {
    /// The hash of the whole file, of the given size; `None` for a large video, whose identifier covers only parts of
    /// it.
    #[must_use]
    pub fn whole_hash(&self, size: u64) -> Option<ContentId> {
        let whole = self.video.is_none() || size <= HASHED_WHOLE;
        whole.then_some(self.content)
    }
}

/// Maximum size of videos that are identified by a hash of the whole file, as photos are.
pub const HASHED_WHOLE: u64 = 8 << 20;

/// Duration of a video, and its representative frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoFacts {
    /// Duration in milliseconds; 0 if unknown.
    pub duration_ms: u64,
    /// Presentation times of the frames in milliseconds, ascending. The rows of the video's vectors are in the same
    /// order.
    pub frames_ms: Vec<u64>,
}

impl VideoFacts {
    /// The duration in milliseconds, if it is known.
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        (self.duration_ms > 0).then_some(self.duration_ms)
    }

    /// Serialises for the store: the duration, then the times of the frames.
    #[must_use]
    pub fn to_text(&self) -> String {
        let all = std::iter::once(&self.duration_ms).chain(&self.frames_ms);
        let all: Vec<String> = all.map(ToString::to_string).collect();
        all.join(" ")
    }

    /// Parses the text of [`Self::to_text`].
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

/// A file with its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The file.
    pub file: Candidate,
    /// Facts from its content.
    pub facts: PhotoFacts,
}

impl Photo {
    /// Combines a file with the facts from its content. Without a date in the content, the file name is tried.
    #[must_use]
    pub fn new(file: Candidate, mut facts: PhotoFacts) -> Self {
        let named = || super::dates::from_file_name(&file.path);
        facts.taken = (facts.taken).or_else(|| Some(named()?.from_source(DateSource::Name)));
        Self { file, facts }
    }
}

/// Stage of processing in which a photo failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Scanning folders.
    Scan,
    /// Reading the file.
    Read,
    /// Decoding the picture.
    Decode,
    /// Running the model.
    Encode,
    /// Copying to the export target.
    Export,
}

impl Stage {
    /// The name in messages and output.
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

/// A file that could not be processed. It never aborts the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file or folder.
    pub path: PathBuf,
    /// Stage in which it failed.
    pub stage: Stage,
    /// One sentence for the user.
    pub message: String,
}

impl Failure {
    /// A failure with this message.
    pub fn new(path: impl Into<PathBuf>, stage: Stage, message: impl fmt::Display) -> Self {
        Self {
            path: path.into(),
            stage,
            message: message.to_string(),
        }
    }

    /// A file system failure, with a message for the user.
    pub fn io(path: impl Into<PathBuf>, stage: Stage, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let message = match error.kind() {
            ErrorKind::NotFound => MISSING_FILE.into(),
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
