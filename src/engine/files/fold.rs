//! Folding of names: APFS, NTFS and exFAT ignore letter case, and APFS also Unicode normalisation; pure.

use std::ffi::OsStr;
use std::fmt::Write;

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// What a name or path is known by: two whose folded forms are equal must not be in one place.
///
/// Canonical caseless matching as the Unicode Standard defines it (D145), with full case folding. Bytes that are
/// no text stand for themselves.
#[must_use]
pub fn fold(name: &OsStr) -> String {
    let mut folded = String::with_capacity(name.len());
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        fold_text(chunk.valid(), &mut folded);
        for byte in chunk.invalid() {
            // No name has a NUL in it.
            let _ = write!(folded, "\0{byte:02x}");
        }
    }
    folded
}

fn fold_text(text: &str, folded: &mut String) {
    if text.is_ascii() {
        folded.extend(text.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    let decomposed: String = text.nfd().collect();
    let caseless = UniCase::unicode(decomposed).to_folded_case();
    folded.extend(caseless.nfc());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        fold(OsStr::new(a)) == fold(OsStr::new(b))
    }

    #[test]
    fn cases_and_spellings_fold_to_one() {
        assert!(same("IMG_1.JPG", "img_1.jpg"));
        assert!(same("caf\u{e9}.jpg", "cafe\u{301}.JPG"));
        assert!(same("STRASSE", "straße"));
        assert!(same("ΣΊΣΥΦΟΣ", "σίσυφος"));
        assert!(same("\u{212b}ngstrom", "\u{e5}ngstrom"));
        assert!(!same("cafe.jpg", "café.jpg"));
        assert!(!same("a.jpg", "b.jpg"));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        use std::os::unix::ffi::OsStrExt;
        let fold = |bytes: &[u8]| fold(OsStr::from_bytes(bytes));
        assert_eq!(fold(b"A\xe9.JPG"), fold(b"a\xe9.jpg"));
        assert_ne!(fold(b"a\xe9.jpg"), fold(b"a\xe8.jpg"));
        assert_ne!(fold(b"a\xe9.jpg"), fold("a\u{fffd}.jpg".as_bytes()));
    }
}
