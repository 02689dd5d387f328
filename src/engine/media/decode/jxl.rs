//! JPEG XL.

use std::io::Cursor;

use image::ImageDecoder;
use jxl_image_rs_integration::JxlDecoder;

use super::format::PictureFormat;
use super::raster::{damaged, decode_with};
use super::{DecodeError, DecodeLimits, Picture};
use crate::engine::cancel::CancelReader;

const NAME: &str = "JPEG XL";
/// Bytes per pixel of the decoder's internal samples, besides its output.
const KEPT: u64 = 12;
/// Signature of the container format.
const CONTAINER: &[u8] = b"\0\0\0\x0cJXL ";

/// JPEG XL, as a bare codestream or in a container.
pub struct Jxl;

impl PictureFormat for Jxl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\xff\x0a") || bytes.starts_with(CONTAINER)
    }

    /// A bare codestream has a signature of only two bytes.
    fn is_certain(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(CONTAINER)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
        let decoder = JxlDecoder::new(reader).map_err(|e| damaged(NAME, &e))?;
        let per_pixel = u64::from(decoder.color_type().bytes_per_pixel()) + KEPT;
        let picture = decode_with(decoder, NAME, per_pixel, limits)?;
        // The decoder applies the codestream's orientation, which the EXIF orientation duplicates.
        Ok(picture.turned_already())
    }
}
