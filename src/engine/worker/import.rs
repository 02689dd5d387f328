//! Imports the output of workers into a store, so that photos indexed on other machines are not read again.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::WorkerError;
use super::columns::{BLAKE3, ERROR, FILE_MODIFIED, FILE_SIZE, HEIGHT, TAKEN, WIDTH, taken_at};
use super::embedding_file::{Block, EmbeddingFile, Wanted};
use super::identity::{FINGERPRINT, PREPROCESSING};
use super::source::{PATH, path_at};
use crate::engine::files::paths::absolute;
use crate::engine::index::session::Session;
use crate::engine::index::store::ImportedPhoto;
use crate::engine::media::dates;
use crate::engine::media::file_names::is_picture_name;
use crate::engine::media::multi_crop;
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken};
use crate::engine::media::preprocess::PREPROCESS_VERSION;

/// The columns to read besides the embeddings.
const COLUMNS: [&str; 8] = [
    PATH,
    BLAKE3,
    WIDTH,
    HEIGHT,
    TAKEN,
    ERROR,
    FILE_SIZE,
    FILE_MODIFIED,
];
/// Rows per transaction.
const BATCH: usize = 1024;
/// Tolerance of an embedding's norm around 1.
const UNIT: f32 = 1e-2;

/// Numbers of rows by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows whose embedding was added to the store.
    pub new: u64,
    /// Rows whose embedding was already in the store.
    pub known: u64,
    /// Rows without an embedding, because their picture could not be read.
    pub failed: u64,
    /// Rows of wide pictures and possible videos, which have more embeddings than the row holds; left to be indexed.
    pub left: u64,
    /// Among new and known, those whose file exists unchanged, so that indexing will not open it.
    pub found: u64,
    /// Among new and known, those whose file exists but has changed, so that it counts as another photo.
    pub changed: u64,
}

/// Imports the rows of files into the store of a session.
///
/// # Errors
/// Returns an error if a file cannot be read, lacks its provenance, or was made by another model or another version of
/// preprocessing, or if the store cannot be written. Rows imported before the error remain.
pub fn import(session: &Session, files: &[PathBuf]) -> Result<Imported, WorkerError> {
    let mut import = Import {
        session,
        waiting: Vec::new(),
        counts: Imported::default(),
    };
    for path in files {
        let file = EmbeddingFile::open(path, session.model().info(), Wanted::VectorsAnd(&COLUMNS))?;
        check(&file)?;
        for part in file.parts() {
            file.batches(part, |batch, first| import.rows(&file, batch, first))?;
        }
    }
    import.flush()?;
    Ok(import.counts)
}

/// Checks that a file's embeddings are compatible with this program.
fn check(file: &EmbeddingFile) -> Result<(), WorkerError> {
    let schema = file.schema();
    let metadata = schema.metadata();
    // Its value was checked when the file was opened.
    if !metadata.contains_key(FINGERPRINT) {
        return Err(file.invalid(
            "its schema does not say which model made its vectors: import what `lumisift worker` wrote".into(),
        ));
    }
    let version = metadata.get(PREPROCESSING).map(String::as_str);
    if version != Some(PREPROCESS_VERSION.to_string().as_str()) {
        return Err(file.invalid(format!(
            "its pictures were prepared by version {} of preprocessing, but this program has version {PREPROCESS_VERSION}: run `lumisift worker` of this program's version over them",
            version.unwrap_or("(none)"),
        )));
    }
    let wanted = |name: &str, fits: fn(&DataType) -> bool, kind: &str| {
        let field = schema.field_with_name(name).ok();
        match field.is_some_and(|field| fits(field.data_type())) {
            true => Ok(()),
            false => Err(file.invalid(format!(
                "it has no column `{name}` with {kind}: import what `lumisift worker` wrote"
            ))),
        }
    };
    wanted(BLAKE3, |kind| *kind == DataType::Utf8, "text values")?;
    for side in [WIDTH, HEIGHT] {
        wanted(side, |kind| *kind == DataType::Int32, "32-bit integers")?;
    }
    Ok(())
}

struct Import<'a> {
    session: &'a Session,
    waiting: Vec<ImportedPhoto>,
    counts: Imported,
}

