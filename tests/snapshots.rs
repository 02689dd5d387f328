//! Compares the look of the window with stored pictures. This needs a Vulkan driver, so it runs only on request: `cargo
//! test --test snapshots -- --ignored`. `UPDATE_SNAPSHOTS=true` before it stores the current pictures.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/window.rs"]
mod window;

use egui::{Key, vec2};
use egui_kittest::SnapshotOptions;
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog, FindingCommand};
use lumisift::app::document::state::SessionState;
use lumisift::text::Locale;
use window::{Setup, Window};

/// Drivers round differently, so small differences are allowed in a limited number of pixels.
fn options() -> SnapshotOptions {
    SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(2500)
}

fn snapshot(window: &mut Window, name: &str) {
    // Two frames, so that the needs of the first are known.
    window.harness.run_steps(2);
    window.until("pictures", |w| w.harness.state().has_all_pictures());
    window.harness.run_ok();
    window.harness.snapshot_options(name, &options());
}

/// A window on the samples, sorted by the starter.
fn sorted(theme: egui::Theme, size: egui::Vec2) -> Window {
    sorted_in(Locale::English, theme, size)
}

/// The same in another language.
fn sorted_in(language: Locale, theme: egui::Theme, size: egui::Vec2) -> Window {
    let mut setup = Setup::new(vec![common::samples()]);
    setup.starter = true;
    setup.theme = theme;
    setup.size = size;
    setup.language = language;
    let mut window = setup.open();
    window.until("photos", |w| {
        w.state().library.len() >= 14 && w.state().work.summary.is_some()
    });
    // The findings and actions that are offered once the photos were analysed.
    window.until("the look", |w| w.state().clusters.is_known);
    window.command(Command::Found(FindingCommand::DismissOffer));
    window.command(Command::AddLabels(
        "cat, motorcycle, building, document".into(),
    ));
    window
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn an_empty_window() {
    let mut setup = Setup::new(Vec::new());
    setup.size = vec2(800.0, 600.0);
    setup.theme = egui::Theme::Light;
    let mut window = setup.open();
    window.until("a model", |w| {
        matches!(w.state().session, SessionState::Ready(_))
    });
    snapshot(&mut window, "empty light 800");
}

/// A sorted grid with a picked photo.
fn picked(theme: egui::Theme) -> Window {
    let mut window = sorted(theme, vec2(1280.0, 800.0));
    window.key(Key::Home);
    window.act(Action::Pick);
    window.act(Action::Stars(4));
    window
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn a_sorted_grid_on_dark_ground() {
    snapshot(&mut picked(egui::Theme::Dark), "grid dark");
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn a_sorted_grid_on_light_ground() {
    snapshot(&mut picked(egui::Theme::Light), "grid light");
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn a_photo_in_the_viewer() {
    let mut window = sorted(egui::Theme::Dark, vec2(1280.0, 800.0));
    window.key(Key::Home);
    window.key(Key::Enter);
    // The path is that of the checkout, and may take any number of lines.
    let folder = window.harness.get_by_label_contains("samples").rect();
    let rest = egui::Rect::from_min_max(folder.min, egui::pos2(1280.0, 760.0));
    window.harness.mask(rest.expand(2.0));
    snapshot(&mut window, "viewer dark");
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn dialogs_in_a_small_window() {
    let mut window = sorted(egui::Theme::Light, vec2(800.0, 600.0));
    window.command(Command::Show(Some(Dialog::Export)));
    snapshot(&mut window, "export light 800");
}

#[test]
#[ignore = "needs a Vulkan driver"]
fn texts_that_are_a_third_longer_in_a_small_window() {
    let mut window = sorted_in(Locale::Pseudo, egui::Theme::Light, vec2(800.0, 600.0));
    window.key(Key::Home);
    snapshot(&mut window, "long grid 800");
    for (action, name) in [
        (Action::Export, "long export 800"),
        (Action::Settings, "long settings 800"),
        (Action::Welcome, "long welcome 800"),
        (Action::Tour, "long tour 800"),
    ] {
        window.open_dialog(action);
        snapshot(&mut window, name);
        window.command(Command::Show(None));
    }
}
