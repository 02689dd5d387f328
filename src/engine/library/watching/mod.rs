//! Watched folders: new files are sorted by rules. A round looks at everything once; the caller decides when the next one is
//! due.
//!
//! Decisions are recorded by rule and content, so that nothing is done twice after a restart, and a copy that the user
//! deleted does not come back. Files that are still being written wait for a later round.

mod handled;
mod marking;
mod rules;
mod settled;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::JobOptions;
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

/// What can go wrong with a rule.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Reading its folders.
    #[error("rule \"{rule}\": {source}")]
    Library {
        /// Its name.
        rule: String,
        /// Why.
        source: Box<LibraryError>,
    },
    /// Carrying it out.
    #[error("rule \"{rule}\": {source}")]
    Export {
        /// Its name.
        rule: String,
        /// Why.
        source: Box<ExportError>,
    },
    /// Keeping its marks.
    #[error("rule \"{rule}\": {source}")]
    Mark {
        /// Its name.
        rule: String,
        /// Why.
        source: WindowClosed,
    },
    /// The log of what was decided.
    #[error("{}: {source}; check that the folder can be written", path.display())]
    Log {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// How a round goes.
pub struct RoundOptions<'a> {
    /// How folders are read, but for which.
    pub job: &'a dyn Fn(Vec<PathBuf>) -> JobOptions,
    /// What runs exports, and journals them.
    pub exporter: Exporter<'a>,
    /// How long a file is left alone after its last change.
    pub settle: Duration,
    /// Whether nothing is done, only reported.
    pub dry_run: bool,
    /// What keeps marks; without it, rules that mark are left out.
    pub marks: Option<KeepMarks<'a>>,
}

/// A photo that a rule brought to its place, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortedFile {
    /// The rule's name.
    pub rule: String,
    /// Where the photo was.
    pub source: PathBuf,
    /// Where it is.
    pub target: PathBuf,
    /// How it got there.
    pub transfer: Transfer,
    /// Whether the same bytes were there before.
    pub was_there: bool,
}

/// What a round did.
#[derive(Debug, Default)]
pub struct WatchRound {
    /// Photos that arrived somewhere, or would.
    pub arrivals: Vec<SortedFile>,
    /// Photos that were marked, or would be.
    pub marked: Vec<MarkedFile>,
    /// Exports that brought something, as `undo` knows them.
    pub exports: Vec<String>,
    /// Photos that fit no rule, of those that were looked at now.
    pub fitting_none: usize,
    /// Files that are still being written.
    pub waiting: HashSet<PathBuf>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// Rules that could not be carried out.
    pub errors: Vec<WatchError>,
    /// What targets did not take of what belongs to files, in sentences.
    pub warnings: Vec<String>,
    /// Exports that stopped before their end, as `undo` knows them. A later round tries what is left of them.
    pub stopped: Vec<String>,
}

impl WatchRound {
    /// Whether all went as the rules say.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.failures.is_empty() && self.errors.is_empty()
    }
}

impl Library {
    /// Looks at the folders of all rules once, and does what the rules say of photos that are new in them. A rule that
    /// cannot be carried out does not keep the others from it.
    pub fn living_round(
        &self,
        rules: &[FolderRule],
        handled: &mut HandledLog,
        options: &RoundOptions<'_>,
        cancel: &Cancel,
    ) -> WatchRound {
        let mut round = WatchRound::default();
        let mut fits_any = HashMap::new();
        for rule in rules.iter().filter(|rule| rule.enabled) {
            let marks = matches!(rule.action, RuleAction::Mark(_));
            if marks && options.marks.is_none() {
                let name = &rule.name;
                (round.warnings).push(format!(
                    "rule \"{name}\" marks photos, which only the window does: it is left out"
                ));
                continue;
            }
            let carried_out =
                self.carry_out(rule, handled, options, cancel, (&mut round, &mut fits_any));
            if let Err(error) = carried_out {
                // What cannot be noted would be done again in each round.
                let ends = matches!(error, WatchError::Log { .. });
                round.errors.push(error);
                if ends {
                    break;
                }
            }
        }
        round.fitting_none = fits_any.values().filter(|fits| !**fits).count();
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
        round.failures.append(&mut indexed.failures);
        (indexed.photos).retain(|(photo, _)| {
            let decided = handled.decided(rule, photo);
            if decided == Some(true) {
                fits_any.insert(photo.file.path.clone(), true);
            }
            decided.is_none()
        });
        (indexed.photos).retain(|(photo, _)| {
            let is_settled = handled.is_settled(photo, options.settle);
            if !is_settled {
                round.waiting.insert(photo.file.path.clone());
            }
            is_settled
        });
        // Of files with the same bytes one stands for all, as it does for those that come later.
        let mut contents = HashSet::new();
        (indexed.photos).retain(|(photo, _)| contents.insert(photo.facts.content));
        if indexed.photos.is_empty() {
            return Ok(());
        }
        let asked = self.ask(std::slice::from_ref(&rule.training_set), &indexed);
        let scores = asked.map_err(fail)?.scores;
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
            RuleAction::Bring { .. } => bring(rule, &fitting, options, cancel, round)?,
            RuleAction::Mark(with) => mark(rule, *with, &fitting, options, round)?,
        };
        if options.dry_run {
            return Ok(());
        }
        let fitting: HashSet<&Path> = fitting.iter().map(|(photo, _)| &*photo.file.path).collect();
        let decided = indexed.photos.iter().filter_map(|(photo, _)| {
            let path = &photo.file.path;
            let what = done.get(path).map(String::as_str);
            // What should have been done and was not is tried again, whatever the reason.
            let is_open = what.is_none() && fitting.contains(path.as_path());
            (!is_open).then_some((photo, what))
        });
        handled.note(rule, decided)
    }
}

/// What was done with each photo, as the log has it.
type DoneByPath = HashMap<PathBuf, String>;

/// Marks what fits a rule, or lists what would be marked.
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

/// Photos that fit a rule, as an export takes them.
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

/// Exports what fits a rule, or lists what would be exported. Returns what is at its target afterwards.
fn bring(
    rule: &FolderRule,
    fitting: &[(&Photo, f32)],
    options: &RoundOptions<'_>,
    cancel: &Cancel,
    round: &mut WatchRound,
) -> Result<DoneByPath, WatchError> {
    let RuleAction::Bring {
        to,
        layout,
        transfer,
    } = &rule.action
    else {
        return Ok(DoneByPath::new());
    };
    if fitting.is_empty() {
        return Ok(DoneByPath::new());
    }
    let items = export_items(rule, fitting);
    let fail = |source| WatchError::Export {
        rule: rule.name.clone(),
        source: Box::new(source),
    };
    let how = ExportOptions {
        transfer: *transfer,
        layout: *layout,
        ..ExportOptions::new(to.clone())
    };
    let plan = export::plan_until(&items, &how, cancel).map_err(fail)?;
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
        (round.failures).extend(problem.map(|why| Failure::new(to, Stage::Export, why)));
        let has_brought = !report.exported.is_empty();
        (round.exports).extend(has_brought.then(|| report.id.clone()));
        (round.stopped).extend(report.unfinished.then_some(report.id));
        report.exported
    };
    let arrival = |(source, target): (PathBuf, PathBuf), was_there| SortedFile {
        rule: rule.name.clone(),
        source,
        target,
        transfer: *transfer,
        was_there,
    };
    let there = plan.skipped.into_iter().map(|paths| arrival(paths, true));
    let exported = exported.into_iter().map(|paths| arrival(paths, false));
    // Paired files were taken along, but no decision was recorded for them.
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
