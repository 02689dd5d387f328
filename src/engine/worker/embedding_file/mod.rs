//! Files of embeddings in Arrow's file format, which is memory-mapped, or in Parquet.

mod arrow;
mod block;
mod error;
mod wanted;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::Block as FileBlock;
use arrow_ipc::reader::FileDecoder;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use super::WorkerError;
use crate::engine::files::mmap::map_file;
use crate::engine::files::regular::open_regular;
use crate::engine::inference::ModelInfo;
use arrow::{TRAILER, decoded, open_arrow};
use block::{key_column, key_of};
use wanted::wanted_columns;

pub use block::{Block, RowValues};
pub use error::TableError;
pub use wanted::Wanted;

/// Rows per batch when reading Parquet.
const BATCH_ROWS: usize = 8192;
/// The magic at the start of an Arrow file.
const MAGIC: &[u8] = b"ARROW1";

/// An open file of embeddings.
pub struct EmbeddingFile {
    path: PathBuf,
    content: Content,
    schema: SchemaRef,
    rows: u64,
    dim: usize,
}

enum Content {
    Arrow {
        map: Buffer,
        decoder: FileDecoder,
        blocks: Vec<(FileBlock, u64)>,
    },
    Parquet {
        bytes: Bytes,
        metadata: ArrowReaderMetadata,
        columns: Vec<usize>,
        groups: Vec<u64>,
    },
}

