//! A grid cell: picture, caption and badges.

use egui::{
    Align2, Color32, CornerRadius, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, epaint::RectShape, pos2, vec2,
};

use super::icons::{self, Icon};
use super::photo_menu::photo_menu;
use super::textures::side_for;
use super::theme::{self, palette};
use super::widgets::{elided, percent, percent_digits, photos};
use super::{Interface, stacks, top_bar, videos};
use crate::app::command::Command;
use crate::app::document::arrange::Heading;
use crate::app::document::calendar;
use crate::app::document::filter::LabelFit;
use crate::app::document::library::{ItemId, LibraryItem};
use crate::app::document::search_text::asks_nothing;
use crate::app::document::selection::SelectionMode;
use crate::app::document::state::State;
use crate::app::tasks::pictures::ThumbKey;
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::{Colour, Flag, Mark};
use crate::{t, text};

/// Height of the caption.
const CAPTION: f32 = 22.0;

/// The widget id of a photo's cell.
pub fn cell_id(ui: &Ui, id: ItemId) -> egui::Id {
    ui.scope_id().with(("cell", id))
}

impl Interface {
    /// Draws a photo's cell in the group with a heading.
    pub(super) fn cell(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        id: ItemId,
        heading: Option<&Heading>,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        let Some(item) = state.item(id) else { return };
        let near = matches!(heading, Some(Heading::NearMisses(_)));
        let mark = state.library.mark(id);
        // Cells are not focusable with Tab, because there may be a hundred thousand. Arrow keys move between them.
        let selected = state.selection.contains(id);
        // Selected cells can be dragged. A drag that starts on any other cell selects with a rubber band.
        let sense = match selected {
            true => Sense::CLICK | Sense::DRAG,
            false => Sense::CLICK,
        };
        let response = ui.interact(rect, cell_id(ui, id), sense);
        if selected {
            response.dnd_set_drag_payload(DraggedPhotos);
            if response.dragged() {
                dragged(ui, state);
            }
        }
        response.widget_info(|| {
            let name = accessible_name(item, id, mark, state);
            WidgetInfo::selected(Role::ListItem, true, selected, name)
        });
        let picture = rect.with_max_y(rect.max.y - CAPTION).shrink(4.0);
        let dim = match (mark.flag, near) {
            (Flag::Reject, _) => 0.35,
            (_, true) => 0.6,
            _ => 1.0,
        };
        let content = videos::shown(state, id, item);
        self.paint_picture(ui, rect, picture, content, dim);
        paint_frame(
            ui,
            rect,
            &response,
            selected,
            state.selection.cursor == Some(id),
        );
        paint_caption(ui, rect, item, id, heading, state);
        paint_badges(ui, picture, item, mark);
        videos::paint_mark(ui, picture, state, id, item);
        stacks::paint_stack_badge(ui, picture, state, id);
        clicks(ui, &response, id, state, commands);
        response.context_menu(|ui| photo_menu(ui, state, commands));
        if let Some(warning) = item.warning() {
            response.on_hover_ui(|ui| {
                ui.label(format!("{}\n{}", item.name, text::sentence(warning)));
            });
        }
    }

    fn paint_picture(
        &mut self,
        ui: &Ui,
        cell: Rect,
        picture: Rect,
        content: Option<ContentId>,
        dim: f32,
    ) {
        let palette = palette(ui);
        ui.painter().rect_filled(cell, theme::RADIUS, palette.panel);
        let Some(content) = content else {
            let middle = Rect::from_center_size(picture.center(), vec2(40.0, 40.0));
            icons::paint(ui.painter(), Icon::Broken, middle, palette.weak);
            return;
        };
        self.paint_thumbnail(ui, picture, content, dim);
    }

    /// Draws a thumbnail into a rectangle, if it is loaded.
    pub(super) fn paint_thumbnail(&mut self, ui: &Ui, place: Rect, content: ContentId, dim: f32) {
        let side = side_for(place.width() * ui.pixels_per_point());
        let Some(texture) = self.textures.get(ThumbKey { content, side }) else {
            return;
        };
        let size = texture.size_vec2();
        // Small pictures are enlarged to at most twice their size.
        let scale = (place.width() / size.x).min(place.height() / size.y);
        let rect = Rect::from_center_size(place.center(), size * scale.min(2.0));
        let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        let tint = Color32::WHITE.gamma_multiply(dim);
        let shape = RectShape::filled(rect, CornerRadius::same(3), tint);
        ui.painter().add(shape.with_texture(texture.id(), uv));
    }
}

fn paint_frame(ui: &Ui, rect: Rect, response: &Response, selected: bool, cursor: bool) {
    let palette = palette(ui);
    let line = if selected {
        Stroke::new(2.5, palette.accent)
    } else if cursor {
        Stroke::new(1.0, palette.accent)
    } else if response.hovered() {
        Stroke::new(1.0, palette.weak)
    } else {
        return;
    };
    if selected {
        let veil = palette.accent.gamma_multiply(0.12);
        ui.painter().rect_filled(rect, theme::RADIUS, veil);
    }
    ui.painter()
        .rect_stroke(rect, theme::RADIUS, line, StrokeKind::Inside);
}

