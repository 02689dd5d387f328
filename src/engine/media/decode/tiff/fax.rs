//! Fax compression (ITU-T T.4 and T.6): one bit per pixel, 1 for black. Code tables are from the `fax` crate. Rows and
//! end-of-line codes are decoded here, because TIFF has more variants than fax machines.

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, Bits};

/// Row coding scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCoding {
    /// Modified Huffman: rows are independent and aligned to a multiple of this number of bits.
    Huffman(usize),
    /// Group 3, with optional EOL codes; if `mixed`, rows may be coded two-dimensionally.
    Group3 { mixed: bool },
    /// Group 4: all rows are coded two-dimensionally.
    Group4,
}

/// Reads bits; zeros follow the end of the data.
struct FaxBitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader for FaxBitReader<'_> {
    type Error = ();

    fn peek(&self, bits: u8) -> Option<u16> {
        let byte = |index: usize| u32::from(self.bytes.get(index).copied().unwrap_or_default());
        let first = self.at / 8;
        let three = byte(first) << 16 | byte(first + 1) << 8 | byte(first + 2);
        let value = three << (8 + self.at % 8) >> (32 - u32::from(bits.max(1)));
        Some(if bits == 0 { 0 } else { value as u16 })
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        self.at += usize::from(bits);
        if self.is_at_end() { Err(()) } else { Ok(()) }
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.at.next_multiple_of(8) - self.at) as u8
    }

    fn expect(&mut self, bits: Bits) -> Result<(), Option<Bits>> {
        match self.peek(bits.len) {
            Some(found) if found == bits.data => self.consume(bits.len).map_err(|()| None),
            _ => Err(None),
        }
    }
}

impl FaxBitReader<'_> {
    fn is_at_end(&self) -> bool {
        self.at > 8 * self.bytes.len()
    }

    /// Whether an EOL code or its fill bits follow, with which no other code begins.
    fn is_at_mark(&self) -> bool {
        self.peek(9) == Some(0)
    }

    /// Skips past the next EOL code: at least eleven zeros and a one.
    fn skip_mark(&mut self) -> Option<()> {
        while self.peek(11) != Some(0) {
            self.consume(1).ok()?;
        }
        while self.peek(1) == Some(0) {
            self.consume(1).ok()?;
        }
        self.consume(1).ok()
    }

    /// Reads a run length, which may consist of several codes.
    fn run(&mut self, is_black: bool) -> Option<usize> {
        let mut sum = 0;
        loop {
            let part = match is_black {
                true => black::decode(self),
                false => white::decode(self),
            }?;
            sum += usize::from(part);
            if part < 64 {
                return Some(sum);
            }
        }
    }

    /// Reads a one-dimensional row as a list of colour changes, the first from white to black.
    fn row(&mut self, width: usize, changes: &mut Vec<usize>) -> Option<()> {
        let (mut at, mut is_black) = (0, false);
        while at < width {
            at += self.run(is_black)?;
            changes.push(at.min(width));
            is_black = !is_black;
        }
        Some(())
    }

    /// Reads a two-dimensional row, coded relative to the row above (T.4, 4.2).
    fn row_below(&mut self, above: &[usize], width: usize, changes: &mut Vec<usize>) -> Option<()> {
        let (mut at, mut is_black, mut begins) = (0, false, true);
        while at < width {
            // b1, the next change to the opposite colour in the row above; b2 follows it.
            let right = above.partition_point(|change| *change < at + usize::from(!begins));
            let first = right + usize::from(right % 2 != usize::from(is_black));
            let above_at = |index: usize| above.get(index).copied().unwrap_or(width);
            match mode::decode(self)? {
                Mode::Pass => at = above_at(first + 1),
                Mode::Horizontal => {
                    for is_black in [is_black, !is_black] {
                        at = (at + self.run(is_black)?).min(width);
                        changes.push(at);
                    }
                }
                Mode::Vertical(by) => {
                    let to = above_at(first).checked_add_signed(by.into())?;
                    if to < at || to > width {
                        return None;
                    }
                    at = to;
                    changes.push(at);
                    is_black = !is_black;
                }
                Mode::Extension | Mode::EOF => return None,
            }
            begins = false;
        }
        Some(())
    }
}

/// Decodes `rows` rows and returns the missing share, which is white; `None` if all is missing.
pub fn decode(
    bytes: &[u8],
    width: usize,
    height: usize,
    rows: RowCoding,
) -> Option<(Vec<u8>, f32)> {
    let stride = width.div_ceil(8);
    let mut picture = vec![0; stride * height];
    let mut reader = FaxBitReader { bytes, at: 0 };
    let (mut above, mut changes) = (Vec::new(), Vec::new());
    let (mut found, mut is_lost) = (0, false);
    for row in picture.chunks_mut(stride.max(1)) {
        changes.clear();
        let mut below = rows == RowCoding::Group4;
        match rows {
            RowCoding::Huffman(boundary) => reader.at = reader.at.next_multiple_of(boundary),
            RowCoding::Group3 { mixed } => {
                // Some writers omit the first EOL code, or all of them.
                if (is_lost || reader.is_at_mark()) && reader.skip_mark().is_none() {
                    break;
                }
                if mixed {
                    below = reader.peek(1) == Some(0);
                    if reader.consume(1).is_err() {
                        break;
                    }
                }
            }
            RowCoding::Group4 => {}
        }
        let read = match below {
            true => reader.row_below(&above, width, &mut changes),
            false => reader.row(width, &mut changes),
        };
        if read.is_none() && matches!(rows, RowCoding::Group4 | RowCoding::Huffman(_)) {
            break;
        }
        if reader.is_at_end() {
            break;
        }
        is_lost = read.is_none();
        found += usize::from(!is_lost);
        paint(row, &changes);
        std::mem::swap(&mut above, &mut changes);
    }
    (found > 0).then(|| (picture, 1.0 - found as f32 / height as f32))
}

/// Sets the bits of black runs.
fn paint(row: &mut [u8], changes: &[usize]) {
    for run in changes.chunks(2) {
        let (start, end) = match run {
            [start, end] => (*start, *end),
            // Black up to the end of the row.
            [start] => (*start, 8 * row.len()),
            _ => return,
        };
        for at in start..end.min(8 * row.len()) {
            row[at / 8] |= 0x80 >> (at % 8);
        }
    }
}
