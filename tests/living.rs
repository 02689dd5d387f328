//! Folders in which what arrives is sorted by rules.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{lumisift, samples};

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

/// What a round says, and its exit code.
fn round(home: &Path, rules: &Path, arguments: &[&str]) -> (String, i32) {
    let mut command = lumisift(home);
    command.arg("watch").arg(rules).args(arguments);
    let output = command.output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (said, output.status.code().expect("an exit code"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_arrives_is_brought_once_and_can_be_taken_back() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let rules = rules(home, "min_match = 0.5\n");
    let now = ["--once", "--settle", "0"];
    arrive(home, "cat.jpg");
    arrive(home, "rocket.jpg");
    let (said, code) = round(home, &rules, &["--dry-run", "--settle", "0"]);
    assert_eq!((code, names(&home.join("out")).len()), (0, 0), "{said}");
    assert!(said.contains("1 photo would be brought"), "{said}");
    let (said, code) = round(home, &rules, &now);
    assert_eq!(code, 0, "{said}");
    assert_eq!(names(&home.join("out")), ["cat.jpg"], "{said}");
    // A restart does nothing twice, also of what a person removed.
    fs::remove_file(home.join("out/cat.jpg")).expect("removed");
    let (said, _) = round(home, &rules, &now);
    assert!(names(&home.join("out")).is_empty(), "{said}");
    // The same content under another name is the same photo.
    fs::copy(home.join("in/cat.jpg"), home.join("in/again.jpg")).expect("copied");
    let (said, _) = round(home, &rules, &now);
    assert!(names(&home.join("out")).is_empty(), "{said}");
    let logs = names(&home.join("state/watch"));
    let log = fs::read_to_string(home.join("state/watch").join(&logs[0])).expect("a log");
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("cats") && log.contains("out/cat.jpg"), "{log}");
}

#[test]
fn files_that_are_being_written_wait() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let rules = rules(home, "");
    arrive(home, "cat.jpg");
    let (said, code) = round(home, &rules, &["--once", "--settle", "3600"]);
    assert_eq!((code, names(&home.join("out")).len()), (0, 0), "{said}");
    assert!(said.contains("1 file is still being written"), "{said}");
    // Half of a photo is none, and the whole one is brought when it is there.
    let whole = fs::read(samples().join("cat.jpg")).expect("read");
    fs::write(home.join("in/cat.jpg"), &whole[..200]).expect("written");
    let (said, code) = round(home, &rules, &["--once", "--settle", "0"]);
    assert_eq!((code, names(&home.join("out")).len()), (1, 0), "{said}");
    fs::write(home.join("in/cat.jpg"), &whole).expect("written");
    let (said, code) = round(home, &rules, &["--once", "--settle", "0"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(names(&home.join("out")), ["cat.jpg"]);
}

#[test]
fn moved_photos_come_back_by_undo_and_faulty_rules_are_told() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let path = rules(home, "move = true\nlayout = \"label\"\n");
    arrive(home, "cat.jpg");
    let (said, code) = round(home, &path, &["--once", "--settle", "0"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(names(&home.join("out/cat")), ["cat.jpg"]);
    assert!(names(&home.join("in")).is_empty());
    let undone = lumisift(home).arg("undo").output().expect("runs");
    assert!(undone.status.success());
    assert_eq!(names(&home.join("in")), ["cat.jpg"]);
    let faulty = rules(home, "colour = \"red\"\n");
    let (said, code) = round(home, &faulty, &["--once"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("rules.toml") && said.contains("colour"),
        "{said}"
    );
}
