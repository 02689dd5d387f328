//! Rules for new photos: loading, saving and previewing them. They run in the engine that `lumisift watch` uses, once
//! the open folders have been read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use egui::Context;

use super::supervisor::Slot;
use super::watching::QUIET;
use crate::app::document::rules::{PreviewState, RulePreview, mark_text};
use crate::app::document::state::SessionState;
use crate::app::{App, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::{JobOptions, Notify};
use crate::engine::library::{
    FolderRule, HandledLog, InvalidRules, Library, MarkedFile, RoundOptions, RuleText, RulesError,
    WatchRound, WindowClosed, read_rule_texts, write_rule_texts,
};
use crate::engine::media::scan::ScanOptions;
use crate::engine::organize::export::Exporter;
use crate::settings::Dirs;
use crate::text::Surface;
use crate::{t, text};

/// How long a file must be unchanged before rules apply, as in `lumisift watch`.
const SETTLE: Duration = Duration::from_secs(5);
/// How often to check whether metadata has been applied.
const METADATA_CHECK: Duration = Duration::from_millis(100);
/// How often a run that waits for a reply checks whether it has been stopped.
const REPLY: Duration = Duration::from_millis(20);

/// Messages from the rule tasks.
pub(in crate::app) enum RuleMessage {
    /// The rules from the file, or why the file is not used; and the number of changes before it was read.
    Read(u64, Result<Vec<RuleText>, RulesError>),
    /// Why the rules could not be saved.
    SaveFailed(RulesError),
    /// The preview with this number, or why it failed.
    Preview(u64, Result<RulePreview, String>),
    /// Photos to be marked by rules, and the channel on which the window confirms that they are.
    Marked(Vec<MarkedFile>, Sender<()>),
    /// The result of running the rules.
    Round(Result<WatchRound, String>),
}

/// State that is kept between runs of the rules.
#[derive(Default)]
pub(in crate::app) struct RuleRounds {
    /// Number of changes to the rules in this window. Rules that were read before a change are outdated.
    changes: u64,
    /// The log of handled photos, once opened.
    log: Arc<Mutex<Option<HandledLog>>>,
    /// When to run the rules again, because some files were still being written.
    due: Option<Instant>,
    /// Whether photos arrived or rules changed during a run, so that another one is needed.
    again: bool,
    /// Whether to run the rules once metadata has been applied, because it contains ratings that rules must not
    /// override.
    after_metadata: bool,
    /// Stops the current run. The supervisor would drop the result of a run that it cancelled, and with it the undo
    /// steps of its exports.
    stop: Cancel,
}

impl RuleRounds {
    /// Whether the current run has been stopped.
    pub(in crate::app) fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }
}

