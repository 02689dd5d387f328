//! Sorting, grouping and filtering are three independent controls, except that a filter by one label puts its best
//! matches first.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;
use std::path::Path;

use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command};
use lumisift::app::document::filter::{
    AspectShape, Filter, FlagFilter, Grouping, LabelFit, SortKey, Sorting,
};
use lumisift::app::document::viewer::Viewer;
use lumisift::engine::media::metadata::Additions;
use lumisift::engine::media::metadata::xmp::Packet;
use window::{Setup, Window, add_label, coloured, colours};

/// Chooses an entry of a list.
fn choose(window: &mut Window, list: &str, entry: &str) {
    window.harness.get_by_label(list).click();
    window.finish_layout();
    window.click(entry);
}

fn headings(window: &Window) -> Vec<String> {
    let found = window.harness.query_all_by_label_contains("Select all of ");
    let names = found.filter_map(|node| node.accesskit_node().label());
    names.collect()
}

#[test]
fn an_order_does_not_undo_groups_nor_groups_an_order() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    choose(&mut window, "Sort by", "Name");
    assert_eq!(window.state().memory.sorting.key, SortKey::Name);
    assert_eq!(window.state().memory.grouping, Grouping::Label);
    assert_eq!(window.shown()[0], "red 1.png");
    assert_eq!(window.shown()[3], "blue 1.png");
    choose(&mut window, "Group by", "None");
    assert_eq!(window.state().memory.sorting.key, SortKey::Name);
    assert_eq!(window.shown()[0], "blue 1.png");
    choose(&mut window, "Group by", "Label");
    // Both are restored at the next start.
    let home = window.home();
    let roots = window.state().memory.roots.clone();
    drop(window);
    let mut setup = Setup::new(roots);
    setup.home = home;
    let mut window = setup.open();
    window.read(9);
    assert_eq!(window.state().memory.grouping, Grouping::Label);
}

#[test]
fn the_names_of_filters_are_level_with_their_fields() {
    let (_dir, mut window) = coloured();
    window.click("Filter");
    window.finish_layout();
    let middle = |name: &str| window.harness.get_by_label(name).rect().center().y;
    let apart = middle("Taken") - middle("Taken from");
    assert!(apart.abs() < 2.0, "{apart}");
}

#[test]
fn photos_are_grouped_by_folder_and_rating_under_headings_that_select() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(&dir.path().join("holiday"), 1);
    colours(&dir.path().join("work"), 2);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(9);
    choose(&mut window, "Group by", "Folder");
    let holiday = dir.path().join("holiday").display().to_string();
    let name = format!("Select all of {holiday}, 3 photos");
    assert!(headings(&window).contains(&name), "{:?}", headings(&window));
    window.click(&name);
    assert_eq!(window.selected().len(), 3);
    window.act(Action::Stars(4));
    choose(&mut window, "Group by", "Rating");
    // Three of these are copies of the others.
    assert_eq!(
        headings(&window),
        [
            "Select all of 4 stars, 6 photos",
            "Select all of No stars, 3 photos"
        ]
    );
    choose(&mut window, "Group by", "Month");
    assert_eq!(headings(&window), ["Select all of No date, 9 photos"]);
}

#[test]
fn a_filter_by_one_label_sorts_and_names_by_it() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    add_label(&mut window, "red green");
    window.command(Command::SetMinMatch(2, 0.01));
    choose(&mut window, "Sort by", "Name");
    window.command(Command::ToggleFit(LabelFit::Label(2)));
    let state = window.state();
    assert_eq!(state.memory.sorting, Sorting::default());
    let scored = state.response.scored();
    let order = &state.response.arrangement.order;
    let matches = order
        .iter()
        .map(|id| scored.matched(1, *id).expect("a match"));
    assert!(matches.is_sorted_by(|a, b| a >= b));
    let first = state.item(order[0]).expect("a photo").name.clone();
    assert!(window.has_containing(&format!("{first}, red green ")));
    // Another order can still be chosen, and other filters do not change it.
    choose(&mut window, "Sort by", "Name");
    window.command(Command::ToggleNear(2));
    let filter = Filter {
        name: "green".into(),
        ..window.state().memory.filter.clone()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    assert_eq!(window.state().memory.sorting.key, SortKey::Name);
}

#[test]
fn the_button_beside_the_order_is_a_switch() {
    let (_dir, mut window) = coloured();
    let toggled = |window: &Window| {
        let node = window.harness.get_by_label("Descending");
        node.accesskit_node().toggled()
    };
    let before = toggled(&window);
    assert!(before.is_some() && window.state().memory.sorting.descending);
    window.click("Descending");
    assert_ne!(toggled(&window), before);
    assert!(!window.state().memory.sorting.descending);
}

