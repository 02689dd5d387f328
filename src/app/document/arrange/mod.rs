//! Which photos are shown, in which order and under which headings, and how many fit each label; pure.

mod groups;
mod judge;
mod order;
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

/// Bars of a histogram of matches, over the axis of [`super::match_axis`].
pub const BARS: usize = 32;
/// Best photos of a label that is being typed.
pub const BEST: usize = 6;
/// Photos that are not worth another thread.
const FEW: usize = 4096;

/// How photos are to be arranged.
#[derive(Clone, Copy, Debug)]
pub struct ArrangeRequest<'a> {
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
    pub groups: Vec<PhotoGroup>,
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

/// Hides all photos of a stack but the best of those that are shown, if stacks are folded.
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

/// Arranges a library.
#[must_use]
pub fn arrange(
    library: &Snapshot,
    scored: LabelScores<'_>,
    wanted: ArrangeRequest<'_>,
) -> Arrangement {
    let test = shown::PreparedFilter::new(scored, &wanted);
    let count = ItemId::try_from(library.items.len()).unwrap_or(ItemId::MAX);
    let judged = judge::judge(scored, &library.briefs);
    let hidden_by: Vec<Option<HiddenBy>> = (0..count)
        .into_par_iter()
        .with_min_len(FEW)
        .map(|id| test.hides(id, library, judged.verdicts[id as usize]))
        .collect();
    let hidden_by = folded(library, hidden_by);
    let mut hidden = [0; HiddenBy::ALL.len()];
    for by in hidden_by.iter().flatten() {
        hidden[*by as usize] += 1;
    }
    let shown = hidden_by.iter().zip(0..).filter(|(by, _)| by.is_none());
    let shown: Vec<ItemId> = shown.map(|(_, id)| id).collect();
    let (order, groups) = order::sort(
        library,
        scored,
        &judged.verdicts,
        &wanted,
        test.label,
        shown,
    );
    let counted = &judged.counted;
    let draft = wanted.draft.and_then(|id| scored.place(id));
    Arrangement {
        order,
        groups,
        counts: counted.iter().map(|label| label.fitting).collect(),
        near: counted.iter().map(|label| label.near).collect(),
        something_else: judged.something_else,
        histograms: counted.iter().map(|label| label.bars).collect(),
        hidden,
        best: draft.map_or_else(Vec::new, |label| judge::best(scored, label, count, BEST)),
    }
}
