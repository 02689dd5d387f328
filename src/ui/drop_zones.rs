//! Where files go that are held over the window: a picture can be searched for, everything can be opened.

use egui::{
    Align2, Color32, CornerRadius, FontId, LayerId, Order, Painter, Rect, Role, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo,
};

use super::theme::{self, palette};
use crate::engine::media::scan::{is_picture_name, is_video_name};

/// Draws the zones while files are held over the window.
pub fn show(ui: &mut Ui, search_zone: Rect) {
    let hovered = ui.input(|input| input.raw.hovered_files.clone());
    if hovered.is_empty() {
        return;
    }
    let picture = |file: &egui::HoveredFile| {
        let path = file.path.as_deref();
        path.is_some_and(|path| is_picture_name(path) || is_video_name(path))
    };
    let screen = ui.ctx().content_rect();
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let layer = LayerId::new(Order::Foreground, egui::Id::unique("drop zones"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(screen, 0.0, Color32::from_black_alpha(150));
    let search = hovered.len() == 1 && picture(&hovered[0]) && search_zone.is_positive();
    let mut open = screen.shrink(10.0);
    if search {
        open.min.y = search_zone.max.y + 10.0;
    }
    let over_search = search && pointer.is_some_and(|at| search_zone.contains(at));
    zone(ui, &painter, open, "Drop to open", 26.0, !over_search);
    if search {
        let text = "Drop to search for photos like it";
        zone(ui, &painter, search_zone, text, 15.0, over_search);
    }
}

fn zone(ui: &mut Ui, painter: &Painter, rect: Rect, text: &str, size: f32, here: bool) {
    let palette = palette(ui);
    let line = match here {
        true => Stroke::new(3.0, palette.accent),
        false => Stroke::new(2.0, palette.weak),
    };
    let corner = CornerRadius::same(theme::RADIUS_L);
    painter.rect(
        rect,
        corner,
        Color32::from_black_alpha(120),
        line,
        StrokeKind::Inside,
    );
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(size),
        Color32::WHITE,
    );
    let response = ui.interact(rect, ui.scope_id().with(text), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}
