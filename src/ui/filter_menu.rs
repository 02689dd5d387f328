//! The menu of all filters, whose position and size stay fixed while it is used.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use egui::{
    Align2, CollapsingHeader, Margin, Popup, Response, RichText, Role, ScrollArea, Sense, TextEdit,
    Ui, WidgetInfo, vec2,
};

use super::cell::colour_dot;
use super::flaw_histogram;
use super::response_cache::{PerResponse, by_flag, values};
use super::theme::{self, palette};
use super::top_bar::stars_text;
use crate::app::command::Command;
use crate::app::document::calendar;
use crate::app::document::chips::chips;
use crate::app::document::filter::{AspectShape, Filter, FlagFilter, LabelFit};
use crate::app::document::library::LibraryItem;
use crate::app::document::state::State;
use crate::engine::organize::marks::Colour;
use crate::{t, text};

/// Size of the menu, if the window is large enough: all filters are in sight.
const SIZE: egui::Vec2 = vec2(400.0, 720.0);
/// Maximum number of values listed per filter.
const LISTED: usize = 200;

/// Counts that are cached while the menu is open.
#[derive(Default)]
pub struct FilterCounts {
    flags: PerResponse<[usize; FlagFilter::ALL.len()]>,
    types: PerResponse<Vec<(String, usize)>>,
    cameras: PerResponse<Vec<(String, usize)>>,
    lenses: PerResponse<Vec<(String, usize)>>,
    folders: PerResponse<Vec<(PathBuf, usize)>>,
    pub(super) kinds: flaw_histogram::Counts,
}

/// The button that opens the menu, with the number of active filters.
pub fn button(ui: &mut Ui, state: &State, counts: &mut FilterCounts, commands: &mut Vec<Command>) {
    let text = match chips(&state.memory.filter, &state.memory.labels).len() {
        0 => t!("filter").into(),
        n => t!("filter-count", count = n),
    };
    let button = ui.button(text);
    ui.ctx()
        .accesskit_node_builder(button.id, |node| node.set_label(t!("filter")));
    let screen = ui.ctx().content_rect();
    Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            let height = SIZE.y.min(screen.height() - 160.0);
            ui.set_width(SIZE.x.min(screen.width() - 40.0));
            ui.set_height(height);
            // Menu buttons are flat by default, but these are choices that need a visible selection.
            ui.spacing_mut().button_padding = vec2(7.0, 3.0);
            let mut filter = state.memory.filter.clone();
            let area = ScrollArea::vertical().auto_shrink([false, false]);
            area.max_height(height).show(ui, |ui| {
                rows(ui, state, counts, &mut filter);
                value_lists(ui, state, counts, &mut filter);
            });
            if filter != state.memory.filter {
                commands.push(Command::FilterBy(Box::new(filter)));
            }
        });
}

fn rows(ui: &mut Ui, state: &State, counts: &mut FilterCounts, filter: &mut Filter) {
    fit_row(ui, state, filter);
    flag_row(ui, state, counts, filter);
    flaw_histogram::row(ui, state, &mut counts.kinds, filter);
    egui::Grid::new("filters")
        .num_columns(2)
        .spacing([12.0, 6.0])
        .show(ui, |ui| {
            stars_row(ui, filter);
            colour_row(ui, filter);
            text_row(ui, t!("name-contains"), &mut filter.name, "IMG_20");
            date_rows(ui, filter);
            text_row(
                ui,
                t!("keyword-contains"),
                &mut filter.keyword,
                t!("keyword-hint"),
            );
            let hint = t!("place-hint");
            text_row(ui, t!("place-contains"), &mut filter.place, hint);
            located_row(ui, filter);
            shape_row(ui, filter);
        });
    ui.checkbox(&mut filter.failures, t!("only-problems"));
}

fn fit_row(ui: &mut Ui, state: &State, filter: &mut Filter) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, 2.0);
        let mut choices = vec![
            (LabelFit::All, t!("all-photos")),
            (LabelFit::AnyLabel, t!("any-label")),
        ];
        let labels = state.memory.labels.iter();
        choices.extend(labels.map(|label| (LabelFit::Label(label.id), label.text.as_str())));
        choices.push((LabelFit::Nothing, t!("something-else")));
        for (fit, text) in choices {
            let on = filter.fit == fit;
            let shown: String = text.chars().take(32).collect();
            let response = ui.selectable_label(on, shown);
            let name = t!("filter-by-label", text = text);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
            if response.clicked() {
                filter.set_fit(fit, false);
            }
        }
    });
}

fn flag_row(ui: &mut Ui, state: &State, counts: &mut FilterCounts, filter: &mut Filter) {
    let counts = counts.flags.get(state, || by_flag(state));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, 2.0);
        for (flag, count) in FlagFilter::ALL.into_iter().zip(counts) {
            let text = t!("value-count", value = flag.name(), count = *count);
            ui.selectable_value(&mut filter.flag, flag, text);
        }
    });
}

fn field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .margin(Margin::symmetric(6, 2))
        .align(Align2::LEFT_CENTER)
        .desired_width(width);
    let response = ui.add(edit);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
}

fn text_row(ui: &mut Ui, name: &str, text: &mut String, hint: &str) {
    ui.label(name);
    field(ui, text, name, hint, 220.0);
    ui.end_row();
}

fn date_rows(ui: &mut Ui, filter: &mut Filter) {
    // A grid centres its cells, but the text belongs to the fields, not to the line below them.
    ui.vertical(|ui| ui.horizontal(|ui| ui.label(t!("taken"))));
    ui.vertical(|ui| {
        ui.horizontal(|ui| {
            field(ui, &mut filter.from, t!("taken-from"), "2024-05", 92.0);
            ui.label(t!("date-to"));
            field(ui, &mut filter.to, t!("taken-to"), "2024-08-31", 92.0);
        });
        // Always laid out, so that nothing moves.
        let problem = calendar::range_problem(&filter.from, &filter.to);
        let colour = palette(ui).bad;
        ui.label(RichText::new(problem.unwrap_or(" ")).small().color(colour));
    });
    ui.end_row();
}

