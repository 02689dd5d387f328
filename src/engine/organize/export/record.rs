//! Journal entries, and the state of an export derived from them.

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

/// The current version of the journal format.
pub(super) const VERSION: u32 = 2;
/// Size limit of a journal, in bytes.
const MAX_BYTES: u64 = 4 << 30;
pub(super) const ENDING: &str = "jsonl";

/// A line of a journal. Entries of version 1 can still be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum JournalEntry {
    /// The header.
    Export {
        version: u32,
        seconds: u64,
        #[serde(with = "path_serde")]
        target: PathBuf,
        /// The device of the target or its nearest existing ancestor.
        #[serde(default)]
        device: Option<u64>,
    },
    /// A planned transfer.
    Step(ExportStep),
    /// The end of the plan.
    Planned,
    /// A folder that the export created.
    Folder(#[serde(with = "path_serde")] PathBuf),
    /// An existing file is about to be backed up; version 1.
    #[serde(rename = "aside")]
    BackingUp(usize),
    /// A temporary copy is complete, flushed and verified; version 1.
    Copied(usize, Hash),
    /// A file is in place, with this length and modification time; version 1.
    Done(usize, u64, i64),
    /// The transfer starts from a source whose identity differs slightly from the plan.
    Begun(usize, FileIdentity),
    /// An existing file is about to be backed up.
    Replacing(usize, Backup),
    /// A temporary copy is complete, flushed and verified.
    Written(usize, WrittenCopy),
    /// A file is in place.
    Arrived(usize, FileIdentity),
    /// A moved file is about to be restored to another disk from this copy.
    Returning(usize, WrittenCopy),
    /// A file has been rolled back.
    Restored(usize),
    /// Every step has been attempted.
    Finished,
    /// The export has been undone.
    Undone,
}

/// A content hash in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hash(pub String);

/// The backup of a replaced file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its path.
    #[serde(with = "path_serde")]
    pub path: PathBuf,
    /// Its identity.
    #[serde(default)]
    pub identity: Option<FileIdentity>,
}

/// A verified copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenCopy {
    /// The hash of its bytes, in hexadecimal.
    pub content: String,
    /// Its identity.
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

    /// Whether it has this content.
    pub(super) fn holds(&self, content: ContentId) -> bool {
        self.content == content.to_string()
    }
}

/// The recorded state of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// The plan.
    pub step: ExportStep,
    /// The source's identity at the start, if it differs from the plan.
    pub started: Option<FileIdentity>,
    /// The temporary copy, once complete.
    pub written: Option<WrittenCopy>,
    /// The identity of the exported file, once in place.
    pub arrived: Option<FileIdentity>,
    /// The backup of the file that it replaced.
    pub backup: Option<Backup>,
    /// Whether it has been rolled back since.
    pub restored: bool,
    /// Whether its plan entry is unreadable.
    pub damaged: bool,
}

impl StepRecord {
    /// A record of a step that has not started.
    #[must_use]
    pub fn new(step: ExportStep) -> Self {
        Self {
            step,
            started: None,
            written: None,
            arrived: None,
            backup: None,
            restored: false,
            damaged: false,
        }
    }

    /// A placeholder for an unreadable step, so that the following steps keep their numbers.
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

    /// The identity of the source when the transfer started.
    #[must_use]
    pub fn source(&self) -> Option<&FileIdentity> {
        self.started.as_ref().or(self.step.identity.as_ref())
    }

    fn apply(&mut self, line: JournalEntry, export: &str) {
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
                self.arrived = Some(identity_by_stamp(&self.step, bytes, modified_ns));
            }
            JournalEntry::Begun(_, identity) => {
                (self.started, self.restored) = (Some(identity), false)
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
            // Other entries do not concern a single step. `Returning` is not recorded here: rollback inspects the
            // restored file itself.
            _ => {}
        }
    }

    /// Why the file must be left alone, if there is a reason.
    pub(super) fn incomplete_reason(&self) -> Option<IncompleteRecord> {
        if self.damaged {
            return Some(IncompleteRecord::DamagedLine);
        }
        let step = &self.step;
        let absolute = step.source.is_absolute() && step.target.is_absolute();
        (!absolute).then_some(IncompleteRecord::RelativePath)
    }
}

