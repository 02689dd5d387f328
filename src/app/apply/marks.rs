//! Decisions about photos, with undo.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::document::grid_layout::GridMove;
use crate::app::document::history::{HistoryStep as Undo, labels_put_back};
use crate::app::document::library::ItemId;
use crate::app::document::memory::RejectedCopy;
use crate::app::document::state::NoticeCause;
use crate::app::{App, RefreshPriority};
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::{Colour, Decision, Flag, Mark};
use crate::t;

impl App {
    /// Changes the marks of the target photos, and saves them.
    pub(super) fn mark(&mut self, change: impl Fn(&mut Mark)) {
        let targets = self.state.targets();
        let mut before: Vec<Decision> = Vec::new();
        let mut after = Vec::new();
        let mut alone = Vec::new();
        for id in &targets {
            if let Some(content) = self.state.item(*id).and_then(|item| item.content()) {
                let own = self.state.library.mark_of_content(*id);
                let mut new = own;
                change(&mut new);
                if let Some(path) = self.alone(*id) {
                    // A photo rejected as a copy stays rejected and others with its content stay unrejected, unless the
                    // change sets another flag.
                    let mut shown = self.state.library.mark(*id);
                    change(&mut shown);
                    match shown.flag {
                        Flag::Reject => new.flag = own.flag,
                        _ => alone.push((path, None)),
                    }
                }
                before.push((content, self.state.library.decision(&content)));
                after.push((content, Some(new)));
            }
        }
        let order = &self.state.response.arrangement.order;
        let first = targets.first();
        let place = first.and_then(|first| order.iter().position(|id| id == first));
        if place.is_some() {
            self.state.selection.set_marked_at(place);
        }
        let next =
            (targets.len() == 1 && self.state.memory.auto_advance).then_some(GridMove::Right);
        let changed = |(old, new): (&Decision, &Decision)| {
            old.1.unwrap_or_default() != new.1.unwrap_or_default()
        };
        if !alone.is_empty() {
            let alone = self.reject_individually(&alone);
            self.state.history.push(Undo::Copies(before, alone), None);
        } else if before.iter().zip(&after).any(changed) {
            self.state.history.push(Undo::Marks(before), None);
        }
        self.decide(&after);
        self.state.library.note_rejected(&targets);
        if let Some(step) = next {
            self.step(step, false);
        }
    }

    /// The path of a photo that is rejected as a copy.
    fn alone(&self, id: ItemId) -> Option<PathBuf> {
        let is_alone = self.state.library.is_rejected_individually(id);
        let item = self.state.item(id).filter(|_| is_alone)?;
        Some(item.file.path.clone())
    }

    /// Sets or clears the rejection of individual copies, and saves it. Returns the previous state for undo.
    pub(super) fn reject_individually(
        &mut self,
        changes: &[(PathBuf, Option<ContentId>)],
    ) -> Vec<(PathBuf, Option<ContentId>)> {
        let before = self.state.library.reject_individually(changes);
        let alone = self.state.library.rejected_alone().iter();
        let mut alone: Vec<RejectedCopy> = alone
            .map(|(path, content)| RejectedCopy {
                path: path.clone(),
                content: content.0,
            })
            .collect();
        alone.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        // An unchanged list stays shared with what was saved, so that comparing the two stays cheap.
        if *self.state.memory.rejected_alone != alone {
            self.state.memory.rejected_alone = Arc::new(alone);
        }
        self.request_refresh(RefreshPriority::Now);
        before
    }

    /// Sets the colour of the target photos, or clears it if all of them already have it.
    pub(super) fn colour(&mut self, colour: Colour) {
        let targets = self.state.targets();
        let marks = targets.iter().map(|id| self.state.library.mark(*id));
        let all = { marks }.all(|mark| mark.colour == Some(colour));
        let new = Some(colour).filter(|_| !all);
        self.mark(|mark| mark.colour = new);
    }

    pub(super) fn decide(&mut self, decisions: &[Decision]) {
        self.state.overview.is_outdated = true;
        self.state.library.decide(decisions);
        if let Some(writer) = &self.marks {
            writer.keep(decisions);
        }
        self.request_refresh(RefreshPriority::Now);
    }

