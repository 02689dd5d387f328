//! Which photos are shown, in which order, and how many fit each label; pure.

use rayon::prelude::*;

use super::filter::{Filter, Fit, SortKey, Sorting};
use super::library::{Item, ItemId, Outcome, Snapshot, UNREAD, by_name};
use super::scored::Scored;
use crate::engine::media::places::{Place, PlaceQuery, Words};
use crate::engine::organize::marks::Mark;
use crate::engine::search::score::DEFAULT_MIN_MATCH;

/// Bars of a histogram of matches, over 0 to 1.
pub const BARS: usize = 32;

/// What the photos of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// The label that fits them best, by its place.
    Label(usize),
    /// No label fits.
    SomethingElse,
    /// They have no scores: not read yet, or not readable.
    NotRead,
    /// They were taken there.
    Place(Place),
    /// They do not say where they were taken.
    NoPlace,
}

/// Photos in a row of the order that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub heading: Heading,
    /// Where in the order they begin.
    pub first: usize,
    /// How many they are.
    pub len: usize,
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
    /// For each label, how many photos have a match in each part of 0 to 1.
    pub histograms: Vec<[u32; BARS]>,
}

/// Arranges a library.
#[must_use]
pub fn arrange(
    library: &Snapshot,
    scored: Scored<'_>,
    sorting: Sorting,
    filter: &Filter,
) -> Arrangement {
    let test = Test::new(scored, filter);
    let ids = 0..ItemId::try_from(library.items.len()).unwrap_or(ItemId::MAX);
    let shown: Vec<ItemId> = ids
        .into_par_iter()
        .filter(|id| {
            let at = *id as usize;
            test.passes(*id, &library.items[at], library.marks[at])
        })
        .collect();
    let (order, groups) = sort(library, scored, sorting, shown);
    let (counts, histograms) = (0..scored.labels.len())
        .into_par_iter()
        .map(|label| count(scored, label, library.items.len()))
        .unzip();
    Arrangement {
        order,
        groups,
        counts,
        histograms,
    }
}

fn count(scored: Scored<'_>, label: usize, items: usize) -> (usize, [u32; BARS]) {
    let mut bars = [0; BARS];
    let mut fitting = 0;
    let least = scored.labels[label].min_match;
    let some_shut_out = scored.labels.iter().any(|label| label.negated);
    for item in 0..items as ItemId {
        let Some(matched) = scored.matched(label, item) else {
            continue;
        };
        bars[((matched * BARS as f32) as usize).min(BARS - 1)] += 1;
        let fits = matched >= least && (!some_shut_out || scored.fits(label, item));
        fitting += usize::from(fits);
    }
    (fitting, bars)
}

/// A filter made ready.
struct Test<'a> {
    scored: Scored<'a>,
    filter: &'a Filter,
    label: Option<usize>,
    name: String,
    keyword: String,
    place: PlaceQuery,
    search_min: f32,
}

