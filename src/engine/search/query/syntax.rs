//! The syntax of queries.

use std::ops::RangeInclusive;

use super::{Query, QueryError, Term, TermKind};

/// Maximum number of terms of a query, with the negated ones of each alternative.
const MAX_TERMS: usize = 2_000;
/// Weights beyond these have the same effect, and their products could overflow.
const WEIGHTS: RangeInclusive<f32> = 0.001..=1000.0;

/// Opening and closing quotation marks. Text that is copied from a document often has typographic ones.
const QUOTES: [(char, char); 4] = [('"', '"'), ('“', '”'), ('„', '“'), ('＂', '＂')];

/// A token of a query.
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
    /// Parses a typed query.
    ///
    /// # Errors
    /// Returns an error if there are no terms or too many, a weight is not a number, or a path is missing.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let mut alternatives: Vec<Vec<Term>> = Vec::new();
        let (mut terms, mut away) = (Vec::new(), Vec::new());
        let mut words: Vec<String> = Vec::new();
        let flush = |words: &mut Vec<String>, terms: &mut Vec<Term>| {
            if !words.is_empty() {
                let what = TermKind::Words(without_end_mark(std::mem::take(words).join(" ")));
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
                    (false, false) => TermKind::Words(without_end_mark(piece.text)),
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
        let towards: usize = alternatives.iter().map(Vec::len).sum();
        let count = towards + alternatives.len() * away.len();
        if count > MAX_TERMS {
            return Err(QueryError::TooLong(count));
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
}

/// Punctuation at the end of a sentence, in the languages of the dictionary; and a minus before which nothing else is typed
/// yet.
const END_MARKS: &str = ".!?…;:。．！？；：؟؛।-";

/// Removes the punctuation at the end of a short phrase, so that "People!" means the same as "people". Longer phrases
/// may be sentences, which are used unchanged.
fn without_end_mark(words: String) -> String {
    let is_mark = |c: char| c.is_whitespace() || END_MARKS.contains(c);
    let bare = words.trim_end_matches(is_mark);
    let is_short = (1..=3).contains(&bare.split_whitespace().count());
    if is_short { bare.to_owned() } else { words }
}

fn parse_weight(text: &str, weight: &str) -> Result<f32, QueryError> {
    match weight.parse::<f32>() {
        Ok(value) if value.is_finite() && value > 0.0 => {
            Ok(value.clamp(*WEIGHTS.start(), *WEIGHTS.end()))
        }
        _ => Err(QueryError::Weight {
            text: text.into(),
            weight: weight.into(),
        }),
    }
}

/// Splits a query at spaces and commas outside quotes.
fn pieces(text: &str) -> Vec<QueryPiece> {
    let mut pieces = Vec::new();
    let mut unclosed = [false; QUOTES.len()];
    let mut rest = text.trim_start_matches(is_gap);
    while !rest.is_empty() {
        let negated = rest.strip_prefix(is_minus);
        let negated = negated.filter(|word| word.starts_with(|c: char| !is_gap(c)));
        let negative = negated.is_some();
        rest = negated.unwrap_or(rest);
        let like = rest.starts_with("like:");
        rest = if like { &rest[5..] } else { rest };
        let quoted = quoted(rest, &mut unclosed);
        let (body, after) = match quoted {
            Some((inner, after)) => (inner, after),
            None => rest.split_at(rest.find(is_gap).unwrap_or(rest.len())),
        };
        // The weight follows the closing quote, or ends the word.
        let (body, weight, after) = match (quoted.is_some(), after.strip_prefix('^')) {
            (true, Some(rest)) => {
                let (weight, after) = rest.split_at(rest.find(is_gap).unwrap_or(rest.len()));
                (body, Some(weight), after)
            }
            (true, None) => (body, None, after),
            (false, _) => match body.rsplit_once('^') {
                Some((word, weight)) if !word.is_empty() => (word, Some(weight), after),
                _ => (body, None, after),
            },
        };
        let ends = after.trim_start().starts_with(is_comma);
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

/// The text in the quotation marks at the start, and what follows them. Marks that nothing closes are `unclosed` from
/// then on, so that the rest of a long text is not searched for each of them.
fn quoted<'a>(text: &'a str, unclosed: &mut [bool; QUOTES.len()]) -> Option<(&'a str, &'a str)> {
    let mut quotes = QUOTES.iter().zip(unclosed);
    quotes.find_map(|((opening, closing), unclosed)| {
        let inner = text.strip_prefix(*opening).filter(|_| !*unclosed)?;
        let found = inner.split_once(*closing);
        *unclosed = found.is_none();
        found
    })
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || is_comma(c)
}

/// Whether a character is a comma, which means *or*. Chinese, Japanese and Arabic keyboards type their own.
#[must_use]
pub fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、' | '､' | '،')
}

/// Whether a character is a minus, also a typographic or a full-width one.
#[must_use]
pub fn is_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '－')
}

/// Whether a character is an opening or closing quotation mark.
#[must_use]
pub fn is_quotation_mark(c: char) -> bool {
    let mut quotes = QUOTES.iter();
    quotes.any(|(opening, closing)| c == *opening || c == *closing)
}
