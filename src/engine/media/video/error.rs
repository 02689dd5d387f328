//! Video errors.

use std::io;

use crate::engine::media::decode::DecodeError;
use crate::engine::media::memory_budget::size_text;
use crate::engine::media::photo::MISSING_FILE;

/// Why a video cannot be read. Each message is one sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// An I/O error.
    #[error("{}", words(.0))]
    Io(#[from] io::Error),
    /// The file has no index, which programs write last.
    #[error(
        "the video ends before its index: its recording or copying was cut off; copy it again, or repair it with a \
         video repair tool"
    )]
    CutOff,
    /// The structure of the file is inconsistent.
    #[error("damaged video: {0}")]
    Damaged(&'static str),
    /// The file has no video track.
    #[error("the file has no video track, only sound or other data")]
    NoPicture,
    /// The video requires ffmpeg; the field describes its format.
    #[error(
        "the video is {0}, which only ffmpeg can read: install ffmpeg and make sure that it is on the PATH, or \
         convert the video to H.264 in MP4"
    )]
    NeedsFfmpeg(String),
    /// A message from ffmpeg.
    #[error("ffmpeg could not read the video: {0}")]
    Ffmpeg(String),
    /// Decoding would exceed the shared memory limit.
    #[error(
        "a frame of {width} x {height} pixels needs {} of memory to decode; the limit is {}",
        size_text(*need), size_text(*limit)
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Required bytes.
        need: u64,
        /// Allowed bytes.
        limit: u64,
    },
    /// A thread could not be started.
    #[error("no thread could be started ({0}): close other programs and try again")]
    NoThread(String),
}

impl From<DecodeError> for VideoError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::NoThread(why) => Self::NoThread(why),
            _ => Self::Cancelled,
        }
    }
}

/// A message for an I/O error.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => MISSING_FILE.into(),
        io::ErrorKind::PermissionDenied => "no permission to read it".into(),
        _ => error.to_string(),
    }
}
