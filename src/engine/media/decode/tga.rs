//! TGA; alpha is used only if the header declares it.

use image::{DynamicImage, ImageFormat};

use super::raster::{self, Raster};
use super::{DecodeError, DecodeLimits, Picture};

const NAME: &str = "TGA";

/// TGA, which has no magic number.
pub static TGA: Raster = Raster {
    name: NAME,
    probe: has_plausible_header,
    is_certain: |_| false,
    decode,
};

fn has_plausible_header(bytes: &[u8]) -> bool {
    if bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return true;
    }
    let Some(header) = bytes.first_chunk::<18>() else {
        return false;
    };
    let sides = [12, 14].map(|at| u16::from_le_bytes([header[at], header[at + 1]]));
    matches!((header[1], header[2]), (0, 2 | 3 | 10 | 11) | (1, 1 | 9))
        && matches!(header[16], 8 | 15 | 16 | 24 | 32)
        && header[17] & 0xc0 == 0
        && sides.iter().all(|side| *side > 0)
}

fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Picture, DecodeError> {
    // The low bits of the image descriptor give the number of alpha bits.
    let is_opaque = bytes.get(17).is_none_or(|descriptor| descriptor & 15 == 0);
    let then = |image: DynamicImage| match image {
        DynamicImage::ImageRgba8(image) => {
            // Some programs write zero alpha throughout.
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
