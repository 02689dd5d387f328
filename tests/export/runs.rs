//! Exports lose nothing, whatever happens, and can be taken back.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::exports;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::lumisift;
use exports::{World, tree};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::photo::ContentId;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::manifest::{Manifest, ManifestEntry};
use lumisift::engine::organize::export::{
    Conflict, ExportError, ExportItem, ExportOptions, FittingLabel, FolderLayout, MultiLabel,
    PastExportState, Transfer, finish, plan, run, undo,
};
use proptest::prelude::*;

#[test]
fn layouts_and_names_are_as_they_were_asked_for() {
    let world = World::new();
    let items = [
        world.item("trip/a.jpg", "a", &[("cat", 0.9), ("dog", 0.3)]),
        world.item("home/a.jpg", "another a", &[("cat", 0.5)]),
        world.item("b.jpg", "b", &[]),
    ];
    let there = |change: &dyn Fn(&mut ExportOptions)| {
        let mut options = world.options(Transfer::Copy);
        change(&mut options);
        let report = world.export(&items, &options);
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        let names = world.there();
        undo(&world.journals(), &report.id).expect("undone");
        assert!(!world.target().exists(), "{:?}", world.there());
        names
    };
    let usual = ["cat/a (2).jpg", "cat/a.jpg", "something else/b.jpg"];
    assert_eq!(there(&|_| {}), usual);
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Flat),
        ["a (2).jpg", "a.jpg", "b.jpg"]
    );
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Mirror),
        ["b.jpg", "home/a.jpg", "trip/a.jpg"]
    );
    assert_eq!(
        there(&|o| o.layout = FolderLayout::Month),
        [
            "cat/2024-05/a (2).jpg",
            "cat/2024-05/a.jpg",
            "something else/2024-05/b.jpg"
        ]
    );
    assert_eq!(
        there(&|o| o.several = MultiLabel::All),
        [
            "cat/a (2).jpg",
            "cat/a.jpg",
            "dog/a.jpg",
            "something else/b.jpg"
        ]
    );
    assert_eq!(
        there(&|o| {
            o.layout = FolderLayout::Flat;
            o.names = "{date} {label} {match} {n}".parse().expect("a pattern");
        }),
        [
            "2024-05-01 cat 050 0002.jpg",
            "2024-05-01 cat 090 0001.jpg",
            "2024-05-01 none 000 0003.jpg"
        ]
    );
}

#[test]
fn what_is_there_already_is_passed_over_and_nothing_is_overwritten_unasked() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[("cat", 0.9)]),
        world.item("copy/a.jpg", "a", &[("cat", 0.9)]),
        world.item("b.jpg", "b", &[("cat", 0.9)]),
    ];
    fs::create_dir_all(world.target().join("cat")).expect("made");
    fs::write(world.target().join("cat/B.JPG"), "another b").expect("written");
    let options = world.options(Transfer::Copy);
    let report = world.export(&items, &options);
    assert_eq!((report.photos, report.skipped), (2, 1));
    assert_eq!(world.there(), ["cat/B.JPG", "cat/a.jpg", "cat/b (2).jpg"]);
    let again = world.export(&items, &options);
    assert_eq!((again.photos, again.skipped), (0, 3));

    let mut options = world.options(Transfer::Copy);
    options.conflict = Conflict::Overwrite;
    fs::write(world.target().join("cat/b.jpg"), "a third b").expect("written");
    let before = tree(&world.target());
    let report = world.export(&items, &options);
    assert_eq!(
        fs::read(world.target().join("cat/b.jpg")).expect("there"),
        b"b"
    );
    undo(&world.journals(), &report.id).expect("undone");
    assert_eq!(tree(&world.target()), before);
}

