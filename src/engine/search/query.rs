//! Parses what a person types, and combines vectors of its terms.
//!
//! A label or a search is a list of terms: words that belong together, `"quoted text"` used exactly as it is,
//! `like:photo.jpg` for a picture in place of words, each with an optional `-` in front (away from it) and `^2` behind (twice
//! as strong). A vector is the weighted sum of the terms' vectors, normalised. A comma means *or*: the text between commas is
//! an alternative with a vector of its own, and `-word` subtracts from all of them. General words are
//! [expanded](Query::spread) to further alternatives.

use std::path::PathBuf;

use super::dictionary::{Language, Meaning, Translation, Unknown, meaning};
use super::lexicon;
use super::prompts::{is_scene, member_prompt};
use crate::engine::inference::{Embeddings, Model, ModelError};

pub use super::prompts::prompts;

/// What a kind of what is meant counts against the word itself: many kinds have many chances to fit by accident.
const KIND_WEIGHT: f32 = 0.6;

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

/// What a query's text is parted into.
struct QueryPiece {
    text: String,
    quoted: bool,
    negative: bool,
    like: bool,
    weight: Option<String>,
    /// Whether a comma follows.
    ends: bool,
}

impl Query {
    /// Parses what a person typed.
    ///
    /// # Errors
    /// If there is no term in it, or a weight or path is missing.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut alternatives: Vec<Vec<Term>> = Vec::new();
        let (mut terms, mut away) = (Vec::new(), Vec::new());
        let mut words: Vec<String> = Vec::new();
        let flush = |words: &mut Vec<String>, terms: &mut Vec<Term>| {
            if !words.is_empty() {
                let what = TermKind::Words(std::mem::take(words).join(" "));
                terms.push(Term { what, weight: 1.0 });
            }
        };
        for piece in pieces(text) {
            let plain = !piece.quoted && !piece.like && !piece.negative && piece.weight.is_none();
            if plain {
                words.push(piece.text);
            } else {
                flush(&mut words, &mut terms);
                let weight = match &piece.weight {
                    Some(weight) => parse_weight(text, weight)?,
                    None => 1.0,
                };
                let what = match (piece.like, piece.quoted) {
                    (true, _) if piece.text.is_empty() => {
                        return Err(QueryError::Like(text.into()));
                    }
                    (true, _) => TermKind::Like(piece.text.into()),
                    (false, true) => TermKind::Exact(piece.text),
                    (false, false) => TermKind::Words(piece.text),
                };
                if piece.negative {
                    let weight = -weight;
                    away.push(Term { what, weight });
                } else {
                    terms.push(Term { what, weight });
                }
            }
            if piece.ends {
                flush(&mut words, &mut terms);
                alternatives.push(std::mem::take(&mut terms));
            }
        }
        flush(&mut words, &mut terms);
        alternatives.push(terms);
        alternatives.retain(|terms| !terms.is_empty());
        if alternatives.is_empty() {
            if away.is_empty() {
                return Err(QueryError::Empty(text.into()));
            }
            alternatives.push(Vec::new());
        }
        for terms in &mut alternatives {
            terms.extend(away.iter().cloned());
        }
        Ok(Self {
            text: text.into(),
            alternatives,
            english: None,
        })
    }

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

/// What the general words of alternatives stand for.
fn members(alternatives: &[Vec<Term>]) -> Vec<&'static str> {
    let own = || alternatives.iter().filter_map(|terms| only_words(terms));
    let says = |words: &str| own().any(|own| own.eq_ignore_ascii_case(words));
    let mut members: Vec<&str> = Vec::new();
    for member in own().flat_map(lexicon::members) {
        if !members.contains(&member) && !says(member) {
            members.push(member);
        }
    }
    members
}

/// Adds them, less `without`.
fn spread(alternatives: &mut Vec<Vec<Term>>, without: &[String]) {
    let away: Vec<Term> = alternatives[0]
        .iter()
        .filter(|term| term.weight < 0.0)
        .cloned()
        .collect();
    for member in members(alternatives) {
        if !without.iter().any(|word| word == member) {
            let what = TermKind::Member(member.into());
            let weight = if is_scene(member) { 1.0 } else { KIND_WEIGHT };
            let mut terms = vec![Term { what, weight }];
            terms.extend(away.iter().cloned());
            alternatives.push(terms);
        }
    }
}

