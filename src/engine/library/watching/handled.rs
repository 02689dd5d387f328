//! A human-readable log of the decisions about photos in watched folders, which is read back at startup.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::settled::SettleTracker;
use super::{FolderRule, WatchError};
use crate::engine::files::path_serde;
use crate::engine::files::private;
use crate::engine::files::regular::{open_regular, read_regular};
use crate::engine::media::paired_files::PairedFiles;
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

/// The log, open for appending or only read.
pub struct HandledLog {
    path: PathBuf,
    /// `None` if the log was only read.
    file: Option<File>,
    /// Keys of decisions, and whether the photo matched.
    keys: HashMap<String, bool>,
    settle_tracker: SettleTracker,
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
        Ok(Self::with(path, Some(file), &bytes))
    }

    /// Reads the log at `path` for a dry run, without creating or changing it. Another process may be appending to it:
    /// a truncated last line is ignored.
    ///
    /// # Errors
    /// Returns an error if the log exists but cannot be read.
    pub fn read(path: &Path) -> Result<Self, WatchError> {
        let bytes = match bytes_so_far(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.map_err(|source| WatchError::Log {
                path: path.into(),
                source,
            })?,
        };
        Ok(Self::with(path, None, &bytes))
    }

    fn with(path: &Path, file: Option<File>, bytes: &[u8]) -> Self {
        let entry = |line: &[u8]| serde_json::from_slice::<HandledEntry>(line).ok();
        let entries = bytes.split(|byte| *byte == b'\n').filter_map(entry);
        Self {
            path: path.into(),
            file,
            keys: entries
                .map(|entry| (entry.key, entry.target.is_some()))
                .collect(),
            settle_tracker: SettleTracker::default(),
        }
    }

    /// Whether a photo's content matched a rule, if the rule has already decided about it.
    pub(super) fn decided(&self, rule: &FolderRule, photo: &Photo) -> Option<bool> {
        self.keys.get(&rule.key.of(&photo.facts.content)).copied()
    }

    /// How much longer a photo's file and those that belong to it must remain unchanged; `None` if they are complete.
    pub(super) fn time_left(
        &mut self,
        photo: &Photo,
        paired_files: &mut PairedFiles,
        settle: Duration,
    ) -> Option<Duration> {
        let tracker = &mut self.settle_tracker;
        tracker.time_left(photo, settle).or_else(|| {
            let paired = paired_files.of(&photo.file.path).into_iter();
            let left = paired.filter_map(|paired| tracker.time_left_of_file(&paired.path, settle));
            left.max()
        })
    }

    /// How much longer an unreadable file must remain unchanged; `None` if it is complete.
    pub(super) fn time_left_of_file(&mut self, path: &Path, settle: Duration) -> Option<Duration> {
        self.settle_tracker.time_left_of_file(path, settle)
    }

    /// Ends a round: forgets the files that it did not examine.
    pub(super) fn end_round(&mut self) {
        self.settle_tracker.end_round();
    }

    /// Appends decisions, each with what was done with the photo, if it matched.
    ///
    /// # Errors
    /// Returns an error if the log cannot be written.
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
                key: rule.key.of(&photo.facts.content),
                source: photo.file.path.clone(),
                target: target.map(ToOwned::to_owned),
            };
            let line = serde_json::to_vec(&entry).map_err(io::Error::other);
            lines.extend(line.map_err(|source| self.failed(source))?);
            lines.push(b'\n');
            self.keys.insert(entry.key, target.is_some());
        }
        if lines.is_empty() {
            return Ok(());
        }
        let Some(file) = &mut self.file else {
            return Err(self.failed(ErrorKind::PermissionDenied.into()));
        };
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        written.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> WatchError {
        WatchError::Log {
            path: self.path.clone(),
            source,
        }
    }
}

