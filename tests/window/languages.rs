//! Labels in other languages in the window: their translation for a model that knows only English, and the offer of a
//! model that knows more.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use lumisift::app::command::{Action, Command};
use window::{add_label, coloured};

#[test]
fn a_label_in_another_language_says_what_it_means_and_lets_go_of_it() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "красный");
    assert!(window.has("красный means red"));
    assert!(window.shown()[0].starts_with("red"));
    window.click("красный means red");
    assert!(window.state().memory.labels[0].as_typed);
    // Translation can be switched on again in the same place.
    window.click("красный means red");
    assert!(!window.state().memory.labels[0].as_typed);
    window.act(Action::Undo);
    assert!(window.state().memory.labels[0].as_typed);
    add_label(&mut window, "green");
    assert!(!window.has_containing(" means "));
}

#[test]
fn general_words_stand_for_the_same_in_any_language() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "люди");
    assert!(window.has("люди means people"));
    assert!(window.has("люди stands for woman"));
    window.command(Command::SetAsTyped(1, true));
    assert!(!window.has("люди stands for woman"));
}

#[test]
fn unknown_words_lead_to_a_model_that_knows_them_and_nothing_is_fetched_unasked() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "квантовая запутанность");
    assert!(window.has_containing("knows English, and may not know this"));
    assert!(window.has("Get SigLIP 2 B/32 (1.5 GB)"));
    // Also on a closed label.
    add_label(&mut window, "red");
    assert!(window.has("Get SigLIP 2 B/32 (1.5 GB)"));
    assert!(window.state().models.download.is_none());
    window.command(Command::SetAsTyped(1, true));
    assert!(!window.has("Get SigLIP 2 B/32 (1.5 GB)"));
}
