//! Retention: removes data of files not seen for a while, and data beyond the size limit.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use rusqlite::{Connection, Params, Statement, TransactionBehavior, params};

use super::records::WriteError;
use super::{Store, StoreError, lock, repair, today, upkeep};
use crate::engine::media::photo::{Candidate, ContentId, VideoFacts};

/// Number of days for which data is kept after its file was last seen, or after its model was superseded.
pub const KEPT_DAYS: i64 = 90;
/// Maximum number of rounds of shrinking a store: the space per photo is only an estimate.
const ROUNDS: u32 = 12;
/// A vector file is rewritten once at least one in this many of its rows is deleted.
const REWRITE_DIVISOR: u64 = 4;

/// Retention limits of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// Maximum size on disk in bytes; `None` for no limit.
    pub max_bytes: Option<u64>,
    /// The current day, in days since 1970.
    pub today: i64,
}

impl StoreLimits {
    /// Limits as of today, with a maximum size in megabytes.
    #[must_use]
    pub fn megabytes(most: Option<u64>) -> Self {
        Self {
            max_bytes: most.map(|most| most.saturating_mul(1_000_000)),
            today: today(),
        }
    }
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Number of photos, by content.
    pub photos: u64,
    /// Number of superseded models.
    pub models: u64,
    /// Bytes of disk space freed.
    pub bytes: u64,
}

