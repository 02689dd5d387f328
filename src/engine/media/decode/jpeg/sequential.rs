//! Baseline JPEG at a scale of 1/2, 1/4 or 1/8, and damaged files at any scale.
//!
//! Most photos are baseline JPEG, so this dominates the time of indexing a folder. Coefficients that are invisible at
//! reduced scale are skipped, several codes at once. Section numbers refer to ITU-T T.81.

use super::bits::{BitReader, Huffman, Skips, Symbol};
use super::header::{JpegHeader, ScanComponent, ScanHeader, Unsupported};
use super::planes::{FULL, McuGrid, Plane, Scaled, picture};
use super::stripes::{self, Tally};
use crate::engine::cancel::Cancel;

/// Decoder of one component's blocks.
struct ComponentDecoder<'a> {
    plane: Plane,
    dc: &'a Huffman,
    ac: &'a Huffman,
    skips: Skips,
    predictor: i32,
}

/// Decodes at `eighths` / 8 of the full size, where `eighths` is 1, 2 or 4. Damaged files, and those whose first scan
/// lacks a component, are left to other decoders.
pub fn decode(
    bytes: &[u8],
    (header, scan): (&JpegHeader, &ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let grid = McuGrid::new(header)?;
    let mut channels = channels(header, scan, eighths, grid)?;
    let mut bits = BitReader::new(bytes.get(scan.data..).ok_or(Unsupported)?);
    let mut until_restart = header.restart_interval;
    for row in 0..grid.rows {
        if cancel.is_cancelled() {
            return Err(Unsupported);
        }
        for column in 0..grid.columns {
            if header.restart_interval > 0 {
                if until_restart == 0 {
                    bits.restart().ok_or(Unsupported)?;
                    channels.iter_mut().for_each(|c| c.predictor = 0);
                    until_restart = header.restart_interval;
                }
                until_restart -= 1;
            }
            for channel in &mut channels {
                channel.mcu::<16>(&mut bits, column, row)?;
            }
        }
        if bits.overrun() {
            return Err(Unsupported);
        }
    }
    let planes: Vec<Plane> = channels.into_iter().map(|c| c.plane).collect();
    Ok(picture(&planes, header, eighths))
}

/// Decodes what is left of a damaged file, at any scale; missing parts are grey.
pub fn decode_damaged(
    bytes: &[u8],
    (header, scan): (&JpegHeader, &ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<(Scaled, Tally), Unsupported> {
    let grid = McuGrid::new(header)?;
    let mut channels = channels(header, scan, eighths, grid)?;
    channels.iter_mut().for_each(|c| c.plane.clear());
    let mut bits = BitReader::new(bytes.get(scan.data..).ok_or(Unsupported)?);
    let total = grid.columns * grid.rows;
    let restarts = header.restart_interval;
    let channels = std::cell::RefCell::new(channels);
    let mut first_fault = None;
    let begin = || (channels.borrow_mut().iter_mut()).for_each(|channel| channel.predictor = 0);
    let mut tally = stripes::read(&mut bits, (total, restarts), begin, |bits, at| {
        if cancel.is_cancelled() {
            return false;
        }
        let (column, row) = (at % grid.columns, at / grid.columns);
        let mut channels = channels.borrow_mut();
        let is_good = channels.iter_mut().all(|channel| {
            let read = match eighths {
                FULL => channel.mcu::<64>(bits, column, row),
                _ => channel.mcu::<16>(bits, column, row),
            };
            read.is_ok()
        });
        if is_good || restarts > 0 {
            return is_good;
        }
        // Without restart markers the decoder usually resynchronises by itself, with some horizontal displacement.
        first_fault.get_or_insert(at);
        bits.bits(1);
        true
    });
    if let Some(at) = first_fault {
        let read = tally.read.min(at);
        tally = Tally {
            read,
            lost: total - read,
        };
    }
    if cancel.is_cancelled() {
        return Err(Unsupported);
    }
    let planes: Vec<Plane> = channels.into_inner().into_iter().map(|c| c.plane).collect();
    Ok((picture(&planes, header, eighths), tally))
}

/// Decoders of the frame's components, all of which must be in the first scan.
fn channels<'a>(
    header: &'a JpegHeader,
    scan: &ScanHeader,
    eighths: usize,
    grid: McuGrid,
) -> Result<Vec<ComponentDecoder<'a>>, Unsupported> {
    if scan.components.len() != header.components.len() {
        return Err(Unsupported);
    }
    let parts = scan.components.iter();
    parts
        .map(|part| ComponentDecoder::new(header, *part, eighths, grid))
        .collect()
}

impl<'a> ComponentDecoder<'a> {
    fn new(
        header: &'a JpegHeader,
        part: ScanComponent,
        eighths: usize,
        grid: McuGrid,
    ) -> Result<Self, Unsupported> {
        let table = |tables: &'a [Option<Huffman>; 4], at: usize| {
            tables.get(at).and_then(Option::as_ref).ok_or(Unsupported)
        };
        let ac = table(&header.ac, part.ac)?;
        Ok(Self {
            plane: Plane::new(header, &header.components[part.index], eighths, grid)?,
            dc: table(&header.dc, part.dc)?,
            ac,
            skips: Skips::new(ac),
            predictor: 0,
        })
    }

    /// Decodes the blocks of one MCU (A.2.3).
    fn mcu<const N: usize>(
        &mut self,
        bits: &mut BitReader,
        column: usize,
        row: usize,
    ) -> Result<(), Unsupported> {
        let component = self.plane.component;
        for y in 0..component.vertical {
            for x in 0..component.horizontal {
                let corner = self.block::<N>(bits)?;
                let (x, y) = (
                    column * component.horizontal + x,
                    row * component.vertical + y,
                );
                self.plane.put(&corner, x, y);
            }
        }
        Ok(())
    }

    /// Decodes the next block (F.2.2) and returns its visible coefficients: a 4 x 4 corner, or all.
    #[inline]
    fn block<const N: usize>(&mut self, bits: &mut BitReader) -> Result<[f32; N], Unsupported> {
        let mut corner = [0f32; N];
        let Symbol { size, .. } = bits.symbol(self.dc).ok_or(Unsupported)?;
        self.predictor = self.predictor.wrapping_add(bits.take_value());
        if size > 11 {
            return Err(Unsupported);
        }
        corner[0] = self.predictor as f32 * self.plane.quantisation[0];
        let mut k = 1;
        while k < self.plane.needed {
            let Symbol { run, size } = bits.symbol(self.ac).ok_or(Unsupported)?;
            if size == 0 {
                if run < 15 {
                    return Ok(corner);
                }
                k += 16;
                continue;
            }
            k += usize::from(run);
            let value = bits.take_value();
            if k < self.plane.needed
                && let Some(at) = self.plane.place[k]
            {
                corner[usize::from(at) & (N - 1)] = value as f32 * self.plane.quantisation[k];
            }
            k += 1;
        }
        self.step_over(bits, k)?;
        Ok(corner)
    }

    /// Skips the coefficients of the block from index `k` on.
    #[inline]
    fn step_over(&self, bits: &mut BitReader, mut k: usize) -> Result<(), Unsupported> {
        while k < 64 {
            if let Some((coefficients, end)) = bits.step_over(&self.skips, 64 - k) {
                if end {
                    return Ok(());
                }
                k += coefficients;
                continue;
            }
            let Symbol { run, size } = bits.symbol(self.ac).ok_or(Unsupported)?;
            bits.skip_value();
            if size == 0 && run < 15 {
                return Ok(());
            }
            k += usize::from(run) + 1;
        }
        // A run past the end of the block is invalid.
        if k > 64 { Err(Unsupported) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::read_header;
    use super::*;
    use std::path::Path;

    fn samples() -> Vec<(String, Vec<u8>)> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
        let files = std::fs::read_dir(dir)
            .expect("samples")
            .flatten()
            .map(|f| f.path());
        files
            .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
            .map(|path| {
                (
                    path.display().to_string(),
                    std::fs::read(path).expect("read"),
                )
            })
            .collect()
    }

    /// The full picture, with each block of output pixels averaged.
    fn averaged(bytes: &[u8], eighths: usize) -> image::RgbImage {
        let full = image::load_from_memory(bytes).expect("decodes").into_rgb8();
        let side = 8 / eighths as u32;
        let (width, height) = (full.width() / side, full.height() / side);
        image::RgbImage::from_fn(width, height, |x, y| {
            let mut sum = [0u32; 3];
            for (dy, dx) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let pixel = full.get_pixel(x * side + dx, y * side + dy);
                sum.iter_mut()
                    .zip(pixel.0)
                    .for_each(|(s, v)| *s += u32::from(v));
            }
            image::Rgb(sum.map(|s| (s / (side * side)) as u8))
        })
    }

    #[test]
    fn scaled_pictures_are_close_to_averages_of_the_full_ones() {
        for (name, bytes) in samples() {
            let (header, scan) =
                read_header(&bytes).unwrap_or_else(|_| panic!("{name} is baseline"));
            for eighths in [1, 2, 4] {
                let ours =
                    decode(&bytes, (&header, &scan), eighths, &Cancel::default()).expect("decodes");
                let theirs = averaged(&bytes, eighths);
                let (mut total, mut count) = (0u64, 0u64);
                for (x, y, pixel) in theirs.enumerate_pixels() {
                    let at = ((y * ours.width + x) * 3) as usize;
                    for (a, b) in ours.rgb[at..at + 3].iter().zip(pixel.0) {
                        total += u64::from(a.abs_diff(b));
                        count += 1;
                    }
                }
                let mean = total as f64 / count as f64;
                assert!(
                    mean < 5.0,
                    "{name} at {eighths}/8: {mean:.2} off on average"
                );
            }
        }
    }

    #[test]
    fn faulty_files_are_left_to_others() {
        let (_, bytes) = samples().remove(0);
        let (header, scan) = read_header(&bytes).expect("baseline");
        let half = &bytes[..bytes.len() / 2];
        assert!(decode(half, (&header, &scan), 2, &Cancel::default()).is_err());
        for cut in 0..scan.data {
            assert!(read_header(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn white_stays_white() {
        let white = image::RgbImage::from_pixel(33, 17, image::Rgb([255; 3]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        white
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .expect("encodes");
        let bytes = bytes.into_inner();
        let (header, scan) = read_header(&bytes).expect("baseline");
        for (eighths, size) in [(1, (5, 3)), (2, (9, 5)), (4, (17, 9))] {
            let scaled =
                decode(&bytes, (&header, &scan), eighths, &Cancel::default()).expect("decodes");
            assert_eq!((scaled.width, scaled.height), size);
            assert!(scaled.rgb.iter().all(|v| *v >= 254));
        }
    }
}
