//! The row for descriptions in the keywords dialog, and how its plan shows them.

use egui::Ui;

use super::dialog_parts::row;
use crate::app::document::state::State;
use crate::engine::organize::sidecars::SidecarChange;
use crate::{t, text};

/// Options to write descriptions and to replace existing ones.
pub fn description_row(ui: &mut Ui, state: &State, write: &mut bool, replace: &mut bool) {
    let is_known = state.findings().has_words();
    *write &= is_known;
    row(ui, "", |ui| {
        ui.horizontal_wrapped(|ui| {
            let (what, when) = (
                t!("write-descriptions-hint"),
                t!("write-descriptions-later"),
            );
            let choice = egui::Checkbox::new(write, t!("write-descriptions"));
            ui.add_enabled(is_known, choice)
                .on_hover_text(what)
                .on_disabled_hover_text(when);
            let choice = egui::Checkbox::new(replace, t!("replace-descriptions"));
            ui.add_enabled(*write, choice);
        });
    });
}

/// The heading of the second column of a plan, with or without descriptions.
pub fn planned_heading(has_descriptions: bool) -> &'static str {
    match has_descriptions {
        true => t!("heading-keywords-description"),
        false => t!("heading-keywords"),
    }
}

/// The new keywords of a file, and its description if that is new.
pub fn planned_text(change: &SidecarChange) -> String {
    let keywords = text::list(&change.keywords);
    match &change.description {
        Some(description) if keywords.is_empty() => {
            t!("planned-description", description = description)
        }
        Some(description) => t!(
            "planned-keywords-description",
            keywords = keywords,
            description = description
        ),
        None => keywords,
    }
}
