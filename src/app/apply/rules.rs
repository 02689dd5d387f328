//! Commands about rules for new photos, and messages about what the rules did.

use super::marks::put_back_text;
use crate::app::App;
use crate::app::command::{Dialog, RuleCommand};
use crate::app::document::history::HistoryStep;
use crate::app::document::rules::{PreviewState, RuleSource};
use crate::engine::library::{MarkedFile, RuleText, WatchRound};
use crate::engine::organize::export::Transfer;
use crate::engine::organize::marks::Decision;
use crate::t;

impl App {
    pub(super) fn about_rules(&mut self, command: RuleCommand) {
        match command {
            RuleCommand::ShowFor(label) => {
                self.state.rules.source = Some(RuleSource::Label(label));
                self.show(Some(Dialog::Rules));
            }
            RuleCommand::Preview(rule) => self.preview_rule(*rule),
            RuleCommand::Add(rule) => {
                self.with_rules(|rules| rules.push(*rule));
                let rules = &mut self.state.rules;
                (rules.asked, rules.preview) = (None, PreviewState::Idle);
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
        let before = self.state.rules.list.clone();
        change(&mut self.state.rules.list);
        if self.state.rules.list != before {
            let step = HistoryStep::Rules(before);
            self.state.history.push(step, None);
            self.write_rules();
            self.run_rules();
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
        let text = put_back_text(forward, t!("rules-as-they-were"));
        self.state.notify(text, false);
        self.write_rules();
        self.run_rules();
        Some(HistoryStep::Rules(now))
    }

    /// Applies the marks of rules to photos, without overriding marks set by the user. A mark applies to all copies of a
    /// content, so the rejection of a single copy does not count here.
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
        self.state.notify(text, false);
    }

    /// Reports what the rules did and what failed. A persistent problem is reported only once.
    pub(in crate::app) fn tell_round(&mut self, round: &WatchRound) {
        for id in &round.exports {
            let step = HistoryStep::Export(id.clone());
            self.state.history.push(step, None);
        }
        for (transfer, moves) in [(Transfer::Copy, false), (Transfer::Move, true)] {
            let new = round.arrivals.iter().filter(|file| !file.was_there);
            let count = new.filter(|file| file.transfer == transfer).count();
            if count > 0 {
                let text = match moves {
                    true => t!("rules-moved", count = count),
                    false => t!("rules-copied", count = count),
                };
                self.state.notify(text, false);
            }
        }
        for id in &round.stopped {
            let text = t!("rule-stopped", id = id);
            self.state.notify(text, true);
        }
        let failures = round.failures.iter();
        let failures =
            failures.map(|failure| format!("{}: {}", failure.path.display(), failure.message));
        let errors = round.errors.iter().map(ToString::to_string);
        let wrong: Vec<String> = round
            .warnings
            .iter()
            .cloned()
            .chain(failures)
            .chain(errors)
            .collect();
        let standing = std::mem::replace(&mut self.state.rules.standing, wrong.clone());
        for text in wrong.into_iter().filter(|text| !standing.contains(text)) {
            self.state.notify(text, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::tasks::supervisor::Slot;
    use crate::app::tests::{PATIENCE, app};

    #[test]
    fn undo_does_not_overwrite_rules_that_could_not_be_read() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let file = app.services.dirs.rules_file();
        std::fs::create_dir_all(&app.services.dirs.config).expect("a folder");
        app.state.rules.problem = Some("unreadable".into());
        assert_eq!(app.put_rules_back(Vec::new(), false), None);
        assert!(app.supervisor.wait_for(Slot::RuleFile, PATIENCE));
        assert!(!file.exists());
        app.state.rules.problem = None;
        assert!(app.put_rules_back(Vec::new(), false).is_some());
        assert!(app.supervisor.wait_for(Slot::RuleFile, PATIENCE));
        assert!(file.exists());
    }
}
