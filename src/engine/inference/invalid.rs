//! What is wrong with a file of a model.

use super::config::ConfigError;
use super::tokenizer::TokenizerError;

/// What is wrong with a file of a model. The messages leave out the file, which [`super::ModelError`] names.
#[derive(Debug, thiserror::Error)]
pub enum InvalidModelFile {
    /// It is no JSON, or a value is of the wrong kind.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It asks for what is not supported.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tokenizer of another model.
    #[error("not this model's tokenizer: {0}; copy it from the model's repository")]
    Tokenizer(TokenizerError),
    /// The starter's own tokenizer.
    #[error(transparent)]
    StarterTokenizer(TokenizerError),
    /// An index of too many files.
    #[error("names {0} files of weights, more than any model has")]
    TooManyShards(usize),
    /// An index that names another kind of file, or one elsewhere.
    #[error("names a file outside the folder, or one that holds no weights: {0}")]
    ForeignShard(String),
    /// Weights that are damaged or of another shape.
    #[error("the weights do not fit or are damaged ({}); copy them again", first_line(.0))]
    Weights(Box<candle_core::Error>),
}

/// Candle appends a backtrace to its messages; the first line is the message.
pub(super) fn first_line(error: &candle_core::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
