//! Labels as a person made them: text, colour, threshold, and whether they count.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::search::fit::Rule;
use crate::engine::search::label_set::{self, label_query};
use crate::engine::search::query::{Query, QueryError};
use crate::engine::search::score::DEFAULT_MIN_MATCH;
use crate::engine::search::teach::TrainingSet;

/// Tells labels apart while their texts and places change.
pub type LabelId = u32;

/// Number of colours that labels take in turn; the theme has as many.
pub const COLOURS: usize = 10;

/// One label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Label {
    /// Its identity in this window.
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
        }
    }
}

impl Label {
    /// What its words stand for besides themselves, whether that is switched off or not.
    #[must_use]
    pub fn members(&self) -> Vec<&'static str> {
        Query::parse(&self.text).map_or_else(|_| Vec::new(), |query| query.members())
    }

    /// When a photo fits it.
    #[must_use]
    pub fn rule(&self) -> Rule {
        Rule {
            min_match: self.min_match,
            excludes: self.negated,
        }
    }

    /// What it is learned from: its text, and its examples.
    ///
    /// # Errors
    /// If the text says nothing.
    pub fn lesson(&self) -> Result<TrainingSet, QueryError> {
        Ok(TrainingSet {
            query: label_query(&self.text, &self.templates, self.exactly, &self.without)?,
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
    /// From a file of labels.
    #[must_use]
    pub fn from_file(set: label_set::LabelSet) -> Self {
        let mut labels: Vec<Label> = Vec::new();
        for (entry, id) in set.labels.into_iter().zip(1..) {
            let colour = entry.colour.unwrap_or_else(|| free_colour(&labels));
            labels.push(Label {
                id,
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
        };
        label_set::LabelSet {
            name: self.name.clone(),
            templates: Vec::new(),
            labels: self.labels.iter().map(entry).collect(),
        }
    }
}

/// The texts of a typed or pasted list: one a line, or parted by commas outside quotes.
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

/// Adds the labels of a list, each with the first free colour; texts that are there already are left out.
/// Returns the identities of the new ones.
pub fn add_list(labels: &mut Vec<Label>, list: &str) -> Vec<LabelId> {
    let mut added = Vec::new();
    for text in split_list(list) {
        // What is typed with a minus before it is a label that shuts photos out.
        let shut_out = text
            .strip_prefix('-')
            .map(str::trim)
            .filter(|rest| !rest.is_empty());
        let negated = shut_out.is_some();
        let text = shut_out.unwrap_or(&text).to_owned();
        if labels.iter().any(|label| label.text == text) {
            continue;
        }
        let id = labels.iter().map(|label| label.id + 1).max().unwrap_or(1);
        labels.push(Label {
            id,
            colour: free_colour(labels),
            text,
            negated,
            ..Label::default()
        });
        added.push(id);
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
    fn a_list_is_parted_by_lines_and_by_commas_outside_quotes() {
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
    fn new_labels_take_free_colours_and_none_twice() {
        let mut labels = Vec::new();
        let ids = add_list(&mut labels, "cat, dog, cat");
        assert_eq!(ids, [1, 2]);
        labels.remove(0);
        add_list(&mut labels, "bird");
        let colours: Vec<usize> = labels.iter().map(|label| label.colour).collect();
        assert_eq!(colours, [1, 0]);
    }

    #[test]
    fn a_minus_makes_a_label_that_shuts_photos_out() {
        let mut labels = Vec::new();
        add_list(&mut labels, "cat, -dog, -, sea -people");
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
    fn examples_join_the_text() {
        let label = Label {
            text: "dog".into(),
            examples: vec!["my dog.jpg".into()],
            ..Label::default()
        };
        let lesson = label.lesson().expect("a lesson");
        assert_eq!(
            (lesson.query.alternatives.len(), lesson.examples.len()),
            (1, 1)
        );
    }
}