impl Import<'_> {
    fn rows(
        &mut self,
        file: &EmbeddingFile,
        batch: &RecordBatch,
        first: u64,
    ) -> Result<(), WorkerError> {
        let dim = self.session.model().info().dim;
        let block = Block::new(batch, first, dim).map_err(|error| file.damaged(error))?;
        let mut room = Vec::new();
        for row in 0..batch.num_rows() {
            let wrong = |what: &str| file.invalid(format!("row {}: {what}", first + row as u64));
            if !block.is_valid(row) || is_there(batch, ERROR, row) {
                self.counts.failed += 1;
                continue;
            }
            let Some(hash) = text(batch, BLAKE3, row) else {
                self.counts.left += 1;
                continue;
            };
            let content = hash
                .parse::<blake3::Hash>()
                .map_err(|_| wrong("its hash is not a BLAKE3 hash"))?;
            let vector = block.values(row..row + 1, &mut room).to_vec();
            let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
            let is_unit = (length - 1.0).abs() < UNIT;
            if !is_unit {
                return Err(wrong("its vector does not have length 1"));
            }
            let (Some(width), Some(height)) = (side(batch, WIDTH, row), side(batch, HEIGHT, row))
            else {
                return Err(wrong("it does not say how large the picture is"));
            };
            let path = path(batch, row);
            // Pictures passed as bytes are never videos.
            let may_be_video = (path.as_deref()).is_some_and(|path| !is_picture_name(path));
            let is_wide = !multi_crop::windows((width.into(), height.into())).is_empty();
            if may_be_video || is_wide {
                self.counts.left += 1;
                continue;
            }
            let facts = PhotoFacts {
                content: ContentId(*content.as_bytes()),
                width,
                height,
                taken: None,
                warning: None,
                video: None,
            };
            self.add(batch, row, facts, vector, path);
        }
        if self.waiting.len() >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        batch: &RecordBatch,
        row: usize,
        mut facts: PhotoFacts,
        vector: Vec<f32>,
        path: Option<PathBuf>,
    ) {
        let taken = batch.column_by_name(TAKEN);
        let taken = taken.and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let taken = taken.filter(|column| column.is_valid(row));
        let taken = taken.and_then(|column| taken_at(column.value(row)));
        // A date from the file name is not a fact of the content: it is parsed from the name again.
        let named = path.as_deref().and_then(dates::from_file_name);
        facts.taken = taken.filter(|taken| {
            let in_name = named.as_ref().map(Taken::as_str);
            in_name != Some(taken.as_str())
        });
        let file = path.and_then(|path| present(&path));
        let file = file.filter(|file| {
            let same = number(batch, FILE_SIZE, row) == i64::try_from(file.size).ok()
                && number(batch, FILE_MODIFIED, row) == Some(file.modified_ns);
            match same {
                true => self.counts.found += 1,
                // Without a recorded size, indexing will detect a change by the content hash.
                false if !is_there(batch, FILE_SIZE, row) => {}
                false => self.counts.changed += 1,
            }
            same
        });
        self.waiting.push(ImportedPhoto {
            facts,
            vector,
            file,
        });
    }

    fn flush(&mut self) -> Result<(), WorkerError> {
        let store = self.session.store();
        for batch in self.waiting.chunks(BATCH) {
            let taken_over = store.take_over(self.session.key(), batch)?;
            self.counts.new += taken_over.new;
            self.counts.known += taken_over.known;
        }
        self.waiting.clear();
        Ok(())
    }
}

/// The file at a path, with the absolute path that a scan would use.
fn present(path: &Path) -> Option<Candidate> {
    let path = absolute(path);
    let metadata = std::fs::metadata(&path).ok()?;
    metadata.is_file().then(|| Candidate::new(path, &metadata))
}

fn is_there(batch: &RecordBatch, column: &str, row: usize) -> bool {
    let column = batch.column_by_name(column);
    column.is_some_and(|column| column.is_valid(row))
}

fn text<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let column = batch.column_by_name(column)?.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row))
}

fn path(batch: &RecordBatch, row: usize) -> Option<PathBuf> {
    let column = batch.column_by_name(PATH)?;
    column.is_valid(row).then(|| path_at(column, row))?
}

fn side(batch: &RecordBatch, column: &str, row: usize) -> Option<u32> {
    let column = batch
        .column_by_name(column)?
        .as_primitive_opt::<Int32Type>()?;
    let value = column.is_valid(row).then(|| column.value(row))?;
    u32::try_from(value).ok().filter(|side| *side > 0)
}

fn number(batch: &RecordBatch, column: &str, row: usize) -> Option<i64> {
    let column = batch
        .column_by_name(column)?
        .as_primitive_opt::<Int64Type>()?;
    column.is_valid(row).then(|| column.value(row))
}
