//! Applies the filters and the search, and records which of them hides a photo.

use super::ArrangeRequest;
use super::evaluation::Verdict;
use crate::app::document::calendar;
use crate::app::document::filter::{Filter, LabelFit};
use crate::app::document::library::{
    FileStatus, ItemId, LibraryItem, OrderFacts, Snapshot, UNREAD,
};
use crate::app::document::scored::LabelScores;
use crate::app::document::search_text::{SearchText, contains_folded};
use crate::engine::media::places::{PlaceQuery, WordMatch};
use crate::engine::organize::marks::Mark;
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::text::fold;

/// Why a photo is hidden. If there are several reasons, the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenBy {
    /// The filter by label.
    Label,
    /// The filter by pick or reject.
    Decision,
    /// Another filter.
    Filter,
    /// The search, because the photo is unreadable.
    SearchUnreadable,
    /// The search, because the photo has not been read yet.
    SearchUnread,
    /// The search, because the photo does not fit it.
    Search,
    /// Another photo represents its folded stack.
    Stack,
}

impl HiddenBy {
    /// All reasons, in display order.
    pub const ALL: [Self; 7] = [
        Self::Label,
        Self::Decision,
        Self::Filter,
        Self::SearchUnreadable,
        Self::SearchUnread,
        Self::Search,
        Self::Stack,
    ];
}

/// A filter prepared for testing many photos.
pub struct PreparedFilter<'a> {
    scored: LabelScores<'a>,
    filter: &'a Filter,
    search: &'a SearchText,
    /// Index of the label in the filter.
    pub label: Option<usize>,
    name: String,
    keyword: String,
    place: PlaceQuery,
    from: &'a str,
    to: &'a str,
    search_min: f32,
    /// The names of the words that describe photos, while searching.
    word_names: Vec<Option<String>>,
    filters_items: bool,
    is_searching: bool,
}

impl<'a> PreparedFilter<'a> {
    /// Prepares a filter.
    pub fn new(library: &Snapshot, scored: LabelScores<'a>, wanted: &ArrangeRequest<'a>) -> Self {
        let filter = wanted.filter;
        let label = match filter.fit {
            LabelFit::Label(id) => scored.place(id),
            _ => None,
        };
        let search_min = if filter.search_shows_all {
            0.0
        } else {
            DEFAULT_MIN_MATCH
        };
        // While a date is being typed and still invalid, it does not filter.
        let date = |text: &'a str| match calendar::problem(text) {
            None => text.trim(),
            Some(_) => "",
        };
        // The items themselves are inspected only if a filter needs more than marks and scores, because that is slower.
        let plain = Filter {
            fit: filter.fit,
            near: filter.near,
            flag: filter.flag,
            min_stars: filter.min_stars,
            colour: filter.colour,
            search_shows_all: filter.search_shows_all,
            ..Filter::default()
        };
        let is_searching = scored.search.is_some() || !wanted.search.is_plain();
        let word_names = match is_searching {
            true => library.findings.word_names(),
            false => Vec::new(),
        };
        Self {
            filters_items: *filter != plain,
            is_searching,
            word_names,
            scored,
            filter,
            search: wanted.search,
            label,
            name: fold(filter.name.trim()),
            keyword: fold(filter.keyword.trim()),
            place: PlaceQuery::new(&filter.place, WordMatch::Prefix),
            from: date(&filter.from),
            to: date(&filter.to),
            search_min,
        }
    }

    /// The reason why a photo is hidden, if it is.
    pub fn hides(&self, id: ItemId, library: &Snapshot, verdict: Verdict) -> Option<HiddenBy> {
        let at = id as usize;
        let (facts, mark) = (library.order_facts[at], library.marks[at]);
        if !self.fit(id, facts, verdict) {
            return Some(HiddenBy::Label);
        }
        if !self.filter.flag.accepts_flag(mark.flag) {
            return Some(HiddenBy::Decision);
        }
        let is_marked = mark.stars >= self.filter.min_stars
            && (self.filter.colour.is_none() || mark.colour == self.filter.colour);
        if !is_marked || (self.filters_items && !self.filters(id, library)) {
            return Some(HiddenBy::Filter);
        }
        if !self.is_searching || self.search(id, library, mark) {
            return None;
        }
        Some(match facts {
            OrderFacts {
                kind: FileStatus::Failed,
                ..
            } => HiddenBy::SearchUnreadable,
            OrderFacts { row: UNREAD, .. } => HiddenBy::SearchUnread,
            OrderFacts { .. } => HiddenBy::Search,
        })
    }

    fn filters(&self, id: ItemId, library: &Snapshot) -> bool {
        let item = &library.items[id as usize];
        let is_of = |kind| (library.findings).is_of(kind, id, &library.lines);
        self.filter.kind.is_none_or(is_of)
            && self.keyword(item)
            && (self.place.is_empty() || item.place().is_some_and(|at| self.place.matches(at)))
            && (self.filter.ending.is_none() || item.ending() == self.filter.ending)
            && self.date(item)
            && (self.name.is_empty() || contains_folded(&item.name, &self.name))
            && self.device(item)
            && self.place(item)
            && (self.filter.located).is_none_or(|located| item.is_located() == located)
            && (!self.filter.failures || item.warning().is_some())
    }

    fn fit(&self, id: ItemId, facts: OrderFacts, verdict: Verdict) -> bool {
        match (self.filter.fit, self.label) {
            (LabelFit::All, _) => true,
            (LabelFit::AnyLabel, _) => verdict.best().is_some(),
            (LabelFit::Nothing, _) => facts.row != UNREAD && verdict.best().is_none(),
            (LabelFit::Label(_), Some(label)) => {
                self.scored.fits(label, id) || (self.filter.near && self.scored.is_near(label, id))
            }
            // The label no longer exists.
            (LabelFit::Label(_), None) => true,
        }
    }

    fn keyword(&self, item: &LibraryItem) -> bool {
        let mut keywords = item.keywords().iter();
        self.keyword.is_empty() || keywords.any(|word| contains_folded(word, &self.keyword))
    }

    fn date(&self, item: &LibraryItem) -> bool {
        if self.from.is_empty() && self.to.is_empty() {
            return true;
        }
        let taken = item.facts().and_then(|facts| facts.taken.as_ref());
        taken.is_some_and(|taken| {
            let text = taken.as_str();
            let within = text.get(..self.to.len()).unwrap_or(text);
            text >= self.from && (self.to.is_empty() || within <= self.to)
        })
    }

    fn device(&self, item: &LibraryItem) -> bool {
        let (camera, lens) = (self.filter.camera.as_deref(), self.filter.lens.as_deref());
        camera.is_none_or(|camera| item.camera() == Some(camera))
            && lens.is_none_or(|lens| item.lens() == Some(lens))
    }

    fn place(&self, item: &LibraryItem) -> bool {
        let folder = self.filter.folder.as_ref();
        let shape = self.filter.shape;
        folder.is_none_or(|folder| item.file.path.starts_with(folder))
            && shape.is_none_or(|shape| {
                let facts = item.facts();
                facts.is_some_and(|facts| shape.is_of(facts.width, facts.height))
            })
    }

    fn search(&self, id: ItemId, library: &Snapshot, mark: Mark) -> bool {
        let item = &library.items[id as usize];
        let words = || library.findings.words_and_names(id, &self.word_names);
        let matched = |matched: f32| matched >= self.search_min;
        let shows =
            self.scored.search.is_none() || self.scored.search_match(id).is_some_and(matched);
        self.search
            .matches(item, mark, self.scored, id, shows, words)
    }
}
