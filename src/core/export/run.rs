//! Carrying a plan out, and going on with one that was interrupted.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::files::{copy_verified, hash, rename_new, same_file, stamp, symlink, sync_folder};
use super::journal::{Journal, Known, set_aside, temporary};
use super::plan::{Plan, Step};
use super::{ExportError, Progress, Report, Transfer};
use crate::core::cancel::Cancel;
use crate::core::photo::{Failure, Stage};

/// Files that are on their way at once: a disk flushes several in the time of one.
const THREADS: usize = 4;

/// Carries a plan out. `journals` is the folder of journals; `tell` is called after each file.
///
/// # Errors
/// If the journal cannot be written; what goes wrong with a single file is in the report.
pub fn run(
    plan: &Plan,
    journals: &Path,
    cancel: &Cancel,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Report, ExportError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let journal = Journal::begin(journals, plan, now.as_secs())?;
    // What is not noted is no worse than counted again by the next scan.
    let _ = super::results::note(journals, plan);
    let files = plan.steps.iter().cloned().map(|step| Known {
        step,
        copied: None,
        done: None,
        aside: false,
    });
    let files: Vec<Known> = files.collect();
    let mut report = Work::new(&journal, &files, cancel, tell).all()?;
    report.skipped = plan.skipped.len();
    report.failures.extend(plan.failures.iter().cloned());
    Ok(report)
}

/// Goes on with an export that was interrupted.
///
/// # Errors
/// If its journal cannot be read or written, or it is still running.
pub fn finish(
    journals: &Path,
    id: &str,
    cancel: &Cancel,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Report, ExportError> {
    let (journal, past) = Journal::reopen(journals, id)?;
    Work::new(&journal, &past.files, cancel, tell).all()
}

/// What all threads of an export share.
struct Work<'a> {
    journal: &'a Journal,
    files: &'a [Known],
    cancel: &'a Cancel,
    tell: &'a (dyn Fn(Progress) + Sync),
    next: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    report: Report,
    progress: Progress,
    folders: HashSet<PathBuf>,
    /// Why no further file is begun.
    stop: Option<String>,
}

