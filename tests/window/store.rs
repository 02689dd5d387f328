//! The window when its databases cannot be used, and when another process rebuilds the store.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;

use lumisift::app::command::{Action, Command};
use lumisift::engine::index::store::Store;
use lumisift::engine::organize::marks::Flag;
use window::{Setup, add_label, coloured, colours};

fn is_pick(window: &window::Window) -> bool {
    let library = &window.state().library;
    (0..library.len() as u32).any(|id| library.mark(id).flag == Flag::Pick)
}

#[test]
fn decisions_are_kept_while_their_database_cannot_be_opened() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let setup = Setup::new(vec![dir.path().into()]);
    let home = setup.home.clone();
    let marks = home.path().join("data/marks.db");
    fs::create_dir_all(&marks).expect("made");
    let mut window = setup.open();
    window.read(3);
    assert!(window.has_containing("marks.db"));
    window.command(Command::SelectItems(vec![0], false));
    window.act(Action::Pick);
    window.until("the decision on the disk", |_| {
        home.path().join("data/marks.recovery.jsonl").exists()
    });
    window.until("a message", |w| w.has_containing("marks.recovery.jsonl"));
    // It stays, whatever else is done.
    window.act(Action::SelectNone);
    assert!(window.has_containing("marks.recovery.jsonl"));
    let mut app = window.harness.into_state();
    eframe::App::on_exit(&mut app, None);
    drop(app);
    // At the next start the decision is known, and as soon as the database can be opened it is stored there.
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.home = home.clone();
    let mut window = setup.open();
    window.read(3);
    assert!(is_pick(&window));
    fs::remove_dir(&marks).expect("removed");
    window.until("the end of the message", |w| {
        !w.has_containing("marks.recovery.jsonl")
    });
    assert!(marks.is_file());
    assert!(is_pick(&window));
}

#[test]
fn a_store_that_another_process_cleared_is_opened_again() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.settle();
    let counts = window.state().response.arrangement.counts.clone();
    let store = window.state().session().expect("a session").store().clone();
    Store::open(store.dir())
        .expect("opened")
        .clear()
        .expect("cleared");
    // The next query detects it.
    add_label(&mut window, "blue");
    window.until("another session", |w| {
        let session = w.state().session();
        session.is_some_and(|s| !std::sync::Arc::ptr_eq(s.store(), &store))
    });
    window.read(9);
    window.settle();
    assert_eq!(window.state().response.arrangement.counts[0], counts[0]);
    assert!(window.state().response.problems.iter().all(Option::is_none));
}
