//! The translation of a label for a model that only understands English, and suggestions for multilingual models.

use egui::{RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::theme::{self, palette};
use super::widgets::bytes;
use crate::app::command::Command;
use crate::app::document::labels::Label;
use crate::app::document::state::State;
use crate::engine::hub::catalog::CatalogModel;
use crate::engine::library::{models_for, translation_text};
use crate::engine::search::query::InEnglish;
use crate::{t, text};

/// Whether the current model only understands English. Before one is loaded, the built-in starter model is assumed.
pub fn reads_english_only(state: &State) -> bool {
    let session = state.session();
    session.is_none_or(|session| session.model().is_english_only())
}

/// The English translation of a label, if the model needs one.
fn in_english(state: &State, label: &Label) -> Option<InEnglish> {
    reads_english_only(state).then(|| label.in_english())?
}

/// The translation, such as "猫 -> cat". A click switches it off or on.
pub fn translations(ui: &mut Ui, state: &State, label: &Label, commands: &mut Vec<Command>) {
    let Some(english) = in_english(state, label) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_M, 2.0);
        ui.spacing_mut().interact_size.y = 16.0;
        for known in &english.translations {
            let on = !label.as_typed;
            let text = RichText::new(translation_text(known)).small();
            let text = if on {
                text
            } else {
                text.weak().strikethrough()
            };
            let response = ui.add(egui::Label::new(text).sense(Sense::CLICK));
            let name = t!("means", words = known.words, english = known.english);
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
            let hint = if on {
                t!(
                    "as-typed-hint",
                    language = text::words(known.language.name())
                )
            } else {
                t!("use-english").into()
            };
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::SetAsTyped(label.id, on));
            }
        }
    });
}

/// The translation in a tooltip, without interaction.
pub fn translations_at_a_glance(ui: &mut Ui, state: &State, label: &Label) {
    let english = in_english(state, label).filter(|_| !label.as_typed);
    for known in english.iter().flat_map(|english| &english.translations) {
        ui.label(RichText::new(translation_text(known)).small());
    }
}

/// A hint that the model may not understand some words, with a model that does.
pub fn unknown(ui: &mut Ui, state: &State, label: &Label, commands: &mut Vec<Command>) {
    let (Some(english), Some(session)) = (in_english(state, label), state.session()) else {
        return;
    };
    let Some(unknown) = english.unknown.first().filter(|_| !label.as_typed) else {
        return;
    };
    let text = RichText::new(text::unknown_words(unknown, &session.model().info().name));
    let text = text.small().color(palette(ui).warn);
    let response = ui.add(egui::Label::new(text).wrap().sense(Sense::CLICK));
    if response.on_hover_text(t!("use-as-they-are")).clicked() {
        commands.push(Command::SetAsTyped(label.id, true));
    }
    if let Some(model) = models_for(unknown.language).first() {
        model_button(ui, state, model, commands);
    }
}

/// A button that downloads a model, or switches to it if it is installed.
fn model_button(ui: &mut Ui, state: &State, model: &CatalogModel, commands: &mut Vec<Command>) {
    let installed = state.models.list.iter().find_map(|shelved| {
        let same = shelved.entry.is_some_and(|entry| entry.repo == model.repo);
        shelved.place.as_ref().filter(|_| same)
    });
    let (text, command) = match installed {
        Some((dir, _)) => (
            t!("use-model", model = model.name),
            Command::UseModel(Some(dir.clone())),
        ),
        None => (
            t!(
                "get-model-size",
                model = model.name,
                size = bytes(model.bytes)
            ),
            Command::GetModel(model.repo.into()),
        ),
    };
    let free = state.models.download.is_none();
    let button = ui.add_enabled(free, egui::Button::new(RichText::new(text).small()));
    if button.clicked() {
        commands.push(command);
    }
}
