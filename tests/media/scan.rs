//! Each file is found, counted and processed once, under whatever names it has, and files made by an export are left
//! out.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{json, lumisift, samples};
use lumisift::engine::media::scan::{Scan, ScanItem, ScanOptions, Skipped};
use serde_json::Value;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn write(path: &Path) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, PNG).expect("written");
}

/// The files that a scan finds below a folder, and those that it skips.
fn scan(below: &Path, roots: &[PathBuf], options: ScanOptions) -> (Vec<String>, Skipped) {
    let mut scan = Scan::new(roots, options);
    let found = scan.by_ref().map(|found| match found {
        ScanItem::Candidate(file) => {
            let path = file.path.strip_prefix(below).expect("below").to_path_buf();
            path.to_string_lossy().replace('\\', "/")
        }
        ScanItem::Failure(failure) => panic!("{failure:?}"),
    });
    let mut found: Vec<String> = found.collect();
    found.sort();
    (found, scan.skipped().clone())
}

#[test]
fn a_folder_that_is_named_twice_is_walked_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    write(&path("one/a.png"));
    write(&path("one/two/b.png"));
    let roots = [
        path("one"),
        path("one/two/.."),
        path("one/two"),
        path("one/a.png"),
        path("one"),
    ];
    for roots in [
        &roots[..],
        &[path("one/a.png"), path("one/two/b.png"), path("one")],
    ] {
        let (found, skipped) = scan(dir.path(), roots, ScanOptions::default());
        assert_eq!(found, ["one/a.png", "one/two/b.png"]);
        assert_eq!(skipped.repeated, 0);
    }
    let flat = ScanOptions {
        subfolders: false,
        ..ScanOptions::default()
    };
    let (found, _) = scan(dir.path(), &roots, flat);
    assert_eq!(found, ["one/a.png", "one/two/b.png"]);
}

#[test]
fn a_file_that_is_named_is_taken_whatever_a_walk_would_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    write(&path("in/.hidden.png"));
    write(&path("in/picture.xyz"));
    let roots = [path("in"), path("in/.hidden.png"), path("in/picture.xyz")];
    let (found, _) = scan(dir.path(), &roots, ScanOptions::default());
    assert_eq!(found, ["in/.hidden.png", "in/picture.xyz"]);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_to_what_is_there_already_are_passed_over_and_others_are_followed() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        write(&path("in/real/m.png"));
        write(&path("far/f.png"));
        write(&path("file.png"));
        // Link names that sort before and after those of their targets.
        symlink(path("in/real"), path("in/a-folder")).expect("linked");
        symlink(path("in/real"), path("in/z-folder")).expect("linked");
        symlink(path("in/real/m.png"), path("in/real/a.png")).expect("linked");
        symlink(path("in/real/m.png"), path("in/z.png")).expect("linked");
        symlink(path("far"), path("in/far")).expect("linked");
        symlink(path("far"), path("in/far-again")).expect("linked");
        symlink(path("file.png"), path("in/outside.png")).expect("linked");
        symlink(path("file.png"), path("in/outside-again.png")).expect("linked");
        let (found, skipped) = scan(dir.path(), &[path("in")], ScanOptions::default());
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found.contains(&"in/real/m.png".into()),
            "under its own name: {found:?}"
        );
        assert!(found.contains(&"in/far/f.png".into()), "{found:?}");
        assert_eq!(skipped.repeated, 6);
        // A root and a link to it.
        let (found, _) = scan(
            dir.path(),
            &[path("in/z-folder"), path("in/real")],
            ScanOptions::default(),
        );
        assert_eq!(found, ["in/z-folder/m.png"]);
    }

    #[test]
    fn hard_links_are_one_photo() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        write(&path("a.png"));
        fs::hard_link(path("a.png"), path("b.png")).expect("linked");
        let (found, skipped) = scan(dir.path(), &[dir.path().into()], ScanOptions::default());
        assert_eq!((found, skipped.repeated), (vec!["a.png".into()], 1));
        let (found, _) = scan(
            dir.path(),
            &[path("b.png"), path("a.png")],
            ScanOptions::default(),
        );
        assert_eq!(found, ["b.png"]);
    }

    #[test]
    fn an_excluded_folder_is_no_more_read_through_a_link() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = |name: &str| dir.path().join(name);
        write(&path("in/a.png"));
        write(&path("out/b.png"));
        symlink(path("out"), path("in/link")).expect("linked");
        let options = ScanOptions {
            excluded: vec![fs::canonicalize(path("out")).expect("there")],
            ..ScanOptions::default()
        };
        let (found, skipped) = scan(dir.path(), &[path("in")], options);
        assert_eq!((found, skipped.excluded), (vec!["in/a.png".into()], 1));
    }

    #[test]
    fn links_are_counted_once_by_the_program_and_moved_as_one_photo() {
        let home = tempfile::tempdir().expect("a folder");
        let path = |name: &str| home.path().join(name);
        fs::create_dir_all(path("in/real")).expect("made");
        fs::copy(samples().join("cat.jpg"), path("in/real/cat.jpg")).expect("copied");
        fs::copy(samples().join("coffee.jpg"), path("c.jpg")).expect("copied");
        symlink("real", path("in/link")).expect("linked");
        symlink("../../c.jpg", path("in/real/zlink.jpg")).expect("linked");
        let mut command = lumisift(home.path());
        command
            .arg("sort")
            .arg(path("in"))
            .args(["-l", "cat", "-l", "drink"]);
        let (result, code, errors) = json(&mut command);
        assert_eq!(
            (code, result["photos"].as_array().expect("photos").len()),
            (0, 2),
            "{errors}"
        );
    }
}

