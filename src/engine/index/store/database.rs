//! Opens the SQLite databases and quarantines damaged ones.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode};

use super::salvage::salvage;
use super::{StoreError, damage_notice};
use crate::engine::files::private;
use crate::engine::files::regular::open_regular;

/// Schema of one of the store's databases.
pub struct Schema {
    /// Schema version, stored in SQLite's `user_version`.
    pub version: i64,
    /// Statements that create the tables.
    pub tables: &'static str,
    /// For each version that can be migrated, the statements that migrate it to the next version.
    pub steps: &'static [(i64, &'static str)],
    /// The tables with their sort keys, for salvaging rows of a damaged database.
    pub keys: &'static [(&'static str, &'static str)],
}

impl Schema {
    /// Whether a version can be migrated to this one.
    fn can_migrate(&self, version: i64) -> bool {
        version == self.version || self.steps.iter().any(|(from, _)| *from == version)
    }
}

/// Files, contents, and the vectors of each content.
pub const FACTS: Schema = Schema {
    version: 3,
    tables: "
    CREATE TABLE files (
        path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
        content BLOB NOT NULL, checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE contents (
        content BLOB PRIMARY KEY, width INTEGER NOT NULL, height INTEGER NOT NULL,
        taken TEXT, warning TEXT, checksum INTEGER NOT NULL, seen INTEGER NOT NULL,
        video TEXT
    ) WITHOUT ROWID;
    CREATE TABLE models (
        id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint BLOB NOT NULL, preprocessing INTEGER NOT NULL,
        name TEXT NOT NULL, dim INTEGER NOT NULL, logit_scale REAL NOT NULL, generation BLOB NOT NULL,
        rows INTEGER NOT NULL DEFAULT 0, superseded INTEGER, told INTEGER NOT NULL DEFAULT 0,
        UNIQUE (fingerprint, preprocessing)
    );
    CREATE TABLE vectors (
        model INTEGER NOT NULL, content BLOB NOT NULL, row INTEGER NOT NULL, checksum INTEGER NOT NULL,
        count INTEGER NOT NULL, PRIMARY KEY (model, content)
    ) WITHOUT ROWID;
    CREATE INDEX wide ON vectors (model, row, count) WHERE count > 1;
    CREATE TABLE segments (
        model INTEGER NOT NULL, first INTEGER NOT NULL, rows INTEGER NOT NULL, checksum BLOB NOT NULL,
        PRIMARY KEY (model, first)
    ) WITHOUT ROWID;
    CREATE TABLE texts (
        model INTEGER NOT NULL, key BLOB NOT NULL, vectors BLOB NOT NULL, checksum BLOB NOT NULL,
        PRIMARY KEY (model, key)
    ) WITHOUT ROWID;
    CREATE TABLE notes (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
",
    steps: &[(2, "ALTER TABLE contents ADD COLUMN video TEXT")],
    keys: &[
        ("models", "id"),
        ("segments", "model, first"),
        ("vectors", "model, content"),
        ("contents", "content"),
        ("files", "path"),
    ],
};

/// Thumbnails and appearance features by content.
pub const THUMBNAILS: Schema = Schema {
    version: 2,
    tables: "
    CREATE TABLE thumbnails (content BLOB PRIMARY KEY, jpeg BLOB NOT NULL);
    CREATE TABLE appearances (content BLOB PRIMARY KEY, numbers BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
",
    steps: &[(
        1,
        "CREATE TABLE appearances (content BLOB PRIMARY KEY, numbers BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID",
    )],
    keys: &[("thumbnails", "rowid"), ("appearances", "content")],
};

/// Size limit in bytes up to which all pages are checked on opening, which takes about 0.1 s; larger databases are
/// checked in the background.
pub const CHECKED_BYTES: u64 = 128 << 20;

/// An opened database.
pub struct OpenedDatabase {
    /// The connection.
    pub connection: Connection,
    /// Whether it was quarantined and its readable rows were copied.
    pub salvaged: bool,
    /// Whether the tables of an earlier version were dropped.
    pub outdated: bool,
    /// Whether its pages have yet to be checked.
    pub unchecked: bool,
}

/// Opens a database. A damaged one is quarantined and replaced by a new one with its readable rows. The caller must
/// hold the opening lock.
pub fn open(
    path: &Path,
    schema: &Schema,
    thorough: bool,
    notices: &mut Vec<String>,
) -> Result<OpenedDatabase, StoreError> {
    let fail = |source| StoreError::database(path, 0, source);
    let newer = || StoreError::Newer { path: path.into() };
    match prepare(path, schema, thorough) {
        Ok(Some(opened)) => return Ok(opened),
        Ok(None) => return Err(newer()),
        Err(error) if !is_corruption(&error) => return Err(fail(error)),
        Err(_) => {}
    }
    let quarantined = quarantine_database(path).map_err(|e| StoreError::io(path, 0, e))?;
    notices.push(damage_notice(path, &quarantined));
    let opened = prepare(path, schema, false).map_err(fail)?;
    let mut opened = opened.ok_or_else(newer)?;
    let connection = &mut opened.connection;
    let is_read = |version| schema.can_migrate(version);
    salvage(&quarantined, connection, is_read, schema.keys);
    opened.salvaged = true;
    Ok(opened)
}

/// Renames a damaged database with its WAL files, and returns its new name.
///
/// # Errors
/// Returns an error if it cannot be renamed.
pub fn quarantine_database(path: &Path) -> io::Result<PathBuf> {
    let quarantined = quarantine_file(path)?.ok_or(io::ErrorKind::NotFound)?;
    for ending in WAL_SUFFIXES {
        // The WAL contains the latest writes and must stay with its database.
        match fs::rename(with_suffix(path, ending), with_suffix(&quarantined, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(quarantined)
}

/// Renames a damaged file to an unused name and returns that; `None` if the file does not exist.
///
/// # Errors
/// Returns an error if it cannot be renamed.
pub fn quarantine_file(path: &Path) -> io::Result<Option<PathBuf>> {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |n: u32| match n {
        0 => path.with_file_name(format!("{name}.damaged-{seconds}")),
        n => path.with_file_name(format!("{name}.damaged-{seconds}-{n}")),
    };
    let quarantined = (0..)
        .map(numbered)
        .find(|quarantined| !quarantined.exists());
    let quarantined = quarantined.ok_or(io::ErrorKind::AlreadyExists)?;
    match fs::rename(path, &quarantined) {
        Ok(()) => Ok(Some(quarantined)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Suffixes of SQLite's files beside a database.
const WAL_SUFFIXES: [&str; 2] = ["-wal", "-shm"];

fn with_suffix(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Lets only one process at a time open, repair or replace the store's files, until the returned file is closed. Errors
/// are ignored: on a file system without locks, SQLite's own locks would not work either.
pub fn lock_opening(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("opening.lock");
    let file = private::open_or_create(&path).map_err(|e| StoreError::io(&path, 0, e))?;
    let _ = file.lock();
    Ok(file)
}

/// A connection with a busy timeout, to a database that only the current user can access.
pub fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // The WAL files inherit its permissions. An error here recurs on opening, with a reason.
    let _ = private::open_or_create(path);
    private::restrict(path);
    for ending in WAL_SUFFIXES {
        private::restrict(&with_suffix(path, ending));
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// A verified connection with a current schema; `None` if a newer version of the program wrote the database.
fn prepare(
    path: &Path,
    schema: &Schema,
    thorough: bool,
) -> rusqlite::Result<Option<OpenedDatabase>> {
    if !has_valid_header(path) {
        return Err(corrupt("its header is not SQLite's".into()));
    }
    let connection = connect(path)?;
    let mut version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > schema.version {
        return Ok(None);
    }
    while let Some((_, step)) = schema.steps.iter().find(|(from, _)| *from == version) {
        version += 1;
        let step = format!("BEGIN IMMEDIATE; {step}; PRAGMA user_version = {version}; COMMIT;");
        connection.execute_batch(&step)?;
    }
    let large = path.metadata().is_ok_and(|m| m.len() > CHECKED_BYTES);
    let mut opened = OpenedDatabase {
        connection,
        salvaged: false,
        outdated: false,
        unchecked: large && !thorough,
    };
    if version < schema.version {
        opened.outdated = version > 0;
        make_tables(&opened.connection, schema)?;
    } else if thorough {
        check(&opened.connection, "integrity_check(1)")?;
    } else if !large {
        check(&opened.connection, "quick_check(1)")?;
    }
    Ok(Some(opened))
}

/// Drops the tables of an earlier version and creates the current ones.
fn make_tables(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        connection.execute_batch(&format!("DROP TABLE \"{}\"", name.replace('"', "\"\"")))?;
    }
    let (tables, version) = (schema.tables, schema.version);
    connection.execute_batch(&format!(
        "{tables} PRAGMA user_version = {version}; COMMIT;"
    ))
}

/// Runs an integrity check, such as reading every page.
///
/// # Errors
/// Returns an error if damage is found.
pub fn check(connection: &Connection, how: &str) -> rusqlite::Result<()> {
    let verdict: String = connection.query_row(&format!("PRAGMA {how}"), [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(corrupt(verdict))
}

fn corrupt(why: String) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why))
}

/// Whether the version and encoding fields of a database header are valid. With other values, SQLite reports the
/// database as unsupported or read-only and not as damaged. It detects other invalid fields itself.
fn has_valid_header(path: &Path) -> bool {
    let mut header = [0; 100];
    let read = open_regular(path).and_then(|mut file| file.read_exact(&mut header));
    if read.is_err() || !header.starts_with(b"SQLite format 3\0") {
        return true;
    }
    let number = |at: usize| u32::from_be_bytes([0, 1, 2, 3].map(|n| header[at + n]));
    (1..=2).contains(&header[18])
        && (1..=2).contains(&header[19])
        && number(44) <= 4
        && number(56) <= 3
}

/// Whether an error proves that the database is damaged.
pub fn is_corruption(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
