//! Commands about findings: duplicates, flaws, clusters ("heaps"), questions and saved searches. Changes can be undone.

use std::path::PathBuf;

use super::marks::undo_message;
use crate::app::command::{Dialog, FindingCommand};
use crate::app::document::burst::{SURVEYED, around};
use crate::app::document::clusters::{EXAMPLES, ProposedClusters};
use crate::app::document::filter::{Filter, LabelFit};
use crate::app::document::findings::{CopyGroup, Kind};
use crate::app::document::history::{HistoryStep, LabelEdit};
use crate::app::document::labels::{Label, LabelId, free_colour};
use crate::app::document::library::ItemId;
use crate::app::document::memory::SavedSearch;
use crate::app::document::state::{NoticeCause, State, TaughtLabel};
use crate::app::document::viewer::Viewer;
use crate::app::{App, RefreshPriority};
use crate::engine::library::Flaw;
use crate::engine::media::photo::ContentId;
use crate::engine::organize::marks::{Decision, Flag, Mark};
use crate::t;
use crate::text::{self, Digits};

impl App {
    pub(super) fn about_findings(&mut self, command: FindingCommand) {
        match command {
            FindingCommand::ShowKind(kind) => {
                self.show(None);
                self.show_kind(kind);
            }
            FindingCommand::SetLine(kind, number) => {
                if let Some(flaw) = kind.flaw() {
                    self.set_line(flaw, number);
                }
            }
            FindingCommand::DismissOffer => self.state.overview.is_offered = false,
            FindingCommand::KeepBest(group) => self.keep_best(group),
            FindingCommand::CompareCopies(group) => self.compare_copies(group),
            FindingCommand::AddCluster(at) => self.add_cluster(at),
            FindingCommand::RenameCluster(at, name) => {
                self.with_clusters(|state| rename_cluster(state, at, &name));
            }
            FindingCommand::MergeClusters(from, into) => {
                self.with_clusters(|state| state.clusters.merge(from, into));
            }
            FindingCommand::DismissCluster(at) => {
                self.with_clusters(|state| dismiss_cluster(state, at))
            }
            FindingCommand::ProposeAgain => {
                self.with_clusters(|state| state.memory.dismissed_heaps.clear());
                self.restart_clustering();
            }
            FindingCommand::Ask(label) => self.begin_questions(label),
            FindingCommand::Answer(fits) => {
                if let Some(questions) = &mut self.state.questions {
                    questions.answer(fits);
                }
            }
            FindingCommand::UndoAnswer => {
                if let Some(questions) = &mut self.state.questions {
                    questions.undo_answer();
                }
            }
            FindingCommand::UseAnswers => self.use_answers(),
            FindingCommand::SaveSearch(name) => self.save_search(name),
            FindingCommand::UseSearch(name) => self.use_search(&name),
            FindingCommand::RemoveSearch(name) => self.edit_searches(|searches| {
                searches.retain(|search| search.name != name);
            }),
        }
    }

    /// Replaces all filters with a filter by one kind.
    fn show_kind(&mut self, kind: Kind) {
        self.close_viewer();
        self.state.panels_hidden = false;
        self.state.overview.is_offered = false;
        self.state.memory.filter = Filter {
            kind: Some(kind),
            ..Filter::default()
        };
        self.search(String::new());
    }

    /// Rejects the duplicates of one group or of all groups, and reports the freed space. Each is rejected as a copy,
    /// which is valid only while its keeper exists. If it has the same bytes as the keeper, its content gets no mark,
    /// because marks apply to all files with that content.
    fn keep_best(&mut self, group: Option<usize>) {
        let findings = self.state.findings().clone();
        let groups: Vec<&CopyGroup> = match group {
            Some(at) => findings.copies.get(at).into_iter().collect(),
            None => findings.copies.iter().collect(),
        };
        let (mut before, mut after) = (Vec::<Decision>::new(), Vec::<Decision>::new());
        let mut alone = Vec::<(PathBuf, Option<ContentId>)>::new();
        let mut bytes = 0;
        for group in groups {
            let kept = self
                .state
                .item(group.keeper)
                .and_then(|item| item.content());
            for copy in &group.copies {
                let Some(item) = self.state.item(copy.item) else {
                    continue;
                };
                if self.state.library.mark(copy.item).flag == Flag::Reject {
                    continue;
                }
                let Some(content) = item.content() else {
                    continue;
                };
                bytes += copy.bytes;
                alone.push((item.file.path.clone(), Some(content)));
                if Some(content) == kept {
                    continue;
                }
                let flag = Flag::Reject;
                let mark = self.state.library.mark(copy.item);
                before.push((content, self.state.library.decision(&content)));
                after.push((content, Some(Mark { flag, ..mark })));
            }
        }
        let rejected = alone.len();
        if rejected == 0 {
            let text = t!("all-copies-rejected");
            return self.state.notify(text, false);
        }
        self.decide(&after);
        let alone = self.reject_individually(&alone);
        let step = HistoryStep::Copies(before, alone);
        self.state.history.push(step, None);
        let text = t!(
            "copies-rejected",
            count = rejected,
            size = text::bytes(bytes, Digits::Grouped)
        );
        self.state.notify_effect(NoticeCause::Copies, text);
    }

