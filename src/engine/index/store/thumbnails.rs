//! Thumbnails by content.

use rusqlite::{Connection, params};

use super::volumes::row_of;
use super::{PhotoRecord, Store, StoreError, appearances, lock};
use crate::engine::media::appearance::Appearance;
use crate::engine::media::photo::ContentId;

/// Maximum number of provisional thumbnails: more than the photos that a job has in progress.
const MAX_PROVISIONAL: usize = 1024;

/// A content and its thumbnail.
type ThumbnailRow<'a> = (ContentId, &'a [u8]);

fn insert(connection: &Connection, (content, jpeg): &ThumbnailRow<'_>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO thumbnails VALUES (?1, ?2)")?
        .execute(params![content.0, jpeg])
        .map(|_| ())
}

impl Store {
    /// Sets an in-memory thumbnail of a content, used until a final one is written or the store is closed.
    pub fn show_provisionally(&self, content: ContentId, jpeg: Vec<u8>) {
        let mut provisional = lock(&self.provisional);
        // Left over from cancelled jobs.
        if provisional.len() >= MAX_PROVISIONAL {
            provisional.clear();
        }
        provisional.insert(content, jpeg);
    }

    pub(super) fn write_thumbnails(
        &self,
        batch: &[PhotoRecord],
        needed: u64,
    ) -> Result<(), StoreError> {
        let mut thumbnails: Vec<ThumbnailRow<'_>> = Vec::new();
        let mut features: Vec<(ContentId, &Appearance)> = Vec::new();
        for record in batch {
            let Some(new) = &record.new else { continue };
            let content = record.facts.content;
            let parts = std::iter::once(&new.thumbnail).chain(&new.frame_thumbnails);
            let parts = parts.enumerate();
            thumbnails
                .extend(parts.map(|(number, jpeg)| (content.of_part(number), jpeg.as_slice())));
            features.extend(
                new.appearance
                    .iter()
                    .map(|appearance| (content, appearance)),
            );
        }
        let mut volumes = lock(&self.thumbnails);
        let written = volumes
            .write(
                "thumbnails",
                &thumbnails,
                |(content, _)| content,
                |to, row| insert(to, row),
            )
            .and_then(|()| {
                volumes.write(
                    "appearances",
                    &features,
                    |(content, _)| content,
                    |to, (content, appearance)| appearances::insert(to, content, appearance),
                )
            });
        drop(volumes);
        written.map_err(|error| self.thumbnails_error(needed, error))?;
        let mut provisional = lock(&self.provisional);
        if !provisional.is_empty() {
            for record in batch {
                provisional.remove(&record.facts.content);
            }
        }
        Ok(())
    }

    /// Stores the thumbnail of a content.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn write_thumbnail(&self, content: &ContentId, jpeg: &[u8]) -> Result<(), StoreError> {
        let mut volumes = lock(&self.thumbnails);
        let row = [(*content, jpeg)];
        let written = volumes.write(
            "thumbnails",
            &row,
            |(content, _)| content,
            |to, row| insert(to, row),
        );
        written.map_err(|error| self.thumbnails_error(jpeg.len() as u64, error))
    }

    /// The JPEG thumbnail of a content or of a video frame ([`ContentId::of_part`]), if there is one.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn thumbnail(&self, content: &ContentId) -> Result<Option<Vec<u8>>, StoreError> {
        let written = self.written_thumbnail(content)?;
        Ok(written.or_else(|| lock(&self.provisional).get(content).cloned()))
    }

    fn written_thumbnail(&self, content: &ContentId) -> Result<Option<Vec<u8>>, StoreError> {
        let mut volumes = lock(&self.thumbnails);
        let found = volumes.find(|connection| {
            let query = "SELECT content, jpeg FROM thumbnails WHERE content = ?1";
            let row = row_of(connection, query, content, |row| {
                // A damaged row may have values of other types.
                let whose = row.get::<_, [u8; 32]>(0).ok();
                Ok(whose.zip(row.get::<_, Vec<u8>>(1).ok()))
            })?;
            // In a damaged index, a search may end at the row of a different content.
            Ok(row.flatten().filter(|(whose, _)| *whose == content.0))
        });
        let found = found.map_err(|error| self.thumbnails_error(0, error))?;
        Ok(found.map(|(_, jpeg)| jpeg))
    }
}
