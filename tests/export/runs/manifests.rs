//! Manifests of exports.

use crate::common::lumisift;
use crate::exports::{World, tree};

use std::fs;

use lumisift::engine::media::photo::ContentId;
use lumisift::engine::organize::export::manifest::Manifest;
use lumisift::engine::organize::export::{
    Conflict, ExportItem, ExportOptions, FittingLabel, FolderLayout, MultiLabel, Transfer, undo,
};
use proptest::prelude::*;

#[test]
fn a_manifest_is_written_and_applied_again() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[("cat", 0.9)])];
    let report = world.export(&items, &world.options(Transfer::Copy));
    let manifest = Manifest::new(&world.target(), Transfer::Copy, None, &report, |_| {
        Vec::new()
    });
    let file = world.dir.path().join("manifest.json");
    manifest.write(&file).expect("written");
    assert_eq!(Manifest::read(&file).expect("read"), manifest);
    manifest
        .write(&world.dir.path().join("m.csv"))
        .expect("written");
    let csv = fs::read_to_string(world.dir.path().join("m.csv")).expect("read");
    assert!(
        csv.starts_with("source,target,hash") && csv.contains("a.jpg"),
        "{csv}"
    );
    let output = lumisift(world.dir.path())
        .args(["export", "--manifest"])
        .arg(&file)
        .arg("--to")
        .arg(world.dir.path().join("elsewhere"))
        .output()
        .expect("runs");
    assert!(output.status.success());
    let there = world.dir.path().join("elsewhere/cat/a.jpg");
    assert_eq!(fs::read(&there).expect("there"), b"a");
    let output = lumisift(world.dir.path())
        .arg("undo")
        .output()
        .expect("runs");
    assert!(output.status.success() && !there.exists());
    fs::write(&file, "{}").expect("written");
    let output = lumisift(world.dir.path())
        .args(["export", "--manifest"])
        .arg(&file)
        .output();
    let stderr = String::from_utf8(output.expect("runs").stderr).expect("text");
    assert!(stderr.contains("not an export manifest"), "{stderr}");
}

#[test]
fn a_manifest_beside_the_photos_never_takes_the_place_of_an_earlier_one() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[("cat", 0.9)])];
    let mut report = world.export(&items, &world.options(Transfer::Move));
    // A renamed photo is not read again if its content is known.
    assert!(report.contents.is_empty());
    let content = ContentId::of(b"told from elsewhere");
    report.note_contents(|_| Some(content));
    let target = world.target();
    let manifest = Manifest::new(&target, Transfer::Move, None, &report, |_| Vec::new());
    assert_eq!(manifest.photos[0].hash, Some(content.to_string()));
    fs::write(target.join("m.csv"), "another's").expect("written");
    for _ in 0..2 {
        manifest.write_beside(&target, "m").expect("written");
    }
    let there = [
        "cat/a.jpg",
        "m (2).csv",
        "m (2).json",
        "m (3).csv",
        "m (3).json",
        "m.csv",
    ];
    assert_eq!(world.there(), there);
    assert_eq!(fs::read(target.join("m.csv")).expect("there"), b"another's");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Plan, export, undo: every byte and name is as before, for any trees and options.
    #[test]
    fn undoing_restores_every_byte_and_name(
        files in prop::collection::btree_map("[a-cA-C]{1,2}(/[a-c])?\\.(jpg|JPG|xmp)", 0u8..4, 1..12),
        there in prop::collection::btree_map("(cat/|something else/)?[a-cA-C]{1,2}\\.jpg", 0u8..4, 0..6),
        transfer in prop::sample::select(vec![Transfer::Copy, Transfer::Move, Transfer::HardLink, Transfer::Link]),
        layout in prop::sample::select(vec![FolderLayout::Flat, FolderLayout::Label, FolderLayout::Month, FolderLayout::Mirror]),
        overwrite: bool,
        every: bool,
        paired_files: bool,
    ) {
        let world = World::new();
        let mut items = Vec::new();
        for (name, bytes) in &files {
            // A file and a folder cannot have the same name.
            let path = world.photos().join(name);
            let parent = path.parent().expect("a folder");
            if parent.is_file() || path.is_dir() || fs::create_dir_all(parent).is_err() {
                continue;
            }
            fs::write(&path, format!("bytes {bytes}")).expect("written");
            if !name.ends_with("xmp") {
                let labels: &[(&str, f32)] = match bytes {
                    0 => &[],
                    1 => &[("cat", 0.9)],
                    _ => &[("dog", 0.8), ("cat", 0.4)],
                };
                let fitting = labels.iter().map(|(label, matched)| FittingLabel {
                    label: (*label).into(),
                    matched: *matched,
                });
                items.push(ExportItem {
                    source: path,
                    labels: fitting.collect(),
                    taken: None,
                    root: Some(world.photos()),
                    place: None,
                    is_duplicate: false,
                });
            }
        }
        for (name, bytes) in &there {
            let path = world.target().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, format!("bytes {bytes}")).expect("written");
        }
        let before = tree(world.dir.path());
        let options = ExportOptions {
            layout,
            conflict: if overwrite { Conflict::Overwrite } else { Conflict::Number },
            several: if every { MultiLabel::All } else { MultiLabel::Best },
            paired_files,
            ..world.options(transfer)
        };
        let report = world.export(&items, &options);
        prop_assert!(report.failures.is_empty(), "{:?}", report.failures);
        // An export that had nothing to do has no journal, and nothing to undo.
        if !report.id.is_empty() {
            let undone = undo(&world.journals(), &report.id).expect("undone");
            prop_assert!(undone.kept.is_empty(), "{:?}", undone.kept);
        }
        let _ = fs::remove_dir_all(world.journals());
        prop_assert_eq!(tree(world.dir.path()), before);
    }
}
