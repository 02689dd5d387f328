//! Commands about rules for new photos, and messages about what the rules did.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::marks::undo_message;
use crate::app::App;
use crate::app::command::{Dialog, RuleCommand};
use crate::app::document::history::HistoryStep;
use crate::app::document::rules::{PreviewState, RuleSource};
use crate::app::document::state::NoticeCause;
use crate::engine::library::{MarkedFile, RuleText, WatchRound};
use crate::engine::media::photo::Failure;
use crate::engine::organize::export::Transfer;
use crate::engine::organize::marks::Decision;
use crate::text::Surface;
use crate::{t, text};

impl App {
    pub(super) fn about_rules(&mut self, command: RuleCommand) {
        match command {
            RuleCommand::ShowFor(label) => {
                self.state.rules.source = Some(RuleSource::Label(label));
                self.show(Some(Dialog::Rules));
            }
            RuleCommand::Preview(rule) => self.preview_rule(*rule),
            RuleCommand::Add(rule) => {
                self.with_rules(|rules| add_rule(rules, *rule));
                let rules = &mut self.state.rules;
                (rules.previewed, rules.preview) = (None, PreviewState::Idle);
            }
            RuleCommand::Switch(at, on) => self.with_rules(|rules| {
                if let Some(rule) = rules.get_mut(at) {
                    rule.enabled = on;
                }
            }),
            RuleCommand::Remove(at) => self.with_rules(|rules| {
                if at < rules.len() {
                    rules.remove(at);
                }
            }),
            RuleCommand::OpenLog => {
                let log = self.services.dirs.watch_log();
                self.desktop(log, |desktop, path| desktop.open(path));
            }
        }
    }

    /// Changes the rules as one undo step.
    fn with_rules(&mut self, change: impl FnOnce(&mut Vec<RuleText>)) {
        if self.state.rules.problem.is_some() {
            return;
        }
        // Saving now would overwrite the rules in the file.
        if !self.state.rules.is_loaded {
            return self.state.notify(t!("rules-not-loaded"), true);
        }
        let before = self.state.rules.list.clone();
        change(&mut self.state.rules.list);
        if self.state.rules.list != before {
            self.rules_changed(&before);
            let step = HistoryStep::Rules(before);
            self.state.history.push(step, None);
        }
    }

    /// Saves and runs the rules after a change. A run with rules that are no longer enabled is stopped.
    fn rules_changed(&mut self, before: &[RuleText]) {
        self.stop_removed_rules(before);
        self.write_rules();
        self.run_rules();
    }

    /// Stops the current run if one of the rules `before` a change is no longer enabled.
    pub(in crate::app) fn stop_removed_rules(&self, before: &[RuleText]) {
        let list = &self.state.rules.list;
        let goes_on = |rule: &RuleText| !rule.enabled || list.contains(rule);
        if !before.iter().all(goes_on) {
            self.stop_rules();
        }
    }

    /// Restores rules, and returns their previous state for redo. A file that could not be read is not overwritten.
    pub(super) fn put_rules_back(
        &mut self,
        rules: Vec<RuleText>,
        forward: bool,
    ) -> Option<HistoryStep> {
        if let Some(problem) = self.state.rules.problem.clone() {
            self.state.notify(problem, true);
            return None;
        }
        let now = std::mem::replace(&mut self.state.rules.list, rules);
        let text = undo_message(forward, t!("rules-as-they-were"));
        self.state.notify(text, false);
        self.rules_changed(&now);
        Some(HistoryStep::Rules(now))
    }

