//! The labels of a command: typed, from a file, or both.

use lumisift::engine::files::paths::absolute;
use lumisift::engine::search::fit::{self, Matched, Rule};
use lumisift::engine::search::label_set::{LabelEntry, LabelSet};
use lumisift::engine::search::query::{Query, What};
use lumisift::engine::search::teach::TrainingSet;

use super::args::Labels;

/// Labels, ready for questions.
pub struct Wanted {
    /// What they are called.
    pub names: Vec<String>,
    /// What they are learned from.
    pub lessons: Vec<TrainingSet>,
    /// When a photo fits each.
    pub rules: Vec<Rule>,
}

/// A query whose pictures are found from any folder, as the store knows them.
pub fn with_absolute_paths(mut query: Query) -> Query {
    for term in query.alternatives.iter_mut().flatten() {
        if let What::Like(picture) = &mut term.what {
            *picture = absolute(picture);
        }
    }
    query
}

/// A training set with absolute paths of pictures.
fn absolute_lesson(mut lesson: TrainingSet) -> TrainingSet {
    for example in lesson
        .examples
        .iter_mut()
        .chain(&mut lesson.counter_examples)
    {
        *example = absolute(example);
    }
    lesson.query = with_absolute_paths(lesson.query);
    lesson
}

impl Wanted {
    /// Takes labels as they were typed, then those of a file. `min_match` is for those that say nothing else.
    ///
    /// # Errors
    /// If a file cannot be read, or a label says nothing.
    pub fn new(labels: &Labels, min_match: f32) -> anyhow::Result<Self> {
        let typed = labels.texts.iter().map(|text| LabelEntry {
            text: text.clone(),
            ..LabelEntry::default()
        });
        let mut entries: Vec<LabelEntry> = typed.collect();
        if let Some(file) = &labels.file {
            entries.extend(LabelSet::read(file)?.labels);
        }
        if labels.no_expand {
            entries.iter_mut().for_each(|entry| entry.exactly = true);
        }
        Ok(Self {
            lessons: entries
                .iter()
                .map(|entry| entry.lesson().map(absolute_lesson))
                .collect::<Result<_, _>>()?,
            rules: entries.iter().map(|entry| entry.rule(min_match)).collect(),
            names: entries.into_iter().map(|entry| entry.text).collect(),
        })
    }

    /// The matches of one photo, each with its label's rule.
    fn matched<'a>(&'a self, matches: &'a [f32]) -> impl Iterator<Item = Matched> + Clone + 'a {
        let labels = matches.iter().zip(&self.rules).enumerate();
        labels.map(|(label, (matched, rule))| Matched {
            label,
            matched: *matched,
            rule: *rule,
        })
    }

    /// The label that fits best by these matches, and the highest match of any.
    pub fn best(&self, matches: &[f32]) -> (Option<usize>, f32) {
        let best = fit::best(self.matched(matches)).map(|(label, _)| label);
        (best, fit::highest(self.matched(matches)).unwrap_or(0.0))
    }

    /// The labels that fit, the best first.
    pub fn fitting(&self, matches: &[f32]) -> Vec<usize> {
        let fitting = fit::fitting(self.matched(matches)).into_iter();
        fitting.map(|(label, _)| label).collect()
    }
}
