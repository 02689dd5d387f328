//! The store keeps computed data across runs, renames, kills, damage and other processes.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{JobResult, lumisift, photos, run, session};
use lumisift::engine::index::pipeline::VectorSource;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::{Store, StoreLimits};
use lumisift::engine::search::query::Query;

fn index(store: &Path, folder: &Path) -> JobResult {
    run(&session(store), &[folder.to_path_buf()])
}

#[test]
fn a_second_run_opens_no_photo() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 40);
    let first = index(&store, &folder);
    assert_eq!(first.from(VectorSource::Encoded), 40);
    // Only names, sizes and times are checked: with other bytes inside, the photos still count as known.
    for file in fs::read_dir(&folder).expect("listed").flatten() {
        let metadata = file.metadata().expect("looked at");
        fs::write(file.path(), vec![0; metadata.len() as usize]).expect("written");
        let handle = fs::File::options()
            .write(true)
            .open(file.path())
            .expect("opened");
        handle
            .set_modified(metadata.modified().expect("a time"))
            .expect("set");
    }
    let second = index(&store, &folder);
    assert_eq!(second.from(VectorSource::Cached), 40);
    let rows = |ran: &JobResult| {
        let mut rows: Vec<(PathBuf, u32)> = ran
            .photos
            .iter()
            .map(|(p, row, _)| (p.file.path.clone(), *row))
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(rows(&first), rows(&second));
}

#[test]
fn renamed_and_copied_photos_are_recognised_and_changed_ones_are_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 10);
    index(&store, &folder);
    fs::rename(folder.join("photo-00003.png"), folder.join("renamed.png")).expect("renamed");
    fs::copy(folder.join("photo-00004.png"), folder.join("copied.png")).expect("copied");
    let changed = image::RgbImage::from_pixel(9, 9, image::Rgb([1, 2, 3]));
    changed
        .save(folder.join("photo-00005.png"))
        .expect("changed");
    let ran = index(&store, &folder);
    assert_eq!(ran.from(VectorSource::Recognised), 2);
    assert_eq!(ran.from(VectorSource::Encoded), 1);
    assert_eq!(ran.from(VectorSource::Cached), 8);
    let row_of = |name: &str| {
        let found = ran
            .photos
            .iter()
            .find(|(p, ..)| p.file.path.ends_with(name));
        found.map(|(_, row, _)| *row).expect("in the results")
    };
    assert_eq!(row_of("copied.png"), row_of("photo-00004.png"));
    assert_ne!(row_of("photo-00005.png"), row_of("photo-00004.png"));
}

#[test]
fn damaged_files_are_set_aside_said_so_and_rebuilt() {
    for (damaged, replacement) in [
        (
            "facts.db",
            b"not a database at all, whatever it says" as &[u8],
        ),
        ("thumbnails.db", b"nor this"),
        ("vectors", b"LUMI"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
        photos(&folder, 5);
        index(&store, &folder);
        let is_it = |path: &PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.starts_with(damaged) && !name.contains("-wal") && !name.contains("-shm")
        };
        let files: Vec<PathBuf> = fs::read_dir(&store)
            .expect("listed")
            .flatten()
            .map(|f| f.path())
            .collect();
        let target = files.iter().find(|path| is_it(path)).expect("the file");
        let mut bytes = fs::read(target).expect("read");
        bytes.truncate(bytes.len() / 2);
        let end = replacement.len().min(bytes.len());
        bytes[..end].copy_from_slice(&replacement[..end]);
        fs::write(target, bytes).expect("spoilt");
        let session = session(&store);
        let notices: Vec<&str> = session.notices().collect();
        assert!(
            notices.iter().any(|n| n.contains("set aside")),
            "{damaged}: {notices:?}"
        );
        let ran = run(&session, std::slice::from_ref(&folder));
        assert_eq!(ran.photos.len(), 5, "{damaged}");
        assert!(ran.summary.problem.is_none());
        let aside = fs::read_dir(&store).expect("listed").flatten();
        let mut names = aside.map(|f| f.file_name().to_string_lossy().into_owned());
        assert!(names.any(|name| name.starts_with(damaged) && name.contains("damaged")));
        assert_eq!(
            index(&store, &folder).from(VectorSource::Cached),
            5,
            "{damaged}: rebuilt"
        );
    }
}

#[test]
fn a_thumbnail_of_another_type_counts_as_missing() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 1);
    let content = index(&store, &folder).photos[0].0.facts.content;
    let thumbnails = rusqlite::Connection::open(store.join("thumbnails.db")).expect("opened");
    thumbnails
        .execute("UPDATE thumbnails SET jpeg = 'damaged'", [])
        .expect("damaged");
    let opened = Store::open(&store).expect("opened");
    assert_eq!(opened.thumbnail(&content).expect("read"), None);
    opened
        .write_thumbnail(&content, b"new")
        .expect("made again");
    let thumbnail = opened.thumbnail(&content).expect("read");
    assert_eq!(thumbnail.as_deref(), Some(&b"new"[..]));
}

