//! Errors of models.

use std::path::PathBuf;

use super::device::DeviceError;
use super::families;
#[cfg(feature = "gpu")]
use super::gpu;
use super::invalid::InvalidModelFile;
use super::tokenizer::TokenizerError;

/// What can go wrong with a model. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// Built without the starter.
    #[error("this build carries no starter model: name a folder with --model")]
    NoStarter,
    /// A folder lacks a file.
    #[error("{} is not a complete model: {file} is missing; copy the model's files again", dir.display())]
    MissingFile {
        /// The folder.
        dir: PathBuf,
        /// What is missing.
        file: String,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is there, but wrong.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: InvalidModelFile,
    },
    /// A device that cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A graphics card that failed.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] gpu::GpuError),
    /// A family that this program does not know.
    #[error("{}: models of type \"{family}\" are not supported ({})", path.display(), families::SUPPORTED)]
    UnsupportedFamily {
        /// The configuration.
        path: PathBuf,
        /// Its `model_type`.
        family: String,
    },
    /// A text that the tokenizer refuses.
    #[error("the text {text:?} cannot be read by this model: {reason}")]
    Text {
        /// The text.
        text: String,
        /// Why.
        reason: TokenizerError,
    },
    /// A vector that cannot be normalised, as damaged weights give.
    #[error("the model gave a vector of length {norm}: its weights may be damaged")]
    NoDirection {
        /// The length.
        norm: f32,
    },
    /// It panicked.
    #[error("the model gave up on this batch of photos: please report it")]
    GaveUp,
    /// The device has no memory for so many pictures at once.
    #[error("the model failed: {0}")]
    OutOfMemory(#[source] Box<candle_core::Error>),
    /// The arithmetic failed.
    #[error("the model failed: {0}")]
    Compute(#[source] Box<candle_core::Error>),
}

impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> Self {
        // Candle passes on the messages of drivers, which only in words tell lack of memory from other failures.
        let text = error.to_string().to_lowercase();
        let full = ["out of memory", "out_of_memory", "failed to allocate"];
        match full.iter().any(|words| text.contains(words)) {
            true => Self::OutOfMemory(Box::new(error)),
            false => Self::Compute(Box::new(error)),
        }
    }
}
