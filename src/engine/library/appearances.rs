//! Appearance features of photos: read from the store, or computed for photos that an earlier version indexed without
//! them.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::decode;
use crate::engine::media::photo::{ContentId, Photo};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::thumbnail::THUMBNAIL_SIDE;

/// Photos per batch; each batch is saved to the store.
const SAVE_BATCH: usize = 256;

impl Library {
    /// Returns the appearance of each photo, in input order; `None` for videos and unreadable files. Missing
    /// appearances are computed from the files and stored; `watch` receives how many of these are done, and their
    /// total.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read or written.
    pub fn appearances(
        &self,
        photos: &[(Photo, u32)],
        cancel: &Cancel,
        watch: impl Fn(usize, usize) + Sync,
    ) -> Result<Vec<Option<Appearance>>, LibraryError> {
        let store = self.session().store();
        let contents = photos.iter().map(|(photo, _)| &photo.facts.content);
        let mut found = store.appearances(contents)?;
        let is_missing = |at: &usize| found[*at].is_none() && photos[*at].0.facts.video.is_none();
        let missing: Vec<usize> = (0..photos.len()).filter(is_missing).collect();
        let done = AtomicUsize::new(0);
        for batch in missing.chunks(SAVE_BATCH) {
            let read = batch
                .par_iter()
                .map_init(Resampler::default, |resampler, at| {
                    let appearance = self.appearance_of(resampler, &photos[*at].0, cancel);
                    watch(done.fetch_add(1, Ordering::Relaxed) + 1, missing.len());
                    Some((*at, appearance?))
                });
            let read: Vec<(usize, Appearance)> = read.flatten().collect();
            let kept = read
                .iter()
                .map(|(at, appearance)| (photos[*at].0.facts.content, appearance.clone()));
            let kept: Vec<(ContentId, Appearance)> = kept.collect();
            store.write_appearances(&kept)?;
            for (at, appearance) in read {
                found[at] = Some(appearance);
            }
            if cancel.is_cancelled() {
                break;
            }
        }
        Ok(found)
    }

    /// Computes the appearance of a file, unless its content has changed since indexing.
    fn appearance_of(
        &self,
        resampler: &mut Resampler,
        photo: &Photo,
        cancel: &Cancel,
    ) -> Option<Appearance> {
        let bytes = decode::read_file(&photo.file.path, cancel).ok()?;
        if ContentId::of(&bytes) != photo.facts.content {
            return None;
        }
        // The same size as during indexing, so that both code paths give the same features.
        let side = 2 * self.session().model().info().preprocess.side;
        let decoded = decode::decode(&bytes, side.max(THUMBNAIL_SIDE), cancel).ok()?;
        Appearance::of(resampler, &decoded.pixels, decoded.camera.clone()).ok()
    }
}
