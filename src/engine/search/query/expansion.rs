//! Expansion of general words by the lexicon.

use super::{Term, TermKind};
use crate::engine::search::lexicon;
use crate::engine::search::prompts::is_scene;

/// Weight of a member relative to the word itself: many members have many chances of an accidental match.
pub(super) const KIND_WEIGHT: f32 = 0.6;

/// The members of the general words in the alternatives.
pub(super) fn members(alternatives: &[Vec<Term>]) -> Vec<&'static str> {
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
