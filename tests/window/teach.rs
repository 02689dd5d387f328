//! Teaching labels from photos: with a key, by dropping photos onto a label, and with a new label from photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command};
use window::{Window, add_label, coloured};

fn with_red() -> (tempfile::TempDir, Window) {
    let (dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.harness.step();
    (dir, window)
}

#[test]
fn a_key_makes_examples_and_says_what_they_changed() {
    let (_dir, mut window) = with_red();
    window.click_photo("green 1.png");
    window.key(Key::T);
    assert_eq!(window.state().memory.labels[0].examples.len(), 1);
    assert!(window.has_containing("red: 3 -> "));
    window.keys(Modifiers::SHIFT, Key::T);
    let label = &window.state().memory.labels[0];
    assert_eq!((label.examples.len(), label.counter_examples.len()), (0, 1));
    window.act(Action::Undo);
    assert_eq!(window.state().memory.labels[0].examples.len(), 1);
    assert!(
        !window.has_containing("red: 3 -> ") && window.has_containing("Undone: "),
        "the numbers before the undo no longer hold"
    );
}

#[test]
fn with_several_labels_the_open_one_learns() {
    let (_dir, mut window) = with_red();
    add_label(&mut window, "blue");
    window.key(Key::Escape);
    window.command(Command::GoToLabel(1));
    window.command(Command::SelectItems(vec![0], false));
    window.key(Key::T);
    assert_eq!(window.state().memory.labels[0].examples.len(), 1);
    assert!(window.state().memory.labels[1].examples.is_empty());
}

#[test]
fn photos_are_dropped_onto_a_label() {
    let (_dir, mut window) = with_red();
    window.click_photo("green 1.png");
    window.keys(Modifiers::SHIFT, Key::ArrowRight);
    let count = window.selected().len();
    let from = window.harness.query_all_by_label_contains("green 1.png");
    let from = { from }.next().expect("a cell").rect().center();
    let to = window
        .harness
        .get_by_label("Go to red")
        .rect()
        .center_bottom()
        - egui::vec2(0.0, 3.0);
    window.harness.hover_at(from);
    window.harness.step();
    window.harness.drag_at(from);
    window.harness.step();
    for part in [0.3, 0.6, 1.0] {
        window.harness.hover_at(from + (to - from) * part);
        window.harness.step();
    }
    window.harness.drop_at(to);
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].examples.len(), count);
}

#[test]
fn photos_make_a_label_of_their_own() {
    let (_dir, mut window) = with_red();
    let name = window
        .shown()
        .iter()
        .position(|name| name.starts_with("blue"));
    let order = &window.state().response.arrangement.order;
    let id = order[name.expect("a blue photo")];
    window.command(Command::SelectItems(vec![id], false));
    window.act(Action::LabelFromThese);
    let label = &window.state().memory.labels[1];
    assert!(label.text.starts_with("like:"), "{}", label.text);
    let scored = window.state().response.scored();
    let fits = (0..9).filter(|id| scored.fits(1, *id));
    let names = fits.map(|id| window.state().item(id).expect("a photo").name.clone());
    assert!({ names }.any(|name| name.starts_with("blue")));
}

#[test]
fn what_is_taught_twice_changes_nothing_and_says_nothing() {
    let (_dir, mut window) = with_red();
    window.click_photo("green 1.png");
    window.key(Key::T);
    let steps = window.state().past_notices.len();
    window.key(Key::T);
    assert_eq!(window.state().past_notices.len(), steps);
    assert_eq!(window.state().pending_training, None);
    // And there is one step to undo, not two.
    window.act(Action::Undo);
    assert!(window.state().memory.labels[0].examples.is_empty());
}
