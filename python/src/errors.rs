//! Errors of the engine as Python exceptions.

use std::path::{Path, PathBuf};

use lumisift::engine::index::session::SessionError;
use lumisift::engine::inference::ModelError as EngineError;
use pyo3::create_exception;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

create_exception!(
    lumisift,
    ModelError,
    PyRuntimeError,
    "A model that cannot be loaded, or that failed."
);
create_exception!(
    lumisift,
    PictureError,
    PyValueError,
    "A picture that cannot be read. `path` is its file or None, `index` its index in the list or None."
);

/// Errors of a call. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// A picture cannot be read.
    #[error("{message}")]
    Picture {
        /// Its index in the list; `None` for a picture in a label.
        index: Option<usize>,
        /// Its file; `None` for a picture in memory.
        path: Option<PathBuf>,
        /// Which picture it is, and why it cannot be read.
        message: String,
    },
    /// An argument is invalid.
    #[error("{0}")]
    Argument(String),
    /// The model or the operating system failed.
    #[error("{0}")]
    Model(String),
}

impl From<EngineError> for CallError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Text { .. } => Self::Argument(error.to_string()),
            _ => Self::Model(error.to_string()),
        }
    }
}

impl From<SessionError> for CallError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Model(error) => error.into(),
            SessionError::Store(error) => Self::Model(error.to_string()),
            SessionError::Picture { path, message } => Self::Picture {
                index: None,
                message: format!("{}: {message}", path.display()),
                path: Some(path),
            },
        }
    }
}

impl CallError {
    /// Converts it to an exception.
    pub fn raised(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Argument(message) => PyValueError::new_err(message),
            Self::Model(message) => ModelError::new_err(message),
            Self::Picture {
                index,
                path,
                message,
            } => picture_error(py, message, index, path.as_deref()),
        }
    }
}

fn picture_error(
    py: Python<'_>,
    message: String,
    index: Option<usize>,
    path: Option<&Path>,
) -> PyErr {
    let error = PictureError::new_err(message);
    let value = error.value(py);
    let described = value
        .setattr("index", index)
        .and_then(|()| value.setattr("path", path.map(Path::as_os_str)));
    match described {
        Ok(()) => error,
        Err(other) => other,
    }
}
