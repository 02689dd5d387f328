//! A strip of the neighbouring photos below the viewer.

use egui::{Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::Interface;
use super::theme::{self, palette};
use super::videos;
use crate::app::command::Command;
use crate::app::document::state::State;
use crate::engine::organize::marks::Flag;
use crate::t;

/// Width of a photo in the strip.
const CELL: f32 = 96.0;
/// Space between photos.
const GAP: f32 = 4.0;

impl Interface {
    /// Draws the strip around an index of the display order.
    pub(super) fn filmstrip(
        &mut self,
        ui: &mut Ui,
        state: &State,
        place: Option<usize>,
        commands: &mut Vec<Command>,
    ) {
        let order = &state.response.arrangement.order;
        let Some(here) = place else { return };
        let view = ui.available_rect_before_wrap();
        let list = ui.interact(view, ui.scope_id().with("strip"), Sense::hover());
        list.widget_info(|| WidgetInfo::labeled(Role::List, true, t!("filmstrip")));
        let fit = (view.width() / (CELL + GAP)) as usize + 2;
        let first = here.saturating_sub(fit / 2);
        let seen = first..(here + fit / 2 + 1).min(order.len());
        for place in seen {
            let Some(item) = state.item(order[place]).cloned() else {
                continue;
            };
            let from_middle = place as f32 - here as f32;
            let x = view.center().x - CELL / 2.0 + from_middle * (CELL + GAP);
            let corner = pos2(x, view.min.y + GAP);
            let cell = egui::Rect::from_min_size(corner, vec2(CELL, view.height() - 2.0 * GAP));
            if !cell.intersects(view) {
                continue;
            }
            let id = ui.scope_id().with(("strip", order[place]));
            let response = ui.interact(cell.intersect(view), id, Sense::CLICK);
            let chosen = place == here;
            let video = videos::accessible_text(state, order[place], &item);
            let name = t!("in-the-strip", name = item.name, video = video);
            response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, chosen, &name));
            let palette = palette(ui);
            ui.painter()
                .rect_filled(cell, theme::RADIUS, palette.raised);
            let flag = state.library.mark(order[place]).flag;
            let dim = if flag == Flag::Reject { 0.35 } else { 1.0 };
            if let Some(content) = videos::shown(state, order[place], &item) {
                self.paint_thumbnail(ui, cell.shrink(3.0), content, dim);
            }
            if chosen || response.hovered() {
                let width = if chosen { 2.5 } else { 1.0 };
                let line = Stroke::new(width, palette.accent);
                ui.painter()
                    .rect_stroke(cell, theme::RADIUS, line, StrokeKind::Inside);
            }
            if response.clicked() {
                commands.push(Command::ViewItem(order[place]));
            }
        }
    }
}
