//! The window, driven as a person drives it, by the names that a screen reader says.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/window.rs"]
mod window;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use common::ColourModel;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::arrange::Heading;
use lumisift::app::command::{Action, Command};
use lumisift::app::filter::{Filter, Fit, SortKey, Sorting};
use lumisift::app::state::{Dialog, SessionState};
use lumisift::core::cancel::Cancel;
use lumisift::core::marks::Flag;
use lumisift::core::model::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::core::preprocess::Crop;
use window::{Setup, Window, colours};

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|e| e.to_string())
    }
}

/// A window on three red, green and blue photos each.
fn coloured() -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(9);
    (dir, window)
}

fn add_label(window: &mut Window, text: &str) {
    window.type_into("New label", text);
    window.key(Key::Enter);
}

#[test]
fn an_empty_window_says_what_to_do_and_offers_samples() {
    let mut window = Setup::new(Vec::new()).open();
    window.harness.run();
    assert!(window.has("Drop a folder of photos here"));
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    window.click("Try it with sample photos");
    window.read(14);
    assert!(window.shown().contains(&"cat.jpg".to_owned()));
    assert!(!window.state().memory.labels.is_empty());
}

#[test]
fn labels_sort_the_grid_and_count_while_they_are_typed() {
    let (_dir, mut window) = coloured();
    window.type_into("New label", "red");
    assert!(window.has_containing("red: 3 would fit"));
    assert!(window.state().memory.labels.is_empty(), "not kept yet");
    window.key(Key::Enter);
    add_label(&mut window, "green");
    let arrangement = &window.state().answer.arrangement;
    assert_eq!(arrangement.counts, [3, 3]);
    let groups: Vec<_> = arrangement
        .groups
        .iter()
        .map(|g| (g.heading, g.len))
        .collect();
    let headings = [Heading::Label(0), Heading::Label(1), Heading::SomethingElse];
    assert_eq!(groups, headings.map(|heading| (heading, 3)));
    assert!(window.shown()[0].starts_with("red"));
    assert!(window.has("Show only red: 3"));
    let named = window
        .harness
        .query_all_by_label_contains("red 1.png, red ");
    assert_eq!(named.count(), 1, "a photo's name says its label");
    // Every keystroke of an edit counts.
    window.type_into("Label green", "x");
    assert_eq!(window.state().memory.labels[1].text, "greenx");
    window.command(Command::RemoveLabel(1));
    assert_eq!(window.state().answer.labels.len(), 1);
    window.act(Action::Undo);
    assert_eq!(window.state().answer.labels.len(), 2);
}

#[test]
fn a_list_of_labels_can_be_pasted_and_kept_under_a_name() {
    let (_dir, mut window) = coloured();
    window.act(Action::PasteLabels);
    window.type_into("List of labels", "red, green");
    window.click("Add these labels");
    assert_eq!(window.state().memory.labels.len(), 2);
    window.act(Action::LabelSets);
    window.type_into("Name of the set", "colours");
    window.click("Keep the present labels");
    window.command(Command::Show(None));
    window.act(Action::ClearLabels);
    assert!(window.state().memory.labels.is_empty());
    window.act(Action::LabelSets);
    window.click("colours");
    assert_eq!(window.state().memory.labels.len(), 2);
    assert_eq!(window.state().dialog, None);
}

#[test]
fn a_pasted_list_becomes_labels() {
    let (_dir, mut window) = coloured();
    window.harness.get_by_label("New label").focus();
    window.harness.step();
    window
        .harness
        .event(egui::Event::Paste("red\ngreen\n".into()));
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels.len(), 2);
    assert!(window.state().draft.is_empty());
}

