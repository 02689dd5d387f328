//! Expands general words: *people* to man, woman, child; *vehicle* to car, truck, bus.
//!
//! A model recognises a "vehicle" less reliably than a "car", because the word is rare in captions. `assets/lexicon`
//! documents the sources of the lexicon.

use std::sync::LazyLock;

/// Maximum number of members per word.
pub const MAX_MEMBERS: usize = 7;

/// Words and their members, sorted by word.
static ENTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../../../assets/lexicon/lexicon.txt").lines();
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// The members of a general word, the most likely first; empty for most words.
#[must_use]
pub fn members(words: &str) -> Vec<&'static str> {
    let lower = words.trim().to_lowercase();
    let bare = ["a ", "an ", "the ", "some "]
        .iter()
        .find_map(|article| lower.strip_prefix(article))
        .unwrap_or(&lower);
    let singular = || {
        let stem = bare.strip_suffix('s')?;
        look_up(stem).or_else(|| look_up(stem.strip_suffix('e')?))
    };
    let found = look_up(bare).or_else(singular).unwrap_or_default();
    let members = found.split(", ").filter(|member| !member.is_empty());
    members.take(MAX_MEMBERS).collect()
}

fn look_up(word: &str) -> Option<&'static str> {
    let at = ENTRIES.binary_search_by(|(known, _)| (*known).cmp(word));
    at.ok().map(|at| ENTRIES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lexicon_is_sorted_and_small() {
        assert!(ENTRIES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(ENTRIES.len() > 2000);
        assert!(include_str!("../../../assets/lexicon/lexicon.txt").len() < 1_500_000);
        for (word, members) in ENTRIES.iter() {
            assert!(members.split(", ").all(|member| member != *word), "{word}");
            assert!(members.split(", ").count() <= MAX_MEMBERS, "{word}");
        }
    }

    #[test]
    fn general_words_have_members_and_single_minded_ones_do_not() {
        assert!(members("people").contains(&"woman"));
        assert_eq!(members("Vehicles"), members("a vehicle"));
        assert!(members("weapons").contains(&"sword"));
        for word in ["cat", "dog", "moon", "cup", "a cat on a sofa", "", "s"] {
            assert!(members(word).is_empty(), "{word}");
        }
    }
}
