//! Decoding errors.

use crate::engine::media::memory_budget::size_text;

/// Why a picture cannot be decoded. Each message is one sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The file is empty.
    #[error("the file is empty: look for another copy of the photo")]
    Empty,
    /// The file is not a picture.
    #[error("not a photo: {0}")]
    NotAPhoto(&'static str),
    /// A known file type that is not supported; the field is its name in the plural.
    #[error("{0} cannot be read yet: save the photo as JPEG or PNG with another program")]
    Unsupported(&'static str),
    /// A supported format with unsupported features.
    #[error(
        "this kind of {0} file cannot be read yet: save the photo as JPEG or PNG with another program"
    )]
    UnsupportedKind(&'static str),
    /// A RAW file without an embedded preview.
    #[error(
        "the RAW file holds no preview, and RAW data is not developed: export the photo as JPEG with the \
         camera's software or a RAW converter"
    )]
    NoPreview,
    /// Decoding would exceed the shared memory limit.
    #[error(
        "{} needs {} of memory to decode; the limit is {}",
        the_photo(*width, *height), size_text(*need), size_text(*limit)
    )]
    TooLarge {
        /// Declared width; 0 if not yet known.
        width: u32,
        /// Declared height; 0 if not yet known.
        height: u32,
        /// Required bytes.
        need: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// A thread could not be started.
    #[error("no thread could be started ({0}): close other programs and try again")]
    NoThread(String),
    /// The file is malformed.
    #[error("damaged {format}: {reason}; look for another copy of the photo")]
    Damaged {
        /// The detected format.
        format: &'static str,
        /// The reason, for the user.
        reason: String,
    },
}

impl DecodeError {
    /// Whether the error concerns this picture only, so that another one in the file may still decode.
    pub(super) fn is_of_picture(&self) -> bool {
        !matches!(self, Self::Cancelled | Self::NoThread(_))
    }

    /// A [`DecodeError::Damaged`] of this format with this reason.
    pub(super) fn damaged(format: &'static str, reason: &str) -> Self {
        Self::Damaged {
            format,
            reason: reason.into(),
        }
    }
}

/// The photo with its dimensions, if known.
fn the_photo(width: u32, height: u32) -> String {
    match (width, height) {
        (0, _) | (_, 0) => "the photo".into(),
        _ => format!("the photo of {width} x {height} pixels"),
    }
}
