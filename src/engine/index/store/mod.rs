//! The store: persistent metadata of files, embeddings and thumbnails.
//!
//! Embeddings are keyed by the photo's content, the model's fingerprint and the preprocessing version, so a renamed or
//! copied photo is never encoded twice and a changed one never gets stale results. Metadata is in SQLite, thumbnails
//! are in separate databases, and vectors are in one memory-mapped file per model and generation. Writers of all
//! processes are serialised by SQLite's lock. Vectors are written before the row that refers to them is committed, so a
//! crash at any moment loses at most the last batch.
//!
//! A row number is valid only within its generation. Clearing and repairing start a new generation with a new file
//! name, and a key of an old one gets [`StoreError::Superseded`].

mod appearances;
mod background;
mod checksum;
mod database;
mod error;
mod health;
mod import;
mod lookup;
mod opening;
mod records;
mod repair;
mod rows;
mod salvage;
mod texts;
mod thumbnails;
mod tidy;
mod upkeep;
mod vectors;
mod verify;
mod volumes;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};

use crate::engine::files::file_key::FileInstance;
use crate::engine::inference::{Embeddings, ModelInfo};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts};
use crate::engine::search::score::Background;

pub use background::BackgroundSums;
use checksum::Generation;
pub(in crate::engine) use database::{
    check, connect, is_corruption, quarantine_database, quarantine_file,
};
pub use error::StoreError;
use health::Health;
pub use import::{ImportedPhoto, StoreImport};
use records::{Entry, WriteError, write_entries};
use repair::ExaminedVectors;
pub(in crate::engine) use salvage::copy_table;
pub use tidy::{KEPT_DAYS, StoreLimits, Tidied};
pub use upkeep::{StoreSize, StoredModel};
pub use vectors::VectorMap;
use vectors::{VectorFile, VectorsError};
pub use verify::Verified;
use volumes::{VolumeError, Volumes, VolumesError};

/// The results for one photo.
#[derive(Clone, Debug)]
pub struct PhotoRecord {
    /// The file.
    pub file: Candidate,
    /// Metadata of its content.
    pub facts: PhotoFacts,
    /// Results of encoding; `None` if the store knows the content under another path.
    pub new: Option<NewContent>,
}

/// Results of encoding a photo or video.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// Normalised embeddings, concatenated: of the standard crop, followed by further crops of a wide picture; or of a
    /// video's frames.
    pub vectors: Vec<f32>,
    /// Thumbnail as JPEG.
    pub thumbnail: Vec<u8>,
    /// Thumbnails of a video's further frames, stored under [`ContentId::of_part`].
    pub frame_thumbnails: Vec<Vec<u8>>,
    /// Appearance features; `None` for a video.
    pub appearance: Option<Appearance>,
}

/// A photo in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPhoto {
    /// Metadata of its content.
    pub facts: PhotoFacts,
    /// First row of its vectors for the session's model, if that has encoded it.
    pub row: Option<u32>,
}

/// Identifies a model within a store, and the generation of its vectors.
#[derive(Clone, Debug)]
pub struct ModelKey {
    id: i64,
    dim: usize,
    path: PathBuf,
    generation: Generation,
    /// Number of rows that were verified when the model was opened.
    verified: u32,
}

/// The store. Shared by all threads of a job.
pub struct Store {
    dir: PathBuf,
    facts: Mutex<Connection>,
    reader: Mutex<Connection>,
    /// Whether the index of files by content exists.
    files_by_content: AtomicBool,
    thumbnails: Mutex<Volumes>,
    /// Embedded thumbnails of photos that are still being processed.
    provisional: Mutex<HashMap<ContentId, Vec<u8>>>,
    notices: Vec<String>,
    identity: Option<FileInstance>,
    health: Arc<Health>,
    /// Whether an earlier process found damage, so that everything must be verified.
    thorough: bool,
    /// Contents seen in lookups, to be recorded.
    seen: Mutex<Vec<ContentId>>,
}

/// Size limit in bytes of vectors verified on opening, at a few GB/s; larger files are verified in the background.
const CHECKED_VECTORS: u64 = 512 << 20;
/// Minimum number of days between records of a content being seen.
const SEEN_DAYS: i64 = 7;
/// Maximum number of such records held in memory.
const SEEN_WAITING: usize = 4096;

/// Locks a mutex, ignoring poisoning: SQLite rolls back open transactions.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Days since 1970.
fn today() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs() / 86_400).unwrap_or(0)
    })
}

