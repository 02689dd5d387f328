//! Label sets in TOML files.
//!
//! `docs/labels.md` specifies the format; three bundled sets are in `assets/labels`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::dictionary::Language;
use super::fit::FitRule;
use super::query::{Query, QueryError, TermKind};
use super::teach::TrainingSet;
use crate::engine::files::atomic_write::atomic_write_through_links;
use crate::engine::files::regular::read_regular_text;
use crate::engine::files::toml_text::{TomlError, from_toml};

/// Size limit of a file, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Size limit of all labels' templates with their words, in bytes: each label without templates has those of the set,
/// and fills them with each of its terms.
const MAX_TEMPLATES: usize = 16 << 20;

/// The bundled label sets, by name.
pub const READY: [(&str, &str); 3] = [
    ("Family", include_str!("../../../assets/labels/family.toml")),
    ("Travel", include_str!("../../../assets/labels/travel.toml")),
    (
        "Documents and screenshots",
        include_str!("../../../assets/labels/documents.toml"),
    ),
];

/// A named set of labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSet {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Templates for labels without their own; `{}` is replaced by the label's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// The language of labels without their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The labels.
    #[serde(default)]
    pub labels: Vec<LabelEntry>,
}

/// A label.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelEntry {
    /// The text to search for, in the syntax of [`Query`].
    pub text: String,
    /// The minimum match score, 0 to 1.
    #[serde(default, alias = "min_match", skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// The index of its colour in the window's palette, 0 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<usize>,
    /// Whether photos that match it match no other label.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
    /// Templates that replace those of the set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// Whether to disable the lexicon's expansion of general words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exactly: bool,
    /// Words to exclude from this expansion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Whether to pass words in other languages to the model untranslated, even if it knows only English.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_typed: bool,
    /// Its language, whose words take precedence over identical English ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Paths of positive examples, relative to the file's folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<PathBuf>,
    /// Paths of negative examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counter_examples: Vec<PathBuf>,
}

/// Errors of reading and writing label sets. Each message is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum LabelSetError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Its path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The content is invalid.
    #[error("{} is not a label set: {reason}; docs/labels.md shows what one looks like", path.display())]
    Invalid {
        /// The file's path.
        path: PathBuf,
        /// What is wrong.
        reason: InvalidLabelSet,
    },
}

