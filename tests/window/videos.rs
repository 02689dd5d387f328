//! Videos in the window: shown by the frame that fits best, with all frames in the viewer.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(feature = "video")]

use crate::window;

use std::fs;
use std::path::Path;

use lumisift::app::command::{Action, Command};
use window::{Setup, Window, add_label, colours};

/// A window on three photos and a video: red, red, green, blue, blue and red for a second each.
fn with_video() -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/video");
    fs::copy(fixtures.join("late.mp4"), dir.path().join("clip.mp4")).expect("copied");
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(4);
    (dir, window)
}

#[test]
fn a_video_is_shown_by_the_frame_that_fits() {
    let (_dir, mut window) = with_video();
    assert!(window.has_containing("clip.mp4, video, 0:01 of 0:06"));
    add_label(&mut window, "green");
    window.harness.step();
    assert!(window.has_containing("clip.mp4, video, 0:02 of 0:06, green"));
    window.type_into("Search", "blue");
    window.harness.step();
    assert!(window.has_containing("clip.mp4, video, 0:03 of 0:06"));
}

#[test]
fn the_viewer_has_all_frames_and_opening_plays() {
    let (dir, mut window) = with_video();
    let order = window.state().response.arrangement.order.clone();
    let is_video = |id: &u32| {
        window
            .state()
            .item(*id)
            .is_some_and(|item| item.name == "clip.mp4")
    };
    let video = order.into_iter().find(is_video).expect("the video");
    window.command(Command::ViewItem(video));
    window.finish_layout();
    for time in ["0:01", "0:02", "0:03", "0:04", "0:05"] {
        assert!(window.has(&format!("Frame at {time}")), "{time}");
    }
    window.click("Frame at 0:04");
    window.until("the chosen frame", |window| {
        window.has_containing("clip.mp4, video, 0:04 of 0:06")
    });
    window.until("the frame", |window| {
        window.harness.state().has_all_pictures()
    });
    window.act(Action::Open);
    window.until("the player", |window| {
        let shown = window.desktop.shown.lock().expect("no panic");
        shown.as_slice() == [dir.path().join("clip.mp4")]
    });
    // A photo has no frames.
    window.act(Action::CloseView);
    let photo = (0..4).find(|id| *id != video).expect("a photo");
    window.command(Command::ViewItem(photo));
    window.finish_layout();
    assert!(!window.has_containing("Frame at"));
}

#[test]
fn videos_can_be_left_out() {
    let (_dir, mut window) = with_video();
    let mut settings = window.state().settings.clone();
    settings.videos = false;
    window.command(Command::ChangeSettings(Box::new(settings)));
    window.read(3);
    assert!(!window.shown().contains(&"clip.mp4".to_owned()));
}
