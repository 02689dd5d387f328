//! Rules for new photos: loading, saving and previewing them. They run in the engine that `lumisift watch` uses, once
//! the open folders have been read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use egui::Context;

use super::supervisor::Slot;
use crate::app::document::rules::{PreviewState, RulePreview, mark_text};
use crate::app::document::state::SessionState;
use crate::app::{App, News};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::{JobOptions, Notify};
use crate::engine::library::{
    FolderRule, HandledLog, InvalidRules, Library, MarkedFile, RoundOptions, RuleText, RulesError,
    WatchRound, WindowClosed, read_rule_texts, write_rule_texts,
};
use crate::engine::media::scan::ScanOptions;
use crate::engine::organize::export::Exporter;
use crate::settings::Dirs;
use crate::t;

/// How long a file must be unchanged before rules apply, as in `lumisift watch`.
const SETTLE: Duration = Duration::from_secs(5);

/// Messages from the rule tasks.
pub(in crate::app) enum RuleNews {
    /// The rules from the file, or why the file is not used.
    Read(Result<Vec<RuleText>, RulesError>),
    /// Why the rules could not be saved.
    Unwritten(RulesError),
    /// The preview with this number, or why it failed.
    Preview(u64, Result<RulePreview, String>),
    /// Photos to be marked by rules.
    Marked(Vec<MarkedFile>),
    /// The result of running the rules.
    Round(Result<WatchRound, String>),
}

/// State that is kept between runs of the rules.
#[derive(Default)]
pub(in crate::app) struct RuleRounds {
    /// The log of handled photos, once opened.
    log: Arc<Mutex<Option<HandledLog>>>,
    /// When to run the rules again, because some files were still being written.
    due: Option<Instant>,
    /// Whether photos arrived during a run, so that another one is needed.
    again: bool,
}

/// What a rule task needs on its worker thread.
struct Workshop {
    library: Library,
    dirs: Dirs,
    scan: ScanOptions,
    decoders: usize,
}

impl App {
    /// Loads the rules file.
    pub(in crate::app) fn read_rules(&mut self) {
        let file = self.services.dirs.rules_file();
        self.queue(Slot::RuleFile, move |_| {
            let read = match read_rule_texts(&file) {
                Err(RulesError::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound =>
                {
                    Ok(Vec::new())
                }
                read => read,
            };
            News::Rules(RuleNews::Read(read))
        });
    }

    /// Saves the rules file.
    pub(in crate::app) fn write_rules(&mut self) {
        let (file, rules) = (
            self.services.dirs.rules_file(),
            self.state.rules.list.clone(),
        );
        self.queue(Slot::RuleFile, move |_| {
            match write_rule_texts(&file, &rules) {
                Ok(()) => News::Done,
                Err(error) => News::Rules(RuleNews::Unwritten(error)),
            }
        });
    }

    fn workshop(&self) -> Option<Workshop> {
        let SessionState::Ready(library) = &self.state.session else {
            return None;
        };
        Some(Workshop {
            library: library.clone(),
            dirs: self.services.dirs.clone(),
            scan: self.scan_options(),
            decoders: self.state.settings.threads,
        })
    }

    /// Previews the effect of a rule on the photos that are there now.
    pub(in crate::app) fn preview_rule(&mut self, rule: RuleText) {
        let Some(workshop) = self.workshop() else {
            return;
        };
        let rules = &mut self.state.rules;
        rules.previews += 1;
        rules.preview = PreviewState::Looking;
        rules.asked = Some(rule.clone());
        let number = rules.previews;
        self.replace(Slot::RulePlan, move |cancel| {
            News::Rules(RuleNews::Preview(number, workshop.preview(rule, cancel)))
        });
    }

    /// Runs the active rules. While photos are being read, does nothing: the end of reading starts another run.
    pub(in crate::app) fn run_rules(&mut self) {
        let base = self.services.dirs.config.clone();
        let rules = self.state.rules.active(&self.state.memory.roots, &base);
        if rules.is_empty() || self.state.work.is_running() {
            return;
        }
        self.rounds.again = self.state.rules.is_running;
        if self.rounds.again {
            return;
        }
        let Some(workshop) = self.workshop() else {
            return;
        };
        self.state.rules.is_running = true;
        self.rounds.due = None;
        let log = self.rounds.log.clone();
        let (sender, notify) = (self.sender.clone(), self.notify.clone());
        self.queue(Slot::Rules, move |cancel| {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let round = workshop.carry_out(rules, &mut log, (&sender, &notify), cancel);
            News::Rules(RuleNews::Round(round))
        });
    }

    /// Runs the rules again when files that were still being written are due.
    pub(in crate::app) fn look_after_rules(&mut self, ctx: &Context) {
        let Some(due) = self.rounds.due else { return };
        let left = due.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => self.run_rules(),
            false => ctx.request_repaint_after(left),
        }
    }

