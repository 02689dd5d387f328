//! Undo and finish identify a file by what it is, not by its name: the only copy of a photo is never removed.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::exports;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use exports::{World, tree};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::{
    Conflict, ExportItem, ExportOptions, FolderLayout, PastExportState, Transfer, finish, plan,
    run, undo,
};

/// Whether some file below these folders holds these bytes; links do not count.
fn held(folders: &[&Path], bytes: &[u8]) -> bool {
    let holds = |folder: &&Path| {
        tree(folder).into_iter().any(|(path, found)| {
            let link = fs::symlink_metadata(&path).is_ok_and(|m| m.is_symlink());
            !link && found.as_deref() == Some(bytes)
        })
    };
    folders.iter().any(holds)
}

fn flat(world: &World, transfer: Transfer) -> ExportOptions {
    ExportOptions {
        layout: FolderLayout::Flat,
        ..world.options(transfer)
    }
}

fn without_the_end(journals: &Path, lines: usize) -> String {
    let id = past(journals)[0].id.clone();
    let file = journals.join(format!("{id}.jsonl"));
    let text = fs::read_to_string(&file).expect("lines");
    let all: Vec<&str> = text.lines().collect();
    fs::write(&file, all[..all.len() - lines].join("\n") + "\n").expect("written");
    id
}

#[test]
fn a_link_left_at_the_old_place_does_not_cost_the_moved_photo() {
    let world = World::new();
    let item = world.item("a.jpg", "the only copy", &[]);
    let source = item.source.clone();
    let report = world.export(&[item], &flat(&world, Transfer::Move));
    let there = world.target().join("a.jpg");
    symlink(&there, &source).expect("a link");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert!(held(&[world.dir.path()], b"the only copy"), "it is lost");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1));
    fs::remove_file(&source).expect("the link goes");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0));
    assert_eq!(fs::read(&source).expect("back"), b"the only copy");
}

#[test]
fn an_old_folder_that_became_a_link_to_the_target_does_not_cost_the_moved_photo() {
    let world = World::new();
    let items = [
        world.item("trip/a.jpg", "first", &[]),
        world.item("trip/b.jpg", "second", &[]),
    ];
    let report = world.export(&items, &flat(&world, Transfer::Move));
    let trip = world.photos().join("trip");
    fs::remove_dir(&trip).expect("it is empty");
    symlink(world.target(), &trip).expect("a link");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    for bytes in [&b"first"[..], b"second"] {
        assert!(held(&[&world.target()], bytes), "it is lost");
    }
    assert_eq!((undone.restored, undone.kept.len()), (0, 2));
}

#[test]
fn a_source_that_became_a_link_to_its_copy_does_not_cost_the_copy() {
    let world = World::new();
    let item = world.item("a.jpg", "the photo", &[]);
    let source = item.source.clone();
    let report = world.export(&[item], &flat(&world, Transfer::Copy));
    fs::remove_file(&source).expect("removed");
    symlink(world.target().join("a.jpg"), &source).expect("a link");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert!(held(&[&world.target()], b"the photo"), "it is lost");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1));
}

#[test]
fn another_photo_under_the_source_s_name_does_not_cost_the_last_copy() {
    let world = World::new();
    let item = world.item("a.jpg", "the photo", &[]);
    let source = item.source.clone();
    let report = world.export(&[item], &flat(&world, Transfer::Copy));
    fs::remove_file(&source).expect("removed");
    fs::write(&source, "another photo").expect("written");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert!(held(&[&world.target()], b"the photo"), "it is lost");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1));
    assert!(undone.kept[0].message.contains("another"), "{undone:?}");
}

#[test]
fn a_source_that_became_another_name_of_its_copy_counts_only_while_both_names_are_there() {
    let world = World::new();
    let item = world.item("trip/a.jpg", "the photo", &[]);
    let source = item.source.clone();
    let report = world.export(&[item], &flat(&world, Transfer::Copy));
    let there = world.target().join("a.jpg");
    fs::remove_file(&source).expect("removed");
    fs::hard_link(&there, &source).expect("a second name");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0));
    assert!(!there.exists());
    assert_eq!(fs::read(&source).expect("there"), b"the photo");
}

