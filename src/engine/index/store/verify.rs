//! Verifies a whole store, and compacts it.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::database::{check, is_corruption};
use super::records::{self, WriteError};
use super::repair::{self, ExaminedVectors};
use super::tidy::path_of;
use super::vectors::VectorsError;
use super::{Store, StoreError, StoreLimits, Tidied, checksum, lock};
use crate::engine::media::photo::{Candidate, ContentId};

/// Result of verifying a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Number of valid photos, by content.
    pub photos: u64,
    /// Number of valid files.
    pub files: u64,
    /// Number of valid vectors of all models; several per wide photo or video.
    pub vectors: u64,
    /// Number of thumbnails, including those of video frames.
    pub thumbnails: u64,
    /// Number of thumbnail databases.
    pub volumes: u64,
    /// Descriptions of the damage, one sentence each.
    pub damage: Vec<String>,
    /// Whether some damage will be repaired on the next opening; the other damaged rows have been deleted.
    pub needs_repair: bool,
}

impl Store {
    /// Verifies everything: all database pages, rows and vectors. Invalid rows are deleted, so that their photos are
    /// read again; other damage is repaired on the next opening, as if it had been detected during use.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read or written.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        self.check_health()?;
        self.finish_checks();
        let mut found = Verified::default();
        {
            let facts = lock(&self.facts);
            let fail = |e| self.database_error(e);
            if valid(&facts, "facts.db", &mut found).map_err(fail)? {
                count_rows(&facts, &mut found).map_err(fail)?;
                self.examine_models(&facts, &mut found)?;
            }
        }
        let mut volumes = lock(&self.thumbnails);
        let volumes = volumes.for_each(|volume| {
            let path = volume.path().unwrap_or_default();
            let name = Path::new(path).file_name().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            found.volumes += 1;
            if valid(volume, &name, &mut found)? {
                count_thumbnails(volume, &name, &mut found)?;
            }
            Ok(())
        });
        volumes.map_err(|error| self.thumbnails_error(0, error))?;
        if found.needs_repair {
            self.health.damaged();
        }
        Ok(found)
    }

    fn examine_models(&self, facts: &Connection, found: &mut Verified) -> Result<(), StoreError> {
        let keys = repair::all_keys(facts, &self.dir).map_err(|e| self.database_error(e))?;
        for key in keys {
            let name = key.path.file_name().unwrap_or_default().to_string_lossy();
            match repair::examine(facts, &key, u64::MAX) {
                Ok(ExaminedVectors::Valid(_) | ExaminedVectors::Large(_)) => {}
                Err(WriteError::Vectors(VectorsError::Damaged)) => {
                    let what = format!("{name}: vectors differ from what was written");
                    found.damage.push(what);
                    found.needs_repair = true;
                }
                // Another process has started a new generation.
                Err(WriteError::Superseded) => {}
                Err(error) => return Err(self.write_error(&key.path, 0, error)),
            }
        }
        Ok(())
    }

    /// Runs [`Self::tidy`] and returns unused space to the file system.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn compact(&self, limits: StoreLimits) -> Result<Tidied, StoreError> {
        let before = self.size()?.bytes;
        let mut tidied = self.tidy(limits)?;
        self.shrink_files()?;
        tidied.bytes = before.saturating_sub(self.size()?.bytes);
        Ok(tidied)
    }
}

