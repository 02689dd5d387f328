//! `lumisift watch`: sorts new files in watched folders by rules, without a window.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::{
    FolderRule, HandledLog, InvalidRules, RoundOptions, RuleAction, RulesError, SortedFile,
    WatchRound, read_rules,
};
use lumisift::engine::media::photo::Candidate;
use lumisift::engine::organize::export::{Exporter, Transfer};
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Surface, Ungrouped};
use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::RunOutcome;
use super::args::{CommonArgs, FolderArgs, WatchArgs};
use super::labels::print_meanings;
use super::library::{OpenedLibrary, job_options, open_library};
use super::output::{print_message, print_sentence};

/// Folders are scanned after a period without events, or at the latest after `MAX_WAIT`.
const QUIET: Duration = Duration::from_secs(2);
const MAX_WAIT: Duration = Duration::from_secs(30);
/// Interval of scans without notifications, because network shares send none.
const POLL: Duration = Duration::from_secs(60);

/// Runs `lumisift watch`.
pub fn run(common: &CommonArgs, args: &WatchArgs) -> anyhow::Result<RunOutcome> {
    let mut file = RulesFile::read(&args.rules)?;
    if file.rules.is_empty() {
        anyhow::bail!(no_rules(&args.rules));
    }
    let opened = open_library(common)?;
    file.print_meanings(&opened);
    let dirs = Dirs::detect();
    let log = dirs.watch_log();
    let mut handled = match args.dry_run {
        true => HandledLog::read(&log)?,
        false => HandledLog::open(&log)?,
    };
    let job = |paths: Vec<PathBuf>| {
        let folders = FolderArgs {
            paths,
            no_subfolders: args.no_subfolders,
            hidden: false,
            no_video: false,
        };
        job_options(common, &opened.settings, &folders)
    };
    let journals = dirs.journals();
    let options = RoundOptions {
        job: &job,
        exporter: Exporter::new(&journals),
        settle: Duration::from_secs(args.settle),
        dry_run: args.dry_run,
        marks: None,
    };
    let ends = args.once || args.dry_run;
    let (sender, events) = bounded(1);
    // Dropping the watcher would stop it.
    let mut _watcher = (!ends).then(|| watcher(&file.rules, sender.clone()));
    let mut reporter = RoundReporter::default();
    loop {
        let round =
            opened
                .library
                .run_rules_once(&file.rules, &mut handled, &options, &Cancel::default());
        reporter.report(&round, args.dry_run);
        if ends {
            return Ok(match round.is_success() {
                true => RunOutcome::Success,
                false => RunOutcome::SomeFailed,
            });
        }
        wait(&events, time_to_next(round.next_due, Instant::now()));
        if file.read_again() {
            file.print_meanings(&opened);
            _watcher = Some(watcher(&file.rules, sender.clone()));
        }
    }
}

/// The rules of a file, which is read again when it changes.
struct RulesFile<'a> {
    path: &'a Path,
    /// The file when it was read; `None` if it was not there.
    state: Option<Candidate>,
    /// The rules that this command can run.
    rules: Vec<FolderRule>,
}

impl<'a> RulesFile<'a> {
    fn read(path: &'a Path) -> Result<Self, RulesError> {
        // First, so that a change in the meantime is noticed.
        let state = state_of(path);
        let rules = rules_to_run(path)?;
        Ok(Self { path, state, rules })
    }

    /// Reads the rules again if the file has changed, and returns whether they were replaced. If they are invalid,
    /// perhaps because the file is being written, the previous ones stay in use.
    fn read_again(&mut self) -> bool {
        let state = state_of(self.path);
        if state == self.state {
            return false;
        }
        self.state = state;
        match rules_to_run(self.path) {
            Ok(rules) => self.rules = rules,
            // The window writes an empty list when the last rule is removed.
            Err(RulesError::Invalid {
                reason: InvalidRules::Empty,
                ..
            }) => self.rules.clear(),
            Err(error) => {
                print_sentence(error.to_string());
                print_message(t!("cli-rules-stay"));
                return false;
            }
        }
        match self.rules.is_empty() {
            true => print_message(no_rules(self.path)),
            false => print_message(t!("cli-rules-read-again", path = self.path.display())),
        }
        true
    }

    fn print_meanings(&self, opened: &OpenedLibrary) {
        let queries = self.rules.iter().map(|rule| &rule.training_set.query);
        print_meanings(opened.session().model().as_ref(), queries);
    }
}

fn state_of(path: &Path) -> Option<Candidate> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(Candidate::new(path.into(), &metadata))
}

/// The enabled rules of a file, without those that mark photos: the window saves and undoes marks.
fn rules_to_run(path: &Path) -> Result<Vec<FolderRule>, RulesError> {
    let enabled = read_rules(path)?.into_iter().filter(|rule| rule.enabled);
    let (marking, rules): (Vec<FolderRule>, Vec<FolderRule>) =
        enabled.partition(|rule| matches!(rule.action, RuleAction::Mark(_)));
    // Without other rules, the command says that none can run.
    for rule in marking.iter().filter(|_| !rules.is_empty()) {
        print_message(t!("cli-rule-marks", rule = &rule.name));
    }
    Ok(rules)
}

