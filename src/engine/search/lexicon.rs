//! Expands general words: *people* to man, woman, child; *vehicle* to car, truck, bus.
//!
//! A model recognises a "vehicle" less reliably than a "car", because the word is rare in captions. `assets/lexicon`
//! documents the sources of the lexicon.

use std::sync::LazyLock;

use super::nouns::{singulars, without_article};

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
    let lower = words.trim().to_lowercase().replace('-', " ");
    let forms = singulars(without_article(&lower));
    let found = forms.iter().find_map(|form| look_up(form));
    let found = found.unwrap_or_default();
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
        assert!(ENTRIES.len() > 500);
        assert!(include_str!("../../../assets/lexicon/lexicon.txt").len() < 100_000);
        for (word, members) in ENTRIES.iter() {
            assert!(!word.contains('-'), "{word}");
            assert!(members.split(", ").all(|member| member != *word), "{word}");
            assert!(members.split(", ").count() <= MAX_MEMBERS, "{word}");
        }
    }

    #[test]
    fn general_words_have_members_and_single_minded_ones_do_not() {
        assert!(members("people").contains(&"woman"));
        assert_eq!(members("Vehicles"), members("a vehicle"));
        assert!(members("weapons").contains(&"sword"));
        for (plural, singular) in [
            ("FAMILIES", "family"),
            ("the cities", "city"),
            ("beaches", "beach"),
            ("skies", "sky"),
            ("currencies", "currency"),
            ("human beings", "human being"),
            ("Fast-Food", "fast food"),
        ] {
            assert!(!members(singular).is_empty(), "{singular}");
            assert_eq!(members(plural), members(singular), "{plural}");
        }
        for word in ["cat", "dog", "moon", "cup", "a cat on a sofa", "", "s"] {
            assert!(members(word).is_empty(), "{word}");
        }
    }

    #[test]
    fn no_word_of_the_lexicon_is_vulgar() {
        const VULGAR: &str = "arse ass asses bollock bollocks boob boobs bum buns butt buttocks clit clitoris cock crap \
            cum cunt derriere dick dope ejaculate fanny fuck genitals hooker hooter keister knickers nates nightwalker \
            nipple panty pecker peckerwood penis prat prick privates pubes puss pussy rape semen sex shit slut sperm teat \
            testicle testis tit tits titty tooshie tush twat vagina weenie whore";
        let vulgar: Vec<&str> = VULGAR.split_whitespace().collect();
        for (word, members) in ENTRIES.iter() {
            let mut parts = word.split(' ').chain(members.split([' ', ',']));
            assert!(
                !parts.any(|part| vulgar.contains(&part)),
                "{word}: {members}"
            );
        }
    }

    #[test]
    fn given_names_have_no_members() {
        const NAMES: &str = "Alice Amanda Amber Amy Andrew Angel Anna April Art Arthur Autumn Barbara Basil Ben Bill Bob \
            Brandy Brook Bruce Buck Candy Carol Carter Charles Charlie Chase Cherry Chuck Clay Cliff Daisy Dale Daniel \
            David Dawn Dean Dick Don Drake Duke Earl Emma Emmet Eric Eve Faith Fanny Fern Flora Frances Frank Gale Gene \
            George Ginger Glen Grace Grant Guy Harry Hazel Heath Heather Herb Holly Hope Hunter Iris Ivy Jack Jackie Jade \
            James Jane Jasmine Jason Jay Jean Jersey Jewel Jimmy John Joy June Kelly King Kitty Lance Laura Laurel Lee \
            Leo Lily Linda Louis Lucy Marge Maria Marina Mark Martin Mary Mason Max May Mercedes Mike Miles Mona Murphy \
            Myrtle Ned Nick Olive Oliver Opal Pansy Pat Paul Pearl Peg Penny Peter Pierce Pike Poppy Prince Ray Reed Rich \
            Rob Robin Rocky Rod Roger Rose Rosemary Rowan Ruby Rusty Sage Sally Sandy Saffron Scarlet Scott Skip Stew \
            Stone Storm Sue Summer Susan Teddy Thomas Tiffany Tom Tony Victor Viola Violet Virginia Wade Ward Warren Will";
        for name in NAMES.split_whitespace() {
            assert!(members(name).is_empty(), "{name}: {:?}", members(name));
        }
        // Common words have none either, because WordNet's synonyms often mean something else.
        let common =
            "turtle seahorse hand hammock herb cat pike bar drug fork mouse crane organ jaguar";
        for word in common.split(' ') {
            assert!(members(word).is_empty(), "{word}: {:?}", members(word));
        }
    }

    #[test]
    fn members_have_the_usual_sense_of_the_word() {
        for (word, wrong) in [
            ("alcohol", "generic"),
            ("alcohol", "bitter"),
            ("animal", "queen"),
            ("carnivore", "hound"),
            ("cloud", "smoke"),
            ("cloud", "aerosol"),
            ("container", "car"),
            ("decoration", "colors"),
            ("fabric", "royal"),
            ("furniture", "plate"),
            ("hair", "imperial"),
            ("hair", "down"),
            ("herbs", "simple"),
            ("herbs", "banana"),
            ("herbs", "chess"),
            ("medication", "acoustic"),
            ("medication", "cure"),
            ("motor vehicle", "technical"),
            ("room", "bar"),
            ("room", "stall"),
            ("room", "toilet"),
            ("weapon", "arms"),
            ("weather", "elements"),
            ("wine", "generic"),
            ("wine", "vintage"),
        ] {
            assert!(!members(word).contains(&wrong), "{word}: {wrong}");
        }
        for word in [
            "alcohol",
            "cloud",
            "container",
            "hair",
            "herbs",
            "Room",
            "wine",
        ] {
            assert!(!members(word).is_empty(), "{word}");
        }
        assert_eq!(members("aerodrome"), ["airport"]);
        assert_eq!(members("Panthera leo"), ["lion"]);
    }
}
