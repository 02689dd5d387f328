//! A histogram of a flaw's values with its threshold, shown while photos are filtered by that flaw; and the kinds of
//! findings in the filter menu.

use egui::accesskit::{Action, ActionData};
use egui::{
    CollapsingHeader, Key, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::response_cache::PerResponse;
use super::theme::{self, palette};
use super::widgets::fine_percent;
use crate::app::command::{Command, FindingCommand};
use crate::app::document::arrange::BARS;
use crate::app::document::filter::Filter;
use crate::app::document::findings::Kind;
use crate::app::document::history::LabelEdit;
use crate::app::document::library::ItemId;
use crate::app::document::match_axis;
use crate::app::document::state::State;
use crate::engine::library::Flaw;
use crate::{t, text};

/// Cached counts.
#[derive(Default)]
pub struct Counts {
    kinds: PerResponse<[usize; Kind::ALL.len()]>,
    bars: PerResponse<[u32; BARS]>,
}

/// Size of the histogram, as high as its row.
const SIZE: egui::Vec2 = vec2(160.0, 22.0);
/// Step of the arrow keys.
const STEP: f32 = 0.01;

/// Whether a kind is detected by the match with a label. Such matches are concentrated near 0 and 1.
fn is_match(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Screenshots | Kind::Receipts | Kind::Documents | Kind::Memes
    )
}

/// The position of a value on the axis of a kind, from 0 to 1.
fn place(kind: Kind, number: f32) -> f32 {
    match is_match(kind) {
        true => match_axis::place(number),
        false => number.clamp(0.0, 1.0),
    }
}

fn number_at(kind: Kind, place: f32) -> f32 {
    match is_match(kind) {
        true => match_axis::matched_at(place),
        false => match_axis::in_steps(place),
    }
}

/// The histogram of a flaw's values.
fn bars(state: &State, kind: Kind, flaw: Flaw) -> [u32; BARS] {
    let mut bars = [0; BARS];
    let findings = state.findings();
    for id in 0..state.library.len() as ItemId {
        if let Some(number) = findings.number(flaw, id) {
            let at = (place(kind, number) * BARS as f32) as usize;
            bars[at.min(BARS - 1)] += 1;
        }
    }
    bars
}

/// The histogram for the kind in the filter, if it has a threshold.
pub fn show(ui: &mut Ui, state: &State, counts: &mut Counts, commands: &mut Vec<Command>) {
    let Some(kind) = state.memory.filter.kind else {
        return;
    };
    let Some(flaw) = kind.flaw() else { return };
    let line = state.memory.lines.of(flaw);
    let counted = counts.bars.get(state, || bars(state, kind, flaw));
    let counted = *counted;
    // The layout is right to left, so the rightmost widget comes first.
    let text = RichText::new(t!("line-from", percent = fine_percent(line)));
    ui.label(text.small().weak());
    let (rect, response) = ui.allocate_exact_size(SIZE, Sense::click_and_drag());
    let name = t!("threshold-of", label = text::in_sentence(kind.name()));
    response.widget_info(|| WidgetInfo::slider(true, f64::from(line), &name));
    let set = |number: f32| Command::Found(FindingCommand::SetLine(kind, number));
    if let Some(to) = requested_threshold(ui, &response, line) {
        commands.push(set(to));
    }
    paint(ui, rect, kind, line, &counted);
    if let Some(pointer) = response.interact_pointer_pos() {
        commands.push(set(number_at(
            kind,
            (pointer.x - rect.min.x) / rect.width(),
        )));
    }
    if response.clicked() || response.drag_stopped() || response.lost_focus() {
        commands.push(Command::EndEdit(LabelEdit::Line(flaw)));
    }
    response.on_hover_text(t!(
        "line-hint",
        percent = fine_percent(line),
        meaning = kind.value_meaning()
    ));
}

/// The new threshold requested by keyboard or accessibility actions.
fn requested_threshold(ui: &Ui, response: &egui::Response, line: f32) -> Option<f32> {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
        node.add_action(Action::SetValue);
        node.set_value(fine_percent(line));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value_step(f64::from(STEP));
    });
    let mut steps = ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        count(Action::Increment) - count(Action::Decrement)
    });
    if response.has_focus() {
        ui.memory_mut(|memory| {
            let arrows = egui::EventFilter {
                horizontal_arrows: true,
                ..egui::EventFilter::default()
            };
            memory.set_focus_lock_filter(response.id, arrows);
        });
        steps += ui.input(|input| {
            let pressed = |key| f32::from(u8::from(input.key_pressed(key)));
            pressed(Key::ArrowRight) - pressed(Key::ArrowLeft)
        });
    }
    let typed = ui.input(|input| {
        let set = input.accesskit_action_requests(response.id, Action::SetValue);
        let typed = set.filter_map(|request| match &request.data {
            Some(ActionData::NumericValue(value)) => Some(*value as f32),
            Some(ActionData::Value(text)) => match_axis::from_text(text),
            _ => None,
        });
        typed.last()
    });
    typed.or((steps != 0.0).then_some(line + steps * STEP))
}

fn paint(ui: &Ui, rect: Rect, kind: Kind, line: f32, counts: &[u32; BARS]) {
    let palette = palette(ui);
    // Most photos have no flaw, so a fourth root makes the small counts visible.
    let height = |count: u32| f64::from(count).sqrt().sqrt() as f32;
    let most = counts.iter().copied().max().map_or(1.0, height).max(1.0);
    let width = rect.width() / BARS as f32;
    let base = rect.max.y - 3.0;
    for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let is_over = (at as f32 + 0.5) / BARS as f32 >= place(kind, line);
        let fill = if is_over {
            palette.accent
        } else {
            palette.line
        };
        let top = base - (base - rect.min.y) * height(*count) / most;
        let left = rect.min.x + at as f32 * width;
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + width - 1.0, base));
        ui.painter().rect_filled(bar, 1.0, fill);
    }
    let x = rect.min.x + rect.width() * place(kind, line);
    ui.painter()
        .hline(rect.x_range(), base, Stroke::new(1.0, palette.line));
    ui.painter()
        .vline(x, rect.min.y..=base, Stroke::new(1.5, palette.text));
    ui.painter().circle_filled(pos2(x, base), 4.0, palette.text);
}

/// The kinds of findings in the filter menu, with counts. They are in a collapsed section that is always there, so that
/// nothing moves when the analysis finishes.
pub fn row(ui: &mut Ui, state: &State, counts: &mut Counts, filter: &mut Filter) {
    let title = filter.kind.map_or(t!("found-any"), Kind::name);
    let header = CollapsingHeader::new(t!("found-kind", title = title)).id_salt("found");
    header.show(ui, |ui| {
        if !state.is_analysed() {
            let text = t!("not-analysed");
            ui.label(RichText::new(text).small().weak());
            return;
        }
        let findings = state.findings();
        let counts = counts
            .kinds
            .get(state, || findings.counts(&state.memory.lines));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, 2.0);
            for (kind, count) in Kind::ALL.into_iter().zip(counts) {
                let on = filter.kind == Some(kind);
                if *count == 0 && !on {
                    continue;
                }
                let text = t!("value-count", value = kind.name(), count = *count);
                let response = ui.selectable_label(on, &text);
                let name = t!("filter-by-kind", text = text);
                response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
                if response.clicked() {
                    filter.kind = (!on).then_some(kind);
                }
            }
        });
    });
}
