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
    let mut away: Vec<&str> = negated_general_words(alternatives)
        .flat_map(|(words, _)| lexicon::members(words))
        .collect();
    away.extend(
        negated_terms(alternatives).filter_map(|term| match &term.what {
            TermKind::Words(text) | TermKind::Exact(text) => Some(text.as_str()),
            _ => None,
        }),
    );
    let negated = |member: &str| away.iter().any(|words| same_noun(words, member));
    let mut members: Vec<&str> = Vec::new();
    for member in own().flat_map(lexicon::members) {
        if !members.contains(&member) && !says(member) && !negated(member) {
            members.push(member);
        }
    }
    members
}

/// Adds the members as alternatives, except those in `without`, and negates the members of negated general words.
pub(super) fn expand(alternatives: &mut Vec<Vec<Term>>, without: &[String]) {
    let members = members(alternatives);
    let away: Vec<Term> = alternatives[0]
        .iter()
        .filter(|term| term.weight < 0.0)
        .cloned()
        .collect();
    let negated = negated_members(alternatives);
    alternatives[0].extend(negated);
    for member in members {
        if !without.iter().any(|word| word == member) {
            let mut terms = vec![member_term(member)];
            terms.extend(away.iter().cloned());
            alternatives.push(terms);
        }
    }
}

fn member_term(member: &str) -> Term {
    let what = TermKind::Member(member.into());
    let weight = if is_scene(member) { 1.0 } else { KIND_WEIGHT };
    Term { what, weight }
}

/// The negated terms of a query, if it also has positive ones.
fn negated_terms(alternatives: &[Vec<Term>]) -> impl Iterator<Item = &Term> {
    let terms = alternatives.first().into_iter().flatten();
    let alone = terms.clone().all(|term| term.weight < 0.0);
    terms.filter(move |term| term.weight < 0.0 && !alone)
}

/// The negated general words and their weights. "People -child" excludes children alone, not boys and girls, who
/// resemble other people too much: words that the query itself stands for are not expanded.
fn negated_general_words(alternatives: &[Vec<Term>]) -> impl Iterator<Item = (&str, f32)> {
    let own = alternatives.iter().filter_map(|terms| only_words(terms));
    let own: Vec<&str> = own.flat_map(lexicon::members).collect();
    negated_terms(alternatives).filter_map(move |term| match &term.what {
        TermKind::Words(words) => {
            let is_member = own.iter().any(|member| same_noun(member, words));
            (!is_member).then_some((words.as_str(), term.weight))
        }
        _ => None,
    })
}

/// The members of negated general words, negated, except words that the query looks for.
fn negated_members(alternatives: &[Vec<Term>]) -> Vec<Term> {
    let own = || alternatives.iter().filter_map(|terms| only_words(terms));
    let mut negated: Vec<Term> = Vec::new();
    for (words, importance) in negated_general_words(alternatives) {
        for member in lexicon::members(words) {
            let Term { what, weight } = member_term(member);
            let seen = negated.iter().any(|term| term.what == what);
            if !seen && !own().any(|own| same_noun(own, member)) {
                let weight = weight * importance;
                negated.push(Term { what, weight });
            }
        }
    }
    negated
}

/// Whether two nouns differ only in case or in the plural's "s".
fn same_noun(a: &str, b: &str) -> bool {
    let singular = |noun: &str| {
        let lower = noun.to_lowercase();
        lower.strip_suffix('s').unwrap_or(&lower).to_owned()
    };
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
