//! Formats that the image crate decodes, with extra steps for a few of them.

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat};

use super::alpha::flatten;
use super::codec::{bytes_per_pixel, decoder};
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, colour, partial};

/// A format that the image crate decodes.
pub struct Raster {
    pub name: &'static str,
    pub probe: fn(&[u8]) -> bool,
    pub is_certain: fn(&[u8]) -> bool,
    pub decode: fn(&[u8], &mut DecodeLimits<'_>) -> Result<Picture, DecodeError>,
}

pub static WEBP: Raster = Raster {
    name: "WebP",
    probe: is_webp,
    is_certain: is_webp,
    decode: |bytes, limits| decode(bytes, ImageFormat::WebP, "WebP", limits),
};
pub static GIF: Raster = Raster {
    name: "GIF",
    probe: is_gif,
    is_certain: is_gif,
    decode: |bytes, limits| decode(bytes, ImageFormat::Gif, "GIF", limits),
};
pub static QOI: Raster = Raster {
    name: "QOI",
    probe: is_qoi,
    is_certain: is_qoi,
    decode: |bytes, limits| decode(bytes, ImageFormat::Qoi, "QOI", limits),
};
pub static PNM: Raster = Raster {
    name: "PNM",
    probe: |bytes| matches!(bytes, [b'P', b'1'..=b'7', next, ..] if next.is_ascii_whitespace()),
    is_certain: is_certain_pnm,
    decode: |bytes, limits| decode(bytes, ImageFormat::Pnm, "PNM", limits),
};

fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

fn is_gif(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GIF8")
}

fn is_qoi(bytes: &[u8]) -> bool {
    bytes.starts_with(b"qoif")
}

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
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        (self.decode)(bytes, limits)
    }
}

/// Whether a number or comment follows the type; for PAM, its first keyword.
fn is_certain_pnm(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"P7") {
        return bytes.starts_with(b"P7\nWIDTH ") || bytes.starts_with(b"P7\n#");
    }
    let rest = bytes.get(2..).unwrap_or_default().trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let after = rest.get(digits).copied().unwrap_or_default();
    rest.first() == Some(&b'#') || (digits > 0 && after.is_ascii_whitespace())
}

/// Decodes a file with the image crate's decoder for this format; a damaged file in part.
pub fn decode(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    decode_then(bytes, format, name, limits, |image| image)
}

/// Like [`decode`], for samples that the decoder misinterprets: `then` corrects them.
pub fn decode_then(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut DecodeLimits<'_>,
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
    limits: &mut DecodeLimits<'_>,
    then: impl Fn(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    let decoder = decoder(bytes, format, limits).map_err(|e| damaged(name, &e))?;
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    decode_with_then(decoder, name, per_pixel, limits, then)
}

/// Decodes with any image-crate decoder, which takes `per_pixel` bytes per pixel.
pub fn decode_with(
    decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    decode_with_then(decoder, name, per_pixel, limits, |image| image)
}

fn decode_with_then(
    mut decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    limits: &mut DecodeLimits<'_>,
    then: impl FnOnce(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = stored(decoder, name, per_pixel, limits, then)?;
    if let Some(profile) = profile {
        colour::to_srgb(&mut picture.rgb, &profile);
    }
    Ok(picture)
}

/// Decodes without colour conversion, for formats that specify colours by more than an ICC profile.
pub fn decode_as_stored(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    let decoder = decoder(bytes, format, limits).map_err(|e| damaged(name, &e))?;
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    stored(decoder, name, per_pixel, limits, |image| image)
}

fn stored(
    decoder: impl ImageDecoder,
    name: &'static str,
    per_pixel: u64,
    limits: &mut DecodeLimits<'_>,
    then: impl FnOnce(DynamicImage) -> DynamicImage,
) -> Result<Picture, DecodeError> {
    let (width, height) = decoder.dimensions();
    limits.reserve(width, height, area(width, height, per_pixel))?;
    let image = DynamicImage::from_decoder(decoder).map_err(|e| damaged(name, &e))?;
    Ok(Picture::whole(width, height, flatten(then(image))))
}

/// The error for a file that a decoder rejected. The decoder's own message is logged.
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
    fn a_short_magic_number_needs_a_header_that_fits_it() {
        for sure in [
            &b"P6\n640 480\n255\n"[..],
            b"P5 # grey\n1 1\n",
            b"P1\n2 2\n",
            b"P7\nWIDTH 3\n",
        ] {
            assert!(PNM.is_certain(sure), "{sure:?}");
        }
        assert!(PNM.probe(b"P1 is urgent") && !PNM.is_certain(b"P1 is urgent"));
    }
}