#[test]
fn the_photo_under_the_eye_stays_while_others_come() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 300);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(300);
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    window.key(Key::End);
    window.key(Key::PageUp);
    let name = window.selected()[0].clone();
    let before = window.harness.get_by_label(&name).rect();
    // These come before all others.
    for n in 0..40 {
        let image = image::RgbImage::from_pixel(16, 16, image::Rgb([n, 9, 9]));
        image
            .save(dir.path().join(format!("a{n}.png")))
            .expect("saved");
    }
    window.act(Action::Rescan);
    window.read(340);
    assert_eq!(
        window.harness.get_by_label(&name).rect().top(),
        before.top()
    );
    assert_eq!(window.selected(), [name]);
}

#[test]
fn thresholds_filters_and_orders_change_what_is_shown() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.click("Show only red: 3");
    assert_eq!(window.shown().len(), 3);
    assert!(window.has("3 of 9"));
    window.command(Command::SetMinMatch(1, 1.0));
    assert!(window.has("No photo fits the filters and the search"));
    window.click("Clear filters and search");
    assert_eq!(window.shown().len(), 9);
    window.command(Command::SetMinMatch(1, 0.2));
    window.command(Command::ToggleFit(Fit::Nothing));
    assert_eq!(window.shown().len(), 6, "something else");
    window.act(Action::ClearFilter);
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    assert_eq!(window.shown()[0], "blue 1.png");
    let filter = Filter {
        name: "GREEN".into(),
        ..Filter::default()
    };
    window.command(Command::FilterBy(filter));
    assert_eq!(
        window.shown(),
        ["green 1.png", "green 2.png", "green 3.png"]
    );
    window.command(Command::SetNegated(1, true));
    window.act(Action::ClearFilter);
    assert_eq!(window.state().answer.arrangement.counts, [3]);
}

#[test]
fn the_threshold_is_a_line_that_can_be_dragged() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    let line = window.harness.get_by_label("Threshold of red").rect();
    let at = |part: f32| egui::pos2(line.left() + line.width() * part, line.center().y);
    window.harness.hover_at(at(0.2));
    window.harness.step();
    window.harness.drag_at(at(0.2));
    window.harness.step();
    window.harness.hover_at(at(1.2));
    window.harness.step();
    window.harness.drop_at(at(1.2));
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].min_match, 1.0);
    assert_eq!(window.state().answer.arrangement.counts, [0]);
    // And moved with the keyboard.
    window.harness.get_by_label("Threshold of red").focus();
    window.harness.step();
    window.harness.key_press(Key::ArrowLeft);
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].min_match, 0.99);
}

#[test]
fn the_search_ranks_and_hides_what_does_not_fit() {
    let (dir, mut window) = coloured();
    window.type_into("Search", "blue");
    assert_eq!(window.state().memory.sorting.key, SortKey::Search);
    assert!(window.shown().len() < 9 && window.shown()[0].starts_with("blue"));
    window.click("Clear the search");
    assert_eq!(window.shown().len(), 9);
    assert_eq!(window.state().memory.sorting, Sorting::default());
    // Ctrl+F goes there from anywhere.
    window.keys(Modifiers::COMMAND, Key::F);
    assert!(window.harness.get_by_label("Search").is_focused());
    // What is dropped onto the box is searched for.
    let place = window.harness.get_by_label("Search").rect().center();
    window.harness.hover_at(place);
    window.harness.step();
    let dropped = Arc::new(Dropped(dir.path().join("green 2.png")));
    window.harness.input_mut().dropped_files.push(dropped);
    window.harness.step();
    window.settle();
    assert!(window.state().search.contains("green 2.png"));
    assert!(window.shown()[0].starts_with("green"));
    window.command(Command::SearchFor("like:missing.jpg".into()));
    assert!(window.has_containing("missing.jpg"), "the trouble is said");
}

#[test]
fn find_similar_starts_from_the_chosen_photo() {
    let (_dir, mut window) = coloured();
    let blue = window.state().library.snapshot().items.iter();
    let blue = blue.zip(0..).find(|(item, _)| item.name == "blue 1.png");
    let id = blue.expect("a blue photo").1;
    window.command(Command::Reach(id, lumisift::app::selection::Reach::Only));
    window.key(Key::F);
    assert!(window.shown()[0].starts_with("blue"));
}

