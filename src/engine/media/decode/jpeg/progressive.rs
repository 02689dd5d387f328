//! Progressive JPEG at a scale of 1/2, 1/4 or 1/8, and damaged files at any scale.
//!
//! Progressive files code their coefficients in several scans, first coarsely, then bit by bit. If the scale needs only
//! the DC coefficients, AC scans are skipped. Otherwise all scans are read, since refinement bits of visible
//! coefficients are interleaved with those of others. Without the last bits fine grain would be lost, and an embedding
//! would have a cosine similarity below 0.996 to that of the full decode (docs/benchmarks.md, "What a small scale
//! does"). Section numbers refer to ITU-T T.81.

use super::bits::{BitReader, Huffman, Symbol};
use super::header::{JpegHeader, ScanHeader, Unsupported, end_of_data};
use super::planes::{FULL, McuGrid, Plane, Scaled, picture};
use super::stripes::{self, Tally};
use crate::engine::cancel::Cancel;

/// Maximum number of scans: a file of a few kilobytes could declare millions over a large picture.
const MOST_SCANS: usize = 1000;

/// The coefficients of one component.
struct ComponentCoefficients {
    plane: Plane,
    /// Blocks per row, including MCU padding outside the picture.
    columns: usize,
    /// The lowest frequencies of each block, size x size.
    coefficients: Vec<i16>,
    /// For each coefficient in zigzag order: its index within a block's stored coefficients, or `None`.
    slots: [Option<u8>; 64],
    /// For each block: a bitmask of the nonzero coefficients so far, in zigzag order.
    nonzero: Vec<u64>,
    /// For each coefficient in zigzag order: the lowest bit read so far; `None` before its first scan.
    low: [Option<u8>; 64],
    /// Whether a scan was damaged, after which its band cannot be refined.
    is_damaged: bool,
}

