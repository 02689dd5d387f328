//! The user's labels: text, colour, threshold, and whether they are enabled.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::search::dictionary::{Language, Meaning, meaning};
use crate::engine::search::fit::FitRule;
use crate::engine::search::label_set::{self, Wording, label_query};
use crate::engine::search::query::{InEnglish, Query, QueryError, TermKind};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::{HEAD_EXAMPLES, TrainingSet};
use crate::t;

/// Identifies a label independently of its text and position.
pub type LabelId = u32;

/// The id of the first label. 0 means that no id has been assigned.
pub const FIRST_LABEL: LabelId = 1;

/// Number of label colours in the theme, which are used in rotation.
pub const COLOURS: usize = 10;

/// Maximum number of examples of a label, and of counter-examples. More do not improve it, but make scoring slower.
pub const EXAMPLES: usize = 200;

/// A label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// The id, which is never reused.
    pub id: LabelId,
    /// The text, in the syntax of [`Query`].
    pub text: String,
    /// Index of its colour in the theme.
    pub colour: usize,
    /// The threshold: minimum match of fitting photos, from 0 to 1.
    pub min_match: f32,
    /// Excludes photos: those that fit this label fit no other.
    pub negated: bool,
    /// Whether it is enabled.
    pub on: bool,
    /// Example photos, which train the label together with its text.
    pub examples: Vec<PathBuf>,
    /// Counter-examples: photos that do not show what is meant.
    pub counter_examples: Vec<PathBuf>,
    /// Whether examples and counter-examples are ignored.
    pub text_only: bool,
    /// Prompt templates that replace the default ones.
    pub templates: Vec<String>,
    /// Whether the label matches exactly its own words, without expansion to members.
    pub exactly: bool,
    /// Members that are excluded from the expansion.
    pub without: Vec<String>,
    /// Whether the text is used as typed, even if the model only understands English.
    pub as_typed: bool,
    /// The language of the text, if specified.
    pub language: Option<Language>,
}

impl Default for Label {
    fn default() -> Self {
        Self {
            id: 0,
            text: String::new(),
            colour: 0,
            min_match: DEFAULT_MIN_MATCH,
            negated: false,
            on: true,
            examples: Vec::new(),
            counter_examples: Vec::new(),
            text_only: false,
            templates: Vec::new(),
            exactly: false,
            without: Vec::new(),
            as_typed: false,
            language: None,
        }
    }
}

