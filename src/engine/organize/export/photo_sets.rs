//! Sets: a photo and its paired files. A set is moved completely or not at all.

use std::ops::Range;

use super::Transfer;
use super::outcome::TransferredFile;
use super::plan::ExportStep;
use super::rollback::Rollback;
use super::work::ExportRun;
use crate::engine::media::photo::{Failure, Stage};

/// Whether two steps belong to one set. Old journals do not record sets; there, the steps of one source form a set.
pub(super) fn in_same_set(a: &ExportStep, b: &ExportStep) -> bool {
    match (a.set, b.set) {
        (0, _) | (_, 0) => a.source == b.source,
        (a, b) => a == b,
    }
}

/// Why a set is incomplete.
enum SetFailure {
    /// The export was stopped.
    Stopped,
    /// The step with this number failed, for this reason.
    Part(usize, String),
}

impl ExportRun<'_> {
    /// Transfers the files of a set one after another.
    pub(super) fn set(&self, parts: Range<usize>) {
        let steps = || parts.clone().map(|n| self.step(n));
        let first = self.step(parts.start);
        let has_others = steps().any(|step| step.source != first.source);
        if has_others && steps().any(|step| step.transfer == Transfer::Move) {
            return self.move_set(parts);
        }
        for n in parts {
            if self.is_stopped() {
                return;
            }
            match self.attempt(n) {
                Ok(transferred) => self.settle(n, transferred),
                Err(None) => return,
                Err(Some(words)) => {
                    let source = &self.step(n).source;
                    self.report(Failure::new(source, Stage::Export, words));
                }
            }
            self.report_progress();
        }
    }

    /// Moves a set of several files. If one of them cannot be moved, those already moved are moved back.
    fn move_set(&self, parts: Range<usize>) {
        let mut arrived = Vec::with_capacity(parts.len());
        let mut gap = None;
        for n in parts.clone() {
            // An export that stops in the middle of a set rolls the set back, too.
            let outcome = match self.is_stopped() {
                true => Err(None),
                false => self.attempt(n),
            };
            match outcome {
                Ok(transferred) => arrived.push((n, transferred)),
                Err(None) => gap = Some(SetFailure::Stopped),
                Err(Some(words)) => gap = Some(SetFailure::Part(n, words)),
            }
            if gap.is_some() {
                break;
            }
            self.report_progress();
        }
        match gap.or_else(|| self.torn(&arrived)) {
            None => {
                for (n, transferred) in arrived {
                    self.settle(n, transferred);
                }
            }
            Some(gap) => self.roll_back_set(parts, arrived, gap),
        }
    }

    /// The step of a set whose original remains although others were moved completely.
    fn torn(&self, arrived: &[(usize, TransferredFile)]) -> Option<SetFailure> {
        let moves = |n: usize| self.step(n).transfer == Transfer::Move;
        let mut moved = arrived.iter().filter(|(n, _)| moves(*n));
        if moved
            .clone()
            .all(|(_, transferred)| transferred.original_kept.is_some())
        {
            return None;
        }
        let (n, original_kept) =
            moved.find_map(|(n, transferred)| Some((*n, transferred.original_kept.as_ref()?)))?;
        Some(SetFailure::Part(n, original_kept.why.clone()))
    }

    /// Rolls back the transferred files of an incomplete set, and reports a single failure.
    fn roll_back_set(
        &self,
        parts: Range<usize>,
        arrived: Vec<(usize, TransferredFile)>,
        gap: SetFailure,
    ) {
        let way_back = Rollback::during_export(self.journal);
        let mut left = String::new();
        if let SetFailure::Part(n, _) = &gap {
            // It may have reached the target despite the error.
            let _ = way_back.one(*n, self.known(*n));
        }
        for (n, transferred) in arrived.into_iter().rev() {
            let known = transferred
                .known
                .as_deref()
                .unwrap_or_else(|| self.known(n));
            match way_back.one(n, known) {
                Ok(_) => self.record_rollback(n),
                Err(why) => {
                    let step = self.step(n);
                    let name = step.source.file_name().unwrap_or_default().display();
                    let there = step.target.display();
                    left += &format!("; {name} is at {there} and could not be moved back: {why}");
                    self.settle(n, transferred);
                }
            }
        }
        let photo = parts.clone().find(|n| !self.step(*n).paired_file);
        let photo = &self.step(photo.unwrap_or(parts.start)).source;
        let words = match gap {
            SetFailure::Stopped if left.is_empty() => return,
            SetFailure::Stopped => {
                format!("the export was stopped before all that belongs to it was moved{left}")
            }
            SetFailure::Part(n, why) if self.step(n).source == *photo => format!("{why}{left}"),
            SetFailure::Part(n, why) => {
                let name = self
                    .step(n)
                    .source
                    .file_name()
                    .unwrap_or_default()
                    .display();
                format!("it stays, because {name} belongs to it and cannot be moved: {why}{left}")
            }
        };
        self.report(Failure::new(photo, Stage::Export, words));
        self.report_progress();
    }
}
