//! The journal of an export: the complete plan, then a line per completed operation. Append-only, in the data
//! directory, next to a lock file that is held while the export runs.
//!
//! The journal suffices to finish or undo an export after a crash. Each file is in one of four states: not started,
//! temporary copy, verified copy, in place. What happened after the last line is determined from the files themselves,
//! whose identities the journal records.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::ExportError;
use super::files::{VerifiedCopy, is_refusal};
use super::identity::FileIdentity;
use super::ops::Ops;
use super::plan::{ExportPlan, new_id};
pub use super::record::{Backup, PastExport, PastExportState, StepRecord, WrittenCopy, past};
use super::record::{ENDING, JournalEntry, VERSION, lock_file, read};
use crate::engine::files::regular::{append_in_place, open_no_link, open_regular};

/// Number of finished exports whose journals are kept for undo.
const KEPT: usize = 20;
/// Attempts to acquire a held lock: a process that only lists exports holds it very briefly.
const TRIES: u32 = 25;
/// Delay between two attempts.
const WAIT: Duration = Duration::from_millis(10);

/// A journal open for writing.
pub struct ExportJournal<'a> {
    id: String,
    path: PathBuf,
    lock: File,
    out: Mutex<JournalFile>,
    ops: &'a dyn Ops,
}

struct JournalFile {
    file: File,
    /// Whether the last line may be incomplete.
    torn: bool,
}

impl<'a> ExportJournal<'a> {
    /// Creates the journal of a plan in `dir`. The plan's paths must be absolute.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be written, flushed or locked.
    pub fn begin(
        dir: &Path,
        plan: &ExportPlan,
        seconds: u64,
        ops: &'a dyn Ops,
    ) -> Result<Self, ExportError> {
        prune(dir);
        let id = new_id();
        let path = dir.join(format!("{id}.{ENDING}"));
        let begin = || -> io::Result<(File, File)> {
            fs::create_dir_all(dir)?;
            let lock = take_lock(&path)?.ok_or(io::ErrorKind::WouldBlock)?;
            let mut file = ops.create(&path)?;
            let mut text = Vec::new();
            let header = JournalEntry::Export {
                version: VERSION,
                seconds,
                target: plan.target.clone(),
                device: device_of(&plan.target),
            };
            let steps = plan.steps.iter().cloned().map(JournalEntry::Step);
            for line in std::iter::once(header)
                .chain(steps)
                .chain([JournalEntry::Planned])
            {
                serde_json::to_writer(&mut text, &line)?;
                text.push(b'\n');
            }
            ops.write(&mut file, &text)?;
            flush(ops, &file)?;
            ops.flush_folder(dir);
            Ok((lock, file))
        };
        match begin() {
            Ok((lock, file)) => Ok(Self {
                id,
                path,
                lock,
                out: Mutex::new(JournalFile { file, torn: false }),
                ops,
            }),
            Err(source) => {
                // An incomplete plan is useless.
                let _ = ops.remove_file(&path);
                let _ = fs::remove_file(lock_file(&path));
                Err(ExportError::Journal { path, source })
            }
        }
    }

    /// Opens a journal to continue it.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, or another process holds its lock.
    pub fn reopen(
        dir: &Path,
        id: &str,
        ops: &'a dyn Ops,
    ) -> Result<(Self, PastExport), ExportError> {
        let path = dir.join(format!("{id}.{ENDING}"));
        let fail = |source| ExportError::JournalUnreadable {
            path: path.clone(),
            source,
        };
        let file = append_in_place(&path).map_err(fail)?;
        let Some(lock) = take_lock(&path).map_err(fail)? else {
            return Err(ExportError::Busy);
        };
        let mut past = read(&path, id).map_err(fail)?;
        if past.state == PastExportState::Running {
            // The lock that makes it look running is our own.
            past.state = PastExportState::Interrupted;
        }
        let torn = !ends_with_a_line(&path).map_err(fail)?;
        let journal = Self {
            id: id.into(),
            path,
            lock,
            out: Mutex::new(JournalFile { file, torn }),
            ops,
        };
        Ok((journal, past))
    }