impl Label {
    /// The members that a general word expands to, such as "dog" for "animal", even if they are switched off.
    #[must_use]
    pub fn members(&self, english_only: bool) -> Vec<&'static str> {
        let alone = Wording {
            exactly: true,
            templates: &[],
            ..self.wording()
        };
        let query = label_query(&self.text, &alone);
        query.map_or_else(
            |_| Vec::new(),
            |query| query.for_model(english_only).members(),
        )
    }

    /// The options for parsing the text.
    fn wording(&self) -> Wording<'_> {
        Wording {
            templates: &self.templates,
            exactly: self.exactly,
            without: &self.without,
            as_typed: self.as_typed,
            language: self.language,
        }
    }

    /// The English translation, if the text is in another language; even if translation is switched off.
    #[must_use]
    pub fn in_english(&self) -> Option<InEnglish> {
        let language = self.language.or_else(Language::of_system);
        let query = Query::parse(&self.text).ok()?.translated(language);
        query.english.map(|english| *english)
    }

    /// The English of the text as a whole, if the dictionary knows it.
    #[must_use]
    pub fn meaning(&self) -> Option<String> {
        let language = self.language.or_else(Language::of_system);
        match meaning(&self.text, language) {
            Meaning::Known(known) => Some(known.english),
            _ => None,
        }
    }

    /// Adds examples, or counter-examples if `shown` is false, and removes them from the other list. Returns how many
    /// were left out because of the limit [`EXAMPLES`].
    pub fn teach(&mut self, paths: Vec<PathBuf>, shown: bool) -> usize {
        let (to, from) = match shown {
            true => (&mut self.examples, &mut self.counter_examples),
            false => (&mut self.counter_examples, &mut self.examples),
        };
        let new: HashSet<&PathBuf> = paths.iter().collect();
        from.retain(|path| !new.contains(path));
        let mut there: HashSet<PathBuf> = to.iter().cloned().collect();
        let missing: Vec<PathBuf> = { paths.into_iter() }
            .filter(|path| there.insert(path.clone()))
            .collect();
        let free = EXAMPLES.saturating_sub(to.len());
        let left_out = missing.len().saturating_sub(free);
        to.extend(missing.into_iter().take(free));
        left_out
    }

    /// Whether the measured precision of thresholds applies. It was measured for words in the default templates, without
    /// a trained head; other labels have matches of another distribution.
    #[must_use]
    pub fn is_of_measured_kind(&self) -> bool {
        let fewer = self.examples.len().min(self.counter_examples.len());
        let has_head = !self.text_only && fewer >= HEAD_EXAMPLES;
        !has_head && self.templates.is_empty() && self.seeks_words()
    }

    /// Whether it has terms, and all of them are positive words.
    fn seeks_words(&self) -> bool {
        Query::parse(&self.text).is_ok_and(|query| {
            let mut terms = query.terms().peekable();
            terms.peek().is_some()
                && terms.all(|term| term.weight > 0.0 && matches!(term.what, TermKind::Words(_)))
        })
    }

    /// The rule by which photos fit.
    #[must_use]
    pub fn rule(&self) -> FitRule {
        FitRule {
            min_match: self.min_match,
            excludes: self.negated,
        }
    }

    /// The text and the examples, for training.
    ///
    /// # Errors
    /// Returns an error if the text is not a valid query.
    pub fn training_set(&self) -> Result<TrainingSet, QueryError> {
        Ok(TrainingSet {
            query: label_query(&self.text, &self.wording())?,
            examples: self.examples.clone(),
            counter_examples: self.counter_examples.clone(),
            text_only: self.text_only,
        })
    }
}

/// A named label set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedLabels {
    /// The name.
    pub name: String,
    /// The labels.
    pub labels: Vec<Label>,
}

impl SavedLabels {
    /// Converts a label file. The labels get ids when they are used.
    #[must_use]
    pub fn from_file(set: label_set::LabelSet) -> Self {
        let mut labels: Vec<Label> = Vec::new();
        for entry in set.labels {
            let colour = entry.colour.unwrap_or_else(|| free_colour(&labels));
            labels.push(Label {
                id: 0,
                text: entry.text,
                colour: colour % COLOURS,
                min_match: entry.threshold.unwrap_or(DEFAULT_MIN_MATCH),
                negated: entry.not,
                on: true,
                examples: entry.examples,
                counter_examples: entry.counter_examples,
                text_only: false,
                templates: entry.templates,
                exactly: entry.exactly,
                without: entry.without,
                as_typed: entry.as_typed,
                language: entry.language,
            });
        }
        Self {
            name: set.name,
            labels,
        }
    }

    /// Converts the set to a label file.
    #[must_use]
    pub fn to_file(&self) -> label_set::LabelSet {
        let entry = |label: &Label| label_set::LabelEntry {
            text: label.text.clone(),
            threshold: Some(label.min_match),
            colour: Some(label.colour),
            not: label.negated,
            templates: label.templates.clone(),
            examples: label.examples.clone(),
            counter_examples: label.counter_examples.clone(),
            exactly: label.exactly,
            without: label.without.clone(),
            as_typed: label.as_typed,
            language: label.language,
        };
        label_set::LabelSet {
            name: self.name.clone(),
            templates: Vec::new(),
            language: None,
            labels: self.labels.iter().map(entry).collect(),
        }
    }
}

/// Splits a typed or pasted list at newlines, and at commas outside quotes.
#[must_use]
pub fn split_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        let ends = c == '\n' || (c == ',' && !quoted);
        if ends {
            quoted = false;
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let texts = parts.iter().map(|part| part.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

/// Trims text that is typed as one label, in which a comma means "or". A leading or trailing comma is ignored. `None`
/// while it contains no word.
#[must_use]
pub fn typed(text: &str) -> Option<&str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == ',');
    let has_words = text.contains(|c: char| !c.is_whitespace() && !matches!(c, '-' | ',' | '"'));
    has_words.then_some(text)
}

