//! The common frame of dialogs, and the small dialogs.

use std::path::Path;

use egui::{Align, Frame, Id, Key, Layout, Margin, Modal, RichText, ScrollArea, TextEdit, Ui};
use egui_extras::{Column, TableBuilder};

use super::Interface;
use super::dialog_parts::{fixed_list, kept_copies, table_height, title};
use super::export_dialog::interrupted;
use super::icons::Icon;
use super::models_dialog::remove_model;
use super::response_cache::RejectSummary;
use super::theme::{self, palette};
use super::top_bar::heading;
use super::welcome;
use super::widgets::{icon_button_sized, main_button, photos};
use crate::app::command::{Action, Command, Dialog, Section, gestures, keys_of};
use crate::app::document::library::ItemId;
use crate::app::document::state::State;
use crate::app::services::FolderPurpose;
use crate::engine::media::photo::Failure;
use crate::engine::search::label_set::READY;
use crate::text::Surface;
use crate::{t, text};

impl Interface {
    pub(super) fn dialogs(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        let Some(dialog) = &state.dialog else { return };
        let screen = ui.ctx().content_rect().size();
        let width = dialog_width(dialog).min(screen.x - 48.0);
        let frame = Frame::popup(ui.style()).inner_margin(Margin::same(theme::SPACE_L as i8));
        // One id per dialog, because egui remembers sizes by id: the next dialog is in its place from the first frame.
        let id = Id::unique(("dialog", std::mem::discriminant(dialog)));
        let modal = Modal::new(id).frame(frame);
        let modal = modal.show(ui.ctx(), |ui| {
            name_modal(ui, dialog_name(dialog));
            ui.set_width(width);
            // Position and size stay the same while the contents change.
            let height = dialog_height(dialog).min(screen.y - 80.0);
            let most = if fills_height(dialog) {
                height
            } else {
                screen.y - 80.0
            };
            ui.set_max_height(most);
            ui.set_min_height(height);
            if screen.y < SMALL && !scrolls_inside(dialog) {
                let area = ScrollArea::vertical().auto_shrink([false, true]);
                area.show(ui, |ui| {
                    self.dialog_contents(ui, state, dialog, screen.y, commands);
                });
            } else {
                self.dialog_contents(ui, state, dialog, screen.y, commands);
            }
        });
        self.dialog_is_new = false;
        if modal.should_close() {
            commands.push(Command::CloseDialog);
        }
    }

    fn dialog_contents(
        &mut self,
        ui: &mut Ui,
        state: &State,
        dialog: &Dialog,
        height: f32,
        commands: &mut Vec<Command>,
    ) {
        match dialog {
            Dialog::Settings => self.settings_dialog(ui, state, commands),
            Dialog::Keys => keys(ui, height, commands),
            Dialog::Palette => self.palette_dialog(ui, state, commands),
            Dialog::Failures => self.failures(ui, state, commands),
            Dialog::Export => self.export_dialog(ui, state, commands),
            Dialog::Interrupted => interrupted(ui, state, commands),
            Dialog::Trash => self.trash_dialog(ui, state, commands),
            Dialog::Hidden(_) => hidden(ui, state, commands),
            Dialog::Keywords => self.keywords_dialog(ui, state, commands),
            Dialog::LabelSets => self.label_sets(ui, state, commands),
            Dialog::PasteLabels => self.paste_labels(ui, commands),
            Dialog::ClearStore => clear_store(ui, commands),
            Dialog::Models { .. } => self.models_dialog(ui, state, commands),
            Dialog::RemoveModel { dir, .. } => remove_model(ui, state, dir, commands),
            Dialog::Path(prompt) => self.path_dialog(ui, state, prompt, commands),
            Dialog::Dropped(picture) => dropped(ui, picture, commands),
            Dialog::Tour => self.tour_dialog(ui, state, commands),
            Dialog::Copies { .. } => self.copies_dialog(ui, state, commands),
            Dialog::Clusters => self.clusters_dialog(ui, state, commands),
            Dialog::Questions => self.questions_dialog(ui, state, commands),
            Dialog::Searches => self.searches_dialog(ui, state, commands),
            Dialog::Rules => self.rules_dialog(ui, state, commands),
            Dialog::Welcome(step) => welcome::show(ui, state, *step, commands),
            Dialog::About => about(ui),
        }
    }

