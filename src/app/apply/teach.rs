//! Training labels with example photos, and reporting what changed.

use std::path::PathBuf;

use super::like;
use crate::app::document::filter::LabelFit;
use crate::app::document::labels::{EXAMPLES, Label, LabelId, free_colour};
use crate::app::document::state::{NoticeCause, TaughtLabel};
use crate::app::{App, RefreshPriority};
use crate::t;

impl App {
    fn target_paths(&self) -> Vec<PathBuf> {
        let targets = self.state.targets().into_iter();
        let items = targets.filter_map(|id| self.state.item(id));
        items.map(|item| item.file.path.clone()).collect()
    }

    /// Adds the target photos to a label's examples or counter-examples, and removes them from the other list.
    pub(super) fn add_examples(&mut self, id: LabelId, shown: bool) {
        let paths = self.target_paths();
        let scored = self.state.response.scored();
        let before = scored
            .place(id)
            .and_then(|at| self.state.response.arrangement.counts.get(at).copied());
        let mut ignored = 0;
        let changed = self.edit_label(id, None, RefreshPriority::Now, |label| {
            ignored = label.teach(paths, shown);
        });
        if let Some(before) = before.filter(|_| changed) {
            self.state.pending_training = Some(TaughtLabel {
                label: id,
                before,
                response: self.scoring_requests.number + 1,
            });
        }
        self.report_ignored_examples(ignored);
    }

    fn report_ignored_examples(&mut self, photos: usize) {
        if photos > 0 {
            let text = t!("too-many-examples", most = EXAMPLES, count = photos);
            self.state.notify(text, false);
        }
    }

    /// The current label: the open one, the one in the filter, or the only one.
    pub(super) fn open_label(&self) -> Option<LabelId> {
        let labels = &self.state.memory.labels;
        let there = |id: &LabelId| labels.iter().any(|label| label.id == *id);
        let filtered = match self.state.memory.filter.fit {
            LabelFit::Label(id) => Some(id),
            _ => None,
        };
        let only = match labels.as_slice() {
            [only] => Some(only.id),
            _ => None,
        };
        self.state.open_label.filter(there).or(filtered).or(only)
    }

    /// Adds the target photos to the examples or counter-examples of the current label.
    pub(super) fn teach_open_label(&mut self, shown: bool) {
        match self.open_label() {
            Some(id) => self.add_examples(id, shown),
            None => {
                let text = t!("teach-click-label");
                self.state.notify(text, false);
            }
        }
    }

    /// Creates a label for photos similar to the target photos.
    pub(super) fn label_from_these(&mut self) {
        let mut paths = self.target_paths();
        if paths.is_empty() {
            return;
        }
        let first = paths.remove(0);
        let made = self.state.memory.new_label_id();
        let mut ignored = 0;
        self.with_labels(None, RefreshPriority::FromTop, |labels| {
            let mut label = Label {
                id: made,
                text: like(&first),
                colour: free_colour(labels),
                ..Label::default()
            };
            ignored = label.teach(paths, true);
            labels.push(label);
        });
        self.report_ignored_examples(ignored);
        self.state.open_label = Some(made);
        self.scoring_requests.goal = Some(made);
    }

    /// Reports the effect of new examples once a response reflects it.
    pub(in crate::app) fn report_training(&mut self) {
        let answered = self.state.response.number;
        let Some(pending_training) = self
            .state
            .pending_training
            .take_if(|pending_training| pending_training.response <= answered)
        else {
            return;
        };
        let scored = self.state.response.scored();
        let now = scored.place(pending_training.label).and_then(|at| {
            let count = self.state.response.arrangement.counts.get(at)?;
            Some((scored.labels[at].text.clone(), *count))
        });
        if let Some((text, now)) = now {
            let before = pending_training.before;
            let text = t!("taught", label = text, before = before, count = now);
            self.state.notify_effect(NoticeCause::Training, text);
        }
    }
}
