//! The export dialog: choices, the resulting plan, and progress.

use std::str::FromStr;

use egui::{ComboBox, ProgressBar, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use super::Interface;
use super::dialog_parts::{kept_copies, row, title};
use super::response_cache::RejectSummary;
use super::theme::{self, palette};
use super::widgets::{TextTable, bytes, main_button, photos};
use crate::app::command::Command;
use crate::app::document::export_choices::ExportWhat;
use crate::app::document::export_choices::{ExportChoices, FolderTotal, PlanSummary, first_choice};
use crate::app::document::exports::{ExportRequest, ExportState};
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::media::photo::Failure;
use crate::engine::organize::export::names::{Pattern, PatternError};
use crate::engine::organize::export::{
    Conflict, ExportOptions, ExportPlan, ExportProgress, ExportReport, FolderLayout, MultiLabel,
    PastExport, Transfer,
};
use crate::text::Surface;
use crate::{t, text};

/// The choices in the dialog.
#[derive(Clone, Debug, Default)]
pub struct ExportDialogChoices {
    now: ExportChoices,
    /// Number of photos for each of [`CHOICES`], and the response and option they were computed for.
    counts: [usize; 5],
    counted: Option<(u64, bool)>,
    /// Whether the dialog is about moving rejects. These choices are not remembered.
    for_rejects: bool,
    /// Whether the next dialog to open is about moving rejects.
    opens_for_rejects: bool,
    /// Whether to keep the choices, because the dialog was only closed to type a path.
    pub(super) stays: bool,
}

/// The choices of photos, with the ids of their texts.
pub const CHOICES: [(ExportWhat, &str); 5] = [
    (ExportWhat::Selected, "export-selected"),
    (ExportWhat::Shown, "export-shown"),
    (ExportWhat::Fitting, "export-fitting"),
    (ExportWhat::Picked, "export-picked"),
    (ExportWhat::Rejected, "export-rejected"),
];

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

impl ExportDialogChoices {
    /// Starts with the last choices.
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

    /// Counts the photos of each choice, once per response, because that takes a while in large libraries.
    fn count(&mut self, state: &State) {
        let of = Some((state.response.number, self.now.rejects));
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

    /// The request, or `None` while a choice is missing.
    fn request(&self, state: &State) -> Result<Option<ExportRequest>, PatternError> {
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
            let kept = Box::new(choices.now.clone());
            commands.push(Command::KeepExportChoices(kept));
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

/// Height of the button below the plan, and of a table's header, with the space around them.
const BUTTON: f32 = 52.0;
const HEADER: f32 = 40.0;
/// Minimum height of a table.
const LEAST: f32 = 60.0;

/// Draws the part of a dialog above its main button. In a small window it scrolls, so that the button stays in sight.
pub fn above_button<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let height = (ui.available_height() - BUTTON).max(LEAST);
    let area = ScrollArea::vertical().auto_shrink([false, true]);
    area.max_height(height).show(ui, contents).inner
}

/// Height for the rows of a table that takes the remaining space.
pub fn table_height(ui: &Ui) -> f32 {
    (ui.available_height() - HEADER).max(LEAST)
}

/// A summary of the plan, and its tables.
fn show_plan(ui: &mut Ui, plan: &ExportPlan, summary: &PlanSummary) {
    let mut words = vec![photos(summary.photos)];
    let counts = [
        text::if_any(summary.paired_files, |n| t!("plan-paired", count = n)),
        text::if_any(plan.skipped.len(), |n| t!("plan-skipped", count = n)),
        text::if_any(plan.renamed, |n| t!("plan-renamed", count = n)),
        text::if_any(summary.replaced, |n| t!("plan-replaced", count = n)),
    ];
    words.extend(counts.into_iter().flatten());
    let (words, size) = (text::list(words), bytes(plan.bytes));
    ui.label(match plan.free {
        Some(free) => t!(
            "plan-of-free",
            words = words,
            size = size,
            free = bytes(free)
        ),
        None => t!("plan", words = words, size = size),
    });
    failures(ui, &plan.failures, |n| t!("cannot-be-exported", count = n));
    let height = table_height(ui);
    if summary.folders.len() > 1 {
        // Side by side, so that both fit in a small window.
        ui.columns(2, |columns| {
            folder_totals(&mut columns[0], &summary.folders, height);
            targets(&mut columns[1], plan, 130.0, height);
        });
    } else {
        targets(ui, plan, 190.0, height);
    }
}

/// The button that runs the plan.
fn export_button(
    ui: &mut Ui,
    plan: &ExportPlan,
    summary: &PlanSummary,
    commands: &mut Vec<Command>,
) {
    let ready = !plan.steps.is_empty();
    ui.add_enabled_ui(ready, |ui| {
        let text = t!("export-photos", photos = photos(summary.photos));
        if main_button(ui, &text).clicked() {
            commands.push(Command::StartExport);
        }
    });
}

/// The table of photos with their targets.
fn targets(ui: &mut Ui, plan: &ExportPlan, first: f32, height: f32) {
    let lines = TextTable {
        id: "plan",
        headings: [t!("heading-photo"), t!("heading-goes-to")],
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

/// The table of folders with their totals.
fn folder_totals(ui: &mut Ui, totals: &[FolderTotal], height: f32) {
    let lines = TextTable {
        id: "totals",
        headings: [t!("heading-folder"), t!("heading-holds")],
        first: 150.0,
        height,
    };
    lines.show(ui, totals.len(), |at| {
        let total = &totals[at];
        let folder = match total.folder.as_os_str().is_empty() {
            true => t!("folder-itself").to_owned(),
            false => total.folder.display().to_string(),
        };
        [
            folder,
            t!(
                "folder-total",
                photos = photos(total.photos),
                size = bytes(total.bytes)
            ),
        ]
    });
}

fn running(ui: &mut Ui, progress: &ExportProgress, commands: &mut Vec<Command>) {
    let part = progress.files as f32 / progress.of.max(1) as f32;
    let bar = ui.add(ProgressBar::new(part).desired_height(10.0));
    ui.ctx()
        .accesskit_node_builder(bar.id, |node| node.set_label(t!("export-progress-name")));
    ui.label(t!(
        "export-progress",
        done = progress.files,
        count = progress.of,
        size = bytes(progress.bytes)
    ));
    if ui.button(t!("stop")).clicked() {
        commands.push(Command::CancelExport);
    }
}

fn done(ui: &mut Ui, state: &State, report: &ExportReport, commands: &mut Vec<Command>) {
    let count = report.photos;
    let text = match report.cancelled {
        true => t!("exported-stopped", count = count),
        false => t!("exported", count = count),
    };
    ui.label(RichText::new(text).size(16.0).color(palette(ui).good));
    if report.skipped > 0 {
        ui.label(t!("exported-skipped", count = report.skipped));
    }
    if report.replaced > 0 {
        ui.label(t!("exported-replaced", count = report.replaced));
    }
    for problem in report.warnings.iter().chain(&report.problem) {
        ui.label(RichText::new(text::advised(problem, Surface::Window)).color(palette(ui).bad));
    }
    let target = state.memory.export.target.clone();
    if let Some(target) = &target {
        ui.label(RichText::new(target.display().to_string()).small());
    }
    failures(ui, &report.failures, |n| {
        t!("stayed-where-they-were", count = n)
    });
    ui.horizontal(|ui| {
        if let Some(target) = target
            && main_button(ui, t!("show-the-folder")).clicked()
        {
            commands.push(Command::RevealPath(target));
        }
        if report.unfinished && ui.button(t!("finish-it")).clicked() {
            commands.push(Command::FinishExport(report.id.clone()));
        }
        if !report.exported.is_empty() && ui.button(t!("undo")).clicked() {
            commands.push(Command::UndoExport(report.id.clone()));
            commands.push(Command::Show(None));
        }
        if ui.button(t!("done")).clicked() {
            commands.push(Command::Show(None));
        }
    });
}

/// A list of failures under a heading.
pub fn failures(ui: &mut Ui, failures: &[Failure], text: fn(usize) -> String) {
    if failures.is_empty() {
        return;
    }
    let bad = palette(ui).bad;
    let heading = text(failures.len());
    ui.label(RichText::new(&heading).color(bad));
    let row_height = ui.text_style_height(&TextStyle::Small);
    ScrollArea::vertical()
        .id_salt(heading)
        .max_height(90.0)
        .show_rows(ui, row_height, failures.len(), |ui, rows| {
            for failure in &failures[rows] {
                let text = text::failure(failure, Surface::Window);
                ui.add(egui::Label::new(RichText::new(text).small()).truncate());
            }
        });
}

/// Interrupted exports, which can be completed or undone.
pub fn interrupted(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    title(ui, t!("interrupted-title"), commands);
    for past in &state.exports.interrupted {
        one_interrupted(ui, past, commands);
    }
    let note = t!("interrupted-note");
    ui.label(RichText::new(note).small().weak());
}

fn one_interrupted(ui: &mut Ui, past: &PastExport, commands: &mut Vec<Command>) {
    ui.label(t!(
        "interrupted-progress",
        done = past.done(),
        count = past.files.len()
    ));
    ui.label(RichText::new(past.target.display().to_string()).small());
    ui.horizontal(|ui| {
        if main_button(ui, t!("finish-it")).clicked() {
            commands.push(Command::FinishExport(past.id.clone()));
        }
        if ui.button(t!("undo-it")).clicked() {
            commands.push(Command::UndoExport(past.id.clone()));
            commands.push(Command::Show(None));
        }
        if ui.button(t!("later")).clicked() {
            commands.push(Command::Show(None));
        }
    });
    ui.add_space(theme::SPACE_S);
}
