//! Saving settings and the state that is restored at the next start.

use std::time::{Duration, Instant};

use super::supervisor::Slot;
use crate::app::document::memory::SavedWindow;
use crate::app::{App, TaskMessage};
use crate::settings::{self, Settings};
use crate::t;

/// Maximum delay before a change is saved, and thus the maximum loss if the program is killed.
const DELAY: Duration = Duration::from_secs(2);

/// What was saved last.
pub struct SaveState {
    settings: Settings,
    memory: SavedWindow,
    last: Instant,
    /// Whether the last attempt failed.
    failed: bool,
}

impl SaveState {
    /// Starts with the state that was loaded from disk.
    pub fn new(settings: &Settings, memory: &SavedWindow) -> Self {
        Self {
            settings: settings.clone(),
            memory: memory.clone(),
            last: Instant::now(),
            failed: false,
        }
    }
}

impl App {
    /// Saves changes at a limited rate.
    pub(in crate::app) fn save_changes(&mut self) {
        let changed = self.saved.failed
            || self.state.memory != self.saved.memory
            || self.state.settings != self.saved.settings;
        // If the disk is slow, wait for the pending write first.
        let due = self.saved.last.elapsed() >= DELAY && self.supervisor.is_idle(Slot::Save);
        if changed && due {
            self.save_now();
        } else if changed {
            self.repaint.ctx.request_repaint_after(DELAY);
        }
    }

    /// Saves changes in the background. Failures are shown to the user and retried.
    pub(in crate::app) fn save_now(&mut self) {
        let again = self.saved.failed;
        let new_settings = (again || self.state.settings != self.saved.settings)
            .then(|| self.state.settings.clone());
        let new_memory =
            (again || self.state.memory != self.saved.memory).then(|| self.state.memory.clone());
        if new_settings.is_none() && new_memory.is_none() {
            return;
        }
        self.saved = SaveState::new(&self.state.settings, &self.state.memory);
        let dirs = self.services.dirs.clone();
        self.queue(Slot::Save, move |_| {
            let settings = new_settings.map(|new| settings::save(&new, &dirs.settings_file()));
            let memory = new_memory.map(|new| settings::save(&new, &dirs.window_file()));
            let failure = [settings, memory]
                .into_iter()
                .flatten()
                .find_map(Result::err);
            TaskMessage::Saved(failure.map(|error| {
                tracing::warn!(folder = ?dirs.config, "settings could not be written: {error}");
                let folder = dirs.config.display();
                t!("settings-not-written", folder = folder, error = error)
            }))
        });
    }

    /// Handles the result of saving the settings.
    pub(in crate::app) fn settings_saved(&mut self, failure: Option<String>) {
        self.saved.failed = failure.is_some();
        self.state.persistent_notices.settings = failure;
        if self.saved.failed {
            self.repaint.ctx.request_repaint_after(DELAY);
        }
    }
}