/// Decodes at `eighths` / 8 of the full size, where `eighths` is 1, 2 or 4. Files that are truncated or have a fault in
/// the required data are left to other decoders.
pub fn decode(
    bytes: &[u8],
    (mut header, mut scan): (JpegHeader, ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let grid = McuGrid::new(&header)?;
    let mut channels = channels(&header, eighths, grid)?;
    for _ in 0..MOST_SCANS {
        if shows(&scan, &channels)? {
            let tally = read_scan(bytes, &header, &scan, &mut channels, grid, cancel)?;
            if tally.lost > 0 || cancel.is_cancelled() {
                return Err(Unsupported);
            }
        }
        let end = end_of_data(bytes, scan.data)?;
        match header.next_scan(bytes, end)? {
            Some(next) => scan = next,
            None if channels.iter().all(ComponentCoefficients::is_complete) => {
                return finish(channels, &header, eighths, cancel);
            }
            None => break,
        }
    }
    Err(Unsupported)
}

/// Decodes what is left of a damaged file, at any scale; missing parts are grey or lack detail. Blocks with a DC
/// coefficient count as read. Also returns whether anything is wrong: a file may omit its last bits.
pub fn decode_damaged(
    bytes: &[u8],
    (mut header, mut scan): (JpegHeader, ScanHeader),
    eighths: usize,
    cancel: &Cancel,
) -> Result<(Scaled, Tally, bool), Unsupported> {
    let grid = McuGrid::new(&header)?;
    let mut channels = channels(&header, eighths, grid)?;
    let mut worst = Tally::default();
    let mut is_faulty = false;
    for number in 0..MOST_SCANS {
        let shown = shows(&scan, &channels);
        if number == 0 {
            shown?;
        }
        let read = match shown {
            Ok(true) => read_scan(bytes, &header, &scan, &mut channels, grid, cancel),
            Ok(false) => Ok(Tally::default()),
            Err(error) => Err(error),
        };
        is_faulty |= read.is_err() || read.is_ok_and(|tally| tally.lost > 0);
        if let (Ok(true), Ok(tally)) = (shown, read)
            && (scan.first, scan.high) == (0, 0)
            && (number == 0 || tally.lost_percent() > worst.lost_percent())
        {
            worst = tally;
        }
        if cancel.is_cancelled() {
            return Err(Unsupported);
        }
        let next = end_of_data(bytes, scan.data).and_then(|end| header.next_scan(bytes, end));
        match next {
            Ok(Some(next)) => scan = next,
            Ok(None) => break,
            Err(_) => {
                // All coefficients may have been coded before the truncation.
                is_faulty |= !channels.iter().all(ComponentCoefficients::is_complete);
                break;
            }
        }
    }
    let scaled = finish(channels, &header, eighths, cancel)?;
    Ok((scaled, worst, is_faulty))
}

fn channels(
    header: &JpegHeader,
    eighths: usize,
    grid: McuGrid,
) -> Result<Vec<ComponentCoefficients>, Unsupported> {
    let planes = header.components.iter();
    let planes = planes.map(|component| Plane::new(header, component, eighths, grid));
    planes
        .map(|plane| Ok(ComponentCoefficients::new(plane?, grid)))
        .collect()
}

fn finish(
    channels: Vec<ComponentCoefficients>,
    header: &JpegHeader,
    eighths: usize,
    cancel: &Cancel,
) -> Result<Scaled, Unsupported> {
    let mut planes = Vec::with_capacity(channels.len());
    for mut channel in channels {
        match (channel.plane.size, eighths) {
            (_, FULL) => channel.transform::<8, 64>(cancel),
            (1, _) => channel.transform::<1, 16>(cancel),
            (2, _) => channel.transform::<2, 16>(cancel),
            _ => channel.transform::<4, 16>(cancel),
        }?;
        planes.push(channel.plane);
    }
    Ok(picture(&planes, header, eighths))
}

/// Whether a scan has coefficients that are visible at this scale (G.1.1.1).
fn shows(scan: &ScanHeader, channels: &[ComponentCoefficients]) -> Result<bool, Unsupported> {
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
    Ok(of_dc || plane.is_some_and(|plane| plane.needed > 1))
}

impl ComponentCoefficients {
    fn new(plane: Plane, grid: McuGrid) -> Self {
        let columns = grid.columns * plane.component.horizontal;
        let blocks = columns * grid.rows * plane.component.vertical;
        let (stride, size) = (if plane.size == 8 { 8 } else { 4 }, plane.size as u8);
        let slots = (plane.place).map(|at| at.map(|at| at / stride * size + at % stride));
        Self {
            columns,
            coefficients: vec![0; blocks * plane.size * plane.size],
            slots,
            nonzero: vec![0; if plane.needed > 1 { blocks } else { 0 }],
            low: [None; 64],
            is_damaged: false,
            plane,
        }
    }

    /// Whether all visible coefficients were read to the last bit.
    fn is_complete(&self) -> bool {
        let shown = self
            .low
            .iter()
            .zip(&self.slots)
            .filter(|(_, slot)| slot.is_some());
        shown.into_iter().all(|(low, _)| *low == Some(0))
    }

    /// The stored coefficients of a block, and its bitmask of nonzero coefficients.
    fn block(&mut self, at: usize) -> (&mut [i16], Option<&mut u64>) {
        let length = self.plane.size * self.plane.size;
        let block = &mut self.coefficients[at * length..][..length];
        (block, self.nonzero.get_mut(at))
    }

    /// Applies the inverse DCT to all blocks: `SIZE` samples a side from `N` coefficients.
    fn transform<const SIZE: usize, const N: usize>(
        &mut self,
        cancel: &Cancel,
    ) -> Result<(), Unsupported> {
        let stride = if N == 64 { 8 } else { 4 };
        // By position in the corner: the quantisation step, and the expected value of the missing low bits.
        let (mut steps, mut more) = ([0f32; N], [0f32; N]);
        for (k, at) in self.plane.place.iter().enumerate() {
            if let Some(at) = at {
                let missing = self.low[k].unwrap_or_default();
                steps[usize::from(*at)] = self.plane.quantisation[k];
                more[usize::from(*at)] = f32::from((1u16 << missing) - 1) / 2.0;
            }
        }
        let rows = self.coefficients.chunks_exact(self.columns * SIZE * SIZE);
        for (row, blocks) in rows.enumerate() {
            if cancel.is_cancelled() {
                return Err(Unsupported);
            }
            for (column, block) in blocks.chunks_exact(SIZE * SIZE).enumerate() {
                let mut corner = [0f32; N];
                for (v, u) in (0..SIZE).flat_map(|v| (0..SIZE).map(move |u| (v, u))) {
                    let (value, at) = (block[v * SIZE + u], v * stride + u);
                    let missing = f32::from(value.signum()) * more[at];
                    corner[at] = (f32::from(value) + missing) * steps[at];
                }
                self.plane.put(&corner, column, row);
            }
        }
        Ok(())
    }
}

/// Reads the entropy-coded data of one scan, as far as it is intact.
fn read_scan(
    bytes: &[u8],
    header: &JpegHeader,
    scan: &ScanHeader,
    channels: &mut [ComponentCoefficients],
    grid: McuGrid,
    cancel: &Cancel,
) -> Result<Tally, Unsupported> {
    let data = bytes.get(scan.data..).ok_or(Unsupported)?;
    for part in &scan.components {
        note_precision(scan, &mut channels[part.index])?;
    }
    let tables = scan.components.iter().map(|part| {
        let (tables, at) = match scan.first {
            0 => (&header.dc, part.dc),
            _ => (&header.ac, part.ac),
        };
        let table = tables.get(at).and_then(Option::as_ref);
        // DC refinement scans have no Huffman codes.
        match (table, scan.first, scan.high) {
            (None, 0, 1..) => Ok(None),
            (None, ..) => Err(Unsupported),
            (table, ..) => Ok(table),
        }
    });
    let tables = tables.collect::<Result<Vec<_>, _>>()?;
    let state = std::cell::RefCell::new(ScanState::default());
    let begin = || *state.borrow_mut() = ScanState::default();
    let mut bits = BitReader::new(data);
    let restarts = header.restart_interval;
    let tally = match scan.components[..] {
        // A single component is coded block by block (A.2.2).
        [part] => {
            let channel = &mut channels[part.index];
            let (columns, rows) = grid.blocks_alone(&channel.plane.component);
            let (across, slots) = (channel.columns, channel.slots);
            let units = (columns * rows, restarts);
            let tally = stripes::read(&mut bits, units, begin, |bits, at| {
                let (column, row) = (at % columns, at / columns);
                if column == 0 && cancel.is_cancelled() {
                    return false;
                }
                let (block, nonzero) = channel.block(row * across + column);
                let state = &mut *state.borrow_mut();
                let read = match (scan.first, scan.high, nonzero) {
                    (0, ..) => state.dc(bits, scan, (0, tables[0]), &mut block[0]),
                    (_, 0, Some(nonzero)) => {
                        let block = CoefficientBlock {
                            block,
                            slots: &slots,
                            nonzero,
                        };
                        state.ac(bits, scan, tables[0], block)
                    }
                    (_, _, Some(nonzero)) => {
                        let block = CoefficientBlock {
                            block,
                            slots: &slots,
                            nonzero,
                        };
                        state.refine(bits, scan, tables[0], block)
                    }
                    (_, _, None) => Err(Unsupported),
                };
                read.is_ok()
            });
            channel.is_damaged |= scan.first > 0 && tally.lost > 0 && restarts == 0;
            tally
        }
        // Interleaved DC scans are coded MCU by MCU (A.2.3).
        _ if scan.first == 0 => {
            let units = (grid.columns * grid.rows, restarts);
            stripes::read(&mut bits, units, begin, |bits, at| {
                let (column, row) = (at % grid.columns, at / grid.columns);
                if column == 0 && cancel.is_cancelled() {
                    return false;
                }
                let state = &mut *state.borrow_mut();
                scan.components.iter().enumerate().all(|(slot, part)| {
                    let channel = &mut channels[part.index];
                    let component = channel.plane.component;
                    let (across, down) = (component.horizontal, component.vertical);
                    (0..down)
                        .flat_map(|y| (0..across).map(move |x| (y, x)))
                        .all(|(y, x)| {
                            let row = row * down + y;
                            let at = row * channel.columns + column * across + x;
                            let (block, _) = channel.block(at);
                            let read = state.dc(bits, scan, (slot, tables[slot]), &mut block[0]);
                            read.is_ok()
                        })
                })
            })
        }
        _ => return Err(Unsupported),
    };
    Ok(tally)
}

/// Records which bits a scan adds. Refinement must continue from the bits already read.
fn note_precision(
    scan: &ScanHeader,
    channel: &mut ComponentCoefficients,
) -> Result<(), Unsupported> {
    let band = &mut channel.low[scan.first..=scan.last];
    let before = (scan.high > 0).then_some(scan.high);
    // A mismatch at any frequency of the band makes its bits undecodable, and so does earlier damage.
    if band.iter().any(|low| *low != before) || (channel.is_damaged && scan.high > 0) {
        return Err(Unsupported);
    }
    band.fill(Some(scan.low));
    Ok(())
}

/// State that a scan carries from block to block.
#[derive(Default)]
struct ScanState {
    /// Previous DC value of each component of the scan.
    predictors: [i32; 3],
    /// Remaining blocks of an end-of-band run.
    empty: u32,
}

/// A block that is being decoded.
struct CoefficientBlock<'a> {
    block: &'a mut [i16],
    slots: &'a [Option<u8>; 64],
    nonzero: &'a mut u64,
}

