//! JPEG 2000: a file or a bare codestream.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

use super::alpha::over_white;
use super::colour::{self, Inks};
use super::detached::detached;
use super::format::PictureFormat;
use super::limits::area;
use super::{DecodeError, Limits, Picture};

const NAME: &str = "JPEG 2000";
const FILE: &[u8] = b"\0\0\0\x0cjP  ";
const CODESTREAM: &[u8] = b"\xff\x4f\xff\x51";
/// Bytes that a pixel takes while it is decoded: coefficients and samples of four channels, then RGB.
const BYTES_PER_PIXEL: u64 = 40;

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
        limits: &mut Limits<'_>,
    ) -> Result<Picture, DecodeError> {
        let whole = Image::new(bytes, &DecodeSettings::default()).map_err(|_| damaged())?;
        let full = (whole.width(), whole.height());
        limits.reserve(full.0, full.1, area(full.0, full.1, BYTES_PER_PIXEL))?;
        let bytes = bytes.to_vec();
        detached(limits.cancel, move || decode(&bytes, full, min_short_side))?
    }
}

fn damaged() -> DecodeError {
    DecodeError::Damaged {
        format: NAME,
        reason: "its picture data ends early or contradicts itself".into(),
    }
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
        ColorSpace::Icc { profile, .. } if colours == 4 => (None, Some(Inks::new(Some(profile)))),
        ColorSpace::Icc { profile, .. } => (Some(&profile[..]), None),
        ColorSpace::CMYK => (None, Some(Inks::new(None))),
        _ => (None, None),
    };
    let colour = |pixel: &[u8]| match (colours, &inks) {
        (1, _) => Some([pixel[0]; 3]),
        (3, _) => Some([pixel[0], pixel[1], pixel[2]]),
        (4, Some(inks)) => Some(inks.to_srgb([pixel[0], pixel[1], pixel[2], pixel[3]])),
        _ => None,
    };
    let mut rgb = Vec::with_capacity(3 * pixels);
    for pixel in data.chunks_exact(channels) {
        let [red, green, blue] = colour(pixel).ok_or(DecodeError::Unsupported(
            "JPEG 2000 with colours of this kind",
        ))?;
        let opacity = if has_alpha { pixel[channels - 1] } else { 255 };
        rgb.extend_from_slice(&over_white([red, green, blue, opacity]));
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
