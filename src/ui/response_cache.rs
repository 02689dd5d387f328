//! Values for menus and dialogs over the whole library, computed once per response instead of in each frame.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::app::document::filter::FlagFilter;
use crate::app::document::findings::CopyOf;
use crate::app::document::id_set::IdSet;
use crate::app::document::library::LibraryItem;
use crate::app::document::state::{RejectedCopy, State};
use crate::engine::organize::marks::Flag;

/// A cached value that is valid until the next response. Every change of the library leads to a new response.
#[derive(Debug, Default)]
pub struct PerResponse<T> {
    of: Option<u64>,
    value: T,
}

impl<T> PerResponse<T> {
    /// The value, recomputed after a new response.
    pub fn get(&mut self, state: &State, make: impl FnOnce() -> T) -> &T {
        self.for_response(state.response.number, make)
    }

    fn for_response(&mut self, number: u64, make: impl FnOnce() -> T) -> &T {
        if self.of != Some(number) {
            self.value = make();
            self.of = Some(number);
        }
        &self.value
    }
}

/// The number of photos for each filter by decision.
pub fn by_flag(state: &State) -> [usize; FlagFilter::ALL.len()] {
    let marks = &state.library.snapshot().marks;
    FlagFilter::ALL.map(|flag| {
        let through = marks.iter().filter(|mark| flag.accepts_flag(mark.flag));
        through.count()
    })
}

/// The values of a property in the library, in order, with the number of photos for each. `of` returns the property as
/// it is stored, which is cheap to count; `value` is called once for each that occurs.
pub fn values<'a, K: Eq + Hash, T: Ord>(
    state: &'a State,
    of: impl Fn(&'a LibraryItem) -> Option<K>,
    value: impl Fn(K) -> T,
) -> Vec<(T, usize)> {
    let mut stored: HashMap<K, usize> = HashMap::new();
    for key in { state.library.snapshot().items.iter() }.filter_map(|item| of(item)) {
        *stored.entry(key).or_default() += 1;
    }
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for (key, count) in stored {
        *counts.entry(value(key)).or_default() += count;
    }
    counts.into_iter().collect()
}

/// The number and size of all duplicates.
#[derive(Debug, Default)]
pub struct CopiesSummary {
    /// Number of duplicates.
    pub copies: usize,
    /// How many of them are not rejected.
    pub open: usize,
    /// Their total size in bytes.
    pub bytes: u64,
}

impl CopiesSummary {
    /// Computes the summary.
    pub fn of(state: &State) -> Self {
        let findings = state.findings();
        let copies = || findings.copies.iter().flat_map(|group| &group.copies);
        let is_open = |copy: &&CopyOf| state.library.mark(copy.item).flag != Flag::Reject;
        Self {
            copies: copies().count(),
            open: copies().filter(is_open).count(),
            bytes: findings.duplicate_bytes(),
        }
    }
}

/// A summary of the rejects to be removed.
#[derive(Debug, Default)]
pub struct RejectSummary {
    /// Number of photos to be removed.
    pub to_remove: usize,
    /// How many of them are hidden.
    pub hidden: usize,
    /// The copies that stay.
    pub kept: Vec<RejectedCopy>,
}

impl RejectSummary {
    /// Computes the summary.
    pub fn of(state: &State) -> Self {
        let rejects = state.rejects();
        let shown: IdSet = state.response.arrangement.order.iter().copied().collect();
        let hidden = rejects.to_remove.iter().filter(|id| !shown.contains(**id));
        Self {
            hidden: hidden.count(),
            to_remove: rejects.to_remove.len(),
            kept: rejects.kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_computed_once_per_response() {
        let mut made = 0;
        let mut value = PerResponse::default();
        for number in [3, 3, 3, 4] {
            value.for_response(number, || made += 1);
        }
        assert_eq!(made, 2);
    }
}