/// The label in a photo's caption, its match, and whether it fits: the label of the group, of the filter, the best one,
/// or the one that the photo misses most closely.
pub fn caption_label(
    id: ItemId,
    heading: Option<&Heading>,
    state: &State,
) -> Option<(usize, f32, bool)> {
    let scored = state.response.scored();
    let context_label = match (heading, state.memory.filter.fit) {
        (Some(Heading::Label(at) | Heading::NearMisses(at)), _) => Some(*at),
        (_, LabelFit::Label(label)) => scored.labels.iter().position(|l| l.id == label),
        _ => None,
    };
    let in_context =
        context_label.and_then(|at| Some((at, scored.matched(at, id)?, scored.fits(at, id))));
    in_context
        .or_else(|| scored.best(id).map(|(at, matched)| (at, matched, true)))
        .or_else(|| scored.nearest(id).map(|(at, matched)| (at, matched, false)))
}

/// The match of a photo with the search, whatever the sort order.
fn found(id: ItemId, state: &State) -> Option<f32> {
    let searched = !asks_nothing(&state.search);
    state
        .response
        .scored()
        .search_match(id)
        .filter(|_| searched)
}

/// The caption: label and match, or the file name. The label in the heading is not repeated.
fn paint_caption(
    ui: &Ui,
    rect: Rect,
    item: &LibraryItem,
    id: ItemId,
    heading: Option<&Heading>,
    state: &State,
) {
    let palette = palette(ui);
    let line = rect
        .with_min_y(rect.max.y - CAPTION)
        .shrink2(vec2(8.0, 0.0));
    let show = state.memory.captions_show_matches;
    let found = found(id, state).filter(|_| show);
    let label = caption_label(id, heading, state).filter(|_| show && found.is_none());
    let mut left = line.min.x;
    let mut right = line.max.x;
    let (mut text, mut colour) = (item.name.as_str(), palette.text);
    if let Some((at, matched, fits)) = label {
        right = match_at_right(ui, line, matched) - 6.0;
        let is_in_heading = matches!(heading, Some(Heading::Label(of)) if *of == at);
        if is_in_heading {
            colour = palette.weak;
        } else {
            let label = &state.response.labels[at];
            text = &label.text;
            colour = if fits { palette.text } else { palette.weak };
            let dot = pos2(left + 4.0, line.center().y);
            let fill = theme::label_colour(label.colour);
            match fits {
                true => ui.painter().circle_filled(dot, 4.5, fill),
                false => ui.painter().circle_stroke(dot, 4.0, Stroke::new(1.5, fill)),
            };
            left += 14.0;
        }
    } else if let Some(matched) = found {
        right = match_at_right(ui, line, matched) - 6.0;
    } else if show {
        colour = palette.weak;
    }
    let text = elided(ui, text, theme::TEXT_S, colour, right - left);
    let top = line.center().y - text.size().y / 2.0;
    ui.painter().galley(pos2(left, top), text, colour);
}

/// Draws a match right-aligned in the caption, and returns its left edge.
fn match_at_right(ui: &Ui, line: Rect, matched: f32) -> f32 {
    let font = FontId::proportional(theme::TEXT_S);
    let (painter, weak) = (ui.painter(), palette(ui).weak);
    let text = painter.text(
        line.right_center(),
        Align2::RIGHT_CENTER,
        percent(matched),
        font,
        weak,
    );
    text.min.x
}

/// Draws the marks and warnings over the picture.
fn paint_badges(ui: &Ui, picture: Rect, item: &LibraryItem, mark: Mark) {
    let palette = palette(ui);
    let sign = |at: Pos2, icon: Icon, fill: Color32| {
        ui.painter().circle_filled(at, 10.0, palette.panel);
        ui.painter().circle_filled(at, 9.0, fill);
        let rect = Rect::from_center_size(at, vec2(14.0, 14.0));
        icons::paint(ui.painter(), icon, rect, theme::text_on(fill));
    };
    let corner = picture.right_top() + vec2(-9.0, 9.0);
    match mark.flag {
        Flag::Pick => sign(corner, Icon::Tick, palette.good),
        Flag::Reject => sign(corner, Icon::Cross, palette.bad),
        Flag::None => {}
    }
    if item.warning().is_some() {
        let at = picture.left_top() + vec2(9.0, 9.0);
        let rect = Rect::from_center_size(at, vec2(18.0, 18.0));
        icons::paint(ui.painter(), Icon::Warning, rect, palette.warn);
    }
    stars(ui, picture.left_bottom() + vec2(2.0, -2.0), mark.stars);
    if let Some(colour) = mark.colour {
        let at = picture.right_bottom() + vec2(-9.0, -9.0);
        colour_dot(ui, at, colour);
    }
}

