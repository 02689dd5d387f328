//! Colours, keywords and the decisions of other programs in the window.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use egui::Key;
use lumisift::app::command::{Action, Command};
use lumisift::app::document::filter::{Filter, SortKey, Sorting};
use lumisift::app::document::keywords::KeywordState;
use lumisift::engine::inference::Model;
use lumisift::engine::media::metadata::PhotoMetadata;
use lumisift::engine::organize::marks::{Colour, Flag};
use window::{Setup, Window, colours};

/// A sidecar as another program writes it.
fn sidecar(photo: &Path, rating: i8, keyword: &str) {
    let text = format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="{rating}" xmp:Label="Blue"><dc:subject><rdf:Bag><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"#
    );
    fs::write(photo.with_added_extension("xmp"), text).expect("written");
}

fn open(dir: &Path) -> Window {
    let mut setup = Setup::new(vec![dir.into()]);
    setup.size = egui::vec2(1280.0, 1000.0);
    let mut window = setup.open();
    window.read(9);
    window
}

fn id(window: &Window, dir: &Path, name: &str) -> u32 {
    let found = window.state().library.find(&dir.join(name));
    found.expect("an item")
}

fn filter(window: &mut Window, filter: Filter) -> Vec<String> {
    window.command(Command::FilterBy(Box::new(filter)));
    window.shown()
}

#[test]
fn colours_are_given_by_key_filtered_sorted_and_undone() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut window = open(dir.path());
    window.click("green 2.png");
    window.key(Key::Num6);
    assert!(window.has("green 2.png, colour red"));
    window.key(Key::Num8);
    assert!(window.has("green 2.png, colour green"));
    window.key(Key::Num8);
    assert!(window.has("green 2.png"), "the same key takes it away");
    window.act(Action::Undo);
    assert!(window.has("green 2.png, colour green"));
    window.act(Action::Undo);
    let red = Filter {
        colour: Some(Colour::Red),
        ..Filter::default()
    };
    assert_eq!(filter(&mut window, red), ["green 2.png"]);
    window.act(Action::ClearFilter);
    window.command(Command::SortBy(Sorting {
        key: SortKey::Colour,
        descending: true,
    }));
    assert_eq!(window.shown()[0], "green 2.png");
    // A photo with the colour red is found again after a restart, whatever its name.
    let home = window.home();
    drop(window);
    let moved = dir.path().join("another name.png");
    fs::rename(dir.path().join("green 2.png"), moved).expect("renamed");
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.home = home;
    let mut window = setup.open();
    window.read(9);
    assert!(window.has("another name.png, colour red"));
}

#[test]
fn what_other_programs_decided_is_shown_and_filtered_by() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    sidecar(&dir.path().join("red 1.png"), 4, "Seaside");
    sidecar(&dir.path().join("blue 2.png"), -1, "Attic");
    let mut window = open(dir.path());
    let [red, blue] = ["red 1.png", "blue 2.png"].map(|name| id(&window, dir.path(), name));
    window.until("sidecars", |w| w.state().library.mark(red).stars == 4);
    window.settle();
    assert!(window.has("red 1.png, 4 stars, colour blue"));
    assert_eq!(window.state().library.mark(blue).flag, Flag::Reject);
    let sea = Filter {
        keyword: "sea".into(),
        ..Filter::default()
    };
    assert_eq!(filter(&mut window, sea), ["red 1.png"]);
    window.click("red 1.png, 4 stars, colour blue");
    window.key(Key::Enter);
    let seen = "Seaside (from red 1.png.xmp)";
    assert!(window.has(seen), "beside the photo");
    window.key(Key::Num0);
    assert_eq!(
        window.state().library.mark(red).stars,
        0,
        "a decision counts more"
    );
    window.key(Key::Escape);
    window.act(Action::ClearFilter);
    // Changes in the meantime are seen when the folders are scanned again.
    sidecar(&dir.path().join("green 3.png"), 2, "Garden");
    let green = id(&window, dir.path(), "green 3.png");
    window.act(Action::Rescan);
    window.until("the new sidecar", |w| {
        w.state().library.mark(green).stars == 2
    });
}

