//! The heat map of a label over the photo in the viewer. Pure data.

use std::sync::Arc;

use super::item_id::ItemId;
use super::labels::Label;
use crate::engine::library::HeatMap;

/// Minimum match for which heat maps proved meaningful in measurements.
pub const MIN_HEAT_MATCH: f32 = 0.02;

/// State of the heat map.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HeatMapState {
    /// It is being computed.
    #[default]
    Waiting,
    /// It is ready.
    Ready(Arc<HeatMap>),
    /// It could not be computed, with the reason.
    Failed(String),
}

/// The subject of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMapSubject {
    /// The photo.
    pub item: ItemId,
    /// The label.
    pub label: Label,
}

/// State of the heat map display.
#[derive(Debug, Default)]
pub struct Heat {
    /// Whether heat maps are switched on.
    pub is_on: bool,
    /// The subject of the current map.
    pub subject: Option<HeatMapSubject>,
    /// The current map.
    pub map: HeatMapState,
    /// Number of the newest request. Results of older ones are ignored.
    pub number: u64,
}
