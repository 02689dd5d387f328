//! Metadata in the chunks of a PNG, before or after the image data.

use std::io::{Read, Seek};

use flate2::read::ZlibDecoder;

use super::input::{ByteSource, Input};
use super::{MetadataBlocks, iptc};
use crate::engine::media::dates;
use crate::engine::media::decode::{TextProfile, is_text_profile, text_profile};
use crate::engine::media::taken::Taken;

/// Start of an XMP chunk.
pub const XMP: &[u8] = b"XML:com.adobe.xmp\0";
/// Start of a creation date chunk.
const CREATED: &[u8] = b"Creation Time\0";
/// Maximum decompressed size of all packets together.
const MAX_PACKETS: u64 = 16 << 20;
/// Maximum number of profiles in text chunks; each can decompress to a megabyte.
const MAX_PROFILES: usize = 16;
/// Maximum number of chunks examined.
const MAX_CHUNKS: usize = 500_000;

/// Reads the metadata of a PNG.
pub fn read<R: Read + Seek>(input: &mut Input<R>) -> MetadataBlocks {
    let mut blocks = MetadataBlocks::default();
    let (mut left, mut profiles) = (MAX_PACKETS, 0);
    let mut at = 8;
    for _ in 0..MAX_CHUNKS {
        let Some([a, b, c, d, kind @ ..]) = input.array::<8>(at) else {
            break;
        };
        let length = u32::from_be_bytes([a, b, c, d]);
        let body = at + 8;
        at = body + u64::from(length) + 4;
        match &kind {
            b"IEND" => break,
            b"iTXt" | b"tEXt" | b"zTXt" => {
                let packet = match &kind {
                    b"iTXt" => packet(input, body, length as usize, &mut left),
                    _ => None,
                };
                if packet.is_none()
                    && let Some(text) = input.read(body, length as usize)
                {
                    blocks.created = blocks.created.or_else(|| created(&kind, text));
                    if is_text_profile(text) && profiles < MAX_PROFILES {
                        profiles += 1;
                        blocks.add_profile(text_profile(&kind, text));
                    }
                }
                blocks.xmp.extend(packet);
            }
            b"eXIf" => {
                if let Some(body) = input.read(body, length as usize) {
                    // Some programs write the prefix used in JPEG.
                    let body = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
                    blocks.add_exif(body);
                }
            }
            _ => {}
        }
    }
    blocks
}

impl MetadataBlocks {
    /// Adds the profile in a text chunk.
    fn add_profile(&mut self, profile: Option<TextProfile>) {
        match profile {
            Some(TextProfile::Exif(tiff)) => self.add_exif(&tiff),
            Some(TextProfile::Xmp(packet)) => self.text_xmp.push(packet),
            Some(TextProfile::Iptc(bytes)) if self.iptc.is_none() => {
                self.iptc = if bytes.starts_with(&[0x1c]) {
                    // IPTC-IIM without image resources around it.
                    Some(bytes)
                } else {
                    iptc::in_resources(&bytes).map(<[u8]>::to_vec)
                };
            }
            Some(TextProfile::Iptc(_)) | None => {}
        }
    }
}

/// The creation date in a text chunk.
fn created(kind: &[u8; 4], chunk: &[u8]) -> Option<Taken> {
    let text = match (kind, chunk.strip_prefix(CREATED)?) {
        (b"tEXt", text) => text,
        // Not compressed; language tag and translated keyword, both zero-terminated.
        (b"iTXt", [0, _method, text @ ..]) => text.splitn(3, |byte| *byte == 0).nth(2)?,
        _ => return None,
    };
    let text = std::str::from_utf8(text).ok()?;
    dates::parse(text).or_else(|| dates::parse_mail(text))
}

