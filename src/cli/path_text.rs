//! Text forms of paths from which even paths that are not valid Unicode can be recovered.
//!
//! An invalid unit (a byte, or an unpaired surrogate on Windows) becomes a noncharacter followed by four hexadecimal
//! digits. JSON output has it as a lone surrogate, `\udc80` to `\udcff` for the bytes 0x80 to 0xff, which Python's
//! `os.fsencode` (and every program that supports "surrogateescape") converts back to the byte. CSV has the byte
//! itself, and tables have a replacement character.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

/// Precedes four hexadecimal digits. This is a noncharacter, which Unicode never assigns; an occurrence in a path is
/// doubled.
const MARK: char = '\u{fdd0}';

/// Converts a path to marked text: invalid units become a [`MARK`] and their digits.
pub fn path_text(path: &Path) -> String {
    let mut text = String::with_capacity(path.as_os_str().len());
    write_units(path.as_os_str(), &mut text);
    text
}

fn push_text(valid: &str, text: &mut String) {
    for c in valid.chars() {
        text.push(c);
        if c == MARK {
            text.push(c);
        }
    }
}

#[cfg(unix)]
fn write_units(path: &OsStr, text: &mut String) {
    for chunk in path.as_encoded_bytes().utf8_chunks() {
        push_text(chunk.valid(), text);
        for byte in chunk.invalid() {
            let _ = write!(text, "{MARK}dc{byte:02x}");
        }
    }
}

#[cfg(windows)]
fn write_units(path: &OsStr, text: &mut String) {
    use std::os::windows::ffi::OsStrExt;
    for unit in char::decode_utf16(path.encode_wide()) {
        match unit {
            Ok(c) => push_text(c.encode_utf8(&mut [0; 4]), text),
            Err(lone) => {
                let _ = write!(text, "{MARK}{:04x}", lone.unpaired_surrogate());
            }
        }
    }
}

/// A part of marked text.
pub enum TextPart<'a> {
    /// Text without marks.
    Text(&'a str),
    /// A lone surrogate, as four hexadecimal digits.
    Lone(&'a str),
}

/// Splits marked text into its parts.
pub fn parts(text: &str) -> impl Iterator<Item = TextPart<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (before, after) = match rest.find(MARK) {
            Some(0) => ("", &rest[MARK.len_utf8()..]),
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if !before.is_empty() {
            rest = after;
            return Some(TextPart::Text(before));
        }
        let digits = after.get(..4).filter(|digits| {
            digits.starts_with(['d', 'D']) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        if let Some(digits) = digits {
            rest = &after[4..];
            return Some(TextPart::Lone(digits));
        }
        // A doubled mark stands for one mark in the path.
        let mark = &rest[..MARK.len_utf8()];
        rest = after.strip_prefix(MARK).unwrap_or(after);
        Some(TextPart::Text(mark))
    })
}

/// Converts marked text for display: invalid units become replacement characters.
pub fn for_display(text: &str) -> String {
    let part = |part| match part {
        TextPart::Text(text) => text,
        TextPart::Lone(_) => "\u{fffd}",
    };
    parts(text).map(part).collect()
}

/// Converts marked text to bytes: on Unix, invalid bytes are restored.
pub fn as_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for part in parts(text) {
        match part {
            TextPart::Text(text) => bytes.extend(text.bytes()),
            TextPart::Lone(digits) => match u16::from_str_radix(digits, 16) {
                Ok(unit) if cfg!(unix) => bytes.push((unit & 0xff) as u8),
                _ => bytes.extend("\u{fffd}".bytes()),
            },
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for text in ["a.jpg", "猫 \"é\"\n.jpg", "\u{fdd0}dce9", "\u{fdd0}"] {
            let marked = path_text(Path::new(text));
            assert_eq!(for_display(&marked), text);
            assert_eq!(as_bytes(&marked), text.as_bytes());
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_can_be_read_back() {
        use std::os::unix::ffi::OsStrExt;
        let bytes = b"a\xe9\xff.jpg";
        let marked = path_text(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(as_bytes(&marked), bytes);
        assert_eq!(for_display(&marked), "a\u{fffd}\u{fffd}.jpg");
    }
}
