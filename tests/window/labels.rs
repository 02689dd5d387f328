//! Labels while they are typed and afterwards: the best photos in sight, thresholds dragged, stepped and typed, and
//! photos just below a threshold.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::Key;
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command};
use lumisift::app::document::arrange::Heading;
use lumisift::app::document::filter::{Grouping, LabelFit, SortKey, Sorting};
use lumisift::app::document::viewer::Viewer;
use window::{Setup, Window, add_label, coloured, colours};

/// Whether the element with this name is completely inside the window.
fn is_fully_visible(window: &Window, name: &str) -> bool {
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 800.0));
    let mut found = window.harness.query_all_by_label_contains(name);
    found.any(|node| screen.contains_rect(node.rect()))
}

#[test]
fn a_negated_label_is_suggested_only_after_it_was_removed() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "-watch");
    assert_eq!(window.state().memory.labels[0].text, "watch");
    assert!(!window.has("Add the label -watch"));
    window.act(Action::ClearLabels);
    window.type_into("New label", "-wat");
    assert!(window.has("Add the label -watch"));
}

#[test]
fn a_new_label_is_in_sight_in_a_small_window() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(800.0, 600.0);
    let mut window = setup.open();
    window.read(3);
    for text in ["red", "green", "blue", "sea", "sky", "dog", "cat"] {
        add_label(&mut window, text);
    }
    window.finish_layout();
    let card = window.harness.get_by_label("Go to cat").rect();
    let field = window.harness.get_by_label("New label").rect();
    // Below the list are its details, which start with the histogram.
    let details = window.harness.get_by_label("Threshold of cat").rect();
    assert!(card.min.y >= field.max.y, "{card} below {field}");
    assert!(card.max.y <= details.min.y, "{card} above {details}");
}

#[test]
fn the_best_photos_of_a_label_are_in_sight_with_each_letter() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 60);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(180);
    add_label(&mut window, "red");
    window.type_into("New label", "gree");
    assert!(
        window.has_containing("Best for gree: "),
        "six of them, fitting or not"
    );
    window.type_into("New label", "n");
    // Its group is at the top, although it comes after the other label in the panel.
    assert!(
        window.shown()[..60]
            .iter()
            .all(|name| name.starts_with("green"))
    );
    assert_eq!(
        window.state().response.arrangement.groups[0].heading,
        Heading::Label(1)
    );
    assert!(is_fully_visible(&window, "green: 60 would fit"));
    assert!(is_fully_visible(&window, "Best for green: green"));
    assert!(is_fully_visible(&window, "Select all of green, 60 photos"));
    let best = window
        .harness
        .query_all_by_label_contains("Best for green: ");
    assert_eq!(best.count(), 6);
    // Once the label is kept, its group is in its place, and still in sight.
    window.key(Key::Enter);
    assert_eq!(
        window.state().response.arrangement.groups[1].heading,
        Heading::Label(1)
    );
    window.harness.step();
    assert!(is_fully_visible(&window, "Select all of green, 60 photos"));
    // The same when an earlier label is typed anew.
    window.type_into("Label green", " frog");
    window.harness.step();
    assert!(is_fully_visible(&window, "Select all of green frog"));
}

#[test]
fn a_label_that_is_typed_has_a_heading_of_its_own_under_the_filter_of_another() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red, green");
    window.command(Command::ToggleFit(LabelFit::Label(1)));
    assert_eq!(window.shown().len(), 6);
    window.type_into("New label", "green");
    let groups = &window.state().response.arrangement.groups;
    let headings: Vec<&Heading> = groups.iter().map(|group| &group.heading).collect();
    assert_eq!(headings, [&Heading::Label(1), &Heading::Label(0)]);
    assert!(
        window.shown()[..3]
            .iter()
            .all(|name| name.starts_with("green"))
    );
    window.harness.step();
    assert!(window.has("Select all of green, 3 photos"));
    assert!(window.has("Select all of red, green, 3 photos"));
}

#[test]
fn in_any_order_the_card_shows_the_best_photos() {
    let (_dir, mut window) = coloured();
    window.command(Command::GroupBy(Grouping::Nothing));
    window.type_into("New label", "blue");
    assert!(window.has_containing("Best for blue: blue"));
    let best = window.state().response.arrangement.best.clone();
    let name = window.state().item(best[0]).expect("a photo").name.clone();
    let name = format!("Best for blue: {name}");
    let at = {
        let mut buttons = window.harness.query_all_by_label_contains(&name);
        buttons.next().expect("a button").rect().center()
    };
    window.harness.drag_at(at);
    window.harness.drop_at(at);
    window.harness.step();
    assert_eq!(
        window.state().viewer.as_ref().map(Viewer::item),
        Some(best[0])
    );
}

