//! The command palette: finds commands by parts of their names.

use egui::{Key, RichText, ScrollArea, TextEdit, Ui};

use super::Interface;
use super::theme::palette;
use crate::app::command::{Action, Command};
use crate::app::document::state::State;
use crate::t;

impl Interface {
    pub(super) fn palette_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        let edit = TextEdit::singleline(&mut self.buffers.palette)
            .hint_text(t!("find-a-command"))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("find-a-command")));
        if self.dialog_is_new {
            response.request_focus();
        }
        if response.changed() {
            self.buffers.palette_row = 0;
        }
        let found = find(&self.buffers.palette, state);
        let last = found.len().saturating_sub(1);
        let row = &mut self.buffers.palette_row;
        let (up, down, enter) = ui.input(|input| {
            (
                input.key_pressed(Key::ArrowUp),
                input.key_pressed(Key::ArrowDown),
                input.key_pressed(Key::Enter),
            )
        });
        *row = row.saturating_sub(usize::from(up)) + usize::from(down);
        *row = (*row).min(last);
        let row = *row;
        let mut chosen = found.get(row).copied().filter(|_| enter);
        ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (at, action) in found.iter().enumerate() {
                let entry = action.entry();
                let mut button = egui::Button::selectable(at == row, entry.name)
                    .min_size(egui::vec2(ui.available_width(), 0.0));
                if let Some(keys) = action.key_text() {
                    let keys = RichText::new(keys);
                    button = button.shortcut_text(match at == row {
                        true => keys.color(palette(ui).on_accent),
                        false => keys,
                    });
                }
                let response = ui.add(button);
                if at == row && (up || down) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = Some(*action);
                }
            }
            if found.is_empty() {
                ui.label(RichText::new(t!("no-such-command")).weak());
            }
        });
        if chosen.is_none() && response.lost_focus() && enter {
            // Nothing was found: keep the focus so that the user can type on.
            response.request_focus();
        }
        if let Some(action) = chosen {
            commands.push(Command::Show(None));
            commands.push(Command::Do(action));
        }
    }
}

/// Enabled commands that match all typed words, those matched by name before those matched by synonyms.
fn find(typed: &str, state: &State) -> Vec<Action> {
    let all = Action::ALL.iter().copied();
    let mut found: Vec<(bool, Action)> = all
        .filter(|action| *action != Action::Palette && action.enabled(state))
        .filter_map(|action| Some((!action.is_called(typed)?, action)))
        .collect();
    found.sort_by_key(|(by_name, _)| !*by_name);
    found.into_iter().map(|(_, action)| action).collect()
}
