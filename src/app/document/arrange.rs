//! Which photos are shown, in which order and under which headings, and how many fit each label; pure.

use rayon::prelude::*;

use super::calendar::{self, Day};
use super::filter::{Filter, Fit, Grouping, SortKey, Sorting};
use super::groups::Groups;
use super::labels::LabelId;
use super::library::{Item, ItemId, Outcome, Snapshot, UNREAD, by_name};
use super::match_axis;
use super::scored::Scored;
use super::search_text::SearchText;
use crate::engine::media::places::{PlaceQuery, Words};
use crate::engine::organize::marks::Mark;
use crate::engine::search::score::DEFAULT_MIN_MATCH;

pub use super::groups::{Group, Heading};

/// Bars of a histogram of matches, over the axis of [`match_axis`].
pub const BARS: usize = 32;
/// Best photos of a label that is being typed.
pub const BEST: usize = 6;

/// How photos are to be arranged.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The order.
    pub sorting: Sorting,
    /// What is put together.
    pub grouping: Grouping,
    /// What is shown.
    pub filter: &'a Filter,
    /// The label that is being typed: its photos come first.
    pub draft: Option<LabelId>,
    /// What is searched for, taken apart.
    pub search: &'a SearchText,
}

/// What is shown, and how the labels fare over the whole folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// Items in the order in which they are shown.
    pub order: Vec<ItemId>,
    /// Groups with headers; none if the order has none.
    pub groups: Vec<Group>,
    /// For each label, how many photos fit it.
    pub counts: Vec<usize>,
    /// For each label, how many photos are just below its line.
    pub near: Vec<usize>,
    /// How many photos fit no label.
    pub something_else: usize,
    /// For each label, how many photos have a match in each part of the axis.
    pub histograms: Vec<[u32; BARS]>,
    /// The photos that fit the label best that is being typed, fitting or not.
    pub best: Vec<ItemId>,
}

/// Arranges a library.
#[must_use]
pub fn arrange(library: &Snapshot, scored: Scored<'_>, wanted: Wanted<'_>) -> Arrangement {
    let test = Test::new(scored, &wanted);
    let count = ItemId::try_from(library.items.len()).unwrap_or(ItemId::MAX);
    let shown: Vec<ItemId> = (0..count)
        .into_par_iter()
        .filter(|id| {
            let at = *id as usize;
            test.passes(*id, &library.items[at], library.marks[at])
        })
        .collect();
    let (order, groups) = sort(library, scored, &wanted, test.label, shown);
    let counted: Vec<Counted> = (0..scored.labels.len())
        .into_par_iter()
        .map(|label| count_label(scored, label, library.items.len()))
        .collect();
    let something_else = (0..count)
        .into_par_iter()
        .filter(|id| library.items[*id as usize].row() != UNREAD && scored.best(*id).is_none());
    let draft = wanted.draft.and_then(|id| scored.place(id));
    Arrangement {
        order,
        groups,
        counts: counted.iter().map(|label| label.fitting).collect(),
        near: counted.iter().map(|label| label.near).collect(),
        something_else: match scored.columns.iter().all(Option::is_none) {
            true => 0,
            false => something_else.count(),
        },
        histograms: counted.iter().map(|label| label.bars).collect(),
        best: draft.map_or_else(Vec::new, |label| best(scored, label, count)),
    }
}

/// How a label fares.
struct Counted {
    fitting: usize,
    near: usize,
    bars: [u32; BARS],
}

fn count_label(scored: Scored<'_>, label: usize, items: usize) -> Counted {
    let edges = match_axis::edges::<BARS>();
    let mut counted = Counted {
        fitting: 0,
        near: 0,
        bars: [0; BARS],
    };
    let line = scored.labels[label].min_match;
    let near = scored.near_line(label);
    let some_shut_out = scored.labels.iter().any(|label| label.negated);
    for item in 0..items as ItemId {
        let Some(matched) = scored.matched(label, item) else {
            continue;
        };
        let bar = edges[..BARS - 1].partition_point(|edge| *edge <= matched);
        counted.bars[bar] += 1;
        if matched >= line {
            let fits = !some_shut_out || scored.fits(label, item);
            counted.fitting += usize::from(fits);
        } else if matched >= near {
            let is_near = !some_shut_out || scored.is_near(label, item);
            counted.near += usize::from(is_near);
        }
    }
    counted
}