#[test]
fn companions_travel_under_the_photo_s_new_name() {
    let world = World::new();
    let items = [world.item("IMG_1.jpg", "jpeg", &[("cat", 0.9)])];
    for name in [
        "IMG_1.CR2",
        "IMG_1.xmp",
        "IMG_1.jpg.xmp",
        "IMG_1.MOV",
        "IMG_12.xmp",
    ] {
        world.photo(name, name);
    }
    fs::create_dir_all(world.target().join("cat")).expect("made");
    // One of the names is taken: all get a number.
    fs::write(world.target().join("cat/IMG_1.MOV"), "another").expect("written");
    let report = world.export(&items, &world.options(Transfer::Move));
    assert_eq!((report.photos, report.exported.len()), (1, 5));
    assert_eq!(
        world.there(),
        [
            "cat/IMG_1 (2).CR2",
            "cat/IMG_1 (2).MOV",
            "cat/IMG_1 (2).jpg",
            "cat/IMG_1 (2).jpg.xmp",
            "cat/IMG_1 (2).xmp",
            "cat/IMG_1.MOV"
        ]
    );
    assert_eq!(
        tree(&world.photos()).len(),
        1,
        "only the other photo's sidecar is left"
    );
}

#[test]
fn exporting_a_folder_into_itself_does_nothing_strange() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[("cat", 0.9)]),
        world.item("sub/b.jpg", "b", &[("cat", 0.9)]),
    ];
    for transfer in [Transfer::Copy, Transfer::Move] {
        let options = ExportOptions {
            transfer,
            layout: FolderLayout::Mirror,
            ..ExportOptions::new(world.photos())
        };
        let before = tree(&world.photos());
        let report = world.export(&items, &options);
        assert_eq!((report.photos, report.skipped), (0, 2));
        assert_eq!(tree(&world.photos()), before);
    }
}

#[test]
fn targets_that_cannot_be_are_refused_before_anything_happens() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[])];
    let file = world.photo("not a folder", "x");
    let refused =
        |target: &Path| plan(&items, &ExportOptions::new(target.into())).expect_err("refused");
    assert!(matches!(refused(&file), ExportError::NotAFolder { .. }));
    assert!(matches!(
        refused(&file.join("below")),
        ExportError::NotAFolder { .. }
    ));
    let huge = world.photos().join("huge.jpg");
    let file = fs::File::create(&huge).expect("made");
    // A file with a hole: long, and hardly any bytes on the disk.
    file.set_len(1 << 43).expect("a long file");
    let item = ExportItem {
        source: huge,
        ..ExportItem::default()
    };
    let error = plan(&[item], &world.options(Transfer::Copy)).expect_err("no space");
    assert!(matches!(error, ExportError::NoSpace { .. }), "{error}");
    assert!(!world.dir.path().join("out").exists());
}

#[test]
fn what_changes_between_plan_and_export_is_left_alone() {
    let world = World::new();
    let items = [
        world.item("a.jpg", "a", &[]),
        world.item("b.jpg", "b", &[]),
        world.item("c.jpg", "c", &[]),
        world.item("d.jpg", "d", &[]),
    ];
    let plan = plan(&items, &world.options(Transfer::Move)).expect("a plan");
    fs::write(&items[0].source, "changed").expect("written");
    fs::remove_file(&items[1].source).expect("removed");
    let folder = world.target().join("something else");
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("c.jpg"), "in the way").expect("written");
    let report = run(&plan, &world.journals(), &Cancel::default(), &|_| {}).expect("exports");
    assert_eq!(
        (report.photos, report.failures.len()),
        (1, 3),
        "{:?}",
        report.failures
    );
    assert_eq!(fs::read(&items[0].source).expect("there"), b"changed");
    assert_eq!(fs::read(&items[2].source).expect("there"), b"c");
    assert_eq!(
        fs::read(folder.join("c.jpg")).expect("there"),
        b"in the way"
    );
    assert!(!items[3].source.exists() && folder.join("d.jpg").exists());
}

