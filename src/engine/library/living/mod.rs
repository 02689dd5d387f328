//! Living folders: what arrives in them is sorted by rules, whoever watches them. A round looks at everything once; when
//! the next one is due is for the caller to say.
//!
//! What was decided is noted by rule and content, so that a restart does nothing twice and a copy that a person deleted
//! does not come back. Files that are still being written wait for a later round.

mod handled;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Library, LibraryError};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::JobOptions;
use crate::engine::media::photo::{Candidate, Failure, Photo};
use crate::engine::organize::export::{self, ExportError, Fitting, Item, Options};

pub use handled::Handled;
pub use rules::{FolderRule, RulesError, read_rules};

/// What can go wrong with a round.
#[derive(Debug, thiserror::Error)]
pub enum LivingError {
    /// Reading the folders.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Carrying a rule out.
    #[error("rule \"{rule}\": {source}")]
    Export {
        /// Its name.
        rule: String,
        /// Why.
        source: ExportError,
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
    /// Where exports are journalled.
    pub journals: &'a Path,
    /// How long a file is left alone after its last change.
    pub settle: Duration,
    /// Whether nothing is done, and only told.
    pub dry_run: bool,
}

/// What a round did.
#[derive(Debug, Default)]
pub struct Round {
    /// For each photo that arrived somewhere, or would: the rule, where it was and where it is.
    pub brought: Vec<(String, PathBuf, PathBuf)>,
    /// Photos that fit no rule, of those that were looked at now.
    pub fitting_none: usize,
    /// Files that are still being written.
    pub waiting: usize,
    /// What failed.
    pub failures: Vec<Failure>,
}

impl Library {
    /// Looks at the folders of all rules once, and does what the rules say of photos that are new in them.
    ///
    /// # Errors
    /// If a folder or the store cannot be read, an export cannot begin, or the log cannot be written.
    pub fn living_round(
        &self,
        rules: &[FolderRule],
        handled: &mut Handled,
        options: &RoundOptions<'_>,
        cancel: &Cancel,
    ) -> Result<Round, LivingError> {
        let mut round = Round::default();
        for rule in rules {
            let mut indexed = self.index((options.job)(rule.folders.clone()), |_| ())?;
            round.failures.append(&mut indexed.failures);
            indexed
                .photos
                .retain(|(photo, _)| !handled.knows(rule, photo));
            let new = indexed.photos.len();
            indexed
                .photos
                .retain(|(photo, _)| is_settled(photo, options.settle));
            round.waiting += new - indexed.photos.len();
            if indexed.photos.is_empty() {
                continue;
            }
            let scores = self
                .ask(std::slice::from_ref(&rule.lesson), &indexed)?
                .scores;
            let mut items = Vec::new();
            for (at, (photo, _)) in indexed.photos.iter().enumerate() {
                let matched = scores.matches_of(at)[0];
                if matched >= rule.min_match {
                    let label = rule.label.clone();
                    items.push(Item {
                        source: photo.file.path.clone(),
                        labels: vec![Fitting { label, matched }],
                        taken: photo.facts.taken.clone(),
                        ..Item::default()
                    });
                }
            }
            round.fitting_none += indexed.photos.len() - items.len();
            let brought = bring(rule, &items, options, cancel, &mut round)?;
            if !options.dry_run {
                let decided = indexed.photos.iter().map(|(photo, _)| {
                    let source = &photo.file.path;
                    let target = brought.iter().find(|(from, _)| from == source);
                    (photo, target.map(|(_, to)| to.as_path()))
                });
                // What should have been brought and was not is tried again.
                let is_open = |photo: &Photo| {
                    let path = &photo.file.path;
                    round.failures.iter().any(|failure| failure.path == *path)
                };
                handled.note(rule, decided.filter(|(photo, _)| !is_open(photo)))?;
            }
            let name = |(from, to): (PathBuf, PathBuf)| (rule.name.clone(), from, to);
            round.brought.extend(brought.into_iter().map(name));
        }
        Ok(round)
    }
}

/// Exports what fits a rule, or tells what would be exported.
fn bring(
    rule: &FolderRule,
    items: &[Item],
    options: &RoundOptions<'_>,
    cancel: &Cancel,
    round: &mut Round,
) -> Result<Vec<(PathBuf, PathBuf)>, LivingError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let fail = |source| LivingError::Export {
        rule: rule.name.clone(),
        source,
    };
    let how = Options {
        transfer: rule.transfer,
        layout: rule.layout,
        ..Options::new(rule.to.clone())
    };
    let plan = export::plan_until(items, &how, cancel).map_err(fail)?;
    if options.dry_run {
        round.failures.extend(plan.failures.iter().cloned());
        let steps = plan.steps.iter().filter(|step| !step.companion);
        return Ok(steps
            .map(|step| (step.source.clone(), step.target.clone()))
            .collect());
    }
    let mut report = export::run(&plan, options.journals, cancel, &|_| {}).map_err(fail)?;
    round.failures.append(&mut report.failures);
    let is_photo =
        |(source, _): &(PathBuf, PathBuf)| items.iter().any(|item| item.source == *source);
    report.exported.retain(is_photo);
    // What was there already counts as brought.
    report.exported.extend(plan.skipped.iter().cloned());
    Ok(report.exported)
}

/// Whether a file is as it was when it was read, and was not changed for a while.
fn is_settled(photo: &Photo, settle: Duration) -> bool {
    let path = &photo.file.path;
    let Ok(metadata) = fs::metadata(path) else {
        return false;
    };
    let since = |time: SystemTime| time.elapsed().is_ok_and(|since| since >= settle);
    Candidate::new(path.clone(), &metadata) == photo.file
        && metadata.modified().is_ok_and(since)
        && settled_inode(&metadata, settle)
}

/// A program that copies a file may set its time of change back while it writes; the system's own note shows that.
#[cfg(unix)]
fn settled_inode(metadata: &fs::Metadata, settle: Duration) -> bool {
    use std::os::unix::fs::MetadataExt;
    let changed = u64::try_from(metadata.ctime()).unwrap_or_default();
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
    changed.elapsed().is_ok_and(|since| since >= settle)
}

#[cfg(not(unix))]
fn settled_inode(_: &fs::Metadata, _: Duration) -> bool {
    true
}
