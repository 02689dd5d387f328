//! Findings about the photos: reported once they are read, shown by kind, and copies rejected in favour of the best.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::window;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use egui::{Key, Vec2, vec2};
use lumisift::app::command::{Action, Command, Dialog, FindingCommand};
use lumisift::app::document::findings::Kind;
use lumisift::app::document::overview::Tour;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::JobOptions;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::library::{Library, PhotoDetails};
use lumisift::engine::organize::marks::Flag;
use lumisift::engine::search::{clusters, duplicates};
use window::{Setup, Window};

/// A photo, an identical copy, a smaller copy, a black picture and two unrelated photos.
fn write_photos(dir: &Path) {
    let samples = common::samples();
    fs::copy(samples.join("cat.jpg"), dir.join("cat.jpg")).expect("copied");
    fs::copy(samples.join("cat.jpg"), dir.join("cat - Copy.jpg")).expect("copied");
    fs::copy(samples.join("coffee.jpg"), dir.join("coffee.jpg")).expect("copied");
    let cat = image::open(samples.join("cat.jpg")).expect("a photo");
    let small = cat.resize(
        cat.width() / 2,
        cat.height() / 2,
        image::imageops::FilterType::Triangle,
    );
    small.to_rgb8().save(dir.join("small.jpg")).expect("saved");
    let black = image::RgbImage::from_pixel(64, 64, image::Rgb([0; 3]));
    black.save(dir.join("black.png")).expect("saved");
}

fn looked_over(setup: Setup, photos: usize) -> Window {
    let mut window = setup.open();
    window.read(photos);
    window.until("the look", |w| w.state().is_analysed());
    window.settle();
    window
}

fn found(size: Vec2) -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    write_photos(dir.path());
    let setup = Setup {
        size,
        ..Setup::new(vec![dir.path().into()])
    };
    let window = looked_over(setup, 5);
    (dir, window)
}

fn flag(window: &Window, name: &str) -> Flag {
    let state = window.state();
    let ids = 0..state.library.len() as u32;
    let is_it = |id: &u32| state.item(*id).is_some_and(|item| item.name == name);
    state
        .library
        .mark({ ids }.find(is_it).expect("the photo"))
        .flag
}

#[test]
fn what_was_found_is_offered_and_each_line_shows_its_photos() {
    for size in [vec2(1280.0, 800.0), vec2(800.0, 600.0)] {
        let (_dir, mut window) = found(size);
        assert!(window.has("Found among these photos"));
        assert!(window.has_containing("2 copies ("));
        window.click("Take a look");
        window.finish_layout();
        assert!(!window.has("Found among these photos"));
        assert!(window.has("Show 2 copies") && window.has("Nothing is rejected yet"));
        window.click("Show 1 dark");
        assert!(window.state().dialog.is_none());
        assert_eq!(window.shown(), ["black.png"]);
        // A chip removes the filter.
        window.click("Remove the filter Dark");
        assert_eq!(window.shown().len(), 5);
    }
}

#[test]
fn an_offer_is_taken_away_and_the_tour_stays_in_reach() {
    let (_dir, mut window) = found(vec2(1280.0, 800.0));
    window.click("Not now");
    assert!(!window.has("Found among these photos"));
    window.open_dialog(Action::Tour);
    assert!(window.has("Show 2 copies"));
    window.key(Key::Escape);
    assert!(window.state().dialog.is_none());
    // It is also in the bar at the bottom.
    window.click("Clean up…");
    window.finish_layout();
    assert!(window.has("Show 2 copies"));
}

#[test]
fn the_best_of_each_group_is_kept_and_all_of_it_can_be_undone() {
    let (dir, mut window) = found(vec2(1280.0, 800.0));
    window.open_dialog(Action::Copies);
    assert!(window.has("Best of 3: cat.jpg"));
    assert!(window.has_containing("Copy: cat - Copy.jpg, exact"));
    assert!(window.has_containing("Copy: small.jpg, near"));
    window.click("Keep cat.jpg, reject the rest");
    // The copy with the same bytes as the photo to keep is rejected, and that photo is not.
    let flags =
        |window: &Window| ["cat.jpg", "cat - Copy.jpg", "small.jpg"].map(|name| flag(window, name));
    assert_eq!(flags(&window), [Flag::None, Flag::Reject, Flag::Reject]);
    assert!(window.has_containing("2 copies rejected"));
    window.command(Command::Show(None));
    window.act(Action::Undo);
    assert_eq!(flags(&window), [Flag::None; 3]);
    assert!(!window.has_containing("2 copies rejected"));
    window.act(Action::Redo);
    assert_eq!(flags(&window), [Flag::None, Flag::Reject, Flag::Reject]);
    window.open_dialog(Action::Tour);
    assert!(window.has_containing("2 photos are rejected: "));
    window.click("Move to the trash…");
    window.finish_layout();
    window.click("Move to the trash");
    window.until("the trash", |w| {
        w.desktop.trashed.lock().expect("no panic").len() == 2
    });
    window.read(3);
    assert!(dir.path().join("cat.jpg").exists());
    window.act(Action::Undo);
    window.read(5);
    window.until("the decisions", |w| {
        flags(w) == [Flag::None, Flag::Reject, Flag::Reject]
    });
}

