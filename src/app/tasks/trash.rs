//! Rejects go to the system's trash, never further: from there a person brings them back.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::supervisor::Slot;
use crate::app::services::Desktop;
use crate::app::{App, News};
use crate::engine::media::companions::{Companion, Companions};
use crate::engine::media::photo::{Candidate, ContentId, Failure, Stage};
use crate::engine::plural::thousands;

/// A reject on its way.
struct Reject {
    path: PathBuf,
    content: Option<ContentId>,
    /// The copy that stays.
    kept: Option<Candidate>,
}

/// What became of rejects.
pub(in crate::app) struct Trashed {
    photos: usize,
    contents: Vec<ContentId>,
    failures: Vec<Failure>,
}

impl App {
    /// Puts rejects, with what belongs to them, into the trash. The last copy of a content goes only if it was rejected
    /// itself.
    pub(in crate::app) fn trash_rejects(&mut self) {
        let rejects = self.state.rejects();
        let kept = |content: Option<ContentId>| {
            let kept = rejects
                .kept
                .iter()
                .find(|kept| Some(kept.content) == content)?;
            Some(self.state.item(kept.item)?.file.clone())
        };
        let reject = |id: &u32| {
            let item = self.state.item(*id)?;
            Some(Reject {
                path: item.file.path.clone(),
                content: item.content(),
                kept: kept(item.content()),
            })
        };
        let going: Vec<Reject> = rejects.going.iter().filter_map(reject).collect();
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Trash, move |_| {
            News::Trashed(trash_all(desktop.as_ref(), &going))
        });
    }

    pub(in crate::app) fn trashed(&mut self, trashed: &Trashed) {
        let are = if trashed.photos == 1 {
            "photo is"
        } else {
            "photos are"
        };
        let text = format!(
            "{} {are} in the trash, to be brought back from there",
            thousands(trashed.photos)
        );
        self.state.notify(text, false);
        for failure in &trashed.failures {
            let text = format!("{}: {}", failure.path.display(), failure.message);
            self.state.notify(text, true);
        }
        self.forget_rejections(&trashed.contents);
        self.read_folders();
    }
}

fn trash_all(desktop: &dyn Desktop, rejects: &[Reject]) -> Trashed {
    let mut companions = Companions::default();
    // Asked before anything goes: what belongs to several photos is told by those that are there.
    let with: Vec<Vec<Companion>> = rejects
        .iter()
        .map(|reject| companions.of(&reject.path))
        .collect();
    let mut gone: HashSet<&Path> = HashSet::new();
    let (mut contents, mut failures) = (Vec::new(), Vec::new());
    for reject in rejects {
        match is_safe(reject).and_then(|()| trash(desktop, &reject.path)) {
            Ok(()) => {
                gone.insert(&reject.path);
                contents.extend(reject.content);
            }
            Err(failure) => failures.push(failure),
        }
    }
    let photos = gone.len();
    for (reject, with) in rejects.iter().zip(&with) {
        for companion in with {
            let owners = companion.shared.iter().chain([&reject.path]);
            let belongs_to_none = { owners }.all(|owner| gone.contains(&**owner));
            if belongs_to_none && gone.insert(&companion.path) {
                failures.extend(trash(desktop, &companion.path).err());
            }
        }
    }
    Trashed {
        photos,
        contents,
        failures,
    }
}

/// Refuses what would be the last copy after all.
fn is_safe(reject: &Reject) -> Result<(), Failure> {
    let Some(kept) = &reject.kept else {
        return Ok(());
    };
    let now = fs::metadata(&kept.path).map(|metadata| Candidate::new(kept.path.clone(), &metadata));
    if now.is_ok_and(|now| now == *kept) {
        return Ok(());
    }
    let copy = kept.path.display();
    let message = format!(
        "it stays: {copy}, its copy that was to stay, changed or is gone; look for new photos first"
    );
    Err(Failure::new(&reject.path, Stage::Export, message))
}

fn trash(desktop: &dyn Desktop, path: &Path) -> Result<(), Failure> {
    let fail = |e: String| {
        let message = format!("it cannot go to the trash ({e}): move rejects to a folder instead");
        Failure::new(path, Stage::Export, message)
    };
    desktop.trash(path).map_err(fail)
}