/// One choice of a row. Its accessible name also makes sense without the row, such as "GPS: any".
fn choice<T: PartialEq>(ui: &mut Ui, now: &mut T, value: T, text: &str, name: &str) -> Response {
    let on = *now == value;
    let response = ui.selectable_value(now, value, text);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, name));
    response
}

/// The accessible name of the choice that does not filter.
fn any_of(row: &str) -> String {
    t!("value-any", name = row)
}

/// The text of a minimum, such as "At least 3 stars".
fn at_least(stars: u8) -> String {
    t!("at-least", stars = stars_text(stars))
}

fn stars_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label(t!("stars-heading"));
    ui.horizontal(|ui| {
        let now = &mut filter.min_stars;
        choice(ui, now, 0, t!("any"), &any_of(t!("stars-heading")));
        for stars in 1..=5 {
            let text = match stars {
                5 => "5".into(),
                stars => format!("{stars}+"),
            };
            let name = at_least(stars);
            choice(ui, now, stars, &text, &name).on_hover_text(name);
        }
    });
    ui.end_row();
}

fn colour_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label(t!("colour"));
    ui.horizontal(|ui| {
        let name = any_of(t!("colour"));
        choice(ui, &mut filter.colour, None, t!("any"), &name);
        for colour in Colour::ALL {
            let (rect, response) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::click());
            let on = filter.colour == Some(colour);
            response.widget_info(|| {
                WidgetInfo::selected(Role::RadioButton, true, on, text::words(colour.name()))
            });
            if on || response.hovered() || response.has_focus() {
                let palette = palette(ui);
                let ground = if on { palette.accent } else { palette.hovered };
                ui.painter().rect_filled(rect, theme::RADIUS, ground);
            }
            colour_dot(ui, rect.center(), colour);
            if response
                .on_hover_text(text::words(colour.name()).into_owned())
                .clicked()
            {
                filter.colour = Some(colour).filter(|_| !on);
            }
        }
    });
    ui.end_row();
}

fn located_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label(t!("gps"));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SPACE_S;
        for (located, text, name) in [
            (None, t!("any"), any_of(t!("gps"))),
            (Some(true), t!("has-gps"), t!("has-gps").into()),
            (Some(false), t!("no-gps"), t!("no-gps").into()),
        ] {
            choice(ui, &mut filter.located, located, text, &name);
        }
    });
    ui.end_row();
}

fn shape_row(ui: &mut Ui, filter: &mut Filter) {
    ui.label(t!("orientation"));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SPACE_S;
        let now = &mut filter.shape;
        choice(ui, now, None, t!("any"), &any_of(t!("orientation")));
        for shape in AspectShape::ALL {
            choice(ui, now, Some(shape), shape.name(), shape.name());
        }
    });
    ui.end_row();
}

/// Filters by values that occur in the library. Each opens a list.
fn value_lists(ui: &mut Ui, state: &State, counts: &mut FilterCounts, filter: &mut Filter) {
    let upper = |text: &String| text.to_uppercase();
    let ending = |ending: &OsStr| ending.to_string_lossy().to_lowercase();
    let endings = || values(state, |item| item.file.path.extension(), ending);
    let (now, all) = (&mut filter.ending, &mut counts.types);
    value_list(ui, state, t!("type"), now, upper, all, endings);
    let owned = |text: &str| text.to_owned();
    let cameras = || values(state, LibraryItem::camera, owned);
    let (now, all) = (&mut filter.camera, &mut counts.cameras);
    value_list(ui, state, t!("camera"), now, String::clone, all, cameras);
    let lenses = || values(state, LibraryItem::lens, owned);
    let (now, all) = (&mut filter.lens, &mut counts.lenses);
    value_list(ui, state, t!("lens"), now, String::clone, all, lenses);
    let folders = || {
        // As text, because paths are hashed part by part.
        values(
            state,
            |item| item.file.path.parent().map(Path::as_os_str),
            PathBuf::from,
        )
    };
    let shown = |folder: &PathBuf| folder.display().to_string();
    let (now, all) = (&mut filter.folder, &mut counts.folders);
    value_list(ui, state, t!("folder"), now, shown, all, folders);
}

fn value_list<T: Clone + Ord>(
    ui: &mut Ui,
    state: &State,
    name: &str,
    now: &mut Option<T>,
    text: impl Fn(&T) -> String,
    counts: &mut PerResponse<Vec<(T, usize)>>,
    count: impl FnOnce() -> Vec<(T, usize)>,
) {
    let title = match now {
        Some(now) => t!("value-now", name = name, value = text(now)),
        None => t!("value-any", name = name),
    };
    CollapsingHeader::new(title).id_salt(name).show(ui, |ui| {
        // Counted only while the list is open, because that visits the whole library.
        let counts = counts.get(state, count);
        if ui.selectable_label(now.is_none(), t!("any")).clicked() {
            *now = None;
        }
        if counts.is_empty() {
            ui.label(RichText::new(t!("no-photo-has-one")).small().weak());
        }
        for (value, count) in counts.iter().take(LISTED) {
            let line = t!("value-count", value = text(value), count = *count);
            let on = now.as_ref() == Some(value);
            if ui.selectable_label(on, line).clicked() {
                *now = (!on).then(|| value.clone());
            }
        }
        if counts.len() > LISTED {
            let more = t!("and-count-more", count = counts.len() - LISTED);
            ui.label(RichText::new(more).small().weak());
        }
    });
}
