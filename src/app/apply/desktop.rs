//! Requests to the desktop: opening and revealing files, and the clipboard.

use std::path::{Path, PathBuf};

use crate::app::services::{Desktop, paths_text};
use crate::app::tasks::supervisor::Slot;
use crate::app::{App, TaskMessage};
use crate::t;

impl App {
    pub(super) fn target_path(&self) -> Option<PathBuf> {
        let item = self.state.item(self.state.target()?)?;
        Some(item.file.path.clone())
    }

    pub(super) fn on_target(&mut self, call: fn(&dyn Desktop, &Path) -> Result<(), String>) {
        if let Some(path) = self.target_path() {
            self.desktop(path, call);
        }
    }

    /// Calls the desktop on a background thread, because it may block for any time.
    pub(super) fn desktop(
        &mut self,
        path: PathBuf,
        call: fn(&dyn Desktop, &Path) -> Result<(), String>,
    ) {
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Desktop, move |_| {
            match call(desktop.as_ref(), &path) {
                Ok(()) => TaskMessage::Done,
                Err(error) => TaskMessage::UserError(t!(
                    "cannot-be-shown",
                    path = path.display(),
                    error = error
                )),
            }
        });
    }

    pub(super) fn copy_paths(&mut self) {
        let targets = self.state.targets();
        let items = self.state.library.snapshot().items.clone();
        let desktop = self.services.desktop.clone();
        self.queue(Slot::Desktop, move |_| {
            let paths = targets.into_iter().filter_map(|id| {
                let item = items.get(id as usize)?;
                Some(item.file.path.clone())
            });
            let paths: Vec<PathBuf> = paths.collect();
            drop(items);
            let files = desktop.copy_files(&paths);
            TaskMessage::Copied(paths, files)
        });
    }

    /// Reports that files were copied. If the clipboard does not accept files, copies their paths as text.
    pub(in crate::app) fn copied(&mut self, paths: &[PathBuf], files: Result<(), String>) {
        let text = match files {
            Ok(()) => t!("copied", count = paths.len()),
            Err(reason) => {
                self.repaint.ctx.copy_text(paths_text(paths));
                t!("copied-paths", count = paths.len(), reason = reason)
            }
        };
        self.state.notify(text, false);
    }
}