#[test]
fn finishing_a_move_over_links_of_a_second_export_loses_nothing() {
    let world = World::new();
    let items: Vec<ExportItem> = (0..6)
        .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
        .collect();
    let elsewhere = tempfile::tempdir_in("/dev/shm").expect("another file system");
    let options = ExportOptions {
        layout: FolderLayout::Flat,
        ..ExportOptions {
            transfer: Transfer::Move,
            ..ExportOptions::new(elsewhere.path().join("out"))
        }
    };
    let moves = plan(&items, &options).expect("a plan");
    let cancel = Cancel::default();
    cancel.cancel();
    run(&moves, &world.journals(), &cancel, &|_| {}).expect("begun");
    // According to its journal, killed before the first photo.
    let id = without_the_end(&world.journals(), 1);
    let links = ExportOptions {
        transfer: Transfer::Link,
        ..options
    };
    world.export(&items, &links);
    let report = finish(&world.journals(), &id, &Cancel::default(), &|_| {}).expect("finished");
    for n in 0..6 {
        let bytes = format!("photo {n}");
        assert!(
            held(&[&world.photos(), elsewhere.path()], bytes.as_bytes()),
            "{n} is lost"
        );
    }
    assert_eq!((report.exported.len(), report.failures.len()), (0, 6));
}

#[test]
fn a_target_folder_that_became_a_link_to_the_photos_does_not_cost_them() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "first", &[]),
        world.item("b.jpg", "second", &[]),
    ];
    for transfer in [Transfer::Copy, Transfer::HardLink] {
        let report = world.export(&items, &flat(&world, transfer));
        fs::remove_dir_all(world.target()).expect("removed");
        symlink(world.photos(), world.target()).expect("a link");
        let undone = undo(&world.journals(), &report.id).expect("undone");
        for item in &items {
            assert!(item.source.is_file(), "{transfer:?}: {undone:?}");
        }
        assert_eq!((undone.restored, undone.kept.len()), (0, 2), "{transfer:?}");
        fs::remove_file(world.target()).expect("the link goes");
    }
}

#[test]
fn a_moved_link_comes_back_as_the_link_that_it_was() {
    for across in [false, true] {
        let world = World::new();
        let elsewhere = tempfile::tempdir_in("/dev/shm").expect("another file system");
        let photo = world.dir.path().join("kept/c.jpg");
        fs::create_dir_all(photo.parent().expect("a folder")).expect("made");
        fs::write(&photo, "the photo").expect("written");
        let link = world.photos().join("z.jpg");
        symlink("../kept/c.jpg", &link).expect("a link");
        let item = ExportItem {
            source: link.clone(),
            ..ExportItem::default()
        };
        let mut options = flat(&world, Transfer::Move);
        if across {
            options.target = elsewhere.path().join("out");
        }
        let report = world.export(&[item], &options);
        let there = options.target.join("z.jpg");
        assert_eq!(fs::read(&there).expect("the photo itself"), b"the photo");
        assert!(fs::symlink_metadata(&link).is_err() && photo.exists());
        let undone = undo(&world.journals(), &report.id).expect("undone");
        assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{undone:?}");
        assert_eq!(
            fs::read_link(&link).expect("a link"),
            Path::new("../kept/c.jpg")
        );
        assert!(!there.exists() && photo.exists());
    }
}

#[test]
fn the_copy_of_a_moved_link_stays_once_its_photo_is_gone() {
    let world = World::new();
    let photo = world.dir.path().join("kept.jpg");
    fs::write(&photo, "the photo").expect("written");
    let link = world.photos().join("z.jpg");
    symlink(&photo, &link).expect("a link");
    let item = ExportItem {
        source: link.clone(),
        ..ExportItem::default()
    };
    let report = world.export(&[item], &flat(&world, Transfer::Move));
    fs::remove_file(&photo).expect("removed");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1));
    assert!(held(&[&world.target()], b"the photo"));
}

