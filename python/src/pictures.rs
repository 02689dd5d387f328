//! Arguments that are pictures, and what to do if one cannot be read.

use std::path::{Path, PathBuf};

use lumisift::engine::index::pipeline::embed;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::errors::CallError;

/// A picture in memory or in a file.
#[derive(FromPyObject)]
pub enum Picture {
    /// `bytes`, which are not copied, or `bytearray`, which is.
    #[pyo3(annotation = "bytes")]
    Bytes(PyBackedBytes),
    /// `str` or `os.PathLike`.
    #[pyo3(annotation = "str | os.PathLike[str]")]
    Path(PathBuf),
}

impl Picture {
    /// The picture as the engine takes it.
    pub fn source(&self) -> embed::PictureSource<'_> {
        match self {
            Self::Bytes(bytes) => embed::PictureSource::Bytes(bytes),
            Self::Path(path) => embed::PictureSource::File(path),
        }
    }

    /// Its file; `None` for a picture in memory.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Bytes(_) => None,
            Self::Path(path) => Some(path),
        }
    }

    /// Its name in messages; `index` is its index in the list.
    pub fn name(&self, index: usize) -> String {
        match self {
            Self::Bytes(_) => format!("picture {index}"),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// What to do if a picture cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// Raise an exception.
    Raise,
    /// Leave its row NaN.
    Nan,
}

impl OnError {
    /// Parses the argument `errors`.
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
