//! Proposed groups: their names as suggestions for labels, the dialog in which they are accepted, changed or dismissed,
//! and words that describe photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use std::sync::Arc;

use lumisift::app::command::{Action, Command, FindingCommand};
use lumisift::engine::inference::Model;
use lumisift::t;
use lumisift::text::{self, Locale};
use window::{Setup, Window, colours};

/// Six red, six green and six blue photos, which words describe.
fn window_with_clusters() -> (tempfile::TempDir, Window) {
    window_with_clusters_in(Locale::English)
}

fn window_with_clusters_in(language: Locale) -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 6);
    let setup = Setup {
        load: Some(Arc::new(|_| {
            Ok(Arc::new(common::ColourModel::loose()) as Arc<dyn Model>)
        })),
        language,
        ..Setup::new(vec![dir.path().into()])
    };
    let mut window = setup.open();
    assert!(!window.state().clusters.is_known);
    window.read(18);
    window.until("heaps", |w| w.state().clusters.is_known);
    window.settle();
    (dir, window)
}

fn names(window: &Window) -> Vec<String> {
    let clusters = window.state().clusters.proposed.iter();
    clusters.map(|cluster| cluster.name.clone()).collect()
}

#[test]
fn labels_are_suggested_from_the_photos_that_are_open() {
    let (_dir, mut window) = window_with_clusters();
    let names = names(&window);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(
        !window.has("Add the label people"),
        "no fixed list any more"
    );
    let suggested = format!("Add the label {}", names[0]);
    window.click(&suggested);
    assert_eq!(window.state().memory.labels[0].text, names[0]);
    assert!(!window.has(&suggested));
}

#[test]
fn suggestions_and_heaps_are_in_the_language_of_the_window() {
    let (_dir, window) = window_with_clusters();
    let english = names(&window);
    drop(window);
    let (_dir, mut window) = window_with_clusters_in(Locale::SimplifiedChinese);
    let chinese: Vec<&str> = english.iter().map(|word| text::label_word(word)).collect();
    assert_eq!(names(&window), english);
    let suggested = t!("add-the-label", text = chinese[0]);
    window.click(&suggested);
    assert_eq!(window.state().memory.labels[0].text, chinese[0]);
    assert!(!window.has(&suggested));
    window.open_dialog(Action::Clusters);
    window.click(&t!("make-heap-a-label", heap = chinese[1]));
    assert_eq!(window.state().memory.labels[1].text, chinese[1]);
    window.click(&t!("dismiss-the-heap", heap = chinese[2]));
    let dismissed = &window.state().memory.dismissed_heaps;
    assert!(dismissed.contains(&english[2]), "{dismissed:?}");
}

#[test]
fn a_heap_becomes_a_label_with_its_photos_as_examples() {
    let (_dir, mut window) = window_with_clusters();
    let names = names(&window);
    window.open_dialog(Action::Clusters);
    window.click(&format!("Make {} a label", names[0]));
    let label = &window.state().memory.labels[0];
    assert_eq!(label.text, names[0]);
    assert_eq!(label.examples.len(), 6);
    assert_eq!(window.state().clusters.proposed.len(), 2);
    window.command(Command::Show(None));
    window.act(Action::Undo);
    assert!(window.state().memory.labels.is_empty());
}

#[test]
fn heaps_are_renamed_merged_and_dismissed() {
    let (dir, mut window) = window_with_clusters();
    let before = names(&window);
    window.open_dialog(Action::Clusters);
    window.type_into(&format!("Name of the heap {}", before[0]), "!");
    window.key(egui::Key::Enter);
    window.settle();
    assert_eq!(names(&window)[0], format!("{}!", before[0]));
    window.click(&format!("Merge {} into another heap", before[2]));
    window.finish_layout();
    window.click(&format!("Into {}", before[1]));
    assert_eq!(names(&window).len(), 2);
    assert_eq!(window.state().clusters.proposed[1].photos.len(), 12);
    window.click(&format!("Dismiss the heap {}!", before[0]));
    assert_eq!(names(&window), [before[1].as_str()]);
    let suggestions = &window.state().clusters.suggestions;
    assert!(!suggestions.contains(&before[0]), "{suggestions:?}");
    // It is not proposed again under any of its names.
    let home = window.home();
    window.until("saved", |w| {
        let folders = ["state", "config", "data"].map(|dir| w.home().path().join(dir));
        let files = folders.map(|folder| folder.join("window.json"));
        let mut texts = files
            .iter()
            .filter_map(|file| std::fs::read_to_string(file).ok());
        texts.any(|text| text.contains("dismissed_heaps") && text.contains(&before[0]))
    });
    drop(window);
    let setup = Setup {
        home,
        load: Some(Arc::new(|_| {
            Ok(Arc::new(common::ColourModel::loose()) as Arc<dyn Model>)
        })),
        ..Setup::new(vec![dir.path().into()])
    };
    let mut window = setup.open();
    window.read(18);
    window.until("heaps", |w| w.state().clusters.is_known);
    assert!(!names(&window).contains(&before[0]));
    window.open_dialog(Action::Clusters);
    window.click("Propose dismissed heaps again");
    window.until("all heaps", |w| names(w).len() == 3);
}

#[test]
fn what_is_done_to_heaps_can_be_undone_and_redone() {
    let (_dir, mut window) = window_with_clusters();
    let before = names(&window);
    let about = |command| Command::Found(command);
    let rename = FindingCommand::RenameCluster(0, "mine".into());
    for (command, clusters) in [
        (rename, 3),
        (FindingCommand::MergeClusters(0, 1), 2),
        (FindingCommand::DismissCluster(0), 2),
        (FindingCommand::AddCluster(2), 2),
    ] {
        let suggestions = window.state().clusters.suggestions.clone();
        window.command(about(command.clone()));
        let after = names(&window);
        assert_eq!(after.len(), clusters, "{command:?}");
        let state = window.state();
        let dismissed = state.memory.dismissed_heaps.clone();
        let labels = state.memory.labels.len();
        window.act(Action::Undo);
        assert_eq!(names(&window), before, "{command:?}");
        let state = window.state();
        assert_eq!(state.clusters.suggestions, suggestions);
        assert!(state.memory.dismissed_heaps.is_empty() && state.memory.labels.is_empty());
        window.act(Action::Redo);
        assert_eq!(names(&window), after, "{command:?}");
        let state = window.state();
        assert_eq!(state.memory.dismissed_heaps, dismissed);
        assert_eq!(state.memory.labels.len(), labels);
        window.act(Action::Undo);
    }
    // A step that changes nothing is not recorded for undo.
    window.command(about(FindingCommand::MergeClusters(1, 1)));
    assert!(!window.state().history.can_undo());
}

#[test]
fn photos_are_named_by_what_they_show_and_found_by_it() {
    let (_dir, mut window) = window_with_clusters();
    window.until("the words", |w| w.has_containing("green 1.png, greenhouse"));
    window.command(Command::SearchFor("tag:greenhouse".into()));
    let shown = window.shown();
    assert_eq!(shown.len(), 6);
    assert!(shown.iter().all(|name| name.starts_with("green")));
    window.command(Command::Found(FindingCommand::DismissOffer));
}