fn sort(home: &Path, from: &Path, to: &Path, more: &[&str]) -> (Vec<String>, String) {
    let mut command = lumisift(home);
    command
        .arg("sort")
        .arg(from)
        .args(["-l", "cat", "--min-match", "0"])
        .arg("--export")
        .arg(to);
    let output = command.args(more).output().expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = rows.lines().skip(2).map(ToOwned::to_owned).collect();
    (rows, stderr)
}

#[test]
fn what_an_export_put_into_its_own_source_is_left_out_and_said() {
    let home = tempfile::tempdir().expect("a folder");
    let (photos, out) = (home.path().join("photos"), home.path().join("photos/out"));
    for name in ["x/1.jpg", "y/1.jpg"] {
        let path = photos.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::copy(samples().join("cat.jpg"), path).expect("copied");
    }
    let (rows, stderr) = sort(home.path(), &photos, &out, &[]);
    assert_eq!(rows.len(), 2);
    assert!(stderr.contains("1 photo is now in"), "{stderr}");
    assert!(
        stderr.contains("skipped: 1 file, already there"),
        "{stderr}"
    );
    let (rows, stderr) = sort(home.path(), &photos, &out, &["--move"]);
    assert_eq!(rows.len(), 2, "its own results are left out");
    assert!(stderr.contains("1 photo exported earlier"), "{stderr}");
    assert!(stderr.contains("0 photos are now in"), "{stderr}");
    assert!(
        stderr.contains("skipped: 2 files, already there"),
        "{stderr}"
    );
    assert!(photos.join("x/1.jpg").exists() && photos.join("y/1.jpg").exists());
    // When the user opens the exported files themselves, they are photos.
    let (result, ..) = json(lumisift(home.path()).arg("index").arg(&out));
    assert_eq!(result["photos"], 1);
    // A file that was edited since is a photo of its own.
    let mut bytes = fs::read(out.join("cat/1.jpg")).expect("read");
    bytes.extend(b"edited");
    fs::write(out.join("cat/1.jpg"), bytes).expect("written");
    let (result, ..) = json(lumisift(home.path()).arg("index").arg(&photos));
    assert_eq!(result["photos"], 3);
}

