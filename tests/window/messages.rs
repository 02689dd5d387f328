//! Messages of the window: in a corner, for as long as they matter, and never in the way. Undo says what it undid.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command};
use lumisift::app::document::exports::ExportState;
use lumisift::app::document::filter::{AspectShape, Filter, FlagFilter};
use lumisift::app::document::keywords::KeywordState;
use lumisift::engine::organize::marks::Flag;
use window::{Setup, Window, add_label, coloured, colours};

#[test]
fn a_message_does_not_move_the_photos_and_can_be_read_again() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let before = window.harness.get_by_label("blue 1.png").rect();
    window.act(Action::Survey);
    let text = "No other photo in this folder was taken within 2 seconds of this one";
    assert!(window.has(text));
    assert_eq!(window.harness.get_by_label("blue 1.png").rect(), before);
    window.finish_layout();
    let middle = |name: &str| window.harness.get_by_label(name).rect().center().y;
    let apart = middle(text) - middle("Dismiss");
    assert!(apart.abs() < 2.0, "{apart}");
    window.click("Dismiss");
    assert!(!window.has(text));
    window.click("Messages");
    window.finish_layout();
    assert!(window.has(text));
}

#[test]
fn a_message_goes_with_its_cause() {
    let (dir, mut window) = coloured();
    let folder = dir.path().to_path_buf();
    let away = folder.with_extension("away");
    fs::rename(&folder, &away).expect("moved away");
    window.act(Action::Rescan);
    window.until("a message", |w| w.has_containing("cannot be read now"));
    fs::rename(&away, &folder).expect("moved back");
    window.act(Action::Rescan);
    window.until("its end", |w| !w.has_containing("cannot be read now"));
    window.click("Messages");
    window.finish_layout();
    assert!(
        window.has_containing("cannot be read now"),
        "but it is remembered"
    );
}

#[test]
fn undoing_says_what_it_undid() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    window.key(Key::P);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert!(window.has("Undone: the decision about 1 photo"));
    add_label(&mut window, "red");
    window.act(Action::Undo);
    assert!(window.has("Undone: the label “red” is gone"));
    window.act(Action::Redo);
    assert!(window.has("Redone: the label “red” is back"));
    add_label(&mut window, "green");
    window.command(Command::MoveLines(1.0));
    window.act(Action::Undo);
    assert!(window.has("Undone: the labels are as they were"));
}

#[test]
fn rejects_come_back_from_the_trash() {
    let (dir, mut window) = coloured();
    window.click_photo("green 1.png");
    window.key(Key::X);
    window.open_dialog(Action::TrashRejects);
    window.click("Move to the trash");
    let file = dir.path().join("green 1.png");
    window.until("the trash", |_| !file.exists());
    let hint = "1 photo is in the trash: undo to restore";
    window.until("the hint", |w| w.has(hint));
    window.read(8);
    window.keys(Modifiers::COMMAND, Key::Z);
    window.until("its return", |w| {
        file.exists() && w.state().library.len() == 9
    });
    window.settle();
    assert!(window.has("1 file is back from the trash"));
    assert!(!window.has(hint), "there is nothing left to undo");
    assert_eq!(window.state().flagged(Flag::Reject).len(), 1);
}

#[test]
fn what_could_not_be_moved_to_the_trash_is_not_said_to_be_there() {
    let (_dir, mut window) = coloured();
    window.click_photo("green 1.png");
    window.key(Key::X);
    window.open_dialog(Action::TrashRejects);
    *window.desktop.refusal.lock().expect("no panic") = Some("There is no trash".into());
    window.click("Move to the trash");
    window.until("the reason", |w| {
        w.has_containing("could not be moved to the trash")
    });
    assert!(!window.has_containing("in the trash"));
}

