//! Spelling that is the same with and without accents, for searching texts as they are typed.

use unicode_normalization::UnicodeNormalization;

/// Converts text to lower case without the accents of Latin letters: "Réglages" to "reglages".
#[must_use]
pub fn fold(text: &str) -> String {
    match text.chars().all(is_normalised) {
        true => text.to_ascii_lowercase(),
        false => normalise(text),
    }
}

/// Like [`fold`], but keeps letters that it [spells](spelling) otherwise.
#[must_use]
pub fn fold_accents(text: &str) -> String {
    match text.chars().all(is_normalised) {
        true => text.to_ascii_lowercase(),
        false => without_accents(text),
    }
}

/// Whether normalisation does not change a character, nor its neighbours: ASCII, and most of Chinese, Japanese and Korean,
/// but not separate voicing marks and compatibility ideographs. Normalisation takes most of the time of folding.
fn is_normalised(c: char) -> bool {
    matches!(
        c,
        '\0'..='\x7f'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
    )
}

fn normalise(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in without_accents(text).chars() {
        match spelling(c) {
            Some(spelling) => folded.push_str(spelling),
            None => folded.push(c),
        }
    }
    folded
}

fn without_accents(text: &str) -> String {
    let lower = text.to_lowercase();
    let plain = lower.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    // Composed again, because Japanese letters with and without marks are different letters.
    plain.nfc().collect()
}

/// How [`fold`] spells a lower-case letter without accents, if differently: "ß" as "ss".
#[must_use]
pub fn spelling(c: char) -> Option<&'static str> {
    match c {
        'ß' => Some("ss"),
        'æ' => Some("ae"),
        'œ' => Some("oe"),
        'ø' => Some("o"),
        '’' => Some("'"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_that_need_no_normalisation_are_folded_in_the_same_way(
            mixed in "[ -~äÉßΣ’\u{300}\u{1100}-\u{11ff}\u{3000}-\u{30ff}\u{4e00}-\u{9fff}\u{ac00}-\u{d7a3}\u{f900}-\u{f9ff}]{0,8}",
            simple in "[ -~\u{3041}-\u{3096}\u{30a1}-\u{30ff}\u{4e00}-\u{9fff}\u{ac00}-\u{d7a3}]{0,8}",
        ) {
            prop_assert_eq!(fold(&mixed), normalise(&mixed));
            prop_assert_eq!(fold(&simple), normalise(&simple));
        }
    }

    #[test]
    fn accents_and_case_make_no_difference() {
        for (text, folded) in [
            ("Réglages…", "reglages…"),
            ("Re\u{301}glages", "reglages"),
            ("RÜCKGÄNGIG", "ruckgangig"),
            ("Größe", "grosse"),
            ("Añadir", "anadir"),
            ("l’œuvre", "l'oeuvre"),
            ("ガラス", "ガラス"),
            ("设置", "设置"),
        ] {
            assert_eq!(fold(text), folded);
        }
        assert_eq!(fold_accents("GRÖßE Æble"), "große æble");
    }
}
