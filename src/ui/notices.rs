//! Messages above the grid that stay until they are taken away.

use egui::{Frame, Margin, RichText, Ui};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use super::widgets::icon_button_sized;
use crate::app::command::Action;
use crate::app::command::Command;
use crate::app::document::state::{SessionState, State};

/// Messages that are shown at once.
const SHOWN: usize = 3;

pub fn show(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if let SessionState::Failed(trouble) = &state.session {
        let text = format!("{trouble}. Choose another model or store in the settings");
        message(ui, &text, true, |ui| {
            if ui.button("Settings…").clicked() {
                commands.push(Command::Do(Action::Settings));
            }
        });
    }
    let standing = &state.standing;
    for text in [&standing.marks, &standing.store, &standing.settings]
        .into_iter()
        .flatten()
    {
        message(ui, text, true, |_| {});
    }
    for (at, notice) in state.notices.iter().enumerate().take(SHOWN) {
        message(ui, &notice.text, notice.bad, |ui| {
            if icon_button_sized(ui, Icon::Cross, "Take this message away", 22.0).clicked() {
                commands.push(Command::DismissNotice(at));
            }
        });
    }
}

fn message(ui: &mut Ui, text: &str, bad: bool, buttons: impl FnOnce(&mut Ui)) {
    let palette = palette(ui);
    let colour = if bad { palette.warn } else { palette.good };
    Frame::new()
        .fill(palette.panel)
        .stroke(egui::Stroke::new(1.0, colour))
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(10, 6))
        .outer_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let (rect, _) =
                    ui.allocate_exact_size(egui::vec2(18.0, 18.0), egui::Sense::hover());
                let icon = if bad { Icon::Warning } else { Icon::Tick };
                icons::paint(ui.painter(), icon, rect, colour);
                let width = ui.available_width() - 96.0;
                ui.allocate_ui(egui::vec2(width, 0.0), |ui| {
                    ui.set_width(width);
                    ui.add(egui::Label::new(RichText::new(text)).wrap());
                });
                buttons(ui);
            });
        });
}