impl EmbeddingFile {
    /// Opens a file with embeddings of this model.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, has no embeddings, or has those of another model.
    pub fn open(path: &Path, model: &ModelInfo, wanted: Wanted<'_>) -> Result<Self, WorkerError> {
        let io = |source| WorkerError::Io {
            path: path.into(),
            source,
        };
        let invalid = |source| WorkerError::Table {
            path: path.into(),
            source,
        };
        let file = open_regular(path).map_err(io)?;
        // Some systems cannot map an empty file.
        if file.metadata().map_err(io)?.len() < TRAILER as u64 {
            return Err(invalid(TableError::NoTable));
        }
        let bytes = Bytes::from_owner(map_file(&file).map_err(io)?);
        let opened = guarded(|| match bytes.starts_with(MAGIC) {
            true => open_arrow(bytes.into(), model, wanted),
            false => open_parquet(bytes, model, wanted),
        });
        let (content, schema, rows) = opened.map_err(invalid)?;
        Ok(Self {
            path: path.into(),
            content,
            schema,
            rows,
            dim: model.dim,
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The keys of rows, if the file was opened with the key column. Each part is read once.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn keys(&self, rows: &[u64]) -> Result<Vec<Option<String>>, WorkerError> {
        let mut by_part: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            by_part.entry(self.part_of(*row)).or_default().push(at);
        }
        let found = by_part
            .into_par_iter()
            .map(|(part, wanted)| -> Result<_, WorkerError> {
                let mut found = Vec::new();
                self.batches(part, |batch, first| {
                    let keys = key_column(batch);
                    for at in &wanted {
                        let row = usize::try_from(rows[*at].wrapping_sub(first));
                        let row = row.unwrap_or(usize::MAX);
                        if row < batch.num_rows() {
                            found.push((*at, keys.as_ref().and_then(|keys| key_of(keys, row))));
                        }
                    }
                    Ok(())
                })?;
                Ok(found)
            });
        let found: Vec<Vec<(usize, Option<String>)>> = found.collect::<Result<_, _>>()?;
        let mut keys = vec![None; rows.len()];
        for (at, key) in found.into_iter().flatten() {
            keys[at] = key;
        }
        Ok(keys)
    }

    /// The part with a row.
    fn part_of(&self, row: u64) -> usize {
        let before = |first: &u64| *first <= row;
        let part = match &self.content {
            Content::Arrow { blocks, .. } => blocks.partition_point(|(_, first)| before(first)),
            Content::Parquet { groups, .. } => groups.partition_point(before),
        };
        part.saturating_sub(1)
    }

    /// The complete schema, with all columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Wraps an error of the table with the path.
    pub fn damaged(&self, source: TableError) -> WorkerError {
        WorkerError::Table {
            path: self.path.clone(),
            source,
        }
    }

    /// The error for invalid content.
    pub fn invalid(&self, message: String) -> WorkerError {
        WorkerError::Invalid {
            path: self.path.clone(),
            message,
        }
    }

    /// The parts that can be read independently: record batches or row groups.
    pub fn parts(&self) -> Range<usize> {
        match &self.content {
            Content::Arrow { blocks, .. } => 0..blocks.len(),
            Content::Parquet { groups, .. } => 0..groups.len(),
        }
    }

    /// Passes the rows of a part to `each`, in blocks of some thousands, for ranking.
    ///
    /// # Errors
    /// Returns an error if the file is damaged.
    pub fn blocks(&self, part: usize, mut each: impl FnMut(Block)) -> Result<(), WorkerError> {
        self.batches(part, |batch, first_row| {
            let block = Block::new(batch, first_row, self.dim);
            each(block.map_err(|error| self.damaged(error))?);
            Ok(())
        })
    }

    /// Passes the record batches of a part to `take`, each with the number of its first row within the file.
    ///
    /// # Errors
    /// Returns an error if the file is damaged, or `take` fails.
    pub fn batches(
        &self,
        part: usize,
        mut take: impl FnMut(&RecordBatch, u64) -> Result<(), WorkerError>,
    ) -> Result<(), WorkerError> {
        match &self.content {
            Content::Arrow {
                map,
                decoder,
                blocks,
            } => match blocks.get(part) {
                Some((block, first)) => {
                    let batch = guarded(|| decoded(map, decoder, block));
                    take(&batch.map_err(|error| self.damaged(error))?, *first)
                }
                None => Ok(()),
            },
            Content::Parquet {
                bytes,
                metadata,
                columns,
                groups,
            } => {
                let batches = guarded(|| table_batches(bytes, metadata, columns, part));
                let mut batches = batches.map_err(|error| self.damaged(error))?;
                let mut first_row = groups.get(part).copied().unwrap_or_default();
                loop {
                    let batch = guarded(|| Ok(batches.next().transpose()?));
                    let batch = batch.map_err(|error| self.damaged(error))?;
                    let Some(batch) = batch else {
                        return Ok(());
                    };
                    take(&batch, first_row)?;
                    first_row += batch.num_rows() as u64;
                }
            }
        }
    }
}

/// Reads from a file that may be damaged, over which Arrow's and Parquet's readers may panic.
fn guarded<T>(read: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(TableError::Damaged))
}

fn open_parquet(
    bytes: Bytes,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<(Content, SchemaRef, u64), TableError> {
    let metadata = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new());
    let metadata = metadata.map_err(|_| TableError::NoTable)?;
    let schema = metadata.schema().clone();
    let columns = wanted_columns(&schema, model, wanted)?;
    let (mut groups, mut rows) = (Vec::new(), 0);
    for group in metadata.metadata().row_groups() {
        groups.push(rows);
        rows += u64::try_from(group.num_rows()).unwrap_or_default();
    }
    let content = Content::Parquet {
        bytes,
        metadata,
        columns,
        groups,
    };
    Ok((content, schema, rows))
}

fn table_batches(
    bytes: &Bytes,
    metadata: &ArrowReaderMetadata,
    columns: &[usize],
    group: usize,
) -> Result<ParquetRecordBatchReader, TableError> {
    let mask = ProjectionMask::roots(metadata.parquet_schema(), columns.iter().copied());
    let reader =
        ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .build()?;
    Ok(reader)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use arrow_array::types::Float32Type;
    use arrow_array::{ArrayRef, FixedSizeListArray, StringArray};
    use arrow_ipc::writer::FileWriter;

    use super::*;
    use crate::engine::worker::columns::EMBEDDING;

    const DIM: usize = 4;

    /// An Arrow file of three rows.
    fn arrow_file() -> Vec<u8> {
        let rows = (0..3).map(|row| Some((0..DIM).map(move |at| Some((row + at) as f32))));
        let lists = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(rows, DIM as i32);
        let names = StringArray::from(vec!["a", "bb", "ccc"]);
        let columns: [(&str, ArrayRef); 2] =
            [("path", Arc::new(names)), (EMBEDDING, Arc::new(lists))];
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
        writer.write(&batch).expect("written");
        writer.into_inner().expect("finished")
    }

    fn read(path: &Path) -> Result<Vec<Option<String>>, WorkerError> {
        let model = ModelInfo::of_tests(DIM);
        let file = EmbeddingFile::open(path, &model, Wanted::VectorsAndKey)?;
        for part in file.parts() {
            file.blocks(part, |block| {
                (0..block.rows()).for_each(|row| drop(block.key(row)));
            })?;
        }
        file.keys(&[2, 0, 3])
    }

    #[test]
    fn keys_are_found_by_row() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.arrow");
        fs::write(&path, arrow_file()).expect("written");
        let keys = read(&path).expect("read");
        assert_eq!(keys, [Some("ccc".to_owned()), Some("a".to_owned()), None]);
    }

    #[test]
    fn damage_anywhere_in_a_file_is_an_error_at_worst() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a.arrow");
        let whole = arrow_file();
        let mut errors = 0;
        for at in (0..whole.len() - 4).step_by(4) {
            let mut damaged = whole.clone();
            damaged[at..at + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
            fs::write(&path, damaged).expect("written");
            errors += usize::from(read(&path).is_err());
        }
        assert!(errors > 0);
    }
}
