//! The log: panics of every thread, the events of a run, and a bundle without private paths.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::io::Read;
use std::path::Path;

use common::{json, lumisift, samples};
use lumisift::logging;

fn log_in(folder: &Path) -> String {
    fs::read_to_string(folder.join(logging::FILE)).expect("a log")
}

#[test]
fn a_panic_of_a_worker_is_logged_with_its_backtrace() {
    let dir = tempfile::tempdir().expect("a folder");
    logging::start(dir.path(), false).expect("a log");
    logging::log_panics(|_| {});
    let worker = std::thread::Builder::new().name("lumisift-decode-0".into());
    let worker = worker.spawn(|| panic!("a hostile file")).expect("a thread");
    worker.join().expect_err("a panic");
    let log = log_in(dir.path());
    assert!(log.contains("panic: a hostile file"), "{log}");
    assert!(log.contains("lumisift-decode-0"), "{log}");
    assert!(log.contains("tests/commands/logging.rs"), "{log}");
    // The frames of the backtrace.
    assert!(
        log.lines().any(|line| line.trim().starts_with("0: ")),
        "{log}"
    );
}

#[test]
fn a_run_is_logged_and_told_on_standard_error_if_asked() {
    let home = tempfile::tempdir().expect("a folder");
    let (_, code, errors) = json(lumisift(home.path()).arg("index").arg(samples()));
    assert_eq!((code, errors.contains("INFO")), (0, false), "{errors}");
    let log = log_in(&home.path().join("state"));
    assert!(log.contains("photos were read"), "{log}");
    assert!(log.contains(env!("CARGO_PKG_VERSION")), "{log}");
    assert!(log.contains("model="), "{log}");

    fs::write(home.path().join("bad.png"), b"not a picture").expect("written");
    let mut run = lumisift(home.path());
    run.args(["index", "--verbose"])
        .arg(home.path().join("bad.png"));
    let errors = String::from_utf8(run.output().expect("ran").stderr).expect("text");
    assert!(
        errors.contains("DEBUG") && errors.contains("bad.png"),
        "{errors}"
    );

    let mut run = lumisift(home.path());
    run.args(["-v", "doctor"]).env("RUST_LOG", "off");
    // Mesa's Vulkan layer prints a warning of its own if this folder does not exist.
    run.env("XDG_RUNTIME_DIR", home.path());
    let errors = String::from_utf8(run.output().expect("ran").stderr).expect("text");
    assert_eq!(errors, "");
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("file"), b"").expect("written");
    let mut run = lumisift(home.path());
    run.args(["doctor", "--verbose"]);
    run.env("LUMISIFT_STATE_DIR", home.path().join("file/state"));
    let output = run.output().expect("ran");
    let errors = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.success(), "{errors}");
    assert!(errors.contains("no log can be kept in"), "{errors}");
}

/// All texts of a bundle by name.
fn unpack(path: &Path) -> Vec<(String, String)> {
    let file = fs::File::open(path).expect("a bundle");
    let mut archive = zip::ZipArchive::new(file).expect("a ZIP file");
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("an entry");
        let name = entry.name().expect("a name").into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        found.push((name, text));
    }
    found
}

#[test]
fn a_bundle_has_all_that_helps_and_no_private_path() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("Anna's secret wedding");
    fs::create_dir_all(&photos).expect("a folder");
    fs::write(photos.join("bride & groom.jpg"), b"damaged").expect("written");
    fs::copy(samples().join("cat.jpg"), photos.join("cat.jpg")).expect("copied");
    let settings = format!(
        r#"{{ "excluded_folders": [{:?}], "mirrors": ["https://anna:hunter2@hub.example/x"] }}"#,
        photos.join("private")
    );
    fs::create_dir_all(home.path().join("config")).expect("a folder");
    fs::write(home.path().join("config/settings.json"), settings).expect("written");
    let (_, code, errors) = json(lumisift(home.path()).args(["index", "-v"]).arg(&photos));
    assert_eq!(code, 1, "{errors}");
    // A line of another crate, in which the end of a path cannot be determined.
    let log = home.path().join("state").join(logging::FILE);
    let mut text = fs::read_to_string(&log).expect("a log");
    let photo = photos.join("bride & groom.jpg");
    text += &format!(
        "WARN other: cannot open {}: no such file\n",
        photo.display()
    );
    fs::write(&log, text).expect("written");

    let bundle = home.path().join("bundle.zip");
    let output = lumisift(home.path())
        .args(["doctor", "--bundle"])
        .arg(&bundle)
        .output()
        .expect("ran");
    assert!(output.status.success(), "{output:?}");
    let entries = unpack(&bundle);
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["doctor.json", "settings.json", "logs/lumisift.log"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let text: String = entries.iter().map(|(_, text)| text.as_str()).collect();
    for private in ["secret", "bride", "groom", "cat.jpg", "hunter2", "private"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    assert!(!text.contains(&home.path().display().to_string()), "{text}");
    assert!(text.contains(env!("CARGO_PKG_VERSION")), "{text}");
    // The same path has the same name everywhere.
    let named = text
        .lines()
        .filter(|line| line.contains("<path ") && line.contains(">.jpg"));
    assert!(named.count() >= 2, "{text}");

    // An existing bundle is never replaced.
    let again = lumisift(home.path())
        .args(["doctor", "--with-paths", "--bundle"])
        .arg(&bundle)
        .output()
        .expect("ran");
    let errors = String::from_utf8(again.stderr).expect("text");
    assert_eq!(again.status.code(), Some(2), "{errors}");
    assert!(errors.contains("already exists"), "{errors}");
    fs::remove_file(&bundle).expect("removed");
    let mut with_paths = lumisift(home.path());
    with_paths
        .args(["doctor", "--with-paths", "--bundle"])
        .arg(&bundle);
    assert!(with_paths.output().expect("ran").status.success());
    let text: String = unpack(&bundle).into_iter().map(|(_, text)| text).collect();
    assert!(text.contains("bride & groom.jpg") && !text.contains("hunter2"));
    let mut left = fs::read_dir(home.path()).expect("listed").flatten();
    assert!(!left.any(|e| e.file_name().to_string_lossy().contains("tmp")));
}
