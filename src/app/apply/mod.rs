//! The only place where commands change the state.

mod compare;
mod desktop;
mod findings;
mod labels;
mod marks;
mod rules;
mod samples;
mod teach;
mod view;

use std::path::Path;

use super::command::{Action, Command};
use super::services::FolderPurpose;
use super::{App, RefreshPriority};
use crate::app::command::{Dialog, WelcomeStep};
use crate::app::document::export_choices::ExportChoices;
use crate::app::document::exports::ExportState;
use crate::app::document::filter::{Filter, Grouping, LabelFit, Sorting};
use crate::app::document::history::HistoryStep as Undo;
use crate::app::document::search_text::asks_nothing;
use crate::app::document::state::ViewRequest;
use crate::app::tasks::supervisor::Slot;
use crate::engine::files::paths::RootIndex;
use crate::engine::media::memory_budget::DecodeMemory;
use crate::engine::organize::marks::Flag;
use crate::settings::{Settings, Theme};
use crate::text;

pub(in crate::app) use samples::SamplesError;

impl App {
    /// Executes a command.
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
                let target = self.state.memory.export.target.clone();
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
            Command::CopyText(text) => self.repaint.ctx.copy_text(text),
            Command::Found(command) => self.about_findings(command),
            Command::Rules(command) => self.about_rules(command),
            Command::Show(dialog) => self.show(dialog),
            Command::CloseDialog => {
                let back = self.state.dialog.take().and_then(Dialog::back);
                self.show(back);
            }
            Command::DismissNotice(text) => {
                let notices = &mut self.state.notices;
                // It may have been resolved since it was drawn.
                if let Some(at) = notices.iter().position(|notice| notice.text == text) {
                    notices.remove(at);
                }
            }
            Command::Dropped(paths) => self.open_dropped(paths, false),
            Command::SearchDropped(path) => self.open_dropped(vec![path], true),
            Command::Paste(text) => self.paste(&text),
            Command::TypePath(text) => self.type_path(text),
            Command::SearchFor(text) => self.search(text),
            Command::SortBy(sorting) => {
                match &mut self.state.search_order {
                    Some((now, _)) => *now = sorting,
                    None => self.state.memory.sorting = sorting,
                }
                self.request_refresh(RefreshPriority::FromTop);
            }
            Command::GroupBy(grouping) => {
                match &mut self.state.search_order {
                    Some((_, now)) => *now = grouping,
                    None => self.state.memory.grouping = grouping,
                }
                self.request_refresh(RefreshPriority::FromTop);
            }
            Command::GoToLabel(id) => {
                self.state.open_label = Some(id);
                self.state.go_to(id);
            }
            Command::ToggleNear(id) => {
                let filter = &self.state.memory.filter;
                let on = filter.near && filter.fit == LabelFit::Label(id);
                match on {
                    true => self.fit_only(LabelFit::All, false),
                    false => self.fit_only(LabelFit::Label(id), true),
                }
                self.request_refresh(RefreshPriority::FromTop);
            }
            Command::FilterBy(filter) => {
                let before = self.state.memory.filter.fit;
                let (fit, near) = (filter.fit, filter.near);
                self.state.memory.filter = *filter;
                self.state.memory.filter.fit = before;
                self.state.selection.set_marked_at(None);
                self.fit_only(fit, near);
                self.request_refresh(RefreshPriority::Now);
            }
            Command::ToggleFit(fit) => {
                let now = self.state.memory.filter.fit;
                let fit = if now == fit { LabelFit::All } else { fit };
                self.fit_only(fit, false);
                self.request_refresh(RefreshPriority::FromTop);
            }
            Command::SelectionMode(..)
            | Command::SelectItems(..)
            | Command::GridMove(..)
            | Command::ViewItem(_)
            | Command::FocusCompared(_)
            | Command::CellSide(_) => self.apply_view_command(command),
            labels => self.change_labels(labels),
        }
    }

    fn act(&mut self, action: Action) {
        if !action.enabled(&self.state) {
            return;
        }
        match action {
            Action::OpenFolder => self.choose(FolderPurpose::OpenFolder),
            Action::OpenPhotos => self.choose(FolderPurpose::OpenPhotos),
            Action::OpenPath => self.ask_for_path(FolderPurpose::OpenFolder, None),
            Action::Samples => self.open_samples(),
            Action::Rescan => self.read_folders(),
            Action::CloseFolders => {
                self.detach_job();
                self.stop_rules();
                self.state.memory.roots.clear();
                self.forget_photos();
            }
            Action::Export => self.show(Some(Dialog::Export)),
            Action::MoveRejects => {
                self.request_view(ViewRequest::ExportRejects);
                self.show(Some(Dialog::Export));
            }
            Action::TrashRejects => self.show(Some(Dialog::Trash)),
            Action::Keywords => self.show(Some(Dialog::Keywords)),
            Action::Models => self.show(Some(Dialog::Models { back: None })),
            Action::Settings => self.show(Some(Dialog::Settings)),
            Action::Quit => self
                .repaint
                .ctx
                .send_viewport_cmd(egui::ViewportCommand::Close),
            Action::Undo | Action::Redo => self.go_back(action == Action::Redo),
            Action::SelectAll => {
                let all = self.state.response.arrangement.order.iter();
                self.state.selection.set(all.copied(), false);
            }
            Action::SelectNone => self.state.selection.clear(),
            Action::CopyPaths => self.copy_paths(),
            Action::View => self.view_or_close(),
            Action::CloseView => self.close_or_clear(),
            Action::Compare => self.compare(),
            Action::Survey => self.survey(),
            Action::Why => self.state.heat.is_on = !self.state.heat.is_on,
            Action::Clusters => self.show(Some(Dialog::Clusters)),
            Action::Ask => self.ask_about_open_label(),
            Action::Searches => self.show(Some(Dialog::Searches)),
            Action::Rules => {
                self.state.rules.source = None;
                self.show(Some(Dialog::Rules));
            }
            Action::Tour => self.show(Some(Dialog::Tour)),
            Action::Copies => self.show(Some(Dialog::Copies { from_tour: false })),
            Action::Stacks => self.fold_stacks(),
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
                // Closed, because the text field is next to the grid.
                self.close_viewer();
                self.state.panels_hidden = false;
                self.request_view(ViewRequest::FocusLabelBox);
            }
            Action::Example => self.teach_open_label(true),
            Action::CounterExample => self.teach_open_label(false),
            Action::LabelFromThese => self.label_from_these(),
            Action::Search => {
                self.state.panels_hidden = false;
                self.request_view(ViewRequest::FocusSearchBox);
            }
            Action::LabelSets => self.show(Some(Dialog::LabelSets)),
            Action::PasteLabels => self.show(Some(Dialog::PasteLabels)),
            Action::ClearLabels => self.with_labels(None, RefreshPriority::FromTop, Vec::clear),
            Action::ClearFilter => {
                self.state.memory.filter = Filter::default();
                self.search(String::new());
                self.request_refresh(RefreshPriority::Now);
            }
            Action::Larger => self.apply(Command::CellSide(self.state.memory.cell_side * 1.2)),
            Action::Smaller => self.apply(Command::CellSide(self.state.memory.cell_side / 1.2)),
            Action::ActualSize => self.toggle_actual_size(),
            Action::FullScreen => self.toggle_full_screen(),
            Action::Panels => self.state.panels_hidden = !self.state.panels_hidden,
            Action::NextPane => {
                self.state.panels_hidden = false;
                self.request_view(ViewRequest::NextPane);
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
            Action::Welcome => self.show(Some(Dialog::Welcome(WelcomeStep::Language))),
            Action::About => self.show(Some(Dialog::About)),
        }
    }

    /// Continues a command, once the user has decided whether it also applies to hidden photos.
    fn answer_hidden(&mut self, too: bool) {
        let Some(Dialog::Hidden(command)) = self.state.dialog.take() else {
            return;
        };
        match too {
            true => self.state.selection.include_hidden(),
            false => self
                .state
                .selection
                .keep_shown(&self.state.response.arrangement.order),
        }
        self.apply(*command);
    }

    pub(super) fn show(&mut self, dialog: Option<Dialog>) {
        if dialog == Some(Dialog::Settings) {
            self.measure_store();
        }
        if matches!(
            dialog,
            Some(Dialog::Models { .. } | Dialog::Welcome(WelcomeStep::Model))
        ) {
            self.list_models();
        }
        let exports = &mut self.state.exports;
        if dialog == Some(Dialog::Export) && !matches!(exports.state, ExportState::Running(_)) {
            exports.state = ExportState::Idle;
            self.supervisor.cancel(Slot::ExportPlan);
        }
        if matches!(
            dialog,
            Some(Dialog::Tour | Dialog::Copies { .. } | Dialog::Clusters)
        ) {
            self.state.overview.is_offered = false;
            self.analyse_if_idle();
        }
        if dialog == Some(Dialog::Rules) {
            // The preview is outdated if photos have arrived since.
            self.state.rules.previewed = None;
        } else {
            // When the dialog returns, its form keeps the user's choices.
            self.state.rules.source = None;
        }
        if dialog != Some(Dialog::Questions) {
            self.state.questions = None;
        }
        if dialog == Some(Dialog::Keywords) {
            self.state.keywords.begin();
        }
        self.request_view(ViewRequest::BeginDialog);
        self.state.dialog = dialog;
    }

    /// Applies settings: opens a new model or store if they changed; everything else takes effect on next use.
    pub(super) fn change_settings(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.state.settings, settings);
        let now = &self.state.settings;
        let moved = before.store != now.store;
        let another = before.model != now.model
            || before.device != now.device
            || before.precision != now.precision
            || before.gpu_on_battery != now.gpu_on_battery;
        let reread = before.excluded_folders != now.excluded_folders || before.videos != now.videos;
        let translated = before.language != now.language;
        if translated {
            text::select(now.language.locale());
        }
        DecodeMemory::of_process().set_mebibytes(now.decode_memory_mb);
        if translated && !self.state.search.is_empty() {
            // The search finds words in the language of messages.
            self.request_refresh(RefreshPriority::Now);
        }
        if moved {
            self.forget_photos();
            self.open_session();
        } else if another {
            // The photos stay visible while the new model reads them.
            self.state.library.forget_rows();
            self.open_session();
        } else if reread {
            self.read_folders();
        }
    }

    fn toggle_theme(&mut self) {
        let dark = self.repaint.ctx.theme() == egui::Theme::Dark;
        self.state.settings.theme = if dark { Theme::Light } else { Theme::Dark };
    }

    fn close_folder(&mut self, folder: &Path) {
        self.stop_rules();
        self.state.memory.roots.retain(|root| root != folder);
        let roots = self.state.memory.roots.clone();
        let roots = RootIndex::new(&roots);
        self.retain(|path, _| roots.around(path).is_some());
        self.read_folders();
    }

    /// Filters by label. With a single label, the best matches come first; with none, those that come closest to one.
    fn fit_only(&mut self, fit: LabelFit, near: bool) {
        let before = self.state.memory.filter.fit;
        self.state.memory.filter.set_fit(fit, near);
        if fit == before || !matches!(fit, LabelFit::Label(_) | LabelFit::Nothing) {
            return;
        }
        match &mut self.state.search_order {
            Some((sorting, _)) => *sorting = Sorting::default(),
            None => self.state.memory.sorting = Sorting::default(),
        }
    }

    pub(super) fn search(&mut self, text: String) {
        if asks_nothing(&text) {
            // The next search hides poor matches again.
            self.state.memory.filter.search_shows_all = false;
            self.state.search_order = None;
        } else {
            let best_first = (Sorting::of_search(), Grouping::Nothing);
            self.state.search_order.get_or_insert(best_first);
        }
        self.state.search = text;
        self.request_refresh(RefreshPriority::FromTop);
    }
}

/// The search text for photos similar to a picture.
pub(super) fn like(picture: &std::path::Path) -> String {
    format!("like:\"{}\"", picture.display())
}
