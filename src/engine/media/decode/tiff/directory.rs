//! TIFF directories (IFDs), including BigTIFF with 64-bit offsets. Fields outside the file are ignored.

use std::collections::HashSet;

/// Maximum number of directories counted.
const MAX_DIRECTORIES: usize = 10_000;
/// Maximum number of fields per directory.
const MAX_FIELDS: usize = 4096;

/// Byte order and offset size of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberEncoding {
    /// Whether it is little-endian.
    pub little: bool,
    big: bool,
}

impl NumberEncoding {
    fn unsigned(self, bytes: &[u8]) -> u64 {
        let sum = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        }
    }

    fn at(self, bytes: &[u8], at: usize, width: usize) -> Option<u64> {
        Some(self.unsigned(bytes.get(at..at.checked_add(width)?)?))
    }

    /// Size of an offset or count in bytes.
    fn offset_bytes(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// Size of a field: tag, type, count and value.
    fn field_bytes(self) -> usize {
        4 + 2 * self.offset_bytes()
    }
}

/// The directory of one page, whose fields are read in place.
#[derive(Clone, Copy)]
pub struct Directory<'a> {
    bytes: &'a [u8],
    pub numbers: NumberEncoding,
    /// Offset of the first field, and number of fields.
    first: usize,
    count: usize,
}

/// The values of a field, read on demand because a field can be as long as the file.
#[derive(Clone, Copy)]
pub struct FieldValues<'a> {
    bytes: &'a [u8],
    numbers: NumberEncoding,
    kind: u64,
    width: usize,
}

/// Size in bytes of a value of a field's type; `None` if the type is unknown.
pub fn value_width(kind: u64) -> Option<usize> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => return None,
    })
}

/// The pages of a file, up to a maximum number.
pub fn pages(bytes: &[u8]) -> impl Iterator<Item = Directory<'_>> {
    let header = header(bytes);
    let mut next = header.map_or(0, |(_, offset)| offset);
    let mut seen = HashSet::new();
    std::iter::from_fn(move || {
        let (numbers, _) = header?;
        if next == 0 || seen.len() == MAX_DIRECTORIES || !seen.insert(next) {
            return None;
        }
        let page;
        (page, next) = Directory::read(bytes, numbers, next)?;
        Some(page)
    })
}

fn header(bytes: &[u8]) -> Option<(NumberEncoding, u64)> {
    let (little, big) = match bytes.first_chunk::<4>()? {
        b"II*\0" => (true, false),
        b"MM\0*" => (false, false),
        b"II+\0" => (true, true),
        b"MM\0+" => (false, true),
        _ => return None,
    };
    let numbers = NumberEncoding { little, big };
    let offset = match big {
        true => numbers.at(bytes, 8, 8)?,
        false => numbers.at(bytes, 4, 4)?,
    };
    Some((numbers, offset))
}

impl<'a> Directory<'a> {
    /// Reads the directory at this offset; also returns the offset of the next one.
    fn read(bytes: &'a [u8], numbers: NumberEncoding, offset: u64) -> Option<(Self, u64)> {
        let of_count = if numbers.big { 8 } else { 2 };
        let start = usize::try_from(offset).ok()?;
        let count = usize::try_from(numbers.at(bytes, start, of_count)?).ok()?;
        let first = start.checked_add(of_count)?;
        let end = count.checked_mul(numbers.field_bytes())?;
        let next = numbers.at(bytes, first.checked_add(end)?, numbers.offset_bytes());
        let directory = Self {
            bytes,
            numbers,
            first,
            count: count.min(MAX_FIELDS),
        };
        Some((directory, next.unwrap_or_default()))
    }

    /// The first field with this tag that lies within the file.
    fn field(&self, tag: u16) -> Option<FieldValues<'a>> {
        (0..self.count).find_map(|index| {
            let at = self.first + index * self.numbers.field_bytes();
            let found = self.numbers.at(self.bytes, at, 2)?;
            (found == u64::from(tag))
                .then(|| FieldValues::at(self.bytes, self.numbers, at))
                .flatten()
        })
    }

    /// The raw bytes of a field.
    pub fn raw(&self, tag: u16) -> Option<&'a [u8]> {
        self.field(tag).map(|values| values.bytes)
    }

    /// The values of a field.
    pub fn all(&self, tag: u16) -> Option<FieldValues<'a>> {
        self.field(tag)
    }

    /// The first value of an integer field.
    pub fn number(&self, tag: u16) -> Option<u64> {
        let first = self.field(tag)?.get(0)?;
        (first >= 0.0).then_some(first as u64)
    }
}

impl<'a> FieldValues<'a> {
    /// Reads the field at this offset; `None` if its values are not entirely within the file.
    fn at(bytes: &'a [u8], numbers: NumberEncoding, at: usize) -> Option<Self> {
        let of_number = numbers.offset_bytes();
        let kind = numbers.at(bytes, at + 2, 2)?;
        let width = value_width(kind)?;
        let count = usize::try_from(numbers.at(bytes, at + 4, of_number)?).ok()?;
        let length = count.checked_mul(width)?;
        let value = at + 4 + of_number;
        let start = match length <= of_number {
            true => value,
            false => usize::try_from(numbers.at(bytes, value, of_number)?).ok()?,
        };
        Some(Self {
            bytes: bytes.get(start..start.checked_add(length)?)?,
            numbers,
            kind,
            width,
        })
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    /// The value at this index.
    pub fn get(&self, index: usize) -> Option<f64> {
        let at = index.checked_mul(self.width)?;
        let bytes = self.bytes.get(at..at.checked_add(self.width)?)?;
        let unsigned = |bytes: &[u8]| self.numbers.unsigned(bytes);
        Some(match self.kind {
            5 => unsigned(&bytes[..4]) as f64 / unsigned(&bytes[4..]) as f64,
            6 => f64::from(bytes[0] as i8),
            8 => f64::from(unsigned(bytes) as u16 as i16),
            9 => f64::from(unsigned(bytes) as u32 as i32),
            10 => {
                f64::from(unsigned(&bytes[..4]) as u32 as i32)
                    / f64::from(unsigned(&bytes[4..]) as u32 as i32)
            }
            11 => f64::from(f32::from_bits(unsigned(bytes) as u32)),
            12 => f64::from_bits(unsigned(bytes)),
            17 => unsigned(bytes) as i64 as f64,
            _ => unsigned(bytes) as f64,
        })
    }

    /// Iterates over the first `most` values.
    pub fn first(self, most: usize) -> impl Iterator<Item = f64> + 'a {
        (0..most).map_while(move |index| self.get(index))
    }
}
