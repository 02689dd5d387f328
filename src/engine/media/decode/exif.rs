//! EXIF fields. Malformed metadata is ignored and never prevents decoding.

use std::io::Cursor;

pub use exif::Exif;
use exif::{Context, In, Reader, Tag, Value};

use super::iso_media::Heif;
use super::{Orientation, embedded, exif_pointers};
use crate::engine::media::dates;
use crate::engine::media::taken::Taken;

/// Maximum length of a name in characters: malformed fields can be of any length.
pub(super) const MAX_LETTERS: usize = 80;

/// The capture date: the first valid one. TIFF/EP has the tags of the Exif IFD in the first one.
pub(super) fn taken(exif: &Exif) -> Option<Taken> {
    let in_first = |tag: Tag| Tag(Context::Tiff, tag.number());
    let original = [Tag::DateTimeOriginal, Tag::DateTimeDigitized];
    let mut tags = original.into_iter().chain(original.map(in_first));
    tags.find_map(|tag| date(&exif.get_field(tag, In::PRIMARY)?.value))
}

/// The date of the last change, which is that of the capture in files that no program has changed.
pub(super) fn changed(exif: &Exif) -> Option<Taken> {
    date(&exif.get_field(Tag::DateTime, In::PRIMARY)?.value)
}

/// The camera model.
pub(super) fn camera(exif: &Exif) -> Option<String> {
    let Value::Ascii(lines) = &exif.get_field(Tag::Model, In::PRIMARY)?.value else {
        return None;
    };
    let name = std::str::from_utf8(lines.first()?).ok()?;
    let name = name.trim_matches(['\0', ' ']).chars();
    let name: String = name.take(MAX_LETTERS).collect();
    (!name.is_empty()).then_some(name)
}

/// The orientation, if present and valid.
pub(super) fn orientation(exif: &Exif) -> Option<Orientation> {
    let field = exif.get_field(Tag::Orientation, In::PRIMARY)?;
    let value = field.value.get_uint(0);
    let value = value.filter(|value| (1..=8).contains(value));
    value.map(Orientation::from_exif)
}

/// Parses the EXIF of a file and skips malformed fields: a bad pointer to the GPS or thumbnail IFD does not hide the
/// orientation.
pub(super) fn fields(bytes: &[u8]) -> Option<Exif> {
    if exif_pointers::are_excessive(bytes) {
        return None;
    }
    // The library would read the same structures without this limit.
    let embedded = embedded::exif(bytes).or_else(|| {
        let item = Heif::read(bytes)?.exif()?;
        embedded::of_item(&item).map(<[u8]>::to_vec)
    });
    if embedded
        .as_deref()
        .is_some_and(exif_pointers::are_excessive)
    {
        return None;
    }
    partial(reader().read_from_container(&mut Cursor::new(bytes))).or_else(|| parse(embedded?))
}

/// Parses a TIFF structure.
pub(super) fn parse(tiff: Vec<u8>) -> Option<Exif> {
    match exif_pointers::are_excessive(&tiff) {
        true => None,
        false => partial(reader().read_raw(tiff)),
    }
}

fn reader() -> Reader {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    reader
}

/// Keeps the readable part of a partial result.
fn partial(read: Result<Exif, exif::Error>) -> Option<Exif> {
    let exif = read.or_else(|error| error.distill_partial_result(|_| ()));
    exif.ok().filter(|exif| exif.fields().len() > 0)
}

fn date(value: &Value) -> Option<Taken> {
    let bytes = match value {
        Value::Ascii(lines) => lines.first()?,
        // Some programs write dates with another type.
        Value::Undefined(bytes, _) | Value::Byte(bytes) => bytes,
        _ => return None,
    };
    dates::parse(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_sortable_and_nonsense_is_ignored() {
        let ascii = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let taken = date(&ascii("2024:05:01 10:00:00")).expect("a date");
        assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
        let undefined = Value::Undefined(b"2024:05:01 10:00:00\0".to_vec(), 0);
        assert_eq!(date(&undefined), Some(taken));
        for text in [
            "0000:00:00 00:00:00",
            "2024:13:01 10:00:00",
            "    :  :     :  :  ",
            "yesterday",
        ] {
            assert_eq!(date(&ascii(text)), None, "{text}");
        }
    }
}
