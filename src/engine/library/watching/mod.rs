//! Sorts new files in watched folders by rules. Each round examines every folder once; the caller schedules the rounds.
//!
//! Decisions are logged by rule and content, so that a restart repeats nothing and a copy that the user deleted does
//! not come back. Files that are still being written are left for a later round.

mod handled;
mod marking;
mod rule_key;
mod rules;
mod settled;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::JobOptions;
use crate::engine::media::paired_files::PairedFiles;
use crate::engine::media::photo::{Failure, Photo, Stage};
use crate::engine::organize::export::{
    self, ExportError, ExportItem, ExportOptions, Exporter, FittingLabel, Transfer,
};

pub use handled::HandledLog;
pub use marking::{KeepMarks, MarkedFile, RuleMark, UnknownMark, WindowClosed};
pub use rules::{
    FolderRule, InvalidRules, LayoutText, RuleAction, RuleText, RulesError, read_rule_texts,
    read_rules, write_rule_texts,
};

/// Errors of applying a rule.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Indexing the rule's folders failed.
    #[error("rule \"{rule}\": {source}")]
    Library {
        /// The rule's name.
        rule: String,
        /// The cause.
        source: Box<LibraryError>,
    },
    /// The export failed.
    #[error("rule \"{rule}\": {source}")]
    Export {
        /// The rule's name.
        rule: String,
        /// The cause.
        source: Box<ExportError>,
    },
    /// The marks cannot be saved.
    #[error("rule \"{rule}\": {source}")]
    Mark {
        /// The rule's name.
        rule: String,
        /// The cause.
        source: WindowClosed,
    },
    /// The log of decisions cannot be read or written.
    #[error("{}: {source}; check that the folder is writable", path.display())]
    Log {
        /// Its path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// Options of a round.
pub struct RoundOptions<'a> {
    /// Builds the indexing options for a list of folders.
    pub job: &'a dyn Fn(Vec<PathBuf>) -> JobOptions,
    /// Runs and journals the exports.
    pub exporter: Exporter<'a>,
    /// How long a file must remain unchanged before it is processed.
    pub settle: Duration,
    /// Whether to report only, without changing anything.
    pub dry_run: bool,
    /// Saves marks; if `None`, rules that mark are skipped.
    pub marks: Option<KeepMarks<'a>>,
}

/// A photo that a rule exported, or would export in a dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedFile {
    /// The rule's name.
    pub rule: String,
    /// The source path.
    pub source: PathBuf,
    /// The target path.
    pub target: PathBuf,
    /// Whether it was copied, moved or linked.
    pub transfer: Transfer,
    /// Whether the target already had the same content.
    pub already_present: bool,
}

/// The result of a round.
#[derive(Debug, Default)]
pub struct WatchRound {
    /// Photos that were exported, or would be.
    pub arrivals: Vec<SortedFile>,
    /// Photos that were marked, or would be.
    pub marked: Vec<MarkedFile>,
    /// IDs of the exports that transferred files, for `undo`.
    pub exports: Vec<String>,
    /// Photos examined in this round that matched no rule.
    pub unmatched: usize,
    /// Files that are still being written. A dry run counts them as if they were complete.
    pub waiting: HashSet<PathBuf>,
    /// When the first of the waiting files will be complete, if it does not change again.
    pub next_due: Option<Instant>,
    /// Files that failed.
    pub failures: Vec<Failure>,
    /// Rules that failed.
    pub errors: Vec<WatchError>,
    /// Warnings about file attributes that targets did not accept, as sentences.
    pub warnings: Vec<String>,
    /// IDs of the exports that stopped early, for `undo`. A later round retries their remaining files.
    pub stopped: Vec<String>,
}

impl WatchRound {
    /// Whether the round had no failures and no errors.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failures.is_empty() && self.errors.is_empty()
    }

    /// Leaves a file for a later round, because it will be complete only after some time.
    fn wait_for(&mut self, path: &Path, left: Duration) {
        self.waiting.insert(path.into());
        let due = Instant::now().checked_add(left);
        self.next_due = self.next_due.into_iter().chain(due).min();
    }
}

