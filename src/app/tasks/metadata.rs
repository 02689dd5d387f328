//! Reads the metadata of photos and their sidecars, and applies it to the library.

use std::time::{Duration, Instant};

use super::supervisor::Slot;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::media::metadata;

/// Time budget per frame for metadata, and the number of photos processed between checks of the clock.
const METADATA_TIME: Duration = Duration::from_micros(400);
const METADATA_BATCH: usize = 32;

impl App {
    /// Reads changed metadata of all photos and their sidecars.
    pub(in crate::app) fn read_metadata(&mut self) {
        let items = self.state.library.snapshot().items.clone();
        let cache = self.services.dirs.metadata_cache();
        self.replace(Slot::Sidecars, move |cancel| {
            let photos = items
                .iter()
                .take_while(|_| !cancel.is_cancelled())
                .map(|item| (&*item.file.path, item.metadata.as_ref()));
            match metadata::read_changed(photos, Some(&cache)) {
                changes if changes.is_empty() => TaskMessage::Done,
                changes => TaskMessage::Metadata(changes),
            }
        });
    }

    /// Applies new metadata within the time budget of a frame. After the start, there is some for every photo.
    pub(in crate::app) fn apply_metadata(&mut self) {
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
}
