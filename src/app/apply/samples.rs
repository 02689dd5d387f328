//! Photos to try the program with.

use std::path::PathBuf;

use crate::app::command::Command;
use crate::app::tasks::supervisor::Slot;
use crate::app::{App, News};
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::media::samples::PHOTOS;

impl App {
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
                    self.apply(Command::AddLabels(
                        "cat, motorcycle, drink, building, document, photographer".into(),
                    ));
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
