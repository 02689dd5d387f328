//! Writes records as database rows, and reads them back.

use half::f16;
use rusqlite::{Connection, OptionalExtension, params};

use super::checksum::{self, Generation};
use super::vectors::{PhotoRows, VectorFile, VectorSegment, VectorsError};
use super::{KnownPhoto, ModelKey, PhotoRecord};
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken, VideoFacts};

/// Errors within a write transaction.
pub enum WriteError {
    Database(rusqlite::Error),
    Vectors(VectorsError),
    /// The model's vectors now belong to a different generation.
    Superseded,
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<VectorsError> for WriteError {
    fn from(error: VectorsError) -> Self {
        Self::Vectors(error)
    }
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self::Vectors(error.into())
    }
}

/// Data to write for one photo.
pub struct Entry<'a> {
    /// Identity of the content.
    pub content: &'a ContentId,
    /// Metadata of the content; `None` leaves the existing row unchanged.
    pub facts: Option<&'a PhotoFacts>,
    /// A file with this content.
    pub file: Option<&'a Candidate>,
    /// Its embeddings, concatenated; ignored if it already has some.
    pub vectors: Option<&'a [f32]>,
}

impl<'a> From<&'a PhotoRecord> for Entry<'a> {
    fn from(record: &'a PhotoRecord) -> Self {
        Self {
            content: &record.facts.content,
            facts: Some(&record.facts),
            file: Some(&record.file),
            vectors: record.new.as_ref().map(|new| new.vectors.as_slice()),
        }
    }
}

/// Writes a batch within an open transaction, whose lock keeps other processes from using the same rows. Returns the
/// first row of each photo's vectors. `today` is recorded as the day last seen.
pub fn write_entries(
    transaction: &Connection,
    model: &ModelKey,
    batch: &[Entry<'_>],
    today: i64,
) -> Result<Vec<u32>, WriteError> {
    let first = committed_rows(transaction, model)?.ok_or(WriteError::Superseded)?;
    let last = last_segment(transaction, model.id)?;
    if last.map_or(0, |last| last.end()) != first {
        return Err(VectorsError::Damaged.into());
    }
    let mut next = first;
    let mut rows = Vec::with_capacity(batch.len());
    let mut values: Vec<f16> = Vec::new();
    for entry in batch {
        let content = entry.content;
        if let Some(facts) = entry.facts {
            write_content(transaction, facts, today)?;
        }
        if let Some(file) = entry.file {
            write_file(transaction, file, content)?;
        }
        let row = match (vector_row(transaction, model, content)?, entry.vectors) {
            (Some(row), _) => row,
            (None, Some(vectors)) => {
                let rows = PhotoRows {
                    first: next,
                    count: u8::try_from(vectors.len() / model.dim.max(1)).unwrap_or(u8::MAX),
                };
                write_vectors(transaction, model, content, rows)?;
                let kept = &vectors[..usize::from(rows.count) * model.dim];
                values.extend(kept.iter().map(|v| f16::from_f32(*v)));
                next = rows.end();
                rows.first
            }
            // The content was removed after this record was looked up.
            (None, None) => u32::MAX,
        };
        rows.push(row);
    }
    if next > first {
        let file = match first {
            0 => VectorFile::create(&model.path, model.dim, model.generation)?,
            _ => VectorFile::open(&model.path, model.dim, model.generation).map_err(missing)?,
        };
        // Rows beyond the committed ones belong to a process that was killed before its commit; nothing refers to them.
        let segment = file.append(first, &values)?;
        write_segment(transaction, model.id, &segment)?;
        set_rows(transaction, model.id, next)?;
    }
    Ok(rows)
}

/// Records the rows of a content.
pub fn write_vectors(
    connection: &Connection,
    model: &ModelKey,
    content: &ContentId,
    rows: PhotoRows,
) -> rusqlite::Result<()> {
    let checksum = checksum::vectors(&model.generation, content, rows);
    connection
        .prepare_cached("INSERT OR REPLACE INTO vectors VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            model.id, content.0, rows.first, checksum, rows.count
        ])
        .map(|_| ())
}

/// The photos of a model that have several rows. With an invalid checksum, only the first row counts.
pub fn wide(connection: &Connection, model: &ModelKey) -> rusqlite::Result<Vec<PhotoRows>> {
    let mut query = connection.prepare_cached(
        "SELECT content, row, count, checksum FROM vectors WHERE model = ?1 AND count > 1",
    )?;
    let mut rows = query.query([model.id])?;
    let mut wide = Vec::new();
    while let Some(row) = rows.next()? {
        wide.extend(noted_rows(row, &model.generation).map(|(_, rows)| rows));
    }
    Ok(wide)
}

/// Decodes content, row, count and checksum from a database row; `None` if the checksum is invalid.
pub fn noted_rows(
    row: &rusqlite::Row<'_>,
    generation: &Generation,
) -> Option<(ContentId, PhotoRows)> {
    // A damaged row may have values of other types.
    let content = ContentId(row.get(0).ok()?);
    let rows = PhotoRows {
        first: row.get(1).ok()?,
        count: row.get(2).ok()?,
    };
    let checksum: i64 = row.get(3).ok()?;
    (checksum::vectors(generation, &content, rows) == checksum).then_some((content, rows))
}

/// Reports a missing file as damage, because the database refers to it.
pub fn missing(error: VectorsError) -> VectorsError {
    match error {
        VectorsError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
            VectorsError::Damaged
        }
        error => error,
    }
}

