//! Exports and culling in the window: planned, done, undone, and finished after a kill; rejects moved away.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common::names;
use crate::window;

use std::fs;
use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use lumisift::app::command::{Action, Command, Dialog};
use lumisift::app::document::export_choices::ExportWhat;
use lumisift::app::document::exports::{ExportRequest, ExportState};
use lumisift::app::document::filter::{Filter, LabelFit};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::{self, ExportItem, ExportOptions, Transfer};
use lumisift::engine::organize::marks::Flag;
use window::{Setup, Window, colours};

/// A window on three red, three green and three blue photos, with the label "red".
fn with_red() -> (tempfile::TempDir, Window) {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 3);
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(1280.0, 1000.0);
    let mut window = setup.open();
    window.read(9);
    window.command(Command::AddLabels("red".into()));
    (dir, window)
}

/// Opens the dialog, and chooses the target.
fn open_export(window: &mut Window, target: &Path) {
    *window.desktop.chosen.lock().expect("no panic") = vec![target.into()];
    window.keys(Modifiers::COMMAND, Key::E);
    window.finish_layout();
    window.click("Choose a folder…");
    planned(window);
}

fn planned(window: &mut Window) {
    window.harness.step();
    window.until("a plan", |w| {
        matches!(w.state().exports.state, ExportState::Planned(_))
    });
}

fn done(window: &mut Window) {
    window.until("the export", |w| {
        matches!(w.state().exports.state, ExportState::Done(_))
    });
}

#[test]
fn an_export_says_what_it_will_do_does_it_and_is_undone() {
    let (_dir, mut window) = with_red();
    let target = tempfile::tempdir().expect("a folder");
    open_export(&mut window, target.path());
    window.click("All that fit a label (3)");
    planned(&mut window);
    assert!(window.has("red/red 1.png"));
    assert!(
        names(target.path()).is_empty(),
        "nothing happens before the button"
    );
    window.click("Write a list of what went where (JSON and CSV)");
    planned(&mut window);
    window.click("Export 3 photos");
    done(&mut window);
    assert!(window.has("3 photos exported"));
    let there = names(&target.path().join("red"));
    assert_eq!(there, ["red 1.png", "red 2.png", "red 3.png"]);
    let written = ["lumisift-manifest.csv", "lumisift-manifest.json", "red"];
    assert_eq!(names(target.path()), written);
    window.click("Done");
    window.keys(Modifiers::COMMAND, Key::Z);
    let folder = target.path().join("red");
    window.until("undoing", |_| !folder.exists());
    window.until("a word", |w| w.has_containing("3 files are as they were"));
}

#[test]
fn a_pattern_that_says_nothing_and_a_target_that_is_none_are_refused_in_words() {
    let (dir, mut window) = with_red();
    let file = dir.path().join("red 1.png");
    *window.desktop.chosen.lock().expect("no panic") = vec![file];
    window.open_dialog(Action::Export);
    window.click("Choose a folder…");
    window.until("a refusal", |w| {
        matches!(w.state().exports.state, ExportState::Refused(_))
    });
    assert!(
        window.has_containing("is not a folder"),
        "{:?}",
        window.state().exports.state
    );
    window.type_into("Name pattern", "{oops");
    assert!(window.has_containing("without its }"));
}

#[test]
fn rejects_are_moved_to_a_folder_or_to_the_trash() {
    let (dir, mut window) = with_red();
    assert!(!Action::MoveRejects.enabled(window.state()));
    window.click_photo("green 1.png");
    window.key(Key::X);
    let target = tempfile::tempdir().expect("a folder");
    *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
    window.open_dialog(Action::MoveRejects);
    window.click("Choose a folder…");
    planned(&mut window);
    window.click("Export 1 photo");
    done(&mut window);
    assert_eq!(names(target.path()), ["green 1.png"]);
    window.click("Done");
    window.read(8);

    window.act(Action::SelectAll);
    window.key(Key::X);
    window.open_dialog(Action::TrashRejects);
    assert_eq!(window.state().dialog, Some(Dialog::Trash));
    window.click("Keep them");
    assert_eq!(names(dir.path()).len(), 8);
    window.open_dialog(Action::TrashRejects);
    window.click("Move to the trash");
    window.until("the trash", |w| {
        w.has_containing("8 photos are in the trash")
    });
    assert!(names(dir.path()).is_empty());
}

