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
            ui.label(
                RichText::new(format!("{reason}. Type the path instead")).color(palette(ui).warn),
            );
        }
        if self.dialog_is_new {
            let start = state.memory.starts.get(&prompt.purpose);
            self.buffers.path = start.map_or_else(String::new, |start| {
                format!("{}{}", start.display(), std::path::MAIN_SEPARATOR)
            });
        }
        let edit = TextEdit::singleline(&mut self.buffers.path)
            .hint_text("/home/me/Pictures")
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label("Path"));
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if self.dialog_is_new || enter {
            response.request_focus();
        }
        let problem = state.path_problem.as_deref().unwrap_or_default();
        ui.scope(|ui| {
            // Room for two lines from the start, so that nothing moves.
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
            if ui.button("Cancel").clicked() {
                commands.push(Command::CloseDialog);
            }
        });
    }
}

fn words(purpose: FolderPurpose) -> (&'static str, &'static str) {
    match purpose {
        FolderPurpose::OpenFolder | FolderPurpose::OpenPhotos => {
            ("Open a folder or a photo by its path", "Open")
        }
        FolderPurpose::ExportTo => ("Export to this folder", "Use this folder"),
        FolderPurpose::Model => ("A folder with a CLIP model", "Use this model"),
        FolderPurpose::Store => ("Where to keep thumbnails and vectors", "Use this folder"),
        FolderPurpose::Exclude => ("A folder to exclude", "Exclude it"),
        FolderPurpose::LoadLabels => ("A label file", "Load"),
        FolderPurpose::SaveLabels => ("Save labels as", "Save"),
    }
}
