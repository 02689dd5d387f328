//! The photos in the window, in the order in which they were found.
//!
//! Items and marks are shared with the scoring thread: it takes a snapshot, which costs nothing, while the window goes on
//! adding.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::calendar::{self, Day};
use super::findings::{Findings, Lines};
use crate::engine::media::metadata::PhotoMetadata;
use crate::engine::media::photo::{Candidate, ContentId, Failure, Photo, PhotoFacts};
use crate::engine::media::places::Place;
use crate::engine::organize::marks::{Flag, Mark};

pub use super::item_id::ItemId;

/// The row of a photo that is known, but that the model in use has not read yet.
pub const UNREAD: u32 = u32::MAX;

/// What became of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadOutcome {
    /// It was read.
    Read {
        /// What its content says.
        facts: PhotoFacts,
        /// The row of its vector; [`UNREAD`] until the model has read it.
        row: u32,
    },
    /// It could not be used.
    Failed(Failure),
}

/// One file in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct LibraryItem {
    /// Where it is, how large and of when.
    pub file: Candidate,
    /// Its name without folders, for people.
    pub name: String,
    /// A text that sorts as the name should.
    pub name_key: String,
    /// What became of it.
    pub outcome: ReadOutcome,
    /// What it and its sidecars say, once they were looked at.
    pub metadata: Option<Arc<PhotoMetadata>>,
}

impl LibraryItem {
    /// For a photo that was read.
    #[must_use]
    pub fn read(photo: Photo, row: u32) -> Self {
        let outcome = ReadOutcome::Read {
            facts: photo.facts,
            row,
        };
        Self::new(photo.file, outcome)
    }

    /// For a file that failed.
    #[must_use]
    pub fn failed(failure: Failure) -> Self {
        let file = Candidate {
            path: failure.path.clone(),
            size: 0,
            modified_ns: 0,
        };
        Self::new(file, ReadOutcome::Failed(failure))
    }

    fn new(file: Candidate, outcome: ReadOutcome) -> Self {
        let name = file.path.file_name().unwrap_or(file.path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Self {
            name_key: natural_key(&name),
            name,
            file,
            outcome,
            metadata: None,
        }
    }

    /// What its content says, if it was read.
    #[must_use]
    pub fn facts(&self) -> Option<&PhotoFacts> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => Some(facts),
            ReadOutcome::Failed(_) => None,
        }
    }

    /// Its content, if it was read.
    #[must_use]
    pub fn content(&self) -> Option<ContentId> {
        self.facts().map(|facts| facts.content)
    }

    /// Keywords that it or a sidecar holds.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        let metadata = self.metadata.as_ref();
        metadata.map_or(&[], |metadata| &metadata.facts.keywords)
    }

    /// Where it was taken, if its coordinates or those in a sidecar say so.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.metadata.as_ref()?.place
    }

    /// Whether it or a sidecar has coordinates.
    #[must_use]
    pub fn is_located(&self) -> bool {
        let metadata = self.metadata.as_ref();
        metadata.is_some_and(|metadata| metadata.facts.position.is_some())
    }

    /// The camera, as it calls itself.
    #[must_use]
    pub fn camera(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.camera.as_deref()
    }

    /// The lens, as it calls itself.
    #[must_use]
    pub fn lens(&self) -> Option<&str> {
        self.metadata.as_ref()?.facts.lens.as_deref()
    }

    /// The row of its vector; [`UNREAD`], which scores nothing, if there is none.
    #[must_use]
    pub fn row(&self) -> u32 {
        match self.outcome {
            ReadOutcome::Read { row, .. } => row,
            ReadOutcome::Failed(_) => UNREAD,
        }
    }

    /// What is wrong with it, if anything.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        match &self.outcome {
            ReadOutcome::Read { facts, .. } => facts.warning.as_deref(),
            ReadOutcome::Failed(failure) => Some(&failure.message),
        }
    }

    /// Why it could not be used, if it could not.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            ReadOutcome::Read { .. } => None,
            ReadOutcome::Failed(failure) => Some(failure),
        }
    }

    /// The ending of its name in lower case.
    #[must_use]
    pub fn ending(&self) -> Option<String> {
        let ending = self.file.path.extension()?;
        Some(ending.to_string_lossy().to_lowercase())
    }
}

/// A text by which names sort as people count: `img2` before `img10`, capitals beside small letters.
/// Each run of digits is preceded by its length.
fn natural_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 4);
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            // Lengths as characters from '0' on: shorter numbers come first.
            key.push(char::from_u32('0' as u32 + digits.len() as u32).unwrap_or(char::MAX));
            key.push_str(digits);
            rest = &rest[end..];
        } else {
            key.extend(c.to_lowercase());
            rest = &rest[c.len_utf8()..];
        }
    }
    key
}

