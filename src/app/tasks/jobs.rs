//! Background tasks (opening a session, reading folders, maintaining the store) and their results.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use egui::Context;

use super::supervisor::Slot;
use crate::app::command::Dialog;
use crate::app::document::exports::ExportState;
use crate::app::document::heat::Map;
use crate::app::document::keywords::KeywordState;
use crate::app::document::library::{LibraryItem, UNREAD};
use crate::app::document::overview::Overview;
use crate::app::document::rules::PreviewState;
use crate::app::document::selection::Selection;
use crate::app::document::state::{NoticeCause, SessionState, ViewRequest};
use crate::app::services::Services;
use crate::app::tasks::scoring::ScoringResponse;
use crate::app::{App, News, RefreshPriority};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::{Event, JobOptions, Phase, Summary};
use crate::engine::index::session::Session;
use crate::engine::index::store::{StoreError, Tidied};
use crate::engine::library::{Library, LibraryError};
use crate::engine::media::memory_budget::DecodeMemory;
use crate::engine::media::metadata;
use crate::engine::media::photo::Stage;
use crate::engine::media::scan::ScanOptions;
use crate::settings::Settings;
use crate::t;

/// Time budget per frame for job events.
const EVENT_TIME: Duration = Duration::from_millis(4);
/// Time budget per frame for metadata, and the number of photos processed between checks of the clock.
const METADATA_TIME: Duration = Duration::from_millis(1);
const METADATA_BATCH: usize = 64;

impl App {
    /// Starts a background query, cancelling the one that is running in the slot.
    pub(in crate::app) fn replace(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> News + Send + 'static,
    ) {
        let given = self.supervisor.replace(slot, task);
        self.check_thread(given);
    }

    /// Queues a background change behind the earlier tasks of the slot.
    pub(in crate::app) fn queue(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> News + Send + 'static,
    ) {
        let given = self.supervisor.queue(slot, task);
        self.check_thread(given);
    }

    pub(in crate::app) fn check_thread(&mut self, given: std::io::Result<()>) {
        if let Err(error) = given {
            self.state.notify(t!("no-thread", error = error), true);
        }
    }

    /// Reports that a background task panicked, and resets the state that waits for its result.
    fn gave_up(&mut self, slot: Slot) {
        let text = t!("task-crashed");
        match slot {
            Slot::Session => self.session_opened(Err(t!("model-not-loaded"))),
            Slot::ExportPlan | Slot::Export => {
                self.state.exports.state = ExportState::Refused(text.into());
            }
            Slot::KeywordPlan | Slot::Keywords => {
                self.state.keywords.state = KeywordState::Refused(text.into());
            }
            Slot::Download => self.model_arrived(Err(text)),
            Slot::Overview | Slot::Heaps => self.stop_looking(),
            Slot::RuleFile => {
                // The rules in memory may not be those of the file, so the file must not be overwritten.
                self.state.rules.problem.get_or_insert_with(|| text.into());
            }
            Slot::RulePlan => {
                let rules = &mut self.state.rules;
                if rules.preview == PreviewState::Looking {
                    rules.preview = PreviewState::Failed(text.into());
                }
            }
            Slot::Rules => self.rules_ended(),
            Slot::Heat => self.state.heat.map = Map::Failed(text.into()),
            Slot::Store => {
                if self.state.session().is_none() {
                    self.open_session();
                }
            }
            Slot::Save => {
                let folder = self.services.dirs.config.display();
                let problem = t!("settings-not-written", folder = folder, error = text);
                // Shown as long as it lasts, and not once more for each attempt.
                return self.settings_saved(Some(problem));
            }
            // Nothing waits for the results of these.
            Slot::Folders
            | Slot::Retire
            | Slot::Watching
            | Slot::Sidecars
            | Slot::Undo
            | Slot::Journals
            | Slot::Trash
            | Slot::Models
            | Slot::Speed
            | Slot::StoreSize
            | Slot::Labels
            | Slot::Samples
            | Slot::Dialog
            | Slot::Desktop => {}
        }
        self.state.notify(text, true);
    }

    /// Reopens the store if it is damaged or was rebuilt by another process, because the row numbers are then invalid.
    pub(in crate::app) fn look_after_store(&mut self) {
        let outdated = |session: &Arc<Session>| session.store().is_outdated();
        if self.state.session().is_some_and(outdated) {
            let text = t!("store-rebuilt");
            self.state.notify(text, false);
            // The photos stay visible until they have been read again.
            self.state.library.forget_rows();
            self.open_session();
        }
    }

    /// Cancels the running job, if any, without blocking on its threads.
    pub(in crate::app) fn retire_job(&mut self) {
        self.state.standing.store = None;
        if let Some(job) = self.state.work.job.take() {
            job.cancel();
            self.queue(Slot::Retire, move |_| {
                drop(job);
                News::Done
            });
        }
    }