    pub(in crate::app) fn take_rule_news(&mut self, news: RuleNews) {
        let rules = &mut self.state.rules;
        match news {
            RuleNews::Read(Ok(list)) => {
                rules.list = list;
                self.run_rules();
            }
            RuleNews::Read(Err(error)) => {
                let problem = error.to_string();
                rules.problem = Some(problem.clone());
                self.state.notify(problem, true);
            }
            RuleNews::Unwritten(error) => {
                let text = t!("rules-not-kept", problem = error.to_string());
                self.state.notify(text, true);
            }
            RuleNews::Preview(number, preview) => {
                if number == rules.previews {
                    let ready = |preview| PreviewState::Ready(Arc::new(preview));
                    rules.preview = preview.map_or_else(PreviewState::Failed, ready);
                }
            }
            RuleNews::Marked(files) => self.mark_by_rules(&files),
            RuleNews::Round(round) => {
                rules.is_running = false;
                match round {
                    Ok(round) => {
                        let waits = !round.waiting.is_empty();
                        self.rounds.due = waits.then(|| Instant::now() + SETTLE);
                        self.tell_round(&round);
                    }
                    Err(problem) => self.state.notify(problem, true),
                }
                if self.rounds.again {
                    self.run_rules();
                }
            }
        }
    }
}

impl Workshop {
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
        let round = (self.library).living_round(&rules, &mut log, &options, cancel);
        if let Some(error) = round.errors.first() {
            return Err(error.to_string());
        }
        let brought = round.arrivals.into_iter();
        let brought = brought.map(|file| (file.source, file.target.display().to_string()));
        let marked = round.marked.into_iter();
        let marked = marked.map(|file| (file.source, mark_text(file.mark)));
        Ok(RulePreview {
            photos: brought.chain(marked).collect(),
            others: round.fitting_none,
            failed: round.failures.len(),
        })
    }

    /// Applies the rules to photos that they have not handled yet.
    fn carry_out(
        &self,
        rules: Vec<RuleText>,
        log: &mut Option<HandledLog>,
        (sender, notify): (&Sender<News>, &Notify),
        cancel: &Cancel,
    ) -> Result<WatchRound, String> {
        let rules = self.checked(rules)?;
        let log = match log {
            Some(log) => log,
            none => {
                none.insert(HandledLog::open(&self.dirs.watch_log()).map_err(|e| e.to_string())?)
            }
        };
        let mark = |files: &[MarkedFile]| {
            let news = News::Rules(RuleNews::Marked(files.to_vec()));
            let sent = sender.send(news).map_err(|_| WindowClosed);
            notify();
            sent
        };
        let journals = self.dirs.journals();
        let options = RoundOptions {
            job: &|roots| self.job(roots),
            exporter: Exporter::new(&journals),
            settle: SETTLE,
            dry_run: false,
            marks: Some(&mark),
        };
        Ok((self.library).living_round(&rules, log, &options, cancel))
    }
}
