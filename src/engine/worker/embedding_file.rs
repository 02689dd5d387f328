//! Vectors in files: in Arrow's file format, which is mapped, or in Parquet.

use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block as FileBlock, root_as_footer, root_as_message};
use arrow_schema::{DataType, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::WorkerError;
use super::columns::EMBEDDING;
use super::identity::{FINGERPRINT, MODEL};
use super::source::{NAME, PATH, URL};
use crate::engine::files::mmap::map_file;
use crate::engine::files::regular::open_regular;
use crate::engine::inference::ModelInfo;

/// Columns by which a row is called, the first that is there.
const KEYS: [&str; 5] = [PATH, NAME, "key", URL, "id"];
/// Rows that are read of a table at once.
const BATCH_ROWS: usize = 8192;
/// What a file in Arrow's format begins with, and the footer's length and mark at its end.
const MAGIC: &[u8] = b"ARROW1";
const TRAILER: usize = 10;

/// A file with vectors.
pub struct EmbeddingFile {
    path: PathBuf,
    content: Content,
    schema: SchemaRef,
    rows: u64,
    dim: usize,
}

/// Which columns are read.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// That of vectors.
    VectorsAlone,
    /// That by which rows are called.
    KeyAlone,
    /// Both.
    VectorsAndKey,
    /// That of vectors, and those of these names that are there.
    VectorsAnd(&'a [&'a str]),
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
    /// Opens a file whose vectors are of this model.
    ///
    /// # Errors
    /// If it cannot be read, has no vectors, or has those of another model.
    pub fn open(path: &Path, model: &ModelInfo, wanted: Wanted<'_>) -> Result<Self, WorkerError> {
        let io = |source| WorkerError::Io {
            path: path.into(),
            source,
        };
        let invalid = |message: String| WorkerError::Invalid {
            path: path.into(),
            message,
        };
        let file = open_regular(path).map_err(io)?;
        // An empty file cannot be mapped everywhere.
        if file.metadata().map_err(io)?.len() < TRAILER as u64 {
            return Err(invalid(NO_TABLE.into()));
        }
        let bytes = Bytes::from_owner(map_file(&file).map_err(io)?);
        let opened = match bytes.starts_with(MAGIC) {
            true => open_arrow(bytes.into(), model, wanted),
            false => open_parquet(bytes, model, wanted),
        };
        let (content, schema, rows) = opened.map_err(invalid)?;
        Ok(Self {
            path: path.into(),
            content,
            schema,
            rows,
            dim: model.dim,
        })
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// What it calls a row, if it was opened with that column.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn key(&self, row: u64) -> Result<Option<String>, WorkerError> {
        let before = |first: &u64| *first <= row;
        let part = match &self.content {
            Content::Arrow { blocks, .. } => blocks.partition_point(|(_, first)| before(first)),
            Content::Parquet { groups, .. } => groups.partition_point(before),
        };
        let mut found = None;
        self.batches(part.saturating_sub(1), |batch, first| {
            let at = usize::try_from(row.wrapping_sub(first)).unwrap_or(usize::MAX);
            if at < batch.num_rows() {
                found = key_column(batch).and_then(|keys| key_of(&keys, at));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Its schema, all columns in it.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What is wrong with it.
    pub fn invalid(&self, message: String) -> WorkerError {
        WorkerError::Invalid {
            path: self.path.clone(),
            message,
        }
    }

    /// The parts that can be read each for itself.
    pub fn parts(&self) -> Range<usize> {
        match &self.content {
            Content::Arrow { blocks, .. } => 0..blocks.len(),
            Content::Parquet { groups, .. } => 0..groups.len(),
        }
    }

    /// Hands on the rows of a part, some thousands at a time, for ranking.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn blocks(&self, part: usize, mut each: impl FnMut(Block)) -> Result<(), WorkerError> {
        self.batches(part, |batch, first_row| {
            let block = Block::new(batch, first_row, self.dim);
            each(block.map_err(|message| self.invalid(message))?);
            Ok(())
        })
    }

    /// Hands on the rows of a part as they stand there, each with the number of its first in the file.
    ///
    /// # Errors
    /// If it is damaged, or `take` fails.
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
                    let batch = decoded(map, decoder, block);
                    take(&batch.map_err(|message| self.invalid(message))?, *first)
                }
                None => Ok(()),
            },
            Content::Parquet {
                bytes,
                metadata,
                columns,
                groups,
            } => {
                let batches = table_batches(bytes, metadata, columns, part);
                let mut next = groups.get(part).copied().unwrap_or_default();
                for batch in batches.map_err(|message| self.invalid(message))? {
                    let batch = batch.map_err(|error| self.invalid(error.to_string()))?;
                    take(&batch, next)?;
                    next += batch.num_rows() as u64;
                }
                Ok(())
            }
        }
    }
}

