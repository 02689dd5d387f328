//! The state shared by the threads of an export: steps, progress, report.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::attributes::LostAttributes;
use super::journal::{ExportJournal, StepRecord, device_of};
use super::ops::Ops;
use super::outcome::{TransferError, TransferredFile};
use super::plan::ExportStep;
use super::{ExportProgress, ExportReport, Transfer};
use crate::engine::cancel::Cancel;
use crate::engine::media::photo::{Failure, Stage};
use crate::engine::plural::bytes_rounded_up;

pub(super) struct ExportRun<'a> {
    pub(super) journal: &'a ExportJournal<'a>,
    pub(super) ops: &'a dyn Ops,
    pub(super) cancel: &'a Cancel,
    /// Whether this run resumes an earlier one, which may have left temporary files.
    pub(super) resumed: bool,
    target: &'a Path,
    pub(super) files: &'a [StepRecord],
    on_progress: &'a (dyn Fn(ExportProgress) + Sync),
    /// The next step that no thread has claimed.
    pub(super) next: AtomicUsize,
    state: Mutex<RunState>,
}

#[derive(Default)]
struct RunState {
    report: ExportReport,
    progress: ExportProgress,
    folders: HashSet<PathBuf>,
    /// Numbers of completed steps.
    there: HashSet<usize>,
    lost: LostAttributes,
    /// The number of files that lost attributes.
    files_missing_attributes: usize,
    /// Why no further step is started.
    stop: Option<StopReason>,
}

enum StopReason {
    /// The target's disk is full.
    Full,
    /// Another error, as a sentence for the report.
    Other(String),
}

impl<'a> ExportRun<'a> {
    pub(super) fn new(
        journal: &'a ExportJournal<'a>,
        target: &'a Path,
        files: &'a [StepRecord],
        cancel: &'a Cancel,
        on_progress: &'a (dyn Fn(ExportProgress) + Sync),
    ) -> Self {
        let mut state = RunState::default();
        state.report.id = journal.id().into();
        state.progress.of = files.len();
        Self {
            journal,
            ops: journal.ops(),
            cancel,
            resumed: false,
            target,
            files,
            on_progress,
            next: AtomicUsize::new(0),
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, RunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no further step may be started.
    pub(super) fn is_stopped(&self) -> bool {
        self.cancel.is_cancelled() || self.state().stop.is_some()
    }

    /// The recorded state of a step before this run.
    pub(super) fn known(&self, n: usize) -> &'a StepRecord {
        &self.files[n]
    }

    pub(super) fn step(&self, n: usize) -> &'a ExportStep {
        &self.files[n].step
    }

    /// Stops the export if a step's error affects all following steps as well.
    pub(super) fn stop_for(&self, problem: &TransferError, words: &str) {
        let stop = match problem {
            TransferError::File(error) if is_full(error) => Some(StopReason::Full),
            TransferError::File(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Some(StopReason::Other(words.into()))
            }
            TransferError::Journal(error) => Some(StopReason::Other(
                self.journal.error(again(error)).to_string(),
            )),
            TransferError::File(_)
            | TransferError::IncompleteRecord(_)
            | TransferError::NotAFile
            | TransferError::Changed => None,
        };
        let mut state = self.state();
        state.stop = state.stop.take().or(stop);
    }

    /// Counts a file as completed.
    pub(super) fn settle(&self, n: usize, transferred: TransferredFile) {
        self.state()
            .arrived(n, self.step(n), transferred, self.journal);
    }

    pub(super) fn report(&self, failure: Failure) {
        self.state().report.failures.push(failure);
    }

    pub(super) fn report_progress(&self) {
        let mut state = self.state();
        state.progress.files += 1;
        let progress = state.progress;
        drop(state);
        (self.on_progress)(progress);
    }

    /// Records that a file has been rolled back.
    pub(super) fn record_rollback(&self, n: usize) {
        if let Err(error) = self.journal.restored(n) {
            let words = self.journal.error(error).to_string();
            self.state().stop.get_or_insert(StopReason::Other(words));
        }
    }