impl<'a> Work<'a> {
    fn new(
        journal: &'a Journal,
        files: &'a [Known],
        cancel: &'a Cancel,
        tell: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        let mut state = State::default();
        state.report.id = journal.id().into();
        state.progress.of = files.len();
        Self {
            journal,
            files,
            cancel,
            tell,
            next: AtomicUsize::new(0),
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(self) -> Result<Report, ExportError> {
        std::thread::scope(|scope| {
            for n in 0..THREADS.min(self.files.len()) {
                let work = || self.take_files();
                let name = format!("lumisift-export-{n}");
                let spawned = std::thread::Builder::new()
                    .name(name)
                    .spawn_scoped(scope, work);
                if spawned.is_err() {
                    // One thread is enough, this one if there is no other.
                    self.take_files();
                    break;
                }
            }
        });
        let stopped = self.cancel.is_cancelled();
        let journal = self.journal;
        let mut state = self
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        // Cancelled by the person: what is done stays, and nothing is left to be finished.
        journal.finished().map_err(|e| journal.error(e))?;
        state.report.trouble = state.stop;
        state.report.cancelled = stopped;
        state.report.exported.sort();
        state.report.failures.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(state.report)
    }

    fn take_files(&self) {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(known) = self.files.get(n) else {
                return;
            };
            // A photo is moved only after all copies of it were made: the steps of one photo stay together.
            if n > 0 && self.files[n - 1].step.source == known.step.source {
                continue;
            }
            let same = |other: &&Known| other.step.source == known.step.source;
            let group = self.files[n..].iter().take_while(same).count();
            for at in n..n + group {
                if self.cancel.is_cancelled() || self.state().stop.is_some() {
                    return;
                }
                self.one(at);
            }
        }
    }

    fn one(&self, n: usize) {
        let known = &self.files[n];
        let step = &known.step;
        let outcome = if known.done.is_some() {
            Ok(())
        } else {
            self.bring(n, known)
        };
        let mut state = self.state();
        match outcome {
            Ok(()) => {
                state.progress.bytes += step.bytes;
                let pair = (step.source.clone(), step.target.clone());
                state.report.exported.push(pair);
                state.report.photos += usize::from(!step.companion);
                state.report.moved |= step.transfer == Transfer::Move;
            }
            Err(_) if self.cancel.is_cancelled() => return,
            Err(error) => {
                let of_all = matches!(
                    error.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::ReadOnlyFilesystem
                );
                if of_all && state.stop.is_none() {
                    state.stop = Some(words(step, &error));
                }
                let failure = Failure::new(&step.source, Stage::Export, words(step, &error));
                state.report.failures.push(failure);
            }
        }
        state.progress.files += 1;
        let progress = state.progress;
        drop(state);
        (self.tell)(progress);
    }

    /// Brings one file to its place, from wherever an earlier attempt left it.
    fn bring(&self, n: usize, known: &Known) -> io::Result<()> {
        let step = &known.step;
        let id = self.journal.id();
        let temporary = temporary(id, n, &step.target);
        if let Some(stamp) = arrived(known) {
            let _ = fs::remove_file(&temporary);
            if step.transfer == Transfer::Move && step.source.exists() {
                self.give_up_source(step)?;
            }
            return self.journal.done(n, stamp);
        }
        self.make_folder(step.target.parent().unwrap_or(Path::new("")))?;
        let _ = fs::remove_file(&temporary);
        let now = stamp(&step.source).ok_or(io::ErrorKind::NotFound)?;
        if now != (step.bytes, step.modified_ns) {
            return Err(io::Error::other(
                "it changed since the export was planned: plan it again",
            ));
        }
        let aside = set_aside(id, n, &step.target);
        if step.replaces && !aside.exists() && step.target.exists() {
            self.journal.aside(n)?;
            self.journal.flush()?;
            rename_new(&step.target, &aside)?;
        }
        let brought = self.transfer(n, step, &temporary);
        let _ = fs::remove_file(&temporary);
        if brought.is_err() && step.replaces && !step.target.exists() {
            // What was in the way comes back.
            let _ = rename_new(&aside, &step.target);
        }
        brought?;
        let there = fs::symlink_metadata(&step.target)?;
        let there = match there.is_symlink() {
            true => (0, 0),
            false => stamp(&step.target).unwrap_or((step.bytes, step.modified_ns)),
        };
        self.journal.done(n, there)
    }

    fn transfer(&self, n: usize, step: &Step, temporary: &Path) -> io::Result<()> {
        match step.transfer {
            Transfer::Link => return symlink(&step.source, &step.target),
            Transfer::HardLink => return fs::hard_link(&step.source, &step.target),
            // A link to a photo is moved as a photo: its own goal might not be found from elsewhere.
            Transfer::Move if !fs::symlink_metadata(&step.source)?.is_symlink() => {
                match rename_new(&step.source, &step.target) {
                    Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
                    done => return done,
                }
            }
            Transfer::Move | Transfer::Copy => {}
        }
        let content = copy_verified(&step.source, temporary, self.cancel)?;
        self.journal.copied(n, content)?;
        rename_new(temporary, &step.target)?;
        if step.transfer == Transfer::Move {
            self.give_up_source(step)?;
        }
        Ok(())
    }

    /// Removes a photo whose copy is at its place, after that is safe on the disk.
    fn give_up_source(&self, step: &Step) -> io::Result<()> {
        sync_folder(step.target.parent().unwrap_or(Path::new("")));
        self.journal.flush()?;
        if stamp(&step.source) != Some((step.bytes, step.modified_ns)) {
            return Err(io::Error::other(
                "it changed while it was moved: it stayed, and a copy is at the target",
            ));
        }
        fs::remove_file(&step.source)
    }

    /// Makes a folder and those above it, noting each that was not there.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        if state.folders.contains(folder) {
            return Ok(());
        }
        let missing = folder
            .ancestors()
            .take_while(|path| !path.is_dir() && *path != Path::new(""));
        let missing: Vec<&Path> = missing.collect();
        for folder in missing.into_iter().rev() {
            self.journal.folder(folder)?;
            match fs::create_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        state.folders.insert(folder.into());
        Ok(())
    }
}

/// Length and time of a file that is at its place already, though its journal does not say so: the process was
/// killed between the two.
pub(super) fn arrived(known: &Known) -> Option<(u64, i64)> {
    let step = &known.step;
    let there = stamp(&step.target)?;
    let by_copy = || {
        let content = known.copied.as_ref()?;
        (hash(&step.target).ok()?.to_string() == *content).then_some(there)
    };
    match step.transfer {
        Transfer::Copy => by_copy(),
        Transfer::Move => {
            let renamed = !step.source.exists() && there == (step.bytes, step.modified_ns);
            // Killed between the new name and the removal of the old one.
            let both = same_file(&step.source, &step.target);
            if renamed || both {
                Some(there)
            } else {
                by_copy()
            }
        }
        Transfer::HardLink => same_file(&step.source, &step.target).then_some(there),
        Transfer::Link => {
            let link = fs::read_link(&step.target).ok()?;
            (fs::canonicalize(&step.source).ok()? == link).then_some((0, 0))
        }
    }
}

/// What went wrong, in a sentence.
fn words(step: &Step, error: &io::Error) -> String {
    let to = step.target.display();
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there (moved or deleted?)".into(),
        io::ErrorKind::AlreadyExists => {
            format!("{to} appeared since the export was planned: plan it again")
        }
        io::ErrorKind::PermissionDenied => format!("no permission to read it or to write {to}"),
        io::ErrorKind::CrossesDevices => {
            format!("{to} is on another disk, to which there are no hard links: copy instead")
        }
        io::ErrorKind::StorageFull => {
            "the disk is full: make room, then export again; what arrived is passed over".into()
        }
        io::ErrorKind::ReadOnlyFilesystem => format!("the disk of {to} cannot be written"),
        _ => error.to_string(),
    }
}