impl Drop for RuleRounds {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Previews and runs rules on a worker thread.
struct RuleRunner {
    library: Library,
    dirs: Dirs,
    scan: ScanOptions,
    decoders: usize,
}

impl App {
    /// Loads the rules file.
    pub(in crate::app) fn read_rules(&mut self) {
        let (file, changes) = (self.services.dirs.rules_file(), self.rounds.changes);
        self.queue(Slot::RuleFile, move |_| {
            let read = match read_rule_texts(&file) {
                Err(RulesError::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound =>
                {
                    Ok(Vec::new())
                }
                read => read,
            };
            TaskMessage::Rules(RuleMessage::Read(changes, read))
        });
    }

    /// Saves the rules file.
    pub(in crate::app) fn write_rules(&mut self) {
        self.rounds.changes += 1;
        let (file, rules) = (
            self.services.dirs.rules_file(),
            self.state.rules.list.clone(),
        );
        self.queue(Slot::RuleFile, move |_| {
            match write_rule_texts(&file, &rules) {
                Ok(()) => TaskMessage::Done,
                Err(error) => TaskMessage::Rules(RuleMessage::SaveFailed(error)),
            }
        });
    }

    /// Takes over the rules of the file, which may have been edited by hand. Without this, the next change in the window
    /// would overwrite the edits.
    fn rules_read(&mut self, changes: u64, read: Result<Vec<RuleText>, RulesError>) {
        if changes != self.rounds.changes {
            return;
        }
        let rules = &mut self.state.rules;
        match read {
            Ok(list) => {
                rules.problem = None;
                if rules.is_loaded && rules.list == list {
                    return;
                }
                rules.is_loaded = true;
                let before = std::mem::replace(&mut rules.list, list);
                self.stop_removed_rules(&before);
                self.run_rules();
            }
            Err(error) => {
                let problem = error.to_string();
                let known = rules.problem.replace(problem.clone());
                if known.as_ref() != Some(&problem) {
                    self.state.notify(problem, true);
                }
            }
        }
    }

    fn rule_runner(&self) -> Option<RuleRunner> {
        let SessionState::Ready(library) = &self.state.session else {
            return None;
        };
        Some(RuleRunner {
            library: library.clone(),
            dirs: self.services.dirs.clone(),
            scan: self.scan_options(),
            decoders: self.state.settings.threads,
        })
    }

    /// Previews the effect of a rule on the photos that are open now.
    pub(in crate::app) fn preview_rule(&mut self, rule: RuleText) {
        if let SessionState::Failed(problem) = &self.state.session {
            let rules = &mut self.state.rules;
            rules.previews += 1;
            rules.preview = PreviewState::Failed(problem.clone());
            rules.previewed = Some(rule);
            return self.repaint.ctx.request_repaint();
        }
        // While the session is loading, the dialog asks again.
        let Some(runner) = self.rule_runner() else {
            return;
        };
        let rules = &mut self.state.rules;
        rules.previews += 1;
        rules.preview = PreviewState::Looking;
        rules.previewed = Some(rule.clone());
        let number = rules.previews;
        let given = self.supervisor.replace(Slot::RulePlan, move |cancel| {
            TaskMessage::Rules(RuleMessage::Preview(number, runner.preview(rule, cancel)))
        });
        if let Err(error) = given {
            self.state.rules.preview = PreviewState::Failed(t!("no-thread", error = error));
            self.repaint.ctx.request_repaint();
        }
    }

    /// Runs the active rules. While photos or their metadata are being read, does nothing: a run starts after that.
    pub(in crate::app) fn run_rules(&mut self) {
        let base = self.services.dirs.config.clone();
        let rules = self.state.rules.active(&self.state.memory.roots, &base);
        if rules.is_empty() || self.state.work.is_running() || self.rounds.after_metadata {
            return;
        }
        self.rounds.again = self.state.rules.is_running;
        if self.rounds.again {
            return;
        }
        let Some(runner) = self.rule_runner() else {
            return;
        };
        self.rounds.due = None;
        self.rounds.stop = Cancel::default();
        let stop = self.rounds.stop.clone();
        let log = self.rounds.log.clone();
        let (sender, notify) = (self.sender.clone(), self.notify.clone());
        let given = self.supervisor.queue(Slot::Rules, move |_| {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let round = runner.run(rules, &mut log, (&sender, &notify), &stop);
            TaskMessage::Rules(RuleMessage::Round(round))
        });
        self.state.rules.is_running = given.is_ok();
        self.check_thread(given);
    }

    /// Stops the current run, if any.
    pub(in crate::app) fn stop_rules(&self) {
        self.rounds.stop.cancel();
    }

    /// Notes that a run is over, and starts the next one if one is needed.
    pub(in crate::app) fn rules_ended(&mut self) {
        self.state.rules.is_running = false;
        if std::mem::take(&mut self.rounds.again) {
            self.run_rules();
        }
    }

    /// Runs the rules once metadata that is being read has been applied.
    pub(in crate::app) fn run_rules_after_metadata(&mut self) {
        self.rounds.after_metadata = true;
    }

    /// Runs the rules when metadata has been applied, and again when files that were still being written are due.
    pub(in crate::app) fn run_due_rules(&mut self, ctx: &Context) {
        if self.rounds.after_metadata {
            // A task sends its result before its slot becomes idle.
            let is_read = self.supervisor.is_idle(Slot::Sidecars) && self.messages.is_empty();
            if !is_read || !self.metadata.is_empty() {
                return ctx.request_repaint_after(METADATA_CHECK);
            }
            self.rounds.after_metadata = false;
            self.run_rules();
        }
        let Some(due) = self.rounds.due else { return };
        let left = due.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => self.run_rules(),
            false => ctx.request_repaint_after(left),
        }
    }

