//! Pictures as Python passes them.

use std::path::PathBuf;

use lumisift::engine::index::pipeline::embed;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::errors::CallError;

/// A picture in memory, which is not copied, or in a file.
#[derive(FromPyObject)]
pub enum Picture {
    /// `bytes` or `bytearray`.
    #[pyo3(annotation = "bytes")]
    Bytes(PyBackedBytes),
    /// `str` or `os.PathLike`.
    #[pyo3(annotation = "str | os.PathLike[str]")]
    Path(PathBuf),
}

impl Picture {
    /// As the engine takes it.
    pub fn source(&self) -> embed::Picture<'_> {
        match self {
            Self::Bytes(bytes) => embed::Picture::Bytes(bytes),
            Self::Path(path) => embed::Picture::File(path),
        }
    }

    /// The exception of a picture at this place in the list.
    pub fn error(&self, index: usize, message: String) -> CallError {
        let path = match self {
            Self::Bytes(_) => None,
            Self::Path(path) => Some(path.clone()),
        };
        CallError::Picture {
            index,
            path,
            message,
        }
    }
}

/// What a picture that cannot be read does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Ends the call with an exception.
    Raise,
    /// Leaves a row of NaN.
    Nan,
}

impl OnError {
    /// From the argument `errors`.
    pub fn parse(text: &str) -> Result<Self, CallError> {
        match text {
            "raise" => Ok(Self::Raise),
            "nan" => Ok(Self::Nan),
            _ => Err(CallError::Argument(format!(
                "errors={text:?}: choose \"raise\" or \"nan\""
            ))),
        }
    }
}