#[test]
fn a_hard_link_is_the_same_file_and_goes_only_while_the_photo_has_another_name() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "first", &[]),
        world.item("b.jpg", "second", &[]),
    ];
    let report = world.export(&items, &flat(&world, Transfer::HardLink));
    let node = |path: &Path| fs::metadata(path).expect("there").ino();
    assert_eq!(node(&items[0].source), node(&world.target().join("a.jpg")));
    fs::remove_file(&items[1].source).expect("removed");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 1));
    assert!(items[0].source.exists() && held(&[&world.target()], b"second"));
}

#[test]
fn a_hard_link_to_a_linked_photo_is_one_of_the_photo() {
    let world = World::new();
    let photo = world.dir.path().join("kept.jpg");
    fs::write(&photo, "the photo").expect("written");
    let link = world.photos().join("z.jpg");
    symlink("../kept.jpg", &link).expect("a link");
    let item = ExportItem {
        source: link.clone(),
        ..ExportItem::default()
    };
    let report = world.export(&[item], &flat(&world, Transfer::HardLink));
    let there = world.target().join("z.jpg");
    assert!(fs::symlink_metadata(&there).expect("there").is_file());
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{undone:?}");
    assert!(!there.exists() && photo.exists() && link.exists());
}

#[test]
fn replaced_files_stay_after_any_number_of_exports() {
    let world = World::new();
    let item = world.item("a.jpg", "the new one", &[]);
    fs::create_dir_all(world.target()).expect("made");
    fs::write(world.target().join("a.jpg"), "the old one").expect("written");
    let mut options = flat(&world, Transfer::Copy);
    options.conflict = Conflict::Overwrite;
    let first = world.export(&[item], &options);
    for n in 0..30 {
        let items = [world.item(&format!("more {n}.jpg"), &format!("{n}"), &[])];
        world.export(&items, &flat(&world, Transfer::Copy));
        // There was nothing to do, so there is nothing to undo.
        let empty = world.export(&items, &flat(&world, Transfer::Copy));
        assert_eq!((empty.exported.len(), empty.id.as_str()), (0, ""));
    }
    assert!(held(&[&world.target()], b"the old one"), "it was pruned");
    let named = world
        .there()
        .into_iter()
        .filter(|name| name.contains("(replaced 20"));
    assert_eq!(named.count(), 1, "{:?}", world.there());
    let undone = undo(&world.journals(), &first.id).expect("still known");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0));
    assert_eq!(
        fs::read(world.target().join("a.jpg")).expect("back"),
        b"the old one"
    );
    assert!(past(&world.journals()).len() <= 21);
}

#[test]
fn journals_hold_absolute_paths_and_reports_those_that_were_given() {
    let world = World::new();
    let item = world.item("a.jpg", "a", &[]);
    let mut plan = plan(&[item], &flat(&world, Transfer::Copy)).expect("a plan");
    // From the folder of the tests to the root, and down again.
    let here = std::env::current_dir().expect("a folder");
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = |path: &Path| up.join(path.strip_prefix("/").expect("absolute"));
    plan.steps[0].source = relative(&plan.steps[0].source);
    plan.steps[0].target = relative(&plan.steps[0].target);
    let cancel = Cancel::default();
    let report = run(&plan, &world.journals(), &cancel, &|_| {}).expect("exports");
    let pair = (plan.steps[0].source.clone(), plan.steps[0].target.clone());
    assert!(pair.0.is_relative() && report.contents.contains_key(&pair.1));
    assert_eq!(report.exported, [pair]);
    let all = past(&world.journals());
    assert_eq!(all[0].state, PastExportState::Finished);
    let absolute = |path: &PathBuf| path.is_absolute();
    assert!(
        all[0]
            .files
            .iter()
            .all(|f| absolute(&f.step.source) && absolute(&f.step.target))
    );
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0));
}
