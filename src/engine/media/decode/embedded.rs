//! EXIF in places that the EXIF library does not search: after an `Exif\0\0` prefix in PNG and WebP chunks, in
//! ImageMagick's "Raw profile type exif" text chunks of PNG, which hold XMP and IPTC-IIM too, and in boxes of JPEG XL and
//! JPEG 2000.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::iso_media;

/// Prefix of the TIFF structure in JPEG.
const PREFIX: &[u8] = b"Exif\0\0";
/// Prefix of an XMP packet in JPEG.
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Start of the keyword of a text chunk with a profile.
const PROFILE: &[u8] = b"Raw profile type ";
/// Identifiers of `uuid` boxes with EXIF in JPEG 2000: the common one and Photoshop's.
const EXIF_UUIDS: [&[u8; 16]; 2] = [
    b"JpgTiffExif->JP2",
    b"\x05\x37\xcd\xab\x9d\x0c\x44\x31\xa7\x2a\xfa\x56\x1f\x2a\x11\x3e",
];
/// Maximum decompressed size of a profile. EXIF in JPEG is limited to 64 KiB, so cameras write nothing larger.
const LIMIT: u64 = 1 << 20;
/// Maximum number of chunks examined for EXIF: each can decompress to the maximum size.
const MAX_CHUNKS: usize = 16;

/// Metadata in an ImageMagick text chunk.
#[derive(Debug, PartialEq, Eq)]
pub enum TextProfile {
    /// A TIFF structure, without a prefix.
    Exif(Vec<u8>),
    /// An XMP packet.
    Xmp(Vec<u8>),
    /// Photoshop's image resources, or IPTC-IIM alone.
    Iptc(Vec<u8>),
}

/// Whether the contents of a text chunk start like a profile.
pub fn is_text_profile(data: &[u8]) -> bool {
    data.starts_with(PROFILE)
}

/// The metadata in an ImageMagick text chunk.
pub fn text_profile(kind: &[u8; 4], data: &[u8]) -> Option<TextProfile> {
    let (keyword, profile) = raw_profile(kind, data)?;
    let without = |prefix: &[u8]| profile.strip_prefix(prefix).map(<[u8]>::to_vec);
    Some(match keyword {
        b"exif" | b"APP1" => match (without(PREFIX), without(XMP)) {
            (Some(tiff), _) => TextProfile::Exif(tiff),
            (_, Some(packet)) => TextProfile::Xmp(packet),
            _ => TextProfile::Exif(profile),
        },
        b"xmp" => TextProfile::Xmp(profile),
        _ => TextProfile::Iptc(profile),
    })
}

/// The TIFF structure of the EXIF in a PNG, WebP, JPEG XL or JPEG 2000 file, without a prefix.
pub fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let found = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let chunks = png_chunks(&bytes[8..]);
        let likely = chunks.filter(|(kind, data)| *kind == b"eXIf" || is_text_profile(data));
        let mut likely = likely.take(MAX_CHUNKS);
        likely.find_map(|(kind, data)| match kind {
            b"eXIf" => Some(data.to_vec()),
            _ => match text_profile(kind, data)? {
                TextProfile::Exif(tiff) => Some(tiff),
                TextProfile::Xmp(_) | TextProfile::Iptc(_) => None,
            },
        })
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        let exif = riff_chunks(&bytes[12..]).find(|(kind, _)| *kind == b"EXIF");
        exif.map(|(_, data)| data.to_vec())
    } else if bytes.starts_with(b"\0\0\0\x0cJXL ") || bytes.starts_with(b"\0\0\0\x0cjP  ") {
        let mut boxes = iso_media::boxes(bytes, (0, bytes.len()));
        boxes.find_map(|(kind, (start, end))| {
            let content = &bytes[start..end];
            let tiff = match &kind {
                b"Exif" => of_item(content),
                b"uuid" => content
                    .split_first_chunk::<16>()
                    .filter(|(id, _)| is_exif_uuid(id))
                    .and_then(|(_, content)| of_item(content)),
                _ => None,
            };
            tiff.map(<[u8]>::to_vec)
        })
    } else {
        None
    }?;
    Some(match found.strip_prefix(PREFIX) {
        Some(tiff) => tiff.to_vec(),
        None => found,
    })
}

