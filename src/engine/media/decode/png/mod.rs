//! PNG.

mod deep;

use image::ImageFormat;

use super::format::PictureFormat;
use super::{DecodeError, Limits, Picture, raster};

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
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        match deep::decode(bytes, limits)? {
            Some(picture) => Ok(picture),
            None => raster::decode(bytes, ImageFormat::Png, NAME, limits),
        }
    }
}
