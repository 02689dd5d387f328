//! Fields of parameter sets and slice headers (ITU-T H.264, 7.2 and 9.1; H.265, 7.2 and 9.2).

/// Reads bits sequentially, most significant bit first, and never past the end.
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// Position in bits.
    at: usize,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Reads one bit.
    pub fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// Skips bits; past the end, later reads fail.
    pub fn skip(&mut self, count: u32) {
        self.at = self.at.saturating_add(count as usize);
    }

    /// Reads an integer of at most 32 bits.
    pub fn number(&mut self, width: u32) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..width {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// Reads a code point of eight bits.
    pub fn code_point(&mut self) -> Option<u16> {
        self.number(8)?.try_into().ok()
    }

    /// Reads an unsigned Exp-Golomb code.
    pub fn golomb(&mut self) -> Option<u32> {
        let mut width = 0_u32;
        while !self.flag()? {
            width += 1;
            if width == 32 {
                return None;
            }
        }
        Some((1_u32 << width) - 1 + self.number(width)?)
    }

    /// Reads an Exp-Golomb code up to this value.
    pub fn at_most(&mut self, most: u32) -> Option<u32> {
        self.golomb().filter(|value| *value <= most)
    }

    /// Skips Exp-Golomb codes; signed ones have the same length.
    pub fn skip_golombs(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.golomb()?;
        }
        Some(())
    }
}
