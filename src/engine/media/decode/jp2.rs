//! JPEG 2000: a file or a bare codestream.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::alpha::over_white;
use super::colour::{self, InkConversion};
use super::detached::detached;
use super::format::PictureFormat;
use super::iso_media::parts;
use super::limits::area;
use super::{DecodeError, DecodeLimits, Picture};
use crate::engine::media::input::ByteSource;

const NAME: &str = "JPEG 2000";
const FILE: &[u8] = b"\0\0\0\x0cjP  ";
const CODESTREAM: &[u8] = b"\xff\x4f\xff\x51";
/// Channels of a picture: four inks and opacity.
const MOST_CHANNELS: u64 = 5;
/// Bytes that a pixel's channel takes while it is decoded: a coefficient and a sample of four bytes, and one of eight
/// bits.
const BYTES_PER_CHANNEL: u64 = 9;
const COLOURS: &str = "JPEG 2000 files with these colours";
/// Where the number of channels lies in a codestream, behind its first marker (ITU-T T.800, A.5.1).
const CHANNELS: u64 = 40;

/// JPEG 2000.
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
        let channels = channels(bytes).ok_or_else(damaged)?;
        if channels > MOST_CHANNELS {
            return Err(DecodeError::Unsupported(COLOURS));
        }
        let whole = Image::new(bytes, &DecodeSettings::default()).map_err(|_| damaged())?;
        let full = (whole.width(), whole.height());
        let per_pixel = BYTES_PER_CHANNEL * channels + 3;
        let need = area(full.0, full.1, per_pixel).saturating_add(bytes.len() as u64);
        limits.reserve(full.0, full.1, need)?;
        let bytes = bytes.to_vec();
        detached(limits.cancel, move || decode(&bytes, full, min_short_side))?
    }
}

fn damaged() -> DecodeError {
    DecodeError::damaged(NAME, "its picture data ends early or contradicts itself")
}

/// The most channels that a pixel has on its way: those of the codestream, or those of the palette.
fn channels(bytes: &[u8]) -> Option<u64> {
    let mut input = bytes;
    let in_codestream = |input: &mut &[u8], at: u64| {
        let count = input.array(at.checked_add(CHANNELS)?)?;
        Some(u64::from(u16::from_be_bytes(count)))
    };
    if bytes.starts_with(CODESTREAM) {
        return in_codestream(&mut input, 0);
    }
    let mut most = 0;
    for part in parts(&mut input, 0, bytes.len() as u64) {
        match &part.kind {
            b"jp2c" => most = most.max(in_codestream(&mut input, part.body)?),
            b"jp2h" => {
                let within = parts(&mut input, part.body, part.end);
                let palettes = within.iter().filter(|part| &part.kind == b"pclr");
                // Behind the number of its colours, of two bytes.
                let columns = palettes.filter_map(|part| input.array::<1>(part.body + 2));
                most = columns.fold(most, |most, [columns]| most.max(columns.into()));
            }
            _ => {}
        }
    }
    (most > 0).then_some(most)
}

/// Decodes at the smallest of its own scales that suffices.
fn decode(bytes: &[u8], full: (u32, u32), min_short_side: u32) -> Result<Picture, DecodeError> {
    // A half, a quarter or an eighth.
    let scaled = |by: u32| (full.0.div_ceil(by), full.1.div_ceil(by));
    let suffices = |by: &u32| full.0.min(full.1) / by >= min_short_side.max(1);
    let by = [8, 4, 2].into_iter().find(suffices).unwrap_or(1);
    let settings = DecodeSettings {
        target_resolution: (by > 1).then(|| scaled(by)),
        ..DecodeSettings::default()
    };
    let mut image = Image::new(bytes, &settings).map_err(|_| damaged())?;
    if (image.width(), image.height()) != scaled(by) {
        // It has fewer scales than that.
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
            *target = over_white([red, green, blue, pixel[channels - 1]]);
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
