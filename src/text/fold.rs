//! Spelling that is the same with and without accents, for searching texts as they are typed.

use unicode_normalization::UnicodeNormalization;

/// Converts text to lower case without the accents of Latin letters: "Réglages" to "reglages".
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let lower = text.to_lowercase();
    let plain = lower.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    // Composed again, because Japanese letters with and without marks are different letters.
    for c in plain.nfc() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            '’' => folded.push('\''),
            _ => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
