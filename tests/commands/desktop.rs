//! The menu entry of a freedesktop.org desktop, installed from the command line.
#![cfg(all(unix, not(target_os = "macos")))]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::lumisift;

/// All files and folders below a folder, by relative path.
fn listed(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("listed").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
            found.push(entry.path().strip_prefix(dir).expect("below").to_owned());
        }
    }
    found.sort();
    found
}

fn desktop(home: &Path, share: &Path, action: &str) -> (i32, String) {
    let mut command = lumisift(home);
    command
        .args(["desktop", action])
        .env("XDG_DATA_HOME", share);
    let output = command.output().expect("run");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().expect("a code"), stderr)
}

#[test]
fn an_entry_comes_with_its_icons_and_goes_without_leftovers() {
    let home = tempfile::tempdir().expect("a folder");
    let share = home.path().join("share");
    fs::create_dir_all(share.join("applications")).expect("made");
    fs::write(share.join("applications/other.desktop"), "theirs").expect("written");
    let before = listed(&share);
    for _ in 0..2 {
        let (code, stderr) = desktop(home.path(), &share, "install");
        assert_eq!(code, 0, "{stderr}");
    }
    let entry = fs::read_to_string(share.join("applications/lumisift.desktop")).expect("there");
    let program = env!("CARGO_BIN_EXE_lumisift");
    assert!(entry.contains(&format!("Exec={program} %F")), "{entry}");
    assert!(entry.contains("inode/directory;image/jpeg;"));
    for icon in [
        "16x16/apps/lumisift.png",
        "256x256/apps/lumisift.png",
        "scalable/apps/lumisift.svg",
    ] {
        assert!(share.join("icons/hicolor").join(icon).is_file(), "{icon}");
    }
    let (code, stderr) = desktop(home.path(), &share, "uninstall");
    assert_eq!((code, listed(&share)), (0, before), "{stderr}");
    let (code, stderr) = desktop(home.path(), &share, "uninstall");
    assert!(code == 0 && stderr.contains("no menu entry"), "{stderr}");
}

#[test]
fn what_is_not_its_own_is_neither_replaced_nor_removed() {
    let home = tempfile::tempdir().expect("a folder");
    let share = home.path().join("share");
    let entry = share.join("applications/lumisift.desktop");
    fs::create_dir_all(entry.parent().expect("a folder")).expect("made");
    fs::write(&entry, "theirs").expect("written");
    let (code, stderr) = desktop(home.path(), &share, "install");
    assert!(
        code == 2 && stderr.contains("was not installed by Lumisift"),
        "{stderr}"
    );
    assert_eq!(listed(&share).len(), 2, "nothing was written");
    fs::remove_file(&entry).expect("removed");
    // A link that the program did not create must be left alone as well.
    let elsewhere = home.path().join("elsewhere");
    std::os::unix::fs::symlink(&elsewhere, &entry).expect("linked");
    assert_eq!(desktop(home.path(), &share, "install").0, 2);
    assert!(!elsewhere.exists());
    fs::remove_file(&entry).expect("removed");
    assert_eq!(desktop(home.path(), &share, "install").0, 0);
    fs::write(&entry, "changed by hand").expect("written");
    let (code, stderr) = desktop(home.path(), &share, "uninstall");
    assert!(
        code == 0 && stderr.contains("was changed, so it is kept"),
        "{stderr}"
    );
    assert_eq!(
        fs::read_to_string(&entry).expect("there"),
        "changed by hand"
    );
    let left = [
        Path::new("applications"),
        Path::new("applications/lumisift.desktop"),
    ];
    assert_eq!(listed(&share), left);
}

#[test]
fn packages_get_pages_and_completions() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path().join("made");
    let made = lumisift(home.path()).arg("generate").arg(&dir).status();
    assert!(made.expect("run").success());
    for name in [
        "lumisift.1",
        "lumisift-sort.1",
        "lumisift.bash",
        "_lumisift",
        "lumisift.fish",
    ] {
        assert!(dir.join(name).is_file(), "{name}: {:?}", listed(&dir));
    }
    let page = fs::read_to_string(dir.join("lumisift-sort.1")).expect("there");
    assert!(page.contains("\\-\\-place"), "options are described");
}