impl CoefficientBlock<'_> {
    #[inline]
    fn set(&mut self, k: usize, value: i32) {
        *self.nonzero |= 1 << k;
        if let Some(slot) = self.slots[k] {
            self.block[usize::from(slot)] = value as i16;
        }
    }

    /// Adds a correction bit to a nonzero coefficient.
    #[inline]
    fn correct(&mut self, k: usize, bit: i16) {
        if let Some(slot) = self.slots[k] {
            let value = &mut self.block[usize::from(slot)];
            let more = if *value < 0 { -bit } else { bit };
            *value = value.wrapping_add(more);
        }
    }
}

impl ScanState {
    /// Decodes the upper bits of a DC coefficient, or a refinement bit (G.1.2.1).
    #[inline]
    fn dc(
        &mut self,
        bits: &mut BitReader,
        scan: &ScanHeader,
        (slot, table): (usize, Option<&Huffman>),
        value: &mut i16,
    ) -> Result<(), Unsupported> {
        if scan.high > 0 {
            *value |= (bits.bits(1) << scan.low) as i16;
            return Ok(());
        }
        let Symbol { size, .. } = bits.symbol(table.ok_or(Unsupported)?).ok_or(Unsupported)?;
        let difference = bits.take_value();
        if size > 11 {
            return Err(Unsupported);
        }
        let predictor = self.predictors.get_mut(slot).ok_or(Unsupported)?;
        *predictor = predictor.wrapping_add(difference);
        *value = (*predictor << scan.low) as i16;
        Ok(())
    }

