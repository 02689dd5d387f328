//! Options of a scan, and counts of skipped files.

use std::path::PathBuf;

use crate::engine::plural::counted;

/// Options of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Whether subfolders are walked.
    pub subfolders: bool,
    /// Whether videos are listed.
    pub videos: bool,
    /// Whether hidden files and folders (names starting with a dot) are listed.
    pub hidden: bool,
    /// Folders to leave out with all their contents.
    pub excluded: Vec<PathBuf>,
    /// The journal folder, which identifies files that exports from these folders created inside them.
    pub journals: Option<PathBuf>,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            subfolders: true,
            videos: true,
            hidden: false,
            excluded: Vec::new(),
            journals: None,
        }
    }
}

/// Counts of skipped files and folders, for a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Hidden files and folders.
    pub hidden: u64,
    /// Folders of operating systems and tools.
    pub system_folders: u64,
    /// Folders excluded by the user.
    pub excluded: u64,
    /// Pictures in unsupported formats.
    pub unsupported: u64,
    /// Files of other types.
    pub other: u64,
    /// RAW files paired with a picture of the same name; together they count as one photo.
    pub paired: u64,
    /// Videos of Live Photos, which are represented by their pictures.
    pub live_movies: u64,
    /// Videos excluded by the user.
    pub videos: u64,
    /// Videos that require ffmpeg, which is not installed.
    pub needs_ffmpeg: u64,
    /// Files created by an earlier export.
    pub exported: u64,
    /// Files and folders already found under another path: symbolic and hard links.
    pub repeated: u64,
}

impl Skipped {
    /// Sentences about photos and videos that are not listed on their own.
    #[must_use]
    pub fn photos_in_words(&self) -> Vec<String> {
        in_words([
            (
                self.unsupported,
                "file in a format that cannot be read",
                "files in formats that cannot be read",
            ),
            (
                self.paired,
                "RAW file beside its picture",
                "RAW files beside their pictures",
            ),
            (
                self.live_movies,
                "movie of a Live Photo",
                "movies of Live Photos",
            ),
            (self.videos, "video left out", "videos left out"),
            (
                self.needs_ffmpeg,
                "video that needs ffmpeg: install it to see this one",
                "videos that need ffmpeg: install it to see them",
            ),
            (
                self.exported,
                "photo exported earlier",
                "photos exported earlier",
            ),
            (
                self.repeated,
                "link to a file listed already",
                "links to files listed already",
            ),
        ])
    }

    /// Sentences about all skipped files, the least expected first.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let mut words = in_words([
            (self.hidden, "hidden", "hidden"),
            (self.system_folders, "system folder", "system folders"),
            (self.excluded, "excluded folder", "excluded folders"),
            (self.other, "file of another kind", "files of other kinds"),
        ]);
        words.extend(self.photos_in_words());
        words
    }
}

fn in_words<const KINDS: usize>(counts: [(u64, &str, &str); KINDS]) -> Vec<String> {
    let some = counts.into_iter().filter(|(count, ..)| *count > 0);
    some.map(|(count, one, many)| counted(count, one, many))
        .collect()
}
