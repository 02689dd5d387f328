//! The bar above the grid: number of photos, grouping, sorting and active filters.

use egui::{Align, Layout, Popup, RichText, Role, Ui, WidgetInfo, vec2};

use super::filter_menu;
use super::flaw_histogram;
use super::icons::Icon;
use super::order_controls::{group_box, sort_box};
use super::theme::{self, palette};
use super::widgets::{chip, chip_width, elided, icon_button_sized, menu_entries, small_button};
use crate::app::command::{Action, Command};
use crate::app::document::arrange::HiddenBy;
use crate::app::document::chips::{Chip, chips};
use crate::app::document::search_text::asks_nothing;
use crate::app::document::state::State;
use crate::t;
use crate::text::{self, Digits, Surface};

/// Height of the row below the controls.
const ROW: f32 = 24.0;
/// Width reserved for the button that lists the chips that do not fit.
const MORE: f32 = 64.0;

/// Draws the bar. `focus` focuses its first control. The height does not depend on filters and search, so that the
/// photos below do not move.
pub fn show(
    ui: &mut Ui,
    state: &State,
    counts: &mut filter_menu::FilterCounts,
    focus: bool,
    commands: &mut Vec<Command>,
) {
    let margin = egui::Margin::symmetric(10, 5);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::SPACE_S;
        ui.horizontal(|ui| {
            group_box(ui, state, focus, commands);
            sort_box(ui, state, commands);
            filter_menu::button(ui, state, counts, commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                selected(ui, state, commands);
            });
        });
        let row = vec2(ui.available_width(), ROW);
        let layout = Layout::right_to_left(Align::Center);
        ui.allocate_ui_with_layout(row, layout, |ui| {
            ui.set_min_height(ROW);
            search_note(ui, state, commands);
            flaw_histogram::show(ui, state, &mut counts.kinds, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::SPACE_S;
                count_button(ui, state);
                active(ui, state, commands);
            });
        });
    });
}

/// The number of displayed photos and the total. A click explains what hides the others.
fn count_button(ui: &mut Ui, state: &State) {
    let (shown, all) = (state.response.arrangement.order.len(), arranged(state));
    let text = if shown == all || !is_arranged(state) {
        super::widgets::photos(all)
    } else {
        t!("shown-of-photos", shown = shown, count = all)
    };
    let lines = explained(state);
    let button = egui::Button::new(RichText::new(text).strong());
    let response = ui
        .scope(|ui| {
            // Without a frame, the text aligns with the controls above.
            ui.spacing_mut().button_padding.x = 2.0;
            ui.add(button.frame_when_inactive(false).truncate())
        })
        .inner;
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(lines.join(". "));
    });
    let explain = |ui: &mut Ui| {
        lines.iter().for_each(|line| {
            ui.label(line);
        });
    };
    Popup::menu(&response).show(explain);
    response.on_hover_ui(explain);
}

/// The number of photos that the arrangement covers. While photos are read, it is older than the library, and the
/// reasons why photos are hidden must add up. Before the first arrangement, it is the number of all photos.
fn arranged(state: &State) -> usize {
    if !is_arranged(state) {
        return state.library.len();
    }
    let arrangement = &state.response.arrangement;
    arrangement.order.len() + arrangement.hidden.iter().sum::<usize>()
}

/// Whether an arrangement has been received since the photos were opened.
fn is_arranged(state: &State) -> bool {
    state.response.number > 0
}

