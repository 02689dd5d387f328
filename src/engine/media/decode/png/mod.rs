//! PNG.

mod apple;
mod chroma;
mod damaged;
mod deep;

use image::ImageFormat;

use super::format::PictureFormat;
use super::{DecodeError, DecodeLimits, Picture, raster};

const NAME: &str = "PNG";

/// PNG, the first picture of an animated one.
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
        if let Some(picture) = deep::decode(bytes, limits)? {
            return Ok(picture);
        }
        match raster::decode_as_stored(bytes, ImageFormat::Png, NAME, limits) {
            Ok(mut picture) => {
                chroma::apply(chroma::profile_of(bytes), &mut picture.rgb);
                Ok(picture)
            }
            Err(error @ DecodeError::Damaged { .. }) if !limits.cancel.is_cancelled() => {
                damaged::decode(bytes, limits)?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}