/// A colour mark on a background that keeps it visible over any picture.
pub fn colour_dot(ui: &Ui, at: Pos2, colour: Colour) {
    ui.painter()
        .circle_filled(at, 8.0, Color32::from_black_alpha(170));
    ui.painter()
        .circle_filled(at, 5.5, theme::mark_colour(colour));
}

/// Stars in a row, on a background that keeps them readable over any picture.
pub fn stars(ui: &Ui, left_bottom: Pos2, count: u8) {
    if count == 0 {
        return;
    }
    let size = vec2(13.0 * f32::from(count) + 6.0, 16.0);
    let ground = Rect::from_min_size(left_bottom - vec2(0.0, size.y), size);
    ui.painter()
        .rect_filled(ground, 8.0, Color32::from_black_alpha(170));
    for n in 0..count {
        let at = pos2(ground.min.x + 9.5 + 13.0 * f32::from(n), ground.center().y);
        let rect = Rect::from_center_size(at, vec2(12.0, 12.0));
        icons::paint(
            ui.painter(),
            Icon::Star,
            rect,
            Color32::from_rgb(0xF2, 0xB8, 0x4B),
        );
    }
}

/// Drag-and-drop payload: the selected photos, which can be dropped onto a label.
pub struct DraggedPhotos;

/// The drag image of the selected photos.
fn dragged(ui: &Ui, state: &State) {
    let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else {
        return;
    };
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("dragged photos"));
    let painter = ui.ctx().layer_painter(layer);
    let text = t!("drop-onto-label", photos = photos(state.selection.len()));
    super::widgets::badge(
        &painter,
        pointer + vec2(14.0, 8.0),
        &text,
        palette(ui).accent,
    );
}

fn clicks(ui: &Ui, response: &Response, id: ItemId, state: &State, commands: &mut Vec<Command>) {
    if response.double_clicked() {
        commands.push(Command::ViewItem(id));
    } else if response.clicked() {
        let modifiers = ui.input(|input| input.modifiers);
        let mode = match (modifiers.command, modifiers.shift) {
            (true, _) => SelectionMode::Toggle,
            (_, true) => SelectionMode::Range,
            _ => SelectionMode::Only,
        };
        commands.push(Command::SelectionMode(id, mode));
    }
    // Right-clicking a photo that is not selected opens a menu for that photo only.
    if response.secondary_clicked() && !state.selection.contains(id) {
        commands.push(Command::SelectionMode(id, SelectionMode::Only));
    }
}

/// A match as screen readers speak it: "97 percent", "0.4 percent".
fn spoken_percent(matched: f32) -> String {
    match percent_digits(matched) {
        Some(digits) => {
            let number = text::decimal(f64::from(matched) * 100.0, digits);
            t!("spoken-percent", number = number)
        }
        None => t!("spoken-less", number = text::decimal(0.1, 1)),
    }
}

/// The accessible name: "cat.jpg, cat, perhaps sofa; sharp, pets 97 percent, taken 14 May 2024, picked, 4 stars".
pub fn accessible_name(item: &LibraryItem, id: ItemId, mark: Mark, state: &State) -> String {
    let mut name = item.name.clone();
    name.push_str(&videos::accessible_text(state, id, item));
    for part in [
        state.findings().accessible_text(id),
        stacks::accessible_text(state, id),
    ] {
        add(&mut name, part);
    }
    if let Some((at, matched, fits)) = caption_label(id, None, state) {
        let text = &state.response.labels[at].text;
        let percent = spoken_percent(matched);
        let part = match fits {
            true => t!("spoken-fits", label = text, percent = percent),
            false => t!("spoken-nearest", label = text, percent = percent),
        };
        add(&mut name, Some(part));
    }
    if let Some(matched) = found(id, state) {
        add(
            &mut name,
            Some(t!("spoken-found", percent = spoken_percent(matched))),
        );
    }
    let taken = item.facts().and_then(|facts| facts.taken.as_ref());
    if let Some(day) = taken.and_then(|taken| calendar::day_of(taken.as_str())) {
        add(
            &mut name,
            Some(t!("spoken-taken", day = calendar::day_text(day))),
        );
    }
    match mark.flag {
        Flag::Pick => add(&mut name, Some(t!("spoken-picked").into())),
        Flag::Reject => add(&mut name, Some(t!("spoken-rejected").into())),
        Flag::None => {}
    }
    if mark.stars > 0 {
        add(&mut name, Some(top_bar::stars_text(mark.stars)));
    }
    if let Some(colour) = mark.colour {
        let colour = text::in_sentence(&text::words(colour.name()));
        add(&mut name, Some(t!("spoken-colour", colour = colour)));
    }
    if let Some(warning) = item.warning() {
        add(
            &mut name,
            Some(t!("spoken-problem", problem = text::sentence(warning))),
        );
    }
    name
}

/// Appends a part to the accessible name.
fn add(name: &mut String, part: Option<String>) {
    if let Some(part) = part {
        name.push_str(t!("spoken-separator"));
        name.push_str(&part);
    }
}
