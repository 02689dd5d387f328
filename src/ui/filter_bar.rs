//! The bar above the grid: what is shown, how many that is, and how to see all again.

use egui::{Align, ComboBox, Layout, Popup, RichText, Role, Sense, TextEdit, Ui, WidgetInfo};

use super::grid::colour_dot;
use super::icons::Icon;
use super::theme::{self, palette};
use super::top_bar::stars_text;
use crate::app::command::{Action, Command};
use crate::app::document::filter::{Filter, Fit, FlagFilter};
use crate::app::document::state::State;
use crate::engine::organize::marks::Colour;
use crate::engine::plural::thousands;

pub fn show(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let margin = egui::Margin::symmetric(10, 6);
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.horizontal(|ui| {
            count(ui, state);
            let mut filter = state.memory.filter.clone();
            fit_box(ui, state, &mut filter);
            flag_box(ui, state, &mut filter);
            more(ui, state, &mut filter);
            if filter != state.memory.filter {
                commands.push(Command::FilterBy(filter));
            }
            if Action::ClearFilter.enabled(state) && ui.button("Clear").clicked() {
                commands.push(Command::Do(Action::ClearFilter));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                selected(ui, state, commands);
            });
        });
        search_note(ui, state, commands);
    });
}

fn count(ui: &mut Ui, state: &State) {
    let (shown, all) = (state.answer.arrangement.order.len(), state.library.len());
    let text = if shown == all {
        thousands(all)
    } else {
        format!("{} of {}", thousands(shown), thousands(all))
    };
    ui.label(RichText::new(text).strong());
}

fn fit_box(ui: &mut Ui, state: &State, filter: &mut Filter) {
    let labels = &state.memory.labels;
    let text = match filter.fit {
        Fit::All => "All photos".into(),
        Fit::AnyLabel => "Any label".into(),
        Fit::Nothing => "Something else".into(),
        Fit::Label(id) => {
            let label = labels.iter().find(|label| label.id == id);
            label.map_or_else(String::new, |label| label.text.clone())
        }
    };
    let combo = ComboBox::from_id_salt("fit")
        .width(120.0)
        .selected_text(text)
        .show_ui(ui, |ui| {
            ui.selectable_value(&mut filter.fit, Fit::All, "All photos");
            ui.selectable_value(&mut filter.fit, Fit::AnyLabel, "Any label");
            for label in labels {
                ui.selectable_value(&mut filter.fit, Fit::Label(label.id), &label.text);
            }
            ui.selectable_value(&mut filter.fit, Fit::Nothing, "Something else");
        });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label("Filter by label"));
}

fn flag_text(flag: FlagFilter) -> &'static str {
    match flag {
        FlagFilter::All => "Any decision",
        FlagFilter::Picked => "Picked",
        FlagFilter::Rejected => "Rejected",
        FlagFilter::NotRejected => "Not rejected",
        FlagFilter::Undecided => "Undecided",
    }
}

fn flag_box(ui: &mut Ui, state: &State, filter: &mut Filter) {
    let all = [
        FlagFilter::All,
        FlagFilter::Picked,
        FlagFilter::Rejected,
        FlagFilter::NotRejected,
        FlagFilter::Undecided,
    ];
    let combo = ComboBox::from_id_salt("flag")
        .width(104.0)
        .selected_text(flag_text(filter.flag))
        .show_ui(ui, |ui| {
            // Only an open list looks at the whole library.
            let marks = &state.library.snapshot().marks;
            for flag in all {
                let count = marks
                    .iter()
                    .filter(|mark| flag.lets_through(mark.flag))
                    .count();
                let text = format!("{} ({})", flag_text(flag), thousands(count));
                ui.selectable_value(&mut filter.flag, flag, text);
            }
        });
    ui.ctx().accesskit_node_builder(combo.response.id, |node| {
        node.set_label("Filter by decision")
    });
}

