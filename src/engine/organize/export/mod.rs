//! Exports photos to a folder: planned first, then run so that a kill at any moment leaves every photo complete in at least
//! one place, and the export can be finished or undone.
//!
//! `plan` decides all names and touches nothing; `run` carries a plan out and keeps a `journal`; `undo` and `finish` read it.
//! A copy is written under a temporary name, flushed, read back and compared, and only then renamed; a move deletes the photo
//! only after that, or renames it within one file system. Before anything is removed or replaced, its `identity` is checked;
//! every change of a disk goes through `ops`.

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
use names::Pattern;

pub use exporter::{Exporter, finish, run};
pub use files::{hash, hash_until};
pub use journal::{ExportJournal, PastExport, PastExportState};
pub use plan::{ExportPlan, ExportStep, plan, plan_until};
pub use undo::{UndoReport, undo};

/// What happens to a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// Copied.
    #[default]
    Copy,
    /// Moved.
    Move,
    /// A second name of the same file, on the same disk.
    HardLink,
    /// A symbolic link to it.
    Link,
}

/// Which folders there are below the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FolderLayout {
    /// None.
    Flat,
    /// One for each label.
    #[default]
    Label,
    /// One for each label, in it one for each month.
    Month,
    /// Those that the photos come from.
    Mirror,
}

/// What happens where a name is taken by another file. Identical bytes are always passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conflict {
    /// The photo gets a number: `name (2).jpg`.
    #[default]
    Number,
    /// The other file is set aside: it gets another name beside it, and stays until the person removes it.
    Overwrite,
}

/// Where a photo goes that fits several labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MultiLabel {
    /// To the label that fits it best.
    #[default]
    Best,
    /// To each of them.
    All,
}

/// How photos are exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOptions {
    /// The folder.
    pub target: PathBuf,
    /// Copied, moved or linked.
    pub transfer: Transfer,
    /// Folders below the target.
    pub layout: FolderLayout,
    /// Names of files.
    pub names: Pattern,
    /// What happens where a name is taken.
    pub conflict: Conflict,
    /// Where a photo goes that fits several labels.
    pub several: MultiLabel,
    /// Whether sidecars, RAW files and Live Photo movies come along.
    pub paired_files: bool,
}

impl ExportOptions {
    /// The usual ones: copies in a folder for each label.
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

/// A label that a photo fits.
#[derive(Clone, Debug, PartialEq)]
pub struct FittingLabel {
    /// Its text.
    pub label: String,
    /// How well, 0 to 1.
    pub matched: f32,
}

/// One photo to be exported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportItem {
    /// The photo.
    pub source: PathBuf,
    /// The labels that it fits, the best first.
    pub labels: Vec<FittingLabel>,
    /// When it was taken.
    pub taken: Option<Taken>,
    /// The opened folder that it was found in, for [`FolderLayout::Mirror`].
    pub root: Option<PathBuf>,
    /// Where it goes below the target, if that is decided already, as a manifest does.
    pub place: Option<PathBuf>,
}

/// Why nothing can be exported. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Planning was cancelled.
    #[error("the work was cancelled")]
    Cancelled,
    /// The target, or what it would be in, is no folder.
    #[error("{} is not a folder: choose another", path.display())]
    NotAFolder {
        /// What is there.
        path: PathBuf,
    },
    /// Nothing can be written there.
    #[error("{} cannot be written: choose another folder, or change its permissions", path.display())]
    ReadOnly {
        /// The folder.
        path: PathBuf,
    },
    /// The disk is too full.
    #[error("the disk of {} has {free} MB left and the photos need {needed} MB: make room or choose another", path.display())]
    NoSpace {
        /// The folder.
        path: PathBuf,
        /// Megabytes.
        free: u64,
        /// Megabytes.
        needed: u64,
    },
    /// The journal, without which nothing is exported.
    #[error("{}: {source}; without its journal an export could not be undone, so none was begun", path.display())]
    Journal {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The journal of an earlier export.
    #[error("{}: {source}; without its journal nothing can be finished or undone, so nothing was done", path.display())]
    JournalUnread {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The journal, in the middle of an export.
    #[error("{}: {source}; the journal could not note what was done: make room there, then undo or finish this export", path.display())]
    JournalUnwritten {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process is at it.
    #[error("this export is still running in another window or command")]
    Busy,
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Which export it was, for undoing it; empty if there was nothing to do.
    pub id: String,
    /// Files that arrived: source and target.
    pub exported: Vec<(PathBuf, PathBuf)>,
    /// Photos among them, without paired files.
    pub photos: usize,
    /// Whether files left their old places.
    pub moved: bool,
    /// Files whose bytes were there already.
    pub skipped: usize,
    /// Files that were replaced. They are beside their successors, as `name (replaced 2026-11-25).jpg`.
    pub replaced: usize,
    /// Contents of files whose bytes were read, by their new places.
    pub contents: BTreeMap<PathBuf, ContentId>,
    /// Files that did not arrive, and are where they were; and originals of moves that stayed beside their copies.
    pub failures: Vec<Failure>,
    /// What the target did not take of what belongs to files, in a sentence.
    pub warnings: Vec<String>,
    /// Whether it was stopped before its end.
    pub cancelled: bool,
    /// Why it could not go on to its end, in one sentence.
    pub problem: Option<String>,
    /// Whether it can be finished later, once the cause is gone.
    pub unfinished: bool,
}

impl ExportReport {
    /// Notes contents that are known from elsewhere, by old places, so that no manifest reads them again.
    pub fn note_contents(&mut self, known: impl Fn(&Path) -> Option<ContentId>) {
        for (source, target) in &self.exported {
            if let Some(content) = known(source) {
                self.contents.entry(target.clone()).or_insert(content);
            }
        }
    }
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Files that are done.
    pub files: usize,
    /// Of so many.
    pub of: usize,
    /// Bytes that are done.
    pub bytes: u64,
}