/// The TIFF structure in the payload of an Exif item or box. It should start with a 4-byte offset to the TIFF header,
/// but some writers omit it, and others do not count the `Exif\0\0` prefix.
pub fn of_item(content: &[u8]) -> Option<&[u8]> {
    let content = content.strip_prefix(PREFIX).unwrap_or(content);
    let tiff = match content.split_first_chunk()? {
        (b"II*\0" | b"MM\0*", _) => content,
        (offset, data) => data.get(u32::from_be_bytes(*offset) as usize..)?,
    };
    Some(tiff.strip_prefix(PREFIX).unwrap_or(tiff))
}

/// Whether a `uuid` box with this identifier holds EXIF.
pub fn is_exif_uuid(id: &[u8; 16]) -> bool {
    EXIF_UUIDS.contains(&id)
}

/// Iterates over type and data of the chunks after a PNG signature.
fn png_chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let data = after.get(..length)?;
        rest = after.get(length + 4..).unwrap_or_default();
        Some((kind, data))
    })
}

/// Iterates over the chunks after a RIFF header.
fn riff_chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (kind, after) = rest.split_first_chunk()?;
        let (length, after) = after.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        let data = after.get(..length)?;
        // Chunks are padded to even lengths.
        rest = after.get(length.next_multiple_of(2)..).unwrap_or_default();
        Some((kind, data))
    })
}

/// Decodes ImageMagick's text, optionally compressed: the end of the keyword, and the bytes.
fn raw_profile<'a>(kind: &[u8; 4], data: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
    let data = data.strip_prefix(PROFILE)?;
    let end = data.iter().position(|byte| *byte == 0)?;
    let (keyword, data) = (&data[..end], &data[end + 1..]);
    if !matches!(keyword, b"exif" | b"APP1" | b"xmp" | b"iptc" | b"8bim") {
        return None;
    }
    let (is_compressed, data) = match (kind, data) {
        (b"zTXt", [_method, data @ ..]) => (true, data),
        // Compression flag and method, then language tag and translated keyword, both zero-terminated.
        (b"iTXt", [flag, _method, data @ ..]) => {
            let mut parts = data.splitn(3, |byte| *byte == 0);
            (*flag == 1, parts.nth(2)?)
        }
        _ => (false, data),
    };
    let mut text = Vec::new();
    if is_compressed {
        let mut inflated = ZlibDecoder::new(data).take(LIMIT);
        inflated.read_to_end(&mut text).ok()?;
    } else {
        text.extend_from_slice(data);
    }
    let text = std::str::from_utf8(&text).ok()?.trim_ascii_start();
    // The name is a line of its own, which may have several words ("generic profile"), or one word.
    let of_line = text.find(['\n', '\r']).and_then(|end| hex(&text[end..]));
    let of_word = || hex(&text[text.find(' ')?..]);
    Some((keyword, of_line.or_else(of_word)?))
}

