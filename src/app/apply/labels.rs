//! Commands that change labels and label sets.

use std::path::{Path, PathBuf};

use crate::app::command::Command;
use crate::app::document::history::{HistoryStep as Undo, LabelEdit};
use crate::app::document::labels::{self, AddedLabels, Label, LabelId, SavedLabels};
use crate::app::document::match_axis;
use crate::app::document::state::{PAST_LABELS, State};
use crate::app::tasks::supervisor::Slot;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::search::label_set;
use crate::engine::search::score::stepped_threshold;

impl App {
    /// Changes labels as one undo step.
    pub(super) fn with_labels(
        &mut self,
        edit: Option<LabelEdit>,
        priority: RefreshPriority,
        change: impl FnOnce(&mut Vec<Label>),
    ) {
        self.edit_labels(edit, priority, change);
    }

    /// Like [`Self::with_labels`], but returns whether anything changed.
    fn edit_labels(
        &mut self,
        edit: Option<LabelEdit>,
        priority: RefreshPriority,
        change: impl FnOnce(&mut Vec<Label>),
    ) -> bool {
        let before = self.state.memory.labels.clone();
        change(&mut self.state.memory.labels);
        let changed = self.state.memory.labels != before;
        if changed {
            self.state.history.push(Undo::Labels(before), edit);
            self.state.forget_removed_labels();
            self.request_refresh(priority);
        }
        changed
    }

    pub(super) fn with_label(
        &mut self,
        id: LabelId,
        priority: RefreshPriority,
        change: impl FnOnce(&mut Label),
    ) {
        self.edit_label(id, None, priority, change);
    }

    /// Changes one label, and returns whether it is different now.
    pub(super) fn edit_label(
        &mut self,
        id: LabelId,
        edit: Option<LabelEdit>,
        priority: RefreshPriority,
        change: impl FnOnce(&mut Label),
    ) -> bool {
        self.edit_labels(edit, priority, |labels| {
            if let Some(label) = labels.iter_mut().find(|label| label.id == id) {
                change(label);
            }
        })
    }

    /// Adds labels, and shows a message about those that already exist.
    fn add_labels(&mut self, texts: &[String]) {
        if self.state.draft_label().is_some() {
            // The draft label disappears, even if nothing is added.
            self.request_refresh(RefreshPriority::FromTop);
        }
        self.state.draft.clear();
        remember(&mut self.state, texts);
        let mut next = self.state.memory.next_label;
        let mut added = AddedLabels::default();
        self.with_labels(None, RefreshPriority::FromTop, |labels| {
            added = labels::add_all(labels, &mut next, texts);
        });
        self.state.memory.next_label = next;
        if let Some(text) = added.known_in_words() {
            self.state.notify(text, false);
        }
        let last = added.ids.last().copied();
        self.state.open_label = last.or(self.state.open_label);
        // Keep the new label's photos visible, wherever its group is placed.
        self.scoring_requests.goal = last;
    }

    /// Ends a continuous edit, if it is the last change.
    fn end_edit(&mut self, edit: LabelEdit) {
        if !self.state.history.is_editing(edit) {
            return;
        }
        if let LabelEdit::Text(id) = edit {
            // Not before the end, because the text would change under the cursor.
            self.edit_label(id, Some(edit), RefreshPriority::FromTop, |label| {
                if let Some(text) = labels::excluded(&label.text) {
                    label.text = text.to_owned();
                    label.negated = true;
                }
            });
        }
        self.state.history.end_edit();
    }

