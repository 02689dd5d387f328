//! How much a store holds, and making it hold less.

use std::fs;

use super::{Store, StoreError, lock};

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
        self.remove_derived_files();
        transaction.commit().map_err(fail)?;
        facts.execute_batch("VACUUM").map_err(fail)?;
        lock(&self.thumbnails)
            .execute_batch("DELETE FROM thumbnails; VACUUM")
            .map_err(|source| StoreError::Database {
                path: self.dir.join("thumbnails.db"),
                source,
            })
    }

    /// Removes the files of vectors and sums, whose rows are forgotten already. One that another
    /// process has mapped stays where the system does not let it go, and is written over.
    fn remove_derived_files(&self) {
        let files = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        for file in files {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("vectors-") || name.starts_with("background-") {
                let _ = fs::remove_file(file.path());
            }
        }
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