    fn compare_copies(&mut self, group: usize) {
        let findings = self.state.findings().clone();
        let Some(group) = findings.copies.get(group) else {
            return;
        };
        let copies = group.copies.iter().map(|copy| copy.item);
        let photos: Vec<ItemId> = [group.keeper].into_iter().chain(copies).collect();
        self.show(None);
        self.state.viewer = Viewer::together(around(&photos, group.keeper, SURVEYED), group.keeper);
    }

    /// Opens the folded stack of a photo side by side. Returns false if the photo does not represent a folded stack.
    pub(super) fn open_stack(&mut self, id: ItemId) -> bool {
        let Some(stack) = self.state.folded_under(id).cloned() else {
            return false;
        };
        let photos = around(&stack.photos, stack.best, SURVEYED);
        self.state.viewer = Viewer::together(photos, stack.best);
        self.state.viewer.is_some()
    }

    /// Toggles the folding of stacks.
    pub(super) fn fold_stacks(&mut self) {
        let folded = !self.state.memory.folded;
        self.state.keep_place();
        self.state.memory.folded = folded;
        self.request_refresh(RefreshPriority::Now);
        if !folded {
            return;
        }
        let has_stacks = !self.state.findings().stacks.is_empty();
        let text = match (has_stacks, self.state.is_analysed()) {
            (true, _) if self.state.folds_stacks() => return,
            (true, _) => t!("stacks-not-among-kind"),
            (false, true) => t!("no-scenes"),
            (false, false) => t!("stacks-soon"),
        };
        self.state.notify(text, false);
    }

    /// Sets the threshold of a flaw. A whole drag is one undo step.
    fn set_line(&mut self, flaw: Flaw, number: f32) {
        let before = self.state.memory.lines;
        self.state.memory.lines.set(flaw, number);
        if self.state.memory.lines != before {
            let step = HistoryStep::Lines(before);
            self.state.history.push(step, Some(LabelEdit::Line(flaw)));
            self.request_refresh(RefreshPriority::Now);
        }
    }

    /// Changes clusters and labels as one undo step.
    fn with_clusters(&mut self, change: impl FnOnce(&mut State)) {
        let state = &mut self.state;
        let before = state.clusters.kept(&state.memory.dismissed_heaps);
        let labels = state.memory.labels.clone();
        change(state);
        let after = state.clusters.kept(&state.memory.dismissed_heaps);
        if after != before || state.memory.labels != labels {
            let step = HistoryStep::Clusters(before, labels);
            state.history.push(step, None);
        }
    }

    /// Changes saved searches as one undo step.
    fn edit_searches(&mut self, change: impl FnOnce(&mut Vec<SavedSearch>)) {
        let before = self.state.memory.searches.clone();
        change(&mut self.state.memory.searches);
        if self.state.memory.searches != before {
            let step = HistoryStep::Searches(before);
            self.state.history.push(step, None);
        }
    }

    /// Restores clusters and labels, and returns their previous state for redo.
    pub(super) fn restore_clusters(
        &mut self,
        clusters: ProposedClusters,
        labels: Vec<Label>,
        forward: bool,
    ) -> HistoryStep {
        let state = &mut self.state;
        let now = state.clusters.kept(&state.memory.dismissed_heaps);
        let labels_now = std::mem::replace(&mut state.memory.labels, labels);
        let dismissed = clusters.dismissed.clone();
        let was = std::mem::replace(&mut state.memory.dismissed_heaps, dismissed);
        let is_same = state.clusters.put_back(clusters);
        state.forget_removed_labels();
        state.notify(undo_message(forward, t!("heaps-as-they-were")), false);
        // The suggestions now belong to other photos, but the list of dismissed clusters applies to these too.
        if !is_same && was != state.memory.dismissed_heaps {
            self.restart_clustering();
        }
        self.request_refresh(RefreshPriority::FromTop);
        HistoryStep::Clusters(now, labels_now)
    }

    /// Turns a cluster into a label.
    fn add_cluster(&mut self, at: usize) {
        let id = self.state.memory.new_label_id();
        self.with_clusters(|state| label_cluster(state, at, id));
        if !self.state.memory.has_label(id) {
            return;
        }
        self.request_refresh(RefreshPriority::FromTop);
        self.state.open_label = Some(id);
        self.scoring_requests.goal = Some(id);
    }

