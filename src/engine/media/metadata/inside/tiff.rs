//! Metadata in TIFF and TIFF-based formats: EXIF, DNG and most camera RAW.

use std::io::{Read, Seek};

use super::input::{ByteSource, Input};
use super::{MetadataBlocks, iptc};
use crate::engine::files::patch::Patch;
use crate::engine::media::dates;
use crate::engine::media::metadata::facts;
use crate::engine::media::places::Coordinates;
use crate::engine::media::taken::Taken;

const RATING: u16 = 0x4746;
const RATING_PERCENT: u16 = 0x4749;
const XMP: u16 = 700;
const IPTC: u16 = 33_723;
const PHOTOSHOP: u16 = 34_377;
const WINDOWS_KEYWORDS: u16 = 0x9c9e;
const EXIF: u16 = 0x8769;
const DESCRIPTION: u16 = 0x010e;
const MODEL: u16 = 0x0110;
const LENS: u16 = 0xa434;
const CHANGED: u16 = 0x0132;
const TAKEN: [u16; 2] = [0x9003, 0x9004];
const GPS: u16 = 0x8825;
/// Tags of hemisphere and of degrees, minutes and seconds; latitude first.
const POSITION: [(u16, u16); 2] = [(1, 2), (3, 4)];
/// Maximum number of fields per IFD.
const MAX_FIELDS: u64 = 2_000;
/// Maximum length of a name in characters.
const MAX_NAME: usize = 80;
/// Maximum size of a value in bytes.
const MAX_VALUE: u64 = 16 << 20;

/// Byte order and offset size of a file.
#[derive(Clone, Copy)]
struct ByteLayout {
    little: bool,
    /// Whether it is BigTIFF, with 8-byte offsets.
    big: bool,
}

/// A field: tag, offset of the entry, and offset of the value.
struct DirectoryField {
    tag: u16,
    entry: u64,
    at: u64,
    length: u64,
}

impl ByteLayout {
    fn number<R: Read + Seek>(self, input: &mut Input<R>, at: u64, width: usize) -> Option<u64> {
        let bytes = input.read(at, width)?;
        let sum = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, sum),
            false => bytes.iter().fold(0, sum),
        })
    }

    fn fields<R: Read + Seek>(self, input: &mut Input<R>, at: u64) -> Option<Vec<DirectoryField>> {
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
            fields.push(DirectoryField {
                tag,
                entry: field,
                at,
                length,
            });
        }
        Some(fields)
    }

    /// The IFD to which the field points.
    fn inner<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        field: &DirectoryField,
    ) -> Vec<DirectoryField> {
        let width = if self.big && field.length == 8 { 8 } else { 4 };
        let place = self.number(input, field.at, width);
        let fields = place.and_then(|at| self.fields(input, at));
        fields.unwrap_or_default()
    }

    /// Up to three rationals; seconds are often missing or 0/0.
    fn fractions<R: Read + Seek>(
        self,
        input: &mut Input<R>,
        field: &DirectoryField,
    ) -> Option<[f64; 3]> {
        let mut values = [0.0; 3];
        let count = (field.length / 8).min(3);
        for (at, value) in (0..count).zip(&mut values) {
            let place = field.at + 8 * at;
            let above = self.number(input, place, 4)? as f64;
            let below = self.number(input, place + 4, 4)? as f64;
            match (above, below) {
                (0.0, 0.0) if at > 0 => {}
                _ => *value = above / below,
            }
        }
        (count > 0).then_some(values)
    }
}

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
    let mut blocks = MetadataBlocks::default();
    let Some((layout, first)) = head(input) else {
        return blocks;
    };
    let fields = layout.fields(input, first).unwrap_or_default();
    let (mut percent, mut changed) = (None, None);
    for field in &fields {
        match field.tag {
            XMP => blocks.xmp.extend(value(input, field)),
            IPTC => blocks.iptc = value(input, field),
            PHOTOSHOP if blocks.iptc.is_none() => {
                let resources = value(input, field).unwrap_or_default();
                blocks.iptc = iptc::in_resources(&resources).map(<[u8]>::to_vec);
            }
            RATING => {
                let stars = layout.number(input, field.at, 2);
                blocks.exif.rating = stars.and_then(|stars| i8::try_from(stars.min(5)).ok());
            }
            RATING_PERCENT => percent = layout.number(input, field.at, 2),
            WINDOWS_KEYWORDS => {
                blocks.exif.keywords = words(&value(input, field).unwrap_or_default())
            }
            DESCRIPTION => {
                let text = value(input, field).unwrap_or_default();
                blocks.exif.description = facts::description(&String::from_utf8_lossy(&text));
            }
            MODEL => blocks.exif.camera = name(&value(input, field).unwrap_or_default()),
            CHANGED => changed = date(input, field),
            EXIF => {
                let inner = layout.inner(input, field);
                blocks.exif.taken = TAKEN.iter().find_map(|tag| {
                    let field = inner.iter().find(|field| field.tag == *tag)?;
                    date(input, field)
                });
                let lens = inner.iter().find(|field| field.tag == LENS);
                blocks.exif.lens = lens.and_then(|field| name(&value(input, field)?));
            }
            GPS => {
                let inner = layout.inner(input, field);
                blocks.exif.position = position(layout, input, &inner);
            }
            _ => {}
        }
    }
    let percent = percent.and_then(|percent| facts::stars_of_percent(percent as f32));
    blocks.exif.rating = blocks.exif.rating.or(percent);
    blocks.exif.taken = blocks.exif.taken.or(changed);
    blocks
}

