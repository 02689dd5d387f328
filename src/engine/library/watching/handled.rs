//! A human-readable log of the decisions about photos in watched folders, which is read back at startup.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::settled::SettleTracker;
use super::{FolderRule, RuleAction, WatchError};
use crate::engine::files::path_serde;
use crate::engine::files::private;
use crate::engine::files::regular::{open_regular, read_regular};
use crate::engine::media::photo::Photo;
use crate::engine::organize::export::FolderLayout;
use crate::engine::search::dictionary::Language;

/// Size limit of the log, in bytes.
const MAX_BYTES: u64 = 4 << 30;
/// The context of keys that cover all options of a rule.
const KEY_CONTEXT: &str =
    "lumisift watch decision 2: label, threshold, target, content, options, examples";

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
        Ok(Self::with(path, Some(file), &bytes))
    }

    /// Reads the log at `path` for a dry run, without creating or changing it. Another process may be appending to it: a
    /// truncated last line is ignored.
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
            sightings: SettleTracker::default(),
        }
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

/// The key of a decision. It changes with everything that decides which photos a rule matches, and where it puts them or
/// how it marks them. Moving instead of copying does not change it: a photo at its place is not transferred again.
fn key(rule: &FolderRule, photo: &Photo) -> String {
    let mark;
    let target = match &rule.action {
        RuleAction::Bring { to, .. } => to.as_os_str().as_encoded_bytes(),
        RuleAction::Mark(with) => {
            mark = format!("mark: {with}");
            mark.as_bytes()
        }
    };
    let line = rule.min_match.to_le_bytes();
    let is_basic = is_basic(rule);
    let mut hasher = match is_basic {
        true => blake3::Hasher::new(),
        false => blake3::Hasher::new_derive_key(KEY_CONTEXT),
    };
    for part in [rule.label.as_bytes(), &line, target, &photo.facts.content.0] {
        add(&mut hasher, part);
    }
    let learned = &rule.training_set;
    if is_basic {
        for example in &learned.examples {
            hasher.update(example.as_os_str().as_encoded_bytes());
        }
    } else {
        let language = rule.language.map_or("", Language::code);
        let layout = match layout(rule) {
            FolderLayout::Flat => "flat",
            FolderLayout::Label => "label",
            FolderLayout::Month => "month",
            FolderLayout::Mirror => "mirror",
        };
        add(
            &mut hasher,
            &[u8::from(rule.exactly), u8::from(rule.as_typed)],
        );
        add(&mut hasher, language.as_bytes());
        add(&mut hasher, layout.as_bytes());
        add_list(&mut hasher, rule.without.iter().map(String::as_bytes));
        add_list(&mut hasher, rule.templates.iter().map(String::as_bytes));
        for paths in [&learned.examples, &learned.counter_examples] {
            let paths = paths.iter().map(|path| path.as_os_str().as_encoded_bytes());
            add_list(&mut hasher, paths);
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Whether the first form of keys tells a rule apart from others. Such rules keep it, so that logs of earlier versions
/// remain valid. It has no room for options, and does not separate examples.
fn is_basic(rule: &FolderRule) -> bool {
    let learned = &rule.training_set;
    let has_options = rule.exactly
        || rule.as_typed
        || rule.language.is_some()
        || !rule.without.is_empty()
        || !rule.templates.is_empty()
        || layout(rule) != FolderLayout::Flat;
    !has_options && learned.examples.len() <= 1 && learned.counter_examples.is_empty()
}

fn layout(rule: &FolderRule) -> FolderLayout {
    match &rule.action {
        RuleAction::Bring { layout, .. } => *layout,
        RuleAction::Mark(_) => FolderLayout::Flat,
    }
}

fn add(hasher: &mut blake3::Hasher, part: &[u8]) {
    hasher
        .update(&(part.len() as u64).to_le_bytes())
        .update(part);
}

/// Adds a list whose order has no effect.
fn add_list<'a>(hasher: &mut blake3::Hasher, parts: impl Iterator<Item = &'a [u8]>) {
    let mut parts: Vec<&[u8]> = parts.collect();
    parts.sort_unstable();
    hasher.update(&(parts.len() as u64).to_le_bytes());
    for part in parts {
        add(hasher, part);
    }
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
            "examples = [\"a\"]",
            "counter_examples = [\"a\"]",
            "examples = [\"a\"]\ncounter_examples = [\"a\"]",
            "examples = [\"a\", \"b\"]",
            "examples = [\"a\"]\ncounter_examples = [\"b\"]",
            "examples = [\"b\"]\ncounter_examples = [\"a\"]",
            "counter_examples = [\"a\", \"b\"]",
            "examples = [\"a/base/b\"]",
        ];
        let brought = variants.map(|more| rule(&format!("to = \"/out\"\n{more}")));
        let others = [
            "to = \"/elsewhere\"",
            "mark = \"pick\"",
            "mark = \"reject\"",
        ];
        let others = others.map(rule);
        let rules = brought.iter().chain(&others);
        let keys: HashSet<String> = rules.map(|rule| key(rule, &photo())).collect();
        assert_eq!(keys.len(), variants.len() + others.len());
    }

    #[test]
    fn what_makes_no_difference_keeps_the_key() {
        for (a, b) in [
            ("move = true", "move = false"),
            ("name = \"a\"", "enabled = false"),
            ("examples = [\"a\", \"b\"]", "examples = [\"b\", \"a\"]"),
        ] {
            let of = |more: &str| key(&rule(&format!("to = \"/out\"\n{more}")), &photo());
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
