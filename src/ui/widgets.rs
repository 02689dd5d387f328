//! Small widgets shared by several panels.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Align2, Button, Color32, FontId, Galley, Layout, Painter, Pos2, Rect, Response, Role,
    ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, vec2,
};

use egui_extras::{Column, TableBuilder};

use super::icons::{self, Icon};
use super::theme::{self, palette};
use crate::app::command::{Action, Command};
use crate::app::document::state::State;
use crate::t;
use crate::text::{self, Digits};

/// Formats a size with its unit.
#[must_use]
pub fn bytes(count: u64) -> String {
    text::bytes(count, Digits::Grouped)
}

/// A table with two columns of small text under headings. Rows are created only when visible.
pub struct TextTable {
    /// The id of the table.
    pub id: &'static str,
    /// The column headings.
    pub headings: [&'static str; 2],
    /// Width of the first column in points.
    pub first: f32,
    /// Maximum height in points.
    pub height: f32,
}

impl TextTable {
    /// Draws the table. `row` returns the texts of a row.
    pub fn show(&self, ui: &mut Ui, rows: usize, row: impl Fn(usize) -> [String; 2]) {
        let small = |ui: &mut Ui, text: egui::RichText| {
            ui.add(egui::Label::new(text.small()).truncate());
        };
        ui.push_id(self.id, |ui| {
            TableBuilder::new(ui)
                .striped(true)
                .cell_layout(Layout::left_to_right(Align::Center))
                .min_scrolled_height(60.0)
                .max_scroll_height(self.height)
                .auto_shrink([false, true])
                .column(Column::initial(self.first).clip(true))
                .column(Column::remainder().clip(true))
                .header(20.0, |mut header| {
                    for name in self.headings {
                        header.col(|ui| small(ui, egui::RichText::new(name).strong()));
                    }
                })
                .body(|body| {
                    body.rows(20.0, rows, |mut line| {
                        for text in row(line.index()) {
                            line.col(|ui| small(ui, text.into()));
                        }
                    });
                });
        });
    }
}

/// Side of an icon button.
pub const ICON_BUTTON: f32 = 28.0;

/// An icon button. `name` is its accessible name and tooltip.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_button_sized(ui, icon, name, ICON_BUTTON)
}

/// An icon button of a given size.
pub fn icon_button_sized(ui: &mut Ui, icon: Icon, name: &str, side: f32) -> Response {
    icon_button_sensing(ui, icon, name, side, Sense::click())
}

/// An icon button with a given [`Sense`].
pub fn icon_button_sensing(
    ui: &mut Ui,
    icon: Icon,
    name: &str,
    side: f32,
    sense: Sense,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let palette = palette(ui);
        let lively = response.hovered() || response.has_focus();
        if lively && ui.is_enabled() {
            ui.painter()
                .rect_filled(rect, theme::RADIUS, palette.hovered);
        }
        if response.has_focus() {
            let line = Stroke::new(1.5, palette.accent);
            ui.painter()
                .rect_stroke(rect, theme::RADIUS, line, StrokeKind::Inside);
        }
        let colour = if ui.is_enabled() {
            palette.text
        } else {
            palette.weak.gamma_multiply(0.5)
        };
        icons::paint(ui.painter(), icon, rect.shrink(side * 0.22), colour);
    }
    response.on_hover_text(name)
}

/// A small button that is at least as high as all fonts of its text. egui uses the height of the first font, which is
/// Latin, so taller Chinese and Japanese glyphs would extend beyond the button.
pub fn small_button(ui: &mut Ui, text: &str) -> Response {
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let glyphs = galley.rows.iter().flat_map(|row| &row.glyphs);
    let height = glyphs
        .filter(|glyph| glyph.font_face_height > glyph.font_height)
        .map(|glyph| glyph.font_face_height)
        .fold(0.0, f32::max);
    ui.add(Button::new(text).small().min_size(vec2(0.0, height)))
}

/// The primary button of a dialog or panel.
pub fn main_button(ui: &mut Ui, text: &str) -> Response {
    let palette = palette(ui);
    let text = egui::RichText::new(text).color(palette.on_accent).strong();
    ui.add(
        Button::new(text)
            .fill(palette.accent)
            .min_size(vec2(0.0, 32.0)),
    )
}

/// A menu entry for an action, with its shortcut.
pub fn menu_entry(ui: &mut Ui, state: &State, action: Action, commands: &mut Vec<Command>) {
    let entry = action.entry();
    let mut button = Button::new(entry.name).frame(false);
    if let Some(keys) = action.key_text() {
        button = button.shortcut_text(keys);
    }
    let response = ui.add_enabled(action.enabled(state), button);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_label(entry.name);
        node.set_keyboard_shortcut(action.key_text().unwrap_or_default());
    });
    if response.clicked() {
        commands.push(Command::Do(action));
        ui.close();
    }
}

/// The entries of a menu. In a window that is too low for all of them, they scroll.
pub fn menu_entries(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    // The margin and the border of the menu, above and below.
    const AROUND: f32 = 24.0;
    let height = ui.ctx().content_rect().height() - AROUND;
    // The frame that measures the menu would otherwise limit its height.
    ui.set_max_height(height);
    let area = ScrollArea::vertical().max_height(height);
    area.show(ui, contents);
}