#[test]
fn selected_photos_that_a_filter_hides_are_left_alone_until_the_person_agrees() {
    let (_dir, mut window) = with_red();
    window.act(Action::SelectAll);
    let filter = |name: &str| {
        Command::FilterBy(Box::new(Filter {
            name: name.into(),
            ..Filter::default()
        }))
    };
    let rejects = |window: &Window| window.state().flagged(Flag::Reject).len();
    window.command(filter("green"));
    window.key(Key::X);
    window.finish_layout();
    assert!(window.has("9 photos are selected"));
    assert!(window.has_containing("6 of them are hidden"));
    assert_eq!(rejects(&window), 0, "nothing happens before the answer");
    window.click("Only the 3 shown");
    assert_eq!(rejects(&window), 3);
    assert_eq!(window.state().selection.len(), 3);

    window.command(filter(""));
    window.act(Action::SelectAll);
    window.command(filter("blue"));
    window.act(Action::Stars(4));
    window.finish_layout();
    window.click("All 9");
    let marks = window.state().library.snapshot().marks.clone();
    assert!(marks.iter().all(|mark| mark.stars == 4));
    // The answer is valid until the selection changes.
    window.act(Action::Unflag);
    assert_eq!((rejects(&window), window.state().dialog.clone()), (0, None));
    assert_eq!(window.state().export_items(ExportWhat::Selected).len(), 9);

    window.act(Action::SelectAll);
    window.command(filter("red"));
    window.open_dialog(Action::Export);
    assert!(window.has_containing("All of them are hidden"));
    assert_eq!(window.state().export_items(ExportWhat::Selected).len(), 0);
    window.click("Close");
    assert!(window.state().dialog.is_none());
}

#[test]
fn the_last_copy_of_a_photo_is_not_put_away_unasked() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    fs::copy(
        dir.path().join("red 1.png"),
        dir.path().join("red 1 again.png"),
    )
    .expect("copied");
    let mut setup = Setup::new(vec![dir.path().into()]);
    setup.size = egui::vec2(1280.0, 1000.0);
    let mut window = setup.open();
    window.read(4);
    window.click("red 1.png");
    window.key(Key::X);
    assert_eq!(
        window.state().flagged(Flag::Reject).len(),
        2,
        "the decision is about both"
    );
    window.open_dialog(Action::TrashRejects);
    assert!(window.has_containing("2 identical copies: 1 kept at"));
    assert!(window.has_containing("red 1 again.png"));
    window.click("Move to the trash");
    window.until("the trash", |w| w.has_containing("1 photo is in the trash"));
    assert_eq!(
        names(dir.path()),
        ["blue 1.png", "green 1.png", "red 1 again.png"]
    );
    window.read(3);
    assert!(
        window.state().flagged(Flag::Reject).is_empty(),
        "the copy that stays is no reject"
    );

    // If each copy is rejected itself, all are moved.
    fs::copy(
        dir.path().join("red 1 again.png"),
        dir.path().join("red 1.png"),
    )
    .expect("copied");
    window.act(Action::Rescan);
    window.read(4);
    // The first decision applies to both copies, so the name of the second then says "rejected".
    for name in ["red 1.png", "red 1 again.png, rejected"] {
        window.click(name);
        window.key(Key::X);
    }
    window.open_dialog(Action::TrashRejects);
    assert!(!window.has_containing("identical copies"));
    window.click("Move to the trash");
    window.until("the trash", |w| {
        w.has_containing("2 photos are in the trash")
    });
    assert_eq!(names(dir.path()), ["blue 1.png", "green 1.png"]);
}

fn export_request(window: &Window) -> ExportRequest {
    window.state().exports.request.clone().expect("a request")
}

/// Checks that the dialog opens again with the usual options of an export.
fn assert_next_export_copies(window: &mut Window) {
    window.command(Command::Show(None));
    window.open_dialog(Action::Export);
    planned(window);
    assert_eq!(export_request(window).options.transfer, Transfer::Copy);
    assert_ne!(export_request(window).what, ExportWhat::Rejected);
}

fn until_path_is_asked(window: &mut Window) {
    window.until("the field for a path", |w| {
        matches!(w.state().dialog, Some(Dialog::Path(_)))
    });
}

