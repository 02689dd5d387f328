//! Journals survive truncation at any point, stay correct, and never interfere with each other.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::exports;
use crate::faults;

use std::fs;
use std::path::PathBuf;

use exports::{World, tree};
use faults::Faulty;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::{
    ExportError, ExportItem, ExportOptions, Exporter, FolderLayout, PastExportState, Transfer,
    plan, run, undo,
};

fn flat(world: &World, transfer: Transfer) -> ExportOptions {
    ExportOptions {
        layout: FolderLayout::Flat,
        ..world.options(transfer)
    }
}

fn journal(world: &World) -> PathBuf {
    let id = past(&world.journals())[0].id.clone();
    world.journals().join(format!("{id}.jsonl"))
}

#[test]
fn an_export_with_a_journal_truncated_anywhere_can_be_finished() {
    let begin = || {
        let world = World::new();
        let names = ["a.jpg", "猫の写真.jpg"];
        let items = names.map(|name| world.item(name, &format!("photo {name}"), &[]));
        (world, items)
    };
    // Nothing is flushed, because there are hundreds of exports.
    let calm = Faulty::new(None, false, PathBuf::from("none"));
    let export = |world: &World, items: &[ExportItem]| {
        let plan = plan(items, &flat(world, Transfer::Move)).expect("a plan");
        let journals = world.journals();
        let exporter = Exporter::with(&journals, &calm, 1);
        exporter
            .run(&plan, &Cancel::default(), &|_| {})
            .expect("exports");
        fs::read(journal(world)).expect("lines")
    };
    let (world, items) = begin();
    let lines = export(&world, &items);
    let planned = lines.windows(10).position(|part| part == b"\"planned\"\n");
    let planned = planned.expect("a plan") + 10;
    for cut in planned..lines.len() {
        for undoing in [false, true] {
            let (world, items) = begin();
            let lines = export(&world, &items);
            fs::write(journal(&world), &lines[..cut.min(lines.len() - 1)]).expect("cut off");
            let journals = world.journals();
            let id = past(&journals)[0].id.clone();
            let exporter = Exporter::with(&journals, &calm, 1);
            if undoing {
                let undone = exporter.undo(&id).expect("undone");
                assert!(undone.kept.is_empty(), "at {cut}: {:?}", undone.kept);
                assert!(items.iter().all(|item| item.source.exists()), "at {cut}");
                assert_eq!(
                    past(&journals)[0].state,
                    PastExportState::Undone,
                    "at {cut}"
                );
            } else {
                let report = exporter.finish(&id, &Cancel::default(), &|_| {});
                let report = report.expect("finished");
                assert_eq!(
                    (report.exported.len(), report.failures.len()),
                    (2, 0),
                    "at {cut}"
                );
                assert_eq!(
                    past(&journals)[0].state,
                    PastExportState::Finished,
                    "at {cut}"
                );
            }
        }
    }
}

#[test]
fn a_line_that_cannot_be_read_hides_no_other() {
    let world = World::new();
    let items: Vec<ExportItem> = (0..4)
        .map(|n| world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]))
        .collect();
    world.export(&items, &flat(&world, Transfer::Move));
    let file = journal(&world);
    let text = fs::read_to_string(&file).expect("lines");
    let damaged: Vec<String> = text
        .lines()
        .map(
            |line| match line.contains("\"step\"") && line.contains("1.jpg") {
                true => line[..line.len() / 2].to_owned(),
                false => line.to_owned(),
            },
        )
        .collect();
    fs::write(&file, damaged.join("\n") + "\n").expect("damaged");
    let id = past(&world.journals())[0].id.clone();
    let undone = undo(&world.journals(), &id).expect("undone");
    assert_eq!(
        (undone.restored, undone.kept.len()),
        (3, 1),
        "{:?}",
        undone.kept
    );
    let back: Vec<bool> = items.iter().map(|item| item.source.exists()).collect();
    assert_eq!(back, [true, false, true, true]);
    assert_eq!(
        fs::read(world.target().join("1.jpg")).expect("there"),
        b"photo 1"
    );
}