    /// Decodes the upper bits of an AC band (G.1.2.2).
    #[inline]
    fn ac(
        &mut self,
        bits: &mut BitReader,
        scan: &ScanHeader,
        table: Option<&Huffman>,
        mut block: CoefficientBlock<'_>,
    ) -> Result<(), Unsupported> {
        if self.empty > 0 {
            self.empty -= 1;
            return Ok(());
        }
        let table = table.ok_or(Unsupported)?;
        let mut k = scan.first;
        while k <= scan.last {
            let symbol = bits.symbol(table).ok_or(Unsupported)?;
            let run = usize::from(symbol.run);
            if symbol.size == 0 {
                if run < 15 {
                    self.empty = (1 << run) - 1 + bits.bits(run as u32);
                    return Ok(());
                }
                k += 16;
                continue;
            }
            k += run;
            let value = bits.take_value() << scan.low;
            if k <= scan.last {
                block.set(k, value);
            }
            k += 1;
        }
        // A run past the end of the band is invalid.
        if k > scan.last + 1 {
            return Err(Unsupported);
        }
        Ok(())
    }

    /// Refines an AC band by one bit (G.1.2.3).
    #[inline]
    fn refine(
        &mut self,
        bits: &mut BitReader,
        scan: &ScanHeader,
        table: Option<&Huffman>,
        mut block: CoefficientBlock<'_>,
    ) -> Result<(), Unsupported> {
        let (bit, mut k) = (1i16 << scan.low, scan.first);
        let table = table.ok_or(Unsupported)?;
        while self.empty == 0 && k <= scan.last {
            let Symbol { run, size } = bits.symbol(table).ok_or(Unsupported)?;
            let new = match size {
                0 if run < 15 => {
                    self.empty = (1 << run) + bits.bits(run.into());
                    break;
                }
                0 => None,
                1 => Some(if bits.take_value() > 0 { bit } else { -bit }),
                _ => return Err(Unsupported),
            };
            // Skips `run` zero coefficients; nonzero ones on the way have a correction bit each.
            let mut zeros = run;
            while k <= scan.last {
                if *block.nonzero >> k & 1 == 1 {
                    if bits.bits(1) == 1 {
                        block.correct(k, bit);
                    }
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                k += 1;
            }
            match new {
                Some(value) if k <= scan.last => block.set(k, value.into()),
                Some(_) => return Err(Unsupported),
                None => {}
            }
            k += 1;
        }
        if self.empty > 0 {
            self.empty -= 1;
            let rest = u64::MAX.checked_shl(k as u32).unwrap_or_default();
            let mut left = *block.nonzero & rest & (u64::MAX >> (63 - scan.last));
            while left != 0 {
                if bits.bits(1) == 1 {
                    block.correct(left.trailing_zeros() as usize, bit);
                }
                left &= left - 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
