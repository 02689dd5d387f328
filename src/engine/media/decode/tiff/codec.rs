//! Decompresses strips and tiles to rows of samples.

use std::io::Read;

use jpeg_decoder::{ColorTransform, PixelFormat};

use super::fax;
use super::layout::{Compression, PageLayout, Photometric, YCbCr};
use crate::engine::cancel::Cancel;
use crate::engine::media::decode::jpeg;

/// Memory limit of an LZMA stream in KiB.
pub const LZMA_KB: u32 = 128 << 10;
/// Value of the missing part of a truncated JPEG.
const MISSING: u8 = 128;
/// Maximum window size of a Zstandard stream in bytes.
pub const ZSTD_WINDOW: u64 = 128 << 20;

/// Rows of a strip or tile, with `samples` samples per pixel, each row padded to whole bytes.
pub struct PackedRows {
    pub bytes: Vec<u8>,
    pub row_bytes: usize,
    /// Share that is missing at the end, from 0 to 1.
    pub missing: f32,
    /// Whether the codec has converted the colours to 8-bit RGB.
    pub is_rgb: bool,
    /// Whether samples are big-endian now.
    pub is_big_endian: bool,
}

/// Decodes a strip or tile of `rows` rows; `None` on failure.
pub fn decode(
    layout: &PageLayout<'_>,
    data: &[u8],
    rows: usize,
    cancel: &Cancel,
) -> Option<PackedRows> {
    let reversed: Vec<u8>;
    let data = match layout.is_reversed {
        true => {
            reversed = data.iter().map(|byte| byte.reverse_bits()).collect();
            &reversed
        }
        false => data,
    };
    let (width, row_bytes) = (layout.chunk.0 as usize, layout.row_bytes());
    let units = match &layout.meaning {
        Photometric::YCbCr(colours)
            if colours.shared != (1, 1) && layout.codec != Compression::Jpeg =>
        {
            Some(Units::new(colours, width, rows))
        }
        _ => None,
    };
    let size = match &units {
        Some(units) => units.bytes(),
        None => row_bytes.checked_mul(rows)?,
    };
    let (bytes, missing) = match layout.codec {
        Compression::Jpeg => return jpeg(layout, data, rows, cancel),
        Compression::WebP => return webp(layout, data, rows),
        Compression::Fax(kind) => fax::decode(data, width, rows, kind)?,
        codec => plain(codec, data, size)?,
    };
    let mut chunk = PackedRows {
        bytes,
        row_bytes,
        missing,
        is_rgb: false,
        is_big_endian: !layout.numbers.little,
    };
    if let Some(units) = units {
        chunk.bytes = units.unpack(&chunk.bytes);
    }
    match layout.predictor {
        2 => undo_differencing(layout, &mut chunk),
        3 => undo_float_predictor(layout, &mut chunk),
        _ => {}
    }
    Some(chunk)
}

/// Decompresses `size` bytes, and returns them with the missing share, which is zero-filled; `None` if all is missing.
fn plain(codec: Compression, data: &[u8], size: usize) -> Option<(Vec<u8>, f32)> {
    let mut bytes = Vec::with_capacity(size.min(data.len().saturating_mul(8)));
    let limit = size as u64;
    // The data before an error is used: the file may be truncated.
    let mut take = |reader: &mut dyn Read| {
        let _ = reader.take(limit).read_to_end(&mut bytes);
    };
    match codec {
        Compression::Deflate => take(&mut flate2::read::ZlibDecoder::new(data)),
        Compression::Zstd => {
            let decoder =
                ruzstd::decoding::StreamingDecoder::new_with_max_window_size(data, ZSTD_WINDOW);
            take(&mut decoder.ok()?);
        }
        Compression::Lzma => take(&mut lzma_rust2::XzReader::new_mem_limit(
            data, true, LZMA_KB,
        )),
        Compression::Lzw => bytes = lzw(data, size),
        Compression::PackBits => bytes = pack_bits(data, size),
        _ => bytes.extend_from_slice(&data[..size.min(data.len())]),
    }
    let length = bytes.len();
    bytes.resize(size, 0);
    (length > 0).then_some((bytes, 1.0 - length as f32 / size as f32))
}

