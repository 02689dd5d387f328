//! TGA, whose transparency is only there if the header says so.

use image::{DynamicImage, ImageFormat};

use super::format::PictureFormat;
use super::{DecodeError, Limits, Picture, raster};

const NAME: &str = "TGA";

/// TGA.
pub struct Tga;

impl PictureFormat for Tga {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        raster::TGA.probe(bytes)
    }

    fn is_certain(&self, bytes: &[u8]) -> bool {
        raster::TGA.is_certain(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        // The lowest bits of the descriptor are the number of bits of transparency.
        let is_opaque = bytes.get(17).is_none_or(|descriptor| descriptor & 15 == 0);
        let then = |image: DynamicImage| match image {
            DynamicImage::ImageRgba8(image) => {
                // Some programs leave the bytes of transparency empty.
                let is_empty = image.pixels().all(|pixel| pixel[3] == 0);
                match is_opaque || is_empty {
                    true => DynamicImage::ImageRgba8(image).into_rgb8().into(),
                    false => DynamicImage::ImageRgba8(image),
                }
            }
            other => other,
        };
        raster::decode_then(bytes, ImageFormat::Tga, NAME, limits, then)
    }
}