#[test]
fn every_active_filter_is_a_chip_that_can_be_removed() {
    let (_dir, mut window) = coloured();
    window.harness.get_by_label("Filter").click();
    window.finish_layout();
    window.type_into("Name contains", "green");
    window.click("Landscape");
    assert_eq!(
        window.state().memory.filter.shape,
        Some(AspectShape::Landscape)
    );
    assert_eq!(window.shown().len(), 3);
    // An invalid date is reported, and hides no photo.
    window.type_into("Taken from", "May");
    assert!(window.has_containing("Write a date as 2024"));
    assert_eq!(window.shown().len(), 3);
    window.key(Key::Escape);
    window.finish_layout();
    window.click("Remove the filter from May");
    window.click("Remove the filter name: green");
    assert_eq!(window.shown().len(), 9);
    assert_eq!(
        window.state().memory.filter.shape,
        Some(AspectShape::Landscape)
    );
    window.click("Remove the filter Landscape");
    assert!(window.state().memory.filter.is_clear());
    assert!(!window.has("Clear all"));
}

#[test]
fn a_range_of_dates_that_ends_before_it_begins_is_reported() {
    let (_dir, mut window) = coloured();
    window.harness.get_by_label("Filter").click();
    window.finish_layout();
    window.type_into("Taken from", "2025");
    window.type_into("Taken to", "2024");
    assert!(window.has("The first date is after the last"));
    window.type_into("Taken to", "-12");
    assert!(window.has("The first date is after the last"));
    window.command(Command::FilterBy(Box::new(Filter {
        from: "2025".into(),
        to: "2025-12".into(),
        ..Filter::default()
    })));
    assert!(!window.has("The first date is after the last"));
}

/// Writes a sidecar that names a camera.
fn camera(photo: &Path, name: &str) {
    let mut packet = Packet::empty();
    packet.add(&Additions::default()).expect("added");
    let text = String::from_utf8(packet.to_bytes().expect("bytes")).expect("text");
    let with = format!(
        "<rdf:Description xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Model=\"{name}\" rdf:about=\"\"/>"
    );
    let text = text.replace("<rdf:Description rdf:about=\"\"/>", &with);
    fs::write(format!("{}.xmp", photo.display()), text).expect("written");
}

#[test]
fn cameras_group_and_filter() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    camera(&dir.path().join("red 1.png"), "EOS R5");
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(3);
    window.until("metadata", |w| {
        let items = &w.state().library.snapshot().items;
        items.iter().any(|item| item.camera() == Some("EOS R5"))
    });
    choose(&mut window, "Group by", "Camera");
    assert_eq!(
        headings(&window),
        [
            "Select all of EOS R5, 1 photo",
            "Select all of No camera, 2 photos"
        ]
    );
    let filter = Filter {
        camera: Some("EOS R5".into()),
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(filter)));
    assert_eq!(window.shown(), ["red 1.png"]);
    assert!(window.has("Remove the filter EOS R5"));
}

#[test]
fn after_a_mark_has_hidden_a_photo_the_cursor_goes_on_from_there() {
    let (_dir, mut window) = coloured();
    let by_name = Sorting {
        key: SortKey::Name,
        descending: false,
    };
    window.command(Command::SortBy(by_name));
    let undecided = Filter {
        flag: FlagFilter::Undecided,
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(undecided)));
    window.click_photo("green 1.png");
    window.key(Key::X);
    assert_eq!(window.shown().len(), 8);
    window.key(Key::ArrowRight);
    assert_eq!(window.selected(), ["green 2.png"]);
    window.key(Key::P);
    window.key(Key::ArrowLeft);
    assert_eq!(window.selected(), ["blue 3.png"]);
    // The same in the viewer, to the last photo.
    window.key(Key::ArrowRight);
    window.key(Key::Enter);
    for next in ["red 1.png", "red 2.png", "red 3.png", "blue 3.png"] {
        window.key(Key::X);
        let step = if next == "blue 3.png" {
            Key::ArrowLeft
        } else {
            Key::ArrowRight
        };
        window.key(step);
        let viewed = window.state().viewer.as_ref().map(Viewer::item);
        let viewed = viewed.and_then(|id| window.state().item(id));
        assert_eq!(viewed.map(|item| item.name.as_str()), Some(next));
    }
    // Another filter starts from the first photo again.
    window.key(Key::Escape);
    window.key(Key::X);
    let picked = Filter {
        flag: FlagFilter::Picked,
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(picked)));
    window.key(Key::ArrowRight);
    assert_eq!(window.selected(), ["green 2.png"]);
}
