//! Exports photos to a folder. An export is planned first and then run so that, if the process is killed at any moment,
//! every photo is complete in at least one place and the export can be finished or undone.
//!
//! `plan` decides all names without changing anything; `run` executes a plan and writes a `journal`, which `undo` and
//! `finish` read. A copy is written under a temporary name, flushed, read back, compared, and only then renamed. A move
//! renames the photo within one file system; otherwise it copies the photo and then deletes the original. The
//! `identity` of a file is checked before it is removed or replaced. All changes on disk go through `ops`.

mod attributes;
mod exporter;
mod files;
pub mod identity;
pub mod journal;
pub mod manifest;
pub mod names;
pub mod ops;
mod outcome;
mod photo_sets;
pub mod plan;
mod record;
mod rollback;
mod rollback_error;
mod run;
mod target;
mod target_names;
mod transfer;
mod undo;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::media::photo::{ContentId, Failure, Taken};
use crate::engine::plural::{bytes_rounded_down, bytes_rounded_up};
use names::Pattern;

pub use exporter::{Exporter, finish, run};
pub use files::{hash, hash_until};
pub use journal::{ExportJournal, PastExport, PastExportState};
pub use plan::{ExportPlan, ExportStep, plan, plan_until};
pub use undo::{UndoReport, undo};

/// How photos are transferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// Copy.
    #[default]
    Copy,
    /// Move.
    Move,
    /// A hard link, on the same file system.
    HardLink,
    /// A symbolic link.
    Link,
}

/// The layout of subfolders in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FolderLayout {
    /// No subfolders.
    Flat,
    /// One per label.
    #[default]
    Label,
    /// One per label, divided by month.
    Month,
    /// One per month.
    #[serde(rename = "month-only")]
    MonthOnly,
    /// The same as at the source.
    Mirror,
}

/// What to do if another file has the target name. A file with identical bytes is skipped, unless it is a duplicate to
/// be moved away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conflict {
    /// Add a number to the photo's name: `name (2).jpg`.
    #[default]
    Number,
    /// Back up the other file: it is renamed in place and remains until the user removes it.
    Overwrite,
}

/// Where to put a photo that matches several labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MultiLabel {
    /// Only in the folder of the best-matching label.
    #[default]
    Best,
    /// In the folder of each label.
    All,
}

/// Options of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// The target folder.
    pub target: PathBuf,
    /// Copy, move or link.
    pub transfer: Transfer,
    /// The layout of subfolders.
    pub layout: FolderLayout,
    /// The pattern of file names.
    pub names: Pattern,
    /// What to do if a name is taken.
    pub conflict: Conflict,
    /// Where to put a photo that matches several labels.
    pub several: MultiLabel,
    /// Whether to include sidecars, RAW files and Live Photo videos.
    pub paired_files: bool,
}

impl ExportOptions {
    /// The default options: copies, in a folder for each label.
    #[must_use]
    pub fn new(target: PathBuf) -> Self {
        Self {
            target,
            transfer: Transfer::default(),
            layout: FolderLayout::default(),
            names: Pattern::default(),
            conflict: Conflict::default(),
            several: MultiLabel::default(),
            paired_files: true,
        }
    }
}

/// A label that a photo matches.
#[derive(Clone, Debug, PartialEq)]
pub struct FittingLabel {
    /// Its text.
    pub label: String,
    /// The match score, 0 to 1.
    pub matched: f32,
}

/// A photo to export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportItem {
    /// The photo's path.
    pub source: PathBuf,
    /// The labels that it matches, best first.
    pub labels: Vec<FittingLabel>,
    /// The capture date.
    pub taken: Option<Taken>,
    /// The opened folder that contains it, for [`FolderLayout::Mirror`].
    pub root: Option<PathBuf>,
    /// Its path relative to the target if already decided, for example by a manifest.
    pub place: Option<PathBuf>,
    /// Whether it is a duplicate to be moved away. If a file with the same bytes has its name at the target, it gets
    /// another name instead of staying.
    pub is_duplicate: bool,
}

/// Why an export, or resuming or undoing one, failed. Each message is one sentence that suggests a remedy.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Planning was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The target or one of its ancestors is not a folder.
    #[error("{} is not a folder: choose another", path.display())]
    NotAFolder {
        /// The path that is not a folder.
        path: PathBuf,
    },
    /// The target is not writable.
    #[error("{} cannot be written to: choose another folder, or change its permissions", path.display())]
    ReadOnly {
        /// The folder.
        path: PathBuf,
    },
    /// There is not enough free space.
    #[error("the disk of {} has {} left and the export needs {}: make room or choose another", path.display(), bytes_rounded_down(*free), bytes_rounded_up(*needed))]
    NoSpace {
        /// The folder.
        path: PathBuf,
        /// Free space in bytes.
        free: u64,
        /// Required space in bytes, including the reserve that must stay free.
        needed: u64,
    },
    /// The journal cannot be created. Nothing was exported.
    #[error("{}: {source}; an export cannot be undone without its journal, so it was not started", path.display())]
    Journal {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The journal of an earlier export cannot be read.
    #[error("{}: {source}; without its journal nothing can be finished or undone, so nothing was done", path.display())]
    JournalUnreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The journal became unwritable during the export.
    #[error("{}: {source}; the journal could not record what was done: make room there, then undo or finish this export", path.display())]
    JournalUnwritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Another process is running this export.
    #[error("this export is still running in another window or command")]
    Busy,
}

/// The result of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// The export's ID, for undo; empty if there was nothing to do.
    pub id: String,
    /// Source and target of the exported files.
    pub exported: Vec<(PathBuf, PathBuf)>,
    /// The number of photos among them, not counting paired files.
    pub photos: usize,
    /// Whether originals were removed.
    pub moved: bool,
    /// The number of files whose bytes already existed at the target.
    pub skipped: usize,
    /// The number of files that were replaced. Backups are kept next to the new files, named like
    /// `name (replaced 2026-11-25).jpg`.
    pub replaced: usize,
    /// Hashes of the files that were read, by target path.
    pub contents: BTreeMap<PathBuf, ContentId>,
    /// Files that were not exported and remain at their source, and moved files whose original remains next to the
    /// copy.
    pub failures: Vec<Failure>,
    /// A warning about file attributes that the target did not accept, as a sentence.
    pub warnings: Vec<String>,
    /// Whether the export was cancelled.
    pub cancelled: bool,
    /// The error that ended the export early, as a sentence.
    pub problem: Option<String>,
    /// Whether it can be finished later, once the cause of the error is removed.
    pub unfinished: bool,
}

impl ExportReport {
    /// Adds hashes that the caller knows, by source path, so that writing a manifest does not hash these files again.
    pub fn note_contents(&mut self, known: impl Fn(&Path) -> Option<ContentId>) {
        for (source, target) in &self.exported {
            if let Some(content) = known(source) {
                self.contents.entry(target.clone()).or_insert(content);
            }
        }
    }
}

/// The progress of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Files completed.
    pub files: usize,
    /// Files in total.
    pub of: usize,
    /// Bytes completed.
    pub bytes: u64,
}
