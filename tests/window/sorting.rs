//! Sorting and searching photos in the window.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog, WelcomeStep};
use lumisift::app::document::arrange::Heading;
use lumisift::app::document::filter::{Filter, Grouping, LabelFit, SortKey, Sorting};
use lumisift::app::document::state::SessionState;
use lumisift::engine::organize::marks::Flag;
use std::sync::Arc;
use window::{Dropped, Setup, add_label, coloured};

#[test]
fn an_empty_window_says_what_to_do_and_offers_samples() {
    let mut window = Setup::new(Vec::new()).open();
    window.harness.run();
    assert!(window.has("Drop a folder of photos here"));
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    window.click("Try it with sample photos");
    window.read(14);
    assert!(window.shown().contains(&"cat.jpg".to_owned()));
    assert!(!window.state().memory.labels.is_empty());
    // The labels are for the samples, and are removed when the user opens other photos.
    let own = tempfile::tempdir().expect("a folder");
    window.command(Command::OpenPaths(vec![own.path().into()]));
    assert!(window.state().memory.labels.is_empty());
}

#[test]
fn labels_sort_the_grid_and_count_while_they_are_typed() {
    let (_dir, mut window) = coloured();
    window.type_into("New label", "red");
    assert!(window.has_containing("red: 3 would fit"));
    assert!(window.state().memory.labels.is_empty(), "not kept yet");
    window.key(Key::Enter);
    add_label(&mut window, "green");
    let arrangement = &window.state().response.arrangement;
    assert_eq!(arrangement.counts, [3, 3]);
    let groups: Vec<_> = arrangement
        .groups
        .iter()
        .map(|g| (g.heading.clone(), g.len))
        .collect();
    let headings = [Heading::Label(0), Heading::Label(1), Heading::SomethingElse];
    assert_eq!(groups, headings.map(|heading| (heading, 3)));
    assert!(window.shown()[0].starts_with("red"));
    assert!(window.has("Show only red: 3"));
    let named = window
        .harness
        .query_all_by_label_contains("red 1.png, red ");
    assert_eq!(named.count(), 1, "a photo's name says its label");
    // Every keystroke of an edit counts.
    window.type_into("Label green", "x");
    assert_eq!(window.state().memory.labels[1].text, "greenx");
    window.command(Command::RemoveLabel(1));
    assert_eq!(window.state().response.labels.len(), 1);
    window.act(Action::Undo);
    assert_eq!(window.state().response.labels.len(), 2);
}

#[test]
fn a_list_of_labels_can_be_pasted_and_kept_under_a_name() {
    let (_dir, mut window) = coloured();
    window.act(Action::PasteLabels);
    window.type_into("List of labels", "red, green");
    window.click("Add these labels");
    assert_eq!(window.state().memory.labels.len(), 2);
    window.act(Action::LabelSets);
    window.type_into("Name of the set", "colours");
    window.click("Save current labels");
    window.command(Command::Show(None));
    window.act(Action::ClearLabels);
    assert!(window.state().memory.labels.is_empty());
    window.act(Action::LabelSets);
    window.click("colours");
    assert_eq!(window.state().memory.labels.len(), 2);
    assert_eq!(window.state().dialog, None);
}

#[test]
fn a_pasted_list_becomes_labels() {
    let (_dir, mut window) = coloured();
    window.harness.get_by_label("New label").focus();
    window.harness.step();
    window
        .harness
        .event(egui::Event::Paste("red\ngreen\n".into()));
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels.len(), 2);
    assert!(window.state().draft.is_empty());
}

#[test]
fn the_photo_under_the_eye_stays_while_others_come() {
    let dir = tempfile::tempdir().expect("a folder");
    common::photos(dir.path(), 300);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(300);
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    window.key(Key::End);
    window.key(Key::PageUp);
    let name = window.selected()[0].clone();
    let before = window.harness.get_by_label(&name).rect();
    // These are sorted before all others.
    for n in 0..40 {
        let image = image::RgbImage::from_pixel(16, 16, image::Rgb([n, 9, 9]));
        image
            .save(dir.path().join(format!("a{n}.png")))
            .expect("saved");
    }
    window.act(Action::Rescan);
    window.read(340);
    assert_eq!(
        window.harness.get_by_label(&name).rect().top(),
        before.top()
    );
    assert_eq!(window.selected(), [name]);
}