/// Whether all pages of a database are valid.
fn valid(connection: &Connection, name: &str, found: &mut Verified) -> rusqlite::Result<bool> {
    match check(connection, "integrity_check(1)") {
        Ok(()) => Ok(true),
        Err(error) if is_corruption(&error) => {
            found.damage.push(format!("{name}: {error}"));
            found.needs_repair = true;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// A table whose rows can be verified individually.
struct TableCheck {
    /// Name of the table.
    name: &'static str,
    /// What a row represents, in singular and plural.
    about: (&'static str, &'static str),
    /// Selects all rows; the last columns are the key.
    query: &'static str,
    /// Columns of the key.
    key: &'static [&'static str],
    /// The amount that a row counts for; `None` if it is invalid.
    count: fn(&Row<'_>) -> Option<u64>,
}

const FILES: TableCheck = TableCheck {
    name: "files",
    about: ("a file", "files"),
    query: "SELECT path, size, modified_ns, content, checksum, path FROM files",
    key: &["path"],
    count: |row| {
        let file = Candidate {
            path: path_of(row.get(0).ok()?)?,
            size: row.get::<_, i64>(1).ok()?.unsigned_abs(),
            modified_ns: row.get(2).ok()?,
        };
        let content = ContentId(row.get(3).ok()?);
        (row.get(4) == Ok(checksum::file(&file, &content))).then_some(1)
    },
};

const CONTENTS: TableCheck = TableCheck {
    name: "contents",
    about: ("a photo", "photos"),
    query: "SELECT content, width, height, taken, warning, checksum, video, content FROM contents",
    key: &["content"],
    count: |row| records::facts_of(row).ok()?.map(|_| 1),
};

const VECTORS: TableCheck = TableCheck {
    name: "vectors",
    about: ("a vector", "vectors"),
    query: "SELECT v.content, v.row, v.count, v.checksum, m.generation, v.model, v.content
            FROM vectors v JOIN models m ON m.id = v.model",
    key: &["model", "content"],
    count: |row| {
        let (_, rows) = records::noted_rows(row, &row.get(4).ok()?)?;
        Some(rows.count.into())
    },
};

const THUMBNAILS: TableCheck = TableCheck {
    name: "thumbnails",
    about: ("a thumbnail", "thumbnails"),
    query: "SELECT jpeg, content FROM thumbnails",
    key: &["content"],
    // A JPEG starts and ends with a marker; truncated data lacks the second.
    count: |row| {
        let jpeg = row.get_ref(0).ok()?.as_blob().ok()?;
        (jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9])).then_some(1)
    },
};

impl TableCheck {
    /// Counts the rows; invalid ones are deleted and reported.
    fn count(
        &self,
        connection: &Connection,
        file: &str,
        damage: &mut Vec<String>,
    ) -> rusqlite::Result<u64> {
        let mut query = connection.prepare(self.query)?;
        let first = query.column_count() - self.key.len();
        let mut rows = query.query([])?;
        let (mut total, mut lost) = (0, Vec::new());
        while let Some(row) = rows.next()? {
            match (self.count)(row) {
                Some(count) => total += count,
                None => {
                    let key = (first..).take(self.key.len()).map(|at| row.get(at));
                    lost.push(key.collect::<Result<Vec<Value>, _>>()?);
                }
            }
        }
        drop(rows);
        let places: Vec<String> = (self.key.iter().zip(1..))
            .map(|(column, place)| format!("{column} = ?{place}"))
            .collect();
        let delete = format!("DELETE FROM {} WHERE {}", self.name, places.join(" AND "));
        for key in &lost {
            (connection.prepare_cached(&delete)?).execute(params_from_iter(key))?;
        }
        if !lost.is_empty() {
            let (one, many) = self.about;
            damage.push(match lost.len() {
                1 => format!("{file}: 1 row about {one} damaged and removed"),
                count => format!("{file}: {count} rows about {many} damaged and removed"),
            });
        }
        Ok(total)
    }
}

fn count_rows(facts: &Connection, found: &mut Verified) -> rusqlite::Result<()> {
    let mut count = |table: TableCheck| table.count(facts, "facts.db", &mut found.damage);
    found.files = count(FILES)?;
    found.photos = count(CONTENTS)?;
    found.vectors = count(VECTORS)?;
    Ok(())
}

fn count_thumbnails(volume: &Connection, name: &str, found: &mut Verified) -> rusqlite::Result<()> {
    found.thumbnails += THUMBNAILS.count(volume, name, &mut found.damage)?;
    Ok(())
}
