//! The available models, and the one that is being downloaded.

use crate::engine::cancel::Cancel;
use crate::engine::hub::download::DownloadProgress;
use crate::engine::hub::endpoint::RepoId;
use crate::engine::hub::installed::InstalledModel;

/// A model on its way.
pub struct Download {
    /// Its repository.
    pub repo: RepoId,
    /// How far it is.
    pub arrival: DownloadProgress,
    /// Ends it.
    pub(in crate::app) cancel: Cancel,
}

/// The models that a person can choose.
#[derive(Default)]
pub struct Models {
    /// All but the starter, once they were looked for.
    pub list: Vec<InstalledModel>,
    /// The one that is being fetched.
    pub download: Option<Download>,
    /// Why the last one did not arrive.
    pub problem: Option<String>,
    /// Billions of operations a second of this machine with the model in use, once that was measured.
    pub rate: Option<f32>,
}
