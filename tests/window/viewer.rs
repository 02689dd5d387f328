//! The viewer: photos side by side, in a strip, with a loupe and in full screen, and judged with clicks.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use std::fs;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, ViewportCommand};
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command, Dialog};
use lumisift::app::document::filter::{Grouping, SortKey, Sorting};
use lumisift::app::document::viewer::Viewer;
use lumisift::engine::organize::marks::Flag;
use lumisift::ui::photos_id;
use window::{Setup, Window, coloured, colours, taken};

fn by_name(window: &mut Window) {
    window.command(Command::GroupBy(Grouping::Nothing));
    window.command(Command::SortBy(Sorting {
        key: SortKey::Name,
        descending: false,
    }));
}

/// The first photos by name are selected.
fn selected(count: usize) -> (tempfile::TempDir, Window) {
    let (dir, mut window) = coloured();
    by_name(&mut window);
    window.key(Key::Home);
    for _ in 1..count {
        window.keys(Modifiers::SHIFT, Key::ArrowRight);
    }
    (dir, window)
}

fn viewed(window: &Window) -> String {
    let item = window.state().item(viewer(window).item());
    item.expect("a photo").name.clone()
}

fn viewer(window: &Window) -> &Viewer {
    window.state().viewer.as_ref().expect("a viewer")
}

fn compared(window: &Window) -> usize {
    viewer(window).compared().len()
}

#[test]
fn selected_photos_are_compared_with_one_zoom_and_one_place() {
    let (_dir, mut window) = selected(3);
    window.key(Key::C);
    assert_eq!(compared(&window), 3);
    for name in ["blue 1.png", "blue 2.png", "blue 3.png"] {
        assert!(window.has(name), "{name}");
    }
    window.key(Key::Home);
    assert_eq!(viewed(&window), "blue 1.png");
    window.key(Key::Z);
    assert_eq!(viewer(&window).zoom, Some(1.0));
    // The mouse wheel over one photo zooms all of them.
    let over = window.harness.get_by_label("blue 2.png").rect().center();
    window.harness.hover_at(over);
    window.harness.step();
    window.harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 80.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    window.harness.run_steps(20);
    let zoom = viewer(&window).zoom.expect("a zoom");
    assert!(zoom > 1.0, "{zoom}");
    // Keys apply to the photo that has the frame.
    window.key(Key::ArrowRight);
    assert_eq!(viewed(&window), "blue 2.png");
    window.key(Key::X);
    let id = viewer(&window).item();
    assert_eq!(window.state().library.mark(id).flag, Flag::Reject);
    window.click("blue 3.png: 4 stars");
    assert_eq!(viewed(&window), "blue 3.png");
    let id = viewer(&window).item();
    assert_eq!(window.state().library.mark(id).stars, 4);
    // Pressing C again shows one photo alone, and Esc leads back to the grid.
    window.key(Key::C);
    assert!(!viewer(&window).is_comparison());
    window.key(Key::Escape);
    assert!(window.state().viewer.is_none());
}

#[test]
fn one_photo_is_compared_with_the_next_and_never_more_than_four() {
    let (_dir, mut window) = selected(1);
    window.key(Key::C);
    assert_eq!(compared(&window), 2);
    window.key(Key::Escape);
    window.act(Action::SelectAll);
    window.key(Key::C);
    assert_eq!(compared(&window), 4);
}

#[test]
fn a_comparison_goes_on_without_a_photo_that_is_gone() {
    let (dir, mut window) = selected(3);
    window.key(Key::C);
    window.key(Key::Home);
    window.key(Key::ArrowRight);
    window.key(Key::Z);
    assert_eq!(viewed(&window), "blue 2.png");
    fs::remove_file(dir.path().join("blue 2.png")).expect("removed");
    window.act(Action::Rescan);
    window.read(8);
    assert_eq!(
        (compared(&window), viewed(&window).as_str()),
        (2, "blue 3.png")
    );
    assert_eq!(viewer(&window).zoom, Some(1.0), "zoom and place stay");
    fs::remove_file(dir.path().join("blue 1.png")).expect("removed");
    window.act(Action::Rescan);
    window.read(7);
    assert_eq!(
        (compared(&window), viewed(&window).as_str()),
        (0, "blue 3.png")
    );
}

