//! Why a table of embeddings cannot be read.

use arrow_schema::{ArrowError, DataType};
use parquet::errors::ParquetError;

use crate::engine::worker::columns::EMBEDDING;

/// Why a table of embeddings cannot be read. The messages omit the file, which [`super::WorkerError`] names.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not a Parquet or Arrow file.
    #[error("neither a Parquet nor an Arrow file: give what `lumisift worker` wrote")]
    NoTable,
    /// The embeddings are those of another model.
    #[error(
        "its vectors were made by the model {made_with:?}, not by {model:?}: name the right one with --model"
    )]
    OtherModel {
        /// The model that made them.
        made_with: String,
        /// The expected model.
        model: String,
    },
    /// The embeddings have another dimension than the model's.
    #[error(
        "its vectors have {width} values, but the model's have {dim}: name the right model with --model"
    )]
    OtherWidth {
        /// Their dimension.
        width: usize,
        /// The model's dimension.
        dim: usize,
    },
    /// There is no embedding column.
    #[error("it has no column `{EMBEDDING}`")]
    NoVectors,
    /// The embedding column has an unsuitable type.
    #[error("its column `{EMBEDDING}` holds {0}: it must hold lists of 32-bit or 16-bit numbers")]
    NotVectors(DataType),
    /// A batch does not have the column type of the schema.
    #[error("its column `{EMBEDDING}` holds no lists")]
    NoLists,
    /// Its reader panicked, as those of Arrow and Parquet do on some damaged data.
    #[error("it is damaged")]
    Damaged,
    /// The footer refers to data beyond the end of the file.
    #[error("it is damaged: its footer refers to missing data")]
    Footer,
    /// The footer has no schema.
    #[error("it has no schema")]
    NoSchema,
    /// A batch has no row count.
    #[error("it is damaged: a batch has no length")]
    NoLength,
    /// A batch is not at its recorded offset.
    #[error("it is damaged: a batch is missing")]
    NoBatch,
    /// A footer or message is damaged.
    #[error("{0}")]
    Flatbuffer(String),
    /// An error of the Arrow reader.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// An error of the Parquet reader.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

impl TableError {
    /// Converts an error in a footer or message; kept as text, because its type depends on the features that Arrow
    /// enables.
    pub(super) fn flatbuffer(error: impl std::fmt::Display) -> Self {
        Self::Flatbuffer(error.to_string())
    }
}
