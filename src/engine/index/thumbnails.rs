//! Thumbnails missing from the store, made on demand.

use super::store::{Store, StoreError};
use crate::engine::cancel::Cancel;
use crate::engine::media::decode;
use crate::engine::media::photo::{Candidate, ContentId};
use crate::engine::media::preprocess::Resampler;
use crate::engine::media::thumbnail::{QUALITY, THUMBNAIL_SIDE, encode};

/// The thumbnail of a content, from the store or else made from a file with that content and stored. `None` if no file
/// has it any more, or none can be decoded.
///
/// # Errors
/// Returns an error if the store cannot be read.
pub fn thumbnail(
    store: &Store,
    resampler: &mut Resampler,
    content: &ContentId,
) -> Result<Option<Vec<u8>>, StoreError> {
    if let Some(kept) = store.thumbnail(content)? {
        return Ok(Some(kept));
    }
    for file in store.files_of(content)? {
        if let Some(made) = make(resampler, &file, content) {
            // If it cannot be stored, it is made again next time.
            let _ = store.write_thumbnail(content, &made);
            return Ok(Some(made));
        }
    }
    Ok(None)
}

/// The thumbnail of a file, if that still has this content.
fn make(resampler: &mut Resampler, file: &Candidate, content: &ContentId) -> Option<Vec<u8>> {
    let cancel = Cancel::default();
    let bytes = decode::read_file(&file.path, &cancel).ok()?;
    if ContentId::of(&bytes) != *content {
        return None;
    }
    let decoded = decode::decode(&bytes, THUMBNAIL_SIDE, &cancel).ok()?;
    drop(bytes);
    let small = resampler.thumbnail(&decoded.pixels, THUMBNAIL_SIDE).ok()?;
    encode(&small, QUALITY).ok()
}