/// Decodes a length and as many hexadecimal bytes, with white space anywhere between the digits.
fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii_start();
    let (length, digits) = text.split_at(text.find(|c: char| c.is_ascii_whitespace())?);
    let length: usize = length.parse().ok()?;
    let digits = digits.chars().filter(|c| !c.is_ascii_whitespace());
    let digits: Vec<u8> = digits
        .map_while(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    let pairs = digits.as_chunks::<2>().0.iter();
    let bytes: Vec<u8> = pairs
        .take(length)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TIFF: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

    fn png(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [(b"IHDR", &[0; 13][..]), (kind, data)] {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(kind);
            bytes.extend(data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    fn webp(data: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x03\0\0\0abc\0EXIF".to_vec();
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(data);
        bytes
    }

    fn jxl(data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\0\0\0\x0cJXL \r\n\x87\n".to_vec();
        bytes.extend((data.len() as u32 + 8).to_be_bytes());
        bytes.extend(b"Exif");
        bytes.extend(data);
        bytes
    }

    fn jp2(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x0cuuidmore".to_vec();
        bytes.extend((data.len() as u32 + 8).to_be_bytes());
        bytes.extend(kind);
        bytes.extend(data);
        bytes
    }

    fn profile() -> String {
        let prefixed = [PREFIX, TIFF].concat();
        let hex: Vec<String> = prefixed.iter().map(|byte| format!("{byte:02x}")).collect();
        let lines: Vec<String> = hex.chunks(36).map(<[String]>::concat).collect();
        format!("\nexif\n{:8}\n{}\n", prefixed.len(), lines.join("\n"))
    }

    #[test]
    fn exif_is_found_with_and_without_its_prefix() {
        let prefixed = [PREFIX, TIFF].concat();
        let text = [b"Raw profile type exif\0".to_vec(), profile().into_bytes()].concat();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
        zlib.write_all(profile().as_bytes()).expect("compressed");
        let compressed = zlib.finish().expect("compressed");
        let compressed = [b"Raw profile type APP1\0\0".to_vec(), compressed].concat();
        let international = b"Raw profile type exif\0\0\0en\0\0".to_vec();
        let international = [international, profile().into_bytes()].concat();
        for file in [
            png(b"eXIf", TIFF),
            png(b"eXIf", &prefixed),
            png(b"tEXt", &text),
            png(b"zTXt", &compressed),
            png(b"iTXt", &international),
            jxl(&[b"\0\0\0\x02ab", TIFF].concat()),
            jxl(TIFF),
            jxl(&prefixed),
            jp2(b"Exif", &[b"\0\0\0\0", TIFF].concat()),
            jp2(b"uuid", &[EXIF_UUIDS[0], TIFF].concat()),
            jp2(b"uuid", &[EXIF_UUIDS[0], &prefixed[..]].concat()),
            jp2(b"uuid", &[EXIF_UUIDS[1], TIFF].concat()),
            webp(TIFF),
            webp(&prefixed),
        ] {
            assert_eq!(exif(&file).as_deref(), Some(TIFF));
        }
    }

    #[test]
    fn profiles_are_read_with_any_name_and_white_space() {
        let digits: String = TIFF.iter().map(|byte| format!("{byte:02X}")).collect();
        let length = TIFF.len();
        for text in [
            format!("\ngeneric profile\n      {length}\n{digits}\n"),
            format!("\n\nexif\r\n  {length}\r\n{digits}\r\n"),
            format!("exif {length} {digits}"),
            format!(
                "exif\n{length}\n{}\t{}ffff and more",
                &digits[..7],
                &digits[7..]
            ),
        ] {
            let data = [b"Raw profile type APP1\0", text.as_bytes()].concat();
            assert_eq!(exif(&png(b"tEXt", &data)).as_deref(), Some(TIFF), "{text}");
        }
    }

    #[test]
    fn profiles_of_other_kinds_are_told_apart() {
        let profile = |name: &str, bytes: &[u8]| {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let text = format!(
                "Raw profile type {name}\0\n{name}\n{}\n{digits}\n",
                bytes.len()
            );
            text_profile(b"tEXt", text.as_bytes())
        };
        let packet = Some(TextProfile::Xmp(b"<packet/>".to_vec()));
        assert_eq!(profile("xmp", b"<packet/>"), packet);
        assert_eq!(profile("APP1", &[XMP, b"<packet/>"].concat()), packet);
        let iptc = Some(TextProfile::Iptc(b"8BIM".to_vec()));
        assert_eq!(profile("iptc", b"8BIM"), iptc);
        assert_eq!(profile("8bim", b"8BIM"), iptc);
        assert_eq!(profile("icc", b"ICC"), None);
    }

    #[test]
    fn a_limited_number_of_profiles_is_examined() {
        let wrong = b"Raw profile type exif\0nonsense";
        let mut file = png(b"tEXt", wrong);
        for _ in 1..MAX_CHUNKS {
            file.extend(&png(b"tEXt", wrong)[33..]);
        }
        file.extend(&png(b"eXIf", TIFF)[33..]);
        assert_eq!(exif(&file), None);
    }

    #[test]
    fn cut_and_foreign_files_have_none() {
        let whole = png(b"eXIf", TIFF);
        for end in 0..whole.len() - 4 {
            assert_eq!(exif(&whole[..end]), None, "cut at {end}");
        }
        assert_eq!(exif(b"GIF89a"), None);
        assert_eq!(
            exif(&png(b"tEXt", b"Raw profile type exif\0nonsense")),
            None
        );
    }
}
