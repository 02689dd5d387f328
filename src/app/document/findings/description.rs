//! Descriptions of photos for screen readers and for the metadata of files.

use super::Findings;
use crate::app::document::calendar;
use crate::app::document::item_id::ItemId;
use crate::engine::library::Flaw;
use crate::engine::media::appearance::PictureQuality;
use crate::engine::search::describe::{self, Word};
use crate::{t, text};

impl Findings {
    /// A description for screen readers, such as "cat, perhaps sofa; sharp". `None` without words.
    #[must_use]
    pub fn accessible_text(&self, id: ItemId) -> Option<String> {
        self.description(id, None)
    }

    /// A description with the date: "cat, perhaps sofa; taken 4 May 2024; sharp".
    #[must_use]
    pub fn description(&self, id: ItemId, taken: Option<&str>) -> Option<String> {
        let words: Vec<Word<'static>> = self.words(id).collect();
        let kept = describe::kept(&words);
        if kept.is_empty() {
            return None;
        }
        let mut description = text::perhaps(kept.into_iter().map(|(word, fit)| {
            let is_sure = fit >= describe::CERTAIN_WORD_MATCH;
            (text::photo_word(word).to_owned(), is_sure)
        }));
        if let Some(day) = taken.and_then(calendar::day_of) {
            let day = calendar::day_text(day);
            description = t!("description-taken", said = description, day = day);
        }
        let number = |flaw| self.number(flaw, id);
        let quality = PictureQuality {
            sharpness: number(Flaw::Blurred).map(|blur| 1.0 - blur),
            dark: number(Flaw::Dark).unwrap_or_default(),
            blown: number(Flaw::BlownOut).unwrap_or_default(),
            empty: number(Flaw::NearEmpty).unwrap_or_default(),
        };
        let quality_text = describe::quality_text(&quality);
        Some(match quality_text {
            Some(quality_text) => t!(
                "spoken-came-out",
                said = description,
                came_out = text::words(quality_text)
            ),
            None => description,
        })
    }
}
