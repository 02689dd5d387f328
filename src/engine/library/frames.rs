//! The best frame of a video: a video has a vector for each of its frames, and its scores are those of the best.

use std::collections::HashMap;

use crate::engine::index::session::{Session, SessionError};
use crate::engine::search::score::Scorer;

/// For each video, by its place among the photos, the number of the frame that fits each label best.
#[derive(Clone, Default)]
pub struct BestFrames(HashMap<u32, Vec<u8>>);

impl BestFrames {
    /// Adds videos, each a place with the first row of its vectors.
    pub(super) fn add(
        &mut self,
        session: &Session,
        scorer: &Scorer,
        videos: impl Iterator<Item = (u32, u32)>,
    ) -> Result<(), SessionError> {
        let (places, rows): (Vec<u32>, Vec<u32>) = videos.unzip();
        if !rows.is_empty() {
            let best = session.best_parts(scorer, &rows)?;
            self.0.extend(places.into_iter().zip(best));
        }
        Ok(())
    }

    /// The number of the frame of a video that fits a label best, by the label's column; none for photos.
    #[must_use]
    pub fn get(&self, place: u32, column: usize) -> Option<usize> {
        self.0
            .get(&place)?
            .get(column)
            .map(|frame| usize::from(*frame))
    }
}