/// The layout of a file, and the offset of its first IFD.
fn head<R: Read + Seek>(input: &mut Input<R>) -> Option<(ByteLayout, u64)> {
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

fn value<R: Read + Seek>(input: &mut Input<R>, field: &DirectoryField) -> Option<Vec<u8>> {
    let length = (field.length <= MAX_VALUE).then_some(field.length)?;
    let bytes = input.read(field.at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}

fn date<R: Read + Seek>(input: &mut Input<R>, field: &DirectoryField) -> Option<Taken> {
    dates::parse(std::str::from_utf8(&value(input, field)?).ok()?)
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

/// Maximum number of fields of an IFD that is rewritten.
const MAX_WRITTEN: u64 = 500;

/// Writes a packet to the end of a TIFF and references it from the first IFD. An IFD without an XMP field cannot grow
/// in place, so it is rewritten at the end.
pub fn patches<R: Read + Seek>(
    input: &mut Input<R>,
    end: u64,
    packet: &[u8],
) -> Option<Vec<Patch>> {
    let (layout, first) = head(input)?;
    // Requires 4-byte offsets, with room for the packet.
    if layout.big || layout.number(input, 2, 2)? != 42 || end + (32 << 20) > u64::from(u32::MAX) {
        return None;
    }
    let number = |number: u32| match layout.little {
        true => number.to_le_bytes(),
        false => number.to_be_bytes(),
    };
    let short = |number: u16| match layout.little {
        true => number.to_le_bytes(),
        false => number.to_be_bytes(),
    };
    let length = number(u32::try_from(packet.len()).ok()?);
    let fields = layout.fields(input, first)?;
    if let Some(field) = fields.iter().find(|field| field.tag == XMP) {
        let old = input.read(field.entry + 4, 8)?.to_vec();
        // A packet at the end of the file, where this program writes it, is replaced by the new one.
        let last = field.length > 4 && field.at + field.length == end;
        let at = if last { field.at } else { end };
        let before = match last {
            true => value(input, field)?,
            false => Vec::new(),
        };
        let place = number(u32::try_from(at).ok()?);
        let mut patches = vec![Patch {
            at: field.entry + 4,
            old,
            new: [length, place].concat(),
        }];
        let data = Patch {
            at,
            old: before,
            new: packet.to_vec(),
        };
        patches.push(data);
        return Some(patches);
    }
    let count = layout.number(input, first, 2)?;
    if count > MAX_WRITTEN {
        return None;
    }
    let size = usize::try_from(count * 12).ok()?;
    let entries = input.read(first + 2, size)?.to_vec();
    let next = input.read(first + 2 + size as u64, 4)?.to_vec();
    let padding = end % 2;
    let place = end + padding;
    let data = place + 2 + size as u64 + 12 + 4;
    let mut entry = Vec::new();
    // The XMP tag with type BYTE.
    entry.extend(short(XMP));
    entry.extend(short(1));
    entry.extend(length);
    entry.extend(number(u32::try_from(data).ok()?));
    let tag = |entry: &[u8]| match layout.little {
        true => u16::from_le_bytes([entry[0], entry[1]]),
        false => u16::from_be_bytes([entry[0], entry[1]]),
    };
    let before = entries.chunks_exact(12).take_while(|e| tag(e) < XMP);
    let split = before.count() * 12;
    let mut new = vec![0; usize::try_from(padding).ok()?];
    new.extend(short(u16::try_from(count + 1).ok()?));
    new.extend(&entries[..split]);
    new.extend(entry);
    new.extend(&entries[split..]);
    new.extend(next);
    new.extend(packet);
    let old = input.read(4, 4)?.to_vec();
    let head = Patch {
        at: 4,
        old,
        new: number(u32::try_from(place).ok()?).to_vec(),
    };
    let tail = Patch {
        at: end,
        old: Vec::new(),
        new,
    };
    Some(vec![head, tail])
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A TIFF with these fields, in either byte order.
    fn tiff(little: bool, fields: &[(u16, u16, &[u8])]) -> Vec<u8> {
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
            let width = if *kind == 3 { 2 } else { 1 };
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

    fn blocks(bytes: &[u8]) -> MetadataBlocks {
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

    /// A GPS IFD with these rationals, after a first IFD with one field.
    fn gps(little: bool, north: [(u32, u32); 3], east: [(u32, u32); 3]) -> Vec<u8> {
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
            (2, 5, 3, long(values)),
            (3, 2, 2, *b"E\0\0\0"),
            (4, 5, 3, long(values + 24)),
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
            let nowhere = [(0, 0); 3];
            assert_eq!(blocks(&gps(little, nowhere, nowhere)).exif.position, None);
        }
    }

    #[test]
    fn a_packet_finds_a_place_with_and_without_one_before() {
        for (little, fields) in [
            (
                true,
                &[(256_u16, 3_u16, &[1_u8, 0][..]), (RATING, 3, &[4, 0])][..],
            ),
            (
                false,
                &[
                    (256, 3, &[0, 1]),
                    (XMP, 1, b"<old packet/>"),
                    (IPTC, 7, b"abcdefg"),
                ],
            ),
        ] {
            let mut bytes = tiff(little, fields);
            for packet in [&b"<a new packet/>"[..], b"<another packet/>"] {
                let mut input = Input::new(Cursor::new(&bytes));
                let made = patches(&mut input, bytes.len() as u64, packet).expect("patches");
                let mut file = tempfile::tempfile().expect("a file");
                std::io::Write::write_all(&mut file, &bytes).expect("written");
                let mut after = Vec::new();
                crate::engine::files::patch::copy(&mut file, &made, &mut after).expect("copied");
                let read = blocks(&after);
                assert_eq!(read.xmp, [packet]);
                assert_eq!(read.exif, blocks(&bytes).exif);
                assert_eq!(read.iptc, blocks(&bytes).iptc);
                bytes = after;
            }
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("<a new packet/>"), "the last one made room");
        }
    }
}
