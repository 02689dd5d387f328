//! Errors of the engine as exceptions of Python.

use std::path::{Path, PathBuf};

use lumisift::engine::index::session::SessionError;
use lumisift::engine::inference::ModelError as EngineError;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::{PyErr, PyResult, Python, create_exception, prelude::*};

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
    "A picture that cannot be read. `path` is its file or None, `index` its place in the list or None."
);

/// What can go wrong in a call. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// A picture of the list.
    #[error("{}: {message}", path.as_ref().map_or_else(|| format!("picture {index}"), |path| path.display().to_string()))]
    Picture {
        /// Its place.
        index: usize,
        /// Its file.
        path: Option<PathBuf>,
        /// Why it cannot be read.
        message: String,
    },
    /// A picture that a label names.
    #[error("{}: {message}", path.display())]
    LabelPicture {
        /// Its file.
        path: PathBuf,
        /// Why it cannot be read.
        message: String,
    },
    /// An argument.
    #[error("{0}")]
    Argument(String),
    /// The model, or the system.
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
            SessionError::Picture { path, message } => Self::LabelPicture { path, message },
            SessionError::Store(_) => Self::Model(error.to_string()),
        }
    }
}

impl CallError {
    /// As an exception.
    pub fn raised(self, py: Python<'_>) -> PyErr {
        let text = self.to_string();
        match self {
            Self::Argument(_) => PyValueError::new_err(text),
            Self::Model(_) => ModelError::new_err(text),
            Self::LabelPicture { path, .. } => picture_error(py, text, None, Some(&path)),
            Self::Picture { index, path, .. } => {
                picture_error(py, text, Some(index), path.as_deref())
            }
        }
    }
}

fn picture_error(py: Python<'_>, text: String, index: Option<usize>, path: Option<&Path>) -> PyErr {
    let error = PictureError::new_err(text);
    let described = || -> PyResult<()> {
        let value = error.value(py);
        value.setattr("index", index)?;
        value.setattr("path", path.map(|path| path.as_os_str()))
    };
    match described() {
        Ok(()) => error,
        Err(other) => other,
    }
}