#[test]
fn moving_rejects_is_chosen_for_that_time_only() {
    let (_dir, mut window) = with_red();
    window.click_photo("green 1.png");
    window.key(Key::X);
    let target = tempfile::tempdir().expect("a folder");
    *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
    window.open_dialog(Action::MoveRejects);
    window.click("Choose a folder…");
    planned(&mut window);
    assert_eq!(export_request(&window).options.transfer, Transfer::Move);
    assert_eq!(export_request(&window).what, ExportWhat::Rejected);
    assert_next_export_copies(&mut window);
}

#[test]
fn moving_rejects_stays_chosen_while_the_folder_is_typed() {
    let (_dir, mut window) = with_red();
    window.click_photo("green 1.png");
    window.key(Key::X);
    let target = tempfile::tempdir().expect("a folder");
    *window.desktop.refusal.lock().expect("no panic") = Some("There are no file dialogs".into());
    window.open_dialog(Action::MoveRejects);
    for gives_up in [true, false] {
        window.click("Choose a folder…");
        until_path_is_asked(&mut window);
        window.finish_layout();
        if gives_up {
            window.click("Cancel");
        } else {
            window.type_into("Path", &target.path().display().to_string());
            window.click("Use this folder");
        }
        window.until("the export", |w| w.state().dialog == Some(Dialog::Export));
        window.finish_layout();
    }
    planned(&mut window);
    assert_eq!(export_request(&window).options.transfer, Transfer::Move);
    assert_eq!(export_request(&window).what, ExportWhat::Rejected);
    assert_eq!(export_request(&window).options.target, target.path());
    // The options still apply only once, although another dialog replaced the field.
    window.click("Choose a folder…");
    until_path_is_asked(&mut window);
    assert_next_export_copies(&mut window);
}

#[test]
fn an_interrupted_export_is_offered_at_the_next_start() {
    let dir = tempfile::tempdir().expect("a folder");
    colours(dir.path(), 1);
    let out = tempfile::tempdir().expect("a folder");
    for finish in [true, false] {
        let setup = Setup::new(vec![dir.path().into()]);
        let journals = setup.home.path().join("data/exports");
        let item = ExportItem {
            source: dir.path().join("red 1.png"),
            ..ExportItem::default()
        };
        let options = ExportOptions {
            transfer: Transfer::Move,
            ..ExportOptions::new(out.path().into())
        };
        let plan = export::plan(&[item], &options).expect("a plan");
        export::run(&plan, &journals, &Cancel::default(), &|_| {}).expect("exports");
        // As left by a kill before the last lines.
        let mut files = fs::read_dir(&journals).expect("journals").flatten();
        let journal = files.find(|file| file.path().extension().is_some_and(|e| e == "jsonl"));
        let journal = journal.expect("a journal").path();
        let text = fs::read_to_string(&journal).expect("lines");
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&journal, lines[..lines.len() - 2].join("\n") + "\n").expect("written");
        let mut window = setup.open();
        window.until("the offer", |w| w.has("An export was interrupted"));
        window.finish_layout();
        window.click(if finish { "Finish it" } else { "Undo it" });
        let there = out.path().join("something else/red 1.png");
        let source = dir.path().join("red 1.png");
        if finish {
            done(&mut window);
            assert!(there.exists() && !source.exists());
            fs::rename(&there, &source).expect("put back");
        } else {
            window.until("undoing", |_| source.exists() && !there.exists());
        }
    }
}

#[test]
fn labels_are_saved_to_a_file_and_come_back_from_it() {
    let (_dir, mut window) = with_red();
    let home = window.home();
    let file = home.path().join("mine.toml");
    *window.desktop.chosen.lock().expect("no panic") = vec![file.clone()];
    window.open_dialog(Action::LabelSets);
    window.click("Save as a file…");
    window.until("the file", |_| file.exists());
    window.click("Travel");
    assert!(window.state().memory.labels.len() > 5);
    window.open_dialog(Action::LabelSets);
    window.click("Load a file…");
    window.until("the labels", |w| w.state().memory.labels.len() == 1);
    assert_eq!(window.state().memory.labels[0].text, "red");
    window.keys(Modifiers::COMMAND, Key::Z);
    assert!(
        window.state().memory.labels.len() > 5,
        "and it can be undone"
    );
}

