//! Files that belong to a photo and travel with it: sidecars, the RAW file of a pair, the movie of a Live Photo.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of files that belong to the photo of the same stem: `IMG_1.xmp`, `IMG_1.CR2`, `IMG_1.MOV`.
const ENDINGS: &[&str] = &[
    "xmp", "aae", "thm", "mov", "mp4", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2",
    "dng", "raf", "orf", "rw2", "pef", "srw", "x3f", "3fr", "iiq", "erf", "kdc", "mrw", "rwl",
];
/// Endings of files that belong to the photo of the whole name: `IMG_1.jpg.xmp`.
const AFTER_WHOLE_NAME: &[&str] = &["xmp", "aae"];

/// A file that belongs to a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Where it is.
    pub path: PathBuf,
    /// What follows the photo's stem in its name.
    pub suffix: String,
}

/// Finds companions; lists each folder once.
#[derive(Default)]
pub struct Companions {
    folders: HashMap<PathBuf, Vec<(String, PathBuf)>>,
}

impl Companions {
    /// The files that belong to a photo, by name.
    pub fn of(&mut self, photo: &Path) -> Vec<Companion> {
        let folder = photo.parent().unwrap_or(Path::new("."));
        let (Some(stem), Some(name)) = (text(photo.file_stem()), text(photo.file_name())) else {
            return Vec::new();
        };
        let listed = self
            .folders
            .entry(folder.into())
            .or_insert_with(|| candidates(folder));
        let mut found = Vec::new();
        for (other, path) in listed.iter() {
            if *other == name {
                continue;
            }
            let ending_after = |base: &str, endings: &[&str]| {
                let head = other
                    .get(..base.len())
                    .filter(|h| h.eq_ignore_ascii_case(base));
                let rest = head.and_then(|_| other.get(base.len()..)?.strip_prefix('.'));
                rest.is_some_and(|rest| endings.iter().any(|e| rest.eq_ignore_ascii_case(e)))
            };
            if ending_after(&stem, ENDINGS) || ending_after(&name, AFTER_WHOLE_NAME) {
                found.push(Companion {
                    path: path.clone(),
                    suffix: other[stem.len()..].to_owned(),
                });
            }
        }
        // Of two that differ in case alone, the one that is written as the photo is belongs to it.
        let inexact = |c: &Companion| {
            let name = c.path.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with(&stem)
        };
        found.sort_by_key(inexact);
        let mut suffixes = HashSet::new();
        found.retain(|companion| suffixes.insert(companion.suffix.to_lowercase()));
        found
    }
}

fn text(name: Option<&OsStr>) -> Option<String> {
    Some(name?.to_str()?.to_owned())
}

/// Files of a folder whose ending some companion has, by name.
fn candidates(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let ending = Path::new(&name).extension()?.to_str()?.to_lowercase();
            ENDINGS
                .contains(&ending.as_str())
                .then(|| (name, entry.path()))
        })
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_has_its_sidecars_and_its_pair() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in [
            "IMG_1.jpg",
            "IMG_1.xmp",
            "IMG_1.jpg.xmp",
            "IMG_1.CR2",
            "img_1.MOV",
            "IMG_1.AAE",
            "IMG_10.xmp",
            "IMG_1.txt",
            "IMG_1 (2).jpg",
            "img_1.xmp",
            "IMG_2.xmp",
        ] {
            fs::write(dir.path().join(name), name).expect("written");
        }
        let found = Companions::default().of(&dir.path().join("IMG_1.jpg"));
        let suffixes: Vec<&str> = found.iter().map(|c| c.suffix.as_str()).collect();
        assert_eq!(suffixes, [".AAE", ".CR2", ".jpg.xmp", ".xmp", ".MOV"]);
        assert!(
            Companions::default()
                .of(&dir.path().join("IMG_3.jpg"))
                .is_empty()
        );
    }
}
