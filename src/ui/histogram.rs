//! The histogram of a label's matches, with its threshold.

use egui::accesskit::{Action, ActionData};
use egui::{Color32, Id, Key, Pos2, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::theme::{self, palette};
use super::widgets::{elided, fine_percent};
use crate::app::command::Command;
use crate::app::document::arrange::BARS;
use crate::app::document::history::LabelEdit;
use crate::app::document::labels::{Label, LabelId};
use crate::app::document::match_axis;
use crate::app::document::state::State;
use crate::t;

/// Height of the bars and of the margin below them.
pub const HEIGHT: f32 = 34.0;

/// Height of the threshold's value above the bars.
const VALUE: f32 = 14.0;

/// The distribution of a label's matches, with the threshold as a draggable line.
pub fn histogram(
    ui: &mut Ui,
    state: &State,
    place: Option<usize>,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), VALUE + HEIGHT);
    // Not focusable with Tab: each label has a single tab stop, its text, from which the down arrow leads here.
    let (_, rect) = ui.allocate_space(size);
    let id = threshold_id(label.id);
    let mut senses = Sense::CLICK | Sense::DRAG;
    let wanted = ui.input(|input| input.has_accesskit_action_request(id, Action::Focus));
    if wanted {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let has_keyboard = ui.memory(|memory| memory.has_focus(id));
    senses.set(Sense::FOCUSABLE, has_keyboard);
    let response = ui.interact(rect, id, senses);
    let name = t!("threshold-of", label = label.text);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(label.min_match), &name));
    handle_accessibility_actions(ui, &response, label, commands);
    let bars = rect
        .with_min_y(rect.min.y + VALUE)
        .with_max_y(rect.max.y - 4.0);
    let counts = place.and_then(|place| state.response.arrangement.histograms.get(place));
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
    if response.clicked() || response.drag_stopped() || response.lost_focus() {
        commands.push(Command::EndEdit(LabelEdit::Threshold(label.id)));
    }
    response.on_hover_text(t!(
        "threshold-hint",
        percent = fine_percent(label.min_match)
    ));
}

/// The widget id of a label's threshold.
pub fn threshold_id(label: LabelId) -> Id {
    Id::unique(("threshold", label))
}

/// Handles accessibility actions on the threshold.
fn handle_accessibility_actions(
    ui: &Ui,
    response: &Response,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.add_action(Action::Focus);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
        node.add_action(Action::SetValue);
        node.set_value(fine_percent(label.min_match));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value_step(f64::from(match_axis::STEP));
    });
    let (up, down, typed) = ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action);
        let set = input.accesskit_action_requests(response.id, Action::SetValue);
        let typed = set.filter_map(|request| match &request.data {
            Some(ActionData::NumericValue(value)) => Some(*value as f32),
            Some(ActionData::Value(text)) => match_axis::from_text(text),
            _ => None,
        });
        (
            count(Action::Increment),
            count(Action::Decrement),
            typed.last(),
        )
    });
    let steps = up as f32 - down as f32;
    let to = typed.or((steps != 0.0).then_some(label.min_match + steps * match_axis::STEP));
    if let Some(to) = to {
        commands.push(Command::SetMinMatch(label.id, to));
    }
}

/// Draws the bars of a histogram, with those above the threshold in the label's colour.
pub fn paint_bars(ui: &Ui, rect: Rect, counts: &[u32; BARS], label: &Label) {
    // Most photos do not match a label, so a fourth root makes the small counts visible.
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