#[test]
fn scores_are_right_after_a_rebuild_in_another_order() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 8);
    let query = lumisift::engine::search::query::Query::parse("red").expect("a query");
    let matches = |roots: &[PathBuf]| {
        let session = session(&store);
        let labels = session
            .embed_queries(std::slice::from_ref(&query))
            .expect("vectors");
        let mut ran = run(&session, roots);
        ran.photos.sort_by(|a, b| a.0.file.path.cmp(&b.0.file.path));
        let rows: Vec<u32> = ran.photos.iter().map(|(_, row, _)| *row).collect();
        session
            .score(&session.scorer(&labels), &rows)
            .expect("scores")
            .matches
    };
    let all = std::slice::from_ref(&folder);
    let before = matches(all);
    fs::write(store.join("facts.db"), b"not a database at all").expect("spoilt");
    // The last photo now takes the first row.
    matches(&[folder.join("photo-00007.png")]);
    assert_eq!(matches(all), before);
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(Store::open(dir.path()).expect("made"));
    let facts = rusqlite::Connection::open(dir.path().join("facts.db")).expect("opened");
    facts.pragma_update(None, "user_version", 99).expect("set");
    let error = Store::open(dir.path()).err().expect("refused");
    assert!(error.to_string().contains("newer"), "{error}");
}

#[test]
fn two_processes_share_a_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 30);
    let start = || {
        lumisift(dir.path())
            .args(["index", "--format", "json"])
            .arg(&folder)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("starts")
    };
    for process in [start(), start(), start()] {
        let output = process.wait_with_output().expect("ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["photos"], 30);
    }
    // No content has two vectors, and no row two contents.
    let facts =
        rusqlite::Connection::open(dir.path().join("cache/store/facts.db")).expect("opened");
    let count = |what: &str| -> u32 {
        let sql = format!("SELECT count({what}) FROM vectors");
        facts
            .query_row(&sql, [], |row| row.get(0))
            .expect("counted")
    };
    assert_eq!(
        (count("*"), count("DISTINCT content"), count("DISTINCT row")),
        (30, 30, 30)
    );
}

#[test]
fn after_a_kill_the_next_run_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 160);
    let mut process = lumisift(dir.path())
        .arg("index")
        .arg(&folder)
        .spawn()
        .expect("starts");
    let stored = || -> u32 {
        let path = dir.path().join("cache/store/facts.db");
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(path, flags)
            .and_then(|facts| facts.query_row("SELECT count(*) FROM vectors", [], |r| r.get(0)))
            .unwrap_or(0)
    };
    while stored() == 0 && process.try_wait().expect("looked at").is_none() {
        std::thread::yield_now();
    }
    process.kill().expect("killed");
    process.wait().expect("ended");
    let before = stored();
    let (report, code, errors) = common::json(lumisift(dir.path()).arg("index").arg(&folder));
    assert_eq!(code, 0, "{errors}");
    assert_eq!(report["photos"], 160);
    assert!(report["cached"].as_u64().expect("a number") >= u64::from(before.max(1)));
    assert_eq!(stored(), 160);
}

/// A grey strip with a red area at one end.
fn panorama(path: &Path, red_at: u32) {
    let grey = image::Rgb([90, 90, 90]);
    let red = image::Rgb([250, 0, 0]);
    let is_red = |x: u32| (red_at..red_at + 40).contains(&x);
    image::RgbImage::from_fn(400, 40, |x, _| if is_red(x) { red } else { grey })
        .save(path)
        .expect("saved");
}

#[test]
fn what_lies_at_the_end_of_a_panorama_is_found_also_after_repairs() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, folder) = (dir.path().join("store"), dir.path().join("photos"));
    fs::create_dir_all(&folder).expect("made");
    panorama(&folder.join("a-end.png"), 360);
    panorama(&folder.join("b-centre.png"), 180);
    panorama(&folder.join("c-none.png"), 400);
    photos(&folder, 30);
    let matches = |ran: &JobResult, session: &Session| {
        let labels = session
            .embed_queries(&[Query::parse("red").expect("a query")])
            .expect("embedded");
        let mut photos = ran.photos.clone();
        photos.sort_by(|a, b| a.0.file.path.cmp(&b.0.file.path));
        let rows: Vec<u32> = photos.iter().map(|(_, row, _)| *row).collect();
        session
            .score(&session.scorer(&labels), &rows)
            .expect("scored")
    };
    let first = index(&store, &folder);
    let session_now = session(&store);
    let before = matches(&first, &session_now);
    let [end, centre, none] = before.matches[..3] else {
        panic!("three panoramas");
    };
    assert!(
        end > none + 0.01 && centre > none + 0.01,
        "{end} {centre} {none}"
    );
    let sums = before
        .probabilities
        .chunks(2)
        .map(|row| row.iter().sum::<f32>());
    assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-4));
    // Objects at the end of a picture that is not in the store count as well.
    let labels = session_now
        .embed_queries(&[Query::parse("red").expect("a query")])
        .expect("embedded");
    let parts = session_now
        .embed_parts(&folder.join("a-end.png"))
        .expect("read");
    let score = session_now.score_picture(&session_now.scorer(&labels), &parts);
    assert!((score.matches[0] - before.matches[0]).abs() < 1e-3);
    // One more removed photo than a quarter: the vectors move into a new file, including those of picture parts.
    let size = session_now.store().size().expect("a size");
    assert_eq!(size.photos, 33);
    for n in 0..20 {
        fs::remove_file(folder.join(format!("photo-{n:05}.png"))).expect("removed");
    }
    let later = StoreLimits {
        today: StoreLimits::megabytes(None).today + 100,
        max_bytes: None,
    };
    assert_eq!(session_now.store().tidy(later).expect("tidied").photos, 20);
    drop(session_now);
    let again = index(&store, &folder);
    assert_eq!(again.from(VectorSource::Encoded), 0);
    let after = matches(&again, &session(&store));
    assert_eq!(after.matches[..2], before.matches[..2]);
}
