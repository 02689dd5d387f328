//! Names at the target: none is used twice, none is replaced while it is needed, and none is changed without need.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{lumisift, samples};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::{
    Conflict, ExportItem, ExportOptions, ExportPlan, FittingLabel, FolderLayout, Transfer, plan,
    run,
};

fn photo(path: &Path, bytes: &str) -> ExportItem {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
    labelled(path, "cat")
}

fn labelled(path: &Path, label: &str) -> ExportItem {
    ExportItem {
        source: path.into(),
        labels: vec![FittingLabel {
            label: label.into(),
            matched: 0.9,
        }],
        ..ExportItem::default()
    }
}

fn targets(plan: &ExportPlan) -> Vec<PathBuf> {
    let below = |path: &PathBuf| {
        path.strip_prefix(&plan.target)
            .expect("below")
            .to_path_buf()
    };
    let mut targets: Vec<PathBuf> = plan.steps.iter().map(|step| below(&step.target)).collect();
    targets.sort();
    targets
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn spellings_and_cases_of_a_name_are_one_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let items = [
        photo(&dir.path().join("a/caf\u{e9}.jpg"), "a"),
        photo(&dir.path().join("b/cafe\u{301}.jpg"), "b"),
        photo(&dir.path().join("c/CAF\u{c9}.JPG"), "c"),
        photo(&dir.path().join("d/stra\u{df}e.jpg"), "d"),
        photo(&dir.path().join("e/STRASSE.jpg"), "e"),
    ];
    let planned = plan(&items, &ExportOptions::new(dir.path().join("out"))).expect("a plan");
    assert_eq!(planned.renamed, 3);
    let mut want = paths(&[
        "cat/caf\u{e9}.jpg",
        "cat/cafe\u{301} (2).jpg",
        "cat/CAF\u{c9} (3).JPG",
        "cat/stra\u{df}e.jpg",
        "cat/STRASSE (2).jpg",
    ]);
    want.sort();
    assert_eq!(targets(&planned), want);
    // Existing files at the target count as well.
    fs::create_dir_all(dir.path().join("out/cat")).expect("made");
    fs::write(dir.path().join("out/cat/CAFE\u{301}.jpg"), "there").expect("written");
    let planned = plan(&items[..1], &ExportOptions::new(dir.path().join("out"))).expect("a plan");
    assert_eq!(targets(&planned), paths(&["cat/caf\u{e9} (2).jpg"]));
}

#[test]
fn labels_that_look_alike_as_folders_get_folders_of_their_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut items = Vec::new();
    for (n, label) in ["a/b", "a:b", "A?b", "a/b"].into_iter().enumerate() {
        let path = dir.path().join(format!("{n}.jpg"));
        photo(&path, label);
        items.push(labelled(&path, label));
    }
    let planned = plan(&items, &ExportOptions::new(dir.path().join("out"))).expect("a plan");
    let want = paths(&["A_b (3)/2.jpg", "a_b/0.jpg", "a_b/3.jpg", "a_b (2)/1.jpg"]);
    let mut want = want;
    want.sort();
    assert_eq!(targets(&planned), want);
}

