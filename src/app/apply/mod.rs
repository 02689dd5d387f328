//! The only place where commands change the state.

mod compare;
mod labels;
mod marks;
mod samples;
mod teach;

use std::path::{Path, PathBuf};

use super::command::{Action, Command};
use super::services::Purpose;
use super::{App, RefreshPriority};
use crate::app::document::export_choices::ExportChoices;
use crate::app::document::exports::ExportState;
use crate::app::document::filter::{Filter, Fit, Grouping, SortKey, Sorting};
use crate::app::document::grid_layout::{GridMove, reveal};
use crate::app::document::history::HistoryStep as Undo;
use crate::app::document::selection::SelectionMode;
use crate::app::document::state::{CELL_SIDES, Dialog, ViewRequest, Viewer};
use crate::app::tasks::supervisor::Slot;
use crate::engine::files::paths::Roots;
use crate::engine::media::memory_budget::DecodeMemory;
use crate::engine::organize::marks::Flag;
use crate::settings::{Settings, Theme};

impl App {
    /// Carries out a command.
    pub(super) fn apply(&mut self, command: Command) {
        if command.is_about_selection() && self.state.hidden_targets() > 0 {
            return self.show(Some(Dialog::Hidden(Box::new(command))));
        }
        match command {
            Command::OnlyShown | Command::HiddenToo => {
                self.answer_hidden(command == Command::HiddenToo)
            }
            Command::Do(action) => self.act(action),
            Command::OpenPaths(paths) => self.add_roots(paths),
            Command::CloseFolder(folder) => self.close_folder(&folder),
            Command::Choose(purpose) => self.choose(purpose),
            Command::ChangeSettings(settings) => self.change_settings(*settings),
            Command::ClearStore => self.clear_store(),
            Command::TidyStore => self.tidy_store(),
            Command::GetModel(name) => self.get_model(&name),
            Command::CancelDownload => self.cancel_download(),
            Command::UseModel(dir) => self.use_model(dir),
            Command::RemoveModel(dir) => self.remove_model(&dir),
            Command::PlanExport(request) => self.plan_export(*request),
            Command::KeepExportChoices(choices) => {
                let target = self.state.exports.target.clone();
                self.state.memory.export = ExportChoices { target, ..*choices };
            }
            Command::StartExport => self.start_export(),
            Command::FinishExport(id) => self.finish_export(id),
            Command::UndoExport(id) => {
                self.state.history.forget(&Undo::Export(id.clone()));
                self.undo_export(id);
            }
            Command::CancelExport => self.cancel_export(),
            Command::TrashRejects => self.trash_rejects(),
            Command::PlanKeywords(request) => self.plan_keywords(*request),
            Command::WriteKeywords => self.write_keywords(),
            Command::UndoKeywords => {
                self.state.history.forget(&Undo::Keywords);
                self.undo_keywords();
            }
            Command::RevealPath(path) => self.desktop(path, |d, p| d.reveal(p)),
            Command::CopyText(text) => self.wake.ctx.copy_text(text),
            Command::Show(dialog) => self.show(dialog),
            Command::DismissNotice(at) => {
                self.state.notices.remove(at);
            }
            Command::SearchDropped(path) => self.search_dropped(path),
            Command::SearchFor(text) => self.search(text),
            Command::SortBy(sorting) => {
                self.state.before_search = None;
                self.state.memory.sorting = sorting;
                self.need(RefreshPriority::FromTop);
            }
            Command::GroupBy(grouping) => {
                self.state.before_search = None;
                self.state.memory.grouping = grouping;
                self.need(RefreshPriority::FromTop);
            }
            Command::GoToLabel(id) => {
                self.state.open_label = Some(id);
                self.state.go_to(id);
            }
            Command::ToggleNear(id) => {
                let filter = &mut self.state.memory.filter;
                let on = filter.near && filter.fit == Fit::Label(id);
                (filter.fit, filter.near) = match on {
                    true => (Fit::All, false),
                    false => (Fit::Label(id), true),
                };
                self.need(RefreshPriority::FromTop);
            }
            Command::FilterBy(filter) => {
                self.state.memory.filter = *filter;
                self.need(RefreshPriority::Now);
            }
            Command::ToggleFit(fit) => {
                let now = &mut self.state.memory.filter.fit;
                *now = if *now == fit { Fit::All } else { fit };
                self.state.memory.filter.near = false;
                self.need(RefreshPriority::FromTop);
            }
            Command::SelectionMode(..)
            | Command::SelectItems(..)
            | Command::GridMove(..)
            | Command::ViewItem(_)
            | Command::FocusCompared(_)
            | Command::CellSide(_) => self.look(command),
            labels => self.change_labels(labels),
        }
    }