impl Store {
    /// Removes contents that no file has had for [`KEPT_DAYS`] days, vectors of models that were superseded as long
    /// ago, old quarantined files, and, beyond the size limit, the contents not seen for longest.
    ///
    /// Other users of the store may have to look photos up again.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    pub fn tidy(&self, limits: StoreLimits) -> Result<Tidied, StoreError> {
        self.check_health()?;
        self.flush_seen();
        self.truncate_wal()?;
        let before = self.size()?;
        let oldest = limits.today - KEPT_DAYS;
        let mut tidied = Tidied::default();
        let lost = expired_contents(&mut lock(&self.facts), oldest, limits.today);
        tidied.photos += self.forget_contents(&lost.map_err(|e| self.database_error(e))?)?;
        tidied.models = self.forget_superseded(oldest)?;
        self.remove_quarantined(limits.today);
        if tidied.photos + tidied.models > 0 {
            self.shrink_files()?;
        }
        if let Some(most) = limits.max_bytes {
            tidied.photos += self.shrink(most)?;
        }
        let mut facts = lock(&self.facts);
        let noted = facts.execute(
            "INSERT OR REPLACE INTO notes VALUES ('tidied', ?1)",
            [limits.today],
        );
        noted.map_err(|e| self.database_error(e))?;
        upkeep::remove_orphans(&mut facts, &self.dir).map_err(|e| self.database_error(e))?;
        drop(facts);
        tidied.bytes = before.bytes.saturating_sub(self.size()?.bytes);
        Ok(tidied)
    }

    /// Runs [`Self::tidy`] unless that was already done today; cheap enough to call whenever a store is opened.
    ///
    /// # Errors
    /// Same as [`Self::tidy`].
    pub fn tidy_if_due(&self, limits: StoreLimits) -> Result<Option<Tidied>, StoreError> {
        let last = lock(&self.reader).query_row(
            "SELECT coalesce((SELECT value FROM notes WHERE name = 'tidied'), 0)",
            [],
            // A damaged row may have a value of another type.
            |row| Ok(row.get::<_, i64>(0).unwrap_or_default()),
        );
        match last.map_err(|e| self.database_error(e))? == limits.today {
            true => Ok(None),
            false => self.tidy(limits).map(Some),
        }
    }

    /// Shrinks the store to a maximum size; returns the number of photos removed.
    fn shrink(&self, most: u64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for round in 1..=ROUNDS {
            let size = self.size()?;
            if size.bytes <= most || size.photos == 0 {
                break;
            }
            // Removes more than the proportional share, because parts of most files do not shrink.
            let over = (size.bytes - most) as f64 / size.bytes as f64;
            let too_many = match round {
                ROUNDS => size.photos,
                _ => ((1.2 * over * size.photos as f64) as u64 + 8).min(size.photos),
            };
            let oldest = || -> rusqlite::Result<Vec<[u8; 32]>> {
                let facts = lock(&self.facts);
                let mut query = facts
                    .prepare("SELECT content FROM contents ORDER BY seen, content LIMIT ?1")?;
                contents_of(&mut query, [i64::try_from(too_many).unwrap_or(i64::MAX)])
            };
            let oldest = oldest().map_err(|e| self.database_error(e))?;
            gone += self.forget_contents(&oldest)?;
            self.shrink_files()?;
        }
        Ok(gone)
    }

    /// Deletes contents with their files, vectors and thumbnails; returns their number.
    fn forget_contents(&self, contents: &[[u8; 32]]) -> Result<u64, StoreError> {
        if contents.is_empty() {
            return Ok(0);
        }
        let delete = |connection: &mut Connection,
                      tables: &[&str],
                      contents: &[[u8; 32]]|
         -> rusqlite::Result<()> {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(
                "CREATE TEMP TABLE IF NOT EXISTS gone (content BLOB PRIMARY KEY) WITHOUT ROWID;
                 DELETE FROM gone;",
            )?;
            for content in contents {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO gone VALUES (?1)")?
                    .execute([content])?;
            }
            for table in tables {
                transaction.execute_batch(&format!(
                    "DELETE FROM {table} WHERE content IN (SELECT content FROM gone)"
                ))?;
            }
            transaction.commit()
        };
        let parts = self
            .frames_of(contents)
            .map_err(|e| self.database_error(e))?;
        // Thumbnails are deleted last: a photo without one would appear as a gap.
        delete(
            &mut lock(&self.facts),
            &["vectors", "files", "contents"],
            contents,
        )
        .map_err(|e| self.database_error(e))?;
        let all = [contents, &parts].concat();
        lock(&self.thumbnails)
            .for_each(|volume| delete(volume, &["thumbnails", "appearances"], &all))
            .map_err(|e| self.thumbnails_error(0, e))?;
        Ok(contents.len() as u64)
    }

    /// The thumbnail keys of further frames, for those contents that are videos.
    fn frames_of(&self, contents: &[[u8; 32]]) -> rusqlite::Result<Vec<[u8; 32]>> {
        let contents: HashSet<&[u8; 32]> = contents.iter().collect();
        let facts = lock(&self.facts);
        let mut query =
            facts.prepare("SELECT content, video FROM contents WHERE video IS NOT NULL")?;
        let mut rows = query.query([])?;
        let mut parts = Vec::new();
        while let Some(row) = rows.next()? {
            // A damaged row may have values of other types.
            let (Ok(content), Ok(video)) = (row.get(0), row.get::<_, String>(1)) else {
                continue;
            };
            if contents.contains(&content) {
                let frames = VideoFacts::from_text(&video).map_or(0, |video| video.frames_ms.len());
                parts.extend((1..frames).map(|number| ContentId(content).of_part(number).0));
            }
        }
        Ok(parts)
    }

    /// Deletes models that were superseded by newer ones of the same name.
    fn forget_superseded(&self, oldest: i64) -> Result<u64, StoreError> {
        let mut facts = lock(&self.facts);
        let forget = |facts: &mut Connection| -> rusqlite::Result<u64> {
            let transaction = facts.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut query = transaction.prepare("SELECT id FROM models WHERE superseded < ?1")?;
            let ids: Vec<i64> = query
                .query_map([oldest], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            drop(query);
            for id in &ids {
                repair::forget(&transaction, *id)?;
            }
            transaction.commit()?;
            Ok(ids.len() as u64)
        };
        forget(&mut facts).map_err(|e| self.database_error(e))
    }

    /// Removes old quarantined files, whose photos have been read again since.
    fn remove_quarantined(&self, today: i64) {
        for file in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let of = name.split_once(".damaged-").map(|(_, time)| time);
            let seconds = of.and_then(|time| time.split('-').next()?.parse::<i64>().ok());
            if seconds.is_some_and(|seconds| seconds / 86_400 + KEPT_DAYS < today) {
                let _ = fs::remove_file(file.path());
            }
        }
    }

    /// Returns the space of deleted data to the file system.
    pub(super) fn shrink_files(&self) -> Result<(), StoreError> {
        let mut facts = lock(&self.facts);
        let fail = |e| self.database_error(e);
        let transaction = facts
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(fail)?;
        for key in repair::all_keys(&transaction, &self.dir).map_err(fail)? {
            // Unlike `sum`, `total` also adds up damaged values of other types.
            let counted = transaction.query_row(
                "SELECT rows, (SELECT total(count) FROM vectors WHERE model = id) FROM models WHERE id = ?1",
                [key.id],
                |row| Ok((row.get::<_, u32>(0).unwrap_or_default(), row.get::<_, f64>(1)?)),
            );
            let (rows, used) = counted.map_err(fail)?;
            let (rows, used) = (u64::from(rows), used as u64);
            if rows > 0 && rows.saturating_sub(used) * REWRITE_DIVISOR >= rows {
                repair::start_generation(&transaction, &self.dir, &key)
                    .map_err(|e: WriteError| self.write_error(&key.path, 0, e))?;
            }
        }
        transaction.commit().map_err(fail)?;
        upkeep::remove_orphans(&mut facts, &self.dir).map_err(fail)?;
        let shrink = "VACUUM";
        facts.execute_batch(shrink).map_err(fail)?;
        drop(facts);
        lock(&self.thumbnails)
            .for_each(|volume| volume.execute_batch(shrink))
            .map_err(|e| self.thumbnails_error(0, e))?;
        self.truncate_wal()
    }

    /// Checkpoints and truncates the WAL files.
    fn truncate_wal(&self) -> Result<(), StoreError> {
        let empty = "PRAGMA wal_checkpoint(TRUNCATE)";
        lock(&self.facts)
            .execute_batch(empty)
            .map_err(|e| self.database_error(e))?;
        lock(&self.thumbnails)
            .for_each(|volume| volume.execute_batch(empty))
            .map_err(|e| self.thumbnails_error(0, e))
    }
}