/// The result of adding labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedLabels {
    /// The ids of the new labels.
    pub ids: Vec<LabelId>,
    /// Labels that were left out because their texts already exist.
    pub known: Vec<ExistingLabel>,
}

/// A label that was not added, because its text already exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingLabel {
    /// The text.
    pub text: String,
    /// Whether exactly one of the new and the existing label is negated.
    pub otherwise: bool,
}

impl AddedLabels {
    /// A message about labels that were left out.
    #[must_use]
    pub fn known_in_words(&self) -> Option<String> {
        let first = self.known.first()?;
        let text = &first.text;
        Some(match (self.known.len() - 1, first.otherwise) {
            (0, true) => t!("label-known-otherwise", text = text),
            (0, false) => t!("label-known", text = text),
            (more, _) => t!("labels-known", text = text, more = more),
        })
    }
}

/// Creates a label with the least used colour. A leading minus in the text makes it an excluding label.
///
/// # Errors
/// Returns the existing label if there is one with the same text.
pub fn new_label(labels: &[Label], id: LabelId, typed: &str) -> Result<Label, ExistingLabel> {
    let shut_out = typed
        .strip_prefix('-')
        .map(str::trim)
        .filter(|rest| !rest.is_empty());
    let negated = shut_out.is_some();
    let text = shut_out.unwrap_or(typed).to_owned();
    match labels.iter().find(|label| label.text == text) {
        Some(there) => Err(ExistingLabel {
            text,
            otherwise: there.negated != negated,
        }),
        None => Ok(Label {
            id,
            colour: free_colour(labels),
            text,
            negated,
            ..Label::default()
        }),
    }
}

/// Adds the labels of a list, except those that already exist. `next` is the next free label id.
pub fn add_list(labels: &mut Vec<Label>, next: &mut LabelId, list: &str) -> AddedLabels {
    add_all(labels, next, &split_list(list))
}

/// Like [`add_list`], with one label per text.
pub fn add_all(labels: &mut Vec<Label>, next: &mut LabelId, texts: &[String]) -> AddedLabels {
    let mut added = AddedLabels::default();
    for typed in texts {
        match new_label(labels, *next, typed) {
            Ok(label) => {
                added.ids.push(label.id);
                labels.push(label);
                *next = next.saturating_add(1);
            }
            Err(known) => added.known.push(known),
        }
    }
    added
}

