//! A photo and the files that belong to it move together. If one part cannot be moved, all stay where they were, and
//! the report says so once.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::exports;
use crate::faults;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use exports::{World, tree};
use faults::{Fault, Faulty};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::ops::{Disk, LostAttributes, Ops};
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, ExportReport, Exporter, FolderLayout, PastExportState, Transfer,
    plan,
};

const PARTS: [&str; 4] = ["a.CR2", "a.CR2.xmp", "a.jpg", "a.xmp"];

/// A photo with its RAW file and sidecars, and an unrelated photo.
fn world() -> (World, Vec<ExportItem>) {
    let world = World::new();
    let items = ["a.jpg", "b.jpg"].map(|name| world.item(name, name, &[]));
    for name in PARTS.iter().filter(|name| **name != "a.jpg") {
        world.photo(name, name);
    }
    (world, items.to_vec())
}

fn options(world: &World) -> ExportOptions {
    ExportOptions {
        layout: FolderLayout::Flat,
        ..world.options(Transfer::Move)
    }
}

fn export(world: &World, ops: &dyn Ops, items: &[ExportItem]) -> ExportReport {
    let plan = plan(items, &options(world)).expect("a plan");
    assert_eq!(plan.steps.len(), 5);
    let journals = world.journals();
    let exporter = Exporter::with(&journals, ops, 2);
    let report = exporter.run(&plan, &Cancel::default(), &|_| {});
    report.expect("exports")
}

/// One file that cannot be removed from its folder, or cannot be renamed at the target.
struct ImmovableFile {
    path: PathBuf,
    /// On another disk than the photos.
    far: PathBuf,
    /// Moves out of the target are refused as well, after the first refusal.
    is_one_way: bool,
}