/// The photos with the highest matches of a label, the best first.
fn best(scored: Scored<'_>, label: usize, items: ItemId) -> Vec<ItemId> {
    let mut best: Vec<(f32, ItemId)> = Vec::with_capacity(BEST + 1);
    for item in 0..items {
        let Some(matched) = scored.matched(label, item) else {
            continue;
        };
        if best.len() < BEST || best.last().is_some_and(|last| matched > last.0) {
            let at = best.partition_point(|other| other.0 >= matched);
            best.insert(at, (matched, item));
            best.truncate(BEST);
        }
    }
    best.into_iter().map(|(_, item)| item).collect()
}

/// A filter made ready.
struct Test<'a> {
    scored: Scored<'a>,
    filter: &'a Filter,
    search: &'a SearchText,
    label: Option<usize>,
    name: String,
    keyword: String,
    place: PlaceQuery,
    from: &'a str,
    to: &'a str,
    search_min: f32,
}

impl<'a> Test<'a> {
    fn new(scored: Scored<'a>, wanted: &Wanted<'a>) -> Self {
        let filter = wanted.filter;
        let label = match filter.fit {
            Fit::Label(id) => scored.place(id),
            _ => None,
        };
        let search_min = if filter.search_shows_all {
            0.0
        } else {
            DEFAULT_MIN_MATCH
        };
        // What is no date yet, while it is typed, lets everything through.
        let date = |text: &'a str| match calendar::trouble(text) {
            None => text.trim(),
            Some(_) => "",
        };
        Self {
            scored,
            filter,
            search: wanted.search,
            label,
            name: filter.name.trim().to_lowercase(),
            keyword: filter.keyword.trim().to_lowercase(),
            place: PlaceQuery::new(&filter.place, Words::Beginning),
            from: date(&filter.from),
            to: date(&filter.to),
            search_min,
        }
    }

    fn passes(&self, id: ItemId, item: &Item, mark: Mark) -> bool {
        self.fit(id, item)
            && self.filter.flag.lets_through(mark.flag)
            && mark.stars >= self.filter.min_stars
            && (self.filter.colour.is_none() || mark.colour == self.filter.colour)
            && self.keyword(item)
            && (self.place.is_empty() || item.place().is_some_and(|at| self.place.fits(at)))
            && (self.filter.ending.is_none() || item.ending() == self.filter.ending)
            && self.date(item)
            && (self.name.is_empty() || item.name.to_lowercase().contains(&self.name))
            && self.device(item)
            && self.place(item)
            && (!self.filter.failures || item.warning().is_some())
            && self.search(id, item, mark)
    }

    fn fit(&self, id: ItemId, item: &Item) -> bool {
        match (self.filter.fit, self.label) {
            (Fit::All, _) => true,
            (Fit::AnyLabel, _) => self.scored.best(id).is_some(),
            (Fit::Nothing, _) => item.row() != UNREAD && self.scored.best(id).is_none(),
            (Fit::Label(_), Some(label)) => {
                self.scored.fits(label, id) || (self.filter.near && self.scored.is_near(label, id))
            }
            // The label is gone.
            (Fit::Label(_), None) => true,
        }
    }

    fn keyword(&self, item: &Item) -> bool {
        let mut keywords = item.keywords().iter();
        self.keyword.is_empty() || keywords.any(|word| word.to_lowercase().contains(&self.keyword))
    }

    fn date(&self, item: &Item) -> bool {
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

    fn device(&self, item: &Item) -> bool {
        let wanted = |wanted: &Option<String>, is: Option<&str>| match wanted {
            Some(wanted) => is == Some(wanted.as_str()),
            None => true,
        };
        wanted(&self.filter.camera, item.camera()) && wanted(&self.filter.lens, item.lens())
    }

    fn place(&self, item: &Item) -> bool {
        let folder = self.filter.folder.as_ref();
        let shape = self.filter.shape;
        folder.is_none_or(|folder| item.file.path.starts_with(folder))
            && shape.is_none_or(|shape| {
                let facts = item.facts();
                facts.is_some_and(|facts| shape.is_of(facts.width, facts.height))
            })
    }

    fn search(&self, id: ItemId, item: &Item, mark: Mark) -> bool {
        let matched = |matched: f32| matched >= self.search_min;
        self.search.lets_through(item, mark, self.scored, id)
            && (self.scored.search.is_none()
                || self.scored.search_match(id).is_some_and(matched)
                || self.search.is_named(item))
    }
}