const NO_TABLE: &str = "neither a Parquet nor an Arrow file: give what `lumisift worker` wrote";

/// The columns that are read.
fn wanted_columns(
    schema: &Schema,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<Vec<usize>, String> {
    let made_with = schema.metadata().get(FINGERPRINT);
    if made_with.is_some_and(|fingerprint| *fingerprint != model.fingerprint.to_hex()) {
        let name = schema
            .metadata()
            .get(MODEL)
            .map_or("another", String::as_str);
        return Err(format!(
            "its vectors are of the model {name:?}, not of {:?}: name the right one with --model",
            model.name
        ));
    }
    let at = schema
        .index_of(EMBEDDING)
        .map_err(|_| format!("it has no column `{EMBEDDING}`"))?;
    let fits = |field: &DataType| matches!(field, DataType::Float32 | DataType::Float16);
    match schema.field(at).data_type() {
        DataType::FixedSizeList(item, width) if fits(item.data_type()) => {
            if usize::try_from(*width) != Ok(model.dim) {
                return Err(other_width(
                    usize::try_from(*width).unwrap_or_default(),
                    model.dim,
                ));
            }
        }
        DataType::List(item) | DataType::LargeList(item) if fits(item.data_type()) => {}
        other => {
            return Err(format!(
                "its column `{EMBEDDING}` holds {other}: it must hold lists of 32-bit or 16-bit numbers"
            ));
        }
    }
    let text = |at: &usize| {
        let kind = schema.field(*at).data_type();
        matches!(
            kind,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ) || matches!(kind, DataType::Binary)
    };
    let named = |name: &&str| schema.index_of(name).ok();
    let key = || KEYS.iter().filter_map(named).find(text);
    let mut columns: Vec<usize> = match wanted {
        Wanted::VectorsAlone => vec![at],
        Wanted::KeyAlone => key().into_iter().collect(),
        Wanted::VectorsAndKey => key().into_iter().chain([at]).collect(),
        Wanted::VectorsAnd(names) => names.iter().filter_map(named).chain([at]).collect(),
    };
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

fn other_width(width: usize, dim: usize) -> String {
    format!(
        "its vectors have {width} numbers, those of the model {dim}: name the right model with --model"
    )
}

/// A piece of a mapped file.
fn piece(map: &Buffer, start: i64, length: i64) -> Result<Buffer, String> {
    let damaged = || "it is damaged: its footer names what is not there".to_owned();
    let (start, length) = (usize::try_from(start), usize::try_from(length));
    let (Ok(start), Ok(length)) = (start, length) else {
        return Err(damaged());
    };
    match start.checked_add(length) {
        Some(end) if end <= map.len() => Ok(map.slice_with_length(start, length)),
        _ => Err(damaged()),
    }
}

fn open_arrow(
    map: Buffer,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<(Content, SchemaRef, u64), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let trailer = map.len().saturating_sub(TRAILER);
    let mut end = [0; TRAILER];
    end.copy_from_slice(map.get(trailer..).unwrap_or(&[0; TRAILER]));
    let length = read_footer_length(end).map_err(|e| words(&e))?;
    let start = trailer as i64 - length as i64;
    let footer = piece(&map, start, length as i64)?;
    let footer = root_as_footer(&footer).map_err(|e| words(&e))?;
    let schema = footer.schema().ok_or("it has no schema")?;
    let schema: SchemaRef = std::sync::Arc::new(try_fb_to_schema(schema).map_err(|e| words(&e))?);
    let columns = wanted_columns(&schema, model, wanted)?;
    let mut decoder = FileDecoder::new(schema.clone(), footer.version()).with_projection(columns);
    for block in footer.dictionaries().iter().flatten() {
        let bytes = whole_block(&map, block)?;
        (decoder.read_dictionary(block, &bytes)).map_err(|e| words(&e))?;
    }
    let (mut blocks, mut rows) = (Vec::new(), 0);
    for block in footer.recordBatches().iter().flatten() {
        blocks.push((*block, rows));
        rows += block_rows(&map, block)?;
    }
    let content = Content::Arrow {
        map,
        decoder,
        blocks,
    };
    Ok((content, schema, rows))
}

/// The bytes of a block, message and body.
fn whole_block(map: &Buffer, block: &FileBlock) -> Result<Buffer, String> {
    let message = i64::from(block.metaDataLength());
    // Both are looked at, because a sum may hide a negative one.
    piece(map, block.offset(), message)?;
    piece(map, block.offset() + message, block.bodyLength())?;
    piece(map, block.offset(), message + block.bodyLength())
}

/// How many rows a block has, as its message says.
fn block_rows(map: &Buffer, block: &FileBlock) -> Result<u64, String> {
    let bytes = whole_block(map, block)?;
    let message = bytes.get(..block.metaDataLength() as usize);
    // Before the message stand its length and, in newer files, a mark of four bytes.
    let start = match message.and_then(|message| message.get(..4)) {
        Some([0xff, 0xff, 0xff, 0xff]) => 8,
        _ => 4,
    };
    let message = message.and_then(|message| message.get(start..));
    let message = root_as_message(message.unwrap_or_default()).map_err(|e| e.to_string())?;
    let length = message.header_as_record_batch().map(|batch| batch.length());
    length
        .and_then(|length| u64::try_from(length).ok())
        .ok_or_else(|| "it is damaged: a batch has no length".into())
}

fn decoded(map: &Buffer, decoder: &FileDecoder, block: &FileBlock) -> Result<RecordBatch, String> {
    let bytes = whole_block(map, block)?;
    let batch = decoder.read_record_batch(block, &bytes);
    let batch = batch.map_err(|error| error.to_string())?;
    batch.ok_or_else(|| "it is damaged: a batch is missing".into())
}

fn open_parquet(
    bytes: Bytes,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<(Content, SchemaRef, u64), String> {
    let metadata = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new());
    let metadata = metadata.map_err(|_| NO_TABLE.to_owned())?;
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
) -> Result<parquet::arrow::arrow_reader::ParquetRecordBatchReader, String> {
    let mask = ProjectionMask::roots(metadata.parquet_schema(), columns.iter().copied());
    ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), metadata.clone())
        .with_row_groups(vec![group])
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| error.to_string())
}

