//! The photos in the window, in the order in which they were found.
//!
//! Items and marks are shared with the scoring thread, which gets a cheap snapshot while the window keeps adding.

mod item;
mod shared_list;
mod snapshot;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::document::findings::Findings;
use crate::engine::media::metadata::PhotoMetadata;
use crate::engine::media::photo::{ContentId, Failure};
use crate::engine::organize::marks::{Flag, Mark};

pub use super::item_id::ItemId;
pub use item::{FileStatus, LibraryItem, OrderFacts, ReadOutcome, by_name};
pub use shared_list::SharedList;
pub use snapshot::Snapshot;

/// The row of a photo that is known but not yet read by the current model.
pub const UNREAD: u32 = u32::MAX;

/// The library: all items in the window.
#[derive(Default)]
pub struct PhotoList {
    now: Snapshot,
    by_path: HashMap<PathBuf, ItemId>,
    /// For each item, the generation of the job that last saw it.
    seen: Vec<u64>,
    failed: usize,
    unread: usize,
    /// Items by content. Copies share their marks.
    by_content: HashMap<ContentId, Vec<ItemId>>,
    /// The user's marks, which take precedence over metadata.
    user_marks: HashMap<ContentId, Mark>,
    /// Files that were rejected directly since the start, not only through a copy.
    rejected: HashSet<PathBuf>,
    /// Copies that are rejected individually because another photo is kept, with their content.
    rejected_alone: HashMap<PathBuf, ContentId>,
}

impl PhotoList {
    /// An empty library with the saved marks.
    #[must_use]
    pub fn new(marks: HashMap<ContentId, Mark>) -> Self {
        Self {
            user_marks: marks,
            ..Self::default()
        }
    }