/// Filters that are needed less often, and how many of them are on.
fn more(ui: &mut Ui, state: &State, filter: &mut Filter) {
    let on = usize::from(filter.min_stars > 0)
        + usize::from(filter.colour.is_some())
        + usize::from(!filter.keyword.is_empty())
        + usize::from(!filter.place.is_empty())
        + usize::from(filter.ending.is_some())
        + usize::from(!filter.from.is_empty() || !filter.to.is_empty())
        + usize::from(!filter.name.is_empty())
        + usize::from(filter.failures);
    let text = match on {
        0 => "More filters".into(),
        n => format!("More filters ({n})"),
    };
    let button = ui.button(text);
    Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            egui::Grid::new("more filters")
                .num_columns(2)
                .show(ui, |ui| {
                    name_row(ui, filter);
                    date_row(ui, filter);
                    stars_row(ui, filter);
                    colour_row(ui, filter);
                    keyword_row(ui, filter);
                    place_row(ui, filter);
                    ending_row(ui, state, filter);
                });
            ui.checkbox(&mut filter.failures, "Only photos with problems");
        });
}

fn field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width);
    let response = ui.add(edit);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
}

fn name_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Name contains");
    field(ui, &mut filter.name, "Name contains", "IMG_20", 190.0);
    ui.end_row();
}

fn date_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Taken");
    ui.horizontal(|ui| {
        field(ui, &mut filter.from, "Taken from", "2024-05", 78.0);
        ui.label("to");
        field(ui, &mut filter.to, "Taken to", "2024-08-31", 78.0);
    });
    ui.end_row();
}

fn stars_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Stars");
    ui.horizontal(|ui| {
        ui.selectable_value(&mut filter.min_stars, 0, "Any");
        for stars in 1..=5 {
            let text = if stars < 5 {
                format!("{stars}+")
            } else {
                "5".into()
            };
            let response = ui.selectable_value(&mut filter.min_stars, stars, text);
            response.on_hover_text(format!("At least {}", stars_text(stars)));
        }
    });
    ui.end_row();
}

fn colour_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Colour");
    ui.horizontal(|ui| {
        ui.selectable_value(&mut filter.colour, None, "Any");
        for colour in Colour::ALL {
            let (rect, response) = ui.allocate_exact_size(egui::vec2(22.0, 22.0), Sense::click());
            let on = filter.colour == Some(colour);
            response
                .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, colour.name()));
            if on || response.hovered() || response.has_focus() {
                let palette = palette(ui);
                let ground = if on { palette.accent } else { palette.hovered };
                ui.painter().rect_filled(rect, theme::RADIUS, ground);
            }
            colour_dot(ui, rect.center(), colour);
            if response.on_hover_text(colour.name()).clicked() {
                filter.colour = Some(colour).filter(|_| !on);
            }
        }
    });
    ui.end_row();
}

fn keyword_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Keyword");
    let hint = "in it or its sidecar";
    field(ui, &mut filter.keyword, "Keyword contains", hint, 190.0);
    ui.end_row();
}

fn place_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label("Place");
    let hint = "town, region or country";
    field(ui, &mut filter.place, "Place contains", hint, 190.0);
    ui.end_row();
}

fn ending_row(ui: &mut Ui, state: &State, filter: &mut Filter) {
    ui.label("Type");
    let now = filter
        .ending
        .clone()
        .map_or_else(|| "Any".into(), |e| e.to_uppercase());
    let combo = ComboBox::from_id_salt("type")
        .selected_text(now)
        .show_ui(ui, |ui| {
            ui.selectable_value(&mut filter.ending, None, "Any");
            // Only an open list looks at the whole library.
            let items = state.library.snapshot().items.iter();
            let mut endings: Vec<String> = items.filter_map(|item| item.ending()).collect();
            endings.sort_unstable();
            endings.dedup();
            for ending in endings {
                let text = ending.to_uppercase();
                ui.selectable_value(&mut filter.ending, Some(ending), text);
            }
        });
    ui.ctx()
        .accesskit_node_builder(combo.response.id, |node| node.set_label("Filter by type"));
    ui.end_row();
}

fn selected(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let count = state.selection.len();
    if count == 0 {
        return;
    }
    if super::widgets::icon_button_sized(ui, Icon::Export, "Export…", 24.0).clicked() {
        commands.push(Command::Do(Action::Export));
    }
    let name = "Select none";
    if super::widgets::icon_button_sized(ui, Icon::Cross, name, 24.0).clicked() {
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
            ui.label(
                RichText::new("Only photos that fit the search")
                    .small()
                    .weak(),
            );
            let all = RichText::new("show all, best first").small();
            if ui.checkbox(&mut filter.search_shows_all, all).changed() {
                commands.push(Command::FilterBy(filter));
            }
        });
    }
}
