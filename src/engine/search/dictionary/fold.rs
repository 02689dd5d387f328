//! Normalises spelling as in the dictionary's entries: without case, accents and the like.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Must match `fold` in `assets/dictionary/build.py`, which writes the entries.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.to_lowercase().nfkc() {
        match c {
            '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' => {}
            '\u{640}' | '\u{670}' | '\u{93c}' => {}
            'ß' => out.push_str("ss"),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            'ı' => out.push('i'),
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                let mut first = None;
                decompose_canonical(c, |part| {
                    first.get_or_insert(part);
                });
                out.push(first.unwrap_or(c));
            }
            // Katakana to hiragana.
            '\u{30a1}'..='\u{30f6}' => {
                out.push(char::from_u32(u32::from(c) - 0x60).unwrap_or(c));
            }
            'ё' => out.push('е'),
            '\u{901}' => out.push('\u{902}'),
            'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
            'ى' => out.push('ي'),
            'ة' => out.push('ه'),
            '-' | '‐' | '‑' | '‒' | '–' | '・' => out.push(' '),
            '’' | '‘' | '`' | '´' => out.push('\''),
            _ => out.push(c),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_spellings_of_a_letter_make_no_difference() {
        for (text, folded) in [
            ("  Árbol  ", "arbol"),
            ("a\u{301}rbol", "arbol"),
            ("Straße", "strasse"),
            ("Œufs", "oeufs"),
            ("Arc-en-ciel", "arc en ciel"),
            ("самолёт", "самолет"),
            ("чай", "чай"),
            ("ネコ", "ねこ"),
            ("ﾈｺ", "ねこ"),
            ("ビーチ", "びーち"),
            ("بَحْر", "بحر"),
            ("أسد", "اسد"),
            ("बाज़ार", "बाजार"),
            ("ＣＡＴ", "cat"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }
}
