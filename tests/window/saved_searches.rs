//! Saved searches.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use lumisift::app::command::{Action, Command, FindingCommand};
use window::coloured;

#[test]
fn a_search_is_saved_with_its_filters_and_comes_back() {
    let (_dir, mut window) = coloured();
    window.open_dialog(Action::Searches);
    assert!(window.has("No searches saved yet"));
    // A comma alone asks for nothing.
    window.command(Command::SearchFor(",".into()));
    assert!(window.has("Search or filter first, then save the search here"));
    window.command(Command::Show(None));
    window.command(Command::SearchFor("red".into()));
    let mut filter = window.state().memory.filter.clone();
    filter.name = "2".into();
    window.command(Command::FilterBy(Box::new(filter)));
    assert_eq!(window.shown(), ["red 2.png"]);
    window.open_dialog(Action::Searches);
    window.type_into("Name of the search", "second red");
    window.click("Save this search");
    window.command(Command::Show(None));
    window.act(Action::ClearFilter);
    assert_eq!(window.shown().len(), 9);
    window.open_dialog(Action::Searches);
    assert!(window.has("red, name: 2"));
    window.click("Use the search second red");
    assert_eq!(window.shown(), ["red 2.png"]);
    assert_eq!(window.state().search, "red");
    window.open_dialog(Action::Searches);
    window.click("Delete the search second red");
    assert!(window.state().memory.searches.is_empty());
}

#[test]
fn a_saved_search_that_shows_all_photos_shows_them_all_again() {
    let (_dir, mut window) = coloured();
    window.command(Command::SearchFor("red".into()));
    assert_eq!(window.shown().len(), 3);
    let mut filter = window.state().memory.filter.clone();
    filter.search_shows_all = true;
    window.command(Command::FilterBy(Box::new(filter)));
    let all = window.shown();
    assert_eq!(all.len(), 9);
    window.command(Command::Found(FindingCommand::SaveSearch(
        "all by red".into(),
    )));
    window.act(Action::ClearFilter);
    assert!(!window.state().memory.filter.search_shows_all);
    window.command(Command::Found(FindingCommand::UseSearch(
        "all by red".into(),
    )));
    assert!(window.state().memory.filter.search_shows_all);
    assert_eq!(window.shown(), all);
}
