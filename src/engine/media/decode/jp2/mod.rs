//! JPEG 2000: JP2 files and bare codestreams.

mod codestream;
mod outline;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::alpha::composite_over_white;
use super::colour::{self, InkConversion};
use super::detached::detached;
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture, warning};

const NAME: &str = "JPEG 2000";
const FILE: &[u8] = b"\0\0\0\x0cjP  ";
const CODESTREAM: &[u8] = b"\xff\x4f\xff\x51";
/// Maximum number of channels: CMYK and alpha.
const MAX_CHANNELS: u64 = 5;
/// Bytes per pixel and channel during decoding: a 32-bit and an 8-bit sample.
const BYTES_PER_CHANNEL: u64 = 5;
/// Further bytes per pixel: the coefficients of one channel before and after the wavelet transform, and RGB.
const BYTES_PER_PIXEL: u64 = 12;
const COLOURS: &str = "JPEG 2000 files with these colours";

pub struct Jp2;

impl PictureFormat for Jp2 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(FILE) || bytes.starts_with(CODESTREAM)
    }

    fn decode(
        &self,
        bytes: &[u8],
        min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let outline = outline::of(bytes).ok_or_else(damaged)?;
        if outline.is_high_throughput {
            return Err(DecodeError::Unsupported("High-throughput JPEG 2000 files"));
        }
        if outline.channels > MAX_CHANNELS {
            return Err(DecodeError::Unsupported(COLOURS));
        }
        let copied = bytes.len() as u64;
        let (full, repaired) = match size(bytes) {
            Ok(full) => (full, None),
            Err(_) => {
                limits.reserve(0, 0, copied)?;
                let repaired = outline::without_colours(bytes).ok_or_else(damaged)?;
                (size(&repaired)?, Some(repaired))
            }
        };
        let per_pixel = BYTES_PER_CHANNEL * outline.channels + BYTES_PER_PIXEL;
        let need = area(full.0, full.1, per_pixel)
            .saturating_add(outline.lists)
            .saturating_add(copied);
        limits.reserve(full.0, full.1, need)?;
        let bytes = repaired.unwrap_or_else(|| bytes.to_vec());
        let decoded = detached(limits.cancel, move || decode(&bytes, full, min_short_side))??;
        if !outline.is_truncated {
            return Ok(decoded);
        }
        let pixels = decoded.rgb.as_chunks::<3>().0;
        if pixels.iter().all(|pixel| Some(pixel) == pixels.first()) {
            return Err(DecodeError::damaged(
                NAME,
                "it ends before any part of its picture can be seen",
            ));
        }
        Ok(Picture {
            warning: Some(warning::DETAILS_MISSING.into()),
            ..decoded
        })
    }
}

fn damaged() -> DecodeError {
    DecodeError::damaged(NAME, "its picture data ends early or contradicts itself")
}

/// Width and height of the whole picture.
fn size(bytes: &[u8]) -> Result<(u32, u32), DecodeError> {
    let whole = Image::new(bytes, &DecodeSettings::default()).map_err(|_| damaged())?;
    Ok((whole.width(), whole.height()))
}

/// Decodes at the lowest resolution level that is large enough.
fn decode(bytes: &[u8], full: (u32, u32), min_short_side: u32) -> Result<Picture, DecodeError> {
    // Scales of 1/2, 1/4 and 1/8.
    let scaled = |by: u32| (full.0.div_ceil(by), full.1.div_ceil(by));
    let suffices = |by: &u32| full.0.min(full.1) / by >= min_short_side.max(1);
    let by = [8, 4, 2].into_iter().find(suffices).unwrap_or(1);
    let settings = DecodeSettings {
        target_resolution: (by > 1).then(|| scaled(by)),
        ..DecodeSettings::default()
    };
    let mut image = Image::new(bytes, &settings).map_err(|_| damaged())?;
    if (image.width(), image.height()) != scaled(by) {
        // The file has fewer resolution levels.
        image = Image::new(bytes, &DecodeSettings::default()).map_err(|_| damaged())?;
    }
    let (width, height) = (image.width(), image.height());
    let pixels = usize::try_from(area(width, height, 1)).unwrap_or(usize::MAX);
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| damaged())?;
    let channels = decoded.components().len();
    let is_whole = (decoded.components().iter()).all(|part| part.samples().len() == pixels);
    if !is_whole || channels == 0 {
        return Err(damaged());
    }
    let data = decoded.data_u8();
    let has_alpha = image.has_alpha();
    let colours = channels - usize::from(has_alpha && channels > 1);
    let (profile, inks) = match image.color_space() {
        ColorSpace::Icc { profile, .. } if colours == 4 => {
            (None, Some(InkConversion::new(Some(profile))))
        }
        ColorSpace::Icc { profile, .. } => (Some(&profile[..]), None),
        ColorSpace::CMYK => (None, Some(InkConversion::new(None))),
        _ => (None, None),
    };
    let mut rgb = vec![0; 3 * pixels];
    let all = || data.chunks_exact(channels);
    let colour = |pixel: &[u8]| [pixel[0], pixel[1], pixel[2]];
    match (colours, &inks) {
        (1, _) => put(&mut rgb, all().map(|pixel| [pixel[0]; 3])),
        (3, _) => put(&mut rgb, all().map(colour)),
        (4, Some(inks)) => {
            let rows = data.chunks(channels * width as usize);
            let mut of_row = Vec::with_capacity(4 * width as usize);
            for (target, row) in rgb.chunks_mut(3 * width as usize).zip(rows) {
                of_row.clear();
                of_row.extend(row.chunks_exact(channels).flat_map(|pixel| &pixel[..4]));
                inks.row_to_srgb(&of_row, target);
            }
        }
        _ => return Err(DecodeError::Unsupported(COLOURS)),
    }
    if has_alpha {
        for (target, pixel) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(all()) {
            let [red, green, blue] = *target;
            *target = composite_over_white([red, green, blue, pixel[channels - 1]]);
        }
    }
    if let Some(profile) = profile {
        colour::to_srgb(&mut rgb, profile);
    }
    Ok(Picture {
        full_width: full.0,
        full_height: full.1,
        ..Picture::whole(width, height, rgb)
    })
}

fn put(rgb: &mut [u8], pixels: impl Iterator<Item = [u8; 3]>) {
    for (target, pixel) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
        *target = pixel;
    }
}
