//! Starts background tasks in their slots, and dispatches their results.

use super::supervisor::Slot;
use crate::app::document::exports::ExportState;
use crate::app::document::heat::Map;
use crate::app::document::keywords::KeywordState;
use crate::app::document::rules::PreviewState;
use crate::app::{App, News};
use crate::engine::cancel::Cancel;
use crate::t;

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
