//! The program on file systems that refuse operations: its messages, and where the photos are.
#![cfg(unix)]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::lumisift;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::organize::export::manifest::{Manifest, ManifestEntry};
use lumisift::engine::organize::export::{ExportOptions, Transfer, plan, run};

/// A manifest that sends these photos of a folder to another folder.
fn manifest(home: &Path, names: &[&str]) -> PathBuf {
    let photos = home.join("photos");
    fs::create_dir_all(&photos).expect("made");
    let entry = |name: &&str| {
        fs::write(photos.join(name), format!("photo {name}")).expect("written");
        ManifestEntry {
            source: photos.join(name),
            target: name.into(),
            hash: None,
            labels: Vec::new(),
            keeper: None,
        }
    };
    let manifest = Manifest {
        version: 1,
        time: String::new(),
        model: None,
        target: home.join("out"),
        transfer: Transfer::Copy,
        photos: names.iter().map(entry).collect(),
    };
    let file = home.join("manifest.json");
    manifest.write(&file).expect("written");
    file
}

fn stderr_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_refuses_permissions_and_times_gets_the_photos_all_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let file = manifest(home.path(), &["a.jpg", "b.jpg"]);
    let (source, library) = (home.path().join("refuse.c"), home.path().join("refuse.so"));
    let code = "#include <errno.h>\n#include <sys/stat.h>\n\
        int fchmod(int f, mode_t m) { errno = EPERM; return -1; }\n\
        int futimens(int f, const struct timespec t[2]) { errno = EPERM; return -1; }\n\
        int fsync(int f) { errno = EINVAL; return -1; }\n";
    fs::write(&source, code).expect("written");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .status();
    assert!(built.expect("a C compiler").success());
    let output = lumisift(home.path())
        .env("LD_PRELOAD", &library)
        .args(["export", "--manifest"])
        .arg(&file)
        .output()
        .expect("runs");
    let text = stderr_of(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(
        text.matches("does not take the permissions").count(),
        1,
        "{text}"
    );
    for name in ["a.jpg", "b.jpg"] {
        let bytes = fs::read(home.path().join("out").join(name)).expect("there");
        assert_eq!(bytes, format!("photo {name}").into_bytes());
    }
}

#[test]
fn undoing_says_how_many_files_and_what_stays() {
    let home = tempfile::tempdir().expect("a folder");
    let file = manifest(home.path(), &["a.jpg"]);
    let export = |more: &[&str]| {
        let mut command = lumisift(home.path());
        let output = command
            .args(["export", "--manifest"])
            .arg(&file)
            .args(more)
            .output();
        output.expect("runs")
    };
    let undo = || lumisift(home.path()).arg("undo").output().expect("runs");
    let text = stderr_of(&export(&["--move"]));
    assert!(text.contains("1 file is now in"), "{text}");
    let text = stderr_of(&undo());
    assert!(
        text.contains("1 file is as it was before the export"),
        "{text}"
    );
    export(&[]);
    // Everything is there already, so there is nothing to undo, and the export before is undone.
    let text = stderr_of(&export(&[]));
    assert!(
        text.contains("0 files are now in") && text.contains("1 skipped"),
        "{text}"
    );
    assert!(!text.contains("lumisift undo"), "{text}");
    assert!(undo().status.success());
    assert!(!home.path().join("out").exists());
    // The replaced file is listed, and is restored.
    fs::create_dir_all(home.path().join("out")).expect("made");
    fs::write(home.path().join("out/a.jpg"), "another").expect("written");
    let text = stderr_of(&export(&["--overwrite"]));
    assert!(text.contains("1 file was replaced"), "{text}");
    assert!(undo().status.success());
    assert_eq!(
        fs::read(home.path().join("out/a.jpg")).expect("back"),
        b"another"
    );
}

#[test]
fn undoing_while_the_last_export_runs_says_so_and_touches_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let journals = home.path().join("data/exports");
    let file = manifest(home.path(), &["a.jpg"]);
    let export = |target: &str, tell: &(dyn Fn() + Sync)| {
        let manifest = Manifest::read(&file).expect("read");
        let options = ExportOptions::new(home.path().join(target));
        let plan = plan(&manifest.items().0, &options).expect("a plan");
        run(&plan, &journals, &Cancel::default(), &|_| tell()).expect("exports");
    };
    export("first", &|| {});
    export("second", &|| {
        for more in [&[][..], &["--finish"]] {
            let output = lumisift(home.path())
                .arg("undo")
                .args(more)
                .output()
                .expect("runs");
            let text = stderr_of(&output);
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(text.contains("second is still running"), "{text}");
        }
    });
    for target in ["first", "second"] {
        assert!(home.path().join(target).join("a.jpg").exists());
    }
}

/// Root may do anything in any folder. If the tests run as root, the program runs as another user, who owns these
/// folders.
#[cfg(unix)]
fn as_a_usual_person(command: &mut Command, paths: &[&Path]) {
    let home = paths[0];
    if fs::metadata(home).is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
        for path in paths {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("given away");
        }
        std::os::unix::process::CommandExt::uid(command, 65534);
        fs::set_permissions(home, fs::Permissions::from_mode(0o777)).expect("set");
    }
}

#[cfg(unix)]
#[test]
fn a_target_that_may_not_be_written_is_refused_before_anything_is_done() {
    let home = tempfile::tempdir().expect("a folder");
    let file = manifest(home.path(), &["a.jpg"]);
    let out = home.path().join("out");
    fs::create_dir_all(&out).expect("made");
    let mut command = lumisift(home.path());
    command.args(["export", "--manifest"]).arg(&file);
    as_a_usual_person(&mut command, &[home.path(), &out]);
    fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).expect("set");
    let output = command.output().expect("runs");
    let text = stderr_of(&output);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains(&out.display().to_string()), "{text}");
    assert!(text.contains("cannot be written"), "{text}");
    assert_eq!(fs::read_dir(&out).expect("listed").count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_move_out_of_a_folder_that_lets_nothing_go_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let file = manifest(home.path(), &["a.jpg"]);
    let photos = home.path().join("photos");
    let mut command = lumisift(home.path());
    command.args(["export", "--move", "--manifest"]).arg(&file);
    let photo = photos.join("a.jpg");
    as_a_usual_person(&mut command, &[home.path(), &photos, &photo]);
    fs::set_permissions(&photos, fs::Permissions::from_mode(0o555)).expect("set");
    let output = command.output().expect("runs");
    fs::set_permissions(&photos, fs::Permissions::from_mode(0o755)).expect("set");
    let text = stderr_of(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("nothing may be removed from"), "{text}");
    assert_eq!(fs::read(photo).expect("there"), b"photo a.jpg");
    assert!(!home.path().join("out/a.jpg").exists());
}
