//! The dictionary's entries: sorted lines, decompressed on first use.

use std::collections::HashSet;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;

use super::language::Language;

/// Written by `assets/dictionary/build.py`.
static PACKED: &[u8] = include_bytes!("../../../../assets/dictionary/dictionary.bin");

/// Prefix of the English translation of an adjective.
const ADJECTIVE: char = '~';

/// The English translation of an entry, one or two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct English {
    /// The words.
    pub words: &'static str,
    /// Whether they are adjectives, which precede the noun.
    pub is_adjective: bool,
    /// The original spelling with accents and hyphens, if it differs from the folded one.
    pub spelling: Option<&'static str>,
}

/// The sections of the file.
struct Tables {
    /// The lines of each language, in the order of [`Language::ALL`].
    languages: [&'static str; Language::ALL.len()],
    /// The names in each language of what is in photos, by their English.
    names: [&'static str; Language::ALL.len()],
    everyday: &'static str,
    rare: &'static str,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut text = String::new();
    // The bundled data is valid; if it were not, the dictionary would be empty and tests would fail.
    let _ = ZlibDecoder::new(PACKED).read_to_string(&mut text);
    let text: &'static str = text.leak();
    let block = |name: &str| {
        let start = format!("#{name}\n");
        let from = text.find(&start).map_or(text.len(), |at| at + start.len());
        let rest = &text[from..];
        &rest[..rest.find("\n#").unwrap_or(rest.len())]
    };
    Tables {
        languages: Language::ALL.map(|language| block(language.code())),
        names: Language::ALL.map(|language| block(&format!("names-{}", language.code()))),
        everyday: block("english"),
        rare: block("rare"),
    }
});

/// The folded words in the entries of the languages in Latin script, alone or within a phrase. Words that are the same
/// in English ("animal") have no entry of their own, but many occur in phrases ("animal de granja").
static LATIN_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let places = Language::LATIN.into_iter().filter_map(place);
    let lines = places.flat_map(|place| TABLES.languages[place].lines());
    let entries = lines.map(|line| line.split('\t').next().unwrap_or(line));
    entries.flat_map(|entry| entry.split(' ')).collect()
});

fn place(language: Language) -> Option<usize> {
    Language::ALL.iter().position(|known| *known == language)
}

/// The usual name of a thing that is given in English, as in `assets/photo-words.txt`.
pub fn name(language: Language, english: &str) -> Option<&'static str> {
    let line = find(TABLES.names[place(language)?], english)?;
    line.split_once('\t').map(|(_, name)| name)
}

/// Translates a folded word.
pub fn look_up(language: Language, word: &str) -> Option<English> {
    let place = place(language)?;
    let line = find(TABLES.languages[place], word)?;
    let mut columns = line.split('\t').skip(1);
    let words = columns.next()?;
    let bare = words.strip_prefix(ADJECTIVE);
    Some(English {
        words: bare.unwrap_or(words),
        is_adjective: bare.is_some(),
        spelling: columns.next(),
    })
}

/// Whether a folded word occurs in an entry of a language in Latin script, alone or within a phrase.
pub fn is_in_latin_entry(word: &str) -> bool {
    LATIN_WORDS.contains(word)
}

/// Whether a folded word always counts as English.
pub fn is_everyday_english(word: &str) -> bool {
    find(TABLES.everyday, word).is_some()
}

/// Whether a folded word can be English.
pub fn is_english(word: &str) -> bool {
    is_everyday_english(word) || find(TABLES.rare, word).is_some()
}

/// Binary search for the line of a word.
fn find(lines: &'static str, word: &str) -> Option<&'static str> {
    if word.is_empty() {
        return None;
    }
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let mid = low + (high - low) / 2;
        let start = lines.as_bytes()[low..mid]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(low, |at| low + at + 1);
        let end = lines.as_bytes()[mid..high]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(high, |at| mid + at);
        let line = &lines[start..end];
        let known = line.split('\t').next().unwrap_or(line);
        match known.cmp(word) {
            std::cmp::Ordering::Equal => return Some(line),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start.saturating_sub(1).max(low),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_sorted_and_found() {
        assert!(PACKED.len() < 3 << 19);
        for (at, language) in Language::ALL.into_iter().enumerate() {
            let lines: Vec<&str> = TABLES.languages[at].lines().collect();
            // The languages up to Arabic also have the entries that were written for Lumisift.
            let least = if language <= Language::Arabic {
                5000
            } else {
                1500
            };
            assert!(lines.len() >= least, "{language:?}: {}", lines.len());
            let key = |line: &&'static str| line.split('\t').next().unwrap_or_default();
            assert!(lines.iter().map(key).is_sorted(), "{language:?}");
            for line in &lines {
                let found = look_up(language, key(line)).expect("found");
                assert!(!found.words.is_empty(), "{line}");
                assert!(found.spelling != Some(key(line)), "{line}");
            }
        }
        for lines in TABLES.names {
            let key = |line: &'static str| line.split('\t').next().unwrap_or_default();
            assert!(lines.lines().map(key).is_sorted());
        }
        for words in [TABLES.everyday, TABLES.rare] {
            assert!(words.lines().count() > 40_000 && words.lines().is_sorted());
            assert!(words.lines().all(|word| find(words, word) == Some(word)));
        }
    }

    #[test]
    fn other_words_are_not_found() {
        for word in ["", "a\t", "zzzz", "#", "\u{10ffff}", "chat\n"] {
            assert_eq!(look_up(Language::Spanish, word), None, "{word:?}");
        }
        assert!(is_everyday_english("chat") && !is_english("schmetterling"));
        assert!(is_english("casa") && !is_everyday_english("casa"));
        assert!(is_in_latin_entry("perro") && is_in_latin_entry("animal"));
        assert!(!is_in_latin_entry("chair") && !is_in_latin_entry(""));
    }
}
