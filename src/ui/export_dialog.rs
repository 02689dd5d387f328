//! The export dialog: choices, the resulting plan, and progress.

use std::str::FromStr;

use egui::{ComboBox, ProgressBar, RichText, ScrollArea, TextEdit, Ui};

use super::Interface;
use super::dialog_parts::{kept_copies, row, title};
use super::per_answer::RejectSummary;
use super::theme::{self, palette};
use super::widgets::{TextTable, bytes, main_button, photos};
use crate::app::command::Command;
use crate::app::document::export_choices::ExportWhat;
use crate::app::document::export_choices::{ExportChoices, FolderTotal, PlanSummary, first_choice};
use crate::app::document::exports::{ExportRequest, ExportState};
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::media::photo::Failure;
use crate::engine::organize::export::names::Pattern;
use crate::engine::organize::export::{
    Conflict, ExportOptions, ExportPlan, ExportProgress, ExportReport, FolderLayout, MultiLabel,
    PastExport, Transfer,
};
use crate::engine::plural::{counted_thousands, thousands};

/// What is chosen in the dialog.
#[derive(Clone, Debug, Default)]
pub struct ExportDialogChoices {
    now: ExportChoices,
    /// Photos of each choice, by [`CHOICES`], and of which answer.
    counts: [usize; 5],
    counted: Option<(u64, bool)>,
    /// Whether the rejects are to be moved: that is for one time only.
    for_rejects: bool,
    /// Whether it is for the rejects that the dialog opens next.
    opens_for_rejects: bool,
    /// Whether the dialog goes on with what is chosen: it was only away while a path was typed.
    pub(super) stays: bool,
}

/// Which photos can be chosen, and what that is called.
pub const CHOICES: [(ExportWhat, &str); 5] = [
    (ExportWhat::Selected, "Selected"),
    (ExportWhat::Shown, "Shown"),
    (ExportWhat::Fitting, "All that fit a label"),
    (ExportWhat::Picked, "Picks"),
    (ExportWhat::Rejected, "Rejects"),
];

const TRANSFERS: [(Transfer, &str); 4] = [
    (Transfer::Copy, "Copy"),
    (Transfer::Move, "Move"),
    (Transfer::HardLink, "Hard link"),
    (Transfer::Link, "Link"),
];

const LAYOUTS: [(FolderLayout, &str); 4] = [
    (FolderLayout::Label, "One per label"),
    (FolderLayout::Month, "One per label and month"),
    (FolderLayout::Mirror, "As they are now"),
    (FolderLayout::Flat, "None"),
];

impl ExportDialogChoices {
    /// Begins with what was chosen last.
    fn begin(&mut self, state: &State) {
        self.for_rejects = std::mem::take(&mut self.opens_for_rejects);
        self.counted = None;
        self.now = match self.for_rejects {
            true => ExportChoices {
                what: Some(ExportWhat::Rejected),
                transfer: Transfer::Move,
                layout: FolderLayout::Flat,
                ..ExportChoices::default()
            },
            false => state.memory.export.clone(),
        };
        self.count(state);
        if !self.for_rejects {
            self.now.what = first_choice(self.now.what, |what| self.count_of(what));
        }
    }

    /// Counts what each choice holds, once for each answer: over a large folder it takes a while.
    fn count(&mut self, state: &State) {
        let of = Some((state.answer.number, self.now.rejects));
        if self.counted != of {
            let rejects = self.now.rejects;
            self.counts = CHOICES.map(|(what, _)| state.export_count(what, rejects));
            self.counted = of;
        }
    }

    fn count_of(&self, what: ExportWhat) -> usize {
        let at = CHOICES.iter().position(|(choice, _)| *choice == what);
        at.map_or(0, |at| self.counts[at])
    }