    /// Loads the model and opens the store according to the settings.
    pub(in crate::app) fn open_session(&mut self) {
        self.retire_job();
        self.state.session = SessionState::Loading;
        self.state.work.summary = None;
        self.opening += 1;
        let attempt = self.opening;
        let (services, settings) = (self.services.clone(), self.state.settings.clone());
        DecodeMemory::of_process().set_megabytes(settings.decode_memory_mb);
        self.replace(Slot::Session, move |_| {
            News::Session(attempt, open(&services, &settings))
        });
    }

    pub(in crate::app) fn take_news(&mut self) {
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::Session(attempt, opened) if attempt == self.opening => {
                    self.session_opened(opened);
                }
                News::Session(..) | News::Done => {}
                News::Chosen(purpose, chosen) => self.chosen(purpose, chosen),
                News::Export(news) => self.take_export_news(news),
                News::Keywords(news) => self.take_keyword_news(news),
                News::Metadata(changes) => self.metadata.extend(changes),
                News::Watched(watched) => self.take_watched(watched),
                News::Overview(news) => self.take_overview_news(news),
                News::Rules(news) => self.take_rule_news(news),
                News::Trashed(trashed) => self.trashed(trashed),
                News::Restored(restored) => self.restored(restored),
                News::Folders(folders) => self.remember_folders(folders),
                News::Dropped(sorted) => self.dropped(sorted),
                News::Copied(paths, files) => self.copied(&paths, files),
                News::Typed(purpose, path) => self.typed(purpose, path),
                News::Labels(labels) => self.use_labels(labels),
                News::Samples(folder) => self.samples_written(folder),
                News::GaveUp(slot) => self.gave_up(slot),
                News::StoreSize(size) => self.state.store_size = size,
                News::Cleared(cleared) => self.store_cleared(cleared),
                News::Marks(news) => self.take_marks_news(news),
                News::Tidied(tidied) => self.store_tidied(tidied),
                News::Speed(rate) => self.state.models.rate = rate,
                News::Models(list) => self.state.models.list = list,
                News::Arriving(arrival) => self.model_arriving(arrival),
                News::Arrived(arrived) => self.model_arrived(arrived),
                News::Saved(failure) => self.settings_saved(failure),
                News::Trouble(text) => self.state.notify(text, true),
            }
        }
    }

    fn session_opened(&mut self, opened: Result<Library, impl Display>) {
        // A preview of the earlier session is outdated.
        self.state.rules.asked = None;
        match opened {
            Ok(library) => {
                for notice in library.notices() {
                    self.state.notify(notice.clone(), true);
                }
                let session = library.session();
                *self
                    .store_slot
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(session.store().clone());
                session.store().watch(self.notify.clone());
                self.state.session = SessionState::Ready(library);
                self.ask_view(ViewRequest::RetryThumbnails);
                if self.state.dialog == Some(Dialog::Settings) {
                    self.measure_store();
                }
                self.read_folders();
            }
            Err(error) => self.state.session = SessionState::Failed(error.to_string()),
        }
        self.request_refresh(RefreshPriority::FromTop);
    }

    /// The options for scanning folders.
    pub(in crate::app) fn scan_options(&self) -> ScanOptions {
        ScanOptions {
            subfolders: self.state.memory.subfolders,
            videos: self.state.settings.videos,
            hidden: false,
            excluded: self.state.settings.excluded_folders.clone(),
            journals: Some(self.services.dirs.journals()),
        }
    }

    /// Reads all open folders. Photos known to the store appear immediately.
    pub(in crate::app) fn read_folders(&mut self) {
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let library = library.clone();
        self.retire_job();
        if self.state.memory.roots.is_empty() {
            return;
        }
        let scan = self.scan_options();
        let work = &mut self.state.work;
        work.generation += 1;
        let options = JobOptions {
            scan,
            decoders: self.state.settings.threads,
            thumbnail_quality: self.state.settings.thumbnail_quality,
            embedded_thumbnails: true,
            generation: work.generation,
            list_first: true,
            // Wait for the store without a time limit: the user sees the reason and can cancel.
            patience: None,
            notify: self.notify.clone(),
            ..JobOptions::new(self.state.memory.roots.clone())
        };
        work.unreachable.clear();
        work.summary = None;
        match library.start_indexing(options) {
            Ok(job) => {
                work.progress = job.progress();
                work.job = Some(job);
            }
            Err(error) => self
                .state
                .notify(t!("no-threads", error = error.to_string()), true),
        }
    }

    /// Handles events of the running job within the time budget of a frame.
    pub(in crate::app) fn take_events(&mut self) {
        let until = Instant::now() + EVENT_TIME;
        self.state.work.behind = false;
        let before = self.state.library.len();
        let mut finished = None;
        while let Some(job) = &self.state.work.job {
            // Must be checked first, so that messages sent just before the job ended are still received.
            let over = job.is_over();
            let Some(message) = job.try_next() else {
                if over {
                    finished = Some(Summary::gave_up(job.progress()));
                }
                break;
            };
            if message.generation != self.state.work.generation {
                continue;
            }
            match message.event {
                Event::Photo { photo, row, .. } => {
                    let item = LibraryItem::read(photo, row);
                    self.renew_thumbnail(&item);
                    self.state.library.put(item, message.generation);
                    self.request_refresh(RefreshPriority::Soon);
                }
                Event::Unread(photo) => {
                    let item = LibraryItem::read(photo, UNREAD);
                    self.state.library.put(item, message.generation);
                    self.request_refresh(RefreshPriority::Soon);
                }
                Event::Failed(failure) if failure.stage == Stage::Scan => {
                    self.state.work.unreachable.push(failure);
                }
                Event::Failed(failure) => {
                    let item = LibraryItem::failed(failure);
                    self.state.library.put(item, message.generation);
                    self.request_refresh(RefreshPriority::Soon);
                }
                Event::Waiting(reason) => {
                    self.state.standing.store =
                        reason.map(|reason| t!("reading-waits", reason = reason));
                }
                Event::Fallback(text) => self.state.notify(text, true),
                Event::Progress(progress) => self.state.work.progress = progress,
                Event::Finished(summary) => {
                    finished = Some(summary);
                    break;
                }
            }
            if Instant::now() >= until {
                self.state.work.behind = true;
                break;
            }
        }
        // Show the first photos without delay.
        if before == 0 && !self.state.library.is_empty() {
            self.request_refresh(RefreshPriority::Now);
        }
        if let Some(summary) = finished {
            self.job_finished(summary);
        }
    }

    /// Reloads a photo's thumbnail if the displayed one came from the preview embedded in the file.
    fn renew_thumbnail(&mut self, item: &LibraryItem) {
        let library = &self.state.library;
        let known = library.find(&item.file.path).and_then(|id| library.get(id));
        let was_unread = known.is_some_and(|known| known.row() == UNREAD);
        if let Some(content) = item.content().filter(|_| was_unread) {
            self.ask_view(ViewRequest::RenewThumbnail(content));
        }
    }

    fn job_finished(&mut self, summary: Summary) {
        self.retire_job();
        let generation = self.state.work.generation;
        let work = &mut self.state.work;
        work.progress = summary.progress;
        work.progress.phase = Phase::Done;
        self.state.settle(NoticeCause::Reading);
        let mut is_whole = false;
        if let Some(problem) = &summary.problem {
            let text = t!("reading-stopped", problem = problem);
            self.state.notify_of(NoticeCause::Reading, text);
        } else if !summary.cancelled {
            is_whole = true;
            let unreachable: Vec<PathBuf> = (self.state.work.unreachable.iter())
                .map(|failure| failure.path.clone())
                .collect();
            let out_of_reach = |path: &Path| unreachable.iter().any(|dir| path.starts_with(dir));
            self.retain(|path, seen| seen == generation || out_of_reach(path));
            for root in unreachable {
                if self.state.memory.roots.contains(&root) {
                    let text = t!("root-unreachable", path = root.display());
                    self.state.notify_of(NoticeCause::Reading, text);
                }
            }
        }
        self.state.work.summary = Some(summary);
        self.request_refresh(RefreshPriority::Soon);
        self.read_metadata();
        if is_whole {
            self.look_over();
            self.run_rules_after_metadata();
        }
    }

    /// Reads changed metadata of all photos and their sidecars.
    pub(in crate::app) fn read_metadata(&mut self) {
        let items = self.state.library.snapshot().items.clone();
        let cache = self.services.dirs.metadata_cache();
        self.replace(Slot::Sidecars, move |cancel| {
            let photos = items
                .iter()
                .take_while(|_| !cancel.is_cancelled())
                .map(|item| (&*item.file.path, item.metadata.as_ref()));
            match metadata::changed(photos, Some(&cache)) {
                changes if changes.is_empty() => News::Done,
                changes => News::Metadata(changes),
            }
        });
    }

    /// Applies new metadata within the time budget of a frame. After the start, there is some for every photo.
    pub(in crate::app) fn take_metadata(&mut self) {
        if self.metadata.is_empty() {
            return;
        }
        let until = Instant::now() + METADATA_TIME;
        while !self.metadata.is_empty() && Instant::now() < until {
            let part = self.metadata.len().min(METADATA_BATCH);
            let part: Vec<_> = self.metadata.drain(..part).collect();
            self.state.library.set_metadata(part);
        }
        match self.metadata.is_empty() {
            true => self.request_refresh(RefreshPriority::Now),
            false => self.repaint.ctx.request_repaint(),
        }
    }

    /// Keeps only the items for which `stays` returns true, and updates the selection and all other item ids.
    pub(in crate::app) fn retain(&mut self, stays: impl Fn(&Path, u64) -> bool) {
        if let Some(new) = self.state.library.retain(stays) {
            self.state.selection.renumber(&new);
            self.state.answer.renumber(&new);
            let viewer = self.state.viewer.take();
            self.state.viewer = viewer.and_then(|viewer| viewer.renumbered(&new));
            self.state.heaps.renumber(&new);
            let questions = self.state.questions.take();
            self.state.questions = questions.and_then(|questions| questions.renumbered(&new));
            self.state.heat.question = None;
            self.asking.valid_from = self.asking.number + 1;
            self.request_refresh(RefreshPriority::Now);
        }
    }

    /// Looks for new photos when the window regains focus.
    pub(in crate::app) fn look_for_changes(&mut self, ctx: &Context) {
        let focused = ctx.input(|input| input.focused);
        let came_back = focused && !self.was_focused;
        self.was_focused = focused;
        if came_back && !self.state.work.is_running() {
            self.read_folders();
        }
    }

    /// Determines the size of the store.
    pub(in crate::app) fn measure_store(&mut self) {
        if let Some(store) = self.state.session().map(|session| session.store().clone()) {
            self.replace(Slot::StoreSize, move |_| News::StoreSize(store.size().ok()));
        }
    }

    /// Removes unneeded data from the store.
    pub(in crate::app) fn tidy_store(&mut self) {
        if let Some(store) = self.state.session().map(|session| session.store().clone()) {
            let limits = self.state.settings.store_limits();
            self.queue(Slot::Store, move |_| News::Tidied(store.tidy(limits)));
        }
    }

    fn store_tidied(&mut self, tidied: Result<Tidied, StoreError>) {
        match tidied {
            Ok(tidied) => {
                let freed = tidied.bytes / 1_000_000;
                let text = t!("store-tidied", count = tidied.photos, freed = freed);
                self.state.notify(text, false);
            }
            Err(error) => self.state.notify(error.to_string(), true),
        }
        self.measure_store();
    }

    /// Clears the store, and reads the open folders again.
    pub(in crate::app) fn clear_store(&mut self) {
        let Some(session) = self.state.session().cloned() else {
            return;
        };
        self.state.session = SessionState::Loading;
        self.forget_photos();
        let job = self.state.work.job.take();
        self.queue(Slot::Store, move |_| {
            // Wait for the job's threads, so that nothing is written after the store is cleared.
            drop(job);
            News::Cleared(session.store().clear())
        });
    }

    fn store_cleared(&mut self, cleared: Result<(), StoreError>) {
        if let Err(error) = cleared {
            self.state.notify(error.to_string(), true);
        }
        self.open_session();
    }

    /// Removes all photos from the window until they are read again.
    pub(in crate::app) fn forget_photos(&mut self) {
        self.stop_looking();
        self.state.overview = Overview::default();
        self.state.heaps.clear();
        self.state.questions = None;
        self.state.heat.question = None;
        self.state.library.clear();
        self.state.answer = ScoringResponse::default();
        self.state.selection = Selection::default();
        self.state.viewer = None;
        self.asking.valid_from = self.asking.number + 1;
        self.request_refresh(RefreshPriority::FromTop);
    }
}