#[test]
fn a_burst_is_surveyed_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..6_u8 {
        let when = format!("2024-05-01T10:00:0{n}");
        taken(&dir.path().join(format!("burst {n}.jpg")), &when, 40 * n);
    }
    taken(&dir.path().join("later.jpg"), "2024-05-01T11:00:00", 250);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(7);
    by_name(&mut window);
    window.key(Key::Home);
    window.keys(Modifiers::SHIFT, Key::C);
    assert_eq!(compared(&window), 6);
    window.key(Key::Escape);
    // At most four photos are compared, those around it.
    window.key(Key::C);
    assert_eq!(compared(&window), 4);
    window.key(Key::Escape);
    window.key(Key::End);
    window.keys(Modifiers::SHIFT, Key::C);
    assert!(window.has_containing("No other photo in this folder was taken within 2 seconds"));
    // And the dates group the photos by month.
    window.command(Command::GroupBy(Grouping::Month));
    assert!(window.has("Select all of May 2024, 7 photos"));
}

#[test]
fn the_strip_below_leads_to_other_photos() {
    let (_dir, mut window) = selected(1);
    window.key(Key::Enter);
    assert!(window.has("Filmstrip"));
    window.click("In the filmstrip: blue 3.png");
    assert_eq!(viewed(&window), "blue 3.png");
    window.key(Key::ArrowRight);
    assert_eq!(viewed(&window), "green 1.png");
}

#[test]
fn decisions_are_seen_on_the_photo_and_clicked() {
    let (_dir, mut window) = selected(1);
    window.key(Key::Enter);
    let id = viewer(&window).item();
    let mark = |window: &Window| window.state().library.mark(id);
    window.click("Pick");
    assert_eq!(mark(&window).flag, Flag::Pick);
    window.click("Pick");
    assert_eq!(mark(&window).flag, Flag::None);
    window.click("3 stars");
    assert_eq!(mark(&window).stars, 3);
    window.click("Colour green");
    assert!(mark(&window).colour.is_some());
    window.click("3 stars");
    assert_eq!(mark(&window).stars, 0);
}

#[test]
fn tab_hides_all_panels_and_shows_them_again() {
    let (_dir, mut window) = selected(1);
    for large in [false, true] {
        if large {
            window.key(Key::Enter);
        }
        window.key(Key::Tab);
        assert!(!window.has("Menu") && !window.has("Group by") && !window.has("New label"));
        window.key(Key::Tab);
        assert!(window.has("Menu"));
    }
    window.key(Key::Escape);
    // Typing into a panel brings it back.
    window.key(Key::Tab);
    window.key(Key::Slash);
    assert!(window.harness.get_by_label("New label").is_focused());
    // In the field, the Tab key moves on to the next widget.
    window.key(Key::Tab);
    assert!(window.has("Menu"));
}

#[test]
fn tab_with_shift_leads_out_of_the_photos_and_hides_nothing() {
    let (_dir, mut window) = selected(1);
    for large in [false, true] {
        if large {
            window.key(Key::Enter);
        }
        window.keys(Modifiers::SHIFT, Key::Tab);
        window.harness.step();
        assert!(window.has("Menu"), "panels stay");
        let focused = window.harness.ctx.memory(|memory| memory.focused());
        let focused = focused.expect("a widget");
        assert_ne!(focused, photos_id());
        window
            .harness
            .ctx
            .memory_mut(|memory| memory.surrender_focus(focused));
        window.harness.step();
    }
}

#[test]
fn a_key_fills_the_screen() {
    let (_dir, mut window) = selected(1);
    window.harness.key_down(Key::F11);
    window.harness.step();
    let mut outputs = window.harness.output().viewport_output.values();
    let full = ViewportCommand::Fullscreen(true);
    assert!(outputs.any(|output| output.commands.contains(&full)));
}

