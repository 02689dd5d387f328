//! Progressive JPEG straight to a half, a quarter or an eighth of its size.
//!
//! Such a file tells its frequencies in several scans, first roughly, then bit by bit. A small scale
//! shows only the lowest frequencies, and hardly the last bits of those: the other scans, most of the
//! file, are stepped over unread. Section numbers are those of ITU-T T.81.

use super::bits::{BitReader, Huffman, Symbol};
use super::header::{Header, Scan, ScanComponent, Unsupported, end_of_data};
use super::planes::{Grid, Plane, Scaled, picture};
use crate::engine::cancel::Cancel;

/// The coarsest steps, on average over a scan, that are taken in place of a coefficient's last bits; in
/// units of the transform, 8 of which are one level of a sample. With coarser ones a vector would be
/// further than a cosine of 0.996 from that of the full decode (docs/benchmarks.md, "What a small
/// scale does"), so those files are decoded in full.
const COARSEST_LUMA: f32 = 36.0;

/// The same of chroma, which counts for less.
const COARSEST_CHROMA: f32 = 80.0;

/// The coefficients of one component.
struct Channel {
    plane: Plane,
    /// Blocks in a row, those of MCUs that the picture does not reach included.
    columns: usize,
    /// For each block its lowest frequencies, size x size.
    coefficients: Vec<i16>,
    /// The lowest bit of each coefficient that was read, in coding order.
    low: [u8; 64],
    has_dc: bool,
    /// The coarsest step that is taken.
    coarsest: f32,
}

/// Decodes at `eighths` / 8 of the full size, where `eighths` is 1, 2 or 4. A file with any fault in
/// what is needed, or without its end, is left to others.
pub fn decode(
    bytes: &[u8],
    (mut header, mut scan): (Header, Scan),
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let grid = Grid::new(&header)?;
    let mut channels: Vec<Channel> = Vec::with_capacity(header.components.len());
    for component in &header.components {
        let plane = Plane::new(&header, component, eighths, grid)?;
        let coarsest = if channels.is_empty() {
            COARSEST_LUMA
        } else {
            COARSEST_CHROMA
        };
        channels.push(Channel::new(plane, grid, coarsest));
    }
    loop {
        if shows(&scan, &channels)? {
            let data = bytes.get(scan.data..).ok_or(Unsupported)?;
            ScanReader::new(&header, &scan, data).read(&mut channels, grid, cancel)?;
        }
        let end = end_of_data(bytes, scan.data)?;
        match header.next_scan(bytes, end)? {
            Some(next) => scan = next,
            None => break,
        }
    }
    for channel in &mut channels {
        channel.finish(cancel)?;
    }
    let planes: Vec<Plane> = channels.into_iter().map(|c| c.plane).collect();
    Ok(picture(&planes, &header, eighths))
}

/// Whether a scan tells something that the small picture shows (G.1.1.1).
fn shows(scan: &Scan, channels: &[Channel]) -> Result<bool, Unsupported> {
    let of_dc = scan.first == 0;
    let fine = scan.first <= scan.last
        && scan.last < 64
        && (of_dc == (scan.last == 0))
        && (of_dc || scan.components.len() == 1)
        && scan.low < 14
        && (scan.high == 0 || scan.high == scan.low + 1);
    if !fine {
        return Err(Unsupported);
    }
    let plane = scan
        .components
        .first()
        .map(|part| &channels[part.index].plane);
    Ok(of_dc || (scan.high == 0 && plane.is_some_and(|plane| scan.first < plane.needed)))
}

impl Channel {
    fn new(plane: Plane, grid: Grid, coarsest: f32) -> Self {
        let columns = grid.columns * plane.component.horizontal;
        let blocks = columns * grid.rows * plane.component.vertical;
        Self {
            columns,
            coefficients: vec![0; blocks * plane.size * plane.size],
            low: [0; 64],
            has_dc: false,
            coarsest,
            plane,
        }
    }

    /// The frequencies of a block.
    fn block(&mut self, column: usize, row: usize) -> &mut [i16] {
        let length = self.plane.size * self.plane.size;
        &mut self.coefficients[(row * self.columns + column) * length..][..length]
    }

    /// Transforms all blocks.
    fn finish(&mut self, cancel: &Cancel) -> Result<(), Unsupported> {
        if !self.has_dc || self.low[0] > 0 {
            return Err(Unsupported);
        }
        match self.plane.size {
            1 => self.transform::<1>(cancel),
            2 => self.transform::<2>(cancel),
            _ => self.transform::<4>(cancel),
        }
    }

