//! Records as rows: what is written of a batch, and what a look-up reads back.

use half::f16;
use rusqlite::{Connection, OptionalExtension, params};

use super::vectors::VectorFile;
use super::{Known, ModelKey, Record, background};
use crate::core::photo::{ContentId, PhotoFacts, Taken};

/// What can go wrong inside a transaction.
pub enum WriteError {
    Database(rusqlite::Error),
    Vectors(std::io::Error),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Writes a batch inside an open transaction, which keeps other processes from the same rows.
pub fn write_facts(
    transaction: &Connection,
    model: &ModelKey,
    batch: &[Record],
) -> Result<Vec<u32>, WriteError> {
    let first: u32 =
        transaction.query_row("SELECT rows FROM models WHERE id = ?1", [model.id], |r| {
            r.get(0)
        })?;
    let mut next = first;
    let mut rows = Vec::with_capacity(batch.len());
    let mut values: Vec<f16> = Vec::new();
    let mut find =
        transaction.prepare_cached("SELECT row FROM vectors WHERE model = ?1 AND content = ?2")?;
    for record in batch {
        let content = record.facts.content.0;
        write_file(transaction, record)?;
        let known = find
            .query_row(params![model.id, content], |row| row.get(0))
            .optional()?;
        let row = match (known, &record.new) {
            (Some(row), _) => row,
            (None, Some(new)) => {
                transaction
                    .prepare_cached("INSERT INTO vectors VALUES (?1, ?2, ?3)")?
                    .execute(params![model.id, content, next])?;
                values.extend(new.vector.iter().map(|v| f16::from_f32(*v)));
                next += 1;
                next - 1
            }
            // Another process set the file aside since this record was looked up.
            (None, None) => u32::MAX,
        };
        rows.push(row);
    }
    if next > first {
        // These rows may have held other vectors, of a store that was rebuilt or a kill before a commit.
        background::forget_from(model, first).map_err(WriteError::Vectors)?;
        VectorFile::open(&model.path, model.dim)
            .and_then(|file| file.write(first, &values))
            .map_err(WriteError::Vectors)?;
        transaction.execute(
            "UPDATE models SET rows = ?1 WHERE id = ?2",
            [i64::from(next), model.id],
        )?;
    }
    Ok(rows)
}

fn write_file(transaction: &Connection, record: &Record) -> rusqlite::Result<()> {
    let (file, facts) = (&record.file, &record.facts);
    transaction
        .prepare_cached("INSERT OR REPLACE INTO contents VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            facts.content.0,
            facts.width,
            facts.height,
            facts.taken.as_ref().map(Taken::as_str),
            facts.warning
        ])?;
    transaction
        .prepare_cached("INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            file.path.as_os_str().as_encoded_bytes(),
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.modified_ns,
            facts.content.0
        ])?;
    Ok(())
}

/// What a row of a look-up says.
pub fn known(row: &rusqlite::Row<'_>) -> rusqlite::Result<Known> {
    let taken: Option<String> = row.get(3)?;
    Ok(Known {
        facts: PhotoFacts {
            content: ContentId(row.get(0)?),
            width: row.get(1)?,
            height: row.get(2)?,
            taken: taken.map(Taken::from_text),
            warning: row.get(4)?,
        },
        row: row.get(5)?,
    })
}
