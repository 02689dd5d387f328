//! The labels of a command: typed, from a file, or both.

use lumisift::engine::files::paths::absolute;
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
    /// The match of each from which a photo fits.
    pub thresholds: Vec<f32>,
    /// Whether photos that fit it fit no other.
    pub nots: Vec<bool>,
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

/// A lesson whose pictures are found from any folder.
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
            thresholds: entries
                .iter()
                .map(|e| e.threshold.unwrap_or(min_match))
                .collect(),
            nots: entries.iter().map(|entry| entry.not).collect(),
            names: entries.into_iter().map(|entry| entry.text).collect(),
        })
    }

    /// The label that fits best by these matches, and the highest match of any.
    pub fn best(&self, matches: &[f32]) -> (Option<usize>, f32) {
        let fits = |at: &usize| matches[*at] >= self.thresholds[*at];
        let plain = || (0..matches.len()).filter(|at| !self.nots[*at]);
        let by_match = |a: &usize, b: &usize| matches[*a].total_cmp(&matches[*b]);
        let shut_out = (0..matches.len()).any(|at| self.nots[at] && fits(&at));
        // Of equal ones the first, as the person listed them.
        let best = plain().rev().filter(fits).max_by(by_match);
        let highest = plain().max_by(by_match).map_or(0.0, |at| matches[at]);
        (best.filter(|_| !shut_out), highest)
    }

    /// The labels that fit, the best first.
    pub fn fitting(&self, matches: &[f32]) -> Vec<usize> {
        if self.best(matches).0.is_none() {
            return Vec::new();
        }
        let fits = |at: &usize| !self.nots[*at] && matches[*at] >= self.thresholds[*at];
        let mut fitting: Vec<usize> = (0..matches.len()).filter(fits).collect();
        fitting.sort_by(|a, b| matches[*b].total_cmp(&matches[*a]));
        fitting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_has_its_threshold_and_some_shut_out() {
        let wanted = Wanted {
            names: ["a", "b", "c"].map(ToOwned::to_owned).to_vec(),
            lessons: Vec::new(),
            thresholds: vec![0.2, 0.5, 0.3],
            nots: vec![false, false, true],
        };
        assert_eq!(wanted.best(&[0.3, 0.4, 0.0]), (Some(0), 0.4));
        assert_eq!(wanted.best(&[0.3, 0.6, 0.0]), (Some(1), 0.6));
        assert_eq!(wanted.best(&[0.3, 0.6, 0.3]), (None, 0.6));
        assert_eq!(wanted.fitting(&[0.3, 0.6, 0.0]), [1, 0]);
        assert!(wanted.fitting(&[0.3, 0.6, 0.9]).is_empty());
    }
}
