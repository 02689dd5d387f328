//! The plan of an export: what goes where, and the button that runs it.

use egui::Ui;

use crate::app::command::Command;
use crate::app::document::export_choices::{FolderTotal, PlanSummary};
use crate::engine::organize::export::ExportPlan;
use crate::ui::dialog_parts::{failures, table_height};
use crate::ui::widgets::{TextTable, bytes, main_button, photos};
use crate::{t, text};

/// A summary of the plan, and its tables.
pub fn show_plan(ui: &mut Ui, plan: &ExportPlan, summary: &PlanSummary) {
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
pub fn export_button(
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
