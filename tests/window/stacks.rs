//! Photos of one scene: folded in the grid with a key, counted on the representative photo, and opened side by side.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::Key;
use lumisift::app::command::{Action, Command, FindingCommand};
use lumisift::app::document::filter::{Grouping, SortKey, Sorting};
use lumisift::app::document::findings::Kind;
use window::{Setup, Window, taken};

fn burst() -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..3_u8 {
        let when = format!("2024-05-01T10:00:0{n}");
        taken(
            &dir.path().join(format!("burst {n}.jpg")),
            &when,
            40 + 2 * n,
        );
    }
    taken(&dir.path().join("later.jpg"), "2024-05-01T11:00:00", 250);
    let mut window = Setup::new(vec![dir.path().into()]).open();
    window.read(4);
    window.until("the look", |w| w.state().is_analysed());
    window.command(Command::GroupBy(Grouping::Nothing));
    window.command(Command::SortBy(Sorting {
        key: SortKey::Name,
        descending: false,
    }));
    (dir, window)
}

#[test]
fn a_key_folds_a_stack_into_its_best_photo_and_unfolds_it() {
    let (_dir, mut window) = burst();
    assert_eq!(window.state().findings().stacks.len(), 1);
    assert!(window.has_containing("best of 3: "));
    window.key(Key::S);
    let best = window.state().findings().stacks[0].best;
    let best = window.state().item(best).expect("a photo").name.clone();
    assert_eq!(window.shown(), [best.as_str(), "later.jpg"]);
    assert!(window.has_containing("stack of 3 photos"));
    window.key(Key::S);
    assert_eq!(window.shown().len(), 4);
}

#[test]
fn a_folded_stack_opens_side_by_side() {
    let (_dir, mut window) = burst();
    window.key(Key::S);
    for key in [Key::Enter, Key::C] {
        window.key(Key::Home);
        window.key(key);
        let viewer = window.state().viewer.as_ref().expect("a viewer");
        assert_eq!(viewer.compared().len(), 3, "{key:?}");
        assert_eq!(viewer.item(), window.state().findings().stacks[0].best);
        window.key(Key::Escape);
    }
    // A photo that is in no stack opens alone.
    window.key(Key::End);
    window.key(Key::Enter);
    let viewer = window.state().viewer.as_ref().expect("a viewer");
    assert!(!viewer.is_comparison());
}

#[test]
fn a_stack_is_represented_by_a_photo_that_the_filters_let_through() {
    let (_dir, mut window) = burst();
    window.key(Key::S);
    let best = window.state().findings().stacks[0].best;
    window.command(Command::SelectItems(vec![best], false));
    window.act(Action::Reject);
    let mut filter = window.state().memory.filter.clone();
    filter.flag = lumisift::app::document::filter::FlagFilter::NotRejected;
    window.command(Command::FilterBy(Box::new(filter)));
    let shown = window.shown();
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].starts_with("burst"));
    window.act(Action::ClearFilter);
    window.command(Command::Found(FindingCommand::ShowKind(Kind::Bursts)));
    window.key(Key::S);
    assert_eq!(window.shown().len(), 3);
}

#[test]
fn all_photos_of_a_kind_are_shown_even_if_stacks_are_folded() {
    let (_dir, mut window) = burst();
    window.key(Key::S);
    assert_eq!(window.shown().len(), 2);
    // All photos are as dark as that.
    window.command(Command::Found(FindingCommand::SetLine(Kind::Dark, 0.0)));
    window.command(Command::Found(FindingCommand::ShowKind(Kind::Dark)));
    let state = window.state();
    let counted = state.findings().count(Kind::Dark, &state.memory.lines);
    assert_eq!((window.shown().len(), counted), (4, 4));
    assert!(!window.has_containing("stack of 3 photos"));
    // The key says why they do not change.
    for _ in 0..2 {
        window.key(Key::S);
        assert_eq!(window.shown().len(), 4);
    }
    assert!(window.has_containing("Stacks are folded again when"));
    window.command(Command::Found(FindingCommand::ShowKind(Kind::Bursts)));
    assert_eq!(window.shown().len(), 1);
    assert!(window.has_containing("stack of 3 photos"));
}
