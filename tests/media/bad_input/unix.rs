//! Kinds of files that only Unix has: links, pipes, devices and permissions.

use super::*;

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

#[test]
fn a_pipe_is_never_opened() {
    let dir = with_bad("unused.txt", b"");
    let pipe = dir.path().join("pipe.jpg");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .expect("runs")
            .success()
    );
    assert!(message_for(dir.path(), 1, "pipe.jpg").contains("not a regular file"));
    let home = tempfile::tempdir().expect("a folder");
    let output = lumisift(home.path())
        .args(["classify", "-l", "cat"])
        .arg(&pipe)
        .output();
    assert_eq!(output.expect("ends").status.code(), Some(2));
}

#[test]
fn a_link_into_its_own_folder() {
    let dir = with_bad("unused.txt", b"");
    fs::create_dir(dir.path().join("sub")).expect("made");
    symlink(dir.path(), dir.path().join("sub/loop")).expect("linked");
    assert!(message_for(dir.path(), 1, "loop").contains("leads back"));
}

#[test]
fn a_name_that_is_no_unicode() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.jpg");
    fs::copy(samples().join("cat.jpg"), dir.path().join(name)).expect("copied");
    let home = tempfile::tempdir().expect("a folder");
    let index = || json(lumisift(home.path()).arg("index").arg(dir.path())).0;
    assert_eq!(index()["encoded"], 1);
    assert_eq!(index()["cached"], 1);
}

#[test]
fn a_photo_without_permission() {
    // Root may read everything, so the program runs as nobody if the tests run as root.
    let id = Command::new("id").arg("-u").output().expect("runs").stdout;
    let administrator = String::from_utf8_lossy(&id).trim() == "0";
    let dir = with_bad(
        "secret.jpg",
        &fs::read(samples().join("moon.jpg")).expect("read"),
    );
    let open = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    };
    open(&dir.path().join("secret.jpg"), 0o000);
    open(dir.path(), 0o777);
    let program = dir.path().join("lumisift");
    fs::copy(assert_cmd::cargo::cargo_bin!("lumisift"), &program).expect("copied");
    let mut command = Command::new(&program);
    for (variable, name) in [("CACHE", "cache"), ("CONFIG", "config"), ("DATA", "data")] {
        command.env(format!("LUMISIFT_{variable}_DIR"), dir.path().join(name));
    }
    command.arg("index").arg(dir.path());
    if administrator {
        command.uid(65_534);
    }
    let (report, code, errors) = json(&mut command);
    assert_eq!((code, &report["photos"]), (1, &1.into()), "{errors}");
    assert!(
        errors.contains("secret.jpg: no permission to read it"),
        "{errors}"
    );
}

#[test]
fn only_regular_files_of_bounded_size_are_opened_whatever_they_are_for() {
    let home = tempfile::tempdir().expect("a folder");
    let pipe = home.path().join("pipe.toml");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("runs").success());
    let huge = home.path().join("huge");
    let file = fs::File::create(&huge).expect("made");
    file.set_len(1 << 40).expect("a file with a hole");
    let mut strange = vec![pipe, huge];
    if cfg!(target_os = "linux") {
        strange.extend(["/dev/zero", "/proc/kmsg", "/proc/cpuinfo"].map(Into::into));
    }
    let is_explained = |errors: &str| {
        let words = ["regular", "larger than", "its reported size", "permission"];
        words.iter().any(|words| errors.contains(words))
    };
    let mut command = lumisift(home.path());
    let output = command
        .args(["classify", "-l", "cat"])
        .args(&strange)
        .output();
    let output = output.expect("ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    for path in &strange {
        let path = path.display().to_string();
        let mut lines = errors.lines().filter(|line| line.starts_with(&path));
        assert!(lines.next().is_some_and(is_explained), "{path}: {errors}");
    }
    for path in &strange {
        let mut command = lumisift(home.path());
        command.args(["classify", "--labels"]).arg(path);
        let output = command
            .arg(samples().join("cat.jpg"))
            .output()
            .expect("ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(is_explained(&errors), "{}: {errors}", path.display());
        for name in ["config.json", "tokenizer.json", "model.safetensors"] {
            let dir = model();
            fs::remove_file(dir.path().join(name)).expect("removed");
            symlink(path, dir.path().join(name)).expect("linked");
            let error = refusal(dir.path());
            assert!(!error.contains("is missing"), "{name}: {error}");
        }
    }
    // Unreadable settings are ignored, and the command works.
    let config = home.path().join("config");
    fs::create_dir_all(&config).expect("made");
    let settings = config.join("settings.json");
    let _ = fs::remove_file(&settings);
    symlink(&strange[0], &settings).expect("linked");
    let output = lumisift(home.path()).arg("models").output().expect("ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && errors.contains("cannot be read"),
        "{errors}"
    );
}

#[test]
fn names_and_labels_steer_neither_terminals_nor_spreadsheets() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = [
        "\u{1b}[2J.jpg",
        "\u{9b}31m.jpg",
        "a\u{202e}gpj.jpg",
        "b\nc.jpg",
    ];
    for name in names {
        fs::copy(samples().join("cat.jpg"), dir.path().join(name)).expect("copied");
    }
    fs::write(dir.path().join("bad\u{1b}]0;x\u{7}.jpg"), "no photo").expect("written");
    let home = tempfile::tempdir().expect("a folder");
    let run = |format: &str| {
        let mut command = lumisift(home.path());
        command
            .arg("sort")
            .arg(dir.path())
            .args(["-l", "=cat", "-l", "@dog\u{1b}"]);
        command.args(["--min-match", "0", "--format", format]);
        let output = command.output().expect("ends");
        assert_eq!(output.status.code(), Some(1));
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (text(output.stdout), text(output.stderr))
    };
    let steers = |c: char| lumisift::engine::sanitize::is_unprintable(c) && c != '\n';
    let (table, errors) = run("table");
    assert!(
        !table.contains(steers) && !errors.contains(steers),
        "{table}{errors}"
    );
    assert_eq!(table.lines().count(), 2 + names.len(), "{table}");
    assert!(errors.contains("bad\\u{1b}]0;x\\u{7}.jpg: "), "{errors}");
    let (report, _) = run("json");
    assert!(!report.contains(steers), "{report}");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let photos = report["photos"].as_array().expect("photos").iter();
    let mut read: Vec<&str> = photos
        .map(|p| p["path"].as_str().expect("a path"))
        .collect();
    read.sort_by_key(|path| names.iter().position(|name| path.ends_with(name)));
    assert!(
        read.iter()
            .zip(names)
            .all(|(path, name)| path.ends_with(name))
    );
    let (csv, _) = run("csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    for record in reader.records() {
        let record = record.expect("a record");
        assert!(
            record[1].starts_with("'=") || record[1].starts_with("'@"),
            "{record:?}"
        );
    }
    // The argument parser quotes text that may come from untrusted sources.
    let mut command = lumisift(home.path());
    let output = command.arg("--\u{1b}[31m\u{9b}").output().expect("ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        !errors.contains(steers) && errors.contains("\\u{9b}"),
        "{errors}"
    );
}
