//! Runs, finishes and undoes exports: owns the journals' folder, the disk operations and the number of threads.

use std::collections::HashMap;
use std::path::{self, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::journal::{Journal, StepState};
use super::ops::{Disk, Ops};
use super::plan::{Plan, Step};
use super::work::Work;
use super::{ExportError, ExportProgress, Report};
use crate::engine::cancel::Cancel;
use crate::engine::media::own_exports;

/// Files that are on their way at once: a disk flushes several in the time of one.
const THREADS: usize = 4;

/// Runs, finishes and undoes exports whose journals are in one folder.
#[derive(Clone, Copy)]
pub struct Exporter<'a> {
    pub(super) journals: &'a Path,
    pub(super) ops: &'a dyn Ops,
    threads: usize,
}

impl<'a> Exporter<'a> {
    /// On the disk itself.
    #[must_use]
    pub fn new(journals: &'a Path) -> Self {
        Self::with(journals, &Disk, THREADS)
    }

    /// With other operations, and so many files on their way at once.
    #[must_use]
    pub fn with(journals: &'a Path, ops: &'a dyn Ops, threads: usize) -> Self {
        Self {
            journals,
            ops,
            threads,
        }
    }

    /// Carries a plan out; `tell` is called after each file. A plan without files leaves no journal.
    ///
    /// # Errors
    /// If the journal cannot be begun; what goes wrong with a single file is in the report.
    pub fn run(
        self,
        plan: &Plan,
        cancel: &Cancel,
        tell: &(dyn Fn(ExportProgress) + Sync),
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        if !plan.steps.is_empty() {
            let full = absolute(plan);
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let journal = Journal::begin(self.journals, &full, now.as_secs(), self.ops)?;
            // What is not noted is no worse than counted again by the next scan.
            if let Some(root) = plan.inside.clone() {
                let files = plan.steps.iter().map(|step| (&*step.target, step.bytes));
                let _ = own_exports::note(self.journals, root, &plan.target, files);
            }
            let files: Vec<StepState> = full.steps.iter().cloned().map(StepState::new).collect();
            tracing::info!(files = files.len(), target = ?full.target, "an export begins");
            let work = Work::new(&journal, &full.target, &files, cancel, tell);
            report = work.all(self.threads);
            as_given(&mut report, plan, &full);
        }
        report.skipped = plan.skipped.len();
        report.failures.extend(plan.failures.iter().cloned());
        log_end(&report);
        Ok(report)
    }

    /// Goes on with an export that was interrupted.
    ///
    /// # Errors
    /// If its journal cannot be read, or it is still running.
    pub fn finish(
        self,
        id: &str,
        cancel: &Cancel,
        tell: &(dyn Fn(ExportProgress) + Sync),
    ) -> Result<Report, ExportError> {
        let (journal, past) = Journal::reopen(self.journals, id, self.ops)?;
        let mut work = Work::new(&journal, &past.target, &past.files, cancel, tell);
        work.resumed = true;
        tracing::info!(id, "an interrupted export goes on");
        let report = work.all(self.threads);
        log_end(&report);
        Ok(report)
    }
}

/// Carries a plan out. `journals` is the folder of journals; `tell` is called after each file.
///
/// # Errors
/// If the journal cannot be begun; what goes wrong with a single file is in the report.
pub fn run(
    plan: &Plan,
    journals: &Path,
    cancel: &Cancel,
    tell: &(dyn Fn(ExportProgress) + Sync),
) -> Result<Report, ExportError> {
    Exporter::new(journals).run(plan, cancel, tell)
}

/// Goes on with an export that was interrupted.
///
/// # Errors
/// If its journal cannot be read, or it is still running.
pub fn finish(
    journals: &Path,
    id: &str,
    cancel: &Cancel,
    tell: &(dyn Fn(ExportProgress) + Sync),
) -> Result<Report, ExportError> {
    Exporter::new(journals).finish(id, cancel, tell)
}

fn log_end(report: &Report) {
    tracing::info!(
        id = report.id,
        exported = report.exported.len(),
        skipped = report.skipped,
        failed = report.failures.len(),
        trouble = report.trouble.as_deref(),
        "an export ended"
    );
    for failure in &report.failures {
        tracing::debug!(path = ?failure.path, "{}", failure.message);
    }
}

/// The same plan with paths that mean the same from every folder.
fn absolute(plan: &Plan) -> Plan {
    let full = |path: &Path| path::absolute(path).unwrap_or_else(|_| path.into());
    let step = |step: &Step| Step {
        source: full(&step.source),
        target: full(&step.target),
        ..step.clone()
    };
    Plan {
        target: full(&plan.target),
        steps: plan.steps.iter().map(step).collect(),
        ..Plan::default()
    }
}

/// Gives the paths of a report as they were given in the plan, not as the journal has them.
fn as_given(report: &mut Report, plan: &Plan, full: &Plan) {
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
