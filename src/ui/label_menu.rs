//! The context menu of a label.

use egui::{Popup, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

use super::icons::Icon;
use super::label_language::reads_english_only;
use super::theme::{self, palette};
use super::widgets::{menu_entries, quiet_button};
use crate::app::command::{Command, FindingCommand, RuleCommand};
use crate::app::document::filter::{LabelFit, SortKey, Sorting};
use crate::app::document::labels::{COLOURS, Label};
use crate::app::document::state::State;
use crate::t;

/// The button that opens the menu of a label.
pub fn label_menu(
    ui: &mut Ui,
    state: &State,
    at: usize,
    label: &Label,
    commands: &mut Vec<Command>,
) {
    let button = quiet_button(ui, Icon::More, &t!("more-for", label = label.text));
    Popup::menu(&button).show(|ui| {
        ui.set_min_width(200.0);
        menu_entries(ui, |ui| entries(ui, state, at, label, commands));
    });
}

fn entries(ui: &mut Ui, state: &State, at: usize, label: &Label, commands: &mut Vec<Command>) {
    let by = |key| {
        Command::SortBy(Sorting {
            key,
            descending: true,
        })
    };
    entry(
        ui,
        t!("sort-by-match"),
        by(SortKey::Match(label.id)),
        commands,
    );
    entry(
        ui,
        t!("show-only-these"),
        Command::ToggleFit(LabelFit::Label(label.id)),
        commands,
    );
    let ask = Command::Found(FindingCommand::Ask(label.id));
    entry(ui, t!("ten-questions"), ask, commands);
    let rule = Command::Rules(RuleCommand::ShowFor(label.id));
    entry(ui, t!("make-a-rule"), rule, commands);
    let command = Command::SetLabelOn(label.id, !label.on);
    toggle(ui, label.on, t!("in-use-toggle"), command, commands);
    let text = t!("negate");
    let command = Command::SetNegated(label.id, !label.negated);
    toggle(ui, label.negated, text, command, commands);
    if !label.members(reads_english_only(state)).is_empty() {
        let command = Command::SetExactly(label.id, !label.exactly);
        toggle(ui, label.exactly, t!("exactly"), command, commands);
    }
    if at > 0 {
        entry(
            ui,
            t!("move-up"),
            Command::MoveLabel(label.id, at - 1),
            commands,
        );
    }
    if at + 1 < state.memory.labels.len() {
        entry(
            ui,
            t!("move-down"),
            Command::MoveLabel(label.id, at + 1),
            commands,
        );
    }
    if !label.examples.is_empty() || !label.counter_examples.is_empty() {
        let text = t!("text-only");
        let command = Command::SetTextOnly(label.id, !label.text_only);
        toggle(ui, label.text_only, text, command, commands);
        entry(
            ui,
            t!("remove-examples"),
            Command::ClearExamples(label.id),
            commands,
        );
    }
    colours(ui, label, commands);
}

fn colours(ui: &mut Ui, label: &Label, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for colour in 0..COLOURS {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(17.0), Sense::click());
            let name = t!("colour-number", number = colour + 1);
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

fn entry(ui: &mut Ui, text: &str, command: Command, commands: &mut Vec<Command>) {
    if ui.button(text).clicked() {
        commands.push(command);
        ui.close();
    }
}

/// A toggle that closes the menu. Its name describes the state when on.
fn toggle(ui: &mut Ui, on: bool, text: &str, command: Command, commands: &mut Vec<Command>) {
    let mut now = on;
    if ui.checkbox(&mut now, text).clicked() {
        commands.push(command);
        ui.close();
    }
}