    /// Clears the rejection of removed contents, so that a remaining copy is not removed next time unasked.
    pub(in crate::app) fn forget_rejections(&mut self, contents: &[ContentId]) {
        let library = &self.state.library;
        let decided = contents
            .iter()
            .filter_map(|content| Some((*content, library.decision(content)?)));
        let rejected: Vec<_> = decided
            .filter(|(_, mark)| mark.flag == Flag::Reject)
            .collect();
        let unflagged = |(content, mark): &(ContentId, Mark)| {
            let flag = Flag::None;
            (*content, Some(Mark { flag, ..*mark }))
        };
        let after: Vec<Decision> = rejected.iter().map(unflagged).collect();
        self.decide(&after);
    }

    /// Marks restored contents as rejected again.
    pub(in crate::app) fn reject_again(&mut self, contents: &[ContentId]) {
        let library = &self.state.library;
        let rejected = |content: &ContentId| {
            let mark = library.decision(content).unwrap_or_default();
            let flag = Flag::Reject;
            (*content, Some(Mark { flag, ..mark }))
        };
        let after: Vec<Decision> = contents.iter().map(rejected).collect();
        self.decide(&after);
    }

    pub(super) fn go_back(&mut self, forward: bool) {
        let mut history = std::mem::take(&mut self.state.history);
        let swap = |step| match step {
            Undo::Marks(marks) => {
                let library = &self.state.library;
                let now = marks.iter().map(|(c, _)| (*c, library.decision(c)));
                let now = now.collect();
                self.decide(&marks);
                self.state.resolve_cause(NoticeCause::RuleMarks);
                let text = decided_again(forward, marks.len());
                self.state.notify(text, false);
                Some(Undo::Marks(now))
            }
            Undo::Copies(marks, alone) => {
                let library = &self.state.library;
                let now = marks.iter().map(|(c, _)| (*c, library.decision(c)));
                let now = now.collect();
                self.decide(&marks);
                let alone_now = self.reject_individually(&alone);
                self.state.resolve_cause(NoticeCause::Copies);
                let text = decided_again(forward, marks.len().max(alone.len()));
                self.state.notify(text, false);
                Some(Undo::Copies(now, alone_now))
            }
            Undo::Labels(labels) => {
                self.request_refresh(RefreshPriority::FromTop);
                let now = std::mem::replace(&mut self.state.memory.labels, labels);
                self.state.forget_removed_labels();
                // The numbers before and after training no longer hold.
                self.state.pending_training = None;
                self.state.resolve_cause(NoticeCause::Training);
                let what = labels_put_back(&now, &self.state.memory.labels);
                self.state.notify(undo_message(forward, &what), false);
                Some(Undo::Labels(now))
            }
            Undo::Lines(lines) => {
                let now = std::mem::replace(&mut self.state.memory.lines, lines);
                self.request_refresh(RefreshPriority::Now);
                let text = undo_message(forward, t!("threshold-as-it-was"));
                self.state.notify(text, false);
                Some(Undo::Lines(now))
            }
            Undo::Clusters(clusters, labels) => {
                Some(self.restore_clusters(clusters, labels, forward))
            }
            Undo::Sets(sets) => {
                let now = std::mem::replace(&mut self.state.memory.sets, sets);
                let text = undo_message(forward, t!("sets-as-they-were"));
                self.state.notify(text, false);
                Some(Undo::Sets(now))
            }
            Undo::Searches(searches) => {
                let now = std::mem::replace(&mut self.state.memory.searches, searches);
                let text = undo_message(forward, t!("searches-as-they-were"));
                self.state.notify(text, false);
                Some(Undo::Searches(now))
            }
            Undo::Rules(rules) => self.put_rules_back(rules, forward),
            // Undo restores the files. Redo would be a new export, so there is none.
            Undo::Export(id) => {
                self.undo_export(id);
                None
            }
            Undo::Keywords => {
                self.undo_keywords();
                None
            }
            Undo::Trash(files) => {
                self.restore(files);
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

/// The message about undoing or redoing something other than marks.
pub(super) fn undo_message(forward: bool, what: &str) -> String {
    match forward {
        true => t!("redone", what = what),
        false => t!("undone", what = what),
    }
}

/// The message about undoing or redoing marks.
fn decided_again(forward: bool, photos: usize) -> String {
    match forward {
        true => t!("redone-decisions", count = photos),
        false => t!("undone-decisions", count = photos),
    }
}
