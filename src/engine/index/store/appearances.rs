//! Stored appearance features of pictures, by content.

use rusqlite::{Connection, params};

use super::volumes::{VolumesError, row_of};
use super::{Store, StoreError, checksum, lock};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::ContentId;

/// Rows that are read while the database is held.
const AT_ONCE: usize = 500;

/// Numbers and their checksum.
type AppearanceRow = (Vec<u8>, i64);

/// Adds one inside an open transaction.
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
    /// What contents look like, in their order; nothing of those that were kept by an earlier version, or whose row
    /// does not hold.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn appearances<'a>(
        &self,
        contents: impl Iterator<Item = &'a ContentId>,
    ) -> Result<Vec<Option<Appearance>>, StoreError> {
        let contents: Vec<&ContentId> = contents.collect();
        let mut found = Vec::with_capacity(contents.len());
        for part in contents.chunks(AT_ONCE) {
            let rows = self.appearance_rows(part);
            let rows = rows.map_err(|error| self.thumbnails_error(0, error))?;
            found.extend(part.iter().zip(rows).map(|(content, row)| {
                let (bytes, sum) = row?;
                let holds = checksum::appearance(content, &bytes) == sum;
                holds.then(|| Appearance::from_bytes(&bytes)).flatten()
            }));
        }
        Ok(found)
    }

    /// The rows of contents as they are stored. Others wait for the database no longer than this takes.
    fn appearance_rows(
        &self,
        contents: &[&ContentId],
    ) -> Result<Vec<Option<AppearanceRow>>, VolumesError> {
        let mut volumes = lock(&self.thumbnails);
        let query = "SELECT numbers, checksum FROM appearances WHERE content = ?1";
        let one = |content: &&ContentId| {
            volumes.find(|connection| {
                row_of(connection, query, content, |row| {
                    // A changed row may be of other types.
                    Ok((
                        row.get(0).unwrap_or_default(),
                        row.get(1).unwrap_or_default(),
                    ))
                })
            })
        };
        contents.iter().map(one).collect()
    }

    /// Keeps what contents look like.
    ///
    /// # Errors
    /// If the store cannot be written.
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
