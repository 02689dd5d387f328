//! Rules of watched folders, in TOML files that the user or the window writes.

use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use serde::{Deserialize, Serialize};

use super::marking::RuleMark;
use super::rule_key::RuleKey;
use crate::engine::files::atomic_write::atomic_write_through_links;
use crate::engine::files::paths::absolute;
use crate::engine::files::regular::read_regular;
use crate::engine::files::toml_text::{TomlError, from_toml};
use crate::engine::organize::export::{FolderLayout, Transfer};
use crate::engine::search::dictionary::Language;
use crate::engine::search::label_set::{InvalidTemplate, Wording, check_templates, label_query};
use crate::engine::search::query::QueryError;
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::TrainingSet;

/// Size limit of a rules file, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The comment that the window writes at the top of a rules file.
const HEADING: &str = "# Lumisift rules. `lumisift watch` applies them too, except rules that mark photos.\n# The window rewrites this file when you change a rule there, and comments are lost.\n\n";

/// A rule for photos that arrive in folders.
#[derive(Clone, Debug)]
pub struct FolderRule {
    /// The name used in the log.
    pub name: String,
    /// The watched folders.
    pub folders: Vec<PathBuf>,
    /// The label that photos must match, as written.
    pub label: String,
    /// The training set built from the label.
    pub training_set: TrainingSet,
    /// The lowest match score at which a photo matches.
    pub min_match: f32,
    /// The action for matching photos.
    pub action: RuleAction,
    /// Whether the rule is active.
    pub enabled: bool,
    /// The keys of its decisions.
    pub(super) key: RuleKey,
}

/// What a rule does with a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// Copies or moves it to a folder.
    Export {
        /// The target folder.
        to: PathBuf,
        /// The layout of subfolders.
        layout: FolderLayout,
        /// Copy or move.
        transfer: Transfer,
    },
    /// Marks it.
    Mark(RuleMark),
}

/// Why rules cannot be used. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Its path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file contains something invalid.
    #[error("{}: {reason}; docs/heap.md explains how to write rules", path.display())]
    Invalid {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        reason: InvalidRules,
    },
}

