//! Opening photos in the window: with a dialog or without one, by dropping and by pasting.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog, PathPrompt};
use lumisift::app::document::filter::Filter;
use lumisift::app::services::FolderPurpose;
use lumisift::engine::organize::marks::Flag;
use window::{Dropped, Setup, Window, add_label, coloured, colours};

/// An empty window on a platform without file dialogs.
fn without_dialogs() -> Window {
    let mut window = Setup::new(Vec::new()).open();
    *window.desktop.refusal.lock().expect("no panic") = Some("There are no file dialogs".into());
    window.harness.run();
    window
}

fn path_dialog(window: &mut Window) {
    window.until("the field for a path", |w| {
        matches!(w.state().dialog, Some(Dialog::Path(_)))
    });
    window.finish_layout();
}

#[test]
fn where_no_dialog_can_be_shown_a_path_is_typed_and_the_reason_is_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let photos = dir.path().join("my photos");
    colours(&photos, 1);
    let mut window = without_dialogs();
    window.keys(Modifiers::COMMAND, Key::O);
    path_dialog(&mut window);
    assert!(window.has_containing("There are no file dialogs. Type the path"));
    assert!(window.harness.get_by_label("Path").is_focused());
    // The error is shown, and the field stays.
    window.type_into("Path", "/not/there at all");
    window.key(Key::Enter);
    window.until("what is wrong", |w| w.state().path_problem.is_some());
    assert!(window.has_containing("There is no folder or photo /not/there at all"));
    assert!(window.harness.get_by_label("Path").is_focused());
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.harness.step();
    let text = format!("\"{}\"", photos.display());
    window.type_into("Path", &text);
    window.click("Open");
    window.read(3);
    assert_eq!(window.state().dialog, None);
    // The next time, the dialog starts there.
    window.keys(Modifiers::COMMAND, Key::O);
    path_dialog(&mut window);
    let value = window.harness.get_by_label("Path").value();
    let start = format!("{}{}", dir.path().display(), std::path::MAIN_SEPARATOR);
    assert_eq!(value, Some(start));
    window.click("Cancel");
    assert_eq!(window.state().dialog, None);
}

#[test]
fn the_dialog_that_asked_for_a_path_comes_back() {
    let (dir, mut window) = coloured();
    *window.desktop.refusal.lock().expect("no panic") = Some("There are no file dialogs".into());
    let model = dir.path().join("model");
    fs::create_dir_all(&model).expect("made");
    window.open_dialog(Action::Settings);
    window.command(Command::Choose(FolderPurpose::Exclude));
    path_dialog(&mut window);
    window.type_into("Path", &model.display().to_string());
    window.click("Exclude it");
    window.until("the settings", |w| {
        w.state().dialog == Some(Dialog::Settings)
    });
    assert_eq!(window.state().settings.excluded_folders, [model]);
}

#[test]
fn closing_the_field_for_a_path_leads_back_to_what_asked_for_it() {
    let (_dir, mut window) = coloured();
    *window.desktop.refusal.lock().expect("no panic") = Some("There are no file dialogs".into());
    for close in [None, Some("Cancel"), Some("Close")] {
        window.open_dialog(Action::Settings);
        window.command(Command::Choose(FolderPurpose::Exclude));
        path_dialog(&mut window);
        match close {
            Some(button) => window.click(button),
            None => window.key(Key::Escape),
        }
        assert_eq!(window.state().dialog, Some(Dialog::Settings), "{close:?}");
        window.finish_layout();
        window.key(Key::Escape);
        assert_eq!(window.state().dialog, None);
    }
}

