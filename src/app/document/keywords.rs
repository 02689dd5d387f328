//! State of the current keyword export.

use std::sync::Arc;

use super::export_choices::ExportWhat;
use crate::engine::media::photo::Failure;
use crate::engine::organize::sidecars::{
    SidecarContents, SidecarCount, SidecarPlacement, SidecarPlan,
};

/// What a person wants written, and about which photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeywordRequest {
    /// Which photos.
    pub what: ExportWhat,
    /// Whether labels that fit become keywords.
    pub labels: bool,
    /// What else is written.
    pub contents: SidecarContents,
    /// Where it is written.
    pub way: SidecarPlacement,
}

/// How far keywords are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeywordState {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// Sidecars are being read.
    Planning,
    /// They can be written.
    Planned(Arc<SidecarPlan>),
    /// They are being written.
    Writing,
    /// What was written, how many files had nothing to gain, and what was not written.
    Done(SidecarCount, usize, Vec<Failure>),
    /// Nothing was written, and why.
    Refused(String),
}

/// Everything about keywords.
#[derive(Default)]
pub struct KeywordWork {
    /// How far they are.
    pub state: KeywordState,
    /// What was asked for last.
    pub request: Option<KeywordRequest>,
    /// Counts plans: only the newest counts.
    pub(in crate::app) plans: u64,
}

impl KeywordWork {
    /// Starts over, unless something is being written.
    pub fn begin(&mut self) {
        if self.state != KeywordState::Writing {
            self.state = KeywordState::Idle;
            self.request = None;
        }
    }
}
