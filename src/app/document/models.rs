//! The available models, and the current download.

use crate::engine::cancel::Cancel;
use crate::engine::hub::download::DownloadProgress;
use crate::engine::hub::endpoint::RepoId;
use crate::engine::hub::installed::InstalledModel;

/// A model download.
pub struct Download {
    /// The repository.
    pub repo: RepoId,
    /// The progress.
    pub download_progress: DownloadProgress,
    /// Cancels the download.
    pub(in crate::app) cancel: Cancel,
}

/// The models that the user can choose from.
#[derive(Default)]
pub struct Models {
    /// All models but the built-in starter, once listed.
    pub list: Vec<InstalledModel>,
    /// The current download.
    pub download: Option<Download>,
    /// Why the last download failed.
    pub problem: Option<String>,
    /// Measured speed of this machine with the current model, in billions of operations per second.
    pub rate: Option<f32>,
}
