//! JPEG, decoded at reduced scale in the frequency domain.

mod bits;
mod full;
mod header;
mod planes;
mod profile;
mod progressive;
mod sequential;
mod stripes;

use std::io::Cursor;

use image::ImageFormat;
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

use super::exif::{self, Exif};
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, colour, raster, warning};
use crate::engine::cancel::{Cancel, CancelReader};
use header::{Coding, JpegHeader, ScanHeader, Unsupported};
use planes::{FULL, Scaled};
use stripes::Tally;

pub use header::{frame_size, has_excessive_scans};

const NAME: &str = "JPEG";

/// Maximum number of pixels of a file that is decoded at reduced scale.
const MAX_SCALED_PIXELS: u64 = 1 << 30;

/// The JPEG format.
pub struct Jpeg;

impl PictureFormat for Jpeg {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\xff\xd8\xff")
    }

    /// Uses the first segment that can be parsed.
    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        // Some programs write another value for the second zero of the prefix.
        let tiff = |(marker, content): (u8, &[u8])| match marker {
            0xe1 => content
                .strip_prefix(b"Exif\0")?
                .get(1..)
                .map(<[u8]>::to_vec),
            _ => None,
        };
        let mut structures = header::segments(bytes).filter_map(tiff);
        structures.find_map(exif::parse)
    }

    fn decode(
        &self,
        bytes: &[u8],
        min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        decode(bytes, min_short_side, limits)
    }
}

/// Tries decoders from the fastest to the most tolerant: our own at reduced scale or another in full, a third for what
/// these do not support, our own for damaged files, and finally the image crate's in full.
fn decode(
    bytes: &[u8],
    min_short_side: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    if let Some(kind) = header::unsupported_kind(bytes) {
        return Err(DecodeError::Unsupported(kind));
    }
    let is_whole = match decode_own(bytes, min_short_side, limits)? {
        OwnDecode::Picture(picture) => return Ok(in_srgb(*picture, bytes)),
        OwnDecode::Left { is_whole } => is_whole,
    };
    match decode_scaled(bytes, min_short_side, limits) {
        Ok(picture) if is_whole || !ends_early(bytes) => Ok(in_srgb(picture, bytes)),
        Ok(picture) => Ok(Picture {
            warning: Some(warning::CUT_SHORT.into()),
            ..in_srgb(picture, bytes)
        }),
        Err(DecodeRefusal::Limit(error)) => Err(error),
        Err(DecodeRefusal::Decoder { is_unusual }) => {
            let picture = raster::decode(bytes, ImageFormat::Jpeg, NAME, limits)?;
            let warning = match (is_whole, ends_early(bytes)) {
                (true, _) => None,
                (false, true) => Some(warning::CUT_SHORT.into()),
                (false, false) => (!is_unusual).then(|| warning::DAMAGED.into()),
            };
            Ok(Picture { warning, ..picture })
        }
    }
}

fn in_srgb(mut picture: Picture, bytes: &[u8]) -> Picture {
    if let Some(profile) = profile::profile(bytes) {
        colour::to_srgb(&mut picture.rgb, &profile);
    }
    picture
}

/// Result of our own decoders.
enum OwnDecode {
    Picture(Box<Picture>),
    /// Left to other decoders: no data is missing, or this is unknown.
    Left {
        is_whole: bool,
    },
}

