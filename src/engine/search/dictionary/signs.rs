//! Chinese and Japanese labels, which have no spaces: their words are the longest that the dictionary knows.

use super::forms::look_up_forms;
use super::grammar::{Part, particle};
use super::language::Language;
use super::tables::look_up;

/// Most signs of a word.
const LONGEST: usize = 8;
/// Things of one sign that may follow how they are directly: 黑猫, 白花.
const ONE_SIGN: &str = "猫貓狗犬马馬鸟鳥花车車";

/// The parts of a text; nothing if not all of it is known.
///
/// A single sign is a word only where it stands alone: most signs mean something else inside of words.
pub fn parts(language: Language, text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let begins = at == 0 || matches!(parts.last(), Some(Part::Between(_)));
        let (part, bytes) = next(language, rest, begins)?;
        let described = matches!(parts.last(), Some(Part::Meant(english)) if english.is_adjective);
        if let Part::Meant(english) = part
            && is_one_sign(&rest[..bytes])
        {
            let ends = stands_alone(language, &rest[bytes..]);
            let of_thing = described && rest.starts_with(|c| ONE_SIGN.contains(c)) && ends;
            let before_thing = begins
                && english.is_adjective
                && rest[bytes..].starts_with(|c| ONE_SIGN.contains(c));
            if !(begins && ends || of_thing || before_thing) {
                return None;
            }
        }
        parts.push(part);
        at += bytes;
    }
    parts
        .iter()
        .any(|part| matches!(part, Part::Meant(_)))
        .then_some(parts)
}

fn is_one_sign(word: &str) -> bool {
    word.chars().count() == 1
}

/// Whether a word ends before this rest.
fn stands_alone(language: Language, rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| {
        let mut sign = [0; 4];
        next == ' ' || particle(language, next.encode_utf8(&mut sign)).is_some()
    })
}

/// The longest part that a text begins with, and its length in bytes.
fn next(language: Language, text: &str, begins: bool) -> Option<(Part<'_>, usize)> {
    let first = text.chars().next()?;
    if first.is_ascii() {
        let end = text.find(|c: char| !c.is_ascii()).unwrap_or(text.len());
        return Some((Part::AsTyped(text[..end].trim()), end));
    }
    let ends = text
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take(LONGEST);
    let ends: Vec<usize> = ends.collect();
    for end in ends.into_iter().rev() {
        let word = &text[..end];
        let short = end == first.len_utf8();
        if short
            && !begins
            && let Some(between) = particle(language, word)
        {
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
            return Some((Part::Meant(found), end));
        }
    }
    None
}