#[test]
fn a_card_leads_to_its_group_and_a_heading_selects_it() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 60);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(180);
    add_label(&mut window, "red");
    add_label(&mut window, "blue");
    window.command(Command::GoToLabel(1));
    window.harness.step();
    assert!(is_fully_visible(&window, "Select all of red"));
    assert!(!is_fully_visible(&window, "Select all of blue"));
    window.click("Go to blue");
    window.harness.step();
    assert!(is_fully_visible(&window, "Select all of blue"));
    window.click("Select all of blue, 60 photos");
    assert_eq!(window.selected().len(), 60);
    assert!(
        window
            .selected()
            .iter()
            .all(|name| name.starts_with("blue"))
    );
}

#[test]
fn every_click_on_the_text_of_a_label_leads_to_its_group() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 60);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(180);
    add_label(&mut window, "red");
    add_label(&mut window, "blue");
    for _ in 0..2 {
        window.command(Command::GoToLabel(1));
        window.harness.step();
        assert!(!is_fully_visible(&window, "Select all of blue"));
        window.click("Label blue");
        window.harness.step();
        assert!(is_fully_visible(&window, "Select all of blue"));
    }
}

#[test]
fn a_threshold_is_typed_in_tenths_of_a_percent() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    let line = |window: &Window| window.state().memory.labels[0].min_match;
    for (typed, is) in [
        ("12,5 %", 0.125),
        ("0.1", 0.001),
        ("nonsense", 0.001),
        ("99.9", 0.999),
    ] {
        window.click("Type the threshold of red");
        window.harness.step();
        let field = "Threshold of red in percent";
        assert!(window.harness.get_by_label(field).is_focused());
        window.keys(egui::Modifiers::COMMAND, Key::A);
        window.type_into(field, typed);
        window.key(Key::Enter);
        assert!(
            (line(&window) - is).abs() < 1e-6,
            "{typed}: {}",
            line(&window)
        );
    }
    // And back with Esc.
    window.click("Type the threshold of red");
    window.harness.step();
    window.type_into("Threshold of red in percent", "5");
    window.key(Key::Escape);
    assert!((line(&window) - 0.999).abs() < 1e-6);
    assert!(window.has("Type the threshold of red"));
}

#[test]
fn what_is_just_below_a_line_is_counted_and_shown_after_the_others() {
    let (_dir, mut window) = coloured();
    // The test model does not know this word, so all photos match it a little.
    add_label(&mut window, "haze");
    let best = window.state().response.arrangement.order[0];
    let scored = window.state().response.scored();
    let matched = scored.matched(0, best).expect("a match");
    // A threshold that two thirds of them miss by a little.
    let odds = matched / (1.0 - matched) * 1.8;
    window.command(Command::SetMinMatch(1, odds / (1.0 + odds)));
    assert_eq!(window.state().response.arrangement.counts, [0]);
    assert_eq!(window.state().response.arrangement.near, [6]);
    // All are "something else" now, nearest first, each with its nearest label.
    assert!(window.has("Show only something else: 9 photos"));
    let first = window.shown()[0].clone();
    assert!(window.has_containing(&format!("{first}, nearest to haze ")));
    let button = "6 more just below the line of haze";
    window.click(button);
    assert_eq!(window.state().memory.filter.fit, LabelFit::Label(1));
    assert_eq!(window.shown().len(), 6);
    assert!(window.has("Select all of Just below the line, 6 photos"));
    assert!(window.has("Remove the filter just below the line too"));
    window.click(button);
    assert_eq!(window.shown().len(), 9);
    window.click("Show only something else: 9 photos");
    assert_eq!(window.state().memory.filter.fit, LabelFit::Nothing);
}

#[test]
fn a_label_that_is_typed_with_a_minus_shows_what_it_would_keep_out() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red green");
    // A minus alone is not a label yet; the first letter makes it one.
    window.type_into("New label", "-");
    assert_eq!(window.state().draft_label(), None);
    window.type_into("New label", "g");
    assert!(window.has_containing("Best for g: "));
    window.type_into("New label", "reen");
    assert!(window.has("green: 3 would be kept out"));
    assert!(window.has_containing("Best for green: green"));
    window.click("Keep the label -green");
    assert!(window.state().memory.labels[1].negated);
    // An existing label does not count as a label being typed.
    window.type_into("New label", "green");
    assert!(!window.has_containing("Best for green: "));
}

#[test]
fn undo_never_filters_by_another_label() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.command(Command::ToggleFit(LabelFit::Label(1)));
    window.command(Command::RemoveLabel(1));
    assert_eq!(window.state().memory.filter.fit, LabelFit::All);
    add_label(&mut window, "blue");
    let blue = window.state().memory.labels[0].id;
    assert_ne!(blue, 1, "an identity is given once");
    // The action before the label was added is undone, and the label with it.
    window.command(Command::ToggleFit(LabelFit::Label(blue)));
    window.act(Action::Undo);
    assert!(window.state().memory.labels.is_empty());
    assert_eq!(window.state().memory.filter.fit, LabelFit::All);
    window.act(Action::Undo);
    assert_eq!(window.state().memory.labels[0].text, "red");
    assert_eq!(window.shown().len(), 9);
}

