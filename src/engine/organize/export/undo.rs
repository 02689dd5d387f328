//! Undoing an export: copies and links go, moved photos come back, files that were set aside too. What is not what
//! the journal says is left alone, and said.

use std::fs;
use std::io;
use std::path::Path;

use super::bring::arrived;
use super::exporter::Exporter;
use super::files::{remove_temporary, rename_new};
use super::identity::{FileIdentity, FileKind};
use super::journal::{Journal, Past, PastState, StepState, device_of};
use super::ops::Ops;
use super::take_back::unseen;
use super::{ExportError, Transfer};
use crate::engine::media::photo::{Failure, Stage};

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
    Exporter::new(journals).undo(id)
}

impl Exporter<'_> {
    /// Undoes an export. It may be interrupted and called again.
    ///
    /// # Errors
    /// If the journal cannot be read or written, or the export is still running.
    pub fn undo(self, id: &str) -> Result<Undone, ExportError> {
        let (journal, past) = Journal::reopen(self.journals, id, self.ops)?;
        let mut undone = Undone::default();
        if past.state == PastState::Undone {
            return Ok(undone);
        }
        tracing::info!(id, files = past.files.len(), "undoing an export begins");
        let way_back = WayBack {
            journal: &journal,
            ops: self.ops,
            away: is_away(&past),
        };
        for (n, known) in past.files.iter().enumerate().rev() {
            if known.restored {
                continue;
            }
            match way_back.one(n, known) {
                Ok(was_there) => {
                    undone.restored += usize::from(was_there);
                    journal.restored(n).map_err(|e| journal.error(e))?;
                }
                Err(message) => {
                    let path = match known.damaged {
                        true => &past.target,
                        false => &known.step.target,
                    };
                    undone.kept.push(Failure::new(path, Stage::Export, message));
                }
            }
        }
        for folder in past.folders.iter().rev().filter(|f| f.is_absolute()) {
            // One that holds something else stays.
            let _ = self.ops.remove_dir(folder);
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
        let (restored, kept) = (undone.restored, undone.kept.len());
        tracing::info!(id, restored, kept, "an export was undone");
        Ok(undone)
    }
}

/// Whether the disk that an export went to is not connected.
fn is_away(past: &Past) -> bool {
    let folder = &past.target;
    let device = device_of(folder);
    !folder.is_dir()
        && (folder.parent().is_some_and(|above| !above.is_dir())
            || (past.device.is_some() && past.device != device))
        && !was_made(past)
}

/// Whether the export made the folder above its target, so that an earlier attempt to undo it may have removed it.
fn was_made(past: &Past) -> bool {
    let above = past.target.parent();
    above.is_some_and(|above| past.folders.iter().any(|folder| folder == above))
        && past.device == device_of(&past.target)
}

pub(super) struct WayBack<'a> {
    pub(super) journal: &'a Journal<'a>,
    pub(super) ops: &'a dyn Ops,
    /// Whether the disk is not connected.
    away: bool,
}

impl<'a> WayBack<'a> {
    /// Out of an export that is still going on.
    pub(super) fn nearby(journal: &'a Journal<'a>) -> Self {
        Self {
            journal,
            ops: journal.ops(),
            away: false,
        }
    }
}

impl WayBack<'_> {
    /// Puts one file back; whether there was anything to do. Errors are sentences.
    pub(super) fn one(&self, n: usize, known: &StepState) -> Result<bool, String> {
        if let Some(why) = known.untouchable() {
            return Err(why.into());
        }
        let step = &known.step;
        // Until they are gone the export is not undone: undoing it again removes them.
        for temporary in [
            self.journal.temporary(n, &step.target),
            self.journal.returning_name(n, &step.source),
        ] {
            remove_temporary(self.ops, &temporary)
                .map_err(|e| format!("{} cannot be removed: {e}", temporary.display()))?;
        }
        let there = FileIdentity::find(&step.target).map_err(|e| unseen(&step.target, &e))?;
        let noted = match &known.arrived {
            Some(noted) => Some(noted.clone()),
            None => arrived(known).map_err(|e| unseen(&step.target, &e))?,
        };
        // Everything was done by an attempt that was killed before it could say so.
        let is_replaced_one = |there: &FileIdentity| {
            let backup = known.backup.as_ref();
            let gone = backup.filter(|b| fs::symlink_metadata(&b.path).is_err());
            gone.and_then(|backup| backup.identity.as_ref())
                .is_some_and(|before| before.same_stamp(there) && before.node == there.node)
        };
        let restored = match (noted, there) {
            (None, _) => false,
            (Some(_), Some(there)) if is_replaced_one(&there) => false,
            (Some(_), None) => self.already_back(known)?,
            (Some(noted), Some(there)) => {
                self.take_back(n, known, &noted, &there)?;
                true
            }
        };
        self.put_replaced_back(known)?;
        Ok(restored)
    }

    /// Nothing is at the target any more: an error unless that is as it should be.
    fn already_back(&self, known: &StepState) -> Result<bool, String> {
        let step = &known.step;
        if self.away {
            return Err("it is not there: connect its disk, then undo again".into());
        }
        if step.transfer != Transfer::Move {
            return Ok(false);
        }
        let back = FileIdentity::find(&step.source).map_err(|e| unseen(&step.source, &e))?;
        let planned = (step.bytes, step.modified_ns);
        match back {
            Some(FileIdentity {
                kind: FileKind::Symlink(_),
                ..
            }) => Ok(false),
            Some(back) if (back.bytes, back.modified_ns) == planned => Ok(false),
            Some(_) => Err(format!(
                "it is no longer here, and {} is another file now",
                step.source.display()
            )),
            None => Err("it is no longer here".into()),
        }
    }

    fn put_replaced_back(&self, known: &StepState) -> Result<(), String> {
        let Some(backup) = &known.backup else {
            return Ok(());
        };
        let kept = FileIdentity::find(&backup.path).map_err(|e| unseen(&backup.path, &e))?;
        let Some(kept) = kept else {
            return Ok(());
        };
        let changed = backup.identity.as_ref().filter(|id| !id.same_stamp(&kept));
        let say = |why: &str| format!("what it replaced is {}{why}", backup.path.display());
        if changed.is_some() {
            return Err(say(", and was changed since"));
        }
        rename_new(self.ops, &backup.path, &known.step.target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => say(", because its name is taken"),
            _ => say(&format!(": {error}")),
        })
    }
}
