//! Imports vectors that another process computed, without their photos.

use rusqlite::TransactionBehavior;

use super::records::{Entry, write_entries};
use super::{ModelKey, Store, StoreError, lock, today};
use crate::engine::media::photo::{Candidate, PhotoFacts};

/// A photo that was encoded elsewhere.
#[derive(Clone, Debug)]
pub struct ImportedPhoto {
    /// Metadata of its content.
    pub facts: PhotoFacts,
    /// Its only vector.
    pub vector: Vec<f32>,
    /// A file that still has this content; `None` if only the content is known.
    pub file: Option<Candidate>,
}

/// Result of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreImport {
    /// Number of photos whose vector was added.
    pub new: u64,
    /// Number of photos that already had a vector.
    pub known: u64,
}

impl Store {
    /// Stores photos that were encoded elsewhere. Their thumbnails are made on demand. Existing metadata of a content
    /// is kept.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read or written; nothing of the batch is then stored.
    pub fn take_over(
        &self,
        model: &ModelKey,
        batch: &[ImportedPhoto],
    ) -> Result<StoreImport, StoreError> {
        self.check_health()?;
        let mut counts = StoreImport::default();
        let mut entries = Vec::with_capacity(batch.len());
        for photo in batch {
            let known = self.lookup_content(model, &photo.facts.content)?;
            let has_vector = known.as_ref().is_some_and(|known| known.row.is_some());
            // A video has one vector per frame, but only a single one was imported.
            let is_video = (known.as_ref()).is_some_and(|known| known.facts.video.is_some());
            match has_vector {
                true => counts.known += 1,
                false if is_video => continue,
                false => counts.new += 1,
            }
            entries.push(Entry {
                facts: known.is_none().then_some(&photo.facts),
                content: &photo.facts.content,
                file: photo.file.as_ref(),
                vectors: Some(&photo.vector),
            });
        }
        let needed = batch.iter().map(|photo| 2 * photo.vector.len() as u64);
        let needed = needed.sum();
        let fail = |e| self.write_error(&model.path, needed, e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|e| fail(e.into()))?;
        write_entries(&transaction, model, &entries, today()).map_err(fail)?;
        transaction.commit().map_err(|e| fail(e.into()))?;
        Ok(counts)
    }
}
