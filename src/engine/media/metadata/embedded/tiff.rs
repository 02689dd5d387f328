//! Metadata in TIFF and TIFF-based formats: EXIF, DNG and most camera RAW.

mod ifd;
mod write;

use std::collections::HashSet;
use std::io::{Cursor, Read, Seek};

use super::input::{ByteSource, Input};
use super::{MetadataBlocks, iptc, is_orientation};
use crate::engine::media::dates;
use crate::engine::media::metadata::facts;
use crate::engine::media::places::Coordinates;
use crate::engine::media::taken::Taken;
use ifd::{ByteLayout, DirectoryField, head, head_of_exif, value};

pub use write::patches;

const RATING: u16 = 0x4746;
const RATING_PERCENT: u16 = 0x4749;
const XMP: u16 = 700;
const IPTC: u16 = 33_723;
const PHOTOSHOP: u16 = 34_377;
const WINDOWS_KEYWORDS: u16 = 0x9c9e;
const EXIF: u16 = 0x8769;
const DESCRIPTION: u16 = 0x010e;
const MODEL: u16 = 0x0110;
const ORIENTATION: u16 = 0x0112;
const LENS: u16 = 0xa434;
const CHANGED: u16 = 0x0132;
const TAKEN: [u16; 2] = [0x9003, 0x9004];
const SUB_SECONDS: u16 = 0x9291;
const GPS: u16 = 0x8825;
/// Tags of hemisphere and of degrees, minutes and seconds; latitude first.
const POSITION: [(u16, u16); 2] = [(1, 2), (3, 4)];
/// Maximum number of digits of a fraction of a second.
const MAX_DIGITS: usize = 12;
/// Maximum length of a name in characters.
const MAX_NAME: usize = 80;

/// The position in a GPS IFD.
fn position<R: Read + Seek>(
    layout: ByteLayout,
    input: &mut Input<R>,
    fields: &[DirectoryField],
) -> Option<Coordinates> {
    let find = |tag: u16| fields.iter().find(|field| field.tag == tag);
    let mut part = |(hemisphere, degrees): (u16, u16)| {
        let [letter] = input.array(find(hemisphere)?.at)?;
        Some((layout.fractions(input, find(degrees)?)?, letter))
    };
    Coordinates::from_parts(part(POSITION[0])?, part(POSITION[1])?)
}

/// Reads the metadata of a TIFF.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    match head(input) {
        Some((layout, first)) => read_fields(input, layout, first),
        None => MetadataBlocks::default(),
    }
}

/// Reads the EXIF in another file, whose header may be wrong.
pub fn read_exif(tiff: &[u8]) -> MetadataBlocks {
    let mut input = Input::new(Cursor::new(tiff));
    match head(&mut input).or_else(|| head_of_exif(&mut input)) {
        Some((layout, first)) => read_fields(&mut input, layout, first),
        None => MetadataBlocks::default(),
    }
}