#[test]
fn thresholds_filters_and_orders_change_what_is_shown() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.click("Show only red: 3");
    assert_eq!(window.shown().len(), 3);
    assert!(window.has("3 of 9 photos"));
    window.command(Command::SetMinMatch(1, 1.0));
    assert!(window.has("No photo fits the filters and the search"));
    window.click("Clear filters and search");
    assert_eq!(window.shown().len(), 9);
    window.command(Command::SetMinMatch(1, 0.2));
    window.command(Command::ToggleFit(LabelFit::Nothing));
    assert_eq!(window.shown().len(), 6, "something else");
    window.act(Action::ClearFilter);
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    window.command(Command::GroupBy(Grouping::Nothing));
    assert_eq!(window.shown()[0], "blue 1.png");
    let filter = Filter {
        name: "GREEN".into(),
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    assert_eq!(
        window.shown(),
        ["green 1.png", "green 2.png", "green 3.png"]
    );
    window.command(Command::SetNegated(1, true));
    window.act(Action::ClearFilter);
    assert_eq!(window.state().response.arrangement.counts, [3]);
}

#[test]
fn the_threshold_is_a_line_that_can_be_dragged() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    let line = window.harness.get_by_label("Threshold of red").rect();
    let at = |part: f32| egui::pos2(line.left() + line.width() * part, line.center().y);
    window.harness.hover_at(at(0.2));
    window.harness.step();
    window.harness.drag_at(at(0.2));
    window.harness.step();
    window.harness.hover_at(at(1.2));
    window.harness.step();
    window.harness.drop_at(at(1.2));
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].min_match, 1.0);
    assert_eq!(window.state().response.arrangement.counts, [0]);
    // And moved with the keyboard.
    window.harness.get_by_label("Threshold of red").focus();
    window.harness.step();
    window.harness.key_press(Key::ArrowLeft);
    window.harness.step();
    window.settle();
    assert_eq!(window.state().memory.labels[0].min_match, 0.999);
}

