//! File systems that refuse operations, and disks that fail: the photo is at the target or where it was, and the report
//! says which.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::exports;
use crate::faults;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use exports::{World, tree};
use faults::{Fault, Faulty};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::ops::{Disk, LostAttributes, Ops};
use lumisift::engine::organize::export::{
    Conflict, ExportItem, ExportOptions, ExportReport, Exporter, FolderLayout, PastExportState,
    Transfer, plan,
};

fn flat(world: &World, transfer: Transfer) -> ExportOptions {
    ExportOptions {
        layout: FolderLayout::Flat,
        ..world.options(transfer)
    }
}

fn export(
    world: &World,
    ops: &dyn Ops,
    items: &[ExportItem],
    options: &ExportOptions,
) -> ExportReport {
    let plan = plan(items, options).expect("a plan");
    let journals = world.journals();
    let exporter = Exporter::with(&journals, ops, 1);
    exporter
        .run(&plan, &Cancel::default(), &|_| {})
        .expect("exports")
}

/// A target on another disk that accepts file contents but no attributes.
struct Plain;

impl Ops for Plain {
    fn copy_attributes(&self, _: &File, _: &File, owner: bool) -> LostAttributes {
        LostAttributes {
            permissions: true,
            times: true,
            attributes: true,
            owner,
            flush: false,
        }
    }

    fn flush(&self, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::InvalidInput.into())
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        match from.parent() == to.parent() {
            true => Err(io::ErrorKind::InvalidInput.into()),
            false => Err(io::ErrorKind::CrossesDevices.into()),
        }
    }

    fn hard_link(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

#[test]
fn a_target_that_refuses_all_but_bytes_gets_the_photos_and_one_warning() {
    for transfer in [Transfer::Copy, Transfer::Move] {
        let world = World::new();
        let items: Vec<ExportItem> = (0..5)
            .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
            .collect();
        let before = tree(&world.photos());
        let report = export(&world, &Plain, &items, &flat(&world, transfer));
        assert_eq!((report.photos, report.failures.len()), (5, 0), "{report:?}");
        assert_eq!(report.warnings.len(), 1);
        let warning = &report.warnings[0];
        assert!(
            warning.contains("permissions") && warning.contains("5 files"),
            "{warning}"
        );
        assert_eq!(
            warning.contains("owners"),
            transfer == Transfer::Move,
            "{warning}"
        );
        assert_eq!(items[0].source.exists(), transfer == Transfer::Copy);
        let journals = world.journals();
        let undone = Exporter::with(&journals, &Plain, 1)
            .undo(&report.id)
            .expect("undone");
        assert_eq!((undone.restored, undone.kept.len()), (5, 0), "{undone:?}");
        assert_eq!(tree(&world.photos()), before);
    }
}

/// No file can be removed from the folder of photos.
struct ReadOnlyFolder {
    photos: PathBuf,
}

impl ReadOnlyFolder {
    fn check(&self, path: &Path) -> io::Result<()> {
        match path.starts_with(&self.photos) {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Ok(()),
        }
    }
}

impl Ops for ReadOnlyFolder {
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.check(from)?;
        Disk.rename_new(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.check(path)?;
        Disk.remove_file(path)
    }
}

#[test]
fn a_move_out_of_a_folder_that_lets_nothing_go_says_that_copies_were_made() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[]), world.item("b.jpg", "b", &[])];
    let ops = ReadOnlyFolder {
        photos: world.photos(),
    };
    let report = export(&world, &ops, &items, &flat(&world, Transfer::Move));
    assert_eq!((report.exported.len(), report.failures.len()), (2, 2));
    for failure in &report.failures {
        assert!(
            failure.message.contains("it stayed in its folder"),
            "{failure:?}"
        );
        assert!(failure.message.contains("a copy is at"), "{failure:?}");
    }
    let journals = world.journals();
    let undone = Exporter::with(&journals, &ops, 1)
        .undo(&report.id)
        .expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (2, 0), "{undone:?}");
    assert!(items.iter().all(|item| item.source.exists()) && !world.target().exists());
}