#[test]
fn what_does_not_come_back_from_the_trash_is_named_and_undone_later() {
    let (dir, mut window) = coloured();
    for name in ["green 1.png", "green 2.png", "green 3.png"] {
        window.click(name);
        window.key(Key::X);
    }
    window.open_dialog(Action::TrashRejects);
    window.click("Move to the trash");
    window.read(6);
    // One has a new file in its place, and one was permanently deleted from the trash.
    let [back, not_restored, missing] =
        [1, 2, 3].map(|n| dir.path().join(format!("green {n}.png")));
    fs::write(&not_restored, b"another").expect("written");
    let trashed = window.desktop.trashed.lock();
    trashed
        .expect("no panic")
        .retain(|(path, _)| *path != missing);
    window.act(Action::Undo);
    window.until("what came back", |w| {
        back.exists() && w.has_containing("1 file is back")
    });
    assert!(window.has_containing("1 file is no longer in the trash"));
    let why = format!(
        "1 file stays in the trash ({}: a file with this name",
        not_restored.display()
    );
    assert!(window.has_containing(&why));
    fs::remove_file(&not_restored).expect("removed");
    window.act(Action::Undo);
    window.until("the other one", |w| {
        not_restored.exists() && w.state().library.len() == 8
    });
    window.settle();
    assert_eq!(window.state().flagged(Flag::Reject).len(), 2);
}

#[test]
fn a_dialog_stays_where_it_is_while_it_fills() {
    for size in [egui::vec2(1280.0, 800.0), egui::vec2(800.0, 600.0)] {
        let dir = tempfile::tempdir().expect("a folder");
        colours(dir.path(), 12);
        let mut setup = Setup::new(vec![dir.path().into()]);
        setup.size = size;
        let mut window = setup.open();
        window.read(36);
        // A folder for each, and more photos than fit into the window.
        for label in ["red", "green", "blue"] {
            add_label(&mut window, label);
        }
        window.key(Key::Escape);
        let target = tempfile::tempdir().expect("a folder");
        window.open_dialog(Action::Export);
        let before = window.harness.get_by_label("Close").rect();
        *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
        window.click("Choose a folder…");
        window.until("a plan", |w| {
            matches!(w.state().exports.state, ExportState::Planned(_))
        });
        window.finish_layout();
        assert_eq!(window.harness.get_by_label("Close").rect(), before);
        // The whole button is inside the window.
        let screen = window.harness.ctx.content_rect();
        let button = window.harness.get_by_label("Export 36 photos").rect();
        assert!(screen.contains_rect(button), "{button} in {screen}");
        window.command(Command::Show(None));
        window.open_dialog(Action::Keywords);
        let before = window.harness.get_by_label("Close").rect();
        window.until("a plan of keywords", |w| {
            matches!(w.state().keywords.state, KeywordState::Planned(_))
        });
        window.finish_layout();
        assert_eq!(window.harness.get_by_label("Close").rect(), before);
        window.command(Command::Show(None));
    }
}

#[test]
fn commands_are_found_by_other_words_and_the_palette_goes_on_after_enter() {
    let (_dir, mut window) = coloured();
    window.open_dialog(Action::Palette);
    window.type_into("Find a command", "zz");
    window.key(Key::Enter);
    assert!(window.has("No such command"));
    assert!(window.harness.get_by_label("Find a command").is_focused());
    window.key(Key::Backspace);
    window.key(Key::Backspace);
    window.type_into("Find a command", "advance");
    window.key(Key::Enter);
    assert!(window.state().memory.auto_advance);
    assert_eq!(window.state().dialog, None);
}

/// The positions of the photos and of the first label.
fn places(window: &Window) -> [egui::Rect; 2] {
    let photos = window
        .harness
        .query_all_by_label_contains("Photos, ")
        .next();
    let photos = photos.expect("the list of photos").rect();
    [photos, window.harness.get_by_label("Label red").rect()]
}

#[test]
fn searches_filters_and_what_is_typed_move_nothing() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    let before = places(&window);
    window.type_into("Search", "green");
    assert!(window.has("show all, best first"));
    assert_eq!(places(&window), before, "a search");
    // A search that cannot be understood gives the reason in the same place.
    window.type_into("Search", "^x");
    assert_eq!(places(&window), before, "a search that says nothing");
    window.act(Action::ClearFilter);
    let filter = Filter {
        shape: Some(AspectShape::Landscape),
        flag: FlagFilter::Undecided,
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    assert!(window.has("Remove the filter Landscape"));
    assert_eq!(places(&window), before, "filters");
    window.act(Action::SelectAll);
    window.harness.step();
    assert!(window.has_containing(" selected"));
    assert_eq!(places(&window), before, "a selection");
    window.type_into("New label", "green");
    assert!(window.has_containing("Best for green: "));
    assert_eq!(places(&window), before, "a label that is typed");
    window.act(Action::Rescan);
    window.harness.step();
    assert_eq!(places(&window), before, "reading");
}
