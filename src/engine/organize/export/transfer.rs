//! Transfers one file to its target, either from the start or from where an interrupted attempt left off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Transfer;
use super::attributes::LostAttributes;
use super::files::{VerifiedCopy, copy_verified, hash, remove_temporary, rename_new, stamp};
use super::identity::{FileIdentity, FileKind, survives_removal};
use super::journal::{Backup, StepRecord};
use super::outcome::{OriginalKept, TransferError, TransferredFile};
use super::plan::ExportStep;
use super::record::{WrittenCopy, identity_by_stamp};
use super::work::ExportRun;
use crate::engine::files::file_key::FileInstance;

/// Length limit of a file name on common file systems, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// A photo that is moved by copying, and its copy. Where identities have no inode, they show whether another file of equal
/// length and modification time has taken the place of either. `None` if unknown, as after an earlier run.
#[derive(Default)]
struct MovedFiles {
    original: Option<FileInstance>,
    copy: Option<FileInstance>,
}

/// Whether a path still leads to a file, as far as it is known.
fn is_still(known: Option<&FileInstance>, path: &Path) -> bool {
    known.is_none_or(|known| FileInstance::of(path).as_ref() == Some(known))
}

impl ExportRun<'_> {
    /// Transfers a file unless already in place. On failure returns the reason, or `None` if cancelled.
    pub(super) fn attempt(&self, n: usize) -> Result<TransferredFile, Option<String>> {
        let known = self.known(n);
        let outcome = match known.arrived {
            Some(_) => Ok(TransferredFile::default()),
            None => self.transfer_file(n, known),
        };
        outcome.map_err(|problem| {
            if self.cancel.is_cancelled() {
                return None;
            }
            let words = problem.words(&known.step);
            self.stop_for(&problem, &words);
            Some(words)
        })
    }

    pub(super) fn transfer_file(
        &self,
        n: usize,
        known: &StepRecord,
    ) -> Result<TransferredFile, TransferError> {
        if let Some(why) = known.incomplete_reason() {
            return Err(TransferError::IncompleteRecord(why));
        }
        let step = &known.step;
        let temporary = self.journal.temporary(n, &step.target);
        if self.resumed {
            let there = arrived(known)?;
            remove_temporary(self.ops, &temporary)?;
            if let Some(there) = there {
                let original_kept = self.complete_move(known, &there)?;
                let transferred = TransferredFile {
                    original_kept,
                    known: Some(Box::new(known.clone())),
                    ..TransferredFile::default()
                };
                return Ok(self.note(n, there, transferred));
            }
        }
        let source = self.verify_source(n, known)?;
        self.make_folder(step.target.parent().unwrap_or(Path::new("")))?;
        let backup = match step.replaces {
            true => self.back_up(n, known)?,
            false => None,
        };
        let transferred = self.transfer(n, step, &source, &temporary);
        if transferred.is_err() {
            // If this fails, finishing or undoing the export tries again.
            let _ = remove_temporary(self.ops, &temporary);
            // Restore the replaced file, unless its name has been taken again.
            if let Some(backup) = &backup {
                let _ = rename_new(self.ops, &backup.path, &step.target);
            }
        }
        let (copied, original_kept) = transferred?;
        // The file is in place even if it cannot be examined, so it must be recorded.
        let there = FileIdentity::of(&step.target).unwrap_or_else(|error| {
            tracing::warn!(target = ?step.target, %error, "a transferred file cannot be examined");
            expected(step, &source, copied.as_ref())
        });
        let transferred = TransferredFile {
            content: copied.as_ref().map(|copied| copied.content),
            replaced: backup.is_some(),
            original_kept,
            known: Some(Box::new(StepRecord {
                started: Some(source),
                written: copied.as_ref().map(WrittenCopy::new),
                backup,
                ..known.clone()
            })),
            lost: copied.map_or(LostAttributes::default(), |copied| copied.lost),
            journal_error: None,
        };
        Ok(self.note(n, there, transferred))
    }

    /// Records the arrival. The file is in place even if the journal cannot be written.
    fn note(
        &self,
        n: usize,
        there: FileIdentity,
        mut transferred: TransferredFile,
    ) -> TransferredFile {
        transferred.journal_error = self.journal.arrived(n, &there).err();
        if let Some(known) = &mut transferred.known {
            known.arrived = Some(there);
        }
        transferred
    }

    /// Checks that the source is the file that was planned.
    fn verify_source(&self, n: usize, known: &StepRecord) -> Result<FileIdentity, TransferError> {
        let step = &known.step;
        let now = FileIdentity::of(&step.source)?;
        if matches!(now.kind, FileKind::Folder | FileKind::Other) {
            return Err(TransferError::NotAFile);
        }
        let planned = step.identity.as_ref();
        let same_kind = planned.is_none_or(|planned| planned.kind == now.kind);
        if !same_kind || stamp(&step.source) != Some((step.bytes, step.modified_ns)) {
            return Err(TransferError::Changed);
        }
        if known.restored || !known.source().is_some_and(|source| source.unchanged(&now)) {
            self.journal
                .started(n, &now)
                .map_err(TransferError::Journal)?;
        }
        Ok(now)
    }

    /// Renames an existing target file to its backup name, where it remains until the user removes it.
    fn back_up(&self, n: usize, known: &StepRecord) -> Result<Option<Backup>, TransferError> {
        let target = &known.step.target;
        let before = known.backup.as_ref();
        let before = before.filter(|backup| fs::symlink_metadata(&backup.path).is_ok());
        let there = match (FileIdentity::find(target)?, before) {
            (None, before) => return Ok(before.cloned()),
            (Some(there), None) if there.kind != FileKind::Folder => there,
            (Some(_), _) => return Err(io::Error::from(io::ErrorKind::AlreadyExists).into()),
        };
        for number in 1.. {
            let backup = Backup {
                path: backup_name(target, &today(), number),
                identity: Some(there.clone()),
            };
            if FileIdentity::find(&backup.path)?.is_some() {
                continue;
            }
            let noted = self.journal.replacing(n, &backup);
            noted
                .and_then(|()| self.journal.flush())
                .map_err(TransferError::Journal)?;
            match rename_new(self.ops, target, &backup.path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| Some(backup)).map_err(TransferError::File),
            }
        }
        Ok(None)
    }

    /// Copies, renames or links the file. Returns the copy, if one was made, and why the original remains, if it does.
    fn transfer(
        &self,
        n: usize,
        step: &ExportStep,
        source: &FileIdentity,
        temporary: &Path,
    ) -> Result<(Option<VerifiedCopy>, Option<OriginalKept>), TransferError> {
        match step.transfer {
            Transfer::Link => {
                let goal = fs::canonicalize(&step.source)?;
                self.ops.symlink(&goal, &step.target)?;
                return Ok((None, None));
            }
            Transfer::HardLink => {
                // Link to the photo itself: a hard link to a relative symbolic link would break.
                let goal = fs::canonicalize(&step.source)?;
                self.ops.hard_link(&goal, &step.target)?;
                return Ok((None, None));
            }
            // A symbolic link is moved by moving its photo's content, since its relative target would break.
            Transfer::Move if source.is_file() => {
                match rename_new(self.ops, &step.source, &step.target) {
                    Ok(()) => return Ok((None, None)),
                    // Another disk, or a source folder that files cannot be removed from.
                    Err(error) if needs_a_copy(&error) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Transfer::Move | Transfer::Copy => {}
        }
        let moves = step.transfer == Transfer::Move;
        let original = moves.then(|| FileInstance::of(&step.source)).flatten();
        let copied = copy_verified(self.ops, &step.source, temporary, moves, self.cancel)?;
        self.journal
            .written(n, &copied)
            .map_err(TransferError::Journal)?;
        rename_new(self.ops, temporary, &step.target)?;
        let original_kept = match moves {
            true => {
                // Not before the rename: on Windows, an open file may keep its temporary name as well.
                let copy = FileInstance::of(&step.target);
                let files = MovedFiles { original, copy };
                self.give_up(step, source, &copied.identity, files)
            }
            false => None,
        };
        Ok((Some(copied), original_kept))
    }

    /// Removes the original once its copy is in place and flushed. Returns why it remains, if it does.
    fn give_up(
        &self,
        step: &ExportStep,
        source: &FileIdentity,
        copy: &FileIdentity,
        files: MovedFiles,
    ) -> Option<OriginalKept> {
        let (from, to) = (&step.source, &step.target);
        self.ops.flush_folder(to.parent().unwrap_or(Path::new("")));
        if let Err(error) = self.journal.flush() {
            let why = format!("the journal is not safe ({error})");
            return Some(OriginalKept::beside_copy(why));
        }
        let now = match FileIdentity::find(from) {
            Ok(Some(now)) => now,
            Ok(None) => return None,
            Err(error) => {
                let why = format!("it cannot be examined ({error})");
                return Some(OriginalKept::beside_copy(why));
            }
        };
        let same = now.same_stamp(source)
            && now.node == source.node
            && is_still(files.original.as_ref(), from);
        if !same || stamp(from) != Some((step.bytes, step.modified_ns)) {
            return Some(OriginalKept::beside_copy("it changed while it was moved"));
        }
        let there = FileIdentity::of(to).is_ok_and(|there| {
            there.is_file() && there.same_stamp(copy) && there.node == copy.node
        });
        let there = there && is_still(files.copy.as_ref(), to);
        if !there || !self.is_independent_copy(step, &now) {
            return Some(OriginalKept {
                why: format!("{} is not its copy", to.display()),
                is_copied: false,
            });
        }
        // On Windows, a removed file keeps its name while it is open.
        drop(files);
        let removed = self.ops.remove_file(from);
        removed.err().map(|error| {
            OriginalKept::beside_copy(format!("it cannot be removed from there ({error})"))
        })
    }

    /// Whether the file at the target exists independently of the source.
    fn is_independent_copy(&self, step: &ExportStep, source: &FileIdentity) -> bool {
        // Removing a link does not affect its target, but the copy must not be that link itself.
        match source.kind {
            FileKind::Symlink(_) => !is_entry_of(&step.target, &step.source),
            _ => survives_removal(&step.target, &step.source),
        }
    }

    /// Completes a move that was killed after the photo arrived but before its old name was removed.
    fn complete_move(
        &self,
        known: &StepRecord,
        there: &FileIdentity,
    ) -> Result<Option<OriginalKept>, TransferError> {
        let step = &known.step;
        if step.transfer != Transfer::Move {
            return Ok(None);
        }
        let Some(now) = FileIdentity::find(&step.source)? else {
            return Ok(None);
        };
        if now.same_node(there) {
            // Either two hard links, of which the old one is removed, or one entry reached by two paths.
            if survives_removal(&step.target, &step.source) {
                self.ops.remove_file(&step.source)?;
            }
            return Ok(None);
        }
        match known.source() {
            // Another file has taken its old name.
            Some(source) if source.same_node(there) => Ok(None),
            Some(source) => Ok(self.give_up(step, source, there, MovedFiles::default())),
            // Old journals record less, so only the content can tell.
            None if now.is_file() && hash(&step.source)? == hash(&step.target)? => {
                Ok(self.give_up(step, &now, there, MovedFiles::default()))
            }
            None => Ok(None),
        }
    }
}

/// The identity that a transferred file has, as far as it is known without examining the file. The change time is
/// unknown, so undo does not rely on times alone before it removes a copy.
fn expected(
    step: &ExportStep,
    source: &FileIdentity,
    copied: Option<&VerifiedCopy>,
) -> FileIdentity {
    let known = match (copied, step.transfer) {
        (Some(copied), _) => copied.identity.clone(),
        (None, Transfer::Move) => source.clone(),
        (None, _) => identity_by_stamp(step, step.bytes, step.modified_ns),
    };
    FileIdentity {
        changed_ns: None,
        ..known
    }
}

/// Whether both paths lead to the same directory entry.
fn is_entry_of(a: &Path, b: &Path) -> bool {
    match (FileIdentity::of(a), FileIdentity::of(b)) {
        (Ok(a), Ok(b)) => a.same_node(&b) || (a.node.is_none() && a == b),
        _ => true,
    }
}

fn needs_a_copy(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::CrossesDevices | io::ErrorKind::PermissionDenied
    )
}

