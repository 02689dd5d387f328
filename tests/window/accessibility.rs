//! The window by screen reader and keyboard: names, panes, Tab stops, large text, and every task by names alone.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::dialogs::every_dialog;
use crate::window;

use std::fs;
use std::path::Path;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command, Dialog};
use lumisift::app::document::exports::ExportState;
use lumisift::app::document::keywords::KeywordState;
use lumisift::engine::organize::marks::{Colour, Flag};
use lumisift::settings::Settings;
use window::{Setup, Window, add_label, coloured, colours};

/// Names of all files in a folder and below it.
fn files_in(dir: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => names.extend(files_in(&path)),
            false => names.push(path.display().to_string()),
        }
    }
    names
}

/// Performs the default action of the element with this name, as a screen reader does.
fn press(window: &mut Window, name: &str) {
    window.harness.get_by_label(name).click_accesskit();
    window.harness.step();
    window.settle();
    window.finish_layout();
}

/// The same for the first element whose name contains a text.
fn press_containing(window: &mut Window, text: &str) {
    let mut found = window.harness.query_all_by_label_contains(text);
    found.next().expect("something named so").click_accesskit();
    drop(found);
    window.harness.step();
    window.settle();
    window.finish_layout();
}

fn is_on(window: &Window, name: &str) -> Option<Toggled> {
    let node = window.harness.get_by_label(name);
    node.accesskit_node().toggled()
}

#[test]
fn every_task_is_done_by_names_alone() {
    let photos = tempfile::tempdir().expect("a folder");
    let target = tempfile::tempdir().expect("a folder");
    colours(photos.path(), 2);
    let mut window = Setup::new(Vec::new()).open();
    window.harness.run();
    // Open.
    *window.desktop.chosen.lock().expect("no panic") = vec![photos.path().into()];
    press_containing(&mut window, "Open folder…");
    window.read(6);
    // Label.
    let field = window.harness.get_by_label("New label");
    field.focus();
    window.harness.step();
    let field = window.harness.get_by_label("New label");
    field.replace_selected_text_accesskit("red");
    window.harness.step();
    window.settle();
    press(&mut window, "Keep the label red");
    assert_eq!(window.state().memory.labels[0].text, "red");
    assert_eq!(window.state().response.arrangement.counts, [2]);
    // Threshold.
    press(&mut window, "Go to red");
    let before = window.state().memory.labels[0].min_match;
    window
        .harness
        .get_by_label("Threshold of red")
        .increment_accesskit();
    window.harness.step();
    window.settle();
    assert!(window.state().memory.labels[0].min_match > before);
    window
        .harness
        .get_by_label("Threshold of red")
        .set_value_accesskit(0.5);
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].min_match, 0.5);
    press(&mut window, "Show only red: 2");
    assert_eq!(window.shown().len(), 2);
    // Cull.
    press_containing(&mut window, "red 2.png, ");
    assert_eq!(window.selected(), ["red 2.png"]);
    for name in ["Menu", "Photo", "Reject"] {
        press(&mut window, name);
    }
    let rejected = window.state().flagged(Flag::Reject);
    assert_eq!(rejected.len(), 1);
    press(&mut window, "Select none");
    // Export the photos that fit, without rejects.
    *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
    for name in ["Menu", "File", "Export…"] {
        press(&mut window, name);
    }
    assert_eq!(window.state().dialog, Some(Dialog::Export));
    press_containing(&mut window, "Choose a folder");
    window.until("a plan", |w| {
        matches!(w.state().exports.state, ExportState::Planned(_))
    });
    window.finish_layout();
    press_containing(&mut window, "Export 1 photo");
    window.until("the export", |w| {
        matches!(w.state().exports.state, ExportState::Done(_))
    });
    let written = files_in(target.path());
    assert!(
        written.iter().any(|name| name.ends_with("red 1.png")),
        "{written:?}"
    );
    assert!(
        !written.iter().any(|name| name.ends_with("red 2.png")),
        "{written:?}"
    );
}

