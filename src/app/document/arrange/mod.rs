//! Which photos are displayed, in which order and under which headings, and how many fit each label. Pure functions.

mod evaluation;
mod groups;
mod order;
mod packed;
mod shown;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::filter::{Filter, Grouping, Sorting};
use super::labels::LabelId;
use super::library::{ItemId, Snapshot};
use super::scored::LabelScores;
use super::search_text::SearchText;

pub use groups::{Heading, PhotoGroup};
pub use shown::HiddenBy;

/// Number of histogram bars over the axis of [`super::match_axis`].
pub const BARS: usize = 32;
/// Number of best photos shown for the label that is being typed.
pub const BEST: usize = 6;
/// Minimum number of photos per parallel task.
const FEW: usize = 4096;

/// What to display and how.
#[derive(Clone, Copy, Debug)]
pub struct ArrangeRequest<'a> {
    /// The sort order.
    pub sorting: Sorting,
    /// How photos are grouped.
    pub grouping: Grouping,
    /// The filter.
    pub filter: &'a Filter,
    /// The label that is being typed, whose photos come first.
    pub draft: Option<LabelId>,
    /// The parsed search text.
    pub search: &'a SearchText,
}

/// The displayed photos, and statistics of the labels over all photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// Items in display order.
    pub order: Vec<ItemId>,
    /// Groups with headings, in display order; empty without headings.
    pub groups: Vec<PhotoGroup>,
    /// For each label, how many photos fit.
    pub counts: Vec<usize>,
    /// For each label, how many photos are just below the threshold.
    pub near: Vec<usize>,
    /// How many photos fit no label ("something else").
    pub something_else: usize,
    /// For each label, a histogram of its matches.
    pub histograms: Vec<[u32; BARS]>,
    /// How many photos are hidden, by reason, in the order of [`HiddenBy::ALL`].
    pub hidden: [usize; HiddenBy::ALL.len()],
    /// Whether the nearest photos can be displayed instead of none: some pass the filter and meet the conditions of the
    /// search, and only their match with its meaning is too low.
    pub has_nearest: bool,
    /// The best matches for the label that is being typed, whether or not they reach the threshold.
    pub best: Vec<ItemId>,
}

/// If stacks are folded, hides all photos of a stack except the best visible one.
fn folded(library: &Snapshot, mut hidden_by: Vec<Option<HiddenBy>>) -> Vec<Option<HiddenBy>> {
    if !library.folded {
        return hidden_by;
    }
    for stack in &library.findings.stacks {
        let is_shown = |id: &ItemId| matches!(hidden_by.get(*id as usize), Some(None));
        let stands = [stack.best].into_iter().chain(stack.photos.iter().copied());
        let Some(stands) = { stands }.find(is_shown) else {
            continue;
        };
        for id in stack.photos.iter().filter(|id| **id != stands) {
            if let Some(by) = hidden_by.get_mut(*id as usize) {
                by.get_or_insert(HiddenBy::Stack);
            }
        }
    }
    hidden_by
}

/// Whether photos would be displayed if those that match the search only a little were too.
fn has_nearest(
    library: &Snapshot,
    scored: LabelScores<'_>,
    wanted: ArrangeRequest<'_>,
    verdicts: &[evaluation::Verdict],
) -> bool {
    if scored.search.is_none() || wanted.filter.search_shows_all {
        return false;
    }
    let filter = Filter {
        search_shows_all: true,
        ..wanted.filter.clone()
    };
    let wanted = ArrangeRequest {
        filter: &filter,
        ..wanted
    };
    let test = shown::PreparedFilter::new(library, scored, &wanted);
    let photos = verdicts.par_iter().enumerate().with_min_len(FEW);
    photos.any(|(at, verdict)| test.hides(at as ItemId, library, *verdict).is_none())
}

/// Filters, sorts and groups the photos of a library.
#[must_use]
pub fn arrange(
    library: &Snapshot,
    scored: LabelScores<'_>,
    wanted: ArrangeRequest<'_>,
) -> Arrangement {
    let test = shown::PreparedFilter::new(library, scored, &wanted);
    let count = ItemId::try_from(library.items.len()).unwrap_or(ItemId::MAX);
    let evaluated = evaluation::evaluate(scored, &library.order_facts);
    let hidden_by: Vec<Option<HiddenBy>> = (0..count)
        .into_par_iter()
        .with_min_len(FEW)
        .map(|id| test.hides(id, library, evaluated.verdicts[id as usize]))
        .collect();
    let hidden_by = folded(library, hidden_by);
    let mut hidden = [0; HiddenBy::ALL.len()];
    let mut shown: Vec<ItemId> = Vec::with_capacity(hidden_by.len());
    for (by, id) in hidden_by.iter().zip(0..) {
        match by {
            Some(by) => hidden[*by as usize] += 1,
            None => shown.push(id),
        }
    }
    let has_nearest = shown.is_empty() && has_nearest(library, scored, wanted, &evaluated.verdicts);
    let (order, groups) = order::sort(
        library,
        scored,
        &evaluated.verdicts,
        &wanted,
        test.label,
        shown,
    );
    let counted = &evaluated.counted;
    let draft = wanted.draft.and_then(|id| scored.place(id));
    Arrangement {
        order,
        groups,
        counts: counted.iter().map(|label| label.fitting).collect(),
        near: counted.iter().map(|label| label.near).collect(),
        something_else: evaluated.something_else,
        histograms: counted.iter().map(|label| label.bars).collect(),
        hidden,
        has_nearest,
        best: draft.map_or_else(Vec::new, |label| {
            evaluation::best(scored, label, count, BEST)
        }),
    }
}
