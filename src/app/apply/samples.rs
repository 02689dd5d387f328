//! Sample photos for trying the program.

use std::io;
use std::path::PathBuf;

use crate::app::command::Command;
use crate::app::document::labels::{FIRST_LABEL, Label, add_list};
use crate::app::tasks::supervisor::Slot;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::files::atomic_write::atomic_write;
use crate::engine::media::samples::PHOTOS;
use crate::t;

/// Labels that fit the sample photos.
const LABELS: &str = "cat, motorcycle, drink, building, document, photographer";

/// Why the sample photos could not be written.
#[derive(Debug)]
pub struct SamplesError {
    folder: PathBuf,
    source: io::Error,
}

impl App {
    /// Removes the labels of the sample photos when other photos are opened, unless the user has changed them.
    pub(in crate::app) fn forget_sample_labels(&mut self, opened: &[PathBuf]) {
        let samples = self.services.dirs.cache.join("samples");
        if are_unchanged_samples(&self.state.memory.labels) && !opened.contains(&samples) {
            self.with_labels(None, RefreshPriority::FromTop, Vec::clear);
        }
    }

    /// Writes the sample photos to the cache directory, where other programs can open them too.
    pub(super) fn open_samples(&mut self) {
        let folder = self.services.dirs.cache.join("samples");
        self.queue(Slot::Samples, move |_| TaskMessage::Samples(write(folder)));
    }

    /// Opens the sample photos, and adds matching labels if there are none.
    pub(in crate::app) fn samples_written(&mut self, folder: Result<PathBuf, SamplesError>) {
        match folder {
            Ok(folder) => {
                self.add_roots(vec![folder]);
                if self.state.memory.labels.is_empty() {
                    self.apply(Command::AddLabels(LABELS.into()));
                }
            }
            Err(SamplesError { folder, source }) => {
                let text = t!(
                    "samples-not-written",
                    folder = folder.display(),
                    error = source
                );
                self.state.notify(text, true);
            }
        }
    }
}

/// Whether the labels are the unchanged ones of the sample photos.
fn are_unchanged_samples(labels: &[Label]) -> bool {
    let mut samples = Vec::new();
    add_list(&mut samples, &mut { FIRST_LABEL }, LABELS);
    let same = |(label, sample): (&Label, &Label)| {
        let id = label.id;
        *label
            == Label {
                id,
                ..sample.clone()
            }
    };
    labels.len() == samples.len() && labels.iter().zip(&samples).all(same)
}

fn write(folder: PathBuf) -> Result<PathBuf, SamplesError> {
    let mut photos = PHOTOS.iter();
    match photos.try_for_each(|(name, bytes)| atomic_write(&folder.join(name), bytes)) {
        Ok(()) => Ok(folder),
        Err(source) => Err(SamplesError { folder, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_a_person_changed_are_not_those_of_the_samples() {
        let mut labels = Vec::new();
        add_list(&mut labels, &mut 7, LABELS);
        assert!(are_unchanged_samples(&labels));
        let changed = |change: fn(&mut Label)| {
            let mut labels = labels.clone();
            change(&mut labels[2]);
            labels
        };
        for other in [
            changed(|label| label.text = "drinks".into()),
            changed(|label| label.min_match = 0.7),
            changed(|label| label.negated = true),
            changed(|label| label.examples.push("mine.jpg".into())),
            changed(|label| label.colour = 9),
            labels[1..].to_vec(),
            Vec::new(),
        ] {
            assert!(!are_unchanged_samples(&other), "{other:?}");
        }
    }
}
