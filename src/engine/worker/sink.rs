//! Writes results in Arrow's file format or in Parquet.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::columns::EMBEDDING;
use super::{FileFormat, WorkerError};
use crate::engine::files::regular::open_regular;

/// Rows per Parquet row group, a few seconds' work.
const GROUP_ROWS: usize = 1 << 14;

/// An output file.
pub enum Sink<'a> {
    /// Arrow's file format, which readers can memory-map.
    Arrow(Box<FileWriter<BufWriter<&'a mut File>>>),
    /// Parquet, which is smaller except for the embeddings.
    Parquet(Box<ArrowWriter<&'a mut File>>),
}

impl<'a> Sink<'a> {
    /// Starts a file with this schema.
    pub fn new(
        format: FileFormat,
        file: &'a mut File,
        schema: &SchemaRef,
    ) -> Result<Self, WorkerError> {
        match format {
            FileFormat::Arrow => FileWriter::try_new_buffered(file, schema)
                .map(|writer| Self::Arrow(Box::new(writer)))
                .map_err(WorkerError::output),
            FileFormat::Parquet => {
                // A dictionary would not help, because the values of embeddings are all different.
                let values = ColumnPath::new(vec![EMBEDDING.into(), "list".into(), "item".into()]);
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_column_dictionary_enabled(values, false)
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .build();
                ArrowWriter::try_new(file, schema.clone(), Some(properties))
                    .map(|writer| Self::Parquet(Box::new(writer)))
                    .map_err(parquet_output)
            }
        }
    }

    /// Writes a batch.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WorkerError> {
        match self {
            Self::Arrow(writer) => writer.write(batch).map_err(WorkerError::output),
            Self::Parquet(writer) => writer.write(batch).map_err(parquet_output),
        }
    }

    /// Writes the footer.
    pub fn finish(self) -> Result<(), WorkerError> {
        match self {
            Self::Arrow(mut writer) => writer.finish().map_err(WorkerError::output),
            Self::Parquet(writer) => writer.close().map(drop).map_err(parquet_output),
        }
    }
}

fn parquet_output(error: ParquetError) -> WorkerError {
    WorkerError::Output(match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    })
}

/// The schema of a result file; `None` if it does not exist or is incomplete.
pub fn read_schema(format: FileFormat, path: &Path) -> Option<Schema> {
    let file = open_regular(path).ok()?;
    let schema = match format {
        FileFormat::Arrow => FileReader::try_new_buffered(file, None).ok()?.schema(),
        FileFormat::Parquet => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
            builder.schema().clone()
        }
    };
    Some(schema.as_ref().clone())
}
