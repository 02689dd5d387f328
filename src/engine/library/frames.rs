//! The best frame of a video. A video has one embedding per frame, and its score is that of the best frame.

use std::collections::HashMap;

use crate::engine::index::session::{Session, SessionError};
use crate::engine::search::score::Scorer;

#[cfg(feature = "video")]
const _: () = assert!(
    crate::engine::media::video::MAX_FRAMES <= 256,
    "frame numbers fit in a byte"
);

/// For each video, by photo index, the number of the best-scoring frame for each label.
#[derive(Clone, Default)]
pub struct BestFrames(HashMap<u32, Vec<u8>>);

impl BestFrames {
    /// Adds videos, given as photo index and first row of their embeddings.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
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

    /// The best-scoring frame of a video for a label's column; `None` for photos.
    #[must_use]
    pub fn get(&self, place: u32, column: usize) -> Option<usize> {
        self.0
            .get(&place)?
            .get(column)
            .map(|frame| usize::from(*frame))
    }
}
