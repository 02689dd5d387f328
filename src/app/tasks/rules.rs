//! Rules for photos that arrive: read and written beside what the window remembers, tried before they are kept, and
//! carried out by the engine that `lumisift watch` uses, once the open folders are read.

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

/// How long a file is left alone after its last change, as `lumisift watch` does.
const SETTLE: Duration = Duration::from_secs(5);

/// News of rules.
pub(in crate::app) enum RuleNews {
    /// The rules of the file, or why it is not used.
    Read(Result<Vec<RuleText>, RulesError>),
    /// Rules could not be written, and why.
    Unwritten(RulesError),
    /// What a rule would do, by the preview's number.
    Preview(u64, Result<RulePreview, String>),
    /// Photos that rules mark.
    Marked(Vec<MarkedFile>),
    /// They were carried out.
    Round(Result<WatchRound, String>),
}

/// What carrying rules out keeps from one time to the next.
#[derive(Default)]
pub(in crate::app) struct RuleRounds {
    /// The log, once it was opened.
    log: Arc<Mutex<Option<HandledLog>>>,
    /// When files are looked at again that were still being written.
    due: Option<Instant>,
    /// Whether photos came while rules were carried out.
    again: bool,
}

/// What rules work with, on another thread.
struct Workshop {
    library: Library,
    dirs: Dirs,
    scan: ScanOptions,
    decoders: usize,
}

impl App {
    /// Reads the rules.
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

    /// Writes the rules.
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

    /// Looks what a rule would do with photos that are there now.
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

    /// Carries out the rules, unless photos are still being read: then it is done afterwards.
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

    /// Carries out rules again for files that were still being written.
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

    /// What a rule would do.
    fn preview(&self, rule: RuleText, cancel: &Cancel) -> Result<RulePreview, String> {
        let mut rules = self.checked(vec![rule])?;
        rules.iter_mut().for_each(|rule| rule.enabled = true);
        let mut log = HandledLog::open(&self.dirs.watch_log()).map_err(|e| e.to_string())?;
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

    /// Does what rules say of photos that they have not decided about.
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
