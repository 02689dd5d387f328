//! Errors of sessions.

use super::store::StoreError;
use crate::engine::inference::ModelError;

/// Errors of embedding and scoring queries.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A picture in a query cannot be used.
    #[error("{}: {message}", path.display())]
    Picture {
        /// Path of the picture.
        path: std::path::PathBuf,
        /// Why it cannot be used.
        message: String,
    },
}