fn vectors_path(dir: &Path, generation: &Generation) -> PathBuf {
    dir.join(format!("vectors-{}.f16", checksum::hex(generation)))
}

impl Store {
    /// Folder of the store.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Messages about files that were quarantined on opening.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Whether the store was found damaged or was replaced by another process. It must then be reopened, and earlier
    /// lookups are no longer valid.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.health.is_outdated()
    }

    /// Calls `watcher` when [`Self::is_outdated`] becomes true.
    pub fn watch(&self, watcher: Arc<dyn Fn() + Send + Sync>) {
        self.health.watch(watcher);
    }

    /// Waits for background verification to complete.
    pub fn finish_checks(&self) {
        self.health.finish_checks();
    }

    fn facts_path(&self) -> PathBuf {
        self.dir.join("facts.db")
    }

    fn database_error(&self, source: rusqlite::Error) -> StoreError {
        self.noted(StoreError::database(&self.facts_path(), 0, source))
    }

    fn thumbnails_error(&self, needed: u64, error: VolumesError) -> StoreError {
        self.noted(match error {
            VolumesError::Volume(VolumeError { path, source }) => {
                StoreError::database(&path, needed, source)
            }
            VolumesError::Opening(error) => error,
        })
    }

    fn write_error(&self, path: &Path, needed: u64, error: WriteError) -> StoreError {
        self.noted(match error {
            WriteError::Database(e) => StoreError::database(&self.facts_path(), needed, e),
            WriteError::Vectors(VectorsError::Io(e)) => StoreError::io(path, needed, e),
            WriteError::Vectors(VectorsError::Damaged) => StoreError::Damaged { path: path.into() },
            WriteError::Superseded => self.superseded(),
        })
    }

    fn superseded(&self) -> StoreError {
        StoreError::Superseded {
            dir: self.dir.clone(),
        }
    }

    /// Updates the store's health according to an error.
    fn noted(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Damaged { .. } => self.health.damaged(),
            StoreError::Superseded { .. } => self.health.outdated(),
            _ => {}
        }
        error
    }

    /// Returns an error if the store must be reopened.
    fn check_health(&self) -> Result<(), StoreError> {
        if self.health.is_damaged() {
            return Err(StoreError::Damaged {
                path: self.dir.clone(),
            });
        }
        match self.identity == FileInstance::of(&self.facts_path()) {
            true => Ok(()),
            false => Err(self.noted(self.superseded())),
        }
    }

    /// Registers a model and verifies its vectors; if some are damaged, the valid ones are moved to a new generation.
    /// Also returns messages about that.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read or written.
    pub fn model(&self, info: &ModelInfo) -> Result<(ModelKey, Vec<String>), StoreError> {
        self.check_health()?;
        let mut notices = Vec::new();
        let mut facts = lock(&self.facts);
        let fail = |e| self.database_error(e);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        let registered = repair::register(&transaction, &self.dir, info, today()).map_err(fail)?;
        let mut key = registered.key;
        if registered.supersedes {
            notices.push(format!(
                "The {} model is newer than the one that read these photos: they are read again.",
                info.name
            ));
        }
        let most = if self.thorough {
            u64::MAX
        } else {
            CHECKED_VECTORS
        };
        let mut quarantine_later = None;
        match repair::examine(&transaction, &key, most) {
            Ok(ExaminedVectors::Valid(rows)) => key.verified = rows,
            Ok(ExaminedVectors::Large(segments)) => self.health.check_vectors(&key, segments),
            Err(WriteError::Vectors(VectorsError::Damaged)) => {
                let renewed = repair::start_generation(&transaction, &self.dir, &key)
                    .map_err(|e| self.write_error(&key.path, 0, e))?;
                key = renewed.key.clone();
                quarantine_later = Some(renewed);
            }
            Err(error) => return Err(self.write_error(&key.path, 0, error)),
        }
        transaction.commit().map_err(fail)?;
        if self.thorough {
            self.health.repaired();
        }
        if let Some(renewed) = quarantine_later {
            let (kept, before) = (renewed.kept, renewed.before);
            let what = match quarantine(&renewed.old)? {
                Some((_, notice)) => notice,
                None => format!("{} is missing", renewed.old.display()),
            };
            notices.push(match before - kept {
                1 => format!("{what}: 1 photo is read again, {kept} are kept"),
                lost => format!("{what}: {lost} photos are read again, {kept} are kept"),
            });
            upkeep::remove_orphans(&mut facts, &self.dir).map_err(fail)?;
        }
        Ok((key, notices))
    }

    /// Writes a batch, and returns the first row of each photo's vectors.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written; the metadata and vectors of the batch are then rolled back.
    pub fn write(&self, model: &ModelKey, batch: &[PhotoRecord]) -> Result<Vec<u32>, StoreError> {
        self.check_health()?;
        let new = batch.iter().filter_map(|record| record.new.as_ref());
        let needed = new.map(|new| (new.thumbnail.len() + 2 * new.vectors.len()) as u64);
        let needed = needed.sum();
        // Thumbnails first: an orphaned thumbnail is harmless, but a photo without one would appear as a gap.
        self.write_thumbnails(batch, needed)?;
        let mut facts = lock(&self.facts);
        let fail = |e| self.write_error(&model.path, needed, e);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|e| fail(e.into()))?;
        let entries: Vec<Entry<'_>> = batch.iter().map(Entry::from).collect();
        let rows = write_entries(&transaction, model, &entries, today()).map_err(fail)?;
        transaction.commit().map_err(|e| fail(e.into()))?;
        Ok(rows)
    }

    /// Number of vectors of a model, which changes whenever they do.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read, is damaged or was replaced; earlier row numbers are then invalid.
    pub fn vector_count(&self, model: &ModelKey) -> Result<u32, StoreError> {
        self.check_health()?;
        let rows = records::committed_rows(&lock(&self.reader), model);
        match rows.map_err(|e| self.database_error(e))? {
            Some(rows) => Ok(rows),
            None => Err(self.noted(self.superseded())),
        }
    }

    /// Maps the current vectors of a model, verifying those not verified yet.
    ///
    /// # Errors
    /// Returns an error if the file cannot be mapped or is damaged.
    pub fn vectors(&self, model: &ModelKey) -> Result<VectorMap, StoreError> {
        self.vectors_after(model, 0)
    }

    /// Like [`Self::vectors`], with the first `verified` rows already verified by an earlier call.
    ///
    /// # Errors
    /// Same as [`Self::vectors`].
    pub fn vectors_after(&self, model: &ModelKey, verified: u32) -> Result<VectorMap, StoreError> {
        let rows = self.vector_count(model)?;
        let segments = records::segments(&lock(&self.reader), model.id);
        let mut segments = segments.map_err(|e| self.database_error(e))?;
        let wide = records::wide(&lock(&self.reader), model);
        let wide = wide.map_err(|e| self.database_error(e))?;
        // Rows committed since they were counted are included next time.
        segments.retain(|segment| segment.end() <= rows);
        if segments.is_empty() {
            return Ok(VectorMap::empty(model.dim, model.generation));
        }
        let map = || -> Result<VectorMap, VectorsError> {
            let file = VectorFile::open(&model.path, model.dim, model.generation)
                .map_err(records::missing)?;
            let mut map = file.map(segments)?;
            map.set_wide(&wide);
            let verified = verified
                .max(model.verified)
                .max(self.health.background_rows(model));
            match map.is_valid(verified) {
                true => Ok(map),
                false => Err(VectorsError::Damaged),
            }
        };
        map().map_err(|e| self.write_error(&model.path, 0, e.into()))
    }

    /// For each row, the log of the sum of `exp(s v.b)` over the background prompts; missing values are computed and
    /// cached.
    #[must_use]
    pub fn background_sums(
        &self,
        model: &ModelKey,
        vectors: &VectorMap,
        background: &Embeddings,
        logit_scale: f32,
    ) -> BackgroundSums {
        let hash = blake3::hash(bytemuck::cast_slice(&background.values));
        let generation = checksum::hex(&model.generation);
        let name = format!("background-{generation}-{}.f32", &hash.to_hex()[..12]);
        let background = Background::new(background, logit_scale);
        BackgroundSums::open(&self.dir.join(name), vectors, &background)
    }
}

/// Quarantines a file and returns a message about that; `None` if it does not exist.
fn quarantine(path: &Path) -> Result<Option<(PathBuf, String)>, StoreError> {
    let Some(quarantined) =
        database::quarantine_file(path).map_err(|e| StoreError::io(path, 0, e))?
    else {
        return Ok(None);
    };
    let notice = damage_notice(path, &quarantined);
    Ok(Some((quarantined, notice)))
}

fn damage_notice(path: &Path, quarantined: &Path) -> String {
    format!(
        "{} was damaged: it was set aside as {} and is being rebuilt",
        path.display(),
        quarantined
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
    )
}
