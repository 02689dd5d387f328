//! Files that belong to a photo and move with it: sidecars, the RAW file of a pair, the video of a Live Photo.
//!
//! [`TABLE`] and docs/paired-files.md list them. Each folder is listed once and indexed by photo name, so that the
//! lookup of all photos takes linear time.

mod folder;
mod live;
pub(super) mod table;

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::engine::files::fold::fold;
use crate::engine::files::pieces::{join, last_dot, pieces};
use crate::engine::media::file_names;
use folder::{ListedFolder, Pairing};
use table::is_raw;

pub use table::{PairedFileKind, RAW, Separator, TABLE};

/// A file that belongs to a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedFile {
    /// Its path.
    pub path: PathBuf,
    /// What follows the photo's stem in its name.
    pub suffix: OsString,
    /// Whether it keeps its name when the photo keeps its own, because it does not start with the photo's stem.
    pub own_name: bool,
    /// Other photos to which it belongs as well.
    pub shared: Vec<PathBuf>,
}

impl PairedFile {
    /// The new name of a paired file when the stem of its photo changes from `before` to `after`: stem with number, and
    /// suffix.
    pub(crate) fn parts(&self, before: &OsStr, after: &OsStr, number: u32) -> (OsString, OsString) {
        let name = self.path.file_name().unwrap_or_default();
        if self.own_name && number == 1 && before == after {
            let stem = Path::new(name).file_stem().unwrap_or_default();
            let suffix = pieces(name).split_off(pieces(stem).len());
            return (stem.into(), join(&suffix));
        }
        (after.into(), self.suffix.clone())
    }
}

/// Finds paired files; each folder is listed once.
#[derive(Default)]
pub struct PairedFiles {
    folders: HashMap<PathBuf, ListedFolder>,
}

impl PairedFiles {
    /// The files that belong to a photo.
    pub fn of(&mut self, photo: &Path) -> Vec<PairedFile> {
        let dir = photo.parent().unwrap_or(Path::new(""));
        let Some(name) = photo.file_name() else {
            return Vec::new();
        };
        if !self.folders.contains_key(dir) {
            self.folders.insert(dir.into(), ListedFolder::read(dir));
        }
        let Some(folder) = self.folders.get(dir) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        folder.paired_with(name, &mut found);
        let is_movie = |tie: &Pairing| is_movie_ending(tie.kind);
        found.retain(|(tie, _)| !is_movie(tie) || is_movie_of(&dir.join(&tie.file), photo));
        if file_names::is_video_name(photo) {
            found.retain(|(tie, _)| !is_raw(tie.kind));
        }
        // RAW files and videos have sidecars of their own.
        let carriers: Vec<_> = found
            .iter()
            .filter(|(tie, _)| is_raw(tie.kind) || is_movie(tie))
            .map(|(tie, shared)| (&tie.file, shared.clone()))
            .collect();
        for (carrier, shared) in carriers {
            let before = found.len();
            folder.tied_to_name(carrier, &mut found);
            for (_, of_carrier) in &mut found[before..] {
                of_carrier.clone_from(&shared);
            }
        }
        let exact = |tie: &Pairing| {
            name.as_encoded_bytes()
                .starts_with(tie.base.as_encoded_bytes())
        };
        // Of paired files that differ only in case, the one spelled like the photo takes precedence.
        found.sort_by(|(a, _), (b, _)| (!exact(a), &a.file).cmp(&(!exact(b), &b.file)));
        let mut files = HashSet::new();
        let mut suffixes = HashSet::new();
        found.retain(|(tie, _)| {
            tie.file != name
                && files.insert(&tie.file)
                && (tie.own_name || suffixes.insert(fold(&tie.suffix)))
        });
        let paired_file = |(tie, shared): (&Pairing, Vec<&OsString>)| PairedFile {
            path: dir.join(&tie.file),
            suffix: match tie.suffix.is_empty() {
                true => suffix_after(name, ".json"),
                false => tie.suffix.clone(),
            },
            own_name: tie.own_name,
            shared: shared.into_iter().map(|other| dir.join(other)).collect(),
        };
        found.into_iter().map(paired_file).collect()
    }
}

/// Whether a video belongs to the Live Photo of a picture, given that they have the same stem.
pub(in crate::engine::media) fn is_movie_of(movie: &Path, picture: &Path) -> bool {
    let ending = movie.extension().unwrap_or_default().to_ascii_lowercase();
    ending.to_str().is_some_and(is_movie_ending)
        && !file_names::is_video_name(picture)
        && !live::differ(picture, movie)
}

fn is_movie_ending(ending: &str) -> bool {
    matches!(ending, "mov" | "mp4")
}