/// The bytes of a file that may be growing.
fn bytes_so_far(path: &Path) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let length = file.metadata()?.len();
    if length > MAX_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::RuleText;
    use super::*;
    use crate::engine::media::photo::{Candidate, ContentId, PhotoFacts};

    fn rule(more: &str) -> FolderRule {
        let text = format!("folders = [\"in\"]\nlabel = \"cat\"\nmin_match = 0.5\n{more}");
        let text: RuleText = toml::from_str(&text).expect("a rule");
        text.checked(Path::new("/base")).expect("a valid rule")
    }

    fn photo() -> Photo {
        Photo {
            file: Candidate {
                path: "/base/in/a.jpg".into(),
                size: 1,
                modified_ns: 0,
            },
            facts: PhotoFacts {
                content: ContentId([7; 32]),
                width: 1,
                height: 1,
                taken: None,
                warning: None,
                video: None,
            },
        }
    }

    #[test]
    fn whatever_changes_what_a_rule_does_changes_its_key() {
        let variants = [
            "",
            "exactly = true",
            "as_typed = true",
            "language = \"fr\"",
            "without = [\"kitten\"]",
            "without = [\"kit\", \"ten\"]",
            "templates = [\"a scan of {}\"]",
            "layout = \"label\"",
            "layout = \"month\"",
            "layout = \"month-only\"",
            "examples = [\"a\"]",
            "counter_examples = [\"a\"]",
            "examples = [\"a\"]\ncounter_examples = [\"a\"]",
            "examples = [\"a\", \"b\"]",
            "examples = [\"a\"]\ncounter_examples = [\"b\"]",
            "examples = [\"b\"]\ncounter_examples = [\"a\"]",
            "counter_examples = [\"a\", \"b\"]",
            "examples = [\"a/base/b\"]",
        ];
        let exporting = variants.map(|more| rule(&format!("to = \"/out\"\n{more}")));
        let others = [
            "to = \"/elsewhere\"",
            "mark = \"pick\"",
            "mark = \"reject\"",
        ];
        let others = others.map(rule);
        let rules = exporting.iter().chain(&others);
        let keys: HashSet<String> = rules
            .map(|rule| rule.key.of(&photo().facts.content))
            .collect();
        assert_eq!(keys.len(), variants.len() + others.len());
    }

    #[test]
    fn what_makes_no_difference_keeps_the_key() {
        for (a, b) in [
            ("move = true", "move = false"),
            ("name = \"a\"", "enabled = false"),
            ("examples = [\"a\", \"b\"]", "examples = [\"b\", \"a\"]"),
        ] {
            let content = photo().facts.content;
            let of = |more: &str| rule(&format!("to = \"/out\"\n{more}")).key.of(&content);
            assert_eq!(of(a), of(b));
        }
    }

    #[test]
    fn reading_does_not_create_or_change_the_log() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("watch/decisions.jsonl");
        let rule = rule("to = \"/out\"");
        let mut log = HandledLog::read(&path).expect("no log");
        assert_eq!(log.decided(&rule, &photo()), None);
        let noted = log.note(&rule, std::iter::once((&photo(), None)));
        assert!(matches!(noted, Err(WatchError::Log { .. })));
        assert!(!dir.path().join("watch").exists());
        let mut log = HandledLog::open(&path).expect("a log");
        log.note(&rule, std::iter::once((&photo(), Some("there"))))
            .expect("noted");
        let mut text = fs::read_to_string(&path).expect("a log");
        text.push_str("{\"time\":\"2026");
        fs::write(&path, &text).expect("written");
        let log = HandledLog::read(&path).expect("a log");
        assert_eq!(log.decided(&rule, &photo()), Some(true));
        assert_eq!(fs::read_to_string(&path).expect("a log"), text);
    }

    #[cfg(unix)]
    #[test]
    fn a_photo_waits_for_the_files_that_belong_to_it() {
        let dir = tempfile::tempdir().expect("a folder");
        // Only the system sets change times, and that of a bundled photo is not recent.
        let path = dir.path().join("a.jpg");
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/cat.jpg");
        std::os::unix::fs::symlink(sample, &path).expect("linked");
        let metadata = fs::metadata(&path).expect("there");
        let photo = Photo {
            file: Candidate::new(path, &metadata),
            ..photo()
        };
        let settle = Duration::from_secs(30);
        let left = || {
            let mut log = HandledLog::read(&dir.path().join("none")).expect("no log");
            log.time_left(&photo, &mut PairedFiles::default(), settle)
        };
        assert_eq!(left(), None);
        File::create(dir.path().join("a.cr2")).expect("created");
        assert!(left().is_some_and(|left| left <= settle));
    }

    /// Keys of earlier versions, whose rules have these options.
    #[cfg(unix)]
    #[test]
    fn decisions_of_earlier_versions_remain_valid() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("decisions.jsonl");
        for (known, more) in [
            ("a2076138a0f3353630b347161bcacb70", "to = \"/out\""),
            (
                "b2eadb7b160e2eb4399c050de4430987",
                "to = \"/out\"\nexamples = [\"a.jpg\"]",
            ),
            ("151a856cf6acaa577ec5451f6dee9fdb", "mark = \"pick\""),
        ] {
            let line = format!(
                "{{\"time\":\"2026-01-01T00:00:00Z\",\"rule\":\"cat\",\"key\":\"{known}\",\
                 \"source\":\"/base/in/a.jpg\",\"target\":\"there\"}}\n"
            );
            fs::write(&path, line).expect("written");
            let log = HandledLog::open(&path).expect("a log");
            assert_eq!(log.decided(&rule(more), &photo()), Some(true), "{more}");
            let changed = format!("{more}\nexactly = true");
            assert_eq!(log.decided(&rule(&changed), &photo()), None, "{more}");
        }
    }
}
