//! The export dialog: choices, the resulting plan, and progress.

mod choices;
mod plan;
mod progress;

use egui::{ComboBox, RichText, TextEdit, Ui};

use super::Interface;
use super::dialog_parts::{above_button, kept_copies, row, title};
use super::response_cache::RejectSummary;
use super::theme::{self, palette};
use crate::app::command::Command;
use crate::app::document::export_choices::{ExportChoices, ExportWhat};
use crate::app::document::exports::ExportState;
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::organize::export::{Conflict, ExportPlan, FolderLayout, Transfer};
use crate::text::Surface;
use crate::{t, text};

pub use choices::{CHOICES, ExportDialogChoices};
use plan::{export_button, show_plan};
pub use progress::interrupted;
use progress::{done, running};

const TRANSFERS: [(Transfer, &str); 4] = [
    (Transfer::Copy, "transfer-copy"),
    (Transfer::Move, "transfer-move"),
    (Transfer::HardLink, "transfer-hard-link"),
    (Transfer::Link, "transfer-link"),
];

const LAYOUTS: [(FolderLayout, &str); 4] = [
    (FolderLayout::Label, "layout-label"),
    (FolderLayout::Month, "layout-month"),
    (FolderLayout::Mirror, "layout-mirror"),
    (FolderLayout::Flat, "layout-flat"),
];

impl Interface {
    pub(super) fn export_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("export-title"), commands);
        match &state.exports.state {
            ExportState::Running(progress) => running(ui, progress, commands),
            ExportState::Done(report) => done(ui, state, report, commands),
            _ => self.export_choices(ui, state, commands),
        }
    }

    /// Makes the next dialog start with moving the rejects.
    pub(super) fn export_rejects(&mut self) {
        self.buffers.export.opens_for_rejects = true;
        self.buffers.export.stays = false;
    }

    fn export_choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let plan = above_button(ui, |ui| self.choices_and_plan(ui, state, commands));
        if let Some(plan) = plan {
            ui.add_space(theme::SPACE_S);
            export_button(ui, plan, &state.exports.summary, commands);
        }
    }

    /// Draws the choices and the plan that results from them. Returns the plan once it is ready.
    fn choices_and_plan<'a>(
        &mut self,
        ui: &mut Ui,
        state: &'a State,
        commands: &mut Vec<Command>,
    ) -> Option<&'a ExportPlan> {
        let choices = &mut self.buffers.export;
        if self.dialog_is_new && !std::mem::take(&mut choices.stays) {
            choices.begin(state);
        }
        choices.count(state);
        let reject_summary = &mut self.buffers.reject_summary;
        let before = choices.now.clone();
        choice_rows(ui, state, choices, commands);
        if choices.now != before && !choices.for_rejects {
            // Photos that the dialog has chosen by itself are no choice of the user.
            let what = match choices.now.what == before.what {
                true => state.memory.export.what,
                false => choices.now.what,
            };
            let kept = ExportChoices {
                what,
                ..choices.now.clone()
            };
            commands.push(Command::KeepExportChoices(Box::new(kept)));
        }
        if choices.now.what == Some(ExportWhat::Rejected) {
            let rejects = reject_summary.get(state, || RejectSummary::of(state));
            kept_copies(ui, state, &rejects.kept);
        }
        ui.separator();
        let request = match choices.request(state) {
            Ok(Some(request)) => request,
            Ok(None) => {
                let text = match choices.now.what {
                    None => t!("choose-photos-and-folder"),
                    Some(_) => t!("choose-a-folder-to-see"),
                };
                ui.label(RichText::new(text).weak());
                return None;
            }
            Err(problem) => {
                ui.label(
                    RichText::new(text::advised(&problem.to_string(), Surface::Window))
                        .color(palette(ui).bad),
                );
                return None;
            }
        };
        if self.dialog_is_new || state.exports.request.as_ref() != Some(&request) {
            commands.push(Command::PlanExport(Box::new(request)));
        }
        match &state.exports.state {
            ExportState::Planned(plan) => {
                show_plan(ui, plan, &state.exports.summary);
                return Some(plan.as_ref());
            }
            ExportState::Refused(problem) => {
                ui.label(
                    RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad),
                );
            }
            _ => {
                ui.label(t!("checking-target"));
            }
        }
        None
    }
}

