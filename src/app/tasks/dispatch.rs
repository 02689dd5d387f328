//! Starts background tasks in their slots, and dispatches their results.

use super::supervisor::Slot;
use crate::app::document::exports::ExportState;
use crate::app::document::heat::HeatMapState;
use crate::app::document::keywords::KeywordState;
use crate::app::document::rules::PreviewState;
use crate::app::{App, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::t;

impl App {
    /// Starts a background query, cancelling the one that is running in the slot.
    pub(in crate::app) fn replace(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> TaskMessage + Send + 'static,
    ) {
        let given = self.supervisor.replace(slot, task);
        self.check_thread(given);
    }

    /// Queues a background change behind the earlier tasks of the slot.
    pub(in crate::app) fn queue(
        &mut self,
        slot: Slot,
        task: impl FnOnce(&Cancel) -> TaskMessage + Send + 'static,
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
    fn panicked(&mut self, slot: Slot) {
        let text = t!("task-crashed");
        match slot {
            Slot::Session => self.session_opened(Err(t!("model-not-loaded"))),
            Slot::ExportPlan | Slot::Export => {
                self.state.exports.state = ExportState::Refused(text.into());
            }
            Slot::KeywordPlan | Slot::Keywords => {
                self.state.keywords.state = KeywordState::Refused(text.into());
            }
            Slot::Download => self.download_finished(Err(text)),
            Slot::Overview | Slot::Clusters => self.stop_analysis(),
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
            Slot::Heat => self.state.heat.map = HeatMapState::Failed(text.into()),
            Slot::Store => {
                if self.state.session().is_none() {
                    self.open_session();
                }
            }
            Slot::Save => {
                let folder = self.services.dirs.config.display();
                let problem = t!("settings-not-written", folder = folder, error = text);
                // Shown while the problem persists, but not again for each attempt.
                return self.settings_saved(Some(problem));
            }
            // Nothing waits for the results of these.
            Slot::Folders
            | Slot::JoinThreads
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

    pub(in crate::app) fn handle_task_messages(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            match message {
                TaskMessage::Session(attempt, opened) if attempt == self.opening => {
                    self.session_opened(opened);
                }
                TaskMessage::Session(..) | TaskMessage::Done => {}
                TaskMessage::Chosen(purpose, chosen) => self.chosen(purpose, chosen),
                TaskMessage::Export(message) => self.handle_export_message(message),
                TaskMessage::Keywords(message) => self.handle_keyword_message(message),
                TaskMessage::Metadata(changes) => self.metadata.extend(changes),
                TaskMessage::Watched(watched) => self.handle_watched(watched),
                TaskMessage::Overview(message) => self.handle_overview_message(message),
                TaskMessage::Rules(message) => self.handle_rule_message(message),
                TaskMessage::Trashed(trashed) => self.trashed(trashed),
                TaskMessage::Restored(restored) => self.restored(restored),
                TaskMessage::Folders(folders) => self.remember_folders(folders),
                TaskMessage::Dropped(sorted) => self.dropped(sorted),
                TaskMessage::Copied(paths, files) => self.copied(&paths, files),
                TaskMessage::Typed(purpose, path) => self.typed(purpose, path),
                TaskMessage::Labels(labels) => self.use_labels(labels),
                TaskMessage::Samples(folder) => self.samples_written(folder),
                TaskMessage::TaskPanicked(slot) => self.panicked(slot),
                TaskMessage::StoreSize(size) => self.state.store_size = size,
                TaskMessage::Cleared(cleared) => self.store_cleared(cleared),
                TaskMessage::Marks(message) => self.handle_marks_message(message),
                TaskMessage::Tidied(tidied) => self.store_tidied(tidied),
                TaskMessage::Speed(rate) => self.state.models.rate = rate,
                TaskMessage::Models(list) => self.state.models.list = list,
                TaskMessage::DownloadProgressed(arrival) => self.download_progressed(arrival),
                TaskMessage::DownloadFinished(arrived) => self.download_finished(arrived),
                TaskMessage::Saved(failure) => self.settings_saved(failure),
                TaskMessage::UserError(text) => self.state.notify(text, true),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::{TEST_TIMEOUT, app};

    #[test]
    fn nothing_waits_for_a_task_that_panicked() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.panicked(Slot::RulePlan);
        assert_eq!(app.state.rules.preview, PreviewState::Idle);
        app.state.rules.preview = PreviewState::Looking;
        app.panicked(Slot::RulePlan);
        assert!(matches!(app.state.rules.preview, PreviewState::Failed(_)));
        app.state.rules.is_running = true;
        app.panicked(Slot::Rules);
        assert!(!app.state.rules.is_running);
        app.panicked(Slot::RuleFile);
        assert!(app.state.rules.problem.is_some());
    }

    #[test]
    fn settings_are_written_again_after_a_panic() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let file = app.services.dirs.window_file();
        app.save_now();
        assert!(app.supervisor.wait_for(Slot::Save, TEST_TIMEOUT));
        std::fs::remove_file(&file).expect("written at the first start");
        app.panicked(Slot::Save);
        assert!(app.state.persistent_notices.settings.is_some());
        app.save_now();
        assert!(app.supervisor.wait_for(Slot::Save, TEST_TIMEOUT));
        assert!(file.exists());
    }
}
