//! The user's labels: text, colour, threshold, and whether they are enabled.

mod adding;
mod saved;

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::search::dictionary::{Language, Meaning, meaning};
use crate::engine::search::fit::FitRule;
use crate::engine::search::label_set::{Wording, label_query};
use crate::engine::search::query::{InEnglish, Query, QueryError, TermKind};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::TrainingSet;

pub(in crate::app) use adding::free_colour;
pub use adding::{
    AddedLabels, ExistingLabel, add_all, add_list, excluded, new_label, split_list, typed,
};
pub use saved::SavedLabels;

/// Identifies a label independently of its text and position.
pub type LabelId = u32;

/// The id of the first label. 0 means that no id has been assigned.
pub const FIRST_LABEL: LabelId = 1;

/// Number of label colours in the theme, which are used in rotation.
pub const COLOURS: usize = 10;

/// Maximum number of examples of a label, and of counter-examples. More hardly improve it, but make training slower.
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
    /// examples; other labels have matches of another distribution.
    #[must_use]
    pub fn is_of_measured_kind(&self) -> bool {
        let has_examples = !self.examples.is_empty() || !self.counter_examples.is_empty();
        let is_trained = has_examples && !self.text_only;
        !is_trained && self.templates.is_empty() && self.seeks_words()
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut trained = label("cat");
        trained.counter_examples = vec![PathBuf::from("a.jpg")];
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
