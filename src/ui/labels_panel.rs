//! The labels panel: type a label and see its best photos at once; below it the list of labels.

use egui::{
    Align, Area, Button, Frame, Id, Key, Layout, Margin, Order, Popup, Rect, RichText, Role,
    ScrollArea, Sense, TextEdit, Ui, WidgetInfo, style::ScrollAnimation, vec2,
};

use super::icons::Icon;
use super::label_card::label_card;
use super::theme::{self, palette};
use super::top_bar::heading;
use super::videos;
use super::widgets::{icon_button_sized, menu_entry, percent, photos, small_button};
use super::{Focus, Interface};
use crate::app::command::{Action, Command};
use crate::app::document::filter::LabelFit;
use crate::app::document::labels::{Label, split_list, typed};
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::engine::search::query::is_minus;
use crate::{t, text};

/// Maximum number of suggestions.
const SUGGESTIONS: usize = 6;
/// Suggestions before the user has typed any labels.
const FIRST_SUGGESTIONS: [&str; 6] = [
    "suggestion-people",
    "suggestion-beach",
    "suggestion-food",
    "suggestion-screenshot",
    "suggestion-receipt",
    "suggestion-pet",
];

impl Interface {
    pub(super) fn labels_panel(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            heading(ui, t!("labels-heading"));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let more = icon_button_sized(ui, Icon::More, t!("more-for-labels"), 24.0);
                Popup::menu(&more).show(|ui| {
                    let actions = [Action::PasteLabels, Action::LabelSets, Action::ClearLabels];
                    actions
                        .into_iter()
                        .for_each(|action| menu_entry(ui, state, action, commands));
                });
            });
        });
        let field = self.new_label(ui, state, commands);
        self.draft_card(ui, field, state, commands);
        self.open_label(ui, state, commands);
        // A new label is at the end of the list, which its details make shorter.
        let opened = state
            .open_label
            .filter(|_| state.open_label != self.opened_label);
        self.opened_label = state.open_label;
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.scope(|ui| {
                    // The row below a label must be closer to it than to the next one.
                    ui.spacing_mut().item_spacing.y = 1.0;
                    for (at, label) in state.memory.labels.iter().enumerate() {
                        let card =
                            ui.push_id(label.id, |ui| label_card(ui, state, at, label, commands));
                        if opened == Some(label.id) {
                            let rect = card.response.rect;
                            ui.scroll_to_rect_animation(rect, None, ScrollAnimation::none());
                        }
                        ui.add_space(theme::SPACE_S);
                    }
                });
                if !state.library.is_empty() && !state.memory.labels.is_empty() {
                    something_else(ui, state, commands);
                    strictness(ui, commands);
                }
                suggestions(ui, state, commands);
            });
    }

    /// The field for new labels. Returns its rectangle.
    fn new_label(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) -> Rect {
        let buffer = &mut self.buffers.new_label;
        let edit = TextEdit::singleline(buffer)
            .hint_text(t!("type-a-label"))
            .margin(Margin::symmetric(8, 6))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("new-label")));
        if self.focus == Some(Focus::Labels) {
            self.focus = None;
            response.request_focus();
        }
        // A pasted list with one label per line is added at once.
        let list = ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) if text.trim().contains('\n') => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(list) = list.filter(|_| response.has_focus()) {
            buffer.clear();
            commands.push(Command::AddLabels(list));
            return response.rect;
        }
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            buffer.clear();
        }
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enter && typed(buffer).is_some() {
            commands.push(Command::AddLabel(std::mem::take(buffer)));
            response.request_focus();
        } else if response.changed() || *buffer != state.draft {
            commands.push(Command::DraftLabel(buffer.clone()));
        }
        response.rect
    }

    /// A preview of the label that is being typed: how many photos would fit, and the best matches. It is an overlay,
    /// so that the labels below do not move.
    fn draft_card(&mut self, ui: &Ui, field: Rect, state: &State, commands: &mut Vec<Command>) {
        let Some((place, label)) = draft_place(state) else {
            return;
        };
        let frame = Frame::popup(ui.style()).inner_margin(Margin::symmetric(8, 4));
        // A gap between the card and the label that it partly covers.
        let ground = Frame::new().fill(palette(ui).panel).inner_margin(Margin {
            bottom: 6,
            ..Margin::ZERO
        });
        let area = Area::new(Id::unique("draft label"))
            .order(Order::Middle)
            .fixed_pos(field.left_bottom() + vec2(0.0, theme::SPACE_S));
        area.show(ui.ctx(), |ui| {
            ground.show(ui, |ui| {
                frame.show(ui, |ui| {
                    ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
                    ui.set_width(field.width() - 18.0);
                    self.draft_line(ui, state, place, label, commands);
                    let gap = 3.0;
                    let side = (ui.available_width() - 2.0 * gap) / 3.0;
                    for row in state.response.arrangement.best.chunks(3) {
                        ui.horizontal(|ui| {
                            ui.spacing_mut().item_spacing.x = gap;
                            for id in row {
                                self.best_photo(ui, state, place, label, *id, side, commands);
                            }
                        });
                    }
                })
            });
        });
    }

    /// How many photos would fit the label that is being typed, and the buttons that add it.
    fn draft_line(
        &mut self,
        ui: &mut Ui,
        state: &State,
        place: usize,
        label: &Label,
        commands: &mut Vec<Command>,
    ) {
        let count = state.response.arrangement.counts.get(place);
        let count = count.copied().unwrap_or(0);
        let text = RichText::new(match label.negated {
            false => t!("would-fit", label = label.text, count = count),
            true => t!("would-be-out", label = label.text, count = count),
        });
        let draft = state.draft.trim();
        let weak = palette(ui).weak;
        let button = |ui: &mut Ui, text: &str, name: &str| {
            let button = Button::new(RichText::new(text).small()).sense(Sense::CLICK);
            let response = ui.add(button);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
            response.on_hover_text(name).clicked()
        };
        let parts = split_list(draft).len();
        let text = egui::Label::new(text.small().color(weak)).truncate();
        let text = match parts {
            // Next to two buttons, there would not be enough space for it.
            2.. => {
                ui.add(text);
                None
            }
            _ => Some(text),
        };
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if button(ui, t!("keep-label"), &t!("keep-the-label", draft = draft)) {
                    commands.push(Command::AddLabel(draft.to_owned()));
                    self.buffers.new_label.clear();
                }
                if parts > 1 {
                    let name = t!("keep-labels-each", parts = parts);
                    if button(ui, &t!("keep-labels", parts = parts), &name) {
                        commands.push(Command::AddLabels(draft.to_owned()));
                        self.buffers.new_label.clear();
                    }
                }
                if let Some(text) = text {
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(text));
                }
            });
        });
    }

    #[allow(clippy::too_many_arguments, reason = "one photo of one label")]
    fn best_photo(
        &mut self,
        ui: &mut Ui,
        state: &State,
        place: usize,
        label: &Label,
        id: ItemId,
        side: f32,
        commands: &mut Vec<Command>,
    ) {
        let size = vec2(side, side * 0.75);
        let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
        let (Some(item), Some(matched)) =
            (state.item(id), state.response.scored().matched(place, id))
        else {
            return;
        };
        let frame = state.response.frame_for(place, id);
        let name = t!(
            "best-for",
            label = label.text,
            name = item.name,
            video = videos::spoken_at(item, frame),
            percent = percent(matched)
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let fits = matched >= label.min_match;
        if let Some(content) = videos::shown_at(item, frame) {
            self.paint_thumbnail(ui, rect, content, if fits { 1.0 } else { 0.35 });
        }
        if response.on_hover_text(name).clicked() {
            commands.push(Command::ViewItem(id));
        }
    }
}