/// A photo and what it is sorted by: its group, whether it has nothing to be sorted by or was not even read, and
/// otherwise that.
struct Keyed {
    group: u64,
    lacks: Lacks,
    key: u64,
    id: ItemId,
}

/// What a photo lacks to be sorted: what lacks more comes later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lacks {
    Nothing,
    Value,
    Content,
}

/// Numbers that are not negative sort as their bits do.
fn bits(value: f32) -> u64 {
    u64::from(value.max(0.0).to_bits())
}

/// What an item is sorted by; what has none comes last in both directions.
type Key = Option<u64>;

fn sort(
    library: &Snapshot,
    scored: Scored<'_>,
    wanted: &Wanted<'_>,
    filtered: Option<usize>,
    shown: Vec<ItemId>,
) -> (Vec<ItemId>, Vec<Group>) {
    let item = |id: ItemId| &*library.items[id as usize];
    let sorting = wanted.sorting;
    let groups = Groups::new(library, scored, wanted, filtered, &shown);
    // Without labels there is nothing to sort by but names.
    let unlabelled =
        sorting.key == SortKey::BestMatch && scored.columns.iter().all(Option::is_none);
    let unsearched = sorting.key == SortKey::Search && scored.search.is_none();
    let unlabelled = unlabelled || unsearched;
    let by_names = sorting.key == SortKey::Name || unlabelled;
    let by_match = sorting.key == SortKey::BestMatch;
    let falls = sorting.descending && !unlabelled;
    let mut keyed: Vec<Keyed> = shown
        .par_iter()
        .map(|id| {
            let group = groups.of(*id);
            // By match, what misses a line is always seen from there.
            let near = by_match && Groups::is_near_a_line(group);
            let misses = by_match && Groups::is_something_else(group);
            let value = match by_names {
                true => Some(0),
                false if misses => scored.miss(*id).map(|(part, ..)| bits(part)),
                // What is called as it was typed comes before what looks like it.
                false if sorting.key == SortKey::Search && wanted.search.is_named(item(*id)) => {
                    Some(bits(1.0 + scored.search_match(*id).unwrap_or_default()))
                }
                false => key(library, scored, sorting.key, groups.label(group), *id),
            };
            let key = match value {
                Some(rank) if (falls || misses || near) && !by_names => !rank,
                Some(rank) => rank,
                None => 0,
            };
            Keyed {
                group,
                lacks: match value {
                    Some(_) => Lacks::Nothing,
                    None if matches!(item(*id).outcome, Outcome::Failed(_)) => Lacks::Content,
                    None => Lacks::Value,
                },
                key,
                id: *id,
            }
        })
        .collect();
    keyed.par_sort_unstable_by(|a, b| {
        let names = || match (by_names, falls) {
            (true, true) => by_name(item(b.id), item(a.id)),
            (true, false) => by_name(item(a.id), item(b.id)),
            _ => a.id.cmp(&b.id),
        };
        let (left, right) = ((a.group, a.lacks, a.key), (b.group, b.lacks, b.key));
        left.cmp(&right).then_with(names)
    });
    let order: Vec<ItemId> = keyed.iter().map(|keyed| keyed.id).collect();
    if groups.has_headings() {
        let parts = keyed.chunk_by(|a, b| a.group == b.group);
        let parts: Vec<&[Keyed]> = parts.collect();
        let mut first = 0;
        let headed = parts.iter().map(|part| {
            let ids = part.iter().map(|keyed| keyed.id);
            let group = Group {
                heading: groups.heading(part[0].group),
                first,
                len: part.len(),
                days: days(library, ids),
            };
            first += part.len();
            group
        });
        return (order, headed.collect());
    }
    (order, Vec::new())
}

