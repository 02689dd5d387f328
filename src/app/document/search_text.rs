//! What a person types into the search box, taken apart: names, dates, stars and labels that photos have or have not,
//! and the rest, which is about what they show; pure. A comma means "or".

use std::path::Path;

use super::calendar;
use super::filter::FlagFilter;
use super::labels::Label;
use super::library::LibraryItem;
use super::scored::LabelScores;
use crate::engine::media::scan::is_media_name;
use crate::engine::organize::marks::Mark;

/// A search, taken apart at its commas, which mean "or".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchText {
    /// What the photos show, for the model.
    pub meaning: String,
    /// Of these one must hold; if there are none, all photos do.
    parts: Vec<Part>,
}

/// What is asked for between two commas; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    terms: Terms,
    /// Whether the photos are to show something, too.
    has_meaning: bool,
    /// What they are to show, in lower case, if it is long enough to be looked for in names.
    named: Vec<String>,
}

/// What is asked for besides meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    /// Patterns of names, such as `img_40*`, in lower case.
    names: Vec<String>,
    /// Beginnings of dates between which a photo was taken, both included.
    dates: Option<(String, String)>,
    min_stars: u8,
    flag: FlagFilter,
    /// Parts of labels that must fit, in lower case.
    labels: Vec<String>,
    folders: Vec<String>,
    /// Words that are said of a photo, in lower case.
    tags: Vec<String>,
}

/// A season: the months that it has.
const SEASONS: [(&str, u32, u32); 5] = [
    ("spring", 3, 5),
    ("summer", 6, 8),
    ("autumn", 9, 11),
    ("fall", 9, 11),
    ("winter", 12, 2),
];

impl SearchText {
    /// Takes a search apart. `today` is the year and month that "last summer" counts from.
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

    /// Whether nothing but meaning is asked for.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| part.terms.is_empty())
    }

    /// Whether a photo has what is asked for. `shows` says whether it shows what is meant; `words` are those that are
    /// said of it.
    #[must_use]
    pub fn lets_through<W: Iterator<Item = &'static str>>(
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
                part.terms.hold(item, mark, scored, id)
                    && part.terms.has_tags(&words)
                    && (shows || !part.has_meaning || part.is_named(item) || part.is_said(&words))
            })
    }

    /// Whether a photo's name or folder holds what is asked for in words, as a person may mean it too.
    #[must_use]
    pub fn is_named(&self, item: &LibraryItem) -> bool {
        self.parts.iter().any(|part| part.is_named(item))
    }
}

/// What stands between commas outside quotes.
fn alternatives(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// Parts of which one must hold. "cat, dog 2019" asks for both in that year: what is asked for once besides meaning holds
/// for all that is meant. "cat, IMG_40*" and "2019, 2020" ask for one or the other.
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
    /// Takes a part apart, and returns what the photos are to show as it was typed.
    fn parse(text: &str, today: (u32, u32)) -> (Self, String) {
        let mut part = Self::default();
        let mut meaning = Vec::new();
        let words: Vec<&str> = words(text);
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let lower = word.to_lowercase();
            let next = words.get(at + 1).map(|word| word.to_lowercase());
            at += 1;
            let terms = &mut part.terms;
            let taken = terms.take_keyed(&lower)
                || terms.take_name(&lower)
                || terms.take_date(&lower)
                || (lower == "last" && next.is_some_and(|next| terms.take_last(&next, today)) && {
                    at += 1;
                    true
                });
            if !taken {
                meaning.push(*word);
            }
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
            holds(&item.name, named) || folder.is_some_and(|folder| holds(folder, named))
        })
    }

    /// Whether the words that are said of a photo are those that are searched for.
    fn is_said<W: Iterator<Item = &'static str>>(&self, words: impl Fn() -> W) -> bool {
        let is_word = |asked: &str| words().any(|word| word == asked);
        let mut named = self.named.iter();
        named.any(|named| is_word(named) || named.split_whitespace().all(is_word))
    }
}

