//! Manifests: what was exported and why, as JSON that can be applied again, or as CSV for spreadsheets.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{hash, rename_new};
use super::ops::Disk;
use super::plan::new_id;
use super::{ExportItem, ExportReport, Transfer};
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::files::path_serde;
use crate::engine::files::regular::read_regular;
use crate::engine::media::photo::{Failure, Stage};
use crate::engine::sanitize::csv_cell;

/// The format version.
const VERSION: u32 = 1;
/// Size limit of a manifest, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// A record of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format version.
    pub version: u32,
    /// The time of the export in UTC, as `2024-05-01T10:00:00Z`.
    pub time: String,
    /// The model that scored the photos.
    #[serde(default)]
    pub model: Option<ModelNote>,
    /// The target folder.
    #[serde(with = "path_serde")]
    pub target: PathBuf,
    /// Whether the photos were copied, moved or linked.
    pub transfer: Transfer,
    /// The photos.
    pub photos: Vec<ManifestEntry>,
}

/// The model that scored the photos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelNote {
    /// Its name.
    pub name: String,
    /// Its fingerprint.
    pub fingerprint: String,
}

/// An exported photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// The source path.
    #[serde(with = "path_serde")]
    pub source: PathBuf,
    /// The target path, relative to the target folder.
    #[serde(with = "path_serde")]
    pub target: PathBuf,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    #[serde(default)]
    pub hash: Option<String>,
    /// Its scores.
    #[serde(default)]
    pub labels: Vec<LabelNote>,
    /// For a duplicate to be moved away, the better copy that stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<KeptCopy>,
}

/// The copy that stays when its duplicates are moved away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCopy {
    /// Its path.
    #[serde(with = "path_serde")]
    pub path: PathBuf,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub hash: String,
}

impl ManifestEntry {
    /// Why a duplicate must no longer be moved away, if there is a reason. `keepers` caches the hashes of keepers.
    fn outdated(&self, keepers: &mut HashMap<PathBuf, Option<String>>) -> Option<String> {
        const AGAIN: &str = "run `lumisift duplicates` again for a new plan";
        let keeper = self.keeper.as_ref()?;
        let found = |path: &Path| hash(path).ok().map(|content| content.to_string());
        if self.hash.is_none() || found(&self.source) != self.hash {
            return Some(format!("it changed since the plan was made: {AGAIN}"));
        }
        let kept = (keepers.entry(keeper.path.clone())).or_insert_with(|| found(&keeper.path));
        if kept.as_ref() != Some(&keeper.hash) {
            return Some(format!(
                "the copy to keep, {}, changed or is gone since the plan was made: {AGAIN}",
                keeper.path.display()
            ));
        }
        None
    }
}

/// A photo's scores for a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelNote {
    /// The label's text.
    pub label: String,
    /// The match score, 0 to 1.
    #[serde(rename = "match")]
    pub matched: f32,
    /// The probability among all labels, 0 to 1.
    pub probability: f32,
    /// The lowest match score at which a photo matches.
    pub threshold: f32,
}

/// Errors of reading and writing manifests. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Its path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The content is invalid.
    #[error("{} is not an export manifest: {message}", path.display())]
    Invalid {
        /// The file's path.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// The current time in UTC, as `2024-05-01T10:00:00Z`.
#[must_use]
pub fn now() -> String {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second);
    now.unwrap_or_default().to_string()
}

impl Manifest {
    /// Creates the manifest of a finished export. `scores` returns the scores of a photo by its source path. A file is
    /// hashed only if the report lacks its hash.
    pub fn new(
        target: &Path,
        transfer: Transfer,
        model: Option<ModelNote>,
        report: &ExportReport,
        scores: impl Fn(&Path) -> Vec<LabelNote>,
    ) -> Self {
        let entry = |(source, there): &(PathBuf, PathBuf)| ManifestEntry {
            source: source.clone(),
            target: there.strip_prefix(target).unwrap_or(there).into(),
            hash: (report.contents.get(there).copied())
                .or_else(|| hash(there).ok())
                .map(|content| content.to_string()),
            labels: scores(source),
            keeper: None,
        };
        Self {
            version: VERSION,
            time: now(),
            model,
            target: target.into(),
            transfer,
            photos: report.exported.iter().map(entry).collect(),
        }
    }

