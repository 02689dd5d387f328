//! Registers models, verifies their vectors, and starts new generations with the valid ones.

use std::path::{Path, PathBuf};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::checksum::{self, Generation};
use super::records::{self, WriteError, missing};
use super::vectors::{PhotoRows, VectorFile, VectorSegment, VectorsError, are_contiguous};
use super::{ModelKey, vectors_path};
use crate::engine::inference::ModelInfo;
use crate::engine::media::photo::ContentId;
use crate::engine::media::preprocess::PREPROCESS_VERSION;

/// Number of rows per segment when many are written at once.
const SEGMENT_ROWS: usize = 256;

/// A registered model.
pub struct RegisteredModel {
    /// Key of the model.
    pub key: ModelKey,
    /// Whether it replaces an earlier model of the same name, which has not been reported yet.
    pub supersedes: bool,
}

/// Finds a model, or registers it with a new generation.
pub fn register(
    transaction: &Connection,
    dir: &Path,
    info: &ModelInfo,
    today: i64,
) -> rusqlite::Result<RegisteredModel> {
    let known: Option<(i64, Option<Generation>)> = transaction
        .query_row(
            "SELECT id, generation FROM models WHERE fingerprint = ?1 AND preprocessing = ?2",
            params![info.fingerprint.0, PREPROCESS_VERSION],
            |row| Ok((row.get(0)?, row.get(1).ok())),
        )
        .optional()?;
    let (id, generation) = match known {
        Some((id, Some(generation))) => (id, generation),
        damaged => {
            if let Some((id, None)) = damaged {
                forget(transaction, id)?;
            }
            let generation = checksum::new_generation();
            transaction.execute(
                "INSERT INTO models (fingerprint, preprocessing, name, dim, logit_scale, generation)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    info.fingerprint.0,
                    PREPROCESS_VERSION,
                    info.name,
                    i64::try_from(info.dim).unwrap_or(i64::MAX),
                    info.logit_scale,
                    generation
                ],
            )?;
            (transaction.last_insert_rowid(), generation)
        }
    };
    // Other models of this name are superseded while this one is in use.
    let others = "name = ?1 AND id <> ?2 AND rows > 0";
    let supersedes = transaction.query_row(
        &format!("SELECT count(*) FROM models WHERE {others} AND told = 0"),
        params![info.name, id],
        |row| row.get::<_, i64>(0),
    )? > 0;
    transaction.execute(
        &format!(
            "UPDATE models SET told = 1, superseded = coalesce(superseded, ?3) WHERE {others}"
        ),
        params![info.name, id, today],
    )?;
    transaction.execute(
        "UPDATE models SET superseded = NULL WHERE id = ?1 AND superseded IS NOT NULL",
        [id],
    )?;
    let key = ModelKey {
        id,
        dim: info.dim,
        path: vectors_path(dir, &generation),
        generation,
        verified: 0,
    };
    Ok(RegisteredModel { key, supersedes })
}

/// Deletes all rows of a model.
pub fn forget(transaction: &Connection, id: i64) -> rusqlite::Result<()> {
    for statement in [
        "DELETE FROM vectors WHERE model = ?1",
        "DELETE FROM segments WHERE model = ?1",
        "DELETE FROM texts WHERE model = ?1",
        "DELETE FROM models WHERE id = ?1",
    ] {
        transaction.execute(statement, [id])?;
    }
    Ok(())
}

/// Result of verifying a model's vectors.
pub enum ExaminedVectors {
    /// Number of valid rows.
    Valid(u32),
    /// Segments to verify later: they are too large to read at once.
    Large(Vec<VectorSegment>),
}

/// Verifies that a model's vector file matches the database, reading at most `most` bytes of it.
pub fn examine(
    connection: &Connection,
    key: &ModelKey,
    most: u64,
) -> Result<ExaminedVectors, WriteError> {
    let rows = records::committed_rows(connection, key)?.ok_or(WriteError::Superseded)?;
    let segments = records::segments(connection, key.id)?;
    let end = segments.last().map_or(0, VectorSegment::end);
    if rows != end || !are_contiguous(&segments) {
        return Err(VectorsError::Damaged.into());
    }
    if rows == 0 {
        return Ok(ExaminedVectors::Valid(0));
    }
    let file = VectorFile::open(&key.path, key.dim, key.generation).map_err(missing)?;
    if u64::from(rows) * key.dim as u64 * 2 > most {
        return Ok(ExaminedVectors::Large(segments));
    }
    match file.map(segments)?.is_valid(0) {
        true => Ok(ExaminedVectors::Valid(rows)),
        false => Err(VectorsError::Damaged.into()),
    }
}

/// Result of starting a new generation.
pub struct NewGeneration {
    /// Key of the new generation.
    pub key: ModelKey,
    /// Number of recorded vectors, and of valid ones among them.
    pub before: usize,
    /// See [`Self::before`].
    pub kept: usize,
    /// Vector file of the old generation.
    pub old: PathBuf,
}

