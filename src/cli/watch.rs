//! `lumisift watch`: sorts what arrives in folders by rules, without a window.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::{FolderRule, Handled, Round, RoundOptions, read_rules};
use lumisift::engine::plural::counted;
use lumisift::settings::Dirs;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::Outcome;
use super::args::{Common, Folders, Watch};
use super::library::{job_options, open_library};
use super::output::{say, say_failures};

/// How long nothing must happen in the folders before they are looked at, and how long that is waited for at most.
const QUIET: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(30);
/// How often folders are looked at though nothing was told of them: network shares tell nothing.
const POLL: Duration = Duration::from_secs(60);

/// `lumisift watch`.
pub fn run(common: &Common, args: &Watch) -> anyhow::Result<Outcome> {
    let rules = read_rules(&args.rules)?;
    let opened = open_library(common)?;
    let dirs = Dirs::detect();
    let mut handled = Handled::open(&log_path(&dirs, &args.rules))?;
    let job = |paths: Vec<PathBuf>| {
        let folders = Folders {
            paths,
            no_subfolders: args.no_subfolders,
            hidden: false,
            no_video: false,
        };
        job_options(common, &opened.settings, &folders)
    };
    let options = RoundOptions {
        job: &job,
        journals: &dirs.journals(),
        settle: Duration::from_secs(args.settle),
        dry_run: args.dry_run,
    };
    let ends = args.once || args.dry_run;
    let (told, events) = bounded(1);
    // It watches as long as it lives.
    let _watcher = (!ends).then(|| watcher(&rules, told));
    loop {
        let round = opened
            .library
            .living_round(&rules, &mut handled, &options, &Cancel::default());
        let waiting = match round {
            Ok(round) => {
                tell(&round, args.dry_run);
                if ends {
                    return Ok(match round.failures.is_empty() {
                        true => Outcome::Fine,
                        false => Outcome::SomeFailed,
                    });
                }
                round.waiting > 0
            }
            Err(error) if ends => return Err(error.into()),
            // A disk that is away may come back.
            Err(error) => {
                say(error);
                false
            }
        };
        let soon = options.settle.max(QUIET);
        wait(&events, if waiting { soon } else { POLL });
    }
}

/// Where decisions are noted: one log for each file of rules.
fn log_path(dirs: &Dirs, rules: &Path) -> PathBuf {
    let hash = blake3::hash(rules.as_os_str().as_encoded_bytes()).to_hex();
    dirs.state
        .join("watch")
        .join(format!("{}.jsonl", &hash[..16]))
}

/// Tells `told` whenever something happens in the folders of rules.
fn watcher(
    rules: &[FolderRule],
    told: crossbeam_channel::Sender<()>,
) -> Option<RecommendedWatcher> {
    let tell = move |_: notify::Result<notify::Event>| {
        // One that waits already is enough.
        let _ = told.try_send(());
    };
    let poll = "the folders are looked at once a minute instead";
    let mut watcher = match notify::recommended_watcher(tell) {
        Ok(watcher) => watcher,
        Err(error) => {
            say(format_args!(
                "the system does not tell of changes ({error}): {poll}"
            ));
            return None;
        }
    };
    for folder in rules.iter().flat_map(|rule| &rule.folders) {
        if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive) {
            say(format_args!("{}: {error}: {poll}", folder.display()));
        }
    }
    Some(watcher)
}

/// Waits until something happened and it is quiet again, for `most` at most if nothing does.
fn wait(events: &Receiver<()>, most: Duration) {
    if events.recv_timeout(most).is_err() {
        // Without a watcher the channel is closed at once.
        if let Err(RecvTimeoutError::Disconnected) = events.recv_timeout(Duration::ZERO) {
            std::thread::sleep(most);
        }
        return;
    }
    let since = Instant::now();
    while since.elapsed() < PATIENCE && events.recv_timeout(QUIET).is_ok() {}
}

fn tell(round: &Round, dry_run: bool) {
    for (rule, from, to) in &round.brought {
        say(format_args!(
            "{rule}: {} -> {}",
            from.display(),
            to.display()
        ));
    }
    let count = round.brought.len();
    if count + round.fitting_none > 0 {
        let done = match (dry_run, count) {
            (true, _) => "would be brought; nothing was done",
            (false, 1) => "was brought",
            (false, _) => "were brought",
        };
        say(format_args!(
            "{} {done}; {} no rule",
            counted(count, "photo", "photos"),
            counted(round.fitting_none, "photo fits", "photos fit")
        ));
    }
    if round.waiting > 0 {
        let files = counted(round.waiting, "file is", "files are");
        say(format_args!("{files} still being written"));
    }
    say_failures(&round.failures);
}
