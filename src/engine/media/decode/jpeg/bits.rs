//! The entropy-coded part of a JPEG file: bits, Huffman codes and signed values (T.81, annex F).

/// Bits by which a code is looked up at once; longer codes are rare and take a second step.
const LOOKUP: u32 = 10;

/// A table of Huffman codes.
pub struct Huffman {
    /// For each beginning of `LOOKUP` bits: length of the code << 8 | its value; 0 if it is longer.
    quick: Vec<u16>,
    /// For each length: the first code behind those of that length, left-aligned in 16 bits.
    limit: [u32; 18],
    /// For each length: what to add to a code to find its value.
    offset: [i32; 17],
    values: Vec<u8>,
}

impl Huffman {
    /// From the number of codes of each length and their values (C.2). None if there are more codes
    /// than a length has room for.
    pub fn new(counts: &[u8; 16], values: &[u8]) -> Option<Self> {
        let mut table = Self {
            quick: vec![0; 1 << LOOKUP],
            limit: [0; 18],
            offset: [0; 17],
            values: values.to_vec(),
        };
        let (mut code, mut at) = (0u32, 0usize);
        for length in 1..=16u32 {
            table.offset[length as usize] = at as i32 - code as i32;
            for _ in 0..counts[length as usize - 1] {
                if code >= 1 << length {
                    return None;
                }
                if length <= LOOKUP {
                    let capacity = 1 << (LOOKUP - length);
                    let start = (code << (LOOKUP - length)) as usize;
                    let entry = (length as u16) << 8 | u16::from(*values.get(at)?);
                    table.quick[start..start + capacity].fill(entry);
                }
                code += 1;
                at += 1;
            }
            table.limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        table.limit[17] = u32::MAX;
        Some(table)
    }

    /// Length and value of the code on top of `buffer`.
    #[inline(always)]
    fn find(&self, buffer: u64) -> Option<(u32, u8)> {
        let quick = self.quick[(buffer >> (64 - LOOKUP)) as usize];
        if quick != 0 {
            Some((u32::from(quick >> 8), quick as u8))
        } else {
            self.find_long(buffer)
        }
    }

    #[cold]
    fn find_long(&self, buffer: u64) -> Option<(u32, u8)> {
        let bits = (buffer >> 48) as u32;
        let length = (LOOKUP + 1..=16).find(|length| bits < self.limit[*length as usize])?;
        let code = (bits >> (16 - length)) as i32;
        let at = usize::try_from(code + self.offset[length as usize]).ok()?;
        Some((length, *self.values.get(at)?))
    }
}

/// Bits by which codes are stepped over, several at once.
const WINDOW: u32 = 12;

/// Codes of coefficients that are not needed, which are skipped with their values.
pub struct Skips {
    /// For each beginning of `WINDOW` bits: the bits of all codes that lie in it whole, with their
    /// values; the coefficients they stand for, << 8; whether the last ends the block, << 15. 0 if
    /// the first code is longer.
    steps: Vec<u16>,
}

impl Skips {
    /// For a table of AC codes.
    pub fn new(table: &Huffman) -> Self {
        let steps = (0..1u64 << WINDOW).map(|bits| Self::steps(table, bits << (64 - WINDOW)));
        Self {
            steps: steps.collect(),
        }
    }