#[test]
fn labels_become_keywords_as_planned_and_are_taken_back() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    sidecar(&dir.path().join("red 1.png"), 4, "Seaside");
    let theirs = fs::read(dir.path().join("red 1.png.xmp")).expect("there");
    let mut window = open(dir.path());
    window.command(Command::AddLabels("red".into()));
    window.open_dialog(Action::Keywords);
    let planned = |w: &Window| matches!(w.state().keywords.state, KeywordState::Planned(_));
    window.until("a plan", planned);
    assert!(window.has("3 sidecars to write, 0 already up to date"));
    assert!(window.has("Seaside, red"), "what red 1.png will have");
    assert!(!dir.path().join("red 2.png.xmp").exists());
    window.type_into("Parent keyword", "AI");
    window.until("a plan", planned);
    window.click("Write 3 sidecars");
    window.until(
        "writing",
        |w| matches!(w.state().keywords.state, KeywordState::Done(count, ..) if count.total() == 3),
    );
    let facts = PhotoMetadata::of(&dir.path().join("red 1.png")).facts;
    assert_eq!(
        (facts.keywords, facts.rating),
        (vec!["Seaside".into(), "red".into()], Some(4))
    );
    assert_eq!(facts.hierarchical, ["AI|red"]);
    let red = id(&window, dir.path(), "red 2.png");
    window.until("keywords", |w| {
        !w.state().item(red).expect("an item").keywords().is_empty()
    });
    window.click("Done");
    window.act(Action::Undo);
    window.until("undo", |w| {
        w.state().item(red).expect("an item").keywords().is_empty()
    });
    assert_eq!(
        fs::read(dir.path().join("red 1.png.xmp")).expect("there"),
        theirs
    );
    assert!(!dir.path().join("red 2.png.xmp").exists());
}

#[test]
fn a_sidecar_that_cannot_be_read_is_left_alone_and_named() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    fs::write(dir.path().join("red 1.png.xmp"), "no sidecar").expect("written");
    let mut window = open(dir.path());
    window.command(Command::AddLabels("red".into()));
    window.open_dialog(Action::Keywords);
    window.until("a plan", |w| w.has("1 photo cannot be changed:"));
    window.click("Write 2 sidecars");
    window.until(
        "writing",
        |w| matches!(w.state().keywords.state, KeywordState::Done(count, ..) if count.total() == 2),
    );
    assert!(window.has("1 photo could not be written:"));
    window.click("Undo");
    window.until("undo", |_| !dir.path().join("red 2.png.xmp").exists());
    let left = fs::read_to_string(dir.path().join("red 1.png.xmp"));
    assert_eq!(left.expect("there"), "no sidecar");
}

#[test]
fn keywords_are_written_into_photos_when_that_is_chosen() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let photo = dir.path().join("red 1.png");
    let before = fs::read(&photo).expect("there");
    let mut window = open(dir.path());
    window.command(Command::AddLabels("red".into()));
    window.open_dialog(Action::Keywords);
    let planned = |w: &Window| matches!(w.state().keywords.state, KeywordState::Planned(_));
    window.until("a plan", planned);
    window.click("Write into the photos themselves");
    window.until("a plan for photos", |w| {
        w.has("3 photos to write, 0 already up to date")
    });
    window.click("Write 3 photos");
    window.until(
        "writing",
        |w| matches!(w.state().keywords.state, KeywordState::Done(count, ..) if count.total() == 3),
    );
    assert_eq!(PhotoMetadata::of(&photo).facts.keywords, ["red"]);
    assert!(!dir.path().join("red 1.png.xmp").exists());
    window.click("Undo");
    window.until("undo", |_| fs::read(&photo).is_ok_and(|now| now == before));
}

#[test]
fn descriptions_are_written_once_photos_were_looked_over() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(1280.0, 1000.0);
    setup.load = Some(Arc::new(|_| {
        Ok(Arc::new(common::ColourModel::loose()) as Arc<dyn Model>)
    }));
    let mut window = setup.open();
    window.read(3);
    window.until("words", |w| w.state().findings().has_words());
    let photo = dir.path().join("green 1.png");
    let green = id(&window, dir.path(), "green 1.png");
    let expected = window.state().findings().description(green, None);
    let expected = expected.expect("a description");
    let count = (0..3).filter(|id| window.state().findings().description(*id, None).is_some());
    let sidecars = match count.count() {
        1 => "1 sidecar".to_owned(),
        count => format!("{count} sidecars"),
    };
    window.open_dialog(Action::Keywords);
    window.click("Shown");
    window.click("Descriptions");
    window.until("a plan", |w| {
        w.has(&format!("{sidecars} to write, 0 already up to date"))
    });
    assert!(window.has_containing(&format!("\u{201c}{expected}\u{201d}")));
    window.click(&format!("Write {sidecars}"));
    window.until("the end", |w| {
        matches!(w.state().keywords.state, KeywordState::Done(..))
    });
    assert_eq!(PhotoMetadata::of(&photo).facts.description, Some(expected));
    window.click("Undo");
    window.until("undo", |_| !dir.path().join("green 1.png.xmp").exists());
}
