//! Descriptions of photos in the user's language.

use super::{day_text, perhaps, photo_word, words};
use crate::engine::media::appearance::PictureQuality;
use crate::engine::search::describe::{self, Word};
use crate::t;

/// Describes a photo as [`describe::sentence`] does in English: "cat, perhaps sofa; taken 4 May 2024; sharp". `found`
/// are the words that fit it, best first, and `day` is a number such as 20240504.
#[must_use]
pub fn description(
    found: &[Word<'_>],
    day: Option<u32>,
    quality: Option<&PictureQuality>,
) -> String {
    let kept = describe::kept(found);
    let mut said = match kept.is_empty() {
        true => words(describe::NO_WORD).into_owned(),
        false => perhaps(translated(&kept)),
    };
    if let Some(day) = day {
        said = t!("description-taken", said = said, day = day_text(day));
    }
    match quality.and_then(describe::quality_text) {
        Some(quality) => t!("spoken-came-out", said = said, came_out = words(quality)),
        None => said,
    }
}

/// Translates words, and says whether they are certain. Each word of the vocabulary has a name of its own.
fn translated(found: &[Word<'_>]) -> Vec<(String, bool)> {
    let words = found.iter();
    words
        .map(|(word, fit)| {
            let is_certain = *fit >= describe::CERTAIN_WORD_MATCH;
            (photo_word(word).to_owned(), is_certain)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Locale, keep_to_thread};
    use super::*;

    #[test]
    fn descriptions_are_in_the_language_of_messages() {
        let quality = PictureQuality {
            sharpness: Some(0.7),
            dark: 0.1,
            blown: 0.0,
            empty: 0.0,
        };
        let found = [("cat", 0.9), ("sofa", 0.4)];
        let said = || description(&found, Some(20_240_504), Some(&quality));
        keep_to_thread(Locale::English);
        let english = describe::sentence(&found, Some("2024-05-04T10:00:00"), Some(&quality));
        assert_eq!(said(), english);
        assert_eq!(
            description(&[], None, None),
            describe::sentence(&[], None, None)
        );
        keep_to_thread(Locale::SimplifiedChinese);
        let chinese = said();
        assert!(
            chinese.contains("猫") && chinese.contains("可能有沙发"),
            "{chinese}"
        );
        assert!(chinese.ends_with("清晰"), "{chinese}");
        assert_eq!(description(&[], None, None), "没有合适的词");
        let mice = [("mouse", 0.9), ("rat", 0.8)];
        assert_eq!(description(&mice, None, None), "老鼠、大鼠");
        keep_to_thread(Locale::English);
    }
}
