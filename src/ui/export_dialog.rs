//! The dialog that sends photos to a folder.

use egui::{Grid, RichText, ScrollArea, Spinner, Ui};

use super::Interface;
use super::dialogs::title;
use super::theme::palette;
use super::widgets::{main_button, photos, thousands};
use crate::app::command::Command;
use crate::app::services::Purpose;
use crate::app::state::{ExportRequest, ExportState, ExportWhat, State};
use crate::core::export::Transfer;

/// What was chosen in the dialog.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    what: Option<ExportWhat>,
    transfer: Transfer,
    by_label: bool,
    /// Photos of each choice, by [`CHOICES`], and of which answer.
    counts: [usize; 4],
    counted: Option<u64>,
}

/// Which photos can be chosen, and what that is called.
const CHOICES: [(ExportWhat, &str); 4] = [
    (ExportWhat::Selected, "Selected"),
    (ExportWhat::Shown, "Shown"),
    (ExportWhat::Fitting, "All that fit a label"),
    (ExportWhat::Picked, "Picks"),
];

impl Choices {
    /// Counts what each choice holds, once for each answer: over a large folder it takes a while.
    fn count(&mut self, state: &State, anew: bool) {
        if anew || self.counted != Some(state.answer.number) {
            self.counts = CHOICES.map(|(what, _)| state.export_items(what).len());
            self.counted = Some(state.answer.number);
        }
    }

    fn count_of(&self, what: ExportWhat) -> usize {
        let at = CHOICES.iter().position(|(choice, _)| *choice == what);
        at.map_or(0, |at| self.counts[at])
    }
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            what: None,
            transfer: Transfer::Copy,
            by_label: true,
            counts: [0; 4],
            counted: None,
        }
    }
}

impl Interface {
    pub(super) fn export_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, "Export photos", commands);
        match &state.export {
            ExportState::Idle => self.export_choices(ui, state, commands),
            ExportState::Running { total } => {
                ui.horizontal(|ui| {
                    ui.add(Spinner::new());
                    ui.label(format!("Exporting {}", photos(*total)));
                });
                if ui.button("Stop").clicked() {
                    commands.push(Command::CancelExport);
                }
            }
            ExportState::Done {
                exported,
                failures,
                target,
            } => {
                let good = palette(ui).good;
                let text = format!("{} exported", photos(*exported));
                ui.label(RichText::new(text).size(16.0).color(good));
                ui.label(target.display().to_string());
                list(ui, failures);
                ui.horizontal(|ui| {
                    if main_button(ui, "Show the folder").clicked() {
                        commands.push(Command::RevealPath(target.clone()));
                    }
                    if ui.button("Done").clicked() {
                        commands.push(Command::Show(None));
                    }
                });
            }
            ExportState::Failed(trouble) => {
                let bad = palette(ui).bad;
                ui.label(RichText::new(format!("Nothing was exported: {trouble}")).color(bad));
                if ui.button("Choose another folder…").clicked() {
                    commands.push(Command::Choose(Purpose::ExportTo));
                }
            }
        }
    }

    fn export_choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let choices = &mut self.buffers.export;
        let usual = if state.selection.is_empty() {
            ExportWhat::Shown
        } else {
            ExportWhat::Selected
        };
        if self.dialog_is_new {
            choices.what = Some(usual);
        }
        choices.count(state, self.dialog_is_new);
        let mut what = choices.what.unwrap_or(usual);
        Grid::new("export")
            .num_columns(2)
            .spacing([16.0, 12.0])
            .show(ui, |ui| {
                ui.label("Photos");
                ui.vertical(|ui| {
                    for (choice, name) in CHOICES {
                        let count = choices.count_of(choice);
                        let text = format!("{name} ({})", thousands(count));
                        let radio = egui::RadioButton::new(what == choice, text);
                        if ui.add_enabled(count > 0, radio).clicked() {
                            what = choice;
                        }
                    }
                });
                ui.end_row();
                ui.label("To");
                ui.horizontal(|ui| {
                    if ui.button("Choose a folder…").clicked() {
                        commands.push(Command::Choose(Purpose::ExportTo));
                    }
                    let chosen = state.export_target.as_ref();
                    let text =
                        chosen.map_or_else(|| "none yet".into(), |dir| dir.display().to_string());
                    ui.add(egui::Label::new(RichText::new(text).small()).truncate());
                });
                ui.end_row();
                ui.label("How");
                ui.horizontal(|ui| {
                    ui.selectable_value(&mut choices.transfer, Transfer::Copy, "Copy");
                    ui.selectable_value(&mut choices.transfer, Transfer::Move, "Move");
                    ui.selectable_value(&mut choices.transfer, Transfer::Link, "Link");
                });
                ui.end_row();
                ui.label("Folders");
                ui.checkbox(&mut choices.by_label, "One for each label");
                ui.end_row();
            });
        choices.what = Some(what);
        let count = choices.count_of(what);
        let verb = match choices.transfer {
            Transfer::Copy => "Copy",
            Transfer::Move => "Move",
            Transfer::Link => "Link to",
        };
        let note = "Nothing is replaced: a name that is taken gets a number";
        ui.label(RichText::new(note).small().weak());
        let (transfer, by_label) = (choices.transfer, choices.by_label);
        let ready = count > 0 && state.export_target.is_some();
        ui.add_enabled_ui(ready, |ui| {
            let clicked = main_button(ui, &format!("{verb} {}", photos(count))).clicked();
            if let Some(target) = state.export_target.clone().filter(|_| clicked) {
                commands.push(Command::StartExport(ExportRequest {
                    what,
                    target,
                    transfer,
                    by_label,
                }));
            }
        });
    }
}

fn list(ui: &mut Ui, failures: &[crate::core::photo::Failure]) {
    if failures.is_empty() {
        return;
    }
    let bad = palette(ui).bad;
    let text = format!("{} stayed where they were:", photos(failures.len()));
    ui.label(RichText::new(text).color(bad));
    ScrollArea::vertical().max_height(160.0).show(ui, |ui| {
        for failure in failures.iter().take(200) {
            let text = format!("{}: {}", failure.path.display(), failure.message);
            ui.add(egui::Label::new(RichText::new(text).small()).truncate());
        }
    });
}