impl Terms {
    /// `label:cat`, `tag:dog`, `folder:holiday`, `name:IMG`, `stars:3`, `picked`, `rejected`.
    fn take_keyed(&mut self, word: &str) -> bool {
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

    /// What holds a star, an underscore beside digits or an ending of photos or videos is a name.
    fn take_name(&mut self, word: &str) -> bool {
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

    /// `2019`, `2019-05`, `2019-05-31`.
    fn take_date(&mut self, word: &str) -> bool {
        let is_date = calendar::is_date(word);
        if is_date {
            self.dates = Some((word.to_owned(), word.to_owned()));
        }
        is_date
    }

    /// "last year", "last month", "last summer".
    fn take_last(&mut self, what: &str, (year, month): (u32, u32)) -> bool {
        let months = |from: (u32, u32), to: (u32, u32)| {
            let text = |(year, month)| format!("{year:04}-{month:02}");
            Some((text(from), text(to)))
        };
        let dates = match what {
            "year" => Some(((year - 1).to_string(), (year - 1).to_string())),
            "month" if month == 1 => months((year - 1, 12), (year - 1, 12)),
            "month" => months((year, month - 1), (year, month - 1)),
            _ => SEASONS
                .iter()
                .find(|season| season.0 == what)
                .and_then(|(_, first, last)| {
                    // The last one that is over.
                    let ends = |year: u32| if last < first { year + 1 } else { year };
                    let over = |begun: u32| (ends(begun), *last) < (year, month);
                    let begun = (year.saturating_sub(2)..=year)
                        .rev()
                        .find(|begun| over(*begun))?;
                    months((begun, *first), (ends(begun), *last))
                }),
        };
        let found = dates.is_some();
        self.dates = dates.or(self.dates.take());
        found
    }

    /// Whether nothing is asked for.
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a photo has all that is asked for.
    fn hold(&self, item: &LibraryItem, mark: Mark, scored: LabelScores<'_>, id: u32) -> bool {
        mark.stars >= self.min_stars
            && self.flag.lets_through(mark.flag)
            && self
                .names
                .iter()
                .all(|pattern| matches(pattern, &item.name))
            && self.dates.as_ref().is_none_or(|dates| within(item, dates))
            && (self.folders.is_empty() || self.in_folders(item))
            && self.labels.iter().all(|text| fits(text, scored, id))
    }

    /// Whether the words that are said of a photo have all that are asked for as such.
    fn has_tags<W: Iterator<Item = &'static str>>(&self, words: impl Fn() -> W) -> bool {
        let is_said = |tag: &String| words().any(|word| holds(word, tag));
        self.tags.iter().all(is_said)
    }

    fn in_folders(&self, item: &LibraryItem) -> bool {
        let folder = item.file.path.parent().unwrap_or(Path::new(""));
        let folder = folder.to_string_lossy();
        self.folders.iter().all(|part| holds(&folder, part))
    }
}

/// Whether a text holds another, which is in lower case. It is asked of every photo, so that nothing is allocated where
/// both are ASCII.
fn holds(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() || !wanted.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    // Everything holds nothing.
    let mut places = text.as_bytes().windows(wanted.len().max(1));
    wanted.is_empty() || places.any(|place| place.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Words separated by spaces outside quotes.
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

/// Whether a name in any case matches a pattern in lower case with `*` and `?`; without them, whether it holds it.
fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return holds(name, pattern);
    }
    if pattern.is_ascii() && name.is_ascii() {
        let name = name.as_bytes();
        return is_like(pattern.as_bytes(), name, |p, n| p == n.to_ascii_lowercase());
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    is_like(&pattern, &name, |p, n| p == n)
}

/// Whether a name is like a pattern, letter by letter.
fn is_like<T: Copy + PartialEq + From<u8>>(
    pattern: &[T],
    name: &[T],
    same: impl Fn(T, T) -> bool,
) -> bool {
    let (any, one) = (T::from(b'*'), T::from(b'?'));
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and what it holds so far.
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
    let named = |label: &Label| holds(&label.text, text);
    let mut labels = scored.labels.iter().enumerate();
    labels.any(|(at, label)| named(label) && scored.fits(at, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SearchText {
        SearchText::parse(text, (2025, 7))
    }

    /// What is asked for besides meaning, in a search of one part.
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
        // Of names, of dates, and of what is meant or a name.
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
        // What is asked for once besides meaning is asked of all that is meant.
        let both = parse("cat, dog 2019");
        assert_eq!((both.meaning.as_str(), both.parts.len()), ("cat, dog", 1));
        assert_eq!(both.parts[0].terms, terms("2019"));
        assert_eq!(both.parts[0].named, ["cat", "dog"]);
        // A comma in quotes is one of a text.
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
    fn names_are_found_in_any_case() {
        assert!(holds("IMG_Beach.jpg", "beach") && !holds("IMG.jpg", "beach"));
        assert!(holds("Größe.jpg", "größe") && !holds("ab", "abc"));
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