    /// What is asked for, if it can be.
    fn request(&self, state: &State) -> Result<Option<ExportRequest>, String> {
        let now = &self.now;
        let names = Pattern::from_str(now.names.trim())?;
        let (Some(target), Some(what)) = (state.memory.export.target.clone(), now.what) else {
            return Ok(None);
        };
        let options = ExportOptions {
            target,
            transfer: now.transfer,
            layout: now.layout,
            names,
            conflict: now.conflict,
            several: if now.every_label {
                MultiLabel::All
            } else {
                MultiLabel::Best
            },
            paired_files: now.paired_files,
        };
        Ok(Some(ExportRequest {
            what,
            rejects: now.rejects,
            options,
            manifest: now.manifest,
        }))
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
        match &state.exports.state {
            ExportState::Running(progress) => running(ui, progress, commands),
            ExportState::Done(report) => done(ui, state, report, commands),
            _ => self.export_choices(ui, state, commands),
        }
    }

    /// Chooses the rejects and a move the next time that the dialog opens, and only then.
    pub(super) fn export_rejects(&mut self) {
        self.buffers.export.opens_for_rejects = true;
        self.buffers.export.stays = false;
    }

    fn export_choices(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let choices = &mut self.buffers.export;
        if self.dialog_is_new && !std::mem::take(&mut choices.stays) {
            choices.begin(state);
        }
        choices.count(state);
        let put_away = &mut self.buffers.put_away;
        let before = choices.now.clone();
        choice_rows(ui, state, choices, commands);
        if choices.now != before && !choices.for_rejects {
            let kept = Box::new(choices.now.clone());
            commands.push(Command::KeepExportChoices(kept));
        }
        if choices.now.what == Some(ExportWhat::Rejected) {
            let rejects = put_away.get(state, || RejectSummary::of(state));
            kept_copies(ui, state, &rejects.kept);
        }
        ui.separator();
        let request = match choices.request(state) {
            Ok(Some(request)) => request,
            Ok(None) => {
                let text = match choices.now.what {
                    None => "Choose which photos, and a folder, to see what will happen",
                    Some(_) => "Choose a folder to see what will happen",
                };
                ui.label(RichText::new(text).weak());
                return;
            }
            Err(problem) => {
                ui.label(RichText::new(problem).color(palette(ui).bad));
                return;
            }
        };
        if self.dialog_is_new || state.exports.request.as_ref() != Some(&request) {
            commands.push(Command::PlanExport(Box::new(request)));
        }
        match &state.exports.state {
            ExportState::Planned(plan) => show_plan(ui, plan, &state.exports.summary, commands),
            ExportState::Refused(problem) => {
                ui.label(RichText::new(problem).color(palette(ui).bad));
            }
            _ => {
                ui.label("Checking the target folder…");
            }
        }
    }
}

fn choice_rows(
    ui: &mut Ui,
    state: &State,
    choices: &mut ExportDialogChoices,
    commands: &mut Vec<Command>,
) {
    row(ui, "Photos", |ui| what_row(ui, choices));
    row(ui, "To", |ui| {
        ui.horizontal(|ui| {
            if ui.button("Choose a folder…").clicked() {
                commands.push(Command::Choose(FolderPurpose::ExportTo));
            }
            let chosen = state.memory.export.target.as_ref();
            let text = chosen.map_or_else(|| "none yet".into(), |dir| dir.display().to_string());
            ui.add(egui::Label::new(RichText::new(text).small()).truncate());
        });
    });
    row(ui, "How", |ui| {
        ui.horizontal(|ui| {
            for (transfer, name) in TRANSFERS {
                ui.selectable_value(&mut choices.now.transfer, transfer, name);
            }
        });
    });
    row(ui, "Folders", |ui| folders_row(ui, choices));
    row(ui, "Names", |ui| names_row(ui, choices));
    row(ui, "Also", |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut left_out = !choices.now.rejects;
        let rejects = choices.now.what == Some(ExportWhat::Rejected);
        let leave = egui::Checkbox::new(&mut left_out, "Leave rejects out");
        if ui.add_enabled(!rejects, leave).changed() {
            choices.now.rejects = !left_out;
        }
        ui.checkbox(
            &mut choices.now.paired_files,
            "Include sidecars, paired RAW files and Live Photo movies",
        );
        ui.checkbox(
            &mut choices.now.manifest,
            "Write a list of what went where (JSON and CSV)",
        );
    });
}

