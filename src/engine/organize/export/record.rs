//! Entries of a journal, and the state of an export that follows from them.

use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Transfer;
use super::files::VerifiedCopy;
use super::identity::{FileIdentity, FileKind};
use super::plan::ExportStep;
use crate::engine::files::path_serde;
use crate::engine::files::regular::{open_regular, read_regular};
use crate::engine::media::photo::ContentId;

/// The version of journals that are written.
pub(super) const VERSION: u32 = 2;
/// Largest journal that is read.
const MAX_BYTES: u64 = 4 << 30;
/// The ending of journals.
pub(super) const ENDING: &str = "jsonl";

/// A line of a journal. Those of version 1 are still read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum JournalEntry {
    /// The first one.
    Export {
        version: u32,
        seconds: u64,
        #[serde(with = "path_serde")]
        target: PathBuf,
        /// The device that the target, or what it would be in, was on.
        #[serde(default)]
        device: Option<u64>,
    },
    /// A file that is to go.
    Step(ExportStep),
    /// All files are listed.
    Planned,
    /// A folder that was not there before.
    Folder(#[serde(with = "path_serde")] PathBuf),
    /// A file in the way is being set aside; version 1.
    #[serde(rename = "aside")]
    BackingUp(usize),
    /// A temporary copy is complete, flushed and compared; version 1.
    Copied(usize, Hash),
    /// A file is there, with this length and time of last change; version 1.
    Done(usize, u64, i64),
    /// A file is taken as it is now, which is not quite what was planned.
    Begun(usize, FileIdentity),
    /// A file in the way is being set aside.
    Replacing(usize, Backup),
    /// A temporary copy is complete, flushed and compared.
    Written(usize, WrittenCopy),
    /// A file is there.
    Arrived(usize, FileIdentity),
    /// A moved file is about to be put back from this copy, to another disk.
    Returning(usize, WrittenCopy),
    /// A file is as it was before.
    Restored(usize),
    /// Everything was tried.
    Finished,
    /// It was undone.
    Undone,
}

/// A content in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hash(pub String);

/// A file that was set aside for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Where it is kept.
    #[serde(with = "path_serde")]
    pub path: PathBuf,
    /// What it is.
    #[serde(default)]
    pub identity: Option<FileIdentity>,
}

/// A copy that was compared with its original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenCopy {
    /// The hash of its bytes, in hexadecimal.
    pub content: String,
    /// What it is.
    #[serde(default)]
    pub identity: Option<FileIdentity>,
}

impl WrittenCopy {
    pub(super) fn new(copied: &VerifiedCopy) -> Self {
        Self {
            content: copied.content.to_string(),
            identity: Some(copied.identity.clone()),
        }
    }

    /// Whether a content is this one.
    pub(super) fn holds(&self, content: ContentId) -> bool {
        self.content == content.to_string()
    }
}

/// What is known of one file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// What was planned.
    pub step: ExportStep,
    /// What was taken, if that is not quite what was planned.
    pub begun: Option<FileIdentity>,
    /// Its temporary copy, once that was complete.
    pub written: Option<WrittenCopy>,
    /// What it is, once it was there.
    pub arrived: Option<FileIdentity>,
    /// The file that was set aside for it.
    pub backup: Option<Backup>,
    /// Whether it was put back since.
    pub restored: bool,
    /// Whether its line cannot be read.
    pub damaged: bool,
}

impl StepRecord {
    /// A file with which nothing has happened yet.
    #[must_use]
    pub fn new(step: ExportStep) -> Self {
        Self {
            step,
            begun: None,
            written: None,
            arrived: None,
            backup: None,
            restored: false,
            damaged: false,
        }
    }

    /// In the place of one that cannot be read, so that all others keep their numbers.
    fn damaged() -> Self {
        let step = ExportStep {
            source: PathBuf::new(),
            target: PathBuf::new(),
            bytes: 0,
            modified_ns: 0,
            transfer: Transfer::Copy,
            replaces: false,
            paired_file: false,
            set: 0,
            identity: None,
        };
        Self {
            damaged: true,
            ..Self::new(step)
        }
    }

    /// What the file at the old place was when it was taken.
    #[must_use]
    pub fn source(&self) -> Option<&FileIdentity> {
        self.begun.as_ref().or(self.step.identity.as_ref())
    }

    /// Adds what a line says about it.
    fn take(&mut self, line: JournalEntry, export: &str) {
        match line {
            JournalEntry::BackingUp(n) => {
                self.backup = Some(Backup {
                    path: hidden_backup(export, n, &self.step.target),
                    identity: None,
                });
            }
            JournalEntry::Copied(_, hash) => {
                self.written = Some(WrittenCopy {
                    content: hash.0,
                    identity: None,
                });
            }
            JournalEntry::Done(_, bytes, modified_ns) => {
                self.arrived = Some(arrived_before(&self.step, bytes, modified_ns));
            }
            JournalEntry::Begun(_, identity) => {
                (self.begun, self.restored) = (Some(identity), false)
            }
            JournalEntry::Replacing(_, backup) => self.backup = Some(backup),
            JournalEntry::Written(_, written) => self.written = Some(written),
            JournalEntry::Arrived(_, there) => (self.arrived, self.restored) = (Some(there), false),
            JournalEntry::Restored(_) => {
                let step = self.step.clone();
                *self = Self {
                    restored: true,
                    ..Self::new(step)
                };
            }
            // Other entries do not concern a single file; and what a photo is put back from is determined from the
            // file that exists by then.
            _ => {}
        }
    }

