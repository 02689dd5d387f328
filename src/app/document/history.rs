//! Undo and redo of marks, labels and other changes.

use std::path::PathBuf;

use super::clusters::ProposedClusters;
use super::findings::Lines;
use super::labels::{Label, LabelId, SavedLabels};
use super::memory::SavedSearch;
use crate::engine::library::{Flaw, RuleText};
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::Mark;
use crate::t;

/// Maximum number of undo steps.
const STEPS: usize = 100;

/// A step to undo or redo.
#[derive(Clone, Debug, PartialEq)]
pub enum HistoryStep {
    /// Previous marks.
    Marks(Vec<(ContentId, Option<Mark>)>),
    /// Previous marks, and previous rejections of individual copies.
    Copies(
        Vec<(ContentId, Option<Mark>)>,
        Vec<(PathBuf, Option<ContentId>)>,
    ),
    /// Previous labels.
    Labels(Vec<Label>),
    /// Previous thresholds of flaws.
    Lines(Lines),
    /// Previous clusters and labels, because a cluster may have become a label.
    Clusters(ProposedClusters, Vec<Label>),
    /// Previous saved label sets.
    Sets(Vec<SavedLabels>),
    /// Previous saved searches.
    Searches(Vec<SavedSearch>),
    /// Previous rules.
    Rules(Vec<RuleText>),
    /// An export, by its id.
    Export(String),
    /// The last write of keywords.
    Keywords,
    /// Files that were moved to the trash.
    Trash(Vec<TrashedFile>),
}

/// A file that was moved to the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrashedFile {
    /// The original path.
    pub path: PathBuf,
    /// The rejected content; `None` for paired files.
    pub rejected: Option<ContentId>,
}

/// A continuous edit over many frames, which forms a single undo step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelEdit {
    /// Typing the text of a label.
    Text(LabelId),
    /// Dragging the threshold of a label.
    Threshold(LabelId),
    /// Dragging the threshold of a flaw.
    Line(Flaw),
}

/// The undo and redo stacks.
#[derive(Default)]
pub struct History {
    done: Vec<HistoryStep>,
    undone: Vec<HistoryStep>,
    /// The continuous edit that belongs to the last step.
    edit: Option<LabelEdit>,
}

impl History {
    /// Adds an undo step with the previous state, unless the change continues the last edit.
    pub fn push(&mut self, before: HistoryStep, edit: Option<LabelEdit>) {
        self.undone.clear();
        let goes_on = edit.is_some() && edit == self.edit;
        self.edit = edit;
        if goes_on {
            return;
        }
        if self.done.len() == STEPS {
            self.done.remove(0);
        }
        self.done.push(before);
    }

    /// Whether the last step is this continuous edit.
    #[must_use]
    pub fn is_editing(&self, edit: LabelEdit) -> bool {
        self.edit == Some(edit)
    }

    /// Ends a continuous edit, so that the next one is a step of its own.
    pub fn end_edit(&mut self) {
        self.edit = None;
    }

    /// Undoes the last step. `swap` restores it, and returns the redo step if there is one.
    pub fn undo(&mut self, swap: impl FnOnce(HistoryStep) -> Option<HistoryStep>) {
        self.edit = None;
        if let Some(step) = self.done.pop() {
            self.undone.extend(swap(step));
        }
    }

    /// Redoes the last undone step. `swap` works as in [`Self::undo`].
    pub fn redo(&mut self, swap: impl FnOnce(HistoryStep) -> Option<HistoryStep>) {
        self.edit = None;
        if let Some(step) = self.undone.pop() {
            self.done.extend(swap(step));
        }
    }

    /// Removes a step that was undone in another way or can no longer be undone.
    pub fn forget(&mut self, step: &HistoryStep) {
        self.done.retain(|known| known != step);
    }

    /// Whether there is a step to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a step to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

/// Describes the difference between labels before and after an undo.
#[must_use]
pub fn labels_put_back(now: &[Label], then: &[Label]) -> String {
    let back: Vec<&str> = missing(now, then);
    let gone: Vec<&str> = missing(then, now);
    let changed = then.iter().filter(|label| {
        let other = now.iter().find(|other| other.id == label.id);
        other.is_some_and(|other| other != *label)
    });
    let changed: Vec<&Label> = changed.collect();
    match (back.as_slice(), gone.as_slice(), changed.as_slice()) {
        ([one], [], _) => t!("label-back", one = one),
        ([], [one], _) => t!("label-gone", one = one),
        ([], [], [label]) => t!("label-as-it-was", label = label.text),
        ([], [], []) => t!("labels-order-back").into(),
        _ => t!("labels-as-they-were").into(),
    }
}

/// The texts of labels in `those` that are not in `these`.
fn missing<'a>(these: &[Label], those: &'a [Label]) -> Vec<&'a str> {
    let there = |id: LabelId| these.iter().any(|label| label.id == id);
    let missing = those.iter().filter(|label| !there(label.id));
    missing.map(|label| label.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(stars: u8) -> HistoryStep {
        let mark = Mark {
            stars,
            ..Mark::default()
        };
        HistoryStep::Marks(vec![(ContentId([0; 32]), Some(mark))])
    }

    #[test]
    fn undo_and_redo_swap_states() {
        let mut history = History::default();
        history.push(marks(1), None);
        let mut now = marks(2);
        history.undo(|step| Some(std::mem::replace(&mut now, step)));
        assert_eq!(now, marks(1));
        assert!(!history.can_undo() && history.can_redo());
        history.redo(|step| Some(std::mem::replace(&mut now, step)));
        assert_eq!(now, marks(2));
        history.push(marks(3), None);
        assert!(!history.can_redo());
    }

    #[test]
    fn undo_reports_what_it_restored() {
        let label = |id, text: &str| Label {
            id,
            text: text.into(),
            ..Label::default()
        };
        let cat = [label(1, "cat")];
        let both = [label(1, "cat"), label(2, "dog")];
        assert_eq!(labels_put_back(&cat, &both), "the label “dog” is back");
        assert_eq!(labels_put_back(&both, &cat), "the label “dog” is gone");
        let typed = [label(1, "ca")];
        assert_eq!(
            labels_put_back(&typed, &cat),
            "the label “cat” is as it was"
        );
        assert_eq!(labels_put_back(&[], &both), "the labels are as they were");
        let stricter = both.clone().map(|label| Label {
            min_match: 0.9,
            ..label
        });
        assert_eq!(
            labels_put_back(&stricter, &both),
            "the labels are as they were",
            "all of them, and not only the first"
        );
    }

    #[test]
    fn typing_a_label_is_one_step() {
        let mut history = History::default();
        let labels = |count| HistoryStep::Labels(vec![Label::default(); count]);
        let typed = |id| Some(LabelEdit::Text(id));
        history.push(labels(1), None);
        history.push(labels(2), typed(1));
        history.push(labels(3), typed(1));
        history.push(labels(4), typed(2));
        history.push(labels(5), Some(LabelEdit::Threshold(2)));
        history.push(labels(6), typed(2));
        let mut undone = Vec::new();
        while history.can_undo() {
            history.undo(|step| {
                undone.push(step.clone());
                Some(step)
            });
        }
        assert_eq!(undone, [6, 5, 4, 2, 1].map(labels));
    }
}
