//! Named clusters of similar photos, and the vocabulary for tags.

use super::{Indexed, Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::index::session::cached_embeddings;
use crate::engine::inference::Embeddings;
use crate::engine::search::bundled_prompts::{self, PHOTO_WORDS};
use crate::engine::search::clusters::{self, Cluster, ClusterRule, Vocabulary};

/// Number of words embedded between two checks for cancellation. Embedding a list takes seconds to a minute with a
/// large model, depending on the list.
const AT_ONCE: usize = 8;

/// The vocabulary for naming clusters and tagging photos.
#[must_use]
pub fn words() -> Vec<&'static str> {
    PHOTO_WORDS.words()
}

impl Library {
    /// Embeddings of [`words`]: bundled with the starter, and computed once for any other model and cached in the store.
    ///
    /// # Errors
    /// Returns an error if the model fails, the store cannot be used, or `cancel` was raised.
    pub fn vocabulary(&self, cancel: &Cancel) -> Result<Embeddings, LibraryError> {
        let session = self.session();
        let model = session.model();
        let embed = || {
            let mut computed = Embeddings {
                dim: model.info().dim,
                values: Vec::new(),
            };
            for some in words().chunks(AT_ONCE) {
                super::check(cancel)?;
                let vectors = bundled_prompts::embed(model.as_ref(), some)?;
                computed.values.extend(vectors.values);
            }
            Ok(computed)
        };
        let cache = (session.store().as_ref(), session.key());
        cached_embeddings(&PHOTO_WORDS, model.info(), cache, embed)
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
        // Damaged vectors would spoil the mean, and with it all clusters.
        self.session().store().finish_checks();
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