/// Why the journal's information about a file is insufficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum IncompleteRecord {
    /// Its entry is damaged.
    #[error("a line of this journal cannot be read: one file is left as it is")]
    DamagedLine,
    /// Its paths are relative to an unknown folder.
    #[error(
        "an earlier version recorded only a relative path, so it is left alone: move it by hand"
    )]
    RelativePath,
}

/// The state of a recorded export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastExportState {
    /// It is running.
    Running,
    /// It was interrupted, for example by a kill or a power failure.
    Interrupted,
    /// It ran to its end.
    Finished,
    /// It was undone.
    Undone,
}

/// An export read from its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastExport {
    /// Its ID.
    pub id: String,
    /// Its start, in seconds since 1970.
    pub seconds: u64,
    /// The target folder.
    pub target: PathBuf,
    /// The device of the target folder or its nearest existing ancestor.
    pub device: Option<u64>,
    /// Its state.
    pub state: PastExportState,
    /// Its steps.
    pub files: Vec<StepRecord>,
    /// Folders that it created, parents before children.
    pub folders: Vec<PathBuf>,
}

impl PastExport {
    /// The number of files in place.
    #[must_use]
    pub fn done(&self) -> usize {
        let done = self.files.iter().filter(|file| file.arrived.is_some());
        done.count()
    }

    /// Whether a backup of a replaced file still exists.
    fn has_backups(&self) -> bool {
        let backups = self.files.iter().filter_map(|file| file.backup.as_ref());
        backups
            .into_iter()
            .any(|backup| fs::symlink_metadata(&backup.path).is_ok())
    }

    /// Whether the journal may be deleted: nothing on disk depends on it.
    pub(super) fn is_over(&self) -> bool {
        matches!(
            self.state,
            PastExportState::Finished | PastExportState::Undone
        ) && !self.has_backups()
    }

    fn apply(&mut self, line: JournalEntry, planned: &mut bool) {
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
                    file.apply(line, &self.id);
                }
            }
        }
    }
}

/// The identity of a transferred file of which only length and modification time are known, as in version 1.
pub(super) fn identity_by_stamp(step: &ExportStep, bytes: u64, modified_ns: i64) -> FileIdentity {
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

/// The backup name that version 1 used.
fn hidden_backup(id: &str, step: usize, target: &Path) -> PathBuf {
    target.with_file_name(format!(".lumisift-{id}-{step}.replaced"))
}

/// All recorded exports, newest first.
#[must_use]
pub fn past(dir: &Path) -> Vec<PastExport> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut all: Vec<PastExport> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let ours = path.extension().is_some_and(|ending| ending == ENDING);
            let id = path.file_stem()?.to_str()?;
            // An unreadable journal contains nothing to undo.
            if ours { read(&path, id).ok() } else { None }
        })
        .collect();
    all.sort_by(|a, b| b.id.cmp(&a.id));
    all
}

/// Reads a journal. Unreadable lines, for example those truncated by a kill or a full disk, are skipped.
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
            Ok(line) => past.apply(line, &mut planned),
            Err(_) if planned => {}
            Err(_) => past.files.push(StepRecord::damaged()),
        }
    }
    if !planned {
        // The process was killed before the first transfer.
        past.files.clear();
        past.state = PastExportState::Undone;
    }
    if running && past.state != PastExportState::Finished {
        past.state = PastExportState::Running;
    }
    Ok(past)
}

/// The lock file of a journal. Windows cannot lock a file that is open only for appending.
pub(super) fn lock_file(journal: &Path) -> PathBuf {
    journal.with_extension("lock")
}

/// Whether a process is writing the journal.
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
