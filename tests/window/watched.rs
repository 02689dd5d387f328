//! Open folders are watched: added and removed photos appear and disappear by themselves.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;

use window::{coloured, colours};

#[test]
fn photos_that_arrive_are_seen_and_those_that_go_are_not() {
    let (dir, mut window) = coloured();
    let elsewhere = tempfile::tempdir().expect("a folder");
    colours(elsewhere.path(), 1);
    fs::create_dir(dir.path().join("new")).expect("a folder");
    fs::copy(
        elsewhere.path().join("red 1.png"),
        dir.path().join("new/red.png"),
    )
    .expect("copied");
    window.until("the new photo", |w| w.state().library.len() == 10);
    fs::remove_file(dir.path().join("blue 1.png")).expect("removed");
    window.until("its end", |w| w.state().library.len() == 9);
    let gone = window.state().library.find(&dir.path().join("blue 1.png"));
    assert_eq!(gone, None);
}
