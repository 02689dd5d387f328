//! The welcome dialog of the first start.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use lumisift::app::command::Action;
use lumisift::app::document::state::SessionState;
use lumisift::text::{LanguageChoice, Locale};
use window::{Setup, Window, colours};

/// A window that is opened for the first time.
fn first() -> Window {
    let mut setup = Setup::new(Vec::new());
    setup.welcome = true;
    let mut window = setup.open();
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    window.in_place();
    window
}

#[test]
fn a_first_start_asks_for_language_photos_and_model() {
    let mut window = first();
    assert!(window.has("Welcome to Lumisift") && window.has("Step 1 of 3"));
    window.click("Deutsch (draft)");
    let german = LanguageChoice::Chosen(Locale::German);
    assert_eq!(window.state().settings.language, german);
    window.click("English");
    window.click("Next");
    assert!(window.has("Step 2 of 3") && window.has("Drop a folder of photos onto this window"));
    window.click("Next");
    assert!(window.has("Step 3 of 3") && window.has("Starter"));
    window.until("models", |w| {
        w.has_containing("recommended for most people")
    });
    // The size, the licence and the source of a model are shown before it is downloaded.
    assert!(window.has_containing("Get SigLIP 2 B/32, 1.5 GB"));
    assert!(window.has_containing("Apache-2.0"));
    assert!(window.state().models.download.is_none(), "fetched unasked");
    window.click("Back");
    assert!(window.has("Step 2 of 3"));
    window.click("Next");
    window.click("Start");
    assert_eq!(window.state().dialog, None);
}

#[test]
fn photos_are_opened_from_the_welcome() {
    let mut window = first();
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    *window.desktop.chosen.lock().expect("no panic") = vec![dir.path().into()];
    window.click("Next");
    window.click("Choose a folder…");
    window.read(3);
    assert!(window.has("Step 3 of 3"));
}

#[test]
fn it_is_shown_once_and_whenever_it_is_asked_for() {
    let mut window = first();
    window.click("Skip");
    assert_eq!(window.state().dialog, None);
    let home = window.home();
    let file = home.path().join("config/window.json");
    window.until("what is kept", |_| {
        std::fs::read_to_string(&file).is_ok_and(|kept| kept.contains("\"was_welcomed\": true"))
    });
    drop(window);
    let mut setup = Setup::new(Vec::new());
    setup.home = home;
    setup.welcome = true;
    let mut window = setup.open();
    window.settle();
    assert_eq!(window.state().dialog, None);
    window.open_dialog(Action::Welcome);
    assert!(window.has("Step 1 of 3"));
}

#[test]
fn who_opens_photos_is_not_kept_waiting() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.welcome = true;
    let mut window = setup.open();
    window.read(3);
    assert_eq!(window.state().dialog, None);
}
