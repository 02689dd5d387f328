//! Marks of photos: pick or reject, stars, and a colour label.
//!
//! Marks are stored by content hash, so they survive renaming and copying. They have their own database in the data
//! directory, so clearing the store does not lose them.

mod recovery;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, params};

use crate::engine::index::store;
use crate::engine::media::photo::ContentId;

pub use crate::engine::media::mark::{Colour, Flag, Mark};
pub use recovery::Recovery;

/// The new mark of a content, or `None` to remove the existing one.
pub type Decision = (ContentId, Option<Mark>);

/// Errors of the marks database.
#[derive(Debug, thiserror::Error)]
pub enum MarksError {
    /// An SQLite error.
    #[error("picks, stars and colours in {}: {source}; check that the folder is writable", path.display())]
    Database {
        /// The path of the database.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// An I/O error in the database or a file next to it.
    #[error("picks, stars and colours in {}: {source}; check that the folder is writable", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

impl MarksError {
    /// Whether the database is certainly damaged; reopening it quarantines the file and salvages what is readable.
    #[must_use]
    pub fn is_corruption(&self) -> bool {
        matches!(self, Self::Database { source, .. } if store::is_corruption(source))
    }
}

/// The database of marks.
pub struct Marks {
    connection: Connection,
    path: PathBuf,
    notice: Option<String>,
}

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS marks (
        content BLOB PRIMARY KEY, flag INTEGER NOT NULL, stars INTEGER NOT NULL,
        colour INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
";

impl Marks {
    /// Opens the database at `path`, creating it if necessary. A damaged database is quarantined and its readable rows
    /// are salvaged, as described by [`Self::notice`].
    ///
    /// # Errors
    /// Returns an error if the database cannot be opened.
    pub fn open(path: &Path) -> Result<Self, MarksError> {
        let fail = |source| MarksError::Database {
            path: path.into(),
            source,
        };
        if let Some(folder) = path.parent() {
            // If this fails, opening the database reports the error with its path.
            let _ = fs::create_dir_all(folder);
        }
        match Self::connect(path) {
            Ok(connection) => Ok(Self {
                connection,
                path: path.into(),
                notice: None,
            }),
            Err(error) if store::is_corruption(&error) => Self::salvage(path),
            Err(error) => Err(fail(error)),
        }
    }

    /// Opens and checks a database, and creates the table.
    fn connect(path: &Path) -> rusqlite::Result<Connection> {
        let connection = store::connect(path)?;
        store::check(&connection, "quick_check(1)")?;
        connection.execute_batch(TABLE)?;
        // The first versions had no colours.
        if !connection.column_exists(None, "marks", "colour")? {
            let add = "ALTER TABLE marks ADD COLUMN colour INTEGER NOT NULL DEFAULT 0";
            connection.execute_batch(add)?;
        }
        Ok(connection)
    }

    /// Quarantines a damaged database and salvages its readable rows.
    fn salvage(path: &Path) -> Result<Self, MarksError> {
        let io = |source| MarksError::Io {
            path: path.into(),
            source,
        };
        let database = |source| MarksError::Database {
            path: path.into(),
            source,
        };
        let quarantined = store::quarantine_database(path).map_err(io)?;
        let mut connection = Self::connect(path).map_err(database)?;
        if let Ok(old) = Connection::open(&quarantined) {
            store::copy_table(&old, &mut connection, "marks", "content");
        }
        let kept: u64 = connection
            .query_row("SELECT count(*) FROM marks", [], |row| row.get::<_, i64>(0))
            .map_err(database)?
            .unsigned_abs();
        let (path_text, name) = (path.display(), quarantined.file_name().unwrap_or_default());
        let name = name.to_string_lossy();
        let notice = match kept {
            1 => format!(
                "{path_text} was damaged: it was set aside as {name}, and 1 decision could be read and is kept"
            ),
            _ => format!(
                "{path_text} was damaged: it was set aside as {name}, and {kept} decisions could be read and are kept"
            ),
        };
        Ok(Self {
            connection,
            path: path.into(),
            notice: Some(notice),
        })
    }

    /// A message about a quarantined database.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    fn fail(&self) -> impl Fn(rusqlite::Error) -> MarksError + '_ {
        |source| MarksError::Database {
            path: self.path.clone(),
            source,
        }
    }

    /// Reads all marks, without those in damaged rows.
    ///
    /// # Errors
    /// Returns an error if the database cannot be read.
    pub fn all(&self) -> Result<HashMap<ContentId, Mark>, MarksError> {
        let read = || -> rusqlite::Result<HashMap<ContentId, Mark>> {
            let mut query = self
                .connection
                .prepare("SELECT content, flag, stars, colour FROM marks")?;
            let mut rows = query.query([])?;
            let (mut marks, mut damaged) = (HashMap::new(), 0);
            while let Some(row) = rows.next()? {
                match mark_of(row) {
                    Ok((content, mark)) => {
                        marks.insert(content, mark);
                    }
                    Err(_) => damaged += 1,
                }
            }
            if damaged > 0 {
                tracing::warn!(
                    "{}: {damaged} damaged rows were ignored",
                    self.path.display()
                );
            }
            Ok(marks)
        };
        read().map_err(self.fail())
    }

    /// Saves decisions in one transaction. An empty mark is stored as well, because it overrides the sidecar; `None`
    /// removes the stored mark.
    ///
    /// # Errors
    /// Returns an error if the database cannot be written.
    pub fn set(&mut self, decisions: &[Decision]) -> Result<(), MarksError> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            for (content, mark) in decisions {
                let Some(mark) = mark else {
                    transaction
                        .prepare_cached("DELETE FROM marks WHERE content = ?1")?
                        .execute([content.0])?;
                    continue;
                };
                let flag = match mark.flag {
                    Flag::None => 0,
                    Flag::Pick => 1,
                    Flag::Reject => -1,
                };
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO marks (content, flag, stars, colour) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        content.0,
                        flag,
                        mark.stars,
                        Colour::number(mark.colour)
                    ])?;
            }
            transaction.commit()
        };
        write(&mut self.connection).map_err(|source| MarksError::Database {
            path: self.path.clone(),
            source,
        })
    }
}