/// The first and the last day on which photos were taken.
fn days(library: &Snapshot, ids: impl Iterator<Item = ItemId>) -> Option<(Day, Day)> {
    let day = |id: ItemId| {
        let taken = library.items[id as usize].facts()?.taken.as_ref()?;
        calendar::day_of(taken.as_str())
    };
    ids.filter_map(day).fold(None, |span, day| match span {
        None => Some((day, day)),
        Some((first, last)) => Some((day.min(first), day.max(last))),
    })
}

fn key(
    library: &Snapshot,
    scored: Scored<'_>,
    by: SortKey,
    label: Option<usize>,
    id: ItemId,
) -> Key {
    let item = &*library.items[id as usize];
    if matches!(item.outcome, Outcome::Failed(_)) {
        return None;
    }
    let of = |label: LabelId| scored.place(label);
    match by {
        SortKey::BestMatch => match label {
            Some(label) => scored.matched(label, id),
            None => match scored.best(id) {
                Some((_, matched)) => Some(matched),
                None => scored.highest(id),
            },
        }
        .map(bits),
        SortKey::Match(label) => scored.matched(of(label)?, id).map(bits),
        SortKey::Probability(label) => scored.probability(of(label)?, id).map(bits),
        SortKey::Search => scored.search_match(id).map(bits),
        SortKey::Name => None,
        SortKey::Taken => item.facts()?.taken.as_ref().map(|taken| {
            let digits = taken.as_str().bytes().filter(u8::is_ascii_digit);
            digits.fold(0, |n, d| n * 10 + u64::from(d - b'0'))
        }),
        // From a signed number to one that sorts the same without a sign.
        SortKey::Modified => Some((item.file.modified_ns as u64) ^ (1 << 63)),
        SortKey::Size => Some(item.file.size),
        SortKey::Dimensions => item
            .facts()
            .map(|facts| u64::from(facts.width) * u64::from(facts.height)),
        SortKey::Stars => Some(u64::from(library.marks[id as usize].stars)),
        // The first colour counts as the highest.
        SortKey::Colour => {
            (library.marks[id as usize].colour).map(|colour| u64::from(u8::MAX - colour as u8))
        }
        SortKey::Place => item.place().map(|place| u64::from(place.rank())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::app::document::filter::FlagFilter;
    use crate::app::document::labels::{Label, LabelId};
    use crate::engine::media::photo::{
        Candidate, ContentId, Failure, Photo, PhotoFacts, Stage, Taken,
    };
    use crate::engine::organize::marks::{Colour, Flag};
    use crate::engine::search::score::Scores;

    fn photo(name: &str, taken: Option<&str>, size: u64) -> Item {
        let file = Candidate {
            path: name.into(),
            size,
            modified_ns: -(size as i64),
        };
        let facts = PhotoFacts {
            content: ContentId([size as u8; 32]),
            width: 100,
            height: size as u32,
            taken: taken.map(|text| Taken::from_text(text.into())),
            warning: None,
            video: None,
        };
        Item::read(Photo { file, facts }, 0)
    }

    fn library() -> Snapshot {
        let items = vec![
            photo("b10.jpg", Some("2024-05-01T10:00:00"), 3),
            photo("b9.png", None, 1),
            Item::failed(Failure::new("broken.jpg", Stage::Decode, "damaged")),
            photo("a.jpg", Some("2023-01-01T00:00:00"), 2),
        ];
        let pick = Mark {
            flag: Flag::Pick,
            stars: 4,
            colour: Some(Colour::Green),
        };
        Snapshot {
            marks: Arc::new(vec![
                Mark::default(),
                pick,
                Mark::default(),
                Mark::default(),
            ]),
            items: Arc::new(items.into_iter().map(Arc::new).collect()),
            epoch: 0,
        }
    }

    fn label(id: LabelId, negated: bool) -> Label {
        Label {
            id,
            text: format!("label {id}"),
            negated,
            min_match: 0.5,
            ..Label::default()
        }
    }

    /// Two labels; matches by item: (0.9, 0.1), (0.6, 0.8), none, (0.2, 0.3).
    fn scores() -> Scores {
        Scores {
            labels: 2,
            matches: vec![0.9, 0.1, 0.6, 0.8, f32::NAN, f32::NAN, 0.2, 0.3],
            probabilities: vec![0.0; 12],
        }
    }

    fn arranged(labels: &[Label], sorting: Sorting, filter: &Filter) -> Arrangement {
        grouped(labels, sorting, filter, Grouping::Nothing, None)
    }

    fn grouped(
        labels: &[Label],
        sorting: Sorting,
        filter: &Filter,
        grouping: Grouping,
        draft: Option<LabelId>,
    ) -> Arrangement {
        let scores = scores();
        let scored = Scored {
            labels,
            columns: &[Some(0), Some(1)],
            scores: &scores,
            search: None,
        };
        let wanted = Wanted {
            sorting,
            grouping,
            filter,
            draft,
            search: &SearchText::default(),
        };
        arrange(&library(), scored, wanted)
    }

    fn by_label(labels: &[Label], filter: &Filter) -> Arrangement {
        grouped(labels, Sorting::default(), filter, Grouping::Label, None)
    }

    fn order(key: SortKey, descending: bool) -> Vec<ItemId> {
        let labels = [label(1, false), label(2, false)];
        arranged(&labels, Sorting { key, descending }, &Filter::default()).order
    }

    #[test]
    fn every_order_has_failures_last() {
        assert_eq!(order(SortKey::Match(1), true), [0, 1, 3, 2]);
        assert_eq!(order(SortKey::Match(1), false), [3, 1, 0, 2]);
        assert_eq!(order(SortKey::BestMatch, true), [0, 1, 3, 2]);
        assert_eq!(order(SortKey::Taken, true), [0, 3, 1, 2]);
        assert_eq!(order(SortKey::Taken, false), [3, 0, 1, 2]);
        assert_eq!(order(SortKey::Size, false), [1, 3, 0, 2]);
        assert_eq!(order(SortKey::Modified, true), [1, 3, 0, 2]);
        assert_eq!(order(SortKey::Dimensions, true), [0, 3, 1, 2]);
        assert_eq!(order(SortKey::Stars, true), [1, 0, 3, 2]);
        assert_eq!(order(SortKey::Colour, true), [1, 0, 3, 2]);
        assert_eq!(order(SortKey::Name, false), [3, 1, 0, 2]);
    }

    #[test]
    fn groups_follow_the_labels_and_end_with_what_has_no_scores() {
        let labels = [label(1, false), label(2, false)];
        let got = by_label(&labels, &Filter::default());
        assert_eq!(got.order, [0, 1, 3, 2]);
        let groups = headings(&got);
        let (first, second) = (Heading::Label(0), Heading::Label(1));
        let rest = [(Heading::SomethingElse, 1), (Heading::NotRead, 1)];
        assert_eq!(groups, [&[(first, 1), (second, 1)], &rest[..]].concat());
        assert_eq!(got.counts, [2, 1]);
        // What could not be read has no match.
        assert_eq!(got.histograms[0].iter().sum::<u32>(), 3);
        let bar = (match_axis::place(0.8) * BARS as f32) as usize;
        assert_eq!(got.histograms[1][bar], 1);
        assert_eq!(got.something_else, 1);
    }

    fn headings(arrangement: &Arrangement) -> Vec<(Heading, usize)> {
        let groups = arrangement.groups.iter();
        groups.map(|g| (g.heading.clone(), g.len)).collect()
    }

    #[test]
    fn what_is_just_below_a_line_is_counted_and_comes_after_it() {
        let mut labels = [label(1, false), label(2, false)];
        labels[1].min_match = 0.4;
        // Photo 3 has a match of 0.3 with the second label: near 0.4, but far from 0.5.
        let filter = Filter {
            fit: Fit::Label(2),
            near: true,
            ..Filter::default()
        };
        let got = by_label(&labels, &filter);
        assert_eq!((got.near[0], got.near[1]), (0, 1));
        assert_eq!(got.order, [1, 3]);
        assert_eq!(
            headings(&got),
            [(Heading::Label(1), 1), (Heading::NearMisses(1), 1)]
        );
        let flat = arranged(&labels, Sorting::default(), &filter);
        assert_eq!((flat.order, flat.groups.len()), (vec![1, 3], 2));
        let without = Filter {
            near: false,
            ..filter
        };
        assert_eq!(by_label(&labels, &without).order, [1]);
    }

    #[test]
    fn a_filter_by_one_label_sorts_by_it() {
        let mut labels = [label(1, false), label(2, false)];
        labels[1].min_match = 0.05;
        let filter = Filter {
            fit: Fit::Label(2),
            ..Filter::default()
        };
        // The first photo fits another label better.
        let got = by_label(&labels, &filter);
        assert_eq!(
            (&got.order[..], headings(&got)),
            (&[1, 3, 0][..], vec![(Heading::Label(1), 3)])
        );
        assert_eq!(
            arranged(&labels, Sorting::default(), &filter).order,
            [1, 3, 0]
        );
    }

    #[test]
    fn a_label_that_is_typed_comes_first_with_its_best_photos() {
        let labels = [label(1, false), label(2, false)];
        let filter = Filter::default();
        let got = grouped(
            &labels,
            Sorting::default(),
            &filter,
            Grouping::Label,
            Some(2),
        );
        // The second photo fits the first label too, but not as well.
        assert_eq!(headings(&got)[0], (Heading::Label(1), 1));
        assert_eq!(got.order[0], 1);
        assert_eq!(got.best, [1, 3, 0]);
        assert!(by_label(&labels, &filter).best.is_empty());
    }

    #[test]
    fn photos_are_put_together_by_what_they_say() {
        let labels = [label(1, false), label(2, false)];
        let sorting = Sorting {
            key: SortKey::Size,
            descending: false,
        };
        let by = |grouping| grouped(&labels, sorting, &Filter::default(), grouping, None);
        let named = |name: &str, len| (Heading::Named(name.into()), len);
        let months = by(Grouping::Month);
        assert_eq!(
            headings(&months),
            [
                named("May 2024", 1),
                named("January 2023", 1),
                named("No date", 2)
            ]
        );
        assert_eq!(months.groups[0].days, Some((20_240_501, 20_240_501)));
        assert_eq!(headings(&by(Grouping::Day))[0], named("1 May 2024", 1));
        assert_eq!(headings(&by(Grouping::Folder)), [named("", 4)]);
        assert_eq!(
            headings(&by(Grouping::Camera)),
            [named("No camera named", 4)]
        );
        assert_eq!(
            headings(&by(Grouping::Rating)),
            [named("4 stars", 1), named("No stars", 3)]
        );
        let earliest = Sorting {
            key: SortKey::Taken,
            descending: false,
        };
        let got = grouped(&labels, earliest, &Filter::default(), Grouping::Month, None);
        assert_eq!(headings(&got)[0], named("January 2023", 1));
    }

    #[test]
    fn a_search_finds_names_and_dates_besides_what_is_seen() {
        let scores = scores();
        let found = Scores {
            labels: 1,
            matches: vec![0.1, 0.9, 0.0, 0.3],
            probabilities: Vec::new(),
        };
        let labels = [label(1, false), label(2, false)];
        let shown = |text: &str, meaning: bool| {
            let scored = Scored {
                labels: &labels,
                columns: &[Some(0), Some(1)],
                scores: &scores,
                search: meaning.then_some(&found),
            };
            let wanted = Wanted {
                sorting: Sorting {
                    key: SortKey::Search,
                    descending: true,
                },
                grouping: Grouping::Nothing,
                filter: &Filter::default(),
                draft: None,
                search: &SearchText::parse(text, (2025, 7)),
            };
            arrange(&library(), scored, wanted).order
        };
        assert_eq!(shown("sea", true), [1, 3]);
        // The first photo is called so, though it looks like something else.
        assert_eq!(shown("b10", true), [0, 1, 3]);
        assert_eq!(shown("b*", false), [1, 0, 2]);
        assert_eq!(shown("sea 2023", true), [3]);
        assert_eq!(shown("2024", false), [0]);
        assert_eq!(shown("stars:4", false), [1]);
        assert_eq!(shown("is:picked", false), [1]);
        assert_eq!(shown("label:\"label 2\"", false), [1]);
    }

    #[test]
    fn a_date_that_is_being_typed_hides_nothing() {
        let filter = Filter {
            from: "2024-1".into(),
            ..Filter::default()
        };
        assert_eq!(arranged(&[], Sorting::default(), &filter).order.len(), 4);
    }

    #[test]
    fn a_label_marked_not_shuts_its_photos_out_of_the_others() {
        let labels = [label(1, false), label(2, true)];
        let got = by_label(&labels, &Filter::default());
        assert_eq!(got.counts, [1, 1], "photo 1 fits the label marked not");
        assert_eq!(got.groups[0].len, 1);
    }

    #[test]
    fn filters_let_through_what_they_say() {
        let labels = [label(1, false), label(2, false)];
        let by_name = Sorting {
            key: SortKey::Name,
            descending: false,
        };
        let shown = |filter: Filter| arranged(&labels, by_name, &filter).order;
        let filter = Filter::default;
        assert_eq!(
            shown(Filter {
                fit: Fit::AnyLabel,
                ..filter()
            }),
            [1, 0]
        );
        assert_eq!(
            shown(Filter {
                fit: Fit::Label(2),
                ..filter()
            }),
            [1]
        );
        assert_eq!(
            shown(Filter {
                fit: Fit::Nothing,
                ..filter()
            }),
            [3],
            "what was not read is not something else"
        );
        assert_eq!(
            shown(Filter {
                flag: FlagFilter::Picked,
                ..filter()
            }),
            [1]
        );
        assert_eq!(
            shown(Filter {
                min_stars: 4,
                ..filter()
            }),
            [1]
        );
        assert_eq!(
            shown(Filter {
                colour: Some(Colour::Green),
                ..filter()
            }),
            [1]
        );
        assert!(
            shown(Filter {
                keyword: "sea".into(),
                ..filter()
            })
            .is_empty()
        );
        assert_eq!(
            shown(Filter {
                ending: Some("png".into()),
                ..filter()
            }),
            [1]
        );
        assert_eq!(
            shown(Filter {
                from: "2024".into(),
                ..filter()
            }),
            [0]
        );
        assert_eq!(
            shown(Filter {
                to: "2023-01".into(),
                ..filter()
            }),
            [3]
        );
        assert_eq!(
            shown(Filter {
                name: "B".into(),
                ..filter()
            }),
            [1, 0, 2]
        );
        assert_eq!(
            shown(Filter {
                failures: true,
                ..filter()
            }),
            [2]
        );
        assert!(
            filter().is_clear()
                && !Filter {
                    min_stars: 1,
                    ..filter()
                }
                .is_clear()
        );
    }

    proptest! {
        #[test]
        fn an_unfiltered_order_is_a_permutation_and_groups_cover_it(
            matches in proptest::collection::vec(0f32..=1.0, 0..120), key in 0usize..10, descending: bool, grouping in 0usize..7, near: bool, one: bool,
        ) {
            let photos = matches.len() / 2;
            let scores = Scores {
                labels: 2,
                matches: matches[..photos * 2].to_vec(),
                probabilities: vec![0.3; photos * 3],
            };
            let items: Vec<_> = (0..photos).map(|n| Arc::new(photo(&format!("{n}"), None, n as u64))).collect();
            let library = Snapshot { marks: Arc::new(vec![Mark::default(); photos]), items: Arc::new(items), epoch: 0 };
            let labels = [label(1, false), label(2, true)];
            let columns = [Some(0), Some(1)];
            let scored = Scored { labels: &labels, columns: &columns, scores: &scores, search: None };
            let key = [
                SortKey::BestMatch, SortKey::Match(2), SortKey::Probability(1), SortKey::Search,
                SortKey::Name, SortKey::Taken, SortKey::Modified, SortKey::Size, SortKey::Dimensions, SortKey::Stars,
            ][key];
            let fit = if one { Fit::Label(1) } else { Fit::All };
            let filter = Filter { fit, near, ..Filter::default() };
            let wanted = Wanted {
                sorting: Sorting { key, descending },
                grouping: Grouping::ALL[grouping],
                filter: &filter,
                draft: near.then_some(2),
                search: &SearchText::default(),
            };
            let got = arrange(&library, scored, wanted);
            let mut sorted = got.order.clone();
            sorted.sort_unstable();
            let shown = sorted.len();
            prop_assert!(one || sorted.into_iter().eq(0..photos as ItemId));
            let mut end = 0;
            for group in &got.groups {
                prop_assert_eq!(group.first, end);
                end += group.len;
            }
            prop_assert!(got.groups.is_empty() || end == shown);
        }
    }
}