/// Contents not seen since `oldest` whose files are gone or changed; contents of unchanged files are marked as seen.
fn expired_contents(
    facts: &mut Connection,
    oldest: i64,
    today: i64,
) -> rusqlite::Result<Vec<[u8; 32]>> {
    let transaction = facts.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut found: Vec<[u8; 32]> = Vec::new();
    let mut query = transaction.prepare(
        "SELECT f.path, f.size, f.modified_ns, f.content FROM files f JOIN contents c ON c.content = f.content
         WHERE c.seen < ?1",
    )?;
    let mut rows = query.query([oldest])?;
    while let Some(row) = rows.next()? {
        // A damaged row may have values of other types.
        let values = || -> rusqlite::Result<(Vec<u8>, i64, i64, [u8; 32])> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        let Ok((path, size, modified, content)) = values() else {
            continue;
        };
        let now = path_of(path).and_then(|path| {
            let metadata = fs::metadata(&path).ok()?;
            Some(Candidate::new(path, &metadata))
        });
        if now.is_some_and(|now| i64::try_from(now.size) == Ok(size) && now.modified_ns == modified)
        {
            found.push(content);
        }
    }
    drop(rows);
    drop(query);
    for content in found {
        transaction
            .prepare_cached("UPDATE contents SET seen = ?1 WHERE content = ?2")?
            .execute(params![today, content])?;
    }
    let mut query = transaction.prepare("SELECT content FROM contents WHERE seen < ?1")?;
    let lost = contents_of(&mut query, [oldest])?;
    drop(query);
    transaction.commit()?;
    Ok(lost)
}

/// The contents that a query selects, without those of damaged rows, which may have values of other types.
fn contents_of(query: &mut Statement<'_>, values: impl Params) -> rusqlite::Result<Vec<[u8; 32]>> {
    let mut rows = query.query(values)?;
    let mut contents = Vec::new();
    while let Some(row) = rows.next()? {
        contents.extend(row.get::<_, [u8; 32]>(0).ok());
    }
    Ok(contents)
}

/// Decodes a path as stored in the databases.
#[cfg(unix)]
pub fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
pub fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}
