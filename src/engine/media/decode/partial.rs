//! Recovers partial pictures from damaged files of formats that the image crate decodes.

use std::borrow::Cow;

use image::{DynamicImage, ImageDecoder, ImageFormat};

use super::alpha::flatten;
use super::codec::{bytes_per_pixel, decoder};
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, colour, warning};

/// Initial value of samples: grey, and 50 % opacity where there is alpha.
const UNREAD: u8 = 128;
/// Maximum number of bytes appended to a file.
const MAX_PADDING: usize = 1 << 30;
/// Size of the RIFF header: identifier, length and form type.
const RIFF_HEAD: usize = 12;
/// `VP8X` flags for metadata chunks: ICC, EXIF and XMP.
const WEBP_METADATA: u8 = 0x2c;

/// Decodes as much as possible of a file that its decoder rejected; `then` converts the samples. Returns `None` if
/// nothing is visible.
///
/// # Errors
/// Returns an error if memory cannot be reserved.
pub fn decode(
    bytes: &[u8],
    format: ImageFormat,
    name: &'static str,
    limits: &mut DecodeLimits<'_>,
    then: impl Fn(DynamicImage) -> DynamicImage,
) -> Result<Option<Picture>, DecodeError> {
    let length = match format {
        ImageFormat::WebP => webp_length(bytes),
        ImageFormat::Bmp | ImageFormat::Tga | ImageFormat::Pnm | ImageFormat::Qoi => {
            padded_length(bytes, format, limits)
        }
        ImageFormat::Gif => Some(bytes.len()),
        _ => None,
    };
    let Some(length) = length else {
        return Ok(None);
    };
    // A copy with the missing bytes appended, without which the decoder might not even start.
    limits.reserve(0, 0, length as u64)?;
    let (repaired, missing) = match format {
        ImageFormat::WebP => padded_webp(bytes, length),
        ImageFormat::Gif => (Cow::Borrowed(bytes), 0),
        _ => padded(bytes, length),
    };
    let cancel = limits.cancel;
    let inner = DecodeLimits::new(limits.budget(), cancel);
    let Ok(mut decoder) = decoder(&repaired, format, &inner) else {
        return Ok(None);
    };
    let (width, height) = decoder.dimensions();
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    let padding = repaired.len() - bytes.len();
    let need = area(width, height, per_pixel).saturating_add(length as u64);
    limits.reserve(width, height, need)?;
    let profile = decoder.icc_profile().ok().flatten();
    let kind = decoder.color_type();
    let Ok(size) = usize::try_from(decoder.total_bytes()) else {
        return Ok(None);
    };
    let mut samples = vec![UNREAD; size];
    let read = decoder.read_image(&mut samples);
    // The only fault was a header that declares more data than there is.
    let is_whole = read.is_ok() && padding == 0;
    let row = size / (height.max(1) as usize);
    let unread = samples
        .chunks(row.max(1))
        .filter(|row| row.iter().all(|v| *v == UNREAD));
    let missing = match read {
        Ok(()) => missing,
        Err(error) => {
            tracing::debug!(format = name, %error, "a file is read in part");
            unread.count() * 100 / (height.max(1) as usize)
        }
    };
    if missing >= 100 {
        return Ok(None);
    }
    let Some(image) = image_of(kind, width, height, samples) else {
        return Ok(None);
    };
    let mut rgb = flatten(then(image));
    if let Some(profile) = profile {
        colour::to_srgb(&mut rgb, &profile);
    }
    let warning = match (padding, missing) {
        (0, 0) => warning::DAMAGED.into(),
        (0, missing) => warning::damaged(missing),
        (_, missing) => warning::cut_short(missing.max(1)),
    };
    Ok(Some(Picture {
        warning: (!is_whole).then_some(warning),
        ..Picture::whole(width, height, rgb)
    }))
}

