//! Exports that are killed, or run out of space.

use crate::common::lumisift;
use crate::exports::{World, tree};

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::manifest::{Manifest, ManifestEntry};
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, FolderLayout, PastExportState, Transfer, finish, plan, run, undo,
};

/// Kills the program at many moments of copies and moves. After each kill every photo is complete somewhere, and finish
/// or undo leads to a clean state.
#[test]
fn a_kill_at_any_moment_loses_no_photo() {
    const PHOTOS: usize = 24;
    const BYTES: usize = 150_000;
    let bytes = |n: usize| vec![n as u8 + 1; BYTES + n];
    // A move to another file system is a copy followed by the removal of the source. The test uses another file system
    // if there is one.
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

/// Runs a command and kills it once this many files are at the target. Returns whether it was still running.
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
    // Another program fills the disk in the meantime.
    let free = 18_500_000;
    fs::write(small.join("filler"), vec![0; free]).expect("written");
    let report = run(&plan, &world.journals(), &Cancel::default(), &|_| {}).expect("a report");
    let unmount = || Command::new("umount").arg(&small).status();
    let check = std::panic::catch_unwind(|| {
        let problem = report.problem.as_deref().expect("a problem");
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
