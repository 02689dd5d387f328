//! The labels of a command: from its arguments, from a file, or both.

use lumisift::engine::files::paths::absolute;
use lumisift::engine::inference::Model;
use lumisift::engine::library::{models_for, translation_text};
use lumisift::engine::search::fit::{self, FitRule, LabelMatch};
use lumisift::engine::search::label_set::{LabelEntry, LabelSet};
use lumisift::engine::search::query::{Query, QueryError, Term, TermKind};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::{t, text};
use serde_json::{Map, Value};

use super::args::LabelArgs;
use super::output::print_message;

/// Maximum number of members that are printed for a label.
const LISTED_MEMBERS: usize = 8;

/// Labels in the forms that scoring needs; all lists have the same order.
pub struct PreparedLabels {
    /// The labels' texts.
    pub names: Vec<String>,
    /// The queries and examples that define the labels.
    pub training_sets: Vec<TrainingSet>,
    /// The rules that decide whether a photo matches.
    pub rules: Vec<FitRule>,
    /// The queries in the default templates, which keep the members of general words apart.
    untemplated: Vec<Query>,
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

/// What labels mean to a model, beyond their words.
#[derive(Default)]
pub struct LabelMeanings {
    /// English translations of words, if the model knows only English.
    pub translated: Map<String, Value>,
    /// The members that general labels also stand for, by label.
    pub also: Map<String, Value>,
}

/// Prints what queries mean to a model: the translations of words if it knows only English, the words that it may not
/// know, and the members of general words.
pub fn print_meanings<'a>(
    model: &dyn Model,
    queries: impl IntoIterator<Item = &'a Query>,
) -> LabelMeanings {
    let mut meanings = LabelMeanings::default();
    let english_only = model.is_english_only();
    for query in queries {
        if english_only {
            print_translations(model, query, &mut meanings.translated);
        }
        print_members(query, english_only, &mut meanings.also);
    }
    meanings
}

fn print_translations(model: &dyn Model, query: &Query, translated: &mut Map<String, Value>) {
    let Some(english) = &query.english else {
        return;
    };
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

fn print_members(query: &Query, english_only: bool, also: &mut Map<String, Value>) {
    let members = members(query, english_only);
    if members.is_empty() {
        return;
    }
    let words = members_text(&members);
    if also.insert(query.text.clone(), members.into()).is_none() {
        print_message(t!("cli-label-also", label = query.text, words = words));
    }
}

/// The members by which a query was expanded.
fn members(query: &Query, english_only: bool) -> Vec<String> {
    let query = query.for_model(english_only);
    let member = |term: &Term| match &term.what {
        TermKind::Member(member) if term.weight > 0.0 => Some(member.clone()),
        _ => None,
    };
    query.terms().filter_map(member).collect()
}

/// The first members as a list.
fn members_text(members: &[String]) -> String {
    let listed = text::list(members.iter().take(LISTED_MEMBERS).map(String::as_str));
    match members.len() > LISTED_MEMBERS {
        true => listed + "…",
        false => listed,
    }
}

/// The query of a label without its own templates.
fn untemplated(entry: &LabelEntry) -> Result<Query, QueryError> {
    let entry = LabelEntry {
        templates: Vec::new(),
        ..entry.clone()
    };
    Ok(entry.training_set()?.query)
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
            untemplated: entries.iter().map(untemplated).collect::<Result<_, _>>()?,
            names: entries.into_iter().map(|entry| entry.text).collect(),
        })
    }

    /// Prints and returns what the labels mean to a model, like [`print_meanings`].
    pub fn print_meanings(&self, model: &dyn Model) -> LabelMeanings {
        print_meanings(model, &self.untemplated)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_listed_up_to_a_limit() {
        let members: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
        text::in_english(|| {
            assert_eq!(members_text(&members[..2]), "1, 2");
            assert_eq!(members_text(&members[..8]), "1, 2, 3, 4, 5, 6, 7, 8");
            assert_eq!(members_text(&members), "1, 2, 3, 4, 5, 6, 7, 8…");
        });
    }

    #[test]
    fn labels_with_their_own_templates_have_members_too() {
        let entry = LabelEntry {
            text: "people".into(),
            templates: vec!["a drawing of {}".into()],
            without: vec!["woman".into()],
            ..LabelEntry::default()
        };
        let members = members(&untemplated(&entry).expect("a query"), true);
        assert!(members.contains(&"man".into()) && !members.contains(&"woman".into()));
    }
}
