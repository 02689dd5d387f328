//! Parses what a person types, and combines vectors of its terms.
//!
//! A label or a search is a list of terms: words that belong together, `"quoted text"` used exactly as it is,
//! `like:photo.jpg` for a picture in place of words, each with an optional `-` in front (away from it) and `^2` behind (twice
//! as strong). A vector is the weighted sum of the terms' vectors, normalised. A comma means *or*: the text between commas is
//! an alternative with a vector of its own, and `-word` subtracts from all of them. General words are
//! [expanded](Query::spread) to further alternatives.

mod spread;
mod syntax;
mod vectors;

use std::path::PathBuf;

use super::dictionary::{Language, Meaning, Translation, Unknown, meaning};
use super::prompts::member_prompt;
use spread::{members, spread};

pub use super::prompts::prompts;
pub use vectors::{Axes, combine, embed_phrases, normalise};

/// One part of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What is meant.
    pub what: TermKind,
    /// How strongly; negative for "away from it".
    pub weight: f32,
}

/// What a term means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// Words, put into several templates.
    Words(String),
    /// What a general word stands for, put into one template.
    Member(String),
    /// Words that are put into templates already.
    Phrases(Vec<String>),
    /// Text used exactly as it is.
    Exact(String),
    /// A picture.
    Like(PathBuf),
}

/// A parsed label or search.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// As it was typed.
    pub text: String,
    /// What fits as well as another, at least one; each has a term at least.
    pub alternatives: Vec<Vec<Term>>,
    /// The same for models that know English alone, if words of it are not English.
    pub english: Option<Box<InEnglish>>,
}

/// A query with the words of other languages in English.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InEnglish {
    /// As those of the query.
    pub alternatives: Vec<Vec<Term>>,
    /// What was translated.
    pub translations: Vec<Translation>,
    /// What is not English and could not be, and stands as it was typed.
    pub unknown: Vec<Unknown>,
}

/// Why a query says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No word in it.
    #[error("the label {0:?} has no words: type what you look for, such as \"beach\"")]
    Empty(String),
    /// A weight that is no number.
    #[error("in {text:?}, {weight:?} is no weight: write a number such as ^2 or ^0.5")]
    Weight {
        /// The query.
        text: String,
        /// What stands behind `^`.
        weight: String,
    },
    /// A `like:` without a path.
    #[error("in {0:?}, like: needs the path of a photo, such as like:cat.jpg")]
    Like(String),
}

impl Query {
    /// The same with words of other languages in English too, for models that know no other. Words that `preferred`
    /// knows are its own, even if they are English as well.
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

    /// As a model reads it that knows English alone, or other languages too.
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

    /// All its terms, to be changed: those in English too.
    pub fn terms_mut(&mut self) -> impl Iterator<Item = &mut Term> {
        let english = self.english.iter_mut();
        let english = english.flat_map(|english| &mut english.alternatives);
        self.alternatives.iter_mut().chain(english).flatten()
    }

    /// All its terms.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.alternatives.iter().flatten()
    }

    /// What its general words stand for: of alternatives that are words alone, whatever they turn away from.
    #[must_use]
    pub fn members(&self) -> Vec<&'static str> {
        members(&self.alternatives)
    }

    /// What the mass of each alternative counts, where there are several: one that says a single thing counts its weight.
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

    /// With [what its general words stand for](Self::members) as further alternatives, less `without`.
    #[must_use]
    pub fn spread(mut self, without: &[String]) -> Self {
        spread(&mut self.alternatives, without);
        if let Some(english) = &mut self.english {
            spread(&mut english.alternatives, without);
        }
        self
    }

    /// Text used exactly as it is, without any syntax.
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

fn push_new<T: PartialEq>(all: &mut Vec<T>, new: T) {
    if !all.contains(&new) {
        all.push(new);
    }
}

impl TermKind {
    /// The texts whose mean stands for it; none for a picture.
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