/// Why a text is not a valid list of rules.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRules {
    /// It is not valid UTF-8.
    #[error(transparent)]
    NoText(#[from] FromUtf8Error),
    /// It is not valid TOML, or has unknown keys.
    #[error(transparent)]
    Toml(#[from] TomlError),
    /// It cannot be serialised as TOML.
    #[error(transparent)]
    Unwritable(#[from] toml::ser::Error),
    /// It contains no rules.
    #[error("it contains no rules")]
    Empty,
    /// A threshold outside 0 to 1.
    #[error("min_match is {0}, but must be from 0 to 1")]
    MinMatch(f32),
    /// An invalid label.
    #[error(transparent)]
    Label(#[from] QueryError),
    /// A template without a placeholder for the label.
    #[error(transparent)]
    Template(#[from] InvalidTemplate),
    /// A rule without folders; contains its label.
    #[error("the rule for \"{0}\" names no folder")]
    NoFolder(String),
    /// A rule with both a target folder and a mark; contains its label.
    #[error("the rule for \"{0}\" has both \"to\" and \"mark\"")]
    ToAndMark(String),
    /// A rule with neither a target folder nor a mark; contains its label.
    #[error("the rule for \"{0}\" has neither \"to\" nor \"mark\"")]
    NoAction(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesText {
    rule: Vec<RuleText>,
}

/// A rule as written in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// Its name; defaults to the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is active.
    #[serde(default = "on", skip_serializing_if = "is_on")]
    pub enabled: bool,
    /// The watched folders; relative paths are resolved against the file's folder.
    pub folders: Vec<PathBuf>,
    /// The label that photos must match.
    pub label: String,
    /// The lowest match score at which a photo matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_match: Option<f32>,
    /// Paths of positive examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<PathBuf>,
    /// Paths of negative examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counter_examples: Vec<PathBuf>,
    /// Whether to disable the lexicon's expansion of general words.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exactly: bool,
    /// Words to exclude from this expansion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Whether to pass words in other languages to the model untranslated, even if it knows only English.
    #[serde(default, skip_serializing_if = "is_false")]
    pub as_typed: bool,
    /// Prompt templates that replace the default ones; `{}` stands for the label's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// The language of the label; defaults to the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The target folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PathBuf>,
    /// The layout of its subfolders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<LayoutText>,
    /// Whether to move instead of copy.
    #[serde(default, rename = "move", skip_serializing_if = "is_false")]
    pub moves: bool,
    /// The mark to set instead of exporting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<RuleMark>,
}

/// The subfolders of the target folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutText {
    /// None.
    #[default]
    Flat,
    /// One per label.
    Label,
    /// One per label, divided by month.
    Month,
    /// One per month.
    #[serde(rename = "month-only")]
    MonthOnly,
}

fn on() -> bool {
    true
}

fn is_on(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// Reads and validates rules. Relative folders are resolved against the file's folder.
///
/// # Errors
/// Returns an error if the file cannot be read, or a rule is invalid.
pub fn read_rules(path: &Path) -> Result<Vec<FolderRule>, RulesError> {
    let texts = read_rule_texts(path)?;
    let base = path.parent().unwrap_or(Path::new(""));
    all_checked(texts, base).map_err(|reason| invalid(path, reason))
}

fn all_checked(texts: Vec<RuleText>, base: &Path) -> Result<Vec<FolderRule>, InvalidRules> {
    let rules = texts.into_iter().map(|rule| rule.checked(base));
    let rules: Vec<FolderRule> = rules.collect::<Result<_, _>>()?;
    match rules.is_empty() {
        true => Err(InvalidRules::Empty),
        false => Ok(rules),
    }
}

/// Reads rules as written, without validating them.
///
/// # Errors
/// Returns an error if the file cannot be read, or is not a TOML list of rules.
pub fn read_rule_texts(path: &Path) -> Result<Vec<RuleText>, RulesError> {
    let bytes = read_regular(path, MAX_BYTES).map_err(|source| RulesError::Io {
        path: path.into(),
        source,
    })?;
    texts_in(bytes).map_err(|reason| invalid(path, reason))
}

fn texts_in(bytes: Vec<u8>) -> Result<Vec<RuleText>, InvalidRules> {
    let text: RulesText = from_toml(&String::from_utf8(bytes)?)?;
    Ok(text.rule)
}

/// Writes rules to a file atomically. If the path is a link, the link stays and its target is written.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn write_rule_texts(path: &Path, rules: &[RuleText]) -> Result<(), RulesError> {
    let text = RulesText {
        rule: rules.to_vec(),
    };
    let text = toml::to_string(&text).map_err(|e| invalid(path, e.into()))?;
    let text = format!("{HEADING}{text}");
    atomic_write_through_links(path, text.as_bytes()).map_err(|source| RulesError::Io {
        path: path.into(),
        source,
    })
}

fn invalid(path: &Path, reason: InvalidRules) -> RulesError {
    RulesError::Invalid {
        path: path.into(),
        reason,
    }
}

impl FolderRule {
    /// Whether it moves photos out of their folders.
    pub(super) fn moves(&self) -> bool {
        matches!(
            self.action,
            RuleAction::Export {
                transfer: Transfer::Move,
                ..
            }
        )
    }
}

impl RuleText {
    /// The name, or the label if it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }

    /// Validates the rule; relative folders are resolved against `base`.
    ///
    /// # Errors
    /// Returns an error if the threshold, label or action is invalid, or there are no folders.
    pub fn checked(self, base: &Path) -> Result<FolderRule, InvalidRules> {
        let min_match = self.min_match.unwrap_or(DEFAULT_MIN_MATCH);
        if !(0.0..=1.0).contains(&min_match) {
            return Err(InvalidRules::MinMatch(min_match));
        }
        check_templates(&self.templates)?;
        let wording = Wording {
            templates: &self.templates,
            exactly: self.exactly,
            without: &self.without,
            as_typed: self.as_typed,
            language: self.language,
        };
        let query = label_query(&self.label, &wording)?;
        let from_base = |paths: &[PathBuf]| -> Vec<PathBuf> {
            paths
                .iter()
                .map(|path| absolute(&base.join(path)))
                .collect()
        };
        let folders = from_base(&self.folders);
        if folders.is_empty() {
            return Err(InvalidRules::NoFolder(self.label));
        }
        let training_set = TrainingSet {
            examples: from_base(&self.examples),
            counter_examples: from_base(&self.counter_examples),
            ..TrainingSet::of(query)
        };
        let action = self.action(base)?;
        let label = (self.label.as_str(), &wording);
        let key = match &action {
            RuleAction::Export { to, layout, .. } => {
                let target = to.as_os_str().as_encoded_bytes();
                RuleKey::new(label, &training_set, min_match, (target, *layout))
            }
            RuleAction::Mark(mark) => {
                let target = format!("mark: {mark}");
                let target = (target.as_bytes(), FolderLayout::Flat);
                RuleKey::new(label, &training_set, min_match, target)
            }
        };
        Ok(FolderRule {
            name: self.name.unwrap_or_else(|| self.label.clone()),
            folders,
            training_set,
            min_match,
            label: self.label,
            action,
            enabled: self.enabled,
            key,
        })
    }

    fn action(&self, base: &Path) -> Result<RuleAction, InvalidRules> {
        match (self.mark, &self.to) {
            (Some(_), Some(_)) => Err(InvalidRules::ToAndMark(self.label.clone())),
            (Some(mark), None) => Ok(RuleAction::Mark(mark)),
            (None, Some(to)) => Ok(RuleAction::Export {
                to: absolute(&base.join(to)),
                layout: match self.layout.unwrap_or_default() {
                    LayoutText::Flat => FolderLayout::Flat,
                    LayoutText::Label => FolderLayout::Label,
                    LayoutText::Month => FolderLayout::Month,
                    LayoutText::MonthOnly => FolderLayout::MonthOnly,
                },
                transfer: match self.moves {
                    true => Transfer::Move,
                    false => Transfer::Copy,
                },
            }),
            (None, None) => Err(InvalidRules::NoAction(self.label.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<FolderRule>, String> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("rules.toml");
        std::fs::write(&path, text).expect("written");
        read_rules(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn rules_are_read_and_faults_are_named() {
        let rule = "[[rule]]\nfolders = [\"in\"]\nlabel = \"receipt\"\nto = \"out\"\n";
        let rules = read(rule).expect("a rule");
        assert_eq!(
            (rules[0].name.as_str(), rules[0].enabled),
            ("receipt", true)
        );
        let RuleAction::Export { to, layout, .. } = &rules[0].action else {
            panic!("{:?}", rules[0].action);
        };
        assert!(rules[0].folders[0].is_absolute() && to.ends_with("out"));
        assert_eq!(*layout, FolderLayout::Flat);
        let more =
            format!("{rule}layout = \"month\"\nmove = true\nmin_match = 0.6\nname = \"R\"\n");
        let rules = read(&more).expect("a rule");
        let RuleAction::Export {
            layout, transfer, ..
        } = rules[0].action
        else {
            panic!("{:?}", rules[0].action);
        };
        assert_eq!((layout, transfer), (FolderLayout::Month, Transfer::Move));
        let rules = read(&more.replace("month", "month-only")).expect("a rule");
        assert!(matches!(
            rules[0].action,
            RuleAction::Export {
                layout: FolderLayout::MonthOnly,
                ..
            }
        ));
        let mark = rule.replace("to = \"out\"", "mark = \"2 stars\"\nenabled = false");
        let rules = read(&mark).expect("a rule");
        assert_eq!(rules[0].action, RuleAction::Mark(RuleMark::Stars(2)));
        assert!(!rules[0].enabled);
        for (text, fault) in [
            (format!("{rule}min_match = 2.0\n"), "from 0 to 1"),
            (
                format!("{rule}colour = \"red\"\n"),
                "line 5: unknown field `colour`",
            ),
            (rule.replace("\"in\"", ""), "names no folder"),
            (format!("{rule}mark = \"pick\"\n"), "both"),
            (format!("{rule}templates = [\"a scan\"]\n"), "a scan"),
            (format!("{rule}language = \"xx\"\n"), "xx"),
            (rule.replace("to = \"out\"", ""), "neither"),
            (mark.replace("2 stars", "6 stars"), "6 stars"),
            ("rule = []".into(), "no rules"),
        ] {
            let error = read(&text).expect_err("a fault");
            assert!(error.contains(fault) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("rules.toml");
        let text = RuleText {
            name: Some("receipts".into()),
            enabled: false,
            folders: vec!["/in".into()],
            label: "receipt -\"shopping list\"".into(),
            min_match: Some(0.6),
            examples: vec!["/in/a.jpg".into()],
            counter_examples: Vec::new(),
            exactly: true,
            without: Vec::new(),
            as_typed: false,
            templates: vec!["a scan of {}".into()],
            language: Some(Language::French),
            to: Some("/out".into()),
            layout: Some(LayoutText::Month),
            moves: true,
            mark: None,
        };
        let plain = RuleText {
            name: None,
            enabled: true,
            min_match: None,
            examples: Vec::new(),
            exactly: false,
            templates: Vec::new(),
            language: None,
            to: None,
            layout: None,
            moves: false,
            mark: Some(RuleMark::Pick),
            ..text.clone()
        };
        // The log of decisions depends on the exact threshold.
        let precise = RuleText {
            min_match: Some(0.30785),
            layout: Some(LayoutText::MonthOnly),
            ..text.clone()
        };
        let rules = [text, plain, precise];
        write_rule_texts(&path, &rules).expect("written");
        assert_eq!(read_rule_texts(&path).expect("rules"), rules);
        let written = std::fs::read_to_string(&path).expect("text");
        assert!(written.contains("min_match = 0.6\n"), "{written}");
        assert!(written.contains("min_match = 0.30785\n"), "{written}");
        assert_eq!(read_rules(&path).expect("rules").len(), 3);
        write_rule_texts(&path, &[]).expect("written");
        assert_eq!(read_rule_texts(&path).expect("no rules"), []);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_rules_file_is_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let (file, link) = (dir.path().join("file.toml"), dir.path().join("rules.toml"));
        std::fs::write(&file, "rule = []").expect("written");
        std::os::unix::fs::symlink("file.toml", &link).expect("linked");
        let text = "folders = [\"in\"]\nlabel = \"cat\"\nto = \"out\"\n";
        let rule: RuleText = toml::from_str(text).expect("a rule");
        write_rule_texts(&link, std::slice::from_ref(&rule)).expect("written");
        let found = std::fs::symlink_metadata(&link).expect("there");
        assert!(found.is_symlink());
        assert_eq!(read_rule_texts(&file).expect("rules"), [rule]);
    }
}
