//! Unneeded data of the store is removed: contents without a file for long, superseded models, and data beyond the size
//! limit.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::Path;

use common::{json, lumisift, photos, run, session};
use lumisift::engine::index::pipeline::VectorSource;
use lumisift::engine::index::store::{KEPT_DAYS, Store, StoreLimits};

fn retention_after(days: i64) -> StoreLimits {
    let now = StoreLimits::megabytes(None);
    StoreLimits {
        today: now.today + days,
        ..now
    }
}

fn photos_in(store: &Path) -> u64 {
    Store::open(store)
        .expect("opened")
        .size()
        .expect("measured")
        .photos
}

#[test]
fn what_no_file_has_goes_after_ninety_days() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 40);
    let first = session(&store);
    let ran = run(&first, std::slice::from_ref(&folder));
    let gone = ran.photos[0].0.facts.content;
    drop(first);
    for n in 10..40 {
        let path = folder.join(format!("photo-{n:05}.png"));
        fs::remove_file(path).expect("removed");
    }
    let opened = Store::open(&store).expect("opened");
    let tidied = opened.tidy(retention_after(KEPT_DAYS)).expect("tidied");
    assert_eq!(tidied.photos, 0, "not yet");
    let tidied = opened.tidy(retention_after(KEPT_DAYS + 1)).expect("tidied");
    assert_eq!(tidied.photos, 30);
    assert!(tidied.bytes > 0);
    drop(opened);
    assert_eq!(photos_in(&store), 10);
    // Contents that still have a file are known, although the program was not opened for so long.
    let again = session(&store);
    let ran = run(&again, std::slice::from_ref(&folder));
    assert_eq!((ran.from(VectorSource::Cached), ran.photos.len()), (10, 10));
    let shown = ran.photos.iter().all(|(photo, ..)| {
        let thumbnail = again.store().thumbnail(&photo.facts.content);
        thumbnail.expect("read").is_some()
    });
    assert!(shown);
    let is_left = ran.photos.iter().any(|(p, ..)| p.facts.content == gone);
    let thumbnail = again.store().thumbnail(&gone).expect("read");
    assert_eq!(thumbnail.is_some(), is_left);
}

#[test]
fn damaged_rows_keep_nothing_from_going() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 10);
    run(&session(&store), std::slice::from_ref(&folder));
    for n in 4..10 {
        let path = folder.join(format!("photo-{n:05}.png"));
        fs::remove_file(path).expect("removed");
    }
    let facts = rusqlite::Connection::open(store.join("facts.db")).expect("opened");
    // Values of types that are never written.
    facts
        .execute_batch(
            "UPDATE files SET size = 'damaged' WHERE CAST(path AS TEXT) LIKE '%photo-00000.png';
             UPDATE vectors SET count = 'damaged' WHERE content =
                 (SELECT content FROM files WHERE CAST(path AS TEXT) LIKE '%photo-00001.png');
             INSERT INTO contents
                 SELECT 'damaged', width, height, taken, warning, checksum, 0, video FROM contents LIMIT 1;
             INSERT INTO files SELECT 'damaged', size, modified_ns, 'damaged', checksum FROM files LIMIT 1;
             INSERT OR REPLACE INTO notes VALUES ('tidied', 'damaged');
             UPDATE models SET name = CAST(x'ff' AS TEXT);",
        )
        .expect("damaged");
    let opened = Store::open(&store).expect("opened");
    let later = retention_after(KEPT_DAYS + 1);
    let tidied = opened.tidy_if_due(later).expect("tidied").expect("due");
    // The six without a file, and the one whose file cannot be compared.
    assert_eq!(tidied.photos, 7);
    assert_eq!(opened.tidy_if_due(later).expect("read"), None);
    let nothing = StoreLimits {
        max_bytes: Some(0),
        ..later
    };
    assert_eq!(opened.tidy(nothing).expect("tidied").photos, 3);
    assert_eq!(opened.models().expect("listed").len(), 1);
    facts
        .execute("UPDATE models SET logit_scale = 'damaged'", [])
        .expect("damaged");
    assert!(opened.models().expect("listed").is_empty());
}

#[test]
fn superseded_models_go_after_ninety_days() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 5);
    let first = session(&store);
    run(&first, std::slice::from_ref(&folder));
    // As if another fingerprint had taken over the name.
    let facts = rusqlite::Connection::open(store.join("facts.db")).expect("opened");
    let today = StoreLimits::megabytes(None).today;
    facts
        .execute("UPDATE models SET superseded = ?1", [today])
        .expect("set");
    drop(facts);
    let opened = first.store();
    assert_eq!(
        opened
            .tidy(retention_after(KEPT_DAYS))
            .expect("tidied")
            .models,
        0
    );
    assert_eq!(
        opened
            .tidy(retention_after(KEPT_DAYS + 1))
            .expect("tidied")
            .models,
        1
    );
    assert!(opened.models().expect("listed").is_empty());
    let vectors = fs::read_dir(&store).expect("listed").flatten();
    let mut names = vectors.map(|file| file.file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.ends_with(".f16")));
}