    /// Why nothing can be done about it, if that is so.
    pub(super) fn untouchable(&self) -> Option<Untouchable> {
        if self.damaged {
            return Some(Untouchable::DamagedLine);
        }
        let step = &self.step;
        let absolute = step.source.is_absolute() && step.target.is_absolute();
        (!absolute).then_some(Untouchable::RelativePath)
    }
}

/// Why a journal says too little about a file to touch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untouchable {
    /// Its line is damaged.
    #[error("a line of this journal cannot be read: one file is left as it is")]
    DamagedLine,
    /// Its paths depend on the folder that the program was started in.
    #[error("an earlier version noted only a relative path, so it is left alone: move it by hand")]
    RelativePath,
}

/// How far an export came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastExportState {
    /// It is running.
    Running,
    /// It was interrupted, by a kill or a failing machine.
    Interrupted,
    /// It came to its end.
    Finished,
    /// It was undone.
    Undone,
}

/// An export of which there is a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastExport {
    /// Its name.
    pub id: String,
    /// When it was begun, in seconds since 1970.
    pub seconds: u64,
    /// Where photos went.
    pub target: PathBuf,
    /// The device of that folder, or of the one that it would be in.
    pub device: Option<u64>,
    /// What became of it.
    pub state: PastExportState,
    /// Its files.
    pub files: Vec<StepRecord>,
    /// Folders that it made, the outer ones first.
    pub folders: Vec<PathBuf>,
}

impl PastExport {
    /// Files that are there.
    #[must_use]
    pub fn done(&self) -> usize {
        let done = self.files.iter().filter(|file| file.arrived.is_some());
        done.count()
    }

    /// Whether a file that it set aside is still kept.
    fn has_backups(&self) -> bool {
        let backups = self.files.iter().filter_map(|file| file.backup.as_ref());
        backups
            .into_iter()
            .any(|backup| fs::symlink_metadata(&backup.path).is_ok())
    }

    /// Whether it may be forgotten: nothing on a disk is known by it alone.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.state,
            PastExportState::Finished | PastExportState::Undone
        ) && !self.has_backups()
    }

    fn take(&mut self, line: JournalEntry, planned: &mut bool) {
        match line {
            JournalEntry::Export {
                seconds,
                target,
                device,
                ..
            } => (self.seconds, self.target, self.device) = (seconds, target, device),
            JournalEntry::Step(step) => self.files.push(StepRecord::new(step)),
            JournalEntry::Planned => *planned = true,
            JournalEntry::Folder(folder) => self.folders.push(folder),
            JournalEntry::Finished => self.state = PastExportState::Finished,
            JournalEntry::Undone => self.state = PastExportState::Undone,
            JournalEntry::BackingUp(n)
            | JournalEntry::Copied(n, _)
            | JournalEntry::Done(n, ..)
            | JournalEntry::Begun(n, _)
            | JournalEntry::Replacing(n, _)
            | JournalEntry::Written(n, _)
            | JournalEntry::Arrived(n, _)
            | JournalEntry::Returning(n, _)
            | JournalEntry::Restored(n) => {
                if let Some(file) = self.files.get_mut(n) {
                    file.take(line, &self.id);
                }
            }
        }
    }
}

/// What version 1 noted of a file that is there.
fn arrived_before(step: &ExportStep, bytes: u64, modified_ns: i64) -> FileIdentity {
    let kind = if step.transfer == Transfer::Link {
        FileKind::Symlink(step.source.clone())
    } else {
        FileKind::File
    };
    FileIdentity {
        node: None,
        bytes,
        modified_ns,
        changed_ns: None,
        kind,
    }
}

/// The name under which version 1 kept a file that was in the way.
fn hidden_backup(id: &str, step: usize, target: &Path) -> PathBuf {
    target.with_file_name(format!(".lumisift-{id}-{step}.replaced"))
}

/// Exports of which there are journals, the newest first.
#[must_use]
pub fn past(dir: &Path) -> Vec<PastExport> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut all: Vec<PastExport> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            let id = path.file_stem()?.to_str()?;
            // One that cannot be read has nothing that could be undone.
            if ours { read(&path, id).ok() } else { None }
        })
        .collect();
    all.sort_by(|a, b| b.id.cmp(&a.id));
    all
}

/// Reads a journal. A line that cannot be read, such as the one that a kill or a full disk cut off, is passed
/// over and hides no other.
pub(super) fn read(path: &Path, id: &str) -> io::Result<PastExport> {
    let running = is_held(path);
    let mut past = PastExport {
        id: id.into(),
        seconds: 0,
        target: PathBuf::new(),
        device: None,
        state: PastExportState::Interrupted,
        files: Vec::new(),
        folders: Vec::new(),
    };
    let mut planned = false;
    for text in read_regular(path, MAX_BYTES)?.split(|byte| *byte == b'\n') {
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(text) {
            Ok(JournalEntry::Export { version, .. }) if version > VERSION => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a newer Lumisift wrote it",
                ));
            }
            Ok(line) => past.take(line, &mut planned),
            Err(_) if planned => {}
            Err(_) => past.files.push(StepRecord::damaged()),
        }
    }
    if !planned {
        // Killed before anything was done.
        past.files.clear();
        past.state = PastExportState::Undone;
    }
    if running && past.state != PastExportState::Finished {
        past.state = PastExportState::Running;
    }
    Ok(past)
}

/// The file that is locked while a journal is written. Windows cannot lock one that is only appended to.
pub(super) fn lock_file(journal: &Path) -> PathBuf {
    journal.with_extension("lock")
}

/// Whether somebody writes a journal at this moment.
fn is_held(journal: &Path) -> bool {
    // Version 1 locked the journal itself.
    let file = open_regular(&lock_file(journal)).or_else(|_| open_regular(journal));
    let Ok(file) = file else {
        return false;
    };
    let held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let _ = file.unlock();
    held
}
