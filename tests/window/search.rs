//! The search covers names, dates, folders, labels and stars as well as the content of photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use lumisift::app::command::{Action, Command};
use lumisift::app::document::filter::{Filter, Grouping, SortKey, Sorting};
use window::{Setup, add_label, coloured, colours};

#[test]
fn names_folders_labels_and_stars_are_found() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(&dir.path().join("holiday"), 1);
    colours(&dir.path().join("work"), 2);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(9);
    window.type_into("Search", "green*2*");
    assert_eq!(window.shown(), ["green 2.png"]);
    let mut search = |text: &str| {
        window.command(Command::SearchFor(text.into()));
        window.shown()
    };
    assert_eq!(search("folder:holiday").len(), 3);
    assert_eq!(search("folder:holiday name:red"), ["red 1.png"]);
    // A folder's name is found without the prefix for folders.
    search("holiday");
    let order = &window.state().response.arrangement.order;
    let first = order[..3]
        .iter()
        .map(|id| window.state().item(*id).expect("a photo"));
    let holiday = dir.path().join("holiday");
    assert!({ first }.all(|item| item.file.path.starts_with(&holiday)));
    let mut search = |text: &str| {
        window.command(Command::SearchFor(text.into()));
        window.shown()
    };
    assert_eq!(search("2019").len(), 0);
    window.command(Command::SearchFor(String::new()));
    add_label(&mut window, "blue");
    window.command(Command::SearchFor("label:blue".into()));
    assert_eq!(window.shown().len(), 3);
    window.act(Action::SelectAll);
    window.act(Action::Stars(5));
    window.command(Command::SearchFor("stars:5 folder:work".into()));
    assert_eq!(window.shown().len(), 2);
}

#[test]
fn a_comma_in_a_search_means_or() {
    let (_dir, mut window) = coloured();
    let mut search = |text: &str| {
        window.command(Command::SearchFor(text.into()));
        let mut shown = window.shown();
        shown.sort();
        shown
    };
    assert_eq!(
        search("green*2*, red*1*"),
        ["green 2.png", "red 1.png"],
        "names"
    );
    let all_blue_and_one = ["blue 1.png", "blue 2.png", "blue 3.png", "red 3.png"];
    assert_eq!(
        search("blue, red*3*"),
        all_blue_and_one,
        "what is meant, or a name"
    );
    assert_eq!(search("blue, red").len(), 6);
    assert_eq!(search("blue, red name:1").len(), 2, "one name for both");
}

#[test]
fn hits_say_their_match_and_no_hit_offers_the_nearest() {
    let (_dir, mut window) = coloured();
    window.command(Command::SearchFor("blue".into()));
    assert!(window.has_containing("blue 1.png, found "));
    window.command(Command::FilterBy(Box::new(Filter {
        name: "red".into(),
        ..Filter::default()
    })));
    assert!(window.shown().is_empty());
    window.click("Show the nearest");
    assert_eq!(window.shown().len(), 3);
    assert!(window.has_containing("red 1.png, found "));
}

#[test]
fn the_nearest_are_offered_only_if_there_are_any() {
    let (_dir, mut window) = coloured();
    let red = Filter {
        name: "red".into(),
        ..Filter::default()
    };
    window.command(Command::FilterBy(Box::new(red)));
    for search in ["stars:3", "blue stars:3"] {
        window.command(Command::SearchFor(search.into()));
        assert!(window.shown().is_empty());
        assert!(!window.has("Show the nearest"), "{search}");
        let text = format!("No photo meets the conditions of the search “{search}”");
        assert!(window.has(&text));
    }
    window.command(Command::SearchFor("blue name:png".into()));
    assert!(window.shown().is_empty());
    window.click("Show the nearest");
    assert_eq!(window.shown().len(), 3);
}

#[test]
fn a_label_typed_with_a_minus_excludes_photos() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    add_label(&mut window, "-red");
    let labels = &window.state().memory.labels;
    assert_eq!(labels.len(), 1, "there is one of this text already");
    add_label(&mut window, "-green");
    assert!(window.state().memory.labels[1].negated);
    assert!(window.has_containing("not: keeps photos out of other labels"));
}

#[test]
fn the_order_and_the_groups_before_a_search_come_back_whatever_was_chosen_meanwhile() {
    let (_dir, mut window) = coloured();
    let by = |key, descending| Command::SortBy(Sorting { key, descending });
    window.command(by(SortKey::Name, false));
    window.command(Command::GroupBy(Grouping::Folder));
    let before = window.shown();
    window.command(Command::SearchFor("blue".into()));
    window.command(by(SortKey::Size, true));
    window.command(Command::GroupBy(Grouping::Rating));
    // More letters in the search do not change the chosen order and groups.
    window.command(Command::SearchFor("blue green".into()));
    assert_eq!(window.state().sorting().key, SortKey::Size);
    assert_eq!(window.state().grouping(), Grouping::Rating);
    window.command(Command::SearchFor(String::new()));
    assert_eq!(window.state().sorting().key, SortKey::Name);
    assert_eq!(window.state().grouping(), Grouping::Folder);
    assert_eq!(window.shown(), before);
}

#[test]
fn a_search_that_asks_for_nothing_changes_neither_the_order_nor_the_groups() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    let before = (window.state().sorting(), window.state().grouping());
    let shown = window.shown();
    for nothing in [" ", ",", " , "] {
        window.command(Command::SearchFor(nothing.into()));
        let now = (window.state().sorting(), window.state().grouping());
        assert_eq!(now, before, "{nothing:?}");
        assert_eq!(window.shown(), shown, "{nothing:?}");
    }
    // What is left of a search after its words are deleted ends it.
    window.command(Command::SearchFor("blue ".into()));
    assert_eq!(window.state().grouping(), Grouping::Nothing);
    window.command(Command::SearchFor(" ".into()));
    assert_eq!(window.state().grouping(), before.1);
}