/// The XMP packet in a text chunk, if it has one. `left` is the number of bytes that may still be decompressed.
fn packet<R: Read + Seek>(
    input: &mut Input<R>,
    at: u64,
    length: usize,
    left: &mut u64,
) -> Option<Vec<u8>> {
    if input.read(at, length.min(XMP.len()))? != XMP {
        return None;
    }
    let rest = &input.read(at, length)?[XMP.len()..];
    let [compressed, _method] = *rest.first_chunk()?;
    // Language tag and translated keyword, usually both empty.
    let rest = &rest[2..];
    let rest = &rest[memchr::memchr(0, rest)? + 1..];
    let text = &rest[memchr::memchr(0, rest)? + 1..];
    if compressed == 0 {
        return Some(text.to_vec());
    }
    let mut packet = Vec::new();
    let mut reader = ZlibDecoder::new(text).take(*left + 1);
    let read = reader.read_to_end(&mut packet);
    let length = packet.len() as u64;
    let fits = length <= *left;
    *left = left.saturating_sub(length);
    (read.is_ok() && fits).then_some(packet)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    #[test]
    fn packets_behind_the_picture_and_compressed_ones_are_read() {
        let mut compressed = ZlibEncoder::new(Vec::new(), Compression::default());
        compressed.write_all(b"<packet/>").expect("compressed");
        let compressed = compressed.finish().expect("compressed");
        let text = |flag: u8, packet: &[u8]| [XMP, &[flag, 0], b"en\0\0", packet].concat();
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |kind: &[u8; 4], body: &[u8]| {
            bytes.extend((body.len() as u32).to_be_bytes());
            bytes.extend(kind);
            bytes.extend(body);
            bytes.extend([0; 4]);
        };
        chunk(b"IDAT", &[0; 40_000]);
        chunk(b"iTXt", &text(0, b"<plain/>"));
        chunk(b"iTXt", b"Comment\0\0\0\0\0hello");
        chunk(b"iTXt", &text(1, &compressed));
        chunk(b"iTXt", &text(1, b"no zlib"));
        chunk(b"IEND", &[]);
        chunk(b"iTXt", &text(0, b"<late/>"));
        let read = read(&mut Input::new(Cursor::new(bytes)));
        assert_eq!(read.xmp, [&b"<plain/>"[..], b"<packet/>"]);
    }

    #[test]
    fn compressed_packets_do_not_make_more_of_a_file_than_it_can_say() {
        let mut compressed = ZlibEncoder::new(Vec::new(), Compression::best());
        let packet = vec![b' '; MAX_PACKETS as usize / 2];
        compressed.write_all(&packet).expect("compressed");
        let compressed = compressed.finish().expect("compressed");
        let text = [XMP, &[1, 0, 0, 0], &compressed].concat();
        let length = (text.len() as u32).to_be_bytes();
        let chunk = [&length[..], b"iTXt", &text, &[0; 4]].concat();
        let file = [&b"\x89PNG\r\n\x1a\n"[..], &chunk.repeat(20)].concat();
        let read = read(&mut Input::new(Cursor::new(file)));
        assert_eq!(read.xmp.len(), 2);
    }

    #[test]
    fn profiles_in_text_are_read() {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let iptc = b"8BIM\x04\x04\0\0\0\0\0\x08\x1c\x02\x19\0\x03sea";
        for (name, bytes) in [
            ("xmp", &b"<packet/>"[..]),
            ("iptc", iptc),
            ("iptc", b"none"),
        ] {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let text = format!(
                "Raw profile type {name}\0\n{name}\n{}\n{digits}",
                bytes.len()
            );
            file.extend((text.len() as u32).to_be_bytes());
            file.extend(b"tEXt");
            file.extend(text.as_bytes());
            file.extend([0; 4]);
        }
        let read = read(&mut Input::new(Cursor::new(file)));
        assert_eq!(read.text_xmp, [b"<packet/>"]);
        let facts = iptc::facts(&read.iptc.expect("IIM"));
        assert_eq!(facts.keywords, ["sea"]);
    }

    #[test]
    fn dates_in_text_are_read_as_programs_write_them() {
        let of = |kind: &[u8; 4], chunk: &[u8]| {
            created(kind, chunk).map(|taken| taken.as_str().to_owned())
        };
        let date = Some("2024-05-01T10:00:00".to_owned());
        for text in [
            "2024:05:01 10:00:00",
            "Wed, 01 May 2024 10:00:00 +0200",
            "2024-05-01T10:00:00Z",
        ] {
            let plain = [CREATED, text.as_bytes()].concat();
            assert_eq!(of(b"tEXt", &plain), date, "{text}");
            let international = [CREATED, &[0, 0], b"en\0\0", text.as_bytes()].concat();
            assert_eq!(of(b"iTXt", &international), date, "{text}");
        }
        assert_eq!(of(b"tEXt", b"Creation Time\0some day"), None);
        assert_eq!(of(b"tEXt", b"Comment\x002024:05:01 10:00:00"), None);
    }
}