/// Accounts for all files in the open folders: displayed, hidden or skipped, with reasons.
fn explained(state: &State) -> Vec<String> {
    let arrangement = &state.response.arrangement;
    let all = arranged(state);
    let mut lines = vec![t!("photos-in-folders", count = all)];
    if is_arranged(state) {
        lines.push(t!("count-shown", count = arrangement.order.len()));
    }
    let hidden = HiddenBy::ALL.into_iter().zip(arrangement.hidden);
    for (by, count) in hidden.filter(|(_, count)| *count > 0) {
        lines.push(match by {
            HiddenBy::Label => t!("hidden-by-label", count = count),
            HiddenBy::Decision => t!("hidden-by-decision", count = count),
            HiddenBy::Filter => t!("hidden-by-filter", count = count),
            HiddenBy::SearchUnreadable => t!("hidden-by-unreadable", count = count),
            HiddenBy::SearchUnread => t!("hidden-by-unread", count = count),
            HiddenBy::Search => t!("hidden-by-search", count = count),
            HiddenBy::Stack => t!("hidden-by-stack", count = count),
        });
    }
    let failed = state.library.failure_count();
    if failed > 0 {
        lines.push(t!("could-not-be-read", count = failed));
    }
    if let Some(summary) = &state.work.summary {
        let left_out = text::skipped_photos(&summary.skipped, Digits::Grouped);
        if !left_out.is_empty() {
            lines.push(t!("not-listed", what = text::list(left_out)));
        }
    }
    lines
}

/// Chips for the active filters, which a click removes, and a button for those that do not fit.
fn active(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let chips = chips(&state.memory.filter, &state.memory.labels);
    if chips.is_empty() {
        return;
    }
    let gap = ui.spacing().item_spacing.x;
    let mut room = ui.available_width() - MORE;
    let fits = |active: &&Chip| {
        room -= chip_width(ui, &active.text) + gap;
        room >= 0.0
    };
    let shown = chips.iter().take_while(fits).count();
    let one = |ui: &mut Ui, active: &Chip, commands: &mut Vec<Command>| {
        let name = t!("remove-the-filter", filter = active.text);
        if chip(ui, &active.text, &name).clicked() {
            commands.push(Command::FilterBy(Box::new(active.without.clone())));
        }
    };
    for active in &chips[..shown] {
        one(ui, active, commands);
    }
    let others = &chips[shown..];
    if others.is_empty() {
        if small_button(ui, t!("clear-all")).clicked() {
            commands.push(Command::Do(Action::ClearFilter));
        }
        return;
    }
    let more = small_button(ui, &t!("more-chips", count = others.len()));
    let name = t!("more-filters", count = others.len());
    more.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    Popup::menu(&more)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            menu_entries(ui, |ui| {
                for active in others {
                    one(ui, active, commands);
                }
                if small_button(ui, t!("clear-all")).clicked() {
                    commands.push(Command::Do(Action::ClearFilter));
                    ui.close();
                }
            });
        });
}

fn selected(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let count = state.selection.len();
    if count == 0 {
        return;
    }
    if icon_button_sized(ui, Icon::Export, t!("export"), 24.0).clicked() {
        commands.push(Command::Do(Action::Export));
    }
    let name = t!("select-none");
    if icon_button_sized(ui, Icon::Cross, name, 24.0).clicked() {
        commands.push(Command::Do(Action::SelectNone));
    }
    let weak = palette(ui).weak;
    let text = t!("count-selected", count = count);
    let text = RichText::new(text).size(theme::TEXT_S).color(weak);
    ui.add(egui::Label::new(text).truncate());
}

/// The effect of the search on the displayed photos, or its error.
fn search_note(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if asks_nothing(&state.search) {
        return;
    }
    if let Some(problem) = &state.response.search_problem {
        let problem = text::advised(problem, Surface::Window);
        // The rest of the row is for the number of photos and the chips.
        let room = ui.available_width() * 0.6;
        let text = elided(ui, &problem, theme::TEXT_S, palette(ui).bad, room);
        ui.label(text).on_hover_text(problem.as_ref());
        return;
    }
    let mut filter = state.memory.filter.clone();
    let all = RichText::new(t!("show-all-best-first")).small();
    let shows_all = ui.checkbox(&mut filter.search_shows_all, all);
    if shows_all.changed() {
        commands.push(Command::FilterBy(Box::new(filter)));
    }
    let hint = t!("show-all-hint");
    shows_all.on_hover_text(hint);
}
