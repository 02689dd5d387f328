//! Looks words up in their inflected forms: first unchanged, then without plural and case endings or articles.
//! Stripping can be liberal, since only forms in the dictionary are accepted.

use super::language::Language;
use super::tables::{English, look_up};

/// Translates a folded word in any of its forms.
pub fn look_up_forms(language: Language, word: &str) -> Option<English> {
    if let Some(found) = look_up(language, word) {
        return Some(found);
    }
    let stems: Vec<String> = match language {
        Language::Chinese => counted(word).into_iter().collect(),
        Language::Arabic => arabic(word),
        Language::Korean => ["들", "의"]
            .iter()
            .filter_map(|end| without(word, end, "", 1))
            .collect(),
        Language::Japanese => ["お"]
            .iter()
            .filter_map(|start| word.strip_prefix(start))
            .map(Into::into)
            .collect(),
        _ => endings(language)
            .iter()
            .flat_map(|(end, others)| {
                let stem = |other: &&str| without(word, end, other, 2);
                others.iter().filter_map(stem).collect::<Vec<_>>()
            })
            .collect(),
    };
    stems.iter().find_map(|stem| look_up(language, stem))
}

/// Replaces an ending, if at least `least` letters of the stem remain.
fn without(word: &str, end: &str, other: &str, least: usize) -> Option<String> {
    let stem = word.strip_suffix(end)?;
    (stem.chars().count() >= least).then(|| format!("{stem}{other}"))
}

/// Plural and case endings with their replacements, longest first.
fn endings(language: Language) -> &'static [(&'static str, &'static [&'static str])] {
    match language {
        Language::Spanish => &[("ces", &["z"]), ("es", &["", "e"]), ("s", &[""])],
        Language::Portuguese => &[
            ("oes", &["ao"]),
            ("aes", &["ao"]),
            ("eis", &["el", "il"]),
            ("ais", &["al"]),
            ("ois", &["ol"]),
            ("is", &["il"]),
            ("ns", &["m"]),
            ("es", &[""]),
            ("s", &[""]),
        ],
        Language::French => &[
            ("eaux", &["eau"]),
            ("aux", &["al", "ail"]),
            ("es", &["", "e"]),
            ("x", &[""]),
            ("s", &[""]),
            ("e", &[""]),
        ],
        Language::German => &[
            ("innen", &["in", ""]),
            ("ern", &["er", ""]),
            ("en", &["e", ""]),
            ("er", &["", "e"]),
            ("es", &["", "e"]),
            ("n", &[""]),
            ("e", &[""]),
            ("s", &[""]),
        ],
        Language::Dutch => &[("en", &["", "e"]), ("s", &[""]), ("e", &[""])],
        Language::Italian => &[
            ("chi", &["co"]),
            ("che", &["ca"]),
            ("ghi", &["go"]),
            ("i", &["o", "e", "io"]),
            ("e", &["a"]),
        ],
        Language::Turkish => &[("lar", &[""]), ("ler", &[""])],
        Language::Hindi => &[
            ("ियां", &["ी"]),
            ("ियों", &["ी"]),
            ("ों", &["", "ा"]),
            ("ें", &[""]),
            ("े", &["ा", ""]),
        ],
        Language::Russian | Language::Ukrainian | Language::Polish => SLAVIC,
        _ => &[],
    }
}

/// For Russian, Ukrainian and Polish, whose nominatives end in one of a few letters or in none.
const SLAVIC: &[(&str, &[&str])] = &[
    ("ами", NOMINATIVE),
    ("ями", NOMINATIVE),
    ("ого", ADJECTIVES),
    ("ему", ADJECTIVES),
    ("ах", NOMINATIVE),
    ("ях", NOMINATIVE),
    ("ов", NOMINATIVE),
    ("ев", NOMINATIVE),
    ("ей", NOMINATIVE),
    ("ой", ADJECTIVES_AND_NOMINATIVE),
    ("ом", NOMINATIVE),
    ("ем", NOMINATIVE),
    ("ам", NOMINATIVE),
    ("ям", NOMINATIVE),
    ("ую", ADJECTIVES),
    ("ые", ADJECTIVES),
    ("ых", ADJECTIVES),
    ("ы", NOMINATIVE),
    ("и", NOMINATIVE),
    ("і", NOMINATIVE),
    ("а", NOMINATIVE),
    ("я", NOMINATIVE),
    ("у", NOMINATIVE),
    ("ю", NOMINATIVE),
    ("е", NOMINATIVE),
    ("ami", POLISH),
    ("ach", POLISH),
    ("om", POLISH),
    ("ow", POLISH),
    ("y", POLISH),
    ("i", POLISH),
    ("e", POLISH),
    ("a", POLISH),
];
const NOMINATIVE: &[&str] = &["", "а", "я", "ь", "й", "о", "е"];
const ADJECTIVES: &[&str] = &["ый", "ий", "ая", "ой"];
const ADJECTIVES_AND_NOMINATIVE: &[&str] = &["ый", "ая", "", "а"];
const POLISH: &[&str] = &["", "a", "o", "e"];

/// Strips the prefixed article, and the plural or dual ending.
fn arabic(word: &str) -> Vec<String> {
    let article = ["وال", "بال", "لل", "ال"];
    let bare = article
        .iter()
        .find_map(|article| word.strip_prefix(article));
    let bare = bare.filter(|rest| rest.chars().count() >= 2);
    let words = [bare, Some(word)].into_iter().flatten();
    let mut forms: Vec<String> = Vec::new();
    for word in words {
        forms.push(word.into());
        for end in ["ات", "ين", "ان", "ون"] {
            forms.extend(without(word, end, "ه", 2));
            forms.extend(without(word, end, "", 2));
        }
    }
    forms
}

/// Strips a Chinese numeral or demonstrative with its measure word.
fn counted(word: &str) -> Option<String> {
    let rest = word.strip_prefix(|c| "一二两兩三四五六几幾这這那".contains(c))?;
    let rest = rest.strip_prefix(|c| {
        "只隻个個条條匹头頭辆輛朵棵座张張本杯位群架艘把件双雙名颗顆".contains(c)
    })?;
    (!rest.is_empty()).then(|| rest.into())
}
