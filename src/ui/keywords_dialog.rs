//! The dialog that writes labels, stars and colours to sidecars: choices, the resulting plan, and the outcome.

use std::path::Path;

use egui::{RichText, TextEdit, Ui};

use super::Interface;
use super::description_row::{description_row, planned_heading, planned_text};
use super::dialog_parts::{above_button, failures, row, table_height, title};
use super::export_dialog::CHOICES;
use super::theme::{self, palette};
use super::widgets::{TextTable, main_button};
use crate::app::command::Command;
use crate::app::document::export_choices::ExportWhat;
use crate::app::document::keywords::{KeywordRequest, KeywordState, KeywordSummary};
use crate::app::document::state::State;
use crate::engine::media::metadata::SidecarNaming;
use crate::engine::organize::sidecars::{SidecarContents, SidecarPlacement, SidecarPlan};
use crate::settings::Settings;
use crate::t;
use crate::text::{self, Digits, Surface};

/// The choices in the dialog.
#[derive(Clone, Debug)]
pub struct KeywordChoices {
    what: ExportWhat,
    labels: bool,
    parent: String,
    stars: bool,
    colours: bool,
    rejects: bool,
    descriptions: bool,
    replace_descriptions: bool,
    inside: bool,
}

impl Default for KeywordChoices {
    fn default() -> Self {
        Self {
            what: ExportWhat::Fitting,
            labels: true,
            parent: String::new(),
            stars: false,
            colours: false,
            rejects: false,
            descriptions: false,
            replace_descriptions: false,
            inside: false,
        }
    }
}

impl KeywordChoices {
    fn request(&self, naming: SidecarNaming) -> KeywordRequest {
        let parent = Some(self.parent.trim()).filter(|parent| !parent.is_empty());
        KeywordRequest {
            what: self.what,
            labels: self.labels,
            contents: SidecarContents {
                parent: parent.map(ToOwned::to_owned),
                stars: self.stars,
                colours: self.colours,
                rejects: self.rejects,
                descriptions: self.descriptions,
                replace_descriptions: self.descriptions && self.replace_descriptions,
            },
            way: SidecarPlacement {
                naming,
                inside: self.inside,
            },
        }
    }
}

impl Interface {
    pub(super) fn keywords_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        commands: &mut Vec<Command>,
    ) {
        title(ui, t!("keywords-title"), commands);
        match &state.keywords.state {
            KeywordState::Writing => waiting(ui, t!("writing")),
            KeywordState::Done(count, unchanged, missed) => {
                let text = text::sidecars_written(*count, *unchanged, Digits::Grouped);
                ui.label(RichText::new(text).size(16.0).color(palette(ui).good));
                failures(ui, missed, |n| t!("could-not-be-written", count = n));
                done_buttons(ui, count.total() > 0, commands);
            }
            _ => self.keyword_choices(ui, state, commands),
        }
    }

    fn keyword_choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let plan = above_button(ui, |ui| self.keywords_and_plan(ui, state, commands));
        if let Some(plan) = plan {
            ui.add_space(theme::SPACE_S);
            write_button(ui, plan, state.keywords.summary, commands);
        }
    }

    /// Draws the choices and the plan that results from them. Returns the plan once it is ready.
    fn keywords_and_plan<'a>(
        &mut self,
        ui: &mut Ui,
        state: &'a State,
        commands: &mut Vec<Command>,
    ) -> Option<&'a SidecarPlan> {
        let choices = &mut self.buffers.keywords;
        if self.dialog_is_new {
            choices.what = match state.selection.is_empty() {
                true => ExportWhat::Fitting,
                false => ExportWhat::Selected,
            };
        }
        choice_rows(ui, state, choices, commands);
        ui.separator();
        let request = choices.request(state.settings.sidecar_names);
        if state.keywords.request.as_ref() != Some(&request) {
            commands.push(Command::PlanKeywords(Box::new(request)));
        }
        match &state.keywords.state {
            KeywordState::Planned(plan) => {
                show_plan(ui, plan, state.keywords.summary);
                return Some(plan.as_ref());
            }
            KeywordState::Refused(problem) => {
                ui.label(
                    RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad),
                );
            }
            _ => waiting(ui, t!("reading-metadata")),
        }
        None
    }
}

