//! Group headings: name, number of photos and dates. A click selects the group.

use egui::{Align2, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::theme::{self, palette};
use super::widgets::{elided, photos};
use crate::app::command::Command;
use crate::app::document::arrange::{Heading, PhotoGroup};
use crate::app::document::calendar;
use crate::app::document::grid_layout::{GAP, GridLayout};
use crate::app::document::labels::Label;
use crate::app::document::state::State;
use crate::t;

/// Draws the visible headings.
pub fn show(
    ui: &mut Ui,
    view: Rect,
    layout: &GridLayout,
    offset: f64,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let groups = &state.response.arrangement.groups;
    for (at, place) in layout.headers(offset, view.height()) {
        let Some(group) = groups.get(at) else {
            continue;
        };
        let rect = place.translate(view.min.to_vec2());
        heading(ui, rect, at, group, state, commands);
    }
}

/// The text of a heading, and its label if the group belongs to one.
fn words<'a>(group: &'a PhotoGroup, state: &'a State) -> (&'a str, Option<&'a Label>) {
    match &group.heading {
        Heading::Label(at) => {
            let label = state.response.labels.get(*at);
            (label.map_or("", |label| label.text.as_str()), label)
        }
        Heading::NearMisses(_) => (t!("just-below-line"), None),
        Heading::SomethingElse => (t!("something-else"), None),
        Heading::NotRead => (t!("not-read-yet"), None),
        Heading::Named(name) => (name, None),
    }
}

fn heading(
    ui: &mut Ui,
    rect: Rect,
    at: usize,
    group: &PhotoGroup,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let palette = palette(ui);
    let (name, label) = words(group, state);
    let response = ui.interact(rect, ui.scope_id().with(("heading", at)), Sense::CLICK);
    let accessible_name = t!("select-all-of", name = name, photos = photos(group.len));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &accessible_name));
    if response.hovered() {
        let ground = rect.shrink2(vec2(GAP / 2.0, 3.0));
        ui.painter()
            .rect_filled(ground, theme::RADIUS, palette.panel);
    }
    let y = rect.center().y;
    let mut x = rect.min.x + GAP;
    if let Some(label) = label {
        let fill = theme::label_colour(label.colour);
        ui.painter().circle_filled(pos2(x + 6.0, y), 6.0, fill);
        x += 20.0;
    }
    if matches!(group.heading, Heading::NearMisses(_)) {
        let line = egui::Stroke::new(1.5, palette.line);
        ui.painter()
            .hline(rect.x_range().shrink(GAP), rect.min.y + 2.0, line);
    }
    // The width of a single photo suffices for the name, and for a short number of photos.
    let available = rect.max.x - x - GAP;
    let text = elided(ui, name, 16.0, palette.text, available * 0.75);
    let width = text.size().x;
    let top = y - text.size().y / 2.0;
    ui.painter().galley(pos2(x, top), text, palette.text);
    x += width + theme::SPACE_M;
    let mut facts = photos(group.len);
    if let Some((first, last)) = group.days.filter(|_| dates_add_information(group)) {
        facts = t!(
            "photos-span",
            photos = facts,
            span = calendar::span_text(first, last)
        );
    }
    let facts = elided(
        ui,
        &facts,
        theme::TEXT_S,
        palette.weak,
        rect.max.x - x - GAP,
    );
    let end = x + facts.size().x;
    let top = y - facts.size().y / 2.0;
    ui.painter().galley(pos2(x, top), facts, palette.weak);
    let near = near_button(ui, rect.with_min_x(end + theme::SPACE_M), at, group, state);
    if let Some((id, true)) = near {
        commands.push(Command::ToggleNear(id));
    } else if near.is_none() && response.hovered() {
        right_text(ui, rect, end, t!("select-all"));
    }
    if response.clicked() {
        let range = group.first..group.first + group.len;
        let ids = state.response.arrangement.order.get(range);
        let adds = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        commands.push(Command::SelectItems(ids.unwrap_or_default().to_vec(), adds));
    }
}

/// Whether the dates of a group add information to its name.
fn dates_add_information(group: &PhotoGroup) -> bool {
    let one_day = group.days.is_some_and(|(first, last)| first == last);
    match &group.heading {
        Heading::Named(name) => group
            .days
            .is_some_and(|(first, _)| !one_day || **name != calendar::day_text(first)),
        _ => true,
    }
}

fn right_text(ui: &Ui, rect: Rect, from: f32, text: &str) {
    let place = rect.right_center() - vec2(GAP, 0.0);
    let galley = elided(ui, text, theme::TEXT_S, palette(ui).accent, 160.0);
    if place.x - galley.size().x > from {
        let colour = palette(ui).accent;
        let font = FontId::proportional(theme::TEXT_S);
        ui.painter()
            .text(place, Align2::RIGHT_CENTER, text, font, colour);
    }
}

/// The number of photos just below the label's threshold, as a button. Returns the label and whether it was clicked.
fn near_button(
    ui: &Ui,
    place: Rect,
    at: usize,
    group: &PhotoGroup,
    state: &State,
) -> Option<(u32, bool)> {
    let Heading::Label(label) = group.heading else {
        return None;
    };
    let count = state.response.arrangement.near.get(label).copied();
    let count = count.filter(|count| *count > 0 && !state.memory.filter.near)?;
    let label = state.response.labels.get(label)?;
    // A label that is still being typed has no threshold of its own yet.
    state.memory.labels.iter().find(|l| l.id == label.id)?;
    let text = t!("more-below-line", count = count);
    let galley = elided(ui, &text, theme::TEXT_S, palette(ui).accent, 240.0);
    let size = galley.size();
    if size.x + GAP > place.width() {
        return None;
    }
    let corner = pos2(place.max.x - GAP - size.x, place.center().y - size.y / 2.0);
    let rect = Rect::from_min_size(corner, size);
    let id = ui.scope_id().with(("near", at));
    let response = ui.interact(rect.expand(4.0), id, Sense::CLICK);
    let name = t!("show-more-below", text = text, label = label.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let colour = palette(ui).accent;
    ui.painter().galley(corner, galley, colour);
    if response.hovered() {
        let line = egui::Stroke::new(1.0, colour);
        ui.painter().hline(rect.x_range(), rect.max.y, line);
    }
    Some((label.id, response.clicked()))
}
