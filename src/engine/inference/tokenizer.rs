//! Converts text to token ids according to the checkpoint's `tokenizer.json`.

use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{Tokenizer as Inner, TruncationParams};

/// Tokenisation settings of a model.
#[derive(Clone, Copy, Debug)]
pub struct TextRules {
    /// Maximum sequence length; longer texts are truncated.
    pub max_tokens: usize,
    /// Vocabulary size of the model.
    pub vocabulary: usize,
    /// End-of-text token, for models that pool the hidden state at this token.
    pub end: Option<u32>,
    /// Padding token, for models trained on sequences padded to full length.
    pub pad: Option<u32>,
    /// Whether to convert texts to lower case.
    pub lowercase: bool,
}

/// Errors of loading a tokenizer or encoding a text.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// Error of the tokenizers library.
    #[error(transparent)]
    Library(#[from] tokenizers::Error),
    /// The vocabulary is not valid UTF-8.
    #[error(transparent)]
    NoText(#[from] std::str::Utf8Error),
    /// The vocabulary lacks a special token.
    #[error("it has no token {0}")]
    MissingToken(&'static str),
    /// The tokenizer produces ids outside the model's vocabulary.
    #[error("it has {size} tokens, but the model has only {vocabulary}")]
    TooManyTokens {
        /// Vocabulary size of the tokenizer.
        size: usize,
        /// Vocabulary size of the model.
        vocabulary: usize,
    },
    /// The tokenizer does not append the end-of-text token.
    #[error("it does not end a text as the model expects")]
    NoEnd,
    /// The text has no tokens.
    #[error("no tokens")]
    NoTokens,
}

/// A tokenizer with the settings of its model.
pub struct Tokenizer {
    inner: Inner,
    rules: TextRules,
}

impl Tokenizer {
    /// Parses `tokenizer.json`.
    ///
    /// # Errors
    /// Returns an error if the file is invalid or does not match the model.
    pub fn new(json: &[u8], rules: TextRules) -> Result<Self, TokenizerError> {
        Self::over(Inner::from_bytes(json)?, rules)
    }

    /// Builds a BERT tokenizer from a WordPiece vocabulary with one entry per line.
    ///
    /// # Errors
    /// Returns an error if the vocabulary is invalid or does not match the model.
    pub fn from_vocabulary(lines: &[u8], rules: TextRules) -> Result<Self, TokenizerError> {
        let text = std::str::from_utf8(lines)?;
        let pieces = text.lines().zip(0u32..);
        let pieces: Vec<(String, u32)> = pieces.map(|(p, id)| (p.to_owned(), id)).collect();
        let special = |name: &'static str| {
            let found = pieces.iter().find(|(piece, _)| piece == name);
            found.cloned().ok_or(TokenizerError::MissingToken(name))
        };
        let (end, start, unknown) = (special("[SEP]")?, special("[CLS]")?, special("[UNK]")?);
        let model = WordPiece::builder()
            .vocab(pieces.into_iter().collect::<ahash::AHashMap<_, _>>())
            .unk_token(unknown.0)
            .build()?;
        let mut inner = Inner::new(model);
        inner.with_normalizer(Some(BertNormalizer::default()))?;
        inner.with_pre_tokenizer(Some(BertPreTokenizer));
        inner.with_post_processor(Some(BertProcessing::new(end, start)));
        Self::over(inner, rules)
    }

    fn over(mut inner: Inner, rules: TextRules) -> Result<Self, TokenizerError> {
        let truncation = TruncationParams {
            max_length: rules.max_tokens,
            ..TruncationParams::default()
        };
        inner.with_truncation(Some(truncation))?;
        inner.with_padding(None);
        let (size, vocabulary) = (inner.get_vocab_size(true), rules.vocabulary);
        if size > vocabulary {
            return Err(TokenizerError::TooManyTokens { size, vocabulary });
        }
        let tokenizer = Self { inner, rules };
        let probe = tokenizer.encode("a photo")?;
        if rules.end.is_some_and(|end| !probe.contains(&end)) {
            return Err(TokenizerError::NoEnd);
        }
        Ok(tokenizer)
    }

    /// The id of a token.
    #[must_use]
    pub fn id(json: &[u8], token: &str) -> Option<u32> {
        Inner::from_bytes(json).ok()?.token_to_id(token)
    }

    /// Token ids of `text`, truncated to the model's sequence length and after the end token, or padded to that
    /// length if the model requires it. Never empty.
    ///
    /// # Errors
    /// Returns an error if the tokenizer rejects the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let lower = self.rules.lowercase.then(|| text.to_lowercase());
        let text = lower.as_deref().unwrap_or(text);
        let encoding = self.inner.encode(text, true)?;
        let mut ids = encoding.get_ids().to_vec();
        if let Some(at) = ids.iter().position(|id| Some(*id) == self.rules.end) {
            ids.truncate(at + 1);
        }
        if let Some(pad) = self.rules.pad {
            ids.resize(self.rules.max_tokens, pad);
        }
        if ids.is_empty() {
            return Err(TokenizerError::NoTokens);
        }
        Ok(ids)
    }

    /// Token ids of `text`, padded with `pad` to the model's sequence length as in reference implementations.
    ///
    /// # Errors
    /// Same as [`Self::encode`].
    pub fn encode_padded(&self, text: &str, pad: u32) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = self.encode(text)?;
        ids.resize(self.rules.max_tokens, pad);
        Ok(ids)
    }
}
