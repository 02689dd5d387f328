//! Decisions survive any damage to their database, which affects only commands that need them.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;

use common::{json, lumisift, photos};
use lumisift::engine::media::photo::ContentId;
use lumisift::engine::organize::marks::{self, Flag, Mark, Marks, Recovery};

const PICK: Mark = Mark {
    flag: Flag::Pick,
    stars: 3,
    colour: None,
};

#[test]
fn a_damaged_database_is_kept_aside_and_what_can_be_read_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("marks.db");
    let contents: Vec<ContentId> = (0..2000u32)
        .map(|n| ContentId::of(&n.to_le_bytes()))
        .collect();
    let all: Vec<_> = contents.iter().map(|c| (*c, Some(PICK))).collect();
    Marks::open(&path).expect("opened").set(&all).expect("set");
    let sound = fs::read(&path).expect("read");
    // A page in the middle that is not the root.
    let page = sound.len() / 4096 / 2 * 4096;
    let mut bytes = sound.clone();
    bytes[page..page + 4096].fill(0xFF);
    fs::write(&path, &bytes).expect("written");
    let marks = Marks::open(&path).expect("opened");
    let notice = marks.notice().expect("a notice");
    assert!(notice.contains("set aside"), "{notice}");
    let read = marks.all().expect("read");
    assert!(read.len() > 1000, "{} of 2000 could be read", read.len());
    assert!(read.values().all(|mark| *mark == PICK));
    let aside = fs::read_dir(dir.path())
        .expect("listed")
        .flatten()
        .find(|file| file.file_name().to_string_lossy().contains("damaged"))
        .expect("kept");
    assert_eq!(fs::read(aside.path()).expect("read"), bytes);
    // Not a database at all.
    drop(marks);
    fs::write(&path, b"nothing that SQLite knows").expect("written");
    let marks = Marks::open(&path).expect("opened");
    assert!(marks.notice().is_some());
    assert!(marks.all().expect("read").is_empty());
}

#[test]
fn decisions_that_wait_count_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("marks.db");
    let (a, b) = (ContentId([1; 32]), ContentId([2; 32]));
    let (none, notice) = marks::read_all(&path).expect("read");
    assert!(none.is_empty() && notice.is_none() && !path.exists());
    Marks::open(&path)
        .expect("opened")
        .set(&[(a, Some(PICK))])
        .expect("set");
    Recovery::beside(&path)
        .append(&[(a, None), (b, Some(PICK))])
        .expect("kept");
    let (all, _) = marks::read_all(&path).expect("read");
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [(b, PICK)]);
}

#[cfg(unix)]
#[test]
fn only_the_person_may_read_decisions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("marks.db");
    let marks = Marks::open(&path).expect("opened");
    Recovery::beside(&path)
        .append(&[(ContentId([1; 32]), None)])
        .expect("kept");
    let files = fs::read_dir(dir.path()).expect("listed").flatten();
    for file in files {
        let mode = file.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
    }
    drop(marks);
    // A database of an earlier version, which other users could read.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    drop(Marks::open(&path).expect("opened"));
    let mode = path.metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn decisions_that_cannot_be_read_hold_up_only_what_asks_for_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    // Nobody can open a folder as a database, not even root.
    fs::create_dir_all(dir.path().join("data/marks.db")).expect("made");
    let sort = || {
        let mut command = lumisift(dir.path());
        command.arg("sort").arg(&folder).args(["--label", "a wall"]);
        command
    };
    let (report, code, errors) = json(&mut sort());
    assert_eq!(code, 0, "{errors}");
    assert_eq!(report["photos"].as_array().expect("photos").len(), 3);
    assert!(
        errors.contains("marks.db") && errors.contains("continuing without them"),
        "{errors}"
    );
    let output = sort().arg("--picked").output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("marks.db"), "{errors}");
}