impl<'a> Test<'a> {
    fn new(scored: Scored<'a>, filter: &'a Filter) -> Self {
        let label = match filter.fit {
            Fit::Label(id) => scored.place(id),
            _ => None,
        };
        let search_min = if filter.search_shows_all {
            0.0
        } else {
            DEFAULT_MIN_MATCH
        };
        Self {
            scored,
            filter,
            label,
            name: filter.name.to_lowercase(),
            keyword: filter.keyword.trim().to_lowercase(),
            place: PlaceQuery::new(&filter.place, Words::Beginning),
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
            && (!self.filter.failures || item.warning().is_some())
            && self.search(id)
    }

    fn fit(&self, id: ItemId, item: &Item) -> bool {
        match (self.filter.fit, self.label) {
            (Fit::All, _) => true,
            (Fit::AnyLabel, _) => self.scored.best(id).is_some(),
            (Fit::Nothing, _) => item.row() != UNREAD && self.scored.best(id).is_none(),
            (Fit::Label(_), Some(label)) => self.scored.fits(label, id),
            // The label is gone.
            (Fit::Label(_), None) => true,
        }
    }

    fn keyword(&self, item: &Item) -> bool {
        let mut keywords = item.keywords().iter();
        self.keyword.is_empty() || keywords.any(|word| word.to_lowercase().contains(&self.keyword))
    }

    fn date(&self, item: &Item) -> bool {
        let (from, to) = (self.filter.from.trim(), self.filter.to.trim());
        if from.is_empty() && to.is_empty() {
            return true;
        }
        let taken = item.facts().and_then(|facts| facts.taken.as_ref());
        taken.is_some_and(|taken| {
            let text = taken.as_str();
            let within = text.get(..to.len()).unwrap_or(text);
            text >= from && (to.is_empty() || within <= to)
        })
    }

    fn search(&self, id: ItemId) -> bool {
        self.scored.search.is_none()
            || self
                .scored
                .search_match(id)
                .is_some_and(|matched| matched >= self.search_min)
    }
}

/// What an item is sorted by; what has none comes last in both directions.
type Key = Option<u64>;

fn sort(
    library: &Snapshot,
    scored: Scored<'_>,
    sorting: Sorting,
    mut shown: Vec<ItemId>,
) -> (Vec<ItemId>, Vec<Group>) {
    let item = |id: ItemId| &*library.items[id as usize];
    // Without labels there is nothing to sort by but names.
    let unlabelled =
        sorting.key == SortKey::BestLabel && scored.columns.iter().all(Option::is_none);
    if sorting.key == SortKey::Name || unlabelled {
        shown.par_sort_unstable_by(|a, b| by_name(item(*a), item(*b)));
        if sorting.descending && !unlabelled {
            shown.reverse();
        }
        return (shown, Vec::new());
    }
    let key = |id: ItemId| key(library, scored, sorting, id);
    let mut keyed: Vec<(bool, u64, ItemId)> = shown
        .par_iter()
        .map(|id| {
            let value = key(*id);
            let falls = sorting.descending && sorting.key != SortKey::BestLabel;
            let rank = match value {
                Some(rank) if falls => !rank,
                Some(rank) => rank,
                None => u64::from(item(*id).row() == UNREAD),
            };
            (value.is_none(), rank, *id)
        })
        .collect();
    keyed.par_sort_unstable();
    let order = keyed.iter().map(|(_, _, id)| *id).collect();
    let by_place = match sorting.key {
        SortKey::BestLabel => false,
        SortKey::Place => true,
        _ => return (order, Vec::new()),
    };
    let place = |rank: u64| {
        let rank = if sorting.descending { !rank } else { rank };
        Heading::Place(Place::of_rank(rank as u32))
    };
    let heading = |(none, rank, _): &(bool, u64, ItemId)| match (by_place, none, rank) {
        (true, false, rank) => place(*rank),
        (true, true, _) => Heading::NoPlace,
        (_, false, rank) => Heading::Label((rank >> 32) as usize),
        (_, true, 0) => Heading::SomethingElse,
        (_, true, _) => Heading::NotRead,
    };
    let mut groups: Vec<Group> = Vec::new();
    for same in keyed.chunk_by(|a, b| heading(a) == heading(b)) {
        let first = groups.last().map_or(0, |group| group.first + group.len);
        groups.push(Group {
            heading: heading(&same[0]),
            first,
            len: same.len(),
        });
    }
    (order, groups)
}

fn key(library: &Snapshot, scored: Scored<'_>, sorting: Sorting, id: ItemId) -> Key {
    let by = sorting.key;
    let item = &*library.items[id as usize];
    // Numbers that are not negative sort as their bits do.
    let bits = |value: f32| u64::from(value.max(0.0).to_bits());
    let readable = |value: Option<f32>| item.facts().and(value).map(bits);
    match by {
        SortKey::BestLabel => scored.best(id).map(|(label, matched)| {
            // Labels stay in the person's order; the direction is that of the matches within each.
            let bits = matched.to_bits();
            let rank = if sorting.descending { !bits } else { bits };
            ((label as u64) << 32) | u64::from(rank)
        }),
        SortKey::BestMatch => readable(scored.highest(id)),
        SortKey::Match(label) => {
            readable(scored.place(label).and_then(|at| scored.matched(at, id)))
        }
        SortKey::Probability(label) => readable(
            scored
                .place(label)
                .and_then(|at| scored.probability(at, id)),
        ),
        SortKey::Search => readable(scored.search_match(id)),
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
    .filter(|_| by == SortKey::BestLabel || !matches!(item.outcome, Outcome::Failed(_)))
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
            matches: vec![0.9, 0.1, 0.6, 0.8, 0.0, 0.0, 0.2, 0.3],
            probabilities: vec![0.0; 12],
        }
    }

    fn arranged(labels: &[Label], sorting: Sorting, filter: &Filter) -> Arrangement {
        let scores = scores();
        let scored = Scored {
            labels,
            columns: &[Some(0), Some(1)],
            scores: &scores,
            search: None,
        };
        arrange(&library(), scored, sorting, filter)
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
        let got = arranged(&labels, Sorting::default(), &Filter::default());
        assert_eq!(got.order, [0, 1, 3, 2]);
        let groups: Vec<_> = got.groups.iter().map(|g| (g.heading, g.len)).collect();
        let (first, second) = (Heading::Label(0), Heading::Label(1));
        let rest = [(Heading::SomethingElse, 1), (Heading::NotRead, 1)];
        assert_eq!(groups, [&[(first, 1), (second, 1)], &rest[..]].concat());
        assert_eq!(got.counts, [2, 1]);
        assert_eq!(got.histograms[0].iter().sum::<u32>(), 4);
        assert_eq!(got.histograms[1][(0.8 * 32.0) as usize], 1);
    }

    #[test]
    fn a_label_marked_not_shuts_its_photos_out_of_the_others() {
        let labels = [label(1, false), label(2, true)];
        let got = arranged(&labels, Sorting::default(), &Filter::default());
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
            matches in proptest::collection::vec(0f32..=1.0, 0..120), key in 0usize..11, descending: bool,
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
                SortKey::BestLabel, SortKey::BestMatch, SortKey::Match(2), SortKey::Probability(1), SortKey::Search,
                SortKey::Name, SortKey::Taken, SortKey::Modified, SortKey::Size, SortKey::Dimensions, SortKey::Stars,
            ][key];
            let got = arrange(&library, scored, Sorting { key, descending }, &Filter::default());
            let mut sorted = got.order.clone();
            sorted.sort_unstable();
            prop_assert!(sorted.into_iter().eq(0..photos as ItemId));
            let mut end = 0;
            for group in &got.groups {
                prop_assert_eq!(group.first, end);
                end += group.len;
            }
            prop_assert!(got.groups.is_empty() || end == photos);
        }
    }
}