#[test]
fn a_path_is_used_for_what_it_was_typed_for() {
    let (dir, mut window) = coloured();
    let roots = window.state().memory.roots.clone();
    let prompt = |purpose| {
        Command::Show(Some(Dialog::Path(PathPrompt {
            purpose,
            reason: None,
            back: None,
        })))
    };
    let inner = dir.path().join("inner");
    fs::create_dir_all(&inner).expect("made");
    // Another dialog asks for a path before the result of the first one arrives.
    let app = window.harness.state_mut();
    app.command(prompt(FolderPurpose::Exclude));
    app.command(Command::TypePath(inner.display().to_string()));
    app.command(prompt(FolderPurpose::OpenFolder));
    app.command(Command::TypePath(dir.path().display().to_string()));
    window.until("the folder", |w| w.state().dialog.is_none());
    assert!(window.state().settings.excluded_folders.is_empty());
    assert_eq!(window.state().memory.roots, roots);
}

#[test]
fn a_path_can_be_typed_although_there_are_dialogs() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut window = Setup::new(Vec::new()).open();
    window.harness.run();
    window.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::G);
    path_dialog(&mut window);
    assert!(!window.has_containing("Type the path instead"));
    window.type_into("Path", &dir.path().display().to_string());
    window.key(Key::Enter);
    window.read(3);
}

#[test]
fn a_dialog_begins_where_the_last_one_ended() {
    let dir = tempfile::tempdir().expect("a folder");
    let photos = dir.path().join("photos");
    colours(&photos, 1);
    let mut window = Setup::new(Vec::new()).open();
    window.harness.run();
    *window.desktop.chosen.lock().expect("no panic") = vec![photos];
    window.act(Action::OpenFolder);
    window.read(3);
    assert_eq!(*window.desktop.began.lock().expect("no panic"), None);
    window.act(Action::OpenPhotos);
    let began = window.desktop.began.lock().expect("no panic").clone();
    assert_eq!(began, Some(dir.path().into()));
    // Exports start elsewhere.
    window.command(Command::Choose(FolderPurpose::ExportTo));
    assert_eq!(*window.desktop.began.lock().expect("no panic"), None);
}

fn drag_over(window: &mut Window, paths: &[PathBuf]) {
    let hovered = paths.iter().map(|path| egui::HoveredFile {
        path: Some(path.clone()),
        ..egui::HoveredFile::default()
    });
    window.harness.input_mut().hovered_files = hovered.collect();
    window.harness.step();
}

fn drop_on(window: &mut Window, paths: &[PathBuf]) {
    window.harness.input_mut().hovered_files.clear();
    for path in paths {
        let dropped = Arc::new(Dropped(path.clone()));
        window.harness.input_mut().dropped_files.push(dropped);
    }
    window.harness.step();
}

#[test]
fn while_a_picture_is_held_over_the_window_two_zones_show_what_becomes_of_it() {
    let (dir, mut window) = coloured();
    let picture = dir.path().join("green 2.png");
    drag_over(&mut window, std::slice::from_ref(&picture));
    let search = "Drop to find similar photos";
    assert!(window.has("Drop to open") && window.has(search));
    // A folder, or several pictures, can only be opened.
    drag_over(&mut window, &[dir.path().into()]);
    assert!(window.has("Drop to open") && !window.has(search));
    drag_over(
        &mut window,
        &[picture.clone(), dir.path().join("red 1.png")],
    );
    assert!(!window.has(search));
    // The pointer position arrives after the drop, as it does on real window systems.
    drag_over(&mut window, std::slice::from_ref(&picture));
    let zone = window.harness.get_by_label(search).rect();
    drop_on(&mut window, &[picture]);
    assert!(window.state().search.is_empty());
    window
        .harness
        .hover_at(zone.center_bottom() - egui::vec2(0.0, 4.0));
    window.harness.step();
    window.until("the search", |w| w.state().search.contains("green 2.png"));
    assert_eq!(window.state().memory.roots.len(), 1);
}

