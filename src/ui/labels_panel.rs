//! The panel of labels: type one, see how many photos fit and how their matches spread, draw the line.

use egui::{
    Align, Frame, Key, Layout, Margin, Popup, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    TextEdit, Ui, Vec2, WidgetInfo, vec2,
};

use super::histogram::{self, histogram};
use super::icons::Icon;
use super::theme::{self, palette};
use super::top_bar::heading;
use super::widgets::{icon_button_sized, menu_entry};
use super::{Focus, Interface};
use crate::app::command::{Action, Command};
use crate::app::document::filter::{Fit, SortKey, Sorting};
use crate::app::document::labels::{COLOURS, Label};
use crate::app::document::state::State;
use crate::engine::plural::thousands;

/// Suggestions that are shown.
const SUGGESTIONS: usize = 6;
/// What is suggested before a person has typed labels.
const FIRST_SUGGESTIONS: [&str; 6] = ["people", "beach", "food", "screenshot", "receipt", "pet"];

impl Interface {
    pub(super) fn labels_panel(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            heading(ui, "Labels");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let more = icon_button_sized(ui, Icon::More, "More for labels", 24.0);
                Popup::menu(&more).show(|ui| {
                    let actions = [Action::PasteLabels, Action::LabelSets, Action::ClearLabels];
                    actions
                        .into_iter()
                        .for_each(|action| menu_entry(ui, state, action, commands));
                });
            });
        });
        self.new_label(ui, state, commands);
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                for (at, label) in state.memory.labels.iter().enumerate() {
                    ui.push_id(label.id, |ui| label_card(ui, state, at, label, commands));
                }
                draft_card(ui, state);
                if !state.library.is_empty() && !state.memory.labels.is_empty() {
                    something_else(ui, state, commands);
                    strictness(ui, commands);
                }
                suggestions(ui, state, commands);
            });
    }

    fn new_label(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let buffer = &mut self.buffers.new_label;
        let edit = TextEdit::singleline(buffer)
            .hint_text("Type a label, press Enter")
            .margin(Margin::symmetric(8, 6))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label("New label"));
        if self.focus == Some(Focus::LabelBox) {
            self.focus = None;
            response.request_focus();
        }
        // A list from elsewhere, one a line, becomes labels at once.
        let list = ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) if text.trim().contains('\n') => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(list) = list.filter(|_| response.has_focus()) {
            buffer.clear();
            commands.push(Command::AddLabels(list));
            return;
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            buffer.clear();
        }
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enter && !buffer.trim().is_empty() {
            commands.push(Command::AddLabels(std::mem::take(buffer)));
            response.request_focus();
        } else if response.changed() || *buffer != state.draft {
            commands.push(Command::DraftLabel(buffer.clone()));
        }
    }
}

fn card(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let fill = palette(ui).raised.gamma_multiply(0.6);
    Frame::new()
        .fill(fill)
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(8, 6))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
            ui.set_width(ui.available_width());
            contents(ui);
        });
}

fn label_card(ui: &mut Ui, state: &State, at: usize, label: &Label, commands: &mut Vec<Command>) {
    let place = answer_place(state, label);
    let top = ui.cursor().min.y;
    card(ui, |ui| {
        ui.horizontal(|ui| {
            swatch(ui, label, commands);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button_sized(ui, Icon::Cross, &format!("Remove {}", label.text), 20.0)
                    .clicked()
                {
                    commands.push(Command::RemoveLabel(label.id));
                }
                label_menu(ui, state, at, label, commands);
                if let Some(place) = place {
                    count_button(ui, state, place, label, commands);
                }
                text_field(ui, label, commands);
            });
        });
        let trouble = place.and_then(|place| state.answer.troubles[place].as_ref());
        if let Some(trouble) = trouble {
            let bad = palette(ui).bad;
            ui.label(RichText::new(trouble).small().color(bad));
        } else if label.on {
            histogram(ui, state, place, label, commands);
        }
        advice(ui, state, place, label);
        members(ui, label, commands);
        notes(ui, label);
    });
    reorder(ui, top, at, commands);
}