    fn paste_labels(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        title(ui, t!("paste-labels"), commands);
        ui.label(t!("paste-labels-how"));
        let edit = TextEdit::multiline(&mut self.buffers.pasted)
            .desired_rows(8)
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label(t!("list-of-labels")));
        if self.dialog_is_new {
            response.request_focus();
        }
        if main_button(ui, t!("add-these-labels")).clicked() {
            commands.push(Command::AddLabels(self.buffers.pasted.clone()));
            commands.push(Command::Show(None));
        }
    }

    fn trash_dialog(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        title(ui, t!("trash-title"), commands);
        let rejects = &mut self.buffers.reject_summary;
        let rejects = rejects.get(state, || RejectSummary::of(state));
        ui.label(t!("trash-what", count = rejects.to_remove));
        if rejects.hidden > 0 {
            ui.label(t!("trash-hidden", count = rejects.hidden));
        }
        kept_copies(ui, state, &rejects.kept);
        ui.horizontal(|ui| {
            if main_button(ui, t!("move-to-trash")).clicked() {
                commands.push(Command::TrashRejects);
                commands.push(Command::Show(None));
            }
            if ui.button(t!("keep-them")).clicked() {
                commands.push(Command::Show(None));
            }
        });
    }

    fn failures(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        title(ui, t!("failures-title"), commands);
        let listed = self.buffers.failures.get(state, || failed(state));
        let failure = |at: usize| match listed.get(at) {
            Some(id) => state.item(*id).and_then(|item| item.failure()),
            None => state.work.unreachable.get(at - listed.len()),
        };
        let count = listed.len() + state.work.unreachable.len();
        ui.horizontal(|ui| {
            ui.label(RichText::new(photos(count)).weak());
            if ui.button(t!("copy-the-list")).clicked() {
                let line = |f: &Failure| {
                    format!(
                        "{}\t{}",
                        f.path.display(),
                        text::advised(&f.message, Surface::Window)
                    )
                };
                let lines: Vec<String> = (0..count).filter_map(failure).map(line).collect();
                commands.push(Command::CopyText(lines.join("\n")));
            }
            if ui.button(t!("try-again")).clicked() {
                commands.push(Command::Do(Action::Rescan));
            }
        });
        let bad = palette(ui).bad;
        let line = |ui: &mut Ui, text: RichText| {
            ui.add(egui::Label::new(text.small()).truncate());
        };
        let rows = table_height(ui);
        // Rows are only created when visible, because there may be thousands.
        TableBuilder::new(ui)
            .striped(true)
            .cell_layout(Layout::left_to_right(Align::Center))
            .min_scrolled_height(60.0)
            .max_scroll_height(rows)
            .auto_shrink([false, true])
            .column(Column::remainder().clip(true))
            .column(Column::remainder().clip(true))
            .header(24.0, |mut header| {
                for name in [t!("heading-photo"), t!("heading-why")] {
                    header.col(|ui| {
                        ui.label(RichText::new(name).strong());
                    });
                }
            })
            .body(|body| {
                body.rows(22.0, count, |mut row| {
                    let Some(failure) = failure(row.index()) else {
                        return;
                    };
                    row.col(|ui| line(ui, RichText::new(failure.path.display().to_string())));
                    row.col(|ui| {
                        line(
                            ui,
                            RichText::new(text::advised(&failure.message, Surface::Window))
                                .color(bad),
                        )
                    });
                });
            });
    }

    fn label_sets(&mut self, ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
        title(ui, t!("label-sets-title"), commands);
        fixed_list(ui, |ui| saved_sets(ui, state, commands));
        ui.separator();
        ui.horizontal_wrapped(|ui| {
            ui.label(t!("built-in-sets"));
            for (at, (name, _)) in READY.iter().enumerate() {
                if ui.button(text::words(name).as_ref()).clicked() {
                    commands.push(Command::UseReadySet(at));
                    commands.push(Command::Show(None));
                }
            }
        });
        ui.horizontal(|ui| {
            if ui.button(t!("load-a-file")).clicked() {
                commands.push(Command::Choose(FolderPurpose::LoadLabels));
                commands.push(Command::Show(None));
            }
            let some = !state.memory.labels.is_empty();
            if ui
                .add_enabled(some, egui::Button::new(t!("save-as-a-file")))
                .clicked()
            {
                commands.push(Command::Choose(FolderPurpose::SaveLabels));
            }
        });
        ui.separator();
        ui.horizontal(|ui| {
            let edit = TextEdit::singleline(&mut self.buffers.set_name).hint_text(t!("name-hint"));
            let response = ui.add(edit.desired_width(240.0));
            ui.ctx()
                .accesskit_node_builder(response.id, |node| node.set_label(t!("name-of-the-set")));
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = self.buffers.set_name.trim().to_owned();
            let ready = !name.is_empty() && !state.memory.labels.is_empty();
            let save = ui.add_enabled(ready, egui::Button::new(t!("save-current-labels")));
            if ready && (save.clicked() || enter) {
                commands.push(Command::SaveLabelSet(name));
                self.buffers.set_name.clear();
            }
        });
    }
}

