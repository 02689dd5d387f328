//! State of the current write of keywords.

use std::sync::Arc;

use super::export_choices::ExportWhat;
use crate::engine::media::photo::Failure;
use crate::engine::organize::sidecars::{
    SidecarContents, SidecarCount, SidecarPlacement, SidecarPlan,
};

/// A request to write keywords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeywordRequest {
    /// Which photos.
    pub what: ExportWhat,
    /// Whether fitting labels become keywords.
    pub labels: bool,
    /// What else is written.
    pub contents: SidecarContents,
    /// Where it is written: sidecars or the photos themselves.
    pub way: SidecarPlacement,
}

/// Totals of a plan. Computed once, because a plan may have hundreds of thousands of files and is displayed in every
/// frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeywordSummary {
    /// The number of files to change.
    pub count: SidecarCount,
    /// Whether any of them gets a description.
    pub has_descriptions: bool,
}

impl KeywordSummary {
    /// Computes the totals of a plan.
    #[must_use]
    pub fn of(plan: &SidecarPlan) -> Self {
        let mut changes = plan.changes.iter();
        Self {
            count: plan.count(),
            has_descriptions: changes.any(|change| change.description.is_some()),
        }
    }
}

/// Progress of writing keywords.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeywordState {
    /// Nothing has been requested.
    #[default]
    Idle,
    /// Sidecars are being read for the plan.
    Planning,
    /// The plan is ready.
    Planned(Arc<SidecarPlan>),
    /// Files are being written.
    Writing,
    /// The number of written files, the number of unchanged files, and the failures.
    Done(SidecarCount, usize, Vec<Failure>),
    /// Nothing was written, with the reason.
    Refused(String),
}

/// State of writing keywords.
#[derive(Default)]
pub struct KeywordWork {
    /// The progress.
    pub state: KeywordState,
    /// Totals of the current plan.
    pub summary: KeywordSummary,
    /// The last request.
    pub request: Option<KeywordRequest>,
    /// Number of the newest plan. Results of older ones are ignored.
    pub(in crate::app) plans: u64,
}

impl KeywordWork {
    /// Resets the state, unless files are being written.
    pub fn begin(&mut self) {
        if self.state != KeywordState::Writing {
            self.state = KeywordState::Idle;
            self.request = None;
        }
    }
}
