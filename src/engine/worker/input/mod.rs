//! Inputs of a shard: a list of paths, a tar, or a Parquet table. Each is read once to count its rows, and again for
//! the rows of the shard.

mod list;
mod parquet;
mod tar;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};

use super::WorkerError;
use crate::engine::files::regular::open_regular;

/// An iterator over input batches.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, WorkerError>> + Send>;

/// The column of row numbers within the input.
const ROW: &str = "row";
/// Maximum number of rows per batch.
const BATCH_ROWS: usize = 256;
/// Size in bytes of a batch's pictures at which the batch is complete.
const BATCH_BYTES: u64 = 64 << 20;

/// An input file.
pub struct WorkerInput {
    path: PathBuf,
    kind: InputKind,
    schema: SchemaRef,
    /// The number of rows.
    pub rows: u64,
    /// A hash that identifies it: of the whole content of a list, of names, sizes and times in a tar, of a table's
    /// footer.
    pub identity: String,
}

enum InputKind {
    List(list::List),
    Tar,
    Parquet,
}

/// The result of the first pass over a file.
struct Survey {
    kind: InputKind,
    schema: SchemaRef,
    rows: u64,
    identity: blake3::Hash,
}

impl WorkerInput {
    /// Detects the type of a file and counts its rows.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or is compressed as a whole.
    pub fn open(path: &Path) -> Result<Self, WorkerError> {
        let io = |source| WorkerError::Io {
            path: path.into(),
            source,
        };
        let mut file = open_regular(path).map_err(io)?;
        let head = head(&mut file).map_err(io)?;
        let invalid = |message: &str| invalid(path, message);
        let ending = path.extension().unwrap_or_default();
        let survey = if head.starts_with(b"PAR1") {
            parquet::survey(file).map_err(|error| invalid(&error.to_string()))
        } else if head.get(257..262) == Some(b"ustar") || ending.eq_ignore_ascii_case("tar") {
            tar::survey(file).map_err(io)
        } else if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Err(invalid("it is compressed as a whole: unpack it first"))
        } else if head.starts_with(b"ARROW1") {
            Err(invalid(
                "an Arrow file cannot be divided into shards: write it as Parquet, or send it as a stream to `worker --stdio`",
            ))
        } else {
            list::survey(file).map_err(io)
        }?;
        Ok(Self {
            path: path.into(),
            kind: survey.kind,
            schema: survey.schema,
            rows: survey.rows,
            identity: survey.identity.to_hex().to_string(),
        })
    }

    /// The schema of its batches.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        if self.schema.index_of(ROW).is_ok() {
            return self.schema.clone();
        }
        let row = Arc::new(Field::new(ROW, DataType::Int64, false));
        let fields: Vec<FieldRef> = std::iter::once(row)
            .chain(self.schema.fields().iter().cloned())
            .collect();
        Arc::new(Schema::new(fields))
    }

    /// The error for a file that has fewer rows than were counted.
    pub(super) fn changed(&self) -> WorkerError {
        invalid(
            &self.path,
            "it has fewer rows than were counted: it was changed in the meantime, or is incomplete",
        )
    }

    /// Batches with the rows in a range, in order, with their row numbers.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened.
    pub fn batches(&self, range: Range<u64>) -> Result<Batches, WorkerError> {
        let io = |source| WorkerError::Io {
            path: self.path.clone(),
            source,
        };
        let file = open_regular(&self.path).map_err(io)?;
        let first = range.start;
        let batches: Batches = match &self.kind {
            InputKind::List(list) => Box::new(list.batches(&self.path, file, range)),
            InputKind::Tar => Box::new(tar::batches(&self.path, file, range).map_err(io)?),
            InputKind::Parquet => parquet::batches(&self.path, file, range)?,
        };
        if self.schema.index_of(ROW).is_ok() {
            return Ok(batches);
        }
        let (schema, path) = (self.schema(), self.path.clone());
        let mut next = i64::try_from(first).unwrap_or(i64::MAX);
        Ok(Box::new(batches.map(move |batch| {
            let batch = batch?;
            let numbers = Int64Array::from_iter_values((next..).take(batch.num_rows()));
            next += batch.num_rows() as i64;
            let mut columns = vec![Arc::new(numbers) as _];
            columns.extend(batch.columns().iter().cloned());
            RecordBatch::try_new(schema.clone(), columns).map_err(|error| unfit(&path, &error))
        })))
    }
}

/// Reads the first bytes of a file and rewinds it.
fn head(file: &mut File) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(512).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head)
}

fn invalid(path: &Path, message: &str) -> WorkerError {
    WorkerError::Invalid {
        path: path.into(),
        message: message.into(),
    }
}

fn unfit(path: &Path, error: &ArrowError) -> WorkerError {
    invalid(path, &error.to_string())
}
