//! Questions about a label: answered with keys, undone, and used for its threshold.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Dialog};
use window::{Setup, Window, add_label, colours};

/// Ten photos of each colour, with a label for one of them.
fn labelled() -> (tempfile::TempDir, Window) {
    labelled_with(10)
}

fn labelled_with(each: usize) -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), each);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(3 * each);
    add_label(&mut window, "red");
    (dir, window)
}

fn current_photo(window: &Window) -> String {
    let questions = window.state().questions.as_ref().expect("questions");
    let item = window.state().item(questions.current().expect("a photo"));
    item.expect("a photo").name.clone()
}

fn answers(window: &Window) -> usize {
    window
        .state()
        .questions
        .as_ref()
        .expect("questions")
        .answers()
}

#[test]
fn ten_answers_set_the_threshold_and_say_how_sure_it_is() {
    for size in [egui::vec2(1280.0, 800.0), egui::vec2(800.0, 600.0)] {
        let (_dir, mut window) = labelled();
        window.harness.set_size(size);
        window.click("More for red");
        window.finish_layout();
        window.click("Ten questions: check it…");
        window.finish_layout();
        assert_eq!(window.state().dialog, Some(Dialog::Questions));
        assert!(window.has("Does this photo show “red”?"));
        let first = current_photo(&window);
        assert!(window.has(&format!("Asked about: {first}")));
        // "Not sure" is not an answer, but is undone like one.
        window.key(Key::Space);
        assert_ne!(current_photo(&window), first);
        assert_eq!(answers(&window), 0);
        window.keys(Modifiers::COMMAND, Key::Z);
        assert_eq!(current_photo(&window), first);
        for count in 1..=10 {
            let fits = current_photo(&window).starts_with("red");
            window.key(if fits { Key::Y } else { Key::N });
            assert_eq!(answers(&window), count);
        }
        assert!(window.has("After 10 of 10 answers:"));
        let questions = window.state().questions.as_ref().expect("questions");
        let (line, sentence) = (questions.suggested, questions.sentence.clone());
        assert!(
            sentence.starts_with("red: 10 photos fit, about 0 of them wrong ("),
            "{sentence}"
        );
        window
            .harness
            .get_by_label_contains("Set the threshold to")
            .click();
        window.harness.step();
        window.settle();
        assert!(window.state().dialog.is_none());
        let label = &window.state().memory.labels[0];
        assert_eq!(label.min_match, line);
        assert_eq!(label.examples.len() + label.counter_examples.len(), 10);
        assert!(window.has(&sentence));
        window.act(Action::Undo);
        assert!(window.state().memory.labels[0].examples.is_empty());
    }
}

#[test]
fn answers_can_be_clicked_and_questions_left() {
    let (_dir, mut window) = labelled();
    window.open_dialog(Action::Ask);
    window.click("Yes, it fits");
    window.click("No, it does not fit");
    assert_eq!(answers(&window), 2);
    window.click("Take back the answer");
    assert_eq!(answers(&window), 1);
    window.key(Key::Escape);
    assert!(window.state().questions.is_none());
    assert_eq!(window.state().memory.labels[0].min_match, 0.2);
}

#[test]
fn the_last_answer_about_few_photos_can_be_taken_back() {
    let (_dir, mut window) = labelled_with(1);
    window.open_dialog(Action::Ask);
    for _ in 0..3 {
        window.key(Key::N);
    }
    let has_question = |window: &Window| {
        let questions = window.state().questions.as_ref().expect("questions");
        questions.current().is_some()
    };
    assert!(!has_question(&window) && answers(&window) == 3);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert!(has_question(&window) && answers(&window) == 2);
    window.key(Key::N);
    assert!(!has_question(&window));
    window.click("Take back the answer");
    assert!(has_question(&window) && answers(&window) == 2);
}

#[test]
fn the_space_bar_says_not_sure_once_even_if_a_button_has_the_focus() {
    let (_dir, mut window) = labelled();
    window.open_dialog(Action::Ask);
    window.harness.get_by_label("Yes, it fits").focus();
    window.harness.step();
    assert!(
        window
            .harness
            .ctx
            .memory(|memory| memory.focused().is_some())
    );
    let first = current_photo(&window);
    window.key(Key::Space);
    assert_eq!(answers(&window), 0);
    let second = current_photo(&window);
    assert_ne!(second, first);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(current_photo(&window), first, "one answer was given");
    // Holding the key down answers one question.
    window.harness.key_down(Key::Space);
    window.harness.step();
    window.harness.key_down(Key::Space);
    window.harness.step();
    window.harness.key_up(Key::Space);
    window.harness.step();
    assert_eq!((current_photo(&window), answers(&window)), (second, 0));
    window.key(Key::Enter);
    assert_eq!(answers(&window), 1, "the button still has the focus");
}