/// Decodes a database row. Returns an error if the row is damaged and has values of other types.
fn mark_of(row: &Row<'_>) -> rusqlite::Result<(ContentId, Mark)> {
    let flag = match row.get::<_, i64>(1)? {
        1 => Flag::Pick,
        -1 => Flag::Reject,
        _ => Flag::None,
    };
    let mark = Mark {
        flag,
        stars: row.get::<_, u8>(2)?.min(5),
        colour: Colour::numbered(row.get(3)?),
    };
    Ok((ContentId(row.get(0)?), mark))
}

/// Reads all marks: those in the database at `path`, and those in the recovery file next to it. Creates no files. The
/// second value is the notice about a quarantined database.
///
/// # Errors
/// Returns an error if either cannot be read.
pub fn read_all(path: &Path) -> Result<(HashMap<ContentId, Mark>, Option<String>), MarksError> {
    let (mut all, notice) = match path.exists() {
        true => {
            let marks = Marks::open(path)?;
            (marks.all()?, marks.notice)
        }
        false => (HashMap::new(), None),
    };
    for (content, mark) in Recovery::beside(path).read()? {
        match mark {
            Some(mark) => all.insert(content, mark),
            None => all.remove(&content),
        };
    }
    Ok((all, notice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back_and_can_be_taken_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep/marks.db");
        let (a, b) = (ContentId([1; 32]), ContentId([2; 32]));
        let pick = Mark {
            flag: Flag::Pick,
            stars: 3,
            colour: Some(Colour::Purple),
        };
        let reject = Mark {
            flag: Flag::Reject,
            ..Mark::default()
        };
        let mut marks = Marks::open(&path).expect("opened");
        marks
            .set(&[(a, Some(pick)), (b, Some(reject))])
            .expect("set");
        let reopened = Marks::open(&path).expect("opened again");
        assert_eq!(
            reopened.all().expect("read"),
            HashMap::from([(a, pick), (b, reject)])
        );
        let nothing = Mark::default();
        marks
            .set(&[(a, None), (b, Some(nothing))])
            .expect("taken away");
        assert_eq!(reopened.all().expect("read"), HashMap::from([(b, nothing)]));
    }

    #[test]
    fn a_damaged_row_does_not_hide_the_other_marks() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut marks = Marks::open(&dir.path().join("marks.db")).expect("opened");
        let pick = Mark {
            flag: Flag::Pick,
            ..Mark::default()
        };
        let content = ContentId([1; 32]);
        marks.set(&[(content, Some(pick))]).expect("set");
        marks
            .connection
            .execute_batch(
                "INSERT INTO marks VALUES (zeroblob(32), 'damaged', 0, 0);
                 INSERT INTO marks VALUES (randomblob(32), 0, 300, 0);
                 INSERT INTO marks VALUES ('damaged', 1, 0, 0);",
            )
            .expect("damaged");
        assert_eq!(marks.all().expect("read"), HashMap::from([(content, pick)]));
    }

    #[test]
    fn marks_of_the_first_versions_get_colours() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("marks.db");
        let old = Connection::open(&path).expect("opened");
        old.execute_batch(
            "CREATE TABLE marks (content BLOB PRIMARY KEY, flag INTEGER NOT NULL, stars INTEGER NOT NULL) WITHOUT ROWID;
             INSERT INTO marks VALUES (zeroblob(32), 1, 4);",
        )
        .expect("as it was");
        drop(old);
        let content = ContentId([0; 32]);
        let mut marks = Marks::open(&path).expect("opened");
        let mut mark = marks.all().expect("read")[&content];
        assert_eq!((mark.flag, mark.stars, mark.colour), (Flag::Pick, 4, None));
        mark.colour = Some(Colour::Red);
        marks.set(&[(content, Some(mark))]).expect("set");
        assert_eq!(marks.all().expect("read")[&content], mark);
    }
}