fn waiting(ui: &mut Ui, text: &str) {
    ui.label(text);
}

fn done_buttons(ui: &mut Ui, some: bool, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if some && ui.button(t!("undo")).clicked() {
            commands.push(Command::UndoKeywords);
            commands.push(Command::Show(None));
        }
        if main_button(ui, t!("done")).clicked() {
            commands.push(Command::Show(None));
        }
    });
}

fn choice_rows(
    ui: &mut Ui,
    state: &State,
    choices: &mut KeywordChoices,
    commands: &mut Vec<Command>,
) {
    row(ui, t!("row-photos"), |ui| {
        ui.horizontal_wrapped(|ui| {
            for (what, name) in CHOICES {
                ui.radio_value(&mut choices.what, what, t!(name));
            }
        });
    });
    row(ui, t!("row-write"), |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.checkbox(&mut choices.labels, t!("labels-that-fit"));
            let theirs = t!("only-where-unsaid");
            ui.checkbox(&mut choices.stars, t!("write-stars"))
                .on_hover_text(theirs);
            ui.checkbox(&mut choices.colours, t!("write-colours"))
                .on_hover_text(theirs);
            ui.checkbox(&mut choices.rejects, t!("write-rejects"));
        });
    });
    description_row(
        ui,
        state,
        &mut choices.descriptions,
        &mut choices.replace_descriptions,
    );
    row(ui, t!("row-parent"), |ui| {
        let edit = TextEdit::singleline(&mut choices.parent).hint_text(t!("no-parent"));
        let response = ui.add_enabled(choices.labels, edit.desired_width(220.0));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_label(t!("parent-keyword"));
        });
        response.on_hover_text(t!("parent-hint"));
    });
    row(ui, t!("row-sidecars"), |ui| {
        naming_choice(ui, &state.settings, commands)
    });
    row(ui, "", |ui| {
        ui.checkbox(&mut choices.inside, t!("write-inside"))
            .on_hover_text(t!("write-inside-hint"));
    });
}

/// How sidecars are named. This is a setting, because all of the user's programs must find them.
pub fn naming_choice(ui: &mut Ui, settings: &Settings, commands: &mut Vec<Command>) {
    let mut naming = settings.sidecar_names;
    ui.vertical(|ui| {
        ui.radio_value(&mut naming, SidecarNaming::WholeName, t!("naming-whole"));
        ui.radio_value(&mut naming, SidecarNaming::Stem, t!("naming-stem"));
    });
    if naming != settings.sidecar_names {
        commands.push(Command::ChangeSettings(Box::new(Settings {
            sidecar_names: naming,
            ..settings.clone()
        })));
    }
}

/// A summary of the plan, and its table.
fn show_plan(ui: &mut Ui, plan: &SidecarPlan, summary: KeywordSummary) {
    ui.label(text::sidecars_to_write(
        summary.count,
        plan.unchanged,
        Digits::Grouped,
    ));
    failures(ui, &plan.failures, |n| t!("cannot-be-changed", count = n));
    failures(ui, &plan.beside, |n| {
        t!("cannot-be-written-into", count = n)
    });
    let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
    let lines = TextTable {
        id: "keywords",
        headings: [
            t!("heading-file"),
            planned_heading(summary.has_descriptions),
        ],
        first: 190.0,
        height: table_height(ui),
    };
    lines.show(ui, plan.changes.len(), |at| {
        let change = &plan.changes[at];
        [name(&change.path), planned_text(change)]
    });
}

/// The button that writes what is planned.
fn write_button(
    ui: &mut Ui,
    plan: &SidecarPlan,
    summary: KeywordSummary,
    commands: &mut Vec<Command>,
) {
    ui.add_enabled_ui(!plan.changes.is_empty(), |ui| {
        let text = t!(
            "write-files",
            files = text::sidecars(summary.count, Digits::Grouped)
        );
        if main_button(ui, &text).clicked() {
            commands.push(Command::WriteKeywords);
        }
    });
}
