//! A label in the list: colour, text and count. The details of the open label are below the list: threshold, members
//! and examples. For other labels, a tooltip shows the distribution of matches.

use egui::{
    Align, Frame, Key, Layout, Margin, Panel, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextEdit, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::Interface;
use super::cell::DraggedPhotos;
use super::histogram::{histogram, threshold_id};
use super::icons::Icon;
use super::label_language::{reads_english_only, translations, translations_at_a_glance, unknown};
use super::label_menu::label_menu;
use super::theme::{self, palette};
use super::threshold_row::{NEAR_ROW, advice, distribution_tooltip, near_row};
use super::widgets::{elided, quiet_button};
use crate::app::command::Command;
use crate::app::document::filter::LabelFit;
use crate::app::document::history::LabelEdit;
use crate::app::document::labels::Label;
use crate::app::document::state::State;
use crate::text::Surface;
use crate::{t, text};

/// Height of a label's row.
const LINE: f32 = 24.0;
/// Height of the details of the open label.
const OPEN_LABEL: f32 = 176.0;

/// The background of a label.
fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let fill = palette(ui).raised.gamma_multiply(0.6);
    Frame::new()
        .fill(fill)
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(8, 2))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
            ui.set_width(ui.available_width());
            contents(ui);
        });
}

/// A label in the list, and below it the number of photos just below its threshold.
pub fn label_card(
    ui: &mut Ui,
    state: &State,
    at: usize,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let place = answer_place(state, at, label);
    let top = ui.cursor().min.y;
    let open = state.open_label == Some(label.id);
    let whole = UiBuilder::new().id_salt("card").sense(Sense::CLICK);
    let response = ui
        .scope_builder(whole, |ui| {
            card(ui, |ui| line(ui, state, at, place, label, commands));
        })
        .response;
    let name = t!("go-to-label", label = label.text);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
    if open {
        let line = Stroke::new(1.0, palette(ui).accent);
        let rect = response.rect;
        ui.painter()
            .rect_stroke(rect, theme::RADIUS, line, StrokeKind::Inside);
    }
    if response.clicked() {
        commands.push(Command::GoToLabel(label.id));
    }
    if label.on && !open {
        response.on_hover_ui(|ui| {
            translations_at_a_glance(ui, state, label);
            distribution_tooltip(ui, state, place, label);
            notes(ui, label);
        });
    }
    dropped_on(ui, top, at, label, commands);
    match problem(state, place) {
        Some(problem) => problem_row(ui, &text::advised(problem, Surface::Window)),
        None => near_row(ui, state, place, label, commands),
    }
    unknown(ui, state, label, commands);
}

/// Why a label cannot be scored.
fn problem(state: &State, place: Option<usize>) -> Option<&str> {
    state.response.problems.get(place?)?.as_deref()
}

impl Interface {
    /// The details of the open label, below the list so that it does not move: distribution of matches, threshold,
    /// members and examples.
    pub(super) fn open_label(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let mut labels = state.memory.labels.iter().enumerate();
        let open = labels.find(|(_, label)| state.open_label == Some(label.id));
        let Some((at, label)) = open else { return };
        let place = answer_place(state, at, label);
        let height = OPEN_LABEL.min(ui.available_height() * 0.5);
        let frame = Frame::new().inner_margin(Margin {
            top: 8,
            ..Margin::ZERO
        });
        Panel::bottom("open label")
            .frame(frame)
            .resizable(false)
            .exact_size(height)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
                let colour = palette(ui).text;
                let (name, _) =
                    ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
                let dot = name.left_center() + vec2(9.0, 0.0);
                let fill = theme::label_colour(label.colour);
                ui.painter().circle_filled(dot, 6.0, fill);
                let text = elided(ui, &label.text, theme::TEXT, colour, name.width() - 26.0);
                let at = pos2(name.min.x + 22.0, name.center().y - text.size().y / 2.0);
                ui.painter().galley(at, text, colour);
                ScrollArea::vertical()
                    .auto_shrink([false, false])
                    .show(ui, |ui| {
                        if problem(state, place).is_none() && label.on {
                            translations(ui, state, label, commands);
                            histogram(ui, state, place, label, commands);
                            self.threshold_row(ui, label, commands);
                            advice(ui, state, place, label);
                            members(ui, state, label, commands);
                        }
                        notes(ui, label);
                    });
            });
    }
}

/// Replaces the row about near misses if the label cannot be scored.
fn problem_row(ui: &mut Ui, problem: &str) {
    let size = vec2(ui.available_width(), NEAR_ROW);
    let (row, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, problem));
    let bad = palette(ui).bad;
    let text = elided(ui, problem, theme::TEXT_S, bad, row.width() - 8.0);
    ui.painter().galley(row.min + vec2(8.0, 0.0), text, bad);
    response.on_hover_text(problem);
}

/// The row of a label.
fn line(
    ui: &mut Ui,
    state: &State,
    at: usize,
    place: Option<usize>,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().interact_size.y = LINE;
    ui.horizontal(|ui| {
        swatch(ui, label, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let remove = t!("remove-label", label = label.text);
            if quiet_button(ui, Icon::Cross, &remove).clicked() {
                commands.push(Command::RemoveLabel(label.id));
            }
            label_menu(ui, state, at, label, commands);
            if let Some(place) = place {
                count_button(ui, state, place, label, commands);
            }
            text_field(ui, label, commands);
        });
    });
}