    /// Creates the manifest of an export to come, for the user to review.
    #[must_use]
    pub fn planned(target: &Path, transfer: Transfer, photos: Vec<ManifestEntry>) -> Self {
        Self {
            version: VERSION,
            time: now(),
            model: None,
            target: target.into(),
            transfer,
            photos,
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is not a manifest, or was written by a newer version.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let bytes = read_regular(path, MAX_BYTES).map_err(|source| ManifestError::Io {
            path: path.into(),
            source,
        })?;
        let invalid = |message: String| ManifestError::Invalid {
            path: path.into(),
            message,
        };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|e| invalid(e.to_string()))?;
        if manifest.version > VERSION {
            return Err(invalid("a newer Lumisift wrote it".into()));
        }
        Ok(manifest)
    }

    /// Writes CSV if the file name has that extension, otherwise JSON.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ManifestError> {
        let written = self
            .bytes(path)
            .and_then(|bytes| atomic_write(path, &bytes));
        written.map_err(|source| ManifestError::Io {
            path: path.into(),
            source,
        })
    }

    /// Writes both forms into a folder as `name.json` and `name.csv`, adding the first number for which neither exists,
    /// so that earlier manifests remain.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write_beside(&self, folder: &Path, name: &str) -> Result<(), ManifestError> {
        for number in 1.. {
            let numbered = match number {
                1 => name.to_owned(),
                number => format!("{name} ({number})"),
            };
            let paths = ["json", "csv"].map(|ending| folder.join(format!("{numbered}.{ending}")));
            if paths.iter().any(|path| fs::symlink_metadata(path).is_ok()) {
                continue;
            }
            let mut taken = false;
            for path in &paths {
                match self.bytes(path).and_then(|bytes| write_new(path, &bytes)) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = true,
                    Err(source) => {
                        let path = path.clone();
                        return Err(ManifestError::Io { path, source });
                    }
                }
            }
            if !taken {
                return Ok(());
            }
        }
        Ok(())
    }

    fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let csv = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if csv {
            self.csv()
        } else {
            Ok(serde_json::to_vec_pretty(self)?)
        }
    }

    fn csv(&self) -> std::io::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let text = |text: &str| csv_cell(text).into_owned().into_bytes();
        csv.write_record([
            "source",
            "target",
            "hash",
            "best",
            "match",
            "probability",
            "threshold",
            "labels",
            "model",
            "fingerprint",
            "time",
        ])?;
        let model = |field: fn(&ModelNote) -> &String| {
            self.model
                .as_ref()
                .map_or("", |model| field(model).as_str())
        };
        for photo in &self.photos {
            let fits = |label: &&LabelNote| label.matched >= label.threshold;
            let by_match = |a: &&LabelNote, b: &&LabelNote| a.matched.total_cmp(&b.matched);
            let best = photo.labels.iter().filter(fits).max_by(by_match);
            let number = |value: fn(&LabelNote) -> f32| {
                best.map_or(String::new(), |l| format!("{:.4}", value(l)))
            };
            let all: Vec<String> = (photo.labels.iter())
                .map(|label| format!("{}={:.4}", label.label, label.matched))
                .collect();
            csv.write_record([
                path_cell(&photo.source),
                path_cell(&self.target.join(&photo.target)),
                text(photo.hash.as_deref().unwrap_or("")),
                text(best.map_or("", |label| label.label.as_str())),
                number(|label| label.matched).into_bytes(),
                number(|label| label.probability).into_bytes(),
                number(|label| label.threshold).into_bytes(),
                text(&all.join("; ")),
                text(model(|model| &model.name)),
                text(model(|model| &model.fingerprint)),
                text(&self.time),
            ])?;
        }
        csv.into_inner()
            .map_err(|e| std::io::Error::other(e.to_string()))
    }

    /// The photos to export, and failures for stale entries: duplicates that have changed, or whose keeper has changed
    /// or is gone. Hashes the files of duplicates.
    #[must_use]
    pub fn items(&self) -> (Vec<ExportItem>, Vec<Failure>) {
        let (mut items, mut stale) = (Vec::new(), Vec::new());
        let mut keepers = HashMap::new();
        for entry in &self.photos {
            match entry.outdated(&mut keepers) {
                Some(message) => stale.push(Failure::new(&entry.source, Stage::Export, message)),
                None => items.push(ExportItem {
                    source: entry.source.clone(),
                    place: Some(entry.target.clone()),
                    is_duplicate: entry.keeper.is_some(),
                    ..ExportItem::default()
                }),
            }
        }
        (items, stale)
    }
}

