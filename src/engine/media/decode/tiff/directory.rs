//! Directories of a TIFF, also of one with 64-bit offsets (BigTIFF). What lies outside the file is passed over.

use std::collections::{HashMap, HashSet};

/// Directories that are counted.
const MOST_DIRECTORIES: usize = 10_000;
/// Fields of a directory that are looked at.
const MOST_FIELDS: u64 = 4096;

/// How the numbers of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Whether the lowest byte comes first.
    pub little: bool,
    big: bool,
}

impl Numbers {
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
}

struct Field {
    kind: u64,
    at: usize,
    length: usize,
}

/// A directory: the fields of one page.
pub struct Directory<'a> {
    bytes: &'a [u8],
    pub numbers: Numbers,
    fields: HashMap<u16, Field>,
}

/// Bytes of a value of a kind.
fn width(kind: u64) -> Option<usize> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => return None,
    })
}

/// All pages of a file, the first ones if there are very many.
pub fn pages(bytes: &[u8]) -> Vec<Directory<'_>> {
    let mut pages = Vec::new();
    let Some((numbers, mut offset)) = header(bytes) else {
        return pages;
    };
    let mut seen = HashSet::new();
    while offset != 0 && pages.len() < MOST_DIRECTORIES && seen.insert(offset) {
        let Some((page, next)) = Directory::read(bytes, numbers, offset) else {
            break;
        };
        pages.push(page);
        offset = next;
    }
    pages
}

fn header(bytes: &[u8]) -> Option<(Numbers, u64)> {
    let (little, big) = match bytes.first_chunk::<4>()? {
        b"II*\0" => (true, false),
        b"MM\0*" => (false, false),
        b"II+\0" => (true, true),
        b"MM\0+" => (false, true),
        _ => return None,
    };
    let numbers = Numbers { little, big };
    let offset = match big {
        true => numbers.at(bytes, 8, 8)?,
        false => numbers.at(bytes, 4, 4)?,
    };
    Some((numbers, offset))
}

impl<'a> Directory<'a> {
    /// The directory at an offset, and the offset of the next one.
    fn read(bytes: &'a [u8], numbers: Numbers, offset: u64) -> Option<(Self, u64)> {
        let (of_count, of_number) = if numbers.big { (8, 8) } else { (2, 4) };
        let start = usize::try_from(offset).ok()?;
        let count = numbers.at(bytes, start, of_count)?;
        let first = start.checked_add(of_count)?;
        let length = 4 + 2 * of_number;
        let mut fields = HashMap::new();
        for index in 0..count.min(MOST_FIELDS) as usize {
            let at = first.checked_add(index.checked_mul(length)?)?;
            let Some((tag, field)) = read_field(bytes, numbers, at, of_number) else {
                continue;
            };
            fields.entry(tag).or_insert(field);
        }
        let end = usize::try_from(count).ok()?.checked_mul(length)?;
        let next = numbers.at(bytes, first.checked_add(end)?, of_number);
        let directory = Self {
            bytes,
            numbers,
            fields,
        };
        Some((directory, next.unwrap_or_default()))
    }

    /// The bytes of a field.
    pub fn raw(&self, tag: u16) -> Option<&'a [u8]> {
        let field = self.fields.get(&tag)?;
        self.bytes.get(field.at..field.at + field.length)
    }

    /// The numbers of a field.
    pub fn all(&self, tag: u16) -> Option<Vec<f64>> {
        let kind = self.fields.get(&tag)?.kind;
        let unsigned = |bytes: &[u8]| self.numbers.unsigned(bytes);
        let value = |bytes: &[u8]| match kind {
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
        };
        let values = self.raw(tag)?.chunks_exact(width(kind)?).map(value);
        Some(values.collect())
    }

    /// The first number of a field that has whole ones.
    pub fn number(&self, tag: u16) -> Option<u64> {
        let first = *self.all(tag)?.first()?;
        (first >= 0.0).then_some(first as u64)
    }
}

fn read_field(bytes: &[u8], numbers: Numbers, at: usize, of_number: usize) -> Option<(u16, Field)> {
    let tag = numbers.at(bytes, at, 2)? as u16;
    let kind = numbers.at(bytes, at + 2, 2)?;
    let count = usize::try_from(numbers.at(bytes, at + 4, of_number)?).ok()?;
    let length = count.checked_mul(width(kind)?)?;
    let value = at + 4 + of_number;
    let start = match length <= of_number {
        true => value,
        false => usize::try_from(numbers.at(bytes, value, of_number)?).ok()?,
    };
    let end = start
        .checked_add(length)
        .filter(|end| *end <= bytes.len())?;
    let field = Field {
        kind,
        at: start,
        length: end - start,
    };
    Some((tag, field))
}
