//! How folders are walked, and what is counted on the way.

use std::path::PathBuf;

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

/// What was passed over, to be said.
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