/// The words of an alternative that says nothing else, but may turn away from something.
fn only_words(terms: &[Term]) -> Option<&str> {
    let mut towards = terms.iter().filter(|term| term.weight > 0.0);
    match (towards.next(), towards.next()) {
        (
            Some(Term {
                what: TermKind::Words(words),
                ..
            }),
            None,
        ) => Some(words),
        _ => None,
    }
}

fn parse_weight(text: &str, weight: &str) -> Result<f32, QueryError> {
    match weight.parse::<f32>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err(QueryError::Weight {
            text: text.into(),
            weight: weight.into(),
        }),
    }
}

/// Parts a query at spaces and commas outside quotes.
fn pieces(text: &str) -> Vec<QueryPiece> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches(is_gap);
    while !rest.is_empty() {
        let negative = rest.starts_with('-') && rest[1..].starts_with(|c: char| !is_gap(c));
        rest = if negative { &rest[1..] } else { rest };
        let like = rest.starts_with("like:");
        rest = if like { &rest[5..] } else { rest };
        let quoted = rest
            .strip_prefix('"')
            .and_then(|inner| inner.split_once('"'));
        let (body, after) = match quoted {
            Some((inner, after)) => (inner, after),
            None => rest.split_at(rest.find(is_gap).unwrap_or(rest.len())),
        };
        // The weight stands behind the quotes, or at the end of the word.
        let (body, weight, after) = if quoted.is_some() {
            let end = after.find(is_gap).unwrap_or(after.len());
            let weight = after[..end].strip_prefix('^');
            (
                body,
                weight,
                if weight.is_some() {
                    &after[end..]
                } else {
                    after
                },
            )
        } else {
            match body.rsplit_once('^') {
                Some((word, weight)) if !word.is_empty() => (word, Some(weight), after),
                _ => (body, None, after),
            }
        };
        let ends = after.trim_start().starts_with([',', '\n']);
        if !body.trim().is_empty() || like {
            pieces.push(QueryPiece {
                text: body.trim().into(),
                quoted: quoted.is_some() && !like,
                negative,
                like,
                weight: weight.map(Into::into),
                ends,
            });
        }
        rest = after.trim_start_matches(is_gap);
    }
    pieces
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == ','
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

/// Vectors of phrases: of each, the mean over its prompts, normalised.
///
/// # Errors
/// If the model refuses a text.
pub fn embed_phrases(model: &dyn Model, phrases: &[Vec<String>]) -> Result<Embeddings, ModelError> {
    let texts: Vec<&str> = phrases.iter().flatten().map(String::as_str).collect();
    let all = model.embed_texts(&texts)?;
    let mut rows = all.rows();
    let mut values = Vec::with_capacity(phrases.len() * all.dim);
    for phrase in phrases {
        let mut mean = vec![0f32; all.dim];
        for row in rows.by_ref().take(phrase.len()) {
            mean.iter_mut().zip(row).for_each(|(m, v)| *m += v);
        }
        normalise(&mut mean);
        values.extend(mean);
    }
    Ok(Embeddings {
        dim: all.dim,
        values,
    })
}

/// Scales a vector to length 1; a zero vector stays.
pub fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|v| *v /= norm);
    }
}

/// Means of a model's two kinds of vectors. Texts and pictures each lie in a cone of their own; the
/// means are the cones' axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axes {
    /// Mean of the background prompts' vectors.
    pub text: Vec<f32>,
    /// Mean of pictures' vectors.
    pub image: Vec<f32>,
}

