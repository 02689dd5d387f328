//! The map of where a label is seen in a photo, shown over the photo with a key.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::Key;
use lumisift::app::document::heat::HeatMapState;
use window::{add_label, coloured};

#[test]
fn a_key_shows_where_the_current_label_is_seen() {
    let (_dir, mut window) = coloured();
    window.key(Key::Home);
    // There is no map in the grid.
    window.key(Key::H);
    assert!(!window.state().heat.is_on);
    window.key(Key::Enter);
    window.key(Key::H);
    assert!(window.has("Add a label to see where it is in the photo"));
    window.key(Key::Escape);
    add_label(&mut window, "red");
    window.harness.ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
    window.key(Key::Home);
    window.key(Key::Enter);
    window.until("the map", |w| w.has_containing("Where red is seen"));
    let map = window.state().heat.map.clone();
    let HeatMapState::Ready(map) = map else {
        panic!("{map:?}");
    };
    assert!(map.matched > 0.9);
    // Another photo has another map.
    window.key(Key::End);
    window.until("the other map", |w| {
        w.has_containing("The photo hardly fits red")
    });
    window.key(Key::H);
    assert!(!window.has_containing("hardly fits red"));
}