    /// Creates a folder and its missing ancestors, and records each one created.
    pub(super) fn make_folder(&self, folder: &Path) -> Result<(), TransferError> {
        let mut state = self.state();
        if state.folders.contains(folder) {
            return Ok(());
        }
        let missing = folder
            .ancestors()
            .take_while(|path| !path.is_dir() && *path != Path::new(""));
        let missing: Vec<&Path> = missing.collect();
        for folder in missing.into_iter().rev() {
            self.journal
                .folder(folder)
                .map_err(TransferError::Journal)?;
            match self.ops.create_dir(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        state.folders.insert(folder.into());
        Ok(())
    }

    /// Builds the report after all threads have ended.
    pub(super) fn into_report(self) -> ExportReport {
        let cancelled = self.cancel.is_cancelled();
        let mut problem = self.problem();
        if problem.is_none() {
            // Complete, or cancelled by the user: what is done stays, and there is nothing to resume.
            let noted = self.journal.finished();
            problem = noted.err().map(|e| self.journal.error(e).to_string());
        }
        let warning = self.warning();
        let state = self.state.into_inner();
        let mut report = state.unwrap_or_else(PoisonError::into_inner).report;
        report.unfinished = problem.is_some();
        report.problem = problem;
        report.cancelled = cancelled;
        report.warnings.extend(warning);
        report.exported.sort();
        report.failures.sort_by(|a, b| a.path.cmp(&b.path));
        report
    }

    /// The error that ended the export early.
    fn problem(&self) -> Option<String> {
        let state = self.state();
        match state.stop.as_ref()? {
            StopReason::Other(words) => Some(words.clone()),
            StopReason::Full => {
                let left = |(n, _): &(usize, &StepRecord)| !state.there.contains(n);
                let left = self.files.iter().enumerate().filter(left);
                let written = left.filter(|(_, known)| is_written(&known.step));
                let bytes: u64 = written.map(|(_, known)| known.step.bytes).sum();
                let there = self.target.ancestors().find(|path| path.is_dir());
                let free = there.and_then(|path| fs4::available_space(path).ok());
                // File systems reserve some space.
                let missing = bytes.saturating_sub(free.unwrap_or(0)).max(1_000_000);
                Some(format!(
                    "the disk is full: {} needs at least {} more; make room, then finish this export or export \
                     again: files that are complete are skipped",
                    self.target.display(),
                    bytes_rounded_up(missing)
                ))
            }
        }
    }

    /// A sentence about the attributes that the target did not accept.
    fn warning(&self) -> Option<String> {
        let state = self.state();
        let names = state.lost.names();
        let last = names.last()?;
        let all = match &names[..names.len() - 1] {
            [] => (*last).to_owned(),
            first => format!("{} and {last}", first.join(", ")),
        };
        let count = match state.files_missing_attributes {
            1 => "1 file is complete, but was transferred without them".to_owned(),
            count => format!("{count} files are complete, but were transferred without them"),
        };
        Some(format!(
            "{} does not take the {all} of files: {count}",
            self.target.display()
        ))
    }
}

impl RunState {
    fn arrived(
        &mut self,
        n: usize,
        step: &ExportStep,
        transferred: TransferredFile,
        journal: &ExportJournal<'_>,
    ) {
        self.there.insert(n);
        self.progress.bytes += step.bytes;
        let report = &mut self.report;
        report
            .exported
            .push((step.source.clone(), step.target.clone()));
        report.photos += usize::from(!step.paired_file);
        report.moved |= step.transfer == Transfer::Move;
        report.replaced += usize::from(transferred.replaced);
        if let Some(content) = transferred.content {
            report.contents.insert(step.target.clone(), content);
        }
        if let Some(original_kept) = transferred.original_kept {
            let failure = Failure::new(&step.source, Stage::Export, original_kept.words(step));
            report.failures.push(failure);
        }
        if !transferred.lost.names().is_empty() {
            self.files_missing_attributes += 1;
            self.lost = self.lost.or(transferred.lost);
        }
        if let Some(error) = transferred.journal_error {
            self.stop
                .get_or_insert_with(|| StopReason::Other(journal.error(error).to_string()));
        }
    }
}

/// Whether a step writes file data to the target's disk.
fn is_written(step: &ExportStep) -> bool {
    match step.transfer {
        Transfer::Copy => true,
        Transfer::Move => device_of(&step.source) != device_of(&step.target),
        Transfer::HardLink | Transfer::Link => false,
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Duplicates an error, since `io::Error` is not `Clone`.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
