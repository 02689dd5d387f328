//! IPTC-IIM datasets in a Photoshop image resource.

use crate::engine::media::dates;
use crate::engine::media::metadata::facts::{SourceFacts, description, unique};

/// Identifier of the image resource with IIM.
const RESOURCE: u16 = 0x0404;

/// Signatures of image resources: Photoshop's own, and those of other Adobe programs.
const SIGNATURES: [&[u8; 4]; 5] = [b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"];

/// The IIM in a block of Photoshop image resources.
#[must_use]
pub fn in_resources(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (signature, rest) = bytes.split_first_chunk::<4>()?;
        if !SIGNATURES.contains(&signature) {
            return None;
        }
        let number = u16::from_be_bytes(*rest.first_chunk()?);
        // A Pascal string, padded to an even length including its length byte.
        let name = (usize::from(*rest.get(2)?) + 2) & !1;
        let rest = rest.get(2 + name..)?;
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let body = &rest[4..];
        if number == RESOURCE {
            return Some(&body[..length.min(body.len())]);
        }
        bytes = body.get(length.checked_add(1)? & !1..)?;
    }
}

/// Parses the datasets.
#[must_use]
pub fn facts(mut bytes: &[u8]) -> SourceFacts {
    let (mut utf8, mut words) = (false, Vec::new());
    // Day and time of creation, and of digitization.
    let (mut days, mut times) = ([None; 2], [None; 2]);
    let mut caption = None;
    while let Some((record, number, value, rest)) = dataset(bytes) {
        bytes = rest;
        match (record, number) {
            (1, 90) => utf8 = value == b"\x1b%G",
            (2, 25) => words.push(value),
            (2, 55) => days[0] = std::str::from_utf8(value).ok(),
            (2, 60) => times[0] = std::str::from_utf8(value).ok(),
            (2, 62) => days[1] = std::str::from_utf8(value).ok(),
            (2, 63) => times[1] = std::str::from_utf8(value).ok(),
            (2, 120) => caption = Some(value),
            _ => {}
        }
    }
    let text = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if utf8 => String::from_utf8_lossy(bytes).into_owned(),
        // Without a declared character set, text that is not UTF-8 is read as Latin-1.
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let words = words.into_iter().map(text);
    let words = words.map(|word| word.trim_matches(['\0', ' ']).to_owned());
    let keywords = unique(words.filter(|word| !word.is_empty()));
    let date = |(day, time): (Option<&str>, Option<&str>)| {
        let blank = ['\0', ' '];
        let (day, time) = (day?.trim_matches(blank), time.unwrap_or_default());
        // An invalid time does not invalidate the date.
        dates::parse(&format!("{day}T{time}")).or_else(|| dates::parse(day))
    };
    let taken = days.into_iter().zip(times).find_map(date);
    SourceFacts {
        keywords,
        description: caption.and_then(|caption| description(&text(caption))),
        taken,
        ..SourceFacts::default()
    }
}

/// Record number, dataset number and value of the first dataset, and the remaining bytes.
fn dataset(bytes: &[u8]) -> Option<(u8, u8, &[u8], &[u8])> {
    let [0x1c, record, number, high, low] = *bytes.first_chunk()? else {
        return None;
    };
    let (mut length, mut rest) = (usize::from(u16::from_be_bytes([high, low])), &bytes[5..]);
    if high & 0x80 != 0 {
        // Extended dataset: the length is stored in a number of extra bytes.
        let (digits, after) = rest.split_at_checked(length & 0x7fff)?;
        if digits.len() > 4 {
            return None;
        }
        length = digits
            .iter()
            .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
        rest = after;
    }
    let (value, rest) = rest.split_at_checked(length)?;
    Some((record, number, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(record: u8, number: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1c, record, number];
        bytes.extend((value.len() as u16).to_be_bytes());
        bytes.extend(value);
        bytes
    }

    #[test]
    fn keywords_are_read_in_the_characters_that_are_declared() {
        let utf8 = [
            set(1, 90, b"\x1b%G"),
            set(2, 25, "Müller".as_bytes()),
            set(2, 25, b"sea"),
            set(2, 25, b"sea"),
            set(2, 55, b"20240501"),
            set(2, 60, b"101112+0200"),
            set(2, 120, "Fräulein Müller".as_bytes()),
        ]
        .concat();
        let read = facts(&utf8);
        assert_eq!(read.keywords, ["Müller", "sea"]);
        assert_eq!(read.description.as_deref(), Some("Fräulein Müller"));
        assert_eq!(read.taken.expect("a date").as_str(), "2024-05-01T10:11:12");
        for (day, time) in [
            (&b"20240501"[..], &b"101112"[..]),
            (b"2024-05-01", b"10:11:12+02:00"),
        ] {
            let read = facts(&[set(2, 55, day), set(2, 60, time)].concat());
            assert_eq!(read.taken.expect("a date").as_str(), "2024-05-01T10:11:12");
        }
        let read = facts(&[set(2, 55, b"20240501"), set(2, 60, b"noon")].concat());
        assert_eq!(read.taken.expect("a date").as_str(), "2024-05-01T00:00:00");
        let digitized = [
            set(2, 55, b"00000000"),
            set(2, 62, b"20240501\0"),
            set(2, 63, b"101112Z"),
        ];
        let read = facts(&digitized.concat());
        assert_eq!(read.taken.expect("a date").as_str(), "2024-05-01T10:11:12");
        assert_eq!(facts(&set(2, 25, b"M\xfcller")).keywords, ["Müller"]);
        for end in 0..utf8.len() {
            let _ = facts(&utf8[..end]);
        }
    }

    #[test]
    fn it_is_found_among_other_resources() {
        let mut bytes = b"MeSa\x03\xed\x03abc\0\0\0\x03xyz\0".to_vec();
        bytes.extend(b"8BIM\x04\x04\0\0\0\0\0\x02ab");
        assert_eq!(in_resources(&bytes), Some(&b"ab"[..]));
        for end in 0..bytes.len() {
            let _ = in_resources(&bytes[..end]);
        }
    }
}
