//! A disk that becomes full while photos are read: nothing is lost, the message names the disk and the missing space,
//! and work resumes when there is room.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{json, lumisift, photos, run, session};
use lumisift::engine::index::pipeline::{self, Event, JobOptions, VectorSource};

/// A small disk, unmounted at the end.
struct Disk(PathBuf);

impl Disk {
    fn new(at: &Path, options: &str) -> Self {
        fs::create_dir_all(at).expect("made");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(at)
            .status();
        let mounted = mount.is_ok_and(|status| status.success());
        assert!(
            mounted,
            "no disk could be mounted: this test needs to be root"
        );
        Self(at.into())
    }

    /// Leaves this many bytes free.
    fn fill(&self, free: u64) -> PathBuf {
        let filler = self.0.join("filler");
        let there = fs4::available_space(&self.0).expect("measured");
        fs::write(&filler, vec![1; (there - free) as usize]).expect("filled");
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
#[ignore = "mounts a small disk: run as root with --ignored"]
fn reading_waits_for_room_and_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 1500);
    let disk = Disk::new(&dir.path().join("disk"), "size=16m");
    let store = disk.0.join("store");
    let opened = session(&store);
    let filler = disk.fill(400 << 10);
    let options = JobOptions {
        write_timeout: None,
        ..JobOptions::new(vec![folder.clone()])
    };
    let job = pipeline::start(&opened, options).expect("a job");
    let (mut read, mut full_disk, mut went_on) = (0, None, false);
    let mut problem = None;
    while let Some(message) = job.next() {
        match message.event {
            Event::Photo { .. } => read += 1,
            Event::Failed(failure) => panic!("{failure:?}"),
            Event::Waiting(Some(reason)) => {
                full_disk = Some(reason);
                let _ = fs::remove_file(&filler);
            }
            Event::Waiting(None) => went_on = true,
            Event::Finished(summary) => problem = summary.problem,
            Event::Unread(_) | Event::Progress(_) | Event::Fallback(_) => {}
        }
    }
    drop(job);
    let reason = full_disk.expect("it was never full");
    assert!(
        reason.contains("is full") && reason.contains("needed"),
        "{reason}"
    );
    assert!(reason.contains(&disk.0.display().to_string()), "{reason}");
    assert_eq!((read, went_on, problem), (1500, true, None));
    drop(opened);
    let again = run(&session(&store), &[folder]);
    assert_eq!(again.from(VectorSource::Cached), 1500);
}

#[test]
#[ignore = "mounts a small disk: run as root with --ignored"]
fn a_disk_that_is_full_from_the_start_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    let disk = Disk::new(&dir.path().join("disk"), "size=1m");
    let _filler = disk.fill(0);
    let output = lumisift(dir.path())
        .arg("index")
        .arg(&folder)
        .arg("--store")
        .arg(disk.0.join("store"))
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("is full"), "{errors}");
    // When there is room, the same store works.
    fs::remove_file(disk.0.join("filler")).expect("removed");
    let mut command = lumisift(dir.path());
    command
        .arg("index")
        .arg(&folder)
        .arg("--store")
        .arg(disk.0.join("store"));
    let (report, code, errors) = json(&mut command);
    assert_eq!((code, &report["photos"]), (0, &3.into()), "{errors}");
}
