//! Analyses a label's words as a whole: whether they are English, otherwise their language and translation.

use unicode_normalization::UnicodeNormalization;

use super::fold::fold;
use super::forms::look_up_forms;
use super::grammar::{Part, Particle, in_english, particle};
use super::language::Language;
use super::segmentation;
use super::tables::{English, is_english, is_everyday_english, is_in_latin_entry, look_up};

/// Maximum number of words in a dictionary entry.
const MAX_WORDS: usize = 4;
/// Minimum number of letters for an unlisted lower-case word not to be taken for an abbreviation.
const MIN_WORD_LETTERS: usize = 5;

/// The typed text, split into words.
pub struct Text {
    /// In lower case, with accents.
    exact: String,
    folded: String,
    words: Vec<Typed>,
}

/// A typed word.
struct Typed {
    raw: String,
    folded: String,
}

impl Typed {
    /// Whether it is certainly English or neutral: a common word, a number, a sign.
    fn is_english(&self) -> bool {
        if !self.raw.is_ascii() {
            return is_everyday_english(&self.raw.to_lowercase());
        }
        let letters = self
            .folded
            .chars()
            .filter(char::is_ascii_alphabetic)
            .count();
        letters < 2
            || self
                .folded
                .split(['\'', '/', '&', '.', '(', ')'])
                .all(|part| part.len() < 2 || is_everyday_english(part))
    }

    fn is_capitalised(&self) -> bool {
        self.raw.starts_with(char::is_uppercase)
    }
}

impl Text {
    /// Normalises a text and splits it into words at spaces and hyphens.
    pub fn new(text: &str) -> Self {
        let text: String = text.trim().nfc().collect();
        let words = split_words(&text).map(|word| Typed {
            raw: word.into(),
            folded: fold(word),
        });
        Self {
            words: words.collect(),
            exact: text.to_lowercase(),
            folded: fold(&text),
        }
    }

    /// Whether every word is English.
    pub fn is_english(&self) -> bool {
        self.words.iter().all(Typed::is_english)
    }
}

/// Splits a text at spaces and hyphens.
fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| c.is_whitespace() || c == '-');
    parts.filter(|part| !part.is_empty())
}

/// Whether two texts have the same words, separated by spaces or hyphens.
fn are_same_words(a: &str, b: &str) -> bool {
    split_words(a).eq(split_words(b))
}

/// How certainly a text belongs to a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// By inflected forms, or word by word.
    Derived,
    /// As an entry, ignoring accents.
    Entry,
    /// As an entry with identical accents.
    Spelled,
}

/// Minimum number of letters for an English word to indicate that a phrase is English.
const MIN_CONTENT_LETTERS: usize = 3;
/// English function words of at least [`MIN_CONTENT_LETTERS`].
const ENGLISH_FUNCTION_WORDS: [&str; 62] = [
    "about", "above", "across", "after", "against", "all", "along", "among", "and", "any", "are",
    "around", "before", "behind", "below", "beneath", "beside", "between", "beyond", "during",
    "for", "from", "has", "have", "her", "his", "inside", "into", "its", "like", "near", "next",
    "off", "onto", "our", "out", "outside", "over", "some", "than", "that", "the", "their",
    "these", "this", "those", "through", "toward", "towards", "under", "upon", "was", "were",
    "when", "where", "which", "while", "who", "with", "without", "you", "your",
];
/// English words that are kept as typed within a text in another language, whatever they mean there.
const ENGLISH_PARTICLES: [&str; 4] = ["a", "an", "of", "the"];

/// Translates a text that is known to be in a language. If all words are English too, they must be in that language's
/// exact spelling, apart from hyphens, and have a different meaning there; German nouns must be capitalised.
pub fn own(text: &Text, language: Language) -> Option<String> {
    if !text.is_english() {
        return translate(text, language).map(|(english, _)| english);
    }
    if language == Language::German && !text.words.iter().any(Typed::is_capitalised) {
        return None;
    }
    let is_other = |english: &str| !are_same_words(&english.to_lowercase(), &text.exact);
    if let Some(found) = look_up(language, &text.folded) {
        let spelling = found.spelling;
        let as_written = spelling.is_none_or(|spelling| are_same_words(spelling, &text.exact));
        if as_written && is_other(found.words) {
            return Some(found.words.into());
        }
    }
    let mut parts = Vec::new();
    for word in &text.words {
        parts.push(match particle(language, &word.folded) {
            Some(between) => Part::Between(between),
            None => {
                let exact = word.raw.to_lowercase();
                let found = look_up(language, &word.folded)?;
                let as_written = found.spelling.is_none_or(|spelling| spelling == exact);
                as_written.then_some(Part::Translated(found))?
            }
        });
    }
    let means = parts.iter().any(|part| matches!(part, Part::Translated(_)));
    let english = means.then(|| in_english(language, &parts)).flatten()?;
    is_other(&english).then_some(english)
}

