//! Translates labels for models that know only English, and detects words that are neither English nor in the
//! dictionary.
//!
//! An English word is kept, even if it also means something in another language ("chat", "gift"), unless the label's
//! language is given. `assets/dictionary` documents the sources of the entries, and `docs/labels.md` the coverage of
//! common words.

mod fold;
mod forms;
mod grammar;
mod language;
mod phrase;
mod segmentation;
mod tables;

pub use language::Language;

/// Words of another language and their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The words as typed.
    pub words: String,
    /// The English translation.
    pub english: String,
    /// The language of the words.
    pub language: Language,
}

/// Words that are not in the dictionary and do not look English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The words as typed.
    pub words: String,
    /// Their language, if their script or the words around them indicate it.
    pub language: Option<Language>,
}

/// The meaning of a label's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// English, or a name.
    English,
    /// Known words of another language.
    Known(Translation),
    /// Unknown words.
    Unknown(Unknown),
}

/// Determines the meaning of words. A word of the language `preferred` takes precedence over an identical English word.
#[must_use]
pub fn meaning(words: &str, preferred: Option<Language>) -> Meaning {
    let text = phrase::Text::new(words);
    let known = |(english, language): (String, Language)| {
        Meaning::Known(Translation {
            words: words.trim().into(),
            english,
            language,
        })
    };
    let own = preferred.and_then(|language| Some((phrase::own(&text, language)?, language)));
    if let Some(found) = own {
        return known(found);
    }
    if text.is_english() {
        return Meaning::English;
    }
    if let Some(found) = phrase::most_likely_translation(&text) {
        return known(found);
    }
    match phrase::foreign(&text, preferred) {
        Some(language) => Meaning::Unknown(Unknown {
            words: words.trim().into(),
            language,
        }),
        None => Meaning::English,
    }
}

/// The name in a language of what photos show, which is given by one of the program's English words.
#[must_use]
pub fn name_in(language: Language, english: &str) -> Option<&'static str> {
    tables::name(language, english)
}

