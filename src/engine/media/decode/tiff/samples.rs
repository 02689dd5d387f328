//! Converts rows of samples to sRGB.

use half::f16;

use super::codec::PackedRows;
use super::layout::{PageLayout, Photometric, SampleFormat, YCbCr};
use crate::engine::media::decode::colour::{InkConversion, lab_to_srgb};
use crate::engine::media::decode::tone::{compressed, eight_bits};

/// Minimum and maximum of a picture's samples.
pub type SampleRange = (f32, f32);

/// Converts the samples of a page to colours.
pub struct TiffPainter<'a> {
    layout: &'a PageLayout<'a>,
    /// Sample values of black (or no ink) and white (or full ink).
    range: (f32, f32),
    /// Whether values beyond white are compressed.
    is_bright: bool,
    inks: Option<InkConversion>,
    values: Vec<f32>,
    of_inks: Vec<u8>,
}

/// Whether the range from black to white must be derived from the samples.
pub fn needs_extremes(layout: &PageLayout<'_>) -> bool {
    let is_raw = matches!(
        layout.meaning,
        Photometric::Palette(_) | Photometric::YCbCr(_)
    );
    !is_raw && (layout.format != SampleFormat::Unsigned || layout.bits > 16)
}

/// The values of black and white where no standard defines them. Pictures of 8 or 16 bits stored in a larger type keep
/// their range. Negative values, and those beyond every type, are normalised to minimum and maximum.
fn range(layout: &PageLayout<'_>, (least, most): SampleRange) -> (f32, f32) {
    let of_type = match (layout.format, layout.bits) {
        (SampleFormat::Float, _) => 65_535.0,
        (SampleFormat::Signed, bits) => 2_f32.powi(bits as i32 - 1) - 1.0,
        (SampleFormat::Unsigned, bits) => 2_f32.powi(bits as i32) - 1.0,
    };
    // Signed samples that span most of their type are unsigned ones with an offset.
    if layout.format == SampleFormat::Signed && least < 0.0 && most - least > of_type {
        return (-of_type - 1.0, of_type);
    }
    let steps: &[f32] = match layout.format {
        // Floats up to 16 times white are HDR light.
        SampleFormat::Float => &[16.0, 255.5, 65_535.5],
        SampleFormat::Signed if layout.bits == 8 => &[127.0],
        SampleFormat::Signed if layout.bits == 16 => &[255.0, 32_767.0],
        _ => &[255.0, 65_535.0, of_type],
    };
    let is_stretched = least
        < if layout.format == SampleFormat::Float {
            -0.5
        } else {
            0.0
        };
    match steps.iter().find(|step| most <= **step) {
        Some(step) if !is_stretched => match layout.format {
            SampleFormat::Float if *step == 16.0 => (0.0, 1.0),
            _ => (0.0, step.floor()),
        },
        _ if most > least => (least, most),
        _ => (0.0, 1.0),
    }
}

impl<'a> TiffPainter<'a> {
    pub fn new(layout: &'a PageLayout<'a>, extremes: Option<SampleRange>) -> Self {
        let range = match (&layout.meaning, extremes) {
            (Photometric::Palette(_) | Photometric::YCbCr(_), _) => (0.0, 1.0),
            (_, Some(extremes)) => range(layout, extremes),
            _ => (0.0, 2_f32.powi(layout.bits as i32) - 1.0),
        };
        let is_cmyk = layout.meaning == Photometric::Cmyk;
        Self {
            layout,
            range,
            is_bright: is_bright(layout, range, extremes),
            inks: is_cmyk.then(|| InkConversion::new(layout.profile)),
            values: Vec::new(),
            of_inks: Vec::new(),
        }
    }

    /// Converts a row from its strips or tiles: one for all samples, or one per sample plane.
    pub fn row(&mut self, chunks: &[PackedRows], y: usize, rgb: &mut [u8]) {
        let first = &chunks[0];
        let row = &first.bytes[y * first.row_bytes..(y + 1) * first.row_bytes];
        let is_plain = self.layout.meaning == Photometric::Rgb
            && self.layout.samples_together() == 3
            && (self.layout.bits, self.layout.format) == (8, SampleFormat::Unsigned);
        if first.is_rgb || is_plain {
            rgb.copy_from_slice(&row[..rgb.len()]);
            return;
        }
        read(self.layout, chunks, y, rgb.len() / 3, &mut self.values);
        let (black, white) = self.range;
        if self.range != (0.0, 1.0) {
            let factor = 1.0 / (white - black);
            for value in &mut self.values {
                *value = (*value - black) * factor;
            }
        }
        let pixels = self.values.chunks_exact(self.layout.samples);
        if let Some(inks) = &self.inks {
            self.of_inks.clear();
            self.of_inks.extend(
                pixels
                    .clone()
                    .flat_map(|pixel| pixel[..4].iter().map(|ink| eight_bits(*ink))),
            );
            inks.row_to_srgb(&self.of_inks, rgb);
        }
        for (pixel, target) in pixels.zip(rgb.as_chunks_mut::<3>().0) {
            *target = self.colour(pixel, *target);
        }
    }

