//! Undo and redo of decisions about photos, of labels and of what is made of findings.

use std::path::PathBuf;

use super::findings::Lines;
use super::heaps::ProposedHeaps;
use super::labels::{Label, LabelId};
use super::memory::SavedSearch;
use crate::engine::library::{Flaw, RuleText};
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::Mark;
use crate::t;

/// Steps that can be undone.
const STEPS: usize = 100;

/// What to put back.
#[derive(Clone, Debug, PartialEq)]
pub enum HistoryStep {
    /// Decisions as they were.
    Marks(Vec<(ContentId, Option<Mark>)>),
    /// Decisions as they were, and which copies were rejected alone.
    Copies(
        Vec<(ContentId, Option<Mark>)>,
        Vec<(PathBuf, Option<ContentId>)>,
    ),
    /// Labels as they were.
    Labels(Vec<Label>),
    /// The lines from which on photos have a flaw, as they were.
    Lines(Lines),
    /// Heaps as they were proposed, with the labels, of which one may have become a label.
    Heaps(ProposedHeaps, Vec<Label>),
    /// Saved searches as they were.
    Searches(Vec<SavedSearch>),
    /// Rules as they were.
    Rules(Vec<RuleText>),
    /// An export, by its name.
    Export(String),
    /// Keywords that were written last.
    Keywords,
    /// Files that went to the trash.
    Trash(Vec<TrashedFile>),
}

/// A file that went to the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrashedFile {
    /// Where it was.
    pub path: PathBuf,
    /// What was rejected; nothing for what only belongs to a photo.
    pub rejected: Option<ContentId>,
}

/// A change of one label or line that goes on from frame to frame: all of it is one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelEdit {
    /// Its text is typed.
    Text(LabelId),
    /// Its threshold is dragged.
    Threshold(LabelId),
    /// The line of a flaw is dragged.
    Line(Flaw),
}

/// What can be undone and redone.
#[derive(Default)]
pub struct History {
    done: Vec<HistoryStep>,
    undone: Vec<HistoryStep>,
    /// The edit that the last step began.
    edit: Option<LabelEdit>,
}

impl History {
    /// Remembers how things were before a change, unless it goes on with the edit that began last.
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

    /// The step to undo; `swap` puts it back and returns how things were, if that can be done again.
    pub fn undo(&mut self, swap: impl FnOnce(HistoryStep) -> Option<HistoryStep>) {
        self.edit = None;
        if let Some(step) = self.done.pop() {
            self.undone.extend(swap(step));
        }
    }

    /// The step to redo, in the same way.
    pub fn redo(&mut self, swap: impl FnOnce(HistoryStep) -> Option<HistoryStep>) {
        self.edit = None;
        if let Some(step) = self.undone.pop() {
            self.done.extend(swap(step));
        }
    }

    /// Takes a step out: it is undone in another way, or cannot be any more.
    pub fn forget(&mut self, step: &HistoryStep) {
        self.done.retain(|known| known != step);
    }

    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is something to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

/// A description of what happened to labels that are put back.
#[must_use]
pub fn labels_put_back(now: &[Label], then: &[Label]) -> String {
    let back: Vec<&str> = missing(now, then);
    let gone: Vec<&str> = missing(then, now);
    let changed = then.iter().find(|label| {
        let other = now.iter().find(|other| other.id == label.id);
        other.is_some_and(|other| other != *label)
    });
    match (back.as_slice(), gone.as_slice(), changed) {
        ([one], [], _) => t!("label-back", one = one),
        ([], [one], _) => t!("label-gone", one = one),
        ([], [], Some(label)) => t!("label-as-it-was", label = label.text),
        ([], [], None) => t!("labels-order-back").into(),
        _ => t!("labels-as-they-were").into(),
    }
}

/// The labels that are not in `these`, but in `those`.
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
    fn what_is_put_back_is_said() {
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