    fn steps(table: &Huffman, beginning: u64) -> u16 {
        let (mut bits, mut coefficients) = (0u32, 0u32);
        while bits < WINDOW {
            let Some((length, value)) = table.find(beginning << bits) else {
                break;
            };
            let (run, size) = (u32::from(value >> 4), u32::from(value & 15));
            let step = if size == 0 && run == 15 { 16 } else { run + 1 };
            // No block is longer.
            if bits + length > WINDOW || coefficients + step > 63 {
                break;
            }
            bits += length + size;
            if size == 0 && run < 15 {
                return (1 << 15 | coefficients << 8 | bits) as u16;
            }
            coefficients += step;
        }
        (coefficients << 8 | bits) as u16
    }
}

/// A decoded symbol: zeros to step over, and the bits of the value that follows.
#[derive(Clone, Copy)]
pub struct Symbol {
    pub run: u8,
    pub size: u8,
}

/// Reads codes and values from the most significant bit on.
pub struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// Unread bits, the next one on top.
    buffer: u64,
    /// How many of them there are.
    count: u32,
    /// How many of those are not from the file, because it ended.
    padding: u32,
    /// Bits of the value behind the last symbol.
    pending: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            buffer: 0,
            count: 0,
            padding: 0,
            pending: 0,
        }
    }

    /// Fills up to at least 56 bits: enough for a code of 16 and a value of 15.
    fn refill(&mut self) {
        if let Some(bytes) = self
            .data
            .get(self.at..)
            .and_then(|rest| rest.first_chunk::<8>())
        {
            let word = u64::from_be_bytes(*bytes);
            // A byte of ones is an escape or a marker and needs the slow way.
            let zeros = !word;
            let escape = zeros.wrapping_sub(0x0101_0101_0101_0101) & !zeros & 0x8080_8080_8080_8080;
            if escape == 0 {
                self.buffer |= word >> self.count;
                self.at += ((63 - self.count) >> 3) as usize;
                self.count |= 56;
                return;
            }
        }
        while self.count <= 56 {
            let byte = match self.data.get(self.at) {
                Some(0xff) => match self.data.get(self.at + 1) {
                    Some(0) => {
                        self.at += 2;
                        0xff
                    }
                    // A marker ends the data; `restart` steps over it.
                    _ => self.pad(),
                },
                Some(byte) => {
                    self.at += 1;
                    *byte
                }
                None => self.pad(),
            };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn pad(&mut self) -> u8 {
        self.padding += 8;
        0
    }

    /// Whether more bits were read than the file has.
    pub fn overrun(&self) -> bool {
        self.padding > self.count
    }

    /// The next symbol; its value must be taken or skipped before the next. None for a code that the
    /// table does not have.
    #[inline(always)]
    pub fn symbol(&mut self, table: &Huffman) -> Option<Symbol> {
        if self.count < 32 {
            self.refill();
        }
        let (length, value) = table.find(self.buffer)?;
        self.consume(length);
        let symbol = Symbol {
            run: value >> 4,
            size: value & 15,
        };
        self.pending = u32::from(symbol.size);
        Some(symbol)
    }

    /// Steps over the codes on top and their values: how many coefficients they stand for, and whether
    /// the block ended. None where it has to go code by code: a long code, or no room in a block of
    /// which `capacity` coefficients are left. The last coefficient is never stepped over here, because
    /// what follows it is the next block.
    #[inline(always)]
    pub fn step_over(&mut self, skips: &Skips, capacity: usize) -> Option<(usize, bool)> {
        if self.count < 32 {
            self.refill();
        }
        let steps = u32::from(skips.steps[(self.buffer >> (64 - WINDOW)) as usize]);
        let coefficients = (steps >> 8 & 0x7f) as usize;
        if steps == 0 || coefficients >= capacity {
            return None;
        }
        self.consume(steps & 0xff);
        Some((coefficients, steps >> 15 != 0))
    }

    /// The next `count` bits, 16 at most.
    #[inline(always)]
    pub fn bits(&mut self, count: u32) -> u32 {
        if self.count < 32 {
            self.refill();
        }
        // Two shifts, because none of 64 bits is possible.
        let bits = (self.buffer >> 1 >> (63 - count)) as u32;
        self.consume(count);
        bits
    }

    #[inline(always)]
    fn consume(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits;
    }

    /// Steps over the value behind the last symbol.
    #[inline(always)]
    pub fn skip_value(&mut self) {
        self.consume(self.pending);
        self.pending = 0;
    }

    /// The value behind the last symbol: bits below half of their range are negative (F.2.2.1).
    #[inline(always)]
    pub fn take_value(&mut self) -> i32 {
        let size = self.pending;
        if size == 0 {
            return 0;
        }
        let bits = (self.buffer >> (64 - size)) as i32;
        self.skip_value();
        let negative = bits < 1 << (size - 1);
        if negative {
            bits - (1 << size) + 1
        } else {
            bits
        }
    }

    /// Goes on behind the next restart marker, whatever lies before it, and returns its number. None if the picture
    /// ends before there is another. Other markers are what damage makes of the data.
    pub fn next_restart(&mut self) -> Option<u8> {
        loop {
            self.at += memchr::memchr(0xff, self.data.get(self.at..)?)?;
            match self.data.get(self.at + 1)? {
                marker @ 0xd0..=0xd7 => {
                    self.at += 2;
                    (self.buffer, self.count, self.padding, self.pending) = (0, 0, 0, 0);
                    return Some(marker - 0xd0);
                }
                // The end, and the beginning of another picture.
                0xd8 | 0xd9 => return None,
                _ => self.at += 1,
            }
        }
    }

    /// Whether the data that is left begins with a restart marker: nothing is missing before it.
    pub fn is_at_restart(&self) -> bool {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
        fill > 0 && matches!(rest.get(fill), Some(0xd0..=0xd7))
    }

    /// Steps over a restart marker (E.2.4). None if there is none.
    pub fn restart(&mut self) -> Option<()> {
        if self.overrun() {
            return None;
        }
        // What is left in the buffer is the padding of the last byte. Reading never goes past a
        // marker, so it is the next in the data.
        while self.data.get(self.at) == Some(&0xff) && self.data.get(self.at + 1) == Some(&0xff) {
            self.at += 1;
        }
        match self.data.get(self.at..self.at + 2) {
            Some([0xff, 0xd0..=0xd7]) => self.at += 2,
            _ => return None,
        }
        (self.buffer, self.count, self.padding, self.pending) = (0, 0, 0, 0);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110 and one of 16 bits.
    fn table() -> Huffman {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[15]) = (1, 1, 1, 1);
        Huffman::new(&counts, &[0x01, 0x23, 0x00, 0xf0]).expect("codes")
    }

    #[test]
    fn codes_of_all_lengths_and_their_values_are_read() {
        // 0 + value 1; 10 + value 010 = -5; 110; 1110000000000000.
        let bits = "01 10010 110 1110000000000000".replace(' ', "") + "0000000";
        let bytes: Vec<u8> = bits
            .as_bytes()
            .chunks(8)
            .map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | (bit - b'0')))
            .collect();
        let table = table();
        let mut reader = BitReader::new(&bytes);
        let mut next = |value: bool| {
            let symbol = reader.symbol(&table).expect("a symbol");
            let value = if value { reader.take_value() } else { 0 };
            (symbol.run, symbol.size, value)
        };
        assert_eq!(next(true), (0, 1, 1));
        assert_eq!(next(true), (2, 3, -5));
        assert_eq!(next(false), (0, 0, 0));
        assert_eq!(next(false), (15, 0, 0));
    }

    #[test]
    fn reading_past_the_end_is_noticed() {
        let table = table();
        let mut reader = BitReader::new(&[0b0101_0101]);
        for _ in 0..4 {
            assert!(reader.symbol(&table).is_some());
            reader.skip_value();
        }
        assert!(!reader.overrun());
        reader.symbol(&table);
        assert!(reader.overrun());
    }

    #[test]
    fn escaped_bytes_and_restart_markers_are_stepped_over() {
        let table = table();
        let mut reader = BitReader::new(&[0xff, 0x00, 0xff, 0xd3, 0b0100_0000]);
        reader.refill();
        assert_eq!(reader.buffer >> 56, 0xff);
        reader.consume(8);
        assert!(reader.restart().is_some());
        assert_eq!(reader.symbol(&table).expect("a symbol").size, 1);
        assert!(reader.restart().is_none());
    }

    #[test]
    fn tables_with_too_many_codes_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Huffman::new(&counts, &[0, 1, 2]).is_none());
    }
}
