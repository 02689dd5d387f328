//! The thumbnail databases (volumes). When one reaches the size limit, another is started: many file systems of
//! portable disks limit the file size, and copying or checking is done one file at a time.
//!
//! Each content is in only one volume. Other processes may start new volumes, so contents that are not found are looked
//! up in newly created files as well.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::StoreError;
use super::database::{self, THUMBNAILS};
use crate::engine::media::photo::ContentId;

/// Size in bytes at which a volume is full. Far enough below the 4 GB limit of some file systems for one more batch and
/// SQLite's overhead.
pub const VOLUME_BYTES: u64 = 3_500_000_000;

/// An error of SQLite and the volume where it occurred.
#[derive(Debug)]
pub struct VolumeError {
    pub path: PathBuf,
    pub source: rusqlite::Error,
}

/// One database.
struct Volume {
    path: PathBuf,
    connection: Connection,
}

impl Volume {
    fn failed(&self, source: rusqlite::Error) -> VolumeError {
        VolumeError {
            path: self.path.clone(),
            source,
        }
    }

    /// Used size in bytes; free pages are not counted, because SQLite reuses them.
    fn bytes(&self) -> Result<u64, VolumeError> {
        let pragma = |name: &str| {
            let value = self
                .connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            value.map(i64::unsigned_abs).map_err(|e| self.failed(e))
        };
        let used = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
        Ok(used * pragma("page_size")?)
    }

    /// Whether a table contains a content.
    fn has(&self, table: &str, content: &ContentId) -> Result<bool, VolumeError> {
        let found = self
            .connection
            .prepare_cached(&format!("SELECT 1 FROM {table} WHERE content = ?1"))
            .and_then(|mut query| query.exists([content.0]));
        found.map_err(|e| self.failed(e))
    }
}

/// All volumes of a store.
pub struct Volumes {
    dir: PathBuf,
    max_bytes: u64,
    /// Never empty.
    all: Vec<Volume>,
}

fn path(dir: &Path, number: usize) -> PathBuf {
    match number {
        0 => dir.join("thumbnails.db"),
        n => dir.join(format!("thumbnails-{n}.db")),
    }
}

/// Number of volumes in a folder, including missing ones in between.
fn count(dir: &Path) -> usize {
    let number = |name: &str| -> Option<usize> {
        let number = name.strip_prefix("thumbnails-")?.strip_suffix(".db")?;
        number.parse().ok()
    };
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let last = files.filter_map(|file| number(file.file_name().to_str()?));
    last.max().map_or(1, |last| last + 1)
}

impl Volumes {
    /// Opens the volumes of a folder, none of which grows far beyond `max_bytes`. Returns the paths of those whose
    /// pages have yet to be checked. The caller must hold the opening lock.
    pub fn open(
        dir: &Path,
        max_bytes: u64,
        thorough: bool,
        notices: &mut Vec<String>,
    ) -> Result<(Self, Vec<PathBuf>), StoreError> {
        let mut volumes = Self {
            dir: dir.into(),
            max_bytes,
            all: Vec::new(),
        };
        let mut unchecked = Vec::new();
        for _ in 0..count(dir) {
            unchecked.extend(volumes.open_next(thorough, notices)?);
        }
        Ok((volumes, unchecked))
    }

    /// Opens or creates the next volume; returns its path if its pages have yet to be checked.
    fn open_next(
        &mut self,
        thorough: bool,
        notices: &mut Vec<String>,
    ) -> Result<Option<PathBuf>, StoreError> {
        let path = path(&self.dir, self.all.len());
        let opened = database::open(&path, &THUMBNAILS, thorough, notices)?;
        self.all.push(Volume {
            path: path.clone(),
            connection: opened.connection,
        });
        Ok(opened.unchecked.then_some(path))
    }

    /// Opens the next volume if another process has created it; returns whether there was one.
    fn open_new(&mut self) -> Result<bool, StoreError> {
        if !path(&self.dir, self.all.len()).exists() {
            return Ok(false);
        }
        self.begin_next()?;
        Ok(true)
    }

    fn begin_next(&mut self) -> Result<(), StoreError> {
        let _opening = database::lock_opening(&self.dir)?;
        let mut notices = Vec::new();
        self.open_next(false, &mut notices)?;
        for notice in notices {
            tracing::warn!("{notice}");
        }
        Ok(())
    }

    /// The first result found in any volume.
    pub fn find<T>(
        &mut self,
        find: impl Fn(&Connection) -> rusqlite::Result<Option<T>>,
    ) -> Result<Option<T>, VolumesError> {
        let mut next = 0;
        loop {
            for volume in &self.all[next..] {
                if let Some(found) = find(&volume.connection).map_err(|e| volume.failed(e))? {
                    return Ok(Some(found));
                }
            }
            next = self.all.len();
            if !self.open_new()? {
                return Ok(None);
            }
        }
    }

    /// Writes rows about contents, each to the volume that already contains it or else to one with space, in one
    /// transaction per volume.
    pub fn write<'a, T>(
        &mut self,
        table: &str,
        rows: &'a [T],
        content: impl Fn(&'a T) -> &'a ContentId,
        write: impl Fn(&Transaction<'_>, &'a T) -> rusqlite::Result<()>,
    ) -> Result<(), VolumesError> {
        if rows.is_empty() {
            return Ok(());
        }
        let room = self.volume_with_space()?;
        let mut of_volume: Vec<Vec<&T>> = self.all.iter().map(|_| Vec::new()).collect();
        for row in rows {
            let mut at = room;
            for (number, volume) in self.all.iter().enumerate() {
                // Most stores have a single volume, which needs no search.
                if self.all.len() > 1 && volume.has(table, content(row))? {
                    at = number;
                    break;
                }
            }
            of_volume[at].push(row);
        }
        for (volume, rows) in self.all.iter_mut().zip(of_volume) {
            let connection = &mut volume.connection;
            let mut write_all = || {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                for row in &rows {
                    write(&transaction, row)?;
                }
                transaction.commit()
            };
            if !rows.is_empty() {
                write_all().map_err(|source| VolumeError {
                    path: volume.path.clone(),
                    source,
                })?;
            }
        }
        Ok(())
    }

    /// The first volume with space, created if necessary.
    fn volume_with_space(&mut self) -> Result<usize, VolumesError> {
        loop {
            for (number, volume) in self.all.iter().enumerate() {
                if volume.bytes()? < self.max_bytes {
                    return Ok(number);
                }
            }
            if !self.open_new()? {
                self.begin_next()?;
            }
        }
    }

    /// Applies `work` to each volume.
    pub fn for_each(
        &mut self,
        mut work: impl FnMut(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<(), VolumesError> {
        while self.open_new()? {}
        for volume in &mut self.all {
            work(&mut volume.connection).map_err(|source| VolumeError {
                path: volume.path.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

/// Errors of volumes.
#[derive(Debug)]
pub enum VolumesError {
    /// An error of a volume.
    Volume(VolumeError),
    /// A volume could not be opened.
    Opening(StoreError),
}

impl From<VolumeError> for VolumesError {
    fn from(error: VolumeError) -> Self {
        Self::Volume(error)
    }
}

impl From<StoreError> for VolumesError {
    fn from(error: StoreError) -> Self {
        Self::Opening(error)
    }
}

/// The row of a content, if it exists.
pub fn row_of<T>(
    connection: &Connection,
    query: &str,
    content: &ContentId,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut query = connection.prepare_cached(query)?;
    query.query_row([content.0], read).optional()
}
