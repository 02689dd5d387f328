//! The labels of a command: from its arguments, from a file, or both.

use lumisift::engine::files::paths::absolute;
use lumisift::engine::inference::Model;
use lumisift::engine::library::{models_for, translation_text};
use lumisift::engine::search::fit::{self, FitRule, LabelMatch};
use lumisift::engine::search::label_set::{LabelEntry, LabelSet};
use lumisift::engine::search::query::{Query, TermKind};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::{t, text};
use serde_json::{Map, Value};

use super::args::LabelArgs;
use super::output::print_message;

/// Labels in the forms that scoring needs; all lists have the same order.
pub struct PreparedLabels {
    /// The labels' texts.
    pub names: Vec<String>,
    /// The queries and examples that define the labels.
    pub training_sets: Vec<TrainingSet>,
    /// The rules that decide whether a photo matches.
    pub rules: Vec<FitRule>,
}

/// Makes the paths of a query's example images absolute, as in the store.
pub fn with_absolute_paths(mut query: Query) -> Query {
    for term in query.terms_mut() {
        if let TermKind::Like(picture) = &mut term.what {
            *picture = absolute(picture);
        }
    }
    query
}

/// Prints the translations of words for a model that knows only English, and the words that it may not know. Returns
/// the translations.
pub fn print_translations<'a>(
    model: &dyn Model,
    queries: impl IntoIterator<Item = &'a Query>,
) -> Map<String, Value> {
    let mut translated = Map::new();
    if !model.is_english_only() {
        return translated;
    }
    for english in queries
        .into_iter()
        .filter_map(|query| query.english.as_ref())
    {
        for known in &english.translations {
            let english = Value::from(known.english.clone());
            if translated.insert(known.words.clone(), english).is_none() {
                print_message(translation_text(known));
            }
        }
        for unknown in &english.unknown {
            let best = models_for(unknown.language)
                .first()
                .map_or("", |model| model.short_name());
            print_message(t!(
                "cli-unknown-words",
                what = text::unknown_words(unknown, &model.info().name),
                model = best
            ));
        }
    }
    translated
}

/// Makes the paths of a training set's example images absolute.
fn absolute_training_set(mut training_set: TrainingSet) -> TrainingSet {
    for example in training_set
        .examples
        .iter_mut()
        .chain(&mut training_set.counter_examples)
    {
        *example = absolute(example);
    }
    training_set.query = with_absolute_paths(training_set.query);
    training_set
}

impl PreparedLabels {
    /// Combines the labels in the arguments with those of the file, in this order. `min_match` is the threshold of
    /// labels without their own.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or a label is invalid.
    pub fn new(labels: &LabelArgs, min_match: f32) -> anyhow::Result<Self> {
        let typed = labels.texts.iter().map(|text| LabelEntry {
            text: text.clone(),
            ..LabelEntry::default()
        });
        let mut entries: Vec<LabelEntry> = typed.collect();
        if let Some(file) = &labels.file {
            entries.extend(LabelSet::read(file)?.labels);
        }
        for entry in &mut entries {
            entry.exactly |= labels.words.no_expand;
            entry.as_typed |= labels.words.no_translate;
        }
        Ok(Self {
            training_sets: entries
                .iter()
                .map(|entry| entry.training_set().map(absolute_training_set))
                .collect::<Result<_, _>>()?,
            rules: entries.iter().map(|entry| entry.rule(min_match)).collect(),
            names: entries.into_iter().map(|entry| entry.text).collect(),
        })
    }

    /// Prints and returns the translations of the labels, like [`print_translations`].
    pub fn print_translations(&self, model: &dyn Model) -> Map<String, Value> {
        print_translations(
            model,
            self.training_sets
                .iter()
                .map(|training_set| &training_set.query),
        )
    }

    /// The match scores of one photo, each with its label's rule.
    fn matched<'a>(&'a self, matches: &'a [f32]) -> impl Iterator<Item = LabelMatch> + Clone + 'a {
        let labels = matches.iter().zip(&self.rules).enumerate();
        labels.map(|(label, (matched, rule))| LabelMatch {
            label,
            matched: *matched,
            rule: *rule,
        })
    }

    /// The index of the best matching label, if any matches, and the highest match score of all labels.
    pub fn best(&self, matches: &[f32]) -> (Option<usize>, f32) {
        let best = fit::best(self.matched(matches)).map(|(label, _)| label);
        (best, fit::highest(self.matched(matches)).unwrap_or(0.0))
    }

    /// The indices of the matching labels, best first.
    pub fn fitting(&self, matches: &[f32]) -> Vec<usize> {
        let fitting = fit::fitting(self.matched(matches)).into_iter();
        fitting.map(|(label, _)| label).collect()
    }
}
