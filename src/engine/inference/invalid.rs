//! Errors in the files of a model.

use std::fmt;

use super::config::ConfigError;
use super::tokenizer::TokenizerError;

/// What is wrong with a model file. The messages omit the path, which [`super::ModelError`] adds.
#[derive(Debug, thiserror::Error)]
pub enum InvalidModelFile {
    /// Malformed JSON, or a value of the wrong type.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// An unsupported configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tokenizer is invalid or belongs to a different model.
    #[error("not this model's tokenizer: {0}; copy it from the model's repository")]
    Tokenizer(TokenizerError),
    /// The tokenizer of the starter model.
    #[error(transparent)]
    StarterTokenizer(TokenizerError),
    /// The index lists too many shards.
    #[error("lists {0} files of weights, more than any model has")]
    TooManyShards(usize),
    /// The index lists a file outside its folder or of a different type.
    #[error("lists a file outside the folder, or one that holds no weights: {0}")]
    ForeignShard(String),
    /// The weights are damaged or have unexpected shapes.
    #[error("the weights do not fit or are damaged ({}); copy them again", first_line(.0))]
    Weights(Box<candle_core::Error>),
}

/// The first line of a message. Candle and drivers append a backtrace or details.
pub(super) fn first_line(message: &impl fmt::Display) -> String {
    let text = message.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