#[test]
fn replacing_and_undoing_killed_anywhere_and_repeated_ends_clean() {
    let mut kills = 0;
    for transfer in [Transfer::Copy, Transfer::Move] {
        for far in [false, true] {
            for at in 0..60 {
                let world = World::new();
                let item = world.item("a.jpg", "the new one", &[]);
                fs::create_dir_all(world.target()).expect("made");
                fs::write(world.target().join("a.jpg"), "the old one").expect("written");
                let before = (tree(&world.photos()), tree(&world.target()));
                let mut options = flat(&world, transfer);
                options.conflict = Conflict::Overwrite;
                let disk = match far {
                    true => world.target(),
                    false => world.dir.path().join("none"),
                };
                let calm = Faulty::new(None, false, disk.clone());
                let report = export(&world, &calm, &[item], &options);
                assert_eq!(report.replaced, 1);
                let killed = Faulty::new(Some((at, Fault::Kill)), false, disk);
                let journals = world.journals();
                let _ = Exporter::with(&journals, &killed, 1).undo(&report.id);
                kills += usize::from(killed.triggered());
                let again = Exporter::with(&journals, &calm, 1).undo(&report.id);
                let again = again.expect("undone");
                assert!(
                    again.kept.is_empty(),
                    "{transfer:?} far {far} at {at}: {again:?}"
                );
                let after = (tree(&world.photos()), tree(&world.target()));
                assert_eq!(after, before, "{transfer:?} far {far} at {at}");
            }
        }
    }
    assert!(kills > 20, "only {kills} kills");
}

#[test]
fn a_kill_never_leaves_a_part_of_a_photo_under_a_name_of_its_own() {
    for (old, far, undoing) in [
        (true, false, false),
        (false, true, false),
        (true, true, true),
    ] {
        for at in 0..60 {
            let world = World::new();
            let items: Vec<ExportItem> = (0..3)
                .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
                .collect();
            let disk = match far {
                true => world.target(),
                false => world.dir.path().join("none"),
            };
            let killed = Faulty::new(Some((at, Fault::Kill)), old, disk.clone());
            let calm = Faulty::new(None, old, disk);
            let plan = plan(&items, &flat(&world, Transfer::Move)).expect("a plan");
            let journals = world.journals();
            let ops = if undoing { &calm } else { &killed };
            let _ = Exporter::with(&journals, ops, 1).run(&plan, &Cancel::default(), &|_| {});
            if undoing {
                let id = past(&journals)[0].id.clone();
                let _ = Exporter::with(&journals, &killed, 1).undo(&id);
            }
            let named = tree(world.dir.path()).into_iter().filter(|(path, bytes)| {
                let name = path.file_name().expect("a name").to_string_lossy();
                bytes.is_some() && name.ends_with(".jpg")
            });
            let mut contents: Vec<Vec<u8>> = named.filter_map(|(_, bytes)| bytes).collect();
            assert!(
                contents.iter().all(|bytes| bytes.len() == 7),
                "at {at}: {contents:?}"
            );
            contents.sort();
            contents.dedup();
            assert_eq!(contents.len(), 3, "at {at}");
        }
    }
}

#[test]
fn the_longest_names_can_be_moved_away_and_back() {
    let world = World::new();
    let name = format!("{}.jpg", "n".repeat(251));
    let item = world.item(&name, "long", &[]);
    let source = item.source.clone();
    let far = Faulty::new(None, false, world.target());
    let report = export(&world, &far, &[item], &flat(&world, Transfer::Move));
    assert_eq!(
        (report.exported.len(), source.exists()),
        (1, false),
        "{report:?}"
    );
    let journals = world.journals();
    let undone = Exporter::with(&journals, &far, 1)
        .undo(&report.id)
        .expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{undone:?}");
    assert_eq!(fs::read(&source).expect("back"), b"long");
}

