//! Parser for the search text: names, dates, stars and labels, and the rest, which describes what photos show. A comma
//! means "or". Pure functions.

mod name_pattern;
mod terms;

use super::library::LibraryItem;
use super::scored::LabelScores;
use crate::engine::organize::marks::Mark;
use crate::engine::search::query::{is_comma, is_quotation_mark};
use crate::text::fold;

pub(super) use name_pattern::contains_folded;
use name_pattern::{describes, is_cjk};
use terms::Terms;

/// A parsed search text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchText {
    /// What the photos show, for the model.
    pub meaning: String,
    /// Alternatives, one of which must match. If empty, all photos match.
    parts: Vec<Part>,
}

/// An alternative, all of whose conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    terms: Terms,
    /// Whether the photo must also match the meaning.
    has_meaning: bool,
    /// The folded meanings, which are also searched for in names and descriptions.
    meanings: Vec<String>,
}

/// Minimum number of characters of a meaning that is searched for in names, which may contain it inside other words.
/// Descriptions are searched for whole words, which may be shorter.
const MIN_NAMED_CHARS: usize = 3;
/// The minimum if any character is Chinese, Japanese or Korean: many of these words have only two.
const MIN_NAMED_CHARS_CJK: usize = 2;

impl SearchText {
    /// Parses a search text. `today` is the year and month that "last summer" is relative to.
    #[must_use]
    pub fn parse(text: &str, today: (u32, u32)) -> Self {
        let parts = alternatives(text).into_iter();
        let parts: Vec<(Part, String)> = parts.map(|text| Part::parse(text, today)).collect();
        let meanings: Vec<&str> = parts.iter().map(|(_, meaning)| meaning.as_str()).collect();
        let meanings: Vec<&str> = meanings.into_iter().filter(|m| !m.is_empty()).collect();
        Self {
            meaning: meanings.join(", "),
            parts: joined(parts.into_iter().map(|(part, _)| part).collect()),
        }
    }

    /// Whether there are no conditions other than meaning.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| part.terms.is_empty())
    }

    /// Whether a photo matches. `shows` says whether it matches the meaning; `words` returns the words that describe
    /// it.
    #[must_use]
    pub fn matches<'w, W: Iterator<Item = &'w str>>(
        &self,
        item: &LibraryItem,
        mark: Mark,
        scored: LabelScores<'_>,
        id: u32,
        shows: bool,
        words: impl Fn() -> W,
    ) -> bool {
        let mut parts = self.parts.iter();
        self.parts.is_empty()
            || parts.any(|part| {
                part.terms.conditions_met(item, mark, scored, id)
                    && part.terms.has_tags(&words)
                    && (shows
                        || !part.has_meaning
                        || part.is_named(item)
                        || part.matches_description(&words))
            })
    }

    /// Whether a photo's name or folder contains a meaning, because users may search for names or contents.
    #[must_use]
    pub fn is_named(&self, item: &LibraryItem) -> bool {
        self.parts.iter().any(|part| part.is_named(item))
    }
}

/// Whether a search text asks for nothing: it consists of spaces and commas.
#[must_use]
pub fn asks_nothing(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_comma(c))
}

/// Splits at commas outside quotes.
fn alternatives(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= is_quotation_mark(c);
        is_comma(c) && !quoted
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// Combines alternatives. In "cat, dog 2019", the only condition besides meaning applies to all meanings: both in that
/// year. "cat, IMG_40*" and "2019, 2020" stay separate alternatives.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let with_terms = parts.iter().filter(|part| !part.terms.is_empty()).count();
    let apart = with_terms > 1 || parts.iter().any(|part| !part.has_meaning);
    if apart || parts.is_empty() {
        return parts;
    }
    let mut all = Part {
        has_meaning: true,
        ..Part::default()
    };
    for part in parts {
        if !part.terms.is_empty() {
            all.terms = part.terms;
        }
        all.meanings.extend(part.meanings);
    }
    vec![all]
}