/// What became of a file, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// A photo that was read.
    Photo,
    /// A video that was read.
    Video,
    /// A file that could not be used.
    Failed,
}

/// What is asked of every item whenever the photos are sorted. These lie side by side in memory; the items themselves do
/// not, and looking at each of them would take most of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The row of its vector; [`UNREAD`] if there is none.
    pub row: u32,
    /// The day on which it was taken; 0 if that is not known.
    pub day: Day,
    /// What became of it.
    pub kind: FileStatus,
}

impl OrderFacts {
    fn of(item: &LibraryItem) -> Self {
        let facts = item.facts();
        let taken = facts.and_then(|facts| facts.taken.as_ref());
        Self {
            row: item.row(),
            day: taken
                .and_then(|taken| calendar::day_of(taken.as_str()))
                .unwrap_or_default(),
            kind: match facts {
                None => FileStatus::Failed,
                Some(facts) if facts.video.is_some() => FileStatus::Video,
                Some(_) => FileStatus::Photo,
            },
        }
    }

    /// The day on which it was taken.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        (self.day != 0).then_some(self.day)
    }
}

/// Items and marks as they were at one moment.
#[derive(Clone, Default)]
pub struct Snapshot {
    /// The items, by number.
    pub items: Arc<Vec<Arc<LibraryItem>>>,
    /// What is asked of each most often, by number.
    pub briefs: Arc<Vec<OrderFacts>>,
    /// Their marks, by number.
    pub marks: Arc<Vec<Mark>>,
    /// Counts what makes earlier numbers or scores invalid.
    pub epoch: u64,
    /// What was found among them without labels.
    pub findings: Arc<Findings>,
    /// The lines from which on a photo has a flaw.
    pub lines: Lines,
    /// Whether of a stack only one photo is shown.
    pub folded: bool,
}

impl Snapshot {
    /// Of these items and their marks.
    #[must_use]
    pub fn new(items: Vec<LibraryItem>, marks: Vec<Mark>) -> Self {
        Self {
            briefs: Arc::new(items.iter().map(OrderFacts::of).collect()),
            items: Arc::new(items.into_iter().map(Arc::new).collect()),
            marks: Arc::new(marks),
            ..Self::default()
        }
    }
}

/// All items of the window.
#[derive(Default)]
pub struct PhotoList {
    now: Snapshot,
    by_path: HashMap<PathBuf, ItemId>,
    /// For each item, the job that saw it last.
    seen: Vec<u64>,
    failed: usize,
    unread: usize,
    /// The items of each content: copies are marked together.
    by_content: HashMap<ContentId, Vec<ItemId>>,
    /// What the person decided. It counts, whatever metadata says.
    kept_marks: HashMap<ContentId, Mark>,
    /// Photos that were rejected themselves since the start, and not only as copies of others.
    rejected: HashSet<PathBuf>,
    /// Photos that are rejected as copies of a photo that is kept, with their contents. Others of the content may be kept.
    rejected_alone: HashMap<PathBuf, ContentId>,
}

impl PhotoList {
    /// An empty library that knows a person's earlier marks.
    #[must_use]
    pub fn new(marks: HashMap<ContentId, Mark>) -> Self {
        Self {
            kept_marks: marks,
            ..Self::default()
        }
    }

