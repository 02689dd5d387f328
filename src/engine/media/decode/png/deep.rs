//! PNG of 16 bits a sample, made eight-bit row by row: whole, it would take three times the memory.

use std::io::{BufRead, Cursor, Seek};

use png::{BitDepth, ColorType, Decoder, Reader, Transformations};

use super::super::alpha::over_white;
use super::super::limits::area;
use super::super::{DecodeError, Limits, Picture};
use super::chroma;
use crate::engine::cancel::CancelReader;

/// Decodes a file that is not interlaced; anything else, and any fault in it, is left to others.
///
/// # Errors
/// If there is no memory for it.
pub fn decode(bytes: &[u8], limits: &mut Limits<'_>) -> Result<Option<Picture>, DecodeError> {
    let reader = CancelReader::new(Cursor::new(bytes), limits.cancel);
    let mut decoder = Decoder::new(reader);
    decoder.set_transformations(Transformations::EXPAND);
    let Ok(mut reader) = decoder.read_info() else {
        return Ok(None);
    };
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let whole = info.interlaced || info.animation_control.is_some();
    let profile = chroma::profile(info);
    let (kind, depth) = reader.output_color_type();
    if whole || depth != BitDepth::Sixteen {
        return Ok(None);
    }
    limits.reserve(width, height, area(width, height, 3))?;
    let rgb = rows(&mut reader, kind, width, height);
    Ok(rgb.map(|mut rgb| {
        chroma::apply(profile, &mut rgb);
        Picture::whole(width, height, rgb)
    }))
}

/// All rows in eight bits; nothing if one cannot be read.
fn rows<R: BufRead + Seek>(
    reader: &mut Reader<R>,
    kind: ColorType,
    width: u32,
    height: u32,
) -> Option<Vec<u8>> {
    let size = usize::try_from(area(width, height, 3)).ok()?;
    let mut rgb = Vec::with_capacity(size);
    while let Some(row) = reader.next_row().ok()? {
        let samples = row.data().as_chunks::<2>().0;
        let sample = |at: usize| eight_bits(u16::from_be_bytes(samples[at]));
        for x in 0..width as usize {
            let pixel = match kind {
                ColorType::Grayscale => [sample(x); 3],
                ColorType::GrayscaleAlpha => {
                    let grey = sample(2 * x);
                    over_white([grey, grey, grey, sample(2 * x + 1)])
                }
                ColorType::Rgb => [0, 1, 2].map(|channel| sample(3 * x + channel)),
                ColorType::Rgba => over_white([0, 1, 2, 3].map(|channel| sample(4 * x + channel))),
                ColorType::Indexed => return None,
            };
            rgb.extend_from_slice(&pixel);
        }
    }
    (rgb.len() == size).then_some(rgb)
}

/// The nearest value of eight bits.
fn eight_bits(value: u16) -> u8 {
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
            let mut limits = Limits::new(&budget, &cancel);
            let rows = decode(bytes.get_ref(), &mut limits).expect("room");
            let rows = rows.expect("decodes");
            assert!(rows.rgb == super::super::super::alpha::flatten(picture));
        }
    }
}
