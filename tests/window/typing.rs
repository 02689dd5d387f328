//! Text that is typed while a field opens or gets the focus arrives in it.

use crate::keys;
use crate::window;

use egui::{Event, Key, Modifiers};
use keys::untouched;
use lumisift::app::command::{Action, Dialog};
use window::{Window, coloured};

/// A key as the window system sends it, with the character that it types.
fn events(key: Key, text: &str) -> Vec<Event> {
    let pressed = Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let typed = (!text.is_empty()).then(|| Event::Text(text.into()));
    [pressed].into_iter().chain(typed).collect()
}

/// A key whose events have a frame each.
fn typed(window: &Window, key: Key, text: &str) {
    for event in events(key, text) {
        window.harness.event(event);
    }
}

/// Keys that all arrive in one frame, as from a fast typist and a slow machine.
fn typed_at_once(window: &mut Window, keys: &[(Key, &str)]) {
    let all = keys.iter().flat_map(|(key, text)| events(*key, text));
    window.harness.input_mut().events.extend(all);
    window.harness.step();
}

#[test]
fn what_is_typed_while_a_field_opens_arrives_in_it() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let marks = window.state().library.snapshot().marks.clone();
    let keys = [(Key::Slash, "/"), (Key::X, "x"), (Key::P, "p")];
    typed_at_once(&mut window, &keys);
    window.finish_layout();
    assert_eq!(window.state().draft, "xp");
    window.type_into("New label", "5");
    assert_eq!(window.state().draft, "xp5");
    assert_eq!(window.state().library.snapshot().marks, marks);
    // In separate frames, while a dialog is measured.
    window.key(Key::Escape);
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.harness.step();
    for (key, text) in [(Key::C, "c"), (Key::A, "a"), (Key::P, "p"), (Key::X, "x")] {
        typed(&window, key, text);
        window.harness.step();
    }
    window.finish_layout();
    window.harness.key_press(Key::Backspace);
    window.finish_layout();
    window.harness.key_press(Key::Enter);
    window.finish_layout();
    assert!(
        !window.state().memory.captions_show_matches,
        "found by \"cap\""
    );
    assert_eq!(window.state().library.snapshot().marks, marks);
}

#[test]
fn what_is_typed_after_enter_is_the_next_label() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let before = untouched(&window);
    window.key(Key::Slash);
    window.type_into("New label", "red");
    let keys = [
        (Key::Enter, ""),
        (Key::I, "i"),
        (Key::X, "x"),
        (Key::P, "p"),
    ];
    typed_at_once(&mut window, &keys);
    window.finish_layout();
    window.settle();
    let after = untouched(&window);
    assert_eq!(window.state().memory.labels[0].text, "red");
    assert_eq!(window.state().draft, "ixp");
    assert_eq!(after.marks, before.marks);
    assert_eq!(
        after.memory.captions_show_matches,
        before.memory.captions_show_matches
    );
}

#[test]
fn what_is_typed_while_a_pane_gets_the_keyboard_arrives_in_it() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let marks = window.state().library.snapshot().marks.clone();
    window.harness.key_press(Key::F6);
    typed(&window, Key::X, "x");
    typed(&window, Key::P, "p");
    window.finish_layout();
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
    window.finish_layout();
    assert!(window.state().viewer.is_none());
    assert_eq!(window.state().draft, "re");
}

#[test]
fn what_is_typed_after_a_command_is_chosen_by_name_arrives_in_its_field() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    let marks = window.state().library.snapshot().marks.clone();
    for in_one_frame in [true, false] {
        window.open_dialog(Action::Palette);
        window.type_into("Find a command", "add a label");
        let keys = [(Key::Enter, ""), (Key::X, "x"), (Key::P, "p")];
        match in_one_frame {
            true => typed_at_once(&mut window, &keys),
            false => keys
                .iter()
                .for_each(|(key, text)| typed(&window, *key, text)),
        }
        window.finish_layout();
        assert_eq!(window.state().draft, "xp", "in one frame: {in_one_frame}");
        assert_eq!(window.state().library.snapshot().marks, marks);
        window.key(Key::Escape);
    }
}

#[test]
fn a_key_in_a_text_field_edits_it_or_is_a_command_but_never_both() {
    let (_dir, mut window) = coloured();
    let roots = window.state().memory.roots.clone();
    let ctrl = Modifiers {
        ctrl: true,
        ..Modifiers::COMMAND
    };
    window.type_into("New label", "red car");
    window.keys(ctrl, Key::W);
    assert_eq!(window.state().draft, "red ");
    assert_eq!(window.state().memory.roots, roots);
    window.key(Key::Home);
    window.keys(ctrl, Key::K);
    assert_eq!(window.state().dialog, Some(Dialog::Palette));
    assert_eq!(window.state().draft, "red ");
}

#[test]
fn what_is_typed_while_the_keyboard_leaves_a_field_for_another_arrives_in_that() {
    let (_dir, mut window) = coloured();
    window.type_into("New label", "sea");
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::F);
    for (key, text) in [(Key::R, "r"), (Key::E, "e"), (Key::D, "d")] {
        typed(&window, key, text);
    }
    window.finish_layout();
    window.settle();
    assert_eq!(window.state().search, "red");
    assert_eq!(window.state().draft, "sea");
    let shows_matches = window.state().memory.captions_show_matches;
    window
        .harness
        .key_press_modifiers(Modifiers::COMMAND, Key::K);
    for (key, text) in [(Key::C, "c"), (Key::A, "a"), (Key::P, "p")] {
        typed(&window, key, text);
    }
    window.finish_layout();
    window.settle();
    window.key(Key::Enter);
    assert_eq!(window.state().search, "red");
    assert_ne!(window.state().memory.captions_show_matches, shows_matches);
}
