//! Place queries and their matching.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Place;
use super::table::Table;

/// How the words of a query are compared with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordMatch {
    /// Whole words only: "india" does not match Indiana.
    Whole,
    /// The last word may be incomplete: "mun" matches Munich.
    Prefix,
}

/// A comma-separated part of a query.
#[derive(Clone, Debug)]
struct QueryPart {
    folded: String,
    /// Two capital letters, which may be a country code.
    code: Option<String>,
}

/// A parsed query: "munich", "Bavaria", "Munich, Germany", "DE". Case and diacritics are ignored.
#[derive(Clone, Debug)]
pub struct PlaceQuery {
    parts: Vec<QueryPart>,
    words: WordMatch,
}

impl PlaceQuery {
    /// Parses a query. Each comma-separated part must match the town, the region or the country.
    #[must_use]
    pub fn new(text: &str, words: WordMatch) -> Self {
        let part = |text: &str| {
            let text = text.trim();
            let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
            QueryPart {
                folded: fold(text),
                code: is_code.then(|| text.to_owned()),
            }
        };
        let parts = text.split(',').map(part);
        Self {
            parts: parts.filter(|part| !part.folded.is_empty()).collect(),
            words,
        }
    }

    /// Whether the query is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a place matches.
    #[must_use]
    pub fn matches(&self, place: Place) -> bool {
        self.parts.iter().all(|part| self.part_matches(part, place))
    }

    fn part_matches(&self, part: &QueryPart, place: Place) -> bool {
        let table = Table::get();
        let country = table.country_of(place.town);
        let names = [Some(&*country.name), place.region(), place.town()];
        let mut folded = names.into_iter().flatten().map(fold);
        let other_towns = place.is_near.then(|| table.other_names(place.town));
        let mut others = country
            .other_names
            .lines()
            .chain(other_towns.unwrap_or_default().lines());
        part.code.as_deref() == Some(&*country.code)
            || folded.any(|name| self.holds(&name, &part.folded))
            || others.any(|name| self.is_name(name, &part.folded))
    }

    /// Whether the words match a whole folded name: with many languages, single words are too ambiguous.
    fn is_name(&self, name: &str, wanted: &str) -> bool {
        match self.words {
            WordMatch::Whole => name == wanted,
            WordMatch::Prefix => name.starts_with(wanted),
        }
    }

    /// Whether a folded name contains the words consecutively.
    fn holds(&self, name: &str, wanted: &str) -> bool {
        let mut found = name.match_indices(wanted);
        found.any(|(at, _)| {
            let end = at + wanted.len();
            let begins = at == 0 || name.as_bytes()[at - 1] == b' ';
            let ends = end == name.len() || name.as_bytes()[end] == b' ';
            begins && (ends || self.words == WordMatch::Prefix)
        })
    }
}

/// Removes case, diacritics and punctuation from a name, like `fold` in assets/places/build.py.
fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut push = |c: char| {
        let plain = match c {
            'ß' => "ss",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'ı' => "i",
            'æ' => "ae",
            'œ' => "oe",
            'þ' => "th",
            'ħ' => "h",
            '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '`' => "",
            c if c.is_alphanumeric() => return folded.push(c),
            // Single spaces between words, and none at the start.
            _ if folded.ends_with(' ') || folded.is_empty() => "",
            _ => " ",
        };
        folded.push_str(plain);
    };
    match name.is_ascii() {
        true => name
            .bytes()
            .for_each(|byte| push(byte.to_ascii_lowercase().into())),
        false => {
            let lower = name.to_lowercase();
            lower
                .nfd()
                .filter(|c| !is_combining_mark(*c))
                .for_each(push);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::super::Coordinates;
    use super::*;

    fn matches(text: &str, (latitude, longitude): (f64, f64), words: WordMatch) -> bool {
        let place = Coordinates::new(latitude, longitude).and_then(Place::at);
        PlaceQuery::new(text, words).matches(place.expect("a place"))
    }

    const MUNICH: (f64, f64) = (48.137, 11.575);
    const ZURICH: (f64, f64) = (47.3769, 8.5417);
    const INDIANAPOLIS: (f64, f64) = (39.7684, -86.1581);
    const NEW_YORK: (f64, f64) = (40.7128, -74.006);

    #[test]
    fn towns_regions_and_countries_are_found_in_any_spelling() {
        for (text, at) in [
            ("Munich", MUNICH),
            ("MUNICH", MUNICH),
            ("bavaria", MUNICH),
            ("germany", MUNICH),
            ("DE", MUNICH),
            ("Munich, Germany", MUNICH),
            (" munich ,bavaria,", MUNICH),
            ("München", MUNICH),
            ("munchen", MUNICH),
            ("慕尼黑", MUNICH),
            ("ミュンヘン", MUNICH),
            ("Zurich", ZURICH),
            ("zürich", ZURICH),
            ("york", NEW_YORK),
            ("New  York", NEW_YORK),
            ("usa", NEW_YORK),
        ] {
            assert!(matches(text, at, WordMatch::Whole), "{text}");
        }
        for (text, at) in [
            ("Berlin", MUNICH),
            ("Munich, France", MUNICH),
            ("Mun", MUNICH),
            ("de", MUNICH),
            ("unich", MUNICH),
            ("india", INDIANAPOLIS),
        ] {
            assert!(!matches(text, at, WordMatch::Whole), "{text}");
        }
        assert!(PlaceQuery::new(" , ", WordMatch::Whole).is_empty());
    }

    #[test]
    fn beginnings_of_words_are_enough_while_typing() {
        for (text, at) in [
            ("Mun", MUNICH),
            ("new yo", NEW_YORK),
            ("indi", INDIANAPOLIS),
        ] {
            assert!(matches(text, at, WordMatch::Prefix), "{text}");
        }
        assert!(!matches("unich", MUNICH, WordMatch::Prefix));
    }

    #[test]
    fn names_fold_to_plain_words() {
        assert_eq!(fold("St. Gallen"), "st gallen");
        assert_eq!(fold("L’Aquila"), "laquila");
        assert_eq!(fold("Łódź"), "lodz");
        assert_eq!(fold(" Aix-en-Provence "), "aix en provence");
        assert_eq!(fold("Tromsø"), "tromso");
    }
}
