//! Tests of searches.

use std::sync::Arc;

use super::*;
use crate::app::document::findings::Findings;
use crate::engine::library::{DuplicateReport, Flaws};
use crate::text::{Locale, keep_to_thread};

#[test]
fn a_search_finds_names_and_dates_besides_what_is_seen() {
    let scores = scores();
    let found = Scores {
        labels: 1,
        matches: vec![0.1, 0.9, 0.0, 0.3],
        probabilities: Vec::new(),
    };
    let labels = [label(1, false), label(2, false)];
    let shown = |text: &str, meaning: bool| {
        let scored = LabelScores {
            labels: &labels,
            columns: &[Some(0), Some(1)],
            scores: &scores,
            search: meaning.then_some(&found),
        };
        let wanted = ArrangeRequest {
            sorting: Sorting {
                key: SortKey::Search,
                descending: true,
            },
            grouping: Grouping::Nothing,
            filter: &Filter::default(),
            draft: None,
            search: &SearchText::parse(text, (2025, 7)),
        };
        arrange(&library(), scored, wanted).order
    };
    assert_eq!(shown("sea", true), [1, 3]);
    // The first photo has that name, though it shows something else.
    assert_eq!(shown("b10", true), [0, 1, 3]);
    assert_eq!(shown("\"b10\"", true), [0, 1, 3]);
    assert_eq!(shown("b*", false), [1, 0, 2]);
    assert_eq!(shown("sea 2023", true), [3]);
    assert_eq!(shown("2024", false), [0]);
    assert_eq!(shown("stars:4", false), [1]);
    assert_eq!(shown("is:picked", false), [1]);
    assert_eq!(shown("label:\"label 2\"", false), [1]);
}

/// The four photos, some of which are described by words.
fn described(words: &[(ItemId, &[(&'static str, f32)])]) -> Snapshot {
    let (copies, flaws) = (DuplicateReport::default(), Flaws::default());
    let mut found = Findings::new(&[0, 1, 2, 3], 4, &copies, Vec::new(), &flaws);
    let places = found.word_indices();
    for (id, words) in words {
        found.set_words(*id, words, &places);
    }
    let mut library = library();
    library.findings = Arc::new(found);
    library
}

/// The photos that a search finds by their names and descriptions, because their contents do not match, by id.
fn found_by_words(library: &Snapshot, text: &str) -> Vec<ItemId> {
    let search = SearchText::parse(text, (2025, 7));
    let unlike = Scores {
        labels: 1,
        matches: vec![0.0; 4],
        probabilities: Vec::new(),
    };
    let scored = LabelScores {
        labels: &[],
        columns: &[],
        scores: &scores(),
        search: (!search.meaning.is_empty()).then_some(&unlike),
    };
    let wanted = ArrangeRequest {
        sorting: Sorting::default(),
        grouping: Grouping::Nothing,
        filter: &Filter::default(),
        draft: None,
        search: &search,
    };
    let mut order = arrange(library, scored, wanted).order;
    order.sort_unstable();
    order
}

#[test]
fn a_search_finds_descriptions_in_english_and_in_the_language_of_messages() {
    let library = described(&[
        (0, &[("cat", 0.9), ("QR code", 0.8)]),
        (3, &[("dog", 0.9), ("beach", 0.8)]),
    ]);
    let shown = |text: &str| found_by_words(&library, text);
    for (locale, cat, dog_on_beach) in [
        (Locale::English, "Cat", "dog beach"),
        (Locale::German, "Katze", "Hund Strand"),
        (Locale::French, "chat", "Chien plage"),
        (Locale::SimplifiedChinese, "猫", "狗 海滩"),
    ] {
        keep_to_thread(locale);
        for text in [cat, "cat", "qr code", "tag:cat", &format!("tag:{cat}")] {
            assert_eq!(shown(text), [0], "{locale:?}: {text}");
        }
        for text in [dog_on_beach, "dog beach", "tag:dog tag:beach"] {
            assert_eq!(shown(text), [3], "{locale:?}: {text}");
        }
    }
    keep_to_thread(Locale::English);
    assert!(shown("Katze").is_empty() && shown("tag:Katze").is_empty());
}

#[test]
fn a_search_finds_whole_words_of_descriptions() {
    let library = described(&[
        (0, &[("black cat", 0.9)]),
        (
            1,
            &[("catfish", 0.9), ("caterpillar", 0.8), ("Roman ruins", 0.7)],
        ),
        (3, &[("cat", 0.9)]),
    ]);
    let shown = |text: &str| found_by_words(&library, text);
    for text in ["cat", "tag:cat"] {
        assert_eq!(shown(text), [0, 3], "{text}");
    }
    for text in ["black cat", "tag:\"black cat\""] {
        assert_eq!(shown(text), [0], "{text}");
    }
    for text in ["catfish", "tag:caterpillar", "tag:ruins"] {
        assert_eq!(shown(text), [1], "{text}");
    }
    for text in ["tag:cats", "tag:ate", "tag:\"cat fish\""] {
        assert!(shown(text).is_empty(), "{text}");
    }
    keep_to_thread(Locale::SimplifiedChinese);
    assert_eq!(shown("tag:猫"), [3]);
    assert_eq!(shown("tag:罗马遗迹"), [1]);
    for text in ["马", "tag:马", "tag:遗迹"] {
        assert!(shown(text).is_empty(), "{text}");
    }
    keep_to_thread(Locale::English);
}

#[test]
fn a_search_finds_names_by_two_chinese_or_japanese_characters_or_three_others() {
    let photos = [
        "海滩/IMG_1.jpg",
        "beach/IMG_2.jpg",
        "trip/猫とビーチ.jpg",
        "me/IMG_4.jpg",
    ];
    let items = photos.map(|path| photo(path, None, 1)).into();
    let library = Snapshot::new(items, vec![Mark::default(); photos.len()]);
    for (text, expected) in [
        ("海滩", &[0][..]),
        ("beach", &[1]),
        ("bea", &[1]),
        ("猫と", &[2]),
        ("ビーチ", &[2]),
        ("海", &[]),
        ("猫", &[]),
        ("me", &[]),
    ] {
        assert_eq!(found_by_words(&library, text), expected, "{text}");
    }
}