#[test]
fn paths_are_absolute_wherever_they_are_kept() {
    let home = tempfile::tempdir().expect("a folder");
    for (folder, sample) in [("A", "cat.jpg"), ("B", "coffee.jpg")] {
        fs::create_dir_all(home.path().join(folder).join("photos")).expect("made");
        let path = home.path().join(folder).join("photos/x.jpg");
        fs::copy(samples().join(sample), path).expect("copied");
    }
    let run = |folder: &str, args: &[&str]| {
        let mut command = lumisift(home.path());
        json(command.current_dir(home.path().join(folder)).args(args))
    };
    let (first, ..) = run(
        "A",
        &[
            "sort", "photos", "-l", "cat", "-l", "drink", "--export", "out", "--move",
        ],
    );
    let path = |value: &Value| PathBuf::from(value.as_str().expect("a path"));
    assert_eq!(
        path(&first["photos"][0]["path"]),
        home.path().join("A/photos/x.jpg")
    );
    assert!(path(&first["photos"][0]["target"]).is_absolute());
    let (second, ..) = run("B", &["sort", "photos", "-l", "cat", "-l", "drink"]);
    assert_ne!(
        first["photos"][0]["best"], second["photos"][0]["best"],
        "not the other folder's photo"
    );
    // From another folder, the export is found and undone.
    let undo = lumisift(home.path())
        .current_dir(home.path().join("B"))
        .arg("undo")
        .output();
    assert!(undo.expect("runs").status.success());
    assert!(home.path().join("A/photos/x.jpg").exists());
    // An absolute path finds a photo that was stored under a relative one.
    let (index, ..) = run(
        "B",
        &[
            "index",
            home.path().join("A/photos").to_str().expect("text"),
        ],
    );
    assert_eq!(
        (&index["cached"], &index["encoded"]),
        (&1.into(), &0.into())
    );
}

#[test]
fn photos_are_told_by_content_whatever_they_are_called() {
    let dir = tempfile::tempdir().expect("a folder");
    let jpeg = fs::read(samples().join("cat.jpg")).expect("a sample");
    let photos = [
        "IMG_1.HEIC",
        "IMG_2.psd",
        "a.jpg_large",
        #[cfg(unix)]
        "b.jpg:large",
        "c.jpg!d",
        #[cfg(unix)]
        "d.jpg?w=800",
        "e.jp",
        #[cfg(unix)]
        "f.jpg ",
        "g.mpo",
        "h.jps",
        "i.jif",
        "j.pjpeg",
        "k.pjp",
        "l.20240501",
        "nameless",
    ];
    for name in photos {
        fs::write(dir.path().join(name), &jpeg).expect("written");
    }
    // Backup copies of programs, files that are still being downloaded, and files that belong to photos.
    for name in [
        "a.jpg_original",
        "a.jpg~",
        "z.jpg.part",
        "a.thm",
        "notes.txt",
    ] {
        fs::write(dir.path().join(name), &jpeg).expect("written");
    }
    fs::write(dir.path().join("b.dat"), "BM and other words, P1 too").expect("written");
    let roots = [dir.path().to_path_buf()];
    let (found, skipped) = scan(dir.path(), &roots, ScanOptions::default());
    assert_eq!(found, photos);
    assert_eq!((skipped.other, skipped.unsupported), (6, 0));
    // A file with a picture's extension is treated as a picture, so that damage to it is reported.
    fs::write(dir.path().join("x.jpg"), "no picture").expect("written");
    fs::write(dir.path().join("y.jxr"), "no picture").expect("written");
    let (found, skipped) = scan(dir.path(), &roots, ScanOptions::default());
    assert!(found.contains(&"x.jpg".into()));
    assert_eq!(skipped.unsupported, 1);
}

#[test]
fn a_raw_file_beside_its_picture_is_one_photo_with_it() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in [
        "a.jpg",
        "A.CR2",
        "b.nef",
        "sub/c.jpg",
        "sub/c.dng",
        "c.arw",
        "d.cr3",
        "d.raf",
    ] {
        write(&dir.path().join(name));
    }
    // A folder is not a picture.
    fs::create_dir(dir.path().join("b.jpg")).expect("made");
    let roots = [dir.path().to_path_buf()];
    let (found, skipped) = scan(dir.path(), &roots, ScanOptions::default());
    let want = ["a.jpg", "b.nef", "c.arw", "d.cr3", "d.raf", "sub/c.jpg"];
    assert_eq!(found, want);
    assert_eq!(skipped.paired, 2);
    // If the user names it, it is opened.
    let named = [dir.path().join("A.CR2")];
    assert_eq!(
        scan(dir.path(), &named, ScanOptions::default()).0,
        ["A.CR2"]
    );
}
