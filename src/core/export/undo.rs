//! Undoing an export: copies and links go, moved photos come back, files that were set aside too. What changed
//! since is left alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{copy_verified, hash, rename_new, same_file, stamp, sync_folder};
use super::journal::{Journal, Known, PastState, set_aside, temporary};
use super::run::arrived;
use super::{ExportError, Transfer};
use crate::core::cancel::Cancel;
use crate::core::photo::{Failure, Stage};

/// What undoing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Files that are as they were before.
    pub restored: usize,
    /// Files that stay as they are, and why.
    pub kept: Vec<Failure>,
}

/// Undoes an export. It may be interrupted and called again.
///
/// # Errors
/// If the journal cannot be read or written, or the export is still running.
pub fn undo(journals: &Path, id: &str) -> Result<Undone, ExportError> {
    let (journal, past) = Journal::reopen(journals, id)?;
    let mut undone = Undone::default();
    if past.state == PastState::Undone {
        return Ok(undone);
    }
    for (n, known) in past.files.iter().enumerate().rev() {
        match undo_one(&journal, n, known) {
            Ok(true) => undone.restored += 1,
            Ok(false) => {}
            Err(message) => {
                let failure = Failure::new(&known.step.target, Stage::Export, message);
                undone.kept.push(failure);
            }
        }
    }
    for folder in past.folders.iter().rev() {
        // One that holds something else stays.
        let _ = fs::remove_dir(folder);
    }
    // What stays for now, on a disk that is not connected, say, can be brought back later.
    let noted = if undone.kept.is_empty() {
        journal.undone()
    } else {
        journal.finished()
    };
    noted
        .and_then(|()| journal.flush())
        .map_err(|e| journal.error(e))?;
    Ok(undone)
}

/// Puts one file back; whether there was anything to do. Errors are sentences.
fn undo_one(journal: &Journal, n: usize, known: &Known) -> Result<bool, String> {
    let step = &known.step;
    let _ = fs::remove_file(temporary(journal.id(), n, &step.target));
    let was_there = known.done.is_some() || arrived(known).is_some();
    let is_back = step.transfer == Transfer::Move && step.source.exists() && !step.target.exists();
    let restored = if !was_there || is_back {
        false
    } else if step.transfer == Transfer::Move {
        bring_back(&step.source, &step.target).map_err(|error| {
            let source = step.source.display();
            match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("it stays here, because there is another {source} now")
                }
                io::ErrorKind::NotFound => "it is no longer here".into(),
                _ => format!("it cannot go back to {source}: {error}"),
            }
        })?;
        true
    } else {
        remove_unchanged(known)?
    };
    if known.aside {
        let aside = set_aside(journal.id(), n, &step.target);
        if aside.exists() && !step.target.exists() {
            rename_new(&aside, &step.target)
                .map_err(|e| format!("what it replaced is {}: {e}", aside.display()))?;
        }
    }
    Ok(restored)
}

/// Removes a copy or link, unless it was changed since.
fn remove_unchanged(known: &Known) -> Result<bool, String> {
    let step = &known.step;
    let target = &step.target;
    let Ok(metadata) = fs::symlink_metadata(target) else {
        return Ok(false);
    };
    let unchanged = match step.transfer {
        Transfer::Link => metadata.is_symlink(),
        Transfer::HardLink => same_file(&step.source, target),
        Transfer::Copy | Transfer::Move => {
            let same_stamp = known.done.is_some() && stamp(target) == known.done;
            let same_bytes = || {
                let now = hash(target).map(|content| content.to_string()).ok();
                now.is_some() && now == known.copied
            };
            // A file system may keep times less exactly: then its bytes tell.
            !metadata.is_symlink() && (same_stamp || same_bytes())
        }
    };
    if !unchanged {
        return Err("it was changed since, so it stays".into());
    }
    // For a last copy, the photo itself must still be where it was.
    if step.transfer != Transfer::Link && !step.source.exists() {
        return Err(format!(
            "it stays, because {} is gone",
            step.source.display()
        ));
    }
    fs::remove_file(target).map_err(|e| e.to_string())?;
    Ok(true)
}

/// Moves a photo back, to another disk by way of a compared copy.
fn bring_back(source: &Path, target: &Path) -> io::Result<()> {
    // Killed between the two names of one move, or before the old place was given up.
    let both =
        same_file(source, target) || (source.exists() && hash(source).ok() == Some(hash(target)?));
    if both {
        return fs::remove_file(target);
    }
    if let Some(folder) = source.parent() {
        fs::create_dir_all(folder)?;
    }
    match rename_new(target, source) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
        done => return done,
    }
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let waiting: PathBuf = source.with_file_name(format!(".lumisift-back-{name}"));
    let _ = fs::remove_file(&waiting);
    copy_verified(target, &waiting, &Cancel::default())?;
    rename_new(&waiting, source)?;
    sync_folder(source.parent().unwrap_or(Path::new("")));
    fs::remove_file(target)
}
