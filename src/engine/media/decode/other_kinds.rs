//! Messages for files that are not pictures, and for unsupported picture formats.

use super::{DecodeError, iso_media};

/// Picture formats that are recognised only so that the message can advise the user.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    #[cfg(not(feature = "jxl"))]
    (b"\xff\x0a", "JPEG XL files"),
    #[cfg(not(feature = "jxl"))]
    (b"\0\0\0\x0cJXL ", "JPEG XL files"),
];

const OTHER_KINDS: &[(&[u8], &str)] = &[
    (b"%PDF", "it is a PDF document"),
    (b"PK\x03\x04", "it is a ZIP archive or an office document"),
    (b"\x1a\x45\xdf\xa3", "it is a video"),
    (b"RIFF", "it is an audio or video file"),
];

/// Identifies a file that no format accepts, if possible.
pub fn detect(bytes: &[u8]) -> Option<DecodeError> {
    let starts = |(magic, _): &&(&[u8], &'static str)| bytes.starts_with(magic);
    if let Some(brands) = iso_media::brands(bytes) {
        return Some(iso_media_kind(&brands));
    }
    if let Some((_, name)) = UNSUPPORTED.iter().find(starts) {
        return Some(DecodeError::Unsupported(name));
    }
    if let Some((_, kind)) = OTHER_KINDS.iter().find(starts) {
        return Some(DecodeError::NotAPhoto(kind));
    }
    looks_like_markup(bytes).then_some(DecodeError::NotAPhoto(
        "it is a web page or markup, perhaps from a failed download",
    ))
}

fn iso_media_kind(brands: &iso_media::Brands<'_>) -> DecodeError {
    if brands.is_avif() {
        return DecodeError::Unsupported("AVIF files");
    }
    if brands.is_heic() {
        return DecodeError::Unsupported("HEIC files");
    }
    DecodeError::NotAPhoto("it is a video")
}

fn looks_like_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::super::sniff;

    #[test]
    fn other_files_are_named_for_what_they_are() {
        let kind = |bytes: &[u8]| sniff(bytes).err().expect("no picture").to_string();
        assert!(kind(b"<!DOCTYPE html><html></html>").contains("web page"));
        assert!(kind(b"\xef\xbb\xbf  <svg>").contains("markup"));
        assert!(kind(b"%PDF-1.7").contains("PDF"));
        assert!(kind(b"\0\0\0\x18ftypisom\0\0\0\0").contains("video"));
        assert!(kind(b"hello, this is text, not a picture at all").contains("not in a known"));
        assert!(kind(b"\x01").contains("not in a known"));
    }

    #[test]
    fn webp_is_not_taken_for_a_sound() {
        let format = sniff(b"RIFF\0\0\0\0WEBPVP8 ").unwrap_or_else(|_| panic!("a picture"));
        assert_eq!(format.name(), "WebP");
        assert!(sniff(b"RIFF\0\0\0\0WAVEfmt ").is_err());
    }
}
