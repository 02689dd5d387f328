//! Translates words and counts that the engine, which knows only English, reports.

use std::borrow::Cow;

use super::{Digits, Locale, catalogue, count, current, decimal, list, sentence};
use crate::engine::hub::catalog;
use crate::engine::library::families_for;
use crate::engine::media::scan::Skipped;
use crate::engine::organize::sidecars::SidecarCount;
use crate::engine::search::dictionary::{self, Unknown};
use crate::t;

/// Translates a fixed word or phrase of the engine, such as the name of a colour; unknown ones are returned unchanged.
/// A parenthesis at the end is not translated.
#[must_use]
pub fn words(english: &str) -> Cow<'_, str> {
    known_words(english).unwrap_or_else(|| english.into())
}

/// Translates a word or phrase as [`words`] does, or else a [sentence](sentence()) of the engine.
#[must_use]
pub fn words_or_sentence(english: &str) -> Cow<'_, str> {
    known_words(english).unwrap_or_else(|| sentence(english))
}

/// Translates a heading or a fixed word of the command line's tables; text of the engine as [`words_or_sentence`] does.
#[must_use]
pub fn table_words(english: &str) -> Cow<'_, str> {
    if current() == Locale::English || english.is_empty() {
        return english.into();
    }
    match catalogue::find(&key_of("cell", english)) {
        Some(known) => known.into(),
        None => words_or_sentence(english),
    }
}

/// The translation of a phrase; `None` if it is not in the catalogue.
fn known_words(english: &str) -> Option<Cow<'_, str>> {
    if current() == Locale::English || english.is_empty() {
        return Some(english.into());
    }
    if let Some(known) = catalogue::find(&key_of("word", english)) {
        return Some(known.into());
    }
    let (phrase, rest) = english.split_once(" (")?;
    let known = catalogue::find(&key_of("word", phrase))?;
    Some(format!("{known} ({rest}").into())
}

/// The key of a phrase: the word "blown out" has `word-blown-out`.
fn key_of(kind: &str, english: &str) -> String {
    let mut key = String::from(kind);
    let parts = english.split(|letter: char| !letter.is_ascii_alphanumeric());
    for part in parts.filter(|part| !part.is_empty()) {
        key.push('-');
        key.push_str(&part.to_ascii_lowercase());
    }
    key
}

/// The name of what photos show, given by one of the program's English words; words without a name are returned
/// unchanged.
#[must_use]
pub fn photo_word(english: &str) -> &str {
    let name = dictionary_language().and_then(|language| dictionary::name_in(language, english));
    name.unwrap_or(english)
}

/// The name of what photos show as [`photo_word`] returns it, if it has the same meaning as a label; otherwise the
/// English word.
#[must_use]
pub fn label_word(english: &str) -> &str {
    let name = dictionary_language().and_then(|language| {
        dictionary::label_in(language, english, dictionary::Language::of_system())
    });
    name.unwrap_or(english)
}

/// The current language, if it is one of the dictionary's.
fn dictionary_language() -> Option<dictionary::Language> {
    dictionary::Language::of_locale(current().tag())
}

/// A name as it is written within a sentence: in lower case, except in German, whose nouns keep their capitals. German
/// names that do not begin with a noun have their form within a sentence in the attribute `within` of their message.
#[must_use]
pub fn in_sentence(name: &str) -> String {
    if current() != Locale::German {
        return name.to_lowercase();
    }
    catalogue::within_sentence(name).unwrap_or(name).to_owned()
}

/// Messages about skipped files that the user might look for.
#[must_use]
pub fn skipped_photos(skipped: &Skipped, digits: Digits) -> Vec<String> {
    let counts = [
        (skipped.unsupported, "skipped-unsupported"),
        (skipped.paired, "skipped-paired"),
        (skipped.live_movies, "skipped-live-movies"),
        (skipped.videos, "skipped-videos"),
        (skipped.needs_ffmpeg, "skipped-needs-ffmpeg"),
        (skipped.exported, "skipped-exported"),
        (skipped.repeated, "skipped-repeated"),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, key)| t!(key, count = digits.number(count)))
        .collect()
}

