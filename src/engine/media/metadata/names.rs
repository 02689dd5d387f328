//! Names of sidecars, and lookup of the sidecars of a photo.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::files::fold::fold;

/// Naming convention of sidecars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SidecarNaming {
    /// `IMG.jpg.xmp`, used by digiKam, darktable and Immich.
    #[default]
    WholeName,
    /// `IMG.xmp`, used by Adobe.
    Stem,
}

impl SidecarNaming {
    /// The path of a photo's sidecar.
    #[must_use]
    pub fn path(self, photo: &Path) -> PathBuf {
        match self {
            Self::WholeName => photo.with_added_extension("xmp"),
            Self::Stem => photo.with_extension("xmp"),
        }
    }

    fn other(self) -> Self {
        match self {
            Self::WholeName => Self::Stem,
            Self::Stem => Self::WholeName,
        }
    }
}

/// The sidecars in folders; each folder is listed once.
#[derive(Default)]
pub struct FolderSidecars(HashMap<PathBuf, HashMap<String, Vec<PathBuf>>>);

impl FolderSidecars {
    /// The sidecars of a photo, in either convention and any letter case. Those of convention `first` come first, among
    /// them exact matches of case.
    pub fn sidecars(&mut self, photo: &Path, first: SidecarNaming) -> Vec<PathBuf> {
        let folder = photo.parent().unwrap_or(Path::new(""));
        if !self.0.contains_key(folder) {
            self.0.insert(folder.into(), list(folder));
        }
        let Some(listed) = self.0.get(folder).filter(|listed| !listed.is_empty()) else {
            return Vec::new();
        };
        let mut found: Vec<PathBuf> = Vec::new();
        for naming in [first, first.other()] {
            let path = naming.path(photo);
            let named = listed.get(&key(&path)).map_or(&[][..], Vec::as_slice);
            let (exact, others): (Vec<_>, Vec<_>) = (named.iter())
                .filter(|sidecar| *sidecar != photo && !found.contains(sidecar))
                .partition(|sidecar| sidecar.file_name() == path.file_name());
            let named: Vec<PathBuf> = exact.into_iter().chain(others).cloned().collect();
            found.extend(named);
        }
        found
    }
}

/// The sidecars in a folder by [`key`]; empty if it cannot be listed.
fn list(folder: &Path) -> HashMap<String, Vec<PathBuf>> {
    let place = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut listed: HashMap<String, Vec<PathBuf>> = HashMap::new();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        let ending = path.extension();
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xmp")) {
            listed.entry(key(&path)).or_default().push(path);
        }
    }
    for sidecars in listed.values_mut() {
        sidecars.sort();
    }
    listed
}

/// The case-folded file name: a photo and its sidecar may be spelled in different case.
fn key(path: &Path) -> String {
    fold(path.file_name().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sidecars_are_found_under_any_name_that_programs_use() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a.JPG.xmp", "a.jpg.XMP", "A.xmp", "ab.xmp", "b.jpg"] {
            fs::write(dir.path().join(name), "").expect("written");
        }
        let of = |name: &str, first| -> Vec<String> {
            let found = FolderSidecars::default().sidecars(&dir.path().join(name), first);
            let name = |path: &PathBuf| path.file_name().unwrap_or_default().display().to_string();
            found.iter().map(name).collect()
        };
        let whole = of("a.JPG", SidecarNaming::WholeName);
        assert_eq!(whole, ["a.JPG.xmp", "a.jpg.XMP", "A.xmp"]);
        assert_eq!(of("a.jpg", SidecarNaming::Stem)[0], "A.xmp");
        assert!(of("b.jpg", SidecarNaming::Stem).is_empty());
    }
}
