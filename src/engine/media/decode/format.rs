//! Telling what a file is from its first bytes.

use image::ImageFormat;

use super::DecodeError;

/// What decodes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG, which can be decoded at a smaller scale.
    Jpeg,
    /// HEIC or HEIF.
    #[cfg(feature = "heic")]
    Heic,
    /// JPEG XL.
    #[cfg(feature = "jxl")]
    Jxl,
    /// A format of the `image` crate, with its name.
    Other(ImageFormat, &'static str),
}

const SUPPORTED: &[(&[u8], ImageFormat, &str)] = &[
    (b"\x89PNG\r\n\x1a\n", ImageFormat::Png, "PNG"),
    (b"GIF8", ImageFormat::Gif, "GIF"),
    (b"II*\0", ImageFormat::Tiff, "TIFF"),
    (b"MM\0*", ImageFormat::Tiff, "TIFF"),
    (b"BM", ImageFormat::Bmp, "BMP"),
    (b"qoif", ImageFormat::Qoi, "QOI"),
    (b"\0\0\x01\0", ImageFormat::Ico, "ICO"),
];

/// Names of picture formats that are recognised in order to say what to do about them.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"8BPS", "Photoshop"),
    (b"FUJIFILMCCD-RAW", "RAW"),
    (b"IIRO", "RAW"),
    (b"IIU\0", "RAW"),
];

const OTHER_KINDS: &[(&[u8], &str)] = &[
    (b"%PDF", "it is a PDF document"),
    (b"PK\x03\x04", "it is a ZIP archive or an office document"),
    (b"\x1a\x45\xdf\xa3", "it is a video"),
    (b"RIFF", "it is a sound or a video"),
];

/// Tells the format of a file from its bytes.
///
/// # Errors
/// With what the file is instead, if it is no picture that can be read.
pub fn sniff(bytes: &[u8]) -> Result<Format, DecodeError> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Other(ImageFormat::WebP, "WebP"));
    }
    if is_canon_raw(bytes) {
        return Err(DecodeError::Unsupported("RAW"));
    }
    if let Some((_, format, name)) = SUPPORTED
        .iter()
        .find(|(magic, ..)| bytes.starts_with(magic))
    {
        return Ok(Format::Other(*format, name));
    }
    if let [b'P', b'1'..=b'7', next, ..] = bytes
        && next.is_ascii_whitespace()
    {
        return Ok(Format::Other(ImageFormat::Pnm, "PNM"));
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return iso_media(bytes);
    }
    if bytes.starts_with(b"\xff\x0a") || bytes.starts_with(b"\0\0\0\x0cJXL ") {
        #[cfg(feature = "jxl")]
        return Ok(Format::Jxl);
        #[cfg(not(feature = "jxl"))]
        return Err(DecodeError::Unsupported("JPEG XL"));
    }
    if let Some((_, name)) = UNSUPPORTED
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
    {
        return Err(DecodeError::Unsupported(name));
    }
    if let Some((_, kind)) = OTHER_KINDS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
    {
        return Err(DecodeError::NotAPhoto(kind));
    }
    if looks_like_markup(bytes) {
        let kind = "it is a web page or markup, perhaps from a failed download";
        return Err(DecodeError::NotAPhoto(kind));
    }
    // Last, because TGA has no magic number: only a plausible header.
    if looks_like_tga(bytes) {
        return Ok(Format::Other(ImageFormat::Tga, "TGA"));
    }
    Err(DecodeError::NotAPhoto(
        "its content is of no known picture format",
    ))
}

/// CR2 is TIFF with a mark of its own.
fn is_canon_raw(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") && bytes.get(8..10) == Some(b"CR")
}

/// Formats in ISO media files are told by their brands: the major one, and where that is general, those that the
/// file is compatible with.
fn iso_media(bytes: &[u8]) -> Result<Format, DecodeError> {
    let length = bytes
        .first_chunk()
        .map_or(0, |size| u32::from_be_bytes(*size)) as usize;
    let brands = bytes.get(8..length.min(bytes.len())).unwrap_or_default();
    let brands = brands.as_chunks::<4>().0;
    let major = brands.first().map_or(b"    ", |brand| brand);
    match major {
        b"avif" | b"avis" => Err(DecodeError::Unsupported("AVIF")),
        b"mif1" | b"msf1" if brands.contains(b"avif") => Err(DecodeError::Unsupported("AVIF")),
        b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
            #[cfg(feature = "heic")]
            return Ok(Format::Heic);
            #[cfg(not(feature = "heic"))]
            Err(DecodeError::Unsupported("HEIC"))
        }
        b"crx " => Err(DecodeError::Unsupported("RAW")),
        _ => Err(DecodeError::NotAPhoto("it is a video")),
    }
}

fn looks_like_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
}

fn looks_like_tga(bytes: &[u8]) -> bool {
    if bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return true;
    }
    let Some(header) = bytes.first_chunk::<18>() else {
        return false;
    };
    let sides = [12, 14].map(|at| u16::from_le_bytes([header[at], header[at + 1]]));
    matches!((header[1], header[2]), (0, 2 | 3 | 10 | 11) | (1, 1 | 9))
        && matches!(header[16], 8 | 15 | 16 | 24 | 32)
        && header[17] & 0xc0 == 0
        && sides.iter().all(|side| *side > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_named_for_what_they_are() {
        let kind = |bytes: &[u8]| sniff(bytes).expect_err("no picture").to_string();
        assert!(kind(b"<!DOCTYPE html><html></html>").contains("web page"));
        assert!(kind(b"\xef\xbb\xbf  <svg>").contains("markup"));
        assert!(kind(b"%PDF-1.7").contains("PDF"));
        assert!(kind(b"\0\0\0\x18ftypavif\0\0\0\0").contains("AVIF"));
        assert!(kind(b"\0\0\0\x18ftypisom\0\0\0\0").contains("video"));
        assert!(kind(b"II*\0\x10\0\0\0CR\x02\0").contains("RAW"));
        assert!(kind(b"hello, this is text, not a picture at all").contains("no known"));
        assert!(kind(b"\x01").contains("no known"));
    }

    #[test]
    fn webp_is_not_taken_for_a_sound() {
        assert!(matches!(
            sniff(b"RIFF\0\0\0\0WEBPVP8 "),
            Ok(Format::Other(ImageFormat::WebP, _))
        ));
        assert!(sniff(b"RIFF\0\0\0\0WAVEfmt ").is_err());
    }
}
