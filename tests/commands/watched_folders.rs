//! Watched folders in which rules sort new files.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::common::names;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use common::{ColourModel, lumisift, photos, samples};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::JobOptions;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::library::{HandledLog, Library, RoundOptions, WatchRound, read_rules};
use lumisift::engine::organize::export::Exporter;
use lumisift::engine::organize::export::ops::{Disk, Ops};

fn rules(home: &Path, more: &str) -> PathBuf {
    fs::create_dir_all(home.join("in")).expect("made");
    let path = home.join("rules.toml");
    let text = format!(
        "[[rule]]\nname = \"cats\"\nfolders = [\"in\"]\nlabel = \"cat\"\nto = \"out\"\n{more}"
    );
    fs::write(&path, text).expect("written");
    path
}

fn arrive(home: &Path, name: &str) {
    fs::copy(samples().join(name), home.join("in").join(name)).expect("copied");
}

/// The output of a round, and its exit code.
fn round(home: &Path, rules: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = lumisift(home);
    command.arg("watch").arg(rules).args(arguments);
    let output = command.output().expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (stderr, output.status.code().expect("an exit code"))
}

#[test]
fn new_photos_are_exported_once_even_if_they_change_later() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let rules = rules(home, "min_match = 0.5\n");
    let now = ["--once", "--settle", "0"];
    arrive(home, "cat.jpg");
    arrive(home, "rocket.jpg");
    let (stderr, code) = round(home, &rules, &["--dry-run", "--settle", "0"]);
    assert_eq!((code, names(&home.join("out")).len()), (0, 0), "{stderr}");
    assert!(
        stderr.contains("1 photo would be copied, 1 matches no rule (dry run)"),
        "{stderr}"
    );
    assert!(!home.join("state/watch").exists());
    let (stderr, code) = round(home, &rules, &now);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stderr.contains("1 photo copied, 1 matches no rule"),
        "{stderr}"
    );
    assert_eq!(names(&home.join("out")), ["cat.jpg"], "{stderr}");
    // After a restart nothing is done twice, even if the result was removed.
    fs::remove_file(home.join("out/cat.jpg")).expect("removed");
    let (stderr, _) = round(home, &rules, &now);
    assert!(names(&home.join("out")).is_empty(), "{stderr}");
    // The same content under another name is the same photo.
    fs::copy(home.join("in/cat.jpg"), home.join("in/again.jpg")).expect("copied");
    let (stderr, _) = round(home, &rules, &now);
    assert!(names(&home.join("out")).is_empty(), "{stderr}");
    // The same applies to the same rule in another file.
    let copy = home.join("copy.toml");
    fs::copy(&rules, &copy).expect("copied");
    let (stderr, _) = round(home, &copy, &now);
    assert!(names(&home.join("out")).is_empty(), "{stderr}");
    let log = home.join("state/watch/decisions.jsonl");
    let log = fs::read_to_string(log).expect("a log");
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("cats") && log.contains("out/cat.jpg"), "{log}");
}

#[test]
fn another_layout_decides_anew() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let now = ["--once", "--settle", "0"];
    let flat = rules(home, "");
    arrive(home, "cat.jpg");
    let (stderr, _) = round(home, &flat, &now);
    assert_eq!(names(&home.join("out")), ["cat.jpg"], "{stderr}");
    let divided = rules(home, "layout = \"label\"\n");
    let (stderr, _) = round(home, &divided, &now);
    assert_eq!(names(&home.join("out/cat")), ["cat.jpg"], "{stderr}");
    // Nothing is decided again as long as the rule stays as it is.
    fs::remove_file(home.join("out/cat/cat.jpg")).expect("removed");
    let (stderr, _) = round(home, &divided, &now);
    assert!(names(&home.join("out/cat")).is_empty(), "{stderr}");
}

