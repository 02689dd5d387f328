//! Metadata in TIFF and what is built like it: EXIF, DNG and most camera RAW.

use std::io::{Read, Seek};

use super::input::Input;
use super::{Blocks, iptc};
use crate::core::dates;
use crate::core::metadata::facts;

const RATING: u16 = 0x4746;
const RATING_PERCENT: u16 = 0x4749;
const XMP: u16 = 700;
const IPTC: u16 = 33_723;
const PHOTOSHOP: u16 = 34_377;
const WINDOWS_KEYWORDS: u16 = 0x9c9e;
const EXIF: u16 = 0x8769;
const TAKEN: [u16; 2] = [0x9003, 0x9004];
/// Most fields of a directory that are looked at.
const MAX_FIELDS: u64 = 2_000;
/// Largest value that is read.
const MAX_VALUE: u64 = 16 << 20;

/// Order and width of the numbers of a file.
#[derive(Clone, Copy)]
struct Form {
    little: bool,
    /// Whether it is a BigTIFF, whose places have eight bytes.
    big: bool,
}

/// A field of a directory: its tag, and where its value lies.
struct Field {
    tag: u16,
    at: u64,
    length: u64,
}

impl Form {
    fn number<R: Read + Seek>(self, input: &mut Input<R>, at: u64, width: usize) -> Option<u64> {
        let bytes = input.read(at, width)?;
        let sum = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        })
    }

    fn fields<R: Read + Seek>(self, input: &mut Input<R>, at: u64) -> Option<Vec<Field>> {
        let (head, size, place) = match self.big {
            true => (8, 20, 8),
            false => (2, 12, 4),
        };
        let count = self.number(input, at, head)?.min(MAX_FIELDS);
        let mut fields = Vec::new();
        for number in 0..count {
            let field = at + head as u64 + number * size;
            let Some(tag) = self.number(input, field, 2) else {
                break;
            };
            let width = match self.number(input, field + 2, 2)? {
                1 | 2 | 6 | 7 => 1,
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 | 16..=18 => 8,
                _ => continue,
            };
            let length = self.number(input, field + 4, place)?.saturating_mul(width);
            let value = field + 4 + place as u64;
            let at = match length <= place as u64 {
                true => value,
                false => self.number(input, value, place)?,
            };
            let tag = u16::try_from(tag).ok()?;
            fields.push(Field { tag, at, length });
        }
        Some(fields)
    }
}

/// The metadata of a TIFF.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> Blocks {
    let mut blocks = Blocks::default();
    let Some((form, first)) = head(input) else {
        return blocks;
    };
    let fields = form.fields(input, first).unwrap_or_default();
    let mut percent = None;
    for field in &fields {
        match field.tag {
            XMP => blocks.xmp.extend(value(input, field)),
            IPTC => blocks.iptc = value(input, field),
            PHOTOSHOP if blocks.iptc.is_none() => {
                let resources = value(input, field).unwrap_or_default();
                blocks.iptc = iptc::in_resources(&resources).map(<[u8]>::to_vec);
            }
            RATING => {
                let stars = form.number(input, field.at, 2);
                blocks.exif.rating = stars.and_then(|stars| i8::try_from(stars.min(5)).ok());
            }
            RATING_PERCENT => percent = form.number(input, field.at, 2),
            WINDOWS_KEYWORDS => {
                blocks.exif.keywords = words(&value(input, field).unwrap_or_default())
            }
            EXIF => {
                let place = form.number(
                    input,
                    field.at,
                    if form.big && field.length == 8 { 8 } else { 4 },
                );
                let inner = place
                    .and_then(|at| form.fields(input, at))
                    .unwrap_or_default();
                blocks.exif.taken = TAKEN.iter().find_map(|tag| {
                    let field = inner.iter().find(|field| field.tag == *tag)?;
                    dates::parse(std::str::from_utf8(&value(input, field)?).ok()?)
                });
            }
            _ => {}
        }
    }
    let percent = percent.and_then(|percent| facts::stars_of_percent(percent as f32));
    blocks.exif.rating = blocks.exif.rating.or(percent);
    blocks
}

/// The form of a file, and where its first directory is.
fn head<R: Read + Seek>(input: &mut Input<R>) -> Option<(Form, u64)> {
    let little = match input.array(0)? {
        [b'I', b'I'] => true,
        [b'M', b'M'] => false,
        _ => return None,
    };
    let mut form = Form { little, big: false };
    match form.number(input, 2, 2)? {
        43 => {
            form.big = true;
            let first = form.number(input, 8, 8)?;
            Some((form, first))
        }
        // TIFF itself, then Olympus' two ways and Panasonic's.
        42 | 0x4f52 | 0x5352 | 0x55 => {
            let first = form.number(input, 4, 4)?;
            Some((form, first))
        }
        _ => None,
    }
}

fn value<R: Read + Seek>(input: &mut Input<R>, field: &Field) -> Option<Vec<u8>> {
    let length = (field.length <= MAX_VALUE).then_some(field.length)?;
    let bytes = input.read(field.at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}

/// Keywords as Windows has them, separated by semicolons, in UTF-16.
fn words(bytes: &[u8]) -> Vec<String> {
    let units = bytes.as_chunks::<2>().0.iter();
    let units: Vec<u16> = units.map(|bytes| u16::from_le_bytes(*bytes)).collect();
    let text = String::from_utf16_lossy(&units);
    let words = text.trim_end_matches('\0').split(';').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}
