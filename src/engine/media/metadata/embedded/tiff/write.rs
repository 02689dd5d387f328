//! Writes an XMP packet into a TIFF: at the end of the file, referenced from the first IFD.

use std::io::{Read, Seek};

use super::XMP;
use super::ifd::{head, value};
use crate::engine::files::patch::Patch;
use crate::engine::media::input::{ByteSource, Input};

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

    use super::super::tests::{blocks, tiff};
    use super::super::{IPTC, RATING};
    use super::*;

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
