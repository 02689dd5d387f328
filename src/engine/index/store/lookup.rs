//! Lookups of files and contents, and tracking of when each content was last seen.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::records::{self, is_changed_row, known};
use super::tidy::path_of;
use super::{
    KnownPhoto, ModelKey, SEEN_DAYS, SEEN_WAITING, Store, StoreError, checksum, lock, today,
};
use crate::engine::media::photo::{Candidate, ContentId};

impl Store {
    /// Looks up a file by path, size and modification time.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn lookup(
        &self,
        model: &ModelKey,
        file: &Candidate,
    ) -> Result<Option<KnownPhoto>, StoreError> {
        let reader = lock(&self.reader);
        let found = reader
            // SQLite would replan a join with bound parameters on each use. The subquery with its limit is planned
            // separately, and the model id is part of the SQL text.
            .prepare_cached(&format!(
                "SELECT {}, f.checksum
                 FROM (SELECT content, checksum FROM files
                       WHERE path = ?1 AND size = ?2 AND modified_ns = ?3 LIMIT 1) f
                 JOIN contents c ON c.content = f.content
                 LEFT JOIN vectors v ON v.model = {} AND v.content = f.content",
                records::KNOWN,
                model.id
            ))
            .and_then(|mut query| {
                let path = file.path.as_os_str().as_encoded_bytes();
                let size = i64::try_from(file.size).unwrap_or(i64::MAX);
                query
                    .query_row(params![path, size, file.modified_ns], |row| {
                        known(row, model, Some(file))
                    })
                    .optional()
            });
        drop(reader);
        self.found(found)
    }

    /// Looks up a content, under any path.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    pub fn lookup_content(
        &self,
        model: &ModelKey,
        content: &ContentId,
    ) -> Result<Option<KnownPhoto>, StoreError> {
        let reader = lock(&self.reader);
        let found = reader
            .prepare_cached(&format!(
                "SELECT {}
                 FROM (SELECT * FROM contents WHERE content = ?1 LIMIT 1) c
                 LEFT JOIN vectors v ON v.model = {} AND v.content = c.content",
                records::KNOWN,
                model.id
            ))
            .and_then(|mut query| {
                query
                    .query_row([content.0], |row| known(row, model, None))
                    .optional()
            });
        drop(reader);
        // In a damaged index, a search may end at the row of a different content.
        let own = self.found(found)?;
        Ok(own.filter(|known| known.facts.content == *content))
    }

    /// The files that had a content when last seen.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read or written.
    pub fn files_of(&self, content: &ContentId) -> Result<Vec<Candidate>, StoreError> {
        // Few stores need this index, so it is created on first use. Without it, each lookup would scan all files.
        if !self.files_by_content.load(Ordering::Acquire) {
            let index = "CREATE INDEX IF NOT EXISTS files_by_content ON files (content)";
            let made = lock(&self.facts).execute_batch(index);
            made.map_err(|e| self.database_error(e))?;
            self.files_by_content.store(true, Ordering::Release);
        }
        let reader = lock(&self.reader);
        let read = || -> rusqlite::Result<Vec<Candidate>> {
            let mut query = reader.prepare_cached(
                "SELECT path, size, modified_ns, checksum FROM files WHERE content = ?1",
            )?;
            let mut rows = query.query([content.0])?;
            let mut files = Vec::new();
            while let Some(row) = rows.next()? {
                // A damaged row may have values of other types.
                let (Ok(path), Ok(size), Ok(modified_ns)) =
                    (row.get(0), row.get::<_, i64>(1), row.get(2))
                else {
                    continue;
                };
                let Some(path) = path_of(path) else { continue };
                let file = Candidate {
                    path,
                    size: size.unsigned_abs(),
                    modified_ns,
                };
                let checksum = row.get::<_, i64>(3);
                let holds =
                    checksum.is_ok_and(|checksum| checksum == checksum::file(&file, content));
                files.extend(holds.then_some(file));
            }
            Ok(files)
        };
        read().map_err(|e| self.database_error(e))
    }

    /// Result of a lookup. A damaged row counts as missing, so that the photo is read again.
    fn found(
        &self,
        found: rusqlite::Result<Option<Option<(KnownPhoto, i64)>>>,
    ) -> Result<Option<KnownPhoto>, StoreError> {
        let found = match found {
            Ok(found) => found.flatten(),
            Err(error) if is_changed_row(&error) => None,
            Err(error) => return Err(self.database_error(error)),
        };
        Ok(found.map(|(known, seen)| {
            if seen + SEEN_DAYS <= today() {
                self.note_seen(known.facts.content);
            }
            known
        }))
    }

    fn note_seen(&self, content: ContentId) {
        let mut seen = lock(&self.seen);
        seen.push(content);
        if seen.len() >= SEEN_WAITING {
            drop(seen);
            self.flush_seen();
        }
    }

    /// Records which contents were seen. Errors are ignored: the contents will be seen again.
    pub fn flush_seen(&self) {
        let seen = std::mem::take(&mut *lock(&self.seen));
        if seen.is_empty() {
            return;
        }
        let mut facts = lock(&self.facts);
        let write = |facts: &mut Connection| -> rusqlite::Result<()> {
            let transaction = facts.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for content in seen {
                transaction
                    .prepare_cached("UPDATE contents SET seen = ?1 WHERE content = ?2")?
                    .execute(params![today(), content.0])?;
            }
            transaction.commit()
        };
        let _ = write(&mut facts);
    }
}
