//! From text to token ids, as the checkpoint's own `tokenizer.json` says.

use tokenizers::{Tokenizer as Inner, TruncationParams};

/// A tokenizer with the cutting length of its model.
pub struct Tokenizer {
    inner: Inner,
    /// The token after which a sequence is cut when it is read, if the family has one.
    end: Option<u32>,
    max_tokens: usize,
}

impl Tokenizer {
    /// Reads `tokenizer.json`. `end` is the id of the token that ends every text, where the model
    /// reads its state there.
    ///
    /// # Errors
    /// In words, if the bytes are no tokenizer or it does not belong to a model with `vocabulary` entries.
    pub fn new(
        json: &[u8],
        max_tokens: usize,
        vocabulary: usize,
        end: Option<u32>,
    ) -> Result<Self, String> {
        let mut inner = Inner::from_bytes(json).map_err(|e| e.to_string())?;
        let truncation = TruncationParams {
            max_length: max_tokens,
            ..TruncationParams::default()
        };
        inner
            .with_truncation(Some(truncation))
            .map_err(|e| e.to_string())?;
        inner.with_padding(None);
        let size = inner.get_vocab_size(true);
        if size > vocabulary {
            return Err(format!("it has {size} tokens, the model only {vocabulary}"));
        }
        let tokenizer = Self {
            inner,
            end,
            max_tokens,
        };
        let probe = tokenizer.encode("a photo")?;
        if end.is_some_and(|end| !probe.contains(&end)) {
            return Err("it does not end a text as the model expects".into());
        }
        Ok(tokenizer)
    }

    /// Ids of `text`, cut to the model's length and after the end token; never empty.
    ///
    /// # Errors
    /// In words, if the tokenizer refuses the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.inner.encode(text, true).map_err(|e| e.to_string())?;
        let mut ids = encoding.get_ids().to_vec();
        if let Some(at) = ids.iter().position(|id| Some(*id) == self.end) {
            ids.truncate(at + 1);
        }
        if ids.is_empty() {
            return Err("no tokens".into());
        }
        Ok(ids)
    }

    /// Ids of `text` padded with `pad` to the model's length, as reference implementations feed them.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_padded(&self, text: &str, pad: u32) -> Result<Vec<u32>, String> {
        let mut ids = self.encode(text)?;
        ids.resize(self.max_tokens, pad);
        Ok(ids)
    }
}
