//! Editing labels and label sets, and undoing each edit.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command};
use window::{Window, add_label, coloured};

#[test]
fn each_typed_threshold_and_each_edit_of_a_text_is_undone_on_its_own() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    let line = |window: &Window| window.state().memory.labels[0].min_match;
    let before = line(&window);
    for typed in ["40", "60"] {
        window.click("Type the threshold of red");
        window.harness.step();
        window.keys(Modifiers::COMMAND, Key::A);
        window.type_into("Threshold of red in percent", typed);
        window.key(Key::Enter);
    }
    for expected in [0.4, before] {
        window.act(Action::Undo);
        assert!((line(&window) - expected).abs() < 1e-6, "{expected}");
    }
    window.type_into("Label red", " car");
    window.key(Key::Escape);
    window.type_into("Label red car", "s");
    window.key(Key::Escape);
    for expected in ["red car", "red"] {
        window.act(Action::Undo);
        assert_eq!(window.state().memory.labels[0].text, expected);
    }
}

#[test]
fn a_minus_before_the_text_of_a_label_makes_it_exclude_photos() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.harness.get_by_label("Label red").focus();
    window.harness.step();
    window.key(Key::Home);
    window.harness.event(Event::Text("-".into()));
    window.harness.step();
    assert_eq!(window.state().memory.labels[0].text, "-red");
    window.key(Key::Escape);
    let label = &window.state().memory.labels[0];
    assert_eq!((label.text.as_str(), label.negated), ("red", true));
    window.act(Action::Undo);
    let label = &window.state().memory.labels[0];
    assert_eq!((label.text.as_str(), label.negated), ("red", false));
}

#[test]
fn a_label_set_that_was_deleted_or_replaced_comes_back() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.command(Command::SaveLabelSet("mine".into()));
    add_label(&mut window, "green");
    window.command(Command::SaveLabelSet("mine".into()));
    let kept = |window: &Window| -> Vec<usize> {
        let sets = window.state().memory.sets.iter();
        sets.map(|set| set.labels.len()).collect()
    };
    assert_eq!(kept(&window), [2]);
    window.act(Action::Undo);
    assert_eq!(kept(&window), [1]);
    window.open_dialog(Action::LabelSets);
    window.click("Delete the set mine");
    window.command(Command::Show(None));
    assert!(kept(&window).is_empty());
    window.act(Action::Undo);
    assert_eq!(kept(&window), [1]);
    window.act(Action::Redo);
    assert!(kept(&window).is_empty());
    assert_eq!(window.state().memory.labels.len(), 2);
}
