//! Places of photos in the window.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::gps;
use crate::window;

use std::path::Path;

use egui::Key;
use egui_kittest::kittest::Queryable;
use gps::photo_at;
use lumisift::app::command::{Action, Command};
use lumisift::app::document::arrange::Heading;
use lumisift::app::document::filter::{Grouping, SortKey, Sorting};
use window::{Setup, Window, colours};

/// A window on two photos of Munich, one of Sydney, and nine without a place.
fn travels(dir: &Path) -> Window {
    colours(dir, 3);
    photo_at(&dir.join("munich 1.jpg"), [230, 20, 20], 48.137, 11.575);
    photo_at(&dir.join("munich 2.jpg"), [20, 230, 20], 48.138, 11.576);
    photo_at(&dir.join("sydney.jpg"), [20, 20, 230], -33.8688, 151.2093);
    let mut setup = Setup::new(vec![dir.into()]);
    setup.size = egui::vec2(1280.0, 1000.0);
    let mut window = setup.open();
    window.read(12);
    let sydney = window.state().library.find(&dir.join("sydney.jpg"));
    let sydney = sydney.expect("an item");
    window.until("metadata", |window| {
        window
            .state()
            .item(sydney)
            .is_some_and(|item| item.place().is_some())
    });
    window.settle();
    window
}

#[test]
fn photos_are_filtered_by_place_and_show_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut window = travels(dir.path());
    window.harness.get_by_label("Filter").click();
    window.finish_layout();
    window.type_into("Place contains", "mün");
    assert_eq!(
        window.shown().len(),
        2,
        "the filter is applied while it is typed"
    );
    window.key(Key::Escape);
    window.finish_layout();
    assert!(window.has("Remove the filter place: mün"));
    window.act(Action::ClearFilter);
    assert_eq!(window.shown().len(), 12);
    window.click("sydney.jpg");
    window.key(Key::Enter);
    assert!(
        window.has("Sydney, New South Wales, Australia"),
        "beside the photo"
    );
    // A map is requested only when the user clicks.
    let opened = |window: &Window| {
        let mut commands = window.harness.output().platform_output.commands.iter();
        commands.find_map(|command| match command {
            egui::OutputCommand::OpenUrl(open) => Some(open.url.clone()),
            _ => None,
        })
    };
    assert_eq!(opened(&window), None);
    window
        .harness
        .get_by_label("33.86880° S, 151.20930° E")
        .click();
    window.harness.step();
    let address = opened(&window).expect("a map");
    assert!(
        address.starts_with("https://www.openstreetmap.org/"),
        "{address}"
    );
}

#[test]
fn photos_are_grouped_by_place() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut window = travels(dir.path());
    window.command(Command::GroupBy(Grouping::Place));
    let groups = &window.state().response.arrangement.groups;
    let headings: Vec<(&str, usize)> = groups
        .iter()
        .map(|group| match &group.heading {
            Heading::Named(place) => (&**place, group.len),
            _ => ("", group.len),
        })
        .collect();
    let wanted = [
        ("Sydney, New South Wales, Australia", 1),
        ("Munich, Bavaria, Germany", 2),
        ("No place", 9),
    ];
    assert_eq!(headings, wanted, "by country, and last what has no place");
    // Two are from Munich, so their order does not depend on the place.
    for (descending, first) in [(false, "sydney.jpg"), (true, "munich ")] {
        window.command(Command::GroupBy(Grouping::Nothing));
        window.command(Command::SortBy(Sorting {
            key: SortKey::Place,
            descending,
        }));
        assert!(window.shown()[0].starts_with(first));
    }
}

#[test]
fn the_source_of_places_is_credited() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut window = travels(dir.path());
    window.open_dialog(Action::About);
    assert!(window.has_containing("GeoNames"));
}
