//! Which photos are shown, in which order and under which headings, and how many fit each label; pure.

mod groups;
mod order;
mod shown;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::filter::{Filter, Grouping, Sorting};
use super::labels::LabelId;
use super::library::{ItemId, Snapshot, UNREAD};
use super::match_axis::Bars;
use super::scored::Scored;
use super::search_text::SearchText;

pub use groups::{Group, Heading};
pub use shown::HiddenBy;

/// Bars of a histogram of matches, over the axis of [`super::match_axis`].
pub const BARS: usize = 32;
/// Best photos of a label that is being typed.
pub const BEST: usize = 6;
/// Photos that are not worth another thread.
const FEW: usize = 4096;

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
    /// How many photos are not shown, by what hides them, in the order of [`HiddenBy::ALL`].
    pub hidden: [usize; HiddenBy::ALL.len()],
    /// The photos that fit the label best that is being typed, fitting or not.
    pub best: Vec<ItemId>,
}

/// Arranges a library.
#[must_use]
pub fn arrange(library: &Snapshot, scored: Scored<'_>, wanted: Wanted<'_>) -> Arrangement {
    let test = shown::Test::new(scored, &wanted);
    let count = ItemId::try_from(library.items.len()).unwrap_or(ItemId::MAX);
    let looked: Vec<(Option<HiddenBy>, bool)> = (0..count)
        .into_par_iter()
        .map(|id| {
            let item = &library.items[id as usize];
            let fits_none = item.row() != UNREAD && scored.best(id).is_none();
            (test.hides(id, item, library.marks[id as usize]), fits_none)
        })
        .collect();
    let mut hidden = [0; HiddenBy::ALL.len()];
    for by in looked.iter().filter_map(|(by, _)| *by) {
        hidden[by as usize] += 1;
    }
    let shown = looked.iter().zip(0..).filter(|((by, _), _)| by.is_none());
    let shown: Vec<ItemId> = shown.map(|(_, id)| id).collect();
    let (order, groups) = order::sort(library, scored, &wanted, test.label, shown);
    let bars = Bars::new();
    let counted: Vec<Counted> = (0..scored.labels.len())
        .map(|label| count_label(scored, label, count, &bars))
        .collect();
    let something_else = looked.iter().filter(|(_, fits_none)| *fits_none).count();
    let draft = wanted.draft.and_then(|id| scored.place(id));
    Arrangement {
        order,
        groups,
        counts: counted.iter().map(|label| label.fitting).collect(),
        near: counted.iter().map(|label| label.near).collect(),
        something_else: match scored.columns.iter().all(Option::is_none) {
            true => 0,
            false => something_else,
        },
        histograms: counted.iter().map(|label| label.bars).collect(),
        hidden,
        best: draft.map_or_else(Vec::new, |label| best(scored, label, count)),
    }
}

/// How a label fares.
struct Counted {
    fitting: usize,
    near: usize,
    bars: [u32; BARS],
}

impl Counted {
    fn none() -> Self {
        Self {
            fitting: 0,
            near: 0,
            bars: [0; BARS],
        }
    }

    fn with(mut self, other: Self) -> Self {
        self.fitting += other.fitting;
        self.near += other.near;
        for (bar, more) in self.bars.iter_mut().zip(other.bars) {
            *bar += more;
        }
        self
    }
}

fn count_label(scored: Scored<'_>, label: usize, items: ItemId, bars: &Bars<BARS>) -> Counted {
    let line = scored.labels[label].min_match;
    let near = scored.near_line(label);
    let some_shut_out = scored.labels.iter().any(|label| label.negated);
    let count = |mut counted: Counted, item: ItemId| {
        let Some(matched) = scored.matched(label, item) else {
            return counted;
        };
        counted.bars[bars.bar(matched)] += 1;
        if matched >= line {
            let fits = !some_shut_out || scored.fits(label, item);
            counted.fitting += usize::from(fits);
        } else if matched >= near {
            let is_near = !some_shut_out || scored.is_near(label, item);
            counted.near += usize::from(is_near);
        }
        counted
    };
    let parts = (0..items).into_par_iter().with_min_len(FEW);
    let parts = parts.fold(Counted::none, count);
    parts.reduce(Counted::none, Counted::with)
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