/// The members of a general label. A click switches one off or on.
fn members(ui: &mut Ui, state: &State, label: &Label, commands: &mut Vec<Command>) {
    let members = label.members(reads_english_only(state));
    if members.is_empty() || label.exactly {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, 2.0);
        ui.spacing_mut().interact_size.y = 16.0;
        ui.label(RichText::new(t!("label-also")).small().weak());
        for member in members {
            let on = !label.without.iter().any(|word| word == member);
            let text = RichText::new(member).small();
            let text = if on {
                text
            } else {
                text.weak().strikethrough()
            };
            let response = ui.add(egui::Label::new(text).sense(Sense::CLICK));
            let name = t!("stands-for", label = label.text, member = member);
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
            let hint = if on {
                t!("leave-this-out")
            } else {
                t!("include-this")
            };
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::SetMember(label.id, member.into(), !on));
            }
        }
    });
}

/// The index of a label in the last response, which may be based on earlier labels.
fn answer_place(state: &State, at: usize, label: &Label) -> Option<usize> {
    let labels = &state.response.labels;
    // Usually the index is unchanged.
    let same = labels.get(at).filter(|l| l.id == label.id).map(|_| at);
    same.or_else(|| labels.iter().position(|l| l.id == label.id))
}

/// A label's colour. A click enables or disables the label, a drag moves it.
fn swatch(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::CLICK | Sense::DRAG);
    let name = t!("label-in-use", label = label.text);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, label.on, &name));
    let hint = if label.on {
        t!("turn-off")
    } else {
        t!("turn-on")
    };
    let colour = theme::label_colour(label.colour);
    let line = Stroke::new(1.0, palette(ui).weak);
    if label.on {
        ui.painter().circle(rect.center(), 7.0, colour, line);
    } else {
        ui.painter()
            .circle_stroke(rect.center(), 6.0, Stroke::new(2.0, colour));
    }
    if label.negated {
        let bar = Rect::from_center_size(rect.center(), vec2(8.0, 2.5));
        ui.painter().rect_filled(bar, 1.0, theme::text_on(colour));
    }
    response.dnd_set_drag_payload(label.id);
    if response.on_hover_text(hint).clicked() {
        commands.push(Command::SetLabelOn(label.id, !label.on));
    }
}

/// Accepts drops onto a label's card: another label, which is moved here, or photos, which become examples.
fn dropped_on(ui: &Ui, top: f32, at: usize, label: &Label, commands: &mut Vec<Command>) {
    let bottom = ui.cursor().min.y;
    let card = Rect::from_x_y_ranges(ui.max_rect().x_range(), top..=bottom);
    let response = ui.interact(card, ui.scope_id().with("drop"), Sense::hover());
    if response.dnd_hover_payload::<u32>().is_some() {
        let line = Stroke::new(2.0, palette(ui).accent);
        ui.painter().hline(card.x_range(), card.min.y, line);
    }
    if response.dnd_hover_payload::<DraggedPhotos>().is_some() {
        let line = Stroke::new(2.0, palette(ui).accent);
        ui.painter()
            .rect_stroke(card, theme::RADIUS, line, egui::StrokeKind::Inside);
    }
    if response.dnd_release_payload::<DraggedPhotos>().is_some() {
        commands.push(Command::AddExamples(label.id));
    }
    if let Some(id) = response.dnd_release_payload::<u32>() {
        commands.push(Command::MoveLabel(*id, at));
    }
}

fn text_field(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    let mut text = label.text.clone();
    let colour = if label.on {
        palette(ui).text
    } else {
        palette(ui).weak
    };
    let edit = TextEdit::singleline(&mut text)
        .frame(Frame::NONE)
        .text_color(colour)
        .margin(Margin::symmetric(4, 0))
        .align(egui::Align2::LEFT_CENTER);
    let response = ui.add_sized(vec2(ui.available_width(), LINE), edit);
    let name = t!("label-named", label = label.text);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    // A field that already has the focus does not gain it again, but a click still leads to the group.
    if response.gained_focus() || response.clicked() {
        commands.push(Command::GoToLabel(label.id));
    }
    line_keys(ui, &response, label);
    if response.changed() {
        commands.push(Command::SetLabelText(label.id, text));
    }
    if response.lost_focus() {
        commands.push(Command::EndEdit(LabelEdit::Text(label.id)));
    }
}

/// The down arrow moves the focus from a label's text to its threshold, because Tab goes to the next label.
fn line_keys(ui: &mut Ui, response: &egui::Response, label: &Label) {
    let down = ui.input(|input| input.key_pressed(Key::ArrowDown));
    if response.has_focus() && down {
        let line = threshold_id(label.id);
        ui.memory_mut(|memory| {
            memory.move_focus(egui::FocusDirection::None);
            memory.request_focus(line);
        });
    }
}

/// The number of fitting photos. A click shows only those.
fn count_button(
    ui: &mut Ui,
    state: &State,
    place: usize,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let Some(count) = state.response.arrangement.counts.get(place) else {
        return;
    };
    let fit = LabelFit::Label(label.id);
    let on = state.memory.filter.fit == fit;
    let text = RichText::new(text::count(*count)).small();
    let response = ui.add(egui::Button::selectable(on, text).sense(Sense::CLICK));
    let name = t!("show-only-label", label = label.text, count = count);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    if response.on_hover_text(name).clicked() {
        commands.push(Command::ToggleFit(fit));
    }
}

/// Additional information about a label, which does not fit in its row.
fn notes(ui: &mut Ui, label: &Label) {
    let mut notes = Vec::new();
    if label.negated {
        notes.push(t!("note-negated").to_owned());
    }
    let counts = [
        text::if_any(label.examples.len(), |n| t!("count-examples", count = n)),
        text::if_any(label.counter_examples.len(), |n| {
            t!("count-counter-examples", count = n)
        }),
    ];
    notes.extend(counts.into_iter().flatten());
    if label.text_only {
        notes.push(t!("note-text-only").into());
    }
    if !notes.is_empty() {
        ui.label(RichText::new(text::list(notes)).small().weak());
    }
}
