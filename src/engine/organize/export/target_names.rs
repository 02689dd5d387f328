//! Names at the target, existing and planned, compared after case folding and normalisation.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::names::folder_name;
use crate::engine::files::fold::fold;
use crate::engine::files::paths::resolved;

/// The folder of photos that match no label.
const NO_LABEL: &str = "something else";
/// Resolves the folders of directory entries, with a cache.
#[derive(Default)]
pub struct FolderEntries {
    folders: HashMap<PathBuf, PathBuf>,
}

impl FolderEntries {
    /// The path of an entry with its folder resolved; if the entry itself is a link, it is not followed.
    pub fn key(&mut self, path: &Path) -> PathBuf {
        let folder = path.parent().unwrap_or(Path::new(""));
        let known = self.folders.entry(folder.into());
        let folder = known.or_insert_with(|| resolved(folder));
        folder.join(path.file_name().unwrap_or_default())
    }
}

/// Folded names in a target folder: many file systems ignore case, some also Unicode normalisation.
#[derive(Default)]
pub struct TargetFolder {
    /// Existing files, by folded name.
    pub there: HashMap<String, PathBuf>,
    /// Planned files, by folded name: source path and step number.
    pub planned: HashMap<String, (PathBuf, usize)>,
}

impl TargetFolder {
    /// Lists a folder; a missing or unreadable folder counts as empty.
    pub fn read(path: &Path) -> Self {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        Self {
            there: entries
                .map(|entry| (fold(&entry.file_name()), entry.path()))
                .collect(),
            planned: HashMap::new(),
        }
    }
}

/// Folders of labels; no two labels share one.
#[derive(Default)]
pub struct LabelFolders {
    names: HashMap<Option<String>, String>,
    taken: HashSet<String>,
}

impl LabelFolders {
    /// The folder of a label, or that of photos without a label.
    pub fn of(&mut self, label: Option<&str>) -> String {
        let key = label.map(ToOwned::to_owned);
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let plain = folder_name(label.unwrap_or(NO_LABEL));
        let numbered = |number: u32| match number {
            1 => plain.clone(),
            number => format!("{plain} ({number})"),
        };
        let free = (1..)
            .map(numbered)
            .find(|name| self.taken.insert(fold(OsStr::new(name))));
        let name = free.unwrap_or(plain);
        self.names.insert(key, name.clone());
        name
    }
}

/// The key of a folder: paths that differ only in case may be the same folder.
pub fn key_of(folder: &Path) -> String {
    // Drops the trailing separator that joining an empty path adds.
    let plain: PathBuf = folder.components().collect();
    fold(plain.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_key_however_its_path_is_written() {
        let key = key_of(Path::new("/out/cat"));
        for path in ["/out/cat/", "/out//CAT", "/out/./cat"] {
            assert_eq!(key_of(Path::new(path)), key);
        }
        assert_ne!(key_of(Path::new("/out/cats")), key);
    }

    #[test]
    fn no_two_labels_share_a_folder() {
        let mut folders = LabelFolders::default();
        let labels = [
            Some("a/b"),
            Some("a:b"),
            Some("A_B"),
            None,
            Some("something else"),
            Some("a/b"),
        ];
        let names = labels.map(|label| folders.of(label));
        let want = [
            "a_b",
            "a_b (2)",
            "A_B (3)",
            "something else",
            "something else (2)",
            "a_b",
        ];
        assert_eq!(names, want);
    }

    #[cfg(unix)]
    #[test]
    fn an_entry_is_one_whichever_way_leads_to_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let real = dir.path().join("real");
        fs::create_dir(&real).expect("made");
        fs::write(real.join("a.jpg"), "").expect("written");
        std::os::unix::fs::symlink(&real, dir.path().join("link")).expect("linked");
        std::os::unix::fs::symlink(real.join("a.jpg"), real.join("b.jpg")).expect("linked");
        let mut entries = FolderEntries::default();
        assert_eq!(
            entries.key(&dir.path().join("link/a.jpg")),
            entries.key(&real.join("a.jpg"))
        );
        assert_ne!(
            entries.key(&real.join("b.jpg")),
            entries.key(&real.join("a.jpg"))
        );
    }
}
