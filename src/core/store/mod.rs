//! What is kept between runs: facts about files, vectors and thumbnails.
//!
//! A vector's key is the photo's content, the model's fingerprint and the version of preprocessing, so
//! a renamed or copied photo is never encoded twice and a changed one never served stale. Facts are
//! in SQLite, thumbnails in a second database, vectors in one mapped file per model. Writers of all
//! processes take turns on SQLite's lock; a vector's bytes are written before the row that names
//! them is committed, so a kill at any moment loses the last batch at most.

mod background;
mod database;
mod records;
mod upkeep;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};

use super::model::{Embeddings, ModelInfo};
use super::photo::{Candidate, ContentId, PhotoFacts};
use super::preprocess::PREPROCESS_VERSION;
use super::score::Background;

pub use background::BackgroundSums;
pub(super) use database::connect;
use records::{WriteError, known, write_facts};
pub use upkeep::{StoreSize, StoredModel};
use vectors::VectorFile;
pub use vectors::VectorMap;

/// What can go wrong with the store. Each message is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store.
    #[error("the store at {}: {source}; choose another with --store", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error("the store at {}: {source}; choose another with --store", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// Written by a later version of this program.
    #[error("the store at {} was written by a newer Lumisift; choose another with --store", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
    },
}

/// One photo's results, to be kept.
#[derive(Clone, Debug)]
pub struct Record {
    /// The file.
    pub file: Candidate,
    /// Its content.
    pub facts: PhotoFacts,
    /// What is new about the content; `None` if the store knows it under another name.
    pub new: Option<NewContent>,
}

/// What encoding a photo gave.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// Its vector, normalised.
    pub vector: Vec<f32>,
    /// Its thumbnail as a JPEG.
    pub thumbnail: Vec<u8>,
}

/// A photo that the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What its content says.
    pub facts: PhotoFacts,
    /// The row of its vector for the session's model, if it has been encoded by it.
    pub row: Option<u32>,
}

/// A model as the store numbers it.
#[derive(Clone, Debug)]
pub struct ModelKey {
    id: i64,
    dim: usize,
    path: PathBuf,
    stem: String,
}

/// Tells whether a file of vectors is as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VectorsStamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// The store. Shared by all threads of a job.
pub struct Store {
    dir: PathBuf,
    facts: Mutex<Connection>,
    reader: Mutex<Connection>,
    thumbnails: Mutex<Connection>,
    notices: Vec<String>,
}

/// Most memory in kilobytes for pages of facts that are looked up: enough for about 150,000 photos.
const READER_CACHE_KB: i64 = 48 << 10;

