//! OpenEXR and Radiance HDR: linear floating-point light of high dynamic range.
//!
//! Pictures within the range of a screen are left as they are. In others, values above 0.6 of white are compressed (see
//! [`super::tone`]). Pictures that are far too dark or bright are first exposed so that their geometric mean is a
//! middle grey of 0.18.

use std::io::Cursor;

use image::codecs::{hdr::HdrDecoder, openexr::OpenExrDecoder};
use image::{ImageDecoder, ImageResult};

use super::format::PictureFormat;
use super::limits::area;
use super::raster::damaged;
use super::tone::{compressed, eight_bits, linear_to_srgb};
use super::{DecodeError, DecodeLimits, Picture};
use crate::engine::cancel::CancelReader;

/// Bytes per pixel: four 32-bit samples, twice while blocks are decompressed, and RGB.
const BYTES_PER_PIXEL: u64 = 35;
/// Geometric means that need no exposure adjustment.
const USUAL: std::ops::RangeInclusive<f32> = 0.005..=1.0;
const MIDDLE: f32 = 0.18;

pub struct Exr;

impl PictureFormat for Exr {
    fn name(&self) -> &'static str {
        "OpenEXR"
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x76\x2f\x31\x01")
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
        decode(OpenExrDecoder::new(reader), self.name(), limits)
    }
}

pub struct Radiance;

impl PictureFormat for Radiance {
    fn name(&self) -> &'static str {
        "Radiance HDR"
    }

    fn probe(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"#?RADIANCE") || bytes.starts_with(b"#?RGBE")
    }

    fn decode(
        &self,
        bytes: &[u8],
        _min_short_side: u32,
        limits: &mut DecodeLimits<'_>,
    ) -> Result<Picture, DecodeError> {
        let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
        decode(HdrDecoder::new(reader), self.name(), limits)
    }
}

fn decode(
    decoder: ImageResult<impl ImageDecoder>,
    name: &'static str,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    let decoder = decoder.map_err(|e| damaged(name, &e))?;
    let (width, height) = decoder.dimensions();
    limits.reserve(width, height, area(width, height, BYTES_PER_PIXEL))?;
    let image = image::DynamicImage::from_decoder(decoder).map_err(|e| damaged(name, &e))?;
    let light = image.into_rgba32f().into_raw();
    Ok(Picture::whole(width, height, shown(&light)))
}

/// Tone-maps premultiplied linear RGBA to sRGB, composited over white.
fn shown(light: &[f32]) -> Vec<u8> {
    let pixels = light.as_chunks::<4>().0;
    let exposure = exposure(pixels.iter().map(|pixel| pixel.map(known)));
    let scaled = |pixel: &[f32; 4]| [0, 1, 2].map(|channel| known(pixel[channel]) * exposure);
    let is_bright = pixels
        .iter()
        .any(|pixel| scaled(pixel).iter().any(|value| *value > 1.001));
    let mut rgb = Vec::with_capacity(3 * pixels.len());
    for pixel in pixels {
        let colour = match is_bright {
            true => compressed(scaled(pixel)),
            false => scaled(pixel),
        };
        let opacity = known(pixel[3]).min(1.0);
        rgb.extend(colour.map(|value| eight_bits(linear_to_srgb(value + 1.0 - opacity))));
    }
    rgb
}

/// Replaces NaN and negative values by 0, and clamps infinity to the largest finite value.
fn known(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, f32::MAX)
    }
}

/// The exposure factor.
fn exposure(pixels: impl Iterator<Item = [f32; 4]>) -> f32 {
    let (mut sum, mut count) = (0.0_f64, 0_u64);
    for [red, green, blue, opacity] in pixels {
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        // Black and non-finite pixels do not contribute.
        if (1e-6..1e30).contains(&luminance) && opacity > 0.0 {
            sum += f64::from(luminance.ln());
            count += 1;
        }
    }
    if count == 0 {
        return 1.0;
    }
    let mean = (sum / count as f64).exp() as f32;
    match USUAL.contains(&mean) {
        true => 1.0,
        false => MIDDLE / mean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_of_a_screen_is_shown_as_it_is() {
        let coded: Vec<u8> = (0..=255).collect();
        let light = coded.iter().flat_map(|value| {
            let light = super::super::tone::srgb_to_linear(f32::from(*value) / 255.0);
            [light, light, light, 1.0]
        });
        let shown = shown(&light.collect::<Vec<_>>());
        let greys: Vec<u8> = shown.iter().copied().step_by(3).collect();
        assert_eq!(greys, coded);
    }

    #[test]
    fn very_dark_and_bright_pictures_are_exposed() {
        for factor in [1e-4, 1.0, 1e4] {
            let light: Vec<f32> = (1..=100)
                .flat_map(|value| [factor * value as f32 / 100.0; 3].into_iter().chain([1.0]))
                .collect();
            let shown = shown(&light);
            assert!(
                shown[3 * 50] > 90 && shown[3 * 50] < 220,
                "{}",
                shown[3 * 50]
            );
        }
        assert_eq!(shown(&[f32::NAN, f32::INFINITY, -1.0, 1.0]), [0, 255, 0]);
        assert_eq!(shown(&[0.0, 0.0, 0.0, 0.0]), [255; 3]);
    }
}
