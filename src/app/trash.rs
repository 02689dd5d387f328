//! Rejects go to the system's trash, never further: from there a person brings them back.

use super::services::Desktop;
use super::{App, News};
use crate::core::export::companions::Companions;
use crate::core::marks::Flag;
use crate::core::photo::{Failure, Stage};

impl App {
    /// Puts all rejects, with what belongs to them, into the trash.
    pub(super) fn trash_rejects(&mut self) {
        let rejects = self.state.flagged(Flag::Reject).into_iter();
        let paths: Vec<_> = rejects
            .filter_map(|id| Some(self.state.item(id)?.file.path.clone()))
            .collect();
        let desktop = self.services.desktop.clone();
        self.spawn("trash", move || {
            let mut companions = Companions::default();
            let (mut count, mut failures) = (0, Vec::new());
            for path in paths {
                let with = companions.of(&path);
                match trash(desktop.as_ref(), &path) {
                    Ok(()) => count += 1,
                    Err(failure) => {
                        failures.push(failure);
                        continue;
                    }
                }
                let beside = with
                    .iter()
                    .map(|companion| trash(desktop.as_ref(), &companion.path));
                failures.extend(beside.filter_map(Result::err));
            }
            News::Trashed(count, failures)
        });
    }

    pub(super) fn trashed(&mut self, count: usize, failures: &[Failure]) {
        let photos = crate::ui::widgets::photos(count);
        self.state.notify(
            format!("{photos} are in the trash, to be brought back from there"),
            false,
        );
        for failure in failures {
            let text = format!("{}: {}", failure.path.display(), failure.message);
            self.state.notify(text, true);
        }
        self.read_folders();
    }
}

fn trash(desktop: &dyn Desktop, path: &std::path::Path) -> Result<(), Failure> {
    let fail = |e: String| {
        let message = format!("it cannot go to the trash ({e}): move rejects to a folder instead");
        Failure::new(path, Stage::Export, message)
    };
    desktop.trash(path).map_err(fail)
}