impl Part {
    /// Parses an alternative, and returns its meaning as typed.
    fn parse(text: &str, today: (u32, u32)) -> (Self, String) {
        let mut part = Self::default();
        let mut meaning = Vec::new();
        let words: Vec<&str> = words(text);
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let folded = fold(word);
            let next = words.get(at + 1).map(|word| fold(word));
            let terms = &mut part.terms;
            let takes_one = terms.parse_keyed(&folded)
                || terms.parse_name_term(&folded)
                || terms.parse_date_term(&folded);
            let takes_two = !takes_one
                && next.is_some_and(|next| {
                    (folded == "last" && terms.parse_last_term(&next, today))
                        || terms.parse_season_term(&folded, &next)
                });
            if !takes_one && !takes_two {
                meaning.push(*word);
            }
            at += if takes_two { 2 } else { 1 };
        }
        let meaning = meaning.join(" ");
        part.has_meaning = !meaning.is_empty();
        // Quotes are for the model. Names and descriptions do not have them.
        let folded = fold(&meaning.replace(is_quotation_mark, ""))
            .trim()
            .to_owned();
        // A combining accent alone folds to nothing, which every name contains.
        if !folded.is_empty() {
            part.meanings.push(folded);
        }
        (part, meaning)
    }

    fn is_named(&self, item: &LibraryItem) -> bool {
        let is_long = |meaning: &&String| {
            let min = match meaning.contains(is_cjk) {
                true => MIN_NAMED_CHARS_CJK,
                false => MIN_NAMED_CHARS,
            };
            meaning.chars().count() >= min
        };
        let mut named = self.meanings.iter().filter(is_long).peekable();
        if named.peek().is_none() {
            return false;
        }
        let folder = item
            .file
            .path
            .parent()
            .and_then(|folder| folder.file_name());
        let folder = folder.and_then(|name| name.to_str());
        named.any(|named| {
            contains_folded(&item.name, named)
                || folder.is_some_and(|folder| contains_folded(folder, named))
        })
    }

    /// Whether the searched words are among those that describe a photo.
    fn matches_description<'w, W: Iterator<Item = &'w str>>(&self, words: impl Fn() -> W) -> bool {
        let is_word = |asked: &str| words().any(|word| describes(word, asked));
        let mut meanings = self.meanings.iter();
        meanings.any(|meaning| is_word(meaning) || meaning.split_whitespace().all(is_word))
    }
}

