//! Splits Chinese and Japanese labels, which have no spaces, into the longest words in the dictionary.

use super::forms::look_up_forms;
use super::grammar::{Part, Particle, particle};
use super::language::Language;
use super::tables::look_up;

/// Maximum number of characters in a word.
const MAX_CHARACTERS: usize = 8;
/// Nouns of one character that may directly follow an adjective: 黑猫, 白花.
const SINGLE_CHARACTER_NOUNS: &str = "猫貓狗犬马馬鸟鳥花车車";

/// Splits a text into parts; `None` if it is not completely covered.
///
/// A single character counts as a word only if it stands alone, because most characters mean something else inside
/// words.
pub fn parts(language: Language, text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let begins = at == 0 || matches!(parts.last(), Some(Part::Between(_)));
        // 沙滩上的狗: one particle may follow another that ends a place.
        let ends_place = matches!(parts.last(), Some(Part::Between(Particle::Postposition(_))));
        let (part, bytes) = next(language, rest, begins, !begins || ends_place)?;
        let described =
            matches!(parts.last(), Some(Part::Translated(english)) if english.is_adjective);
        if let Part::Translated(english) = part
            && is_single_character(&rest[..bytes])
        {
            let ends = stands_alone(language, &rest[bytes..]);
            let of_thing =
                described && rest.starts_with(|c| SINGLE_CHARACTER_NOUNS.contains(c)) && ends;
            let before_thing = begins
                && english.is_adjective
                && rest[bytes..].starts_with(|c| SINGLE_CHARACTER_NOUNS.contains(c));
            if !(begins && ends || of_thing || before_thing) {
                return None;
            }
        }
        parts.push(part);
        at += bytes;
    }
    parts
        .iter()
        .any(|part| matches!(part, Part::Translated(_)))
        .then_some(parts)
}

fn is_single_character(word: &str) -> bool {
    word.chars().count() == 1
}

/// Whether a word ends before `rest`.
fn stands_alone(language: Language, rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| {
        let mut sign = [0; 4];
        next == ' ' || particle(language, next.encode_utf8(&mut sign)).is_some()
    })
}

/// The longest part at the start of the text, and its length in bytes. `begins` says whether a phrase begins there, and
/// `joins` whether a particle of one character may stand there.
fn next(language: Language, text: &str, begins: bool, joins: bool) -> Option<(Part<'_>, usize)> {
    let first = text.chars().next()?;
    if first.is_ascii() {
        let end = text.find(|c: char| !c.is_ascii()).unwrap_or(text.len());
        return Some((Part::AsTyped(text[..end].trim()), end));
    }
    let ends = text
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take(MAX_CHARACTERS);
    let ends: Vec<usize> = ends.collect();
    for end in ends.into_iter().rev() {
        let word = &text[..end];
        let short = end == first.len_utf8();
        if short
            && joins
            && let Some(between) = particle(language, word)
        {
            return Some((Part::Between(between), end));
        }
        if !short && let Some(between) = particle(language, word) {
            return Some((Part::Between(between), end));
        }
        let kana = word.chars().all(|c| ('\u{3041}'..='\u{30ff}').contains(&c));
        if kana && word.chars().count() < 3 && word.len() < text.len() {
            continue;
        }
        let found = if begins {
            look_up_forms(language, word)
        } else {
            look_up(language, word)
        };
        if let Some(found) = found {
            return Some((Part::Translated(found), end));
        }
    }
    None
}
