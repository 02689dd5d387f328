//! Exports that are running, finished or interrupted.

use egui::{ProgressBar, RichText, Ui};

use crate::app::command::Command;
use crate::app::document::state::State;
use crate::engine::organize::export::{ExportProgress, ExportReport, PastExport};
use crate::text::Surface;
use crate::ui::dialog_parts::{failures, title};
use crate::ui::theme::{self, palette};
use crate::ui::widgets::{bytes, main_button};
use crate::{t, text};

/// The progress of an export.
pub fn running(ui: &mut Ui, progress: &ExportProgress, commands: &mut Vec<Command>) {
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

/// The result of an export.
pub fn done(ui: &mut Ui, state: &State, report: &ExportReport, commands: &mut Vec<Command>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_is_a_file() {
        let done = |count: usize| t!("interrupted-progress", done = 0, count = count);
        assert_eq!(done(1), "0 of 1 file was exported");
        assert_eq!(done(2), "0 of 2 files were exported");
        let running = |count: usize| {
            let size = bytes(1);
            t!("export-progress", done = count, count = count, size = size)
        };
        assert_eq!(running(1), "1 of 1 file, 1 byte");
        assert_eq!(running(0), "0 of 0 files, 1 byte");
    }
}