/// Translates a text, if all of its non-English words belong to the language.
pub fn translate(text: &Text, language: Language) -> Option<(String, Certainty)> {
    if let Some(found) = look_up(language, &text.exact) {
        return Some((found.words.into(), Certainty::Spelled));
    }
    if let Some(found) = look_up(language, &text.folded) {
        let accented = text.exact != text.folded;
        let spelled = accented && found.spelling == Some(text.exact.as_str());
        let certainty = if spelled {
            Certainty::Spelled
        } else {
            Certainty::Entry
        };
        return Some((found.words.into(), certainty));
    }
    let derived = derive(text, language)?;
    Some((derived, Certainty::Derived))
}

/// Translates by inflected forms, then word by word.
fn derive(text: &Text, language: Language) -> Option<String> {
    if let Some(found) = look_up_forms(language, &text.folded) {
        return Some(found.words.into());
    }
    if matches!(language, Language::Chinese | Language::Japanese) {
        return in_english(language, &segmentation::parts(language, &text.folded)?);
    }
    let words = split_elisions(language, text);
    let mut parts = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if let Some((found, count)) = longest(language, &words[at..]) {
            parts.push(Part::Translated(found));
            at += count;
            continue;
        }
        let (word, english) = (words[at].0.as_str(), words[at].1);
        parts.push(match particle(language, word) {
            Some(_) if english && ENGLISH_PARTICLES.contains(&word) => Part::AsTyped(word),
            Some(between) => Part::Between(between),
            None if english => Part::AsTyped(word),
            None => return None,
        });
        at += 1;
    }
    let knows = parts.iter().any(|part| matches!(part, Part::Translated(_)));
    knows.then(|| in_english(language, &parts)).flatten()
}

/// The folded words of a text, and whether each is English; elisions such as "l'oiseau" are split.
fn split_elisions(language: Language, text: &Text) -> Vec<(String, bool)> {
    let elides = matches!(language, Language::French | Language::Italian);
    let mut words = Vec::new();
    for word in &text.words {
        match word.folded.split_once('\'').filter(|_| elides) {
            Some((article, rest)) if particle(language, &format!("{article}'")).is_some() => {
                words.push((format!("{article}'"), false));
                words.push((rest.to_owned(), false));
            }
            _ => words.push((word.folded.clone(), word.is_english())),
        }
    }
    words
}

/// The longest entry at the start of the words, and its length in words. A single function word does not count.
fn longest(language: Language, words: &[(String, bool)]) -> Option<(English, usize)> {
    for count in (2..=words.len().min(MAX_WORDS)).rev() {
        let joined = join(&words[..count]);
        if let Some(found) = look_up_forms(language, &joined) {
            return Some((found, count));
        }
    }
    let word = &words.first()?.0;
    let between = particle(language, word).is_some();
    let found = (!between).then(|| look_up_forms(language, word)).flatten();
    found.map(|found| (found, 1))
}