    /// What is there now.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.now
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.now.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.now.items.is_empty()
    }

    /// One item.
    #[must_use]
    pub fn get(&self, id: ItemId) -> Option<&Arc<LibraryItem>> {
        self.now.items.get(id as usize)
    }

    /// The number of a path.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<ItemId> {
        self.by_path.get(path).copied()
    }

    /// The mark of an item.
    #[must_use]
    pub fn mark(&self, id: ItemId) -> Mark {
        self.now.marks.get(id as usize).copied().unwrap_or_default()
    }

    /// Adds an item, or puts it in the place of an earlier one of its path.
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
            Arc::make_mut(&mut self.now.briefs).push(OrderFacts::of(&item));
            Arc::make_mut(&mut self.now.items).push(Arc::new(item));
            return;
        };
        let at = id as usize;
        self.seen[at] = generation;
        if *self.now.items[at] != item {
            let old = self.now.items[at].clone();
            self.count(&old, -1);
            self.count(&item, 1);
            let before = self.now.items[at].content();
            if let Some(copies) = before.and_then(|c| self.by_content.get_mut(&c)) {
                copies.retain(|copy| *copy != id);
            }
            if before != item.content() {
                self.rejected.remove(&item.file.path);
            }
            self.link(&item, id);
            Arc::make_mut(&mut self.now.marks)[at] = mark;
            Arc::make_mut(&mut self.now.briefs)[at] = OrderFacts::of(&item);
            Arc::make_mut(&mut self.now.items)[at] = Arc::new(item);
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

    /// Waits for all photos to be read again, by another model.
    pub fn forget_rows(&mut self) {
        for item in Arc::make_mut(&mut self.now.items) {
            if let ReadOutcome::Read { row, .. } = &mut Arc::make_mut(item).outcome {
                *row = UNREAD;
            }
        }
        for brief in Arc::make_mut(&mut self.now.briefs) {
            brief.row = UNREAD;
        }
        self.unread = self.len() - self.failed;
        self.now.epoch += 1;
    }

    /// How many photos are known, but not read by the model in use.
    #[must_use]
    pub fn unread_count(&self) -> usize {
        self.unread
    }

    fn link(&mut self, item: &LibraryItem, id: ItemId) {
        if let Some(content) = item.content() {
            self.by_content.entry(content).or_default().push(id);
        }
    }

    /// What counts for an item: what the person decided, otherwise what its metadata says.
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

    /// The same, which it shares with others of its content: that it is rejected alone does not count.
    fn shared_mark(&self, item: &LibraryItem) -> Mark {
        let decided = item.content().and_then(|c| self.decision(&c));
        let theirs = || Some(item.metadata.as_ref()?.facts.mark());
        decided.or_else(theirs).unwrap_or_default()
    }

    fn is_alone(&self, item: &LibraryItem) -> bool {
        let content = self.rejected_alone.get(&item.file.path);
        content.is_some() && content.copied() == item.content()
    }

    /// The mark that a photo shares with others of its content.
    #[must_use]
    pub fn mark_of_content(&self, id: ItemId) -> Mark {
        self.get(id)
            .map_or_else(Mark::default, |item| self.shared_mark(item))
    }

    /// Whether a photo is rejected as a copy of one that is kept.
    #[must_use]
    pub fn is_rejected_alone(&self, id: ItemId) -> bool {
        self.get(id).is_some_and(|item| self.is_alone(item))
    }

    /// Photos that are rejected alone, with their contents.
    #[must_use]
    pub fn rejected_alone(&self) -> &HashMap<PathBuf, ContentId> {
        &self.rejected_alone
    }

    /// Rejects photos of a content alone, or no longer. Returns how it was before.
    pub fn reject_alone(
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
                Arc::make_mut(&mut self.now.marks)[id as usize] = mark;
            }
        }
        before
    }

    /// Takes over what was found among the photos.
    pub fn set_findings(&mut self, findings: Arc<Findings>) {
        self.now.findings = findings;
    }

    /// Sets decisions about items and all copies of their content, or takes them away.
    pub fn decide(&mut self, decisions: &[(ContentId, Option<Mark>)]) {
        for (content, decision) in decisions {
            match decision {
                Some(mark) => self.kept_marks.insert(*content, *mark),
                None => self.kept_marks.remove(content),
            };
            for id in self.by_content.get(content).into_iter().flatten() {
                let at = *id as usize;
                let mark = self.mark_for(&self.now.items[at]);
                if mark.flag != Flag::Reject {
                    self.rejected.remove(&self.now.items[at].file.path);
                }
                Arc::make_mut(&mut self.now.marks)[at] = mark;
            }
        }
    }

    /// Remembers that the person rejected these very photos, where they did.
    pub fn note_rejected(&mut self, ids: &[ItemId]) {
        let rejected = ids.iter().filter(|id| self.mark(**id).flag == Flag::Reject);
        let paths = rejected.filter_map(|id| Some(self.get(*id)?.file.path.clone()));
        let paths: Vec<PathBuf> = paths.collect();
        self.rejected.extend(paths);
    }

    /// Whether the rejection of a photo is about itself, and not only about a copy of it. What stands in its own
    /// sidecar is.
    #[must_use]
    pub fn is_rejected_itself(&self, id: ItemId) -> bool {
        let Some(item) = self.get(id) else {
            return false;
        };
        let decided = item.content().and_then(|content| self.decision(&content));
        decided.is_none() || self.rejected.contains(&item.file.path)
    }

    /// The items of a content.
    #[must_use]
    pub fn copies(&self, content: &ContentId) -> &[ItemId] {
        self.by_content.get(content).map_or(&[], Vec::as_slice)
    }

    /// What the person decided about a content, whether or not it is in the window.
    #[must_use]
    pub fn decision(&self, content: &ContentId) -> Option<Mark> {
        self.kept_marks.get(content).copied()
    }

    /// Takes over what metadata says now.
    pub fn set_metadata(&mut self, changes: Vec<(PathBuf, Arc<PhotoMetadata>)>) {
        for (path, metadata) in changes {
            let Some(id) = self.find(&path) else { continue };
            let at = id as usize;
            let items = Arc::make_mut(&mut self.now.items);
            Arc::make_mut(&mut items[at]).metadata = Some(metadata);
            let mark = self.mark_for(&self.now.items[at]);
            Arc::make_mut(&mut self.now.marks)[at] = mark;
        }
    }

    /// Keeps only the items for which `stays` holds, which is given the path and the job that saw it
    /// last. Returns for each old number the new one, or nothing if all stay.
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
        self.now.briefs = Arc::new(kept.iter().map(|at| self.now.briefs[*at]).collect());
        self.seen = kept.iter().map(|at| self.seen[*at]).collect();
        self.by_path = items
            .iter()
            .zip(0..)
            .map(|(item, id)| (item.file.path.clone(), id))
            .collect();
        (self.failed, self.unread) = (0, 0);
        items.iter().for_each(|item| self.count(item, 1));
        self.by_content.clear();
        for (item, id) in items.iter().zip(0..) {
            self.link(item, id);
        }
        self.now.items = Arc::new(items);
        self.now.findings = Arc::new(self.now.findings.renumbered(&renumbered));
        self.now.epoch += 1;
        Some(renumbered)
    }

    /// Removes everything; a person's marks stay known.
    pub fn clear(&mut self) {
        *self = Self {
            now: Snapshot {
                epoch: self.now.epoch + 1,
                ..Snapshot::default()
            },
            kept_marks: std::mem::take(&mut self.kept_marks),
            rejected: std::mem::take(&mut self.rejected),
            rejected_alone: std::mem::take(&mut self.rejected_alone),
            ..Self::default()
        };
    }

    /// Items that failed, by path.
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

    /// How many items failed.
    #[must_use]
    pub fn failure_count(&self) -> usize {
        self.failed
    }
}

