//! State of the current export.

use std::sync::Arc;

use super::export_choices::{ExportWhat, PlanSummary};
use crate::engine::cancel::Cancel;
use crate::engine::organize::export::{
    ExportOptions, ExportPlan, ExportProgress, ExportReport, PastExport,
};

/// An export as a person chose it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportRequest {
    /// Which photos.
    pub what: ExportWhat,
    /// Whether rejects among them go too.
    pub rejects: bool,
    /// How and where to.
    pub options: ExportOptions,
    /// Whether what went where is written down beside the photos.
    pub manifest: bool,
}

/// How an export goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ExportState {
    /// None was begun.
    #[default]
    Idle,
    /// Its names are being decided.
    Planning,
    /// It can be begun.
    Planned(Arc<ExportPlan>),
    /// It cannot be begun, and why.
    Refused(String),
    /// Files are on their way.
    Running(ExportProgress),
    /// It is over.
    Done(Arc<ExportReport>),
}

/// Everything about exports.
#[derive(Default)]
pub struct Exports {
    /// How the present one goes.
    pub state: ExportState,
    /// What is said of the plan, if there is one.
    pub summary: PlanSummary,
    /// What was asked for last.
    pub request: Option<ExportRequest>,
    /// Exports that a kill interrupted.
    pub interrupted: Vec<PastExport>,
    /// Ends the one that runs.
    pub(in crate::app) cancel: Cancel,
    /// Counts plans: only the newest counts.
    pub(in crate::app) plans: u64,
}