#[test]
fn files_that_are_being_written_wait() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let rules = rules(home, "");
    arrive(home, "cat.jpg");
    let (stderr, code) = round(home, &rules, &["--once", "--settle", "3600"]);
    assert_eq!((code, names(&home.join("out")).len()), (0, 0), "{stderr}");
    assert!(stderr.contains("1 file is still being written"), "{stderr}");
    let (stderr, code) = round(home, &rules, &["--dry-run", "--settle", "3600"]);
    assert_eq!((code, names(&home.join("out")).len()), (0, 0), "{stderr}");
    for message in ["1 photo would be copied", "1 file is still being written"] {
        assert!(stderr.contains(message), "{stderr}");
    }
    // A partially written photo is not transferred, even if a part of it can be shown; the complete one is.
    let whole = fs::read(samples().join("cat.jpg")).expect("read");
    fs::write(home.join("in/cat.jpg"), &whole[..whole.len() / 2]).expect("written");
    let (stderr, _) = round(home, &rules, &["--once", "--settle", "0"]);
    assert!(names(&home.join("out")).is_empty(), "{stderr}");
    assert!(stderr.contains("1 file is still being written"), "{stderr}");
    fs::write(home.join("in/cat.jpg"), &whole[..200]).expect("written");
    let (stderr, code) = round(home, &rules, &["--once", "--settle", "0"]);
    assert_eq!((code, names(&home.join("out")).len()), (1, 0), "{stderr}");
    fs::write(home.join("in/cat.jpg"), &whole).expect("written");
    let (stderr, code) = round(home, &rules, &["--once", "--settle", "0"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(names(&home.join("out")), ["cat.jpg"]);
}

#[test]
fn an_unreadable_file_is_reported_only_when_it_is_complete() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let rules = rules(home, "");
    let whole = fs::read(samples().join("cat.jpg")).expect("read");
    fs::write(home.join("in/cat.jpg"), &whole[..200]).expect("written");
    for run in ["--once", "--dry-run"] {
        let (stderr, code) = round(home, &rules, &[run, "--settle", "3600"]);
        assert_eq!(code, 0, "{stderr}");
        assert!(stderr.contains("1 file is still being written"), "{stderr}");
        assert!(!stderr.contains("cat.jpg"), "{stderr}");
    }
    let (stderr, code) = round(home, &rules, &["--once", "--settle", "0"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("cat.jpg"), "{stderr}");
}

#[test]
fn undo_restores_moved_photos_and_invalid_rules_are_reported() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let path = rules(home, "move = true\nlayout = \"label\"\n");
    arrive(home, "cat.jpg");
    let (stderr, code) = round(home, &path, &["--once", "--settle", "0"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(names(&home.join("out/cat")), ["cat.jpg"]);
    assert!(names(&home.join("in")).is_empty());
    let undone = lumisift(home).arg("undo").output().expect("runs");
    assert!(undone.status.success());
    assert_eq!(names(&home.join("in")), ["cat.jpg"]);
    let faulty = rules(home, "colour = \"red\"\n");
    let (stderr, code) = round(home, &faulty, &["--once"]);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("rules.toml") && stderr.contains("colour"),
        "{stderr}"
    );
}

#[test]
fn a_rule_that_cannot_be_carried_out_does_not_keep_others_from_it() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let path = rules(home, "");
    let good = fs::read_to_string(&path).expect("rules");
    fs::write(home.join("file"), b"no folder").expect("written");
    let bad = good.replace("cats", "bad").replace("\"out\"", "\"file\"");
    fs::write(&path, format!("{bad}{good}")).expect("written");
    arrive(home, "cat.jpg");
    let (stderr, code) = round(home, &path, &["--once", "--settle", "0"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("rule \"bad\""), "{stderr}");
    assert_eq!(names(&home.join("out")), ["cat.jpg"], "{stderr}");
}

#[test]
fn rules_that_mark_are_skipped_and_watching_needs_another_rule() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let path = rules(home, "");
    let copies = fs::read_to_string(&path).expect("rules");
    let marks = copies
        .replace("cats", "picks")
        .replace("to = \"out\"", "mark = \"pick\"");
    let off = format!("{copies}enabled = false\n");
    arrive(home, "cat.jpg");
    for none in [off.clone(), marks.clone(), format!("{off}{marks}")] {
        fs::write(&path, none).expect("written");
        // Without `--once`, which would end it in any case.
        let (stderr, code) = round(home, &path, &["--settle", "0"]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("no rule that copies or moves"), "{stderr}");
        assert!(!home.join("state/watch").exists(), "{stderr}");
    }
    fs::write(&path, format!("{marks}{copies}")).expect("written");
    let (stderr, code) = round(home, &path, &["--once", "--settle", "0"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("rule \"picks\" marks photos"), "{stderr}");
    assert_eq!(names(&home.join("out")), ["cat.jpg"], "{stderr}");
}

/// A disk with room for this many files.
struct Small(AtomicUsize);

impl Ops for Small {
    fn create(&self, path: &Path) -> io::Result<File> {
        let is_photo = !path.components().any(|part| part.as_os_str() == "journals");
        let left = |left: usize| left.checked_sub(usize::from(is_photo));
        let taken = (self.0).fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
        taken.map_err(|_| io::ErrorKind::StorageFull)?;
        Disk.create(path)
    }
}

/// A library that knows colours, with a rule that all photos fit.
struct World {
    home: tempfile::TempDir,
    library: Library,
    handled: HandledLog,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        rules(home.path(), "min_match = 0.0\n");
        let store = home.path().join("store");
        let model = Arc::new(ColourModel::new());
        let limits = StoreLimits::megabytes(None);
        let library = Library::with_model(model, &store, limits).expect("a library");
        let handled = HandledLog::open(&home.path().join("log.jsonl")).expect("a log");
        Self {
            home,
            library,
            handled,
        }
    }

    fn round(&mut self, ops: &dyn Ops) -> WatchRound {
        let home = self.home.path();
        let journals = home.join("journals");
        let rules = read_rules(&home.join("rules.toml")).expect("rules");
        let options = RoundOptions {
            job: &|paths| JobOptions::new(paths),
            exporter: Exporter::with(&journals, ops, 1),
            settle: Duration::ZERO,
            dry_run: false,
            marks: None,
        };
        let handled = &mut self.handled;
        (self.library).run_rules_once(&rules, handled, &options, &Cancel::default())
    }
}

