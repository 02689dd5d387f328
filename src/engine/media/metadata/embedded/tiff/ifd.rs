//! Image file directories (IFDs) of TIFF and BigTIFF.

use std::io::{Read, Seek};

use crate::engine::media::decode::value_width;
use crate::engine::media::input::{ByteSource, Input};

/// Maximum number of fields per IFD.
const MAX_FIELDS: u64 = 2_000;
/// Maximum length of a number in text.
const MAX_NUMBER: u64 = 16;
/// Maximum size of a value in bytes.
const MAX_VALUE: u64 = 16 << 20;

/// Byte order and offset size of a file.
#[derive(Clone, Copy)]
pub struct ByteLayout {
    pub little: bool,
    /// Whether it is BigTIFF, with 8-byte offsets.
    pub big: bool,
}

/// A field: tag, type, offset of the entry, and offset and length of the value.
pub struct DirectoryField {
    pub tag: u16,
    pub kind: u64,
    pub entry: u64,
    pub at: u64,
    pub length: u64,
}

impl ByteLayout {
    pub fn number<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        at: u64,
        width: usize,
    ) -> Option<u64> {
        let bytes = input.read(at, width)?;
        let sum = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        })
    }

    /// The fields of an IFD: if it is cut off, those before the end.
    pub fn fields<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        at: u64,
    ) -> Option<Vec<DirectoryField>> {
        let (head, size, place) = match self.big {
            true => (8, 20, 8),
            false => (2, 12, 4),
        };
        let count = self.number(input, at, head)?.min(MAX_FIELDS);
        let mut fields = Vec::new();
        for number in 0..count {
            let entry = at + head as u64 + number * size;
            let mut part = |offset: u64, width: usize| self.number(input, entry + offset, width);
            let (Some(tag), Some(kind), Some(count)) = (part(0, 2), part(2, 2), part(4, place))
            else {
                break;
            };
            let Some(width) = value_width(kind) else {
                continue;
            };
            let length = count.saturating_mul(width as u64);
            let value = entry + 4 + place as u64;
            let at = match length <= place as u64 {
                true => Some(value),
                false => self.number(input, value, place),
            };
            let (Some(at), Ok(tag)) = (at, u16::try_from(tag)) else {
                break;
            };
            fields.push(DirectoryField {
                tag,
                kind,
                entry,
                at,
                length,
            });
        }
        Some(fields)
    }

    /// The IFD to which the field points.
    pub fn inner<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        field: &DirectoryField,
    ) -> Vec<DirectoryField> {
        let width = if self.big && field.length == 8 { 8 } else { 4 };
        let place = self.number(input, field.at, width);
        let fields = place.and_then(|at| self.fields(input, at));
        fields.unwrap_or_default()
    }

    /// The first number of a field if it is whole, of whichever type: programs write text and fractions too.
    pub fn integer<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        field: &DirectoryField,
    ) -> Option<i64> {
        match field.kind {
            2 if field.length <= MAX_NUMBER => {
                let text = value(input, field)?;
                let text = std::str::from_utf8(&text).ok()?;
                return text.trim_matches(['\0', ' ']).parse().ok();
            }
            5 | 10 => {
                let [number, ..] = self.fractions(input, field)?;
                let is_whole = number.fract() == 0.0 && number <= f64::from(u32::MAX);
                return is_whole.then_some(number as i64);
            }
            _ => {}
        }
        let fits = |width: &usize| *width <= 4 && *width as u64 <= field.length;
        let width = value_width(field.kind).filter(fits)?;
        let number = self.number(input, field.at, width)?;
        Some(match field.kind {
            6 => i64::from(number as u8 as i8),
            8 => i64::from(number as u16 as i16),
            9 => i64::from(number as u32 as i32),
            2 | 11 => return None,
            _ => i64::try_from(number).ok()?,
        })
    }

    /// The magnitudes of up to three rationals; seconds are often missing or 0/0.
    pub fn fractions<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        field: &DirectoryField,
    ) -> Option<[f64; 3]> {
        let magnitude: fn(u64) -> f64 = match field.kind {
            5 => |number: u64| number as f64,
            10 => |number: u64| f64::from((number as u32 as i32).unsigned_abs()),
            _ => return None,
        };
        let mut values = [0.0; 3];
        let count = (field.length / 8).min(3);
        for (at, value) in (0..count).zip(&mut values) {
            let place = field.at + 8 * at;
            let above = magnitude(self.number(input, place, 4)?);
            let below = magnitude(self.number(input, place + 4, 4)?);
            match (above, below) {
                (0.0, 0.0) if at > 0 => {}
                _ => *value = above / below,
            }
        }
        (count > 0).then_some(values)
    }
}

/// The layout of a file, and the offset of its first IFD.
pub fn head<R: Read + Seek>(input: &mut Input<R>) -> Option<(ByteLayout, u64)> {
    let little = match input.array(0)? {
        [b'I', b'I'] => true,
        [b'M', b'M'] => false,
        _ => return None,
    };
    let mut layout = ByteLayout { little, big: false };
    match layout.number(input, 2, 2)? {
        43 => {
            layout.big = true;
            let first = layout.number(input, 8, 8)?;
            Some((layout, first))
        }
        // TIFF, two variants of Olympus ORF, and Panasonic RW2.
        42 | 0x4f52 | 0x5352 | 0x55 => {
            let first = layout.number(input, 4, 4)?;
            Some((layout, first))
        }
        _ => None,
    }
}

/// The layout of EXIF whose header has another number than TIFF's, and the offset of its first IFD.
pub fn head_of_exif<R: Read + Seek>(input: &mut Input<R>) -> Option<(ByteLayout, u64)> {
    let little = match input.array(0)? {
        [b'I', b'I'] => true,
        [b'M', b'M'] => false,
        _ => return None,
    };
    let layout = ByteLayout { little, big: false };
    let first = layout.number(input, 4, 4)?;
    Some((layout, first))
}

pub fn value<R: Read + Seek>(input: &mut Input<R>, field: &DirectoryField) -> Option<Vec<u8>> {
    let length = (field.length <= MAX_VALUE).then_some(field.length)?;
    let bytes = input.read(field.at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}
