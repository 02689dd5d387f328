//! Blocks of rows with embeddings and keys.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use half::f16;

use super::error::TableError;
use crate::engine::inference::cpu::widen;
use crate::engine::worker::columns::EMBEDDING;

/// The values of consecutive rows, as the file has them.
#[derive(Clone, Copy, Debug)]
pub enum RowValues<'a> {
    /// In 32 bits.
    Wide(&'a [f32]),
    /// In 16 bits.
    Half(&'a [f16]),
}

impl RowValues<'_> {
    /// Appends all values to `to` in 16 bits, as they are scored, each divided by `length`.
    pub fn append_to(self, to: &mut Vec<f16>, length: f32) {
        match self {
            Self::Wide(values) => to.extend(values.iter().map(|v| f16::from_f32(v / length))),
            Self::Half(values) if length == 1.0 => to.extend_from_slice(values),
            Self::Half(values) => {
                to.extend(values.iter().map(|v| f16::from_f32(v.to_f32() / length)));
            }
        }
    }
}

/// Consecutive rows of a file.
pub struct Block {
    /// The number of the first row within the file.
    pub first_row: u64,
    /// The embedding lists, some of which may be null.
    lists: ArrayRef,
    /// All their values, concatenated.
    numbers: ArrayRef,
    keys: Option<ArrayRef>,
    dim: usize,
}

impl Block {
    /// Creates a block from a record batch.
    ///
    /// # Errors
    /// Returns an error if there are no embeddings, or they do not have `dim` dimensions.
    pub fn new(batch: &RecordBatch, first_row: u64, dim: usize) -> Result<Self, TableError> {
        let lists = batch.column_by_name(EMBEDDING).cloned();
        let lists = lists.ok_or(TableError::NoVectors)?;
        let numbers = numbers(&lists, dim)?;
        Ok(Self {
            first_row,
            numbers,
            lists,
            keys: key_column(batch),
            dim,
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.lists.len()
    }

    /// Whether a row has an embedding.
    pub fn is_valid(&self, row: usize) -> bool {
        self.lists.is_valid(row)
    }

    /// The values of some rows.
    pub fn row_values(&self, rows: Range<usize>) -> RowValues<'_> {
        let range = rows.start * self.dim..rows.end * self.dim;
        if let Some(numbers) = self.numbers.as_primitive_opt::<Float16Type>() {
            return RowValues::Half(numbers.values().get(range).unwrap_or_default());
        }
        let numbers = self.numbers.as_primitive_opt::<Float32Type>();
        let values = numbers.and_then(|numbers| numbers.values().get(range));
        RowValues::Wide(values.unwrap_or_default())
    }

    /// The values of some rows as `f32`; `room` is the buffer for converted values.
    pub fn values<'a>(&'a self, rows: Range<usize>, room: &'a mut Vec<f32>) -> &'a [f32] {
        match self.row_values(rows) {
            RowValues::Wide(values) => values,
            RowValues::Half(values) => {
                room.resize(values.len(), 0.0);
                widen(values, room);
                room
            }
        }
    }

    /// The key of a row.
    pub fn key(&self, row: usize) -> Option<String> {
        key_of(self.keys.as_ref()?, row)
    }
}

/// The key column of a batch that has no other columns besides embeddings.
pub(super) fn key_column(batch: &RecordBatch) -> Option<ArrayRef> {
    let fields = batch.schema();
    let at = fields.fields().iter().position(|f| f.name() != EMBEDDING)?;
    batch.columns().get(at).cloned()
}

pub(super) fn key_of(keys: &ArrayRef, row: usize) -> Option<String> {
    let keys = Some(keys).filter(|keys| keys.is_valid(row))?;
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match keys.data_type() {
        DataType::Utf8 => Some(keys.as_string::<i32>().value(row).into()),
        DataType::LargeUtf8 => Some(keys.as_string::<i64>().value(row).into()),
        DataType::Utf8View => Some(keys.as_string_view().value(row).into()),
        DataType::Binary => Some(lossy(keys.as_binary::<i32>().value(row))),
        DataType::LargeBinary => Some(lossy(keys.as_binary::<i64>().value(row))),
        DataType::BinaryView => Some(lossy(keys.as_binary_view().value(row))),
        _ => None,
    }
}

/// The values of lists that all have `dim` elements; null lists are filled with zeros.
fn numbers(lists: &ArrayRef, dim: usize) -> Result<ArrayRef, TableError> {
    if let Some(lists) = lists.as_fixed_size_list_opt() {
        return Ok(lists.values().clone());
    }
    let lengths: Vec<usize> = match (lists.as_list_opt::<i32>(), lists.as_list_opt::<i64>()) {
        (Some(lists), _) => lists.offsets().lengths().collect(),
        (_, Some(lists)) => lists.offsets().lengths().collect(),
        _ => return Err(TableError::NoLists),
    };
    let other =
        |(row, length): (usize, &usize)| (lists.is_valid(row) && *length != dim).then_some(*length);
    if let Some(width) = lengths.iter().enumerate().find_map(other) {
        return Err(TableError::OtherWidth { width, dim });
    }
    // Without nulls, the values are already contiguous.
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

/// Copies the values, with zeros for null lists.
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
    Arc::new(arrow_array::Float32Array::from(values))
}
