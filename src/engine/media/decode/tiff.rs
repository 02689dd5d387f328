//! TIFF: its first page.

use image::ImageFormat;

use super::format::PictureFormat;
use super::{DecodeError, Limits, Picture, cut_tiff, raster};

const NAME: &str = "TIFF";

/// TIFF.
pub struct Tiff;

impl PictureFormat for Tiff {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        match raster::decode(bytes, ImageFormat::Tiff, NAME, limits) {
            Err(error @ DecodeError::Damaged { .. }) if !limits.cancel.is_cancelled() => {
                let whole = |bytes: &[u8]| raster::decode(bytes, ImageFormat::Tiff, NAME, limits);
                cut_tiff::decode(bytes, whole)?.ok_or(error)
            }
            result => result,
        }
    }
}