#[test]
fn a_list_that_adds_nothing_still_ends_what_was_typed() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.type_into("New label", "green");
    assert!(window.has_containing("Best for green: "));
    let list = egui::Event::Paste("red\nred\n".into());
    window.harness.event(list);
    window.harness.step();
    window.settle();
    assert!(window.state().draft.is_empty());
    assert_eq!(window.state().memory.labels.len(), 1);
    assert_eq!(window.state().response.labels.len(), 1);
}

#[test]
fn a_list_says_which_labels_are_there_already() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.command(Command::AddLabels("blue, red".into()));
    assert!(window.has("There is already a label “red”"));
    assert_eq!(window.state().memory.labels.len(), 2);
}

#[test]
fn a_label_shows_its_best_photos_from_the_first_letter_on() {
    let (_dir, mut window) = coloured();
    for letter in ["g", "r", "e"] {
        window.type_into("New label", letter);
        let best = window.state().response.arrangement.best.len();
        assert_eq!(best, 6, "after {letter}");
        let draft = window.state().draft.clone();
        assert!(window.has_containing(&format!("Best for {draft}: ")));
    }
}

#[test]
fn a_comma_in_a_new_label_means_or() {
    let (_dir, mut window) = coloured();
    window.type_into("New label", "red, green");
    assert!(window.has("red, green: 6 would fit"));
    window.key(Key::Enter);
    assert_eq!(window.state().memory.labels.len(), 1);
    assert_eq!(window.state().memory.labels[0].text, "red, green");
    assert_eq!(window.state().response.arrangement.counts, [6]);
    // Several labels can be kept as separate labels.
    window.type_into("New label", "blue, green,");
    window.click("Keep 2 labels, one for each part");
    let texts = window.state().memory.labels.iter();
    let texts: Vec<&str> = texts.map(|label| label.text.as_str()).collect();
    assert_eq!(texts, ["red, green", "blue", "green"]);
    assert!(window.state().draft.is_empty());
}

#[test]
fn what_is_just_below_a_line_is_told_under_every_label() {
    let (_dir, mut window) = coloured();
    // The test model knows none of these words, so all photos match them a little.
    add_label(&mut window, "haze");
    add_label(&mut window, "mist");
    let scored = window.state().response.scored();
    let odds: Vec<f32> = (0..2)
        .map(|label| {
            let matches = (0..9).filter_map(|item| scored.matched(label, item));
            let best = matches.fold(0.0, f32::max);
            best / (1.0 - best) * 1.2
        })
        .collect();
    for (id, odds) in (1..).zip(odds) {
        window.command(Command::SetMinMatch(id, odds / (1.0 + odds)));
    }
    let near = window.state().response.arrangement.near.clone();
    assert!(near.iter().all(|near| *near > 0), "{near:?}");
    // Whichever label is open, or none: each has its own row, under its own text.
    for open in [1, 2] {
        window.command(Command::GoToLabel(open));
        window.harness.step();
        for (text, near) in ["haze", "mist"].iter().zip(&near) {
            let name = format!("{near} more just below the line of {text}");
            let row = window.harness.get_by_label(&name).rect();
            let label = format!("Label {text}");
            let label = window.harness.get_by_label(&label).rect();
            assert!(row.min.y >= label.max.y - 1.0, "{row} under {label}");
            assert!(is_fully_visible(&window, &name));
        }
    }
    window.click(&format!("{} more just below the line of haze", near[0]));
    assert_eq!(window.state().memory.filter.fit, LabelFit::Label(1));
    assert!(window.has_containing("Select all of Just below the line"));
}

#[test]
fn what_fits_nothing_says_what_it_comes_closest_to() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.command(Command::ToggleFit(LabelFit::Nothing));
    let shown = window.shown();
    assert_eq!(shown.len(), 6);
    for name in shown {
        assert!(
            window.has_containing(&format!("{name}, nearest to red ")),
            "{name}"
        );
    }
}

#[test]
fn what_fits_nothing_comes_nearest_first_whatever_the_order_was() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.command(Command::SortBy(Sorting {
        key: SortKey::Name,
        descending: true,
    }));
    window.click("Show only something else: 6 photos");
    let scored = window.state().response.scored();
    let order = window.state().response.arrangement.order.iter();
    let matches: Vec<f32> = order.filter_map(|id| scored.matched(0, *id)).collect();
    assert_eq!(matches.len(), 6);
    assert!(matches.is_sorted_by(|a, b| a >= b), "{matches:?}");
    assert_eq!(window.state().sorting().key, SortKey::BestMatch);
    // Another order can still be chosen.
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    assert_eq!(window.shown()[0], "blue 1.png");
}
