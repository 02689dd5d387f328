//! PNG.

mod apple;
mod chroma;
mod damaged;
mod deep;
mod repaired;

use image::ImageFormat;

use super::format::PictureFormat;
use super::{DecodeError, DecodeLimits, Picture, raster};

const NAME: &str = "PNG";
/// Value of samples that cannot be read.
const UNREAD: u8 = 128;

/// PNG; of an animation, the first picture.
pub struct Png;

impl PictureFormat for Png {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x89PNG\r\n\x1a\n")
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        if apple::is_apple(bytes) {
            return apple::decode(bytes, limits);
        }
        let error = match decode_whole(bytes, limits) {
            Err(error @ DecodeError::Damaged { .. }) if !limits.cancel.is_cancelled() => error,
            decoded => return decoded,
        };
        let Some(repaired) = repaired::repaired(bytes, limits)? else {
            return damaged::decode(bytes, limits)?.ok_or(error);
        };
        match decode_whole(&repaired, limits) {
            Err(error @ DecodeError::Damaged { .. }) if !limits.cancel.is_cancelled() => {
                damaged::decode(&repaired, limits)?.ok_or(error)
            }
            decoded => decoded,
        }
    }
}

/// Decodes an intact file.
fn decode_whole(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    if let Some(picture) = deep::decode(bytes, limits)? {
        return Ok(picture);
    }
    let mut picture = raster::decode_as_stored(bytes, ImageFormat::Png, NAME, limits)?;
    chroma::apply(chroma::profile_of(bytes), &mut picture.rgb);
    Ok(picture)
}

/// Whether the last chunk is missing.
fn is_truncated(bytes: &[u8]) -> bool {
    !bytes.windows(4).rev().take(64).any(|word| word == b"IEND")
}