/// The name in a language of what photos show, if as a label it is read in that language or means the English word.
/// Labels are taken to be of the language `preferred`, as by [`meaning`].
#[must_use]
pub fn label_in(
    language: Language,
    english: &str,
    preferred: Option<Language>,
) -> Option<&'static str> {
    let name = name_in(language, english)?;
    match meaning(name, preferred) {
        Meaning::Known(known) => {
            let is_read = known.language == language || known.english.eq_ignore_ascii_case(english);
            is_read.then_some(name)
        }
        // The English word itself, with other capitals or hyphens.
        Meaning::English => (fold::fold(name) == fold::fold(english)).then_some(name),
        Meaning::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(words: &str) -> String {
        match meaning(words, None) {
            Meaning::Known(known) => known.english,
            Meaning::English => format!("={words}"),
            Meaning::Unknown(unknown) => format!("?{:?}", unknown.language),
        }
    }

    #[test]
    fn words_are_known_in_their_ordinary_forms() {
        for (words, expected) in [
            ("猫", "cat"),
            ("貓", "cat"),
            ("一只猫", "cat"),
            ("perros", "dog"),
            ("el perro", "dog"),
            ("árboles", "tree"),
            ("arboles", "tree"),
            ("l'oiseau", "bird"),
            ("les chevaux", "horse"),
            ("HUNDE", "dog"),
            ("die Bäume", "tree"),
            ("Baum", "tree"),
            ("кошки", "cat"),
            ("собаку", "dog"),
            ("القطة", "cat"),
            ("ネコ", "cat"),
            ("ねこ", "cat"),
            ("बिल्लियाँ", "cat"),
            ("montanhas", "mountain"),
            ("thé", "tea"),
            ("vélo", "bicycle"),
            ("Biene", "bee"),
            ("Bär", "bear"),
            ("老人", "elderly person"),
            ("二维码", "QR code"),
            ("夜景", "city at night"),
            ("合影", "group photo"),
            ("聚餐", "dinner party"),
            ("毕业照", "graduation photo"),
            ("聊天记录", "screenshot of a chat"),
            ("快递单", "shipping label"),
            ("吃饭", "people eating"),
        ] {
            assert_eq!(english(words), expected, "{words}");
        }
    }

    #[test]
    fn several_words_are_put_in_english_order() {
        for (words, expected) in [
            ("gato negro", "black cat"),
            ("schwarze Katze", "black cat"),
            ("чёрная кошка", "black cat"),
            ("黑色的猫", "black cat"),
            ("黒い猫", "black cat"),
            ("قطة سوداء", "black cat"),
            ("काली बिल्ली", "black cat"),
            ("tarta de manzana", "apple cake"),
            ("gâteau au chocolat", "chocolate cake"),
            ("Hund am Strand", "dog at beach"),
            ("chat sur le canapé", "cat on sofa"),
            ("perro y gato", "dog and cat"),
            ("coucher de soleil sur la mer", "sunset on sea"),
            ("生日蛋糕", "birthday cake"),
            ("猫和狗", "cat and dog"),
            ("狗在沙滩上", "dog on beach"),
            ("沙滩上的狗", "dog on beach"),
            ("雪地里的狗", "dog in snow"),
            ("猫在花园", "cat in garden"),
            ("树下的狗在沙滩上", "dog under tree on beach"),
            ("我的狗", "dog"),
            ("我们的花园", "garden"),
            ("私の犬", "dog"),
            ("unser Garten", "garden"),
            ("mi perro", "dog"),
            ("notre chien", "dog"),
            ("Katze on a sofa", "cat on a sofa"),
            ("a photo of a chien", "a photo of a dog"),
        ] {
            assert_eq!(english(words), expected, "{words}");
        }
    }

    #[test]
    fn english_words_stay_unless_the_language_is_told() {
        for words in [
            "chat",
            "gift",
            "pain",
            "bras",
            "four",
            "red",
            "pan",
            "Strand",
            "a photo of a cat",
            "black-and-white photo",
            "café",
            "selfie",
            "Neuschwanstein",
            "IMG_2019",
            "iPhone 15",
            "",
        ] {
            assert_eq!(meaning(words, None), Meaning::English, "{words}");
        }
        let translate = |words, language| match meaning(words, Some(language)) {
            Meaning::Known(known) => known.english,
            other => format!("{other:?}"),
        };
        assert_eq!(translate("chat", Language::French), "cat");
        assert_eq!(translate("pain", Language::French), "bread");
        assert_eq!(translate("robe rouge", Language::French), "red dress");
        for words in ["grille-pain", "grille pain"] {
            assert_eq!(translate(words, Language::French), "toaster");
        }
        assert_eq!(translate("raisins secs", Language::French), "raisins");
        assert_eq!(translate("Strand", Language::German), "beach");
        // Words that are not in the preferred language are treated as English or another language.
        assert_eq!(meaning("beach", Some(Language::French)), Meaning::English);
        assert_eq!(translate("perro", Language::French), "dog");
        // English words that are hyphenated in the preferred language.
        for (words, language) in [
            ("fast-food", Language::French),
            ("Yoga-Studio", Language::German),
        ] {
            assert_eq!(meaning(words, Some(language)), Meaning::English, "{words}");
        }
        // Only in the spelling of the preferred language.
        for words in ["hut", "bar", "boots", "Students", "Burger", "Table"] {
            let stays = meaning(words, Some(Language::German));
            assert_eq!(stays, Meaning::English, "{words}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_to_be_so() {
        let unknown = |words: &str| match meaning(words, None) {
            Meaning::Unknown(unknown) => unknown.language,
            other => panic!("{words}: {other:?}"),
        };
        assert_eq!(unknown("量子纠缠"), Some(Language::Chinese));
        assert_eq!(unknown("квантовая запутанность"), Some(Language::Russian));
        assert_eq!(unknown("perro zarrapastroso"), Some(Language::Spanish));
        assert_eq!(unknown("größenwahnsinnig"), Some(Language::German));
        assert_eq!(unknown("ผีเสื้อ"), None);
        // Signs that several languages have are of the person's own.
        let japanese = Unknown {
            words: "量子".into(),
            language: Some(Language::Japanese),
        };
        let meant = meaning("量子", Some(Language::Japanese));
        assert_eq!(meant, Meaning::Unknown(japanese));
    }

    #[test]
    fn an_unknown_word_in_an_english_phrase_is_not_taken_for_foreign() {
        for words in [
            "windsor chair",
            "adirondack chairs",
            "a photo of a windsor chair",
            "windsor chair with a cushion",
        ] {
            for language in [None, Some(Language::German), Some(Language::Chinese)] {
                assert_eq!(meaning(words, language), Meaning::English, "{words}");
            }
        }
        for words in [
            // Without a content word.
            "windsor",
            "the windsor",
            "inside windsor",
            "am zarrapastroso",
            // The other word is not only English.
            "animal zarrapastroso",
            "hotel zarrapastroso",
            "perro zarrapastroso",
            // The unknown word is not English.
            "größenwahnsinnig chair",
            // Several unknown words.
            "zarrapastroso windsor chair",
        ] {
            let meant = meaning(words, None);
            assert!(matches!(meant, Meaning::Unknown(_)), "{words}: {meant:?}");
        }
    }

    #[test]
    fn few_english_words_are_another_thing_where_the_language_is_told() {
        for language in Language::ALL {
            let words = include_str!("../../../../assets/photo-words.txt").lines();
            let other = words.filter(|words| meaning(words, Some(language)) != Meaning::English);
            let other: Vec<&str> = other.collect();
            assert!(other.len() <= 12, "{language:?}: {other:?}");
        }
    }

    #[test]
    fn what_photos_show_has_names_that_mean_it() {
        let words: Vec<&str> = include_str!("../../../../assets/photo-words.txt")
            .lines()
            .collect();
        // In languages in Latin script, many names are the same as in English, and are not listed.
        for (language, least) in [
            (Language::Chinese, 2900),
            (Language::Japanese, 2900),
            (Language::Spanish, 2700),
            (Language::French, 2550),
            (Language::German, 2600),
        ] {
            let named = words
                .iter()
                .filter(|word| name_in(language, word).is_some());
            assert!(named.count() > least, "{language:?}");
            let labels = words
                .iter()
                .filter(|word| label_in(language, word, Some(language)).is_some());
            assert!(labels.count() > least, "{language:?}");
        }
        assert_eq!(name_in(Language::Chinese, "beard"), Some("胡子"));
        assert_eq!(name_in(Language::German, "beach"), Some("Strand"));
        assert_eq!(name_in(Language::Japanese, "pizza"), Some("ピザ"));
        assert_eq!(name_in(Language::French, "no such thing"), None);
        // The label "Strand" is English, unless it is known to be German.
        assert_eq!(label_in(Language::German, "beach", None), None);
        let german = Some(Language::German);
        assert_eq!(label_in(Language::German, "beach", german), Some("Strand"));
        assert_eq!(label_in(Language::Chinese, "beard", None), Some("胡子"));
        let code = label_in(Language::German, "QR code", german);
        assert_eq!(code, Some("QR-Code"));
    }

    #[test]
    fn what_the_program_itself_calls_things_is_english() {
        let words = include_str!("../../../../assets/photo-words.txt").lines();
        let others = include_str!("../../../../assets/background-prompts.txt").lines();
        for words in words.chain(others) {
            assert_eq!(meaning(words, None), Meaning::English, "{words}");
        }
    }
}
