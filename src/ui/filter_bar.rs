//! The bar above the grid: how many photos are shown, how they are put together and sorted, and what filters them.

use egui::{Align, Layout, Popup, RichText, Ui};

use super::filter_menu;
use super::icons::Icon;
use super::order_controls::{group_box, sort_box};
use super::theme::{self, palette};
use super::widgets::{chip, icon_button_sized};
use crate::app::command::{Action, Command};
use crate::app::document::arrange::HiddenBy;
use crate::app::document::chips::chips;
use crate::app::document::state::State;
use crate::engine::plural::thousands;

/// Draws the bar; `focus` gives its first control the keyboard.
pub fn show(
    ui: &mut Ui,
    state: &State,
    counts: &mut filter_menu::Counts,
    focus: bool,
    commands: &mut Vec<Command>,
) {
    let margin = egui::Margin::symmetric(10, 6);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.horizontal(|ui| {
            group_box(ui, state, focus, commands);
            sort_box(ui, state, commands);
            filter_menu::button(ui, state, counts, commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                selected(ui, state, commands);
                count_button(ui, state);
            });
        });
        active(ui, state, commands);
        search_note(ui, state, commands);
    });
}

/// How many photos are shown, of how many; a click tells what the others are.
fn count_button(ui: &mut Ui, state: &State) {
    let (shown, all) = (state.answer.arrangement.order.len(), state.library.len());
    let text = if shown == all {
        super::widgets::photos(all)
    } else {
        format!("{} of {}", thousands(shown), super::widgets::photos(all))
    };
    let lines = explained(state);
    let button = egui::Button::new(RichText::new(text).strong());
    let response = ui.add(button.frame_when_inactive(false).truncate());
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(lines.join(". "));
    });
    let tell = |ui: &mut Ui| {
        lines.iter().for_each(|line| {
            ui.label(line);
        });
    };
    Popup::menu(&response).show(tell);
    response.on_hover_ui(tell);
}

/// What becomes of all files of the open folders: shown, hidden and by what, or not listed and why.
fn explained(state: &State) -> Vec<String> {
    let arrangement = &state.answer.arrangement;
    let all = super::widgets::photos(state.library.len());
    let mut lines = vec![
        format!("{all} in the open folders"),
        format!("{} shown", thousands(arrangement.order.len())),
    ];
    for (by, count) in HiddenBy::ALL.into_iter().zip(arrangement.hidden) {
        let words = match by {
            HiddenBy::Label => "hidden by the label filter",
            HiddenBy::Decision => "hidden by the pick and reject filter",
            HiddenBy::Filter => "hidden by other filters",
            HiddenBy::SearchUnreadable => "could not be read, so the search cannot find them",
            HiddenBy::SearchUnread => "not read yet, so the search cannot find them",
            HiddenBy::Search => "hidden because they do not fit the search",
        };
        if count > 0 {
            lines.push(format!("{} {words}", thousands(count)));
        }
    }
    let failed = state.library.failure_count();
    if failed > 0 {
        lines.push(format!("{} could not be read", thousands(failed)));
    }
    if let Some(summary) = &state.work.summary {
        let left_out = summary.skipped.photos_in_words();
        if !left_out.is_empty() {
            lines.push(format!("Not listed: {}", left_out.join(", ")));
        }
    }
    lines
}

/// Every active filter, to be taken away with a click.
fn active(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let chips = chips(&state.memory.filter, &state.memory.labels);
    if chips.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(theme::SPACE_S, theme::SPACE_S);
        for active in chips {
            let name = format!("Remove the filter {}", active.text);
            if chip(ui, &active.text, &name).clicked() {
                commands.push(Command::FilterBy(Box::new(active.without)));
            }
        }
        if ui.small_button("Clear all").clicked() {
            commands.push(Command::Do(Action::ClearFilter));
        }
    });
}

fn selected(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let count = state.selection.len();
    if count == 0 {
        return;
    }
    if icon_button_sized(ui, Icon::Export, "Export…", 24.0).clicked() {
        commands.push(Command::Do(Action::Export));
    }
    let name = "Select none";
    if icon_button_sized(ui, Icon::Cross, name, 24.0).clicked() {
        commands.push(Command::Do(Action::SelectNone));
    }
    let weak = palette(ui).weak;
    let text = format!("{} selected", thousands(count));
    ui.label(RichText::new(text).size(theme::TEXT_S).color(weak));
}

/// What the search does to what is shown.
fn search_note(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let searched = !state.search.trim().is_empty();
    if let Some(trouble) = state.answer.search_trouble.as_ref().filter(|_| searched) {
        let bad = palette(ui).bad;
        ui.label(RichText::new(trouble).small().color(bad));
    } else if searched {
        ui.horizontal(|ui| {
            let mut filter = state.memory.filter.clone();
            let note = RichText::new("Only photos that fit the search");
            ui.label(note.small().weak());
            let all = RichText::new("show all, best first").small();
            if ui.checkbox(&mut filter.search_shows_all, all).changed() {
                commands.push(Command::FilterBy(Box::new(filter)));
            }
        });
    }
}
