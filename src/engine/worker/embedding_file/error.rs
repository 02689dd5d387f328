//! Why a table of vectors is not read.

use arrow_schema::{ArrowError, DataType};
use parquet::errors::ParquetError;

use crate::engine::worker::columns::EMBEDDING;

/// Why a table of vectors is not read. The messages leave out the file, which [`super::WorkerError`] names.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Another kind of file.
    #[error("neither a Parquet nor an Arrow file: give what `lumisift worker` wrote")]
    NoTable,
    /// The vectors of another model.
    #[error(
        "its vectors are of the model {made_with:?}, not of {model:?}: name the right one with --model"
    )]
    OtherModel {
        /// What made them.
        made_with: String,
        /// What they were to be compared with.
        model: String,
    },
    /// Vectors of another length than the model's.
    #[error(
        "its vectors have {width} numbers, those of the model {dim}: name the right model with --model"
    )]
    OtherWidth {
        /// Theirs.
        width: usize,
        /// The model's.
        dim: usize,
    },
    /// No column of vectors.
    #[error("it has no column `{EMBEDDING}`")]
    NoVectors,
    /// A column of something else.
    #[error("its column `{EMBEDDING}` holds {0}: it must hold lists of 32-bit or 16-bit numbers")]
    NotVectors(DataType),
    /// A batch whose column is not of the kind that the schema says.
    #[error("its column `{EMBEDDING}` holds no lists")]
    NoLists,
    /// A footer that lists parts beyond the end.
    #[error("it is damaged: its footer names what is not there")]
    Footer,
    /// A footer without a schema.
    #[error("it has no schema")]
    NoSchema,
    /// A batch without a number of rows.
    #[error("it is damaged: a batch has no length")]
    NoLength,
    /// A batch that is not where the footer says.
    #[error("it is damaged: a batch is missing")]
    NoBatch,
    /// A footer or message that is damaged.
    #[error("{0}")]
    Flatbuffer(String),
    /// What Arrow's reader says.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// What Parquet's reader says.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

impl TableError {
    /// A footer or message that is damaged; the library's error is text alone in the features that Arrow chooses.
    pub(super) fn flatbuffer(error: impl std::fmt::Display) -> Self {
        Self::Flatbuffer(error.to_string())
    }
}