/// Encodes a path as a CSV cell with its original bytes, so that a path that is not valid UTF-8 can be recovered.
fn path_cell(path: &Path) -> Vec<u8> {
    let text = path.to_string_lossy();
    let is_escaped = csv_cell(&text).len() > text.len();
    let bytes = match cfg!(unix) {
        true => path.as_os_str().as_encoded_bytes(),
        false => text.as_bytes(),
    };
    match is_escaped {
        true => [b"'", bytes].concat(),
        false => bytes.to_vec(),
    }
}

/// Writes a file atomically under an unused name.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_file_name(format!(".lumisift-{}.part", new_id()));
    let written = File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let named = written.and_then(|()| rename_new(&Disk, &temporary, path));
    if named.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reverses [`csv_cell`].
    fn plain(cell: &[u8]) -> &[u8] {
        let rest = cell.strip_prefix(b"'").unwrap_or(cell);
        let text = String::from_utf8_lossy(rest);
        match csv_cell(&text).len() > text.len() {
            true => rest,
            false => cell,
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_all_can_be_read_back() {
        let texts = ["=1+1", "'=1", "-a", "@b", "+c", "plain", "'quoted'", "\tx"];
        let note = |text: &&str| LabelNote {
            label: (*text).into(),
            matched: 0.9,
            probability: 0.5,
            threshold: 0.8,
        };
        let entry = |text: &&str| ManifestEntry {
            source: text.into(),
            target: text.into(),
            hash: None,
            labels: vec![note(text)],
            keeper: None,
        };
        let mut photos: Vec<ManifestEntry> = texts.iter().map(entry).collect();
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            photos[0].source = std::ffi::OsStr::from_bytes(b"=\xe9.jpg").into();
        }
        let manifest = Manifest {
            version: VERSION,
            time: now(),
            model: Some(ModelNote {
                name: "=model".into(),
                fingerprint: "-1".into(),
            }),
            target: PathBuf::new(),
            transfer: Transfer::Copy,
            photos,
        };
        let written = manifest.csv().expect("written");
        let mut reader = csv::Reader::from_reader(&written[..]);
        let rows: Vec<csv::ByteRecord> = (reader.byte_records())
            .map(|row| row.expect("a row"))
            .collect();
        for (row, photo) in rows.iter().zip(&manifest.photos) {
            for cell in row {
                assert!(
                    !cell.starts_with(b"=") && !cell.starts_with(b"@"),
                    "{row:?}"
                );
            }
            let path = |path: &Path| path.as_os_str().as_encoded_bytes().to_vec();
            assert_eq!(plain(&row[1]), path(&photo.target));
            if cfg!(unix) {
                assert_eq!(plain(&row[0]), path(&photo.source));
            }
            assert_eq!(plain(&row[3]), photo.labels[0].label.as_bytes());
            assert_eq!(
                (plain(&row[8]), plain(&row[9])),
                (&b"=model"[..], &b"-1"[..])
            );
        }
        assert_eq!(rows.len(), texts.len());
    }
}