fn open(services: &Services, settings: &Settings) -> Result<Library, LibraryError> {
    let model = (services.load_model)(&settings.load_options(&services.dirs))?;
    let store = settings.store_dir(&services.dirs);
    Library::with_model(model, &store, settings.store_limits())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{PATIENCE, app};

    #[test]
    fn nothing_waits_for_a_task_that_panicked() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.gave_up(Slot::RulePlan);
        assert_eq!(app.state.rules.preview, PreviewState::Idle);
        app.state.rules.preview = PreviewState::Looking;
        app.gave_up(Slot::RulePlan);
        assert!(matches!(app.state.rules.preview, PreviewState::Failed(_)));
        app.state.rules.is_running = true;
        app.gave_up(Slot::Rules);
        assert!(!app.state.rules.is_running);
        app.gave_up(Slot::RuleFile);
        assert!(app.state.rules.problem.is_some());
    }

    #[test]
    fn settings_are_written_again_after_a_panic() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let file = app.services.dirs.window_file();
        app.save_now();
        assert!(app.supervisor.wait_for(Slot::Save, PATIENCE));
        std::fs::remove_file(&file).expect("written at the first start");
        app.gave_up(Slot::Save);
        assert!(app.state.standing.settings.is_some());
        app.save_now();
        assert!(app.supervisor.wait_for(Slot::Save, PATIENCE));
        assert!(file.exists());
    }
}
