//! Parses typed queries and combines the embeddings of their terms.
//!
//! A label or search query is a list of terms: words that belong together, `"quoted text"` that is used verbatim, or
//! `like:photo.jpg` for an example image. A term may have a prefix `-` (negation) and a suffix `^2` (weight). The
//! query's embedding is the normalised, weighted sum of the terms' embeddings, without those of negated words: photos
//! that fit [these](Query::negated) better do not fit the query. A comma means *or*: each comma-separated alternative has
//! its own embedding, and `-word` applies to all of them. General words are [expanded](Query::expand) to further
//! alternatives.

mod expansion;
mod syntax;
mod vectors;

use std::path::PathBuf;

use super::dictionary::{Language, Meaning, Translation, Unknown, meaning};
use super::prompts::member_prompt;
use expansion::{expand, members};

pub use super::prompts::prompts;
pub use syntax::{is_comma, is_minus, is_quotation_mark};
pub use vectors::{Axes, combine, embed_phrases, normalise};

/// A term of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its content.
    pub what: TermKind,
    /// Its weight; negative for negated terms.
    pub weight: f32,
}

/// The content of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// Words, inserted into several templates.
    Words(String),
    /// A member of a general word, inserted into one template.
    Member(String),
    /// Phrases that already contain a template.
    Phrases(Vec<String>),
    /// Text used verbatim.
    Exact(String),
    /// An example image.
    Like(PathBuf),
}

/// A parsed label or search query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The text as typed.
    pub text: String,
    /// The alternatives, at least one, each with at least one term.
    pub alternatives: Vec<Vec<Term>>,
    /// The English version for models that know only English, if there are words in other languages.
    pub english: Option<Box<InEnglish>>,
}

/// A query translated into English.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InEnglish {
    /// The alternatives, translated.
    pub alternatives: Vec<Vec<Term>>,
    /// The words that were translated.
    pub translations: Vec<Translation>,
    /// Non-English words that could not be translated and were kept as typed.
    pub unknown: Vec<Unknown>,
}

/// Why a text is not a valid query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It contains no words.
    #[error("the label {0:?} has no words: type what you look for, such as \"beach\"")]
    Empty(String),
    /// A weight is not a number.
    #[error("in {text:?}, {weight:?} is not a weight: write a number such as ^2 or ^0.5")]
    Weight {
        /// The query.
        text: String,
        /// The text after `^`.
        weight: String,
    },
    /// With this many terms, each alternative having its own and all negated ones, it is too long.
    #[error("a label of {0} terms is too long: use several labels")]
    TooLong(usize),
    /// `like:` without a path.
    #[error("in {0:?}, like: needs the path of a photo, such as like:cat.jpg")]
    Like(String),
}

impl Query {
    /// Adds an English version for models that know only English. Words of the language `preferred` take precedence
    /// over identical English ones.
    #[must_use]
    pub fn translated(mut self, preferred: Option<Language>) -> Self {
        let mut english = InEnglish {
            alternatives: self.alternatives.clone(),
            ..InEnglish::default()
        };
        for term in english.alternatives.iter_mut().flatten() {
            let TermKind::Words(words) = &term.what else {
                continue;
            };
            match meaning(words, preferred) {
                Meaning::English => {}
                Meaning::Known(translation) => {
                    term.what = TermKind::Words(translation.english.clone());
                    push_new(&mut english.translations, translation);
                }
                Meaning::Unknown(unknown) => push_new(&mut english.unknown, unknown),
            }
        }
        let is_english = english.translations.is_empty() && english.unknown.is_empty();
        self.english = (!is_english).then(|| Box::new(english));
        self
    }

    /// The version of the query for a model that knows only English, or other languages too.
    #[must_use]
    pub fn for_model(&self, english_alone: bool) -> Self {
        let english = self.english.as_ref().filter(|_| english_alone);
        let alternatives = english.map_or(&self.alternatives, |english| &english.alternatives);
        Self {
            text: self.text.clone(),
            alternatives: alternatives.clone(),
            english: None,
        }
    }

    /// All terms, including those of the English version, for modification.
    pub fn terms_mut(&mut self) -> impl Iterator<Item = &mut Term> {
        let english = self.english.iter_mut();
        let english = english.flat_map(|english| &mut english.alternatives);
        self.alternatives.iter_mut().chain(english).flatten()
    }

    /// All terms.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.alternatives.iter().flatten()
    }

    /// The members of its general words, in alternatives whose only positive term consists of words.
    #[must_use]
    pub fn members(&self) -> Vec<&'static str> {
        members(&self.alternatives)
    }

    /// The factors of the alternatives' masses: one with a single positive term counts by its weight, if there are
    /// others.
    #[must_use]
    pub fn weights(&self) -> Vec<f32> {
        let weight = |terms: &Vec<Term>| {
            let mut towards = terms.iter().filter(|term| term.weight > 0.0);
            match (towards.next(), towards.next()) {
                (Some(term), None) if self.alternatives.len() > 1 => term.weight,
                _ => 1.0,
            }
        };
        self.alternatives.iter().map(weight).collect()
    }

    /// Its negated terms that are text, if there are also positive terms: photos that fit them do not fit the query.
    #[must_use]
    pub fn negated(&self) -> Vec<Term> {
        let Some(terms) = self.alternatives.first() else {
            return Vec::new();
        };
        let negated = terms.iter().filter(|term| !is_blended(term, terms));
        negated.cloned().collect()
    }

    /// The terms of each alternative whose embeddings make up the alternative's: all but [negated texts](Self::negated).
    #[must_use]
    pub fn blended(&self) -> Vec<Vec<Term>> {
        let blended = |terms: &Vec<Term>| {
            let blended = terms.iter().filter(|term| is_blended(term, terms));
            blended.cloned().collect()
        };
        self.alternatives.iter().map(blended).collect()
    }

    /// Adds the [members of its general words](Self::members) as alternatives, except those in `without`.
    #[must_use]
    pub fn expand(mut self, without: &[String]) -> Self {
        expand(&mut self.alternatives, without);
        if let Some(english) = &mut self.english {
            expand(&mut english.alternatives, without);
        }
        self
    }

    /// Creates a query from text that is used verbatim, without syntax.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        let what = TermKind::Exact(text.into());
        Self {
            text: text.into(),
            alternatives: vec![vec![Term { what, weight: 1.0 }]],
            english: None,
        }
    }
}

/// Whether the embedding of a term is part of the query's. A negated text beside positive terms is not, because a
/// vector that points away from it points away from many photos that fit the positive terms.
fn is_blended(term: &Term, terms: &[Term]) -> bool {
    let is_image = matches!(term.what, TermKind::Like(_));
    is_image || term.weight > 0.0 || terms.iter().all(|term| term.weight < 0.0)
}

fn push_new<T: PartialEq>(all: &mut Vec<T>, new: T) {
    if !all.contains(&new) {
        all.push(new);
    }
}

impl TermKind {
    /// The prompts whose mean embedding represents the term; `None` for an image.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<String>> {
        match self {
            Self::Words(words) => Some(prompts(words)),
            Self::Member(words) => Some(vec![member_prompt(words)]),
            Self::Phrases(phrases) => Some(phrases.clone()),
            Self::Exact(text) => Some(vec![text.clone()]),
            Self::Like(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
