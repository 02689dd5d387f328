//! Appearance features of pictures, by content.

use rusqlite::{Connection, params};

use super::volumes::{VolumesError, row_of};
use super::{Store, StoreError, checksum, lock};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::ContentId;

/// Number of rows read per acquisition of the database lock.
const ROWS_PER_LOCK: usize = 500;

/// Encoded features and their checksum.
type AppearanceRow = (Vec<u8>, i64);

/// Inserts a row within an open transaction.
pub(super) fn insert(
    connection: &Connection,
    content: &ContentId,
    appearance: &Appearance,
) -> rusqlite::Result<()> {
    let bytes = appearance.to_bytes();
    connection
        .prepare_cached("INSERT OR REPLACE INTO appearances VALUES (?1, ?2, ?3)")?
        .execute(params![
            content.0,
            bytes,
            checksum::appearance(content, &bytes)
        ])
        .map(|_| ())
}

impl Store {
    /// The appearance features of contents, in order; `None` for those stored by an earlier version or with an invalid
    /// checksum.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn appearances<'a>(
        &self,
        contents: impl Iterator<Item = &'a ContentId>,
    ) -> Result<Vec<Option<Appearance>>, StoreError> {
        let contents: Vec<&ContentId> = contents.collect();
        let mut found = Vec::with_capacity(contents.len());
        for part in contents.chunks(ROWS_PER_LOCK) {
            let rows = self.appearance_rows(part);
            let rows = rows.map_err(|error| self.thumbnails_error(0, error))?;
            found.extend(part.iter().zip(rows).map(|(content, row)| {
                let (bytes, checksum) = row?;
                let holds = checksum::appearance(content, &bytes) == checksum;
                holds.then(|| Appearance::from_bytes(&bytes)).flatten()
            }));
        }
        Ok(found)
    }

    /// The stored rows of contents. The database lock is held only during this call.
    fn appearance_rows(
        &self,
        contents: &[&ContentId],
    ) -> Result<Vec<Option<AppearanceRow>>, VolumesError> {
        let mut volumes = lock(&self.thumbnails);
        let query = "SELECT numbers, checksum FROM appearances WHERE content = ?1";
        let one = |content: &&ContentId| {
            volumes.find(|connection| {
                row_of(connection, query, content, |row| {
                    // A damaged row may have values of other types.
                    Ok((
                        row.get(0).unwrap_or_default(),
                        row.get(1).unwrap_or_default(),
                    ))
                })
            })
        };
        contents.iter().map(one).collect()
    }

    /// Stores appearance features.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn write_appearances(
        &self,
        appearances: &[(ContentId, Appearance)],
    ) -> Result<(), StoreError> {
        let written = lock(&self.thumbnails).write(
            "appearances",
            appearances,
            |(content, _)| content,
            |to, (content, appearance)| insert(to, content, appearance),
        );
        written.map_err(|error| self.thumbnails_error(0, error))
    }
}
