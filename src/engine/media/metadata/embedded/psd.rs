//! Metadata in the image resources of Photoshop files.

use std::io::{Read, Seek};

use super::MetadataBlocks;
use super::input::{ByteSource, Input};

const IPTC: u16 = 1028;
const EXIF: u16 = 1058;
const XMP: u16 = 1060;
/// Offset of the palette's length.
const PALETTE: u64 = 26;
/// Maximum number of image resources examined.
const MAX_RESOURCES: usize = 4096;
/// Maximum size of a metadata resource.
const MAX_BYTES: u64 = 16 << 20;

/// Reads the metadata of a Photoshop file.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    resources(input, &mut blocks);
    blocks
}

fn resources<R: Read + Seek>(input: &mut Input<R>, blocks: &mut MetadataBlocks) -> Option<()> {
    let mut length = |at| Some(u64::from(u32::from_be_bytes(input.array(at)?)));
    let start = PALETTE + 4 + length(PALETTE)?;
    let end = start + 4 + length(start)?;
    let mut at = start + 4;
    for _ in 0..MAX_RESOURCES {
        // Signature, identifier, padded Pascal string, and length of the data.
        let [.., high, low, name] = input.array::<7>(at)?;
        let id = u16::from_be_bytes([high, low]);
        let body = at + 7 + u64::from(name | 1) + 4;
        let length = u64::from(u32::from_be_bytes(input.array(body - 4)?));
        if body + length > end {
            return None;
        }
        if matches!(id, IPTC | EXIF | XMP) && length <= MAX_BYTES {
            let bytes = input.read(body, usize::try_from(length).ok()?)?.to_vec();
            match id {
                XMP => blocks.xmp.push(bytes),
                IPTC => blocks.iptc = Some(bytes),
                _ => blocks.add_exif(&bytes),
            }
        }
        at = body + length.next_multiple_of(2);
        if at >= end {
            break;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn resources_are_read_within_the_file() {
        let resource = |id: u16, content: &[u8]| {
            // A name of two characters, padded.
            let mut bytes = [b"8BIM", &id.to_be_bytes()[..], b"\x02ab\0"].concat();
            bytes.extend((content.len() as u32).to_be_bytes());
            bytes.extend(content);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes
        };
        let exif = b"II*\0\x08\0\0\0\x01\0\x46\x47\x03\0\x01\0\0\0\x05\0\0\0\0\0\0\0";
        let resources = [
            resource(1036, b"odd"),
            resource(EXIF, exif),
            resource(XMP, b"<packet/>"),
        ]
        .concat();
        let mut file = b"8BPS\0\x01".to_vec();
        file.resize(26, 0);
        file.extend([0; 4]);
        file.extend((resources.len() as u32).to_be_bytes());
        file.extend(&resources);
        let read = MetadataBlocks::read(Cursor::new(&file));
        assert_eq!(read.xmp, [b"<packet/>"]);
        assert_eq!(read.exif.rating, Some(5));
        for end in 0..file.len() {
            let _ = MetadataBlocks::read(Cursor::new(&file[..end]));
        }
    }
}