/// The saved label sets. A click uses one.
fn saved_sets(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    for set in &state.memory.sets {
        ui.horizontal(|ui| {
            if ui.button(&set.name).clicked() {
                commands.push(Command::UseLabelSet(set.name.clone()));
                commands.push(Command::Show(None));
            }
            let texts: Vec<&str> = set.labels.iter().map(|l| l.text.as_str()).collect();
            ui.add(egui::Label::new(RichText::new(text::list(texts)).small().weak()).truncate());
            let name = t!("delete-the-set", name = set.name);
            if icon_button_sized(ui, Icon::Cross, &name, 22.0).clicked() {
                commands.push(Command::RemoveLabelSet(set.name.clone()));
            }
        });
    }
    if state.memory.sets.is_empty() {
        ui.label(RichText::new(t!("no-sets")).weak());
    }
}

/// The photos that could not be read, sorted by path.
fn failed(state: &State) -> Vec<ItemId> {
    let items = state.library.snapshot().items.iter().zip(0..);
    let mut failed: Vec<(&Path, ItemId)> = items
        .filter(|(item, _)| item.failure().is_some())
        .map(|(item, id)| (&*item.file.path, id))
        .collect();
    failed.sort_unstable();
    failed.into_iter().map(|(_, id)| id).collect()
}

/// Sets the accessible name of the dialog that contains `ui`.
fn name_modal(ui: &Ui, name: &str) {
    let modal = { ui.stack().iter() }.find(|ui| ui.kind() == Some(egui::UiKind::Modal));
    if let Some(modal) = modal {
        ui.ctx().accesskit_node_builder(modal.unique_id, |node| {
            node.set_label(name);
            node.set_modal();
        });
    }
}

/// The accessible name of a dialog.
fn dialog_name(dialog: &Dialog) -> &'static str {
    match dialog {
        Dialog::Settings => t!("dialog-settings"),
        Dialog::Keys => t!("dialog-keys"),
        Dialog::Palette => t!("dialog-palette"),
        Dialog::Failures => t!("failures-title"),
        Dialog::Export => t!("dialog-export"),
        Dialog::Interrupted => t!("dialog-interrupted"),
        Dialog::Trash => t!("trash-title"),
        Dialog::Hidden(_) => t!("dialog-hidden"),
        Dialog::Keywords => t!("dialog-keywords"),
        Dialog::LabelSets => t!("label-sets-title"),
        Dialog::PasteLabels => t!("paste-labels"),
        Dialog::ClearStore => t!("dialog-clear-store"),
        Dialog::Models { .. } => t!("dialog-models"),
        Dialog::RemoveModel { .. } => t!("dialog-remove-model"),
        Dialog::Path(_) => t!("dialog-path"),
        Dialog::Dropped(_) => t!("dialog-dropped"),
        Dialog::Tour => t!("dialog-tour"),
        Dialog::Copies { .. } => t!("dialog-copies"),
        Dialog::Clusters => t!("dialog-heaps"),
        Dialog::Questions => t!("dialog-questions"),
        Dialog::Searches => t!("dialog-searches"),
        Dialog::Rules => t!("rules-title"),
        Dialog::Welcome(_) => t!("dialog-welcome"),
        Dialog::About => t!("dialog-about"),
    }
}

fn dialog_width(dialog: &Dialog) -> f32 {
    match dialog {
        Dialog::Keys | Dialog::Failures | Dialog::Models { .. } | Dialog::Export => 640.0,
        Dialog::Keywords | Dialog::Rules => 640.0,
        Dialog::Copies { .. } | Dialog::Clusters => 860.0,
        Dialog::ClearStore | Dialog::RemoveModel { .. } | Dialog::Dropped(_) | Dialog::About => {
            420.0
        }
        _ => 540.0,
    }
}

/// Whether the variable part of a dialog fills the remaining height, so that the dialog's height is fixed.
fn fills_height(dialog: &Dialog) -> bool {
    matches!(
        dialog,
        Dialog::Export
            | Dialog::Keywords
            | Dialog::Models { .. }
            | Dialog::Settings
            | Dialog::Rules
            | Dialog::Welcome(_)
            | Dialog::Failures
            | Dialog::Copies { .. }
            | Dialog::Clusters
    )
}

/// Height of the window in points below which dialogs may not fit and therefore scroll as a whole.
const SMALL: f32 = 560.0;

