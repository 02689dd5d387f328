//! Shards: parts of an input, each written to its own file, for array jobs that share only a folder.
//!
//! Shard I of N has the rows from `rows * I / N` up to, but excluding, `rows * (I + 1) / N`. Its file gets its final
//! name only when complete; its schema records its provenance, so that a second run skips finished shards.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use arrow_schema::Metadata;

use super::columns::OutputColumns;
use super::identity::{COMPARED, INPUT, ROWS, SHARD};
use super::input::WorkerInput;
use super::sink::{Sink, read_schema};
use super::{Worker, WorkerCounts, WorkerError};
use crate::engine::files::atomic_write::{atomic_write_with, is_temporary_name};
use crate::engine::files::regular::open_no_link;

/// Age at which an unlocked temporary file is removed; a younger one may not have been locked yet.
const STALE: Duration = Duration::from_secs(60);

/// A shard, given by its index and the number of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// A text that is not a valid shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it as I/N, where I counts from 0 to N - 1, such as 0/16")]
pub struct ShardSyntaxError;

impl FromStr for Shard {
    type Err = ShardSyntaxError;

    fn from_str(text: &str) -> Result<Self, ShardSyntaxError> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (index < count).then_some(Self { index, count })
        });
        parsed.ok_or(ShardSyntaxError)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl Shard {
    /// The range of rows of this shard.
    #[must_use]
    pub fn range(self, rows: u64) -> Range<u64> {
        let at = |index: u64| {
            let at = u128::from(rows) * u128::from(index) / u128::from(self.count);
            u64::try_from(at).unwrap_or(rows)
        };
        at(self.index)..at(self.index + 1)
    }

    fn file_name(self, input: &Path, format: FileFormat) -> OsString {
        let mut name = stem(input);
        let Self { index, count } = self;
        name.push(format!("-{index:05}-of-{count:05}.{}", format.ending()));
        name
    }
}

fn stem(input: &Path) -> OsString {
    input.file_stem().unwrap_or_default().to_owned()
}

/// The file format of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Arrow's file format.
    Arrow,
    /// Parquet.
    Parquet,
}

impl FileFormat {
    fn ending(self) -> &'static str {
        match self {
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }
}

/// The outcome of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardOutcome {
    /// It was written.
    Made {
        /// Its file.
        path: PathBuf,
        /// Its row counts.
        counts: WorkerCounts,
    },
    /// It was already finished.
    Finished {
        /// Its file.
        path: PathBuf,
    },
}

impl Worker {
    /// Writes one shard of an input, unless its file already exists with the same provenance.
    ///
    /// # Errors
    /// Returns an error if the input cannot be read, `dir` has shards of another division or an unrelated file of the
    /// same name, or the file cannot be written. A previous file of that name is then left unchanged.
    pub fn run_shard(
        &self,
        shard: Shard,
        input: &Path,
        dir: &Path,
        format: FileFormat,
    ) -> Result<ShardOutcome, WorkerError> {
        let rows = WorkerInput::open(input)?;
        let range = shard.range(rows.rows);
        let mut metadata = self.identity.clone();
        metadata.insert(INPUT, rows.identity.clone());
        metadata.insert(SHARD, shard.to_string());
        metadata.insert(ROWS, format!("{}..{}", range.start, range.end));
        let path = dir.join(shard.file_name(input, format));
        refuse_other_division(dir, input, shard, format)?;
        if is_finished(&path, format, &metadata) {
            return Ok(ShardOutcome::Finished { path });
        }
        refuse_other_input(&path, format, &metadata)?;
        remove_stale(dir);
        let dim = self.model.info().dim;
        let columns = OutputColumns::new(&rows.schema(), dim, &self.labels.names, metadata)?;
        let mut outcome = None;
        let written = atomic_write_with(&path, |file| {
            // Tells other processes that this file is in use; without lock support they leave it alone anyway.
            let _ = file.try_lock();
            let counts = self.write(&rows, range, &columns, format, file);
            // A worker with another input of this name may have finished meanwhile.
            let counts = counts.and_then(|counts| {
                refuse_other_input(&path, format, columns.schema().metadata())?;
                Ok(counts)
            });
            let made = counts.is_ok();
            outcome = Some(counts);
            match made {
                true => Ok(()),
                false => Err(io::Error::other("the shard was not made")),
            }
        });
        match (outcome, written) {
            (Some(Ok(counts)), Ok(())) => Ok(ShardOutcome::Made { path, counts }),
            (Some(Err(WorkerError::Output(source))), _) => Err(WorkerError::Io { path, source }),
            // The cause is more informative than the resulting write error.
            (Some(Err(error)), _) => Err(error),
            (_, Err(source)) => Err(WorkerError::Io { path, source }),
            (None, Ok(())) => Err(WorkerError::Io {
                path,
                source: io::Error::other("nothing was written"),
            }),
        }
    }

    fn write(
        &self,
        input: &WorkerInput,
        range: Range<u64>,
        columns: &OutputColumns,
        format: FileFormat,
        file: &mut File,
    ) -> Result<WorkerCounts, WorkerError> {
        let wanted = range.end - range.start;
        let mut sink = Sink::new(format, file, columns.schema())?;
        let (batches, label_scorer) = (input.batches(range)?, self.label_scorer()?);
        let counts = self.run(batches, columns, label_scorer.as_ref(), |batch| {
            sink.write(batch)
        })?;
        if counts.rows != wanted {
            return Err(input.changed());
        }
        sink.finish()?;
        Ok(counts)
    }
}

