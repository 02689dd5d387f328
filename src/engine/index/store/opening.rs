//! Opens a store; repairs or quarantines damaged files.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, TransactionBehavior};

use super::health::Health;
use super::records::WriteError;
use super::vectors::VectorsError;
use super::volumes::{VOLUME_BYTES, Volumes};
use super::{Store, StoreError, database, repair, upkeep};
use crate::engine::files::file_key::FileInstance;

/// Page cache for lookups in KiB: enough for about 150,000 photos.
const READER_CACHE_KB: i64 = 48 << 10;

impl Store {
    /// Opens the store in `dir`, creating it if missing. Damaged files are quarantined and replaced by new ones with
    /// the readable rows; [`Self::notices`] reports that.
    ///
    /// # Errors
    /// Returns an error if the folder is not writable, or the store was written by a newer version of the program.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_in_volumes(dir, VOLUME_BYTES)
    }

    /// Like [`Self::open`], with a different size limit for thumbnail databases.
    ///
    /// # Errors
    /// Same as [`Self::open`].
    pub fn open_in_volumes(dir: &Path, volume_bytes: u64) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(|source| StoreError::io(dir, 0, source))?;
        let opening = database::lock_opening(dir)?;
        let health = Arc::new(Health::new(dir));
        let thorough = health.was_damaged();
        let mut notices = Vec::new();
        let facts_path = dir.join("facts.db");
        let fail = |source| StoreError::database(&facts_path, 0, source);
        let mut facts = database::open(&facts_path, &database::FACTS, thorough, &mut notices)?;
        let reader = database::connect(&facts_path)
            .and_then(|reader| {
                // Contents are keyed by hash, so a scan's lookups are spread over the whole file.
                reader.pragma_update(None, "cache_size", -READER_CACHE_KB)?;
                // Opens the WAL now: later, its name might belong to a different file.
                reader.query_row("SELECT count(*) FROM notes", [], |_| Ok(()))?;
                Ok(reader)
            })
            .map_err(fail)?;
        let (thumbnails, mut large) = Volumes::open(dir, volume_bytes, thorough, &mut notices)?;
        if facts.outdated {
            notices.push(format!(
                "The store at {} was written by an earlier version: photos are read again",
                dir.display()
            ));
        }
        if facts.salvaged {
            start_generations(&mut facts.connection, dir)?;
        }
        if facts.salvaged || facts.outdated {
            upkeep::remove_orphans(&mut facts.connection, dir).map_err(fail)?;
        }
        large.extend(facts.unchecked.then_some(facts_path.clone()));
        health.check_databases(large, facts_path.clone());
        // Without the lock, another process could replace the database first.
        let identity = FileInstance::of(&facts_path);
        drop(opening);
        Ok(Self {
            dir: dir.into(),
            identity,
            facts: Mutex::new(facts.connection),
            reader: Mutex::new(reader),
            files_by_content: AtomicBool::default(),
            thumbnails: Mutex::new(thumbnails),
            provisional: Mutex::default(),
            notices,
            health,
            thorough,
            seen: Mutex::default(),
        })
    }
}

/// Starts a new generation for every model: rows salvaged from a damaged database may be incomplete, while other
/// processes still hold row numbers.
fn start_generations(facts: &mut Connection, dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("facts.db");
    let fail = |source| StoreError::database(&path, 0, source);
    let transaction = facts
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fail)?;
    for key in repair::all_keys(&transaction, dir).map_err(fail)? {
        repair::start_generation(&transaction, dir, &key).map_err(|error| match error {
            WriteError::Database(source) => fail(source),
            WriteError::Vectors(VectorsError::Io(source)) => StoreError::io(&key.path, 0, source),
            _ => StoreError::Damaged { path: path.clone() },
        })?;
    }
    transaction.commit().map_err(fail)
}
