//! Which photos an action, an export or the trash applies to.

use std::collections::HashSet;

use rayon::prelude::*;

use super::export_choices::ExportWhat;
use super::library::{FileStatus, ItemId, Snapshot};
use super::state::{RejectedCopy, Rejects, State};
use super::viewer::Viewer;
use crate::engine::organize::marks::Flag;

/// Whether a photo could be read.
fn is_readable(library: &Snapshot, id: ItemId) -> bool {
    let brief = library.order_facts.get(id as usize);
    brief.is_some_and(|brief| brief.kind != FileStatus::Failed)
}

impl State {
    /// The photos that an action applies to: the one in the viewer, or the selected ones. Hidden selected photos are
    /// included only if the user has confirmed that.
    #[must_use]
    pub fn targets(&self) -> Vec<ItemId> {
        match &self.viewer {
            Some(viewer) => vec![viewer.item()],
            None => self
                .selection
                .command_targets(&self.response.arrangement.order),
        }
    }

    /// The number of hidden selected photos for which the user must be asked.
    #[must_use]
    pub fn hidden_targets(&self) -> usize {
        match &self.viewer {
            Some(_) => 0,
            None => self.selection.hidden(&self.response.arrangement.order),
        }
    }

    /// Whether there is a photo that an action could apply to.
    #[must_use]
    pub fn has_target(&self) -> bool {
        self.viewer.is_some() || !self.selection.is_empty()
    }

    /// The photo that an action on a single photo applies to.
    #[must_use]
    pub fn target(&self) -> Option<ItemId> {
        let viewed = self.viewer.as_ref().map(Viewer::item);
        let cursor = self
            .selection
            .cursor
            .filter(|id| self.selection.contains(*id));
        viewed
            .or(cursor)
            .or_else(|| self.targets().first().copied())
    }

    /// The readable photos of an export choice.
    #[must_use]
    pub fn export_items(&self, what: ExportWhat) -> Vec<ItemId> {
        let shown = &self.response.arrangement.order;
        let library = self.library.snapshot();
        let readable = |id: &ItemId| is_readable(library, *id);
        let ids: Vec<ItemId> = match what {
            ExportWhat::Selected => self.selection.command_targets(shown),
            ExportWhat::Shown => shown.clone(),
            ExportWhat::Picked => self.flagged(Flag::Pick),
            ExportWhat::Rejected => self.rejects().to_remove,
            ExportWhat::Fitting => {
                let scored = self.response.kept();
                let all = (0..self.library.len() as ItemId).into_par_iter();
                all.filter(|id| scored.best(*id).is_some()).collect()
            }
        };
        ids.into_iter().filter(readable).collect()
    }

    /// The photos of an export, with or without rejects. The choice of rejects always includes them.
    #[must_use]
    pub fn export_ids(&self, what: ExportWhat, rejects: bool) -> Vec<ItemId> {
        let mut ids = self.export_items(what);
        if !rejects && what != ExportWhat::Rejected {
            ids.retain(|id| self.library.mark(*id).flag != Flag::Reject);
        }
        ids
    }

    /// The length of [`Self::export_ids`], computed without building the list for large choices.
    #[must_use]
    pub fn export_count(&self, what: ExportWhat, rejects: bool) -> usize {
        let library = self.library.snapshot();
        let goes = |id: ItemId| {
            let at = id as usize;
            let rejected = { library.marks.get(at) }.is_some_and(|m| m.flag == Flag::Reject);
            (rejects || !rejected) && is_readable(library, id)
        };
        match what {
            ExportWhat::Shown => {
                let shown = self.response.arrangement.order.par_iter();
                shown.filter(|id| goes(**id)).count()
            }
            ExportWhat::Fitting => {
                let scored = self.response.kept();
                let all = (0..library.items.len() as ItemId).into_par_iter();
                all.filter(|id| goes(*id) && scored.best(*id).is_some())
                    .count()
            }
            ExportWhat::Selected | ExportWhat::Picked | ExportWhat::Rejected => {
                self.export_ids(what, rejects).len()
            }
        }
    }

    /// The photos with a flag.
    #[must_use]
    pub fn flagged(&self, flag: Flag) -> Vec<ItemId> {
        let marks = self.library.snapshot().marks.iter().zip(0..);
        let fits = marks.filter(|(mark, _)| mark.flag == flag);
        fits.map(|(_, id)| id).collect()
    }

    /// The rejects to be removed. If all copies of a content are rejected, one stays unless each of them was rejected
    /// directly, because a mark affects copies that the user may not have seen. An individually rejected copy is
    /// removed only while its keeper exists and is not rejected.
    #[must_use]
    pub fn rejects(&self) -> Rejects {
        let mut rejects = Rejects::default();
        let flagged = self.flagged(Flag::Reject);
        if flagged.is_empty() {
            // The keepers of all copies are not needed.
            return rejects;
        }
        let mut seen = HashSet::new();
        let keepers = self.findings().keepers();
        let is_kept = |id: &ItemId| self.library.mark(*id).flag != Flag::Reject;
        let is_asked = |id: &ItemId| match self.library.is_rejected_individually(*id) {
            true => keepers.get(id).is_some_and(is_kept),
            false => self.library.is_rejected_itself(*id),
        };
        let path = |id: &ItemId| self.item(*id).map(|item| &item.file.path);
        for id in flagged {
            let Some(content) = self.item(id).and_then(|item| item.content()) else {
                rejects.to_remove.push(id);
                continue;
            };
            if !seen.insert(content) {
                continue;
            }
            let copies = self.library.copies(&content);
            let is_reject = |id: &&ItemId| self.library.mark(**id).flag == Flag::Reject;
            let is_copy = |id: &ItemId| self.library.is_rejected_individually(*id);
            let has_copies = copies.len() > 1 || copies.iter().any(is_copy);
            let all = has_copies && copies.iter().all(|id| is_reject(&id));
            let unasked = copies.iter().filter(|id| !is_asked(id));
            let kept = unasked.filter(|_| all).min_by_key(|id| path(id)).copied();
            let to_remove = copies
                .iter()
                .filter(is_reject)
                .filter(|id| Some(**id) != kept);
            rejects.to_remove.extend(to_remove);
            rejects.kept.extend(kept.map(|item| RejectedCopy {
                item,
                content,
                copies: copies.len(),
            }));
        }
        rejects.to_remove.sort_unstable();
        rejects
    }
}