#[test]
fn a_full_disk_is_reported_and_the_export_can_be_resumed() {
    let world = World::new();
    let items: Vec<ExportItem> = (0..4)
        .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
        .collect();
    let plan = plan(&items, &flat(&world, Transfer::Copy)).expect("a plan");
    let journals = world.journals();
    // At some point after the journal is begun, there is no room for a photo's bytes.
    let full = (0..40).find_map(|at| {
        let ops = Faulty::new(Some((at, Fault::Full)), false, world.target());
        let exporter = Exporter::with(&journals, &ops, 1);
        let report = exporter.run(&plan, &Cancel::default(), &|_| {}).ok()?;
        let words = report.problem?;
        words
            .contains("the disk is full")
            .then_some((words, report.id))
    });
    let (words, id) = full.expect("a full disk");
    assert!(words.contains("MB more"), "{words}");
    assert!(
        words.contains(&world.target().display().to_string()),
        "{words}"
    );
    let journals = world.journals();
    let state = past(&journals)
        .into_iter()
        .find(|past| past.id == id)
        .expect("known")
        .state;
    assert_eq!(state, PastExportState::Interrupted);
    let report = Exporter::new(&journals).finish(&id, &Cancel::default(), &|_| {});
    let report = report.expect("finished");
    assert!(report.problem.is_none(), "{report:?}");
    assert_eq!(world.there(), ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]);
}

/// A target folder that cannot be examined any more as soon as a photo is in it.
struct Hidden {
    target: PathBuf,
    aside: PathBuf,
}

impl Hidden {
    fn hide(&self) -> io::Result<()> {
        fs::rename(&self.target, &self.aside)?;
        std::os::unix::fs::symlink(&self.target, &self.target)
    }

    fn show(&self) -> io::Result<()> {
        fs::remove_file(&self.target)?;
        fs::rename(&self.aside, &self.target)
    }
}

impl Ops for Hidden {
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename_new(from, to)?;
        self.hide()
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.hard_link(from, to)?;
        self.hide()
    }

    fn symlink(&self, goal: &Path, link: &Path) -> io::Result<()> {
        Disk.symlink(goal, link)?;
        self.hide()
    }
}

#[test]
fn a_file_that_arrived_is_recorded_even_if_it_cannot_be_examined() {
    for transfer in [
        Transfer::Copy,
        Transfer::Move,
        Transfer::HardLink,
        Transfer::Link,
    ] {
        let world = World::new();
        let items = [world.item("a.jpg", "a", &[])];
        let before = tree(&world.photos());
        let ops = Hidden {
            target: world.target(),
            aside: world.dir.path().join("out/aside"),
        };
        let report = export(&world, &ops, &items, &flat(&world, transfer));
        ops.show().expect("shown");
        let case = format!("{transfer:?}: {report:?}");
        let arrived = (items[0].source.clone(), world.target().join("a.jpg"));
        assert_eq!(report.exported, [arrived], "{case}");
        assert!(report.failures.is_empty(), "{case}");
        let journals = world.journals();
        let known = past(&journals).remove(0);
        assert_eq!(known.state, PastExportState::Finished, "{case}");
        assert_eq!(known.done(), 1, "{case}");
        assert_eq!(world.there(), ["a.jpg"], "{case}");
        let undone = Exporter::new(&journals).undo(&report.id).expect("undone");
        assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{case}");
        assert_eq!(tree(&world.photos()), before, "{case}");
        assert!(!world.target().exists(), "{case}");
    }
}

#[test]
fn a_copy_that_could_not_be_examined_and_was_changed_is_not_removed() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[])];
    let ops = Hidden {
        target: world.target(),
        aside: world.dir.path().join("out/aside"),
    };
    let report = export(&world, &ops, &items, &flat(&world, Transfer::Copy));
    ops.show().expect("shown");
    let copy = world.target().join("a.jpg");
    let times = fs::metadata(&copy).expect("there").modified();
    fs::write(&copy, "b").expect("written");
    let file = File::options().write(true).open(&copy).expect("opened");
    file.set_modified(times.expect("a time")).expect("set");
    let journals = world.journals();
    let undone = Exporter::new(&journals).undo(&report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1), "{undone:?}");
    assert_eq!(fs::read(&copy).expect("there"), b"b");
}

