//! Makes untrusted text (file names, labels, server responses) safe for terminals and spreadsheets.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character controls a terminal, or hides or reorders adjacent text.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Bidirectional marks, embeddings, overrides and isolates; line separators; tags.
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Makes text printable: control characters are escaped, such as `\u{1b}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_unprintable(c) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Whether spreadsheets interpret a cell that starts with this character as a formula.
fn begins_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

/// Encodes text as a CSV cell. Text that a spreadsheet would interpret as a formula is prefixed with an apostrophe,
/// which spreadsheets hide. So is text with apostrophes before such a character, so that removing one apostrophe always
/// restores the original.
#[must_use]
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    match text.trim_start_matches('\'').starts_with(begins_formula) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_shown_as_its_code() {
        assert_eq!(printable("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(printable("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(printable("\u{9b}2J\u{7f}"), "\\u{9b}2J\\u{7f}");
        assert_eq!(printable("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
        for fine in ["猫.jpg", "👩\u{200d}🔬", "עברית", "café \\n"] {
            assert!(matches!(printable(fine), Cow::Borrowed(_)), "{fine}");
        }
    }

    #[test]
    fn cells_that_look_like_formulas_get_an_apostrophe() {
        for text in ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", "＝1", "'=1"] {
            assert_eq!(csv_cell(text), format!("'{text}"));
        }
        for text in ["", "a=1", "'quoted'", "/photos/-a.jpg", " =1"] {
            assert_eq!(csv_cell(text), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_steers_and_no_cell_is_a_formula_and_all_can_be_read_back(text in "['=+@\t\r\n\u{1b}\u{202e}a-]{0,6}|\\PC*|.*") {
            prop_assert!(!printable(&text).contains(is_unprintable));
            let cell = csv_cell(&text);
            prop_assert!(!cell.starts_with(begins_formula));
            let inner = cell.trim_start_matches('\'');
            let back = match cell.strip_prefix('\'') {
                Some(rest) if inner.starts_with(begins_formula) => rest,
                _ => &*cell,
            };
            prop_assert_eq!(back, &*text);
        }
    }
}
