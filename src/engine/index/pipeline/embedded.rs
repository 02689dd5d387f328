//! Thumbnails embedded in the files of photos that are slow to decode.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::engine::cancel::Cancel;
use crate::engine::media::decode::{self, Decoded};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::thumbnail;

/// The thumbnail embedded in a photo's file, decoded and as JPEG; `None` if it is missing or damaged, which does not
/// affect the photo.
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
