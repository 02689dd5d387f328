//! Decisions about photos, and undoing them.

use std::collections::HashMap;

use crate::app::history::Step as Undo;
use crate::app::{App, Need};
use crate::core::marks::Mark;
use crate::core::photo::ContentId;
use crate::ui::grid_layout::Step;

impl App {
    /// Changes the decision about the chosen photos, and keeps it.
    pub(super) fn mark(&mut self, change: impl Fn(&mut Mark)) {
        let targets = self.state.targets();
        let mut before: Vec<(ContentId, Mark)> = Vec::new();
        let mut after = Vec::new();
        for id in &targets {
            if let Some(content) = self.state.item(*id).and_then(|item| item.content()) {
                let old = self.state.library.mark(*id);
                let mut new = old;
                change(&mut new);
                before.push((content, old));
                after.push((content, new));
            }
        }
        let next = (targets.len() == 1 && self.state.memory.auto_advance).then_some(Step::Right);
        self.state.history.push(Undo::Marks(before), false);
        self.set_marks(&after);
        if let Some(step) = next {
            self.step(step, false);
        }
    }

    fn set_marks(&mut self, marks: &[(ContentId, Mark)]) {
        self.state.library.set_marks(marks);
        let kept = self.marks.as_mut().map_or(Ok(()), |kept| kept.set(marks));
        if let Err(error) = kept {
            self.state.notify(error.to_string(), true);
        }
        self.need(Need::Now);
    }

    pub(super) fn go_back(&mut self, forward: bool) {
        let mut history = std::mem::take(&mut self.state.history);
        let swap = |step| match step {
            Undo::Marks(marks) => {
                let now = self.marks_now(&marks);
                self.set_marks(&marks);
                Undo::Marks(now)
            }
            Undo::Labels(labels) => {
                self.need(Need::FromTop);
                Undo::Labels(std::mem::replace(&mut self.state.memory.labels, labels))
            }
        };
        if forward {
            history.redo(swap);
        } else {
            history.undo(swap);
        }
        self.state.history = history;
    }

    fn marks_now(&self, marks: &[(ContentId, Mark)]) -> Vec<(ContentId, Mark)> {
        let snapshot = self.state.library.snapshot();
        let all: HashMap<ContentId, Mark> = (snapshot.items.iter())
            .zip(snapshot.marks.iter())
            .filter_map(|(item, mark)| Some((item.content()?, *mark)))
            .collect();
        let now = |content: &ContentId| all.get(content).copied().unwrap_or_default();
        marks
            .iter()
            .map(|(content, _)| (*content, now(content)))
            .collect()
    }
}
