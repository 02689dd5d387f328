//! Photos that take long to decode, by the thumbnails inside their files.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::engine::cancel::Cancel;
use crate::engine::media::decode::{self, Decoded};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::thumbnail;

/// The thumbnail inside a photo's file, as it was decoded and as a JPEG; nothing if there is none, or a damaged one, which
/// costs nothing but itself.
pub fn embedded_thumbnail(
    bytes: &[u8],
    resampler: &mut Resampler,
    quality: u8,
    cancel: &Cancel,
) -> Option<(Decoded, Vec<u8>)> {
    let work = || decode::embedded_thumbnail(bytes, cancel);
    let decoded = catch_unwind(AssertUnwindSafe(work)).ok()??;
    let small = resampler.thumbnail(&decoded.pixels, thumbnail::THUMBNAIL_SIDE);
    let jpeg = thumbnail::encode(&small.ok()?, quality).ok()?;
    Some((decoded, jpeg))
}
