//! Photos that consist of two files: a RAW file beside a picture of the same name, and the video of a Live Photo. The
//! picture represents both, and an export copies the other file with it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::files::fold::fold;
use crate::engine::media::file_names::{MediaKind, kind};
use crate::engine::media::paired_files::is_movie_of;

/// The pictures of the most recently queried folder, which is listed at the first RAW file or video.
#[derive(Default)]
pub struct Pairs {
    folder: Option<PathBuf>,
    /// Pictures, including RAW files, by case-folded stem.
    pictures: HashMap<String, Vec<PathBuf>>,
}

impl Pairs {
    /// Whether there is a picture of the same stem other than a RAW file.
    pub fn has_picture(&mut self, raw: &Path) -> bool {
        let pictures = self.pictures_beside(raw);
        pictures
            .iter()
            .any(|picture| kind(picture) == MediaKind::Picture)
    }

    /// Whether a video belongs to the Live Photo of a picture.
    pub fn is_of_live_photo(&mut self, movie: &Path) -> bool {
        let pictures = self.pictures_beside(movie);
        pictures.iter().any(|picture| is_movie_of(movie, picture))
    }

    /// The pictures of the same stem.
    fn pictures_beside(&mut self, file: &Path) -> &[PathBuf] {
        let folder = file.parent().unwrap_or(Path::new(""));
        if self.folder.as_deref() != Some(folder) {
            self.pictures = pictures(folder);
            self.folder = Some(folder.into());
        }
        let stem = fold(file.file_stem().unwrap_or_default());
        self.pictures.get(&stem).map_or(&[], Vec::as_slice)
    }
}

fn pictures(folder: &Path) -> HashMap<String, Vec<PathBuf>> {
    let mut pictures: HashMap<String, Vec<PathBuf>> = HashMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_picture = matches!(kind(&path), MediaKind::Picture | MediaKind::Raw)
            && entry.file_type().is_ok_and(|kind| !kind.is_dir());
        if is_picture {
            let stem = fold(path.file_stem().unwrap_or_default());
            pictures.entry(stem).or_default().push(path);
        }
    }
    pictures
}
