//! The user's labels: text, colour, threshold, and whether they are switched on.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::search::dictionary::Language;
use crate::engine::search::fit::FitRule;
use crate::engine::search::label_set::{self, Wording, label_query};
use crate::engine::search::query::{InEnglish, Query, QueryError};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::TrainingSet;
use crate::t;

/// Tells labels apart while their texts and places change.
pub type LabelId = u32;

/// The identity of the first label; 0 is one that has none yet.
pub const FIRST_LABEL: LabelId = 1;

/// Number of colours that labels take in turn; the theme has as many.
pub const COLOURS: usize = 10;

/// Most examples of a label, and as many counter-examples: more teach it nothing new, and make every question slower.
pub const EXAMPLES: usize = 200;

/// One label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// Its identity in this window, which no other label has before or after it.
    pub id: LabelId,
    /// What was typed, in the language of [`Query`].
    pub text: String,
    /// Which of the theme's colours it has.
    pub colour: usize,
    /// Match from which a photo fits, 0 to 1.
    pub min_match: f32,
    /// A photo that fits this label fits no other.
    pub negated: bool,
    /// Whether it counts at the moment.
    pub on: bool,
    /// Photos that show what is meant, alongside the text.
    pub examples: Vec<PathBuf>,
    /// Photos that do not show it.
    pub counter_examples: Vec<PathBuf>,
    /// Whether examples do not count for now.
    pub text_only: bool,
    /// Templates in place of the usual ones.
    pub templates: Vec<String>,
    /// Whether a general word does not stand for what the lexicon says besides.
    pub exactly: bool,
    /// What it does not stand for, of that.
    pub without: Vec<String>,
    /// Whether words of other languages are not put into English for a model that knows no other.
    pub as_typed: bool,
    /// Its language, where it says that.
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
    /// What its words stand for besides themselves, whether that is switched off or not.
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

    /// How its words are read.
    fn wording(&self) -> Wording<'_> {
        Wording {
            templates: &self.templates,
            exactly: self.exactly,
            without: &self.without,
            as_typed: self.as_typed,
            language: self.language,
        }
    }

    /// What it means to a model that knows English alone, if its words are not English; also where that is switched off.
    #[must_use]
    pub fn in_english(&self) -> Option<InEnglish> {
        let language = self.language.or_else(Language::of_system);
        let query = Query::parse(&self.text).ok()?.translated(language);
        query.english.map(|english| *english)
    }

    /// Makes photos examples, or counter-examples if they do not show it; no photo is both. Returns how many are left
    /// out because it has [`EXAMPLES`] of their kind.
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

    /// When a photo fits it.
    #[must_use]
    pub fn rule(&self) -> FitRule {
        FitRule {
            min_match: self.min_match,
            excludes: self.negated,
        }
    }

    /// What it is learned from: its text, and its examples.
    ///
    /// # Errors
    /// If the text says nothing.
    pub fn training_set(&self) -> Result<TrainingSet, QueryError> {
        Ok(TrainingSet {
            query: label_query(&self.text, &self.wording())?,
            examples: self.examples.clone(),
            counter_examples: self.counter_examples.clone(),
            text_only: self.text_only,
        })
    }
}

/// Labels under a name, to come back to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedLabels {
    /// What the person called it.
    pub name: String,
    /// Its labels.
    pub labels: Vec<Label>,
}

impl SavedLabels {
    /// From a file of labels, which have no identities until they are used.
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

    /// As a file keeps it.
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

/// The texts of a typed or pasted list: one per line, or separated by commas outside quotes.
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

/// What is typed as one label, in which a comma means "or"; nothing if there is no word in it yet. A comma at its end
/// is one after which nothing was typed so far.
#[must_use]
pub fn typed(text: &str) -> Option<&str> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == ',');
    let has_words = text.contains(|c: char| !c.is_whitespace() && !matches!(c, '-' | ',' | '"'));
    has_words.then_some(text)
}

/// What became of a list of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedLabels {
    /// The identities of the new ones.
    pub ids: Vec<LabelId>,
    /// Those that were left out, because there are labels of their texts.
    pub known: Vec<ExistingLabel>,
}

/// A label that was not added, because there is one of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingLabel {
    /// Its text.
    pub text: String,
    /// Whether it was to shut photos out, which the one that is there does not; or the other way round.
    pub otherwise: bool,
}

impl AddedLabels {
    /// A message about what was left out.
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

/// A label of this text, with the first free colour, unless there is one already. What is typed with a minus before it
/// shuts photos out.
///
/// # Errors
/// The label that is there already.
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

/// Adds the labels of a list; texts that are there already are left out. `next` is the identity of the next label.
pub fn add_list(labels: &mut Vec<Label>, next: &mut LabelId, list: &str) -> AddedLabels {
    add_all(labels, next, &split_list(list))
}

/// The same of texts that are one label each.
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

/// The colour that the fewest labels have.
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
        // The identities of those that are gone are not given again.
        assert_eq!(add_list(&mut labels, &mut next, "dog").ids, [3]);
        labels[0].colour = 1;
        add_list(&mut labels, &mut next, "bird");
        let colours: Vec<usize> = labels.iter().map(|label| label.colour).collect();
        assert_eq!(colours, [1, 0]);
    }

    #[test]
    fn a_minus_makes_a_label_that_shuts_photos_out() {
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
            Some("There is already a label “dog”: whether it keeps photos out is set in its menu")
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
        // A library is taken in one pass: pairs of its photos would be ten thousand millions.
        assert_eq!(label.teach(paths(0..100_000), true), 100_000 - EXAMPLES);
        assert_eq!(label.examples.len(), EXAMPLES);
        assert!(label.counter_examples.is_empty());
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
