//! Health of an open store: detected damage, and replacement by another process.
//!
//! Large databases and vector files are verified here by background threads. Damage is recorded in the folder, so that
//! the next opening verifies and repairs everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::checksum::Generation;
use super::database::{check, is_corruption};
use super::vectors::{VectorFile, VectorSegment, VectorsError};
use super::{ModelKey, lock, today};
use crate::engine::files::private;

/// Pause between parts of a check, so that it does not monopolise the disk.
const CHECK_PAUSE: Duration = Duration::from_millis(5);
/// Timeout for other writers when recording a check.
const RECORD_TIMEOUT: Duration = Duration::from_secs(5);
/// Number of segments read between pauses.
const SEGMENTS: usize = 64;

/// See the module documentation.
pub struct Health {
    /// Marker file that records damage.
    marker: PathBuf,
    damaged: AtomicBool,
    outdated: AtomicBool,
    closing: Arc<AtomicBool>,
    watcher: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
    checks: Mutex<Vec<JoinHandle<()>>>,
    /// Number of rows per generation that are verified in the background.
    background: Mutex<Vec<(Generation, u32)>>,
}

impl Health {
    pub fn new(dir: &Path) -> Self {
        Self {
            marker: dir.join("damaged"),
            damaged: AtomicBool::default(),
            outdated: AtomicBool::default(),
            closing: Arc::default(),
            watcher: Mutex::default(),
            checks: Mutex::default(),
            background: Mutex::default(),
        }
    }

    /// Whether an earlier process found damage that has not been repaired.
    pub fn was_damaged(&self) -> bool {
        self.marker.exists()
    }

    /// Records that everything was verified and repaired.
    pub fn repaired(&self) {
        // If the marker cannot be removed, the next opening is only slower.
        let _ = fs::remove_file(&self.marker);
    }

    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Acquire)
    }

    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Acquire)
    }

    /// Records damage, for this process and for the next opening.
    pub fn damaged(&self) {
        if !self.damaged.swap(true, Ordering::AcqRel) {
            // Without the marker, the next opening performs only its usual checks.
            let _ = private::open_or_create(&self.marker);
        }
        self.outdated();
    }

    /// Records that the store must be reopened.
    pub fn outdated(&self) {
        if !self.outdated.swap(true, Ordering::AcqRel)
            && let Some(watcher) = lock(&self.watcher).clone()
        {
            watcher();
        }
    }

    pub fn watch(&self, watcher: Arc<dyn Fn() + Send + Sync>) {
        *lock(&self.watcher) = Some(watcher.clone());
        if self.is_outdated() {
            watcher();
        }
    }

    /// Waits for the verification of vectors. Database checks are not awaited: rows have their own checksums, which
    /// protect scores.
    pub fn finish_checks(&self) {
        let checks = std::mem::take(&mut *lock(&self.checks));
        for check in checks {
            // The panic has already been reported by its thread.
            let _ = check.join();
        }
    }

    /// Number of rows of a generation that are verified in the background.
    pub fn background_rows(&self, model: &ModelKey) -> u32 {
        let background = lock(&self.background);
        let of = background.iter().find(|(g, _)| *g == model.generation);
        of.map_or(0, |(_, rows)| *rows)
    }

    /// Checks all pages of databases, each table at most once a day. `notes` is the database that records these checks.
    pub fn check_databases(self: &Arc<Self>, paths: Vec<PathBuf>, notes: PathBuf) {
        if paths.is_empty() {
            return;
        }
        self.spawn(move |closing| {
            let is_damaged = |path: &PathBuf| is_damaged_database(path, &notes, closing);
            paths.iter().any(is_damaged)
        });
    }

    /// Verifies all vectors of a model.
    pub fn check_vectors(self: &Arc<Self>, key: &ModelKey, segments: Vec<VectorSegment>) {
        let rows = segments.last().map_or(0, VectorSegment::end);
        lock(&self.background).push((key.generation, rows));
        let key = key.clone();
        let check = self.spawn(move |closing| are_damaged_vectors(&key, &segments, closing));
        lock(&self.checks).extend(check);
    }

    /// Runs a check on a thread; `check` returns whether there is damage.
    fn spawn(
        self: &Arc<Self>,
        check: impl FnOnce(&AtomicBool) -> bool + Send + 'static,
    ) -> Option<JoinHandle<()>> {
        let (health, closing) = (Arc::downgrade(self), self.closing.clone());
        let run = move || {
            let damaged = check(&closing);
            if let Some(health) = health.upgrade().filter(|_| damaged) {
                health.damaged();
            }
        };
        let thread = std::thread::Builder::new().name("lumisift-check".into());
        // Without a thread, the check is left to the next opening.
        thread.spawn(run).ok()
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
    }
}

/// Checks table by table, so that no long read transaction blocks WAL checkpoints.
fn is_damaged_database(path: &Path, notes: &Path, closing: &AtomicBool) -> bool {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let run = || -> rusqlite::Result<()> {
        let notes = Connection::open(notes)?;
        notes.busy_timeout(RECORD_TIMEOUT)?;
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut names =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        let names: Vec<String> = names
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            if closing.load(Ordering::Acquire) {
                break;
            }
            let note = format!("checked {file} {name}");
            let last = "SELECT coalesce((SELECT value FROM notes WHERE name = ?1), 0)";
            let checked = notes.query_row(last, [&note], |row| {
                // A damaged row may have a value of another type.
                Ok(row.get::<_, i64>(0).unwrap_or_default())
            });
            if checked? == today() {
                continue;
            }
            let name = name.replace('\'', "''");
            check(&connection, &format!("quick_check('{name}')"))?;
            let read = "INSERT OR REPLACE INTO notes VALUES (?1, ?2)";
            notes.execute(read, rusqlite::params![note, today()])?;
            std::thread::sleep(CHECK_PAUSE);
        }
        Ok(())
    };
    run().is_err_and(|error| is_corruption(&error))
}

fn are_damaged_vectors(key: &ModelKey, segments: &[VectorSegment], closing: &AtomicBool) -> bool {
    let run = || -> Result<bool, VectorsError> {
        for some in segments.chunks(SEGMENTS) {
            if closing.load(Ordering::Acquire) {
                break;
            }
            let file = VectorFile::open(&key.path, key.dim, key.generation)?;
            let map = file.map(some.to_vec())?;
            if map.valid_segments(0).len() < some.len() {
                return Ok(true);
            }
            std::thread::sleep(CHECK_PAUSE);
        }
        Ok(false)
    };
    match run() {
        Ok(damaged) => damaged,
        // A missing file was superseded, which the next query reports.
        Err(VectorsError::Io(_)) => false,
        Err(VectorsError::Damaged) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_note_does_not_keep_a_table_from_being_checked() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("facts.db");
        let facts = Connection::open(&path).expect("opened");
        facts
            .execute_batch(
                "CREATE TABLE notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
                 INSERT INTO notes VALUES ('checked facts.db notes', 'damaged');",
            )
            .expect("made");
        assert!(!is_damaged_database(&path, &path, &AtomicBool::new(false)));
        let checked: i64 = facts
            .query_row("SELECT value FROM notes", [], |row| row.get(0))
            .expect("a day");
        assert_eq!(checked, today());
    }
}
