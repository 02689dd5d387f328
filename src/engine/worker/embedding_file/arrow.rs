//! Arrow's file format: memory-mapped, with a footer that lists the record batches.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block as FileBlock, root_as_footer, root_as_message};
use arrow_schema::SchemaRef;

use super::error::TableError;
use super::wanted::wanted_columns;
use super::{Content, Wanted};
use crate::engine::inference::ModelInfo;

/// Bytes of the footer's length and the magic after it.
pub(super) const TRAILER: usize = 10;

/// A slice of a mapped file, bounds-checked.
fn piece(map: &Buffer, start: i64, length: i64) -> Result<Buffer, TableError> {
    let (start, length) = (usize::try_from(start), usize::try_from(length));
    let (Ok(start), Ok(length)) = (start, length) else {
        return Err(TableError::Footer);
    };
    match start.checked_add(length) {
        Some(end) if end <= map.len() => Ok(map.slice_with_length(start, length)),
        _ => Err(TableError::Footer),
    }
}

pub(super) fn open_arrow(
    map: Buffer,
    model: &ModelInfo,
    wanted: Wanted<'_>,
) -> Result<(Content, SchemaRef, u64), TableError> {
    let trailer = map.len().saturating_sub(TRAILER);
    let mut end = [0; TRAILER];
    end.copy_from_slice(map.get(trailer..).unwrap_or(&[0; TRAILER]));
    let length = read_footer_length(end)?;
    let start = trailer as i64 - length as i64;
    let footer = piece(&map, start, length as i64)?;
    let footer = root_as_footer(&footer).map_err(TableError::flatbuffer)?;
    let schema = footer.schema().ok_or(TableError::NoSchema)?;
    let schema: SchemaRef = Arc::new(try_fb_to_schema(schema)?);
    let columns = wanted_columns(&schema, model, wanted)?;
    let mut decoder = FileDecoder::new(schema.clone(), footer.version()).with_projection(columns);
    for block in footer.dictionaries().iter().flatten() {
        let bytes = whole_block(&map, block)?;
        decoder.read_dictionary(block, &bytes)?;
    }
    let (mut blocks, mut rows) = (Vec::new(), 0u64);
    for block in footer.recordBatches().iter().flatten() {
        blocks.push((*block, rows));
        rows = rows.saturating_add(block_rows(&map, block)?);
    }
    let content = Content::Arrow {
        map,
        decoder,
        blocks,
    };
    Ok((content, schema, rows))
}

/// The bytes of a block, message and body.
fn whole_block(map: &Buffer, block: &FileBlock) -> Result<Buffer, TableError> {
    let message = i64::from(block.metaDataLength());
    // Both are checked, because the sum could hide a negative length.
    piece(map, block.offset(), message)?;
    piece(map, block.offset() + message, block.bodyLength())?;
    piece(map, block.offset(), message + block.bodyLength())
}

/// The number of rows of a block, according to its message.
fn block_rows(map: &Buffer, block: &FileBlock) -> Result<u64, TableError> {
    let bytes = whole_block(map, block)?;
    let message = bytes.get(..block.metaDataLength() as usize);
    // The message is preceded by its length and, in newer files, a four-byte continuation marker.
    let start = match message.and_then(|message| message.get(..4)) {
        Some([0xff, 0xff, 0xff, 0xff]) => 8,
        _ => 4,
    };
    let message = message.and_then(|message| message.get(start..));
    let message = root_as_message(message.unwrap_or_default()).map_err(TableError::flatbuffer)?;
    let length = message.header_as_record_batch().map(|batch| batch.length());
    length
        .and_then(|length| u64::try_from(length).ok())
        .ok_or(TableError::NoLength)
}

pub(super) fn decoded(
    map: &Buffer,
    decoder: &FileDecoder,
    block: &FileBlock,
) -> Result<RecordBatch, TableError> {
    let bytes = whole_block(map, block)?;
    let batch = decoder.read_record_batch(block, &bytes)?;
    batch.ok_or(TableError::NoBatch)
}
