//! Size of the store, and removal of models and of everything.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Store, StoreError, checksum, lock, repair};
use crate::engine::inference::Fingerprint;

impl Store {
    /// Forgets everything: facts, vectors and thumbnails. Photos are read anew when they are next asked
    /// for; whoever still has rows of what was there gets an error.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.check_health()?;
        let fail = |e| self.database_error(e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        // Numbers of models are never used again.
        transaction
            .execute_batch(
                "DELETE FROM vectors; DELETE FROM segments; DELETE FROM files; DELETE FROM contents;
                 DELETE FROM texts; DELETE FROM models;",
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)?;
        remove_orphans(&mut facts, &self.dir).map_err(fail)?;
        facts.execute_batch("VACUUM").map_err(fail)?;
        let empty = "DELETE FROM thumbnails; DELETE FROM appearances; VACUUM";
        lock(&self.thumbnails)
            .for_each(|volume| volume.execute_batch(empty))
            .map_err(|e| self.thumbnails_error(0, e))
    }

    /// The models that it has vectors of.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn models(&self) -> Result<Vec<StoredModel>, StoreError> {
        let reader = lock(&self.reader);
        let read = || -> rusqlite::Result<Vec<StoredModel>> {
            let mut query = reader.prepare(
                "SELECT fingerprint, name, dim, logit_scale,
                     (SELECT count(*) FROM vectors WHERE model = id)
                 FROM models ORDER BY name, id",
            )?;
            let rows = query.query_map([], |row| {
                Ok(StoredModel {
                    fingerprint: Fingerprint(row.get(0)?),
                    name: row.get(1)?,
                    dim: row.get(2)?,
                    logit_scale: row.get(3)?,
                    photos: row.get::<_, i64>(4)?.unsigned_abs(),
                })
            })?;
            rows.collect()
        };
        read().map_err(|e| self.database_error(e))
    }

    /// Forgets the vectors of a model; facts and thumbnails stay.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn remove_model(&self, fingerprint: &Fingerprint) -> Result<(), StoreError> {
        self.check_health()?;
        let fail = |e| self.database_error(e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let of_model = || -> rusqlite::Result<Vec<i64>> {
            let mut query = transaction.prepare("SELECT id FROM models WHERE fingerprint = ?1")?;
            query
                .query_map([fingerprint.0], |row| row.get(0))?
                .collect()
        };
        for id in of_model().map_err(fail)? {
            repair::forget(&transaction, id).map_err(fail)?;
        }
        transaction.commit().map_err(fail)?;
        remove_orphans(&mut facts, &self.dir).map_err(fail)
    }

    /// How many photos and vectors it holds, and its size on disk in bytes.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn size(&self) -> Result<StoreSize, StoreError> {
        let reader = lock(&self.reader);
        let count = |table: &str| {
            reader
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                    row.get::<_, i64>(0)
                })
                .map(i64::unsigned_abs)
                .map_err(|e| self.database_error(e))
        };
        let files = fs::read_dir(&self.dir).map_err(|e| StoreError::io(&self.dir, 0, e))?;
        let bytes = files
            .flatten()
            .filter_map(|f| f.metadata().ok())
            .map(|m| m.len())
            .sum();
        Ok(StoreSize {
            photos: count("contents")?,
            vectors: count("vectors")?,
            bytes,
        })
    }
}

/// Removes files of vectors and sums whose generation no model has any more. One that another process has mapped stays
/// where the system does not let it go, until the next time.
pub fn remove_orphans(facts: &mut Connection, dir: &Path) -> rusqlite::Result<()> {
    // Files of a generation come after its number: while no other process writes, none is missed.
    let transaction = facts.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let keys = repair::all_keys(&transaction, dir)?;
    let used: HashSet<String> = keys
        .iter()
        .map(|key| checksum::hex(&key.generation))
        .collect();
    for file in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        let derived = name
            .strip_prefix("vectors-")
            .or(name.strip_prefix("background-"));
        let generation = derived.and_then(|rest| rest.split(['-', '.']).next());
        let kept = name.contains(".damaged-") || generation.is_none_or(|g| used.contains(g));
        if !kept {
            let _ = fs::remove_file(file.path());
        }
    }
    transaction.commit()
}

/// How much a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSize {
    /// Photos by content.
    pub photos: u64,
    /// Vectors of all models.
    pub vectors: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// A model that the store has vectors of.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredModel {
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// What it was called when it was used first.
    pub name: String,
    /// Width of its vectors.
    pub dim: u32,
    /// The factor between cosine and logit.
    pub logit_scale: f32,
    /// Photos that it has read.
    pub photos: u64,
}
