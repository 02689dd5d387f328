//! A second start, as seen by the open window.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::sync::Arc;

use lumisift::app::single_instance::{self, StartOutcome};
use lumisift::settings::Dirs;
use window::{Setup, colours};

#[test]
fn paths_of_a_second_start_are_shown_in_the_window_that_is_open() {
    let dir = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first", "second"].map(|name| dir.path().join(name));
    colours(&first, 1);
    colours(&second, 2);
    let mut window = Setup::new(vec![first]).open();
    window.read(3);
    let home = window.home();
    let dirs = Dirs::within(home.path());
    let StartOutcome::First(instance) = single_instance::start(&dirs, &[]) else {
        panic!("no window was open");
    };
    window.harness.state_mut().receive(Arc::new(instance));
    let start = std::thread::spawn(move || {
        let started = single_instance::start(&dirs, &[second]);
        matches!(started, StartOutcome::HandedOver)
    });
    window.until("photos of both folders", |window| {
        window.state().library.len() == 9
    });
    assert!(start.join().expect("no panic"), "it was handed over");
}
