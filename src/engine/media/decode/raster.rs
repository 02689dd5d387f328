//! Formats that the image crate decodes and that need nothing else.

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat};

use super::alpha::flatten;
use super::codec::{bytes_per_pixel, decoder};
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, Limits, Picture, colour, partial};

/// One of these formats.
pub struct Raster {
    name: &'static str,
    format: ImageFormat,
    probe: fn(&[u8]) -> bool,
    is_certain: fn(&[u8]) -> bool,
}

impl Raster {
    /// A format whose magic number is long enough to be sure.
    const fn new(name: &'static str, format: ImageFormat, probe: fn(&[u8]) -> bool) -> Self {
        Self {
            name,
            format,
            probe,
            is_certain: probe,
        }
    }
}

pub static WEBP: Raster = Raster::new("WebP", ImageFormat::WebP, |bytes| {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
});
pub static GIF: Raster = Raster::new("GIF", ImageFormat::Gif, |b| b.starts_with(b"GIF8"));
pub static QOI: Raster = Raster::new("QOI", ImageFormat::Qoi, |b| b.starts_with(b"qoif"));
pub static BMP: Raster = Raster {
    name: "BMP",
    format: ImageFormat::Bmp,
    probe: |bytes| bytes.starts_with(b"BM"),
    is_certain: is_certain_bmp,
};
pub static ICO: Raster = Raster {
    name: "ICO",
    format: ImageFormat::Ico,
    probe: |bytes| bytes.starts_with(b"\0\0\x01\0"),
    is_certain: is_certain_ico,
};
pub static PNM: Raster = Raster {
    name: "PNM",
    format: ImageFormat::Pnm,
    probe: |bytes| matches!(bytes, [b'P', b'1'..=b'7', next, ..] if next.is_ascii_whitespace()),
    is_certain: is_certain_pnm,
};
pub static TGA: Raster = Raster {
    name: "TGA",
    format: ImageFormat::Tga,
    probe: looks_like_tga,
    is_certain: |_| false,
};

impl PictureFormat for Raster {
    fn name(&self) -> &'static str {
        self.name
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        (self.probe)(bytes)
    }

    fn is_certain(&self, bytes: &[u8]) -> bool {
        (self.is_certain)(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        decode(bytes, self.format, self.name, limits)
    }
}

/// A header of one of the sizes that there are.
fn is_certain_bmp(bytes: &[u8]) -> bool {
    let size = bytes.get(14..18).and_then(|size| size.first_chunk());
    let known = [12, 16, 40, 52, 56, 64, 108, 124];
    size.is_some_and(|size| known.contains(&u32::from_le_bytes(*size)))
}

/// A first entry whose reserved byte is empty, with a picture behind the directory.
fn is_certain_ico(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<22>() else {
        return false;
    };
    let word = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let offset = u32::from_le_bytes([header[18], header[19], header[20], header[21]]);
    let count = word(4);
    (1..=256).contains(&count)
        && header[9] == 0
        && word(10) <= 1
        && word(12) <= 32
        && offset >= 6 + 16 * u32::from(count)
}

/// A number or a comment after the kind; PAM's first word.
fn is_certain_pnm(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"P7") {
        return bytes.starts_with(b"P7\nWIDTH ") || bytes.starts_with(b"P7\n#");
    }
    let rest = bytes.get(2..).unwrap_or_default().trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.get(digits).copied().unwrap_or_default();
    rest.first() == Some(&b'#') || (digits > 0 && after.is_ascii_whitespace())
}

fn looks_like_tga(bytes: &[u8]) -> bool {
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

/// Decodes a file with the image crate's decoder for this format, a damaged one in part.
pub fn decode(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut Limits<'_>,
) -> Result<Picture, DecodeError> {
    decode_then(bytes, format, name, limits, |image| image)
}

/// As [`decode`], for samples that mean something else than the decoder takes them for: `then` corrects them.
pub fn decode_then(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut Limits<'_>,
    then: impl Fn(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    match decode_whole(bytes, format, name, limits, &then) {
        Err(error @ DecodeError::Damaged { .. }) if !limits.cancel.is_cancelled() => {
            partial::decode(bytes, format, name, limits, then)?.ok_or(error)
        }
        result => result,
    }
}

fn decode_whole(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut Limits<'_>,
    then: impl Fn(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    let decoder = decoder(bytes, format, limits).map_err(|e| damaged(name, &e))?;
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    decode_with_then(decoder, name, per_pixel, limits, then)
}

/// Decodes with any decoder of the image crate's kind, which takes so many bytes a pixel.
pub fn decode_with(
    decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    limits: &mut Limits<'_>,
) -> Result<Picture, DecodeError> {
    decode_with_then(decoder, name, per_pixel, limits, |image| image)
}

fn decode_with_then(
    mut decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    limits: &mut Limits<'_>,
    then: impl FnOnce(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    let (width, height) = decoder.dimensions();
    limits.reserve(width, height, area(width, height, per_pixel))?;
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|e| damaged(name, &e))?;
    let mut rgb = flatten(then(image));
    if let Some(profile) = profile {
        colour::to_srgb(&mut rgb, &profile);
    }
    Ok(Picture::whole(width, height, rgb))
}

/// What is said of a file that a decoder refused. The decoder's own words are for the log.
pub fn damaged(name: &'static str, error: &ImageError) -> DecodeError {
    tracing::debug!(format = name, %error, "a decoder refused a file");
    let reason = match error {
        ImageError::Unsupported(_) => return DecodeError::UnsupportedKind(name),
        ImageError::Limits(_) => "it claims to hold more than a picture can",
        ImageError::IoError(_) => "it ends before its picture does",
        _ => "its picture data contradicts itself",
    };
    DecodeError::Damaged {
        format: name,
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_magic_numbers_need_a_header_that_fits_them() {
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        assert!(BMP.is_certain(&bmp));
        bmp[14] = 0x29;
        assert!(BMP.probe(&bmp) && !BMP.is_certain(&bmp));
        assert!(!BMP.is_certain(b"BMW of my uncle, and other cars"));
        for sure in [
            &b"P6\n640 480\n255\n"[..],
            b"P5 # grey\n1 1\n",
            b"P1\n2 2\n",
            b"P7\nWIDTH 3\n",
        ] {
            assert!(PNM.is_certain(sure), "{sure:?}");
        }
        assert!(PNM.probe(b"P1 is urgent") && !PNM.is_certain(b"P1 is urgent"));
        let mut icon = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0".to_vec();
        assert!(ICO.is_certain(&icon));
        icon[9] = 7;
        assert!(!ICO.is_certain(&icon));
        assert!(!TGA.is_certain(&[0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 9, 0, 24, 0]));
    }
}