fn no_rules(path: &Path) -> String {
    t!("cli-no-rules-to-run", path = path.display())
}

/// How long to wait for an event before the next round, if the first of the waiting files is due at `due`. Files that
/// are due shortly after one another share a round.
fn time_to_next(due: Option<Instant>, now: Instant) -> Duration {
    due.map_or(POLL, |due| {
        due.saturating_duration_since(now).clamp(QUIET, POLL)
    })
}

/// Whether an event may mean changed files. Reading the folders causes access events, which do not count.
fn is_change(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        _ => true,
    }
}

/// Creates a watcher that sends to the channel whenever something changes in the folders of `rules`.
fn watcher(rules: &[FolderRule], sender: Sender<()>) -> Option<RecommendedWatcher> {
    let on_event = move |event: notify::Result<Event>| {
        // An error may mean that events were lost.
        if event.as_ref().map_or(true, is_change) {
            // The channel has a capacity of one: one pending message is enough.
            let _ = sender.try_send(());
        }
    };
    let mut watcher = match notify::recommended_watcher(on_event) {
        Ok(watcher) => watcher,
        Err(error) => {
            print_message(t!("cli-no-watching", error = error.to_string()));
            return None;
        }
    };
    let folders: HashSet<&Path> = rules
        .iter()
        .flat_map(|rule| rule.folders.iter().map(PathBuf::as_path))
        .collect();
    for folder in folders {
        if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive) {
            print_message(t!(
                "cli-folder-not-watched",
                path = folder.display(),
                error = error.to_string()
            ));
        }
    }
    Some(watcher)
}

/// Waits for an event, at most for `most`, and then until events pause.
fn wait(events: &Receiver<()>, most: Duration) {
    if events.recv_timeout(most).is_err() {
        return;
    }
    let since = Instant::now();
    while since.elapsed() < MAX_WAIT && events.recv_timeout(QUIET).is_ok() {}
}

/// Prints the results of rounds. A persistent problem is printed once, and again if it recurs.
#[derive(Default)]
struct RoundReporter {
    /// The messages of current problems.
    reported_problems: HashSet<String>,
    waiting: usize,
}

impl RoundReporter {
    fn report(&mut self, round: &WatchRound, dry_run: bool) {
        for arrival in &round.arrivals {
            let (from, to) = (arrival.source.display(), arrival.target.display());
            let there = if arrival.already_present {
                t!("cli-was-there")
            } else {
                ""
            };
            print_message(format_args!("{}: {from} -> {to}{there}", arrival.rule));
        }
        if round.arrivals.len() + round.unmatched > 0 {
            print_message(summary(&round.arrivals, round.unmatched, dry_run));
        }
        if !round.waiting.is_empty() && round.waiting.len() != self.waiting {
            print_message(t!(
                "cli-being-written",
                count = Ungrouped(round.waiting.len())
            ));
        }
        self.waiting = round.waiting.len();
        for id in &round.stopped {
            print_message(t!("cli-export-stopped", id = id));
        }
        for problem in self.new_problems(round) {
            print_message(problem);
        }
    }

    /// The problems that did not exist in the previous round, with advice.
    fn new_problems(&mut self, round: &WatchRound) -> Vec<String> {
        let failures = round.failures.iter();
        let failures = failures.map(|failure| text::failure(failure, Surface::CommandLine));
        let advised = |problem: &str| text::advised(problem, Surface::CommandLine).into_owned();
        let warnings = round.warnings.iter().map(|warning| advised(warning));
        let errors = round.errors.iter();
        let errors = errors.map(|error| advised(&error.to_string()));
        let wrong = warnings.chain(failures).chain(errors);
        let mut now = HashSet::new();
        let is_new = |problem: &String| {
            now.insert(problem.clone()) && !self.reported_problems.contains(problem)
        };
        let new_problems = wrong.filter(is_new).collect();
        self.reported_problems = now;
        new_problems
    }
}

