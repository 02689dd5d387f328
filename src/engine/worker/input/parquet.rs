//! Parquet tables. For a shard, only the row groups that contain its rows are read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::super::WorkerError;
use super::super::dictionaries::{plain_batch, plain_schema};
use super::super::source::BYTES;
use super::{BATCH_ROWS, Batches, InputKind, Survey, invalid, unfit};

/// Rows per batch if the table contains pictures.
const PICTURE_ROWS: usize = 64;
/// Size limit of the hashed footer, in bytes.
const MAX_FOOTER: u64 = 1 << 30;

/// Reads a table's footer.
pub fn survey(mut file: File) -> Result<Survey, ParquetError> {
    let identity = footer_hash(&mut file)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let rows = builder.metadata().file_metadata().num_rows();
    Ok(Survey {
        kind: InputKind::Parquet,
        schema: plain_schema(builder.schema(), |_| true),
        rows: u64::try_from(rows).unwrap_or_default(),
        identity,
    })
}

/// A hash of the footer, which contains the offsets and sizes of all data, and of the file's length.
fn footer_hash(file: &mut File) -> std::io::Result<blake3::Hash> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(length.saturating_sub(8)))?;
    file.read_exact(&mut end)?;
    let [a, b, c, d, ..] = end;
    let footer = u64::from(u32::from_le_bytes([a, b, c, d])).min(MAX_FOOTER);
    file.seek(SeekFrom::Start(length.saturating_sub(8 + footer)))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"parquet").update(&length.to_le_bytes());
    hasher.update_reader(&mut *file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(hasher.finalize())
}

/// Batches with the rows in a range.
pub fn batches(path: &Path, file: File, range: Range<u64>) -> Result<Batches, WorkerError> {
    let wrong = |error: ParquetError| invalid(path, &error.to_string());
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(wrong)?;
    let (mut groups, mut first, mut before) = (Vec::new(), None, 0_u64);
    for (number, group) in builder.metadata().row_groups().iter().enumerate() {
        // The numbers come from the file, and their sum may exceed any.
        let rows = u64::try_from(group.num_rows()).unwrap_or_default();
        let after = before.saturating_add(rows);
        if after > range.start && before < range.end {
            groups.push(number);
            first.get_or_insert(before);
        }
        before = after;
    }
    let offset = range.start - first.unwrap_or(range.start);
    let count = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    let with_pictures = builder.schema().index_of(BYTES).is_ok();
    let rows = if with_pictures {
        PICTURE_ROWS
    } else {
        BATCH_ROWS
    };
    let schema = plain_schema(builder.schema(), |_| true);
    let reader = builder
        .with_row_groups(groups)
        .with_offset(count(offset))
        .with_limit(count(range.end - range.start))
        .with_batch_size(rows)
        .build()
        .map_err(wrong)?;
    let path = path.to_path_buf();
    Ok(Box::new(reader.map(move |batch| {
        let plain = batch.and_then(|batch| plain_batch(&schema, &batch));
        plain.map_err(|error| unfit(&path, &error))
    })))
}
