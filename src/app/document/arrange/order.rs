//! In which order photos are shown, and under which headings.

use rayon::prelude::*;

use super::groups::Groups;
use super::{FEW, Group, Wanted};
use crate::app::document::calendar::{self, Day};
use crate::app::document::filter::SortKey;
use crate::app::document::labels::LabelId;
use crate::app::document::library::{ItemId, Outcome, Snapshot, by_name};
use crate::app::document::scored::Scored;

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

/// Sorts photos by their groups, and by what is wanted within them.
pub fn sort(
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
                false if misses => scored.miss_of_unfitting(*id).map(|(part, ..)| bits(part)),
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
            let group = Group {
                heading: groups.heading(part[0].group),
                first,
                len: part.len(),
                days: days(library, part),
            };
            first += part.len();
            group
        });
        return (order, headed.collect());
    }
    (order, Vec::new())
}

/// The first and the last day on which photos were taken.
fn days(library: &Snapshot, part: &[Keyed]) -> Option<(Day, Day)> {
    let day = |keyed: &Keyed| {
        let taken = library.items[keyed.id as usize].facts()?.taken.as_ref()?;
        let day = calendar::day_of(taken.as_str())?;
        Some((day, day))
    };
    let around = |a: (Day, Day), b: (Day, Day)| (a.0.min(b.0), a.1.max(b.1));
    let days = part.par_iter().with_min_len(FEW).filter_map(day);
    days.reduce_with(around)
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
