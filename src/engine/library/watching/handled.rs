//! A human-readable log of the decisions about photos in watched folders, which is read back at startup.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::settled::SettleTracker;
use super::{FolderRule, RuleAction, WatchError};
use crate::engine::files::path_serde;
use crate::engine::files::private;
use crate::engine::files::regular::read_regular;
use crate::engine::media::photo::Photo;

/// Size limit of the log, in bytes.
const MAX_BYTES: u64 = 4 << 30;

#[derive(Serialize, Deserialize)]
struct HandledEntry {
    time: String,
    rule: String,
    key: String,
    #[serde(with = "path_serde")]
    source: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

/// The log, open for appending.
pub struct HandledLog {
    path: PathBuf,
    file: File,
    /// Keys of decisions, and whether the photo matched.
    keys: HashMap<String, bool>,
    sightings: SettleTracker,
}

impl HandledLog {
    /// Opens the log at `path`, creating it if necessary. A truncated last line is ignored.
    ///
    /// # Errors
    /// Returns an error if the log cannot be read or written.
    pub fn open(path: &Path) -> Result<Self, WatchError> {
        let fail = |source| WatchError::Log {
            path: path.into(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        let mut file = private::options()
            .append(true)
            .create(true)
            .open(path)
            .map_err(fail)?;
        let bytes = read_regular(path, MAX_BYTES).map_err(fail)?;
        if bytes.last().is_some_and(|last| *last != b'\n') {
            file.write_all(b"\n").map_err(fail)?;
        }
        let entry = |line: &[u8]| serde_json::from_slice::<HandledEntry>(line).ok();
        let entries = bytes.split(|byte| *byte == b'\n').filter_map(entry);
        Ok(Self {
            path: path.into(),
            file,
            keys: entries
                .map(|entry| (entry.key, entry.target.is_some()))
                .collect(),
            sightings: SettleTracker::default(),
        })
    }

    /// Whether a photo's content matched a rule, if the rule has already decided about it.
    pub(super) fn decided(&self, rule: &FolderRule, photo: &Photo) -> Option<bool> {
        self.keys.get(&key(rule, photo)).copied()
    }

    /// Whether a photo's file is complete.
    pub(super) fn is_settled(&mut self, photo: &Photo, settle: Duration) -> bool {
        self.sightings.is_settled(photo, settle)
    }

    /// Appends decisions, each with what was done with the photo, if it matched.
    pub(super) fn note<'a>(
        &mut self,
        rule: &FolderRule,
        decided: impl Iterator<Item = (&'a Photo, Option<&'a str>)>,
    ) -> Result<(), WatchError> {
        let now = jiff::Timestamp::now().to_string();
        let mut lines = Vec::new();
        for (photo, target) in decided {
            let entry = HandledEntry {
                time: now.clone(),
                rule: rule.name.clone(),
                key: key(rule, photo),
                source: photo.file.path.clone(),
                target: target.map(ToOwned::to_owned),
            };
            let line = serde_json::to_vec(&entry).map_err(std::io::Error::other);
            lines.extend(line.map_err(|source| self.failed(source))?);
            lines.push(b'\n');
            self.keys.insert(entry.key, target.is_some());
        }
        if lines.is_empty() {
            return Ok(());
        }
        let written = self
            .file
            .write_all(&lines)
            .and_then(|()| self.file.sync_data());
        written.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> WatchError {
        WatchError::Log {
            path: self.path.clone(),
            source,
        }
    }
}

/// The key of a decision: a new label, template, language, threshold, example, target or mark invalidates earlier
/// decisions.
fn key(rule: &FolderRule, photo: &Photo) -> String {
    let mut hasher = blake3::Hasher::new();
    let mark;
    let target = match &rule.action {
        RuleAction::Bring { to, .. } => to.as_os_str().as_encoded_bytes(),
        RuleAction::Mark(with) => {
            mark = format!("mark: {with}");
            mark.as_bytes()
        }
    };
    let line = rule.min_match.to_le_bytes();
    for part in [rule.label.as_bytes(), &line, target, &photo.facts.content.0] {
        hasher
            .update(&(part.len() as u64).to_le_bytes())
            .update(part);
    }
    // Hashed only if specified, so that decisions of older versions stay valid.
    let wording = rule.templates.iter().map(String::as_str);
    for part in wording.chain(rule.language.map(Language::code)) {
        hasher
            .update(&(part.len() as u64).to_le_bytes())
            .update(part.as_bytes());
    }
    let examples = rule.training_set.examples.iter();
    for example in examples.chain(&rule.training_set.counter_examples) {
        hasher.update(example.as_os_str().as_encoded_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