/// Number of committed rows of a model; `None` if its generation was superseded.
pub fn committed_rows(connection: &Connection, model: &ModelKey) -> rusqlite::Result<Option<u32>> {
    connection
        .prepare_cached("SELECT rows FROM models WHERE id = ?1 AND generation = ?2")?
        .query_row(params![model.id, model.generation], |row| {
            // A damaged number must not match the segments.
            Ok(row.get(0).unwrap_or(u32::MAX))
        })
        .optional()
}

/// Records the number of committed rows, which must match the segments.
pub fn set_rows(connection: &Connection, model: i64, rows: u32) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE models SET rows = ?1 WHERE id = ?2",
            [i64::from(rows), model],
        )
        .map(|_| ())
}

/// Records a segment.
pub fn write_segment(
    connection: &Connection,
    model: i64,
    segment: &VectorSegment,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            model,
            segment.first,
            segment.rows,
            segment.checksum
        ])
        .map(|_| ())
}

/// A damaged row yields a segment that is not contiguous with any other and whose checksum cannot match.
fn segment(row: &rusqlite::Row<'_>) -> rusqlite::Result<VectorSegment> {
    Ok(VectorSegment {
        first: row.get(0).unwrap_or(u32::MAX),
        rows: row.get(1).unwrap_or_default(),
        checksum: row.get(2).unwrap_or_default(),
    })
}

/// All segments of a model, ordered by row.
pub fn segments(connection: &Connection, model: i64) -> rusqlite::Result<Vec<VectorSegment>> {
    connection
        .prepare_cached(
            "SELECT first, rows, checksum FROM segments WHERE model = ?1 ORDER BY first",
        )?
        .query_map([model], segment)?
        .collect()
}

fn last_segment(connection: &Connection, model: i64) -> rusqlite::Result<Option<VectorSegment>> {
    connection
        .prepare_cached(
            "SELECT first, rows, checksum FROM segments WHERE model = ?1 ORDER BY first DESC LIMIT 1",
        )?
        .query_row([model], segment)
        .optional()
}

/// The first vector row of a content, if it is recorded with a valid checksum.
fn vector_row(
    connection: &Connection,
    model: &ModelKey,
    content: &ContentId,
) -> rusqlite::Result<Option<u32>> {
    let found = connection
        .prepare_cached(
            "SELECT content, row, count, checksum FROM vectors WHERE model = ?1 AND content = ?2",
        )?
        .query_row(params![model.id, content.0], |row| {
            Ok(noted_rows(row, &model.generation))
        })
        .optional()?;
    // In a damaged index, a search may end at the row of a different content.
    let own = found.flatten().filter(|(whose, _)| whose == content);
    Ok(own.map(|(_, rows)| rows.first))
}

fn write_content(transaction: &Connection, facts: &PhotoFacts, today: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO contents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            facts.content.0,
            facts.width,
            facts.height,
            facts.taken.as_ref().map(Taken::as_str),
            facts.warning,
            checksum::facts(facts),
            today,
            facts.video.as_ref().map(|video| video.to_text())
        ])
        .map(|_| ())
}

/// Records the content of a file.
fn write_file(
    transaction: &Connection,
    file: &Candidate,
    content: &ContentId,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            file.path.as_os_str().as_encoded_bytes(),
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.modified_ns,
            content.0,
            checksum::file(file, content)
        ])
        .map(|_| ())
}

/// Columns of a lookup, in the order in which [`known`] reads them.
pub const KNOWN: &str = "c.content, c.width, c.height, c.taken, c.warning, c.checksum, c.video, c.seen, v.row, v.count, v.checksum";

/// Decodes metadata from the first seven columns of a lookup; `None` if the checksum is invalid.
pub fn facts_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<PhotoFacts>> {
    let taken: Option<String> = row.get(3)?;
    let video: Option<String> = row.get(6)?;
    let facts = PhotoFacts {
        content: ContentId(row.get(0)?),
        width: row.get(1)?,
        height: row.get(2)?,
        taken: taken.map(Taken::from_text),
        warning: row.get(4)?,
        video: video
            .and_then(|text| VideoFacts::from_text(&text))
            .map(Box::new),
    };
    let holds = row.get::<_, i64>(5)? == checksum::facts(&facts);
    Ok(holds.then_some(facts))
}

/// Decodes the result of a lookup and the day last recorded as seen; `None` if a checksum is invalid. `file` is the
/// file that was looked up, whose checksum is in the twelfth column.
pub fn known(
    row: &rusqlite::Row<'_>,
    model: &ModelKey,
    file: Option<&Candidate>,
) -> rusqlite::Result<Option<(KnownPhoto, i64)>> {
    let Some(facts) = facts_of(row)? else {
        return Ok(None);
    };
    if let Some(file) = file
        && row.get::<_, i64>(11)? != checksum::file(file, &facts.content)
    {
        return Ok(None);
    }
    let vectors: (Option<u32>, Option<u8>, Option<i64>) = (row.get(8)?, row.get(9)?, row.get(10)?);
    let vector = match vectors {
        (Some(first), Some(count), Some(checksum)) => {
            let rows = PhotoRows { first, count };
            let holds = checksum::vectors(&model.generation, &facts.content, rows) == checksum;
            holds.then_some(first)
        }
        _ => None,
    };
    Ok(Some((KnownPhoto { facts, row: vector }, row.get(7)?)))
}

/// Whether an error means that a value has an unexpected type, as in a damaged row.
pub fn is_changed_row(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}
