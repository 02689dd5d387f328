//! Entropy decoding of one scan: the upper bits of its coefficients, or a refinement.
//!
//! Section numbers refer to ITU-T T.81.

use super::super::bits::{BitReader, Huffman, Symbol};
use super::super::header::{JpegHeader, ScanComponent, ScanHeader, Unsupported};
use super::super::planes::McuGrid;
use super::super::stripes::{self, Tally};
use super::coefficients::ComponentCoefficients;
use crate::engine::cancel::Cancel;

/// The Huffman table of each component of a scan. DC refinement scans have no Huffman codes.
fn huffman_tables<'a>(
    header: &'a JpegHeader,
    scan: &ScanHeader,
) -> Result<Vec<Option<&'a Huffman>>, Unsupported> {
    let table = |part: &ScanComponent| {
        let (tables, at) = match scan.first {
            0 => (&header.dc, part.dc),
            _ => (&header.ac, part.ac),
        };
        let table = tables.get(at).and_then(Option::as_ref);
        match (table, scan.first, scan.high) {
            (None, 0, 1..) => Ok(None),
            (None, ..) => Err(Unsupported),
            (table, ..) => Ok(table),
        }
    };
    scan.components.iter().map(table).collect()
}

/// Reads the entropy-coded data of one scan, as far as it is intact.
pub fn read_scan(
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
    let tables = huffman_tables(header, scan)?;
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
