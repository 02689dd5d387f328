//! Entropy-coded segments of JPEG: bit reader, Huffman codes and coefficient values (T.81, annex F).

/// Bits of the direct lookup; longer codes are rare and take a second step.
const LOOKUP: u32 = 10;

/// A Huffman table.
pub struct Huffman {
    /// For each prefix of `LOOKUP` bits: code length << 8 | value; 0 if the code is longer.
    quick: Vec<u16>,
    /// For each length: the upper bound (exclusive) of its codes, left-aligned to 16 bits.
    limit: [u32; 18],
    /// For each length: the difference of value index and code.
    offset: [i32; 17],
    values: Vec<u8>,
}

impl Huffman {
    /// Builds the table from the number of codes of each length and their values (C.2). Returns `None` if a length has
    /// more codes than fit.
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

    /// Length and value of the code at the top of `buffer`.
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

/// Bits of the lookup that skips several codes at once.
const WINDOW: u32 = 12;

/// A lookup table to skip the codes and values of coefficients that are not needed.
pub struct Skips {
    /// For each prefix of `WINDOW` bits: the length of all codes entirely within it, plus their values, which may
    /// extend past it; the number of coefficients they cover << 8; whether the last ends the block << 15. 0 if no code
    /// fits.
    steps: Vec<u16>,
}

impl Skips {
    /// Builds the table for an AC Huffman table.
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
            // A block has no more coefficients.
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

/// A decoded symbol: length of the run of zeros, and number of bits of the value that follows.
#[derive(Clone, Copy)]
pub struct Symbol {
    pub run: u8,
    pub size: u8,
}

/// Reads codes and values, most significant bit first.
pub struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
    /// Unread bits, left-aligned.
    buffer: u64,
    /// Number of unread bits.
    count: u32,
    /// How many of them are padding after the end of the data.
    padding: u32,
    /// Number of bits of the value after the last symbol.
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

    /// Fills the buffer to at least 56 bits: enough for a 16-bit code and a 15-bit value.
    fn refill(&mut self) {
        if let Some(bytes) = self
            .data
            .get(self.at..)
            .and_then(|rest| rest.first_chunk::<8>())
        {
            let word = u64::from_be_bytes(*bytes);
            // A byte 0xff is stuffed or starts a marker; it takes the slow path.
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
                    // A marker ends the data; `restart` consumes it.
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

    /// Whether more bits were read than the data has.
    pub fn overrun(&self) -> bool {
        self.padding > self.count
    }

    /// Reads the next symbol; its value must be taken or skipped first. Returns `None` for an invalid code.
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

    /// Skips the codes at the top of the buffer with their values. Returns how many coefficients they cover and whether
    /// the block ended, or `None` if codes must be read one by one: the first code is long, or the block has too few of
    /// `capacity` coefficients left. The last coefficient is never skipped here, because the next block follows it.
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

    /// Reads `count` bits, at most 16.
    #[inline(always)]
    pub fn bits(&mut self, count: u32) -> u32 {
        if self.count < 32 {
            self.refill();
        }
        // Two shifts, because a shift by 64 bits would overflow.
        let bits = (self.buffer >> 1 >> (63 - count)) as u32;
        self.consume(count);
        bits
    }

    #[inline(always)]
    fn consume(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.count -= bits;
    }

    /// Skips the value of the last symbol.
    #[inline(always)]
    pub fn skip_value(&mut self) {
        self.consume(self.pending);
        self.pending = 0;
    }

    /// Reads the value of the last symbol: those with a leading 0 bit are negative (F.2.2.1).
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

    /// Resynchronises after the next restart marker and returns its number; `None` if the picture ends first. Other
    /// markers are taken for corrupt data and skipped.
    pub fn next_restart(&mut self) -> Option<u8> {
        loop {
            self.at += memchr::memchr(0xff, self.data.get(self.at..)?)?;
            match self.data.get(self.at + 1)? {
                marker @ 0xd0..=0xd7 => {
                    self.at += 2;
                    (self.buffer, self.count, self.padding, self.pending) = (0, 0, 0, 0);
                    return Some(marker - 0xd0);
                }
                // EOI, or SOI of another picture.
                0xd8 | 0xd9 => return None,
                _ => self.at += 1,
            }
        }
    }

    /// Whether a restart marker follows directly, so that no data is missing before it.
    pub fn is_at_restart(&self) -> bool {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
        fill > 0 && matches!(rest.get(fill), Some(0xd0..=0xd7))
    }

    /// Consumes a restart marker (E.2.4); `None` if there is none.
    pub fn restart(&mut self) -> Option<()> {
        if self.overrun() {
            return None;
        }
        // The buffer holds only the padding of the last byte. The reader never passes a marker, so the marker is next
        // in the data.
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

    /// The codes 0, 10, 110 and one of 16 bits.
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
