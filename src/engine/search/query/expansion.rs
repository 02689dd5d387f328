//! Expansion of general words by the lexicon.

use super::{Term, TermKind};
use crate::engine::search::lexicon;
use crate::engine::search::nouns::Phrase;
use crate::engine::search::prompts::is_scene;

/// Weight of a member relative to the word itself: many members have many chances of an accidental match.
pub(super) const KIND_WEIGHT: f32 = 0.6;

/// The members of the general words in the alternatives. "People -child" does not stand for a child, nor "drink -wine"
/// for a glass of wine.
pub(super) fn members(alternatives: &[Vec<Term>]) -> Vec<&'static str> {
    let weighted = weighted_members(alternatives).into_iter();
    weighted.map(|(member, _)| member).collect()
}

/// The members, each with the weight of its general word.
fn weighted_members(alternatives: &[Vec<Term>]) -> Vec<(&'static str, f32)> {
    let typed = { alternatives.iter() }.filter_map(|terms| only_positive(terms));
    let typed = phrases(texts(typed));
    let away = negated_general_words(alternatives).flat_map(|(words, _)| lexicon::members(words));
    let mut away = phrases(away);
    away.extend(phrases(texts(negated_terms(alternatives))));
    let mut members: Vec<(&'static str, f32)> = Vec::new();
    for (words, weight) in alternatives.iter().filter_map(|terms| only_words(terms)) {
        for member in lexicon::members(words) {
            let phrase = Phrase::new(member);
            let is_known = members.iter().any(|(known, _)| *known == member)
                || typed.iter().any(|typed| typed.is(&phrase));
            if !is_known && !away.iter().any(|away| phrase.mentions(away)) {
                members.push((member, weight));
            }
        }
    }
    members
}

/// Adds the members as alternatives, except those in `without`, and negates the members of negated general words.
pub(super) fn expand(alternatives: &mut Vec<Vec<Term>>, without: &[String]) {
    if let [alone] = &mut alternatives[..] {
        count_once(alone);
    }
    let members = weighted_members(alternatives);
    let away: Vec<Term> = alternatives[0]
        .iter()
        .filter(|term| term.weight < 0.0)
        .cloned()
        .collect();
    let negated = negated_members(alternatives);
    alternatives[0].extend(negated);
    for (member, importance) in members {
        let is_left_out = |word: &String| word.trim().eq_ignore_ascii_case(member);
        if !without.iter().any(is_left_out) {
            let kind = kind_weight(member);
            let mut terms = vec![member_term(member, kind * importance)];
            terms.extend(away.iter().cloned().map(|term| match term.what {
                // A picture is subtracted in proportion.
                TermKind::Like(_) => scaled(term, kind),
                _ => term,
            }));
            alternatives.push(terms);
        }
    }
}

/// Sets the weight of a label's only word to 1, because a weight is relative to other words: "people^2" is "people".
fn count_once(terms: &mut [Term]) {
    let Some((_, weight)) = only_words(terms) else {
        return;
    };
    for term in terms {
        if term.weight > 0.0 {
            term.weight = 1.0;
        } else if matches!(term.what, TermKind::Like(_)) {
            // Pictures are subtracted from the word.
            term.weight /= weight;
        }
    }
}

/// The weight of a member of a word with a weight of 1.
fn kind_weight(member: &str) -> f32 {
    if is_scene(member) { 1.0 } else { KIND_WEIGHT }
}

fn member_term(member: &str, weight: f32) -> Term {
    let what = TermKind::Member(member.into());
    Term { what, weight }
}

fn scaled(term: Term, factor: f32) -> Term {
    let weight = term.weight * factor;
    Term { weight, ..term }
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
    let own = phrases(own.flat_map(|(words, _)| lexicon::members(words)));
    negated_terms(alternatives).filter_map(move |term| match &term.what {
        TermKind::Words(words) => {
            let phrase = Phrase::new(words);
            let is_member = own.iter().any(|member| member.is(&phrase));
            (!is_member).then_some((words.as_str(), term.weight))
        }
        _ => None,
    })
}

/// The members of negated general words, negated, except those that the query looks for: "black dog -animal" does not
/// exclude dogs.
fn negated_members(alternatives: &[Vec<Term>]) -> Vec<Term> {
    let wanted = alternatives.iter().flatten();
    let wanted = phrases(texts(wanted.filter(|term| term.weight > 0.0)));
    let mut negated: Vec<Term> = Vec::new();
    for (words, importance) in negated_general_words(alternatives) {
        for member in lexicon::members(words) {
            let term = member_term(member, kind_weight(member) * importance);
            let is_known = negated.iter().any(|known| known.what == term.what);
            let phrase = Phrase::new(member);
            if !is_known && !wanted.iter().any(|wanted| wanted.mentions(&phrase)) {
                negated.push(term);
            }
        }
    }
    negated
}

/// The texts of the terms that consist of words.
fn texts<'a>(terms: impl Iterator<Item = &'a Term>) -> impl Iterator<Item = &'a str> {
    terms.filter_map(|term| match &term.what {
        TermKind::Words(text) | TermKind::Exact(text) => Some(text.as_str()),
        _ => None,
    })
}

fn phrases<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Phrase> {
    texts.map(Phrase::new).collect()
}

/// The words of an alternative that has no other positive term, and their weight.
fn only_words(terms: &[Term]) -> Option<(&str, f32)> {
    let term = only_positive(terms)?;
    match &term.what {
        TermKind::Words(words) => Some((words.as_str(), term.weight)),
        _ => None,
    }
}

/// The positive term of an alternative that has no other.
fn only_positive(terms: &[Term]) -> Option<&Term> {
    let mut towards = terms.iter().filter(|term| term.weight > 0.0);
    towards.next().filter(|_| towards.next().is_none())
}
