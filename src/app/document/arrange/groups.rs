//! Grouping of photos, and the headings of the groups. Pure functions.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::ArrangeRequest;
use super::evaluation::Verdict;
use crate::app::document::calendar::{self, Day};
use crate::app::document::filter::{Filter, Grouping, LabelFit, SortKey};
use crate::app::document::library::{ItemId, LibraryItem, OrderFacts, Snapshot, UNREAD};
use crate::app::document::scored::LabelScores;
use crate::engine::media::places::Place;
use crate::t;

/// What the photos of a group have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Heading {
    /// The label with this index fits them best.
    Label(usize),
    /// They are just below the threshold of the label with this index.
    NearMisses(usize),
    /// They fit no label.
    #[default]
    SomethingElse,
    /// They have no scores, because they have not been read yet or are unreadable.
    NotRead,
    /// The display name of their month, day, folder, camera, place or star rating.
    Named(Arc<str>),
}

/// A range of consecutive photos in the display order that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoGroup {
    /// The heading.
    pub heading: Heading,
    /// Index of the first photo in the display order.
    pub first: usize,
    /// Number of photos.
    pub len: usize,
    /// The first and last day on which its photos were taken, if any has a date.
    pub days: Option<(Day, Day)>,
}

/// The highest rank. Ranks have 30 bits, because `order` packs them into one key with other fields.
pub const MAX_RANK: u32 = (1 << 30) - 1;

/// Ranks of the groups that come last.
const NEAR: u32 = UNKNOWN - 3;
const SOMETHING_ELSE: u32 = UNKNOWN - 2;
const NOT_READ: u32 = UNKNOWN - 1;
/// The rank of photos that lack the property they are grouped by.
const UNKNOWN: u32 = MAX_RANK;
/// The rank of the first label; later labels follow. The label that is being typed comes before.
const FIRST_LABEL: u32 = 1;

/// Above the number of any day or month, and below the ranks that come last.
const LATEST: u32 = NEAR - 1;

/// Computes the group ranks of photos.
pub struct Groups<'a> {
    library: &'a Snapshot,
    scored: LabelScores<'a>,
    grouping: Grouping,
    filter: &'a Filter,
    /// The label of the filter, by index.
    filtered: Option<usize>,
    /// The label that is being typed, by index.
    draft: Option<usize>,
    /// Whether the earliest photos come first.
    is_ascending: bool,
    names: Vec<&'a OsStr>,
    ranks: HashMap<&'a OsStr, u32>,
}

impl<'a> Groups<'a> {
    /// Prepares the ranks for the photos to be displayed.
    #[must_use]
    pub fn new(
        library: &'a Snapshot,
        scored: LabelScores<'a>,
        wanted: &ArrangeRequest<'a>,
        filtered: Option<usize>,
        shown: &[ItemId],
    ) -> Self {
        let mut groups = Self {
            library,
            scored,
            grouping: wanted.grouping,
            filter: wanted.filter,
            filtered,
            draft: wanted.draft.and_then(|id| scored.place(id)),
            is_ascending: wanted.sorting.key == SortKey::Taken && !wanted.sorting.descending,
            names: Vec::new(),
            ranks: HashMap::new(),
        };
        let unlabelled = scored.columns.iter().all(Option::is_none);
        if groups.grouping == Grouping::Label && unlabelled {
            groups.grouping = Grouping::Nothing;
        }
        if matches!(groups.grouping, Grouping::Folder | Grouping::Camera) {
            groups.rank_names(shown);
        }
        groups
    }