#[test]
fn a_copy_does_not_go_if_the_photo_that_is_kept_for_it_is_gone() {
    let (dir, mut window) = found(vec2(1280.0, 800.0));
    window.command(Command::Found(FindingCommand::KeepBest(None)));
    fs::remove_file(dir.path().join("cat.jpg")).expect("removed");
    window.act(Action::TrashRejects);
    window.finish_layout();
    window.click("Move to the trash");
    // Either the window already knows that the photo to keep is gone, or it finds out now.
    window.until("the refusal", |w| {
        w.has_containing("it stays: its copy") || w.has_containing("0 photos are in the trash")
    });
    for name in ["cat - Copy.jpg", "small.jpg"] {
        assert!(dir.path().join(name).exists(), "{name}");
    }
}

#[test]
fn what_is_said_of_a_rejected_copy_is_said_of_it_alone() {
    let (dir, mut window) = found(vec2(1280.0, 800.0));
    window.command(Command::Found(FindingCommand::KeepBest(None)));
    // This still holds after the next start.
    let home = window.home();
    window.until("saved", |w| {
        let kept = fs::read_to_string(w.home().path().join("state/window.json"));
        let kept = kept.or_else(|_| fs::read_to_string(w.home().path().join("config/window.json")));
        kept.is_ok_and(|text| text.contains("cat - Copy.jpg"))
    });
    drop(window);
    let setup = Setup {
        home,
        ..Setup::new(vec![dir.path().into()])
    };
    let mut window = looked_over(setup, 5);
    assert_eq!(flag(&window, "cat - Copy.jpg"), Flag::Reject);
    assert_eq!(flag(&window, "cat.jpg"), Flag::None);
    assert!(
        !window.has("Found among these photos"),
        "nothing was read now"
    );
    let copy = window
        .state()
        .library
        .find(&dir.path().join("cat - Copy.jpg"));
    window.command(Command::ViewItem(copy.expect("the copy")));
    window.act(Action::Stars(4));
    assert_eq!(flag(&window, "cat - Copy.jpg"), Flag::Reject);
    assert_eq!(flag(&window, "cat.jpg"), Flag::None);
    window.act(Action::Unflag);
    assert_eq!(flag(&window, "cat - Copy.jpg"), Flag::None);
    window.act(Action::Undo);
    assert_eq!(flag(&window, "cat - Copy.jpg"), Flag::Reject);
}

#[test]
fn copies_are_compared_and_shown_in_the_grid() {
    let (_dir, mut window) = found(vec2(800.0, 600.0));
    window.open_dialog(Action::Copies);
    window.click("Compare cat.jpg with its copies");
    let viewer = window.state().viewer.as_ref().expect("a viewer");
    assert_eq!(viewer.compared().len(), 3);
    window.key(Key::Escape);
    window.command(Command::Show(Some(Dialog::Copies { from_tour: true })));
    window.finish_layout();
    window.click("Show copies in the grid");
    assert_eq!(window.shown().len(), 2);
    assert!(window.has("Remove the filter Copies"));
    // Closing it leads back to the clean-up dialog.
    window.command(Command::Show(Some(Dialog::Copies { from_tour: true })));
    window.key(Key::Escape);
    assert_eq!(window.state().dialog, Some(Dialog::Tour));
}

#[test]
fn a_flaw_has_a_line_that_can_be_moved() {
    let (_dir, mut window) = found(vec2(1280.0, 800.0));
    window.command(Command::Found(FindingCommand::ShowKind(Kind::Dark)));
    assert_eq!(window.shown(), ["black.png"]);
    assert!(window.has("Threshold of dark"));
    window.command(Command::Found(FindingCommand::SetLine(Kind::Dark, 0.0)));
    assert_eq!(window.shown().len(), 5);
    window.command(Command::Found(FindingCommand::SetLine(Kind::Dark, 1.0)));
    assert_eq!(window.shown(), ["black.png"]);
    // The menu of filters has the kinds that were found.
    window.act(Action::ClearFilter);
    window.click("Filter");
    window.finish_layout();
    window.click("Found: any");
    window.finish_layout();
    window.click("Filter by kind: Dark (1)");
    assert_eq!(window.shown(), ["black.png"]);
}

