//! Why a video cannot be read.

use std::io;

use crate::engine::media::decode::DecodeError;
use crate::engine::media::memory_budget::size_text;

/// Why a video cannot be shown. Each message is one sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The system refuses.
    #[error("{}", words(.0))]
    Io(#[from] io::Error),
    /// The file has no index, which programs write last.
    #[error(
        "the video ends before its index: its recording or copying was cut off; copy it again, or repair it with a \
         program for that"
    )]
    CutOff,
    /// Its boxes contradict themselves.
    #[error("damaged video: {0}")]
    Damaged(&'static str),
    /// Sound alone.
    #[error("there is no moving picture in the file, only sound or other data")]
    NoPicture,
    /// What only ffmpeg reads.
    #[error(
        "the video is {0}, which is read by ffmpeg alone: install ffmpeg so that it can be called by that name, or \
         convert the video to H.264 in MP4"
    )]
    NeedsFfmpeg(String),
    /// The message of ffmpeg.
    #[error("ffmpeg could not read the video: {0}")]
    Ffmpeg(String),
    /// Beyond the memory that decoders share.
    #[error(
        "a frame of {width} x {height} pixels needs {} of memory to decode; the limit is {}: raise it in Settings or \
         with --memory", size_text(*need), size_text(*limit)
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that it needs.
        need: u64,
        /// Bytes that there are.
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

/// An error of the file system, with a message.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there (moved or deleted?)".into(),
        io::ErrorKind::PermissionDenied => "no permission to read it".into(),
        _ => error.to_string(),
    }
}
