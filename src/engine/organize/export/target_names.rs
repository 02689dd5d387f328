//! Names at the target: those that exist, those that are planned, and which of them fold to the same name.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::names::folder_name;
use crate::engine::files::fold::fold;
use crate::engine::files::paths::resolved;

/// Where photos go that fit no label.
const NO_LABEL: &str = "something else";
/// Folder entries, whichever way a path leads to them.
#[derive(Default)]
pub struct FolderEntries {
    folders: HashMap<PathBuf, PathBuf>,
}

impl FolderEntries {
    /// The path of an entry with the links in its folder followed, but not the one that it may be itself.
    pub fn key(&mut self, path: &Path) -> PathBuf {
        let folder = path.parent().unwrap_or(Path::new(""));
        let known = self.folders.entry(folder.into());
        let folder = known.or_insert_with(|| resolved(folder));
        folder.join(path.file_name().unwrap_or_default())
    }
}

/// Names of a folder at the target, folded: many file systems ignore case, some also Unicode normalisation.
#[derive(Default)]
pub struct TargetFolder {
    /// Files that are there, by their folded names.
    pub there: HashMap<String, PathBuf>,
    /// Files that will be, by their folded names: where they come from, and by which step.
    pub planned: HashMap<String, (PathBuf, usize)>,
}

impl TargetFolder {
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

/// Folders of labels: no two labels share one.
#[derive(Default)]
pub struct LabelFolders {
    names: HashMap<Option<String>, String>,
    taken: HashSet<String>,
}

impl LabelFolders {
    /// The folder of a label; that of photos without one if there is none.
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

/// What a folder is known by: as names of files, those of folders need not differ in case alone.
pub fn key_of(folder: &Path) -> String {
    // Without the separator that joining nothing leaves at the end.
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