#[test]
fn photos_not_reached_by_a_stopped_export_are_exported_later() {
    let mut world = World::new();
    photos(&world.home.path().join("in"), 5);
    let round = world.round(&Small(AtomicUsize::new(2)));
    assert_eq!(
        (round.arrivals.len(), round.stopped.len()),
        (2, 1),
        "{round:?}"
    );
    let problem = |failure: &&_| {
        let failure: &lumisift::engine::media::photo::Failure = failure;
        failure.path == world.home.path().join("out") && failure.message.contains("disk is full")
    };
    assert_eq!(
        round.failures.iter().filter(problem).count(),
        1,
        "{round:?}"
    );
    assert!(!round.is_success());
    // A photo that was transferred is not processed again, even if it was removed at the target.
    let first = &round.arrivals[0].target;
    fs::remove_file(first).expect("removed");
    let round = world.round(&Disk);
    assert_eq!(round.arrivals.len(), 3, "{round:?}");
    assert!(round.is_success() && !first.exists(), "{round:?}");
    assert_eq!(names(&world.home.path().join("out")).len(), 4);
    assert!(world.round(&Disk).arrivals.is_empty());
}

#[test]
fn a_truncated_photo_is_due_after_ten_minutes() {
    let mut world = World::new();
    let folder = world.home.path().join("in");
    photos(&folder, 1);
    let round = world.round(&Disk);
    assert_eq!((round.arrivals.len(), round.next_due), (1, None));
    let whole = fs::read(samples().join("cat.jpg")).expect("read");
    fs::write(folder.join("cat.jpg"), &whole[..whole.len() / 2]).expect("written");
    let round = world.round(&Disk);
    assert_eq!(round.waiting.len(), 1, "{round:?}");
    let due = round.next_due.expect("a waiting file");
    let left = due.saturating_duration_since(Instant::now());
    let minute = Duration::from_secs(60);
    assert!(left > 5 * minute && left <= 10 * minute, "{left:?}");
}

#[test]
fn photos_already_at_the_target_count_as_exported_but_companions_do_not() {
    let mut world = World::new();
    let (from, to) = (world.home.path().join("in"), world.home.path().join("out"));
    photos(&from, 2);
    fs::write(from.join("photo-00000.xmp"), b"<x:xmpmeta/>").expect("written");
    fs::create_dir_all(&to).expect("made");
    for name in ["photo-00000.png", "photo-00000.xmp"] {
        fs::copy(from.join(name), to.join(name)).expect("copied");
    }
    let round = world.round(&Disk);
    let there = |there: bool| {
        round
            .arrivals
            .iter()
            .filter(|a| a.already_present == there)
            .count()
    };
    assert_eq!((there(true), there(false)), (1, 1), "{round:?}");
    assert!(world.round(&Disk).arrivals.is_empty());
}

