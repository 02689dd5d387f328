//! Rules of watched folders, as the user writes them in TOML.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::engine::files::paths::absolute;
use crate::engine::files::regular::read_regular;
use crate::engine::organize::export::{FolderLayout, Transfer};
use crate::engine::search::label_set::{Wording, label_query};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::TrainingSet;

/// Largest file of rules that is read.
const MAX_BYTES: u64 = 1 << 20;

/// What happens to photos that arrive in folders.
#[derive(Clone, Debug)]
pub struct FolderRule {
    /// What it is called in the log.
    pub name: String,
    /// The folders.
    pub folders: Vec<PathBuf>,
    /// The label that photos must fit, as it was written.
    pub label: String,
    /// The same, ready to be asked.
    pub training_set: TrainingSet,
    /// The match from which on a photo fits.
    pub min_match: f32,
    /// Where photos go.
    pub to: PathBuf,
    /// Folders below that.
    pub layout: FolderLayout,
    /// Copied or moved.
    pub transfer: Transfer,
}

/// Why rules cannot be used. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It says something that is no rule.
    #[error("{}: {message}; docs/heap.md shows how rules are written", path.display())]
    Invalid {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesText {
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    name: Option<String>,
    folders: Vec<PathBuf>,
    label: String,
    min_match: Option<f32>,
    to: PathBuf,
    #[serde(default)]
    layout: LayoutText,
    #[serde(default, rename = "move")]
    moves: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LayoutText {
    #[default]
    Flat,
    Label,
    Month,
}

/// Reads rules. Relative folders begin where the file is.
///
/// # Errors
/// If the file cannot be read, or says something that is no rule.
pub fn read_rules(path: &Path) -> Result<Vec<FolderRule>, RulesError> {
    let invalid = |message: String| RulesError::Invalid {
        path: path.into(),
        message,
    };
    let bytes = read_regular(path, MAX_BYTES).map_err(|source| RulesError::Io {
        path: path.into(),
        source,
    })?;
    let text = String::from_utf8(bytes).map_err(|e| invalid(e.to_string()))?;
    let text: RulesText = toml::from_str(&text).map_err(|e| invalid(e.to_string()))?;
    let base = path.parent().unwrap_or(Path::new(""));
    let rules = text
        .rule
        .into_iter()
        .map(|rule| rule.checked(base).map_err(invalid));
    let rules: Vec<FolderRule> = rules.collect::<Result<_, _>>()?;
    match rules.is_empty() {
        true => Err(invalid("there is no rule in it".into())),
        false => Ok(rules),
    }
}

impl RuleText {
    fn checked(self, base: &Path) -> Result<FolderRule, String> {
        let min_match = self.min_match.unwrap_or(DEFAULT_MIN_MATCH);
        if !(0.0..=1.0).contains(&min_match) {
            return Err(format!("min_match is {min_match}, and must be from 0 to 1"));
        }
        let query = label_query(&self.label, &Wording::default()).map_err(|e| e.to_string())?;
        let folders: Vec<PathBuf> = self
            .folders
            .iter()
            .map(|folder| absolute(&base.join(folder)))
            .collect();
        if folders.is_empty() {
            return Err(format!("the rule for \"{}\" names no folder", self.label));
        }
        Ok(FolderRule {
            name: self.name.unwrap_or_else(|| self.label.clone()),
            folders,
            training_set: TrainingSet::of(query),
            min_match,
            to: absolute(&base.join(self.to)),
            layout: match self.layout {
                LayoutText::Flat => FolderLayout::Flat,
                LayoutText::Label => FolderLayout::Label,
                LayoutText::Month => FolderLayout::Month,
            },
            transfer: if self.moves {
                Transfer::Move
            } else {
                Transfer::Copy
            },
            label: self.label,
        })
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
            (rules[0].name.as_str(), rules[0].layout),
            ("receipt", FolderLayout::Flat)
        );
        assert!(rules[0].folders[0].is_absolute() && rules[0].to.ends_with("out"));
        let more =
            format!("{rule}layout = \"month\"\nmove = true\nmin_match = 0.6\nname = \"R\"\n");
        let rules = read(&more).expect("a rule");
        assert_eq!(
            (rules[0].layout, rules[0].transfer),
            (FolderLayout::Month, Transfer::Move)
        );
        for (text, fault) in [
            (format!("{rule}min_match = 2.0\n"), "from 0 to 1"),
            (format!("{rule}colour = \"red\"\n"), "colour"),
            (rule.replace("\"in\"", ""), "names no folder"),
            ("rule = []".into(), "no rule"),
        ] {
            let error = read(&text).expect_err("a fault");
            assert!(error.contains(fault), "{error}");
        }
    }
}