/// Builds a picture of 8-bit samples: damaged files of higher bit depth are too rare to support.
fn image_of(
    kind: image::ColorType,
    width: u32,
    height: u32,
    samples: Vec<u8>,
) -> Option<DynamicImage> {
    use image::ColorType;
    match kind {
        ColorType::L8 => Some(image::GrayImage::from_raw(width, height, samples)?.into()),
        ColorType::La8 => Some(image::GrayAlphaImage::from_raw(width, height, samples)?.into()),
        ColorType::Rgb8 => Some(image::RgbImage::from_raw(width, height, samples)?.into()),
        ColorType::Rgba8 => Some(image::RgbaImage::from_raw(width, height, samples)?.into()),
        _ => None,
    }
}

/// File size plus the uncompressed size of the picture.
fn padded_length(bytes: &[u8], format: ImageFormat, limits: &DecodeLimits<'_>) -> Option<usize> {
    let inner = DecodeLimits::new(limits.budget(), limits.cancel);
    let size = decoder(bytes, format, &inner).ok()?.total_bytes();
    let size = usize::try_from(size).ok();
    Some(bytes.len() + size.filter(|size| *size <= MAX_PADDING)?)
}

/// Appends grey bytes up to `length`; also returns the missing percentage of the picture. Run lengths and references
/// past the end of the file are read from this padding.
fn padded(bytes: &[u8], length: usize) -> (Cow<'_, [u8]>, usize) {
    let size = length - bytes.len();
    let mut longer = Vec::with_capacity(length);
    longer.extend_from_slice(bytes);
    longer.resize(length, UNREAD);
    let missing = size.saturating_sub(bytes.len());
    (Cow::Owned(longer), (missing * 100).div_ceil(size.max(1)))
}

/// The chunks of a WebP: type, and offset of the next chunk, which may be past the end of the file.
fn webp_chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = RIFF_HEAD;
    std::iter::from_fn(move || {
        let (kind, size) = bytes.get(at..at.checked_add(8)?)?.split_at(4);
        let size = u32::from_le_bytes(*size.first_chunk()?) as usize;
        at = (at + 8).checked_add(size.checked_next_multiple_of(2)?)?;
        Some((kind, at))
    })
}

/// The declared length of a WebP, which may exceed the file. The last chunk may extend past the declared RIFF length.
fn webp_length(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(*bytes.get(4..8)?.first_chunk()?) as usize;
    let claimed = webp_chunks(bytes).map(|(_, end)| end).max();
    let whole = length.checked_add(8)?.max(claimed.unwrap_or_default());
    let whole = whole.max(bytes.len());
    (whole - bytes.len() <= MAX_PADDING).then_some(whole)
}

/// Pads a WebP to `length` and clears header flags of missing chunks; also returns the missing percentage. Padding is
/// zero, because the decoder treats it as valid codes.
fn padded_webp(bytes: &[u8], length: usize) -> (Cow<'_, [u8]>, usize) {
    let there = webp_chunks(bytes).filter(|(_, end)| *end <= bytes.len());
    let has = there.fold(0, |has, (kind, _)| {
        has | match kind {
            b"ICCP" => 0x20,
            b"EXIF" => 0x08,
            b"XMP " => 0x04,
            _ => 0,
        }
    });
    let mut repaired = Vec::with_capacity(length);
    repaired.extend_from_slice(bytes);
    repaired.resize(length, 0);
    if repaired.get(RIFF_HEAD..RIFF_HEAD + 4) == Some(b"VP8X")
        && let Some(flags) = repaired.get_mut(RIFF_HEAD + 8)
    {
        *flags &= !WEBP_METADATA | has;
    }
    let riff = u32::try_from(length - 8).unwrap_or(u32::MAX).to_le_bytes();
    repaired[4..8].copy_from_slice(&riff);
    let missing = length - bytes.len();
    (
        Cow::Owned(repaired),
        (missing * 100).div_ceil(length.max(1)),
    )
}
