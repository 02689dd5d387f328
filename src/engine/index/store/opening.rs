//! Opens a store: repairs or sets aside what is damaged.

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
use crate::engine::files::file_key::FileKey;

/// Most memory in kilobytes for pages of facts that are looked up: enough for about 150,000 photos.
const READER_CACHE_KB: i64 = 48 << 10;

impl Store {
    /// Opens the store in `dir`, made if it is not there. What is damaged is set aside under another
    /// name and started anew with what can be read of it; [`Self::notices`] says so.
    ///
    /// # Errors
    /// If the folder cannot be written or a newer program wrote it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_in_volumes(dir, VOLUME_BYTES)
    }

    /// The same, with another size from which on thumbnails go into the next file.
    ///
    /// # Errors
    /// As [`Self::open`].
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
                // Contents are keyed by hash: a scan looks them up all over the file.
                reader.pragma_update(None, "cache_size", -READER_CACHE_KB)?;
                // The log is opened now: later, another file may have its name.
                reader.query_row("SELECT count(*) FROM notes", [], |_| Ok(()))?;
                Ok(reader)
            })
            .map_err(fail)?;
        let (thumbnails, mut large) = Volumes::open(dir, volume_bytes, thorough, &mut notices)?;
        if facts.outdated {
            notices.push(format!(
                "The store at {} is of an earlier version: photos are read again",
                dir.display()
            ));
        }
        if facts.salvaged {
            renew_all(&mut facts.connection, dir)?;
        }
        if facts.salvaged || facts.outdated {
            upkeep::remove_orphans(&mut facts.connection, dir).map_err(fail)?;
        }
        large.extend(facts.unchecked.then_some(facts_path.clone()));
        health.check_databases(large, facts_path.clone());
        drop(opening);
        Ok(Self {
            dir: dir.into(),
            identity: FileKey::of(&facts_path),
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

/// Starts a new generation for every model: what was taken over from a damaged database may lack rows that a process
/// still has.
fn renew_all(facts: &mut Connection, dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("facts.db");
    let fail = |source| StoreError::database(&path, 0, source);
    let transaction = facts
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fail)?;
    for key in repair::all_keys(&transaction, dir).map_err(fail)? {
        repair::renew(&transaction, dir, &key).map_err(|error| match error {
            WriteError::Database(source) => fail(source),
            WriteError::Vectors(VectorsError::Io(source)) => StoreError::io(&key.path, 0, source),
            _ => StoreError::Damaged { path: path.clone() },
        })?;
    }
    transaction.commit().map_err(fail)
}
