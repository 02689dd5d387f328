//! How the window works with folders, settings, models and other programs, and how it fails.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use common::ColourModel;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command};
use lumisift::app::document::state::SessionState;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::media::preprocess::Crop;
use std::fs;
use std::sync::Arc;
use window::{Dropped, Setup, add_label, coloured, colours};

#[test]
fn dropped_and_chosen_folders_are_opened_beside_each_other() {
    let (dir, mut window) = coloured();
    let other = tempfile::tempdir().expect("a folder");
    colours(other.path(), 1);
    // These have the same content as the open photos, so they are copies.
    let dropped = Arc::new(Dropped(other.path().into()));
    window.harness.input_mut().dropped_files.push(dropped);
    window.harness.step();
    window.read(12);
    let third = tempfile::tempdir().expect("a folder");
    colours(third.path(), 2);
    *window.desktop.chosen.lock().expect("no panic") = vec![third.path().into()];
    window.keys(Modifiers::COMMAND, Key::O);
    window.until("the third folder", |w| w.state().memory.roots.len() == 3);
    window.read(18);
    window.command(Command::CloseFolder(dir.path().into()));
    window.read(9);
    window.until("the folders", |w| w.state().memory.recent.len() == 3);
}

#[test]
fn hovering_files_shows_where_they_go_and_nothing_is_opened_yet() {
    let (_dir, mut window) = coloured();
    let hovered = egui::HoveredFile {
        path: Some("/photos".into()),
        ..egui::HoveredFile::default()
    };
    window.harness.input_mut().hovered_files.push(hovered);
    window.harness.step();
    assert_eq!(window.state().memory.roots.len(), 1);
}

#[test]
fn new_and_deleted_photos_are_noticed_when_the_window_is_looked_at() {
    let (dir, mut window) = coloured();
    window.click("red 1.png");
    fs::remove_file(dir.path().join("blue 2.png")).expect("deleted");
    fs::write(dir.path().join("broken.jpg"), b"\xff\xd8\xffnothing").expect("written");
    window.harness.input_mut().focused = false;
    window.harness.step();
    window.harness.input_mut().focused = true;
    window.harness.step();
    window.until("the change", |w| w.state().failure_count() == 1);
    window.read(9);
    assert_eq!(window.selected(), ["red 1.png"], "the selection follows");
    window.click("1 could not be read");
    assert!(window.has_containing("broken.jpg"));
    window.click("Copy the list");
    window.click("Close");
    assert!(window.has_containing("broken.jpg, problem:"));
    fs::remove_file(dir.path().join("broken.jpg")).expect("deleted");
    window.act(Action::Rescan);
    window.read(8);
    assert_eq!(window.state().failure_count(), 0);
}

#[test]
fn a_missing_folder_is_reported_and_its_photos_stay() {
    let (dir, mut window) = coloured();
    let gone = dir.path().to_path_buf();
    drop(dir);
    window.act(Action::Rescan);
    window.until("a message", |w| !w.state().notices.is_empty());
    assert!(
        window.state().notices[0]
            .text
            .contains(&gone.display().to_string())
    );
    assert_eq!(window.state().library.len(), 9);
    window.finish_layout();
    window.click("Dismiss");
    assert!(window.state().notices.is_empty());
}

#[test]
fn settings_are_kept_and_come_back() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.keys(Modifiers::COMMAND, Key::Comma);
    window.until("the store's size", |w| w.state().store_size.is_some());
    assert!(window.has_containing("9 photos known"));
    window.click("Light");
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Light);
    window.click("Clear…");
    window.click("Clear the store");
    window.read(9);
    assert_eq!(window.state().dialog, None);
    let home = window.home();
    let mut app = window.harness.into_state();
    eframe::App::on_exit(&mut app, None);
    drop(app);
    let mut setup = Setup::new(Vec::new());
    setup.home = home;
    let mut window = setup.open();
    window.read(9);
    let state = window.state();
    assert_eq!(state.memory.labels[0].text, "red");
    assert_eq!(state.settings.theme, lumisift::settings::Theme::Light);
    assert_eq!(state.response.arrangement.counts, [3]);
}