#[test]
fn photos_are_selected_as_in_a_file_manager() {
    let (_dir, mut window) = coloured();
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    window.click("blue 1.png");
    assert_eq!(window.selected(), ["blue 1.png"]);
    window.keys(Modifiers::SHIFT, Key::ArrowRight);
    window.keys(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.selected().len(), 3);
    let other = window.harness.get_by_label("red 3.png");
    other.click_modifiers(Modifiers::COMMAND);
    window.harness.step();
    assert_eq!(window.selected().len(), 4);
    window.keys(Modifiers::COMMAND, Key::A);
    assert_eq!(window.selected().len(), 9);
    window.key(Key::Escape);
    assert!(window.selected().is_empty());
    window.key(Key::End);
    assert_eq!(window.selected(), ["red 3.png"]);
    window.key(Key::Home);
    assert_eq!(window.selected(), ["blue 1.png"]);
}

#[test]
fn a_rubber_band_selects_what_it_meets() {
    let (_dir, mut window) = coloured();
    let first = window.harness.get_by_label("blue 1.png").rect();
    let order = window.shown();
    let second = window.harness.get_by_label(&order[1]).rect();
    assert!(second.left() > first.left());
    window
        .harness
        .hover_at(first.left_top() - egui::vec2(3.0, 3.0));
    window.harness.step();
    window
        .harness
        .drag_at(first.left_top() - egui::vec2(3.0, 3.0));
    window.harness.step();
    window.harness.hover_at(second.center());
    window.harness.step();
    window
        .harness
        .hover_at(second.center() + egui::vec2(1.0, 1.0));
    window.harness.step();
    assert_eq!(window.selected(), order[..2]);
    window.harness.drop_at(second.center());
    window.harness.step();
    assert_eq!(window.selected(), order[..2]);
}

#[test]
fn the_viewer_shows_goes_on_and_decides() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.harness.step();
    window.key(Key::Home);
    window.key(Key::Enter);
    let viewed = window.state().viewer.expect("a viewer").item;
    assert!(window.has_containing("red: match"));
    window.key(Key::P);
    window.key(Key::Num4);
    let mark = window.state().library.mark(viewed);
    assert_eq!((mark.flag, mark.stars), (Flag::Pick, 4));
    window.key(Key::ArrowRight);
    let next = window.state().viewer.expect("a viewer").item;
    assert_ne!(viewed, next);
    window.key(Key::Z);
    assert_eq!(window.state().viewer.expect("a viewer").zoom, Some(1.0));
    window.key(Key::X);
    assert_eq!(window.state().library.mark(next).flag, Flag::Reject);
    window.act(Action::Undo);
    assert_eq!(window.state().library.mark(next).flag, Flag::None);
    window.act(Action::Redo);
    window.key(Key::Escape);
    assert!(window.state().viewer.is_none());
    assert!(window.has_containing(", picked, 4 stars"));
    assert!(window.has_containing(", rejected"));
    // Double-click opens, too.
    let name = window.shown()[2].clone();
    let cell = window.harness.query_all_by_label_contains(&name).next();
    let at = cell.expect("a cell").rect().center();
    for _ in 0..2 {
        window.harness.drag_at(at);
        window.harness.drop_at(at);
    }
    window.harness.step();
    assert!(window.state().viewer.is_some());
}

#[test]
fn keys_go_to_the_text_field_while_it_is_typed_in() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    window.key(Key::Slash);
    assert!(window.harness.get_by_label("New label").is_focused());
    window.type_into("New label", "px0");
    assert_eq!(window.state().draft, "px0");
    let marks = window.state().library.snapshot().marks.clone();
    assert!(marks.iter().all(|mark| *mark == Default::default()));
}

