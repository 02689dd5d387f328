//! Size of the store, and deletion of models or of everything.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{Store, StoreError, checksum, lock, repair};
use crate::engine::inference::Fingerprint;

impl Store {
    /// Deletes all metadata, vectors and thumbnails. Photos are read again when next needed; whoever holds old row
    /// numbers gets an error.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.check_health()?;
        let fail = |e| self.database_error(e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        // Model ids are never reused.
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

    /// The models that have vectors in the store.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn models(&self) -> Result<Vec<StoredModel>, StoreError> {
        let reader = lock(&self.reader);
        let read = || -> rusqlite::Result<Vec<StoredModel>> {
            let mut query = reader.prepare(
                "SELECT fingerprint, name, dim, logit_scale,
                     (SELECT count(*) FROM vectors WHERE model = id)
                 FROM models ORDER BY name, id",
            )?;
            let rows = query.query_map([], |row| {
                // A damaged row may have values of other types.
                let model = || -> rusqlite::Result<StoredModel> {
                    Ok(StoredModel {
                        fingerprint: Fingerprint(row.get(0)?),
                        name: row.get(1)?,
                        dim: row.get(2)?,
                        logit_scale: row.get(3)?,
                        photos: row.get::<_, i64>(4)?.unsigned_abs(),
                    })
                };
                Ok(model().ok())
            })?;
            let models: Vec<Option<StoredModel>> = rows.collect::<Result<_, _>>()?;
            Ok(models.into_iter().flatten().collect())
        };
        read().map_err(|e| self.database_error(e))
    }

    /// Deletes the vectors of a model; metadata and thumbnails are kept.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
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

    /// Number of photos and vectors, and size on disk.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
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

/// Removes vector and sum files whose generation is no longer registered. If the system does not permit removal of a
/// file that another process has mapped, it stays until the next time.
pub fn remove_orphans(facts: &mut Connection, dir: &Path) -> rusqlite::Result<()> {
    // A generation is registered before its files are created, so while no other process writes, none is misjudged.
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

/// Size of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSize {
    /// Number of photos, by content.
    pub photos: u64,
    /// Number of vectors of all models.
    pub vectors: u64,
    /// Size on disk in bytes.
    pub bytes: u64,
}

/// A model with vectors in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredModel {
    /// Fingerprint of the model.
    pub fingerprint: Fingerprint,
    /// Its name when first used.
    pub name: String,
    /// Embedding dimension.
    pub dim: u32,
    /// Scale factor from cosine similarity to logit.
    pub logit_scale: f32,
    /// Number of photos that it has encoded.
    pub photos: u64,
}
