use std::fs;

use super::*;

fn names(scan: &mut Scan) -> Vec<String> {
    scan.map(|found| match found {
        ScanItem::Candidate(c) => c
            .path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        ScanItem::Failure(f) => format!("failure {}: {}", f.path.display(), f.message),
    })
    .collect()
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, b"\x89PNG\r\n\x1a\n").expect("written");
    }
    dir
}

#[test]
fn pictures_are_listed_by_name_and_the_rest_is_counted() {
    let dir = tree(&[
        "b.JPG",
        "a.png",
        "deep/er/c.webp",
        "notes.txt",
        ".hidden/d.jpg",
        ".e.jpg",
        "node_modules/f.png",
        "nameless",
    ]);
    fs::write(dir.path().join("x.jxr"), "no picture").expect("written");
    fs::write(dir.path().join("pages"), "no picture either").expect("written");
    let mut scan = Scan::new(&[dir.path().into()], ScanOptions::default());
    assert_eq!(names(&mut scan), ["a.png", "b.JPG", "c.webp", "nameless"]);
    let want = Skipped {
        hidden: 2,
        system_folders: 1,
        excluded: 0,
        unsupported: 1,
        other: 2,
        ..Skipped::default()
    };
    assert_eq!(scan.skipped(), &want);
}

#[test]
fn a_format_that_is_recognised_by_all_of_its_header_needs_no_extension() {
    let dir = tree(&["a.png"]);
    let mut pcx = vec![0_u8; 200];
    pcx[..4].copy_from_slice(&[10, 5, 1, 8]);
    pcx[65] = 3;
    fs::write(dir.path().join("scan"), pcx).expect("written");
    let mut scan = Scan::new(&[dir.path().into()], ScanOptions::default());
    assert_eq!(names(&mut scan), ["a.png", "scan"]);
}

#[test]
fn excluded_folders_are_passed_over_and_counted() {
    let dir = tree(&["in/a.png", "out/b.png", "in/out/c.png"]);
    let options = ScanOptions {
        excluded: vec![dir.path().join("out"), dir.path().join("in/out")],
        ..ScanOptions::default()
    };
    let mut scan = Scan::new(&[dir.path().into()], options);
    assert_eq!(names(&mut scan), ["a.png"]);
    assert_eq!(scan.skipped().excluded, 2);
}

#[test]
fn roots_inside_others_are_walked_once() {
    let dir = tree(&["one/a.png", "one/two/b.png"]);
    let roots = [
        dir.path().join("one/two"),
        dir.path().join("one"),
        dir.path().join("one/a.png"),
    ];
    assert_eq!(
        names(&mut Scan::new(&roots, ScanOptions::default())),
        ["a.png", "b.png"]
    );
    let flat = ScanOptions {
        subfolders: false,
        ..ScanOptions::default()
    };
    assert_eq!(names(&mut Scan::new(&roots[..2], flat)), ["b.png", "a.png"]);
}

#[test]
fn a_missing_root_is_a_failure() {
    let dir = tree(&[]);
    let found = names(&mut Scan::new(
        &[dir.path().join("gone")],
        ScanOptions::default(),
    ));
    assert!(found[0].contains("not there"), "{found:?}");
}

#[cfg(unix)]
#[test]
fn link_loops_and_pipes_are_failures_and_the_walk_goes_on() {
    let dir = tree(&["sub/a.png", "z.png"]);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/loop")).expect("linked");
    std::os::unix::fs::symlink(dir.path().join("gone"), dir.path().join("y.png")).expect("linked");
    let pipe = dir.path().join("pipe.jpg");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    let found = names(&mut Scan::new(&[dir.path().into()], ScanOptions::default()));
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(
        found
            .iter()
            .any(|f| f.contains("pipe.jpg: not a regular file")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|f| f.contains("loop: a link that leads back")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|f| f.contains("y.png: it is not there")),
        "{found:?}"
    );
    assert!(found.contains(&"a.png".into()) && found.contains(&"z.png".into()));
}

#[cfg(feature = "video")]
#[test]
fn a_video_that_ffmpeg_alone_reads_is_told_by_its_bytes() {
    let dir = tree(&["a.png", "film.mkv"]);
    fs::write(dir.path().join("film"), b"\x1a\x45\xdf\xa3 and more").expect("written");
    fs::write(dir.path().join("clip.dat"), b"RIFF\0\0\0\0AVI LIST").expect("written");
    let mut scan = Scan::new(&[dir.path().into()], ScanOptions::default());
    scan.ffmpeg = false;
    assert_eq!(names(&mut scan), ["a.png"]);
    assert_eq!(scan.skipped().needs_ffmpeg, 3);
    let mut scan = Scan::new(&[dir.path().into()], ScanOptions::default());
    scan.ffmpeg = true;
    assert_eq!(names(&mut scan), ["a.png", "clip.dat", "film", "film.mkv"]);
}