fn what_row(ui: &mut Ui, choices: &mut ExportDialogChoices) {
    ui.horizontal_wrapped(|ui| {
        for (choice, name) in CHOICES {
            let count = choices.count_of(choice);
            let text = format!("{name} ({})", thousands(count));
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
        let combo = ComboBox::from_id_salt("layout").selected_text(name.map_or("", |l| l.1));
        let shown = combo.show_ui(ui, |ui| {
            for (layout, name) in LAYOUTS {
                ui.selectable_value(&mut choices.now.layout, layout, name);
            }
        });
        ui.ctx()
            .accesskit_node_builder(shown.response.id, |node| node.set_label("Folders"));
        let by_label = matches!(
            choices.now.layout,
            FolderLayout::Label | FolderLayout::Month
        );
        let every = egui::Checkbox::new(&mut choices.now.every_label, "To every label that fits");
        ui.add_enabled(by_label, every);
    });
}

fn names_row(ui: &mut Ui, choices: &mut ExportDialogChoices) {
    ui.horizontal(|ui| {
        let response = ui.add(TextEdit::singleline(&mut choices.now.names).desired_width(150.0));
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label("Pattern of names"));
        response.on_hover_text("May contain {name}, {label}, {date}, {match} and {n}");
        ui.label("If a name is taken:");
        ui.selectable_value(&mut choices.now.conflict, Conflict::Number, "Add a number");
        let replace =
            ui.selectable_value(&mut choices.now.conflict, Conflict::Overwrite, "Replace");
        replace.on_hover_text(
            "The file that is there is set aside, and restored if the export is undone",
        );
    });
}

/// Height of a table's head and of the button below the tables, and of the least that is seen of a table.
const BELOW: f32 = 92.0;
const LEAST: f32 = 60.0;

/// What will happen, and the button that lets it happen.
fn show_plan(ui: &mut Ui, plan: &ExportPlan, summary: &PlanSummary, commands: &mut Vec<Command>) {
    let mut words = vec![photos(summary.photos)];
    let counts = [
        (summary.paired_files, "paired file", "paired files"),
        (plan.skipped.len(), "is already there", "are already there"),
        (plan.renamed, "gets a number", "get a number"),
        (summary.replaced, "replaces a file", "replace files"),
    ];
    let some = counts.into_iter().filter(|(count, ..)| *count > 0);
    words.extend(some.map(|(count, one, many)| counted_thousands(count, one, many)));
    let free = plan
        .free
        .map_or_else(String::new, |free| format!(" of {} free", bytes(free)));
    ui.label(format!("{}: {}{free}", words.join(", "), bytes(plan.bytes)));
    failures(ui, &plan.failures, "cannot be exported");
    let height = (ui.available_height() - BELOW).max(LEAST);
    if summary.folders.len() > 1 {
        // Beside each other, so that a small window has room for both.
        ui.columns(2, |columns| {
            folder_totals(&mut columns[0], &summary.folders, height);
            targets(&mut columns[1], plan, 130.0, height);
        });
    } else {
        targets(ui, plan, 190.0, height);
    }
    ui.add_space(theme::SPACE_S);
    let ready = !plan.steps.is_empty();
    ui.add_enabled_ui(ready, |ui| {
        let text = format!("Export {}", photos(summary.photos));
        if main_button(ui, &text).clicked() {
            commands.push(Command::StartExport);
        }
    });
}

/// Where each photo goes.
fn targets(ui: &mut Ui, plan: &ExportPlan, first: f32, height: f32) {
    let lines = TextTable {
        id: "plan",
        headings: ["Photo", "Goes to"],
        first,
        height,
    };
    lines.show(ui, plan.steps.len(), |at| {
        let step = &plan.steps[at];
        let name = step.source.file_name().unwrap_or_default();
        let to = step.target.strip_prefix(&plan.target);
        let to = to.unwrap_or(&step.target);
        [name.display().to_string(), to.display().to_string()]
    });
}

/// What goes into each folder.
fn folder_totals(ui: &mut Ui, totals: &[FolderTotal], height: f32) {
    let lines = TextTable {
        id: "totals",
        headings: ["Folder", "Holds"],
        first: 150.0,
        height,
    };
    lines.show(ui, totals.len(), |at| {
        let total = &totals[at];
        let folder = match total.folder.as_os_str().is_empty() {
            true => "the folder itself".to_owned(),
            false => total.folder.display().to_string(),
        };
        [
            folder,
            format!("{}, {}", photos(total.photos), bytes(total.bytes)),
        ]
    });
}