/// One line of text, truncated with "…" if too long.
pub fn elided(ui: &Ui, text: &str, size: f32, colour: Color32, width: f32) -> Arc<Galley> {
    let format = TextFormat::simple(FontId::proportional(size), colour);
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping {
        max_width: width,
        max_rows: 1,
        break_anywhere: true,
        ..TextWrapping::default()
    };
    ui.painter().layout_job(job)
}

/// Text on a coloured background. Returns its rectangle.
pub fn badge(painter: &Painter, at: Pos2, text: &str, fill: Color32) -> Rect {
    let colour = theme::text_on(fill);
    let galley =
        painter.layout_no_wrap(text.to_owned(), FontId::proportional(theme::TEXT_S), colour);
    let rect = Rect::from_min_size(at, galley.size() + vec2(10.0, 2.0));
    painter.rect_filled(rect, theme::RADIUS, fill);
    painter.galley(at + vec2(5.0, 1.0), galley, colour);
    rect
}

/// The layout of a chip's text, and the width of the chip.
fn chip_text(ui: &Ui, text: &str) -> (Arc<Galley>, f32) {
    let galley = elided(ui, text, theme::TEXT_S, palette(ui).text, 200.0);
    let width = galley.size().x + 30.0;
    (galley, width)
}

/// Width of a chip.
pub fn chip_width(ui: &Ui, text: &str) -> f32 {
    chip_text(ui, text).1
}

/// A chip for an active option, which a click removes.
pub fn chip(ui: &mut Ui, text: &str, name: &str) -> Response {
    let palette = palette(ui);
    let (galley, width) = chip_text(ui, text);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let lively = response.hovered() || response.has_focus();
    let fill = if lively {
        palette.hovered
    } else {
        palette.raised
    };
    ui.painter().rect_filled(rect, 11.0, fill);
    let top = rect.center().y - galley.size().y / 2.0;
    ui.painter()
        .galley(egui::pos2(rect.min.x + 9.0, top), galley, palette.text);
    let cross = Rect::from_center_size(rect.right_center() - vec2(12.0, 0.0), vec2(12.0, 12.0));
    icons::paint(ui.painter(), Icon::Cross, cross, palette.weak);
    response.on_hover_text(name)
}

/// The display text of a match or probability.
#[must_use]
pub fn percent(value: f32) -> String {
    match percent_digits(value) {
        Some(digits) => text::percent(value.into(), digits),
        None => t!("less-than", percent = text::percent(0.001, 1)),
    }
}

/// Number of decimals of a percentage; `None` if it is above 0 but too small for one decimal. Values near 0 and 100 %
/// have one decimal, because they would otherwise be rounded to 0 or 100 %.
#[must_use]
pub fn percent_digits(value: f32) -> Option<usize> {
    let percent = value * 100.0;
    let is_tiny = percent > 0.0 && percent < 0.05;
    let is_near_an_end = (percent > 99.0 && percent < 99.95) || (0.05..0.95).contains(&percent);
    (!is_tiny).then_some(usize::from(is_near_an_end))
}

/// The display text of a threshold, in steps of 0.1 %.
#[must_use]
pub fn fine_percent(value: f32) -> String {
    let tenths = (value * 1000.0).round();
    let digits = usize::from(tenths % 10.0 != 0.0);
    text::percent(f64::from(tenths) / 1000.0, digits)
}

/// An icon button that is not focusable with Tab: each label has a single tab stop, its text.
pub fn quiet_button(ui: &mut Ui, icon: Icon, name: &str) -> egui::Response {
    icon_button_sensing(ui, icon, name, 20.0, Sense::CLICK)
}

/// A number of photos as text: "1 photo", "2 photos".
#[must_use]
pub fn photos(count: usize) -> String {
    t!("photos", count = count)
}

/// The display text of a duration.
#[must_use]
pub fn duration(time: std::time::Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => t!("duration-seconds", seconds = seconds),
        seconds @ 60..3600 => t!(
            "duration-minutes",
            minutes = seconds / 60,
            seconds = format!("{:02}", seconds % 60)
        ),
        seconds => t!(
            "duration-hours",
            hours = seconds / 3600,
            minutes = format!("{:02}", seconds / 60 % 60)
        ),
    }
}

/// Centred text in a rectangle.
pub fn centred(painter: &Painter, rect: Rect, text: &str, size: f32, colour: Color32) {
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(size),
        colour,
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(photos(9_804), "9,804 photos");
        assert_eq!(photos(1), "1 photo");
        assert_eq!(percent(0.974), "97 %");
        assert_eq!(percent(0.996), "99.6 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.004), "0.4 %");
        assert_eq!(
            (percent(0.0), percent(0.0003)),
            ("0 %".into(), "< 0.1 %".into())
        );
        assert_eq!(
            (fine_percent(0.125), fine_percent(0.2)),
            ("12.5 %".into(), "20 %".into())
        );
        assert_eq!(bytes(12_345_678), "12.3 MB");
        assert_eq!(duration(Duration::from_secs(59)), "59 s");
        assert_eq!(duration(Duration::from_secs(3700)), "1 h 01 min");
    }
}