#[test]
fn the_search_ranks_and_hides_what_does_not_fit() {
    let (dir, mut window) = coloured();
    window.type_into("Search", "blue");
    assert_eq!(window.state().sorting().key, SortKey::Search);
    assert!(window.shown().len() < 9 && window.shown()[0].starts_with("blue"));
    // In another order, each still shows how well it fits the search.
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    assert!(window.has_containing("blue 1.png, found "));
    // Photos that fit badly are shown until the search ends.
    let filter = Filter {
        search_shows_all: true,
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    assert_eq!(window.shown().len(), 9);
    assert!(window.has("Remove the filter nearest to the search"));
    window.click("Clear the search");
    assert_eq!(window.shown().len(), 9);
    assert!(!window.state().memory.filter.search_shows_all);
    assert_eq!(window.state().memory.sorting, Sorting::default());
    // Ctrl+F leads there from anywhere.
    window.keys(Modifiers::COMMAND, Key::F);
    assert!(window.harness.get_by_label("Search").is_focused());
    // A picture that is dropped onto the box is searched for.
    let place = window.harness.get_by_label("Search").rect().center();
    window.harness.hover_at(place);
    window.harness.step();
    let dropped = Arc::new(Dropped(dir.path().join("green 2.png")));
    window.harness.input_mut().dropped_files.push(dropped);
    window.harness.step();
    window.until("the search", |w| w.state().search.contains("green 2.png"));
    window.settle();
    assert!(window.shown()[0].starts_with("green"));
    window.command(Command::SearchFor("like:missing.jpg".into()));
    assert!(window.has_containing("missing.jpg"), "the error is shown");
}

#[test]
fn find_similar_starts_from_the_chosen_photo() {
    let (_dir, mut window) = coloured();
    let blue = window.state().library.snapshot().items.iter();
    let blue = blue.zip(0..).find(|(item, _)| item.name == "blue 1.png");
    let id = blue.expect("a blue photo").1;
    window.command(Command::SelectionMode(
        id,
        lumisift::app::document::selection::SelectionMode::Only,
    ));
    window.key(Key::F);
    assert!(window.shown()[0].starts_with("blue"));
}

#[test]
fn photos_are_selected_as_in_a_file_manager() {
    let (_dir, mut window) = coloured();
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    window.click("blue 1.png");
    assert_eq!(window.selected(), ["blue 1.png"]);
    window.keys(Modifiers::SHIFT, Key::ArrowRight);
    window.keys(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.selected().len(), 3);
    let other = window.harness.get_by_label("red 3.png");
    other.click_modifiers(Modifiers::COMMAND);
    window.harness.step();
    assert_eq!(window.selected().len(), 4);
    window.keys(Modifiers::COMMAND, Key::A);
    assert_eq!(window.selected().len(), 9);
    window.key(Key::Escape);
    assert!(window.selected().is_empty());
    window.key(Key::End);
    assert_eq!(window.selected(), ["red 3.png"]);
    window.key(Key::Home);
    assert_eq!(window.selected(), ["blue 1.png"]);
}

#[test]
fn a_rubber_band_selects_what_it_meets() {
    let (_dir, mut window) = coloured();
    let first = window.harness.get_by_label("blue 1.png").rect();
    let order = window.shown();
    let second = window.harness.get_by_label(&order[1]).rect();
    assert!(second.left() > first.left());
    window
        .harness
        .hover_at(first.left_top() - egui::vec2(3.0, 3.0));
    window.harness.step();
    window
        .harness
        .drag_at(first.left_top() - egui::vec2(3.0, 3.0));
    window.harness.step();
    window.harness.hover_at(second.center());
    window.harness.step();
    window
        .harness
        .hover_at(second.center() + egui::vec2(1.0, 1.0));
    window.harness.step();
    assert_eq!(window.selected(), order[..2]);
    window.harness.drop_at(second.center());
    window.harness.step();
    assert_eq!(window.selected(), order[..2]);
}

#[test]
fn the_viewer_shows_goes_on_and_decides() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.harness.step();
    window.key(Key::Home);
    window.key(Key::Enter);
    let viewed = window.state().viewer.as_ref().expect("a viewer").item();
    assert!(window.has_containing("red: match"));
    window.key(Key::P);
    window.key(Key::Num4);
    let mark = window.state().library.mark(viewed);
    assert_eq!((mark.flag, mark.stars), (Flag::Pick, 4));
    window.key(Key::ArrowRight);
    let next = window.state().viewer.as_ref().expect("a viewer").item();
    assert_ne!(viewed, next);
    window.key(Key::Z);
    assert_eq!(
        window.state().viewer.as_ref().expect("a viewer").zoom,
        Some(1.0)
    );
    window.key(Key::X);
    assert_eq!(window.state().library.mark(next).flag, Flag::Reject);
    window.act(Action::Undo);
    assert_eq!(window.state().library.mark(next).flag, Flag::None);
    window.act(Action::Redo);
    window.key(Key::Escape);
    assert!(window.state().viewer.is_none());
    assert!(window.has_containing(", picked, 4 stars"));
    assert!(window.has_containing(", rejected"));
    // A double-click opens it, too.
    let name = window.shown()[2].clone();
    let cell = window.harness.query_all_by_label_contains(&name).next();
    let at = cell.expect("a cell").rect().center();
    for _ in 0..2 {
        window.harness.drag_at(at);
        window.harness.drop_at(at);
    }
    window.harness.step();
    assert!(window.state().viewer.is_some());
}

#[test]
fn keys_go_to_the_text_field_while_it_is_typed_in() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    window.key(Key::Slash);
    assert!(window.harness.get_by_label("New label").is_focused());
    window.type_into("New label", "px0");
    assert_eq!(window.state().draft, "px0");
    let marks = window.state().library.snapshot().marks.clone();
    assert!(marks.iter().all(|mark| *mark == Default::default()));
}

#[test]
fn commands_are_found_by_name_and_keys_are_shown() {
    let (_dir, mut window) = coloured();
    window.keys(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "captions");
    window.key(Key::Enter);
    assert!(!window.state().memory.captions_show_matches);
    assert_eq!(window.state().dialog, None);
    window.key(Key::F1);
    assert_eq!(window.state().dialog, Some(Dialog::Keys));
    assert!(window.has("Find similar"));
    window.key(Key::Escape);
    assert_eq!(window.state().dialog, None);
}

