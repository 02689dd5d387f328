//! Access to findings through the state.

use std::collections::HashMap;
use std::sync::Arc;

use super::filter::LabelFit;
use super::findings::{Findings, Kind, Stack};
use super::item_id::ItemId;
use super::labels::{Label, LabelId};
use super::overview::{Tour, TourLine};
use super::questioning::Questioning;
use super::state::State;
use crate::engine::organize::marks::Flag;

impl State {
    /// The findings about the photos.
    #[must_use]
    pub fn findings(&self) -> &Arc<Findings> {
        &self.library.snapshot().findings
    }

    /// Whether the photos have been analysed.
    #[must_use]
    pub fn is_analysed(&self) -> bool {
        self.overview.analysed_input.is_some()
    }

    /// Whether each stack is represented by one photo. While photos of one kind are shown, such as the blurred ones, all
    /// of them are, as many as the clean-up summary has counted.
    #[must_use]
    pub fn folds_stacks(&self) -> bool {
        let kind = self.memory.filter.kind;
        self.memory.folded && kind.is_none_or(|kind| kind == Kind::Bursts)
    }

    /// The folded stack that a photo represents, if any.
    #[must_use]
    pub fn folded_under(&self, id: ItemId) -> Option<&Stack> {
        self.findings().stack(id).filter(|_| self.folds_stacks())
    }

    /// The subject of the heat map: the photo in the viewer, and the first of the filtered label, the open label and
    /// the best label.
    #[must_use]
    pub fn heat_map_subject(&self) -> Option<(ItemId, &Label)> {
        let item = self.viewer.as_ref()?.item();
        let facts = self.item(item)?.facts()?;
        if facts.video.is_some() {
            return None;
        }
        let scored = self.response.scored();
        let filtered = match self.memory.filter.fit {
            LabelFit::Label(id) => Some(id),
            _ => None,
        };
        let nearest = || {
            let best = scored.best(item).or_else(|| scored.nearest(item));
            best.map(|(at, _)| scored.labels[at].id)
        };
        let labels = &self.memory.labels;
        let there = |id: &u32| labels.iter().any(|label| label.id == *id);
        let id = filtered
            .or(self.open_label)
            .filter(there)
            .or_else(nearest)?;
        let label = labels.iter().find(|label| label.id == id)?;
        Some((item, label))
    }

    /// Starts questions about a label, over all photos that have a score for it.
    #[must_use]
    pub fn questions_about(&self, label: LabelId) -> Option<Questioning> {
        let scored = self.response.scored();
        let place = scored.place(label)?;
        let all = 0..self.library.len() as ItemId;
        let photos = all.filter_map(|id| Some((id, scored.matched(place, id)?)));
        let known = &scored.labels[place];
        Questioning::new(label, known.text.clone(), known.min_match, photos.unzip())
    }
}

impl Tour {
    /// Computes the clean-up summary.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let library = state.library.snapshot();
        let (found, lines) = (&library.findings, &state.memory.lines);
        let rejected = state.flagged(Flag::Reject);
        let line = |(kind, count): (Kind, usize)| {
            let of_kind = |id: &&ItemId| found.is_of(kind, **id, lines);
            TourLine {
                kind,
                count,
                bytes: match kind {
                    Kind::Copies => found.duplicate_bytes(),
                    _ => 0,
                },
                rejected: rejected.iter().filter(of_kind).count(),
            }
        };
        let counts = Kind::ALL.into_iter().zip(found.counts(lines));
        let rejects = state.rejects().to_remove;
        // Paired files go to the trash too. Only those of copies have been looked up.
        let copies = found.copies.iter().flat_map(|group| &group.copies);
        let copies: HashMap<ItemId, u64> = copies.map(|copy| (copy.item, copy.bytes)).collect();
        let size = |id: &ItemId| {
            let of_file = || state.item(*id).map_or(0, |item| item.file.size);
            copies.get(id).copied().unwrap_or_else(of_file)
        };
        Self {
            lines: counts.map(line).collect(),
            rejected: rejects.len(),
            rejected_bytes: rejects.iter().map(size).sum(),
        }
    }
}
