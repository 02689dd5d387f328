//! Error type of models.

use std::path::PathBuf;

use super::device::DeviceError;
use super::families;
#[cfg(feature = "gpu")]
use super::gpu;
use super::invalid::{InvalidModelFile, tensor_message};
use super::tokenizer::TokenizerError;

/// Errors of loading and running models. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The job was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The build has no embedded starter model.
    #[error("this build contains no starter model")]
    NoStarter,
    /// A file is missing from a checkpoint folder.
    #[error("{} is not a complete model: {file} is missing; copy the model's files again", dir.display())]
    MissingFile {
        /// Path of the folder.
        dir: PathBuf,
        /// Name of the missing file.
        file: String,
    },
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Path of the file.
        path: PathBuf,
        /// The underlying error.
        source: std::io::Error,
    },
    /// A file exists but is invalid.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        reason: InvalidModelFile,
    },
    /// The requested device cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The GPU failed.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] gpu::GpuError),
    /// The model family is not supported.
    #[error("{}: models of type \"{family}\" are not supported ({})", path.display(), families::SUPPORTED)]
    UnsupportedFamily {
        /// Path of the configuration.
        path: PathBuf,
        /// Its `model_type`.
        family: String,
    },
    /// The tokenizer rejected a text.
    #[error("the text {text:?} cannot be read by this model: {reason}")]
    Text {
        /// The text.
        text: String,
        /// The underlying error.
        reason: TokenizerError,
    },
    /// An embedding whose norm is zero or not finite, which damaged weights can cause.
    #[error("the model returned a vector of length {norm}: its weights may be damaged")]
    NoDirection {
        /// The norm.
        norm: f32,
    },
    /// The model panicked.
    #[error("the model crashed on this batch of photos: please report it")]
    Panicked,
    /// The device has too little memory for the batch. The message contains all causes in one line, so there is no
    /// source, which the command line would add.
    #[error(
        "the device has too little memory for this model ({}): choose a smaller model, or compute on the CPU",
        tensor_message(.0)
    )]
    OutOfMemory(Box<candle_core::Error>),
    /// A computation failed. The message contains all causes, as above.
    #[error("the model failed: {}", tensor_message(.0))]
    Compute(Box<candle_core::Error>),
}

impl From<candle_core::Error> for ModelError {
    fn from(error: candle_core::Error) -> Self {
        // Candle passes driver errors on as text only, so running out of memory is recognised by the message.
        let text = error.to_string().to_lowercase();
        let full = ["out of memory", "out_of_memory", "failed to allocate"];
        match full.iter().any(|words| text.contains(words)) {
            true => Self::OutOfMemory(Box::new(error)),
            false => Self::Compute(Box::new(error)),
        }
    }
}
