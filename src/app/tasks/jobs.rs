//! The job that reads the open folders, and what its results change in the window.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::Context;

use super::supervisor::Slot;
use crate::app::command::Dialog;
use crate::app::document::library::{LibraryItem, UNREAD};
use crate::app::document::overview::Overview;
use crate::app::document::state::{NoticeCause, SessionState, ViewRequest};
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::files::paths::RootIndex;
use crate::engine::index::pipeline::{Event, JobOptions, Phase, Summary};
use crate::engine::media::photo::Stage;
use crate::engine::media::scan::ScanOptions;
use crate::t;
use crate::text::{self, Surface};

/// Time budget per frame for job events.
const EVENT_TIME: Duration = Duration::from_millis(4);

impl App {
    /// Cancels the running job, if any, without blocking on its threads.
    pub(in crate::app) fn detach_job(&mut self) {
        self.state.persistent_notices.store = None;
        if let Some(job) = self.state.work.job.take() {
            job.cancel();
            self.queue(Slot::JoinThreads, move |_| {
                drop(job);
                TaskMessage::Done
            });
        }
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
        self.detach_job();
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
            write_timeout: None,
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
    pub(in crate::app) fn handle_events(&mut self) {
        let until = Instant::now() + EVENT_TIME;
        self.state.work.behind = false;
        let before = self.state.library.len();
        let mut finished = None;
        while let Some(job) = &self.state.work.job {
            // Must be checked first, so that messages sent just before the job ended are still received.
            let over = job.is_over();
            let Some(message) = job.try_next() else {
                if over {
                    finished = Some(Summary::panicked(job.progress()));
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
                    self.state.persistent_notices.store = reason.map(|reason| {
                        t!(
                            "reading-waits",
                            reason = text::advised(&reason, Surface::Window)
                        )
                    });
                }
                Event::Fallback(what) => self.state.notify(what, true),
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
            self.request_view(ViewRequest::RenewThumbnail(content));
        }
    }

    fn job_finished(&mut self, summary: Summary) {
        self.detach_job();
        let generation = self.state.work.generation;
        let work = &mut self.state.work;
        work.progress = summary.progress;
        work.progress.phase = Phase::Done;
        self.state.resolve_cause(NoticeCause::Reading);
        let mut is_whole = false;
        if let Some(problem) = &summary.problem {
            let text = t!(
                "reading-stopped",
                problem = text::advised(problem, Surface::Window)
            );
            self.state.notify_of(NoticeCause::Reading, text);
        } else if !summary.cancelled {
            is_whole = true;
            let unreachable: Vec<PathBuf> = (self.state.work.unreachable.iter())
                .map(|failure| failure.path.clone())
                .collect();
            let out_of_reach = RootIndex::new(&unreachable);
            self.retain(|path, seen| seen == generation || out_of_reach.around(path).is_some());
            for root in &unreachable {
                if self.state.memory.roots.contains(root) {
                    let text = t!("root-unreachable", path = root.display());
                    self.state.notify_of(NoticeCause::Reading, text);
                }
            }
        }
        self.state.work.summary = Some(summary);
        self.request_refresh(RefreshPriority::Soon);
        self.read_metadata();
        if is_whole {
            self.analyse_photos();
            self.run_rules_after_metadata();
        }
    }

    /// Keeps only the items for which `stays` returns true, and updates the selection and all other item ids.
    pub(in crate::app) fn retain(&mut self, stays: impl Fn(&Path, u64) -> bool) {
        if let Some(new) = self.state.library.retain(stays) {
            self.state.selection.renumber(&new);
            self.state.response.renumber(&new);
            let viewer = self.state.viewer.take();
            self.state.viewer = viewer.and_then(|viewer| viewer.renumbered(&new));
            self.state.clusters.renumber(&new);
            let questions = self.state.questions.take();
            self.state.questions = questions.and_then(|questions| questions.renumbered(&new));
            self.close_ended_questions();
            self.state.heat.subject = None;
            self.scoring_requests.valid_from = self.scoring_requests.number + 1;
            self.request_refresh(RefreshPriority::Now);
        }
    }

    /// Looks for new photos, and for rules edited by hand, when the window regains focus.
    pub(in crate::app) fn detect_changes(&mut self, ctx: &Context) {
        let focused = ctx.input(|input| input.focused);
        let came_back = focused && !self.was_focused;
        self.was_focused = focused;
        if came_back {
            self.read_rules();
        }
        if came_back && !self.state.work.is_running() {
            self.read_folders();
        }
    }

    /// Closes the dialog of the questions if there is nothing left to ask, as it would be empty.
    fn close_ended_questions(&mut self) {
        if self.state.questions.is_none() && self.state.dialog == Some(Dialog::Questions) {
            self.show(None);
        }
    }

    /// Removes all photos from the window until they are read again.
    pub(in crate::app) fn forget_photos(&mut self) {
        self.stop_analysis();
        self.state.overview = Overview::default();
        self.state.clusters.clear();
        self.state.questions = None;
        self.close_ended_questions();
        self.state.heat.subject = None;
        self.state.viewer = None;
        let photos = self.state.library.clear();
        let response = std::mem::take(&mut self.state.response);
        let selection = std::mem::take(&mut self.state.selection);
        // Freeing hundreds of thousands of photos here would delay a frame.
        self.queue(Slot::JoinThreads, move |_| {
            drop((photos, response, selection));
            TaskMessage::Done
        });
        self.scoring_requests.valid_from = self.scoring_requests.number + 1;
        self.request_refresh(RefreshPriority::FromTop);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::document::library::tests::item;
    use crate::app::tests::{TEST_TIMEOUT, app};

    #[test]
    fn closed_photos_are_freed_in_the_background() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.library.put(item("a.jpg", 1), 1);
        let photo = Arc::downgrade(app.state.library.get(0).expect("a photo"));
        let (release, released) = crossbeam_channel::bounded::<()>(0);
        app.queue(Slot::JoinThreads, move |_| {
            let _ = released.recv();
            TaskMessage::Done
        });
        app.forget_photos();
        assert!(app.state.library.is_empty());
        assert_eq!(photo.strong_count(), 1, "this thread does not free it");
        drop(release);
        assert!(app.supervisor.wait_for(Slot::JoinThreads, TEST_TIMEOUT));
        assert_eq!(photo.strong_count(), 0);
    }

    #[test]
    fn the_dialog_of_questions_closes_with_their_photos() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.dialog = Some(Dialog::Questions);
        app.forget_photos();
        assert_eq!(app.state.dialog, None);
    }
}
