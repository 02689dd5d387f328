//! Expansion of general words by the lexicon.

use super::{Term, TermKind};
use crate::engine::search::lexicon;
use crate::engine::search::prompts::is_scene;

/// Weight of a member relative to the word itself: many members have many chances of an accidental match.
pub(super) const KIND_WEIGHT: f32 = 0.6;

/// The members of the general words in the alternatives, except negated ones: "people -child" does not stand for child.
pub(super) fn members(alternatives: &[Vec<Term>]) -> Vec<&'static str> {
    let own = || alternatives.iter().filter_map(|terms| only_words(terms));
    let says = |words: &str| own().any(|own| own.eq_ignore_ascii_case(words));
    let negated = |member: &str| {
        let terms = alternatives.iter().flatten();
        let mut away = terms.filter(|term| term.weight < 0.0);
        away.any(|term| {
            matches!(&term.what, TermKind::Words(words) | TermKind::Exact(words) if same_noun(words, member))
        })
    };
    let mut members: Vec<&str> = Vec::new();
    for member in own().flat_map(lexicon::members) {
        if !members.contains(&member) && !says(member) && !negated(member) {
            members.push(member);
        }
    }
    members
}

/// Adds the members as alternatives, except those in `without`.
pub(super) fn expand(alternatives: &mut Vec<Vec<Term>>, without: &[String]) {
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

/// Whether two nouns differ only in case or in the plural's "s".
fn same_noun(a: &str, b: &str) -> bool {
    let singular = |noun: &str| noun.to_lowercase().trim_end_matches('s').to_owned();
    singular(a) == singular(b)
}

/// The words of an alternative that has no other positive term.
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
