//! XMP in an application extension of a GIF (XMP specification, part 3, 1.1.2).

use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};

/// An application extension of XMP: its introducer and label, the length of its name, and the name.
const XMP: &[u8; 14] = b"\x21\xff\x0bXMP DataXMP";
/// What follows a packet, so that readers that take its characters for lengths of blocks come to the end all the same:
/// all bytes downwards from this start.
const TRAILER: &[u8; 3] = b"\x01\xff\xfe";
/// Most blocks of data that are looked at, of 255 bytes at most.
const MAX_BLOCKS: usize = 100_000;
/// Where blocks begin, if there is no table of colours.
const HEADER: u64 = 13;

/// The metadata of a GIF.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    // What was found before the file's early end counts.
    let _ = packets(input, &mut blocks.xmp);
    blocks
}

/// Finds the packets; nothing if the file ends within its blocks.
fn packets<R: Read + Seek>(input: &mut Input<R>, found: &mut Vec<Vec<u8>>) -> Option<()> {
    let [flags] = input.array(10)?;
    let mut at = HEADER + table(flags);
    let mut left = MAX_BLOCKS;
    loop {
        match input.array(at)? {
            // Its label comes before its data.
            [0x21] => {
                let is_xmp = input.array(at) == Some(*XMP);
                let start = at + if is_xmp { XMP.len() as u64 } else { 2 };
                at = end_of_data(input, start, &mut left)?;
                if is_xmp {
                    found.extend(packet(input, start, at));
                }
            }
            // A picture: position and size, a table of colours, the width of codes.
            [0x2c] => {
                let [flags] = input.array(at + 9)?;
                at = end_of_data(input, at + 10 + table(flags) + 1, &mut left)?;
            }
            _ => return Some(()),
        }
    }
}

/// Bytes of a table of colours.
fn table(flags: u8) -> u64 {
    match flags & 0x80 {
        0 => 0,
        _ => 6 << (flags & 7),
    }
}

/// Where the blocks of data from `at` end: at an empty one.
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

/// The packet between two places, without what follows it.
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

    /// A GIF of one pixel with these blocks before it.
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