fn running(ui: &mut Ui, progress: &ExportProgress, commands: &mut Vec<Command>) {
    let part = progress.files as f32 / progress.of.max(1) as f32;
    let bar = ui.add(ProgressBar::new(part).desired_height(10.0));
    ui.ctx()
        .accesskit_node_builder(bar.id, |node| node.set_label("Export"));
    let (files, of) = (thousands(progress.files), thousands(progress.of));
    ui.label(format!("{files} of {of} files, {}", bytes(progress.bytes)));
    if ui.button("Stop").clicked() {
        commands.push(Command::CancelExport);
    }
}

fn done(ui: &mut Ui, state: &State, report: &ExportReport, commands: &mut Vec<Command>) {
    let stopped = if report.cancelled {
        " before it was stopped"
    } else {
        ""
    };
    let text = format!("{} exported{stopped}", photos(report.photos));
    ui.label(RichText::new(text).size(16.0).color(palette(ui).good));
    if report.skipped > 0 {
        let files = counted_thousands(report.skipped, "file was", "files were");
        ui.label(format!("{files} already there"));
    }
    if report.replaced > 0 {
        let (one, many) = ("file was replaced: it is", "files were replaced: they are");
        let files = counted_thousands(report.replaced, one, many);
        ui.label(format!("{files} kept as “name (replaced …)”"));
    }
    for problem in report.warnings.iter().chain(&report.problem) {
        ui.label(RichText::new(problem).color(palette(ui).bad));
    }
    let target = state.memory.export.target.clone();
    if let Some(target) = &target {
        ui.label(RichText::new(target.display().to_string()).small());
    }
    failures(ui, &report.failures, "stayed where they were");
    ui.horizontal(|ui| {
        if let Some(target) = target
            && main_button(ui, "Show the folder").clicked()
        {
            commands.push(Command::RevealPath(target));
        }
        if report.unfinished && ui.button("Finish it").clicked() {
            commands.push(Command::FinishExport(report.id.clone()));
        }
        if !report.exported.is_empty() && ui.button("Undo").clicked() {
            commands.push(Command::UndoExport(report.id.clone()));
            commands.push(Command::Show(None));
        }
        if ui.button("Done").clicked() {
            commands.push(Command::Show(None));
        }
    });
}

/// What went wrong with photos, under a heading that says what became of them.
pub fn failures(ui: &mut Ui, failures: &[Failure], what: &str) {
    if failures.is_empty() {
        return;
    }
    let bad = palette(ui).bad;
    let text = format!("{} {what}:", photos(failures.len()));
    ui.label(RichText::new(text).color(bad));
    ScrollArea::vertical()
        .id_salt("failures")
        .max_height(90.0)
        .show(ui, |ui| {
            for failure in failures.iter().take(200) {
                let text = format!("{}: {}", failure.path.display(), failure.message);
                ui.add(egui::Label::new(RichText::new(text).small()).truncate());
            }
        });
}

/// Interrupted exports, to be finished or undone.
pub fn interrupted(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    title(ui, "An export was interrupted", commands);
    for past in &state.exports.interrupted {
        one_interrupted(ui, past, commands);
    }
    let note = "No photo was lost: each is complete in its old place or its new one";
    ui.label(RichText::new(note).small().weak());
}

fn one_interrupted(ui: &mut Ui, past: &PastExport, commands: &mut Vec<Command>) {
    let (done, all) = (thousands(past.done()), thousands(past.files.len()));
    ui.label(format!("{done} of {all} files were exported"));
    ui.label(RichText::new(past.target.display().to_string()).small());
    ui.horizontal(|ui| {
        if main_button(ui, "Finish it").clicked() {
            commands.push(Command::FinishExport(past.id.clone()));
        }
        if ui.button("Undo it").clicked() {
            commands.push(Command::UndoExport(past.id.clone()));
            commands.push(Command::Show(None));
        }
        if ui.button("Later").clicked() {
            commands.push(Command::Show(None));
        }
    });
    ui.add_space(theme::SPACE_S);
}