#[test]
fn a_picture_dropped_no_one_knows_where_is_asked_about() {
    let (_dir, mut window) = coloured();
    let other = tempfile::tempdir().expect("a folder");
    colours(other.path(), 1);
    let picture = other.path().join("green 1.png");
    drop_on(&mut window, std::slice::from_ref(&picture));
    window.until("a question", |w| {
        matches!(w.state().dialog, Some(Dialog::Dropped(_)))
    });
    window.finish_layout();
    window.click("Find similar photos");
    window.until("the search", |w| w.state().search.contains("green 1.png"));
    window.act(Action::ClearFilter);
    window.harness.event(Event::PointerGone);
    window.harness.step();
    drop_on(&mut window, &[picture]);
    window.until("a question", |w| {
        matches!(w.state().dialog, Some(Dialog::Dropped(_)))
    });
    window.finish_layout();
    window.click("Open it");
    window.read(10);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let (dir, mut window) = coloured();
    let note = dir.path().join("note.txt");
    fs::write(&note, "words").expect("written");
    drop_on(&mut window, &[note]);
    window.until("a message", |w| !w.state().notices.is_empty());
    let past_notices = |window: &Window| window.state().past_notices[0].text.clone();
    assert_eq!(
        past_notices(&window),
        "note.txt is not a photo and was not opened"
    );
    drop_on(
        &mut window,
        &["https://example.org/cat.jpg".into(), "/x".into()],
    );
    window.until("a message", |w| w.state().past_notices.len() == 2);
    assert!(past_notices(&window).contains("https://example.org/cat.jpg is on the web"));
    for (text, words) in [
        ("http://example.org/a.jpg", "is on the web"),
        (
            "my dog asleep",
            "Paste words into the label or search field",
        ),
    ] {
        window.harness.event(Event::Paste(text.into()));
        window.harness.step();
        assert!(
            past_notices(&window).contains(words),
            "{}",
            past_notices(&window)
        );
    }
    assert_eq!(window.state().memory.roots.len(), 1);
    assert_eq!(window.state().library.failure_count(), 0);
}

#[test]
fn a_pasted_path_is_opened() {
    let (_dir, mut window) = coloured();
    let other = tempfile::tempdir().expect("a folder");
    let photos = other.path().join("my photos");
    colours(&photos, 1);
    let address = format!("file://{}\r\n", photos.display()).replace(' ', "%20");
    window.harness.event(Event::Paste(address));
    window.harness.step();
    window.read(12);
    // In a text field, it is text.
    window.type_into("New label", "x");
    window.harness.event(Event::Paste("/nowhere".into()));
    window.harness.step();
    assert_eq!(window.state().draft, "x/nowhere");
}

#[test]
fn the_number_of_photos_explains_itself() {
    let (dir, mut window) = coloured();
    fs::write(dir.path().join("broken.jpg"), b"\xff\xd8\xffnothing").expect("written");
    fs::write(dir.path().join("red 1.dng"), b"raw").expect("written");
    window.act(Action::Rescan);
    window.until("the broken one", |w| w.state().failure_count() == 1);
    window.read(10);
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.type_into("Search", "red");
    let shown = window.shown().len();
    let name = format!("{shown} of 10 photos");
    window.click(&name);
    window.finish_layout();
    let hidden = 9 - shown;
    assert!(window.has(&format!("{shown} shown")));
    assert!(window.has(&format!("{hidden} hidden by the search")));
    assert!(window.has("1 could not be read and cannot be searched"));
    assert!(window.has_containing("Not listed: 1 RAW file beside its picture"));
    window.key(Key::Escape);
    window.act(Action::ClearFilter);
    // Every photo that is not shown is counted once.
    let filter = Filter {
        name: "green".into(),
        flag: lumisift::app::document::filter::FlagFilter::Undecided,
        ..Filter::default()
    };
    window.key(Key::Home);
    window.act(Action::Reject);
    window.command(Command::FilterBy(Box::new(filter)));
    let arrangement = &window.state().response.arrangement;
    let hidden: usize = arrangement.hidden.iter().sum();
    assert_eq!(hidden + arrangement.order.len(), 10);
    assert_eq!(window.state().flagged(Flag::Reject).len(), 1);
    assert_eq!(arrangement.hidden[1], 1, "rejects");
}