    pub(in crate::app) fn handle_rule_message(&mut self, message: RuleMessage) {
        let rules = &mut self.state.rules;
        match message {
            RuleMessage::Read(changes, read) => self.rules_read(changes, read),
            RuleMessage::SaveFailed(error) => {
                let text = t!(
                    "rules-not-kept",
                    problem = text::advised(&error.to_string(), Surface::Window)
                );
                self.state.notify(text, true);
            }
            RuleMessage::Preview(number, preview) => {
                if number == rules.previews {
                    let ready = |preview| PreviewState::Ready(Arc::new(preview));
                    rules.preview = preview.map_or_else(PreviewState::Failed, ready);
                }
            }
            RuleMessage::Marked(files, reply) => {
                // A run that was stopped does not log its marks, so they must not be set either.
                if !self.rounds.is_stopped() {
                    self.mark_by_rules(&files);
                    let _ = reply.send(());
                }
            }
            RuleMessage::Round(round) => {
                match round {
                    Ok(round) => {
                        // Files that are due shortly after one another share a run.
                        let earliest = Instant::now() + QUIET;
                        self.rounds.due = round.next_due.map(|due| due.max(earliest));
                        self.report_round(&round);
                        if !self.rounds.is_stopped() {
                            self.report_problems(&round);
                        }
                    }
                    Err(problem) => self.state.notify(problem, true),
                }
                self.rules_ended();
            }
        }
    }
}

impl RuleRunner {
    fn job(&self, roots: Vec<PathBuf>) -> JobOptions {
        JobOptions {
            scan: self.scan.clone(),
            decoders: self.decoders,
            ..JobOptions::new(roots)
        }
    }

    fn checked(&self, rules: Vec<RuleText>) -> Result<Vec<FolderRule>, String> {
        let base = &self.dirs.config;
        let rules = rules.into_iter().map(|rule| rule.checked(base));
        let rules: Result<Vec<FolderRule>, InvalidRules> = rules.collect();
        rules.map_err(|error| error.to_string())
    }

    /// Computes the preview of a rule.
    fn preview(&self, rule: RuleText, cancel: &Cancel) -> Result<RulePreview, String> {
        let mut rules = self.checked(vec![rule])?;
        rules.iter_mut().for_each(|rule| rule.enabled = true);
        let mut log = HandledLog::read(&self.dirs.watch_log()).map_err(|e| e.to_string())?;
        let journals = self.dirs.journals();
        let options = RoundOptions {
            job: &|roots| self.job(roots),
            exporter: Exporter::new(&journals),
            settle: Duration::ZERO,
            dry_run: true,
            marks: Some(&|_| Ok(())),
        };
        let round = (self.library).run_rules_once(&rules, &mut log, &options, cancel);
        if let Some(error) = round.errors.first() {
            return Err(error.to_string());
        }
        let exported = round.arrivals.into_iter();
        let exported = exported.map(|file| (file.source, file.target.display().to_string()));
        let marked = round.marked.into_iter();
        let marked = marked.map(|file| (file.source, mark_text(file.mark)));
        Ok(RulePreview {
            photos: exported.chain(marked).collect(),
            others: round.unmatched,
            failed: round.failures.len(),
        })
    }

