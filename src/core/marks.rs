//! What a person decided about photos: pick or reject, stars, and a colour.
//!
//! Kept by content, so that a mark survives renaming and copying; in a database of its own beside
//! other things that cannot be computed again, so that clearing the store loses none.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

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

/// A colour by which photos are put together; those that Lightroom and Bridge know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is its own name")]
pub enum Colour {
    Red,
    Yellow,
    Green,
    Blue,
    Purple,
}

impl Colour {
    /// All, in the order of their keys.
    pub const ALL: [Self; 5] = [
        Self::Red,
        Self::Yellow,
        Self::Green,
        Self::Blue,
        Self::Purple,
    ];

    /// As `xmp:Label` has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Red => "Red",
            Self::Yellow => "Yellow",
            Self::Green => "Green",
            Self::Blue => "Blue",
            Self::Purple => "Purple",
        }
    }

    /// The colour of a name, in capitals or not.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|colour| colour.name().eq_ignore_ascii_case(name.trim()))
    }

    /// From the number that the database keeps.
    fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    fn number(colour: Option<Self>) -> u8 {
        colour.map_or(0, |colour| colour as u8 + 1)
    }
}

/// What a person decided about one photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Pick or reject.
    pub flag: Flag,
    /// Stars, 0 to 5.
    pub stars: u8,
    /// A colour.
    pub colour: Option<Colour>,
}

/// What can go wrong with marks.
#[derive(Debug, thiserror::Error)]
#[error("picks, stars and colours in {}: {source}; check that the folder can be written", path.display())]
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
                     content BLOB PRIMARY KEY, flag INTEGER NOT NULL, stars INTEGER NOT NULL,
                     colour INTEGER NOT NULL DEFAULT 0
                 ) WITHOUT ROWID;",
            )
            .map_err(fail)?;
        // Databases of the first versions know no colours.
        let known = connection.column_exists(None, "marks", "colour");
        if !known.map_err(fail)? {
            let add = "ALTER TABLE marks ADD COLUMN colour INTEGER NOT NULL DEFAULT 0";
            connection.execute_batch(add).map_err(fail)?;
        }
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
                .prepare("SELECT content, flag, stars, colour FROM marks")?;
            let rows = query.query_map([], |row| {
                let flag = match row.get(1)? {
                    1 => Flag::Pick,
                    -1 => Flag::Reject,
                    _ => Flag::None,
                };
                let stars = row.get::<_, u8>(2)?.min(5);
                let colour = Colour::numbered(row.get(3)?);
                let mark = Mark {
                    flag,
                    stars,
                    colour,
                };
                Ok((ContentId(row.get(0)?), mark))
            })?;
            rows.collect()
        };
        read().map_err(self.fail())
    }

    /// Keeps decisions, all or none. A mark in which nothing is set is one too: it says more than what a
    /// sidecar says. Where there is none, an earlier one is forgotten.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn set(&mut self, decisions: &[(ContentId, Option<Mark>)]) -> Result<(), MarksError> {
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
