//! What the sidecars of photos say, read again only where they changed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::xmp::{Facts, Packet};
use super::{Naming, read_text};

/// Length and time of last change of a file.
type Stamp = (u64, Option<SystemTime>);

/// What the sidecars of one photo say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// What they say. Where two say different things, that of the photo's whole name counts.
    pub facts: Facts,
    /// How the files were when they were read.
    stamps: Vec<(PathBuf, Stamp)>,
}

impl Sidecar {
    /// What the sidecar of a photo says, whichever way it is named; nothing if there is none that can be read.
    #[must_use]
    pub fn of(photo: &Path) -> Option<Self> {
        let named = [Naming::WholeName, Naming::Stem].map(|naming| naming.path(photo));
        Self::read(stamps(named.into_iter()))
    }

    fn read(stamps: Vec<(PathBuf, Stamp)>) -> Option<Self> {
        let texts = stamps
            .iter()
            .filter_map(|(path, _)| read_text(path).ok().flatten());
        let facts = texts.filter_map(|text| Some(Packet::parse(&text).ok()?.facts()));
        let facts = facts.reduce(Facts::or)?;
        Some(Self { facts, stamps })
    }
}

fn stamps(paths: impl Iterator<Item = PathBuf>) -> Vec<(PathBuf, Stamp)> {
    let stamp = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some((path, (metadata.len(), metadata.modified().ok())))
    };
    paths.filter_map(stamp).collect()
}

/// Photos whose sidecars are new, gone or changed since they were read, with what they say now.
///
/// Each folder is listed once, and only files that changed are opened: a folder of photos without sidecars costs
/// little more than its listing.
#[must_use]
pub fn changed<'a>(
    photos: impl Iterator<Item = (&'a Path, Option<&'a Arc<Sidecar>>)>,
) -> Vec<(PathBuf, Option<Arc<Sidecar>>)> {
    let mut folders: HashMap<PathBuf, HashMap<String, PathBuf>> = HashMap::new();
    let mut changes = Vec::new();
    for (photo, known) in photos {
        let folder = photo.parent().unwrap_or(Path::new("")).to_path_buf();
        let there = folders
            .entry(folder)
            .or_insert_with_key(|folder| list(folder));
        if there.is_empty() && known.is_none() {
            continue;
        }
        let named = [Naming::WholeName, Naming::Stem].into_iter();
        let named = named.filter_map(|naming| there.get(&key(&naming.path(photo))).cloned());
        let stamps = stamps(named);
        if known.is_some_and(|known| known.stamps == stamps) {
            continue;
        }
        let now = Sidecar::read(stamps);
        if known.map(|known| &**known) != now.as_ref() {
            changes.push((photo.to_path_buf(), now.map(Arc::new)));
        }
    }
    changes
}

/// The sidecars of a folder by [`key`]. One that cannot be listed has none.
fn list(folder: &Path) -> HashMap<String, PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let sidecars = paths.filter(|path| {
        path.extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("xmp"))
    });
    sidecars.map(|path| (key(&path), path)).collect()
}

/// The name in small letters: cameras write `IMG.JPG` and programs `IMG.xmp`, or the other way about.
fn key(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sidecar::xmp::Additions;

    fn packet(keyword: &str, rating: i8) -> String {
        let mut packet = Packet::empty();
        packet.add(&Additions {
            keywords: vec![keyword.into()],
            rating: Some(rating),
            ..Additions::default()
        });
        packet.to_text()
    }

    #[test]
    fn sidecars_are_found_read_once_and_missed() {
        let dir = tempfile::tempdir().expect("a folder");
        let [a, b] = ["A.JPG", "b.jpg"].map(|name| dir.path().join(name));
        let look = |known: Option<&Arc<Sidecar>>| changed([(&*a, known), (&*b, None)].into_iter());
        assert!(look(None).is_empty());
        fs::write(dir.path().join("a.xmp"), packet("sea", 4)).expect("written");
        let found = look(None);
        assert_eq!(found.len(), 1);
        let (path, sidecar) = &found[0];
        let sidecar = sidecar.as_ref().expect("a sidecar");
        assert_eq!((path, sidecar.facts.rating), (&a, Some(4)));
        assert!(look(Some(sidecar)).is_empty(), "nothing changed");
        fs::write(dir.path().join("A.JPG.xmp"), packet("holiday", 2)).expect("written");
        let both = look(Some(sidecar))
            .remove(0)
            .1
            .expect("a sidecar")
            .facts
            .clone();
        assert_eq!(
            (both.keywords, both.rating),
            (vec!["holiday".into(), "sea".into()], Some(2))
        );
        for name in ["a.xmp", "A.JPG.xmp"] {
            fs::remove_file(dir.path().join(name)).expect("removed");
        }
        assert_eq!(look(Some(sidecar)), [(a.clone(), None)]);
    }

    #[test]
    fn what_is_no_sidecar_says_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let photo = dir.path().join("a.jpg");
        fs::write(dir.path().join("a.jpg.xmp"), "no XML").expect("written");
        fs::create_dir(dir.path().join("a.xmp")).expect("a folder");
        assert!(Sidecar::of(&photo).is_none());
        assert!(changed([(&*photo, None)].into_iter()).is_empty());
    }
}
