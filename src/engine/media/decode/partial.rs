//! Partial pictures from damaged files of formats that the image crate decodes.

use std::borrow::Cow;

use image::{DynamicImage, ImageDecoder, ImageFormat};

use super::alpha::flatten;
use super::codec::{bytes_per_pixel, decoder};
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, colour, warning};

/// What samples are before they are read: grey, and where there is alpha, half of it.
const UNREAD: u8 = 128;
/// Most bytes that are put behind the end of a file.
const MOST_PADDING: usize = 1 << 30;
/// A RIFF file's kind, length and form.
const RIFF_HEAD: usize = 12;
/// Flags of `VP8X` that say which metadata there is: ICC, EXIF and XMP.
const WEBP_METADATA: u8 = 0x2c;

/// Decodes a file as far as it goes, once its decoder refused it whole; `then` corrects what samples mean. Nothing if it
/// shows nothing.
///
/// # Errors
/// If there is no memory for it.
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
    // A copy with what is missing; the decoder may not even begin without it.
    limits.reserve(0, 0, length as u64)?;
    let (mended, missing) = match format {
        ImageFormat::WebP => mended_webp(bytes, length),
        ImageFormat::Gif => (Cow::Borrowed(bytes), 0),
        _ => padded(bytes, length),
    };
    let cancel = limits.cancel;
    let inner = DecodeLimits::new(limits.budget(), cancel);
    let Ok(mut decoder) = decoder(&mended, format, &inner) else {
        return Ok(None);
    };
    let (width, height) = decoder.dimensions();
    let per_pixel = bytes_per_pixel(format, decoder.color_type());
    let padding = mended.len() - bytes.len();
    let need = area(width, height, per_pixel).saturating_add(length as u64);
    limits.reserve(width, height, need)?;
    let profile = decoder.icc_profile().ok().flatten();
    let kind = decoder.color_type();
    let Ok(size) = usize::try_from(decoder.total_bytes()) else {
        return Ok(None);
    };
    let mut samples = vec![UNREAD; size];
    let read = decoder.read_image(&mut samples);
    // A head that says more than the file has was all that was wrong.
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

/// Eight-bit samples as a picture: damaged files of more bits are too rare to be read in part.
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

/// Bytes of a file with as much behind its end as its picture can take.
fn padded_length(bytes: &[u8], format: ImageFormat, limits: &DecodeLimits<'_>) -> Option<usize> {
    let inner = DecodeLimits::new(limits.budget(), limits.cancel);
    let size = decoder(bytes, format, &inner).ok()?.total_bytes();
    let size = usize::try_from(size).ok();
    Some(bytes.len() + size.filter(|size| *size <= MOST_PADDING)?)
}

/// A file with grey behind its end up to this length, and the hundredths of its picture that were missing. Run lengths
/// and references behind the end are what the grey makes of them.
fn padded(bytes: &[u8], length: usize) -> (Cow<'_, [u8]>, usize) {
    let size = length - bytes.len();
    let mut longer = Vec::with_capacity(length);
    longer.extend_from_slice(bytes);
    longer.resize(length, UNREAD);
    let missing = size.saturating_sub(bytes.len());
    (Cow::Owned(longer), (missing * 100).div_ceil(size.max(1)))
}

/// The chunks of a WebP: kind, and where the next one begins, which may be behind the end.
fn webp_chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = RIFF_HEAD;
    std::iter::from_fn(move || {
        let (kind, size) = bytes.get(at..at.checked_add(8)?)?.split_at(4);
        let size = u32::from_le_bytes(*size.first_chunk()?) as usize;
        at = (at + 8).checked_add(size.checked_next_multiple_of(2)?)?;
        Some((kind, at))
    })
}

/// The length that a WebP claims, of which a part may be missing. The last chunk may claim more than the file does.
fn webp_length(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(*bytes.get(4..8)?.first_chunk()?) as usize;
    let claimed = webp_chunks(bytes).map(|(_, end)| end).max();
    let whole = length.checked_add(8)?.max(claimed.unwrap_or_default());
    let whole = whole.max(bytes.len());
    (whole - bytes.len() <= MOST_PADDING).then_some(whole)
}

/// A WebP of that length, whose head says only what it has, and the hundredths that were missing. Its decoder takes zeros
/// behind the end for codes, as others do.
fn mended_webp(bytes: &[u8], length: usize) -> (Cow<'_, [u8]>, usize) {
    let there = webp_chunks(bytes).filter(|(_, end)| *end <= bytes.len());
    let has = there.fold(0, |has, (kind, _)| {
        has | match kind {
            b"ICCP" => 0x20,
            b"EXIF" => 0x08,
            b"XMP " => 0x04,
            _ => 0,
        }
    });
    let mut mended = Vec::with_capacity(length);
    mended.extend_from_slice(bytes);
    mended.resize(length, 0);
    if mended.get(RIFF_HEAD..RIFF_HEAD + 4) == Some(b"VP8X")
        && let Some(flags) = mended.get_mut(RIFF_HEAD + 8)
    {
        *flags &= !WEBP_METADATA | has;
    }
    let riff = u32::try_from(length - 8).unwrap_or(u32::MAX).to_le_bytes();
    mended[4..8].copy_from_slice(&riff);
    let missing = length - bytes.len();
    (Cow::Owned(mended), (missing * 100).div_ceil(length.max(1)))
}
