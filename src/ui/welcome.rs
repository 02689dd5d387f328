//! The welcome dialog: a language, photos, a model. Each step can be skipped, and nothing is downloaded unasked.

use egui::{Align, Layout, RichText, Ui};

use super::dialog_parts::{above_button, title};
use super::models_dialog;
use super::settings_dialog::language_name;
use super::theme::{self, palette};
use super::widgets::main_button;
use crate::app::command::{Action, Command, Dialog, WelcomeStep};
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::hub::catalog::{self, CatalogModel};
use crate::settings::Settings;
use crate::t;
use crate::text::{self, LanguageChoice, Surface};

/// Draws one step.
pub fn show(ui: &mut Ui, state: &State, step: WelcomeStep, commands: &mut Vec<Command>) {
    title(ui, t!("welcome-title"), commands);
    let number = step as usize + 1;
    let steps = t!("welcome-step", number = number, of = WelcomeStep::ALL.len());
    ui.label(RichText::new(steps).small().weak());
    ui.add_space(theme::SPACE_M);
    match step {
        WelcomeStep::Language => languages(ui, state, commands),
        WelcomeStep::Photos => photos(ui, commands),
        WelcomeStep::Model => above_button(ui, |ui| models(ui, state, commands)),
    }
    // The buttons keep their position in all steps.
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        ui.horizontal(|ui| buttons(ui, step, commands));
    });
}

fn go(step: WelcomeStep) -> Command {
    Command::Show(Some(Dialog::Welcome(step)))
}

fn buttons(ui: &mut Ui, step: WelcomeStep, commands: &mut Vec<Command>) {
    if let Some(before) = step.previous()
        && ui.button(t!("welcome-back")).clicked()
    {
        commands.push(go(before));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let Some(next) = step.next() else {
            if main_button(ui, t!("welcome-start")).clicked() {
                commands.push(Command::CloseDialog);
            }
            return;
        };
        if main_button(ui, t!("welcome-next")).clicked() {
            commands.push(go(next));
        }
        if ui.button(t!("welcome-skip")).clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

fn question(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).size(16.0).strong()).wrap());
    ui.add_space(theme::SPACE_S);
}

fn note(ui: &mut Ui, text: &str) {
    let colour = palette(ui).weak;
    ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
}

fn languages(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    question(ui, t!("welcome-language"));
    let now = state.settings.language;
    for choice in LanguageChoice::offered() {
        if ui.radio(choice == now, language_name(choice)).clicked() && choice != now {
            let settings = Settings {
                language: choice,
                ..state.settings.clone()
            };
            commands.push(Command::ChangeSettings(Box::new(settings)));
        }
    }
}

fn photos(ui: &mut Ui, commands: &mut Vec<Command>) {
    question(ui, t!("welcome-photos"));
    note(ui, t!("welcome-photos-note"));
    ui.add_space(theme::SPACE_M);
    for (text, action) in [
        (t!("choose-a-folder"), Action::OpenFolder),
        (Action::Samples.entry().name, Action::Samples),
    ] {
        let is_main = action == Action::OpenFolder;
        let response = match is_main {
            true => main_button(ui, text),
            false => ui.button(text),
        };
        if response.clicked() {
            commands.push(Command::Do(action));
        }
    }
    ui.add_space(theme::SPACE_M);
    note(ui, t!("promise"));
}

fn models(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    question(ui, t!("welcome-model"));
    note(ui, t!("welcome-model-note"));
    models_dialog::starter(ui, state, commands);
    let recommended = catalog::recommended().and_then(|model| {
        let is_it = |entry: &CatalogModel| entry.repo == model.repo;
        let mut list = state.models.list.iter();
        list.find(|shelved| shelved.entry.is_some_and(is_it))
    });
    if let Some(shelved) = recommended {
        ui.separator();
        models_dialog::row(ui, state, shelved, commands);
    }
    ui.separator();
    ui.horizontal_wrapped(|ui| {
        if ui.button(t!("add-a-folder")).clicked() {
            commands.push(Command::Choose(FolderPurpose::Model));
        }
        if ui.button(t!("welcome-all-models")).clicked() {
            commands.push(Command::Show(Some(Dialog::Models {
                back: state.dialog.clone().map(Box::new),
            })));
        }
    });
    if let Some(problem) = &state.models.problem {
        ui.label(RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad));
    }
}