/// Reads the metadata in the IFD at `first` and those to which it points.
fn read_fields<R: Read + Seek>(
    input: &mut Input<R>,
    layout: ByteLayout,
    first: u64,
) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    let fields = layout.fields(input, first).unwrap_or_default();
    let (mut percent, mut changed, mut original) = (None, None, None);
    // A tag that is repeated thousands of times must not multiply the size of its value.
    let mut seen = HashSet::new();
    for field in fields.iter().filter(|field| seen.insert(field.tag)) {
        match field.tag {
            XMP => blocks.xmp.extend(value(input, field)),
            IPTC => blocks.iptc = value(input, field),
            PHOTOSHOP if blocks.iptc.is_none() => {
                let resources = value(input, field).unwrap_or_default();
                blocks.iptc = iptc::in_resources(&resources).map(<[u8]>::to_vec);
            }
            RATING => {
                let stars = layout.integer(input, field);
                blocks.exif.rating = stars.and_then(|stars| i8::try_from(stars.clamp(-1, 5)).ok());
            }
            RATING_PERCENT => percent = layout.integer(input, field),
            WINDOWS_KEYWORDS => {
                blocks.exif.keywords = words(&value(input, field).unwrap_or_default())
            }
            DESCRIPTION => {
                let text = value(input, field).unwrap_or_default();
                blocks.exif.description = facts::description(&String::from_utf8_lossy(&text));
            }
            MODEL => blocks.exif.camera = name(&value(input, field).unwrap_or_default()),
            CHANGED => changed = date(input, field),
            ORIENTATION => {
                let value = layout.integer(input, field);
                blocks.orientation = value.and_then(orientation);
            }
            // TIFF/EP has the fields of the Exif IFD here.
            LENS => {
                let lens = || name(&value(input, field)?);
                blocks.exif.lens = blocks.exif.lens.take().or_else(lens);
            }
            EXIF => {
                let inner = layout.inner(input, field);
                blocks.exif.taken = TAKEN.iter().find_map(|tag| {
                    let field = inner.iter().find(|field| field.tag == *tag)?;
                    date(input, field)
                });
                let fraction = inner.iter().find(|field| field.tag == SUB_SECONDS);
                blocks.exif.sub_seconds =
                    fraction.and_then(|field| sub_seconds(&value(input, field)?));
                let lens = inner.iter().find(|field| field.tag == LENS);
                let lens = lens.and_then(|field| name(&value(input, field)?));
                blocks.exif.lens = lens.or(blocks.exif.lens);
                let turned = inner.iter().find(|field| field.tag == ORIENTATION);
                let turned = turned.and_then(|field| layout.integer(input, field));
                blocks.orientation = blocks.orientation.or(turned.and_then(orientation));
            }
            GPS => {
                let inner = layout.inner(input, field);
                blocks.exif.position = position(layout, input, &inner);
            }
            tag if TAKEN.contains(&tag) => {
                original = original.or_else(|| date(input, field));
            }
            _ => {}
        }
    }
    let percent = percent.and_then(|percent| facts::stars_of_percent(percent as f32));
    blocks.exif.rating = blocks.exif.rating.or(percent);
    blocks.exif.taken = blocks.exif.taken.or(original).or(changed);
    blocks
}

fn date<R: Read + Seek>(input: &mut Input<R>, field: &DirectoryField) -> Option<Taken> {
    let bytes = value(input, field)?;
    // What follows the terminator is left over from a longer value.
    let mut texts = bytes.split(|byte| *byte == 0);
    let text = texts.find(|text| !text.is_empty())?;
    dates::parse(&String::from_utf8_lossy(text))
}

/// An orientation, if it is one of the eight.
fn orientation(value: i64) -> Option<u32> {
    u32::try_from(value).ok().filter(is_orientation)
}

/// The digits of a fraction of a second without trailing zeros, so that `5` and `50` are equal.
fn sub_seconds(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let digits = text.trim_matches(['\0', ' ']);
    let is_number = !digits.is_empty() && digits.len() <= MAX_DIGITS;
    (is_number && digits.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| digits.trim_end_matches('0').to_owned())
}

/// A device name, shortened because malformed ones can be of any length.
fn name(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.split('\0').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.chars().take(MAX_NAME).collect())
}

