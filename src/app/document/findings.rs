//! Results of analysing photos without labels: duplicates, stacks, flaws and words. Pure functions.

mod description;
mod kind;

use std::collections::HashMap;

use super::item_id::ItemId;
use crate::engine::library::{DuplicateReport, Flaw, Flaws, words};
use crate::engine::search::bursts::Burst;
use crate::engine::search::describe::{self, MAX_WORDS, Word};
use crate::text;
use kind::FLAWS;

pub use kind::{Kind, Lines};

/// Marks the absence of a group, stack or word.
const NONE: u32 = u32::MAX;

/// A duplicate of a better photo.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyOf {
    /// The photo.
    pub item: ItemId,
    /// The kind of similarity, in a word.
    pub likeness: &'static str,
    /// Why the other photo is better.
    pub reason: String,
    /// Size in bytes, including paired files.
    pub bytes: u64,
}

/// A group of duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyGroup {
    /// The best photo, which is kept.
    pub keeper: ItemId,
    /// The other photos, best first.
    pub copies: Vec<CopyOf>,
}

/// A stack: photos of one scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// The photos, in the order in which they were taken.
    pub photos: Vec<ItemId>,
    /// The best photo.
    pub best: ItemId,
    /// Why it is the best, in a few words.
    pub reason: &'static str,
}

/// Findings about one photo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    /// Index of its stack, or [`NONE`].
    stack: u32,
    is_copy: bool,
    /// Whether it has no date.
    is_undated: bool,
    /// The value of each flaw; NaN if unknown.
    numbers: [f32; FLAWS],
    /// The words that fit best, as indices into the vocabulary, and how well they fit in percent.
    words: [(u16, u8); MAX_WORDS],
}

impl Default for Found {
    fn default() -> Self {
        Self {
            stack: NONE,
            is_copy: false,
            is_undated: false,
            numbers: [f32::NAN; FLAWS],
            words: [(u16::MAX, 0); MAX_WORDS],
        }
    }
}

/// Findings about all photos, by item id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Groups of duplicates, in the order of their keepers.
    pub copies: Vec<CopyGroup>,
    /// Stacks of photos of one scene.
    pub stacks: Vec<Stack>,
    found: Vec<Found>,
    vocabulary: Vec<&'static str>,
}

impl Findings {
    /// Converts engine results about the photos `ids` into findings about `count` items.
    #[must_use]
    pub fn new(
        ids: &[ItemId],
        count: usize,
        copies: &DuplicateReport,
        bursts: Vec<Burst>,
        flaws: &Flaws,
    ) -> Self {
        let mut findings = Self {
            found: vec![Found::default(); count],
            ..Self::default()
        };
        for (at, id) in ids.iter().enumerate() {
            let Some(found) = findings.found.get_mut(*id as usize) else {
                continue;
            };
            for flaw in Flaw::ALL {
                found.numbers[flaw as usize] = flaws.number(flaw, at).unwrap_or(f32::NAN);
            }
        }
        let groups = copies.groups.iter().zip(&copies.reasons);
        let groups = groups.map(|(group, reasons)| CopyGroup {
            keeper: ids[group.keeper],
            copies: { group.copies.iter().zip(reasons) }
                .map(|(copy, reason)| CopyOf {
                    item: ids[copy.at],
                    likeness: copy.likeness.name(),
                    reason: reason.clone(),
                    bytes: copies.bytes[copy.at],
                })
                .collect(),
        });
        findings.copies = groups.collect();
        let stack = |burst: Burst| Stack {
            photos: burst.photos.iter().map(|at| ids[*at]).collect(),
            best: ids[burst.best],
            reason: burst.reason,
        };
        findings.stacks = bursts.into_iter().map(stack).collect();
        findings.link();
        findings
    }

    /// Marks photos that have no date.
    pub fn set_undated(&mut self, ids: impl Iterator<Item = ItemId>) {
        for id in ids {
            if let Some(found) = self.found.get_mut(id as usize) {
                found.is_undated = true;
            }
        }
    }

