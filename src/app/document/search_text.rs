//! Parser for the search text: names, dates, stars and labels, and the rest, which describes what photos show. A comma
//! means "or". Pure functions.

use std::path::Path;

use super::calendar;
use super::filter::FlagFilter;
use super::labels::Label;
use super::library::LibraryItem;
use super::scored::LabelScores;
use crate::engine::media::scan::is_media_name;
use crate::engine::organize::marks::Mark;

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
    /// The meanings in lower case that are long enough to be searched for in names.
    named: Vec<String>,
}

/// Conditions other than meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    /// File name patterns such as `img_40*`, in lower case.
    names: Vec<String>,
    /// Range of date prefixes, inclusive.
    dates: Option<(String, String)>,
    min_stars: u8,
    flag: FlagFilter,
    /// Parts of labels that must fit, in lower case.
    labels: Vec<String>,
    folders: Vec<String>,
    /// Words that must describe the photo, in lower case.
    tags: Vec<String>,
}

/// Seasons with their first and last months.
const SEASONS: [(&str, u32, u32); 5] = [
    ("spring", 3, 5),
    ("summer", 6, 8),
    ("autumn", 9, 11),
    ("fall", 9, 11),
    ("winter", 12, 2),
];

/// The first and last months of a season that starts in a year.
fn season(name: &str, year: u32) -> Option<((u32, u32), (u32, u32))> {
    let (_, first, last) = SEASONS.iter().find(|season| season.0 == name)?;
    // Winter ends in the next year.
    let ends = if last < first { year + 1 } else { year };
    Some(((year, *first), (ends, *last)))
}

/// Date prefixes for a range of months.
fn months(from: (u32, u32), to: (u32, u32)) -> (String, String) {
    let text = |(year, month): (u32, u32)| format!("{year:04}-{month:02}");
    (text(from), text(to))
}

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
    pub fn matches<W: Iterator<Item = &'static str>>(
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

/// Splits at commas outside quotes.
fn alternatives(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
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
        all.named.extend(part.named);
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
            let lower = word.to_lowercase();
            let next = words.get(at + 1).map(|word| word.to_lowercase());
            let terms = &mut part.terms;
            let takes_one = terms.parse_keyed(&lower)
                || terms.parse_name_term(&lower)
                || terms.parse_date_term(&lower);
            let takes_two = !takes_one
                && next.is_some_and(|next| {
                    (lower == "last" && terms.parse_last_term(&next, today))
                        || terms.parse_season_term(&lower, &next)
                });
            if !takes_one && !takes_two {
                meaning.push(*word);
            }
            at += if takes_two { 2 } else { 1 };
        }
        let meaning = meaning.join(" ");
        part.has_meaning = !meaning.is_empty();
        if meaning.chars().count() > 2 {
            part.named.push(meaning.to_lowercase());
        }
        (part, meaning)
    }

    fn is_named(&self, item: &LibraryItem) -> bool {
        if self.named.is_empty() {
            return false;
        }
        let folder = item
            .file
            .path
            .parent()
            .and_then(|folder| folder.file_name());
        let folder = folder.and_then(|name| name.to_str());
        self.named.iter().any(|named| {
            contains_ignoring_case(&item.name, named)
                || folder.is_some_and(|folder| contains_ignoring_case(folder, named))
        })
    }

    /// Whether the searched words are among those that describe a photo.
    fn matches_description<W: Iterator<Item = &'static str>>(&self, words: impl Fn() -> W) -> bool {
        let is_word = |asked: &str| words().any(|word| word == asked);
        let mut named = self.named.iter();
        named.any(|named| is_word(named) || named.split_whitespace().all(is_word))
    }
}

impl Terms {
    /// Parses `label:cat`, `tag:dog`, `folder:holiday`, `name:IMG`, `stars:3`, `is:picked`.
    fn parse_keyed(&mut self, word: &str) -> bool {
        if let Some((key, value)) = word.split_once(':').filter(|(_, value)| !value.is_empty()) {
            let value = value.trim_matches('"').to_owned();
            match key {
                "label" => self.labels.push(value),
                "folder" => self.folders.push(value),
                "tag" => self.tags.push(value),
                "name" => self.names.push(value),
                "stars" | "rating" => match value.trim_end_matches('+').parse() {
                    Ok(stars @ 0..=5) => self.min_stars = stars,
                    _ => return false,
                },
                "is" => match value.as_str() {
                    "picked" => self.flag = FlagFilter::Picked,
                    "rejected" => self.flag = FlagFilter::Rejected,
                    "undecided" => self.flag = FlagFilter::Undecided,
                    _ => return false,
                },
                _ => return false,
            }
            return true;
        }
        false
    }

