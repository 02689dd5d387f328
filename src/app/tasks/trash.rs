//! Moves rejects to the system's trash, from which the user can restore them. Files are never deleted.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::supervisor::Slot;
use crate::app::document::history::{HistoryStep, TrashedFile};
use crate::app::document::library::ItemId;
use crate::app::document::state::NoticeCause;
use crate::app::services::{Desktop, Restoration};
use crate::app::{App, TaskMessage};
use crate::engine::files::regular::open_regular;
use crate::engine::media::paired_files::{PairedFile, PairedFiles};
use crate::engine::media::photo::{Candidate, ContentId, Failure, Stage};
use crate::text::Surface;
use crate::{t, text};

/// A reject to be moved.
struct Reject {
    path: PathBuf,
    content: Option<ContentId>,
    /// The copy that stays.
    kept: Option<Candidate>,
    /// Whether the content id covers only part of the file, so that it must be compared with the copy that stays.
    is_sampled: bool,
}

/// The result of moving rejects to the trash.
pub(in crate::app) struct Trashed {
    photos: usize,
    /// All moved files: photos and their paired files.
    gone: Vec<TrashedFile>,
    failures: Vec<Failure>,
}

impl Trashed {
    fn contents(&self) -> Vec<ContentId> {
        self.gone.iter().filter_map(|file| file.rejected).collect()
    }
}

/// The result of restoring files from the trash.
pub(in crate::app) struct Restored {
    files: Vec<TrashedFile>,
    outcome: Restoration,
}

impl Restored {
    /// The files whose paths are in `list`.
    fn named(&self, list: &HashSet<&Path>) -> Vec<TrashedFile> {
        let named = self.files.iter();
        let named = named.filter(|file| list.contains(&*file.path));
        named.cloned().collect()
    }

    /// The restored files, and those still in the trash.
    fn split_outcome(&self) -> (Vec<TrashedFile>, Vec<TrashedFile>) {
        let back = self.outcome.back.iter().map(PathBuf::as_path).collect();
        let not_restored = self
            .outcome
            .not_restored
            .iter()
            .map(|(path, _)| path.as_path());
        (self.named(&back), self.named(&not_restored.collect()))
    }

    /// A message about files that were not restored, if any.
    fn problem(&self) -> Option<String> {
        let missing = self.outcome.missing.len();
        let gone = (missing > 0).then(|| t!("trash-missing", count = missing));
        let not_restored = self.outcome.not_restored.first().map(|(path, why)| {
            let count = self.outcome.not_restored.len();
            t!(
                "trash-not-restored",
                count = count,
                path = path.display(),
                why = why
            )
        });
        let parts: Vec<String> = gone.into_iter().chain(not_restored).collect();
        (!parts.is_empty()).then(|| t!("trash-not-all-back", parts = text::list(parts)))
    }
}

impl App {
    /// Moves rejects and their paired files to the trash. The last copy of a content is moved only if it was
    /// rejected itself.
    pub(in crate::app) fn trash_rejects(&mut self) {
        let rejects = self.state.rejects();
        let keepers = self.state.findings().keepers();
        let kept = rejects.kept.iter().map(|kept| (kept.content, kept.item));
        let kept: HashMap<ContentId, ItemId> = kept.collect();
        let kept = |content: Option<ContentId>| {
            let item = self.state.item(*kept.get(&content?)?)?;
            Some(item.file.clone())
        };
        let reject = |id: &u32| {
            let item = self.state.item(*id)?;
            // A photo that was rejected as a copy is moved only while its keeper exists. If both have the same bytes,
            // the content itself is not rejected.
            let is_copy = self.state.library.is_rejected_individually(*id);
            let keeper = keepers.get(id).filter(|_| is_copy);
            let keeper = keeper.and_then(|keeper| self.state.item(*keeper));
            let keeps_content = keeper.is_some_and(|keeper| keeper.content() == item.content());
            Some(Reject {
                path: item.file.path.clone(),
                content: item.content().filter(|_| !keeps_content),
                kept: kept(item.content()).or(keeper.map(|keeper| keeper.file.clone())),
                is_sampled: item
                    .facts()
                    .is_some_and(|facts| facts.whole_hash(item.file.size).is_none()),
            })
        };
        let to_remove: Vec<Reject> = rejects.to_remove.iter().filter_map(reject).collect();
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Trash, move |_| {
            TaskMessage::Trashed(trash_all(desktop.as_ref(), &to_remove))
        });
    }

    pub(in crate::app) fn trashed(&mut self, trashed: Trashed) {
        let count = trashed.photos;
        let can_restore = self.services.desktop.can_restore();
        // If all of them failed, the reasons below say so.
        if count > 0 || trashed.failures.is_empty() {
            let text = match can_restore {
                true => t!("trashed-undo", count = count),
                false => t!("trashed", count = count),
            };
            self.state.notify_effect(NoticeCause::Trash, text);
        }
        if !trashed.gone.is_empty() && can_restore {
            let step = HistoryStep::Trash(trashed.gone.clone());
            self.state.history.push(step, None);
        }
        for failure in &trashed.failures {
            let text = text::failure(failure, Surface::Window);
            self.state.notify(text, true);
        }
        self.forget_rejections(&trashed.contents());
        self.read_folders();
    }

    /// Restores files from the trash.
    pub(in crate::app) fn restore(&mut self, files: Vec<TrashedFile>) {
        self.state.resolve_cause(NoticeCause::Trash);
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Trash, move |_| {
            let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
            let outcome = desktop.restore(&paths);
            TaskMessage::Restored(Restored { files, outcome })
        });
    }

    /// Marks restored files as rejected again. For files still in the trash, restoring can be tried again.
    pub(in crate::app) fn restored(&mut self, restored: Restored) {
        let (back, not_restored) = restored.split_outcome();
        let contents: Vec<ContentId> = back.iter().filter_map(|file| file.rejected).collect();
        self.reject_again(&contents);
        if !back.is_empty() {
            let text = t!("trash-restored", count = back.len());
            self.state.notify(text, false);
        }
        if let Some(problem) = restored.problem() {
            self.state.notify(problem, true);
        }
        if !not_restored.is_empty() {
            self.state
                .history
                .push(HistoryStep::Trash(not_restored), None);
        }
        self.read_folders();
    }
}