fn space(window: &mut Window, pressed: bool) {
    space_event(window, pressed, false);
}

fn space_event(window: &mut Window, pressed: bool, repeat: bool) {
    window.harness.event(Event::Key {
        key: Key::Space,
        physical_key: None,
        pressed,
        repeat,
        modifiers: Modifiers::NONE,
    });
    window.harness.step();
}

#[test]
fn holding_the_space_bar_shows_a_loupe_and_touching_it_closes_the_photo() {
    let (_dir, mut window) = selected(1);
    window.key(Key::Enter);
    window.until("the photo", |w| w.harness.state().has_all_pictures());
    let photo = window
        .harness
        .get_by_role_and_label(egui::Role::Image, "blue 1.png");
    let over = photo.rect().center();
    window.harness.hover_at(over);
    space(&mut window, true);
    window.harness.run_steps(30);
    assert!(window.has("Loupe over blue 1.png"));
    space(&mut window, false);
    window.harness.step();
    assert!(!window.has("Loupe over blue 1.png"));
    assert!(window.state().viewer.is_some());
    space(&mut window, true);
    space(&mut window, false);
    window.harness.step();
    assert!(window.state().viewer.is_none());
}

#[test]
fn a_space_bar_that_is_held_in_a_dialog_shows_no_loupe_behind_it() {
    let (_dir, mut window) = selected(1);
    window.key(Key::Enter);
    window.until("the photo", |w| w.harness.state().has_all_pictures());
    let photo = window
        .harness
        .get_by_role_and_label(egui::Role::Image, "blue 1.png");
    let over = photo.rect().center();
    window.command(Command::Show(Some(Dialog::Keys)));
    window.finish_layout();
    window.harness.hover_at(over);
    space(&mut window, true);
    window.harness.run_steps(30);
    assert!(!window.has("Loupe over blue 1.png"));
    space(&mut window, false);
    assert!(window.state().viewer.is_some());
}

#[test]
fn a_space_bar_that_is_held_a_little_too_long_opens_the_photo_once() {
    let (_dir, mut window) = selected(1);
    // The keyboard repeats the key after half a second, and the key is released a moment later.
    space(&mut window, true);
    window.harness.run_steps(30);
    for _ in 0..3 {
        space_event(&mut window, true, true);
    }
    space(&mut window, false);
    window.harness.step();
    assert_eq!(viewed(&window), "blue 1.png");
}

#[test]
fn beside_others_in_a_small_window_a_photo_still_has_all_its_signs() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(800.0, 600.0);
    let mut window = setup.open();
    window.read(9);
    by_name(&mut window);
    window.key(Key::Home);
    for _ in 1..4 {
        window.keys(Modifiers::SHIFT, Key::ArrowRight);
    }
    window.key(Key::C);
    assert_eq!(compared(&window), 4);
    let screen = window.harness.ctx.content_rect();
    let names: Vec<String> = (window
        .state()
        .viewer
        .as_ref()
        .expect("a viewer")
        .items()
        .iter())
    .map(|id| window.state().item(*id).expect("a photo").name.clone())
    .collect();
    for name in &names {
        let mut found = window.harness.query_all_by_label_contains(name);
        let pane = found.find(|node| node.accesskit_node().role() == Role::Image);
        let pane = pane.expect("the photo").rect();
        for sign in [
            "Pick",
            "Reject",
            "1 star",
            "5 stars",
            "Colour red",
            "Colour purple",
        ] {
            let sign = format!("{name}: {sign}");
            let rect = window.harness.get_by_label(&sign).rect();
            assert!(pane.contains_rect(rect), "{sign} at {rect} in {pane}");
            assert!(rect.width() >= 18.0 && screen.contains_rect(rect), "{rect}");
        }
    }
    let id = viewer(&window).items()[3];
    window.click(&format!("{}: Colour purple", names[3]));
    assert!(window.state().library.mark(id).colour.is_some());
    window.click(&format!("{}: 2 stars", names[3]));
    assert_eq!(window.state().library.mark(id).stars, 2);
}
