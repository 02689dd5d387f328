//! Decodes files to upright RGB pixels, no larger than needed and within limits.
//!
//! `format` has the trait of all formats; `formats` detects the format from the content, never from the extension. One
//! decode serves both the thumbnail and the model's input.

mod alpha;
#[cfg(feature = "avif")]
mod avif;
mod bmp;
mod cicp;
mod codec;
mod colour;
mod detached;
mod embedded;
mod error;
mod exif;
mod exif_pointers;
mod extras;
mod facts;
mod file;
mod format;
mod formats;
mod hdr;
#[cfg(feature = "heic")]
mod heic;
#[cfg(any(feature = "avif", feature = "heic"))]
mod heif_transform;
mod ico;
mod jp2;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
mod limits;
mod orientation;
mod other_kinds;
mod partial;
mod picture;
mod png;
mod psd;
mod raster;
mod raw;
#[cfg(test)]
mod tests;
mod tga;
mod tiff;
mod tone;
mod warning;
#[cfg(any(feature = "avif", feature = "video"))]
mod yuv;

use std::sync::Arc;

use super::iso_media;
use super::memory_budget::{DecodeMemory, MemoryBudget};
use crate::engine::cancel::Cancel;
use format::PictureFormat;
use formats::sniff;
use limits::DecodeLimits;
use picture::Picture;

#[cfg(feature = "video")]
pub(super) use cicp::{Cicp, UNSPECIFIED};
#[cfg(feature = "video")]
pub(super) use detached::detached;
pub(in crate::engine::media) use embedded::{
    TextProfile, is_exif_uuid, is_text_profile, of_item as exif_of_item, text_profile,
};
pub use error::DecodeError;
pub use facts::camera_facts;
pub use file::{FileBytes, MAX_FILE_BYTES, read_file};
pub use formats::{ContentKind, content};
pub use orientation::Orientation;
pub use picture::{Decoded, Pixels};
pub use tiff::value_width;
#[cfg(feature = "video")]
pub(super) use tone::eight_bits;
pub use warning::is_cut_short;
#[cfg(feature = "video")]
pub(super) use yuv::Conversion;

/// Decodes a picture at the smallest scale whose short side is at least `min_short_side` pixels if the format supports
/// scaling (JPEG), or else in full. Waits until memory for it is available. The result holds that memory and must be
/// dropped before the same thread decodes another picture.
///
/// # Errors
/// Returns an error if the bytes are no readable picture or exceed the limits, or if `cancel` is raised.
pub fn decode(bytes: &[u8], min_short_side: u32, cancel: &Cancel) -> Result<Decoded, DecodeError> {
    let budget = &DecodeMemory::of_process().pixels;
    decode_within(bytes, min_short_side, budget, cancel)
}

/// Like [`decode`], with the given memory budget.
///
/// # Errors
/// Same as [`decode`].
pub fn decode_within(
    bytes: &[u8],
    min_short_side: u32,
    budget: &Arc<MemoryBudget>,
    cancel: &Cancel,
) -> Result<Decoded, DecodeError> {
    if cancel.is_cancelled() {
        return Err(DecodeError::Cancelled);
    }
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let format = sniff(bytes)?;
    let mut limits = DecodeLimits::new(budget, cancel);
    match picture(format, bytes, min_short_side, &mut limits) {
        Err(_) if cancel.is_cancelled() => Err(DecodeError::Cancelled),
        Err(error) => {
            tracing::debug!(format = format.name(), %error, "a picture was not decoded");
            Err(error)
        }
        Ok(picture) => {
            let memory = limits.keep(picture.rgb.len() as u64);
            Ok(picture.with_facts(facts::read(format, bytes), memory))
        }
    }
}

/// The embedded thumbnail of a picture that is slow to decode, to be shown until [`decode`] completes, with the facts
/// of the full picture. `None` if there is no trustworthy thumbnail.
#[must_use]
pub fn embedded_thumbnail(bytes: &[u8], cancel: &Cancel) -> Option<Decoded> {
    let format = sniff(bytes).ok()?;
    let mut limits = DecodeLimits::new(&DecodeMemory::of_process().pixels, cancel);
    let picture = format.thumbnail(bytes, &mut limits).ok()??;
    let memory = limits.keep(picture.rgb.len() as u64);
    Some(picture.with_facts(facts::read(format, bytes), memory))
}

/// The picture of a file: an embedded preview if the format has previews, otherwise the picture itself.
fn picture(
    format: &dyn PictureFormat,
    bytes: &[u8],
    min_short_side: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    let mut too_large = None;
    for preview in format.previews(bytes, min_short_side) {
        // The next preview may be intact, of another format, or smaller.
        let Ok(of_preview) = sniff(preview) else {
            continue;
        };
        match of_preview.decode(preview, min_short_side, limits) {
            Err(error @ DecodeError::TooLarge { .. }) => too_large = Some(error),
            Err(error) if error.is_of_picture() => {}
            Err(error) => return Err(error),
            Ok(picture) => {
                let exif = format.exif(bytes);
                // The container's orientation takes precedence; the preview's may duplicate it and must not apply too.
                let orientation = (exif.as_ref().and_then(exif::orientation))
                    .or_else(|| exif::orientation(&of_preview.exif(preview)?));
                return Ok(picture.into_preview(format, bytes, orientation));
            }
        }
    }
    let decoded = format.decode(bytes, min_short_side, limits);
    decoded.map_err(|error| too_large.unwrap_or(error))
}