/// Why a text is not a valid label set.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLabelSet {
    /// It is not valid TOML, or has unknown keys.
    #[error(transparent)]
    Toml(#[from] TomlError),
    /// It cannot be serialised as TOML.
    #[error(transparent)]
    Unwritable(#[from] toml::ser::Error),
    /// It has no labels.
    #[error("it contains no [[labels]]")]
    Empty,
    /// A template without a placeholder.
    #[error(transparent)]
    Template(#[from] InvalidTemplate),
    /// The templates of all labels together are too long.
    #[error("the templates of its labels are too long")]
    LongTemplates,
    /// A threshold outside 0 to 1.
    #[error("the threshold of {0:?} must be from 0 to 1")]
    Threshold(String),
    /// An invalid label.
    #[error(transparent)]
    Label(#[from] QueryError),
}

/// A template without a placeholder for the label's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the template {0:?} has no {{}} for the label's words")]
pub struct InvalidTemplate(String);

/// Checks that each template has a placeholder for the label's words.
///
/// # Errors
/// Returns the first template without one.
pub fn check_templates(templates: &[String]) -> Result<(), InvalidTemplate> {
    let invalid = templates.iter().find(|template| !template.contains("{}"));
    invalid.map_or(Ok(()), |template| Err(InvalidTemplate(template.clone())))
}

impl LabelEntry {
    /// Size in bytes of its templates with the words of each term in them.
    fn filled_size(&self) -> Result<usize, QueryError> {
        if self.templates.is_empty() {
            return Ok(0);
        }
        let unfilled = Wording {
            templates: &[],
            ..self.wording()
        };
        let query = label_query(&self.text, &unfilled)?;
        let (mut terms, mut words) = (0_usize, 0_usize);
        for term in query.terms() {
            if let TermKind::Words(text) | TermKind::Member(text) = &term.what {
                terms += 1;
                words += text.len();
            }
        }
        let size = |template: &String| {
            let places = template.matches("{}").count();
            template.len() * terms.max(1) + words * places
        };
        Ok(self.templates.iter().map(size).sum())
    }

    fn wording(&self) -> Wording<'_> {
        Wording {
            templates: &self.templates,
            exactly: self.exactly,
            without: &self.without,
            as_typed: self.as_typed,
            language: self.language,
        }
    }

    /// The label's rule; `min_match` is the default threshold.
    #[must_use]
    pub fn rule(&self, min_match: f32) -> FitRule {
        FitRule {
            min_match: self.threshold.unwrap_or(min_match),
            excludes: self.not,
        }
    }

    /// Builds the training set from the words in their templates, and the examples.
    ///
    /// # Errors
    /// Returns an error if the text is not a valid query.
    pub fn training_set(&self) -> Result<TrainingSet, QueryError> {
        Ok(TrainingSet {
            query: label_query(&self.text, &self.wording())?,
            examples: self.examples.clone(),
            counter_examples: self.counter_examples.clone(),
            text_only: false,
        })
    }
}

/// How to interpret the words of a label.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wording<'a> {
    /// Templates that replace the default ones.
    pub templates: &'a [String],
    /// Whether to disable the lexicon's expansion of general words.
    pub exactly: bool,
    /// Words to exclude from this expansion.
    pub without: &'a [String],
    /// Whether to pass words in other languages to the model untranslated, even if it knows only English.
    pub as_typed: bool,
    /// The language of the words; defaults to the system's.
    pub language: Option<Language>,
}

/// Builds the query of a label: translated, expanded by the lexicon, and put into its templates.
///
/// # Errors
/// Returns an error if the text is not a valid query.
pub fn label_query(text: &str, wording: &Wording) -> Result<Query, QueryError> {
    let mut query = Query::parse(text)?;
    if !wording.as_typed {
        query = query.translated(wording.language.or_else(Language::of_system));
    }
    if !wording.exactly {
        query = query.expand(wording.without);
    }
    if !wording.templates.is_empty() {
        for term in query.terms_mut() {
            if let TermKind::Words(words) | TermKind::Member(words) = &term.what {
                let fill = |template: &String| template.replace("{}", words);
                term.what = TermKind::Phrases(wording.templates.iter().map(fill).collect());
            }
        }
    }
    Ok(query)
}

impl LabelSet {
    /// Parses a label set. Labels inherit missing templates; relative paths are resolved against `base`.
    ///
    /// # Errors
    /// Returns an error if the text is not a valid label set.
    pub fn parse(text: &str, base: &Path) -> Result<Self, InvalidLabelSet> {
        let mut set: Self = from_toml(text)?;
        if set.labels.is_empty() {
            return Err(InvalidLabelSet::Empty);
        }
        let mut size = 0_usize;
        for label in &mut set.labels {
            if label.templates.is_empty() {
                label.templates.clone_from(&set.templates);
            }
            label.language = label.language.or(set.language);
            check_templates(&label.templates)?;
            if label.threshold.is_some_and(|t| !(0.0..=1.0).contains(&t)) {
                return Err(InvalidLabelSet::Threshold(label.text.clone()));
            }
            for word in &mut label.without {
                *word = word.trim().to_lowercase();
            }
            size = size.saturating_add(label.filled_size()?);
            if size > MAX_TEMPLATES {
                return Err(InvalidLabelSet::LongTemplates);
            }
            label.training_set()?;
            let examples = label.examples.iter_mut();
            for example in examples.chain(&mut label.counter_examples) {
                *example = base.join(&*example);
            }
        }
        set.templates.clear();
        set.language = None;
        Ok(set)
    }

    /// Reads a label set from a file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a valid label set.
    pub fn read(path: &Path) -> Result<Self, LabelSetError> {
        let text = read_regular_text(path, MAX_BYTES).map_err(|source| LabelSetError::Io {
            path: path.into(),
            source,
        })?;
        let base = path.parent().unwrap_or(Path::new(""));
        let mut set = Self::parse(&text, base).map_err(|reason| LabelSetError::Invalid {
            path: path.into(),
            reason,
        })?;
        if set.name.is_empty() {
            let stem = path.file_stem().unwrap_or_default();
            set.name = stem.to_string_lossy().into_owned();
        }
        Ok(set)
    }

    /// Writes a label set to a file atomically.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), LabelSetError> {
        let text = toml::to_string_pretty(self).map_err(|e| LabelSetError::Invalid {
            path: path.into(),
            reason: e.into(),
        })?;
        atomic_write_through_links(path, text.as_bytes()).map_err(|source| LabelSetError::Io {
            path: path.into(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_come_with_the_program_are_sound() {
        for (name, text) in READY {
            let set = LabelSet::parse(text, Path::new("")).expect(name);
            assert_eq!(set.name, name);
            assert!(set.labels.len() >= 5, "{name}");
        }
    }

    #[test]
    fn a_set_comes_back_as_it_was_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("mine.toml");
        let text = r#"
            templates = ["a drawing of {}"]
            [[labels]]
            text = "cat -dog"
            threshold = 0.5
            examples = ["cat.jpg"]
            [[labels]]
            text = "people"
            without = [" Woman"]
            [[labels]]
            text = "vehicle"
            exactly = true
            [[labels]]
            text = "blur"
            not = true
            colour = 3
            templates = ["{}", "a photo of {}"]
        "#;
        std::fs::write(&path, text).expect("written");
        let set = LabelSet::read(&path).expect("read");
        assert_eq!(set.name, "mine");
        assert_eq!(set.labels[0].examples, [dir.path().join("cat.jpg")]);
        let query = set.labels[0].training_set().expect("a lesson").query;
        let phrases = |text: &str| TermKind::Phrases(vec![format!("a drawing of {text}")]);
        let what: Vec<&TermKind> = query.terms().map(|term| &term.what).collect();
        assert_eq!(what, [&phrases("cat"), &phrases("dog")]);
        let count = |at: usize| {
            set.labels[at]
                .training_set()
                .map(|l| l.query.alternatives.len())
        };
        let people = Query::parse("people").expect("a query").expand(&[]);
        assert_eq!(set.labels[1].without, ["woman"]);
        assert_eq!(count(1), Ok(people.alternatives.len() - 1));
        assert_eq!(count(2), Ok(1));
        set.write(&path).expect("written");
        assert_eq!(LabelSet::read(&path).expect("read"), set);
    }

    #[test]
    fn a_set_says_its_language_and_a_label_that_it_stays_as_typed() {
        let text = r#"
            language = "fr"
            [[labels]]
            text = "chat"
            [[labels]]
            text = "pain"
            as_typed = true
            [[labels]]
            text = "Bad"
            language = "de"
        "#;
        let set = LabelSet::parse(text, Path::new("")).expect("a set");
        let english = |at: usize| {
            let query = set.labels[at].training_set().expect("a lesson").query;
            let english = query.english.map(|english| english.translations);
            english.map(|known: Vec<_>| known.into_iter().map(|t| t.english).collect::<Vec<_>>())
        };
        assert_eq!(english(0), Some(vec!["cat".into()]));
        assert_eq!(english(1), None);
        assert_eq!(english(2), Some(vec!["bathroom".into()]));
        let written = toml::to_string(&set).expect("written");
        let again = LabelSet::parse(&written, Path::new("")).expect("a set");
        assert_eq!(again, set);
    }

    #[test]
    fn mistakes_are_named() {
        let refuse = |text: &str| {
            let refused = LabelSet::parse(text, Path::new("")).expect_err(text);
            refused.to_string()
        };
        assert!(refuse("name = 3").contains("string"));
        assert!(refuse("").contains("[[labels]]"));
        assert!(refuse("[[labels]]\ntext = \"a\"\nthreshold = 2").contains("threshold"));
        assert!(refuse("[[labels]]\ntext = \"a\"\ntemplates = [\"b\"]").contains("{}"));
        assert!(refuse("[[labels]]\ntext = \"\"").contains("no words"));
        let misspelt = refuse("[[labels]]\ntxet = \"a\"");
        assert!(
            misspelt.starts_with("line 2: unknown field `txet`"),
            "{misspelt}"
        );
        assert!(!misspelt.contains('\n'), "{misspelt}");
        assert!(refuse("language = \"xx\"\n[[labels]]\ntext = \"a\"").contains("zh"));
        let template = "{} ".repeat(5_000);
        let long = format!(
            "[[labels]]\ntext = \"{}\"\ntemplates = [\"{template}\"]",
            "a".repeat(5_000)
        );
        assert!(refuse(&long).contains("too long"));
        let words = "a, ".repeat(1_500);
        let long = format!("[[labels]]\ntext = \"{words}\"\ntemplates = [\"{template}\"]");
        assert!(refuse(&long).contains("templates of its labels"));
        let many = "[[labels]]\ntext = \"a\"\n".repeat(1_000);
        assert!(refuse(&format!("templates = [\"{template}\"]\n{many}")).contains("too long"));
    }
}
