//! Metadata in the marker segments of a JPEG.

use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};
use crate::engine::media::metadata::xmp::{EXTENDED, Packet};

/// Prefix of an XMP segment.
pub const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Maximum size of a packet in one segment.
pub const MAX_PACKET: usize = 0xffff - 2 - XMP.len();
const EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Prefix of an EXIF segment. Another byte follows: a zero, but some programs write another value.
pub const EXIF: &[u8] = b"Exif\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// Size of the header of an extended XMP part: GUID, total length and offset.
const PART_HEAD: usize = 32 + 4 + 4;
/// Maximum size of an extended packet.
const MAX_EXTENDED: usize = 16 << 20;

/// Position of a marker segment.
pub struct JpegSegment {
    /// The second byte of the marker.
    pub marker: u8,
    /// Offset of the marker.
    pub start: u64,
    /// Offset of the payload.
    pub body: u64,
    /// Length of the payload.
    pub length: usize,
}

/// Reads the segment at `at`; `None` at the scan data, at the end, or if there is no marker.
pub fn segment<R: Read + Seek>(input: &mut Input<R>, mut at: u64) -> Option<JpegSegment> {
    loop {
        let [ff, marker] = input.array(at)?;
        match (ff, marker) {
            (0xff, 0xff) => at += 1,
            (0xff, 0x01 | 0xd0..=0xd7) => at += 2,
            (0xff, 0xd8..=0xda) | (0..0xff, _) => return None,
            _ => {
                let length = u16::from_be_bytes(input.array(at + 2)?);
                return Some(JpegSegment {
                    marker,
                    start: at,
                    body: at + 4,
                    length: usize::from(length.checked_sub(2)?),
                });
            }
        }
    }
}

/// A part of an extended packet.
struct ExtendedXmpPart {
    name: Vec<u8>,
    total: usize,
    offset: usize,
    bytes: Vec<u8>,
}

/// Reads the metadata of a JPEG.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    let (mut parts, mut photoshop) = (Vec::new(), Vec::new());
    let mut at = 2;
    while let Some(segment) = segment(input, at) {
        at = segment.body + segment.length as u64;
        if !matches!(segment.marker, 0xe1 | 0xed) {
            continue;
        }
        let begins = |head: &[u8], with: &[u8]| head.starts_with(with);
        let Some(head) = input.read(segment.body, segment.length.min(40)) else {
            break;
        };
        let known = [XMP, EXTENSION, PHOTOSHOP].map(|with| begins(head, with));
        let exif = exif_start(head);
        let known = [known[0], known[1], exif.is_some(), known[2]];
        if !known.contains(&true) {
            continue;
        }
        let Some(body) = input.read(segment.body, segment.length) else {
            break;
        };
        match known {
            [true, ..] => blocks.xmp.push(body[XMP.len()..].to_vec()),
            [_, true, ..] => parts.extend(part(&body[EXTENSION.len()..])),
            [_, _, true, _] => {
                let tiff = exif.and_then(|start| body.get(start..));
                blocks.add_exif(tiff.unwrap_or_default());
            }
            // Image resources may continue in the next segment.
            _ => photoshop.extend_from_slice(&body[PHOTOSHOP.len()..]),
        }
    }
    blocks.iptc = super::iptc::in_resources(&photoshop).map(<[u8]>::to_vec);
    let extended = blocks
        .xmp
        .iter()
        .find_map(|packet| extended(packet, parts.as_slice()));
    blocks.xmp.extend(extended);
    blocks
}

/// Offset of the TIFF structure in an EXIF segment. Like exiftool, it accepts up to four bytes before the prefix, and the
/// prefix in other letter case.
fn exif_start(head: &[u8]) -> Option<usize> {
    let size = EXIF.len();
    let is_prefix = |prefix: &[u8]| prefix.eq_ignore_ascii_case(EXIF);
    let start = (0..=4).find(|start| head.get(*start..start + size).is_some_and(is_prefix))?;
    Some(start + size + 1)
}

/// Assembles the extended packet that `packet` references; `None` if a part is missing.
fn extended(packet: &[u8], parts: &[ExtendedXmpPart]) -> Option<Vec<u8>> {
    if parts.is_empty() {
        return None;
    }
    let name = Packet::parse(packet).ok()?.simple(EXTENDED)?;
    let mut own: Vec<&ExtendedXmpPart> = (parts.iter())
        .filter(|part| part.name.eq_ignore_ascii_case(name.as_bytes()))
        .collect();
    own.sort_by_key(|part| part.offset);
    let total = own.first()?.total;
    if total > MAX_EXTENDED {
        return None;
    }
    let mut whole: Vec<u8> = Vec::new();
    for part in own {
        if part.offset != whole.len() || whole.len() + part.bytes.len() > total {
            return None;
        }
        whole.extend_from_slice(&part.bytes);
    }
    (whole.len() == total).then_some(whole)
}

fn part(body: &[u8]) -> Option<ExtendedXmpPart> {
    let (head, bytes) = body.split_at_checked(PART_HEAD)?;
    let number = |at: usize| {
        let bytes: [u8; 4] = head[at..at + 4].try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    Some(ExtendedXmpPart {
        name: head[..32].to_vec(),
        total: number(32)?,
        offset: number(36)?,
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        let mut bytes = vec![0xff, marker];
        bytes.extend((body.len() as u16 + 2).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    fn packet(inside: &str) -> Vec<u8> {
        format!("<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:n='http://ns.adobe.com/xmp/note/'><r:Description {inside}/></r:RDF>").into()
    }

    #[test]
    fn exif_is_found_behind_unusual_prefixes() {
        let tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        for (prefix, want) in [
            (&b"Exif\0\0"[..], Some(6)),
            (b"Exif\0\xff", Some(6)),
            (b"EXIF\0\0", Some(6)),
            (b"\0\0\0\0exif\0\0", Some(6)),
            (b"\0\0\0\0\0Exif\0\0", None),
            (b"Exif", None),
        ] {
            let jpeg = [&[0xff, 0xd8][..], &segment(0xe1, &[prefix, tiff])].concat();
            let read = read(&mut Input::new(Cursor::new(jpeg)));
            assert_eq!(read.orientation, want, "{prefix:?}");
        }
    }

    #[test]
    fn extended_packets_are_put_together_if_they_are_the_ones_that_are_named() {
        let name = b"0123456789ABCDEF0123456789ABCDEF";
        let long = packet("x='1'");
        let main = packet("n:HasExtendedXMP='0123456789ABCDEF0123456789ABCDEF'");
        let total = (long.len() as u32).to_be_bytes();
        let (first, second) = long.split_at(20);
        let part = |offset: u32, bytes: &[u8], name: &[u8]| {
            segment(
                0xe1,
                &[EXTENSION, name, &total, &offset.to_be_bytes(), bytes],
            )
        };
        let jpeg = |parts: &[Vec<u8>]| {
            let mut bytes = vec![0xff, 0xd8];
            bytes.extend(segment(0xe1, &[XMP, &main]));
            bytes.extend(parts.concat());
            bytes.extend([0xff, 0xff, 0xda, 0, 0]);
            read(&mut Input::new(Cursor::new(bytes))).xmp
        };
        let (one, two) = (part(0, first, name), part(20, second, name));
        assert_eq!(jpeg(&[two.clone(), one.clone()]), [&main[..], &long]);
        let stranger = part(0, first, &[b'F'; 32]);
        for incomplete in [
            vec![],
            vec![one.clone()],
            vec![two.clone()],
            vec![stranger, two],
        ] {
            assert_eq!(jpeg(&incomplete), [&main[..]]);
        }
    }
}
