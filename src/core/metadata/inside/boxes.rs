//! Metadata in files made of boxes (ISO 14496-12): HEIC, AVIF, Canon's CR3 and JPEG XL.

use std::io::{Cursor, Read, Seek};

use super::input::Input;
use super::{Blocks, tiff};

/// The box of an XMP packet in files that are no HEIC, by Adobe's number for it.
const XMP_UUID: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];
/// Most boxes, items and extents that are looked at.
const MAX_PARTS: u64 = 20_000;
/// Largest description of items that is read.
const MAX_META: u64 = 16 << 20;
/// Largest item that is read.
const MAX_ITEM: u64 = 16 << 20;

/// A box: its kind, and where its content begins and ends.
struct Part {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

fn part<R: Read + Seek>(input: &mut Input<R>, at: u64, end: u64) -> Option<Part> {
    let [a, b, c, d, kind @ ..] = input.array::<8>(at)?;
    let (body, length) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (at + 8, end - at),
        1 => (at + 16, u64::from_be_bytes(input.array(at + 8)?)),
        length => (at + 8, u64::from(length)),
    };
    let part_end = at.checked_add(length)?.min(end);
    (part_end >= body).then_some(Part {
        kind,
        body,
        end: part_end,
    })
}

/// The boxes between two places.
fn parts<R: Read + Seek>(input: &mut Input<R>, mut at: u64, end: u64) -> Vec<Part> {
    let mut found = Vec::new();
    while at < end && (found.len() as u64) < MAX_PARTS {
        let Some(part) = part(input, at, end) else {
            break;
        };
        at = part.end;
        found.push(part);
    }
    found
}

/// The metadata of such a file.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> Blocks {
    let mut blocks = Blocks::default();
    for part in parts(input, 0, u64::MAX) {
        let length = part.end - part.body;
        match &part.kind {
            b"meta" if length <= MAX_META => {
                items(input, &part, &mut blocks);
            }
            b"uuid" if input.array(part.body) == Some(XMP_UUID) => {
                blocks.xmp.extend(content(input, part.body + 16, part.end));
            }
            b"xml " => blocks.xmp.extend(content(input, part.body, part.end)),
            b"Exif" => {
                let bytes = content(input, part.body, part.end);
                exif(&bytes.unwrap_or_default(), &mut blocks);
            }
            _ => {}
        }
    }
    blocks
}

fn content<R: Read + Seek>(input: &mut Input<R>, at: u64, end: u64) -> Option<Vec<u8>> {
    let length = end.checked_sub(at).filter(|length| *length <= MAX_ITEM)?;
    let bytes = input.read(at, usize::try_from(length).ok()?)?;
    Some(bytes.to_vec())
}

/// EXIF, before which stands how far from there it begins.
fn exif(bytes: &[u8], blocks: &mut Blocks) {
    let tiff = bytes.split_first_chunk().and_then(|(offset, rest)| {
        let offset = usize::try_from(u32::from_be_bytes(*offset)).ok()?;
        rest.get(offset..)
    });
    if let Some(tiff) = tiff {
        let read = tiff::read(&mut Input::new(Cursor::new(tiff)));
        blocks.exif = std::mem::take(&mut blocks.exif).or(read.exif);
    }
}

/// What an item is.
enum Kind {
    Xmp,
    Exif,
}

/// Reads the items of a `meta` box that are metadata.
fn items<R: Read + Seek>(input: &mut Input<R>, meta: &Part, blocks: &mut Blocks) -> Option<()> {
    let inside = parts(input, meta.body + 4, meta.end);
    let find = |kind: &[u8; 4]| inside.iter().find(|part| part.kind == *kind);
    let (infos, places) = (find(b"iinf")?, find(b"iloc")?);
    let data = find(b"idat").map_or(0, |part| part.body);
    let wanted = kinds(input, infos)?;
    let bytes = content(input, places.body, places.end)?;
    for (id, extents, in_data) in locations(&bytes)? {
        let Some((_, kind)) = wanted.iter().find(|(known, _)| *known == id) else {
            continue;
        };
        let mut item = Vec::new();
        for (at, length) in extents {
            if length > MAX_ITEM - item.len() as u64 {
                return None;
            }
            let at = if in_data { data.checked_add(at)? } else { at };
            item.extend_from_slice(input.read(at, usize::try_from(length).ok()?)?);
        }
        match kind {
            Kind::Xmp => blocks.xmp.push(item),
            Kind::Exif => exif(&item, blocks),
        }
    }
    Some(())
}

/// The numbers of items that are metadata.
fn kinds<R: Read + Seek>(input: &mut Input<R>, infos: &Part) -> Option<Vec<(u32, Kind)>> {
    let [version, ..] = input.array::<4>(infos.body)?;
    let skip = if version == 0 { 2 } else { 4 };
    let mut kinds = Vec::new();
    for info in parts(input, infos.body + 4 + skip, infos.end) {
        if &info.kind != b"infe" {
            continue;
        }
        let length = usize::try_from(info.end - info.body).ok()?.min(1 << 10);
        let Some(bytes) = input.read(info.body, length) else {
            break;
        };
        let mut fields = Fields(bytes);
        let version = fields.number(4)? >> 24;
        if !(2..=3).contains(&version) {
            continue;
        }
        let id = fields.number(if version == 2 { 2 } else { 4 })?;
        fields.number(2)?;
        let kind = fields.number(4)? as u32;
        let rest = fields.0;
        let kind = match &kind.to_be_bytes() {
            b"Exif" => Kind::Exif,
            b"mime" => {
                let mut texts = rest.split(|byte| *byte == 0);
                match texts.nth(1) {
                    Some(b"application/rdf+xml") => Kind::Xmp,
                    _ => continue,
                }
            }
            _ => continue,
        };
        kinds.push((u32::try_from(id).ok()?, kind));
    }
    Some(kinds)
}