/// Joins words with spaces, except after an elision.
fn join(words: &[(String, bool)]) -> String {
    let mut joined = String::new();
    for (word, _) in words {
        if !joined.is_empty() && !joined.ends_with('\'') {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    joined
}

/// The most likely translation of a non-English text, and its language: among the languages with the highest certainty,
/// the majority's translation, or else the first.
pub fn most_likely_translation(text: &Text) -> Option<(String, Language)> {
    let known = languages(&text.folded).into_iter().filter_map(|language| {
        let (english, certainty) = translate(text, language)?;
        Some((english, certainty, language))
    });
    let mut known: Vec<(String, Certainty, Language)> = known.collect();
    let surest = known.iter().map(|(_, certainty, _)| *certainty).max()?;
    known.retain(|(_, certainty, _)| *certainty == surest);
    let votes = |english: &String| known.iter().filter(|(other, ..)| other == english).count();
    let most = known.iter().map(|(english, ..)| votes(english)).max()?;
    let found = known.iter().find(|(english, ..)| votes(english) == most);
    found.map(|(english, _, language)| (english.clone(), *language))
}

/// The possible languages of a text, by its script.
fn languages(folded: &str) -> Vec<Language> {
    use Language as L;
    let any = |from: char, to: char| folded.chars().any(|c| (from..=to).contains(&c));
    if any('\u{3041}', '\u{30ff}') {
        vec![L::Japanese]
    } else if any('\u{3400}', '\u{9fff}') {
        vec![L::Chinese, L::Japanese]
    } else if any('\u{ac00}', '\u{d7a3}') {
        vec![L::Korean]
    } else if any('\u{400}', '\u{4ff}') {
        match folded.contains(['і', 'ї', 'є', 'ґ', '\'']) {
            true => vec![L::Ukrainian, L::Russian],
            false => vec![L::Russian, L::Ukrainian],
        }
    } else if any('\u{600}', '\u{6ff}') {
        vec![L::Arabic]
    } else if any('\u{900}', '\u{97f}') {
        vec![L::Hindi]
    } else if folded.chars().any(|c| c.is_alphabetic() && !is_latin(c)) {
        Vec::new()
    } else {
        L::LATIN.to_vec()
    }
}

fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{aa}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Whether a text that no dictionary covers is not English, and its probable language. Names, which are capitalised,
/// and abbreviations may be English, unless another language is `preferred`.
pub fn foreign(text: &Text, preferred: Option<Language>) -> Option<Option<Language>> {
    if text
        .folded
        .chars()
        .any(|c| c.is_alphabetic() && !is_latin(c))
    {
        let possible = languages(&text.folded);
        let own = preferred.filter(|language| possible.contains(language));
        return Some(own.or_else(|| possible.first().copied()));
    }
    let strange = |word: &&Typed| {
        let accented = word.raw.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        let long = word.folded.len() >= MIN_WORD_LETTERS
            && word.folded.bytes().all(|b| b.is_ascii_lowercase());
        !is_english(&word.folded)
            && (accented || long && (preferred.is_some() || !word.is_capitalised()))
    };
    let strange: Vec<&Typed> = text.words.iter().filter(strange).collect();
    let is_foreign = !strange.is_empty() && !is_english_phrase(text, &strange);
    is_foreign.then(|| guess(text, &strange))
}

/// Whether a phrase with an unknown word is English, such as "windsor chair": all other words are everyday English, and
/// one of them is a content word that no other language has.
fn is_english_phrase(text: &Text, strange: &[&Typed]) -> bool {
    let [unknown] = strange else {
        return false;
    };
    let is_content = |word: &Typed| {
        word.folded.len() >= MIN_CONTENT_LETTERS
            && is_everyday_english(&word.folded)
            && !ENGLISH_FUNCTION_WORDS.contains(&word.folded.as_str())
    };
    let english = || text.words.iter().filter(|word| word.is_english());
    unknown.raw.is_ascii()
        && english().count() + 1 == text.words.len()
        && !may_be_foreign(unknown)
        && english().any(|word| is_content(word) && !may_be_foreign(word))
}

/// Whether a word is known in another language in Latin script, in any form.
fn may_be_foreign(word: &Typed) -> bool {
    let is_of = |language| {
        particle(language, &word.folded).is_some()
            || look_up_forms(language, &word.folded).is_some()
    };
    is_in_latin_entry(&word.folded) || Language::LATIN.into_iter().any(is_of)
}

/// The probable language: the one that knows most of the words, or has their special letters.
fn guess(text: &Text, strange: &[&Typed]) -> Option<Language> {
    let known = |language: Language| {
        let words = text.words.iter().filter(|word| {
            !word.is_english()
                && (look_up_forms(language, &word.folded).is_some()
                    || matches!(particle(language, &word.folded), Some(Particle::Word(_))))
        });
        words.count()
    };
    let best = Language::LATIN
        .into_iter()
        .map(|language| (known(language), language));
    // Reversed, because `max_by_key` returns the last maximum; earlier languages take precedence.
    let best = best.rev().max_by_key(|(count, _)| *count);
    if let Some((1.., language)) = best {
        return Some(language);
    }
    let letters = [
        ("ß", Language::German),
        ("ñ", Language::Spanish),
        ("ãõ", Language::Portuguese),
        ("łąę", Language::Polish),
        ("ğşı", Language::Turkish),
        ("œêèçù", Language::French),
    ];
    let has = |signs: &str| {
        strange
            .iter()
            .any(|word| word.raw.to_lowercase().contains(|c| signs.contains(c)))
    };
    letters
        .into_iter()
        .find(|(signs, _)| has(signs))
        .map(|(_, language)| language)
}