/// A lock, whether or not another thread panicked while it held it: SQLite rolls back what was open.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens the store in `dir`, made if it is not there. What is damaged is set aside under another
    /// name and started anew; [`Self::notices`] says so.
    ///
    /// # Errors
    /// If the folder cannot be written or a newer program wrote it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(dir).map_err(|source| StoreError::Io {
            path: dir.into(),
            source,
        })?;
        let mut notices = Vec::new();
        let facts_path = dir.join("facts.db");
        let facts = database::open(&facts_path, database::FACTS, &mut notices)?;
        let reader = database::connect(&facts_path)
            .and_then(|reader| {
                // Contents are keyed by hash: a scan looks them up all over the file.
                reader.pragma_update(None, "cache_size", -READER_CACHE_KB)?;
                Ok(reader)
            })
            .map_err(|source| StoreError::Database {
                path: facts_path,
                source,
            })?;
        let thumbnails = database::open(
            &dir.join("thumbnails.db"),
            database::THUMBNAILS,
            &mut notices,
        )?;
        Ok(Self {
            dir: dir.into(),
            facts: Mutex::new(facts),
            reader: Mutex::new(reader),
            thumbnails: Mutex::new(thumbnails),
            notices,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What was set aside on opening, in words.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    fn database_error(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Database {
            path: self.dir.join("facts.db"),
            source,
        }
    }

    /// Registers a model and checks its file of vectors; a damaged one is set aside, which the second
    /// value says.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub fn model(&self, info: &ModelInfo) -> Result<(ModelKey, Option<String>), StoreError> {
        let facts = lock(&self.facts);
        let dim = info.dim;
        let fail = |e| self.database_error(e);
        facts
            .execute(
                "INSERT INTO models (fingerprint, preprocessing, name, dim, logit_scale)
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                params![
                    info.fingerprint.0,
                    PREPROCESS_VERSION,
                    info.name,
                    i64::try_from(dim).unwrap_or(i64::MAX),
                    info.logit_scale
                ],
            )
            .map_err(fail)?;
        let (id, rows): (i64, u32) = facts
            .query_row(
                "SELECT id, rows FROM models WHERE fingerprint = ?1 AND preprocessing = ?2",
                params![info.fingerprint.0, PREPROCESS_VERSION],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .map_err(fail)?;
        let stem = format!("{}-{PREPROCESS_VERSION}", info.fingerprint);
        let path = self.dir.join(format!("vectors-{stem}.f16"));
        let key = ModelKey {
            id,
            dim,
            path,
            stem,
        };
        if VectorFile::open(&key.path, dim).is_ok_and(|file| file.holds(rows)) {
            return Ok((key, None));
        }
        let aside = set_aside(&key.path)?;
        facts
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; DELETE FROM vectors WHERE model = {id};
                 UPDATE models SET rows = 0 WHERE id = {id}; COMMIT;"
            ))
            .map_err(fail)?;
        Ok((key, aside))
    }

    /// What is known of a file, by its path, size and time of change.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn lookup(&self, model: &ModelKey, file: &Candidate) -> Result<Option<Known>, StoreError> {
        let reader = lock(&self.reader);
        let found = reader
            // A join with parameters makes SQLite plan the statement anew each time that it is used. The
            // inner query with its limit is planned by itself, and the model stands in the text.
            .prepare_cached(&format!(
                "SELECT c.content, c.width, c.height, c.taken, c.warning, v.row
                 FROM (SELECT content FROM files
                       WHERE path = ?1 AND size = ?2 AND modified_ns = ?3 LIMIT 1) f
                 JOIN contents c ON c.content = f.content
                 LEFT JOIN vectors v ON v.model = {} AND v.content = f.content",
                model.id
            ))
            .and_then(|mut query| {
                let path = file.path.as_os_str().as_encoded_bytes();
                let size = i64::try_from(file.size).unwrap_or(i64::MAX);
                query
                    .query_row(params![path, size, file.modified_ns], known)
                    .optional()
            });
        found.map_err(|e| self.database_error(e))
    }

    /// What is known of a content, under whatever name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn lookup_content(
        &self,
        model: &ModelKey,
        content: &ContentId,
    ) -> Result<Option<Known>, StoreError> {
        let reader = lock(&self.reader);
        let found = reader
            .prepare_cached(&format!(
                "SELECT c.content, c.width, c.height, c.taken, c.warning, v.row
                 FROM (SELECT * FROM contents WHERE content = ?1 LIMIT 1) c
                 LEFT JOIN vectors v ON v.model = {} AND v.content = c.content",
                model.id
            ))
            .and_then(|mut query| query.query_row([content.0], known).optional());
        found.map_err(|e| self.database_error(e))
    }

    /// Keeps a batch, and returns the row of each one's vector.
    ///
    /// # Errors
    /// If the store cannot be written; then nothing of the batch is kept.
    pub fn write(&self, model: &ModelKey, batch: &[Record]) -> Result<Vec<u32>, StoreError> {
        // Thumbnails first: one without facts is found again, facts without one would show a gap.
        self.write_thumbnails(batch)?;
        let mut facts = lock(&self.facts);
        let fail = |e| self.database_error(e);
        let transaction = facts
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        let rows = write_facts(&transaction, model, batch).map_err(|error| match error {
            WriteError::Database(e) => self.database_error(e),
            WriteError::Vectors(source) => StoreError::Io {
                path: model.path.clone(),
                source,
            },
        })?;
        transaction.commit().map_err(fail)?;
        Ok(rows)
    }

    fn write_thumbnails(&self, batch: &[Record]) -> Result<(), StoreError> {
        let mut thumbnails = lock(&self.thumbnails);
        let insert = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            for record in batch {
                if let Some(new) = &record.new {
                    transaction
                        .prepare_cached("INSERT OR REPLACE INTO thumbnails VALUES (?1, ?2)")?
                        .execute(params![record.facts.content.0, new.thumbnail])?;
                }
            }
            transaction.commit()
        };
        insert(&mut thumbnails).map_err(|source| StoreError::Database {
            path: self.dir.join("thumbnails.db"),
            source,
        })
    }

    /// The thumbnail of a content as a JPEG, if there is one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn thumbnail(&self, content: &ContentId) -> Result<Option<Vec<u8>>, StoreError> {
        let thumbnails = lock(&self.thumbnails);
        thumbnails
            .prepare_cached("SELECT jpeg FROM thumbnails WHERE content = ?1")
            .and_then(|mut query| query.query_row([content.0], |row| row.get(0)).optional())
            .map_err(|source| StoreError::Database {
                path: self.dir.join("thumbnails.db"),
                source,
            })
    }

    /// What changes whenever the vectors of a model do; none if there is no file.
    #[must_use]
    pub fn vectors_stamp(&self, model: &ModelKey) -> Option<VectorsStamp> {
        let metadata = fs::metadata(&model.path).ok()?;
        Some(VectorsStamp {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }

    /// Maps the vectors of a model as they are now.
    ///
    /// # Errors
    /// If the file cannot be mapped.
    pub fn vectors(&self, model: &ModelKey) -> Result<VectorMap, StoreError> {
        VectorFile::open(&model.path, model.dim)
            .and_then(|file| file.map())
            .map_err(|source| StoreError::Io {
                path: model.path.clone(),
                source,
            })
    }

    /// For each of `rows`, the log of the sum over the background prompts of `exp(s v.b)`; what is
    /// missing is computed and kept.
    ///
    /// # Errors
    /// If the file of sums cannot be written.
    pub fn background_sums(
        &self,
        model: &ModelKey,
        vectors: &VectorMap,
        background: &Embeddings,
        logit_scale: f32,
    ) -> Result<BackgroundSums, StoreError> {
        let hash = blake3::hash(bytemuck::cast_slice(&background.values));
        let name = format!("background-{}-{}.f32", model.stem, &hash.to_hex()[..12]);
        let path = self.dir.join(name);
        BackgroundSums::open(&path, vectors, &Background::new(background, logit_scale))
            .map_err(|source| StoreError::Io { path, source })
    }

    /// Vectors of texts that were kept for a model under a key, if they are there.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn texts(&self, model: &ModelKey, key: &[u8]) -> Result<Option<Embeddings>, StoreError> {
        let reader = lock(&self.reader);
        let bytes: Option<Vec<u8>> = reader
            .query_row(
                "SELECT vectors FROM texts WHERE model = ?1 AND key = ?2",
                params![model.id, key],
                |row| row.get(0),
            )
            .optional()
            .map_err(|e| self.database_error(e))?;
        Ok(bytes.map(|bytes| Embeddings {
            dim: model.dim,
            values: bytes
                .as_chunks::<4>()
                .0
                .iter()
                .map(|b| f32::from_le_bytes(*b))
                .collect(),
        }))
    }

    /// Keeps vectors of texts for a model under a key.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn write_texts(
        &self,
        model: &ModelKey,
        key: &[u8],
        texts: &Embeddings,
    ) -> Result<(), StoreError> {
        let bytes: Vec<u8> = texts.values.iter().flat_map(|v| v.to_le_bytes()).collect();
        lock(&self.facts)
            .execute(
                "INSERT OR REPLACE INTO texts VALUES (?1, ?2, ?3)",
                params![model.id, key, bytes],
            )
            .map_err(|e| self.database_error(e))?;
        Ok(())
    }
}

/// Renames a file out of the way, and says so; nothing if it is not there.
fn set_aside(path: &Path) -> Result<Option<String>, StoreError> {
    if !path.exists() {
        return Ok(None);
    }
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!("{name}.damaged-{seconds}"));
    fs::rename(path, &aside).map_err(|source| StoreError::Io {
        path: path.into(),
        source,
    })?;
    Ok(Some(format!(
        "{} was damaged: it was set aside as {} and is built anew",
        path.display(),
        aside.file_name().unwrap_or_default().to_string_lossy()
    )))
}
