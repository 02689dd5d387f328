//! A label's threshold as a number that can be typed, and the number of photos just below it.

use egui::{Key, Margin, Rect, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

use super::Interface;
use super::histogram;
use super::theme::{self, palette};
use super::widgets::{elided, fine_percent, photos};
use crate::app::command::Command;
use crate::app::document::filter::LabelFit;
use crate::app::document::history::LabelEdit;
use crate::app::document::labels::{Label, LabelId};
use crate::app::document::match_axis;
use crate::app::document::state::State;
use crate::{t, text};

/// Height of the row under a label.
pub const NEAR_ROW: f32 = 16.0;

/// A threshold that is being typed.
pub struct TypedThreshold {
    label: LabelId,
    text: String,
    /// Whether the field has been focused.
    started: bool,
}

impl Interface {
    /// The threshold as a number; a click turns it into a text field.
    pub(super) fn threshold_row(
        &mut self,
        ui: &mut Ui,
        label: &Label,
        commands: &mut Vec<Command>,
    ) {
        ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            let typed = self.buffers.threshold.as_mut();
            match typed.filter(|typed| typed.label == label.id) {
                Some(typed) => {
                    if threshold_field(ui, typed, label, commands) {
                        self.buffers.threshold = None;
                    }
                }
                None => {
                    let text = RichText::new(t!(
                        "at-least-percent",
                        percent = fine_percent(label.min_match)
                    ));
                    let response = ui.add(egui::Label::new(text.small()).sense(Sense::CLICK));
                    let name = t!("type-threshold", label = label.text);
                    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                    if response.on_hover_text(t!("click-to-type")).clicked() {
                        self.buffers.threshold = Some(TypedThreshold {
                            label: label.id,
                            text: fine_percent(label.min_match),
                            started: false,
                        });
                    }
                }
            }
        });
    }
}

/// The text field for a threshold. Returns whether editing has ended.
fn threshold_field(
    ui: &mut Ui,
    typed: &mut TypedThreshold,
    label: &Label,
    commands: &mut Vec<Command>,
) -> bool {
    let edit = TextEdit::singleline(&mut typed.text).desired_width(64.0);
    let response = ui.add(edit.margin(Margin::symmetric(4, 1)));
    let name = t!("threshold-in-percent", label = label.text);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    if !typed.started {
        typed.started = true;
        response.request_focus();
        return false;
    }
    if !response.lost_focus() {
        return !response.has_focus();
    }
    let cancelled = ui.input(|input| input.key_pressed(Key::Escape));
    if let Some(threshold) = match_axis::from_text(&typed.text).filter(|_| !cancelled) {
        // A typed threshold is an undo step of its own.
        let end = Command::EndEdit(LabelEdit::Threshold(label.id));
        commands.push(end.clone());
        commands.push(Command::SetMinMatch(label.id, threshold));
        commands.push(end);
    }
    true
}

/// The row under a label: "118 more just below the line"; a click shows these after the others. Its space is always
/// reserved, so that the labels below do not move.
pub fn near_row(
    ui: &mut Ui,
    state: &State,
    place: Option<usize>,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), NEAR_ROW);
    let (_, row) = ui.allocate_space(size);
    let near = place.and_then(|place| state.response.arrangement.near.get(place));
    let Some(near) = near.copied().filter(|near| *near > 0 && label.on) else {
        return;
    };
    let on = state.memory.filter.near && state.memory.filter.fit == LabelFit::Label(label.id);
    let text = t!("more-below-line", count = near);
    let palette = palette(ui);
    let colour = if on { palette.accent } else { palette.weak };
    // Aligned with the label's text, to the right of its colour.
    let left = row.min.x + 34.0;
    let galley = elided(ui, &text, theme::TEXT_S, colour, row.max.x - left);
    let rect = Rect::from_min_size(pos2(left, row.min.y), galley.size());
    let senses = Sense::CLICK;
    let response = ui.interact(
        rect.expand2(vec2(4.0, 1.0)),
        ui.scope_id().with("near"),
        senses,
    );
    let name = t!("below-line-of", text = text, label = label.text);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    if response.hovered() || on {
        let threshold = egui::Stroke::new(1.0, colour);
        ui.painter()
            .hline(rect.x_range(), rect.max.y - 1.0, threshold);
    }
    ui.painter().galley(rect.min, galley, colour);
    if response.on_hover_text(t!("show-after-others")).clicked() {
        commands.push(Command::ToggleNear(label.id));
    }
}

/// Advice about a label's threshold from measurements with this model and labels of this kind, and from the user's
/// examples.
pub fn advice(ui: &mut Ui, state: &State, place: Option<usize>, label: &Label) {
    if state.library.is_empty() {
        return;
    }
    let measured = state.session().and_then(|session| session.calibration());
    let measured = measured.filter(|_| label.is_of_measured_kind());
    let mut words = match measured.map(|known| known.share_above(label.min_match)) {
        Some(Some(share)) => {
            // "10 in 10" would promise that all of them fit.
            let of = if share < 0.95 { 10.0 } else { 100.0 };
            t!(
                "share-above",
                number = text::decimal(f64::from(of * share), 0),
                of = text::decimal(f64::from(of), 0)
            )
        }
        Some(None) => t!("threshold-low").into(),
        None => t!("threshold-check").into(),
    };
    let recognised = place.and_then(|place| state.response.recognised.get(place));
    if let Some((fit, all)) = recognised.filter(|(_, all)| *all > 0) {
        words = t!("examples-above", words = words, fit = fit, count = *all);
    }
    let hint = match measured {
        Some(_) => t!("measured-hint"),
        None => {
            t!("not-measured-hint")
        }
    };
    ui.label(RichText::new(words).small().weak())
        .on_hover_text(hint);
}

/// The tooltip with the distribution of a label's matches.
pub fn distribution_tooltip(ui: &mut Ui, state: &State, place: Option<usize>, label: &Label) {
    let arrangement = &state.response.arrangement;
    let counts = place.and_then(|place| arrangement.histograms.get(place));
    let fitting = place.and_then(|place| arrangement.counts.get(place));
    if let Some(counts) = counts {
        let size = vec2(220.0, histogram::HEIGHT);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        histogram::paint_bars(ui, rect, counts, label);
    }
    if let Some(fitting) = fitting {
        let threshold = fine_percent(label.min_match);
        ui.label(t!(
            "photos-at",
            photos = photos(*fitting),
            threshold = threshold
        ));
    }
}
