//! State of the current export.

use std::sync::Arc;

use super::export_choices::{ExportWhat, PlanSummary};
use crate::engine::cancel::Cancel;
use crate::engine::organize::export::{
    ExportOptions, ExportPlan, ExportProgress, ExportReport, PastExport,
};

/// An export requested by the user.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportRequest {
    /// Which photos.
    pub what: ExportWhat,
    /// Whether rejects are included.
    pub rejects: bool,
    /// The options of the export engine.
    pub options: ExportOptions,
    /// Whether a manifest is written.
    pub manifest: bool,
}

/// Progress of an export.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ExportState {
    /// No export has been started.
    #[default]
    Idle,
    /// The plan is being made.
    Planning,
    /// The plan is ready to run.
    Planned(Arc<ExportPlan>),
    /// The export cannot run, with the reason.
    Refused(String),
    /// Files are being transferred.
    Running(ExportProgress),
    /// The export has finished.
    Done(Arc<ExportReport>),
}

/// State of all exports.
#[derive(Default)]
pub struct Exports {
    /// State of the current export.
    pub state: ExportState,
    /// Totals of the current plan.
    pub summary: PlanSummary,
    /// The last request.
    pub request: Option<ExportRequest>,
    /// Exports that were interrupted when the program was killed.
    pub interrupted: Vec<PastExport>,
    /// Cancels the running export.
    pub(in crate::app) cancel: Cancel,
    /// Number of the newest plan. Results of older ones are ignored.
    pub(in crate::app) plans: u64,
}
