//! Opening the SQLite databases, and setting damaged ones aside.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::{StoreError, set_aside};

/// Version of both schemas, kept in SQLite's `user_version`.
const VERSION: i64 = 1;

/// Files, contents and which content has which vector.
pub const FACTS: &str = "
    CREATE TABLE IF NOT EXISTS files (
        path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
        content BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS contents (
        content BLOB PRIMARY KEY, width INTEGER NOT NULL, height INTEGER NOT NULL,
        taken TEXT, warning TEXT
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS models (
        id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL, preprocessing INTEGER NOT NULL,
        name TEXT NOT NULL, dim INTEGER NOT NULL, logit_scale REAL NOT NULL,
        rows INTEGER NOT NULL DEFAULT 0, UNIQUE (fingerprint, preprocessing)
    );
    CREATE TABLE IF NOT EXISTS vectors (
        model INTEGER NOT NULL, content BLOB NOT NULL, row INTEGER NOT NULL,
        PRIMARY KEY (model, content)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS texts (
        model INTEGER NOT NULL, key BLOB NOT NULL, vectors BLOB NOT NULL,
        PRIMARY KEY (model, key)
    ) WITHOUT ROWID;
";

/// Thumbnails by content.
pub const THUMBNAILS: &str = "
    CREATE TABLE IF NOT EXISTS thumbnails (content BLOB PRIMARY KEY, jpeg BLOB NOT NULL);
";

/// Databases up to this size are checked page by page on opening, which takes a tenth of a second.
const CHECKED_BYTES: u64 = 128 << 20;

/// Opens a database, or sets a damaged one aside and starts anew.
pub fn open(
    path: &Path,
    schema: &str,
    notices: &mut Vec<String>,
) -> Result<Connection, StoreError> {
    let fail = |source| StoreError::Database {
        path: path.into(),
        source,
    };
    match prepare(path, schema) {
        Ok(Some(connection)) => return Ok(connection),
        Ok(None) => return Err(StoreError::Newer { path: path.into() }),
        Err(error) if !is_damage(&error) => return Err(fail(error)),
        Err(_) => {}
    }
    notices.extend(set_aside(path)?);
    for companion in ["-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        set_aside(Path::new(&name))?;
    }
    prepare(path, schema)
        .map_err(fail)?
        .ok_or(StoreError::Newer { path: path.into() })
}

/// A connection whose waits for other processes end after a while.
pub fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A checked connection with the schema in place; `None` if a newer program wrote the database.
fn prepare(path: &Path, schema: &str) -> rusqlite::Result<Option<Connection>> {
    let connection = connect(path)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > VERSION {
        return Ok(None);
    }
    if version == 0 {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {schema} PRAGMA user_version = {VERSION}; COMMIT;"
        ))?;
    } else if path.metadata().is_ok_and(|m| m.len() <= CHECKED_BYTES) {
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(code, Some(verdict)));
        }
    }
    Ok(Some(connection))
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
