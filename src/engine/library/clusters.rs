//! Named clusters of similar photos, and the vocabulary for tags.

use super::{Indexed, Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::inference::{Embeddings, Model, ModelError};
use crate::engine::search::clusters::{self, Cluster, ClusterRule, Vocabulary};
use crate::engine::search::query;

/// Number of words embedded between two checks for cancellation. Embedding all of them takes many seconds.
const AT_ONCE: usize = 8;

/// Words for common photo subjects, one per line.
static PHOTO_WORDS: &str = include_str!("../../../assets/photo-words.txt");

/// The vocabulary for naming clusters and tagging photos.
#[must_use]
pub fn words() -> Vec<&'static str> {
    PHOTO_WORDS.lines().collect()
}

/// Embeds words as the content of photos.
///
/// # Errors
/// Returns an error if the model fails.
pub fn embed_words(model: &dyn Model, words: &[&str]) -> Result<Embeddings, ModelError> {
    let phrases = words.iter().map(|word| vec![format!("a photo of {word}")]);
    let phrases: Vec<Vec<String>> = phrases.collect();
    query::embed_phrases(model, &phrases)
}

impl Library {
    /// Embeddings of [`words`], computed once per model and cached in the store.
    ///
    /// # Errors
    /// Returns an error if the model fails, the store cannot be used, or `cancel` was raised.
    pub fn vocabulary(&self, cancel: &Cancel) -> Result<Embeddings, LibraryError> {
        let session = self.session();
        let key = blake3::hash(PHOTO_WORDS.as_bytes());
        let (store, model) = (session.store(), session.key());
        if let Some(kept) = store.texts(model, key.as_bytes())?
            && kept.len() == words().len()
        {
            return Ok(kept);
        }
        let mut computed = Embeddings {
            dim: session.model().info().dim,
            values: Vec::new(),
        };
        for some in words().chunks(AT_ONCE) {
            super::check(cancel)?;
            let vectors = embed_words(session.model().as_ref(), some)?;
            computed.values.extend(vectors.values);
        }
        store.write_texts(model, key.as_bytes(), &computed)?;
        Ok(computed)
    }

    /// Clusters similar photos, largest cluster first; words are indices into [`words`].
    ///
    /// # Errors
    /// Returns an error if the model fails, the store cannot be used, or `cancel` was raised.
    pub fn clusters(
        &self,
        indexed: &Indexed,
        rule: &ClusterRule,
        cancel: &Cancel,
    ) -> Result<Vec<Cluster>, LibraryError> {
        let vectors = self.vocabulary(cancel)?;
        let words = words();
        let vocabulary = Vocabulary {
            words: &words,
            vectors: &vectors,
        };
        let photos = self.session().vectors()?;
        let rows = indexed.rows();
        clusters::find(
            &rows,
            photos.values(),
            photos.dim(),
            &vocabulary,
            rule,
            cancel,
        )
        .ok_or_else(super::cancelled)
    }
}