/// Detects a file that is in place but not recorded, because the process was killed in between.
pub(super) fn arrived(known: &StepRecord) -> io::Result<Option<FileIdentity>> {
    let step = &known.step;
    let Some(there) = FileIdentity::find(&step.target)? else {
        return Ok(None);
    };
    let is_ours = match step.transfer {
        Transfer::Copy => is_copy(known, &there),
        Transfer::Move => was_renamed(known, &there)? || is_copy(known, &there),
        Transfer::HardLink => {
            let goal = fs::canonicalize(&step.source).and_then(|goal| FileIdentity::of(&goal));
            goal.is_ok_and(|goal| goal.is_file() && goal.same_node(&there))
        }
        Transfer::Link => match (&there.kind, fs::canonicalize(&step.source)) {
            (FileKind::Symlink(link), Ok(goal)) => *link == goal,
            _ => false,
        },
    };
    Ok(is_ours.then_some(there))
}

fn is_copy(known: &StepRecord, there: &FileIdentity) -> bool {
    let Some(written) = known.written.as_ref().filter(|_| there.is_file()) else {
        return false;
    };
    let same_bytes = || hash(&known.step.target).is_ok_and(|content| written.holds(content));
    match &written.identity {
        Some(copy) => copy.same_stamp(there) && (copy.same_node(there) || same_bytes()),
        None => same_bytes(),
    }
}