/// Where an item lies: its number, places and lengths, and whether these count in the box of data.
type Location = (u32, Vec<(u64, u64)>, bool);

/// Where items lie.
fn locations(bytes: &[u8]) -> Option<Vec<Location>> {
    let mut fields = Fields(bytes);
    let version = fields.number(4)? >> 24;
    let sizes = fields.number(2)?;
    let size = |shift: u32| usize::try_from(sizes >> shift & 0xf).ok();
    let (place, length, base, index) = (size(12)?, size(8)?, size(4)?, size(0)?);
    let wide = if version < 2 { 2 } else { 4 };
    let count = fields.number(wide)?.min(MAX_PARTS);
    let mut locations = Vec::new();
    for _ in 0..count {
        let id = u32::try_from(fields.number(wide)?).ok()?;
        let method = match version {
            0 => 0,
            _ => fields.number(2)? & 0xf,
        };
        fields.number(2)?;
        let start = fields.number(base)?;
        let mut extents = Vec::new();
        for _ in 0..fields.number(2)?.min(MAX_PARTS) {
            if version > 0 {
                fields.number(index)?;
            }
            let at = start.checked_add(fields.number(place)?)?;
            extents.push((at, fields.number(length)?));
        }
        if method < 2 {
            locations.push((id, extents, method == 1));
        }
    }
    Some(locations)
}

/// Numbers one after another, the highest byte first.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn number(&mut self, width: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(
            number
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    }

    /// A HEIC whose items are a packet in two extents and EXIF in the box of data.
    fn heic(version: u8) -> Vec<u8> {
        let info = |id: u8, kind: &[u8; 4], rest: &[u8]| {
            boxed(b"infe", &[&[2, 0, 0, 0], &[0, id], &[0, 0], kind, rest])
        };
        let infos = [
            info(1, b"hvc1", b"\0"),
            info(2, b"mime", b"\0application/rdf+xml\0\0"),
            info(3, b"Exif", b"\0"),
        ]
        .concat();
        let infos = boxed(b"iinf", &[&[0; 4], &[0, 3], &infos]);
        let exif = b"\0\0\0\0II*\0\x08\0\0\0\x01\0\x46\x47\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0";
        let data = boxed(b"idat", &[exif]);
        let places = |start: u32| {
            let method = |data: u8| if version == 0 { vec![] } else { vec![0, data] };
            let extent = |at: u32, length: u32| [at.to_be_bytes(), length.to_be_bytes()].concat();
            let packet = [extent(start, 4), extent(start + 4, 5)].concat();
            let packet = [&[0, 2][..], &method(0), &[0, 0, 0, 2], &packet].concat();
            let exif = extent(0, exif.len() as u32);
            let exif = [&[0, 3][..], &method(1), &[0, 0, 0, 1], &exif].concat();
            let head = [version, 0, 0, 0, 0x44, 0, 0, 2];
            boxed(b"iloc", &[&head, &packet, &exif])
        };
        let build = |start| {
            let kind = boxed(b"ftyp", &[b"heic\0\0\0\0"]);
            let meta = boxed(b"meta", &[&[0; 4], &infos, &places(start), &data]);
            ([kind, meta].concat(), boxed(b"mdat", &[b"<packet/>"]))
        };
        let start = build(0).0.len() as u32 + 8;
        let (head, data) = build(start);
        [head, data].concat()
    }

    #[test]
    fn items_of_a_heic_are_read() {
        let bytes = heic(1);
        let read = Blocks::read(Cursor::new(&bytes));
        assert_eq!(read.xmp, [b"<packet/>"]);
        assert_eq!(read.exif.rating, Some(5));
        // Without methods, all places count from the beginning of the file.
        assert_eq!(Blocks::read(Cursor::new(heic(0))).xmp, [b"<packet/>"]);
        for end in 0..bytes.len() {
            let _ = Blocks::read(Cursor::new(&bytes[..end]));
        }
    }

    #[test]
    fn packets_of_canon_and_jpeg_xl_are_read() {
        let canon = [
            boxed(b"ftyp", &[b"crx \0\0\0\x01"]),
            boxed(b"moov", &[b"anything"]),
            boxed(b"uuid", &[&XMP_UUID, b"<packet/>"]),
        ];
        assert_eq!(
            Blocks::read(Cursor::new(canon.concat())).xmp,
            [b"<packet/>"]
        );
        let jxl = [
            boxed(b"JXL ", &[b"\r\n\x87\n"]),
            boxed(b"xml ", &[b"<packet/>"]),
        ];
        assert_eq!(Blocks::read(Cursor::new(jxl.concat())).xmp, [b"<packet/>"]);
    }
}
