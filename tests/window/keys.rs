//! Keys belong to what has the focus: a menu, a dialog, a text field, and only then the photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Popup};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog, PathPrompt};
use lumisift::app::document::memory::Memory;
use lumisift::app::services::Purpose;
use lumisift::engine::organize::marks::Mark;
use window::{Window, add_label, coloured};

/// The button above the photos that says how many there are.
const NUMBER: &str = "9 photos";

/// What no key may change while it belongs to something else.
#[derive(Debug, PartialEq)]
struct Untouched {
    marks: Vec<Mark>,
    selected: Vec<String>,
    viewed: bool,
    memory: Memory,
    search: String,
    dialog: Option<Dialog>,
}

fn untouched(window: &Window) -> Untouched {
    let state = window.state();
    Untouched {
        marks: state.library.snapshot().marks.to_vec(),
        selected: window.selected(),
        viewed: state.viewer.is_some(),
        memory: state.memory.clone(),
        search: state.search.clone(),
        dialog: state.dialog.clone(),
    }
}

/// All keys that do something in the window.
fn every_key() -> Vec<(Modifiers, Key)> {
    let steps = [
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
    ];
    let with = |command: bool, shift: bool| Modifiers {
        command,
        ctrl: command,
        shift,
        ..Modifiers::NONE
    };
    let actions = Action::ALL.iter().flat_map(|action| action.entry().keys);
    let actions = actions.map(|keys| (with(keys.command, keys.shift), keys.key));
    let steps = steps.map(|key| (Modifiers::NONE, key));
    actions.chain(steps).collect()
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.harness.step();
    window.harness.step();
}

#[test]
fn no_key_goes_through_an_open_menu_or_list() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.key(Key::Home);
    let photo = window.shown()[1].clone();
    let before = untouched(&window);
    let openers = [
        "Menu",
        "Folders",
        "Sort by",
        "Group by",
        "Filter",
        "More for labels",
        "More for red",
        "Messages",
        NUMBER,
    ];
    for opener in openers.map(Some).into_iter().chain([None]) {
        for (modifiers, key) in every_key() {
            match opener {
                // The status bar says the same number.
                Some(NUMBER) => {
                    let button = window.harness.get_by_role_and_label(Role::Button, NUMBER);
                    button.click();
                }
                Some(name) => window.harness.get_by_label(name).click(),
                None => {
                    let mut cells = window.harness.query_all_by_label_contains(&photo);
                    let cell = cells.next().expect("a cell");
                    // The second photo's menu is about the selected ones if it is one of them.
                    cell.click_secondary();
                }
            }
            window.harness.step();
            window.harness.step();
            assert!(Popup::is_any_open(&window.harness.ctx), "{opener:?}");
            let before = match opener {
                Some(_) => &before,
                None => &untouched(&window),
            };
            press(&mut window, modifiers, key);
            assert_eq!(
                &untouched(&window),
                before,
                "{key:?} went through {opener:?}"
            );
            while Popup::is_any_open(&window.harness.ctx) {
                press(&mut window, Modifiers::NONE, Key::Escape);
            }
        }
    }
}

#[test]
fn no_key_goes_through_a_dialog() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    // The list of commands is left out: Enter carries out the first of them.
    for dialog in [
        Dialog::Settings,
        Dialog::Keys,
        Dialog::Failures,
        Dialog::Export,
        Dialog::Interrupted,
        Dialog::Trash,
        Dialog::Keywords,
        Dialog::LabelSets,
        Dialog::PasteLabels,
        Dialog::ClearStore,
        Dialog::Models,
        Dialog::RemoveModel("/anywhere".into()),
        Dialog::Path(PathPrompt {
            purpose: Purpose::OpenFolder,
            reason: None,
            back: None,
        }),
        Dialog::Dropped("/anywhere.jpg".into()),
        Dialog::About,
    ] {
        window.command(Command::Show(Some(dialog.clone())));
        window.in_place();
        let before = untouched(&window);
        for (modifiers, key) in every_key() {
            if key != Key::Escape {
                press(&mut window, modifiers, key);
                assert_eq!(untouched(&window), before, "{key:?} in {dialog:?}");
            }
        }
        window.command(Command::Show(None));
    }
}

#[test]
fn arrows_belong_to_a_widget_that_has_the_focus() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.key(Key::Home);
    let before = window.selected();
    for name in ["Threshold of red", "Size of thumbnails"] {
        window.harness.get_by_label(name).focus();
        window.harness.step();
        window.key(Key::ArrowRight);
        assert_eq!(window.selected(), before, "{name}");
    }
}

/// A key as the window system sends it, with the character that it types.
fn typed(window: &Window, key: Key, text: &str) {
    window.harness.event(Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    });
    window.harness.event(Event::Text(text.into()));
}

#[test]
fn what_is_typed_while_a_field_opens_arrives_in_it() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let marks = window.state().library.snapshot().marks.clone();
    // All in one frame, as from a fast typist and a slow machine.
    typed(&window, Key::Slash, "/");
    typed(&window, Key::X, "x");
    typed(&window, Key::P, "p");
    window.in_place();
    assert_eq!(window.state().draft, "xp");
    window.type_into("New label", "5");
    assert_eq!(window.state().draft, "xp5");
    assert_eq!(window.state().library.snapshot().marks, marks);
    // In frames of their own, while a dialog is measured.
    window.key(Key::Escape);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.step();
    for (key, text) in [(Key::C, "c"), (Key::A, "a"), (Key::P, "p"), (Key::X, "x")] {
        typed(&window, key, text);
        window.harness.step();
    }
    window.in_place();
    window.harness.key_press(Key::Backspace);
    window.in_place();
    window.harness.key_press(Key::Enter);
    window.in_place();
    assert!(
        !window.state().memory.captions_show_matches,
        "found by \"cap\""
    );
    assert_eq!(window.state().library.snapshot().marks, marks);
}

#[test]
fn a_key_leads_from_pane_to_pane() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    for name in ["New label", "Search", "Group by"] {
        window.key(Key::F6);
        window.harness.step();
        assert!(window.harness.get_by_label(name).is_focused(), "{name}");
    }
    window.key(Key::F6);
    window.harness.step();
    assert!(!window.harness.get_by_label("Group by").is_focused());
    // The photos have the keyboard again.
    let before = window.selected();
    window.key(Key::ArrowRight);
    assert_ne!(window.selected(), before);
}

#[test]
fn what_is_typed_while_a_pane_gets_the_keyboard_arrives_in_it() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let marks = window.state().library.snapshot().marks.clone();
    window.harness.key_press(Key::F6);
    typed(&window, Key::X, "x");
    typed(&window, Key::P, "p");
    window.in_place();
    assert_eq!(window.state().draft, "xp");
    assert_eq!(window.state().library.snapshot().marks, marks);
}

#[test]
fn a_slash_over_a_large_photo_goes_to_the_labels() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    window.key(Key::Enter);
    typed(&window, Key::Slash, "/");
    typed(&window, Key::R, "r");
    typed(&window, Key::E, "e");
    window.in_place();
    assert!(window.state().viewer.is_none());
    assert_eq!(window.state().draft, "re");
}
