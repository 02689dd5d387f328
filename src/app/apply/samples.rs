//! Photos to try the program with.

use std::fs;

use crate::app::App;
use crate::app::command::Command;
use crate::core::samples::PHOTOS;

impl App {
    /// Writes the sample photos into the cache, where the platform's programs can open them too.
    pub(super) fn open_samples(&mut self) {
        let folder = self.services.dirs.cache.join("samples");
        let write = || {
            fs::create_dir_all(&folder)?;
            PHOTOS
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
}