fn lzw(data: &[u8], size: usize) -> Vec<u8> {
    use weezl::{BitOrder, LzwStatus, decode::Decoder};
    // Writers before 1988 stored the least significant bit first.
    let mut decoder = match data {
        [0, second, ..] if second & 1 == 1 => Decoder::new(BitOrder::Lsb, 8),
        _ => Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    let mut bytes = vec![0; size];
    let (mut from, mut to) = (0, 0);
    while to < size {
        let result = decoder.decode_bytes(&data[from..], &mut bytes[to..]);
        from += result.consumed_in;
        to += result.consumed_out;
        let is_idle = result.consumed_in == 0 && result.consumed_out == 0;
        if is_idle || !matches!(result.status, Ok(LzwStatus::Ok)) {
            break;
        }
    }
    bytes.truncate(to);
    bytes
}

/// Apple PackBits: a count and that many literal bytes, or a negative count and a byte to repeat.
pub fn pack_bits(mut data: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size.min(data.len().saturating_mul(64)));
    while bytes.len() < size {
        let Some((head, rest)) = data.split_first() else {
            break;
        };
        data = rest;
        match *head as i8 {
            -128 => {}
            count @ 0.. => {
                let count = (count as usize + 1).min(data.len());
                bytes.extend_from_slice(&data[..count]);
                data = &data[count..];
            }
            count => {
                let Some((value, rest)) = data.split_first() else {
                    break;
                };
                data = rest;
                bytes.resize(bytes.len() + usize::from(count.unsigned_abs()) + 1, *value);
            }
        }
    }
    bytes.truncate(size);
    bytes
}

/// Reverses horizontal differencing.
fn undo_differencing(layout: &PageLayout<'_>, chunk: &mut PackedRows) {
    let step = layout.samples_together();
    let little = !chunk.is_big_endian;
    macro_rules! sums {
        ($number:ty, $width:literal) => {
            for row in chunk.bytes.chunks_exact_mut(chunk.row_bytes) {
                let numbers = row.as_chunks_mut::<$width>().0;
                let read = |bytes: [u8; $width]| match little {
                    true => <$number>::from_le_bytes(bytes),
                    false => <$number>::from_be_bytes(bytes),
                };
                for at in step..numbers.len() {
                    let sum = read(numbers[at]).wrapping_add(read(numbers[at - step]));
                    numbers[at] = match little {
                        true => sum.to_le_bytes(),
                        false => sum.to_be_bytes(),
                    };
                }
            }
        };
    }
    match layout.bits {
        8 => sums!(u8, 1),
        16 => sums!(u16, 2),
        32 => sums!(u32, 4),
        _ => sums!(u64, 8),
    }
}

/// Reverses the floating-point predictor: byte differences, with the most significant bytes of a row first (Adobe
/// Photoshop TIFF Technical Note 3).
fn undo_float_predictor(layout: &PageLayout<'_>, chunk: &mut PackedRows) {
    let (step, width) = (layout.samples_together(), layout.bits / 8);
    let mut copy = vec![0; chunk.row_bytes];
    for row in chunk.bytes.chunks_exact_mut(chunk.row_bytes) {
        for at in step..row.len() {
            row[at] = row[at].wrapping_add(row[at - step]);
        }
        copy.copy_from_slice(row);
        let count = row.len() / width;
        for (index, number) in row.chunks_exact_mut(width).enumerate() {
            for (byte, value) in number.iter_mut().enumerate() {
                *value = copy[byte * count + index];
            }
        }
    }
    chunk.is_big_endian = true;
}

/// Data units of subsampled YCbCr: a block of luma samples, then the Cb and Cr that they share.
struct Units {
    shared: (usize, usize),
    width: usize,
    rows: usize,
}

impl Units {
    fn new(colours: &YCbCr, width: usize, rows: usize) -> Self {
        Self {
            shared: colours.shared,
            width,
            rows,
        }
    }

    /// Units across and down, and bytes per unit.
    fn sizes(&self) -> (usize, usize, usize) {
        let (across, down) = self.shared;
        (
            self.width.div_ceil(across),
            self.rows.div_ceil(down),
            across * down + 2,
        )
    }

    fn bytes(&self) -> usize {
        let (across, down, size) = self.sizes();
        across * down * size
    }

    /// Upsamples to three samples per pixel.
    fn unpack(&self, bytes: &[u8]) -> Vec<u8> {
        let (across, _, size) = self.sizes();
        let mut pixels = vec![0; 3 * self.width * self.rows];
        for (index, unit) in bytes.chunks_exact(size).enumerate() {
            let (left, top) = (
                index % across * self.shared.0,
                index / across * self.shared.1,
            );
            for (at, luma) in unit[..size - 2].iter().enumerate() {
                let (x, y) = (left + at % self.shared.0, top + at / self.shared.0);
                if x < self.width && y < self.rows {
                    let pixel = [*luma, unit[size - 2], unit[size - 1]];
                    let at = 3 * (y * self.width + x);
                    pixels[at..at + 3].copy_from_slice(&pixel);
                }
            }
        }
        pixels
    }
}

