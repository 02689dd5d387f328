//! Encodings of XMP: decodes a file to text, and encodes it back to the same bytes.

/// Character encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Used by nearly all programs.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// UTF-32, little-endian.
    Utf32Le,
    /// UTF-32, big-endian.
    Utf32Be,
    /// Windows-1252: for declared Latin-1, and for invalid UTF-8.
    Latin1,
}

/// Windows-1252 from 0x80; undefined positions map to the control characters of Latin-1.
const WINDOWS: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

impl Encoding {
    /// Detects the encoding from the byte order mark, the zeros among the first bytes, or the XML declaration.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, 0, 0, ..] => Self::Utf32Le,
            [0, 0, 0xfe, 0xff, ..] => Self::Utf32Be,
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            [1..=255, 0, 0, 0, ..] => Self::Utf32Le,
            [0, 0, 0, 1..=255, ..] => Self::Utf32Be,
            [1..=255, 0, 1..=255, 0, ..] => Self::Utf16Le,
            [0, 1..=255, 0, 1..=255, ..] => Self::Utf16Be,
            _ if declares_latin(bytes) || std::str::from_utf8(bytes).is_err() => Self::Latin1,
            _ => Self::Utf8,
        }
    }

    /// Decodes a file, including its byte order mark; `None` if the bytes are truncated or invalid.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Option<String> {
        let pairs = |unit: fn([u8; 2]) -> u16| {
            let units = bytes.as_chunks::<2>();
            let units = units.1.is_empty().then_some(units.0)?;
            char::decode_utf16(units.iter().map(|b| unit(*b)))
                .collect::<Result<_, _>>()
                .ok()
        };
        let quads = |unit: fn([u8; 4]) -> u32| {
            let units = bytes.as_chunks::<4>();
            let units = units.1.is_empty().then_some(units.0)?;
            units.iter().map(|b| char::from_u32(unit(*b))).collect()
        };
        match self {
            Self::Utf8 => String::from_utf8(bytes.into()).ok(),
            Self::Utf16Le => pairs(u16::from_le_bytes),
            Self::Utf16Be => pairs(u16::from_be_bytes),
            Self::Utf32Le => quads(u32::from_le_bytes),
            Self::Utf32Be => quads(u32::from_be_bytes),
            Self::Latin1 => Some(bytes.iter().map(|byte| latin(*byte)).collect()),
        }
    }

    /// Encodes a text; `None` if the encoding lacks a character.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let chars = |bytes: fn(u32) -> [u8; 4]| {
            let numbers = text.chars().map(u32::from);
            numbers.flat_map(bytes).collect()
        };
        match self {
            Self::Utf8 => Some(text.into()),
            Self::Utf16Le => Some(units(u16::to_le_bytes)),
            Self::Utf16Be => Some(units(u16::to_be_bytes)),
            Self::Utf32Le => Some(chars(u32::to_le_bytes)),
            Self::Utf32Be => Some(chars(u32::to_be_bytes)),
            Self::Latin1 => text.chars().map(latin_byte).collect(),
        }
    }
}

fn latin(byte: u8) -> char {
    match byte {
        0x80..0xa0 => WINDOWS[usize::from(byte) - 0x80],
        _ => char::from(byte),
    }
}

fn latin_byte(char: char) -> Option<u8> {
    let plain = u8::try_from(u32::from(char)).ok();
    let windows = || {
        let at = WINDOWS.iter().position(|known| *known == char)?;
        u8::try_from(at + 0x80).ok()
    };
    plain
        .filter(|byte| !(0x80..0xa0).contains(byte))
        .or_else(windows)
}

/// Whether the XML declaration names Latin-1 or an alias.
fn declares_latin(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(200)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declaration = (head.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']))
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"));
    let encoding = declaration.and_then(|(inside, _)| inside.split_once("encoding"));
    encoding.is_some_and(|(_, value)| {
        let value = value.trim_start_matches([' ', '=', '"', '\'']);
        let names = [
            "iso-8859-1",
            "iso_8859-1",
            "latin1",
            "windows-1252",
            "cp1252",
        ];
        names.iter().any(|name| {
            let rest = value.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['"', '\'']))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_detected_and_preserves_its_bytes() {
        let all = [
            Encoding::Utf8,
            Encoding::Utf16Le,
            Encoding::Utf16Be,
            Encoding::Utf32Le,
            Encoding::Utf32Be,
        ];
        for encoding in all {
            for mark in ["", "\u{feff}"] {
                let text = format!("{mark}<a>\u{e9}\u{65e5}\u{1f408}</a>");
                let bytes = encoding.encode(&text).expect("encodes");
                assert_eq!(Encoding::of(&bytes), encoding, "{mark:?}");
                assert_eq!(encoding.decode(&bytes).as_ref(), Some(&text));
            }
        }
        let mut latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>".to_vec();
        latin.extend(0x80..=0xff_u8);
        assert_eq!(Encoding::of(&latin), Encoding::Latin1);
        let text = Encoding::Latin1.decode(&latin).expect("any byte");
        assert!(text.contains('\u{e9}'));
        assert_eq!(Encoding::Latin1.encode(&text), Some(latin));
        assert_eq!(Encoding::Latin1.encode("\u{65e5}"), None);
    }

    #[test]
    fn damaged_text_is_told() {
        assert_eq!(Encoding::Utf16Le.decode(&[b'<', 0, b'a']), None);
        assert_eq!(Encoding::Utf16Le.decode(&[0, 0xd8, b'a', 0]), None);
        assert_eq!(Encoding::Utf32Be.decode(&[0xff; 4]), None);
        assert_eq!(Encoding::of(b"<a>\xe9</a>"), Encoding::Latin1);
        assert_eq!(Encoding::of(b""), Encoding::Utf8);
    }
}