/// Keywords written by Windows: UTF-16, separated by semicolons.
fn words(bytes: &[u8]) -> Vec<String> {
    let units = bytes.as_chunks::<2>().0.iter();
    let units: Vec<u16> = units.map(|bytes| u16::from_le_bytes(*bytes)).collect();
    let text = String::from_utf16_lossy(&units);
    let words = text.trim_end_matches('\0').split(';').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_of_a_second_are_digits_without_trailing_zeros() {
        assert_eq!(sub_seconds(b"50\0").as_deref(), Some("5"));
        assert_eq!(sub_seconds(b"05 \0").as_deref(), Some("05"));
        assert_eq!(sub_seconds(b"00\0").as_deref(), Some(""));
        for text in [&b"  \0"[..], b"", b"1a", b"\xff"] {
            assert_eq!(sub_seconds(text), None);
        }
    }

    /// A TIFF with these fields, in either byte order.
    pub(super) fn tiff(little: bool, fields: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let short = |n: u16| {
            if little {
                n.to_le_bytes()
            } else {
                n.to_be_bytes()
            }
        };
        let long = |n: u32| {
            if little {
                n.to_le_bytes()
            } else {
                n.to_be_bytes()
            }
        };
        let mut bytes = if little {
            b"II".to_vec()
        } else {
            b"MM".to_vec()
        };
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(fields.len() as u16));
        let mut data = 8 + 2 + fields.len() * 12 + 4;
        let mut values: Vec<u8> = Vec::new();
        for (tag, kind, value) in fields {
            let width = match kind {
                3 => 2,
                5 => 8,
                _ => 1,
            };
            bytes.extend(short(*tag));
            bytes.extend(short(*kind));
            bytes.extend(long((value.len() / width) as u32));
            if value.len() <= 4 {
                bytes.extend(*value);
                bytes.resize(bytes.len() + 4 - value.len(), 0);
            } else {
                bytes.extend(long(data as u32));
                data += value.len();
                values.extend_from_slice(value);
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(values);
        bytes
    }

    pub(super) fn blocks(bytes: &[u8]) -> MetadataBlocks {
        read(&mut Input::new(Cursor::new(bytes)))
    }

    #[test]
    fn ratings_keywords_and_packets_are_read_in_both_orders() {
        let words: Vec<u8> = "sea; Größe\0"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for little in [true, false] {
            let four: &[u8] = if little { &[4, 0] } else { &[0, 4] };
            let fields: &[(u16, u16, &[u8])] = &[
                (XMP, 1, b"<packet/>"),
                (RATING, 3, four),
                (IPTC, 7, b"\x1c\x02\x19\0\x03sea"),
                (WINDOWS_KEYWORDS, 1, &words),
            ];
            let bytes = tiff(little, fields);
            let read = blocks(&bytes);
            assert_eq!(read.xmp, [b"<packet/>"]);
            assert_eq!(read.exif.rating, Some(4));
            assert_eq!(read.exif.keywords, ["sea", "Größe"]);
            assert_eq!(iptc::facts(&read.iptc.expect("IIM")).keywords, ["sea"]);
            for end in 0..bytes.len() {
                let _ = blocks(&bytes[..end]);
            }
        }
        let device = tiff(true, &[(MODEL, 2, b"EOS R5\0\0")]);
        assert_eq!(blocks(&device).exif.camera.as_deref(), Some("EOS R5"));
        assert_eq!(blocks(&tiff(true, &[(MODEL, 2, b" \0")])).exif.camera, None);
        let percent = tiff(true, &[(RATING_PERCENT, 3, &[75, 0])]);
        assert_eq!(blocks(&percent).exif.rating, Some(4));
    }

    #[test]
    fn whole_numbers_of_every_type_are_orientations() {
        let of = |kind: u16, value: &[u8]| {
            let bytes = tiff(false, &[(ORIENTATION, kind, value)]);
            blocks(&bytes).orientation
        };
        for (kind, value) in [
            (1, &[6_u8][..]),
            (3, &[0, 6]),
            (6, &[6]),
            (8, &[0, 6]),
            (2, b"6\0"),
            (5, &[0, 0, 0, 6, 0, 0, 0, 1]),
        ] {
            assert_eq!(of(kind, value), Some(6), "type {kind}");
        }
        for (kind, value) in [
            (3, &[0_u8, 0][..]),
            (3, &[0, 9]),
            (6, &[0xff]),
            (3, &[]),
            (2, b"left"),
            (5, &[0, 0, 0, 6, 0, 0, 0, 0]),
            (5, &[0, 0, 0, 3, 0, 0, 0, 2]),
        ] {
            assert_eq!(of(kind, value), None, "type {kind}");
        }
        let mut bytes = tiff(true, &[(ORIENTATION, 3, &[6, 0])]);
        bytes[2] = 0;
        assert_eq!(read_exif(&bytes).orientation, Some(6), "a wrong header");
        assert_eq!(blocks(&bytes).orientation, None, "not a TIFF file");
    }

    #[test]
    fn fields_before_the_end_of_a_truncated_directory_are_read() {
        let fields: &[(u16, u16, &[u8])] = &[
            (ORIENTATION, 3, &[6, 0]),
            (RATING, 3, &[4, 0]),
            (RATING_PERCENT, 3, &[75, 0]),
        ];
        let bytes = tiff(true, fields);
        let end_of_two = 8 + 2 + 2 * 12;
        for end in end_of_two..bytes.len() {
            let read = blocks(&bytes[..end]);
            assert_eq!((read.orientation, read.exif.rating), (Some(6), Some(4)));
        }
    }

    #[test]
    fn dates_and_lenses_are_read_in_the_first_directory_and_after_junk() {
        let fields: &[(u16, u16, &[u8])] = &[
            (CHANGED, 2, b"2024:05:01 10:00:00\0"),
            (TAKEN[0], 2, b"2020:06:07 08:09:10\0\xff\xfe"),
            (LENS, 2, b"50mm\0"),
        ];
        let read = blocks(&tiff(true, fields)).exif;
        let taken = read.taken.expect("a date");
        assert_eq!(taken.as_str(), "2020-06-07T08:09:10");
        assert_eq!(read.lens.as_deref(), Some("50mm"));
    }

    #[test]
    fn a_repeated_tag_counts_once() {
        let packet: (u16, u16, &[u8]) = (XMP, 1, b"<packet/>");
        assert_eq!(blocks(&tiff(true, &[packet; 500])).xmp, [b"<packet/>"]);
    }

    /// A GPS IFD with these rationals, after a first IFD with one field.
    fn gps(little: bool, north: [(u32, u32); 3], east: [(u32, u32); 3]) -> Vec<u8> {
        gps_of(little, 5, north, east)
    }

    /// The same with fractions of a type.
    fn gps_of(
        little: bool,
        fraction: u16,
        north: [(u32, u32); 3],
        east: [(u32, u32); 3],
    ) -> Vec<u8> {
        let mut bytes = tiff(little, &[(GPS, 1, &[0; 4])]);
        let at = bytes.len() as u32;
        let long = |n: u32| {
            if little {
                n.to_le_bytes()
            } else {
                n.to_be_bytes()
            }
        };
        let short = |n: u16| {
            if little {
                n.to_le_bytes()
            } else {
                n.to_be_bytes()
            }
        };
        bytes[18..22].copy_from_slice(&long(at));
        bytes.extend(short(4));
        let values = at + 2 + 4 * 12 + 4;
        for (tag, kind, count, value) in [
            (1, 2, 2, *b"S\0\0\0"),
            (2, fraction, 3, long(values)),
            (3, 2, 2, *b"E\0\0\0"),
            (4, fraction, 3, long(values + 24)),
        ] {
            bytes.extend(short(tag));
            bytes.extend(short(kind));
            bytes.extend(long(count));
            bytes.extend(value);
        }
        bytes.extend([0; 4]);
        for (above, below) in north.into_iter().chain(east) {
            bytes.extend(long(above));
            bytes.extend(long(below));
        }
        bytes
    }

    #[test]
    fn positions_are_read_in_every_form_of_fractions() {
        let sydney = Coordinates::new(-33.8688, 151.2095);
        for little in [true, false] {
            for (north, east) in [
                (
                    [(33, 1), (52, 1), (768, 100)],
                    [(151, 1), (12, 1), (3420, 100)],
                ),
                (
                    [(33, 1), (52_128, 1000), (0, 1)],
                    [(151, 1), (1257, 100), (0, 0)],
                ),
                (
                    [(338_688, 10_000), (0, 1), (0, 0)],
                    [(1_512_095, 10_000), (0, 0), (0, 0)],
                ),
            ] {
                let bytes = gps(little, north, east);
                assert_eq!(blocks(&bytes).exif.position, sydney);
                for end in 0..bytes.len() {
                    assert_eq!(blocks(&bytes[..end]).exif.position, None);
                }
            }
            // Some programs write the sign as well as the hemisphere.
            let minus = |number: i32| number as u32;
            let north = [(minus(-33), 1), (minus(-52_128), 1000), (0, 1)];
            let east = [(151, 1), (1257, 100), (0, 1)];
            let bytes = gps_of(little, 10, north, east);
            assert_eq!(blocks(&bytes).exif.position, sydney);
            assert_eq!(blocks(&gps_of(little, 12, north, east)).exif.position, None);
            let nowhere = [(0, 0); 3];
            assert_eq!(blocks(&gps(little, nowhere, nowhere)).exif.position, None);
        }
    }
}
