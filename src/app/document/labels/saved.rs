//! Named label sets, and their conversion from and to label files.

use serde::{Deserialize, Serialize};

use super::{COLOURS, Label, free_colour};
use crate::engine::search::label_set;
use crate::engine::search::score::DEFAULT_MIN_MATCH;

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