#[test]
fn photos_matching_another_rule_are_not_unmatched_and_duplicates_are_exported_once() {
    let mut world = World::new();
    let home = world.home.path().to_path_buf();
    photos(&home.join("in"), 3);
    let names = names(&home.join("in"));
    fs::copy(home.join("in").join(&names[0]), home.join("in/twin.png")).expect("copied");
    let path = home.join("rules.toml");
    let all = fs::read_to_string(&path).expect("rules");
    // A threshold that no photo reaches.
    let none = all.replace("0.0", "1.0").replace("cats", "none");
    fs::write(&path, format!("{none}{all}")).expect("written");
    let round = world.round(&Disk);
    assert_eq!(round.arrivals.len(), 3, "{round:?}");
    assert_eq!(round.unmatched, 0, "{round:?}");
    assert!(world.round(&Disk).arrivals.is_empty());
}

#[test]
fn photos_are_moved_only_after_the_other_rules_were_applied() {
    let mut world = World::new();
    let home = world.home.path().to_path_buf();
    photos(&home.join("in"), 2);
    let arrived = names(&home.join("in"));
    let path = home.join("rules.toml");
    let copies = fs::read_to_string(&path).expect("rules");
    let moves = copies
        .replace("cats", "moves")
        .replace("\"out\"", "\"moved\"");
    fs::write(&path, format!("{moves}move = true\n{copies}")).expect("written");
    let round = world.round(&Disk);
    assert!(round.is_success(), "{round:?}");
    assert_eq!(names(&home.join("out")), arrived);
    assert_eq!(names(&home.join("moved")), arrived);
    assert!(names(&home.join("in")).is_empty());
    assert!(world.round(&Disk).arrivals.is_empty());
}

#[test]
fn a_target_inside_a_watched_folder_is_not_sorted_again() {
    for more in ["", "move = true\n"] {
        let mut world = World::new();
        let home = world.home.path().to_path_buf();
        photos(&home.join("in"), 2);
        let arrived = names(&home.join("in"));
        let path = home.join("rules.toml");
        let rule = fs::read_to_string(&path).expect("rules");
        let inside = rule.replace("\"out\"", "\"in/sorted\"");
        fs::write(&path, format!("{inside}{more}")).expect("written");
        assert_eq!(world.round(&Disk).arrivals.len(), 2);
        assert!(world.round(&Disk).arrivals.is_empty());
        assert_eq!(names(&home.join("in/sorted")), arrived);
    }
}

#[test]
fn a_watcher_exports_new_photos_and_reports_problems_once() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let path = rules(home, "");
    arrive(home, "cat.jpg");
    fs::write(home.join("in/broken.jpg"), b"no photo").expect("written");
    let mut command = lumisift(home);
    command.arg("watch").arg(&path).args(["--settle", "0"]);
    let mut child = (command.stderr(Stdio::piped())).spawn().expect("runs");
    let (sender, lines) = channel();
    let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let reader = std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let mut messages = Vec::new();
    let mut wait_for = |text: &str| {
        while !messages.iter().any(|line: &String| line.contains(text)) {
            // Longer than the minute after which folders are checked in any case.
            match lines.recv_timeout(Duration::from_secs(240)) {
                Ok(line) => messages.push(line),
                Err(_) => return false,
            }
        }
        true
    };
    let mut seen = wait_for("broken.jpg");
    // In one step, as programs that download do.
    let other = fs::read(samples().join("cat.jpg")).expect("read");
    let other = [other.as_slice(), b"and something else"].concat();
    fs::write(home.join("part"), &other).expect("written");
    fs::rename(home.join("part"), home.join("in/late.jpg")).expect("renamed");
    seen = seen && wait_for("late.jpg");
    // New rules apply from the next round on.
    let changed = fs::read_to_string(&path).expect("rules");
    fs::write(&path, changed.replace("\"out\"", "\"elsewhere\"")).expect("written");
    fs::write(home.join("in/notes.txt"), b"a change").expect("written");
    seen = seen && wait_for("elsewhere");
    child.kill().expect("killed");
    child.wait().expect("ended");
    reader.join().expect("read");
    messages.extend(lines.try_iter());
    assert!(seen, "{messages:?}");
    for folder in ["out", "elsewhere"] {
        assert_eq!(names(&home.join(folder)), ["cat.jpg", "late.jpg"]);
    }
    let broken = messages.iter().filter(|line| line.contains("broken.jpg"));
    assert_eq!(broken.count(), 1, "{messages:?}");
}