impl Library {
    /// Examines the folders of all rules once and applies the rules to new photos. A rule that fails does not stop the
    /// others. Rules that move photos come last, because the others would not find these any more.
    pub fn run_rules_once(
        &self,
        rules: &[FolderRule],
        handled: &mut HandledLog,
        options: &RoundOptions<'_>,
        cancel: &Cancel,
    ) -> WatchRound {
        let mut round = WatchRound::default();
        let mut fits_any = HashMap::new();
        let enabled = rules.iter().filter(|rule| rule.enabled);
        let (moving, others): (Vec<&FolderRule>, Vec<&FolderRule>) =
            enabled.partition(|rule| rule.moves());
        for rule in others.into_iter().chain(moving) {
            let marks = matches!(rule.action, RuleAction::Mark(_));
            if marks && options.marks.is_none() {
                continue;
            }
            let carried_out =
                self.carry_out(rule, handled, options, cancel, (&mut round, &mut fits_any));
            if let Err(error) = carried_out {
                // Stop: decisions that cannot be logged would be repeated in every round.
                let ends = matches!(error, WatchError::Log { .. });
                round.errors.push(error);
                if ends {
                    break;
                }
            }
        }
        handled.end_round();
        round.unmatched = fits_any.values().filter(|fits| !**fits).count();
        round
    }

    fn carry_out(
        &self,
        rule: &FolderRule,
        handled: &mut HandledLog,
        options: &RoundOptions<'_>,
        cancel: &Cancel,
        (round, fits_any): (&mut WatchRound, &mut HashMap<PathBuf, bool>),
    ) -> Result<(), WatchError> {
        let fail = |source| WatchError::Library {
            rule: rule.name.clone(),
            source: Box::new(source),
        };
        let indexed = self.index((options.job)(rule.folders.clone()), |_| ());
        let mut indexed = indexed.map_err(fail)?;
        // A file that is still being written may be unreadable only until it is complete.
        (indexed.failures).retain(|failure| {
            let left = handled.time_left_of_file(&failure.path, options.settle);
            left.inspect(|left| round.wait_for(&failure.path, *left))
                .is_none()
        });
        round.failures.append(&mut indexed.failures);
        (indexed.photos).retain(|(photo, _)| {
            let decided = handled.decided(rule, photo);
            if decided == Some(true) {
                fits_any.insert(photo.file.path.clone(), true);
            }
            decided.is_none()
        });
        let mut paired_files = PairedFiles::default();
        (indexed.photos).retain(|(photo, _)| {
            let left = handled.time_left(photo, &mut paired_files, options.settle);
            if let Some(left) = left {
                round.wait_for(&photo.file.path, left);
            }
            // A file that waited for an earlier rule waits for all, or it could be moved before that rule is applied.
            options.dry_run || !round.waiting.contains(&photo.file.path)
        });
        // One of several files with the same bytes represents them all, including those that arrive later.
        let mut contents = HashSet::new();
        (indexed.photos).retain(|(photo, _)| contents.insert(photo.facts.content));
        if indexed.photos.is_empty() {
            return Ok(());
        }
        let scored = self.score(std::slice::from_ref(&rule.training_set), &indexed);
        let scores = scored.map_err(fail)?.scores;
        let mut fitting = Vec::new();
        for (at, (photo, _)) in indexed.photos.iter().enumerate() {
            let matched = scores.matches_of(at)[0];
            let fits = matched >= rule.min_match;
            *fits_any.entry(photo.file.path.clone()).or_default() |= fits;
            if fits {
                fitting.push((photo, matched));
            }
        }
        let done = match &rule.action {
            RuleAction::Export {
                to,
                layout,
                transfer,
            } => {
                let how = ExportOptions {
                    transfer: *transfer,
                    layout: *layout,
                    ..ExportOptions::new(to.clone())
                };
                export_matches(rule, &how, &fitting, options, cancel, round)?
            }
            RuleAction::Mark(with) => mark(rule, *with, &fitting, options, round)?,
        };
        if options.dry_run {
            return Ok(());
        }
        let fitting: HashSet<&Path> = fitting.iter().map(|(photo, _)| &*photo.file.path).collect();
        let decided = indexed.photos.iter().filter_map(|(photo, _)| {
            let path = &photo.file.path;
            let what = done.get(path).map(String::as_str);
            // Retry an action that was due but was not performed, for whatever reason.
            let is_open = what.is_none() && fitting.contains(path.as_path());
            (!is_open).then_some((photo, what))
        });
        handled.note(rule, decided)
    }
}