/// Decodes at reduced scale, and damaged files at any scale.
fn decode_own(
    bytes: &[u8],
    min_short_side: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<OwnDecode, DecodeError> {
    let Ok((header, scan)) = header::read_header(bytes) else {
        return Ok(OwnDecode::Left { is_whole: false });
    };
    let full = (header.width, header.height);
    let eighths = eighths(full.0.min(full.1), min_short_side);
    // At full size another decoder is more accurate, but does not report missing data.
    let tried = match eighths {
        8 => complete_scale(header.coding),
        eighths => eighths,
    };
    reserve(&header, tried, limits)?;
    let coding = header.coding;
    if let Ok(scaled) = decode_whole(bytes, (header, scan), tried, limits.cancel) {
        if eighths < FULL as u32 {
            return Ok(OwnDecode::Picture(Box::new(picture(scaled, full, None))));
        }
        let picture = full::decode(bytes, full, coding, limits)?;
        return Ok(match picture {
            Some(picture) => OwnDecode::Picture(Box::new(picture)),
            None => OwnDecode::Left { is_whole: true },
        });
    }
    if limits.cancel.is_cancelled() {
        return Err(DecodeError::Cancelled);
    }
    let Ok((header, scan)) = header::read_header(bytes) else {
        return Ok(OwnDecode::Left { is_whole: false });
    };
    reserve(&header, eighths, limits)?;
    let Ok((scaled, tally, is_faulty)) =
        decode_damaged(bytes, (header, scan), eighths, limits.cancel)
    else {
        return Ok(OwnDecode::Left { is_whole: false });
    };
    if tally.read == 0 {
        return Err(DecodeError::Damaged {
            format: NAME,
            reason: "none of its picture data can be read".into(),
        });
    }
    // The file is merely unusual, and another decoder may read it better.
    if !is_faulty && !is_faulty_in_full(bytes, eighths, limits)? {
        return Ok(OwnDecode::Left { is_whole: true });
    }
    let warning = match (tally.lost_percent(), ends_early(bytes)) {
        (0, true) => Some("the file is cut short: fine details are missing".into()),
        (0, false) => Some("the file is damaged: fine details are missing".into()),
        (lost, true) => Some(warning::cut_short(lost)),
        (lost, false) => Some(warning::damaged(lost)),
    };
    Ok(OwnDecode::Picture(Box::new(picture(scaled, full, warning))))
}

/// Whether a progressive file that is intact at reduced scale is damaged elsewhere: scans that do not affect the
/// reduced scale are not read, and may be truncated.
fn is_faulty_in_full(
    bytes: &[u8],
    eighths: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<bool, DecodeError> {
    let Ok((header, scan)) = header::read_header(bytes) else {
        return Ok(false);
    };
    let full = FULL as u32;
    if eighths == full || header.coding == Coding::Sequential {
        return Ok(false);
    }
    reserve(&header, full, limits)?;
    let read = decode_damaged(bytes, (header, scan), full, limits.cancel);
    Ok(read.is_ok_and(|(.., is_faulty)| is_faulty))
}

/// The reduced scale, in eighths, at which all data of a file is read.
fn complete_scale(coding: Coding) -> u32 {
    match coding {
        Coding::Sequential => 1,
        Coding::Progressive => 2,
    }
}

/// The missing share of a picture, from 0 to 1; `None` if our own decoders do not support the file. Takes less than two
/// bytes per pixel, which the caller must reserve.
pub fn lost_share(bytes: &[u8], cancel: &Cancel) -> Option<f32> {
    let file = header::read_header(bytes).ok()?;
    let eighths = complete_scale(file.0.coding);
    if decode_whole(bytes, file, eighths, cancel).is_ok() {
        return Some(0.0);
    }
    let file = header::read_header(bytes).ok()?;
    let (_, tally, _) = decode_damaged(bytes, file, eighths, cancel).ok()?;
    Some(tally.lost as f32 / (tally.read + tally.lost).max(1) as f32)
}

fn decode_whole(
    bytes: &[u8],
    (header, scan): (JpegHeader, ScanHeader),
    eighths: u32,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let eighths = eighths as usize;
    match header.coding {
        Coding::Sequential => sequential::decode(bytes, (&header, &scan), eighths, cancel),
        Coding::Progressive => progressive::decode(bytes, (header, scan), eighths, cancel),
    }
}

fn decode_damaged(
    bytes: &[u8],
    (header, scan): (JpegHeader, ScanHeader),
    eighths: u32,
    cancel: &Cancel,
) -> Result<(Scaled, Tally, bool), Unsupported> {
    let eighths = eighths as usize;
    match header.coding {
        Coding::Sequential => {
            let read = sequential::decode_damaged(bytes, (&header, &scan), eighths, cancel);
            read.map(|(scaled, tally)| (scaled, tally, tally.lost > 0))
        }
        Coding::Progressive => progressive::decode_damaged(bytes, (header, scan), eighths, cancel),
    }
}

/// Reserves the memory of our own decoders.
fn reserve(
    header: &JpegHeader,
    eighths: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<(), DecodeError> {
    let (full_width, full_height) = (header.width, header.height);
    let at_scale = |side: u32| (side * eighths).div_ceil(8);
    let (width, height) = (at_scale(full_width), at_scale(full_height));
    // The planes and the picture; for progressive files, also the coefficients and one bit for each of them.
    let need = match header.coding {
        Coding::Sequential => area(width, height, 6),
        Coding::Progressive => area(width, height, 12) + area(full_width, full_height, 3) / 8,
    };
    let need = need.max(huge(full_width, full_height));
    limits.reserve(full_width, full_height, need)
}

fn picture(
    scaled: Scaled,
    (full_width, full_height): (u32, u32),
    warning: Option<String>,
) -> Picture {
    Picture {
        scaled_width: scaled.width,
        scaled_height: scaled.height,
        rgb: scaled.rgb,
        full_width,
        full_height,
        orientation: None,
        stands_for: None,
        warning,
    }
}

/// The scale at which a side has `scaled` pixels: 1, 1/2, 1/4 or 1/8, with sides rounded up.
pub fn scale(full: u32, scaled: u32) -> f64 {
    let (full, scaled) = (f64::from(full), f64::from(scaled));
    let reaches = |scale: &f64| (full * scale).ceil() >= scaled;
    [0.125, 0.25, 0.5].into_iter().find(reaches).unwrap_or(1.0)
}

/// Memory to require, whatever the scale, for implausibly many pixels: a file of a few bytes can declare that many.
fn huge(full_width: u32, full_height: u32) -> u64 {
    match area(full_width, full_height, 1) > MAX_SCALED_PIXELS {
        true => area(full_width, full_height, 3),
        false => 0,
    }
}

/// The smallest of the scales 1/8, 1/4, 1/2 and 1, in eighths, at which the short side is long enough.
fn eighths(short_side: u32, min_short_side: u32) -> u32 {
    let enough = |eighths: &u32| (short_side * eighths).div_ceil(8) >= min_short_side;
    let full = FULL as u32;
    [1, 2, 4].into_iter().find(enough).unwrap_or(full)
}

enum DecodeRefusal {
    Limit(DecodeError),
    Decoder {
        /// Whether the file is unsupported rather than damaged.
        is_unusual: bool,
    },
}

impl From<jpeg_decoder::Error> for DecodeRefusal {
    fn from(error: jpeg_decoder::Error) -> Self {
        tracing::debug!(%error, "a JPEG is left to another decoder");
        Self::Decoder {
            is_unusual: matches!(error, jpeg_decoder::Error::Unsupported(_)),
        }
    }
}

fn decode_scaled(
    bytes: &[u8],
    min_short_side: u32,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeRefusal> {
    let mut decoder = Decoder::new(CancelReader::new(Cursor::new(bytes), limits.cancel));
    decoder.read_info()?;
    let full = decoder.info();
    let full = full.ok_or(DecodeRefusal::Decoder { is_unusual: false })?;
    let (full_width, full_height) = (u32::from(full.width), u32::from(full.height));
    if has_excessive_scans(bytes) {
        return Err(DecodeRefusal::Decoder { is_unusual: false });
    }
    // Only sequential files are decoded without coefficients of the full size.
    let coefficients = match full.coding_process {
        CodingProcess::DctSequential => 0,
        _ => area(full_width, full_height, 6),
    };
    // The decoder takes either side for its choice, so it is given the exact size at the desired scale.
    let eighths = eighths(full_width.min(full_height), min_short_side);
    let at_scale = |side: u32| u16::try_from((side * eighths).div_ceil(8)).unwrap_or(u16::MAX);
    let (width, height) = match eighths {
        // A side of one pixel stays one at every scale, so the decoder would choose the smallest.
        8 => (full.width, full.height),
        _ => decoder.scale(at_scale(full_width), at_scale(full_height))?,
    };
    let (width, height) = (u32::from(width), u32::from(height));
    let need = area(width, height, 7)
        .saturating_add(coefficients)
        .max(huge(full_width, full_height));
    limits
        .reserve(full_width, full_height, need)
        .map_err(DecodeRefusal::Limit)?;
    let data = decoder.decode()?;
    let format = decoder
        .info()
        .map_or(PixelFormat::RGB24, |info| info.pixel_format);
    Ok(Picture {
        scaled_width: width,
        scaled_height: height,
        rgb: to_rgb(data, format, bytes),
        full_width,
        full_height,
        orientation: None,
        stands_for: None,
        warning: None,
    })
}

fn to_rgb(data: Vec<u8>, format: PixelFormat, bytes: &[u8]) -> Vec<u8> {
    match format {
        PixelFormat::RGB24 => data,
        PixelFormat::L8 => data.iter().flat_map(|grey| [*grey; 3]).collect(),
        // 16-bit samples are in native byte order.
        PixelFormat::L16 => data
            .as_chunks::<2>()
            .0
            .iter()
            .flat_map(|sample| [(u16::from_ne_bytes(*sample) >> 8) as u8; 3])
            .collect(),
        PixelFormat::CMYK32 => {
            let profile = profile::profile(bytes);
            colour::InkConversion::new(profile.as_deref()).all_to_srgb(&data)
        }
    }
}

/// Whether the EOI marker is missing. Cameras append data after it, and thumbnails in the metadata, before the first
/// scan, have one of their own.
fn ends_early(bytes: &[u8]) -> bool {
    let data = first_scan(bytes).unwrap_or(0);
    memchr::memmem::find(&bytes[data..], b"\xff\xd9").is_none()
}

/// Offset of the first scan.
fn first_scan(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = bytes.get(at..at + 4)? else {
            return None;
        };
        if *marker == 0xda {
            return Some(at);
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
}

#[cfg(test)]
mod tests;
