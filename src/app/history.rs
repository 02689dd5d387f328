//! Undo and redo of decisions about photos and of labels.

use super::labels::Label;
use crate::core::marks::Mark;
use crate::core::photo::ContentId;

/// Steps that can be undone.
const STEPS: usize = 100;

/// What to put back.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Marks as they were.
    Marks(Vec<(ContentId, Mark)>),
    /// Labels as they were.
    Labels(Vec<Label>),
}

/// What can be undone and redone.
#[derive(Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    /// Remembers how things were before a change. Changes of labels that follow each other while a
    /// person types are one step.
    pub fn push(&mut self, before: Step, joins: bool) {
        self.undone.clear();
        let same = matches!(
            (&before, self.done.last()),
            (Step::Labels(_), Some(Step::Labels(_)))
        );
        if joins && same {
            return;
        }
        if self.done.len() == STEPS {
            self.done.remove(0);
        }
        self.done.push(before);
    }

    /// The step to undo; `swap` puts it back and returns how things were.
    pub fn undo(&mut self, swap: impl FnOnce(Step) -> Step) {
        if let Some(step) = self.done.pop() {
            self.undone.push(swap(step));
        }
    }

    /// The step to redo, in the same way.
    pub fn redo(&mut self, swap: impl FnOnce(Step) -> Step) {
        if let Some(step) = self.undone.pop() {
            self.done.push(swap(step));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::marks::Flag;

    fn marks(stars: u8) -> Step {
        let flag = Flag::Pick;
        Step::Marks(vec![(ContentId([0; 32]), Mark { flag, stars })])
    }

    #[test]
    fn undo_and_redo_swap_states() {
        let mut history = History::default();
        history.push(marks(1), false);
        let mut now = marks(2);
        history.undo(|step| std::mem::replace(&mut now, step));
        assert_eq!(now, marks(1));
        assert!(!history.can_undo() && history.can_redo());
        history.redo(|step| std::mem::replace(&mut now, step));
        assert_eq!(now, marks(2));
        history.push(marks(3), false);
        assert!(!history.can_redo());
    }

    #[test]
    fn typing_a_label_is_one_step() {
        let mut history = History::default();
        history.push(Step::Labels(Vec::new()), false);
        history.push(Step::Labels(vec![Label::default()]), true);
        history.undo(|step| {
            assert_eq!(step, Step::Labels(Vec::new()));
            step
        });
        assert!(!history.can_undo());
    }
}
