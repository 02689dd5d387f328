//! Drop zones while files are dragged over the window: search for a picture, or open everything.

use egui::{
    Color32, CornerRadius, FontId, LayerId, Order, Painter, Rect, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, vec2,
};

use super::theme::{self, palette};
use crate::engine::media::scan::is_media_name;
use crate::t;

/// Draws the zones while files are dragged over the window.
pub fn show(ui: &mut Ui, search_zone: Rect) {
    let hovered = ui.input(|input| input.raw.hovered_files.clone());
    if hovered.is_empty() {
        return;
    }
    let picture = |file: &egui::HoveredFile| {
        let path = file.path.as_deref();
        path.is_some_and(is_media_name)
    };
    let screen = ui.ctx().content_rect();
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let layer = LayerId::new(Order::Foreground, egui::Id::unique("drop zones"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(screen, 0.0, Color32::from_black_alpha(130));
    let search = hovered.len() == 1 && picture(&hovered[0]) && search_zone.is_positive();
    let mut open = screen.shrink(10.0);
    if search {
        open.min.y = search_zone.max.y + 10.0;
    }
    let over_search = search && pointer.is_some_and(|at| search_zone.contains(at));
    zone(ui, &painter, open, t!("drop-to-open"), 26.0, !over_search);
    if search {
        let text = t!("drop-to-search");
        let place = search_zone.intersect(screen.shrink(3.0));
        painter.rect_filled(place, f32::from(theme::RADIUS_L), palette(ui).panel);
        zone(ui, &painter, place, text, 15.0, over_search);
    }
}

fn zone(ui: &mut Ui, painter: &Painter, rect: Rect, text: &str, size: f32, here: bool) {
    let palette = palette(ui);
    let (width, colour) = match here {
        true => (3.0, palette.accent),
        false => (2.0, palette.weak),
    };
    let font = FontId::proportional(size);
    let galley = painter.layout_no_wrap(text.to_owned(), font, palette.text);
    // The text has its own background, so that the photos remain visible around it.
    let ground = Rect::from_center_size(rect.center(), galley.size() + vec2(48.0, 28.0));
    let ground = ground.intersect(rect);
    let corner = CornerRadius::same(theme::RADIUS_L);
    let line = Stroke::new(width, colour);
    let clear = Color32::TRANSPARENT;
    painter.rect_filled(ground, corner, palette.panel);
    painter.rect(rect, corner, clear, line, StrokeKind::Inside);
    let at = rect.center() - galley.size() / 2.0;
    painter.galley(at, galley, palette.text);
    let response = ui.interact(rect, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}
