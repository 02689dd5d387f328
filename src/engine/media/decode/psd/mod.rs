//! Photoshop's PSD and PSB: the merged picture that Photoshop stores after the layers.

mod rows;
mod sections;

use super::alpha::composite_over_white;
use super::colour::{self, InkConversion, lab_to_srgb};
use super::exif::{self, Exif};
use super::format::PictureFormat;
use super::limits::area;
use super::tone::{compressed, eight_bits, linear_to_srgb};
use super::{DecodeError, DecodeLimits, Picture, warning};
use crate::engine::cancel::Cancel;
use rows::ChannelRows;
use sections::{Mode, Sections};

const NAME: &str = "Photoshop";
const SUMMARY: u16 = 1057;
const THUMBNAIL: u16 = 1036;
const PROFILE: u16 = 1039;
const EXIF: u16 = 1058;
/// Size of the header before a thumbnail's JPEG data.
const THUMBNAIL_HEADER: usize = 28;

/// PSD, and PSB for larger pictures.
pub struct Psd;

impl PictureFormat for Psd {
    fn name(&self) -> &'static str {
        NAME
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"8BPS\0\x01") || bytes.starts_with(b"8BPS\0\x02")
    }

    fn exif(&self, bytes: &[u8]) -> Option<Exif> {
        exif::parse(Sections::read(bytes)?.resource(EXIF)?.to_vec())
    }

    /// The thumbnail, but only if the file has no merged picture.
    fn previews<'a>(&self, bytes: &'a [u8], _min_short_side: u32) -> Vec<&'a [u8]> {
        let Some(sections) = Sections::read(bytes) else {
            return Vec::new();
        };
        let thumbnail = sections.resource(THUMBNAIL);
        let jpeg = thumbnail.and_then(|content| content.get(THUMBNAIL_HEADER..));
        jpeg.filter(|jpeg| is_empty(&sections) && jpeg.starts_with(b"\xff\xd8"))
            .into_iter()
            .collect()
    }

    fn full_size(&self, bytes: &[u8], _preview: (u32, u32)) -> Option<(u32, u32)> {
        Sections::read(bytes).map(|sections| (sections.width, sections.height))
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let sections = Sections::read(bytes).ok_or_else(|| damaged("its sections are cut"))?;
        if is_empty(&sections) {
            return Err(DecodeError::Unsupported(
                "Photoshop files without \"maximize compatibility\"",
            ));
        }
        let (width, height) = (sections.width, sections.height);
        let channels = sections.channels as u64;
        let of_rows = u64::from(width).saturating_mul(8 * channels);
        let of_data = match sections.compression {
            0 => 0,
            // Offset and length of each row.
            1 => 16 * u64::from(height) * channels,
            _ => area(width, height, channels).saturating_mul(sections.depth.div_ceil(8) as u64),
        };
        let need = area(width, height, 3)
            .saturating_add(of_rows)
            .saturating_add(of_data);
        limits.reserve(width, height, need)?;
        let mut painter = PsdPainter::new(&sections)?;
        let mut rows = ChannelRows::new(&sections)?;
        painter.detect_range(&mut rows, height as usize, limits.cancel)?;
        let size = usize::try_from(area(width, height, 3)).unwrap_or(usize::MAX);
        let mut rgb = vec![128; size];
        let mut missing = 0;
        for (y, target) in rgb.chunks_exact_mut(3 * width as usize).enumerate() {
            if limits.cancel.is_cancelled() {
                return Err(DecodeError::Cancelled);
            }
            match rows.read(y, painter.channels()) {
                Some(samples) => painter.row(samples, target),
                None => missing += 1,
            }
        }
        if missing == height as usize {
            return Err(damaged("its pixels are missing or contradict themselves"));
        }
        let percent = (100 * missing).div_ceil(height as usize);
        if let Some(profile) = sections.resource(PROFILE).filter(|_| painter.is_plain()) {
            colour::to_srgb(&mut rgb, profile);
        }
        Ok(Picture {
            warning: (missing > 0).then_some(match rows.is_truncated() {
                true => warning::cut_short(percent),
                false => warning::damaged(percent),
            }),
            ..Picture::whole(width, height, rgb)
        })
    }
}

fn damaged(reason: &str) -> DecodeError {
    DecodeError::damaged(NAME, reason)
}

/// Whether the file has no real merged picture: Photoshop then stores a white one.
fn is_empty(sections: &Sections<'_>) -> bool {
    let summary = sections.resource(SUMMARY);
    summary.and_then(|content| content.get(4)) == Some(&0)
}

