//! Compares English words regardless of case, article and number. Pure.

/// Articles that do not change what a label means.
const ARTICLES: [&str; 4] = ["a ", "an ", "the ", "some "];

/// Plurals that no rule forms, as endings, so that "women" and "grandchildren" are among them.
const IRREGULAR: [(&str, &str); 9] = [
    ("men", "man"),
    ("children", "child"),
    ("mice", "mouse"),
    ("geese", "goose"),
    ("feet", "foot"),
    ("teeth", "tooth"),
    ("oxen", "ox"),
    ("cacti", "cactus"),
    ("fungi", "fungus"),
];

/// Regular endings of plurals, and those of the singular.
const ENDINGS: [(&str, &str); 5] = [
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ves", "f"),
    ("ves", "fe"),
];

/// Minimum number of bytes before a regular ending, so that "as" is not taken for a plural.
const MIN_STEM: usize = 2;

/// The words without an article in front.
pub(super) fn without_article(lower: &str) -> &str {
    let mut articles = ARTICLES.iter();
    let bare = articles.find_map(|article| lower.strip_prefix(article));
    bare.unwrap_or(lower).trim_start()
}

/// The forms that may be the singular of lower-case words: the words themselves, and those without the last word's plural
/// ending. Not all of them exist ("leav" for "leaves").
pub(super) fn singulars(words: &str) -> Vec<String> {
    let mut forms = vec![words.to_owned()];
    for (plural, singular) in IRREGULAR {
        let stem = words.strip_suffix(plural);
        forms.extend(stem.map(|stem| format!("{stem}{singular}")));
    }
    if words.ends_with("ss") {
        return forms;
    }
    for (plural, singular) in ENDINGS {
        let stem = words.strip_suffix(plural);
        let stem = stem.filter(|stem| stem.len() >= MIN_STEM);
        forms.extend(stem.map(|stem| format!("{stem}{singular}")));
    }
    forms
}

/// The words of a phrase, for comparisons regardless of case, articles, hyphens and number.
pub(super) struct Phrase {
    /// For each word, the forms that may be its singular.
    words: Vec<Vec<String>>,
}

impl Phrase {
    pub(super) fn new(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        let is_separator = |c: char| !c.is_alphanumeric() && c != '\'';
        let words = without_article(&lower).split(is_separator);
        let words = words.filter(|word| !word.is_empty());
        Self {
            words: words.map(singulars).collect(),
        }
    }

    /// Whether both are the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.words.len() == other.words.len() && are_same(&self.words, &other.words)
    }

    /// Whether it contains the other as whole words.
    pub(super) fn mentions(&self, other: &Self) -> bool {
        // No window is empty.
        let mut parts = self.words.windows(other.words.len().max(1));
        !other.words.is_empty() && parts.any(|part| are_same(part, &other.words))
    }
}

/// Whether the words of two phrases of equal length are the same.
fn are_same(a: &[Vec<String>], b: &[Vec<String>]) -> bool {
    let mut pairs = a.iter().zip(b);
    pairs.all(|(a, b)| a.iter().any(|form| b.contains(form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_article_and_number_make_no_difference() {
        let is = |a: &str, b: &str| Phrase::new(a).is(&Phrase::new(b));
        for (a, b) in [
            ("Dog", "the dogs"),
            ("women", "a woman"),
            ("children", "child"),
            ("puppies", "puppy"),
            ("benches", "bench"),
            ("knives", "knife"),
            ("leaves", "leaf"),
            ("mice", "mouse"),
            ("glasses of wine", "glass of wine"),
            ("fire-trucks", "fire truck"),
            ("cookies", "cookie"),
            (" some  apples ", "apple"),
        ] {
            assert!(is(a, b) && is(b, a), "{a}, {b}");
        }
        for (a, b) in [
            ("cat", "car"),
            ("dress", "dres"),
            ("man", "woman"),
            ("dog", "hot dog"),
            ("as", "a"),
            ("", "dog"),
        ] {
            assert!(!is(a, b) && !is(b, a), "{a}, {b}");
        }
    }

    #[test]
    fn a_phrase_mentions_whole_words() {
        let mentions = |a: &str, b: &str| Phrase::new(a).mentions(&Phrase::new(b));
        for (phrase, other) in [
            ("a child on the beach", "children"),
            ("glass of wine", "wine"),
            ("big black cat", "black cat"),
            ("snow-covered street", "snow"),
            ("T-shirt", "shirt"),
            ("X-ray image", "x-ray"),
            ("dog", "a dog"),
        ] {
            assert!(mentions(phrase, other), "{phrase}: {other}");
        }
        for (phrase, other) in [
            ("catfish", "cat"),
            ("dog", "hot dog"),
            ("black big cat", "black cat"),
            ("bird's nest", "bird"),
            ("cat", ""),
            ("", "cat"),
            ("", ""),
        ] {
            assert!(!mentions(phrase, other), "{phrase}: {other}");
        }
    }
}
