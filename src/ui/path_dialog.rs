//! A dialog for typing a path, where the platform has no file dialog or the user prefers it.

use egui::{Key, RichText, TextEdit, TextStyle, Ui};

use super::Interface;
use super::dialog_parts::title;
use super::theme::palette;
use super::widgets::main_button;
use crate::app::command::Command;
use crate::app::command::PathPrompt;
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::t;

impl Interface {
    pub(super) fn path_dialog(
        &mut self,
        ui: &mut Ui,
        state: &State,
        prompt: &PathPrompt,
        commands: &mut Vec<Command>,
    ) {
        let (heading, does) = words(prompt.purpose);
        title(ui, heading, commands);
        if let Some(reason) = &prompt.reason {
            ui.label(RichText::new(t!("type-the-path", reason = reason)).color(palette(ui).warn));
        }
        if self.dialog_is_new {
            let start = state.memory.starts.get(&prompt.purpose);
            self.buffers.path = start.map_or_else(String::new, |start| {
                format!("{}{}", start.display(), std::path::MAIN_SEPARATOR)
            });
        }
        let edit = TextEdit::singleline(&mut self.buffers.path)
            .hint_text(t!("path-example"))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("path")));
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if self.dialog_is_new || enter {
            response.request_focus();
        }
        let problem = state.path_problem.as_deref().unwrap_or_default();
        ui.scope(|ui| {
            // Space for two lines is always reserved, so that nothing moves.
            ui.set_min_height(2.0 * ui.text_style_height(&TextStyle::Small));
            ui.label(RichText::new(problem).small().color(palette(ui).bad));
        });
        let ready = !self.buffers.path.trim().is_empty();
        ui.horizontal(|ui| {
            ui.add_enabled_ui(ready, |ui| {
                if (main_button(ui, does).clicked() || enter) && ready {
                    commands.push(Command::TypePath(self.buffers.path.clone()));
                }
            });
            if ui.button(t!("cancel")).clicked() {
                commands.push(Command::CloseDialog);
            }
        });
    }
}

fn words(purpose: FolderPurpose) -> (&'static str, &'static str) {
    match purpose {
        FolderPurpose::OpenFolder | FolderPurpose::OpenPhotos => {
            (t!("path-open-title"), t!("open"))
        }
        FolderPurpose::ExportTo => (t!("path-export-title"), t!("use-this-folder")),
        FolderPurpose::RuleTarget => (t!("choose-rule-target"), t!("use-this-folder")),
        FolderPurpose::Model => (t!("choose-model"), t!("use-this-model")),
        FolderPurpose::Store => (t!("choose-store"), t!("use-this-folder")),
        FolderPurpose::Exclude => (t!("choose-exclude"), t!("exclude-it")),
        FolderPurpose::LoadLabels => (t!("choose-load-labels"), t!("load")),
        FolderPurpose::SaveLabels => (t!("choose-save-labels"), t!("save")),
    }
}
