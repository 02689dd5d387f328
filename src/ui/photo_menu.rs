//! The context menu of the selected photos.

use egui::Ui;

use super::widgets::{menu_entries, menu_entry};
use crate::app::command::{Action, Command};
use crate::app::document::state::State;
use crate::engine::organize::marks::Colour;
use crate::t;

/// The menu.
pub fn photo_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.set_min_width(220.0);
    menu_entries(ui, |ui| entries(ui, state, commands));
}

fn entries(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    for action in [
        Action::View,
        Action::Open,
        Action::Reveal,
        Action::CopyPaths,
    ] {
        menu_entry(ui, state, action, commands);
    }
    ui.separator();
    menu_entry(ui, state, Action::FindSimilar, commands);
    ui.add_enabled_ui(!state.memory.labels.is_empty(), |ui| {
        for (name, shown) in [(t!("example-of"), true), (t!("counter-example-of"), false)] {
            ui.menu_button(name, |ui| {
                menu_entries(ui, |ui| {
                    for label in &state.memory.labels {
                        if ui.button(label.text.as_str()).clicked() {
                            commands.push(if shown {
                                Command::AddExamples(label.id)
                            } else {
                                Command::AddCounterExamples(label.id)
                            });
                            ui.close();
                        }
                    }
                });
            });
        }
    });
    ui.separator();
    menu_entry(ui, state, Action::LabelFromThese, commands);
    for action in [Action::Pick, Action::Reject, Action::Unflag] {
        menu_entry(ui, state, action, commands);
    }
    ui.menu_button(t!("stars-menu"), |ui| {
        (0..=5).for_each(|n| menu_entry(ui, state, Action::Stars(n), commands));
    });
    ui.menu_button(t!("colour-menu"), |ui| {
        let actions = Colour::ALL.into_iter().map(Action::Colour);
        actions.for_each(|action| menu_entry(ui, state, action, commands));
    });
    ui.separator();
    menu_entry(ui, state, Action::Export, commands);
    menu_entry(ui, state, Action::Keywords, commands);
}
