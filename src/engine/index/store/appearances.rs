//! What pictures look like, by content, beside their thumbnails.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Store, StoreError, checksum, lock};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::ContentId;

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
        let thumbnails = lock(&self.thumbnails);
        let read = || -> rusqlite::Result<Vec<Option<Appearance>>> {
            let mut query = thumbnails
                .prepare_cached("SELECT numbers, checksum FROM appearances WHERE content = ?1")?;
            let one = |content: &ContentId| {
                let found: Option<(Vec<u8>, i64)> = query
                    .query_row([content.0], |row| {
                        // A changed row may be of other types.
                        Ok((
                            row.get(0).unwrap_or_default(),
                            row.get(1).unwrap_or_default(),
                        ))
                    })
                    .optional()?;
                let holds =
                    found.filter(|(bytes, sum)| checksum::appearance(content, bytes) == *sum);
                Ok(holds.and_then(|(bytes, _)| Appearance::from_bytes(&bytes)))
            };
            contents.map(one).collect()
        };
        read().map_err(|source| self.thumbnails_error(0, source))
    }

    /// Keeps what contents look like.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn write_appearances(
        &self,
        appearances: &[(ContentId, Appearance)],
    ) -> Result<(), StoreError> {
        let mut thumbnails = lock(&self.thumbnails);
        let write = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (content, appearance) in appearances {
                insert(&transaction, content, appearance)?;
            }
            transaction.commit()
        };
        write(&mut thumbnails).map_err(|source| self.thumbnails_error(0, source))
    }
}
