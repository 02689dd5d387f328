//! Apple's content identifier, which picture and video of a Live Photo share.

use std::io::Read;
use std::path::Path;

use crate::engine::files::regular::open_regular;
use crate::engine::media::input::Input;
use crate::engine::media::iso_media::{boxes, child, content, parts};

/// Bytes of a picture that are searched for the maker note.
const HEAD: u64 = 256 << 10;
/// Maximum size of a video's `moov` box.
const MAX_MOOV: u64 = 8 << 20;
/// Maximum duration in seconds of the video of a Live Photo or motion photo, which is about three seconds.
const MAX_SECONDS: f64 = 10.0;
/// Prefix of Apple's maker note.
const MAKER: &[u8] = b"Apple iOS\0";
/// Tag of the content identifier in the maker note.
const TAG: u16 = 0x11;
/// Key of the content identifier in a video.
const KEY: &[u8] = b"com.apple.quicktime.content.identifier";

/// Whether a video does not belong to the Live Photo of a picture: their content identifiers differ, or one is missing
/// and the video is too long.
pub fn differ(picture: &Path, movie: &Path) -> bool {
    let Some(moov) = description(movie) else {
        return false;
    };
    match (identifier_in_moov(&moov), identifier_of_picture(picture)) {
        (Some(of_movie), Some(of_picture)) => of_movie != of_picture,
        _ => seconds(&moov).is_some_and(|seconds| seconds > MAX_SECONDS),
    }
}

/// The duration in the movie header.
fn seconds(moov: &[u8]) -> Option<f64> {
    let header = inner(moov, b"mvhd")?;
    let at = if header.first() == Some(&1) { 20 } else { 12 };
    let duration = match at {
        20 => f64::from(u32_at(header, 24)?) * 2f64.powi(32) + f64::from(u32_at(header, 28)?),
        _ => f64::from(u32_at(header, 16)?),
    };
    Some(duration / f64::from(u32_at(header, at)?))
}

fn identifier_of_picture(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    open_regular(path)
        .ok()?
        .take(HEAD)
        .read_to_end(&mut head)
        .ok()?;
    let at = memchr::memmem::find(&head, MAKER)?;
    identifier_in_notes(&head[at..])
}

/// Reads Apple's maker note: a big-endian IFD whose offsets are relative to the start of the note.
fn identifier_in_notes(notes: &[u8]) -> Option<Vec<u8>> {
    let entries = notes.get(16..)?.chunks_exact(12);
    let count = usize::from(u16_at(notes, 14)?);
    let entry = entries
        .take(count)
        .find(|entry| u16_at(entry, 0) == Some(TAG))?;
    let (length, offset) = (u32_at(entry, 4)? as usize, u32_at(entry, 8)? as usize);
    let text = notes.get(offset..offset.checked_add(length)?)?;
    Some(trimmed(text))
}

/// Reads the `moov` box of a video.
fn description(path: &Path) -> Option<Vec<u8>> {
    let mut input = Input::new(open_regular(path).ok()?);
    let all = parts(&mut input, 0, u64::MAX);
    let moov = all.iter().find(|part| &part.kind == b"moov")?;
    let end = moov.end.min(moov.body + MAX_MOOV);
    content(&mut input, moov.body, end)
}

/// `meta` has key names in `keys`, and values by key index in `ilst`.
fn identifier_in_moov(moov: &[u8]) -> Option<Vec<u8>> {
    let meta = inner(moov, b"meta")?;
    let keys = inner(meta, b"keys")?.get(8..)?;
    let mut names = boxes(keys, (0, keys.len()));
    let number = names.position(|(_, (start, end))| &keys[start..end] == KEY)? + 1;
    let number = u32::try_from(number).ok()?.to_be_bytes();
    let value = inner(inner(meta, b"ilst")?, &number)?;
    // Type and language precede the text.
    Some(trimmed(inner(value, b"data")?.get(8..)?))
}

/// The payload of the first box of this type.
fn inner<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let (start, end) = child(bytes, (0, bytes.len()), kind)?;
    bytes.get(start..end)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn trimmed(text: &[u8]) -> Vec<u8> {
    text.strip_suffix(b"\0")
        .unwrap_or(text)
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ID: &[u8] = b"3F2504E0-4F89-11D3-9A0C-0305E82C3301";
    const OTHER: &[u8] = b"7D444840-9DC0-11D1-B245-5FFDCE74FAD2";

    fn a_box(kind: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).expect("short");
        [&length.to_be_bytes(), kind, content].concat()
    }

    fn movie(id: &[u8]) -> Vec<u8> {
        let names = [
            a_box(b"mdta", b"com.apple.quicktime.make"),
            a_box(b"mdta", KEY),
        ]
        .concat();
        let keys = a_box(b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 2][..], &names].concat());
        let value = |text: &[u8]| a_box(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], text].concat());
        let values = [
            a_box(&[0, 0, 0, 1], &value(b"Apple")),
            a_box(&[0, 0, 0, 2], &value(id)),
        ];
        let meta = a_box(b"meta", &[keys, a_box(b"ilst", &values.concat())].concat());
        let moov = a_box(b"moov", &[header(3), meta].concat());
        [a_box(b"ftyp", b"qt  "), a_box(b"mdat", &[7; 1000]), moov].concat()
    }

    /// A movie header with this duration.
    fn header(seconds: u32) -> Vec<u8> {
        let times = [600, 600 * seconds].map(u32::to_be_bytes).concat();
        a_box(b"mvhd", &[&[0; 12][..], &times, &[0; 80]].concat())
    }

    fn picture(id: &[u8]) -> Vec<u8> {
        let mut notes = [MAKER, &[0, 1], b"MM", &[0, 2]].concat();
        notes.extend([0, 1, 0, 9, 0, 0, 0, 1, 0, 0, 0, 4]);
        notes.extend([0, 0x11, 0, 2, 0, 0, 0, 37, 0, 0, 0, 44, 0, 0, 0, 0]);
        notes.extend(id);
        notes.push(0);
        [&b"\xff\xd8\xff\xe1..Exif"[..], &notes].concat()
    }

    #[test]
    fn a_movie_of_the_same_name_may_be_of_another_photo() {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let photo = write("a.jpg", &picture(ID));
        let own = write("own.mov", &movie(&ID.to_ascii_lowercase()));
        let other = write("other.mov", &movie(OTHER));
        assert_eq!(identifier_of_picture(&photo).as_deref(), Some(ID));
        let in_movie = description(&other).and_then(|moov| identifier_in_moov(&moov));
        assert_eq!(in_movie.as_deref(), Some(OTHER));
        assert!(!differ(&photo, &own) && differ(&photo, &other));
        // Without an identifier, files are paired by name.
        let plain = write("plain.jpg", b"\xff\xd8\xff");
        let cut = write("cut.mov", &movie(OTHER)[..1100]);
        assert!(!differ(&plain, &other) && !differ(&photo, &cut));
        assert!(!differ(&photo, &dir.path().join("gone.mov")));
        let lasting = |seconds| write("long.mov", &a_box(b"moov", &header(seconds)));
        assert!(!differ(&photo, &lasting(9)) && differ(&photo, &lasting(11)));
    }
}
