//! How matches of a label spread, and the line from which a photo fits.

use egui::{Color32, Key, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::theme::{self, palette};
use super::widgets::{elided, fine_percent};
use crate::app::command::Command;
use crate::app::document::arrange::BARS;
use crate::app::document::labels::Label;
use crate::app::document::match_axis;
use crate::app::document::state::State;

/// Height of a histogram.
pub const HEIGHT: f32 = 34.0;

/// How matches spread over the folder, with the line from which a photo fits; the line can be dragged.
pub fn histogram(
    ui: &mut Ui,
    state: &State,
    place: Option<usize>,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let name = format!("Threshold of {}", label.text);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(label.min_match), &name));
    let bars = rect.with_max_y(rect.max.y - 4.0);
    let counts = place.and_then(|place| state.answer.arrangement.histograms.get(place));
    if let Some(counts) = counts {
        paint_bars(ui, bars, counts, label);
    }
    paint_threshold(
        ui,
        rect,
        label,
        response.hovered() || response.dragged() || response.has_focus(),
    );
    if let Some(pointer) = response.interact_pointer_pos() {
        let to = (pointer.x - rect.min.x) / rect.width();
        commands.push(Command::SetMinMatch(label.id, match_axis::matched_at(to)));
    }
    if response.has_focus() {
        ui.memory_mut(|memory| {
            let arrows = egui::EventFilter {
                horizontal_arrows: true,
                ..egui::EventFilter::default()
            };
            memory.set_focus_lock_filter(response.id, arrows);
        });
        let (left, right, far) = ui.input(|input| {
            (
                input.key_pressed(Key::ArrowLeft),
                input.key_pressed(Key::ArrowRight),
                input.modifiers.shift,
            )
        });
        let steps = if far { 10.0 } else { 1.0 };
        let by =
            steps * match_axis::STEP * (f32::from(u8::from(right)) - f32::from(u8::from(left)));
        if by != 0.0 {
            commands.push(Command::SetMinMatch(label.id, label.min_match + by));
        }
    }
    response.on_hover_text(format!(
        "A photo fits from a match of {} on: drag the line, or step with the arrow keys, with Shift in larger steps",
        fine_percent(label.min_match)
    ));
}

/// Bars of a histogram, those of photos that fit in the label's colour.
pub fn paint_bars(ui: &Ui, rect: Rect, counts: &[u32; BARS], label: &Label) {
    // Nearly all photos of a folder have nothing to do with a label: only roots of counts show the rest.
    let height = |count: u32| f64::from(count).sqrt().sqrt() as f32;
    let most = counts.iter().copied().max().map_or(1.0, height).max(1.0);
    let width = rect.width() / BARS as f32;
    let colour = theme::label_colour(label.colour);
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let fits = (at as f32 + 0.5) / BARS as f32 >= match_axis::place(label.min_match);
        let fill = if fits { colour } else { palette(ui).line };
        let top = rect.max.y - rect.height() * height(*count) / most;
        let left = rect.min.x + at as f32 * width;
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + width - 1.0, rect.max.y));
        ui.painter().rect_filled(bar, 1.0, fill);
    }
}

fn paint_threshold(ui: &Ui, rect: Rect, label: &Label, lively: bool) {
    let palette = palette(ui);
    let x = rect.min.x + rect.width() * match_axis::place(label.min_match);
    let base = rect.max.y - 4.0;
    ui.painter()
        .hline(rect.x_range(), base, Stroke::new(1.0, palette.line));
    let colour = if lively { palette.accent } else { palette.text };
    ui.painter()
        .vline(x, rect.min.y..=base, Stroke::new(1.5, colour));
    ui.painter().circle_filled(pos2(x, base), 4.0, colour);
    let text = elided(ui, &fine_percent(label.min_match), 10.5, palette.weak, 60.0);
    let right = x + 5.0 + text.size().x < rect.max.x;
    let left = if right {
        x + 5.0
    } else {
        x - 5.0 - text.size().x
    };
    ui.painter()
        .galley(Pos2::new(left, rect.min.y), text, Color32::PLACEHOLDER);
}