/// The number of files that keywords are written to, by kind.
#[must_use]
pub fn sidecars(files: SidecarCount, digits: Digits) -> String {
    let number = |count: usize| digits.number(count);
    match (files.sidecars, files.photos) {
        (sidecars, 0) => t!("sidecars", count = number(sidecars)),
        (0, photos) => t!("photos", count = number(photos)),
        (sidecars, photos) => t!(
            "photos-and-sidecars",
            photos = number(photos),
            sidecars = number(sidecars)
        ),
    }
}

/// Summarises a plan to write keywords.
#[must_use]
pub fn sidecars_to_write(files: SidecarCount, unchanged: usize, digits: Digits) -> String {
    t!(
        "sidecars-to-write",
        files = sidecars(files, digits),
        unchanged = digits.number(unchanged)
    )
}

/// Summarises a completed write.
#[must_use]
pub fn sidecars_written(files: SidecarCount, unchanged: usize, digits: Digits) -> String {
    t!(
        "sidecars-written",
        files = sidecars(files, digits),
        unchanged = digits.number(unchanged)
    )
}

/// Summarises an undo.
#[must_use]
pub fn sidecars_restored(files: SidecarCount, digits: Digits) -> String {
    t!(
        "sidecars-restored",
        files = sidecars(files, digits),
        count = digits.number(files.total())
    )
}

/// The speed of a model that needs `gflop` GFLOP per photo on a machine measured at `rate` GFLOP per second.
#[must_use]
pub fn speed(rate: f32, gflop: f32) -> String {
    let photos = rate / gflop.max(1e-3);
    let word = match photos {
        15.0.. => t!("speed-fast"),
        3.0.. => t!("speed-medium"),
        _ => t!("speed-slow"),
    };
    // Rounded before the choice, so that no message says "1 seconds".
    let seconds = (1.0 / photos.max(1e-3)).round();
    match photos {
        1.5.. => t!(
            "speed-photos",
            word = word,
            photos = decimal(photos.into(), 0)
        ),
        _ if seconds <= 1.0 => t!("speed-one", word = word),
        _ => t!(
            "speed-seconds",
            word = word,
            seconds = decimal(seconds.into(), 0)
        ),
    }
}

/// Formats an estimated duration: "about 12 min for your 9,804 photos".
#[must_use]
pub fn time_for(photos: usize, seconds: f64) -> String {
    let time = match seconds {
        ..60.0 => t!("time-less").to_owned(),
        _ => time_in_minutes(seconds),
    };
    t!("time-for-photos", time = time, count = photos)
}

/// Formats the estimated duration of a download: "about 50 s", "about 2 min".
#[must_use]
pub fn download_time(seconds: f64) -> String {
    // In steps of five seconds, because an estimate is not more accurate.
    let rounded = (seconds / 5.0).round().max(1.0) * 5.0;
    match rounded {
        ..60.0 => t!("download-seconds", number = decimal(rounded, 0)),
        _ => time_in_minutes(seconds),
    }
}

/// Formats an estimated duration in minutes, or a longer unit.
fn time_in_minutes(seconds: f64) -> String {
    let minutes = seconds / 60.0;
    match minutes {
        ..90.0 => t!("time-minutes", number = decimal(minutes, 0)),
        ..2880.0 => t!("time-hours", number = decimal(minutes / 60.0, 0)),
        _ => t!("time-days", number = decimal(minutes / 1440.0, 0)),
    }
}

/// The display name of a model, by its own name.
#[must_use]
pub fn model_title(name: &str) -> &str {
    match name {
        "starter" => t!("starter"),
        name => catalog::title(name),
    }
}

/// Says that a model does not know some words, and which models of the catalogue do.
#[must_use]
pub fn unknown_words(unknown: &Unknown, model: &str) -> String {
    let model = match model {
        "starter" => t!("the-starter"),
        name => name,
    };
    let better = families_for(unknown.language);
    let language = match unknown.language {
        Some(language) => words(language.name()),
        None => t!("other-languages").into(),
    };
    t!(
        "unknown-words",
        words = unknown.words,
        model = model,
        better = better.join(t!("and")),
        count = better.len(),
        language = language
    )
}