#[test]
fn undoing_never_touches_what_changed_since() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[]), world.item("b.jpg", "b", &[])];
    let report = world.export(&items, &world.options(Transfer::Copy));
    let folder = world.target().join("something else");
    fs::write(folder.join("a.jpg"), "edited since").expect("written");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!((undone.restored, undone.kept.len()), (1, 1));
    assert_eq!(
        fs::read(folder.join("a.jpg")).expect("there"),
        b"edited since"
    );
    assert!(!folder.join("b.jpg").exists());

    let report = world.export(&items, &world.options(Transfer::Move));
    world.photo("b.jpg", "a new b");
    let undone = undo(&world.journals(), &report.id).expect("undone");
    assert_eq!(undone.kept.len(), 1, "{:?}", undone.kept);
    assert_eq!(fs::read(&items[1].source).expect("there"), b"a new b");
    assert_eq!(
        undo(&world.journals(), &report.id).expect("again").restored,
        0
    );
}

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
    let said = String::from_utf8(output.expect("runs").stderr).expect("text");
    assert!(said.contains("no manifest"), "{said}");
}

#[test]
fn a_manifest_beside_the_photos_never_takes_the_place_of_an_earlier_one() {
    let world = World::new();
    let items = [world.item("a.jpg", "a", &[("cat", 0.9)])];
    let mut report = world.export(&items, &world.options(Transfer::Move));
    // A renamed photo is not read again where its content is known.
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

    /// Plan, export, undo: every byte and name is as it was, whatever the trees and the choices are.
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
            // A file and a folder cannot have one name.
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

/// Kills the program at many moments of copies and moves. After each kill every photo is whole somewhere, and
/// finishing or undoing leads to a clean end.
#[test]
fn a_kill_at_any_moment_loses_no_photo() {
    const PHOTOS: usize = 24;
    const BYTES: usize = 150_000;
    let bytes = |n: usize| vec![n as u8 + 1; BYTES + n];
    // Moves to another file system are copies that give up their source: where there is one, it is used.
    let elsewhere = Path::new("/dev/shm")
        .is_dir()
        .then(|| tempfile::tempdir_in("/dev/shm"));
    let elsewhere = elsewhere.and_then(Result::ok);
    let mut killed = 0;
    for round in 0..100usize {
        let home = tempfile::tempdir().expect("a folder");
        let photos = home.path().join("photos");
        fs::create_dir_all(&photos).expect("made");
        let mut entries = Vec::new();
        for n in 0..PHOTOS {
            let source = photos.join(format!("{n}.jpg"));
            fs::write(&source, bytes(n)).expect("written");
            entries.push(ManifestEntry {
                source,
                target: format!("sorted/{n}.jpg").into(),
                hash: None,
                labels: Vec::new(),
                keeper: None,
            });
        }
        let crosses = round % 4 == 3 && elsewhere.is_some();
        let target = match &elsewhere {
            Some(other) if crosses => other.path().join(format!("out-{round}")),
            _ => home.path().join("out"),
        };
        let manifest = Manifest {
            version: 1,
            time: String::new(),
            model: None,
            target: target.clone(),
            transfer: Transfer::Copy,
            photos: entries,
        };
        let file = home.path().join("manifest.json");
        manifest.write(&file).expect("written");
        let moves = round % 2 == 1;
        let mut command = lumisift(home.path());
        command.args(["export", "--manifest"]).arg(&file);
        if moves {
            command.arg("--move");
        }
        killed += usize::from(kill_after_files(&mut command, &target, round % PHOTOS));

        let whole = |n: usize| {
            let places = [
                photos.join(format!("{n}.jpg")),
                target.join(format!("sorted/{n}.jpg")),
            ];
            let there: Vec<Vec<u8>> = places
                .iter()
                .filter_map(|path| fs::read(path).ok())
                .collect();
            assert!(!there.is_empty(), "round {round}: photo {n} is lost");
            there.iter().all(|found| *found == bytes(n))
        };
        assert!(
            (0..PHOTOS).all(whole),
            "round {round}: a photo is half-written under its name"
        );
        let journals = home.path().join("data/exports");
        let Some(left) = past(&journals)
            .into_iter()
            .find(|p| p.state == PastExportState::Interrupted)
        else {
            continue;
        };
        let expected = if round % 3 == 0 {
            let report =
                finish(&journals, &left.id, &Cancel::default(), &|_| {}).expect("finished");
            assert!(
                report.failures.is_empty(),
                "round {round}: {:?}",
                report.failures
            );
            (!moves, true)
        } else {
            let undone = undo(&journals, &left.id).expect("undone");
            assert!(undone.kept.is_empty(), "round {round}: {:?}", undone.kept);
            (true, false)
        };
        for n in 0..PHOTOS {
            let at_home = photos.join(format!("{n}.jpg")).exists();
            let at_target = target.join(format!("sorted/{n}.jpg")).exists();
            assert_eq!((at_home, at_target), expected, "round {round}, photo {n}");
            assert!(whole(n));
        }
        let strays = tree(&target)
            .into_keys()
            .filter(|path| path.to_string_lossy().contains(".lumisift"));
        assert_eq!(strays.count(), 0, "round {round}: temporary files are left");
        let _ = fs::remove_dir_all(&target);
    }
    assert!(
        killed > 5,
        "only {killed} of 100 exports were still running when they were killed"
    );
}

/// Runs a command and kills it once so many files are at the target. Whether it was still running.
fn kill_after_files(command: &mut Command, target: &Path, files: usize) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("runs");
    let sorted = target.join("sorted");
    loop {
        if child.try_wait().expect("a state").is_some() {
            return false;
        }
        let count = fs::read_dir(&sorted).into_iter().flatten().count();
        if count > files {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    true
}

#[test]
#[ignore = "needs root: it mounts a small disk"]
fn a_full_disk_stops_the_export_and_harms_nothing() {
    let world = World::new();
    let small = world.dir.path().join("small");
    fs::create_dir_all(&small).expect("made");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=20m", "tmpfs"])
        .arg(&small)
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        mounted,
        "no disk could be mounted: this test needs to be root"
    );
    let items: Vec<ExportItem> = (0..6)
        .map(|n| {
            let source = world.photos().join(format!("{n}.jpg"));
            fs::write(&source, vec![n; 500_000]).expect("written");
            ExportItem {
                source,
                ..ExportItem::default()
            }
        })
        .collect();
    let options = ExportOptions {
        transfer: Transfer::Move,
        layout: FolderLayout::Flat,
        ..ExportOptions::new(small.join("out"))
    };
    let plan = plan(&items, &options).expect("there is room yet");
    // Somebody else fills the disk meanwhile.
    let free = 18_500_000;
    fs::write(small.join("filler"), vec![0; free]).expect("written");
    let report = run(&plan, &world.journals(), &Cancel::default(), &|_| {}).expect("a report");
    let unmount = || Command::new("umount").arg(&small).status();
    let check = std::panic::catch_unwind(|| {
        let problem = report.problem.as_deref().expect("a trouble");
        assert!(problem.contains("disk is full"), "{problem}");
        assert!(problem.contains("MB more"), "{problem}");
        assert!(problem.contains(&small.display().to_string()), "{problem}");
        assert!(report.photos < 6 && !report.failures.is_empty());
        for (n, item) in items.iter().enumerate() {
            let there = small.join(format!("out/{n}.jpg"));
            let bytes = fs::read(&item.source)
                .or_else(|_| fs::read(there))
                .expect("whole somewhere");
            assert_eq!(bytes, vec![n as u8; 500_000]);
        }
        undo(&world.journals(), &report.id).expect("undone");
        assert!(items.iter().all(|item| item.source.exists()));
    });
    unmount().expect("unmounted");
    check.expect("nothing is lost");
}
