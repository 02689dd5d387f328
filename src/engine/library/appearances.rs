//! Appearance features of the photos of folders: from the store, or computed for photos that an earlier version indexed.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::media::appearance::Appearance;
use crate::engine::media::decode;
use crate::engine::media::photo::{ContentId, Photo};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::thumbnail::THUMBNAIL_SIDE;

/// Photos that are read before what was found is kept.
const KEPT_AT_ONCE: usize = 256;

impl Library {
    /// What photos look like, in their order; nothing of videos, and of photos that cannot be read any more. What is not
    /// in the store is computed from the files and kept; `watch` receives how many of them are done, and of how many.
    ///
    /// # Errors
    /// If the store cannot be read or written.
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
        for batch in missing.chunks(KEPT_AT_ONCE) {
            let read = batch
                .par_iter()
                .map_init(Resampler::default, |resampler, at| {
                    let appearance = self.look_at(resampler, &photos[*at].0, cancel);
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

    /// What a file looks like, if it still is the photo that was indexed.
    fn look_at(
        &self,
        resampler: &mut Resampler,
        photo: &Photo,
        cancel: &Cancel,
    ) -> Option<Appearance> {
        let bytes = decode::read_file(&photo.file.path, cancel).ok()?;
        if ContentId::of(&bytes) != photo.facts.content {
            return None;
        }
        // As while it is indexed, so that it does not matter when a photo was looked at.
        let side = 2 * self.session().model().info().preprocess.side;
        let decoded = decode::decode(&bytes, side.max(THUMBNAIL_SIDE), cancel).ok()?;
        Appearance::of(resampler, &decoded.pixels, decoded.camera.clone()).ok()
    }
}