#[test]
fn broken_settings_are_set_aside_with_a_message() {
    let mut setup = Setup::new(Vec::new());
    // Without a readable file, the welcome dialog is shown.
    setup.lists_languages = true;
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("settings.json"), "{ broken").expect("written");
    fs::write(config.join("window.json"), "[1, 2").expect("written");
    let mut window = setup.open();
    window.harness.step();
    assert_eq!(window.state().notices.len(), 2);
    assert!(window.has_containing("set aside"));
}

#[test]
fn a_model_that_cannot_be_loaded_is_reported_with_what_to_do() {
    let mut setup = Setup::new(Vec::new());
    setup.starter = true;
    let config = setup.home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    let settings = r#"{ "model": "/not/there" }"#;
    fs::write(config.join("settings.json"), settings).expect("written");
    let mut window = setup.open();
    window.until("a message", |w| {
        matches!(w.state().session, SessionState::Failed(_))
    });
    assert!(window.has_containing("Choose another model or store in the settings"));
}

#[test]
fn reading_can_be_held_up_and_stopped() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 400);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.until("a job", |w| w.state().work.is_running());
    window.act(Action::Pause);
    assert!(window.state().work.is_paused());
    window.harness.step();
    let paused = window.harness.get_by_label("Paused");
    let toggled = paused.accesskit_node().toggled();
    assert_eq!(toggled, Some(egui::accesskit::Toggled::True));
    window.act(Action::Cancel);
    window.until("the end", |w| w.state().work.summary.is_some());
    let summary = window.state().work.summary.clone().expect("a summary");
    assert!(summary.cancelled && window.state().library.len() < 400);
    window.act(Action::Rescan);
    window.read(400);
}

#[test]
fn other_programs_are_asked_and_their_refusal_is_reported() {
    let (dir, mut window) = coloured();
    window.click("red 1.png");
    window.keys(Modifiers::COMMAND, Key::Enter);
    let desktop = window.desktop.clone();
    window.until("another program", move |_| {
        !desktop.shown.lock().expect("no panic").is_empty()
    });
    let shown = window.desktop.shown.lock().expect("no panic").clone();
    assert_eq!(shown, [dir.path().join("red 1.png")]);
    window.act(Action::Reveal);
    window.until("a message", |w| !w.state().notices.is_empty());
    assert!(window.state().notices[0].text.contains("no file manager"));
}

#[test]
fn a_window_at_rest_asks_for_no_frames() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    // Settings are written a moment after they change, which is the one frame that is still due.
    window.harness.run();
    let viewport = &window.harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert!(viewport.repaint_delay > std::time::Duration::ZERO);
}

/// The quick model, which panics over one word.
struct FailingModel(ColourModel);

impl Model for FailingModel {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        self.0.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        assert!(
            !texts.iter().any(|text| text.contains("boom")),
            "as the test wants"
        );
        self.0.embed_texts(texts)
    }
}

#[test]
fn a_panic_in_a_thread_becomes_a_message() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.load = Some(Arc::new(|_| Ok(Arc::new(FailingModel(ColourModel::new())))));
    let mut window = setup.open();
    window.read(3);
    window.command(Command::AddLabels("boom".into()));
    assert!(window.state().notices[0].text.contains("This is a bug"));
    assert_eq!(window.shown().len(), 3, "the photos are still there");
    window.command(Command::RemoveLabel(1));
    window.command(Command::AddLabels("red".into()));
    assert_eq!(
        window.state().response.arrangement.counts,
        [1],
        "and it goes on"
    );

    let mut setup = Setup::new(Vec::new());
    setup.load = Some(Arc::new(|_| panic!("as the test wants")));
    let mut window = setup.open();
    window.until("a message", |w| {
        matches!(w.state().session, SessionState::Failed(_))
    });
    assert!(window.has("Settings…"));
}
