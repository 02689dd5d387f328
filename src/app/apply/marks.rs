//! Decisions about photos, and undoing them.

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
        self.state.history.push(Undo::Marks(before), None);
        self.set_marks(&after);
        if let Some(step) = next {
            self.step(step, false);
        }
    }

    fn set_marks(&mut self, marks: &[(ContentId, Mark)]) {
        self.state.library.set_marks(marks);
        if let Some(writer) = &self.marks {
            writer.keep(marks);
        }
        self.need(Need::Now);
    }

    pub(super) fn go_back(&mut self, forward: bool) {
        let mut history = std::mem::take(&mut self.state.history);
        let swap = |step| match step {
            Undo::Marks(marks) => {
                let library = &self.state.library;
                let now = marks.iter().map(|(c, _)| (*c, library.mark_of(c)));
                let now = now.collect();
                self.set_marks(&marks);
                Some(Undo::Marks(now))
            }
            Undo::Labels(labels) => {
                self.need(Need::FromTop);
                let now = std::mem::replace(&mut self.state.memory.labels, labels);
                Some(Undo::Labels(now))
            }
            // Files are brought back; doing it again is a new export.
            Undo::Export(id) => {
                self.undo_export(id);
                None
            }
        };
        if forward {
            history.redo(swap);
        } else {
            history.undo(swap);
        }
        self.state.history = history;
    }
}