fn choice_rows(
    ui: &mut Ui,
    state: &State,
    choices: &mut ExportDialogChoices,
    commands: &mut Vec<Command>,
) {
    row(ui, t!("row-photos"), |ui| what_row(ui, choices));
    row(ui, t!("row-to"), |ui| {
        ui.horizontal(|ui| {
            if ui.button(t!("choose-a-folder")).clicked() {
                commands.push(Command::Choose(FolderPurpose::ExportTo));
            }
            let chosen = state.memory.export.target.as_ref();
            let text =
                chosen.map_or_else(|| t!("none-yet").into(), |dir| dir.display().to_string());
            ui.add(egui::Label::new(RichText::new(text).small()).truncate());
        });
    });
    row(ui, t!("row-how"), |ui| {
        ui.horizontal(|ui| {
            for (transfer, name) in TRANSFERS {
                ui.selectable_value(&mut choices.now.transfer, transfer, t!(name));
            }
        });
    });
    row(ui, t!("row-folders"), |ui| folders_row(ui, choices));
    row(ui, t!("row-names"), |ui| names_row(ui, choices));
    row(ui, t!("row-also"), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut left_out = !choices.now.rejects;
        let rejects = choices.now.what == Some(ExportWhat::Rejected);
        let leave = egui::Checkbox::new(&mut left_out, t!("leave-rejects-out"));
        if ui.add_enabled(!rejects, leave).changed() {
            choices.now.rejects = !left_out;
        }
        ui.checkbox(&mut choices.now.paired_files, t!("include-paired"));
        ui.checkbox(&mut choices.now.manifest, t!("write-manifest"));
    });
}

fn what_row(ui: &mut Ui, choices: &mut ExportDialogChoices) {
    ui.horizontal_wrapped(|ui| {
        for (choice, name) in CHOICES {
            let count = choices.count_of(choice);
            let text = t!("choice-count", name = t!(name), count = count);
            let radio = egui::RadioButton::new(choices.now.what == Some(choice), text);
            if ui.add_enabled(count > 0, radio).clicked() {
                choices.now.what = Some(choice);
            }
        }
    });
}

fn folders_row(ui: &mut Ui, choices: &mut ExportDialogChoices) {
    ui.horizontal(|ui| {
        let name = LAYOUTS
            .iter()
            .find(|(layout, _)| *layout == choices.now.layout);
        let combo = ComboBox::from_id_salt("layout").selected_text(name.map_or("", |l| t!(l.1)));
        let shown = combo.show_ui(ui, |ui| {
            for (layout, name) in LAYOUTS {
                ui.selectable_value(&mut choices.now.layout, layout, t!(name));
            }
        });
        ui.ctx()
            .accesskit_node_builder(shown.response.id, |node| node.set_label(t!("row-folders")));
        let by_label = matches!(
            choices.now.layout,
            FolderLayout::Label | FolderLayout::Month
        );
        let every = egui::Checkbox::new(&mut choices.now.every_label, t!("to-every-label"));
        ui.add_enabled(by_label, every);
    });
}

fn names_row(ui: &mut Ui, choices: &mut ExportDialogChoices) {
    ui.horizontal(|ui| {
        let response = ui.add(TextEdit::singleline(&mut choices.now.names).desired_width(150.0));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("pattern-of-names")));
        response.on_hover_text(t!("pattern-hint"));
        ui.label(t!("if-taken"));
        ui.selectable_value(
            &mut choices.now.conflict,
            Conflict::Number,
            t!("add-a-number"),
        );
        let replace = ui.selectable_value(
            &mut choices.now.conflict,
            Conflict::Overwrite,
            t!("replace"),
        );
        replace.on_hover_text(t!("replace-hint"));
    });
}
