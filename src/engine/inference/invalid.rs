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
    #[error("the weights do not fit or are damaged ({}); copy them again", tensor_message(.0))]
    Weights(Box<candle_core::Error>),
}

/// The first line of a message. Candle and drivers append a backtrace or details.
pub(super) fn first_line(message: &impl fmt::Display) -> String {
    let text = message.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

/// The message of a candle error in one line: context, then cause. Candle puts each on a line of its own and appends a
/// backtrace.
pub(super) fn tensor_message(error: &candle_core::Error) -> String {
    use candle_core::Error;
    match error {
        Error::WithBacktrace { inner, .. } => tensor_message(inner),
        Error::Context { inner, context } => {
            format!("{}: {}", first_line(context), tensor_message(inner))
        }
        Error::WrappedContext { wrapped, context } => {
            format!("{}: {}", first_line(context), first_line(wrapped))
        }
        Error::WithPath { inner, path } => {
            format!("{}: {}", path.display(), tensor_message(inner))
        }
        _ => first_line(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Error;

    #[test]
    fn messages_of_candle_name_the_cause_in_one_line() {
        let cause = || Error::Msg("cannot find tensor visual.proj\nbacktrace".into());
        let nested = cause().context("layer 3").context("image tower\ndetails");
        assert_eq!(
            tensor_message(&nested),
            "image tower: layer 3: cannot find tensor visual.proj"
        );
        let wrapped = Error::WrappedContext {
            wrapped: Box::new(std::io::Error::other("disk full")),
            context: "weights".into(),
        };
        assert_eq!(tensor_message(&wrapped), "weights: disk full");
        let traced = Error::WithBacktrace {
            inner: Box::new(cause().with_path("a.safetensors")),
            backtrace: Box::new(std::backtrace::Backtrace::disabled()),
        };
        assert_eq!(
            tensor_message(&traced),
            "a.safetensors: cannot find tensor visual.proj"
        );
        let shown = InvalidModelFile::Weights(Box::new(cause().context("layer 3")));
        assert!(
            shown
                .to_string()
                .contains("(layer 3: cannot find tensor visual.proj)")
        );
        let failed = crate::engine::inference::ModelError::from(cause().context("layer 3"));
        assert_eq!(
            failed.to_string(),
            "the model failed: layer 3: cannot find tensor visual.proj"
        );
        assert!(std::error::Error::source(&failed).is_none());
    }
}
