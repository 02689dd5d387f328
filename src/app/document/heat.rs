//! Where in the photo that is seen large a label is seen; pure.

use std::sync::Arc;

use super::filter::Fit;
use super::labels::Label;
use super::library::ItemId;
use super::state::State;
use crate::engine::library::HeatMap;

/// Match below which a map was measured to mean little.
pub const TELLING_FROM: f32 = 0.02;

/// A map, or what becomes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Map {
    /// It is being computed.
    #[default]
    Waiting,
    /// It is there.
    Ready(Arc<HeatMap>),
    /// There is none, and why.
    Failed(String),
}

/// What a map is about.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatQuestion {
    /// The photo.
    pub item: ItemId,
    /// The label.
    pub label: Label,
}

/// Where the current label is seen.
#[derive(Debug, Default)]
pub struct Heat {
    /// Whether a person wants to see it.
    pub is_on: bool,
    /// What the map is about.
    pub question: Option<HeatQuestion>,
    /// The map.
    pub map: Map,
    /// Counts questions: only the answer to the newest counts.
    pub number: u64,
}

impl State {
    /// What a map would be about: the photo that is seen large, and the label that is filtered by, open, or fits it
    /// best, the first of these that there is.
    #[must_use]
    pub fn heat_question(&self) -> Option<HeatQuestion> {
        let item = self.viewer.as_ref()?.item();
        let facts = self.item(item)?.facts()?;
        if facts.video.is_some() {
            return None;
        }
        let scored = self.answer.scored();
        let filtered = match self.memory.filter.fit {
            Fit::Label(id) => Some(id),
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
        Some(HeatQuestion {
            item,
            label: label.clone(),
        })
    }
}