    pub(super) fn change_labels(&mut self, command: Command) {
        match command {
            Command::DraftLabel(text) => {
                let before = self.state.draft_label();
                self.state.draft = text;
                if before != self.state.draft_label() {
                    self.request_refresh(RefreshPriority::FromTop);
                }
            }
            Command::AddLabel(text) => {
                let one: Vec<String> = labels::typed(&text).map(Into::into).into_iter().collect();
                self.add_labels(&one);
            }
            Command::AddLabels(list) => self.add_labels(&labels::split_list(&list)),
            Command::SetLabelText(id, text) => {
                let edit = Some(LabelEdit::Text(id));
                self.edit_label(id, edit, RefreshPriority::FromTop, |label| {
                    label.text = text
                });
                self.state.open_label = Some(id);
                self.scoring_requests.goal = Some(id);
            }
            Command::SetMinMatch(id, min) => {
                let min = match_axis::in_steps(min);
                let edit = Some(LabelEdit::Threshold(id));
                self.edit_label(id, edit, RefreshPriority::Now, |label| {
                    label.min_match = min;
                });
            }
            Command::EndEdit(edit) => self.end_edit(edit),
            Command::SetLabelOn(id, on) => {
                self.with_label(id, RefreshPriority::FromTop, |label| label.on = on)
            }
            Command::SetNegated(id, negated) => {
                self.with_label(id, RefreshPriority::FromTop, |label| {
                    label.negated = negated
                });
            }
            Command::SetColour(id, colour) => {
                self.with_label(id, RefreshPriority::Soon, |label| label.colour = colour);
            }
            Command::MoveLabel(id, to) => self.with_labels(None, RefreshPriority::Now, |labels| {
                if let Some(from) = labels.iter().position(|label| label.id == id) {
                    let label = labels.remove(from);
                    labels.insert(to.min(labels.len()), label);
                }
            }),
            Command::RemoveLabel(id) => {
                self.with_labels(None, RefreshPriority::FromTop, |labels| {
                    labels.retain(|label| label.id != id);
                })
            }
            Command::AddExamples(id) => self.add_examples(id, true),
            Command::AddCounterExamples(id) => self.add_examples(id, false),
            Command::SetTextOnly(id, only) => {
                self.with_label(id, RefreshPriority::Now, |label| label.text_only = only);
            }
            Command::SetMember(id, member, on) => {
                self.with_label(id, RefreshPriority::Now, |label| {
                    label.without.retain(|word| *word != member);
                    if !on {
                        label.without.push(member);
                    }
                })
            }
            Command::SetExactly(id, exactly) => {
                self.with_label(id, RefreshPriority::Now, |label| label.exactly = exactly);
            }
            Command::SetAsTyped(id, as_typed) => {
                self.with_label(id, RefreshPriority::FromTop, |label| {
                    label.as_typed = as_typed
                });
            }
            Command::MoveLines(steps) => self.with_labels(None, RefreshPriority::Now, |labels| {
                for label in labels {
                    label.min_match = stepped_threshold(label.min_match, steps);
                }
            }),
            Command::ClearExamples(id) => self.with_label(id, RefreshPriority::FromTop, |label| {
                label.examples.clear();
                label.counter_examples.clear();
            }),
            sets => self.change_sets(sets),
        }
    }

    /// Replaces the labels with those from a file.
    pub(in crate::app) fn load_labels(&mut self, path: PathBuf) {
        self.queue(Slot::Labels, move |_| {
            match label_set::LabelSet::read(&path) {
                Ok(set) => TaskMessage::Labels(SavedLabels::from_file(set).labels),
                Err(error) => TaskMessage::UserError(error.to_string()),
            }
        });
    }

    /// Saves the labels to a file.
    pub(in crate::app) fn save_labels(&mut self, path: PathBuf) {
        let name = path.file_stem().unwrap_or_default();
        let set = SavedLabels {
            name: name.to_string_lossy().into_owned(),
            labels: self.state.memory.labels.clone(),
        };
        self.queue(Slot::Labels, move |_| match set.to_file().write(&path) {
            Ok(()) => TaskMessage::Done,
            Err(error) => TaskMessage::UserError(error.to_string()),
        });
    }

    pub(in crate::app) fn use_labels(&mut self, mut new: Vec<Label>) {
        for label in &mut new {
            label.id = self.state.memory.new_label_id();
        }
        self.with_labels(None, RefreshPriority::FromTop, |labels| *labels = new);
    }

    /// Changes the saved label sets as one undo step.
    fn edit_sets(&mut self, change: impl FnOnce(&mut Vec<SavedLabels>)) {
        let before = self.state.memory.sets.clone();
        change(&mut self.state.memory.sets);
        if self.state.memory.sets != before {
            self.state.history.push(Undo::Sets(before), None);
        }
    }

    fn change_sets(&mut self, command: Command) {
        match command {
            Command::SaveLabelSet(name) => {
                let labels = self.state.memory.labels.clone();
                self.edit_sets(|sets| {
                    sets.retain(|set| set.name != name);
                    sets.push(SavedLabels { name, labels });
                    sets.sort_by(|a, b| a.name.cmp(&b.name));
                });
            }
            Command::UseReadySet(at) => {
                let text = label_set::READY.get(at).map_or("", |(_, text)| text);
                if let Ok(set) = label_set::LabelSet::parse(text, Path::new("")) {
                    self.use_labels(SavedLabels::from_file(set).labels);
                }
            }
            Command::RemoveLabelSet(name) => {
                self.edit_sets(|sets| sets.retain(|set| set.name != name));
            }
            Command::UseLabelSet(name) => {
                let mut sets = self.state.memory.sets.iter();
                if let Some(set) = sets.find(|set| set.name == name) {
                    let new = set.labels.clone();
                    self.use_labels(new);
                }
            }
            _ => {}
        }
    }
}

/// Records the texts of new labels as suggestions.
fn remember(state: &mut State, texts: &[String]) {
    for text in texts {
        let past = &mut state.memory.past_labels;
        past.retain(|known| known != text);
        past.insert(0, text.clone());
        past.truncate(PAST_LABELS);
    }
}
