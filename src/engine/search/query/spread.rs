//! General words, expanded by the lexicon.

use super::{Term, TermKind};
use crate::engine::search::lexicon;
use crate::engine::search::prompts::is_scene;

/// What a kind of what is meant counts against the word itself: many kinds have many chances to fit by accident.
pub(super) const KIND_WEIGHT: f32 = 0.6;

/// What the general words of alternatives stand for.
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

/// Adds them, less `without`.
pub(super) fn spread(alternatives: &mut Vec<Vec<Term>>, without: &[String]) {
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
