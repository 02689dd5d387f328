//! Errors of sessions.

use super::store::StoreError;
use crate::engine::inference::ModelError;

/// What can go wrong with a question.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A picture in a query.
    #[error("{}: {message}", path.display())]
    Picture {
        /// The picture.
        path: std::path::PathBuf,
        /// Why it cannot be used.
        message: String,
    },
}