#[test]
fn a_file_that_took_the_place_of_a_moved_photo_is_not_moved_back() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[])];
    let report = export(&world, &Plain, &items, &flat(&world, Transfer::Move));
    let moved = world.target().join("a.jpg");
    let times = fs::metadata(&moved).expect("there").modified();
    // Of the same length and time, but another file.
    let other = world.dir.path().join("other.jpg");
    fs::write(&other, "b").expect("written");
    let file = File::options().write(true).open(&other).expect("opened");
    file.set_modified(times.expect("a time")).expect("set");
    drop(file);
    fs::rename(&other, &moved).expect("replaced");
    let journals = world.journals();
    let undone = Exporter::with(&journals, &Plain, 1)
        .undo(&report.id)
        .expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1), "{undone:?}");
    assert_eq!(fs::read(&moved).expect("there"), b"b");
    assert!(!items[0].source.exists());
}

/// The journal's disk accepts the plan, and then nothing more.
struct FullJournal {
    journals: PathBuf,
    writes: std::sync::atomic::AtomicUsize,
}

impl Ops for FullJournal {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let is_journal = bytes.first() == Some(&b'{')
            || bytes.first() == Some(&b'"')
            || bytes.first() == Some(&b'\n');
        let n = self.writes.fetch_add(
            usize::from(is_journal),
            std::sync::atomic::Ordering::Relaxed,
        );
        if is_journal && n > 0 {
            Disk.write(file, &bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        Disk.write(file, bytes)
    }
}

#[test]
fn a_journal_that_cannot_be_written_stops_the_export_and_is_named() {
    let world = World::new();
    fs::create_dir_all(world.target()).expect("made");
    let items: Vec<ExportItem> = (0..4)
        .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
        .collect();
    let ops = FullJournal {
        journals: world.journals(),
        writes: 0.into(),
    };
    let report = export(&world, &ops, &items, &flat(&world, Transfer::Move));
    let problem = report.problem.expect("a problem");
    assert!(problem.contains("journal could not record"), "{problem}");
    assert!(
        problem.contains(&ops.journals.display().to_string()),
        "{problem}"
    );
    assert!(!problem.contains("it was not started"), "{problem}");
    // One photo was renamed before its line was written: it is at the target, and is reported there.
    assert_eq!((report.exported.len(), world.there().len()), (1, 1));
    let journals = world.journals();
    let undone = Exporter::new(&journals).undo(&report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{undone:?}");
    assert!(items.iter().all(|item| item.source.exists()));
}

#[test]
fn an_undo_that_fails_anywhere_can_be_repeated() {
    for transfer in [Transfer::Copy, Transfer::Move] {
        for (kill, fails) in (0..20).flat_map(|kill| (0..20).map(move |fails| (kill, fails))) {
            let world = World::new();
            let items = [world.item("a.jpg", "a", &[]), world.item("b.jpg", "b", &[])];
            let before = tree(&world.photos());
            let plan = plan(&items, &flat(&world, transfer)).expect("a plan");
            let journals = world.journals();
            let fault = |fault| Faulty::new(Some(fault), false, world.target());
            let killed = fault((kill, Fault::Kill));
            let _ = Exporter::with(&journals, &killed, 1).run(&plan, &Cancel::default(), &|_| {});
            let Some(export) = past(&journals).into_iter().next() else {
                continue;
            };
            let denied = fault((fails, Fault::Denied));
            let _ = Exporter::with(&journals, &denied, 1).undo(&export.id);
            let undone = Exporter::new(&journals).undo(&export.id).expect("undone");
            let what = format!("{transfer:?}, killed at {kill}, undo failed at {fails}");
            assert!(undone.kept.is_empty(), "{what}: {undone:?}");
            assert_eq!(tree(&world.photos()), before, "{what}");
            assert!(
                !world.target().exists(),
                "{what}: {:?}",
                tree(&world.target())
            );
        }
    }
}
