//! Writes records as rows of the databases, and reads them back.

use half::f16;
use rusqlite::{Connection, OptionalExtension, params};

use super::checksum::{self, Generation};
use super::vectors::{PhotoRows, VectorFile, VectorSegment, VectorsError};
use super::{KnownPhoto, ModelKey, PhotoRecord};
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken, VideoFacts};

/// What can go wrong inside a transaction.
pub enum WriteError {
    Database(rusqlite::Error),
    Vectors(VectorsError),
    /// The model's vectors are another generation now.
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

/// What is written of one photo.
pub struct Entry<'a> {
    /// Its identity.
    pub content: &'a ContentId,
    /// What it says; none if what is known of it stays.
    pub facts: Option<&'a PhotoFacts>,
    /// A file that has it.
    pub file: Option<&'a Candidate>,
    /// Its vectors, one after another, for the case that it has none yet.
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

/// Writes a batch inside an open transaction, which keeps other processes from the same rows, and returns the first row
/// of each one's vectors. `today` is when its contents were seen.
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
            // It was tidied away since this record was looked up.
            (None, None) => u32::MAX,
        };
        rows.push(row);
    }
    if next > first {
        let file = match first {
            0 => VectorFile::create(&model.path, model.dim, model.generation)?,
            _ => VectorFile::open(&model.path, model.dim, model.generation).map_err(missing)?,
        };
        // Rows after the committed ones are of a process that was killed before it committed: nobody knows them.
        let segment = file.append(first, &values)?;
        write_segment(transaction, model.id, &segment)?;
        set_rows(transaction, model.id, next)?;
    }
    Ok(rows)
}

/// Notes which rows a content has.
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

/// The photos of a model that have several rows. A note that does not hold counts for nothing: the first row stays.
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

/// A content with its rows from columns content, row, count and checksum, if the note holds.
pub fn noted_rows(
    row: &rusqlite::Row<'_>,
    generation: &Generation,
) -> Option<(ContentId, PhotoRows)> {
    // A changed row may be of other types.
    let content = ContentId(row.get(0).ok()?);
    let rows = PhotoRows {
        first: row.get(1).ok()?,
        count: row.get(2).ok()?,
    };
    let sum: i64 = row.get(3).ok()?;
    (checksum::vectors(generation, &content, rows) == sum).then_some((content, rows))
}

/// A file that the database names and that is not there is damage.
pub fn missing(error: VectorsError) -> VectorsError {
    match error {
        VectorsError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
            VectorsError::Damaged
        }
        error => error,
    }
}

/// How many rows of a model are committed; none if its generation is gone.
pub fn committed_rows(connection: &Connection, model: &ModelKey) -> rusqlite::Result<Option<u32>> {
    connection
        .prepare_cached("SELECT rows FROM models WHERE id = ?1 AND generation = ?2")?
        .query_row(params![model.id, model.generation], |row| {
            // A number that was changed into something else agrees with no segments.
            Ok(row.get(0).unwrap_or(u32::MAX))
        })
        .optional()
}

/// Notes how many rows are committed, which must agree with the segments.
pub fn set_rows(connection: &Connection, model: i64, rows: u32) -> rusqlite::Result<()> {
    connection
        .execute(
            "UPDATE models SET rows = ?1 WHERE id = ?2",
            [i64::from(rows), model],
        )
        .map(|_| ())
}

/// Notes a segment.
pub fn write_segment(
    connection: &Connection,
    model: i64,
    segment: &VectorSegment,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO segments VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![model, segment.first, segment.rows, segment.sum])
        .map(|_| ())
}

/// A row that was changed into something else gives a segment that follows no other and whose checksum fits nothing.
fn segment(row: &rusqlite::Row<'_>) -> rusqlite::Result<VectorSegment> {
    Ok(VectorSegment {
        first: row.get(0).unwrap_or(u32::MAX),
        rows: row.get(1).unwrap_or_default(),
        sum: row.get(2).unwrap_or_default(),
    })
}

/// All segments of a model, in the order of their rows.
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

/// The row of a content's vector, if that is noted and the note holds.
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
    // In a damaged table a search may end at another content's row.
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

/// Notes which content a file has.
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

/// What a look-up selects, in the order in which [`known`] reads it.
pub const KNOWN: &str = "c.content, c.width, c.height, c.taken, c.warning, c.checksum, c.video, c.seen, v.row, v.count, v.checksum";

/// What a content is, from the first seven columns of a look-up; nothing if its row does not hold.
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

/// What a look-up says, and the day on which the content was noted as seen; nothing if its row does not hold. `file`
/// is what was asked for, with the checksum in the twelfth column.
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
        (Some(first), Some(count), Some(sum)) => {
            let rows = PhotoRows { first, count };
            let holds = checksum::vectors(&model.generation, &facts.content, rows) == sum;
            holds.then_some(first)
        }
        _ => None,
    };
    Ok(Some((KnownPhoto { facts, row: vector }, row.get(7)?)))
}

/// Whether an error says that a value is of another type than the table's: a row that was changed.
pub fn is_changed_row(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}
