//! Photos to try the program with.

use std::path::PathBuf;

use crate::app::command::Command;
use crate::app::tasks::supervisor::Slot;
use crate::app::{App, News, RefreshPriority};
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::media::samples::PHOTOS;

/// Labels that fit the samples.
const LABELS: &str = "cat, motorcycle, drink, building, document, photographer";

impl App {
    /// Takes the labels of the samples away, if they are as they came: they are not about a person's own photos.
    pub(in crate::app) fn forget_sample_labels(&mut self, opened: &[PathBuf]) {
        let samples = self.services.dirs.cache.join("samples");
        let labels = self.state.memory.labels.iter();
        let as_they_came = { labels }
            .map(|label| label.text.as_str())
            .eq(LABELS.split(", "));
        if as_they_came && !opened.contains(&samples) {
            self.with_labels(None, RefreshPriority::FromTop, Vec::clear);
        }
    }

    /// Writes the sample photos into the cache, where the platform's programs can open them too.
    pub(super) fn open_samples(&mut self) {
        let folder = self.services.dirs.cache.join("samples");
        self.queue(Slot::Samples, move |_| News::Samples(write(folder)));
    }

    /// Opens them, with labels that fit them if there are none.
    pub(in crate::app) fn samples_written(&mut self, folder: Result<PathBuf, String>) {
        match folder {
            Ok(folder) => {
                self.add_roots(vec![folder]);
                if self.state.memory.labels.is_empty() {
                    self.apply(Command::AddLabels(LABELS.into()));
                }
            }
            Err(trouble) => self.state.notify(trouble, true),
        }
    }
}

fn write(folder: PathBuf) -> Result<PathBuf, String> {
    let mut photos = PHOTOS.iter();
    match photos.try_for_each(|(name, bytes)| atomic_write(&folder.join(name), bytes)) {
        Ok(()) => Ok(folder),
        Err(error) => Err(format!(
            "The samples cannot be written to {}: {error}",
            folder.display()
        )),
    }
}