/// Rows of a file.
pub struct Block {
    /// The number of the first in the file.
    pub first_row: u64,
    /// The lists, of which some may be missing.
    lists: ArrayRef,
    /// All their numbers, one list after another.
    numbers: ArrayRef,
    keys: Option<ArrayRef>,
    dim: usize,
}

impl Block {
    /// Of a batch.
    ///
    /// # Errors
    /// In words, if its vectors are of another width.
    pub fn new(batch: &RecordBatch, first_row: u64, dim: usize) -> Result<Self, String> {
        let lists = batch.column_by_name(EMBEDDING).cloned();
        let lists = lists.ok_or_else(|| format!("it has no column `{EMBEDDING}`"))?;
        let numbers = numbers(&lists, dim)?;
        Ok(Self {
            first_row,
            numbers,
            lists,
            keys: key_column(batch),
            dim,
        })
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        self.lists.len()
    }

    /// Whether a row has a vector.
    pub fn is_valid(&self, row: usize) -> bool {
        self.lists.is_valid(row)
    }

    /// The numbers of some rows; `room` holds them where they must be widened.
    pub fn values<'a>(&'a self, rows: Range<usize>, room: &'a mut Vec<f32>) -> &'a [f32] {
        let range = rows.start * self.dim..rows.end * self.dim;
        if let Some(numbers) = self.numbers.as_primitive_opt::<Float32Type>() {
            return numbers.values().get(range).unwrap_or_default();
        }
        if let Some(numbers) = self.numbers.as_primitive_opt::<Float16Type>() {
            let short = numbers.values().get(range).unwrap_or_default();
            room.resize(short.len(), 0.0);
            crate::engine::inference::cpu::widen(short, room);
        }
        room
    }

