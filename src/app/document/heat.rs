//! Where in the photo that is seen large a label is seen; pure.

use std::sync::Arc;

use super::item_id::ItemId;
use super::labels::Label;
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