#[test]
fn the_list_of_photos_names_the_one_that_keys_are_about() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.key(Key::Home);
    window.act(Action::Pick);
    window.act(Action::Stars(4));
    window.act(Action::Colour(Colour::Green));
    window.harness.step();
    let list = window.harness.get_by_label("Photos, 9 photos");
    let node = list.accesskit_node();
    assert_eq!(node.role(), Role::ListBox);
    let first = window.shown()[0].clone();
    let cell = window.harness.query_all_by_label_contains(&first).next();
    let cell = cell.expect("a cell");
    assert!(
        cell.is_focused(),
        "the list has the keyboard, and this is where"
    );
    let cell = cell.accesskit_node();
    let active = node.data().active_descendant();
    assert_eq!(active, Some(cell.locate().0));
    let name = cell.label().expect("a name");
    for part in [
        ", red ",
        " percent",
        ", picked",
        ", 4 stars",
        ", colour green",
    ] {
        assert!(name.contains(part), "{part:?} in {name}");
    }
    assert_eq!(
        (cell.data().position_in_set(), cell.data().size_of_set()),
        (Some(1), Some(9))
    );
    // It follows the arrow keys.
    window.key(Key::ArrowRight);
    window.harness.step();
    let list = window.harness.get_by_label("Photos, 9 photos");
    assert_ne!(list.accesskit_node().data().active_descendant(), active);
}

#[test]
fn the_window_and_its_dialogs_have_names() {
    let (_dir, mut window) = coloured();
    let root = window.harness.root();
    assert_eq!(root.accesskit_node().label().as_deref(), Some("Lumisift"));
    for (dialog, name) in [
        (Dialog::Settings, "Settings"),
        (Dialog::Models { back: None }, "Models"),
        (Dialog::Export, "Export"),
        (Dialog::Palette, "Commands"),
        (Dialog::About, "About Lumisift"),
    ] {
        window.command(Command::Show(Some(dialog)));
        window.finish_layout();
        let found = window.harness.get_by_role(Role::Dialog);
        assert_eq!(found.accesskit_node().label().as_deref(), Some(name));
        window.command(Command::Show(None));
        window.harness.step();
    }
}

#[test]
fn switches_are_called_by_what_they_are() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    let more = |window: &mut Window| {
        window.click("More for red");
        window.finish_layout();
    };
    for name in ["In use", "Not: keep these photos out of other labels"] {
        more(&mut window);
        let before = is_on(&window, name).expect("a switch");
        window.click(name);
        more(&mut window);
        let after = is_on(&window, name).expect("the same switch");
        assert_ne!(before, after, "{name}");
        window.click(name);
    }
}

#[test]
fn choices_of_the_filter_menu_are_called_by_what_they_choose() {
    let (_dir, mut window) = coloured();
    window.click("Filter");
    window.finish_layout();
    for name in [
        "Stars: any",
        "Colour: any",
        "GPS: any",
        "Orientation: any",
        "At least 1 star",
        "At least 5 stars",
    ] {
        let on = is_on(&window, name).expect("a choice");
        assert_eq!(on == Toggled::True, name.ends_with(": any"), "{name}");
    }
    window.click("At least 3 stars");
    assert_eq!(window.state().memory.filter.min_stars, 3);
    assert_eq!(is_on(&window, "Stars: any"), Some(Toggled::False));
}

#[test]
fn choices_that_several_rows_have_are_called_by_their_row() {
    let (_dir, mut window) = coloured();
    window.open_dialog(Action::Settings);
    for name in ["Device: Automatic", "Precision on the CPU: Automatic"] {
        assert_eq!(is_on(&window, name), Some(Toggled::True), "{name}");
    }
}

#[test]
fn a_label_is_one_stop_of_the_tab_key() {
    let (_dir, mut window) = coloured();
    for text in ["red", "green", "blue"] {
        add_label(&mut window, text);
    }
    window.harness.get_by_label("Label red").focus();
    window.harness.step();
    window.harness.step();
    for text in ["green", "blue"] {
        window.harness.key_press(Key::Tab);
        window.finish_layout();
        let label = format!("Label {text}");
        assert!(window.harness.get_by_label(&label).is_focused(), "{label}");
    }
    // The down arrow leads to its threshold, and the arrow keys move that.
    window.harness.key_press(Key::ArrowDown);
    window.finish_layout();
    assert!(
        window
            .harness
            .get_by_label("Threshold of blue")
            .is_focused()
    );
    let before = window.state().memory.labels[2].min_match;
    window.harness.key_press(Key::ArrowRight);
    window.finish_layout();
    window.settle();
    assert!(window.state().memory.labels[2].min_match > before);
}

#[test]
fn nothing_moves_by_itself() {
    let (_dir, window) = coloured();
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        let style = window.harness.ctx.style_of(theme);
        assert_eq!(style.animation_time, 0.0);
        assert!(!style.visuals.text_cursor.blink);
    }
}