    /// Applies the marks of rules to photos, without overriding marks set by the user. A mark applies to all copies of
    /// a content, so the rejection of a single copy does not count here.
    pub(in crate::app) fn mark_by_rules(&mut self, files: &[MarkedFile]) {
        let library = &self.state.library;
        let (mut before, mut after) = (Vec::<Decision>::new(), Vec::<Decision>::new());
        for file in files {
            let known = library
                .find(&file.source)
                .map(|id| library.mark_of_content(id));
            let decision = library.decision(&file.content);
            let mark = known.or(decision).unwrap_or_default();
            if let Some(new) = file.mark.added_to(mark) {
                before.push((file.content, decision));
                after.push((file.content, Some(new)));
            }
        }
        if after.is_empty() {
            return;
        }
        self.decide(&after);
        self.state.history.push(HistoryStep::Marks(before), None);
        let text = t!("rules-marked", count = after.len());
        self.state.notify_effect(NoticeCause::RuleMarks, text);
    }

    /// Reports what the rules did.
    pub(in crate::app) fn report_round(&mut self, round: &WatchRound) {
        for id in &round.exports {
            let step = HistoryStep::Export(id.clone());
            self.state.history.push(step, None);
        }
        for (transfer, moves) in [(Transfer::Copy, false), (Transfer::Move, true)] {
            let new = round.arrivals.iter().filter(|file| !file.already_present);
            let count = new.filter(|file| file.transfer == transfer).count();
            if count > 0 {
                let text = match moves {
                    true => t!("rules-moved", count = count),
                    false => t!("rules-copied", count = count),
                };
                self.state.notify_effect(NoticeCause::RuleExport, text);
            }
        }
    }

    /// Reports what failed. A persistent problem is reported only once, and files that could not be read are already in
    /// the list of failures.
    pub(in crate::app) fn report_problems(&mut self, round: &WatchRound) {
        for id in &round.stopped {
            let text = t!("rule-stopped", id = id);
            self.state.notify(text, true);
        }
        let (library, work) = (&self.state.library, &self.state.work);
        let listed = library.failures().into_iter().chain(&work.unreachable);
        let listed: HashSet<&Path> = listed.map(|failure| failure.path.as_path()).collect();
        let failures = round.failures.iter();
        let failures = failures.filter(|failure| !listed.contains(failure.path.as_path()));
        let untranslated =
            |failure: &Failure| format!("{}: {}", failure.path.display(), failure.message);
        // A file can be in the folders of several rules.
        let failures: BTreeMap<String, &Failure> = failures
            .map(|failure| (untranslated(failure), failure))
            .collect();
        let errors = round.errors.iter().map(ToString::to_string);
        let others: BTreeSet<String> = round.warnings.iter().cloned().chain(errors).collect();
        let problems = failures.keys().chain(&others).cloned().collect();
        let before = std::mem::replace(&mut self.state.rules.reported_problems, problems);
        let is_new = |text: &&String| !before.contains(*text);
        let new = failures.iter().filter(|(text, _)| is_new(text));
        let new: Vec<&Failure> = new.map(|(_, failure)| *failure).collect();
        if let Some(first) = new.first() {
            let text = t!(
                "rules-failed",
                count = new.len(),
                first = text::failure(first, Surface::Window)
            );
            self.state.notify(text, true);
        }
        for text in others.iter().filter(is_new) {
            self.state.notify(text.clone(), true);
        }
    }
}

/// Adds a rule. If it is already listed, it is only enabled or disabled.
fn add_rule(rules: &mut Vec<RuleText>, rule: RuleText) {
    let is_it = |listed: &RuleText| {
        let enabled = rule.enabled;
        let same = RuleText {
            enabled,
            ..listed.clone()
        };
        same == rule
    };
    match rules.iter().position(is_it) {
        Some(at) => rules[at].enabled = rule.enabled,
        None => rules.push(rule),
    }
}

#[cfg(test)]
mod tests {
    use crate::app::command::{Command, Dialog, RuleCommand};
    use crate::app::document::labels::Label;
    use crate::app::document::library::LibraryItem;
    use crate::app::document::memory::SavedWindow;
    use crate::app::document::rules::PreviewState;
    use crate::app::document::state::SessionState;
    use crate::app::services::FolderPurpose;
    use crate::app::tasks::supervisor::Slot;
    use crate::app::tests::{TEST_TIMEOUT, app};
    use crate::engine::library::{RuleText, WatchRound};
    use crate::engine::media::photo::{Failure, Stage};