#[test]
fn a_source_of_the_export_is_never_replaced() {
    let dir = tempfile::tempdir().expect("a folder");
    for transfer in [Transfer::Copy, Transfer::Move] {
        let out = dir.path().join(format!("{transfer:?}"));
        // The target of the first photo is the second photo, which has a paired file whose name the third would take.
        let items = [
            photo(&dir.path().join("a.jpg"), "first"),
            photo(&out.join("a.jpg"), "second"),
            photo(&dir.path().join("a.xmp.jpg"), "third"),
        ];
        fs::write(out.join("a.xmp"), "edits").expect("written");
        let options = ExportOptions {
            transfer,
            layout: FolderLayout::Flat,
            conflict: Conflict::Overwrite,
            ..ExportOptions::new(out.clone())
        };
        let planned = plan(&items, &options).expect("a plan");
        assert_eq!(planned.replaced(), 0, "{:?}", planned.steps);
        run(
            &planned,
            &dir.path().join("journals"),
            &Cancel::default(),
            &|_| {},
        )
        .expect("exports");
        assert_eq!(fs::read(out.join("a.jpg")).expect("there"), b"second");
        assert_eq!(fs::read(out.join("a (2).jpg")).expect("there"), b"first");
        // A file that is not a source can be replaced.
        fs::write(out.join("b.jpg"), "old").expect("written");
        let item = photo(&dir.path().join("b.jpg"), "new");
        assert_eq!(plan(&[item], &options).expect("a plan").replaced(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_named_in_two_ways_is_exported_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let real = dir.path().join("real/a.jpg");
    photo(&real, "a");
    std::os::unix::fs::symlink(dir.path().join("real"), dir.path().join("link")).expect("linked");
    let items = [
        labelled(&real, "cat"),
        labelled(&dir.path().join("link/a.jpg"), "dog"),
        labelled(&real, "bird"),
    ];
    let options = ExportOptions {
        transfer: Transfer::Move,
        ..ExportOptions::new(dir.path().join("out"))
    };
    let planned = plan(&items, &options).expect("a plan");
    assert_eq!(targets(&planned), paths(&["cat/a.jpg"]));
}

#[cfg(unix)]
mod bytes {
    use std::ffi::OsStr;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use super::*;

    fn name() -> &'static OsStr {
        OsStr::from_bytes(b"a\xe9.jpg")
    }

    #[test]
    fn a_name_that_is_no_text_keeps_its_bytes_with_what_belongs_to_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let item = photo(&dir.path().join(name()), "a");
        let sidecar = OsStr::from_bytes(b"a\xe9.jpg.xmp");
        fs::write(dir.path().join(sidecar), "edits").expect("written");
        let mut options = ExportOptions::new(dir.path().join("out"));
        options.names = "{name}-{n}".parse().expect("a pattern");
        let planned = plan(&[item], &options).expect("a plan");
        let names: Vec<Vec<u8>> = targets(&planned)
            .into_iter()
            .map(|path| path.file_name().expect("a name").to_owned().into_vec())
            .collect();
        assert_eq!(
            names,
            [b"a\xe9-0001.jpg".to_vec(), b"a\xe9-0001.jpg.xmp".to_vec()]
        );
    }

    #[test]
    fn json_and_csv_lead_to_the_file_and_the_export_keeps_its_name() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("photos");
        fs::create_dir_all(&folder).expect("made");
        fs::copy(samples().join("cat.jpg"), folder.join(name())).expect("copied");
        let out = home.path().join("out");
        let sort = |format: &str| {
            let mut command = lumisift(home.path());
            command
                .arg("sort")
                .arg(&folder)
                .args(["-l", "cat", "--format", format]);
            let output = command.arg("--export").arg(&out).output().expect("runs");
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        let has = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
        let json = sort("json");
        assert!(std::str::from_utf8(&json).is_ok());
        assert!(
            has(&json, br"photos/a\udce9.jpg"),
            "{}",
            String::from_utf8_lossy(&json)
        );
        assert!(has(&json, br"out/cat/a\udce9.jpg"));
        assert!(out.join("cat").join(name()).exists());
        assert!(has(&sort("csv"), b"photos/a\xe9.jpg"));
        assert!(has(&sort("table"), "photos/a\u{fffd}.jpg".as_bytes()));
    }
}

#[test]
fn a_duplicate_is_moved_away_even_if_its_bytes_are_at_the_target() {
    let dir = tempfile::tempdir().expect("a folder");
    let duplicate = |path: PathBuf| ExportItem {
        place: Some("set/a.jpg".into()),
        is_duplicate: true,
        ..photo(&path, "same")
    };
    let items =
        ["x", "y", "out/set"].map(|folder| duplicate(dir.path().join(folder).join("a.jpg")));
    for conflict in [Conflict::Number, Conflict::Overwrite] {
        let options = ExportOptions {
            transfer: Transfer::Move,
            conflict,
            ..ExportOptions::new(dir.path().join("out"))
        };
        let planned = plan(&items, &options).expect("a plan");
        assert_eq!(
            targets(&planned),
            paths(&["set/a (2).jpg", "set/a (3).jpg"])
        );
        assert_eq!(planned.replaced(), 0);
        // It is there already.
        assert_eq!(planned.skipped.len(), 1, "{:?}", planned.skipped);
        let copied = ExportOptions {
            transfer: Transfer::Copy,
            ..options
        };
        assert_eq!(plan(&items, &copied).expect("a plan").skipped.len(), 3);
    }
}
