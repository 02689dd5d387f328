//! A persistent metadata cache, so that unchanged files are not read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::embedded;
use super::facts::SourceFacts;
use crate::engine::files::private;
use crate::engine::media::photo::Taken;
use crate::engine::media::places::Coordinates;

/// Incremented when different facts are read, which invalidates all entries.
const VERSION: i64 = 6;
/// Maximum number of entries; beyond that the cache is cleared.
const MAX_ROWS: i64 = 2_000_000;
/// Entries written per transaction.
const BATCH: usize = 4096;
/// Days that an entry is kept after its last use, as in the store.
const KEPT_DAYS: i64 = 90;
/// Days after which the date of last use is updated.
const NOTED_DAYS: i64 = 7;
/// A file modified more recently may change again within the resolution of its timestamp.
const SETTLED: Duration = Duration::from_secs(3);

/// The cache file, queried on demand. Any fault in it costs only time.
pub struct Cache {
    file: PathBuf,
    /// `None` if the file cannot be used.
    connection: Mutex<Option<Connection>>,
    new: Mutex<Vec<(i64, String)>>,
}

/// A stored entry: facts as text, and the day of last use since 1970-01-01.
type CachedEntry = (String, i64);

/// Serialised facts.
#[derive(Default, Serialize, Deserialize)]
struct CachedFacts {
    keywords: Vec<String>,
    hierarchical: Vec<String>,
    rating: Option<i8>,
    colour: Option<String>,
    taken: Option<String>,
    position: Option<(f64, f64)>,
    #[serde(default)]
    camera: Option<String>,
    #[serde(default)]
    lens: Option<String>,
    #[serde(default)]
    description: Option<String>,
    modified: Option<i64>,
}

impl Cache {
    /// Opens a cache. A corrupt file is replaced by an empty one; without a usable file nothing is cached.
    #[must_use]
    pub fn open(file: &Path) -> Self {
        let opened = connect(file).or_else(|error| {
            if !is_corruption(&error) {
                return Err(error);
            }
            let _ = fs::remove_file(file);
            connect(file)
        });
        Self {
            file: file.into(),
            connection: Mutex::new(opened.ok()),
            new: Mutex::default(),
        }
    }

    /// The metadata of a photo, read from the file only if it changed.
    #[must_use]
    pub fn facts(&self, photo: &Path) -> SourceFacts {
        let Some((key, settled)) = key(photo) else {
            return embedded::facts_of(photo);
        };
        if let Some((text, last_used)) = self.kept(key)
            && let Some(facts) = from_text(&text)
        {
            if last_used + NOTED_DAYS <= today() {
                self.keep(key, text);
            }
            return facts;
        }
        let facts = embedded::facts_of(photo);
        if settled {
            self.keep(key, to_text(&facts));
        }
        facts
    }

    fn kept(&self, key: i64) -> Option<CachedEntry> {
        let connection = lock(&self.connection);
        let mut query = connection
            .as_ref()?
            .prepare_cached("SELECT facts, asked FROM inside WHERE photo = ?1")
            .ok()?;
        query
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .ok()
    }

    fn keep(&self, key: i64, facts: String) {
        let mut new = lock(&self.new);
        new.push((key, facts));
        if new.len() >= BATCH {
            let batch = std::mem::take(&mut *new);
            drop(new);
            self.write(&batch);
        }
    }

    /// Writes new entries and removes unused ones.
    pub fn save(self) {
        let new = std::mem::take(&mut *lock(&self.new));
        if !new.is_empty() {
            self.write(&new);
        }
        if let Some(connection) = &*lock(&self.connection) {
            // Failure costs only disk space.
            let oldest = today() - KEPT_DAYS;
            let _ = connection.execute("DELETE FROM inside WHERE asked < ?1", [oldest]);
        }
    }

    /// Failure, such as a lock by another process or a full disk, only means that photos are read again.
    fn write(&self, new: &[(i64, String)]) {
        let mut connection = lock(&self.connection);
        let Some(opened) = connection.as_mut() else {
            return;
        };
        if write(opened, new).is_err_and(|error| is_corruption(&error)) {
            *connection = None;
            let _ = fs::remove_file(&self.file);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_corruption(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

/// A hash of path, size and modification time, and whether the file is old enough that a change would alter it.
fn key(photo: &Path) -> Option<(i64, bool)> {
    let metadata = fs::metadata(photo).ok()?;
    let modified = metadata.modified().ok()?;
    let settled = SystemTime::now().duration_since(modified).ok()? > SETTLED;
    let since = modified.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&metadata.len().to_le_bytes());
    hasher.update(&since.to_le_bytes());
    hasher.update(
        std::path::absolute(photo)
            .ok()?
            .as_os_str()
            .as_encoded_bytes(),
    );
    let number = hasher.finalize().as_bytes().first_chunk().copied()?;
    Some((i64::from_le_bytes(number), settled))
}

fn to_text(facts: &SourceFacts) -> String {
    if facts.is_empty() {
        return String::new();
    }
    let row = CachedFacts {
        keywords: facts.keywords.clone(),
        hierarchical: facts.hierarchical.clone(),
        rating: facts.rating,
        colour: facts.colour.clone(),
        taken: facts.taken.as_ref().map(ToString::to_string),
        position: (facts.position).map(|at| (at.latitude(), at.longitude())),
        camera: facts.camera.clone(),
        lens: facts.lens.clone(),
        description: facts.description.clone(),
        modified: facts.modified.map(Timestamp::as_millisecond),
    };
    serde_json::to_string(&row).unwrap_or_default()
}

fn from_text(text: &str) -> Option<SourceFacts> {
    if text.is_empty() {
        return Some(SourceFacts::default());
    }
    let row: CachedFacts = serde_json::from_str(text).ok()?;
    let modified = row.modified.map(Timestamp::from_millisecond);
    Some(SourceFacts {
        keywords: row.keywords,
        hierarchical: row.hierarchical,
        rating: row.rating,
        colour: row.colour,
        taken: row.taken.map(Taken::from_text),
        // Few photos need it, and those are read again.
        sub_seconds: None,
        position: (row.position)
            .and_then(|(latitude, longitude)| Coordinates::new(latitude, longitude)),
        camera: row.camera,
        lens: row.lens,
        description: row.description,
        modified: modified.transpose().ok()?,
    })
}

fn today() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs() / 86_400).unwrap_or(0)
    })
}