/// Converts samples to colours.
struct PsdPainter<'a> {
    mode: Mode,
    palette: &'a [u8],
    alpha: Option<usize>,
    /// Whether samples are linear 32-bit floats.
    is_float: bool,
    /// Whether any sample exceeds white.
    is_bright: bool,
    inks: Option<InkConversion>,
    channels: usize,
}

impl<'a> PsdPainter<'a> {
    fn new(sections: &Sections<'a>) -> Result<Self, DecodeError> {
        let mode = sections.mode.ok_or(DecodeError::Unsupported(
            "Photoshop files in this colour mode",
        ))?;
        let colours = mode.colours();
        if sections.channels < colours {
            return Err(damaged("it has fewer channels than its colours need"));
        }
        if mode == Mode::Indexed && sections.palette.len() < 768 {
            return Err(damaged("its palette is missing"));
        }
        let alpha = sections.has_alpha().then_some(colours);
        Ok(Self {
            mode,
            palette: sections.palette,
            alpha,
            is_float: sections.depth == 32,
            is_bright: false,
            inks: (mode == Mode::Cmyk).then(|| InkConversion::new(sections.resource(PROFILE))),
            channels: colours + usize::from(alpha.is_some()),
        })
    }

    /// Scans all rows for values beyond white, if possible: the tone curve applies to the whole picture or not at all,
    /// which preserves the order of brightness.
    fn detect_range(
        &mut self,
        rows: &mut ChannelRows<'_>,
        height: usize,
        cancel: &Cancel,
    ) -> Result<(), DecodeError> {
        if !self.is_float || !matches!(self.mode, Mode::Grey | Mode::Rgb) {
            return Ok(());
        }
        let is_bright = |value: &f32| *value > 1.0;
        for y in 0..height {
            if cancel.is_cancelled() {
                return Err(DecodeError::Cancelled);
            }
            let samples = rows.read(y, self.mode.colours());
            self.is_bright |= samples.is_some_and(|samples| samples.iter().any(is_bright));
            if self.is_bright {
                break;
            }
        }
        Ok(())
    }

    /// Number of channels that are used.
    fn channels(&self) -> usize {
        self.channels
    }

    /// Whether an RGB or grey ICC profile applies.
    fn is_plain(&self) -> bool {
        !self.is_float && matches!(self.mode, Mode::Grey | Mode::Rgb | Mode::Indexed)
    }

    /// Converts a row of planar samples from 0 to 1.
    fn row(&self, samples: &[f32], rgb: &mut [u8]) {
        let width = rgb.len() / 3;
        if let Some(inks) = &self.inks {
            let pixel =
                |x: usize| [0, 1, 2, 3].map(|ink| 255 - eight_bits(samples[ink * width + x]));
            // Photoshop stores full ink as 0.
            let of_row: Vec<u8> = (0..width).flat_map(pixel).collect();
            inks.row_to_srgb(&of_row, rgb);
        }
        for (x, target) in rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let sample = |channel: usize| samples[channel * width + x];
            let colour = match self.mode {
                Mode::Bitmap => [eight_bits(1.0 - sample(0)); 3],
                Mode::Grey => [self.coded([sample(0); 3])[0]; 3],
                Mode::Rgb => self.coded([sample(0), sample(1), sample(2)]),
                Mode::Indexed => {
                    let index = usize::from(eight_bits(sample(0)));
                    [0, 256, 512].map(|plane| self.palette[plane + index])
                }
                Mode::Cmyk => *target,
                Mode::Lab => {
                    let difference = |channel| sample(channel) * 255.0 - 128.0;
                    lab_to_srgb([sample(0) * 100.0, difference(1), difference(2)]).map(eight_bits)
                }
            };
            *target = match self.alpha {
                Some(alpha) => {
                    let [red, green, blue] = colour;
                    composite_over_white([red, green, blue, eight_bits(sample(alpha))])
                }
                None => colour,
            };
        }
    }

    /// Encodes linear 32-bit values as sRGB.
    fn coded(&self, colour: [f32; 3]) -> [u8; 3] {
        if !self.is_float {
            return colour.map(eight_bits);
        }
        let light = colour.map(|value| if value.is_nan() { 0.0 } else { value.max(0.0) });
        let light = if self.is_bright {
            compressed(light)
        } else {
            light
        };
        light.map(|value| eight_bits(linear_to_srgb(value)))
    }
}
