//! Taking over vectors that another process computed, without their photos.

use rusqlite::TransactionBehavior;

use super::records::{Entry, write_entries};
use super::{ModelKey, Store, StoreError, lock, today};
use crate::engine::media::photo::{Candidate, PhotoFacts};

/// A photo that was read elsewhere.
#[derive(Clone, Debug)]
pub struct ReadElsewhere {
    /// What its content says.
    pub facts: PhotoFacts,
    /// Its only vector.
    pub vector: Vec<f32>,
    /// A file that still is what was read; none if the content is all that is known.
    pub file: Option<Candidate>,
}

/// What became of such photos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Whose vector is new.
    pub new: u64,
    /// Whose vector was there.
    pub known: u64,
}

impl Store {
    /// Keeps photos that were read elsewhere. They have no thumbnails: those are made when they are first asked for. What
    /// is known of a content stays as it is.
    ///
    /// # Errors
    /// If the store cannot be read or written; then nothing of the batch is kept.
    pub fn take_over(
        &self,
        model: &ModelKey,
        batch: &[ReadElsewhere],
    ) -> Result<TakenOver, StoreError> {
        self.check_health()?;
        let mut counts = TakenOver::default();
        let mut entries = Vec::with_capacity(batch.len());
        for photo in batch {
            let known = self.lookup_content(model, &photo.facts.content)?;
            let has_vector = known.as_ref().is_some_and(|known| known.row.is_some());
            // A video has a vector for each of its frames, and this is one.
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