    /// Updates each photo's entry from the duplicates and stacks.
    fn link(&mut self) {
        for (stack, number) in self.stacks.iter().zip(0..) {
            for id in &stack.photos {
                if let Some(found) = self.found.get_mut(*id as usize) {
                    found.stack = number;
                }
            }
        }
        for copy in self.copies.iter().flat_map(|group| &group.copies) {
            if let Some(found) = self.found.get_mut(copy.item as usize) {
                found.is_copy = true;
            }
        }
    }

    /// Prepares for [`Self::set_words`], and returns the index of each word.
    pub fn word_indices(&mut self) -> HashMap<&'static str, u16> {
        self.vocabulary = words();
        self.vocabulary.iter().copied().zip(0..).collect()
    }

    /// Sets the words that fit a photo best. `places` comes from [`Self::word_indices`].
    pub fn set_words(
        &mut self,
        id: ItemId,
        fitting: &[Word<'static>],
        places: &HashMap<&'static str, u16>,
    ) {
        let Some(found) = self.found.get_mut(id as usize) else {
            return;
        };
        let kept = describe::kept(fitting);
        for (slot, (word, fit)) in found.words.iter_mut().zip(kept) {
            if let Some(place) = places.get(word) {
                // Rounded down, or a word could become certain by rounding.
                *slot = (*place, (fit * 100.0) as u8);
            }
        }
    }

    /// Copies the words from earlier findings about the same photos.
    pub fn copy_words(&mut self, before: &Self) {
        self.vocabulary.clone_from(&before.vocabulary);
        for (found, before) in self.found.iter_mut().zip(&before.found) {
            found.words = before.words;
        }
    }

    fn of(&self, id: ItemId) -> Option<&Found> {
        self.found.get(id as usize)
    }

    /// The value of a flaw of a photo, if known.
    #[must_use]
    pub fn number(&self, flaw: Flaw, id: ItemId) -> Option<f32> {
        let number = self.of(id)?.numbers[flaw as usize];
        (!number.is_nan()).then_some(number)
    }

    /// Whether a photo is of a kind, according to the thresholds `lines`.
    #[must_use]
    pub fn is_of(&self, kind: Kind, id: ItemId, lines: &Lines) -> bool {
        match (kind, kind.flaw()) {
            (_, Some(flaw)) => self.number(flaw, id).is_some_and(|n| n >= lines.of(flaw)),
            (Kind::Copies, _) => self.of(id).is_some_and(|found| found.is_copy),
            (Kind::Bursts, _) => self.stack(id).is_some(),
            _ => self.of(id).is_some_and(|found| found.is_undated),
        }
    }

    /// The stack that contains a photo.
    #[must_use]
    pub fn stack(&self, id: ItemId) -> Option<&Stack> {
        self.stacks.get(self.of(id)?.stack as usize)
    }

    /// For each duplicate, the photo that is kept instead.
    #[must_use]
    pub fn keepers(&self) -> HashMap<ItemId, ItemId> {
        let copies = self.copies.iter().flat_map(|group| {
            let keeper = group.keeper;
            group.copies.iter().map(move |copy| (copy.item, keeper))
        });
        copies.collect()
    }

    /// Total size of all duplicates in bytes.
    #[must_use]
    pub fn duplicate_bytes(&self) -> u64 {
        let copies = self.copies.iter().flat_map(|group| &group.copies);
        copies.map(|copy| copy.bytes).sum()
    }

    /// The number of photos of a kind; for bursts, the number of bursts.
    #[must_use]
    pub fn count(&self, kind: Kind, lines: &Lines) -> usize {
        match kind {
            Kind::Copies => self.copies.iter().map(|group| group.copies.len()).sum(),
            Kind::Bursts => self.stacks.len(),
            _ => (0..self.found.len() as ItemId)
                .filter(|id| self.is_of(kind, *id, lines))
                .count(),
        }
    }

    /// [`Self::count`] of each kind, in the order of [`Kind::ALL`]. All are counted in one pass, because a large library
    /// does not fit into the processor's cache.
    #[must_use]
    pub fn counts(&self, lines: &Lines) -> [usize; Kind::ALL.len()] {
        let mut counts = [0; Kind::ALL.len()];
        for id in 0..self.found.len() as ItemId {
            for (count, kind) in counts.iter_mut().zip(Kind::ALL) {
                *count += usize::from(self.is_of(kind, id, lines));
            }
        }
        // These are numbers of groups, or counted in groups.
        for kind in [Kind::Copies, Kind::Bursts] {
            counts[kind as usize] = self.count(kind, lines);
        }
        counts
    }

    /// The words that fit a photo and how well, best first.
    pub fn words(&self, id: ItemId) -> impl Iterator<Item = Word<'static>> {
        let words = self.of(id).copied().unwrap_or_default().words;
        words.into_iter().filter_map(|(place, percent)| {
            let word = *self.vocabulary.get(usize::from(place))?;
            Some((word, f32::from(percent) / 100.0))
        })
    }

    /// For each word of the vocabulary, its folded name in the language of messages, if it differs.
    #[must_use]
    pub fn word_names(&self) -> Vec<Option<String>> {
        let name = |word: &&'static str| {
            let name = text::photo_word(word);
            (name != *word).then(|| text::fold(name))
        };
        self.vocabulary.iter().map(name).collect()
    }

    /// The words that fit a photo, each followed by its name, if any. `names` comes from [`Self::word_names`].
    pub fn words_and_names<'a>(
        &'a self,
        id: ItemId,
        names: &'a [Option<String>],
    ) -> impl Iterator<Item = &'a str> {
        let words = self.of(id).copied().unwrap_or_default().words;
        words.into_iter().flat_map(move |(place, _)| {
            let place = usize::from(place);
            let word: Option<&'a str> = self.vocabulary.get(place).copied();
            let name = names.get(place).and_then(Option::as_deref);
            [word, name].into_iter().flatten()
        })
    }

    /// Whether the words have been determined.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !self.vocabulary.is_empty()
    }

    /// All words, most frequent first.
    #[must_use]
    pub fn frequent_words(&self) -> Vec<&'static str> {
        let mut counts: HashMap<u16, usize> = HashMap::new();
        for (word, _) in self.found.iter().flat_map(|found| found.words) {
            *counts.entry(word).or_default() += 1;
        }
        let mut counts: Vec<(u16, usize)> = counts.into_iter().collect();
        counts.sort_unstable_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
        let word = |(word, _): (u16, usize)| self.vocabulary.get(usize::from(word)).copied();
        counts.into_iter().filter_map(word).collect()
    }

    /// Translates item ids after items were removed. Duplicates whose keeper is gone are dropped.
    #[must_use]
    pub fn renumbered(&self, new: &[Option<ItemId>]) -> Self {
        let follow = |id: ItemId| new.get(id as usize).copied().flatten();
        let count = new.iter().flatten().count();
        let mut next = Self {
            vocabulary: self.vocabulary.clone(),
            found: vec![Found::default(); count],
            ..Self::default()
        };
        for (found, id) in self.found.iter().zip(new) {
            if let Some(to) = id.and_then(|id| next.found.get_mut(id as usize)) {
                *to = Found {
                    stack: NONE,
                    is_copy: false,
                    ..*found
                };
            }
        }
        let groups = self.copies.iter().filter_map(|group| {
            let copies = group.copies.iter().filter_map(|copy| {
                let item = follow(copy.item)?;
                Some(CopyOf {
                    item,
                    ..copy.clone()
                })
            });
            Some(CopyGroup {
                keeper: follow(group.keeper)?,
                copies: copies.collect(),
            })
        });
        next.copies = groups.filter(|group| !group.copies.is_empty()).collect();
        let stacks = self.stacks.iter().filter_map(|stack| {
            let photos: Vec<ItemId> = stack.photos.iter().filter_map(|id| follow(*id)).collect();
            let best = follow(stack.best).or_else(|| photos.first().copied())?;
            Some(Stack {
                photos,
                best,
                reason: stack.reason,
            })
        });
        next.stacks = stacks.filter(|stack| stack.photos.len() > 1).collect();
        next.link();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::duplicates::{DuplicateCopy, DuplicateGroup, Likeness};
    use crate::text::{Locale, keep_to_thread};

    fn found() -> Findings {
        let copy = |at| DuplicateCopy {
            at,
            likeness: Likeness::Near,
            cosine: 0.9,
            correlation: 0.95,
        };
        let copies = DuplicateReport {
            groups: vec![DuplicateGroup {
                keeper: 0,
                copies: vec![copy(1), copy(3)],
            }],
            bytes: vec![100, 20, 30, 4],
            reasons: vec![vec!["more pixels".into(), "sharper".into()]],
        };
        let burst = Burst {
            photos: vec![0, 2],
            best: 2,
            reason: "the sharpest",
        };
        // The photo at index 2 has the item id 4.
        Findings::new(&[0, 1, 4, 3], 5, &copies, vec![burst], &Flaws::default())
    }

    #[test]
    fn copies_and_stacks_are_known_by_photo_and_follow_new_numbers() {
        let found = found();
        let lines = Lines::default();
        let is_of = |found: &Findings, kind, id| found.is_of(kind, id, &lines);
        assert_eq!(found.duplicate_bytes(), 24);
        assert_eq!(found.count(Kind::Copies, &lines), 2);
        let counts = Kind::ALL.map(|kind| found.count(kind, &lines));
        assert_eq!(found.counts(&lines), counts);
        assert!(is_of(&found, Kind::Copies, 1) && !is_of(&found, Kind::Copies, 0));
        assert_eq!(found.stack(0).map(|stack| stack.best), Some(4));
        assert!(found.stack(2).is_none() && found.stack(9).is_none());
        // Item 1 is removed, so later items move up.
        let new = [Some(0), None, Some(1), Some(2), Some(3)];
        let moved = found.renumbered(&new);
        assert_eq!(moved.duplicate_bytes(), 4);
        assert!(is_of(&moved, Kind::Copies, 2) && !is_of(&moved, Kind::Copies, 1));
        assert_eq!(moved.stacks[0].photos, [0, 3]);
        // Without its keeper, a photo is no duplicate. One photo is no stack.
        let none = found.renumbered(&[None, Some(0), Some(1), Some(2), Some(3)]);
        assert!(none.copies.is_empty() && none.stacks.is_empty());
    }

    #[test]
    fn words_are_said_with_their_certainty_and_counted() {
        let mut found = found();
        let places = found.word_indices();
        found.set_words(0, &[("cat", 0.9), ("sofa", 0.4), ("dog", 0.1)], &places);
        found.set_words(1, &[("sofa", 0.8)], &places);
        assert_eq!(
            found.accessible_text(0).as_deref(),
            Some("cat, perhaps sofa")
        );
        assert_eq!(found.accessible_text(2), None);
        found.set_words(3, &[("sofa", 0.598)], &places);
        let text = found.accessible_text(3);
        assert_eq!(text.as_deref(), Some("perhaps sofa"));
        found.set_words(3, &[("sofa", 0.6)], &places);
        assert_eq!(found.accessible_text(3).as_deref(), Some("sofa"));
        assert_eq!(found.frequent_words(), ["sofa", "cat"]);
    }

    #[test]
    fn words_are_found_in_english_and_in_the_language_of_messages() {
        let mut found = found();
        let places = found.word_indices();
        found.set_words(0, &[("cat", 0.9), ("sofa", 0.4)], &places);
        for (locale, expected) in [
            (Locale::English, &["cat", "sofa"][..]),
            // "Sofa" is the same word in German.
            (Locale::German, &["cat", "katze", "sofa"]),
            (Locale::SimplifiedChinese, &["cat", "猫", "sofa", "沙发"]),
        ] {
            keep_to_thread(locale);
            let names = found.word_names();
            let words: Vec<&str> = found.words_and_names(0, &names).collect();
            assert_eq!(words, expected);
        }
        keep_to_thread(Locale::English);
    }
}
