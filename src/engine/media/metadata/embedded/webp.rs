//! Metadata in the chunks of a WebP.

use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};

/// Maximum number of chunks examined; an animation has one per frame.
const MAX_CHUNKS: usize = 100_000;

/// `VP8X` flag: an XMP chunk is present.
pub const HAS_XMP: u8 = 1 << 2;
/// `VP8X` flag: the picture has an alpha channel.
const HAS_ALPHA: u8 = 1 << 4;

/// Position of a chunk.
pub struct RiffChunk {
    /// FourCC.
    pub name: [u8; 4],
    /// Offset of the chunk.
    pub start: u64,
    /// Offset of the payload.
    pub body: u64,
    /// Length of the payload without padding.
    pub length: u32,
}

impl RiffChunk {
    /// Offset of the next chunk: payloads are padded to an even length.
    pub fn end(&self) -> u64 {
        self.body + u64::from(self.length) + u64::from(self.length & 1)
    }
}

/// The chunks of a WebP.
pub fn chunks<R: Read + Seek>(input: &mut Input<R>) -> Vec<RiffChunk> {
    let (mut chunks, mut start) = (Vec::new(), 12);
    while let Some([a, b, c, d, length @ ..]) = input.array::<8>(start) {
        let chunk = RiffChunk {
            name: [a, b, c, d],
            start,
            body: start + 8,
            length: u32::from_le_bytes(length),
        };
        start = chunk.end();
        chunks.push(chunk);
        if chunks.len() == MAX_CHUNKS {
            break;
        }
    }
    chunks
}

/// Reads the metadata of a WebP.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    for chunk in chunks(input) {
        let wanted = matches!(&chunk.name, b"XMP " | b"EXIF");
        let Some(body) = (wanted.then(|| input.read(chunk.body, chunk.length as usize))).flatten()
        else {
            continue;
        };
        if &chunk.name == b"XMP " {
            blocks.xmp.push(body.to_vec());
        } else {
            // Some programs write the prefix used in JPEG.
            let body = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
            blocks.add_exif(body);
        }
    }
    blocks
}

/// Builds the `VP8X` chunk, which metadata requires, for a file without one, from the start of its image data.
pub fn extended_head(name: &[u8; 4], picture: &[u8]) -> Option<Vec<u8>> {
    let (width, height, alpha) = match (name, picture) {
        // Frame tag, start code of a key frame, then width and height of 14 bits.
        (b"VP8 ", [_, _, _, 0x9d, 0x01, 0x2a, a, b, c, d, ..]) => {
            let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            (side(*a, *b), side(*c, *d), false)
        }
        (b"VP8L", [0x2f, rest @ ..]) => {
            let bits = u32::from_le_bytes(*rest.first_chunk()?);
            let side = |bits: u32| (bits & 0x3fff) + 1;
            (side(bits), side(bits >> 14), bits >> 28 & 1 == 1)
        }
        _ => return None,
    };
    let mut head = b"VP8X\x0a\0\0\0".to_vec();
    head.extend([HAS_XMP | if alpha { HAS_ALPHA } else { 0 }, 0, 0, 0]);
    for side in [width, height] {
        head.extend(&side.checked_sub(1)?.to_le_bytes()[..3]);
    }
    Some(head)
}
