//! Metadata in ISO base media files (ISO/IEC 14496-12) and similar formats: HEIC, AVIF, CR3, JPEG XL and JPEG 2000.

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};
use crate::engine::media::decode::{exif_of_item, is_exif_uuid};
use crate::engine::media::iso_media::{
    IsoBox, Items, MAX_ITEMS, MAX_META, MetadataItemKind, content, parts,
};

/// UUID of the XMP box in formats other than HEIC.
const XMP_UUID: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];
/// UUID of the IPTC-IIM box in JPEG 2000.
const IPTC_UUID: [u8; 16] = [
    0x33, 0xc7, 0xa4, 0xd2, 0xb8, 0x1d, 0x47, 0x23, 0xa0, 0xba, 0xf1, 0xa3, 0xe0, 0x97, 0xad, 0x38,
];

/// Reads the metadata of a file.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    let mut left = MAX_ITEMS;
    for part in parts(input, 0, u64::MAX) {
        let length = part.end - part.body;
        match &part.kind {
            b"meta" if length <= MAX_META => {
                items(input, &part, &mut left, &mut blocks);
            }
            b"uuid" => uuid(input, &part, &mut blocks),
            b"xml " => blocks.xmp.extend(content(input, part.body, part.end)),
            b"Exif" => {
                let bytes = content(input, part.body, part.end);
                exif(exif_of_item(&bytes.unwrap_or_default()), &mut blocks);
            }
            _ => {}
        }
    }
    blocks
}

/// Reads the payload of a `uuid` box.
fn uuid<R: Read + Seek>(input: &mut Input<R>, part: &IsoBox, blocks: &mut MetadataBlocks) {
    let Some(id) = input.array::<16>(part.body) else {
        return;
    };
    let content = |input: &mut Input<R>| content(input, part.body + id.len() as u64, part.end);
    match id {
        XMP_UUID => blocks.xmp.extend(content(input)),
        IPTC_UUID => blocks.iptc = content(input),
        _ if is_exif_uuid(&id) => {
            let bytes = content(input).unwrap_or_default();
            exif(exif_of_item(&bytes), blocks);
        }
        _ => {}
    }
}

/// Reads an Exif item or box.
fn exif(tiff: Option<&[u8]>, blocks: &mut MetadataBlocks) {
    if let Some(tiff) = tiff {
        blocks.add_exif(tiff);
    }
}

/// Reads the metadata items of a `meta` box, up to the byte limit.
fn items<R: Read + Seek>(
    input: &mut Input<R>,
    meta: &IsoBox,
    left: &mut u64,
    blocks: &mut MetadataBlocks,
) -> Option<()> {
    let items = Items::read(input, meta)?;
    let kinds: HashMap<u32, MetadataItemKind> = items.metadata.iter().copied().collect();
    for place in &items.places.items {
        let Some(kind) = kinds.get(&place.id) else {
            continue;
        };
        let bytes = items.bytes(input, place, left).unwrap_or_default();
        match kind {
            MetadataItemKind::Xmp if !bytes.is_empty() => blocks.xmp.push(bytes),
            MetadataItemKind::Exif => exif(exif_of_item(&bytes), blocks),
            MetadataItemKind::Xmp | MetadataItemKind::SealedXmp => {}
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(body);
        bytes
    }

    /// A HEIC with an XMP packet in two extents and EXIF in `mdat`.
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
        let read = MetadataBlocks::read(Cursor::new(&bytes));
        assert_eq!(read.xmp, [b"<packet/>"]);
        assert_eq!(read.exif.rating, Some(5));
        // Version 0 has no construction methods: all offsets are file offsets.
        assert_eq!(
            MetadataBlocks::read(Cursor::new(heic(0))).xmp,
            [b"<packet/>"]
        );
        for end in 0..bytes.len() {
            let _ = MetadataBlocks::read(Cursor::new(&bytes[..end]));
        }
    }

    #[test]
    fn exif_is_found_however_it_begins() {
        let tiff = &b"II*\0\x08\0\0\0\x01\0\x46\x47\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0"[..];
        for start in [
            &b""[..],
            &[0; 4],
            b"\0\0\0\x06Exif\0\0",
            b"\0\0\0\0Exif\0\0",
        ] {
            let file = [
                boxed(b"JXL ", &[b"\r\n\x87\n"]),
                boxed(b"Exif", &[start, tiff]),
            ];
            let read = MetadataBlocks::read(Cursor::new(file.concat()));
            assert_eq!(read.exif.rating, Some(5), "{start:?}");
        }
    }

    #[test]
    fn packets_in_one_place_do_not_make_more_of_a_file_than_it_can_say() {
        const PACKET: u32 = 4 << 20;
        let count = 100_u16;
        let infos = (1..=count).map(|id| {
            let rest = b"\0application/rdf+xml\0\0";
            boxed(
                b"infe",
                &[&[2, 0, 0, 0], &id.to_be_bytes(), &[0, 0], b"mime", rest],
            )
        });
        let infos = infos.collect::<Vec<_>>().concat();
        let infos = boxed(b"iinf", &[&[0; 4], &count.to_be_bytes(), &infos]);
        let build = |at: u32| {
            let place = |id: u16| {
                let extent = [at, PACKET].map(u32::to_be_bytes).concat();
                [&id.to_be_bytes()[..], &[0, 0, 0, 1], &extent].concat()
            };
            let places = (1..=count).map(place).collect::<Vec<_>>().concat();
            let head = [&[0, 0, 0, 0, 0x44, 0][..], &count.to_be_bytes()].concat();
            let places = boxed(b"iloc", &[&head, &places]);
            let kind = boxed(b"ftyp", &[b"heic\0\0\0\0"]);
            [kind, boxed(b"meta", &[&[0; 4], &infos, &places])].concat()
        };
        let at = build(0).len() as u32 + 8;
        let packet = vec![b' '; PACKET as usize];
        let file = [build(at), boxed(b"mdat", &[&packet])].concat();
        let read = MetadataBlocks::read(Cursor::new(file));
        let bytes: usize = read.xmp.iter().map(Vec::len).sum();
        assert_eq!(bytes as u64, MAX_ITEMS);
    }

    #[test]
    fn packets_of_canon_and_jpeg_xl_are_read() {
        let canon = [
            boxed(b"ftyp", &[b"crx \0\0\0\x01"]),
            boxed(b"moov", &[b"anything"]),
            boxed(b"uuid", &[&XMP_UUID, b"<packet/>"]),
        ];
        assert_eq!(
            MetadataBlocks::read(Cursor::new(canon.concat())).xmp,
            [b"<packet/>"]
        );
        let jxl = [
            boxed(b"JXL ", &[b"\r\n\x87\n"]),
            boxed(b"xml ", &[b"<packet/>"]),
        ];
        assert_eq!(
            MetadataBlocks::read(Cursor::new(jxl.concat())).xmp,
            [b"<packet/>"]
        );
    }
}
