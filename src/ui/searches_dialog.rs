//! Saved searches, each with its text and filters.

use egui::{Key, RichText, Role, TextEdit, Ui, WidgetInfo};

use super::Interface;
use super::dialog_parts::{fixed_list, title};
use super::icons::Icon;
use super::widgets::icon_button_sized;
use crate::app::command::{Action, Command, FindingCommand};
use crate::app::document::chips::chips;
use crate::app::document::memory::SavedSearch;
use crate::app::document::search_text::asks_nothing;
use crate::app::document::state::State;
use crate::t;

impl Interface {
    pub(super) fn searches_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("searches-title"), commands);
        fixed_list(ui, |ui| saved_searches(ui, state, commands));
        if ui.button(t!("action-rules")).clicked() {
            commands.push(Command::Do(Action::Rules));
        }
        ui.separator();
        let asks = !asks_nothing(&state.search) || !state.memory.filter.is_clear();
        if !asks {
            let text = t!("search-first");
            ui.label(RichText::new(text).small().weak());
        }
        ui.horizontal(|ui| {
            let edit =
                TextEdit::singleline(&mut self.buffers.search_name).hint_text(t!("name-hint"));
            let response = ui.add(edit.desired_width(240.0));
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_label(t!("name-of-the-search"))
            });
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = self.buffers.search_name.trim().to_owned();
            let ready = asks && !name.is_empty();
            let save = ui.add_enabled(ready, egui::Button::new(t!("save-this-search")));
            if ready && (save.clicked() || enter) {
                commands.push(Command::Found(FindingCommand::SaveSearch(name)));
                self.buffers.search_name.clear();
            }
        });
    }
}

/// The saved searches. A click uses one.
fn saved_searches(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.memory.searches.is_empty() {
        ui.label(RichText::new(t!("no-searches")).weak());
    }
    for search in &state.memory.searches {
        ui.horizontal(|ui| {
            let response = ui.button(&search.name);
            let accessible_name = t!("use-the-search", name = search.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
            if response.clicked() {
                commands.push(Command::Found(FindingCommand::UseSearch(
                    search.name.clone(),
                )));
            }
            let text = RichText::new(asks_for(state, search)).small().weak();
            ui.add(egui::Label::new(text).truncate());
            let name = t!("delete-the-search", name = search.name);
            if icon_button_sized(ui, Icon::Cross, &name, 22.0).clicked() {
                let name = search.name.clone();
                commands.push(Command::Found(FindingCommand::RemoveSearch(name)));
            }
        });
    }
}

/// The text and filters of a search, for display.
fn asks_for(state: &State, search: &SavedSearch) -> String {
    let filters = chips(&search.filter, &state.memory.labels);
    let text = (!search.text.is_empty()).then(|| search.text.clone());
    let parts = text
        .into_iter()
        .chain(filters.into_iter().map(|chip| chip.text));
    parts.collect::<Vec<String>>().join(", ")
}
