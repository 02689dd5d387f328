//! A recovery file of JSON lines for decisions that the database could not store, until it can.

use std::fs;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Decision, Mark, MarksError};
use crate::engine::files::private;
use crate::engine::files::regular::read_regular;
use crate::engine::index::store;
use crate::engine::media::photo::ContentId;

/// Size limit of the file in bytes, more than a lifetime of decisions.
const MAX_BYTES: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct RecoveryLine {
    content: String,
    mark: Option<Mark>,
}

/// The recovery file next to a database of marks.
pub struct Recovery {
    path: PathBuf,
    /// Whether there is a file that could not be read, which must not be lost.
    is_unread: bool,
    /// The new name of such a file, until it is reported.
    quarantined: Option<PathBuf>,
}

impl Recovery {
    /// The recovery file of the database at `marks`.
    #[must_use]
    pub fn beside(marks: &Path) -> Self {
        Self {
            path: marks.with_extension("recovery.jsonl"),
            is_unread: false,
            quarantined: None,
        }
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The new name of a file that [`Self::append`] quarantined; returned only once.
    #[must_use]
    pub fn take_quarantined(&mut self) -> Option<PathBuf> {
        self.quarantined.take()
    }

    fn fail(&self, source: io::Error) -> MarksError {
        MarksError::Io {
            path: self.path.clone(),
            source,
        }
    }

    /// Appends decisions and flushes them to disk. A file that could not be read is quarantined first.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written or quarantined.
    pub fn append(&mut self, decisions: &[Decision]) -> Result<(), MarksError> {
        if self.is_unread {
            let quarantined = store::quarantine_file(&self.path).map_err(|e| self.fail(e))?;
            self.quarantined = quarantined;
            self.is_unread = false;
        }
        // Terminates a line that a full disk or a kill may have truncated.
        let mut text = String::from("\n");
        for (content, mark) in decisions {
            let content = content.0.iter().map(|byte| format!("{byte:02x}")).collect();
            let line = serde_json::to_string(&RecoveryLine {
                content,
                mark: *mark,
            });
            text.push_str(&line.map_err(|e| self.fail(e.into()))?);
            text.push('\n');
        }
        let write = || {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = private::open_or_create(&self.path)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        write().map_err(|e| self.fail(e))
    }

    /// Reads the decisions in order; truncated lines are ignored.
    ///
    /// # Errors
    /// Returns an error if the file exists but cannot be read.
    pub fn read(&mut self) -> Result<Vec<Decision>, MarksError> {
        self.is_unread = false;
        let text = match read_regular(&self.path, MAX_BYTES) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                self.is_unread = true;
                return Err(self.fail(error));
            }
        };
        let decision = |line: &[u8]| {
            let line: RecoveryLine = serde_json::from_slice(line).ok()?;
            Some((content(&line.content)?, line.mark))
        };
        Ok(text
            .split(|byte| *byte == b'\n')
            .filter_map(decision)
            .collect())
    }

    /// Removes the file, once its decisions are in the database. A file that could not be read is kept.
    ///
    /// # Errors
    /// Returns an error if the file exists and cannot be removed.
    pub fn clear(&self) -> Result<(), MarksError> {
        if self.is_unread {
            return Ok(());
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.fail(error)),
            _ => Ok(()),
        }
    }
}

fn content(hex: &str) -> Option<ContentId> {
    let digits = hex.as_bytes().as_chunks::<2>().0;
    let mut bytes = [0; 32];
    if digits.len() != bytes.len() || hex.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(digits) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(ContentId(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_come_back_whatever_was_cut_off() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut recovery = Recovery::beside(&dir.path().join("deep/marks.db"));
        assert!(recovery.read().expect("nothing").is_empty());
        let mark = Mark {
            stars: 4,
            ..Mark::default()
        };
        let first = [(ContentId([1; 32]), Some(mark)), (ContentId([2; 32]), None)];
        recovery.append(&first).expect("written");
        let whole = fs::read(recovery.path()).expect("read");
        for cut in 0..whole.len() {
            fs::write(recovery.path(), &whole[..cut]).expect("cut");
            recovery.append(&first[..1]).expect("written");
            let read = recovery.read().expect("read");
            assert_eq!(read.last(), Some(&first[0]), "cut at {cut}");
            assert!(read[..read.len() - 1].iter().all(|d| first.contains(d)));
        }
        recovery.clear().expect("removed");
        recovery.clear().expect("nothing to remove");
        assert!(recovery.read().expect("nothing").is_empty());
    }

    #[test]
    fn a_file_that_could_not_be_read_is_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut recovery = Recovery::beside(&dir.path().join("marks.db"));
        let file = fs::File::create(recovery.path()).expect("created");
        file.set_len(MAX_BYTES + 1).expect("sized");
        drop(file);
        let files = || fs::read_dir(dir.path()).expect("listed").count();
        assert!(recovery.read().is_err());
        recovery.clear().expect("kept");
        assert!(recovery.path().exists());
        let decisions = [(ContentId([1; 32]), None)];
        recovery.append(&decisions).expect("written");
        assert!(recovery.take_quarantined().is_some_and(|to| to.exists()));
        assert_eq!(recovery.take_quarantined(), None);
        assert_eq!(recovery.read().expect("read"), decisions);
        assert_eq!(files(), 2);
        recovery.clear().expect("removed");
        assert!(!recovery.path().exists());
        assert_eq!(files(), 1);
    }
}
