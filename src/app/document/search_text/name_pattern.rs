//! Matching of names, folders and words in any case, with or without accents.

use std::borrow::Cow;
use std::iter;

use crate::text::{fold, fold_accents, spelling};

/// Whether `text` contains `wanted`, which is folded. Called for every photo, so it does not allocate if `text` is ASCII.
pub fn contains_folded(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).contains(wanted);
    }
    // Every text contains the empty text. If `wanted` is not ASCII, it equals none of these places.
    let mut places = text.as_bytes().windows(wanted.len().max(1));
    wanted.is_empty() || places.any(|place| place.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Whether a description is `wanted`, which is folded, or contains it as whole words. Chinese and Japanese descriptions
/// must be equal to it, because they have no spaces between words.
pub fn describes(description: &str, wanted: &str) -> bool {
    // Called for every word of every photo. Most are folded already.
    let is_unfolded = |c: char| c.is_uppercase() || matches!(c, '\u{c0}'..='\u{24f}');
    let description: Cow<'_, str> = match description.contains(is_unfolded) {
        true => Cow::Owned(fold(description)),
        false => Cow::Borrowed(description),
    };
    if wanted.contains(is_cjk) {
        return description == wanted;
    }
    let separators = description.match_indices(|c: char| !c.is_alphanumeric());
    let after_separators = separators.map(|(at, separator)| at + separator.len());
    let mut starts = iter::once(0).chain(after_separators);
    starts.any(|start| {
        let rest = description[start..].strip_prefix(wanted);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// Whether a character is Chinese, Japanese or Korean.
pub fn is_cjk(c: char) -> bool {
    matches!(
        c,
        '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3fffd}'
    )
}

/// Whether a name matches a folded pattern with `*` and `?`; without these, whether it contains the pattern. `?` matches
/// one character of the name, or of its folded form: for "ß", which is folded to "ss", both `?` and `??`.
pub fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return contains_folded(name, pattern);
    }
    if name.is_ascii() {
        let same = |p: u8, n: u8| p == n.to_ascii_lowercase();
        return pattern.is_ascii() && is_like(pattern.as_bytes(), name.as_bytes(), same);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let mut folded: Vec<char> = Vec::with_capacity(name.len());
    let mut pairs = Vec::new();
    for c in fold_accents(name).chars() {
        let start = folded.len();
        match spelling(c) {
            Some(spelling) => folded.extend(spelling.chars()),
            None => folded.push(c),
        }
        if folded.len() == start + 2 {
            pairs.push(start);
        }
    }
    match pairs.is_empty() {
        true => is_like(&pattern, &folded, |p, n| p == n),
        false => is_like_with_pairs(&pattern, &folded, &pairs),
    }
}

/// Like [`is_like`], but `?` also matches two characters at any of the places `pairs`, which are one letter of the name.
fn is_like_with_pairs(pattern: &[char], name: &[char], pairs: &[usize]) -> bool {
    // The places of the name that the pattern so far can end at.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for c in pattern {
        let mut next = vec![false; name.len() + 1];
        let places = reached.iter().enumerate();
        for (at, _) in places.filter(|(_, is_reached)| **is_reached) {
            match (c, name.get(at)) {
                ('*', _) => next[at..].fill(true),
                ('?', Some(_)) => {
                    next[at + 1] = true;
                    if pairs.contains(&at) {
                        next[at + 2] = true;
                    }
                }
                (c, Some(found)) if c == found => next[at + 1] = true,
                _ => {}
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

/// Matches a name against a pattern, character by character.
fn is_like<T: Copy + PartialEq + From<u8>>(
    pattern: &[T],
    name: &[T],
    same: impl Fn(T, T) -> bool,
) -> bool {
    let (any, one) = (T::from(b'*'), T::from(b'?'));
    let (mut p, mut n) = (0, 0);
    // Positions for backtracking: the last `*`, and the end of what it matches so far.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_without_accents() {
        for (name, wanted) in [
            ("IMG_Beach.jpg", "beach"),
            ("Größe.jpg", "größe"),
            ("Zu\u{308}rich.jpg", "Zürich"),
            ("Zürich.jpg", "zu\u{308}rich"),
            ("Café.jpg", "cafe"),
            ("cafe.jpg", "café"),
            ("ポスター.jpg", "ポスター"),
        ] {
            assert!(contains_folded(name, &fold(wanted)), "{name}: {wanted}");
        }
        for (name, wanted) in [
            ("IMG.jpg", "beach"),
            ("ab", "abc"),
            ("ホスト.jpg", "ポスト"),
            ("IMG_4012.jpg", "海"),
        ] {
            assert!(!contains_folded(name, &fold(wanted)), "{name}: {wanted}");
        }
    }

    #[test]
    fn descriptions_are_searched_for_whole_words() {
        for (description, wanted) in [
            ("cat", "cat"),
            ("black cat", "cat"),
            ("cat and dog", "cat"),
            ("big black cat", "black cat"),
            ("Siamese cat", "siamese"),
            ("QR code", "qr code"),
            ("bird's nest", "bird"),
            ("half-timbered house", "timbered house"),
            ("Große Äpfel", "apfel"),
            ("猫", "猫"),
            ("罗马遗迹", "罗马遗迹"),
            (
                "フィッシュ・アンド・チップス",
                "フィッシュ・アンド・チップス",
            ),
        ] {
            assert!(describes(description, wanted), "{description}: {wanted}");
        }
        for (description, wanted) in [
            ("catfish", "cat"),
            ("caterpillar", "cat"),
            ("cats", "cat"),
            ("bobcat", "cat"),
            ("cat", "black cat"),
            ("black and white photo", "black photo"),
            ("dog", "-dog"),
            ("Katzenklo", "katze"),
            ("caféteria", "caf"),
            ("罗马遗迹", "马"),
            ("黑猫", "猫"),
            ("フィッシュ・アンド・チップス", "フィッシュ"),
            ("cat", ""),
        ] {
            assert!(!describes(description, wanted), "{description}: {wanted}");
        }
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matches("img_40*", "img_4012.jpg") && !matches("img_40*", "my img_40.jpg"));
        assert!(matches("*_4?.jpg", "img_40.jpg") && !matches("*_4?.jpg", "img_400.jpg"));
        assert!(matches("g_40", "img_4012.jpg"));
        assert!(matches("*", "") && !matches("?", ""));
        assert!(matches("img_40*", "IMG_4012.JPG") && matches("40", "IMG_4012.JPG"));
        assert!(matches("*o?c*", "KÖNCHEN.jpg") && matches("", "a"));
        assert!(matches("ポ?タ*", "ポスター.jpg") && !matches("海*", "img.jpg"));
    }

    #[test]
    fn a_question_mark_matches_a_letter_of_the_name_or_of_its_folded_form() {
        for (pattern, name) in [
            ("gr??e*", "Größe.jpg"),
            ("gr??se*", "GRÖßE.jpg"),
            ("gr???e.jpg", "Größe.jpg"),
            ("größ?.jpg", "Größe.jpg"),
            ("gr?ße.jpg", "Gro\u{308}ße.jpg"),
            ("stra?e_gro?e.jpg", "Straße_große.jpg"),
            ("stra??e_gro?e.jpg", "Straße_große.jpg"),
            ("*?e*.jpg", "Straße_große.jpg"),
            ("?ble*", "Æble.jpg"),
            ("??ble*", "Æble.jpg"),
            ("c?ur.jpg", "Cœur.jpg"),
            ("*", "ß"),
            ("?", "ß"),
            ("??", "ß"),
        ] {
            assert!(matches(&fold(pattern), name), "{pattern}: {name}");
        }
        for (pattern, name) in [
            ("gr?se*", "GRÖßE.jpg"),
            ("gr?e*", "Größe.jpg"),
            ("gr????e.jpg", "Größe.jpg"),
            ("stra?e_gro?e.jpg", "Strasse_große.jpg"),
            ("???", "ß"),
            ("?", ""),
        ] {
            assert!(!matches(&fold(pattern), name), "{pattern}: {name}");
        }
    }
}