/// The photo's extension followed by another.
fn suffix_after(photo: &OsStr, ending: &str) -> OsString {
    let name = pieces(photo);
    let own = &name[last_dot(&name).unwrap_or(name.len())..];
    [join(own), ending.into()].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for name in names {
            fs::write(dir.path().join(name), name).expect("written");
        }
        dir
    }

    /// Names of a photo's paired files.
    fn of(dir: &tempfile::TempDir, photo: &str) -> Vec<String> {
        let found = PairedFiles::default()
            .of(&dir.path().join(photo))
            .into_iter();
        let mut names: Vec<String> = found
            .map(|c| {
                c.path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_photo_has_its_sidecars_and_its_pair() {
        let dir = folder(&[
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
        ]);
        let found = PairedFiles::default().of(&dir.path().join("IMG_1.jpg"));
        let suffixes: Vec<&str> = found.iter().filter_map(|c| c.suffix.to_str()).collect();
        assert_eq!(suffixes, [".AAE", ".CR2", ".jpg.xmp", ".xmp", ".MOV"]);
        assert!(found.iter().all(|c| c.shared.is_empty()));
        assert!(of(&dir, "IMG_3.jpg").is_empty());
    }

    #[test]
    fn sidecars_of_every_program_are_known_in_any_case() {
        let names: Vec<String> = TABLE
            .iter()
            .flat_map(|kind| {
                let stem = format!("a.{}", kind.ending.to_uppercase());
                let name = format!("a.JPG.{}", kind.ending);
                match kind.after {
                    Separator::Stem => vec![stem],
                    Separator::Name => vec![name],
                    Separator::Both => vec![stem, name],
                }
            })
            .collect();
        let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
        all.extend(["a.jpg", "other.txt", "ab.xmp", "b.jpg.xmp"]);
        let dir = folder(&all);
        let mut want = names.clone();
        want.sort();
        assert_eq!(of(&dir, "a.jpg"), want);
    }

    #[test]
    fn numbered_duplicates_and_virtual_copies_belong_to_their_photo() {
        let dir = folder(&[
            "a.jpg",
            "a_01.jpg.xmp",
            "a_12.jpg.xmp",
            "a_1.jpg.xmp",
            "b.jpg",
            "b_01.jpg",
            "b_01.jpg.xmp",
            "a.jpg.1f3a9c.rrdata",
            "a.CR2",
            "a_02.CR2.xmp",
            "a.CR2.xmp",
            "a.cr2.pp3",
        ]);
        let of_a = [
            "a.CR2",
            "a.CR2.xmp",
            "a.cr2.pp3",
            "a.jpg.1f3a9c.rrdata",
            "a_01.jpg.xmp",
            "a_02.CR2.xmp",
            "a_12.jpg.xmp",
        ];
        assert_eq!(of(&dir, "a.jpg"), of_a);
        assert!(of(&dir, "b.jpg").is_empty());
        assert_eq!(of(&dir, "b_01.jpg"), ["b_01.jpg.xmp"]);
    }

    #[test]
    fn takeout_is_understood_however_it_cuts_names() {
        let long = "a-name-that-is-longer-than-takeout-can-bear-with-json.jpg";
        let cut = format!("{}.json", &long[..46]);
        let dir = folder(&[
            "IMG_1.jpg",
            "IMG_1.jpg.json",
            "IMG_10.jpg",
            "IMG_10.jpg.supplemental-meta.json",
            "IMG_1.json",
            "b.jpg",
            "b.jpg.suppl.json",
            "b(1).jpg",
            "b.jpg.supplemental-metadata(1).json",
            "b.jpg.other.json",
            "c(2).jpg",
            "c.jpg(2).json",
            "d(3).jpg",
            "d(3).jpg.json",
            long,
            &cut,
        ]);
        assert_eq!(of(&dir, "IMG_1.jpg"), ["IMG_1.jpg.json"]);
        assert_eq!(
            of(&dir, "IMG_10.jpg"),
            ["IMG_10.jpg.supplemental-meta.json"]
        );
        assert_eq!(of(&dir, "b.jpg"), ["b.jpg.suppl.json"]);
        assert_eq!(
            of(&dir, "b(1).jpg"),
            ["b.jpg.supplemental-metadata(1).json"]
        );
        assert_eq!(of(&dir, "c(2).jpg"), ["c.jpg(2).json"]);
        assert_eq!(of(&dir, "d(3).jpg"), ["d(3).jpg.json"]);
        assert_eq!(of(&dir, long), [cut.as_str()]);
        let found = PairedFiles::default().of(&dir.path().join("b(1).jpg"));
        assert_eq!(found[0].suffix, ".jpg.supplemental-metadata.json");
        assert!(found[0].own_name);
        let found = PairedFiles::default().of(&dir.path().join(long));
        assert_eq!(found[0].suffix, ".jpg.json");
    }

    #[test]
    fn edits_of_apple_belong_to_the_original_and_to_the_edited_picture() {
        let dir = folder(&[
            "IMG_1234.JPG",
            "IMG_E1234.JPG",
            "IMG_1234.AAE",
            "IMG_O1234.AAE",
        ]);
        let both = ["IMG_1234.AAE", "IMG_O1234.AAE"];
        assert_eq!(of(&dir, "IMG_1234.JPG"), both);
        assert_eq!(of(&dir, "IMG_E1234.JPG"), both);
        let found = PairedFiles::default().of(&dir.path().join("IMG_E1234.JPG"));
        let original = vec![dir.path().join("IMG_1234.JPG")];
        assert!(
            found
                .iter()
                .all(|paired_file| paired_file.shared == original)
        );
    }

    #[test]
    fn what_belongs_to_two_photos_says_so() {
        let dir = folder(&[
            "a.jpg",
            "a.png",
            "a.xmp",
            "a.jpg.xmp",
            "a.cr2",
            "B.jpg",
            "b.jpg",
            "b.xmp",
        ]);
        let shared = |photo: &str| -> Vec<(String, usize)> {
            let found = PairedFiles::default()
                .of(&dir.path().join(photo))
                .into_iter();
            found
                .map(|c| (c.suffix.to_string_lossy().into_owned(), c.shared.len()))
                .collect()
        };
        let of_jpg = [(".cr2", 1), (".jpg.xmp", 0), (".xmp", 1)];
        assert_eq!(
            shared("a.jpg"),
            of_jpg.map(|(suffix, n)| (suffix.into(), n))
        );
        assert_eq!(shared("a.png"), [(".cr2".into(), 1), (".xmp".into(), 1)]);
        // A RAW file without a picture has the sidecars of the pictures.
        assert_eq!(shared("a.cr2"), [(".xmp".into(), 2)]);
        assert_eq!(of(&dir, "b.jpg"), ["b.xmp"]);
        assert!(of(&dir, "B.jpg").is_empty());
    }
}