fn was_renamed(known: &StepRecord, there: &FileIdentity) -> io::Result<bool> {
    let step = &known.step;
    let source = FileIdentity::find(&step.source)?;
    Ok(match known.source() {
        Some(planned) if planned.node.is_some() => planned.is_file() && planned.unchanged(there),
        // Without an identity, only the missing source is evidence of a rename.
        _ => {
            let stamp = (there.bytes, there.modified_ns);
            there.is_file() && source.is_none() && stamp == (step.bytes, step.modified_ns)
        }
    })
}

/// The current UTC date, as `2026-11-25`.
fn today() -> String {
    let now = jiff::Timestamp::now().to_string();
    now.get(..10).unwrap_or_default().to_owned()
}

/// The backup name of a replaced file: `name (replaced 2026-11-25).jpg`, with a number if that is taken.
fn backup_name(target: &Path, day: &str, number: u32) -> PathBuf {
    let note = match number {
        1 => format!(" (replaced {day})"),
        number => format!(" (replaced {day}, {number})"),
    };
    let ending = target.extension().map_or_else(Default::default, |ending| {
        let mut dotted = std::ffi::OsString::from(".");
        dotted.push(ending);
        dotted
    });
    let mut stem = target.file_stem().unwrap_or_default().to_owned();
    let most = MAX_NAME_BYTES.saturating_sub(note.len() + ending.len());
    if stem.len() > most {
        let text = stem.to_string_lossy();
        let mut end = most.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        stem = text[..end].to_owned().into();
    }
    stem.push(note);
    stem.push(ending);
    target.with_file_name(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_is_told_apart_from_the_file_that_was_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let [path, other] = ["a", "b"].map(|name| dir.path().join(name));
        fs::write(&path, "one").expect("written");
        fs::write(&other, "two").expect("written");
        let known = FileInstance::of(&path);
        assert!(known.is_some() && is_still(known.as_ref(), &path));
        assert!(!is_still(known.as_ref(), &other));
        assert!(!is_still(known.as_ref(), &dir.path().join("none")));
        assert!(is_still(None, &other), "nothing is known");
    }

    #[test]
    fn without_inodes_the_content_tells_a_copy() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = dir.path().join("a.jpg");
        fs::write(&target, "one").expect("written");
        let there = FileIdentity {
            node: None,
            ..FileIdentity::of(&target).expect("there")
        };
        let mut known = StepRecord::new(ExportStep {
            source: dir.path().join("b.jpg"),
            target: target.clone(),
            bytes: there.bytes,
            modified_ns: there.modified_ns,
            transfer: Transfer::Copy,
            replaces: false,
            paired_file: false,
            set: 0,
            identity: None,
        });
        known.written = Some(WrittenCopy {
            content: hash(&target).expect("read").to_string(),
            identity: Some(there.clone()),
        });
        assert!(is_copy(&known, &there));
        fs::write(&target, "two").expect("written");
        assert!(!is_copy(&known, &there));
    }

    #[test]
    fn replaced_files_get_names_that_say_so_and_fit() {
        let name = |target: &str, number| backup_name(Path::new(target), "2026-11-25", number);
        assert_eq!(
            name("/x/a.jpg", 1),
            Path::new("/x/a (replaced 2026-11-25).jpg")
        );
        assert_eq!(name("/x/a", 2), Path::new("/x/a (replaced 2026-11-25, 2)"));
        let long = name(&format!("/x/{}.jpg", "猫".repeat(83)), 1);
        let long = long
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            long.len() <= 255 && long.ends_with("猫 (replaced 2026-11-25).jpg"),
            "{long}"
        );
    }
}