fn trash_all(desktop: &dyn Desktop, rejects: &[Reject]) -> Trashed {
    let mut paired_files = PairedFiles::default();
    // Before anything is moved, because shared paired files are detected from the existing photos.
    let with: Vec<Vec<PairedFile>> = rejects
        .iter()
        .map(|reject| paired_files.of(&reject.path))
        .collect();
    let mut gone: HashMap<&Path, Option<ContentId>> = HashMap::new();
    let mut failures = Vec::new();
    for reject in rejects {
        match ensure_copy_remains(reject).and_then(|()| trash(desktop, &reject.path)) {
            Ok(()) => {
                gone.insert(&reject.path, reject.content);
            }
            Err(failure) => failures.push(failure),
        }
    }
    let photos = gone.len();
    for (reject, with) in rejects.iter().zip(&with) {
        for paired_file in with {
            let owners = paired_file.shared.iter().chain([&reject.path]);
            let belongs_to_none = { owners }.all(|owner| gone.contains_key(&**owner));
            if !belongs_to_none || gone.contains_key(&*paired_file.path) {
                continue;
            }
            match trash(desktop, &paired_file.path) {
                Ok(()) => _ = gone.insert(&paired_file.path, None),
                Err(failure) => failures.push(failure),
            }
        }
    }
    Trashed {
        photos,
        gone: { gone.into_iter() }
            .map(|(path, rejected)| TrashedFile {
                path: path.into(),
                rejected,
            })
            .collect(),
        failures,
    }
}

/// Refuses to move a file that turns out to be the last copy.
fn ensure_copy_remains(reject: &Reject) -> Result<(), Failure> {
    let Some(kept) = &reject.kept else {
        return Ok(());
    };
    let now = fs::metadata(&kept.path).map(|metadata| Candidate::new(kept.path.clone(), &metadata));
    let copy = kept.path.display();
    if now.is_ok_and(|now| now == *kept) {
        if !reject.is_sampled || matches!(are_same(&reject.path, &kept.path), Ok(true)) {
            return Ok(());
        }
        let message = t!("stays-similar-copy", copy = copy);
        return Err(Failure::new(&reject.path, Stage::Export, message));
    }
    let message = t!("stays-changed", copy = copy);
    Err(Failure::new(&reject.path, Stage::Export, message))
}

/// Whether two files have the same bytes.
fn are_same(a: &Path, b: &Path) -> std::io::Result<bool> {
    let (a, b) = (open_regular(a)?, open_regular(b)?);
    let (mut a, mut b) = (BufReader::new(a), BufReader::new(b));
    loop {
        let (of_a, of_b) = (a.fill_buf()?, b.fill_buf()?);
        let length = of_a.len().min(of_b.len());
        if length == 0 {
            return Ok(of_a.is_empty() && of_b.is_empty());
        }
        if of_a[..length] != of_b[..length] {
            return Ok(false);
        }
        a.consume(length);
        b.consume(length);
    }
}

fn trash(desktop: &dyn Desktop, path: &Path) -> Result<(), Failure> {
    let fail = |e: String| {
        let message = t!("not-trashed", e = e);
        Failure::new(path, Stage::Export, message)
    };
    desktop.trash(path).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_known_by_a_part_is_compared_whole() {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let long = vec![7; 100_000];
        let mut other = long.clone();
        other[50_000] = 8;
        let (path, copy) = (write("a.mp4", &long), write("b.mp4", &long));
        let not = write("c.mp4", &other);
        let kept = |path: &Path| {
            let metadata = fs::metadata(path).expect("there");
            Some(Candidate::new(path.into(), &metadata))
        };
        let reject = |kept| Reject {
            path: path.clone(),
            content: None,
            kept,
            is_sampled: true,
        };
        assert!(ensure_copy_remains(&reject(kept(&copy))).is_ok());
        let refused = ensure_copy_remains(&reject(kept(&not))).expect_err("no copy");
        assert!(
            refused.message.contains("not an identical copy"),
            "{refused:?}"
        );
        assert!(ensure_copy_remains(&reject(None)).is_ok());
        assert!(!are_same(&path, &write("d.mp4", &long[1..])).expect("compared"));
    }
}
