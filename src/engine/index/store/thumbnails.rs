//! Thumbnails by content.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Record, Store, StoreError, appearances, lock};
use crate::engine::media::photo::ContentId;

impl Store {
    pub(super) fn write_thumbnails(&self, batch: &[Record], needed: u64) -> Result<(), StoreError> {
        let mut thumbnails = lock(&self.thumbnails);
        let insert = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for record in batch {
                let new = record.new.iter();
                let parts =
                    new.flat_map(|new| [&new.thumbnail].into_iter().chain(&new.frame_thumbnails));
                for (number, thumbnail) in parts.enumerate() {
                    let content = record.facts.content.of_part(number);
                    transaction
                        .prepare_cached("INSERT OR REPLACE INTO thumbnails VALUES (?1, ?2)")?
                        .execute(params![content.0, thumbnail])?;
                }
                let new = record.new.as_ref();
                if let Some(appearance) = new.and_then(|new| new.appearance.as_ref()) {
                    appearances::insert(&transaction, &record.facts.content, appearance)?;
                }
            }
            transaction.commit()
        };
        insert(&mut thumbnails).map_err(|source| self.thumbnails_error(needed, source))
    }

    /// The thumbnail of a content, or of a frame of a video ([`ContentId::of_part`]), as a JPEG, if there is one.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn thumbnail(&self, content: &ContentId) -> Result<Option<Vec<u8>>, StoreError> {
        let thumbnails = lock(&self.thumbnails);
        let found: Option<([u8; 32], Vec<u8>)> = thumbnails
            .prepare_cached("SELECT content, jpeg FROM thumbnails WHERE content = ?1")
            .and_then(|mut query| {
                query
                    .query_row([content.0], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .map_err(|source| self.thumbnails_error(0, source))?;
        Ok(found
            .filter(|(whose, _)| *whose == content.0)
            .map(|(_, jpeg)| jpeg))
    }
}