    /// What the file calls a row.
    pub fn key(&self, row: usize) -> Option<String> {
        key_of(self.keys.as_ref()?, row)
    }
}

/// The column by which rows are called, of a batch with that and vectors at most.
fn key_column(batch: &RecordBatch) -> Option<ArrayRef> {
    let fields = batch.schema();
    let at = fields.fields().iter().position(|f| f.name() != EMBEDDING)?;
    batch.columns().get(at).cloned()
}

fn key_of(keys: &ArrayRef, row: usize) -> Option<String> {
    let keys = Some(keys).filter(|keys| keys.is_valid(row))?;
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match keys.data_type() {
        DataType::Utf8 => Some(keys.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Some(keys.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Some(keys.as_string_view().value(row).into()),
        DataType::Binary => Some(lossy(keys.as_binary::<i32>().value(row))),
        _ => None,
    }
}

/// The numbers of lists that all have `dim`. Of a list that is missing there are as many zeros.
fn numbers(lists: &ArrayRef, dim: usize) -> Result<ArrayRef, String> {
    if let Some(lists) = lists.as_fixed_size_list_opt() {
        return Ok(lists.values().clone());
    }
    let lengths: Vec<usize> = match (lists.as_list_opt::<i32>(), lists.as_list_opt::<i64>()) {
        (Some(lists), _) => lists.offsets().lengths().collect(),
        (_, Some(lists)) => lists.offsets().lengths().collect(),
        _ => return Err(format!("its column `{EMBEDDING}` holds no lists")),
    };
    let other =
        |(row, length): (usize, &usize)| (lists.is_valid(row) && *length != dim).then_some(*length);
    if let Some(width) = lengths.iter().enumerate().find_map(other) {
        return Err(other_width(width, dim));
    }
    // Without those that are missing, vectors lie one after another already.
    if lengths.iter().all(|length| *length == dim) {
        return Ok(
            match (lists.as_list_opt::<i32>(), lists.as_list_opt::<i64>()) {
                (Some(lists), _) => lists
                    .values()
                    .slice(lists.value_offsets()[0] as usize, lists.len() * dim),
                (_, Some(lists)) => lists
                    .values()
                    .slice(lists.value_offsets()[0] as usize, lists.len() * dim),
                _ => lists.clone(),
            },
        );
    }
    Ok(with_gaps(lists, dim))
}

/// The same where some are missing: their place is filled with zeros.
fn with_gaps(lists: &ArrayRef, dim: usize) -> ArrayRef {
    let list = |row: usize| match lists.as_list_opt::<i32>() {
        Some(lists) => lists.value(row),
        None => lists.as_list::<i64>().value(row),
    };
    let mut values: Vec<f32> = Vec::with_capacity(lists.len() * dim);
    for row in 0..lists.len() {
        if lists.is_valid(row) {
            let vector = list(row);
            if let Some(wide) = vector.as_primitive_opt::<Float32Type>() {
                values.extend_from_slice(wide.values());
            } else if let Some(short) = vector.as_primitive_opt::<Float16Type>() {
                values.extend(short.values().iter().map(|v| v.to_f32()));
            }
        }
        values.resize((row + 1) * dim, 0.0);
    }
    std::sync::Arc::new(arrow_array::Float32Array::from(values))
}