    fn transform<const SIZE: usize>(&mut self, cancel: &Cancel) -> Result<(), Unsupported> {
        // By place in the corner: the step of a value, and what its missing bits add on average.
        let (mut steps, mut more) = ([0f32; 16], [0f32; 16]);
        for (k, at) in self.plane.place.iter().enumerate() {
            if let Some(at) = at {
                steps[usize::from(*at)] = self.plane.quantisation[k];
                more[usize::from(*at)] = f32::from((1u16 << self.low[k]) - 1) / 2.0;
            }
        }
        let rows = self.coefficients.chunks_exact(self.columns * SIZE * SIZE);
        for (row, blocks) in rows.enumerate() {
            if cancel.is_cancelled() {
                return Err(Unsupported);
            }
            for (column, block) in blocks.chunks_exact(SIZE * SIZE).enumerate() {
                let mut corner = [0f32; 16];
                for (v, u) in (0..SIZE).flat_map(|v| (0..SIZE).map(move |u| (v, u))) {
                    let (value, at) = (block[v * SIZE + u], v * 4 + u);
                    let missing = f32::from(value.signum()) * more[at];
                    corner[at] = (f32::from(value) + missing) * steps[at];
                }
                self.plane.put(&corner, column, row);
            }
        }
        Ok(())
    }
}

/// Reads the data of one scan.
struct ScanReader<'a> {
    header: &'a Header,
    scan: &'a Scan,
    bits: BitReader<'a>,
    until_restart: usize,
    /// The last DC value of each component of the scan.
    predictors: [i32; 3],
    /// Blocks to come that have nothing in this band.
    empty: u32,
}

impl<'a> ScanReader<'a> {
    fn new(header: &'a Header, scan: &'a Scan, data: &'a [u8]) -> Self {
        Self {
            header,
            scan,
            bits: BitReader::new(data),
            until_restart: header.restart_interval,
            predictors: [0; 3],
            empty: 0,
        }
    }

    fn read(
        mut self,
        channels: &mut [Channel],
        grid: Grid,
        cancel: &Cancel,
    ) -> Result<(), Unsupported> {
        for part in &self.scan.components {
            self.note_precision(&mut channels[part.index])?;
        }
        match self.scan.components[..] {
            [part] => self.read_alone(part, &mut channels[part.index], grid, cancel),
            _ => self.read_together(channels, grid, cancel),
        }
    }

    /// Notes which bits this scan brings, and leaves a file alone that it would not tell well enough.
    fn note_precision(&self, channel: &mut Channel) -> Result<(), Unsupported> {
        if self.scan.first == 0 {
            // Refinement goes on from the bits that are there.
            if channel.has_dc != (self.scan.high > 0)
                || (channel.has_dc && channel.low[0] != self.scan.high)
            {
                return Err(Unsupported);
            }
            channel.has_dc = true;
            channel.low[0] = self.scan.low;
            return Ok(());
        }
        let band = self.scan.first..=self.scan.last;
        let needed = band.clone().filter(|k| channel.plane.place[*k].is_some());
        let steps = needed.clone().map(|k| channel.plane.quantisation[k]);
        let step = steps.sum::<f32>() / needed.count().max(1) as f32;
        if self.scan.low > 0 && step * f32::from(1u16 << self.scan.low) > channel.coarsest {
            return Err(Unsupported);
        }
        channel.low[band].fill(self.scan.low);
        Ok(())
    }

