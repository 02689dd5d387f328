//! Rolls back single files of an export. A name is removed only if the same bytes exist under another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Transfer;
use super::files::{copy_verified, hash, remove_temporary, rename_new};
use super::identity::{FileIdentity, FileKind, survives_removal};
use super::journal::{ExportJournal, StepRecord};
use super::ops::Ops;
use super::plan::ExportStep;
use super::rollback_error::RollbackError;
use super::transfer::arrived;
use crate::engine::cancel::Cancel;

/// Restores files to their sources.
pub(super) struct Rollback<'a> {
    pub(super) journal: &'a ExportJournal<'a>,
    pub(super) ops: &'a dyn Ops,
    /// Whether the target's disk is disconnected.
    pub(super) away: bool,
}

impl<'a> Rollback<'a> {
    /// For rollbacks during a running export.
    pub(super) fn during_export(journal: &'a ExportJournal<'a>) -> Self {
        Self {
            journal,
            ops: journal.ops(),
            away: false,
        }
    }
}

impl Rollback<'_> {
    /// Rolls back one file; returns whether there was anything to do.
    pub(super) fn one(&self, n: usize, known: &StepRecord) -> Result<bool, RollbackError> {
        if let Some(why) = known.incomplete_reason() {
            return Err(why.into());
        }
        let step = &known.step;
        // As long as temporary files remain, the export is not undone: the next undo removes them.
        for temporary in [
            self.journal.temporary(n, &step.target),
            self.journal.rollback_name(n, &step.source),
        ] {
            let removed = remove_temporary(self.ops, &temporary);
            removed.map_err(|source| RollbackError::TemporaryLeft {
                path: temporary,
                source,
            })?;
        }
        let there = FileIdentity::find(&step.target).map_err(unreadable(&step.target))?;
        let noted = match &known.arrived {
            Some(noted) => Some(noted.clone()),
            None => arrived(known).map_err(unreadable(&step.target))?,
        };
        // An earlier rollback restored the replaced file but was killed before it could record this.
        let is_replaced_one = |there: &FileIdentity| {
            let backup = known.backup.as_ref();
            let gone = backup.filter(|b| fs::symlink_metadata(&b.path).is_err());
            gone.and_then(|backup| backup.identity.as_ref())
                .is_some_and(|before| before.same_stamp(there) && before.node == there.node)
        };
        let restored = match (noted, there) {
            (None, _) => false,
            (Some(_), Some(there)) if is_replaced_one(&there) => false,
            (Some(_), None) => self.verify_restored(known)?,
            (Some(noted), Some(there)) => {
                self.roll_back(n, known, &noted, &there)?;
                true
            }
        };
        self.restore_replaced(known)?;
        Ok(restored)
    }

    /// Handles a missing target. Returns an error unless the source shows that the rollback is complete.
    fn verify_restored(&self, known: &StepRecord) -> Result<bool, RollbackError> {
        let step = &known.step;
        if self.away {
            return Err(RollbackError::DiskDisconnected);
        }
        if step.transfer != Transfer::Move {
            return Ok(false);
        }
        let back = FileIdentity::find(&step.source).map_err(unreadable(&step.source))?;
        let planned = (step.bytes, step.modified_ns);
        match back {
            Some(FileIdentity {
                kind: FileKind::Symlink(_),
                ..
            }) => Ok(false),
            Some(back) if (back.bytes, back.modified_ns) == planned => Ok(false),
            Some(_) => Err(RollbackError::GoneAndReplaced(step.source.clone())),
            None => Err(RollbackError::Gone),
        }
    }

    fn restore_replaced(&self, known: &StepRecord) -> Result<(), RollbackError> {
        let Some(backup) = &known.backup else {
            return Ok(());
        };
        let kept = FileIdentity::find(&backup.path).map_err(unreadable(&backup.path))?;
        let Some(kept) = kept else {
            return Ok(());
        };
        let changed = backup.identity.as_ref().filter(|id| !id.same_stamp(&kept));
        let path = backup.path.clone();
        if changed.is_some() {
            return Err(RollbackError::BackupChanged(path));
        }
        let restored = rename_new(self.ops, &backup.path, &known.step.target);
        restored.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => RollbackError::BackupBlocked(path),
            _ => RollbackError::BackupLeft { path, source },
        })
    }

    /// Rolls back the file at the target. `noted` is its identity in the journal, `there` its current one.
    pub(super) fn roll_back(
        &self,
        n: usize,
        known: &StepRecord,
        noted: &FileIdentity,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        match known.step.transfer {
            Transfer::Copy => self.remove_copy(known, noted, there),
            Transfer::HardLink => self.remove_hard_link(&known.step, noted, there),
            Transfer::Link => self.remove_link(&known.step, noted, there),
            Transfer::Move => match known.source().map(|source| &source.kind) {
                Some(FileKind::Symlink(goal)) => self.restore_link(known, goal, there),
                _ => self.move_back(n, known, noted, there),
            },
        }
    }

    /// Removes an unmodified copy, if the original has the same bytes.
    fn remove_copy(
        &self,
        known: &StepRecord,
        noted: &FileIdentity,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        let (source, target) = (&known.step.source, &known.step.target);
        let content = || hash(target).map_err(unreadable(target));
        let same_bytes = || match &known.written {
            Some(written) => Ok(written.holds(content()?)),
            None => Ok::<bool, RollbackError>(false),
        };
        if !there.is_file() || !(there.untouched(noted) || same_bytes()?) {
            return Err(RollbackError::Changed);
        }
        let back = FileIdentity::find(source).map_err(unreadable(source))?;
        let back = back.ok_or_else(|| RollbackError::SourceGone(source.into()))?;
        let keeper = match (&back.kind, known.source().map(|source| &source.kind)) {
            (FileKind::File, _) => source.clone(),
            // The source is the same symbolic link as before: compare the file that it points to.
            (FileKind::Symlink(now), Some(FileKind::Symlink(before))) if now == before => {
                fs::canonicalize(source).map_err(|_| RollbackError::SourceGone(source.into()))?
            }
            _ => return Err(RollbackError::SourceReplaced(source.into())),
        };
        if !survives_removal(&keeper, target) {
            return Err(RollbackError::SameFile(source.into()));
        }
        let is_planned = back.is_file() && known.source().is_some_and(|s| s.unchanged(&back));
        if !is_planned && hash(&keeper).map_err(unreadable(&keeper))? != content()? {
            return Err(RollbackError::SourceReplaced(source.into()));
        }
        self.remove(target)
    }

    /// Removes a hard link, if the photo has another name.
    fn remove_hard_link(
        &self,
        step: &ExportStep,
        noted: &FileIdentity,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        let (source, target) = (&step.source, &step.target);
        let photo =
            fs::canonicalize(source).map_err(|_| RollbackError::SourceGone(source.into()))?;
        let known = FileIdentity::find(&photo).map_err(unreadable(&photo))?;
        let known = known.ok_or_else(|| RollbackError::SourceGone(source.into()))?;
        if there.kind != noted.kind {
            return Err(RollbackError::Changed);
        }
        let same = match (known.node, there.node) {
            (Some(_), Some(_)) => known.same_node(there),
            // Without inodes, equal bytes suffice.
            _ => {
                let bytes = |path: &Path| hash(path).map_err(unreadable(path));
                known.is_file() && bytes(&photo)? == bytes(target)?
            }
        };
        if !same {
            return Err(RollbackError::SourceReplaced(source.into()));
        }
        if !survives_removal(&photo, target) {
            return Err(RollbackError::SameFile(source.into()));
        }
        self.remove(target)
    }

    /// Removes an unmodified symbolic link, which contains no photo data.
    fn remove_link(
        &self,
        step: &ExportStep,
        noted: &FileIdentity,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        let FileKind::Symlink(link) = &there.kind else {
            return Err(RollbackError::Changed);
        };
        let same = there.kind == noted.kind
            || fs::canonicalize(&step.source).is_ok_and(|goal| goal == *link);
        if !same {
            return Err(RollbackError::Changed);
        }
        self.remove(&step.target)
    }

    /// Moves a photo back; to another disk by means of a verified copy.
    fn move_back(
        &self,
        n: usize,
        known: &StepRecord,
        noted: &FileIdentity,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        let step = &known.step;
        let (source, target) = (&step.source, &step.target);
        let same_bytes = || {
            let written = known.written.as_ref();
            written.is_some_and(|written| hash(target).is_ok_and(|now| written.holds(now)))
        };
        // Where the inode differs or is unknown, as on Windows, a recorded hash decides.
        let is_decisive = there.same_node(noted) || known.written.is_none();
        let same_stamp = || is_decisive && is_about(there, noted);
        if !there.is_file() || !(same_stamp() || same_bytes()) {
            return Err(RollbackError::Changed);
        }
        match FileIdentity::find(source).map_err(unreadable(source))? {
            None => {}
            // A move by hard link was killed before it removed the first name.
            Some(back) if back.same_node(there) => {
                if !survives_removal(source, target) {
                    return Err(RollbackError::SameFile(source.into()));
                }
                return self.remove(target);
            }
            // The original was kept, or has been restored without removing this copy.
            Some(back) if back.is_file() => {
                let bytes = |path: &Path| hash(path).map_err(unreadable(path));
                if !survives_removal(source, target) || bytes(source)? != bytes(target)? {
                    return Err(RollbackError::SourceTaken(source.into()));
                }
                return self.remove(target);
            }
            Some(_) => return Err(RollbackError::SourceTaken(source.into())),
        }
        let back = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => RollbackError::SourceTaken(source.into()),
            io::ErrorKind::NotFound => RollbackError::Gone,
            _ => not_returned(source)(error),
        };
        self.make_folders(source.parent()).map_err(back)?;
        match rename_new(self.ops, target, source) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
            done => return done.map_err(back),
        }
        let copy = self.copy_back(n, step).map_err(back)?;
        let safe = FileIdentity::of(source).is_ok_and(|now| now.unchanged(&copy) || now == copy);
        if !safe || !survives_removal(source, target) {
            return Err(RollbackError::SourceTaken(source.into()));
        }
        self.remove(target)
    }

    fn copy_back(&self, n: usize, step: &ExportStep) -> io::Result<FileIdentity> {
        let (source, target) = (&step.source, &step.target);
        let waiting = self.journal.rollback_name(n, source);
        let copied = copy_verified(self.ops, target, &waiting, true, &Cancel::default())?;
        let renamed = self
            .journal
            .returning(n, &copied)
            .and_then(|()| rename_new(self.ops, &waiting, source));
        if renamed.is_err() {
            // If this fails, the next undo removes it.
            let _ = remove_temporary(self.ops, &waiting);
        }
        renamed?;
        self.ops
            .flush_folder(source.parent().unwrap_or(Path::new("")));
        self.journal.flush()?;
        let back = FileIdentity::of(source)?;
        Ok(back)
    }

    /// Restores a symbolic link whose photo was moved in its place, and removes the copy of the photo.
    fn restore_link(
        &self,
        known: &StepRecord,
        goal: &Path,
        there: &FileIdentity,
    ) -> Result<(), RollbackError> {
        let (source, target) = (&known.step.source, &known.step.target);
        let same = known
            .written
            .as_ref()
            .is_none_or(|written| hash(target).is_ok_and(|content| written.holds(content)));
        if !there.is_file() || !same {
            return Err(RollbackError::Changed);
        }
        let folder = source.parent().unwrap_or(Path::new(""));
        let lost = || RollbackError::LinkTargetChanged(source.into());
        let photo: PathBuf = fs::canonicalize(folder.join(goal)).map_err(|_| lost())?;
        let holds = survives_removal(&photo, target)
            && hash(&photo).is_ok_and(|content| hash(target).is_ok_and(|copy| copy == content));
        if !holds {
            return Err(lost());
        }
        match FileIdentity::find(source).map_err(unreadable(source))? {
            None => {
                let made = self
                    .make_folders(Some(folder))
                    .and_then(|()| self.ops.symlink(goal, source));
                made.map_err(not_returned(source))?;
            }
            Some(back) if back.kind == FileKind::Symlink(goal.into()) => {}
            Some(_) => return Err(RollbackError::SourceTaken(source.into())),
        }
        self.remove(target)
    }

    fn make_folders(&self, folder: Option<&Path>) -> io::Result<()> {
        let missing = folder.into_iter().flat_map(Path::ancestors);
        let missing: Vec<&Path> = missing.take_while(|path| !path.is_dir()).collect();
        for folder in missing.into_iter().rev() {
            self.ops.create_dir(folder)?;
        }
        Ok(())
    }

    fn remove(&self, target: &Path) -> Result<(), RollbackError> {
        let removed = self.ops.remove_file(target);
        removed.map_err(RollbackError::NotRemoved)
    }
}

/// Whether length and modification time agree, allowing for FAT, which rounds times to two seconds when remounted.
/// Sufficient only where the file is restored before anything is removed.
fn is_about(there: &FileIdentity, noted: &FileIdentity) -> bool {
    let apart = there.modified_ns.abs_diff(noted.modified_ns);
    there.kind == noted.kind && there.bytes == noted.bytes && apart <= 2_000_000_000
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> RollbackError {
    let path = path.to_path_buf();
    move |source| RollbackError::Unreadable { path, source }
}

fn not_returned(path: &Path) -> impl FnOnce(io::Error) -> RollbackError {
    let path = path.to_path_buf();
    move |source| RollbackError::NotReturned { path, source }
}
