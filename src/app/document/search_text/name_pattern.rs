//! Matching of names, folders and words in any case.

/// Whether `text` contains `wanted`, which is in lower case. Called for every photo, so it does not allocate if both
/// are ASCII.
pub fn contains_ignoring_case(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() || !wanted.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    // Every text contains the empty text.
    let mut places = text.as_bytes().windows(wanted.len().max(1));
    wanted.is_empty() || places.any(|place| place.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Whether a name matches a lower-case pattern with `*` and `?`; without these, whether it contains the pattern.
pub fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return contains_ignoring_case(name, pattern);
    }
    if pattern.is_ascii() && name.is_ascii() {
        let name = name.as_bytes();
        return is_like(pattern.as_bytes(), name, |p, n| p == n.to_ascii_lowercase());
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    is_like(&pattern, &name, |p, n| p == n)
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
    fn names_are_found_in_any_case() {
        assert!(
            contains_ignoring_case("IMG_Beach.jpg", "beach")
                && !contains_ignoring_case("IMG.jpg", "beach")
        );
        assert!(
            contains_ignoring_case("Größe.jpg", "größe") && !contains_ignoring_case("ab", "abc")
        );
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matches("img_40*", "img_4012.jpg") && !matches("img_40*", "my img_40.jpg"));
        assert!(matches("*_4?.jpg", "img_40.jpg") && !matches("*_4?.jpg", "img_400.jpg"));
        assert!(matches("g_40", "img_4012.jpg"));
        assert!(matches("*", "") && !matches("?", ""));
        assert!(matches("img_40*", "IMG_4012.JPG") && matches("40", "IMG_4012.JPG"));
        assert!(matches("*ö?e*", "GRÖßE.jpg") && matches("", "a"));
    }
}