/// What was done with each photo, as recorded in the log.
type DoneByPath = HashMap<PathBuf, String>;

/// Marks photos that match a rule, or lists them in a dry run.
fn mark(
    rule: &FolderRule,
    with: RuleMark,
    fitting: &[(&Photo, f32)],
    options: &RoundOptions<'_>,
    round: &mut WatchRound,
) -> Result<DoneByPath, WatchError> {
    let marked = fitting.iter().map(|(photo, _)| MarkedFile {
        rule: rule.name.clone(),
        source: photo.file.path.clone(),
        content: photo.facts.content,
        mark: with,
    });
    let marked: Vec<MarkedFile> = marked.collect();
    if let Some(keep) = options
        .marks
        .filter(|_| !options.dry_run && !marked.is_empty())
    {
        keep(&marked).map_err(|source| WatchError::Mark {
            rule: rule.name.clone(),
            source,
        })?;
    }
    let done = marked
        .iter()
        .map(|file| (file.source.clone(), format!("mark: {with}")));
    let done = done.collect();
    round.marked.extend(marked);
    Ok(done)
}

/// Converts photos that match a rule to export items.
fn export_items(rule: &FolderRule, fitting: &[(&Photo, f32)]) -> Vec<ExportItem> {
    let item = |(photo, matched): &(&Photo, f32)| ExportItem {
        source: photo.file.path.clone(),
        labels: vec![FittingLabel {
            label: rule.label.clone(),
            matched: *matched,
        }],
        taken: photo.facts.taken.clone(),
        ..ExportItem::default()
    };
    fitting.iter().map(item).collect()
}

/// Exports photos that match a rule, or lists them in a dry run. Returns those that are at their target afterwards.
fn export_matches(
    rule: &FolderRule,
    how: &ExportOptions,
    fitting: &[(&Photo, f32)],
    options: &RoundOptions<'_>,
    cancel: &Cancel,
    round: &mut WatchRound,
) -> Result<DoneByPath, WatchError> {
    if fitting.is_empty() {
        return Ok(DoneByPath::new());
    }
    let items = export_items(rule, fitting);
    let fail = |source| WatchError::Export {
        rule: rule.name.clone(),
        source: Box::new(source),
    };
    let plan = export::plan_until(&items, how, cancel).map_err(fail)?;
    let exported = if options.dry_run {
        round.failures.extend_from_slice(&plan.failures);
        let steps = plan.steps.iter();
        steps
            .map(|step| (step.source.clone(), step.target.clone()))
            .collect()
    } else {
        let run = options.exporter.run(&plan, cancel, &|_| {});
        let report = run.map_err(fail)?;
        round.failures.extend(report.failures);
        round.warnings.extend(report.warnings);
        let problem = report.problem.as_ref();
        (round.failures).extend(problem.map(|why| Failure::new(&how.target, Stage::Export, why)));
        let has_exported = !report.exported.is_empty();
        (round.exports).extend(has_exported.then(|| report.id.clone()));
        (round.stopped).extend(report.unfinished.then_some(report.id));
        report.exported
    };
    let arrival = |(source, target): (PathBuf, PathBuf), already_present| SortedFile {
        rule: rule.name.clone(),
        source,
        target,
        transfer: how.transfer,
        already_present,
    };
    let there = plan.skipped.into_iter().map(|paths| arrival(paths, true));
    let exported = exported.into_iter().map(|paths| arrival(paths, false));
    // Paired files were transferred too, but the rule did not decide about them.
    let photos: HashSet<&Path> = items.iter().map(|item| item.source.as_path()).collect();
    let arrivals = exported.chain(there);
    let arrivals = arrivals.filter(|arrival| photos.contains(arrival.source.as_path()));
    let arrivals: Vec<SortedFile> = arrivals.collect();
    let done = arrivals.iter().map(|arrival| {
        let target = arrival.target.display().to_string();
        (arrival.source.clone(), target)
    });
    let done = done.collect();
    round.arrivals.extend(arrivals);
    Ok(done)
}