    /// The current snapshot.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.now
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.now.items.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.now.items.is_empty()
    }

    /// The item with an id.
    #[must_use]
    pub fn get(&self, id: ItemId) -> Option<&Arc<LibraryItem>> {
        self.now.items.get(id as usize)
    }

    /// The id of the item with a path.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<ItemId> {
        self.by_path.get(path).copied()
    }

    /// The effective mark of an item.
    #[must_use]
    pub fn mark(&self, id: ItemId) -> Mark {
        self.now.marks.get(id as usize).copied().unwrap_or_default()
    }

    /// Adds an item, or replaces the one with the same path.
    pub fn put(&mut self, mut item: LibraryItem, generation: u64) {
        let known = self.find(&item.file.path);
        if let Some(known) = known.and_then(|id| self.get(id)) {
            item.metadata.clone_from(&known.metadata);
        }
        let mark = self.mark_for(&item);
        let Some(id) = known else {
            let id = ItemId::try_from(self.len()).unwrap_or(ItemId::MAX);
            self.by_path.insert(item.file.path.clone(), id);
            self.seen.push(generation);
            self.count(&item, 1);
            self.link(&item, id);
            Arc::make_mut(&mut self.now.marks).push(mark);
            Arc::make_mut(&mut self.now.order_facts).push(OrderFacts::of(&item));
            self.now.items.push(Arc::new(item));
            return;
        };
        let at = id as usize;
        self.seen[at] = generation;
        if *self.now.items[at] != item {
            let old = self.now.items[at].clone();
            self.count(&old, -1);
            self.count(&item, 1);
            let before = self.now.items[at].content();
            if before != item.content() {
                if let Some(copies) = before.and_then(|c| self.by_content.get_mut(&c)) {
                    copies.retain(|copy| *copy != id);
                }
                self.rejected.remove(&item.file.path);
                self.link(&item, id);
            }
            self.now.set_mark(at, mark);
            Arc::make_mut(&mut self.now.order_facts)[at] = OrderFacts::of(&item);
            *self.now.items.make_mut(at) = Arc::new(item);
            self.now.epoch += 1;
        }
    }

    fn count(&mut self, item: &LibraryItem, by: isize) {
        let count = match item.outcome {
            ReadOutcome::Failed(_) => &mut self.failed,
            ReadOutcome::Read { row: UNREAD, .. } => &mut self.unread,
            ReadOutcome::Read { .. } => return,
        };
        *count = count.saturating_add_signed(by);
    }

    /// Marks all photos as unread, because another model must read them.
    pub fn forget_rows(&mut self) {
        for at in 0..self.len() {
            let item = Arc::make_mut(self.now.items.make_mut(at));
            if let ReadOutcome::Read { row, .. } = &mut item.outcome {
                *row = UNREAD;
            }
        }
        for brief in Arc::make_mut(&mut self.now.order_facts) {
            brief.row = UNREAD;
        }
        self.unread = self.len() - self.failed;
        self.now.epoch += 1;
    }

    /// The number of photos not yet read by the current model.
    #[must_use]
    pub fn unread_count(&self) -> usize {
        self.unread
    }

    fn link(&mut self, item: &LibraryItem, id: ItemId) {
        if let Some(content) = item.content() {
            self.by_content.entry(content).or_default().push(id);
        }
    }

    /// The effective mark of an item: set by the user, otherwise from its metadata.
    fn mark_for(&self, item: &LibraryItem) -> Mark {
        let mark = self.shared_mark(item);
        match self.is_alone(item) {
            true => Mark {
                flag: Flag::Reject,
                ..mark
            },
            false => mark,
        }
    }

    /// The mark shared by all copies of the content, ignoring the rejection of individual copies.
    fn shared_mark(&self, item: &LibraryItem) -> Mark {
        let decided = item.content().and_then(|c| self.decision(&c));
        let theirs = || Some(item.metadata.as_ref()?.facts.mark());
        decided.or_else(theirs).unwrap_or_default()
    }

    fn is_alone(&self, item: &LibraryItem) -> bool {
        let content = self.rejected_alone.get(&item.file.path);
        content.is_some() && content.copied() == item.content()
    }

    /// The mark shared by all copies of the photo's content.
    #[must_use]
    pub fn mark_of_content(&self, id: ItemId) -> Mark {
        self.get(id)
            .map_or_else(Mark::default, |item| self.shared_mark(item))
    }

    /// Whether only this copy is rejected, and not its content.
    #[must_use]
    pub fn is_rejected_individually(&self, id: ItemId) -> bool {
        self.get(id).is_some_and(|item| self.is_alone(item))
    }

    /// Copies that are rejected individually, with their content.
    #[must_use]
    pub fn rejected_alone(&self) -> &HashMap<PathBuf, ContentId> {
        &self.rejected_alone
    }

    /// Sets or clears the rejection of individual copies. Returns the previous state.
    pub fn reject_individually(
        &mut self,
        changes: &[(PathBuf, Option<ContentId>)],
    ) -> Vec<(PathBuf, Option<ContentId>)> {
        let mut before = Vec::with_capacity(changes.len());
        for (path, content) in changes {
            let old = match content {
                Some(content) => self.rejected_alone.insert(path.clone(), *content),
                None => self.rejected_alone.remove(path),
            };
            before.push((path.clone(), old));
            if let Some(id) = self.find(path) {
                let mark = self.mark_for(&self.now.items[id as usize]);
                self.now.set_mark(id as usize, mark);
            }
        }
        before
    }

    /// Replaces the findings.
    pub fn set_findings(&mut self, findings: Arc<Findings>) {
        self.now.findings = findings;
    }

    /// Sets or clears marks of contents, which affects all their copies.
    pub fn decide(&mut self, decisions: &[(ContentId, Option<Mark>)]) {
        for (content, decision) in decisions {
            match decision {
                Some(mark) => self.user_marks.insert(*content, *mark),
                None => self.user_marks.remove(content),
            };
        }
        // The decisions can name the same content many times.
        let contents: HashSet<&ContentId> = decisions.iter().map(|(content, _)| content).collect();
        for content in contents {
            for id in self.by_content.get(content).into_iter().flatten() {
                let at = *id as usize;
                let mark = self.mark_for(&self.now.items[at]);
                if mark.flag != Flag::Reject {
                    self.rejected.remove(&self.now.items[at].file.path);
                }
                self.now.set_mark(at, mark);
            }
        }
    }

    /// Records which of these photos the user has rejected directly.
    pub fn note_rejected(&mut self, ids: &[ItemId]) {
        let rejected = ids.iter().filter(|id| self.mark(**id).flag == Flag::Reject);
        let paths = rejected.filter_map(|id| Some(self.get(*id)?.file.path.clone()));
        let paths: Vec<PathBuf> = paths.collect();
        self.rejected.extend(paths);
    }

    /// Whether a photo was rejected directly and not only through a copy. A rejection in its own sidecar counts as
    /// direct.
    #[must_use]
    pub fn is_rejected_itself(&self, id: ItemId) -> bool {
        let Some(item) = self.get(id) else {
            return false;
        };
        let decided = item.content().and_then(|content| self.decision(&content));
        decided.is_none() || self.rejected.contains(&item.file.path)
    }

    /// All items with a content.
    #[must_use]
    pub fn copies(&self, content: &ContentId) -> &[ItemId] {
        self.by_content.get(content).map_or(&[], Vec::as_slice)
    }

    /// The user's mark for a content, even if no item has it.
    #[must_use]
    pub fn decision(&self, content: &ContentId) -> Option<Mark> {
        self.user_marks.get(content).copied()
    }

    /// Applies changed metadata.
    pub fn set_metadata(&mut self, changes: Vec<(PathBuf, Arc<PhotoMetadata>)>) {
        for (path, metadata) in changes {
            let Some(id) = self.find(&path) else { continue };
            let at = id as usize;
            let item = self.now.items.make_mut(at);
            Arc::make_mut(item).metadata = Some(metadata);
            let mark = self.mark_for(&self.now.items[at]);
            self.now.set_mark(at, mark);
        }
    }

    /// Removes items for which `stays` returns false, given the path and the generation that last saw it. Returns the
    /// new id for each old one, or `None` if nothing was removed.
    pub fn retain(&mut self, stays: impl Fn(&Path, u64) -> bool) -> Option<Vec<Option<ItemId>>> {
        let stays = |at: &usize| stays(&self.now.items[*at].file.path, self.seen[*at]);
        let kept: Vec<usize> = (0..self.len()).filter(stays).collect();
        if kept.len() == self.len() {
            return None;
        }
        let mut renumbered = vec![None; self.len()];
        for (new, old) in kept.iter().enumerate() {
            renumbered[*old] = ItemId::try_from(new).ok();
        }
        let items: Vec<Arc<LibraryItem>> =
            kept.iter().map(|at| self.now.items[*at].clone()).collect();
        self.now.marks = Arc::new(kept.iter().map(|at| self.now.marks[*at]).collect());
        self.now.order_facts = Arc::new(kept.iter().map(|at| self.now.order_facts[*at]).collect());
        self.seen = kept.iter().map(|at| self.seen[*at]).collect();
        let follow = |id: &mut ItemId| {
            let new = renumbered.get(*id as usize).copied().flatten();
            *id = new.unwrap_or(*id);
            new.is_some()
        };
        // In place: hashing all paths and contents again would take much longer.
        self.by_path.retain(|_, id| follow(id));
        self.by_content.retain(|_, copies| {
            copies.retain_mut(follow);
            !copies.is_empty()
        });
        (self.failed, self.unread) = (0, 0);
        items.iter().for_each(|item| self.count(item, 1));
        self.now.items = items.into_iter().collect();
        self.now.findings = Arc::new(self.now.findings.renumbered(&renumbered));
        self.now.epoch += 1;
        Some(renumbered)
    }

    /// Removes all items, and returns them, because freeing a large library takes longer than a frame. The user's marks
    /// stay known.
    #[must_use]
    pub fn clear(&mut self) -> Self {
        let empty = Self {
            now: Snapshot {
                epoch: self.now.epoch + 1,
                ..Snapshot::default()
            },
            user_marks: std::mem::take(&mut self.user_marks),
            rejected: std::mem::take(&mut self.rejected),
            rejected_alone: std::mem::take(&mut self.rejected_alone),
            ..Self::default()
        };
        std::mem::replace(self, empty)
    }

    /// Failed items, sorted by path.
    #[must_use]
    pub fn failures(&self) -> Vec<&Failure> {
        let failed = self
            .now
            .items
            .iter()
            .filter_map(|item| match &item.outcome {
                ReadOutcome::Failed(failure) => Some(failure),
                ReadOutcome::Read { .. } => None,
            });
        let mut failed: Vec<&Failure> = failed.collect();
        failed.sort_by(|a, b| a.path.cmp(&b.path));
        failed
    }

    /// The number of failed items.
    #[must_use]
    pub fn failure_count(&self) -> usize {
        self.failed
    }
}

#[cfg(test)]
pub(in crate::app) mod tests;