/// The least used colour.
pub(in crate::app) fn free_colour(labels: &[Label]) -> usize {
    let used = |colour: &usize| labels.iter().filter(|l| l.colour == *colour).count();
    (0..COLOURS).min_by_key(used).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_lines_and_by_commas_outside_quotes() {
        assert_eq!(split_list(" cat, dog \n\n beach,"), ["cat", "dog", "beach"]);
        assert_eq!(
            split_list("\"red, white and blue\", sky"),
            ["\"red, white and blue\"", "sky"]
        );
        assert_eq!(
            split_list("an open \"quote\nnext"),
            ["an open \"quote", "next"]
        );
        assert!(split_list(" ,\n, ").is_empty());
    }

    #[test]
    fn a_comma_in_what_is_typed_means_or() {
        assert_eq!(typed(" kitten, cat asleep "), Some("kitten, cat asleep"));
        assert_eq!(typed("kitten, "), Some("kitten"));
        assert_eq!((typed("k"), typed("-k")), (Some("k"), Some("-k")));
        for nothing in ["", " - ", ",", "\"", "- \"\","] {
            assert_eq!(typed(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn new_labels_take_free_colours_and_none_twice() {
        let mut labels = Vec::new();
        let mut next = FIRST_LABEL;
        let added = add_list(&mut labels, &mut next, "cat, dog, cat");
        assert_eq!(added.ids, [1, 2]);
        labels.remove(1);
        labels.remove(0);
        // Ids of removed labels are not reused.
        assert_eq!(add_list(&mut labels, &mut next, "dog").ids, [3]);
        labels[0].colour = 1;
        add_list(&mut labels, &mut next, "bird");
        let colours: Vec<usize> = labels.iter().map(|label| label.colour).collect();
        assert_eq!(colours, [1, 0]);
    }

    #[test]
    fn a_minus_makes_a_negated_label() {
        let mut labels = Vec::new();
        let added = add_list(&mut labels, &mut 1, "cat, -dog, -, sea -people");
        assert_eq!(added.known_in_words(), None);
        let made: Vec<(&str, bool)> = labels
            .iter()
            .map(|l| (l.text.as_str(), l.negated))
            .collect();
        assert_eq!(
            made,
            [
                ("cat", false),
                ("dog", true),
                ("-", false),
                ("sea -people", false)
            ]
        );
    }

    #[test]
    fn what_is_left_out_of_a_list_is_said() {
        let mut labels = Vec::new();
        let mut add = |list: &str| add_list(&mut labels, &mut 1, list).known_in_words();
        assert_eq!(add("cat, dog"), None);
        assert_eq!(
            add("-dog").as_deref(),
            Some("There is already a label “dog”: choose in its menu whether it keeps photos out")
        );
        let again = add("cat, bird");
        assert_eq!(again.as_deref(), Some("There is already a label “cat”"));
        let more = add("dog, cat, bird");
        assert_eq!(more.as_deref(), Some("“dog” and 2 more are already labels"));
    }

    #[test]
    fn a_label_takes_each_photo_once_and_not_all_of_a_library() {
        let paths = |range: std::ops::Range<usize>| -> Vec<PathBuf> {
            range.map(|n| format!("{n}.jpg").into()).collect()
        };
        let mut label = Label::default();
        assert_eq!(label.teach(paths(0..3), true), 0);
        assert_eq!(label.teach(paths(1..4), true), 0);
        assert_eq!(label.examples, paths(0..4));
        assert_eq!(label.teach(paths(3..5), false), 0);
        assert_eq!(label.examples, paths(0..3));
        assert_eq!(label.counter_examples, paths(3..5));
        // A large library must not take quadratic time.
        assert_eq!(label.teach(paths(0..100_000), true), 100_000 - EXAMPLES);
        assert_eq!(label.examples.len(), EXAMPLES);
        assert!(label.counter_examples.is_empty());
    }

    #[test]
    fn advice_about_thresholds_is_for_labels_as_measured() {
        let label = |text: &str| Label {
            text: text.into(),
            ..Label::default()
        };
        for text in ["cat", "kitten, cat asleep", "猫"] {
            assert!(label(text).is_of_measured_kind(), "{text}");
        }
        for text in [
            "-grass",
            "beach -people",
            "\"a cat\"",
            "like:cat.jpg",
            "red like:cat.jpg",
            "",
        ] {
            assert!(!label(text).is_of_measured_kind(), "{text}");
        }
        let paths = |count: usize| vec![PathBuf::from("a.jpg"); count];
        let mut trained = label("cat");
        trained.examples = paths(HEAD_EXAMPLES);
        trained.counter_examples = paths(HEAD_EXAMPLES - 1);
        assert!(trained.is_of_measured_kind());
        trained.counter_examples = paths(HEAD_EXAMPLES);
        assert!(!trained.is_of_measured_kind());
        trained.text_only = true;
        assert!(trained.is_of_measured_kind());
        let mut templated = label("cat");
        templated.templates = vec!["a drawing of {}".into()];
        assert!(!templated.is_of_measured_kind());
    }

    #[test]
    fn examples_join_the_text() {
        let label = Label {
            text: "dog".into(),
            examples: vec!["my dog.jpg".into()],
            ..Label::default()
        };
        let training_set = label.training_set().expect("a lesson");
        assert_eq!(
            (
                training_set.query.alternatives.len(),
                training_set.examples.len()
            ),
            (1, 1)
        );
    }
}