    /// The colour of a pixel; `of_inks` is the already converted colour if the page is CMYK.
    fn colour(&self, pixel: &[f32], of_inks: [u8; 3]) -> [u8; 3] {
        let colour = match &self.layout.meaning {
            Photometric::Grey { white_is_zero } => {
                let grey = match white_is_zero {
                    true => 1.0 - pixel[0],
                    false => pixel[0],
                };
                [grey; 3]
            }
            Photometric::Rgb => [pixel[0], pixel[1], pixel[2]],
            Photometric::Palette(colours) => {
                let colour = colours.get(pixel[0] as usize).copied();
                colour
                    .unwrap_or_default()
                    .map(|value| f32::from(value) / 255.0)
            }
            Photometric::YCbCr(colours) => from_ycbcr(colours, pixel),
            Photometric::Lab { offset } => {
                // Chroma is signed, or offset by half the range.
                let difference = |value: f32| match offset {
                    true => value * 255.0 - 128.0,
                    false if value > 0.5 => value * 255.0 - 256.0,
                    false => value * 255.0,
                };
                lab_to_srgb([pixel[0] * 100.0, difference(pixel[1]), difference(pixel[2])])
            }
            Photometric::Cmyk => of_inks.map(|value| f32::from(value) / 255.0),
        };
        let colour = match self.is_bright {
            true => compressed(colour.map(|value| value.max(0.0))),
            false => colour,
        };
        let over_white = match self.layout.alpha {
            Some(alpha) => {
                // Palette indices have no range, but alpha still uses all bits of its sample.
                let most = match self.layout.meaning {
                    Photometric::Palette(_) => 2_f32.powi(self.layout.bits as i32) - 1.0,
                    _ => 1.0,
                };
                let opacity = (pixel[alpha.sample] / most).clamp(0.0, 1.0);
                let factor = if alpha.is_associated { 1.0 } else { opacity };
                colour.map(|value| value * factor + 1.0 - opacity)
            }
            None => colour,
        };
        over_white.map(eight_bits)
    }
}

/// Whether any value exceeds white. The tone curve then applies to all pixels, to keep their order of brightness.
fn is_bright(layout: &PageLayout<'_>, range: (f32, f32), extremes: Option<SampleRange>) -> bool {
    let Some((least, most)) = extremes else {
        return false;
    };
    let brightest = match layout.meaning {
        Photometric::Grey {
            white_is_zero: true,
        } => 1.0 - least,
        _ => most,
    };
    layout.format == SampleFormat::Float && range == (0.0, 1.0) && brightest > 1.05
}

fn from_ycbcr(colours: &YCbCr, pixel: &[f32]) -> [f32; 3] {
    let of = &colours.reference;
    let luma = (pixel[0] - of[0]) / (of[1] - of[0]);
    let difference =
        |value: f32, at: usize| (value - of[at]) / (of[at + 1] - of[at]) * 127.0 / 255.0;
    let (blue, red) = (difference(pixel[1], 2), difference(pixel[2], 4));
    let [of_red, of_green, of_blue] = colours.luma;
    let red = luma + red * (2.0 - 2.0 * of_red);
    let blue = luma + blue * (2.0 - 2.0 * of_blue);
    [red, (luma - of_red * red - of_blue * blue) / of_green, blue]
}

/// Minimum and maximum of the colour samples in the pixels of a row.
pub fn extremes(
    layout: &PageLayout<'_>,
    chunks: &[PackedRows],
    y: usize,
    pixels: usize,
) -> SampleRange {
    let mut values = Vec::new();
    read(layout, chunks, y, pixels, &mut values);
    let is_colour = |at: usize| {
        layout
            .alpha
            .is_none_or(|alpha| at % layout.samples != alpha.sample)
    };
    let colours = values
        .iter()
        .enumerate()
        .filter(|(at, value)| is_colour(*at) && value.abs() < f32::MAX);
    colours.fold((f32::MAX, f32::MIN), |(least, most), (_, value)| {
        (least.min(*value), most.max(*value))
    })
}

/// Reads the samples of a row, interleaved by pixel.
fn read(
    layout: &PageLayout<'_>,
    chunks: &[PackedRows],
    y: usize,
    pixels: usize,
    values: &mut Vec<f32>,
) {
    values.clear();
    values.resize(pixels * layout.samples, 0.0);
    let together = layout.samples_together();
    for (plane, chunk) in chunks.iter().enumerate() {
        let row = &chunk.bytes[y * chunk.row_bytes..(y + 1) * chunk.row_bytes];
        let number = reader(layout, chunk.is_big_endian);
        for index in 0..pixels * together {
            let at = index / together * layout.samples + index % together + plane;
            values[at] = number(row, index);
        }
    }
}

/// The function that reads the sample at an index of a row.
fn reader(layout: &PageLayout<'_>, is_big_endian: bool) -> impl Fn(&[u8], usize) -> f32 {
    let (format, bits) = (layout.format, layout.bits);
    let of_bytes = move |bytes: &[u8]| {
        let sum = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        match is_big_endian {
            true => bytes.iter().fold(0, sum),
            false => bytes.iter().rev().fold(0, sum),
        }
    };
    move |row: &[u8], index: usize| {
        if bits == 8 && format == SampleFormat::Unsigned {
            return f32::from(row[index]);
        }
        if !bits.is_multiple_of(8) {
            // Samples of other bit depths are packed without gaps, most significant bit first.
            let mut value = 0_u32;
            for at in index * bits..(index + 1) * bits {
                value = value << 1 | u32::from(row[at / 8] >> (7 - at % 8) & 1);
            }
            return value as f32;
        }
        let width = bits / 8;
        let value = of_bytes(&row[index * width..(index + 1) * width]);
        let value = match (format, bits) {
            (SampleFormat::Unsigned, _) => value as f32,
            (SampleFormat::Signed, 8) => f32::from(value as u8 as i8),
            (SampleFormat::Signed, 16) => f32::from(value as u16 as i16),
            (SampleFormat::Signed, _) => value as u32 as i32 as f32,
            (SampleFormat::Float, 16) => f16::from_bits(value as u16).to_f32(),
            (SampleFormat::Float, 32) => f32::from_bits(value as u32),
            (SampleFormat::Float, _) => f64::from_bits(value) as f32,
        };
        if value.is_nan() {
            0.0
        } else {
            value.clamp(f32::MIN, f32::MAX)
        }
    }
}