#[test]
fn dropped_and_chosen_folders_are_opened_beside_each_other() {
    let (dir, mut window) = coloured();
    let other = tempfile::tempdir().expect("a folder");
    colours(other.path(), 1);
    // The same content under another name would be a copy: these are.
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
    assert_eq!(window.state().memory.recent.len(), 3);
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
fn a_folder_that_vanishes_is_said_and_its_photos_stay() {
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
    window.click("Take this message away");
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
    assert_eq!(state.answer.arrangement.counts, [3]);
}

#[test]
fn broken_settings_are_set_aside_with_a_message() {
    let setup = Setup::new(Vec::new());
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
fn a_model_that_cannot_be_loaded_is_said_with_what_to_do() {
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
fn commands_are_found_by_name_and_keys_are_shown() {
    let (_dir, mut window) = coloured();
    window.keys(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "names");
    window.key(Key::Enter);
    assert!(!window.state().memory.captions_show_matches);
    assert_eq!(window.state().dialog, None);
    window.key(Key::F1);
    assert_eq!(window.state().dialog, Some(Dialog::Keys));
    assert!(window.has("Find similar"));
    window.key(Key::Escape);
    assert_eq!(window.state().dialog, None);
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
    assert!(window.has("Go on"));
    window.act(Action::Cancel);
    window.until("the end", |w| w.state().work.summary.is_some());
    let summary = window.state().work.summary.clone().expect("a summary");
    assert!(summary.cancelled && window.state().library.len() < 400);
    window.act(Action::Rescan);
    window.read(400);
}

#[test]
fn examples_join_a_label() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.click("green 1.png");
    window.command(Command::AddExamples(1));
    assert_eq!(window.state().memory.labels[0].examples.len(), 1);
    assert!(window.has_containing("1 example"));
    let green = window
        .state()
        .answer
        .scored()
        .matched(0, window.state().selection.cursor.expect("a photo"));
    assert!(green.expect("a match") > 0.05);
}

#[test]
fn other_programs_are_asked_and_their_refusal_is_said() {
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

#[test]
fn every_dialog_names_all_that_can_be_used() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Home);
    for dialog in [
        Dialog::Settings,
        Dialog::Keys,
        Dialog::Palette,
        Dialog::Failures,
        Dialog::Export,
        Dialog::LabelSets,
        Dialog::PasteLabels,
        Dialog::ClearStore,
        Dialog::Interrupted,
        Dialog::Trash,
        Dialog::Models,
        Dialog::RemoveModel("/anywhere".into()),
        Dialog::About,
    ] {
        window.command(Command::Show(Some(dialog.clone())));
        window.harness.step();
        let unnamed = window.harness.unnamed_widgets();
        assert!(unnamed.is_empty(), "{dialog:?}: {unnamed:?}");
        window.command(Command::Show(None));
    }
    window.key(Key::Enter);
    let unnamed = window.harness.unnamed_widgets();
    assert!(unnamed.is_empty(), "the viewer: {unnamed:?}");
}

/// The quick model, which panics over one word.
struct Fragile(ColourModel);

impl Model for Fragile {
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
    setup.load = Some(Arc::new(|_, _| Ok(Arc::new(Fragile(ColourModel::new())))));
    let mut window = setup.open();
    window.read(3);
    window.command(Command::AddLabels("boom".into()));
    assert!(
        window.state().notices[0]
            .text
            .contains("defect of the program")
    );
    assert_eq!(window.shown().len(), 3, "the photos are still there");
    window.command(Command::RemoveLabel(1));
    window.command(Command::AddLabels("red".into()));
    assert_eq!(
        window.state().answer.arrangement.counts,
        [1],
        "and it goes on"
    );

    let mut setup = Setup::new(Vec::new());
    setup.load = Some(Arc::new(|_, _| panic!("as the test wants")));
    let mut window = setup.open();
    window.until("a message", |w| {
        matches!(w.state().session, SessionState::Failed(_))
    });
    assert!(window.has("Settings…"));
}
