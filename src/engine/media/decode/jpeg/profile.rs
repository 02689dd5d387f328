//! The ICC profile of a JPEG.

use super::header::segments;

/// Assembles the ICC profile from its APP2 segments (ICC.1, annex B.4).
pub fn profile<'a>(bytes: &'a [u8]) -> Option<Vec<u8>> {
    let part = |(marker, content): (u8, &'a [u8])| match (marker, content) {
        (0xe2, content) => match content.strip_prefix(b"ICC_PROFILE\0")? {
            [number, _, part @ ..] => Some((*number, part)),
            _ => None,
        },
        _ => None,
    };
    let mut parts: Vec<(u8, &[u8])> = segments(bytes).filter_map(part).collect();
    parts.sort_by_key(|(number, _)| *number);
    let bytes = parts.iter().flat_map(|(_, part)| *part).copied();
    (!parts.is_empty()).then(|| bytes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_of_a_jpeg_is_put_together_from_its_segments() {
        let segment = |number: u8, part: &[u8]| {
            let data = [b"ICC_PROFILE\0", &[number, 2][..], part].concat();
            let length = (data.len() as u16 + 2).to_be_bytes();
            [&[0xff, 0xe2][..], &length, &data].concat()
        };
        let start = [0xff, 0xd8];
        let jpeg = [
            &start[..],
            &segment(2, b"two"),
            &segment(1, b"one"),
            &[0xff, 0xda],
        ]
        .concat();
        assert_eq!(profile(&jpeg).as_deref(), Some(&b"onetwo"[..]));
        for end in 0..jpeg.len() - 2 {
            let _ = profile(&jpeg[..end]);
        }
        assert_eq!(profile(&[0xff, 0xd8, 0xff, 0xda]), None);
    }
}
