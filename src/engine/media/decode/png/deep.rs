//! 16-bit PNG, converted to 8 bits row by row; converting the whole picture at once would take three times the memory.

use std::io::{BufRead, Cursor, Seek};

use png::{
    BitDepth, ColorType, Decoder, InterlaceInfo, Reader, Transformations, splat_interlaced_row,
};

use super::super::alpha::composite_over_white;
use super::super::cicp::ToSrgb;
use super::super::limits::area;
use super::super::{DecodeError, DecodeLimits, Picture};
use super::chroma::{self, Profile};
use crate::engine::cancel::CancelReader;

/// Decodes a still picture; other files, and damaged ones, are left to other decoders.
///
/// # Errors
/// Returns an error if memory cannot be reserved.
pub fn decode(bytes: &[u8], limits: &mut DecodeLimits<'_>) -> Result<Option<Picture>, DecodeError> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let mut decoder = Decoder::new(reader);
    decoder.set_transformations(Transformations::EXPAND);
    let Ok(mut reader) = decoder.read_info() else {
        return Ok(None);
    };
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let is_animated = info.animation_control.is_some();
    let (kind, depth) = reader.output_color_type();
    if is_animated || depth != BitDepth::Sixteen {
        return Ok(None);
    }
    limits.reserve(width, height, area(width, height, 3))?;
    let profile = chroma::profile(reader.info());
    // Converting HDR after reduction to 8 bits would show banding.
    let (named, profile) = match profile {
        Some(Profile::Named(named)) => (Some(named), None),
        profile => (None, profile),
    };
    let rgb = rows(&mut reader, kind, (width, height), named.as_deref());
    Ok(rgb.map(|mut rgb| {
        chroma::apply(profile, &mut rgb);
        Picture::whole(width, height, rgb)
    }))
}

/// All rows as 8-bit RGB; `None` if one cannot be read.
fn rows<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    kind: ColorType,
    (width, height): (u32, u32),
    to_srgb: Option<&ToSrgb>,
) -> Option<Vec<u8>> {
    let mut rgb = vec![0; usize::try_from(area(width, height, 3)).ok()?];
    let stride = width as usize * 3;
    let (mut read, mut line) = (0, Vec::with_capacity(stride));
    while let Some(row) = reader.next_interlaced_row().ok()? {
        line.clear();
        to_rgb(row.data(), kind, to_srgb, &mut line)?;
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                let place = rgb.get_mut(read..read + stride)?;
                place.copy_from_slice(line.get(..stride)?);
            }
            InterlaceInfo::Adam7(pass) => splat_interlaced_row(&mut rgb, stride, &line, pass, 24),
        }
        read += line.len();
    }
    (read == rgb.len()).then_some(rgb)
}

/// Appends a row as 8-bit RGB.
fn to_rgb(row: &[u8], kind: ColorType, to_srgb: Option<&ToSrgb>, rgb: &mut Vec<u8>) -> Option<()> {
    let eight_bits = |colour: [u16; 3]| match to_srgb {
        Some(to_srgb) => to_srgb.convert(colour.map(|value| f32::from(value) / 65_535.0)),
        None => colour.map(nearest),
    };
    let covered = |colour: [u16; 3], opacity: u16| {
        let [red, green, blue] = eight_bits(colour);
        composite_over_white([red, green, blue, nearest(opacity)])
    };
    let samples = row.as_chunks::<2>().0;
    let pixels = samples.chunks_exact(kind.samples());
    for pixel in pixels.map(|pixel| [0, 1, 2, 3].map(|at| pixel.get(at).map_or(0, value))) {
        let [first, second, third, fourth] = pixel;
        let pixel = match kind {
            ColorType::Grayscale => eight_bits([first; 3]),
            ColorType::GrayscaleAlpha => covered([first; 3], second),
            ColorType::Rgb => eight_bits([first, second, third]),
            ColorType::Rgba => covered([first, second, third], fourth),
            ColorType::Indexed => return None,
        };
        rgb.extend_from_slice(&pixel);
    }
    Some(())
}

fn value(sample: &[u8; 2]) -> u16 {
    u16::from_be_bytes(*sample)
}

/// Rounds to 8 bits.
fn nearest(value: u16) -> u8 {
    ((u32::from(value) * 255 + 32_767) / 65_535) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cancel::Cancel;
    use crate::engine::media::memory_budget::MemoryBudget;
    use image::{DynamicImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, Rgba};

    #[test]
    fn rows_become_what_the_whole_picture_would() {
        let value = |x: u32, y: u32, n: u32| (x * 1931 + y * 7919 + n * 20_011) as u16;
        let (width, height) = (37, 29);
        let pictures: [DynamicImage; 4] = [
            ImageBuffer::from_fn(width, height, |x, y| Luma([value(x, y, 0)])).into(),
            ImageBuffer::from_fn(width, height, |x, y| LumaA([0, 1].map(|n| value(x, y, n))))
                .into(),
            ImageBuffer::from_fn(width, height, |x, y| Rgb([0, 1, 2].map(|n| value(x, y, n))))
                .into(),
            ImageBuffer::from_fn(width, height, |x, y| {
                Rgba([0, 1, 2, 3].map(|n| value(x, y, n)))
            })
            .into(),
        ];
        for picture in pictures {
            let mut bytes = Cursor::new(Vec::new());
            picture
                .write_to(&mut bytes, ImageFormat::Png)
                .expect("encodes");
            let budget = MemoryBudget::new(u64::from(width * height * 3));
            let cancel = Cancel::default();
            let mut limits = DecodeLimits::new(&budget, &cancel);
            let rows = decode(bytes.get_ref(), &mut limits).expect("room");
            let rows = rows.expect("decodes");
            assert!(rows.rgb == super::super::super::alpha::flatten(picture));
        }
    }
}
