//! Controls for sorting and grouping, which are independent of each other.

use egui::{ComboBox, Role, Ui, WidgetInfo};

use super::icons::Icon;
use super::widgets::icon_button_sized;
use crate::app::command::Command;
use crate::app::document::filter::{Grouping, SortKey, Sorting};
use crate::app::document::state::State;

pub fn group_box(ui: &mut Ui, state: &State, focus: bool, commands: &mut Vec<Command>) {
    let now = state.grouping();
    let combo = ComboBox::from_id_salt("group")
        .width(88.0)
        .height(420.0)
        .selected_text(match now {
            Grouping::Nothing => "No groups",
            other => other.name(),
        })
        .show_ui(ui, |ui| {
            for grouping in Grouping::ALL {
                let chosen = ui.selectable_label(grouping == now, grouping.name());
                if chosen.clicked() {
                    commands.push(Command::GroupBy(grouping));
                }
            }
        });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label("Group by"));
    if focus {
        combo.response.request_focus();
    }
    combo
        .response
        .on_hover_text("Group by: put photos together under headings");
}

pub fn sort_box(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let now = state.sorting();
    let combo = ComboBox::from_id_salt("sort")
        .width(96.0)
        .selected_text(key_text(state, now.key))
        .height(420.0)
        .show_ui(ui, |ui| {
            for (at, part) in keys(state).into_iter().enumerate() {
                if at > 0 && !part.is_empty() {
                    ui.separator();
                }
                for key in part {
                    let text = key_text(state, key);
                    if ui.selectable_label(key == now.key, text).clicked() {
                        // Names from A to Z, all else from the highest.
                        let descending = !matches!(key, SortKey::Name | SortKey::Place);
                        commands.push(Command::SortBy(Sorting { key, descending }));
                    }
                }
            }
        });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label("Sort by"));
    combo.response.on_hover_text("Sort by");
    let (icon, hint) = match now.descending {
        true => (Icon::Down, "Descending: click for ascending"),
        false => (Icon::Up, "Ascending: click for descending"),
    };
    let response = icon_button_sized(ui, icon, hint, 24.0);
    // A switch is called by what it is, on or off.
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, now.descending, "Descending"));
    if response.clicked() {
        commands.push(Command::SortBy(Sorting {
            descending: !now.descending,
            ..now
        }));
    }
}

/// What can be sorted by: what every photo has, then what labels and the search say.
fn keys(state: &State) -> [Vec<SortKey>; 3] {
    let plain = vec![
        SortKey::Name,
        SortKey::Taken,
        SortKey::Modified,
        SortKey::Size,
        SortKey::Dimensions,
        SortKey::Stars,
        SortKey::Colour,
        SortKey::Place,
    ];
    let mut matches = vec![SortKey::BestMatch];
    if !state.search.is_empty() {
        matches.push(SortKey::Search);
    }
    let labels = || state.memory.labels.iter().map(|label| label.id);
    matches.extend(labels().map(SortKey::Match));
    [plain, matches, labels().map(SortKey::Probability).collect()]
}

fn key_text(state: &State, key: SortKey) -> String {
    let label = |id| {
        let label = state.memory.labels.iter().find(|label| label.id == id);
        label.map_or("label", |label| label.text.as_str())
    };
    match key {
        SortKey::BestMatch => "Match".into(),
        SortKey::Match(id) => format!("Match: {}", label(id)),
        SortKey::Probability(id) => format!("Probability: {}", label(id)),
        SortKey::Search => "Search".into(),
        SortKey::Name => "Name".into(),
        SortKey::Taken => "Date taken".into(),
        SortKey::Modified => "Date modified".into(),
        SortKey::Size => "File size".into(),
        SortKey::Dimensions => "Dimensions".into(),
        SortKey::Stars => "Rating".into(),
        SortKey::Colour => "Colour".into(),
        SortKey::Place => "Place".into(),
    }
}
