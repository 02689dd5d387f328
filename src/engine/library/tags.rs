//! Tags photos with the vocabulary that also names clusters.

use std::cmp::Ordering;

use super::{Indexed, Library, LibraryError, words};
use crate::engine::cancel::Cancel;
use crate::engine::search::describe::{MAX_WORDS, Word};

/// Photos per batch; each has a score for every word.
const AT_ONCE: usize = 512;

impl Library {
    /// Finds the best-matching words of each photo, best first, with their match scores. Passes them to `each` photo by
    /// photo, in order, because there may be millions of photos.
    ///
    /// # Errors
    /// Returns an error if the model fails, the store cannot be used, or `cancel` was raised.
    pub fn tags(
        &self,
        indexed: &Indexed,
        cancel: &Cancel,
        mut each: impl FnMut(usize, &[Word<'static>]),
    ) -> Result<(), LibraryError> {
        let session = self.session();
        session.store().finish_checks();
        let words = words();
        let scorer = session.scorer(&self.vocabulary(cancel)?);
        let rows = indexed.rows();
        let mut at = 0;
        for rows in rows.chunks(AT_ONCE) {
            super::check(cancel)?;
            let scores = session.score(&scorer, rows)?;
            for photo in 0..rows.len() {
                let matches = scores.matches_of(photo);
                let mut best: Vec<Word<'static>> =
                    words.iter().copied().zip(matches.iter().copied()).collect();
                let by_match = |a: &Word<'_>, b: &Word<'_>| -> Ordering { b.1.total_cmp(&a.1) };
                // More candidates than needed, because words contained in others are dropped later.
                let most = (4 * MAX_WORDS).min(best.len().saturating_sub(1));
                best.select_nth_unstable_by(most, by_match);
                best.truncate(most);
                best.sort_by(by_match);
                each(at, &best);
                at += 1;
            }
        }
        Ok(())
    }
}
