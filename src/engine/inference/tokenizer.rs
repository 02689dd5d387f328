//! From text to token ids, as the checkpoint's own `tokenizer.json` says.

use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{Tokenizer as Inner, TruncationParams};

/// How a model's texts become tokens.
#[derive(Clone, Copy, Debug)]
pub struct TextRules {
    /// Tokens after which a text is cut.
    pub max_tokens: usize,
    /// Entries of the model's vocabulary.
    pub vocabulary: usize,
    /// The token that ends every text, where the model reads its state there.
    pub end: Option<u32>,
    /// The token with which every text is padded to the full length, where the model was trained so.
    pub pad: Option<u32>,
    /// Whether texts are put into lower case first.
    pub lowercase: bool,
}

/// Why a tokenizer cannot be used, or refuses a text.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// The library's own complaint.
    #[error(transparent)]
    Library(#[from] tokenizers::Error),
    /// The vocabulary is no text.
    #[error(transparent)]
    NoText(#[from] std::str::Utf8Error),
    /// The vocabulary lacks a special token.
    #[error("it has no {0}")]
    MissingToken(&'static str),
    /// It makes tokens that the model does not know.
    #[error("it has {size} tokens, the model only {vocabulary}")]
    TooManyTokens {
        /// Its own.
        size: usize,
        /// The model's.
        vocabulary: usize,
    },
    /// It does not add the token where the model reads a text's state.
    #[error("it does not end a text as the model expects")]
    NoEnd,
    /// A text without tokens.
    #[error("no tokens")]
    NoTokens,
}

/// A tokenizer with the rules of its model.
pub struct Tokenizer {
    inner: Inner,
    rules: TextRules,
}

impl Tokenizer {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    /// If the bytes are no tokenizer or it does not belong to the model.
    pub fn new(json: &[u8], rules: TextRules) -> Result<Self, TokenizerError> {
        Self::over(Inner::from_bytes(json)?, rules)
    }

    /// Makes BERT's tokenizer out of its vocabulary, one piece of a word a line.
    ///
    /// # Errors
    /// If it is no such vocabulary or does not belong to the model.
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

    /// The id of a token, by its text.
    #[must_use]
    pub fn id(json: &[u8], token: &str) -> Option<u32> {
        Inner::from_bytes(json).ok()?.token_to_id(token)
    }

    /// Ids of `text`, cut to the model's length and after the end token, or padded to the model's length
    /// where it wants that; never empty.
    ///
    /// # Errors
    /// If the tokenizer refuses the text.
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

    /// Ids of `text` padded with `pad` to the model's length, as reference implementations feed them.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_padded(&self, text: &str, pad: u32) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = self.encode(text)?;
        ids.resize(self.rules.max_tokens, pad);
        Ok(ids)
    }
}
