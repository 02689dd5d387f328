//! Writing settings and what comes back at the next start.

use std::time::{Duration, Instant};

use super::App;
use super::state::Memory;
use crate::settings::{self, Settings};

/// How long a change may wait to be written: a kill loses no more.
const DELAY: Duration = Duration::from_secs(2);

/// What was written last.
pub struct Saved {
    settings: Settings,
    memory: Memory,
    last: Instant,
}

impl Saved {
    /// What was read at the start.
    pub fn new(settings: &Settings, memory: &Memory) -> Self {
        Self {
            settings: settings.clone(),
            memory: memory.clone(),
            last: Instant::now(),
        }
    }
}

impl App {
    /// Writes what changed, not more often than every few seconds.
    pub(super) fn save_changes(&mut self) {
        let changed =
            self.state.memory != self.saved.memory || self.state.settings != self.saved.settings;
        if changed && self.saved.last.elapsed() >= DELAY {
            self.save_now();
        } else if changed {
            self.wake.ctx.request_repaint_after(DELAY);
        }
    }

    /// Writes what changed.
    pub(super) fn save_now(&mut self) {
        let dirs = &self.services.dirs;
        let mut troubles = Vec::new();
        if self.state.settings != self.saved.settings {
            troubles.push(settings::save(&self.state.settings, &dirs.settings_file()));
        }
        if self.state.memory != self.saved.memory {
            troubles.push(settings::save(&self.state.memory, &dirs.window_file()));
        }
        self.saved = Saved::new(&self.state.settings, &self.state.memory);
        let folder = dirs.config.display().to_string();
        for error in troubles.into_iter().filter_map(Result::err) {
            let text = format!("Settings could not be written to {folder}: {error}");
            self.state.notify(text, true);
        }
    }
}