impl ImmovableFile {
    fn check(&self, path: &Path) -> io::Result<()> {
        match path == self.path {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Ok(()),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if from.starts_with(&self.far) != to.starts_with(&self.far) && self.far.is_absolute() {
            return Err(io::ErrorKind::CrossesDevices.into());
        }
        if self.is_one_way && from.ends_with("out/sorted/a.CR2") {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        self.check(from).and_then(|()| self.check(to))
    }
}

impl Ops for ImmovableFile {
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        Disk.rename_new(from, to)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        Disk.hard_link(from, to)
    }

    fn rename_over_nothing(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename(from, to)?;
        Disk.rename_over_nothing(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.check(path)?;
        Disk.remove_file(path)
    }

    fn copy_attributes(&self, from: &File, to: &File, owner: bool) -> LostAttributes {
        Disk.copy_attributes(from, to, owner)
    }
}

#[test]
fn a_part_that_cannot_be_moved_brings_the_others_back() {
    for name in PARTS {
        for far in [false, true] {
            for at_target in [false, true] {
                let (world, items) = world();
                let before = tree(&world.photos());
                let folder = match at_target {
                    true => world.target(),
                    false => world.photos(),
                };
                let ops = ImmovableFile {
                    path: folder.join(name),
                    far: if far { world.target() } else { PathBuf::new() },
                    is_one_way: false,
                };
                let report = export(&world, &ops, &items);
                let case = format!("{name}, far {far}, at target {at_target}: {report:?}");
                assert_eq!(world.there(), ["b.jpg"], "{case}");
                let mut left = before.clone();
                left.remove(&world.photos().join("b.jpg"));
                assert_eq!(tree(&world.photos()), left, "{case}");
                assert_eq!((report.photos, report.exported.len()), (1, 1), "{case}");
                let [failure] = &report.failures[..] else {
                    panic!("{case}");
                };
                assert_eq!(failure.path, world.photos().join("a.jpg"), "{case}");
                let is_named = failure.message.contains(&format!("{name} belongs to it"));
                assert!(is_named || name == "a.jpg", "{case}");
                // Undo does not move back the parts that were already moved back, but does move the other photo.
                let journals = world.journals();
                let undone = Exporter::new(&journals).undo(&report.id).expect("undone");
                assert_eq!((undone.restored, undone.kept.len()), (1, 0), "{case}");
                assert_eq!(tree(&world.photos()), before, "{case}");
            }
        }
    }
}

#[test]
fn a_part_that_cannot_go_back_either_is_named_with_its_place() {
    let (world, items) = world();
    let ops = ImmovableFile {
        path: world.target().join("a.xmp"),
        far: PathBuf::new(),
        is_one_way: true,
    };
    let report = export(&world, &ops, &items);
    assert_eq!(world.there(), ["a.CR2", "b.jpg"], "{report:?}");
    let [failure] = &report.failures[..] else {
        panic!("{report:?}");
    };
    let words = &failure.message;
    assert!(words.contains("a.xmp belongs to it"), "{words}");
    let there = world.target().join("a.CR2");
    let place = format!(
        "a.CR2 is at {} and could not be moved back",
        there.display()
    );
    assert!(words.contains(&place), "{words}");
    let moved = (world.photos().join("a.CR2"), there);
    assert!(report.exported.contains(&moved), "{report:?}");
    let journals = world.journals();
    let undone = Exporter::new(&journals).undo(&report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (2, 0), "{undone:?}");
    assert_eq!(world.there(), [""; 0]);
}

#[test]
fn whatever_fails_once_a_set_is_in_one_place() {
    let mut failures = 0;
    for fault in [Fault::Denied, Fault::Full] {
        for (old, far) in [(false, false), (true, false), (false, true), (true, true)] {
            for at in 0..70 {
                let (world, items) = world();
                let disk = match far {
                    true => world.target(),
                    false => world.dir.path().join("none"),
                };
                let ops = Faulty::new(Some((at, fault)), old, disk.clone());
                let plan = plan(&items, &options(&world)).expect("a plan");
                let journals = world.journals();
                let exporter = Exporter::with(&journals, &ops, 1);
                // If the journal cannot be created, nothing is done.
                let Ok(report) = exporter.run(&plan, &Cancel::default(), &|_| {}) else {
                    continue;
                };
                let case = format!("{fault:?} {at} old {old} far {far}: {report:?}");
                let there = world.there();
                let parts: Vec<&str> = (PARTS.iter().copied())
                    .filter(|part| there.iter().any(|name| name == part))
                    .collect();
                failures += usize::from(parts.is_empty());
                let is_reported =
                    (report.failures.iter()).any(|f| f.message.contains("could not be moved back"));
                assert!(
                    parts.is_empty() || parts == PARTS || is_reported,
                    "{parts:?} {case}"
                );
                let names = |path: &Path| path.file_name().is_some_and(|n| n == "a.jpg");
                let is_exported = report.exported.iter().any(|(source, _)| names(source));
                assert_eq!(is_exported, parts.contains(&"a.jpg"), "{case}");
                // The interrupted export is resumed, and then everything is there.
                let calm = Faulty::new(None, old, disk);
                let exporter = Exporter::with(&journals, &calm, 1);
                if past(&journals)[0].state == PastExportState::Interrupted {
                    let finished = exporter.finish(&report.id, &Cancel::default(), &|_| {});
                    assert!(finished.expect("finished").failures.is_empty(), "{case}");
                    assert_eq!(world.there().len(), 5, "{case}");
                }
                exporter.undo(&report.id).expect("undone");
                assert_eq!(tree(&world.photos()).len(), 5, "{case}");
            }
        }
    }
    assert!(failures > 20, "only {failures} sets stayed");
}

#[test]
fn stopping_in_the_middle_of_a_set_leaves_it_where_it_was() {
    let (world, items) = world();
    let before = tree(&world.photos());
    let plan = plan(&items[..1], &options(&world)).expect("a plan");
    let journals = world.journals();
    let cancel = Cancel::default();
    let exporter = Exporter::with(&journals, &Disk, 1);
    let report = exporter.run(&plan, &cancel, &|progress| {
        if progress.files == 2 {
            cancel.cancel();
        }
    });
    let report = report.expect("exports");
    assert!(report.cancelled && report.failures.is_empty(), "{report:?}");
    assert_eq!((report.exported.len(), world.there().len()), (0, 0));
    assert_eq!(tree(&world.photos()), before);
}
