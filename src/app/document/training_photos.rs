//! The photos with which labels were trained, and how many of them their labels recognise.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::labels::Label;
use super::library::{ItemId, Snapshot};
use super::scored::LabelScores;

/// The training photos that are in the library. Finding them means looking up the path of every photo, so they
/// are kept until the examples or the photos change.
#[derive(Default)]
pub struct TrainingPhotos {
    epoch: u64,
    photos: usize,
    examples: Vec<LabelExamples>,
    found: Vec<TrainingPhoto>,
}

/// The examples of a label.
struct LabelExamples {
    /// The index of the label.
    label: usize,
    examples: Vec<PathBuf>,
    counter_examples: Vec<PathBuf>,
}

/// An example or counter-example in the library.
struct TrainingPhoto {
    label: usize,
    is_example: bool,
    item: ItemId,
}

impl LabelExamples {
    fn is_of(&self, (at, label): (usize, &Label)) -> bool {
        self.label == at
            && self.examples == label.examples
            && self.counter_examples == label.counter_examples
    }
}

/// The labels with examples, and their indices.
fn trained(labels: &[Label]) -> impl Iterator<Item = (usize, &Label)> {
    let is_trained = |(_, label): &(usize, &Label)| {
        !label.examples.is_empty() || !label.counter_examples.is_empty()
    };
    labels.iter().enumerate().filter(is_trained)
}

impl TrainingPhotos {
    /// For each label, how many of its training photos above the threshold are examples, and their total.
    pub fn recognised(
        &mut self,
        library: &Snapshot,
        scored: LabelScores<'_>,
    ) -> Vec<(usize, usize)> {
        if !self.is_of(library, scored.labels) {
            self.find(library, scored.labels);
        }
        let mut recognised = vec![(0, 0); scored.labels.len()];
        for photo in &self.found {
            let threshold = scored.labels[photo.label].min_match;
            let matched = scored.matched(photo.label, photo.item);
            if matched.is_some_and(|matched| matched >= threshold) {
                let (examples, all) = &mut recognised[photo.label];
                *examples += usize::from(photo.is_example);
                *all += 1;
            }
        }
        recognised
    }

    fn is_of(&self, library: &Snapshot, labels: &[Label]) -> bool {
        let mut trained = trained(labels);
        let mut known = self.examples.iter();
        (self.epoch, self.photos) == (library.epoch, library.items.len())
            && known.all(|known| trained.next().is_some_and(|label| known.is_of(label)))
            && trained.next().is_none()
    }

    fn find(&mut self, library: &Snapshot, labels: &[Label]) {
        (self.epoch, self.photos) = (library.epoch, library.items.len());
        let examples = trained(labels).map(|(at, label)| LabelExamples {
            label: at,
            examples: label.examples.clone(),
            counter_examples: label.counter_examples.clone(),
        });
        self.examples = examples.collect();
        self.found.clear();
        let mut wanted: HashMap<&Path, Vec<(usize, bool)>> = HashMap::new();
        for of in &self.examples {
            let examples = of.examples.iter().map(|path| (path, true));
            let counter_examples = of.counter_examples.iter().map(|path| (path, false));
            for (path, is_example) in examples.chain(counter_examples) {
                wanted.entry(path).or_default().push((of.label, is_example));
            }
        }
        if wanted.is_empty() {
            return;
        }
        for (item, photo) in (0..).zip(library.items.iter()) {
            let path: &Path = &photo.file.path;
            for (label, is_example) in wanted.get(path).into_iter().flatten() {
                self.found.push(TrainingPhoto {
                    label: *label,
                    is_example: *is_example,
                    item,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::document::library::PhotoList;
    use crate::app::document::library::tests::item;
    use crate::engine::search::score::Scores;

    fn label(examples: &[&str], counter_examples: &[&str]) -> Label {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect();
        Label {
            min_match: 0.5,
            examples: paths(examples),
            counter_examples: paths(counter_examples),
            ..Label::default()
        }
    }

    /// What is recognised if the photos, in order, have these matches with every label.
    fn recognised(
        kept: &mut TrainingPhotos,
        library: &PhotoList,
        labels: &[Label],
        matches: &[f32],
    ) -> Vec<(usize, usize)> {
        let scores = Scores {
            labels: 1,
            matches: matches.to_vec(),
            probabilities: Vec::new(),
        };
        let columns = vec![Some(0); labels.len()];
        let scored = LabelScores {
            labels,
            columns: &columns,
            scores: &scores,
            search: None,
        };
        let anew = TrainingPhotos::default().recognised(library.snapshot(), scored);
        assert_eq!(kept.recognised(library.snapshot(), scored), anew);
        anew
    }

    #[test]
    fn training_photos_are_counted_while_labels_and_photos_change() {
        let mut library = PhotoList::default();
        for (name, content) in [("a.jpg", 1), ("b.jpg", 2), ("c.jpg", 3)] {
            library.put(item(name, content), 1);
        }
        let mut kept = TrainingPhotos::default();
        let mut labels = vec![label(&["a.jpg", "b.jpg", "gone.jpg"], &["c.jpg"])];
        let count = recognised(&mut kept, &library, &labels, &[0.9, 0.2, 0.5]);
        assert_eq!(count, [(1, 2)]);
        let count = recognised(&mut kept, &library, &labels, &[0.9, 0.8, f32::NAN]);
        assert_eq!(count, [(2, 2)]);
        // Another label with the same example, before the first one.
        labels.insert(0, label(&["b.jpg"], &[]));
        let count = recognised(&mut kept, &library, &labels, &[0.9, 0.8, 0.7]);
        assert_eq!(count, [(1, 1), (2, 3)]);
        labels[1].min_match = 0.85;
        let count = recognised(&mut kept, &library, &labels, &[0.9, 0.8, 0.7]);
        assert_eq!(count, [(1, 1), (1, 1)]);
        labels[0].counter_examples.push("d.jpg".into());
        library.put(item("d.jpg", 4), 2);
        let count = recognised(&mut kept, &library, &labels, &[0.9, 0.8, 0.7, 0.6]);
        assert_eq!(count, [(1, 2), (1, 1)]);
        library.retain(|path, _| path != Path::new("a.jpg"));
        let count = recognised(&mut kept, &library, &labels, &[0.8, 0.7, 0.6]);
        assert_eq!(count, [(1, 2), (0, 0)]);
        labels = vec![label(&[], &[])];
        assert_eq!(
            recognised(&mut kept, &library, &labels, &[0.8; 3]),
            [(0, 0)]
        );
    }
}