/// Whether a part of a dialog scrolls, so that its title and its buttons always stay in sight.
fn scrolls_inside(dialog: &Dialog) -> bool {
    matches!(
        dialog,
        Dialog::Export
            | Dialog::Keywords
            | Dialog::Models { .. }
            | Dialog::Settings
            | Dialog::Failures
            | Dialog::Copies { .. }
            | Dialog::Clusters
    )
}

/// Minimum height of dialogs whose contents change while they are open.
fn dialog_height(dialog: &Dialog) -> f32 {
    match dialog {
        Dialog::Export => 720.0,
        // The list uses all available space.
        Dialog::Models { .. } => 1600.0,
        Dialog::Settings | Dialog::Keywords | Dialog::Rules => 620.0,
        Dialog::Copies { .. } | Dialog::Clusters => 800.0,
        // The photo, and below it the estimate that appears with the first answer.
        Dialog::Questions => 700.0,
        Dialog::Failures => 560.0,
        Dialog::Tour | Dialog::Welcome(_) => 420.0,
        Dialog::Palette => 440.0,
        _ => 0.0,
    }
}

fn keys(ui: &mut Ui, height: f32, commands: &mut Vec<Command>) {
    title(ui, t!("dialog-keys"), commands);
    let area = ScrollArea::vertical().auto_shrink([false, true]);
    area.max_height(height - 160.0).show(ui, |ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        for section in Section::ALL {
            let rows = keys_of(section);
            if !rows.is_empty() {
                key_table(ui, section.name(), &rows);
            }
        }
        let gestures = gestures();
        key_table(ui, t!("gestures-title"), &gestures);
    });
}

/// A table of keys and their effects under a heading.
fn key_table(ui: &mut Ui, name: &str, rows: &[(String, &str)]) {
    heading(ui, name);
    let grid = egui::Grid::new(name).num_columns(2).min_col_width(210.0);
    grid.spacing([16.0, 2.0]).show(ui, |ui| {
        for (keys, what) in rows {
            ui.label(RichText::new(keys).monospace().small());
            ui.label(*what);
            ui.end_row();
        }
    });
    ui.add_space(theme::SPACE_M);
}

fn clear_store(ui: &mut Ui, commands: &mut Vec<Command>) {
    title(ui, t!("dialog-clear-store"), commands);
    ui.label(t!("clear-store-what"));
    ui.horizontal(|ui| {
        if main_button(ui, t!("clear-the-store")).clicked() {
            commands.push(Command::ClearStore);
            commands.push(Command::Show(None));
        }
        if ui.button(t!("keep-it")).clicked() {
            commands.push(Command::Show(Some(Dialog::Settings)));
        }
    });
}

/// Asks whether a command also applies to hidden selected photos.
fn hidden(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let all = state.selection.len();
    let hidden = state.hidden_targets();
    title(ui, &t!("photos-are-selected", count = all), commands);
    ui.label(match (hidden, hidden == all) {
        (1, true) => t!("hidden-it").to_owned(),
        (_, true) => t!("hidden-all").to_owned(),
        _ => t!("hidden-some", count = hidden),
    });
    ui.horizontal(|ui| {
        if hidden < all {
            let shown = t!("only-shown", count = all - hidden);
            if main_button(ui, &shown).clicked() {
                commands.push(Command::OnlyShown);
            }
        }
        if ui.button(t!("all-of-them", count = all)).clicked() {
            commands.push(Command::HiddenToo);
        }
    });
}

/// Asks whether to open a dropped picture or search for similar ones, if the drop position is unknown.
fn dropped(ui: &mut Ui, picture: &Path, commands: &mut Vec<Command>) {
    let name = picture.file_name().unwrap_or(picture.as_os_str());
    title(ui, t!("dialog-dropped"), commands);
    ui.label(name.to_string_lossy());
    ui.horizontal(|ui| {
        if main_button(ui, t!("open-it")).clicked() {
            commands.push(Command::Show(None));
            commands.push(Command::Dropped(vec![picture.into()]));
        }
        if ui.button(t!("find-similar-photos")).clicked() {
            commands.push(Command::Show(None));
            commands.push(Command::SearchDropped(picture.into()));
        }
    });
}

fn about(ui: &mut Ui) {
    ui.label(RichText::new("Lumisift").size(20.0).strong());
    ui.label(t!("version", version = env!("LUMISIFT_VERSION")));
    ui.label(t!("about-what"));
    ui.label(RichText::new(t!("about-licence")).small().weak());
    ui.label(RichText::new(t!("about-places")).small().weak());
}