/// What is known of a label's line: what was measured with this model, and what the person said of photos.
fn advice(ui: &mut Ui, state: &State, place: Option<usize>, label: &Label) {
    if !label.on || state.library.is_empty() {
        return;
    }
    let measured = state.session().and_then(|session| session.calibration());
    let mut words = match measured.map(|known| known.share_above(label.min_match)) {
        Some(Some(share)) => format!("about {:.0} in 10 above the line fit", 10.0 * share),
        Some(None) => "many above so low a line do not fit".into(),
        None => "look at photos near the line".into(),
    };
    let told = place.and_then(|place| state.answer.told.get(place));
    if let Some((fit, all)) = told.filter(|(_, all)| *all > 0) {
        words = format!("{words}; of your examples above it {fit} of {all}");
    }
    let hint = match measured {
        Some(_) => {
            "Measured with this model on photos of everyday life: for your photos it is a guide, no promise"
        }
        None => {
            "How many fit was not measured with this model: sort by match, and draw the line where they stop fitting"
        }
    };
    ui.label(RichText::new(words).small().weak())
        .on_hover_text(hint);
}

/// What a general word stands for besides itself; a click switches one off or on.
fn members(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    let members = label.members();
    if members.is_empty() || label.exactly {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, 2.0);
        ui.spacing_mut().interact_size.y = 16.0;
        ui.label(RichText::new("also:").small().weak());
        for member in members {
            let on = !label.without.iter().any(|word| word == member);
            let text = RichText::new(member).small();
            let text = if on {
                text
            } else {
                text.weak().strikethrough()
            };
            let response = ui.add(egui::Label::new(text).sense(Sense::click()));
            let name = format!("{} stands for {member}", label.text);
            response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
            let hint = if on {
                "Leave this out"
            } else {
                "Let the label stand for this too"
            };
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::SetMember(label.id, member.into(), !on));
            }
        }
    });
}

/// Moves all lines at once.
fn strictness(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("All lines:").small().weak());
        for (name, steps) in [("looser", -1.0), ("stricter", 1.0)] {
            let response = ui.small_button(name);
            let full = format!("Make all lines {name}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &full));
            if response.on_hover_text(full).clicked() {
                commands.push(Command::MoveLines(steps));
            }
        }
    });
}

/// The place of a label in the last answer, which may be about earlier labels.
fn answer_place(state: &State, label: &Label) -> Option<usize> {
    state.answer.labels.iter().position(|l| l.id == label.id)
}

/// A label's colour; a click counts it or not, a drag moves it.
fn swatch(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::click_and_drag());
    let name = if label.on { "Turn off" } else { "Turn on" };
    let name = format!("{name} {}", label.text);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, label.on, &name));
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
    if response.on_hover_text(name).clicked() {
        commands.push(Command::SetLabelOn(label.id, !label.on));
    }
}

/// Takes a label that is dropped onto this one's card.
fn reorder(ui: &Ui, top: f32, at: usize, commands: &mut Vec<Command>) {
    let bottom = ui.cursor().min.y;
    let card = Rect::from_x_y_ranges(ui.max_rect().x_range(), top..=bottom);
    let response = ui.interact(card, ui.scope_id().with("drop"), Sense::hover());
    if response.dnd_hover_payload::<u32>().is_some() {
        let line = Stroke::new(2.0, palette(ui).accent);
        ui.painter().hline(card.x_range(), card.min.y, line);
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
    let response = ui.add_sized(vec2(ui.available_width(), 24.0), edit);
    let name = format!("Label {}", label.text);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    if response.changed() {
        commands.push(Command::SetLabelText(label.id, text));
    }
}

/// How many photos fit; a click shows only those.
fn count_button(
    ui: &mut Ui,
    state: &State,
    place: usize,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let Some(count) = state.answer.arrangement.counts.get(place) else {
        return;
    };
    let fit = Fit::Label(label.id);
    let on = state.memory.filter.fit == fit;
    let text = RichText::new(thousands(*count)).small();
    let response = ui.selectable_label(on, text);
    let name = format!("Show only {}: {count}", label.text);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    if response.on_hover_text(name).clicked() {
        commands.push(Command::ToggleFit(fit));
    }
}

fn label_menu(ui: &mut Ui, state: &State, at: usize, label: &Label, commands: &mut Vec<Command>) {
    let button = icon_button_sized(ui, Icon::More, &format!("More for {}", label.text), 20.0);
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(200.0);
        let mut entry = |ui: &mut Ui, text: &str, command: Command| {
            if ui.button(text).clicked() {
                commands.push(command);
                ui.close();
            }
        };
        let by = |key| {
            Command::SortBy(Sorting {
                key,
                descending: true,
            })
        };
        entry(ui, "Sort by match", by(SortKey::Match(label.id)));
        entry(
            ui,
            "Show only these",
            Command::ToggleFit(Fit::Label(label.id)),
        );
        let text = if label.negated {
            "No longer shut photos out"
        } else {
            "Not: shut these photos out of other labels"
        };
        entry(ui, text, Command::SetNegated(label.id, !label.negated));
        let text = if label.on { "Turn off" } else { "Turn on" };
        entry(ui, text, Command::SetLabelOn(label.id, !label.on));
        if !label.members().is_empty() {
            let text = if label.exactly {
                "Let it stand for more words"
            } else {
                "Take the word alone"
            };
            entry(ui, text, Command::SetExactly(label.id, !label.exactly));
        }
        if at > 0 {
            entry(ui, "Move up", Command::MoveLabel(label.id, at - 1));
        }
        if at + 1 < state.memory.labels.len() {
            entry(ui, "Move down", Command::MoveLabel(label.id, at + 1));
        }
        if !label.examples.is_empty() || !label.counter_examples.is_empty() {
            let text = if label.text_only {
                "Let its examples count"
            } else {
                "Text only: examples do not count"
            };
            entry(ui, text, Command::SetTextOnly(label.id, !label.text_only));
            entry(ui, "Forget its examples", Command::ClearExamples(label.id));
        }
        colours(ui, label, commands);
    });
}