/// Opens the file and creates its table.
fn connect(file: &Path) -> rusqlite::Result<Connection> {
    if let Some(folder) = file.parent() {
        let _ = fs::create_dir_all(folder);
    }
    // Created private, because it reveals where photos are. This also rejects pipes, on which SQLite would block.
    private::open_or_create(file).map_err(|_| rusqlite::Error::InvalidPath(file.into()))?;
    private::restrict(file);
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(2))?;
    // Losing the last rows in a power failure costs only time.
    connection.pragma_update(None, "synchronous", "off")?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_current = version == VERSION;
    let count = || -> rusqlite::Result<i64> {
        connection.query_row("SELECT count(*) FROM inside", [], |row| row.get(0))
    };
    if !is_current || count()? > MAX_ROWS {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             DROP TABLE IF EXISTS inside;
             CREATE TABLE inside (
                photo INTEGER PRIMARY KEY, facts TEXT NOT NULL, asked INTEGER NOT NULL
             );
             PRAGMA user_version = {VERSION};
             COMMIT;"
        ))?;
    }
    Ok(connection)
}

fn write(connection: &mut Connection, new: &[(i64, String)]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let today = today();
    for (photo, facts) in new {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO inside VALUES (?1, ?2, ?3)")?
            .execute(params![photo, facts, today])?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(path: &Path, keyword: &str) {
        let packet = format!(
            "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://purl.org/dc/elements/1.1/' xmlns:x='http://ns.adobe.com/xap/1.0/'><r:Description d:subject='{keyword}' x:Rating='4' x:ModifyDate='2024-05-01T10:00:00Z' x:CreateDate='2024-05-01' xmlns:e='http://ns.adobe.com/exif/1.0/' e:GPSLatitude='48,8.25N' e:GPSLongitude='11,34.5E'/></r:RDF>"
        );
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
        bytes.extend((packet.len() as u16 + 2 + 29).to_be_bytes());
        bytes.extend(b"http://ns.adobe.com/xap/1.0/\0");
        bytes.extend(packet.as_bytes());
        bytes.extend([0xff, 0xd9]);
        fs::write(path, bytes).expect("written");
    }

    fn age(path: &Path, seconds: u64) {
        let file = fs::File::options().write(true).open(path).expect("opens");
        let time = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(time).expect("a time");
    }

    #[test]
    fn a_photo_is_read_again_only_when_it_changed() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("cache/metadata.db");
        let path = dir.path().join("a.jpg");
        photo(&path, "sea");
        let time = SystemTime::now() - Duration::from_secs(100);
        let set = || {
            let file = fs::File::options().write(true).open(&path).expect("opens");
            file.set_modified(time).expect("a time");
        };
        set();
        let read = || {
            let cache = Cache::open(&file);
            let facts = cache.facts(&path);
            cache.save();
            facts
        };
        let first = read();
        assert_eq!(
            (&first.keywords[..], first.rating),
            (&["sea".into()][..], Some(4))
        );
        assert!(first.modified.is_some() && first.taken.is_some() && first.position.is_some());
        // Modified with the same length and timestamp: the cached facts are used.
        photo(&path, "lea");
        set();
        assert_eq!(read(), first);
        age(&path, 50);
        assert_eq!(read().keywords, ["lea"]);
        // Recently modified files are not cached.
        photo(&path, "now");
        read();
        let kept = || -> i64 {
            let connection = Connection::open(&file).expect("opened");
            let count = "SELECT count(*) FROM inside";
            connection
                .query_row(count, [], |row| row.get(0))
                .expect("counted")
        };
        assert_eq!(kept(), 2);
        // Entries unused for a long time are removed.
        let connection = Connection::open(&file).expect("opened");
        let age_all = "UPDATE inside SET asked = asked - 91";
        connection.execute_batch(age_all).expect("aged");
        drop(connection);
        age(&path, 40);
        read();
        assert_eq!(kept(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // A corrupt cache is replaced by a new one.
        fs::write(&file, "no database").expect("written");
        age(&path, 50);
        for _ in 0..2 {
            assert_eq!(read().keywords, ["now"]);
        }
        assert_eq!(kept(), 1);
    }
}
