//! OpenEXR and Radiance HDR: linear floating-point light of high dynamic range.
//!
//! Pictures within the range of a screen are left as they are. In others, values above 0.6 of white are compressed (see
//! [`super::tone`]). Pictures that are far too dark or bright are first exposed so that their geometric mean is a
//! middle grey of 0.18.

use std::io::Cursor;
use std::thread;

use image::codecs::{hdr::HdrDecoder, openexr::OpenExrDecoder};
use image::{ImageDecoder, ImageResult};
use memchr::{memchr, memmem};

use super::format::PictureFormat;
use super::limits::area;
use super::raster::damaged;
use super::tone::{compressed, eight_bits, linear_to_srgb};
use super::{DecodeError, DecodeLimits, Picture};
use crate::engine::cancel::CancelReader;

/// Bytes per pixel: four 32-bit samples, twice while they are copied, and RGB.
const BYTES_PER_PIXEL: u64 = 35;
/// Copies of a block while it is decompressed.
const BLOCK_COPIES: u64 = 2;
/// Number of blocks that are read ahead, in addition to the one of each thread.
const BLOCKS_AHEAD: u64 = 2;
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
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let of_blocks = need_of_blocks(bytes, threads as u64);
        limits.reserve(0, 0, of_blocks)?;
        let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
        decode(OpenExrDecoder::new(reader), self.name(), of_blocks, limits)
    }
}

/// Bytes that the decoder takes for the blocks of an OpenEXR file that it decompresses at the same time. Blocks are parts
/// of the data window, which may be much larger than the window that is displayed, and hold all channels. Of several
/// attributes of one name, the largest counts.
fn need_of_blocks(bytes: &[u8], threads: u64) -> u64 {
    let windows = attributes(bytes, b"dataWindow\0box2i\0").filter_map(|(_, value)| {
        let (corners, _) = value.as_chunks::<4>();
        let corner = |at: usize| Some(i64::from(i32::from_le_bytes(*corners.get(at)?)));
        // The least x and y, then the greatest, inclusive.
        let side = |at: usize| Some((corner(at + 2)? - corner(at)? + 1).max(0).unsigned_abs());
        Some((side(0)?, side(1)?))
    });
    let (width, height) = windows.fold((0, 0), |most: (u64, u64), window| {
        (most.0.max(window.0), most.1.max(window.1))
    });
    let compressions = attributes(bytes, b"compression\0compression\0");
    let lines = compressions.filter_map(|(_, value)| value.first());
    let lines = lines.map(|compression| lines_of_block(*compression)).max();
    let strip = width.saturating_mul(lines.unwrap_or_default().min(height));
    let tiles = attributes(bytes, b"tiles\0tiledesc\0").filter_map(|(_, value)| {
        let [across, down] = *value.as_chunks::<4>().0.first_chunk::<2>()?;
        let side = |bytes: [u8; 4]| u64::from(u32::from_le_bytes(bytes));
        Some(
            side(across)
                .min(width)
                .saturating_mul(side(down).min(height)),
        )
    });
    let block = tiles.fold(strip, u64::max);
    let channels = attributes(bytes, b"channels\0chlist\0");
    let per_pixel = channels.map(|(size, value)| {
        let list = value.get(..size as usize).unwrap_or(value);
        bytes_of_channels(list)
    });
    let pixels = block.saturating_mul(threads.saturating_add(BLOCKS_AHEAD));
    pixels
        .min(width.saturating_mul(height))
        .saturating_mul(BLOCK_COPIES * per_pixel.max().unwrap_or_default())
}

/// Number of lines in a block with this compression.
fn lines_of_block(compression: u8) -> u64 {
    match compression {
        0..=2 => 1,
        3 | 5 => 16,
        4 | 6..=8 => 32,
        _ => 256,
    }
}

/// Bytes per pixel of the channels in a list: for each a name, its type and twelve more bytes.
fn bytes_of_channels(mut list: &[u8]) -> u64 {
    let mut sum = 0;
    // An empty name ends the list.
    while let Some(end) = memchr(0, list).filter(|end| *end > 0)
        && let Some((channel, rest)) = list[end + 1..].split_first_chunk::<16>()
    {
        // Type 1 has 16 bits, the others 32.
        sum += if channel[..4] == [1, 0, 0, 0] { 2 } else { 4 };
        list = rest;
    }
    sum
}

/// The attributes with this name and type in the headers of an OpenEXR file: their size, and what follows it.
fn attributes<'a>(bytes: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = (u32, &'a [u8])> {
    memmem::find_iter(bytes, name).filter_map(move |at| {
        let (size, value) = bytes.get(at + name.len()..)?.split_first_chunk()?;
        Some((u32::from_le_bytes(*size), value))
    })
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
        decode(HdrDecoder::new(reader), self.name(), 0, limits)
    }
}

fn decode(
    decoder: ImageResult<impl ImageDecoder>,
    name: &'static str,
    of_blocks: u64,
    limits: &mut DecodeLimits<'_>,
) -> Result<Picture, DecodeError> {
    let decoder = decoder.map_err(|e| damaged(name, &e))?;
    let (width, height) = decoder.dimensions();
    let need = area(width, height, BYTES_PER_PIXEL).saturating_add(of_blocks);
    limits.reserve(width, height, need)?;
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
    fn only_blocks_that_are_decompressed_at_the_same_time_need_memory() {
        let attribute = |name: &[u8], content: &[u8]| {
            let size = (content.len() as u32).to_le_bytes();
            [name, &size, content].concat()
        };
        // 120 channels of 16 bits, and one of 32.
        let half = [&b"diffuse_direct.R\0"[..], &[1, 0, 0, 0], &[0; 12]].concat();
        let depth = [&b"Z\0"[..], &[2, 0, 0, 0], &[0; 12]].concat();
        let channels = [half.repeat(120), depth, vec![0]].concat();
        let window = [-10, -20, 1909, 1059].map(i32::to_le_bytes).concat();
        let strips = [
            attribute(b"channels\0chlist\0", &channels),
            attribute(b"compression\0compression\0", &[3]),
            attribute(b"dataWindow\0box2i\0", &window),
        ]
        .concat();
        let per_pixel = 2 * (120 * 2 + 4);
        assert_eq!(need_of_blocks(&strips, 4), 6 * 1920 * 16 * per_pixel);
        let all = 1920 * 1080 * per_pixel;
        assert_eq!(need_of_blocks(&strips, 1000), all);
        let tiles = attribute(b"tiles\0tiledesc\0", &[0, 1, 0, 0, 0, 1, 0, 0, 0]);
        let tiled = [strips, tiles].concat();
        assert_eq!(need_of_blocks(&tiled, 4), 6 * 256 * 256 * per_pixel);
        for end in 0..tiled.len() {
            assert!(need_of_blocks(&tiled[..end], 4) <= all);
        }
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