    /// The ID of the export.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn ops(&self) -> &'a dyn Ops {
        self.ops
    }

    fn append(&self, line: &JournalEntry) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.torn {
            text.insert(0, b'\n');
        }
        out.torn = true;
        self.ops.write(&mut out.file, &text)?;
        out.torn = false;
        Ok(())
    }

    pub(super) fn folder(&self, folder: &Path) -> io::Result<()> {
        self.append(&JournalEntry::Folder(folder.into()))
    }

    pub(super) fn started(&self, step: usize, source: &FileIdentity) -> io::Result<()> {
        self.append(&JournalEntry::Begun(step, source.clone()))
    }

    pub(super) fn replacing(&self, step: usize, backup: &Backup) -> io::Result<()> {
        self.append(&JournalEntry::Replacing(step, backup.clone()))
    }

    pub(super) fn written(&self, step: usize, copied: &VerifiedCopy) -> io::Result<()> {
        self.append(&JournalEntry::Written(step, WrittenCopy::new(copied)))
    }

    pub(super) fn arrived(&self, step: usize, there: &FileIdentity) -> io::Result<()> {
        self.append(&JournalEntry::Arrived(step, there.clone()))
    }

    pub(super) fn returning(&self, step: usize, copied: &VerifiedCopy) -> io::Result<()> {
        self.append(&JournalEntry::Returning(step, WrittenCopy::new(copied)))
    }

    pub(super) fn restored(&self, step: usize) -> io::Result<()> {
        self.append(&JournalEntry::Restored(step))
    }

    pub(super) fn finished(&self) -> io::Result<()> {
        self.append(&JournalEntry::Finished)
    }

    pub(super) fn undone(&self) -> io::Result<()> {
        self.append(&JournalEntry::Undone)
    }

    /// Flushes the journal to disk; required before the original of a photo is removed.
    pub(super) fn flush(&self) -> io::Result<()> {
        let out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        flush(self.ops, &out.file)
    }

    /// The error for a line that could not be written.
    pub(super) fn error(&self, source: io::Error) -> ExportError {
        ExportError::JournalUnwritable {
            path: self.path.clone(),
            source,
        }
    }

    /// The temporary name of a file during transfer. It is short even if the file's own name is long.
    pub(super) fn temporary(&self, step: usize, beside: &Path) -> PathBuf {
        beside.with_file_name(format!(".lumisift-{}-{step}.part", self.id))
    }

    /// The temporary name of a file during rollback.
    pub(super) fn rollback_name(&self, step: usize, beside: &Path) -> PathBuf {
        beside.with_file_name(format!(".lumisift-{}-{step}.back", self.id))
    }
}

impl Drop for ExportJournal<'_> {
    fn drop(&mut self) {
        // A child process being spawned may hold a duplicate of the file descriptor, which would keep the lock.
        let _ = self.lock.unlock();
    }
}

fn flush(ops: &dyn Ops, file: &File) -> io::Result<()> {
    match ops.flush(file) {
        Err(error) if !is_refusal(&error) => Err(error),
        _ => Ok(()),
    }
}

fn ends_with_a_line(path: &Path) -> io::Result<bool> {
    let mut file = open_regular(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Acquires the lock of a journal; `None` if another process holds it.
fn take_lock(journal: &Path) -> io::Result<Option<File>> {
    let path = lock_file(journal);
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = open_no_link(&mut options, &path)?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
            // The file system does not support locks, so no other process can hold one.
            Err(TryLockError::Error(error)) if is_refusal(&error) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// The device of a folder, or of its nearest existing ancestor.
#[cfg(unix)]
pub(super) fn device_of(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    let there = folder.ancestors().find_map(|path| fs::metadata(path).ok());
    there.map(|metadata| metadata.dev())
}

/// Not available on this platform.
#[cfg(not(unix))]
pub(super) fn device_of(_: &Path) -> Option<u64> {
    None
}

/// Removes the journals of the oldest finished exports, except those with backups of replaced files.
fn prune(dir: &Path) {
    let over = past(dir).into_iter().filter(PastExport::is_over);
    for past in over.skip(KEPT - 1) {
        let path = dir.join(format!("{}.{ENDING}", past.id));
        if matches!(take_lock(&path), Ok(Some(_))) {
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(lock_file(&path));
        }
    }
}
