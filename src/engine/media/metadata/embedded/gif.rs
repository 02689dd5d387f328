//! XMP in an application extension of a GIF (XMP specification, part 3, 1.1.2).

use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};

/// Start of an XMP application extension: introducer, label, length of the identifier, and identifier.
const XMP: &[u8; 14] = b"\x21\xff\x0bXMP DataXMP";
/// Trailer after a packet: readers that take its text for block lengths reach the terminator wherever they land. It
/// holds all byte values in descending order, from this start.
const TRAILER: &[u8; 3] = b"\x01\xff\xfe";
/// Maximum number of data sub-blocks examined, of at most 255 bytes each.
const MAX_BLOCKS: usize = 100_000;
/// Size of the header without a colour table.
const HEADER: u64 = 13;

/// Reads the metadata of a GIF.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    // Packets before a truncation are kept.
    let _ = packets(input, &mut blocks.xmp);
    blocks
}

/// Finds the packets; `None` if the file ends within a block.
fn packets<R: Read + Seek>(input: &mut Input<R>, found: &mut Vec<Vec<u8>>) -> Option<()> {
    let [flags] = input.array(10)?;
    let mut at = HEADER + table(flags);
    let mut left = MAX_BLOCKS;
    loop {
        match input.array(at)? {
            // The label precedes the data.
            [0x21] => {
                let is_xmp = input.array(at) == Some(*XMP);
                let start = at + if is_xmp { XMP.len() as u64 } else { 2 };
                at = end_of_data(input, start, &mut left)?;
                if is_xmp {
                    found.extend(packet(input, start, at));
                }
            }
            // Image descriptor: position and size, colour table, LZW code size.
            [0x2c] => {
                let [flags] = input.array(at + 9)?;
                at = end_of_data(input, at + 10 + table(flags) + 1, &mut left)?;
            }
            _ => return Some(()),
        }
    }
}

/// Size of a colour table in bytes.
fn table(flags: u8) -> u64 {
    match flags & 0x80 {
        0 => 0,
        _ => 6 << (flags & 7),
    }
}

/// End of the sub-blocks from `at`: after an empty one.
fn end_of_data<R: Read + Seek>(input: &mut Input<R>, mut at: u64, left: &mut usize) -> Option<u64> {
    while *left > 0 {
        *left -= 1;
        let [length] = input.array(at)?;
        at += 1 + u64::from(length);
        if length == 0 {
            return Some(at);
        }
    }
    None
}

/// The packet in a range, without its trailer.
fn packet<R: Read + Seek>(input: &mut Input<R>, start: u64, end: u64) -> Option<Vec<u8>> {
    let length = usize::try_from(end - start).ok()?;
    let bytes = input.read(start, length)?;
    let length = memchr::memmem::rfind(bytes, TRAILER)?;
    Some(bytes[..length].to_vec())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A one-pixel GIF with these blocks before the image.
    fn gif(blocks: &[u8]) -> Vec<u8> {
        let head = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
        let picture = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";
        [&head[..], blocks, picture].concat()
    }

    fn extension(packet: &[u8]) -> Vec<u8> {
        let trailer: Vec<u8> = std::iter::once(1).chain((0..=255).rev()).collect();
        [&XMP[..], packet, &trailer, &[0]].concat()
    }

    #[test]
    fn packets_are_found_before_and_behind_the_picture() {
        let comment = b"\x21\xfe\x03abc\0";
        let before = gif(&[&comment[..], &extension(b"<packet/>")].concat());
        let read = |file: &[u8]| MetadataBlocks::read(Cursor::new(file)).xmp;
        assert_eq!(read(&before), [b"<packet/>"]);
        let mut behind = gif(comment);
        behind.pop();
        behind.extend(extension(b"<packet/>"));
        behind.push(0x3b);
        assert_eq!(read(&behind), [b"<packet/>"]);
        for end in 0..before.len() {
            let _ = read(&before[..end]);
        }
    }

    #[test]
    fn what_is_no_packet_is_passed_over() {
        let read = |file: &[u8]| MetadataBlocks::read(Cursor::new(file)).xmp;
        let looped = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";
        assert!(read(&gif(looped)).is_empty());
        let cut = [&XMP[..], b"\x03<a>\0"].concat();
        assert!(read(&gif(&cut)).is_empty());
    }
}