    /// Applies the rules to photos that they have not handled yet.
    fn run(
        &self,
        rules: Vec<RuleText>,
        log: &mut Option<HandledLog>,
        (sender, notify): (&Sender<TaskMessage>, &Notify),
        cancel: &Cancel,
    ) -> Result<WatchRound, String> {
        let rules = self.checked(rules)?;
        let log = match log {
            Some(log) => log,
            none => {
                none.insert(HandledLog::open(&self.dirs.watch_log()).map_err(|e| e.to_string())?)
            }
        };
        let mark = |files: &[MarkedFile]| -> Result<(), WindowClosed> {
            if cancel.is_cancelled() {
                return Err(WindowClosed);
            }
            let (reply, replied) = bounded(1);
            let message = TaskMessage::Rules(RuleMessage::Marked(files.to_vec(), reply));
            sender.send(message).map_err(|_| WindowClosed)?;
            notify();
            // The photos are logged as decided afterwards, so they must be marked by then. A window that is closing
            // does not reply.
            loop {
                match replied.recv_timeout(REPLY) {
                    Ok(()) => return Ok(()),
                    Err(RecvTimeoutError::Timeout) if !cancel.is_cancelled() => {}
                    Err(_) => return Err(WindowClosed),
                }
            }
        };
        let journals = self.dirs.journals();
        let options = RoundOptions {
            job: &|roots| self.job(roots),
            exporter: Exporter::new(&journals),
            settle: SETTLE,
            dry_run: false,
            marks: Some(&mark),
        };
        Ok((self.library).run_rules_once(&rules, log, &options, cancel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::app;

    #[test]
    fn marks_of_a_run_that_was_stopped_are_not_confirmed() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let (reply, replied) = bounded(1);
        app.handle_rule_message(RuleMessage::Marked(Vec::new(), reply));
        assert!(replied.recv().is_ok());
        app.stop_rules();
        let (reply, replied) = bounded(1);
        app.handle_rule_message(RuleMessage::Marked(Vec::new(), reply));
        assert!(replied.recv().is_err());
    }

    #[test]
    fn rules_run_again_when_the_first_waiting_file_is_due() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let now = Instant::now();
        let mut due_after = |next_due| {
            let round = WatchRound {
                next_due,
                ..WatchRound::default()
            };
            app.handle_rule_message(RuleMessage::Round(Ok(round)));
            app.rounds.due
        };
        let later = now + Duration::from_secs(600);
        assert_eq!(due_after(Some(later)), Some(later));
        assert!(due_after(Some(now)) >= Some(now + QUIET));
        assert_eq!(due_after(None), None);
    }

    #[test]
    fn rules_edited_by_hand_replace_those_of_the_window() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        let text = "folders = [\"in\"]\nlabel = \"cat\"\nto = \"out\"\n";
        let rule: RuleText = toml::from_str(text).expect("a rule");
        let changes = app.rounds.changes;
        let read = |app: &mut App, list: Vec<RuleText>| {
            app.handle_rule_message(RuleMessage::Read(changes, Ok(list)));
        };
        read(&mut app, vec![rule.clone()]);
        read(&mut app, vec![rule.clone()]);
        assert_eq!(app.state.rules.list, std::slice::from_ref(&rule));
        assert!(!app.rounds.is_stopped());
        read(&mut app, Vec::new());
        assert!(app.state.rules.list.is_empty() && app.rounds.is_stopped());
        // A problem is reported once, and over as soon as the file is valid.
        let before = app.state.notices.len();
        for _ in 0..2 {
            let error = RulesError::Io {
                path: "rules.toml".into(),
                source: std::io::ErrorKind::PermissionDenied.into(),
            };
            app.handle_rule_message(RuleMessage::Read(changes, Err(error)));
        }
        assert_eq!(app.state.notices.len(), before + 1);
        read(&mut app, Vec::new());
        assert_eq!(app.state.rules.problem, None);
        // What was read before a change in the window is outdated.
        app.rounds.changes += 1;
        read(&mut app, vec![rule]);
        assert!(app.state.rules.list.is_empty());
    }

    #[test]
    fn rules_wait_for_metadata() {
        let home = tempfile::tempdir().expect("a folder");
        let mut app = app(home.path());
        app.run_rules_after_metadata();
        let ctx = Context::default();
        let metadata = Arc::default();
        app.metadata.push_back(("a.jpg".into(), metadata));
        app.run_due_rules(&ctx);
        assert!(app.rounds.after_metadata);
        app.metadata.clear();
        while app.rounds.after_metadata {
            app.handle_task_messages();
            app.run_due_rules(&ctx);
        }
    }
}