    /// DC of several components, MCU by MCU (A.2.3).
    fn read_together(
        &mut self,
        channels: &mut [Channel],
        grid: Grid,
        cancel: &Cancel,
    ) -> Result<(), Unsupported> {
        if self.scan.first > 0 {
            return Err(Unsupported);
        }
        for row in 0..grid.rows {
            self.check(cancel)?;
            for column in 0..grid.columns {
                self.restart_where_due()?;
                for (slot, part) in self.scan.components.iter().enumerate() {
                    let channel = &mut channels[part.index];
                    let (across, down) = (
                        channel.plane.component.horizontal,
                        channel.plane.component.vertical,
                    );
                    for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
                        let block = channel.block(column * across + x, row * down + y);
                        self.dc(*part, slot, &mut block[0])?;
                    }
                }
            }
        }
        self.check(cancel)
    }

    /// One component, block by block (A.2.2).
    fn read_alone(
        &mut self,
        part: ScanComponent,
        channel: &mut Channel,
        grid: Grid,
        cancel: &Cancel,
    ) -> Result<(), Unsupported> {
        let (columns, rows) = grid.blocks_alone(&channel.plane.component);
        let (size, place) = (channel.plane.size, channel.plane.place);
        for row in 0..rows {
            self.check(cancel)?;
            for column in 0..columns {
                self.restart_where_due()?;
                let block = channel.block(column, row);
                if self.scan.first == 0 {
                    self.dc(part, 0, &mut block[0])?;
                } else if self.empty > 0 {
                    self.empty -= 1;
                } else {
                    self.ac(part, &place, size, block)?;
                }
            }
        }
        self.check(cancel)
    }

    /// Whether to go on: nobody asks to stop, and the data has not ended.
    fn check(&self, cancel: &Cancel) -> Result<(), Unsupported> {
        if cancel.is_cancelled() || self.bits.overrun() {
            Err(Unsupported)
        } else {
            Ok(())
        }
    }

    fn restart_where_due(&mut self) -> Result<(), Unsupported> {
        if self.header.restart_interval > 0 {
            if self.until_restart == 0 {
                self.bits.restart().ok_or(Unsupported)?;
                self.predictors = [0; 3];
                self.empty = 0;
                self.until_restart = self.header.restart_interval;
            }
            self.until_restart -= 1;
        }
        Ok(())
    }

    /// The upper bits of a DC value, or one more bit of it (G.1.2.1).
    #[inline]
    fn dc(&mut self, part: ScanComponent, slot: usize, value: &mut i16) -> Result<(), Unsupported> {
        if self.scan.high > 0 {
            *value |= (self.bits.bits(1) << self.scan.low) as i16;
            return Ok(());
        }
        let table = table(&self.header.dc, part.dc)?;
        let Symbol { size, .. } = self.bits.symbol(table).ok_or(Unsupported)?;
        let difference = self.bits.take_value();
        if size > 11 {
            return Err(Unsupported);
        }
        let predictor = self.predictors.get_mut(slot).ok_or(Unsupported)?;
        *predictor = predictor.wrapping_add(difference);
        *value = (*predictor << self.scan.low) as i16;
        Ok(())
    }

    /// The upper bits of a band of frequencies (G.1.2.2).
    #[inline]
    fn ac(
        &mut self,
        part: ScanComponent,
        place: &[Option<u8>; 64],
        size: usize,
        block: &mut [i16],
    ) -> Result<(), Unsupported> {
        let table = table(&self.header.ac, part.ac)?;
        let mut k = self.scan.first;
        while k <= self.scan.last {
            let symbol = self.bits.symbol(table).ok_or(Unsupported)?;
            let run = usize::from(symbol.run);
            if symbol.size == 0 {
                if run < 15 {
                    self.empty = (1 << run) - 1 + self.bits.bits(run as u32);
                    return Ok(());
                }
                k += 16;
                continue;
            }
            k += run;
            let value = self.bits.take_value() << self.scan.low;
            if k <= self.scan.last
                && let Some(at) = place[k]
            {
                let (v, u) = (usize::from(at / 4), usize::from(at % 4));
                block[v * size + u] = value as i16;
            }
            k += 1;
        }
        // A run that leaves the band is a fault in the file.
        if k > self.scan.last + 1 {
            return Err(Unsupported);
        }
        Ok(())
    }
}

fn table(tables: &[Option<Huffman>; 4], at: usize) -> Result<&Huffman, Unsupported> {
    tables.get(at).and_then(Option::as_ref).ok_or(Unsupported)
}

#[cfg(test)]
mod tests {
    use super::super::header::{Coding, read_header};
    use super::*;
    use std::path::Path;

    fn fixture(name: &str) -> Vec<u8> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/progressive");
        std::fs::read(dir.join(name)).expect("a fixture")
    }

    fn decoded(bytes: &[u8], eighths: usize) -> Result<Scaled, Unsupported> {
        let file = read_header(bytes)?;
        assert_eq!(file.0.coding, Coding::Progressive);
        decode(bytes, file, eighths, &Cancel::default())
    }

    #[test]
    fn scaled_pictures_are_close_to_averages_of_the_full_ones() {
        for name in ["colour-420.jpg", "colour-444-restarts.jpg", "grey.jpg"] {
            let bytes = fixture(name);
            let full = image::load_from_memory(&bytes)
                .expect("decodes")
                .into_rgb8();
            for eighths in [1, 2, 4] {
                let ours = decoded(&bytes, eighths).expect("decodes");
                let side = 8 / eighths as u32;
                assert_eq!(ours.width, full.width().div_ceil(side), "{name}");
                let (mut off, mut count) = (0.0, 0.0);
                for y in 0..full.height() / side {
                    for (x, channel) in
                        (0..full.width() / side).flat_map(|x| (0..3).map(move |c| (x, c)))
                    {
                        let area = (0..side).flat_map(|dy| (0..side).map(move |dx| (dx, dy)));
                        let sum: u32 = area
                            .map(|(dx, dy)| full.get_pixel(x * side + dx, y * side + dy).0[channel])
                            .map(u32::from)
                            .sum();
                        let at = (y * ours.width + x) as usize * 3 + channel;
                        off += (f64::from(ours.rgb[at]) - f64::from(sum) / f64::from(side * side))
                            .abs();
                        count += 1.0;
                    }
                }
                let mean = off / count;
                assert!(
                    mean < 3.5,
                    "{name} at {eighths}/8: {mean:.2} off on average"
                );
            }
        }
    }

    #[test]
    fn coarse_files_and_files_without_their_end_are_left_to_others() {
        assert!(decoded(&fixture("coarse.jpg"), 2).is_err());
        let bytes = fixture("colour-420.jpg");
        for length in (0..bytes.len()).step_by(97) {
            assert!(decoded(&bytes[..length], 2).is_err(), "cut at {length}");
        }
    }
}