/// Sets the text size to 200 %.
fn double_text(window: &mut Window) {
    let settings = Settings {
        text_size: 200,
        ..window.state().settings.clone()
    };
    window.command(Command::ChangeSettings(Box::new(settings)));
    window.finish_layout();
}

#[test]
fn at_twice_the_size_everything_is_still_in_the_window() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    double_text(&mut window);
    assert_eq!(window.harness.ctx.zoom_factor(), 2.0);
    // The remembered size is that of the window, not of its content.
    assert_eq!(window.state().memory.window, [1280.0, 800.0]);
    let screen = window.harness.ctx.content_rect();
    assert_eq!(screen.size(), vec2(640.0, 400.0));
    for name in [
        "Menu",
        "Search",
        "New label",
        "Label red",
        "Group by",
        "Sort by",
        "Filter",
        "Messages",
    ] {
        let rect = window.harness.get_by_label(name).rect();
        assert!(screen.expand(1.0).contains_rect(rect), "{name} at {rect}");
    }
    assert!(window.has_containing("red 1.png, "));
    window.keys(Modifiers::COMMAND, Key::Comma);
    window.finish_layout();
    let close = window.harness.get_by_label("Close").rect();
    assert!(screen.contains_rect(close), "{close}");
}

#[test]
fn at_twice_the_size_every_dialog_has_its_buttons_in_the_window() {
    let (_dir, mut window) = coloured();
    let target = tempfile::tempdir().expect("a folder");
    add_label(&mut window, "red");
    window.key(Key::Escape);
    double_text(&mut window);
    let screen = window.harness.ctx.content_rect();
    for dialog in every_dialog() {
        window.command(Command::Show(Some(dialog.clone())));
        window.finish_layout();
        let buttons = window.harness.query_all_by_label("Close");
        let buttons: Vec<egui::Rect> = buttons.map(|close| close.rect()).collect();
        // These have no such button; without a label to ask about, the questions are empty.
        let has_none = matches!(dialog, Dialog::Palette | Dialog::Questions | Dialog::About);
        assert!(has_none || !buttons.is_empty(), "{dialog:?}");
        for rect in buttons {
            assert!(screen.contains_rect(rect), "{dialog:?}: {rect}");
        }
        window.command(Command::Show(None));
        window.finish_layout();
    }
    let is_inside = |window: &Window, name: &str| {
        let rect = window.harness.get_by_label(name).rect();
        assert!(screen.contains_rect(rect), "{name} at {rect}");
    };
    *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
    window.open_dialog(Action::Export);
    press(&mut window, "Choose a folder…");
    press(&mut window, "All that fit a label (3)");
    window.until("a plan", |w| {
        matches!(w.state().exports.state, ExportState::Planned(_))
    });
    window.finish_layout();
    is_inside(&window, "Close");
    is_inside(&window, "Export 3 photos");
    window.command(Command::Show(None));
    window.open_dialog(Action::Keywords);
    window.until("a plan of keywords", |w| {
        matches!(w.state().keywords.state, KeywordState::Planned(_))
    });
    window.finish_layout();
    is_inside(&window, "Close");
    is_inside(&window, "Write 3 sidecars");
}

#[test]
fn every_entry_of_a_menu_can_be_reached_in_a_small_window() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    for doubled in [false, true] {
        let mut setup = Setup::new(vec![dir.path().into()]);
        setup.size = vec2(800.0, 600.0);
        let mut window = setup.open();
        window.read(3);
        if doubled {
            double_text(&mut window);
        }
        window.key(Key::Home);
        let screen = window.harness.ctx.content_rect();
        for (menu, first, last) in [
            ("Photo", "Compare side by side", "Colour purple"),
            (
                "View",
                "Close or clear",
                "Advance to the next photo after a decision",
            ),
        ] {
            press(&mut window, "Menu");
            press(&mut window, menu);
            for entry in [last, first] {
                window.harness.get_by_label(entry).scroll_to_me();
                window.finish_layout();
                let rect = window.harness.get_by_label(entry).rect();
                assert!(screen.expand(1.0).contains_rect(rect), "{entry} at {rect}");
            }
            while egui::Popup::is_any_open(&window.harness.ctx) {
                window.harness.key_press(Key::Escape);
                window.finish_layout();
            }
        }
    }
}