/// The vector of a query from those of its terms, in order.
///
/// A picture is first moved from the cone of pictures to that of texts, so that its cosine with photos
/// is comparable with a text's. What is subtracted is only what sets a term apart from the text axis:
/// subtracting the axis too would turn the query away from everything.
#[must_use]
pub fn combine(terms: &[Term], vectors: &[Vec<f32>], axes: &Axes) -> Vec<f32> {
    let mut sum = vec![0f32; axes.text.len()];
    if terms.iter().all(|term| term.weight < 0.0) {
        sum.copy_from_slice(&axes.text);
    }
    for (term, vector) in terms.iter().zip(vectors) {
        let mut vector = vector.clone();
        if matches!(term.what, TermKind::Like(_)) {
            for ((v, image), text) in vector.iter_mut().zip(&axes.image).zip(&axes.text) {
                *v += text - image;
            }
            normalise(&mut vector);
        }
        for ((s, v), text) in sum.iter_mut().zip(&vector).zip(&axes.text) {
            *s += term.weight * if term.weight < 0.0 { v - text } else { *v };
        }
    }
    normalise(&mut sum);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Vec<(TermKind, f32)> {
        let query = Query::parse(text).expect("a query");
        let [terms] = &query.alternatives[..] else {
            panic!("one alternative: {query:?}")
        };
        let term = |term: &Term| (term.what.clone(), term.weight);
        terms.iter().map(term).collect()
    }

    /// What each alternative says.
    fn alternatives(query: &Query) -> Vec<Vec<TermKind>> {
        let what = |terms: &Vec<Term>| terms.iter().map(|term| term.what.clone()).collect();
        query.alternatives.iter().map(what).collect()
    }

    fn words(text: &str) -> TermKind {
        TermKind::Words(text.into())
    }

    #[test]
    fn the_language_is_as_documented() {
        assert_eq!(parse("my dog asleep"), [(words("my dog asleep"), 1.0)]);
        assert_eq!(
            parse("black-and-white photo"),
            [(words("black-and-white photo"), 1.0)]
        );
        assert_eq!(
            parse("beach -people"),
            [(words("beach"), 1.0), (words("people"), -1.0)]
        );
        assert_eq!(
            parse("beach sunset^2"),
            [(words("beach"), 1.0), (words("sunset"), 2.0)]
        );
        let exact = TermKind::Exact("a photo of -x".into());
        assert_eq!(parse("\"a photo of -x\"^0.5"), [(exact, 0.5)]);
        assert_eq!(
            parse("red like:cat.jpg -like:\"my dog.jpg\""),
            [
                (words("red"), 1.0),
                (TermKind::Like("cat.jpg".into()), 1.0),
                (TermKind::Like("my dog.jpg".into()), -1.0)
            ]
        );
        assert_eq!(parse("\"unclosed"), [(words("\"unclosed"), 1.0)]);
        assert_eq!(parse("a - b"), [(words("a - b"), 1.0)]);
    }

    #[test]
    fn what_says_nothing_is_an_error() {
        for text in ["", "  ", ",,", "\"\""] {
            assert_eq!(Query::parse(text), Err(QueryError::Empty(text.into())));
        }
        assert!(matches!(
            Query::parse("cat^many"),
            Err(QueryError::Weight { .. })
        ));
        assert!(matches!(
            Query::parse("cat like:"),
            Err(QueryError::Like(_))
        ));
    }

    #[test]
    fn a_comma_means_or_and_a_minus_holds_for_all() {
        let query = Query::parse("cat, \"a dog, asleep\", -grass,").expect("a query");
        let exact = TermKind::Exact("a dog, asleep".into());
        assert_eq!(
            alternatives(&query),
            [[words("cat"), words("grass")], [exact, words("grass")]]
        );
        let away = Query::parse("-grass").expect("a query");
        assert_eq!(alternatives(&away), [[words("grass")]]);
    }

    #[test]
    fn alternatives_count_their_weights_and_a_label_alone_counts_one() {
        let weights = |text: &str| Query::parse(text).expect("a query").weights();
        assert_eq!(weights("beach, sunset^2, red sky^2"), [1.0, 2.0, 1.0]);
        assert_eq!(weights("sunset^2"), [1.0]);
        let people = Query::parse("people").expect("a query").spread(&[]);
        assert_eq!(people.weights()[..2], [1.0, KIND_WEIGHT]);
        let beach = Query::parse("beach").expect("a query").spread(&[]);
        assert_eq!(beach.weights()[1], 1.0);
    }

    #[test]
    fn general_words_are_spread_and_what_was_switched_off_is_not() {
        let spread = |text: &str, without: &[String]| {
            let query = Query::parse(text).expect("a query").spread(without);
            let what = |terms: &Vec<Term>| terms.iter().map(|term| term.what.clone()).collect();
            let all: Vec<Vec<TermKind>> = query.alternatives.iter().map(what).collect();
            all
        };
        let member = |text: &str| TermKind::Member(text.into());
        let people = spread("people -dog", &["boy".into()]);
        assert_eq!(people[0], [words("people"), words("dog")]);
        assert!(people.contains(&vec![member("woman"), words("dog")]));
        assert!(!people.contains(&vec![member("boy"), words("dog")]));
        // What is said already is said once, and quoted or single-minded words stay alone.
        let two = spread("people, woman", &[]);
        assert!(two.contains(&vec![words("woman")]) && !two.contains(&vec![member("woman")]));
        for text in [
            "cat",
            "\"people\"",
            "people like:me.jpg",
            "people on a boat",
        ] {
            assert_eq!(spread(text, &[]).len(), 1, "{text}");
        }
    }

    #[test]
    fn words_of_other_languages_are_english_for_models_that_know_no_other() {
        let query = Query::parse("perro, gato -人 \"el mar\"").expect("a query");
        let query = query.translated(None);
        let english = query.for_model(true);
        let exact = TermKind::Exact("el mar".into());
        assert_eq!(
            alternatives(&english),
            [
                vec![words("dog"), words("people")],
                vec![words("cat"), exact, words("people")]
            ]
        );
        let typed = query.for_model(false);
        assert_eq!(alternatives(&typed)[0], [words("perro"), words("人")]);
        let known = query.english.expect("other words").translations;
        let pairs: Vec<(&str, &str)> = { known.iter() }
            .map(|known| (&*known.words, &*known.english))
            .collect();
        assert_eq!(pairs, [("perro", "dog"), ("人", "people"), ("gato", "cat")]);
        // What a general word stands for goes by its English.
        let people = Query::parse("人").expect("a query").translated(None);
        let people = people.spread(&["boy".into()]).for_model(true);
        let same = Query::parse("people")
            .expect("a query")
            .spread(&["boy".into()]);
        assert_eq!(people.alternatives, same.alternatives);
        let english = Query::parse("chat, a red car").expect("a query");
        assert_eq!(english.clone().translated(None), english);
        let unknown = Query::parse("ผีเสื้อ").expect("a query").translated(None);
        assert_eq!(unknown.for_model(true).alternatives, unknown.alternatives);
        assert_eq!(
            unknown.english.map(|english| english.unknown.len()),
            Some(1)
        );
    }

    #[test]
    fn subtracting_turns_away_from_a_term_and_not_from_everything() {
        let axes = Axes {
            text: vec![0.8, 0.0, 0.0],
            image: vec![0.0; 3],
        };
        let (a, b) = (vec![0.8, 0.6, 0.0], vec![0.8, 0.0, 0.6]);
        let term = |weight| Term {
            what: words("x"),
            weight,
        };
        let both = combine(&[term(1.0), term(-1.0)], &[a.clone(), b.clone()], &axes);
        let dot = |x: &[f32], y: &[f32]| -> f32 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
        assert!(dot(&both, &a) > 0.8);
        assert!(dot(&both, &b) < dot(&a, &b));
        let away = combine(&[term(-1.0)], std::slice::from_ref(&b), &axes);
        assert!(dot(&away, &a) > dot(&away, &b));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "\\PC*") {
            if let Ok(query) = Query::parse(&text) {
                let query = query.translated(None).spread(&[]);
                prop_assert!(!query.for_model(true).alternatives.is_empty());
                prop_assert!(query.alternatives.iter().all(|terms| !terms.is_empty()));
                for term in query.terms() {
                    prop_assert!(term.weight.is_finite() && term.weight != 0.0);
                }
            }
        }
    }
}
