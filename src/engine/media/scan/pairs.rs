//! RAW files beside a picture of the same name, as cameras write them in pairs: the picture stands for both, and an
//! export takes the RAW file along.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::names::{Kind, kind};
use crate::engine::files::fold::fold;

/// The pictures of the folder that was asked for last. It is listed once, when the first RAW file is met.
#[derive(Default)]
pub struct Pairs {
    folder: Option<PathBuf>,
    stems: HashSet<String>,
}

impl Pairs {
    /// Whether there is a picture that is no RAW file, of the same stem.
    pub fn has_picture(&mut self, raw: &Path) -> bool {
        let folder = raw.parent().unwrap_or(Path::new(""));
        if self.folder.as_deref() != Some(folder) {
            self.stems = stems(folder);
            self.folder = Some(folder.into());
        }
        let stem = fold(raw.file_stem().unwrap_or_default());
        self.stems.contains(&stem)
    }
}

fn stems(folder: &Path) -> HashSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let pictures = entries.filter(|entry| {
        kind(Path::new(&entry.file_name())) == Kind::Picture
            && entry.file_type().is_ok_and(|kind| !kind.is_dir())
    });
    let stem = |entry: fs::DirEntry| {
        let name = entry.file_name();
        fold(Path::new(&name).file_stem().unwrap_or_default())
    };
    pictures.map(stem).collect()
}
