//! What a person decided about photos: pick or reject, and stars.
//!
//! Kept by content, so that a mark survives renaming and copying; in a database of its own beside
//! other things that cannot be computed again, so that clearing the store loses none.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::photo::ContentId;

/// Whether a photo is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Not decided.
    #[default]
    None,
    /// To keep.
    Pick,
    /// To be left out.
    Reject,
}

/// What a person decided about one photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Pick or reject.
    pub flag: Flag,
    /// Stars, 0 to 5.
    pub stars: u8,
}

/// What can go wrong with marks.
#[derive(Debug, thiserror::Error)]
#[error("picks and stars in {}: {source}; check that the folder can be written", path.display())]
pub struct MarksError {
    path: PathBuf,
    source: rusqlite::Error,
}

/// The database of marks.
pub struct Marks {
    connection: Connection,
    path: PathBuf,
}

impl Marks {
    /// Opens the database at `path`, made if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened. It is never set aside: its content cannot be computed again.
    pub fn open(path: &Path) -> Result<Self, MarksError> {
        let fail = |source| MarksError {
            path: path.into(),
            source,
        };
        if let Some(folder) = path.parent() {
            // If this fails, opening says so with the path.
            let _ = fs::create_dir_all(folder);
        }
        let connection = super::store::connect(path).map_err(fail)?;
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS marks (
                     content BLOB PRIMARY KEY, flag INTEGER NOT NULL, stars INTEGER NOT NULL
                 ) WITHOUT ROWID;",
            )
            .map_err(fail)?;
        Ok(Self {
            connection,
            path: path.into(),
        })
    }

    fn fail(&self) -> impl Fn(rusqlite::Error) -> MarksError + '_ {
        |source| MarksError {
            path: self.path.clone(),
            source,
        }
    }

    /// All marks.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn all(&self) -> Result<HashMap<ContentId, Mark>, MarksError> {
        let read = || -> rusqlite::Result<HashMap<ContentId, Mark>> {
            let mut query = self
                .connection
                .prepare("SELECT content, flag, stars FROM marks")?;
            let rows = query.query_map([], |row| {
                let flag = match row.get(1)? {
                    1 => Flag::Pick,
                    -1 => Flag::Reject,
                    _ => Flag::None,
                };
                let stars = row.get::<_, u8>(2)?.min(5);
                Ok((ContentId(row.get(0)?), Mark { flag, stars }))
            })?;
            rows.collect()
        };
        read().map_err(self.fail())
    }

    /// Keeps marks, all or none.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set(&mut self, marks: &[(ContentId, Mark)]) -> Result<(), MarksError> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            for (content, mark) in marks {
                if *mark == Mark::default() {
                    transaction
                        .prepare_cached("DELETE FROM marks WHERE content = ?1")?
                        .execute([content.0])?;
                    continue;
                }
                let flag = match mark.flag {
                    Flag::None => 0,
                    Flag::Pick => 1,
                    Flag::Reject => -1,
                };
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO marks VALUES (?1, ?2, ?3)")?
                    .execute(params![content.0, flag, mark.stars])?;
            }
            transaction.commit()
        };
        write(&mut self.connection).map_err(|source| MarksError {
            path: self.path.clone(),
            source,
        })
    }
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
        };
        let reject = Mark {
            flag: Flag::Reject,
            stars: 0,
        };
        let mut marks = Marks::open(&path).expect("opened");
        marks.set(&[(a, pick), (b, reject)]).expect("set");
        let reopened = Marks::open(&path).expect("opened again");
        assert_eq!(
            reopened.all().expect("read"),
            HashMap::from([(a, pick), (b, reject)])
        );
        marks.set(&[(a, Mark::default())]).expect("taken away");
        assert_eq!(reopened.all().expect("read"), HashMap::from([(b, reject)]));
    }
}