    /// Takes a word as a file name if it contains a wildcard, an underscore and digits, or a media file extension.
    fn parse_name_term(&mut self, word: &str) -> bool {
        let pattern = word.contains('*') || word.contains('?');
        let digits = word.bytes().any(|byte| byte.is_ascii_digit());
        let numbered = word.contains('_') && digits;
        let is_name = pattern || numbered || is_media_name(Path::new(word));
        let plain = !word.starts_with('"') && !word.starts_with('-') && !word.contains(':');
        if is_name && plain {
            self.names.push(word.to_owned());
        }
        is_name && plain
    }

    /// Parses `2019`, `2019-05`, `2019-05-31`.
    fn parse_date_term(&mut self, word: &str) -> bool {
        let is_date = calendar::is_date(word);
        if is_date {
            self.dates = Some((word.to_owned(), word.to_owned()));
        }
        is_date
    }

    /// Parses what follows "last": a year, month or season.
    fn parse_last_term(&mut self, what: &str, (year, month): (u32, u32)) -> bool {
        let dates = match what {
            "year" => Some(((year - 1).to_string(), (year - 1).to_string())),
            "month" if month == 1 => Some(months((year - 1, 12), (year - 1, 12))),
            "month" => Some(months((year, month - 1), (year, month - 1))),
            _ => {
                // The most recent one that is over.
                let started = (year.saturating_sub(2)..=year).rev();
                let mut seasons = started.filter_map(|started| season(what, started));
                seasons
                    .find(|(_, end)| *end < (year, month))
                    .map(|(first, end)| months(first, end))
            }
        };
        let found = dates.is_some();
        self.dates = dates.or(self.dates.take());
        found
    }

    /// Parses a season and its year, such as `summer 2016`.
    fn parse_season_term(&mut self, what: &str, year: &str) -> bool {
        let is_year = year.len() == 4 && calendar::is_date(year);
        let year = year.parse::<u32>().ok().filter(|_| is_year);
        let dates = year.and_then(|year| season(what, year));
        let found = dates.is_some();
        let dates = dates.map(|(first, end)| months(first, end));
        self.dates = dates.or(self.dates.take());
        found
    }

    /// Whether there are no conditions.
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a photo meets the conditions other than tags.
    fn conditions_met(
        &self,
        item: &LibraryItem,
        mark: Mark,
        scored: LabelScores<'_>,
        id: u32,
    ) -> bool {
        mark.stars >= self.min_stars
            && self.flag.accepts_flag(mark.flag)
            && self
                .names
                .iter()
                .all(|pattern| matches(pattern, &item.name))
            && self.dates.as_ref().is_none_or(|dates| within(item, dates))
            && (self.folders.is_empty() || self.in_folders(item))
            && self.labels.iter().all(|text| fits(text, scored, id))
    }

    /// Whether all tags are among the words that describe a photo.
    fn has_tags<W: Iterator<Item = &'static str>>(&self, words: impl Fn() -> W) -> bool {
        let matches_description =
            |tag: &String| words().any(|word| contains_ignoring_case(word, tag));
        self.tags.iter().all(matches_description)
    }

    fn in_folders(&self, item: &LibraryItem) -> bool {
        let folder = item.file.path.parent().unwrap_or(Path::new(""));
        let folder = folder.to_string_lossy();
        self.folders
            .iter()
            .all(|part| contains_ignoring_case(&folder, part))
    }
}

