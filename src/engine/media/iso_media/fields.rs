//! Big-endian fields of boxes.

/// Reads fields sequentially and never past the end.
#[derive(Clone)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// Reads `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (now, later) = self.0.split_at_checked(count)?;
        self.0 = later;
        Some(now)
    }

    /// Reads an integer of `width` bytes.
    pub fn number(&mut self, width: usize) -> Option<u64> {
        let bytes = self.take(width)?.iter();
        Some(bytes.fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }
}

/// Readers of fixed-width fields.
#[cfg(feature = "video")]
impl<'a> Fields<'a> {
    /// The unread bytes.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Skips `count` bytes.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(|_| ())
    }

    /// Reads `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Reads a `u8`.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    /// Reads a `u16`.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Reads a `u32`.
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Reads an `i32`.
    pub fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// Reads a `u64`.
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Reads an integer of eight bytes in version 1 boxes, and of four in version 0.
    pub fn sized(&mut self, version: u8) -> Option<u64> {
        match version {
            1 => self.u64(),
            _ => self.u32().map(u64::from),
        }
    }

    /// Reads a duration with [`Self::sized`]. All its bits are set if it is unknown; then the result is 0.
    pub fn duration(&mut self, version: u8) -> Option<u64> {
        let unknown = match version {
            1 => u64::MAX,
            _ => u32::MAX.into(),
        };
        let duration = self.sized(version)?;
        Some(if duration == unknown { 0 } else { duration })
    }

    /// Reads version and flags, with which full boxes start.
    pub fn version_and_flags(&mut self) -> Option<(u8, u32)> {
        let both = self.u32()?;
        Some(((both >> 24) as u8, both & 0x00ff_ffff))
    }
}

#[cfg(all(test, feature = "video"))]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_unknown_if_all_its_bits_are_set() {
        let duration = |version: u8, bytes: &[u8]| Fields(bytes).duration(version);
        assert_eq!(duration(0, &[0xff; 4]), Some(0));
        assert_eq!(duration(0, &[0, 0, 1, 0]), Some(256));
        assert_eq!(duration(1, &[0xff; 8]), Some(0));
        let most_of_32_bits = u64::from(u32::MAX);
        for known in [most_of_32_bits, most_of_32_bits + 1] {
            assert_eq!(duration(1, &known.to_be_bytes()), Some(known));
        }
        assert_eq!(duration(1, &[0; 7]), None);
    }
}