/// The index of the draft label in the response.
fn draft_place(state: &State) -> Option<(usize, &Label)> {
    let draft = state.draft_label()?;
    let place = state.response.labels.len().checked_sub(1)?;
    let label = state.response.labels.get(place)?;
    let is_it = label.id == draft.id && label.text == draft.text && label.negated == draft.negated;
    is_it.then_some((place, label))
}

/// Buttons that shift all thresholds at once.
fn strictness(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(t!("all-labels")).small().weak());
        for (name, full, steps) in [
            (t!("looser"), t!("all-looser"), -1.0),
            (t!("stricter"), t!("all-stricter"), 1.0),
        ] {
            let response = small_button(ui, name);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, full));
            if response.on_hover_text(full).clicked() {
                commands.push(Command::MoveLines(steps));
            }
        }
    });
}

/// The number of photos that fit no label. A click shows only those.
fn something_else(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let on = state.memory.filter.fit == LabelFit::Nothing;
    let count = state.response.arrangement.something_else;
    let text = t!("something-else-count", count = count);
    let response = ui.selectable_label(on, text);
    let name = t!("show-only-something-else", photos = photos(count));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    let hint = t!("something-else-hint");
    if response.on_hover_text(hint).clicked() {
        commands.push(Command::ToggleFit(LabelFit::Nothing));
    }
}

fn suggestions(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let typed = text::fold(state.draft.trim());
    let used = |text: &str| {
        // A suggestion keeps the minus that makes a label negated, a label does not.
        let text = text.strip_prefix(is_minus).map_or(text, str::trim);
        state.memory.labels.iter().any(|label| label.text == text)
    };
    let past = state.memory.past_labels.iter().map(String::as_str);
    // Once the photos have been analysed, suggest labels for their contents instead.
    let first = (!state.clusters.is_known).then_some(FIRST_SUGGESTIONS);
    // English words, of which labels in any language may already have the meaning.
    let from_photos = &state.clusters.suggestions;
    let labels = state.memory.labels.iter();
    let meanings: Vec<String> = match from_photos.is_empty() {
        true => Vec::new(),
        false => labels.filter_map(Label::meaning).collect(),
    };
    let is_meant = |word: &str| {
        meanings
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
    };
    let from_photos = from_photos.iter().map(String::as_str);
    let from_photos = from_photos.filter(|word| !used(word) && !is_meant(word));
    let all = from_photos
        .map(text::label_word)
        .chain(past)
        .chain(first.into_iter().flatten().map(|key| t!(key)));
    let mut texts: Vec<&str> = Vec::new();
    for text in all {
        if texts.len() == SUGGESTIONS {
            break;
        }
        let fits = typed.is_empty() || text::fold(text).contains(&typed);
        if fits && !used(text) && !texts.contains(&text) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        return;
    }
    ui.add_space(theme::SPACE_S);
    ui.label(RichText::new(t!("suggestions")).small().weak());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::SPACE_S, theme::SPACE_S);
        ui.spacing_mut().interact_size.y = 22.0;
        for text in texts {
            let shown: String = text.chars().take(28).collect();
            let response = small_button(ui, &shown);
            let name = t!("add-the-label", text = text);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if response.clicked() {
                commands.push(Command::AddLabel(text.to_owned()));
            }
        }
        if !state.clusters.proposed.is_empty() {
            let response = small_button(ui, Action::Clusters.entry().name);
            let hint = t!("heaps-hint");
            if response.on_hover_text(hint).clicked() {
                commands.push(Command::Do(Action::Clusters));
            }
        }
    });
}