#[test]
fn whatever_the_tour_does_is_undone_step_by_step_and_the_bytes_are_counted() {
    let (dir, mut window) = found(vec2(1280.0, 800.0));
    let size = |name: &str| fs::metadata(dir.path().join(name)).expect("there").len();
    let copies = size("cat - Copy.jpg") + size("small.jpg");
    let tour = Tour::of(window.state());
    assert_eq!(
        (tour.lines[0].kind, tour.lines[0].bytes),
        (Kind::Copies, copies)
    );
    assert_eq!((tour.rejected, tour.rejected_bytes), (0, 0));
    // Copies are rejected, then the photos with a flaw; then its threshold is moved, and all of them go to the trash.
    window.command(Command::Found(FindingCommand::KeepBest(None)));
    let tour = Tour::of(window.state());
    assert_eq!((tour.rejected, tour.rejected_bytes), (2, copies));
    window.command(Command::Found(FindingCommand::ShowKind(Kind::Dark)));
    window.act(Action::SelectAll);
    window.act(Action::Reject);
    let tour = Tour::of(window.state());
    assert_eq!(
        (tour.rejected, tour.rejected_bytes),
        (3, copies + size("black.png"))
    );
    window.act(Action::ClearFilter);
    window.open_dialog(Action::Tour);
    let freed = lumisift::engine::plural::bytes(copies + size("black.png"));
    assert!(window.has(&format!("3 photos are rejected: {freed}")));
    window.command(Command::Show(None));
    let lines = window.state().memory.lines;
    for number in [0.2, 0.1, 0.0] {
        window.command(Command::Found(FindingCommand::SetLine(Kind::Dark, number)));
    }
    assert_eq!(
        window
            .state()
            .findings()
            .count(Kind::Dark, &window.state().memory.lines),
        5
    );
    window.act(Action::TrashRejects);
    window.finish_layout();
    window.click("Move to the trash");
    window.read(2);
    window.act(Action::Undo);
    window.read(5);
    window.until("the decisions", |w| flag(w, "small.jpg") == Flag::Reject);
    window.act(Action::Undo);
    assert_eq!(window.state().memory.lines, lines, "a drag is one step");
    window.act(Action::Redo);
    window.act(Action::Undo);
    assert_eq!(window.state().memory.lines, lines);
    window.act(Action::Undo);
    assert_eq!(flag(&window, "black.png"), Flag::None);
    window.act(Action::Undo);
    let names = [
        "cat.jpg",
        "cat - Copy.jpg",
        "small.jpg",
        "black.png",
        "coffee.jpg",
    ];
    assert_eq!(names.map(|name| flag(&window, name)), [Flag::None; 5]);
    assert!(!window.state().history.can_undo());
    let tour = Tour::of(window.state());
    assert_eq!((tour.rejected, tour.rejected_bytes), (0, 0));
    assert!(names.iter().all(|name| dir.path().join(name).exists()));
}

#[test]
fn the_bytes_of_rejected_copies_include_their_paired_files() {
    let dir = tempfile::tempdir().expect("a folder");
    write_photos(dir.path());
    fs::write(
        dir.path().join("small.xmp"),
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    )
    .expect("written");
    let mut window = looked_over(Setup::new(vec![dir.path().into()]), 5);
    let size = |name: &str| fs::metadata(dir.path().join(name)).expect("there").len();
    let copies = ["cat - Copy.jpg", "small.jpg", "small.xmp"].map(size);
    window.command(Command::Found(FindingCommand::KeepBest(None)));
    let tour = Tour::of(window.state());
    assert_eq!(tour.lines[0].bytes, copies.iter().sum::<u64>());
    assert_eq!(tour.rejected_bytes, tour.lines[0].bytes);
}

#[test]
fn work_that_is_cancelled_gives_no_answer() {
    let dir = tempfile::tempdir().expect("a folder");
    write_photos(dir.path());
    let store = dir.path().join("store");
    let model = Arc::new(common::ColourModel::new());
    let library =
        Library::with_model(model, &store, StoreLimits::megabytes(None)).expect("a library");
    let options = JobOptions::new(vec![dir.path().into()]);
    let indexed = library.index(options, |_| ()).expect("indexed");
    let cancel = Cancel::default();
    let looks = { library.appearances(&indexed.photos, &cancel, |_, _| ()) }.expect("looks");
    cancel.cancel();
    let rule = duplicates::DuplicateRule::default();
    let known = |_: &_| PhotoDetails::default();
    let copies = library.duplicates(&indexed.photos, &looks, known, &rule, &cancel, |_, _| ());
    assert!(copies.is_err());
    assert!(library.flaws(&indexed, &looks, &cancel).is_err());
    assert!(library.vocabulary(&cancel).is_err());
    assert!(library.tags(&indexed, &cancel, |_, _| ()).is_err());
    library.vocabulary(&Cancel::default()).expect("words");
    let clusters = library.clusters(&indexed, &clusters::ClusterRule::default(), &cancel);
    assert!(clusters.is_err());
}