/// Compares names as people do.
#[must_use]
pub fn by_name(a: &LibraryItem, b: &LibraryItem) -> Ordering {
    a.name_key
        .cmp(&b.name_key)
        .then_with(|| a.file.path.cmp(&b.file.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::metadata::Additions;
    use crate::engine::media::metadata::xmp::Packet;
    use crate::engine::media::photo::Stage;
    use crate::engine::organize::marks::Colour;

    fn item(path: &str, content: u8) -> LibraryItem {
        let file = Candidate {
            path: path.into(),
            size: 1,
            modified_ns: 1,
        };
        let facts = PhotoFacts {
            content: ContentId([content; 32]),
            width: 4,
            height: 3,
            taken: None,
            warning: None,
            video: None,
        };
        LibraryItem::read(Photo { file, facts }, u32::from(content))
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["img10.jpg", "IMG2.jpg", "img002b.jpg", "a.jpg", "猫.jpg"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(
            names,
            ["a.jpg", "IMG2.jpg", "img002b.jpg", "img10.jpg", "猫.jpg"]
        );
    }

    #[test]
    fn a_path_has_one_item_whatever_becomes_of_it() {
        let mut library = PhotoList::default();
        library.put(item("a.jpg", 1), 1);
        library.put(item("b.jpg", 2), 1);
        let epoch = library.snapshot().epoch;
        library.put(item("a.jpg", 1), 2);
        assert_eq!((library.len(), library.snapshot().epoch), (2, epoch));
        library.put(
            LibraryItem::failed(Failure::new("a.jpg", Stage::Read, "gone")),
            2,
        );
        assert_eq!(library.len(), 2);
        assert!(library.snapshot().epoch > epoch);
        assert_eq!(library.failures().len(), 1);
        assert_eq!(library.find(Path::new("a.jpg")), Some(0));
    }

    #[test]
    fn what_does_not_stay_goes_and_the_rest_moves_up() {
        let mut library = PhotoList::default();
        for (path, content) in [("in/a.jpg", 1), ("usb/b.jpg", 2), ("in/c.jpg", 3)] {
            library.put(item(path, content), 1);
        }
        library.put(item("in/c.jpg", 3), 2);
        let stays = |path: &Path, seen: u64| seen == 2 || path.starts_with("usb");
        let renumbered = library.retain(stays);
        assert_eq!(renumbered, Some(vec![None, Some(0), Some(1)]));
        assert_eq!(library.find(Path::new("in/c.jpg")), Some(1));
        assert_eq!(library.retain(stays), None);
    }

    #[test]
    fn photos_that_a_model_has_not_read_are_counted() {
        let mut library = PhotoList::default();
        library.put(item("a.jpg", 1), 1);
        library.put(item("b.jpg", 2), 1);
        library.put(
            LibraryItem::failed(Failure::new("c.jpg", Stage::Read, "gone")),
            1,
        );
        assert_eq!(library.unread_count(), 0);
        library.forget_rows();
        assert_eq!((library.unread_count(), library.failure_count()), (2, 1));
        library.put(item("a.jpg", 1), 2);
        assert_eq!(library.unread_count(), 1);
        library.retain(|path, _| path != Path::new("b.jpg"));
        assert_eq!(library.unread_count(), 0);
    }

    #[test]
    fn marks_follow_the_content() {
        let pick = Mark {
            flag: Flag::Pick,
            stars: 2,
            colour: None,
        };
        let mut library = PhotoList::new(HashMap::from([(ContentId([1; 32]), pick)]));
        library.put(item("a.jpg", 1), 1);
        library.put(item("b.jpg", 2), 1);
        assert_eq!(library.mark(0), pick);
        library.decide(&[(ContentId([2; 32]), Some(pick))]);
        library.put(item("copy of b.jpg", 2), 1);
        assert_eq!((library.mark(1), library.mark(2)), (pick, pick));
        assert_eq!(library.decision(&ContentId([2; 32])), Some(pick));
        // What has another content now is no copy any more.
        library.put(item("b.jpg", 3), 2);
        library.retain(|path, _| path != Path::new("a.jpg"));
        library.decide(&[(ContentId([2; 32]), None)]);
        assert_eq!(
            (library.mark(0), library.mark(1)),
            (Mark::default(), Mark::default())
        );
        library.decide(&[(ContentId([3; 32]), Some(pick))]);
        assert_eq!((library.mark(0), library.mark(1)), (pick, Mark::default()));
    }

    #[test]
    fn a_decision_counts_more_than_a_sidecar() {
        let dir = tempfile::tempdir().expect("a folder");
        let photo = dir.path().join("a.jpg");
        let mut packet = Packet::empty();
        let additions = Additions {
            keywords: vec!["sea".into()],
            rating: Some(4),
            colour: Some("Red".into()),
            ..Additions::default()
        };
        packet.add(&additions).expect("added");
        let bytes = packet.to_bytes().expect("bytes");
        std::fs::write(dir.path().join("a.jpg.xmp"), bytes).expect("written");
        let metadata = Arc::new(PhotoMetadata::of(&photo));
        let mut library = PhotoList::default();
        let path = photo.to_str().expect("a plain name");
        library.put(item(path, 1), 1);
        library.set_metadata(vec![(photo.clone(), metadata)]);
        let theirs = library.mark(0);
        assert_eq!((theirs.stars, theirs.colour), (4, Some(Colour::Red)));
        library.decide(&[(ContentId([1; 32]), Some(Mark::default()))]);
        assert_eq!(library.mark(0), Mark::default());
        library.decide(&[(ContentId([1; 32]), None)]);
        // Read again, it keeps what its metadata says.
        library.put(item(path, 2), 2);
        assert_eq!(library.mark(0), theirs);
        let read = library.get(0).expect("an item");
        assert_eq!(read.keywords(), ["sea"]);
        library.set_metadata(vec![(photo, Arc::default())]);
        assert_eq!(library.mark(0), Mark::default());
    }

    #[test]
    fn a_copy_is_rejected_alone_and_what_it_shares_stays() {
        let mut library = PhotoList::default();
        library.put(item("a.jpg", 1), 1);
        library.put(item("b.jpg", 1), 1);
        let stars = Mark {
            stars: 3,
            ..Mark::default()
        };
        library.decide(&[(ContentId([1; 32]), Some(stars))]);
        let alone = [(PathBuf::from("b.jpg"), Some(ContentId([1; 32])))];
        let before = library.reject_alone(&alone);
        let flags = |library: &PhotoList| [library.mark(0).flag, library.mark(1).flag];
        assert_eq!(flags(&library), [Flag::None, Flag::Reject]);
        assert_eq!(
            (library.mark(1).stars, library.mark_of_content(1)),
            (3, stars)
        );
        // What is at its place now is another photo.
        library.put(item("b.jpg", 2), 2);
        assert!(!library.is_rejected_alone(1));
        library.put(item("b.jpg", 1), 3);
        assert!(library.is_rejected_alone(1));
        library.reject_alone(&before);
        assert_eq!(flags(&library), [Flag::None; 2]);
    }
}
