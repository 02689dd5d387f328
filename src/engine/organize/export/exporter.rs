//! Runs, resumes and undoes exports.

use std::collections::HashMap;
use std::path::{self, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::journal::{ExportJournal, StepRecord};
use super::ops::{Disk, Ops};
use super::plan::{ExportPlan, ExportStep};
use super::work::ExportRun;
use super::{ExportError, ExportProgress, ExportReport};
use crate::engine::cancel::Cancel;
use crate::engine::media::own_exports;

/// Files transferred in parallel: a disk can flush several in the time of one.
const THREADS: usize = 4;

/// Runs, resumes and undoes the exports whose journals are in one folder.
#[derive(Clone, Copy)]
pub struct Exporter<'a> {
    pub(super) journals: &'a Path,
    pub(super) ops: &'a dyn Ops,
    threads: usize,
}

impl<'a> Exporter<'a> {
    /// Creates an exporter that works on the real disk.
    #[must_use]
    pub fn new(journals: &'a Path) -> Self {
        Self::with(journals, &Disk, THREADS)
    }

    /// Creates an exporter with other disk operations and `threads` parallel transfers.
    #[must_use]
    pub fn with(journals: &'a Path, ops: &'a dyn Ops, threads: usize) -> Self {
        Self {
            journals,
            ops,
            threads,
        }
    }

    /// Executes a plan; `on_progress` is called after each file. An empty plan leaves no journal.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be created; failures of single files are in the report.
    pub fn run(
        self,
        plan: &ExportPlan,
        cancel: &Cancel,
        on_progress: &(dyn Fn(ExportProgress) + Sync),
    ) -> Result<ExportReport, ExportError> {
        let mut report = ExportReport::default();
        if !plan.steps.is_empty() {
            let full = absolute(plan);
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let journal = ExportJournal::begin(self.journals, &full, now.as_secs(), self.ops)?;
            // If this fails, the next scan includes the exported files, which is harmless.
            if let Some(root) = plan.inside.clone() {
                let files = plan.steps.iter().map(|step| (&*step.target, step.bytes));
                let _ = own_exports::note(self.journals, root, &plan.target, files);
            }
            let files: Vec<StepRecord> = full.steps.iter().cloned().map(StepRecord::new).collect();
            tracing::info!(files = files.len(), target = ?full.target, "an export begins");
            let work = ExportRun::new(&journal, &full.target, &files, cancel, on_progress);
            report = work.all(self.threads);
            as_given(&mut report, plan, &full);
        }
        report.skipped = plan.skipped.len();
        report.failures.extend(plan.failures.iter().cloned());
        log_end(&report);
        Ok(report)
    }

    /// Resumes an interrupted export.
    ///
    /// # Errors
    /// Returns an error if its journal cannot be read, or it is still running.
    pub fn finish(
        self,
        id: &str,
        cancel: &Cancel,
        on_progress: &(dyn Fn(ExportProgress) + Sync),
    ) -> Result<ExportReport, ExportError> {
        let (journal, past) = ExportJournal::reopen(self.journals, id, self.ops)?;
        let mut work = ExportRun::new(&journal, &past.target, &past.files, cancel, on_progress);
        work.resumed = true;
        tracing::info!(id, "an interrupted export goes on");
        let report = work.all(self.threads);
        log_end(&report);
        Ok(report)
    }
}

/// Executes a plan. `journals` is the folder of journals; `on_progress` is called after each file.
///
/// # Errors
/// Returns an error if the journal cannot be created; failures of single files are in the report.
pub fn run(
    plan: &ExportPlan,
    journals: &Path,
    cancel: &Cancel,
    on_progress: &(dyn Fn(ExportProgress) + Sync),
) -> Result<ExportReport, ExportError> {
    Exporter::new(journals).run(plan, cancel, on_progress)
}

/// Resumes an interrupted export.
///
/// # Errors
/// Returns an error if its journal cannot be read, or it is still running.
pub fn finish(
    journals: &Path,
    id: &str,
    cancel: &Cancel,
    on_progress: &(dyn Fn(ExportProgress) + Sync),
) -> Result<ExportReport, ExportError> {
    Exporter::new(journals).finish(id, cancel, on_progress)
}

fn log_end(report: &ExportReport) {
    tracing::info!(
        id = report.id,
        exported = report.exported.len(),
        skipped = report.skipped,
        failed = report.failures.len(),
        problem = report.problem.as_deref(),
        "an export ended"
    );
    for failure in &report.failures {
        tracing::debug!(path = ?failure.path, "{}", failure.message);
    }
}

/// Makes all paths absolute, independent of the current directory.
fn absolute(plan: &ExportPlan) -> ExportPlan {
    let full = |path: &Path| path::absolute(path).unwrap_or_else(|_| path.into());
    let step = |step: &ExportStep| ExportStep {
        source: full(&step.source),
        target: full(&step.target),
        ..step.clone()
    };
    ExportPlan {
        target: full(&plan.target),
        steps: plan.steps.iter().map(step).collect(),
        ..ExportPlan::default()
    }
}

/// Replaces the journal's absolute paths in a report by those given in the plan.
fn as_given(report: &mut ExportReport, plan: &ExportPlan, full: &ExportPlan) {
    let mut given = HashMap::new();
    for (step, full) in plan.steps.iter().zip(&full.steps) {
        for (path, full) in [(&step.source, &full.source), (&step.target, &full.target)] {
            if path != full {
                given.insert(full.as_path(), path);
            }
        }
    }
    let restore = |path: &mut PathBuf| {
        if let Some(given) = given.get(path.as_path()) {
            path.clone_from(given);
        }
    };
    if given.is_empty() {
        return;
    }
    for (source, target) in &mut report.exported {
        restore(source);
        restore(target);
    }
    for failure in &mut report.failures {
        restore(&mut failure.path);
    }
    let contents = std::mem::take(&mut report.contents).into_iter();
    report.contents = contents
        .map(|(mut path, content)| {
            restore(&mut path);
            (path, content)
        })
        .collect();
}