#[test]
fn only_the_last_of_many_plans_counts() {
    let (_dir, mut window) = with_red();
    let target = tempfile::tempdir().expect("a folder");
    for n in 0..50 {
        let request = ExportRequest {
            what: ExportWhat::Shown,
            rejects: false,
            options: ExportOptions::new(target.path().join(n.to_string())),
            manifest: false,
        };
        window.command(Command::PlanExport(Box::new(request)));
    }
    planned(&mut window);
    let ExportState::Planned(plan) = &window.state().exports.state else {
        panic!("a plan");
    };
    assert_eq!(plan.target, target.path().join("49"));
}

#[test]
fn an_export_begins_with_what_fits_without_rejects_and_remembers_what_was_chosen() {
    let (_dir, mut window) = with_red();
    window.command(Command::AddLabels("blue".into()));
    window.command(Command::ToggleFit(LabelFit::Label(1)));
    let cell = window.harness.query_all_by_label_contains("red 1.png, ");
    { cell }.next().expect("a cell").click();
    window.harness.step();
    window.key(Key::X);
    window.act(Action::SelectNone);
    window.act(Action::ClearFilter);
    let target = tempfile::tempdir().expect("a folder");
    open_export(&mut window, target.path());
    assert_eq!(export_request(&window).what, ExportWhat::Fitting);
    assert!(window.has("All that fit a label (5)"));
    // The number of files in each folder.
    assert!(window.has_containing("2 photos, ") && window.has_containing("3 photos, "));
    assert!(window.has_containing(" free"));
    window.click("Leave rejects out");
    planned(&mut window);
    assert!(window.has("All that fit a label (6)"));
    window.click("Write a list of what went where (JSON and CSV)");
    planned(&mut window);
    window.command(Command::Show(None));
    window.open_dialog(Action::Export);
    planned(&mut window);
    assert!(export_request(&window).manifest && export_request(&window).rejects);
    assert_eq!(export_request(&window).options.target, target.path());
}

#[test]
fn photos_that_the_dialog_chose_by_itself_are_not_remembered() {
    let (_dir, mut window) = with_red();
    window.act(Action::ClearLabels);
    window.click_photo("green 1.png");
    window.key(Key::P);
    window.act(Action::SelectNone);
    let target = tempfile::tempdir().expect("a folder");
    open_export(&mut window, target.path());
    assert_eq!(export_request(&window).what, ExportWhat::Picked);
    window.click("Write a list of what went where (JSON and CSV)");
    assert_eq!(window.state().memory.export.what, None);
    window.command(Command::Show(None));
    window.command(Command::AddLabels("red".into()));
    window.open_dialog(Action::Export);
    planned(&mut window);
    assert_eq!(export_request(&window).what, ExportWhat::Fitting);
    assert!(export_request(&window).manifest);
    // The user's own choice is.
    window.click("Picks (1)");
    window.command(Command::Show(None));
    window.open_dialog(Action::Export);
    planned(&mut window);
    assert_eq!(export_request(&window).what, ExportWhat::Picked);
}

#[test]
fn a_label_that_is_being_typed_is_not_exported() {
    let (_dir, mut window) = with_red();
    window.type_into("New label", "blue");
    assert_eq!(window.state().response.arrangement.counts, [3, 3]);
    let target = tempfile::tempdir().expect("a folder");
    open_export(&mut window, target.path());
    assert!(window.has("All that fit a label (3)"));
    let ExportState::Planned(plan) = &window.state().exports.state else {
        panic!("a plan");
    };
    let red = target.path().join("red");
    assert_eq!(plan.steps.len(), 3);
    assert!(plan.steps.iter().all(|step| step.target.starts_with(&red)));
    // Once it is kept, it is.
    window.command(Command::Show(None));
    window.command(Command::AddLabel("blue".into()));
    let exported = window.state().export_count(ExportWhat::Fitting, false);
    assert_eq!(exported, 6);
}

#[test]
fn all_that_is_shown_is_never_exported_unasked() {
    let (_dir, mut window) = with_red();
    window.act(Action::ClearLabels);
    window.open_dialog(Action::Export);
    window.click("Shown (9)");
    window.command(Command::Show(None));
    let target = tempfile::tempdir().expect("a folder");
    *window.desktop.chosen.lock().expect("no panic") = vec![target.path().into()];
    window.open_dialog(Action::Export);
    window.click("Choose a folder…");
    window.until("the folder", |w| w.state().memory.export.target.is_some());
    window.harness.step();
    assert!(window.has_containing("Choose which photos"));
    assert!(matches!(window.state().exports.state, ExportState::Idle));
}