    fn act(&mut self, action: Action) {
        if !action.enabled(&self.state) {
            return;
        }
        match action {
            Action::OpenFolder => self.choose(Purpose::OpenFolder),
            Action::OpenPhotos => self.choose(Purpose::OpenPhotos),
            Action::Samples => self.open_samples(),
            Action::Rescan => self.read_folders(),
            Action::CloseFolders => {
                self.retire_job();
                self.state.memory.roots.clear();
                self.forget_photos();
            }
            Action::Export => self.show(Some(Dialog::Export)),
            Action::MoveRejects => {
                self.ask_view(ViewRequest::ExportRejects);
                self.show(Some(Dialog::Export));
            }
            Action::TrashRejects => self.show(Some(Dialog::Trash)),
            Action::Keywords => self.show(Some(Dialog::Keywords)),
            Action::Models => self.show(Some(Dialog::Models)),
            Action::Settings => self.show(Some(Dialog::Settings)),
            Action::Quit => self
                .wake
                .ctx
                .send_viewport_cmd(egui::ViewportCommand::Close),
            Action::Undo | Action::Redo => self.go_back(action == Action::Redo),
            Action::SelectAll => {
                let all = self.state.answer.arrangement.order.clone();
                self.state.selection.set(all, false);
            }
            Action::SelectNone => self.state.selection.clear(),
            Action::CopyPaths => self.copy_paths(),
            Action::View => self.view_or_close(),
            Action::CloseView => self.close_or_clear(),
            Action::Compare => self.compare(),
            Action::Survey => self.survey(),
            Action::Open => self.on_target(|desktop, path| desktop.open(path)),
            Action::Reveal => self.on_target(|desktop, path| desktop.reveal(path)),
            Action::FindSimilar => {
                let path = self.target_path();
                if let Some(path) = path {
                    self.close_viewer();
                    self.search(like(&path));
                }
            }
            Action::Pick => self.mark(|mark| mark.flag = Flag::Pick),
            Action::Reject => self.mark(|mark| mark.flag = Flag::Reject),
            Action::Unflag => self.mark(|mark| mark.flag = Flag::None),
            Action::Stars(stars) => self.mark(|mark| mark.stars = stars),
            Action::Colour(colour) => self.colour(colour),
            Action::AddLabel => {
                // The field is beside the grid.
                self.close_viewer();
                self.state.panels_hidden = false;
                self.ask_view(ViewRequest::FocusLabelBox);
            }
            Action::Example => self.teach_open_label(true),
            Action::CounterExample => self.teach_open_label(false),
            Action::LabelFromThese => self.label_from_these(),
            Action::Search => {
                self.state.panels_hidden = false;
                self.ask_view(ViewRequest::FocusSearchBox);
            }
            Action::LabelSets => self.show(Some(Dialog::LabelSets)),
            Action::PasteLabels => self.show(Some(Dialog::PasteLabels)),
            Action::ClearLabels => self.with_labels(None, RefreshPriority::FromTop, Vec::clear),
            Action::ClearFilter => {
                self.state.memory.filter = Filter::default();
                self.search(String::new());
                self.need(RefreshPriority::Now);
            }
            Action::Larger => self.apply(Command::CellSide(self.state.memory.cell_side * 1.2)),
            Action::Smaller => self.apply(Command::CellSide(self.state.memory.cell_side / 1.2)),
            Action::ActualSize => self.toggle_actual_size(),
            Action::FullScreen => self.toggle_full_screen(),
            Action::Panels => self.state.panels_hidden = !self.state.panels_hidden,
            Action::NextPane => {
                self.state.panels_hidden = false;
                self.ask_view(ViewRequest::NextPane);
            }
            Action::Captions => {
                let shown = &mut self.state.memory.captions_show_matches;
                *shown = !*shown;
            }
            Action::Theme => self.toggle_theme(),
            Action::Subfolders => {
                self.state.memory.subfolders = !self.state.memory.subfolders;
                self.read_folders();
            }
            Action::AutoAdvance => {
                self.state.memory.auto_advance = !self.state.memory.auto_advance;
            }
            Action::Pause => {
                if let Some(job) = &self.state.work.job {
                    job.set_paused(!job.is_paused());
                }
            }
            Action::Cancel => {
                if let Some(job) = &self.state.work.job {
                    job.cancel();
                }
            }
            Action::Failures => self.show(Some(Dialog::Failures)),
            Action::Palette => self.show(Some(Dialog::Palette)),
            Action::Keys => self.show(Some(Dialog::Keys)),
            Action::About => self.show(Some(Dialog::About)),
        }
    }