/// Splits at spaces outside quotes.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        quoted ^= is_quotation_mark(c);
        if c.is_whitespace() && !quoted {
            words.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::filter::FlagFilter;

    fn parse(text: &str) -> SearchText {
        SearchText::parse(text, (2025, 7))
    }

    /// The conditions other than meaning, in a search without alternatives.
    fn terms(text: &str) -> Terms {
        let parsed = parse(text);
        assert_eq!(parsed.parts.len(), 1, "{parsed:?}");
        parsed.parts[0].terms.clone()
    }

    #[test]
    fn dates_names_and_decisions_are_taken_out_of_what_is_meant() {
        assert_eq!(parse("beach 2019").meaning, "beach");
        let dates = terms("beach 2019").dates;
        assert_eq!(dates, Some(("2019".into(), "2019".into())));
        assert_eq!(terms("IMG_40*").names, ["img_40*"]);
        assert_eq!(terms("dsc_0012 sea").names, ["dsc_0012"]);
        for file in ["cat.jpg", "cat.avif", "cat.cr3", "cat.mp4", "cat.heif"] {
            assert_eq!(
                terms(file).names,
                [file],
                "every format is told by its ending"
            );
        }
        let text = "label:cat stars:3+ is:picked folder:\"my trip\" on a sofa -dog";
        assert_eq!(parse(text).meaning, "on a sofa -dog");
        let all = terms(text);
        assert_eq!((all.min_stars, all.flag), (3, FlagFilter::Picked));
        assert_eq!(
            (&all.labels[..], &all.folders[..]),
            (&["cat".to_owned()][..], &["my trip".to_owned()][..])
        );
        for plain in [
            "like:\"a_1.jpg\"",
            "cat, dog",
            "\"2019 was *good*\"",
            "sunset^2 -people",
            "last",
            "stars:9",
        ] {
            assert!(parse(plain).is_plain(), "{plain}");
            assert_eq!(parse(plain).meaning, plain);
        }
    }

    #[test]
    fn a_comma_means_or() {
        // Alternatives of names, of dates, and of a meaning and a name.
        let names = parse("IMG_40*, DSC_00*,");
        let patterns: Vec<_> = names.parts.iter().map(|part| &part.terms.names).collect();
        assert_eq!(patterns, [&["img_40*"], &["dsc_00*"]]);
        assert_eq!(names.meaning, "");
        assert_eq!(parse("IMG_40*，DSC_00*、").parts, names.parts);
        let years = parse("2019, 2020");
        assert_eq!(years.parts.len(), 2);
        assert_eq!(years.parts[1].terms, terms("2020"));
        let either = parse("cat on a sofa, IMG_40*");
        assert_eq!(either.meaning, "cat on a sofa");
        let meant: Vec<bool> = either.parts.iter().map(|part| part.has_meaning).collect();
        assert_eq!(meant, [true, false]);
        // A single condition besides meaning applies to all meanings.
        let both = parse("cat, dog 2019");
        assert_eq!((both.meaning.as_str(), both.parts.len()), ("cat, dog", 1));
        assert_eq!(both.parts[0].terms, terms("2019"));
        assert_eq!(both.parts[0].meanings, ["cat", "dog"]);
        // A comma in quotes does not separate.
        assert_eq!(parse("\"red, white\"").parts.len(), 1);
        assert_eq!(parse("“red, white”").parts.len(), 1);
        // As a Chinese keyboard types it.
        assert_eq!(parse("IMG_40*，DSC_00*").parts, names.parts);
        assert_eq!(parse("猫，狗 2019").parts[0].meanings, ["猫", "狗"]);
        assert_eq!(terms("folder:“my trip”").folders, ["my trip"]);
        assert_eq!(parse(" , ").parts, []);
        assert!(asks_nothing(" , ") && !asks_nothing("a, "));
    }

    #[test]
    fn quoted_words_are_searched_for_in_names_without_their_quotes() {
        for quoted in [
            "\"Beach day\"",
            "\"beach\" day",
            "\"beach day",
            "\" beach day \"",
        ] {
            assert_eq!(parse(quoted).parts[0].meanings, ["beach day"], "{quoted}");
            assert_eq!(parse(quoted).meaning, quoted);
        }
        assert!(parse("\"\"").parts[0].meanings.is_empty());
    }

    #[test]
    fn seasons_and_years_are_the_last_that_are_over() {
        let dates = |text| terms(text).dates.map(|(from, to)| format!("{from} {to}"));
        assert_eq!(dates("last year").as_deref(), Some("2024 2024"));
        assert_eq!(dates("last month").as_deref(), Some("2025-06 2025-06"));
        assert_eq!(dates("last summer").as_deref(), Some("2024-06 2024-08"));
        assert_eq!(dates("last spring").as_deref(), Some("2025-03 2025-05"));
        assert_eq!(dates("last winter").as_deref(), Some("2024-12 2025-02"));
        assert_eq!(dates("last May").as_deref(), Some("2025-05 2025-05"));
        assert_eq!(dates("last July").as_deref(), Some("2024-07 2024-07"));
        assert_eq!(parse("last summer beach").meaning, "beach");
    }

    #[test]
    fn a_season_or_a_month_can_have_a_year() {
        let dates = |text| terms(text).dates.map(|(from, to)| format!("{from} {to}"));
        assert_eq!(dates("summer 2016").as_deref(), Some("2016-06 2016-08"));
        assert_eq!(dates("Winter 2016").as_deref(), Some("2016-12 2017-02"));
        assert_eq!(parse("beach summer 2016 sunset").meaning, "beach sunset");
        // A whole date has no season.
        assert_eq!(parse("summer 2016-07").meaning, "summer");
        assert_eq!(dates("summer 2016-07").as_deref(), Some("2016-07 2016-07"));
        assert_eq!(dates("May 2016").as_deref(), Some("2016-05 2016-05"));
        assert_eq!(parse("beach december 2016").meaning, "beach");
        assert!(parse("summer").is_plain() && parse("may day").is_plain());
    }
}
