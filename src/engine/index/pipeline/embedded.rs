//! Photos that take long to decode, shown by the thumbnails inside their files until they are read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Event;
use super::stages::{Shared, photo};
use crate::engine::media::decode::{self, Decoded};
use crate::engine::media::photo::{Candidate, ContentId};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::takeout::TakeoutDates;
use crate::engine::media::thumbnail;

/// Tells of a photo that is about to be decoded, if its file holds a thumbnail, which the store has from then on.
pub fn show(
    shared: &Shared,
    resampler: &mut Resampler,
    takeout: &mut TakeoutDates,
    file: &Candidate,
    content: ContentId,
    bytes: &[u8],
) {
    let store = shared.session.store();
    // Another model has read it: what the store has is better.
    let has_thumbnail = || store.thumbnail(&content).is_ok_and(|known| known.is_some());
    if !shared.embedded_thumbnails || has_thumbnail() {
        return;
    }
    // One that is damaged costs nothing but itself.
    let work = || decode::embedded_thumbnail(bytes, &shared.cancel);
    let Ok(Some(decoded)) = catch_unwind(AssertUnwindSafe(work)) else {
        return;
    };
    if let Some(jpeg) = jpeg(shared, resampler, &decoded) {
        store.show_provisionally(content, jpeg);
        let photo = photo(file.clone(), decoded.facts(content), takeout);
        shared.events.send(Event::Unread(photo));
    }
}

fn jpeg(shared: &Shared, resampler: &mut Resampler, decoded: &Decoded) -> Option<Vec<u8>> {
    let small = resampler.thumbnail(&decoded.pixels, thumbnail::THUMBNAIL_SIDE);
    thumbnail::encode(&small.ok()?, shared.thumbnail_quality).ok()
}