/// Whether a file has the same provenance.
fn is_finished(path: &Path, format: FileFormat, metadata: &Metadata) -> bool {
    let Some(schema) = read_schema(format, path) else {
        return false;
    };
    let same = |key: &str| schema.metadata().get(key) == metadata.get(key);
    COMPARED.iter().all(|key| same(key))
}

/// Never replace results of another input, or files of other programs.
fn refuse_other_input(
    path: &Path,
    format: FileFormat,
    metadata: &Metadata,
) -> Result<(), WorkerError> {
    if fs::symlink_metadata(path).is_err() || is_of_input(path, format, metadata) {
        return Ok(());
    }
    Err(WorkerError::Invalid {
        path: path.into(),
        message: "it was not made from this input, or the input changed since: remove it, or name another folder with --out".into(),
    })
}

/// Whether a file was made from the same input, with whatever model and labels.
fn is_of_input(path: &Path, format: FileFormat, metadata: &Metadata) -> bool {
    let schema = read_schema(format, path);
    let input = schema.as_ref().and_then(|s| s.metadata().get(INPUT));
    input.is_some() && input == metadata.get(INPUT)
}

/// A folder with shards of two divisions would contain rows twice.
fn refuse_other_division(
    dir: &Path,
    input: &Path,
    shard: Shard,
    format: FileFormat,
) -> Result<(), WorkerError> {
    let (stem, own) = (stem(input), format!("-of-{:05}.", shard.count));
    let Ok(entries) = fs::read_dir(dir) else {
        return Ok(());
    };
    let other = entries
        .flatten()
        .map(|entry| entry.file_name())
        .find(|name| {
            let rest = name
                .as_encoded_bytes()
                .strip_prefix(stem.as_encoded_bytes());
            let rest = rest.and_then(|rest| std::str::from_utf8(rest).ok());
            rest.is_some_and(|rest| is_shard_of(rest, format) && !rest.contains(&own))
        });
    match other {
        None => Ok(()),
        Some(name) => Err(WorkerError::Invalid {
            path: dir.join(name),
            message: format!(
                "it is a shard of the same input, divided into another number of parts than {}: remove it, or name another folder with --out",
                shard.count
            ),
        }),
    }
}

/// Whether a name continues like that of a shard: `-00000-of-00001.arrow`.
fn is_shard_of(rest: &str, format: FileFormat) -> bool {
    let parts = rest.strip_suffix(format.ending()).and_then(|rest| {
        rest.strip_suffix('.')?
            .strip_prefix('-')?
            .split_once("-of-")
    });
    let number = |text: &str| text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    parts.is_some_and(|(index, count)| number(index) && number(count))
}

/// Removes temporary files of killed writers. A live writer holds a lock on its file.
fn remove_stale(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let old = entry.metadata().and_then(|metadata| metadata.modified());
        let old = old
            .is_ok_and(|time| SystemTime::now().duration_since(time).unwrap_or_default() > STALE);
        if old && is_temporary_name(&entry.file_name()) {
            let file = open_no_link(OpenOptions::new().read(true).write(true), &path);
            if file.is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shards_are_read_and_written() {
        let shard: Shard = "3/16".parse().expect("a shard");
        assert_eq!(shard.to_string(), "3/16");
        let name = shard.file_name(Path::new("/a/photos.list"), FileFormat::Parquet);
        assert_eq!(name, "photos-00003-of-00016.parquet");
        for text in ["", "3", "16/16", "0/0", "-1/4", "1/2/3", "a/b"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_of_shards_are_known() {
        assert!(is_shard_of("-00000-of-00004.arrow", FileFormat::Arrow));
        assert!(!is_shard_of("-00000-of-00004.parquet", FileFormat::Arrow));
        assert!(!is_shard_of("-two-00000-of-00004.arrow", FileFormat::Arrow));
        assert!(!is_shard_of(".arrow", FileFormat::Arrow));
    }

    #[test]
    fn what_a_killed_worker_leaves_is_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = |name: &str, old: bool| {
            let file = File::create(dir.path().join(name)).expect("made");
            if old {
                let then = SystemTime::now() - Duration::from_secs(3600);
                file.set_modified(then).expect("set");
            }
            file
        };
        file(".lumisift-killed.new", true);
        let held = file(".lumisift-written.new", true);
        held.try_lock().expect("locked");
        file(".lumisift-fresh.new", false);
        file("mine.new", true);
        remove_stale(dir.path());
        let there = |name: &str| dir.path().join(name).exists();
        assert!(!there(".lumisift-killed.new"));
        for kept in [".lumisift-written.new", ".lumisift-fresh.new", "mine.new"] {
            assert!(there(kept), "{kept}");
        }
    }

    proptest! {
        #[test]
        fn shards_cover_all_rows_once(rows in 0u64..10_000, count in 1u64..200) {
            let mut next = 0;
            for index in 0..count {
                let range = Shard { index, count }.range(rows);
                prop_assert_eq!(range.start, next);
                let size = range.end - range.start;
                prop_assert!(size == rows / count || size == rows / count + 1);
                next = range.end;
            }
            prop_assert_eq!(next, rows);
        }
    }
}
