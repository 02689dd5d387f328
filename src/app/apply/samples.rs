//! Photos to try the program with.

use crate::app::App;
use crate::app::command::Command;
use crate::core::samples::PHOTOS;
use crate::core::whole::write_whole;

impl App {
    /// Writes the sample photos into the cache, where the platform's programs can open them too.
    pub(super) fn open_samples(&mut self) {
        let folder = self.services.dirs.cache.join("samples");
        let write = || {
            let mut photos = PHOTOS.iter();
            photos.try_for_each(|(name, bytes)| write_whole(&folder.join(name), bytes))
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