    fn name(&self, id: ItemId) -> Option<&'a OsStr> {
        let item: &'a LibraryItem = &self.library.items[id as usize];
        match self.grouping {
            Grouping::Folder => item.file.path.parent().map(Path::as_os_str),
            _ => item.camera().map(OsStr::new),
        }
    }

    fn rank_names(&mut self, shown: &[ItemId]) {
        let mut names: Vec<&OsStr> = shown.par_iter().filter_map(|id| self.name(*id)).collect();
        names.par_sort_unstable();
        names.dedup();
        self.ranks = names.iter().copied().zip(0..).collect();
        self.names = names;
    }

    /// Whether the groups have headings.
    #[must_use]
    pub fn has_headings(&self) -> bool {
        let near = self.filter.near && self.filtered.is_some();
        self.grouping != Grouping::Nothing || near
    }

    /// The rank of a photo's group.
    #[must_use]
    pub fn of(&self, id: ItemId, verdict: Verdict) -> u32 {
        if let Some(label) = self.filtered
            && self.filter.near
            && !self.scored.fits(label, id)
        {
            return NEAR;
        }
        let facts = self.library.order_facts[id as usize];
        match self.grouping {
            Grouping::Nothing => 0,
            Grouping::Label => self.by_label(id, facts, verdict),
            Grouping::Month => self.by_date(facts.day().map(calendar::month_of)),
            Grouping::Day => self.by_date(facts.day()),
            Grouping::Folder | Grouping::Camera => {
                let rank = self.name(id).and_then(|name| self.ranks.get(name));
                rank.copied().unwrap_or(UNKNOWN)
            }
            Grouping::Place => self.library.items[id as usize]
                .place()
                .map_or(UNKNOWN, Place::rank),
            Grouping::Rating => match self.library.marks[id as usize].stars {
                0 => UNKNOWN,
                stars => u32::from(u8::MAX - stars),
            },
        }
    }

    fn by_label(&self, id: ItemId, facts: OrderFacts, verdict: Verdict) -> u32 {
        // Photos that fit the label being typed come first, because that is what the user wants to see.
        if let Some(draft) = self.draft
            && self.scored.fits(draft, id)
        {
            return 0;
        }
        let label = match (self.filtered, self.filter.fit) {
            (Some(label), LabelFit::Label(_)) => Some(label),
            _ => verdict.best().map(|(label, _)| label),
        };
        match label {
            Some(label) => FIRST_LABEL + label as u32,
            None if facts.row == UNREAD => NOT_READ,
            None => SOMETHING_ELSE,
        }
    }

    fn by_date(&self, date: Option<u32>) -> u32 {
        match date {
            Some(date) if self.is_ascending => date,
            Some(date) => LATEST - date,
            None => UNKNOWN,
        }
    }

    /// The label by whose match the photos of a group are sorted.
    #[must_use]
    pub fn label(&self, group: u32) -> Option<usize> {
        match group {
            NEAR => self.filtered,
            // The label being typed has its own group, even among the photos of another label.
            0 if self.grouping == Grouping::Label => self.draft,
            _ if self.filtered.is_some() => self.filtered,
            SOMETHING_ELSE | NOT_READ | UNKNOWN => None,
            label if self.grouping == Grouping::Label => usize::try_from(label - FIRST_LABEL).ok(),
            _ => None,
        }
    }

    /// Whether a group consists of photos just below a threshold.
    #[must_use]
    pub fn is_near_threshold(group: u32) -> bool {
        group == NEAR
    }

    /// Whether a group consists of photos that fit no label.
    #[must_use]
    pub fn is_something_else(group: u32) -> bool {
        group == SOMETHING_ELSE
    }

    /// The heading of a group.
    #[must_use]
    pub fn heading(&self, group: u32) -> Heading {
        let named = |name: String| Heading::Named(name.into());
        let date = |rank: u32| {
            if self.is_ascending {
                rank
            } else {
                LATEST - rank
            }
        };
        match (self.grouping, group) {
            (_, NEAR) => Heading::NearMisses(self.filtered.unwrap_or_default()),
            (Grouping::Label, SOMETHING_ELSE) => Heading::SomethingElse,
            (Grouping::Label, NOT_READ) => Heading::NotRead,
            (Grouping::Label | Grouping::Nothing, _) => {
                Heading::Label(self.label(group).unwrap_or_default())
            }
            (Grouping::Month | Grouping::Day, UNKNOWN) => named(t!("no-date").into()),
            (Grouping::Month, month) => named(calendar::month_text(date(month))),
            (Grouping::Day, day) => named(calendar::day_text(date(day))),
            (Grouping::Camera, UNKNOWN) => named(t!("no-camera").into()),
            (Grouping::Place, UNKNOWN) => named(t!("no-place").into()),
            (Grouping::Place, rank) => named(Place::of_rank(rank).to_string()),
            (Grouping::Rating, UNKNOWN) => named(t!("no-stars").into()),
            (Grouping::Rating, rank) => named(t!("stars", count = u32::from(u8::MAX) - rank)),
            (Grouping::Folder | Grouping::Camera, rank) => {
                let name = usize::try_from(rank).ok().and_then(|at| self.names.get(at));
                named(name.map_or_else(String::new, |name| name.display().to_string()))
            }
        }
    }
}