/// Joins words for a photo's content with their certainty: "cat, perhaps sofa".
#[must_use]
pub fn perhaps(words: impl IntoIterator<Item = (String, bool)>) -> String {
    list(words.into_iter().map(|(word, is_sure)| match is_sure {
        true => word,
        false => t!("perhaps", word = word),
    }))
}

/// Formats "3 of 10".
#[must_use]
pub fn of_all(part: usize, all: usize) -> String {
    t!("of-all", part = count(part), all = count(all))
}

#[cfg(test)]
mod tests {
    use super::super::{keep_to_thread, select};
    use super::*;
    use crate::engine::inference::speed::seconds_for;
    use crate::engine::search::dictionary::Language;

    #[test]
    fn phrases_of_the_engine_are_found_by_their_english() {
        keep_to_thread(Locale::English);
        assert_eq!(words("blown out"), "blown out");
        select(Locale::SimplifiedChinese);
        assert_eq!(words("Red"), "红色");
        assert_eq!(words("more pixels (40 x 30)"), "像素更多 (40 x 30)");
        assert_eq!(words("no such phrase"), "no such phrase");
        assert_eq!(words(""), "");
        assert_eq!(words("5 stars"), "5 stars");
        assert_eq!(words_or_sentence("5 stars"), "5 星");
        assert_eq!(words_or_sentence("Red"), "红色");
        assert_eq!(table_words("5 stars"), "5 星");
        assert_eq!(table_words("best label"), "最符合的标签");
        assert_eq!(table_words("more pixels (40 x 30)"), "像素更多 (40 x 30)");
        assert_eq!(table_words("0.1.0"), "0.1.0");
        // The test harness may reuse this thread.
        select(Locale::English);
    }

    #[test]
    fn files_are_counted_as_the_engine_counts_them() {
        keep_to_thread(Locale::English);
        let digits = Digits::Ungrouped;
        for (sidecars, photos) in [(1, 0), (0, 0), (0, 2_000), (1, 1), (2, 3)] {
            let files = SidecarCount { sidecars, photos };
            assert_eq!(super::sidecars(files, digits), files.to_string());
            assert_eq!(sidecars_to_write(files, 3, digits), files.to_write(3));
            assert_eq!(sidecars_written(files, 3, digits), files.written(3));
            assert_eq!(sidecars_restored(files, digits), files.restored());
        }
        let files = SidecarCount {
            sidecars: 0,
            photos: 2_000,
        };
        assert_eq!(super::sidecars(files, Digits::Grouped), "2,000 photos");
    }

    #[test]
    fn speeds_are_words_with_what_they_mean() {
        keep_to_thread(Locale::English);
        for (rate, gflop, expected) in [
            (400.0, 8.0, "fast here: about 50 photos a second"),
            (400.0, 100.0, "medium here: about 4 photos a second"),
            (100.0, 100.0, "slow here: about 1 second a photo"),
            (50.0, 160.0, "slow here: about 3 seconds a photo"),
        ] {
            assert_eq!(speed(rate, gflop), expected);
        }
    }

    #[test]
    fn times_are_of_all_photos() {
        keep_to_thread(Locale::English);
        for (photos, gflop, expected) in [
            (9_804, 35.0, "about 14 min for your 9,804 photos"),
            (1, 35.0, "less than a minute for your 1 photo"),
            (100_000, 162.0, "about 11 h for your 100,000 photos"),
            (1_000_000, 162.0, "about 5 days for your 1,000,000 photos"),
        ] {
            assert_eq!(
                time_for(photos, seconds_for(photos, 400.0, gflop)),
                expected
            );
        }
    }

