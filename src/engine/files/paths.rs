//! Absolute and resolved paths, and which of many folders contains a path.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A path as it means the same from any folder: absolute, and without `..` where that changes nothing. Links in it
/// keep their names.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.into());
    if !full.components().any(|part| part == Component::ParentDir) {
        return full;
    }
    let mut plain = PathBuf::new();
    for part in full.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    // Behind a link, `..` is the folder that the link leads to is in.
    match (fs::canonicalize(&plain), fs::canonicalize(&full)) {
        (Ok(a), Ok(b)) if a == b => plain,
        (Err(_), Err(_)) => match (full.parent(), full.file_name()) {
            (Some(folder), Some(name)) => absolute(folder).join(name),
            _ => full,
        },
        _ => full,
    }
}

/// Folders and files in which others are looked up, in time that does not grow with their number.
pub struct RootIndex<'a> {
    roots: HashSet<&'a OsStr>,
}

impl<'a> RootIndex<'a> {
    /// These.
    pub fn new(roots: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self {
            roots: roots.into_iter().map(|root| trimmed(root)).collect(),
        }
    }

    /// The outermost that a path is in or is.
    #[must_use]
    pub fn around(&self, path: &Path) -> Option<PathBuf> {
        let within = path
            .ancestors()
            .filter(|above| self.roots.contains(trimmed(above)));
        within.last().map(Into::into)
    }
}

/// A path without separators at its end.
fn trimmed(path: &Path) -> &OsStr {
    path.components().as_path().as_os_str()
}

/// A path with the links in the part of it that is there already followed.
pub fn resolved(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.into());
    for there in full.ancestors() {
        if let Ok(resolved) = fs::canonicalize(there) {
            let rest = full.strip_prefix(there).unwrap_or(Path::new(""));
            return match rest.as_os_str().is_empty() {
                true => resolved,
                false => resolved.join(rest),
            };
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_the_same_from_any_folder() {
        let here = std::env::current_dir().expect("a folder");
        assert_eq!(absolute(Path::new("a/./b.jpg")), here.join("a/b.jpg"));
        assert_eq!(
            absolute(Path::new("src/../src/lib.rs")),
            here.join("src/lib.rs")
        );
        assert_eq!(
            absolute(Path::new("src/../gone.jpg")),
            here.join("gone.jpg")
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_keep_their_names_and_their_parents() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        fs::create_dir_all(path("far/deep")).expect("made");
        fs::create_dir_all(path("near")).expect("made");
        fs::write(path("far/a.jpg"), "").expect("written");
        std::os::unix::fs::symlink(path("far/deep"), path("near/link")).expect("linked");
        assert_eq!(absolute(&path("near/link")), path("near/link"));
        let behind = path("near/link/../a.jpg");
        assert_eq!(absolute(&behind), behind, "it is not near/a.jpg");
        assert_eq!(absolute(&path("near/../far/a.jpg")), path("far/a.jpg"));
    }

    #[test]
    fn the_outermost_root_is_found() {
        let roots: Vec<PathBuf> = vec!["/a/b/c".into(), "/a/b/".into(), "/x/y.jpg".into()];
        let roots = RootIndex::new(&roots);
        assert_eq!(roots.around(Path::new("/a/b/c/d.jpg")), Some("/a/b".into()));
        assert_eq!(roots.around(Path::new("/x/y.jpg")), Some("/x/y.jpg".into()));
        assert_eq!(roots.around(Path::new("/a/bc/d.jpg")), None);
    }
}
