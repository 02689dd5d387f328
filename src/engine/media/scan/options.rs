//! Options of a scan, and counts of what it skipped.

use std::path::PathBuf;

use crate::engine::plural::counted;

/// How folders are walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanOptions {
    /// Whether folders in folders are walked.
    pub subfolders: bool,
    /// Whether videos are listed.
    pub videos: bool,
    /// Whether hidden files and folders, whose names start with a dot, are listed.
    pub hidden: bool,
    /// Folders that are left out with all that is in them.
    pub excluded: Vec<PathBuf>,
    /// The folder of journals, by which photos are known that an export from these folders put inside them.
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

/// What was skipped, to be reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Hidden files and folders.
    pub hidden: u64,
    /// Folders of systems and tools.
    pub system_folders: u64,
    /// Folders that the person excluded.
    pub excluded: u64,
    /// Pictures in formats that are not read yet.
    pub unsupported: u64,
    /// Files of other kinds.
    pub other: u64,
    /// RAW files beside a picture of the same name, with which they are one photo.
    pub paired: u64,
    /// Movies of Live Photos, which are shown by their pictures.
    pub live_movies: u64,
    /// Videos that the person left out.
    pub videos: u64,
    /// Videos that ffmpeg alone reads, which is not there.
    pub needs_ffmpeg: u64,
    /// What an earlier export put there.
    pub exported: u64,
    /// Files and folders that were there already under another name: links and hard links.
    pub repeated: u64,
}

impl Skipped {
    /// A text about photos and videos that are not listed by themselves.
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

    /// A text about all of it, beginning with the least expected.
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