    #[test]
    fn files_that_rules_cannot_process_are_reported_once_and_together() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let failure = |name: &str| Failure::new(name, Stage::Export, "broken");
        let listed = LibraryItem::failed(failure("listed.jpg"));
        app.state.library.put(listed, 0);
        let names = ["a.jpg", "b.jpg", "listed.jpg", "a.jpg"];
        let mut round = WatchRound {
            failures: names.map(failure).into(),
            ..WatchRound::default()
        };
        let before = app.state.notices.len();
        app.report_problems(&round);
        app.report_problems(&round);
        assert_eq!(app.state.notices.len(), before + 1);
        assert!(app.state.notices[before].text.contains("a.jpg: broken"));
        round.failures.push(failure("c.jpg"));
        app.report_problems(&round);
        assert!(app.state.notices[before + 1].text.contains("c.jpg"));
    }

    #[test]
    fn rules_cannot_be_changed_before_they_have_been_loaded() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let mut was_changed = false;
        app.with_rules(|_| was_changed = true);
        assert!(!was_changed && !app.state.notices.is_empty());
        app.state.rules.is_loaded = true;
        app.with_rules(|_| was_changed = true);
        assert!(was_changed);
    }

    #[test]
    fn a_dialog_over_that_of_rules_does_not_restore_the_initial_source() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.apply(Command::Rules(RuleCommand::ShowFor(1)));
        assert!(app.state.rules.source.is_some());
        app.ask_for_path(FolderPurpose::RuleTarget, None);
        app.apply(Command::CloseDialog);
        assert_eq!(app.state.dialog, Some(Dialog::Rules));
        assert!(app.state.rules.source.is_none());
    }

    fn rule() -> RuleText {
        let label = Label {
            text: "receipt".into(),
            ..Label::default()
        };
        let window = SavedWindow {
            roots: vec!["/photos".into()],
            labels: vec![label],
            ..SavedWindow::default()
        };
        window.rule_choices()[0].rule.clone().expect("a rule")
    }

    #[test]
    fn a_rule_is_added_once() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.rules.is_loaded = true;
        for enabled in [true, true, false] {
            let rule = RuleText { enabled, ..rule() };
            app.apply(Command::Rules(RuleCommand::Add(Box::new(rule))));
            assert_eq!(app.state.rules.list.len(), 1);
            assert_eq!(app.state.rules.list[0].enabled, enabled);
        }
    }

    #[test]
    fn rules_that_are_disabled_or_removed_are_stopped() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.rules.is_loaded = true;
        app.apply(Command::Rules(RuleCommand::Add(Box::new(rule()))));
        assert!(!app.rounds.is_stopped());
        app.apply(Command::Rules(RuleCommand::Switch(0, false)));
        assert!(app.rounds.is_stopped());
    }

    #[test]
    fn a_preview_fails_if_the_session_has_failed() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.state.session = SessionState::Failed("no model".into());
        app.preview_rule(rule());
        let failed = PreviewState::Failed("no model".into());
        assert_eq!(app.state.rules.preview, failed);
        assert_eq!(app.state.rules.previewed, Some(rule()));
    }

    #[test]
    fn undo_does_not_overwrite_rules_that_could_not_be_read() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let file = app.services.dirs.rules_file();
        std::fs::create_dir_all(&app.services.dirs.config).expect("a folder");
        app.state.rules.problem = Some("unreadable".into());
        assert_eq!(app.put_rules_back(Vec::new(), false), None);
        assert!(app.supervisor.wait_for(Slot::RuleFile, TEST_TIMEOUT));
        assert!(!file.exists());
        app.state.rules.problem = None;
        assert!(app.put_rules_back(Vec::new(), false).is_some());
        assert!(app.supervisor.wait_for(Slot::RuleFile, TEST_TIMEOUT));
        assert!(file.exists());
    }
}