    /// Asks questions about the current label.
    pub(super) fn ask_about_open_label(&mut self) {
        match self.open_label() {
            Some(label) => self.begin_questions(label),
            None => {
                let text = t!("ask-click-label");
                self.state.notify(text, false);
            }
        }
    }

    fn begin_questions(&mut self, label: LabelId) {
        self.state.questions = self.state.questions_about(label);
        match &self.state.questions {
            Some(_) => self.show(Some(Dialog::Questions)),
            None => {
                let text = t!("ask-nothing");
                self.state.notify(text, false);
            }
        }
    }

    fn use_answers(&mut self) {
        let Some(questions) = self.state.questions.take() else {
            return;
        };
        let (label, line) = (questions.label, questions.suggested);
        let sentence = questions.sentence.clone();
        let path = |id: ItemId| Some(self.state.item(id)?.file.path.clone());
        let paths = |fits: bool| -> Vec<PathBuf> {
            questions
                .answered(fits)
                .into_iter()
                .filter_map(path)
                .collect()
        };
        let (shows, shows_not) = (paths(true), paths(false));
        let scored = self.state.response.scored();
        let counts = &self.state.response.arrangement.counts;
        let before = scored.place(label).and_then(|at| counts.get(at).copied());
        let changed = self.edit_label(label, None, RefreshPriority::Now, |label| {
            label.min_match = line;
            label.teach(shows, true);
            label.teach(shows_not, false);
        });
        if let Some(before) = before.filter(|_| changed) {
            self.state.pending_training = Some(TaughtLabel {
                label,
                before,
                response: self.scoring_requests.number + 1,
            });
        }
        self.state.notify(sentence, false);
        self.show(None);
    }

    fn save_search(&mut self, name: String) {
        let search = SavedSearch {
            name: name.trim().to_owned(),
            text: self.state.search.clone(),
            filter: self.state.memory.filter.clone(),
        };
        self.edit_searches(|searches| {
            searches.retain(|known| known.name != search.name);
            searches.push(search);
            searches.sort_by(|a, b| a.name.cmp(&b.name));
        });
    }

    fn use_search(&mut self, name: &str) {
        let mut searches = self.state.memory.searches.iter();
        let Some(search) = searches.find(|search| search.name == name).cloned() else {
            return;
        };
        self.show(None);
        self.close_viewer();
        let mut filter = search.filter;
        if matches!(filter.fit, LabelFit::Label(id) if !self.state.memory.has_label(id)) {
            let text = t!("search-label-gone", name = name);
            self.state.notify(text, false);
            filter.set_fit(LabelFit::All, false);
        }
        self.search(String::new());
        if !search.text.is_empty() {
            self.search(search.text);
        }
        // Last, because an empty search text resets the filter's `search_shows_all`.
        self.state.memory.filter = filter;
    }
}

/// Renames a cluster, unless it is already shown with that name.
fn rename_cluster(state: &mut State, at: usize, name: &str) {
    let cluster = state.clusters.proposed.get(at);
    if cluster.is_some_and(|cluster| text::label_word(&cluster.name) != name.trim()) {
        state.clusters.rename(at, name);
    }
}

/// Removes a cluster and creates a label from it.
fn label_cluster(state: &mut State, at: usize, id: LabelId) {
    let Some(cluster) = state.clusters.take(at) else {
        return;
    };
    let photos = cluster.photos.iter().take(EXAMPLES);
    let paths = photos.filter_map(|id| state.item(*id));
    let paths: Vec<PathBuf> = paths.map(|item| item.file.path.clone()).collect();
    let labels = &mut state.memory.labels;
    // Several words may have the same translation.
    let translated = text::label_word(&cluster.name);
    let name = match labels.iter().any(|label| label.text == translated) {
        true => cluster.name.as_str(),
        false => translated,
    };
    let mut label = Label {
        id,
        text: name.to_owned(),
        colour: free_colour(labels),
        ..Label::default()
    };
    label.teach(paths, true);
    labels.push(label);
    state
        .clusters
        .suggestions
        .retain(|word| *word != cluster.name);
}

/// Removes a cluster permanently.
fn dismiss_cluster(state: &mut State, at: usize) {
    let Some(cluster) = state.clusters.take(at) else {
        return;
    };
    // It would be suggested again under its original name, even if the user has renamed it.
    let mut names = cluster.alternative_names;
    names.push(cluster.name);
    let suggestions = &mut state.clusters.suggestions;
    suggestions.retain(|word| !names.contains(word));
    let dismissed = &mut state.memory.dismissed_heaps;
    for name in names {
        if !dismissed.contains(&name) {
            dismissed.push(name);
        }
    }
}
