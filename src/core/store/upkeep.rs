//! How much a store holds, and making it hold less.

use std::fs;

use super::{Store, StoreError, lock};
use crate::core::model::Fingerprint;

impl Store {
    /// Forgets everything: facts, vectors and thumbnails. Photos are read anew when they are next asked
    /// for.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn clear(&self) -> Result<(), StoreError> {
        let fail = |e| self.database_error(e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        transaction
            .execute_batch(
                "DELETE FROM vectors; DELETE FROM files; DELETE FROM contents; DELETE FROM texts;
                 UPDATE models SET rows = 0;",
            )
            .map_err(fail)?;
        self.remove_derived_files("");
        transaction.commit().map_err(fail)?;
        facts.execute_batch("VACUUM").map_err(fail)?;
        lock(&self.thumbnails)
            .execute_batch("DELETE FROM thumbnails; VACUUM")
            .map_err(|source| StoreError::Database {
                path: self.dir.join("thumbnails.db"),
                source,
            })
    }

    /// Removes the files of vectors and sums of a model, or of all models if `model` is empty; their rows are
    /// forgotten already. One that another process has mapped stays where the system does not let it go, and
    /// is written over.
    fn remove_derived_files(&self, model: &str) {
        let files = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for file in files {
            let name = file.file_name();
            let name = name.to_string_lossy();
            let of_model = |kind| name.starts_with(&format!("{kind}-{model}"));
            if of_model("vectors") || of_model("background") {
                let _ = fs::remove_file(file.path());
            }
        }
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
        let fail = |e| self.database_error(e);
        let mut facts = lock(&self.facts);
        let transaction = facts
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        let of_model = "IN (SELECT id FROM models WHERE fingerprint = ?1)";
        for statement in [
            format!("DELETE FROM vectors WHERE model {of_model}"),
            format!("DELETE FROM texts WHERE model {of_model}"),
            "DELETE FROM models WHERE fingerprint = ?1".to_owned(),
        ] {
            transaction
                .execute(&statement, [fingerprint.0])
                .map_err(fail)?;
        }
        self.remove_derived_files(&fingerprint.to_string());
        transaction.commit().map_err(fail)
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
        let files = fs::read_dir(&self.dir).map_err(|source| StoreError::Io {
            path: self.dir.clone(),
            source,
        })?;
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