/// A summary such as "2 photos copied, 1 photo already there, 4 match no rule".
fn summary(arrivals: &[SortedFile], unmatched: usize, dry_run: bool) -> String {
    let there = arrivals
        .iter()
        .filter(|arrival| arrival.already_present)
        .count();
    let is_moved = |arrival: &&SortedFile| {
        !arrival.already_present && matches!(arrival.transfer, Transfer::Move)
    };
    let moved = arrivals.iter().filter(is_moved).count();
    let copied = arrivals.len() - there - moved;
    let (copy, motion) = match dry_run {
        true => ("cli-would-be-copied", "cli-would-be-moved"),
        false => ("cli-copied", "cli-moved"),
    };
    let counts = [
        (copied, copy),
        (moved, motion),
        (there, "cli-already-there"),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    let mut words: Vec<String> = some
        .map(|(count, key)| t!(key, count = Ungrouped(count)))
        .collect();
    if words.is_empty() {
        words.push(t!(copy, count = Ungrouped(0_usize)));
    }
    words.push(t!("cli-match-no-rule", count = Ungrouped(unmatched)));
    let words = words.join(t!("cli-separator"));
    match dry_run {
        true => t!("cli-dry-run", words = words),
        false => words,
    }
}

#[cfg(test)]
mod tests {
    use lumisift::engine::media::photo::{Failure, Stage};
    use notify::event::{CreateKind, DataChange, RemoveKind};

    use super::*;

    #[test]
    fn reading_folders_is_not_a_change() {
        let event = |kind| Event::new(kind);
        for kind in [
            EventKind::Access(AccessKind::Open(AccessMode::Any)),
            EventKind::Access(AccessKind::Read),
            EventKind::Access(AccessKind::Close(AccessMode::Read)),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)),
        ] {
            assert!(!is_change(&event(kind)), "{kind:?}");
        }
        for kind in [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Remove(RemoveKind::File),
            EventKind::Any,
            EventKind::Other,
        ] {
            assert!(is_change(&event(kind)), "{kind:?}");
        }
    }

    #[test]
    fn the_next_round_starts_when_a_file_is_due_or_after_a_minute() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        for (left, expected) in [
            (Duration::ZERO, QUIET),
            (second, QUIET),
            (5 * second, 5 * second),
            (59 * second, 59 * second),
            (600 * second, POLL),
        ] {
            assert_eq!(time_to_next(Some(now + left), now), expected, "{left:?}");
        }
        assert_eq!(time_to_next(Some(now), now + second), QUIET);
        assert_eq!(time_to_next(None, now), POLL);
    }

    #[test]
    fn rules_are_read_again_when_their_file_changes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("rules.toml");
        let rule = "[[rule]]\nfolders = [\"in\"]\nlabel = \"cat\"\nto = \"out\"\n";
        let write = |text: &str| std::fs::write(&path, text).expect("written");
        write(rule);
        let mut file = RulesFile::read(&path).expect("rules");
        assert!(!file.read_again());
        write(&format!("{rule}{rule}"));
        assert!(file.read_again() && file.rules.len() == 2);
        assert!(!file.read_again());
        // While it is invalid or missing, the rules stay as they are.
        write("[[rule]]\nfolders");
        assert!(!file.read_again() && file.rules.len() == 2);
        std::fs::remove_file(&path).expect("removed");
        assert!(!file.read_again() && file.rules.len() == 2);
        for none in [format!("{rule}enabled = false\n"), "rule = []".into()] {
            write(&none);
            assert!(file.read_again() && file.rules.is_empty(), "{none}");
        }
        write(rule);
        assert!(file.read_again() && file.rules.len() == 1);
    }

    #[test]
    fn persistent_problems_are_reported_once() {
        let wrong = |paths: &[&str]| WatchRound {
            failures: (paths.iter())
                .map(|path| Failure::new(*path, Stage::Read, "damaged"))
                .collect(),
            ..WatchRound::default()
        };
        let mut reporter = RoundReporter::default();
        assert_eq!(reporter.new_problems(&wrong(&["a", "a", "b"])).len(), 2);
        assert_eq!(
            reporter.new_problems(&wrong(&["a", "b", "c"])),
            ["c: damaged"]
        );
        assert!(reporter.new_problems(&wrong(&["b"])).is_empty());
        assert_eq!(reporter.new_problems(&wrong(&["a", "b"])), ["a: damaged"]);
    }

    #[test]
    fn problems_are_translated_after_their_paths() {
        text::keep_to_thread(text::Locale::SimplifiedChinese);
        let message = "/out/copy.jpg cannot be removed: input/output error";
        let round = WatchRound {
            failures: vec![Failure::new("/in/photo.jpg", Stage::Export, message)],
            ..WatchRound::default()
        };
        assert_eq!(
            RoundReporter::default().new_problems(&round),
            ["/in/photo.jpg: 无法删除 /out/copy.jpg：input/output error"]
        );
        text::keep_to_thread(text::Locale::English);
    }

    #[test]
    fn a_round_is_summed_up_by_what_became_of_photos() {
        let arrival = |transfer, already_present| SortedFile {
            rule: "cats".into(),
            source: "in/a.jpg".into(),
            target: "out/a.jpg".into(),
            transfer,
            already_present,
        };
        let copied = arrival(Transfer::Copy, false);
        assert_eq!(
            summary(std::slice::from_ref(&copied), 0, true),
            "1 photo would be copied, 0 match no rule (dry run)"
        );
        let moved = arrival(Transfer::Move, false);
        let there = arrival(Transfer::Copy, true);
        assert_eq!(
            summary(&[copied.clone(), copied, moved, there], 3, false),
            "2 photos copied, 1 photo moved, 1 photo already there, 3 match no rule"
        );
        assert_eq!(summary(&[], 2, false), "0 photos copied, 2 match no rule");
    }
}