#[test]
fn examples_join_a_label() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.click_photo("green 1.png");
    window.command(Command::AddExamples(1));
    assert_eq!(window.state().memory.labels[0].examples.len(), 1);
    assert!(window.has("1 example"));
    // Decisions about photos are compared with the threshold.
    window.until("advice", |w| {
        w.has_containing("of your 1 example above it fit")
    });
    // On a closed label there is one line.
    window.command(Command::AddLabels("blue".into()));
    assert!(!window.has("1 example"));
    window.command(Command::GoToLabel(1));
    window.settle();
    assert!(window.has("1 example"));
    let green = window
        .state()
        .response
        .scored()
        .matched(0, window.state().selection.cursor.expect("a photo"));
    assert!(green.expect("a match") > 0.05);
}

#[test]
fn examples_on_the_wrong_side_of_the_threshold_are_reported() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.click_photo("red 1.png");
    window.command(Command::AddExamples(1));
    window.until("advice", |w| {
        w.has_containing("1 of your 1 example above it fit")
    });
}

#[test]
fn a_general_word_says_what_it_stands_for_and_lets_go_of_it() {
    let (dir, mut window) = coloured();
    add_label(&mut window, "people");
    assert!(window.has("people stands for woman"));
    window.click("people stands for woman");
    assert_eq!(window.state().memory.labels[0].without, ["woman"]);
    // It is remembered.
    let home = window.home();
    window.until("a file", |w| {
        let kept = std::fs::read_to_string(w.home().path().join("config/window.json"));
        kept.is_ok_and(|kept| kept.contains("\"woman\""))
    });
    drop(window);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.home = home;
    let mut window = setup.open();
    window.read(9);
    assert_eq!(window.state().memory.labels[0].without, ["woman"]);
    let id = window.state().memory.labels[0].id;
    window.command(Command::GoToLabel(id));
    window.settle();
    window.click("people stands for woman");
    assert!(window.state().memory.labels[0].without.is_empty());
    window.command(Command::SetExactly(id, true));
    assert!(!window.has("people stands for woman"));
    window.act(Action::Undo);
    assert!(window.has("people stands for woman"));
}

#[test]
fn all_lines_move_at_once_and_back() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    add_label(&mut window, "green");
    let lines = |window: &window::Window| -> Vec<f32> {
        let labels = window.state().memory.labels.iter();
        labels.map(|label| label.min_match).collect()
    };
    let before = lines(&window);
    window.click("Make all labels stricter");
    let strict = lines(&window);
    assert!(strict.iter().zip(&before).all(|(a, b)| a > b), "{strict:?}");
    window.act(Action::Undo);
    assert_eq!(lines(&window), before);
    window.click("Make all labels looser");
    assert!(lines(&window).iter().zip(&before).all(|(a, b)| a < b));
    // The model of this test has no precision figures of its own.
    assert!(window.has_containing("check the photos near the threshold"));
}

#[test]
fn every_dialog_names_all_that_can_be_used() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Home);
    for dialog in [
        Dialog::Settings,
        Dialog::Keys,
        Dialog::Palette,
        Dialog::Failures,
        Dialog::Export,
        Dialog::LabelSets,
        Dialog::PasteLabels,
        Dialog::ClearStore,
        Dialog::Interrupted,
        Dialog::Trash,
        Dialog::Models { back: None },
        Dialog::RemoveModel {
            dir: "/anywhere".into(),
            back: None,
        },
        Dialog::Welcome(WelcomeStep::Photos),
        Dialog::Welcome(WelcomeStep::Model),
        Dialog::About,
    ] {
        window.command(Command::Show(Some(dialog.clone())));
        window.harness.step();
        let unnamed = window.harness.unnamed_widgets();
        assert!(unnamed.is_empty(), "{dialog:?}: {unnamed:?}");
        window.command(Command::Show(None));
    }
    window.key(Key::Enter);
    let unnamed = window.harness.unnamed_widgets();
    assert!(unnamed.is_empty(), "the viewer: {unnamed:?}");
}
