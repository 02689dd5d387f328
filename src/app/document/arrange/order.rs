//! The order in which photos are displayed.

use rayon::prelude::*;

use super::evaluation::Verdict;
use super::groups::Groups;
use super::packed::{self, MissingData, PackedOrder};
use super::{ArrangeRequest, FEW, PhotoGroup};
use crate::app::document::calendar::Day;
use crate::app::document::filter::{LabelFit, SortKey};
use crate::app::document::labels::LabelId;
use crate::app::document::library::{FileStatus, ItemId, Snapshot, by_name};
use crate::app::document::scored::LabelScores;

/// Non-negative floats compare like their bit patterns.
fn bits(value: f32) -> u64 {
    u64::from(value.max(0.0).to_bits())
}

/// The sort key of an item. Items without one come last in both directions.
type OrderKey = Option<u64>;

/// Sorts photos by group, then by the requested order.
pub fn sort(
    library: &Snapshot,
    scored: LabelScores<'_>,
    verdicts: &[Verdict],
    wanted: &ArrangeRequest<'_>,
    filtered: Option<usize>,
    shown: Vec<ItemId>,
) -> (Vec<ItemId>, Vec<PhotoGroup>) {
    let sorting = wanted.sorting;
    let groups = Groups::new(library, scored, wanted, filtered, &shown);
    // Without labels or a search, photos are sorted by name.
    let unlabelled =
        sorting.key == SortKey::BestMatch && scored.columns.iter().all(Option::is_none);
    let unsearched = sorting.key == SortKey::Search && scored.search.is_none();
    let unlabelled = unlabelled || unsearched;
    let by_names = sorting.key == SortKey::Name || unlabelled;
    let by_match = sorting.key == SortKey::BestMatch;
    let nothing_fits = wanted.filter.fit == LabelFit::Nothing;
    let falls = sorting.descending && !unlabelled;
    let keyed = |id: ItemId| {
        let verdict = verdicts[id as usize];
        let group = groups.of(id, verdict);
        if by_names {
            return PackedOrder::new(group, MissingData::Nothing, 0, id);
        }
        // When sorting by match, near misses are always sorted from closest to farthest.
        let near = by_match && Groups::is_near_threshold(group);
        let misses = by_match && (nothing_fits || Groups::is_something_else(group));
        let value = if misses {
            verdict.miss().map(bits)
        } else if sorting.key == SortKey::Search
            && wanted.search.is_named(&library.items[id as usize])
        {
            // Photos whose names match the search text come before those that only look like it.
            Some(bits(1.0 + scored.search_match(id).unwrap_or_default()))
        } else {
            key(
                library,
                scored,
                verdict,
                sorting.key,
                groups.label(group),
                id,
            )
        };
        let (lacks, key) = match value {
            Some(rank) if falls || misses || near => (MissingData::Nothing, !rank),
            Some(rank) => (MissingData::Nothing, rank),
            None if library.order_facts[id as usize].kind == FileStatus::Failed => {
                (MissingData::Content, 0)
            }
            None => (MissingData::Value, 0),
        };
        PackedOrder::new(group, lacks, key, id)
    };
    let mut keyed: Vec<PackedOrder> = shown.par_iter().map(|id| keyed(*id)).collect();
    if by_names {
        let item = |keyed: &PackedOrder| &*library.items[keyed.id() as usize];
        keyed.par_sort_unstable_by(|a, b| {
            let names = || match falls {
                true => by_name(item(b), item(a)),
                false => by_name(item(a), item(b)),
            };
            a.group().cmp(&b.group()).then_with(names)
        });
    } else {
        packed::sort(&mut keyed);
    }
    let headed = match groups.has_headings() {
        true => headed(library, &groups, &keyed),
        false => Vec::new(),
    };
    (keyed.into_iter().map(PackedOrder::id).collect(), headed)
}

/// The groups of sorted photos.
fn headed(library: &Snapshot, groups: &Groups<'_>, keyed: &[PackedOrder]) -> Vec<PhotoGroup> {
    let mut first = 0;
    let parts = keyed.chunk_by(|a, b| a.group() == b.group());
    let group = |part: &[PackedOrder]| {
        let group = PhotoGroup {
            heading: groups.heading(part[0].group()),
            first,
            len: part.len(),
            days: days(library, part),
        };
        first += part.len();
        group
    };
    parts.map(group).collect()
}

/// The first and last day on which photos were taken.
fn days(library: &Snapshot, part: &[PackedOrder]) -> Option<(Day, Day)> {
    let day = |keyed: &PackedOrder| {
        let day = library.order_facts[keyed.id() as usize].day()?;
        Some((day, day))
    };
    let around = |a: (Day, Day), b: (Day, Day)| (a.0.min(b.0), a.1.max(b.1));
    let days = part.par_iter().with_min_len(FEW).filter_map(day);
    days.reduce_with(around)
}

fn key(
    library: &Snapshot,
    scored: LabelScores<'_>,
    verdict: Verdict,
    by: SortKey,
    label: Option<usize>,
    id: ItemId,
) -> OrderKey {
    let at = id as usize;
    if library.order_facts[at].kind == FileStatus::Failed {
        return None;
    }
    let of = |label: LabelId| scored.place(label);
    match by {
        SortKey::BestMatch => match label {
            Some(label) => scored.matched(label, id),
            None => match verdict.best() {
                Some((_, matched)) => Some(matched),
                None => scored.highest(id),
            },
        }
        .map(bits),
        SortKey::Match(label) => scored.matched(of(label)?, id).map(bits),
        SortKey::Probability(label) => scored.probability(of(label)?, id).map(bits),
        SortKey::Search => scored.search_match(id).map(bits),
        SortKey::Name => None,
        SortKey::Taken => library.items[at].facts()?.taken.as_ref().map(|taken| {
            let digits = taken.as_str().bytes().filter(u8::is_ascii_digit);
            digits.fold(0, |n, d| n * 10 + u64::from(d - b'0'))
        }),
        // Flipping the sign bit maps signed integers to unsigned ones with the same order.
        SortKey::Modified => Some((library.items[at].file.modified_ns as u64) ^ (1 << 63)),
        SortKey::Size => Some(library.items[at].file.size),
        SortKey::Dimensions => library.items[at]
            .facts()
            .map(|facts| u64::from(facts.width) * u64::from(facts.height)),
        SortKey::Stars => Some(u64::from(library.marks[at].stars)),
        // The first colour sorts as the highest.
        SortKey::Colour => {
            (library.marks[at].colour).map(|colour| u64::from(u8::MAX - colour as u8))
        }
        SortKey::Place => library.items[at]
            .place()
            .map(|place| u64::from(place.rank())),
    }
}