/// Starts a new generation with the valid vectors of a model. Whoever holds row numbers of the old one gets an error on
/// the next access.
pub fn start_generation(
    transaction: &Connection,
    dir: &Path,
    key: &ModelKey,
) -> Result<NewGeneration, WriteError> {
    let segments = records::segments(transaction, key.id)?;
    let map = match VectorFile::open_damaged(&key.path, key.dim, key.generation) {
        Ok(file) => Some(file.map(segments)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let valid = map
        .as_ref()
        .map_or_else(Vec::new, |map| map.valid_segments(0));
    let is_valid_row = |row: u32| {
        let at = valid.partition_point(|segment| segment.first <= row);
        at > 0 && row < valid[at - 1].end()
    };
    let is_valid = |rows: PhotoRows| rows.count > 0 && (rows.first..rows.end()).all(is_valid_row);
    let noted = noted_vectors(transaction, key)?;
    let mut kept: Vec<(ContentId, PhotoRows)> = noted
        .iter()
        .copied()
        .filter(|(_, rows)| is_valid(*rows))
        .collect();
    // If two contents share a row, neither can be trusted.
    kept.sort_by_key(|(_, rows)| rows.first);
    let unique = |at: usize| {
        let apart = |a: usize| {
            let pair = kept.get(a).zip(kept.get(a + 1));
            pair.is_none_or(|(a, b)| a.1.end() <= b.1.first)
        };
        at.checked_sub(1).is_none_or(apart) && apart(at)
    };
    let kept: Vec<(ContentId, PhotoRows)> = (0..kept.len())
        .filter(|at| unique(*at))
        .map(|at| kept[at])
        .collect();
    let rows_kept: usize = kept.iter().map(|(_, rows)| usize::from(rows.count)).sum();
    let id = replace_model(transaction, key)?;
    let generation = checksum::new_generation();
    let new = ModelKey {
        id,
        path: vectors_path(dir, &generation),
        generation,
        dim: key.dim,
        verified: u32::try_from(rows_kept).unwrap_or(u32::MAX),
    };
    transaction.execute(
        "UPDATE models SET generation = ?1, dim = ?2 WHERE id = ?3",
        params![generation, i64::try_from(key.dim).unwrap_or(i64::MAX), id],
    )?;
    if let (Some(map), false) = (&map, kept.is_empty()) {
        let rows = kept.iter().flat_map(|(_, rows)| rows.first..rows.end());
        let rows = rows.filter_map(|row| map.row(row));
        let file = VectorFile::create(&new.path, new.dim, generation)?;
        for segment in file.fill(rows, SEGMENT_ROWS)? {
            records::write_segment(transaction, id, &segment)?;
        }
        let mut first = 0;
        for (content, rows) in &kept {
            let rows = PhotoRows { first, ..*rows };
            records::write_vectors(transaction, &new, content, rows)?;
            first = rows.end();
        }
        records::set_rows(transaction, id, new.verified)?;
    }
    Ok(NewGeneration {
        key: new,
        before: noted.len(),
        kept: kept.len(),
        old: key.path.clone(),
    })
}

/// The rows of each content, from database rows with a valid checksum.
fn noted_vectors(
    connection: &Connection,
    key: &ModelKey,
) -> rusqlite::Result<Vec<(ContentId, PhotoRows)>> {
    let mut query =
        connection.prepare("SELECT content, row, count, checksum FROM vectors WHERE model = ?1")?;
    let mut rows = query.query([key.id])?;
    let mut noted = Vec::new();
    while let Some(row) = rows.next()? {
        noted.extend(records::noted_rows(row, &key.generation));
    }
    Ok(noted)
}

/// Re-registers a model under a new, never used id, without rows.
fn replace_model(transaction: &Connection, key: &ModelKey) -> rusqlite::Result<i64> {
    // Copied untyped: damaged values must not cause an error here.
    let facts: (Value, Value, Value, Value) = transaction.query_row(
        "SELECT fingerprint, preprocessing, name, logit_scale FROM models WHERE id = ?1",
        [key.id],
        |row| {
            Ok((
                untyped(row, 0)?,
                untyped(row, 1)?,
                untyped(row, 2)?,
                untyped(row, 3)?,
            ))
        },
    )?;
    forget(transaction, key.id)?;
    let (fingerprint, preprocessing, name, logit_scale) = facts;
    transaction.execute(
        "INSERT INTO models (fingerprint, preprocessing, name, dim, logit_scale, generation)
         VALUES (?1, ?2, ?3, 0, ?4, zeroblob(16))",
        params![fingerprint, preprocessing, name, logit_scale],
    )?;
    Ok(transaction.last_insert_rowid())
}

/// A value of any type; damaged text that is not UTF-8 is read as far as possible.
fn untyped(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    match row.get_ref(column)? {
        ValueRef::Text(text) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
        _ => row.get(column),
    }
}

/// The keys of all models whose rows are readable.
pub fn all_keys(connection: &Connection, dir: &Path) -> rusqlite::Result<Vec<ModelKey>> {
    let mut query = connection.prepare("SELECT id, dim, generation FROM models")?;
    let mut rows = query.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let values = || -> rusqlite::Result<(i64, u32, Generation)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        };
        if let Ok((id, dim, generation)) = values()
            && dim > 0
        {
            keys.push(ModelKey {
                id,
                dim: dim as usize,
                path: vectors_path(dir, &generation),
                generation,
                verified: 0,
            });
        }
    }
    Ok(keys)
}
