//! Controls for sorting and grouping, which are independent of each other.

use egui::{ComboBox, Role, Ui, WidgetInfo};

use super::icons::Icon;
use super::widgets::icon_button_sized;
use crate::app::command::Command;
use crate::app::document::filter::{Grouping, SortKey, Sorting};
use crate::app::document::search_text::asks_nothing;
use crate::app::document::state::State;
use crate::t;

/// Maximum height of a list. The popup is also limited by the window.
fn list_height(ui: &Ui) -> f32 {
    (ui.ctx().content_rect().height() - 160.0).max(120.0)
}

/// Draws a list whose button is at most half as wide as the space, so that the other controls fit beside it.
fn limited<R>(ui: &mut Ui, draw: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope(|ui| {
        ui.set_max_width(ui.available_width() * 0.5);
        draw(ui)
    })
    .inner
}

/// The choice of grouping. `focus` focuses it.
pub fn group_box(ui: &mut Ui, state: &State, focus: bool, commands: &mut Vec<Command>) {
    let now = state.grouping();
    let combo = limited(ui, |ui| {
        ComboBox::from_id_salt("group")
            .width(88.0)
            .height(list_height(ui))
            .truncate()
            .selected_text(t!("group-now", value = now.name()))
            .show_ui(ui, |ui| {
                for grouping in Grouping::ALL {
                    let chosen = ui.selectable_label(grouping == now, grouping.name());
                    if chosen.clicked() {
                        commands.push(Command::GroupBy(grouping));
                    }
                }
            })
    });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label(t!("group-by")));
    if focus {
        combo.response.request_focus();
    }
    combo.response.on_hover_text(t!("group-by-hint"));
}

/// The choice of sort order and its direction.
pub fn sort_box(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let now = state.sorting();
    let combo = limited(ui, |ui| {
        ComboBox::from_id_salt("sort")
            .width(96.0)
            .height(list_height(ui))
            .truncate()
            .selected_text(t!("sort-now", value = key_text(state, now.key)))
            .show_ui(ui, |ui| {
                for (at, part) in keys(state).into_iter().enumerate() {
                    if at > 0 && !part.is_empty() {
                        ui.separator();
                    }
                    for key in part {
                        let text = key_text(state, key);
                        if ui.selectable_label(key == now.key, text).clicked() {
                            // Names are sorted from A to Z, everything else from the highest value.
                            let descending = !matches!(key, SortKey::Name | SortKey::Place);
                            commands.push(Command::SortBy(Sorting { key, descending }));
                        }
                    }
                }
            })
    });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label(t!("sort-by")));
    combo.response.on_hover_text(t!("sort-by"));
    let (icon, hint) = match now.descending {
        true => (Icon::Down, t!("descending-hint")),
        false => (Icon::Up, t!("ascending-hint")),
    };
    let response = icon_button_sized(ui, icon, hint, 24.0);
    // A toggle's accessible name describes its state when on.
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, true, now.descending, t!("descending")));
    if response.clicked() {
        commands.push(Command::SortBy(Sorting {
            descending: !now.descending,
            ..now
        }));
    }
}

/// The available sort keys: properties of photos, match and probability of labels, and the search.
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
    if !asks_nothing(&state.search) {
        matches.push(SortKey::Search);
    }
    let labels = || state.memory.labels.iter().map(|label| label.id);
    matches.extend(labels().map(SortKey::Match));
    [plain, matches, labels().map(SortKey::Probability).collect()]
}

fn key_text(state: &State, key: SortKey) -> String {
    let label = |id| {
        let label = state.memory.labels.iter().find(|label| label.id == id);
        label.map_or(t!("sort-label"), |label| label.text.as_str())
    };
    match key {
        SortKey::BestMatch => t!("sort-match").into(),
        SortKey::Match(id) => t!("sort-match-of", label = label(id)),
        SortKey::Probability(id) => t!("sort-probability-of", label = label(id)),
        SortKey::Search => t!("sort-search").into(),
        SortKey::Name => t!("sort-name").into(),
        SortKey::Taken => t!("sort-taken").into(),
        SortKey::Modified => t!("sort-modified").into(),
        SortKey::Size => t!("sort-size").into(),
        SortKey::Dimensions => t!("sort-dimensions").into(),
        SortKey::Stars => t!("sort-stars").into(),
        SortKey::Colour => t!("sort-colour").into(),
        SortKey::Place => t!("sort-place").into(),
    }
}