/// Whether `text` contains `wanted`, which is in lower case. Called for every photo, so it does not allocate if both
/// are ASCII.
fn contains_ignoring_case(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() || !wanted.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    // Every text contains the empty text.
    let mut places = text.as_bytes().windows(wanted.len().max(1));
    wanted.is_empty() || places.any(|place| place.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Splits at spaces outside quotes.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        if c.is_whitespace() && !quoted {
            words.push(&text[start..at]);
            start = at + c.len_utf8();
        }
    }
    words.push(&text[start..]);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a name matches a lower-case pattern with `*` and `?`; without these, whether it contains the pattern.
fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return contains_ignoring_case(name, pattern);
    }
    if pattern.is_ascii() && name.is_ascii() {
        let name = name.as_bytes();
        return is_like(pattern.as_bytes(), name, |p, n| p == n.to_ascii_lowercase());
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    is_like(&pattern, &name, |p, n| p == n)
}

/// Matches a name against a pattern, character by character.
fn is_like<T: Copy + PartialEq + From<u8>>(
    pattern: &[T],
    name: &[T],
    same: impl Fn(T, T) -> bool,
) -> bool {
    let (any, one) = (T::from(b'*'), T::from(b'?'));
    let (mut p, mut n) = (0, 0);
    // Positions for backtracking: the last `*`, and the end of what it matches so far.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(c) if *c == any => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == one || same(*c, name[n]) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, held)) => {
                    star = Some((at, held + 1));
                    p = at + 1;
                    n = held + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == any)
}

fn within(item: &LibraryItem, (from, to): &(String, String)) -> bool {
    let taken = item.facts().and_then(|facts| facts.taken.as_ref());
    taken.is_some_and(|taken| calendar::lies_within(taken.as_str(), from, to))
}

fn fits(text: &str, scored: LabelScores<'_>, id: u32) -> bool {
    let named = |label: &Label| contains_ignoring_case(&label.text, text);
    let mut labels = scored.labels.iter().enumerate();
    labels.any(|(at, label)| named(label) && scored.fits(at, id))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(both.parts[0].named, ["cat", "dog"]);
        // A comma in quotes does not separate.
        assert_eq!(parse("\"red, white\"").parts.len(), 1);
        assert_eq!(parse(" , ").parts, []);
    }

    #[test]
    fn seasons_and_years_are_the_last_that_are_over() {
        let dates = |text| terms(text).dates.map(|(from, to)| format!("{from} {to}"));
        assert_eq!(dates("last year").as_deref(), Some("2024 2024"));
        assert_eq!(dates("last month").as_deref(), Some("2025-06 2025-06"));
        assert_eq!(dates("last summer").as_deref(), Some("2024-06 2024-08"));
        assert_eq!(dates("last spring").as_deref(), Some("2025-03 2025-05"));
        assert_eq!(dates("last winter").as_deref(), Some("2024-12 2025-02"));
        assert_eq!(parse("last summer beach").meaning, "beach");
    }

    #[test]
    fn a_season_can_have_a_year() {
        let dates = |text| terms(text).dates.map(|(from, to)| format!("{from} {to}"));
        assert_eq!(dates("summer 2016").as_deref(), Some("2016-06 2016-08"));
        assert_eq!(dates("Winter 2016").as_deref(), Some("2016-12 2017-02"));
        assert_eq!(parse("beach summer 2016 sunset").meaning, "beach sunset");
        // A whole date has no season.
        assert_eq!(parse("summer 2016-07").meaning, "summer");
        assert_eq!(dates("summer 2016-07").as_deref(), Some("2016-07 2016-07"));
        assert!(parse("summer").is_plain());
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert!(
            contains_ignoring_case("IMG_Beach.jpg", "beach")
                && !contains_ignoring_case("IMG.jpg", "beach")
        );
        assert!(
            contains_ignoring_case("Größe.jpg", "größe") && !contains_ignoring_case("ab", "abc")
        );
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matches("img_40*", "img_4012.jpg") && !matches("img_40*", "my img_40.jpg"));
        assert!(matches("*_4?.jpg", "img_40.jpg") && !matches("*_4?.jpg", "img_400.jpg"));
        assert!(matches("g_40", "img_4012.jpg"));
        assert!(matches("*", "") && !matches("?", ""));
        assert!(matches("img_40*", "IMG_4012.JPG") && matches("40", "IMG_4012.JPG"));
        assert!(matches("*ö?e*", "GRÖßE.jpg") && matches("", "a"));
    }
}