/// Decodes a JPEG, whose tables may be shared in a separate field.
fn jpeg(layout: &PageLayout<'_>, data: &[u8], rows: usize, cancel: &Cancel) -> Option<PackedRows> {
    let tables = layout.jpeg_tables;
    let tables = tables.strip_suffix(b"\xff\xd9").unwrap_or(tables);
    let mut picture = match tables.starts_with(b"\xff\xd8") {
        true => [tables, data.strip_prefix(b"\xff\xd8").unwrap_or(data)].concat(),
        false => data.to_vec(),
    };
    // Memory is reserved only for pictures that fit the chunk.
    let fits = |(width, height)| layout.fits(width as usize, height as usize);
    let lost = jpeg::frame_size(&picture).filter(|size| fits(*size));
    let lost = lost.and_then(|_| jpeg::lost_share(&picture, cancel));
    let (pixels, width) = match jpeg_pixels(layout, &picture) {
        None if lost.is_some_and(|lost| lost < 1.0) => {
            // The decoder fills missing data with zeros, but only before an EOI marker.
            picture.extend(b"\xff\xd9");
            jpeg_pixels(layout, &picture)?
        }
        pixels => pixels?,
    };
    let row_bytes = layout.row_bytes();
    let mut chunk = PackedRows {
        bytes: vec![MISSING; row_bytes * rows],
        row_bytes,
        missing: 0.0,
        is_rgb: matches!(layout.meaning, Photometric::YCbCr(_)),
        is_big_endian: false,
    };
    let row = width * layout.samples_together();
    let found = 1.0 - lost.unwrap_or_default();
    let there = (pixels.len() / row).min(rows) as f32 * found;
    let whole = there as usize;
    chunk.missing = 1.0 - there / rows as f32;
    let targets = chunk.bytes.chunks_exact_mut(row_bytes).take(whole);
    for (target, row) in targets.zip(pixels.chunks_exact(row)) {
        let length = target.len().min(row.len());
        target[..length].copy_from_slice(&row[..length]);
    }
    Some(chunk)
}

/// The samples of a JPEG, and its width.
fn jpeg_pixels(layout: &PageLayout<'_>, picture: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut decoder = jpeg_decoder::Decoder::new(picture);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    // Memory is reserved only for pictures that fit the chunk.
    if !layout.fits(width, height) || jpeg::has_excessive_scans(picture) {
        return None;
    }
    let channels = match info.pixel_format {
        PixelFormat::L8 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
        PixelFormat::L16 => return None,
    };
    if channels != layout.samples_together() {
        return None;
    }
    // Without a colour transform the decoder would return each row planar.
    match channels {
        1 => {}
        3 if matches!(layout.meaning, Photometric::YCbCr(_)) => {
            decoder.set_color_transform(ColorTransform::YCbCr)
        }
        3 => decoder.set_color_transform(ColorTransform::RGB),
        _ => decoder.set_color_transform(ColorTransform::CMYK),
    }
    let mut pixels = decoder.decode().ok()?;
    if channels == 4 {
        // The decoder assumes Adobe's inverted CMYK.
        pixels.iter_mut().for_each(|value| *value = 255 - *value);
    }
    Some((pixels, width))
}

fn webp(layout: &PageLayout<'_>, data: &[u8], rows: usize) -> Option<PackedRows> {
    use image::{DynamicImage, ImageDecoder, codecs::webp::WebPDecoder};
    let decoder = WebPDecoder::new(std::io::Cursor::new(data)).ok()?;
    let (width, height) = decoder.dimensions();
    // Memory is reserved only for pictures that fit the chunk.
    if width != layout.chunk.0 || (height as usize) < rows || height > layout.chunk.1 {
        return None;
    }
    let image = DynamicImage::from_decoder(decoder).ok()?;
    let bytes = match layout.samples_together() {
        3 => image.into_rgb8().into_raw(),
        4 => image.into_rgba8().into_raw(),
        _ => return None,
    };
    Some(PackedRows {
        bytes,
        row_bytes: layout.row_bytes(),
        missing: 0.0,
        is_rgb: false,
        is_big_endian: false,
    })
}