#[test]
fn a_store_is_brought_below_the_size_that_is_set() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 300);
    let first = session(&store);
    run(&first, std::slice::from_ref(&folder));
    first.store().tidy(retention_after(0)).expect("tidied");
    let before = first.store().size().expect("measured");
    let most = before.bytes * 2 / 3;
    let limits = StoreLimits {
        max_bytes: Some(most),
        ..StoreLimits::megabytes(None)
    };
    let tidied = first.store().tidy(limits).expect("tidied");
    drop(first);
    let opened = Store::open(&store).expect("opened");
    let after = opened.size().expect("measured");
    assert!(after.bytes <= most, "{after:?} of {before:?}");
    assert_eq!(after.photos + tidied.photos, before.photos);
    assert!(after.photos > 0 && tidied.photos > 0);
    drop(opened);
    // The remaining data is right, and the removed data is read again.
    let again = run(&session(&store), std::slice::from_ref(&folder));
    assert_eq!(again.from(VectorSource::Cached) as u64, after.photos);
    assert_eq!(again.photos.len(), 300);
}

#[test]
fn the_command_line_tells_the_size_and_tidies_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    json(lumisift(dir.path()).arg("index").arg(&folder));
    let config = dir.path().join("config");
    fs::create_dir_all(&config).expect("made");
    fs::write(config.join("settings.json"), r#"{ "store_limit_mb": 0 }"#).expect("written");
    let (report, code, errors) = json(lumisift(dir.path()).args(["doctor", "--tidy"]));
    assert_eq!(code, 0, "{errors}");
    assert!(
        report["tidied"]
            .as_str()
            .expect("a text")
            .starts_with("3 photos"),
        "{report}"
    );
    assert!(
        report["stored"]
            .as_str()
            .expect("a text")
            .starts_with("0 photos"),
        "{report}"
    );
    assert_eq!(report["store_limit"], "0 MB");
}

#[test]
fn a_store_of_the_first_version_is_read_again_and_says_so_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 4);
    fs::create_dir_all(&store).expect("made");
    let facts = rusqlite::Connection::open(store.join("facts.db")).expect("made");
    facts
        .execute_batch(
            "CREATE TABLE files (path BLOB PRIMARY KEY, size INTEGER, modified_ns INTEGER, content BLOB) WITHOUT ROWID;
             CREATE TABLE models (id INTEGER PRIMARY KEY, fingerprint BLOB, rows INTEGER);
             PRAGMA user_version = 1;",
        )
        .expect("as it was");
    drop(facts);
    fs::write(store.join("vectors-0123-2.f16"), b"LUMIVEC1").expect("written");
    let opened = session(&store);
    let notices: Vec<&str> = opened.notices().collect();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("read again"), "{notices:?}");
    assert_eq!(
        run(&opened, std::slice::from_ref(&folder)).from(VectorSource::Encoded),
        4
    );
    assert!(!store.join("vectors-0123-2.f16").exists());
    drop(opened);
    assert_eq!(session(&store).notices().count(), 0);
}

#[test]
fn a_store_without_videos_is_still_used() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 4);
    run(&session(&store), std::slice::from_ref(&folder));
    let facts = rusqlite::Connection::open(store.join("facts.db")).expect("opened");
    facts
        .execute_batch("ALTER TABLE contents DROP COLUMN video; PRAGMA user_version = 2;")
        .expect("as it was");
    drop(facts);
    let opened = session(&store);
    assert_eq!(opened.notices().count(), 0);
    let again = run(&opened, std::slice::from_ref(&folder));
    assert_eq!(again.from(VectorSource::Cached), 4);
}

#[test]
fn absurd_arguments_are_answered_with_a_word() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 2);
    let (_, code, errors) = json(
        lumisift(dir.path())
            .args(["index", "--threads", "999999999"])
            .arg(&folder),
    );
    assert_eq!(code, 0, "{errors}");
    assert!(errors.contains("using 256"), "{errors}");
    let config = dir.path().join("config");
    fs::create_dir_all(&config).expect("made");
    fs::write(
        config.join("settings.json"),
        r#"{ "store": "", "theme": 3 }"#,
    )
    .expect("written");
    let (_, code, errors) = json(lumisift(dir.path()).arg("index").arg(&folder));
    assert_eq!(code, 0, "{errors}");
    assert!(
        errors.contains("store") && errors.contains("theme"),
        "{errors}"
    );
}