    /// Goes on with a command, once the person said whether it is about photos that are not shown, too.
    fn answer_hidden(&mut self, too: bool) {
        let Some(Dialog::Hidden(command)) = self.state.dialog.take() else {
            return;
        };
        match too {
            true => self.state.selection.include_hidden(),
            false => self
                .state
                .selection
                .keep_shown(&self.state.answer.arrangement.order),
        }
        self.apply(*command);
    }

    fn show(&mut self, dialog: Option<Dialog>) {
        if dialog == Some(Dialog::Settings) {
            self.measure_store();
        }
        if dialog == Some(Dialog::Models) {
            self.list_models();
        }
        let exports = &mut self.state.exports;
        if dialog == Some(Dialog::Export) && !matches!(exports.state, ExportState::Running(_)) {
            exports.state = ExportState::Idle;
            self.supervisor.cancel(Slot::ExportPlan);
        }
        if dialog == Some(Dialog::Keywords) {
            self.state.keywords.begin();
        }
        self.ask_view(ViewRequest::BeginDialog);
        self.state.dialog = dialog;
    }

    /// Applies settings: a new model or store is opened, everything else counts from now on.
    pub(super) fn change_settings(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.state.settings, settings);
        let now = &self.state.settings;
        let moved = before.store != now.store;
        let another = before.model != now.model
            || before.device != now.device
            || before.precision != now.precision
            || before.gpu_on_battery != now.gpu_on_battery;
        let reread = before.excluded_folders != now.excluded_folders || before.videos != now.videos;
        DecodeMemory::of_process().set_megabytes(now.decode_memory_mb);
        if moved {
            self.forget_photos();
            self.open_session();
        } else if another {
            // The photos stay in sight while the other model reads them.
            self.state.library.forget_rows();
            self.open_session();
        } else if reread {
            self.read_folders();
        }
    }

    fn toggle_theme(&mut self) {
        let dark = self.wake.ctx.theme() == egui::Theme::Dark;
        self.state.settings.theme = if dark { Theme::Light } else { Theme::Dark };
    }

    fn close_folder(&mut self, folder: &Path) {
        self.state.memory.roots.retain(|root| root != folder);
        let roots = self.state.memory.roots.clone();
        let roots = Roots::new(&roots);
        self.retain(|path, _| roots.around(path).is_some());
        self.read_folders();
    }

    fn search(&mut self, text: String) {
        let (before, now) = (self.state.search.is_empty(), text.is_empty());
        let memory = &mut self.state.memory;
        if before && !now {
            self.state.before_search = Some((memory.sorting, memory.grouping));
            memory.sorting = Sorting {
                key: SortKey::Search,
                descending: true,
            };
            memory.grouping = Grouping::Nothing;
        }
        if now && let Some(earlier) = self.state.before_search.take() {
            (memory.sorting, memory.grouping) = earlier;
        } else if now && memory.sorting.key == SortKey::Search {
            memory.sorting = Sorting::default();
        }
        self.state.search = text;
        self.need(RefreshPriority::FromTop);
    }

    fn target_path(&self) -> Option<PathBuf> {
        let item = self.state.item(self.state.target()?)?;
        Some(item.file.path.clone())
    }

    fn on_target(&mut self, call: fn(&dyn super::services::Desktop, &Path) -> Result<(), String>) {
        if let Some(path) = self.target_path() {
            self.desktop(path, call);
        }
    }

    /// Asks the desktop for something, on a thread: it may take as long as it likes.
    fn desktop(
        &mut self,
        path: PathBuf,
        call: fn(&dyn super::services::Desktop, &Path) -> Result<(), String>,
    ) {
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Desktop, move |_| {
            match call(desktop.as_ref(), &path) {
                Ok(()) => super::News::Done,
                Err(error) => super::News::Trouble(format!(
                    "{} cannot be shown by another program: {error}",
                    path.display()
                )),
            }
        });
    }

    fn copy_paths(&mut self) {
        let paths: Vec<String> = (self.state.targets().into_iter())
            .filter_map(|id| Some(self.state.item(id)?.file.path.display().to_string()))
            .collect();
        self.wake.ctx.copy_text(paths.join("\n"));
    }

    fn view_or_close(&mut self) {
        if self.state.viewer.is_some() {
            self.close_viewer();
        } else if let Some(item) = self.state.target() {
            self.state.viewer = Some(Viewer::of(item));
        }
    }

    /// Esc: closes what is open, then clears what is typed, then what is selected.
    fn close_or_clear(&mut self) {
        if self.state.viewer.is_some() {
            return self.close_viewer();
        }
        if std::mem::take(&mut self.state.panels_hidden) {
            return;
        }
        if !self.state.search.is_empty() {
            self.search(String::new());
        } else {
            self.state.selection.clear();
        }
    }

    fn toggle_actual_size(&mut self) {
        if let Some(viewer) = &mut self.state.viewer {
            viewer.zoom = match viewer.zoom {
                None => Some(1.0),
                Some(_) => None,
            };
            viewer.centre = egui::vec2(0.5, 0.5);
        }
    }

    /// Commands that change what is looked at, not what is asked.
    fn look(&mut self, command: Command) {
        match command {
            Command::SelectionMode(id, reach) => {
                let order = &self.state.answer.arrangement.order;
                self.state.selection.reach(id, reach, order);
            }
            Command::SelectItems(ids, add) => self.state.selection.set(ids, add),
            Command::GridMove(step, extend) => self.step(step, extend),
            Command::ViewItem(id) => {
                self.apply(Command::SelectionMode(id, SelectionMode::Only));
                self.state.compared.clear();
                self.state.viewer = Some(Viewer::of(id));
            }
            Command::FocusCompared(id) => self.focus_compared(id),
            Command::CellSide(side) => {
                self.state.keep_place();
                self.state.memory.cell_side = side.clamp(*CELL_SIDES.start(), *CELL_SIDES.end());
            }
            _ => {}
        }
    }

    fn step(&mut self, step: GridMove, extend: bool) {
        if !self.state.compared.is_empty() {
            return self.step_compared(step);
        }
        let state = &mut self.state;
        let order = &state.answer.arrangement.order;
        let Some(layout) = &state.grid.layout else {
            return;
        };
        if order.is_empty() {
            return;
        }
        let cursor = state
            .viewer
            .map(|viewer| viewer.item)
            .or(state.selection.cursor);
        let place = cursor.and_then(|id| order.iter().position(|other| *other == id));
        // In the viewer, up and down go to the photo before and after too.
        let step = match (state.viewer.is_some(), step) {
            (true, GridMove::Up) => GridMove::Left,
            (true, GridMove::Down) => GridMove::Right,
            (_, step) => step,
        };
        let goal = place.map_or(0, |place| {
            layout.step_from(place, step, order.len(), state.grid.height)
        });
        let id = order[goal];
        let reach = if extend {
            SelectionMode::Range
        } else {
            SelectionMode::Only
        };
        state.selection.reach(id, reach, order);
        state.grid.offset = reveal(layout, goal, state.grid.offset, state.grid.height);
        if state.viewer.is_some() {
            state.viewer = Some(Viewer::of(id));
        }
    }
}

/// The query for what looks like a picture.
pub(super) fn like(picture: &std::path::Path) -> String {
    format!("like:\"{}\"", picture.display())
}
