//! The only place where commands change the state.

use std::fs;
use std::path::{Path, PathBuf};

use super::arrange::{Filter, Fit, SortKey, Sorting};
use super::command::{Action, Command};
use super::history::Step as Undo;
use super::input::like;
use super::labels::{self, Label, LabelId, LabelSet};
use super::library::ItemId;
use super::selection::Reach;
use super::services::Purpose;
use super::state::{CELL_SIDES, Dialog, PAST_LABELS, State, Viewer};
use super::{App, Need};
use crate::core::marks::{Flag, Mark};
use crate::core::photo::ContentId;
use crate::settings::{Settings, Theme};
use crate::ui::grid_layout::{Step, reveal};

impl App {
    /// Carries out a command.
    pub(super) fn apply(&mut self, command: Command) {
        match command {
            Command::Do(action) => self.act(action),
            Command::OpenPaths(paths) => self.add_roots(paths),
            Command::CloseFolder(folder) => self.close_folder(&folder),
            Command::Choose(purpose) => self.choose(purpose),
            Command::ChangeSettings(settings) => self.change_settings(*settings),
            Command::ClearStore => self.clear_store(),
            Command::StartExport(request) => {
                self.state.export_target = Some(request.target.clone());
                self.start_export(&request);
            }
            Command::CancelExport => self.export_cancel.cancel(),
            Command::RevealPath(path) => self.desktop("reveal", path, |d, p| d.reveal(p)),
            Command::CopyText(text) => self.wake.ctx.copy_text(text),
            Command::Show(dialog) => self.show(dialog),
            Command::DismissNotice(at) => {
                self.state.notices.remove(at);
            }
            Command::SearchFor(text) => self.search(text),
            Command::SortBy(sorting) => {
                self.state.sorting_before_search = None;
                self.state.memory.sorting = sorting;
                self.need(Need::FromTop);
            }
            Command::FilterBy(filter) => {
                self.state.memory.filter = filter;
                self.need(Need::Now);
            }
            Command::ToggleFit(fit) => {
                let now = &mut self.state.memory.filter.fit;
                *now = if *now == fit { Fit::All } else { fit };
                self.need(Need::Now);
            }
            Command::Reach(..)
            | Command::SelectItems(..)
            | Command::Step(..)
            | Command::ViewItem(_)
            | Command::CellSide(_) => self.look(command),
            Command::SetFlag(flag) => self.mark(|mark| mark.flag = flag),
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
                self.state.work.job = None;
                self.state.memory.roots.clear();
                self.forget_photos();
            }
            Action::Export => self.show(Some(Dialog::Export)),
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
            Action::Open => self.on_target("open", |desktop, path| desktop.open(path)),
            Action::Reveal => self.on_target("reveal", |desktop, path| desktop.reveal(path)),
            Action::FindSimilar => {
                let path = self.target_path();
                if let Some(path) = path {
                    self.state.viewer = None;
                    self.search(like(&path));
                }
            }
            Action::Pick => self.mark(|mark| mark.flag = Flag::Pick),
            Action::Reject => self.mark(|mark| mark.flag = Flag::Reject),
            Action::Unflag => self.mark(|mark| mark.flag = Flag::None),
            Action::Stars(stars) => self.mark(|mark| mark.stars = stars),
            Action::AddLabel => self.ui.focus_label_box(),
            Action::Search => self.ui.focus_search_box(),
            Action::LabelSets => self.show(Some(Dialog::LabelSets)),
            Action::PasteLabels => self.show(Some(Dialog::PasteLabels)),
            Action::ClearLabels => self.with_labels(false, Need::FromTop, Vec::clear),
            Action::ClearFilter => {
                self.state.memory.filter = Filter::default();
                self.search(String::new());
                self.need(Need::Now);
            }
            Action::Larger => self.apply(Command::CellSide(self.state.memory.cell_side * 1.2)),
            Action::Smaller => self.apply(Command::CellSide(self.state.memory.cell_side / 1.2)),
            Action::ActualSize => self.toggle_actual_size(),
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

    fn show(&mut self, dialog: Option<Dialog>) {
        if dialog == Some(Dialog::Settings) {
            self.measure_store();
        }
        let finished = !matches!(self.state.export, super::state::ExportState::Running { .. });
        if dialog == Some(Dialog::Export) && finished {
            self.state.export = super::state::ExportState::Idle;
        }
        self.ui.dialog_opens(dialog.as_ref());
        self.state.dialog = dialog;
    }

    /// Applies settings: a new model or store is opened, everything else counts from now on.
    pub(super) fn change_settings(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.state.settings, settings);
        let now = &self.state.settings;
        let reopen = before.model != now.model || before.store != now.store;
        let reread = before.excluded_folders != now.excluded_folders;
        if reopen {
            self.forget_photos();
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
        self.retain(|path, _| roots.iter().any(|root| path.starts_with(root)));
        self.read_folders();
    }

    /// Writes the sample photos into the cache, where the platform's programs can open them too.
    fn open_samples(&mut self) {
        let folder = self.services.dirs.cache.join("samples");
        let write = || {
            fs::create_dir_all(&folder)?;
            SAMPLES
                .iter()
                .try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
        };
        match write() {
            Ok(()) => {
                self.add_roots(vec![folder]);
                if self.state.memory.labels.is_empty() {
                    self.apply(Command::AddLabels(
                        "cat, motorcycle, drink, building, document, photographer".into(),
                    ));
                }
            }
            Err(error) => {
                let text = format!(
                    "The samples cannot be written to {}: {error}",
                    folder.display()
                );
                self.state.notify(text, true);
            }
        }
    }

    fn search(&mut self, text: String) {
        let (before, now) = (self.state.search.is_empty(), text.is_empty());
        let sorting = &mut self.state.memory.sorting;
        if before && !now {
            self.state.sorting_before_search = Some(*sorting);
            *sorting = Sorting {
                key: SortKey::Search,
                descending: true,
            };
        }
        if now && let Some(earlier) = self.state.sorting_before_search.take() {
            *sorting = earlier;
        } else if now && sorting.key == SortKey::Search {
            *sorting = Sorting::default();
        }
        self.state.search = text;
        self.need(Need::FromTop);
    }

    fn target_path(&self) -> Option<PathBuf> {
        let item = self.state.item(self.state.target()?)?;
        Some(item.file.path.clone())
    }

    fn on_target(
        &mut self,
        name: &'static str,
        call: fn(&dyn super::services::Desktop, &Path) -> Result<(), String>,
    ) {
        if let Some(path) = self.target_path() {
            self.desktop(name, path, call);
        }
    }

    /// Asks the desktop for something, on a thread: it may take as long as it likes.
    fn desktop(
        &mut self,
        name: &'static str,
        path: PathBuf,
        call: fn(&dyn super::services::Desktop, &Path) -> Result<(), String>,
    ) {
        let desktop = self.services.desktop.clone();
        self.spawn(name, move || match call(desktop.as_ref(), &path) {
            Ok(()) => super::News::Done,
            Err(error) => super::News::Trouble(format!(
                "{} cannot be shown by another program: {error}",
                path.display()
            )),
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
            self.state.viewer = None;
        } else if let Some(item) = self.state.target() {
            self.state.viewer = Some(Viewer::of(item));
        }
    }

    /// Esc: closes what is open, then clears what is typed, then what is selected.
    fn close_or_clear(&mut self) {
        if self.state.viewer.take().is_some() {
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
            Command::Reach(id, reach) => {
                let order = &self.state.answer.arrangement.order;
                self.state.selection.reach(id, reach, order);
            }
            Command::SelectItems(ids, add) => self.state.selection.set(ids, add),
            Command::Step(step, extend) => self.step(step, extend),
            Command::ViewItem(id) => {
                self.apply(Command::Reach(id, Reach::Only));
                self.state.viewer = Some(Viewer::of(id));
            }
            Command::CellSide(side) => {
                self.ui.keep_place(&mut self.state);
                self.state.memory.cell_side = side.clamp(*CELL_SIDES.start(), *CELL_SIDES.end());
            }
            _ => {}
        }
    }

    fn step(&mut self, step: Step, extend: bool) {
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
            (true, Step::Up) => Step::Left,
            (true, Step::Down) => Step::Right,
            (_, step) => step,
        };
        let goal = place.map_or(0, |place| {
            layout.step_from(place, step, order.len(), state.grid.height)
        });
        let id = order[goal];
        let reach = if extend { Reach::Range } else { Reach::Only };
        state.selection.reach(id, reach, order);
        state.grid.offset = reveal(layout, goal, state.grid.offset, state.grid.height);
        if state.viewer.is_some() {
            state.viewer = Some(Viewer::of(id));
        }
    }

    /// Changes the decision about the chosen photos, and keeps it.
    fn mark(&mut self, change: impl Fn(&mut Mark)) {
        let targets = self.state.targets();
        let mut before: Vec<(ContentId, Mark)> = Vec::new();
        let mut after = Vec::new();
        for id in &targets {
            if let Some(content) = self.state.item(*id).and_then(|item| item.content()) {
                let old = self.state.library.mark(*id);
                let mut new = old;
                change(&mut new);
                before.push((content, old));
                after.push((content, new));
            }
        }
        let next = (targets.len() == 1 && self.state.memory.auto_advance).then_some(Step::Right);
        self.state.history.push(Undo::Marks(before), false);
        self.set_marks(&after);
        if let Some(step) = next {
            self.step(step, false);
        }
    }

    fn set_marks(&mut self, marks: &[(ContentId, Mark)]) {
        self.state.library.set_marks(marks);
        let kept = self.marks.as_mut().map_or(Ok(()), |kept| kept.set(marks));
        if let Err(error) = kept {
            self.state.notify(error.to_string(), true);
        }
        self.need(Need::Now);
    }

    fn go_back(&mut self, forward: bool) {
        let mut history = std::mem::take(&mut self.state.history);
        let swap = |step| match step {
            Undo::Marks(marks) => {
                let now = self.marks_now(&marks);
                self.set_marks(&marks);
                Undo::Marks(now)
            }
            Undo::Labels(labels) => {
                self.need(Need::FromTop);
                Undo::Labels(std::mem::replace(&mut self.state.memory.labels, labels))
            }
        };
        if forward {
            history.redo(swap);
        } else {
            history.undo(swap);
        }
        self.state.history = history;
    }

    fn marks_now(&self, marks: &[(ContentId, Mark)]) -> Vec<(ContentId, Mark)> {
        let snapshot = self.state.library.snapshot();
        let all: std::collections::HashMap<ContentId, Mark> = (snapshot.items.iter())
            .zip(snapshot.marks.iter())
            .filter_map(|(item, mark)| Some((item.content()?, *mark)))
            .collect();
        let now = |content: &ContentId| all.get(content).copied().unwrap_or_default();
        marks
            .iter()
            .map(|(content, _)| (*content, now(content)))
            .collect()
    }

    /// Changes labels so that it can be undone. Changes while a person types are one step.
    fn with_labels(&mut self, typing: bool, need: Need, change: impl FnOnce(&mut Vec<Label>)) {
        let before = self.state.memory.labels.clone();
        change(&mut self.state.memory.labels);
        if self.state.memory.labels != before {
            self.state.history.push(Undo::Labels(before), typing);
            self.forget_gone_labels();
            self.need(need);
        }
    }

    fn with_label(&mut self, id: LabelId, need: Need, change: impl FnOnce(&mut Label)) {
        let typing = need == Need::Now;
        self.with_labels(typing, need, |labels| {
            if let Some(label) = labels.iter_mut().find(|label| label.id == id) {
                change(label);
            }
        });
    }

    /// Orders and filters by a label that is gone become those of all labels.
    fn forget_gone_labels(&mut self) {
        let memory = &mut self.state.memory;
        let there = |id: LabelId| memory.labels.iter().any(|label| label.id == id);
        if let SortKey::Match(id) | SortKey::Probability(id) = memory.sorting.key
            && !there(id)
        {
            memory.sorting = Sorting::default();
        }
        if let Fit::Label(id) = memory.filter.fit
            && !there(id)
        {
            memory.filter.fit = Fit::All;
        }
    }

    fn change_labels(&mut self, command: Command) {
        match command {
            Command::DraftLabel(text) => {
                let before = self.state.labels_with_draft();
                self.state.draft = text;
                if before != self.state.labels_with_draft() {
                    self.need(Need::FromTop);
                }
            }
            Command::AddLabels(list) => {
                self.state.draft.clear();
                remember(&mut self.state, &list);
                self.with_labels(false, Need::FromTop, |labels| {
                    labels::add_list(labels, &list);
                });
            }
            Command::SetLabelText(id, text) => {
                // Typing: one step for undo, but from the top, because everything is sorted anew.
                self.with_label(id, Need::Now, |label| label.text = text);
                self.need(Need::FromTop);
            }
            Command::SetMinMatch(id, min) => {
                self.with_label(id, Need::Now, |label| label.min_match = min.clamp(0.0, 1.0));
            }
            Command::SetLabelOn(id, on) => {
                self.with_label(id, Need::FromTop, |label| label.on = on)
            }
            Command::SetNegated(id, negated) => {
                self.with_label(id, Need::FromTop, |label| label.negated = negated);
            }
            Command::SetColour(id, colour) => {
                self.with_label(id, Need::Soon, |label| label.colour = colour);
            }
            Command::MoveLabel(id, to) => self.with_labels(false, Need::Now, |labels| {
                if let Some(from) = labels.iter().position(|label| label.id == id) {
                    let label = labels.remove(from);
                    labels.insert(to.min(labels.len()), label);
                }
            }),
            Command::RemoveLabel(id) => self.with_labels(false, Need::FromTop, |labels| {
                labels.retain(|label| label.id != id);
            }),
            Command::AddExamples(id) => {
                let paths: Vec<PathBuf> = (self.state.targets().into_iter())
                    .filter_map(|item: ItemId| Some(self.state.item(item)?.file.path.clone()))
                    .collect();
                self.with_label(id, Need::FromTop, |label| {
                    let new = |path: &PathBuf| !label.examples.contains(path);
                    let new: Vec<PathBuf> = paths.into_iter().filter(new).collect();
                    label.examples.extend(new);
                });
            }
            Command::ClearExamples(id) => {
                self.with_label(id, Need::FromTop, |label| label.examples.clear());
            }
            sets => self.change_sets(sets),
        }
    }

    fn change_sets(&mut self, command: Command) {
        let sets = &mut self.state.memory.sets;
        match command {
            Command::SaveLabelSet(name) => {
                let labels = self.state.memory.labels.clone();
                sets.retain(|set| set.name != name);
                sets.push(LabelSet { name, labels });
                sets.sort_by(|a, b| a.name.cmp(&b.name));
            }
            Command::RemoveLabelSet(name) => sets.retain(|set| set.name != name),
            Command::UseLabelSet(name) => {
                if let Some(set) = sets.iter().find(|set| set.name == name) {
                    let new = set.labels.clone();
                    self.with_labels(false, Need::FromTop, |labels| *labels = new);
                }
            }
            _ => {}
        }
    }
}

/// Keeps the texts of new labels for suggestions.
fn remember(state: &mut State, list: &str) {
    for text in labels::split_list(list) {
        let past = &mut state.memory.past_labels;
        past.retain(|known| *known != text);
        past.insert(0, text);
        past.truncate(PAST_LABELS);
    }
}

macro_rules! samples {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../assets/samples/", $name)) as &[u8])),*]
    };
}

/// Photos to try the program with; their licences are in `assets/samples/README.md`.
static SAMPLES: &[(&str, &[u8])] = samples!(
    "astronaut.jpg" "brick.jpg" "cat.jpg" "coffee.jpg" "coins.jpg" "flower.jpg" "galaxies.jpg"
    "grass.jpg" "moon.jpg" "motorcycle.jpg" "page.jpg" "photographer.jpg" "rocket.jpg" "temple.jpg"
);
