//! Every dialog is laid out by its first frame.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::window;

use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};
use lumisift::app::command::{Action, Command, Dialog, FindingCommand, PathPrompt, WelcomeStep};
use lumisift::app::services::FolderPurpose;
use window::{Setup, Window, add_label, coloured, colours};

/// One of every kind of dialog; add new kinds here.
pub fn every_dialog() -> Vec<Dialog> {
    let all = vec![
        Dialog::Settings,
        Dialog::Keys,
        Dialog::Palette,
        Dialog::Failures,
        Dialog::Export,
        Dialog::Interrupted,
        Dialog::Trash,
        Dialog::Hidden(Box::new(Command::Do(Action::Pick))),
        Dialog::Keywords,
        Dialog::LabelSets,
        Dialog::PasteLabels,
        Dialog::ClearStore,
        Dialog::Models { back: None },
        Dialog::RemoveModel {
            dir: "/anywhere".into(),
            back: None,
        },
        Dialog::Path(PathPrompt {
            purpose: FolderPurpose::OpenFolder,
            reason: None,
            back: None,
        }),
        Dialog::Dropped("/anywhere.jpg".into()),
        Dialog::Tour,
        Dialog::Copies { from_tour: false },
        Dialog::Clusters,
        Dialog::Questions,
        Dialog::Searches,
        Dialog::Rules,
        Dialog::Welcome(WelcomeStep::Photos),
        Dialog::About,
    ];
    // There is no wildcard arm, so a new kind does not compile.
    for dialog in &all {
        match dialog {
            Dialog::Settings | Dialog::Keys | Dialog::Palette | Dialog::Failures => {}
            Dialog::Export | Dialog::Interrupted | Dialog::Trash | Dialog::Hidden(_) => {}
            Dialog::Keywords | Dialog::LabelSets | Dialog::PasteLabels => {}
            Dialog::ClearStore | Dialog::Models { .. } | Dialog::RemoveModel { .. } => {}
            Dialog::Path(_) | Dialog::Dropped(_) | Dialog::About => {}
            Dialog::Tour | Dialog::Copies { .. } | Dialog::Clusters => {}
            Dialog::Questions | Dialog::Searches | Dialog::Rules => {}
            Dialog::Welcome(_) => {}
        }
    }
    all
}

/// The positions of all named elements, in drawing order.
fn places(window: &Window) -> Vec<(String, egui::Rect)> {
    let all = window.harness.root();
    let mut places = Vec::new();
    collect(all, &mut places);
    places
}

fn collect(node: egui_kittest::Node<'_>, places: &mut Vec<(String, egui::Rect)>) {
    let name = node.accesskit_node().label().unwrap_or_default();
    let has_place = node.accesskit_node().raw_bounds().is_some();
    if !name.is_empty() && has_place {
        places.push((name, node.rect()));
    }
    for child in node.children() {
        collect(child, places);
    }
}

#[test]
fn a_dialog_has_its_place_from_the_first_frame_on() {
    for size in [egui::vec2(1280.0, 800.0), egui::vec2(800.0, 600.0)] {
        let dir = tempfile::tempdir().expect("a folder");
        colours(dir.path(), 3);
        let mut setup = Setup::new(vec![dir.path().into()]);
        setup.size = size;
        let mut window = setup.open();
        window.read(9);
        add_label(&mut window, "red");
        window.key(Key::Escape);
        for dialog in every_dialog() {
            window.command(Command::Show(Some(dialog.clone())));
            window.finish_layout();
            window.command(Command::Show(None));
            window.finish_layout();
            // Its content was checked above, so only the layout is left.
            window
                .harness
                .state_mut()
                .command(Command::Show(Some(dialog.clone())));
            window.harness.step();
            let first = places(&window);
            for frame in 2..6 {
                window.harness.step();
                let later = places(&window);
                let moved = first.iter().find(|(name, rect)| {
                    let mut same = later.iter().filter(|(other, _)| other == name);
                    same.clone().next().is_some() && !same.any(|(_, place)| place == rect)
                });
                let now: Vec<_> = moved.map_or_else(Vec::new, |(name, _)| {
                    later.iter().filter(|(other, _)| other == name).collect()
                });
                assert_eq!(
                    moved, None,
                    "{dialog:?} at {size:?} moved in frame {frame} to {now:?}"
                );
            }
            window.command(Command::Show(None));
            window.finish_layout();
        }
    }
}

/// Where the dialog's close button is.
fn close_button(window: &mut Window) -> egui::Rect {
    window.finish_layout();
    window.harness.get_by_label("Close").rect()
}

#[test]
fn a_list_in_a_dialog_gets_longer_and_shorter_in_its_place() {
    let (dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    let named = |n: usize| format!("set {n}");
    for n in 0..12 {
        window.command(Command::SaveLabelSet(named(n)));
        window.command(Command::Found(FindingCommand::SaveSearch(named(n))));
    }
    for dialog in [Dialog::LabelSets, Dialog::Searches] {
        window.command(Command::Show(Some(dialog.clone())));
        let before = close_button(&mut window);
        for n in 0..12 {
            window.command(match dialog {
                Dialog::LabelSets => Command::RemoveLabelSet(named(n)),
                _ => Command::Found(FindingCommand::RemoveSearch(named(n))),
            });
        }
        assert_eq!(close_button(&mut window), before, "{dialog:?}");
        window.command(Command::Show(None));
    }
    window.command(Command::Show(Some(Dialog::Failures)));
    let before = close_button(&mut window);
    for n in 0..40 {
        let path = dir.path().join(format!("broken {n}.jpg"));
        std::fs::write(path, b"\xff\xd8\xffnothing").expect("written");
    }
    window.act(Action::Rescan);
    window.until("the broken ones", |w| w.state().failure_count() == 40);
    window.settle();
    assert_eq!(close_button(&mut window), before, "failures");
}

#[test]
fn an_answer_does_not_move_the_buttons() {
    let (_dir, mut window) = coloured();
    add_label(&mut window, "red");
    window.key(Key::Escape);
    window.act(Action::Ask);
    assert_eq!(window.state().dialog, Some(Dialog::Questions));
    let before = close_button(&mut window);
    window.key(Key::Y);
    assert_eq!(close_button(&mut window), before);
}

#[test]
fn what_the_analysis_finds_does_not_move_its_dialogs() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    for name in ["red 1", "green 1", "blue 1"] {
        let path = |end: &str| dir.path().join(format!("{name}{end}.png"));
        std::fs::copy(path(""), path(" - Copy")).expect("copied");
    }
    for dialog in [Dialog::Copies { from_tour: false }, Dialog::Clusters] {
        let mut window = Setup::new(Vec::new()).open();
        window.harness.run();
        window.command(Command::Show(Some(dialog.clone())));
        let before = close_button(&mut window);
        window.command(Command::OpenPaths(vec![dir.path().into()]));
        window.read(12);
        window.until("the copies", |w| !w.state().findings().copies.is_empty());
        assert_eq!(close_button(&mut window), before, "{dialog:?}");
    }
}
