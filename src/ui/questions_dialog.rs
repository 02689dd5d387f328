//! Questions about a label: one photo after another, yes or no, until the answers show how accurate the label is.

use egui::{Event, Key, Modifiers, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::dialog_parts::title;
use super::theme::{self, palette};
use super::widgets::{fine_percent, main_button};
use super::{Interface, videos};
use crate::app::command::{Command, FindingCommand};
use crate::app::document::library::ItemId;
use crate::app::document::questioning::{MIN_ANSWERS, Questioning};
use crate::app::document::state::State;
use crate::app::tasks::pictures::ViewKey;
use crate::t;

impl Interface {
    pub(super) fn questions_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        let Some(questions) = &state.questions else {
            return;
        };
        // Before any button is drawn, because the space bar would press one that has the focus.
        keys(ui, questions, commands);
        title(ui, &t!("questions-about", label = questions.text), commands);
        match questions.current() {
            Some(id) => {
                let question = t!("does-this-show", label = questions.text);
                ui.add(egui::Label::new(RichText::new(question).strong()).wrap());
                self.asked_photo(ui, state, id);
                ui.horizontal_wrapped(|ui| answers(ui, questions, commands));
            }
            None => {
                ui.label(t!("no-more-questions"));
                back(ui, questions, commands);
            }
        }
        ui.separator();
        outcome(ui, questions, commands);
    }

    fn asked_photo(&mut self, ui: &mut Ui, state: &State, id: ItemId) {
        let height = (ui.ctx().content_rect().height() - 330.0).clamp(140.0, 420.0);
        let size = vec2(ui.available_width(), height);
        let (place, response) = ui.allocate_exact_size(size, Sense::hover());
        let Some(item) = state.item(id).cloned() else {
            return;
        };
        let accessible_name = t!("asked-about", name = item.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &accessible_name));
        let content = videos::shown(state, id, &item);
        self.views.take(ui.ctx());
        if let Some(facts) = item.facts() {
            let scale = ui.pixels_per_point();
            let (width, height) = (facts.width as f32, facts.height as f32);
            let part = (place.width() * scale / width).min(place.height() * scale / height);
            let max_side = ui.input(|input| input.raw.max_texture_side).unwrap_or(4096);
            self.views.want(vec![ViewKey {
                path: item.file.path.clone(),
                content,
                time_ms: videos::time_ms(state, id, &item),
                short_side: (width.min(height) * part.min(1.0)).ceil() as u32,
                max_side: max_side as u32,
                region: None,
            }]);
        }
        let fill = palette(ui).background;
        ui.painter().rect_filled(place, theme::RADIUS, fill);
        if let Some(texture) = self.texture_of(&item, content) {
            let size = texture.size_vec2();
            let scale = (place.width() / size.x).min(place.height() / size.y);
            let rect = Rect::from_center_size(place.center(), size * scale.min(4.0));
            let all = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter()
                .image(texture.id(), rect, all, egui::Color32::WHITE);
        }
    }
}

fn answer(fits: Option<bool>) -> Command {
    Command::Found(FindingCommand::Answer(fits))
}

fn answers(ui: &mut Ui, questions: &Questioning, commands: &mut Vec<Command>) {
    for (text, name, fits) in [
        (t!("answer-yes-key"), t!("answer-yes"), Some(true)),
        (t!("answer-no-key"), t!("answer-no"), Some(false)),
        (t!("answer-not-sure-key"), t!("answer-not-sure"), None),
    ] {
        let button = egui::Button::new(text).min_size(vec2(96.0, 32.0));
        let response = ui.add(button);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        if response.clicked() {
            commands.push(answer(fits));
        }
    }
    back(ui, questions, commands);
}

/// The button that takes the last answer back.
fn back(ui: &mut Ui, questions: &Questioning, commands: &mut Vec<Command>) {
    let back = egui::Button::new(t!("answer-back-key")).min_size(vec2(96.0, 32.0));
    let response = ui.add_enabled(questions.can_undo_answer(), back);
    let enabled = questions.can_undo_answer();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, t!("answer-undo")));
    if response.clicked() {
        commands.push(Command::Found(FindingCommand::UndoAnswer));
    }
}

/// Consumes all presses of a key, and returns whether there was one. Holding the key counts once.
fn was_pressed(ui: &Ui, wanted: Key) -> bool {
    ui.input_mut(|input| {
        let mut was_pressed = false;
        input.events.retain(|event| match event {
            Event::Key {
                key,
                pressed: true,
                repeat,
                modifiers,
                ..
            } if *key == wanted && modifiers.matches_logically(Modifiers::NONE) => {
                was_pressed |= !*repeat;
                false
            }
            _ => true,
        });
        was_pressed
    })
}

/// Shortcuts: Y, N, Space, and Ctrl+Z or Backspace. Enter presses the button that has the focus; Space does so only if
/// there are no more questions.
fn keys(ui: &Ui, questions: &Questioning, commands: &mut Vec<Command>) {
    if questions.current().is_some() {
        // All of these keys are consumed, but only one answer is given: the next photo has not been shown yet.
        let pressed = [
            (Key::Y, Some(true)),
            (Key::N, Some(false)),
            (Key::Space, None),
        ]
        .map(|(key, fits)| (was_pressed(ui, key), fits));
        let first = pressed.into_iter().find(|(was_pressed, _)| *was_pressed);
        commands.extend(first.map(|(_, fits)| answer(fits)));
    }
    let back = ui.input_mut(|input| {
        input.consume_key(Modifiers::COMMAND, Key::Z)
            || input.consume_key(Modifiers::NONE, Key::Backspace)
    });
    if back && questions.can_undo_answer() {
        commands.push(Command::Found(FindingCommand::UndoAnswer));
    }
}

/// The current estimate, and the button that applies it.
fn outcome(ui: &mut Ui, questions: &Questioning, commands: &mut Vec<Command>) {
    let count = questions.answers();
    let is_enough = count >= MIN_ANSWERS || questions.current().is_none();
    let text = match count {
        0 => t!("answers-needed", count = MIN_ANSWERS),
        _ => t!("after-answers", count = count, enough = MIN_ANSWERS),
    };
    ui.label(RichText::new(text).small().weak());
    if count == 0 {
        return;
    }
    let mut sentence = RichText::new(&questions.sentence);
    if is_enough {
        sentence = sentence.strong();
    }
    let response = ui.add(egui::Label::new(sentence).wrap());
    response.on_hover_text(t!("brackets-hint"));
    let text = t!("set-threshold", percent = fine_percent(questions.suggested));
    let use_them = match is_enough {
        true => main_button(ui, &text),
        false => ui.button(text),
    };
    if use_them.clicked() {
        commands.push(Command::Found(FindingCommand::UseAnswers));
    }
}
