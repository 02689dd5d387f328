//! Why a picture cannot be decoded.

use crate::engine::media::memory_budget::size_text;

/// Why a picture cannot be decoded. Each message is one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// A file without content.
    #[error("the file is empty: look for another copy of the photo")]
    Empty,
    /// A file of another kind.
    #[error("not a photo: {0}")]
    NotAPhoto(&'static str),
    /// Files that are known but not read: their kind, in the plural.
    #[error("{0} cannot be read yet: save the photo as JPEG or PNG with another program")]
    Unsupported(&'static str),
    /// A picture in a format that is read, made in a way that is not.
    #[error(
        "this kind of {0} file cannot be read yet: save the photo as JPEG or PNG with another program"
    )]
    UnsupportedKind(&'static str),
    /// A camera's RAW file with nothing in it that can be shown.
    #[error(
        "the RAW file holds no preview, and RAW data is not developed: export the photo as JPEG from the \
         camera's or a RAW program"
    )]
    NoPreview,
    /// Beyond the memory that decoders share.
    #[error(
        "the photo{} needs {} of memory to decode; the limit is {}: raise it in Settings or with --memory",
        of_pixels(*width, *height), size_text(*need), size_text(*limit)
    )]
    TooLarge {
        /// Claimed width; 0 if it is not known yet.
        width: u32,
        /// Claimed height; 0 if it is not known yet.
        height: u32,
        /// Bytes that it needs.
        need: u64,
        /// Bytes that there are.
        limit: u64,
    },
    /// A thread could not be started.
    #[error("no thread could be started ({0}): close other programs and try again")]
    NoThread(String),
    /// The decoder refused it.
    #[error("damaged {format}: {reason}; look for another copy of the photo")]
    Damaged {
        /// What it should have been.
        format: &'static str,
        /// Why, for a person.
        reason: String,
    },
}

impl DecodeError {
    /// Whether another picture in the same file may be read all the same.
    pub(super) fn is_of_picture(&self) -> bool {
        !matches!(self, Self::Cancelled | Self::NoThread(_))
    }

    /// A file that should be of this format, and why it cannot be shown.
    pub(super) fn damaged(format: &'static str, reason: &str) -> Self {
        Self::Damaged {
            format,
            reason: reason.into(),
        }
    }
}

/// The size of a photo, to follow its noun.
fn of_pixels(width: u32, height: u32) -> String {
    match (width, height) {
        (0, _) | (_, 0) => String::new(),
        _ => format!(" of {width} x {height} pixels"),
    }
}