fn colours(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for colour in 0..COLOURS {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(17.0), Sense::click());
            let name = format!("Colour {}", colour + 1);
            let on = label.colour == colour;
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
            ui.painter()
                .circle_filled(rect.center(), 7.0, theme::label_colour(colour));
            if on || response.hovered() {
                let line = Stroke::new(1.5, palette(ui).text);
                ui.painter().circle_stroke(rect.center(), 7.5, line);
            }
            if response.clicked() {
                commands.push(Command::SetColour(label.id, colour));
                ui.close();
            }
        }
    });
}

fn notes(ui: &mut Ui, label: &Label) {
    let mut notes = Vec::new();
    if label.negated {
        notes.push("not: shuts photos out of other labels".to_owned());
    }
    match label.examples.len() {
        0 => {}
        1 => notes.push("1 example".into()),
        n => notes.push(format!("{n} examples")),
    }
    match label.counter_examples.len() {
        0 => {}
        1 => notes.push("1 counter-example".into()),
        n => notes.push(format!("{n} counter-examples")),
    }
    if label.text_only {
        notes.push("text only".into());
    }
    if !notes.is_empty() {
        ui.label(RichText::new(notes.join(", ")).small().weak());
    }
}

/// The label that is being typed, as it would be.
fn draft_card(ui: &mut Ui, state: &State) {
    let draft = state.draft.trim();
    let place = state.answer.labels.len().checked_sub(1);
    let label = place.and_then(|at| state.answer.labels.get(at));
    let Some((place, label)) = place.zip(label).filter(|(_, label)| {
        !draft.is_empty()
            && label.text == draft
            && !state.memory.labels.iter().any(|l| l.id == label.id)
    }) else {
        return;
    };
    card(ui, |ui| {
        let weak = palette(ui).weak;
        let count = state
            .answer
            .arrangement
            .counts
            .get(place)
            .copied()
            .unwrap_or(0);
        let text = format!("{draft}: {} would fit. Enter keeps it", thousands(count));
        ui.label(RichText::new(text).small().color(weak));
        let size = vec2(ui.available_width(), histogram::HEIGHT * 0.6);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        if let Some(counts) = state.answer.arrangement.histograms.get(place) {
            histogram::paint_bars(ui, rect, counts, label);
        }
    });
}

/// How many photos fit no label; a click shows only those.
fn something_else(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let on = state.memory.filter.fit == Fit::Nothing;
    ui.horizontal(|ui| {
        if ui.selectable_label(on, "Something else").clicked() {
            commands.push(Command::ToggleFit(Fit::Nothing));
        }
    });
}

fn suggestions(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let typed = state.draft.trim().to_lowercase();
    let used = |text: &str| state.memory.labels.iter().any(|label| label.text == text);
    let past = state.memory.past_labels.iter().map(String::as_str);
    let all = past.chain(FIRST_SUGGESTIONS);
    let mut texts: Vec<&str> = Vec::new();
    for text in all {
        let fits = typed.is_empty() || text.to_lowercase().contains(&typed);
        if fits && !used(text) && !texts.contains(&text) && texts.len() < SUGGESTIONS {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        return;
    }
    ui.add_space(theme::SPACE_S);
    ui.label(RichText::new("Suggestions").small().weak());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
        ui.spacing_mut().interact_size.y = 22.0;
        for text in texts {
            let shown: String = text.chars().take(28).collect();
            let response = ui.small_button(shown);
            let name = format!("Add the label {text}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.clicked() {
                commands.push(Command::AddLabels(text.to_owned()));
            }
        }
    });
}
