//! Short text descriptions of photos for people who cannot see them: content, date and quality. Pure.

use super::nouns::Phrase;
use crate::engine::media::appearance::PictureQuality;

/// Minimum match score of a word in a description.
pub const MIN_WORD_MATCH: f32 = 0.3;
/// Minimum match score of a word without "perhaps".
pub const CERTAIN_WORD_MATCH: f32 = 0.6;
/// Maximum number of words about the content.
pub const MAX_WORDS: usize = 4;
/// Limits of sharpness and of the proportions of black and white at which quality is mentioned.
const SHARP_FROM: f32 = 0.65;
const BLURRED_TO: f32 = 0.5;
const DARK_FROM: f32 = 0.85;
const BLOWN_FROM: f32 = 0.5;

/// The description if no word scores high enough.
pub const NO_WORD: &str = "no word fits well";

/// A word and its match score.
pub type Word<'a> = (&'a str, f32);

/// Builds a sentence such as "cat, perhaps sofa; taken 4 May 2024; sharp". `words` are given best first; those that
/// score too low, or overlap with a better one, are omitted.
#[must_use]
pub fn sentence(
    words: &[Word<'_>],
    taken: Option<&str>,
    quality: Option<&PictureQuality>,
) -> String {
    let content = content_text(words).unwrap_or_else(|| NO_WORD.into());
    let mut parts = vec![content];
    parts.extend(taken.and_then(day).map(|day| format!("taken {day}")));
    parts.extend(quality.and_then(quality_text).map(ToOwned::to_owned));
    parts.join("; ")
}

/// The words that describe the content, with their certainty: "cat, perhaps sofa"; `None` if none scores high enough.
#[must_use]
pub fn content_text(words: &[Word<'_>]) -> Option<String> {
    let qualified = |(word, fit): &Word<'_>| match *fit >= CERTAIN_WORD_MATCH {
        true => (*word).to_owned(),
        false => format!("perhaps {word}"),
    };
    let kept: Vec<String> = kept(words).iter().map(qualified).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// The words that describe the content, with their scores.
#[must_use]
pub fn kept<'a>(words: &[Word<'a>]) -> Vec<Word<'a>> {
    let mut kept: Vec<(Word<'a>, Phrase)> = Vec::new();
    let fitting = words.iter().filter(|(_, fit)| *fit >= MIN_WORD_MATCH);
    for (word, fit) in fitting {
        if kept.len() == MAX_WORDS {
            break;
        }
        let phrase = Phrase::new(word);
        let overlaps = |other: &Phrase| other.mentions(&phrase) || phrase.mentions(other);
        if !kept.iter().any(|(_, other)| overlaps(other)) {
            kept.push(((*word, *fit), phrase));
        }
    }
    kept.into_iter().map(|(word, _)| word).collect()
}

/// Formats "2024-05-04T10:00:00" as "4 May 2024".
fn day(taken: &str) -> Option<String> {
    let date: jiff::civil::Date = taken.get(..10)?.parse().ok()?;
    Some(date.strftime("%-d %B %Y").to_string())
}

/// Describes the technical quality if it is remarkable.
#[must_use]
pub fn quality_text(quality: &PictureQuality) -> Option<&'static str> {
    match quality {
        q if q.dark >= DARK_FROM => Some("very dark"),
        q if q.blown >= BLOWN_FROM => Some("very bright"),
        q if q.sharpness.is_some_and(|sharp| sharp >= SHARP_FROM) => Some("sharp"),
        q if q.sharpness.is_some_and(|sharp| sharp <= BLURRED_TO) => Some("blurred"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_is_said_and_nothing_twice() {
        let quality = PictureQuality {
            sharpness: Some(0.7),
            dark: 0.1,
            blown: 0.0,
            empty: 0.0,
        };
        let words = [("cat", 0.9), ("grey cat", 0.8), ("sofa", 0.4), ("dog", 0.1)];
        let text = sentence(&words, Some("2024-05-04T10:00:00"), Some(&quality));
        assert_eq!(text, "cat, perhaps sofa; taken 4 May 2024; sharp");
        assert_eq!(sentence(&[("dog", 0.1)], None, None), "no word fits well");
        let dark = PictureQuality {
            dark: 0.9,
            ..quality
        };
        assert!(sentence(&[], Some("nonsense"), Some(&dark)).ends_with("; very dark"));
    }

    #[test]
    fn words_that_overlap_with_better_ones_are_omitted() {
        for (better, worse) in [
            ("shirt", "T-shirt"),
            ("T-shirt", "shirt"),
            ("X-ray image", "x-ray"),
            ("snow", "snow-covered street"),
            ("half-timbered house", "timbered house"),
            ("big black cat", "black cat"),
            ("wine bottle", "wine bottles"),
            ("flock of birds", "bird"),
            ("puppy", "litter of puppies"),
            ("QR code", "qr codes"),
        ] {
            assert_eq!(kept(&[(better, 0.9), (worse, 0.8)]), [(better, 0.9)]);
        }
        for pair in [
            ("cat", "caterpillar"),
            ("flower", "sunflower"),
            ("bird", "bird's nest"),
            ("dress", "dressing table"),
        ] {
            let words = [(pair.0, 0.9), (pair.1, 0.8)];
            assert_eq!(kept(&words), words);
        }
        let many = ["cat", "dog", "sofa", "lamp", "window"].map(|word| (word, 0.9));
        assert_eq!(kept(&many), many[..MAX_WORDS]);
    }
}