#[test]
fn journals_of_the_first_version_are_read_and_what_they_cannot_vouch_for_stays() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "first", &[]),
        world.item("b.jpg", "second", &[]),
    ];
    for transfer in [Transfer::Copy, Transfer::Move] {
        world.export(&items, &flat(&world, transfer));
        let file = journal(&world);
        let text = fs::read_to_string(&file).expect("lines");
        let mut old = Vec::new();
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            if let Some(export) = value.get("export") {
                let mut export = export.clone();
                export["version"] = 1.into();
                export.as_object_mut().expect("fields").remove("device");
                old.push(serde_json::json!({ "export": export }));
            } else if let Some(step) = value.get("step") {
                let mut step = step.clone();
                step.as_object_mut().expect("fields").remove("identity");
                old.push(serde_json::json!({ "step": step }));
            } else if let Some(written) = value.get("written") {
                old.push(serde_json::json!({ "copied": [written[0], written[1]["content"]] }));
            } else if let Some(there) = value.get("arrived") {
                let stamp = (&there[1]["bytes"], &there[1]["modified_ns"]);
                old.push(serde_json::json!({ "done": [there[0], stamp.0, stamp.1] }));
            } else if value != serde_json::json!("finished") {
                old.push(value);
            }
        }
        let lines: Vec<String> = old.iter().map(ToString::to_string).collect();
        fs::write(&file, lines.join("\n") + "\n").expect("written");
        let id = past(&world.journals())[0].id.clone();
        let edited = world.target().join("b.jpg");
        if transfer == Transfer::Copy {
            fs::write(&edited, "edited").expect("written");
        }
        let undone = undo(&world.journals(), &id).expect("undone");
        let kept = usize::from(transfer == Transfer::Copy);
        assert_eq!(
            (undone.restored, undone.kept.len()),
            (2 - kept, kept),
            "{:?}",
            undone.kept
        );
        assert!(items.iter().all(|item| item.source.exists()));
        let _ = fs::remove_file(edited);
    }
}

#[test]
fn relative_paths_of_the_first_version_lead_nowhere_else() {
    let world = World::new();
    fs::create_dir_all(world.journals()).expect("made");
    let lines = [
        r#"{"export":{"version":1,"seconds":1,"target":"out"}}"#,
        r#"{"step":{"source":"a.jpg","target":"out/a.jpg","bytes":1,"modified_ns":1,"transfer":"copy","replaces":false,"companion":false}}"#,
        r#""planned""#,
        r#"{"done":[0,1,1]}"#,
        r#""finished""#,
    ];
    fs::write(world.journals().join("1.jsonl"), lines.join("\n") + "\n").expect("written");
    let undone = undo(&world.journals(), "1").expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (0, 1));
    assert!(
        undone.kept[0].message.contains("relative path"),
        "{undone:?}"
    );
    assert_eq!(
        past(&world.journals())[0].state,
        PastExportState::Finished,
        "not marked undone"
    );
}

#[test]
fn listing_exports_does_not_block_a_running_export() {
    let world = World::new();
    let (journals, stop) = (world.journals(), Cancel::default());
    let (seen, stopped) = (journals.clone(), stop.clone());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while !stopped.is_cancelled() {
                let _ = past(&seen);
            }
        });
        for n in 0..40 {
            let item = world.item(&format!("{n}.jpg"), &format!("photo {n}"), &[]);
            let report = world.export(&[item], &flat(&world, Transfer::Move));
            undo(&journals, &report.id).expect("nobody else is at it");
        }
        stop.cancel();
    });
}

#[test]
fn an_export_that_runs_says_so_and_is_not_undone() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[]), world.item("b.jpg", "b", &[])];
    let plan = plan(&items, &flat(&world, Transfer::Copy)).expect("a plan");
    let journals = world.journals();
    let calls = std::sync::atomic::AtomicUsize::new(0);
    run(&plan, &journals, &Cancel::default(), &|_| {
        let running = &past(&journals)[0];
        assert_eq!(running.state, PastExportState::Running);
        assert!(matches!(
            undo(&journals, &running.id),
            Err(ExportError::Busy)
        ));
        calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    })
    .expect("exports");
    assert_eq!(calls.into_inner(), 2);
    assert_eq!(past(&journals)[0].state, PastExportState::Finished);
}

#[test]
fn a_newer_journal_is_left_alone() {
    let world = World::new();
    let item = world.item("a.jpg", "a", &[]);
    let report = world.export(&[item], &flat(&world, Transfer::Copy));
    let file = journal(&world);
    let text = fs::read_to_string(&file).expect("lines");
    fs::write(&file, text.replacen("\"version\":2", "\"version\":3", 1)).expect("written");
    let before = tree(&world.target());
    let error = undo(&world.journals(), &report.id).expect_err("not read");
    assert!(error.to_string().contains("newer Lumisift"), "{error}");
    assert_eq!(tree(&world.target()), before);
}
