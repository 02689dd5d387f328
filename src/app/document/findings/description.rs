//! Descriptions of photos for screen readers and for the metadata of files.

use super::Findings;
use crate::app::document::calendar;
use crate::app::document::item_id::ItemId;
use crate::engine::library::Flaw;
use crate::engine::media::appearance::PictureQuality;
use crate::engine::search::describe::{self, Word};
use crate::text;

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
        if describe::kept(&words).is_empty() {
            return None;
        }
        let number = |flaw| self.number(flaw, id);
        let quality = PictureQuality {
            sharpness: number(Flaw::Blurred).map(|blur| 1.0 - blur),
            dark: number(Flaw::Dark).unwrap_or_default(),
            blown: number(Flaw::BlownOut).unwrap_or_default(),
            empty: number(Flaw::NearEmpty).unwrap_or_default(),
        };
        let day = taken.and_then(calendar::day_of);
        Some(text::description(&words, day, Some(&quality)))
    }
}