    #[test]
    fn times_of_downloads_are_rounded() {
        keep_to_thread(Locale::English);
        for (seconds, expected) in [
            (0.0, "about 5 s"),
            (7.4, "about 5 s"),
            (48.6, "about 50 s"),
            (57.4, "about 55 s"),
            (57.6, "about 1 min"),
            (124.0, "about 2 min"),
            (6_000.0, "about 2 h"),
            (400_000.0, "about 5 days"),
        ] {
            assert_eq!(download_time(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn seconds_are_rounded_before_the_plural_is_chosen() {
        keep_to_thread(Locale::English);
        let one = "slow here: about 1 second a photo";
        for photos in [1.4, 1.0, 0.67, 0.668] {
            assert_eq!(speed(photos, 1.0), one);
        }
        assert_eq!(speed(0.66, 1.0), "slow here: about 2 seconds a photo");
    }

    #[test]
    fn models_that_know_the_words_are_named() {
        keep_to_thread(Locale::English);
        let text = |language| {
            let unknown = Unknown {
                words: "量子".into(),
                language,
            };
            unknown_words(&unknown, "starter")
        };
        assert_eq!(
            text(Some(Language::Chinese)),
            "量子: the starter knows English, and may not know this; SigLIP 2 and Chinese-CLIP know Chinese"
        );
        assert_eq!(
            text(None),
            "量子: the starter knows English, and may not know this; SigLIP 2 knows other languages"
        );
    }

    #[test]
    fn the_starter_has_a_name_in_each_language() {
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(model_title("starter"), "入门模型");
        assert_eq!(model_title("siglip2-base-patch32-256"), "SigLIP 2 B/32");
        assert_eq!(model_title("mine"), "mine");
        let on_cpu = t!("device-in-use-because", device = "CPU", reason = "…");
        assert_eq!(on_cpu, "正在使用：CPU（…）");
        keep_to_thread(Locale::English);
    }

    #[test]
    fn a_number_with_a_message_of_its_own_is_found_in_both_kinds_of_digits() {
        keep_to_thread(Locale::SimplifiedChinese);
        for digits in [Digits::Grouped, Digits::Ungrouped] {
            let text = |count: usize| t!("cli-no-photo-read", count = digits.number(count));
            assert_eq!(text(1), "这张照片无法读取");
            assert_eq!(text(2), "2 张照片都无法读取");
        }
        let many = t!("cli-no-photo-read", count = Digits::Ungrouped.number(1_234));
        assert_eq!(many, "1234 张照片都无法读取");
        keep_to_thread(Locale::English);
    }

    #[test]
    fn what_photos_show_has_a_name_in_each_language() {
        keep_to_thread(Locale::SimplifiedChinese);
        assert_eq!(photo_word("beach"), "海滩");
        assert_eq!(label_word("beach"), "海滩");
        assert_eq!(photo_word("no such word"), "no such word");
        for locale in [Locale::English, Locale::Pseudo] {
            keep_to_thread(locale);
            assert_eq!(photo_word("beach"), "beach");
            assert_eq!(label_word("beach"), "beach");
        }
        keep_to_thread(Locale::English);
    }

    #[test]
    fn only_german_nouns_keep_their_capitals() {
        keep_to_thread(Locale::German);
        assert_eq!(in_sentence("Kopien"), "Kopien");
        assert_eq!(in_sentence(t!("kind-memes")), "Memes und Grafiken");
        let others = [
            t!("kind-blurred"),
            t!("kind-dark"),
            t!("kind-blown-out"),
            t!("kind-near-empty"),
            t!("kind-undated"),
        ];
        assert_eq!(
            others.map(in_sentence),
            [
                "unscharf",
                "dunkel",
                "überbelichtet",
                "fast leer",
                "ohne Datum"
            ]
        );
        keep_to_thread(Locale::French);
        assert_eq!(in_sentence("Copies"), "copies");
        keep_to_thread(Locale::English);
    }

    #[test]
    fn what_was_skipped_is_said_as_the_engine_says_it() {
        keep_to_thread(Locale::English);
        let skipped = Skipped {
            unsupported: 1,
            paired: 2,
            live_movies: 1,
            videos: 2,
            needs_ffmpeg: 1,
            exported: 2,
            repeated: 1,
            ..Skipped::default()
        };
        let text = skipped_photos(&skipped, Digits::Ungrouped);
        assert_eq!(text, skipped.photos_in_words());
    }
}
