//! Dates from Google Takeout's JSON files, for photos without a date of their own.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::dates;
use super::photo::{DateSource, Taken};
use crate::engine::files::regular::read_regular;
use crate::engine::media::paired_files::{PairedFile, PairedFiles};

/// Maximum size of a JSON file; Takeout's have a few kilobytes.
const MAX_BYTES: u64 = 1 << 20;

/// What Google Photos appends to the stem of an edited copy, which has no JSON file of its own: in English, German,
/// French (in both Unicode spellings), Spanish, Catalan, Italian, Dutch, Polish and Japanese, and for its effects.
const EDITED: [&str; 13] = [
    "-edited",
    "-bearbeitet",
    "-modifié",
    "-modifie\u{301}",
    "-ha editado",
    "-editat",
    "-modificato",
    "-bewerkt",
    "-edytowane",
    "-編集済み",
    "-effects",
    "-smile",
    "-mix",
];

/// The fields that are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    photo_taken_time: Moment,
}

#[derive(Deserialize)]
struct Moment {
    timestamp: Seconds,
}

/// Unix timestamp: Takeout writes a string, tools that rewrite its files a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Text(String),
    Number(i64),
}

/// Number of cached listings: photos arrive folder by folder, but several threads read them.
const FOLDERS: usize = 8;

/// Looks up dates, with a cache of recently listed folders.
#[derive(Default)]
pub struct TakeoutDates(VecDeque<(PathBuf, PairedFiles)>);

impl TakeoutDates {
    /// The capture date in the JSON file beside a photo, or else beside the original of an edited copy.
    #[must_use]
    pub fn taken(&mut self, photo: &Path) -> Option<Taken> {
        let folder = photo.parent()?;
        if !self.0.iter().any(|(listed, _)| listed == folder) {
            self.0.truncate(FOLDERS - 1);
            self.0.push_front((folder.into(), PairedFiles::default()));
        }
        let (_, listed) = self.0.iter_mut().find(|(listed, _)| listed == folder)?;
        let mut of = |photo: &Path| {
            let mut files = listed.of(photo).into_iter();
            files.find_map(|PairedFile { path, .. }| {
                let is_json = path.extension()?.eq_ignore_ascii_case("json");
                is_json.then(|| date(&path)).flatten()
            })
        };
        of(photo).or_else(|| of(&original(photo)?))
    }
}

/// The path of the original of an edited copy: `a(1).jpg` for `a-edited(1).jpg`.
fn original(photo: &Path) -> Option<PathBuf> {
    let (stem, ending) = photo.file_name()?.to_str()?.rsplit_once('.')?;
    let number = stem.strip_suffix(')').and_then(|inner| inner.rfind('('));
    let (plain, number) = stem.split_at(number.unwrap_or(stem.len()));
    let plain = EDITED.iter().find_map(|mark| plain.strip_suffix(mark))?;
    Some(photo.with_file_name(format!("{plain}{number}.{ending}")))
}

fn date(path: &Path) -> Option<Taken> {
    let taken = described(&read_regular(path, MAX_BYTES).ok()?)?;
    Some(taken.from_source(DateSource::Takeout))
}

/// The capture date in the contents of a JSON file.
#[must_use]
pub fn described(bytes: &[u8]) -> Option<Taken> {
    // Tools that rewrite the file may add a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let description: Description = serde_json::from_slice(bytes).ok()?;
    let seconds = match description.photo_taken_time.timestamp {
        Seconds::Text(text) => text.trim().parse().ok()?,
        Seconds::Number(seconds) => seconds,
    };
    dates::from_unix_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn dates_are_found_under_all_names_that_takeout_gives() {
        let dir = tempfile::tempdir().expect("a folder");
        let text =
            r#"{"title":"a.jpg","photoTakenTime":{"timestamp":"1258375918","formatted":"-"}}"#;
        for name in [
            "a.jpg.json",
            "b.jpg.supplemental-metadata.json",
            "c.jpg.suppl.json",
            "d.jpg.supplemental-metadata(1).json",
        ] {
            fs::write(dir.path().join(name), text).expect("written");
        }
        fs::write(dir.path().join("e.jpg.json"), "{}").expect("written");
        let mut dates = TakeoutDates::default();
        for name in ["a.jpg", "b.jpg", "c.jpg", "d(1).jpg"] {
            let photo = dir.path().join(name);
            fs::write(&photo, name).expect("written");
        }
        for name in ["a.jpg", "b.jpg", "c.jpg", "d(1).jpg"] {
            let taken = dates.taken(&dir.path().join(name)).expect(name);
            assert_eq!(taken.as_str(), "2009-11-16T12:51:58", "{name}");
        }
        for name in ["a-edited.jpg", "b-bearbeitet.jpg", "d-modifié(1).jpg"] {
            let taken = dates.taken(&dir.path().join(name)).expect(name);
            assert_eq!(taken.as_str(), "2009-11-16T12:51:58", "{name}");
        }
        let number = br#"{"photoTakenTime":{"timestamp":1258375918}}"#;
        let marked = [&b"\xef\xbb\xbf"[..], number].concat();
        for bytes in [&number[..], &marked] {
            let taken = described(bytes).expect("a date");
            assert_eq!(taken.as_str(), "2009-11-16T12:51:58");
        }
        for name in [
            "e.jpg",
            "f.jpg",
            "e-edited.jpg",
            "-edited",
            "a-edit.jpg",
            "(1).jpg",
        ] {
            assert_eq!(dates.taken(&dir.path().join(name)), None, "{name}");
        }
    }
}
