//! `lumisift store check` and `lumisift store compact`.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{json, lumisift, photos};
use lumisift::engine::index::store::Store;
use rusqlite::Connection;
use serde_json::Value;

/// A home with this many photos in its store; returns the store's folder.
fn library(home: &Path, count: u32) -> PathBuf {
    photos(&home.join("photos"), count);
    index(home);
    home.join("cache/store")
}

fn index(home: &Path) -> Value {
    let mut command = lumisift(home);
    command.args(["index", "--model", "starter", "--device", "cpu"]);
    let (counts, code, errors) = json(command.arg(home.join("photos")));
    assert_eq!(code, 0, "{errors}");
    counts
}

fn check(home: &Path) -> (Value, i32) {
    let (found, code, _) = json(lumisift(home).args(["store", "check"]));
    (found, code)
}

#[test]
fn a_sound_store_is_counted() {
    let home = tempfile::tempdir().expect("a folder");
    library(home.path(), 12);
    let (found, code) = check(home.path());
    assert_eq!(code, 0, "{found}");
    assert_eq!(found["sound"], true);
    for name in ["photos", "files", "vectors", "thumbnails"] {
        assert_eq!(found[name], 12, "{name} in {found}");
    }
    assert_eq!(found["thumbnail_databases"], 1);
    let output = lumisift(home.path()).args(["store", "check"]).output();
    let printed = String::from_utf8(output.expect("runs").stdout).expect("text");
    assert!(printed.contains("sound"), "{printed}");
}

#[test]
fn rows_that_were_changed_are_named_and_read_again() {
    let home = tempfile::tempdir().expect("a folder");
    let store = library(home.path(), 6);
    let change = |database: &str, statement: &str| {
        let connection = Connection::open(store.join(database)).expect("opened");
        connection.execute_batch(statement).expect("changed");
    };
    change(
        "facts.db",
        "UPDATE contents SET width = 99 WHERE content = (SELECT min(content) FROM contents);
         UPDATE files SET size = size + 1 WHERE path = (SELECT max(path) FROM files)",
    );
    change(
        "thumbnails.db",
        "UPDATE thumbnails SET jpeg = x'ffd8' WHERE rowid IN (SELECT rowid FROM thumbnails LIMIT 2)",
    );
    let (found, code) = check(home.path());
    assert_eq!(code, 1, "{found}");
    let damage: Vec<&str> = found["damage"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|what| what.as_str().expect("text"))
        .collect();
    let expected = [
        "facts.db: 1 row about a file damaged and removed",
        "facts.db: 1 row about a photo damaged and removed",
        "thumbnails.db: 2 rows about thumbnails damaged and removed",
    ];
    assert_eq!(damage, expected);
    assert_eq!(found["to_be_repaired"], false);
    // The remaining data is sound, and the lost data is read again.
    assert_eq!(check(home.path()).1, 0);
    index(home.path());
    let (found, code) = check(home.path());
    assert_eq!(code, 0);
    assert_eq!((&found["photos"], &found["files"]), (&6.into(), &6.into()));
}

#[test]
fn vectors_that_were_changed_are_found_and_repaired() {
    let home = tempfile::tempdir().expect("a folder");
    let store = library(home.path(), 6);
    let files = fs::read_dir(&store).expect("listed").flatten();
    let vectors = files.map(|file| file.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("vectors-")
    });
    let vectors = vectors.expect("a file");
    let mut bytes = fs::read(&vectors).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 0x40;
    fs::write(&vectors, bytes).expect("written");
    let (found, code) = check(home.path());
    assert_eq!(code, 1, "{found}");
    assert_eq!(found["to_be_repaired"], true, "{found}");
    let damage = found["damage"].as_array().expect("a list");
    let damage_text = damage[0].as_str().expect("text");
    assert!(
        damage_text.contains("vectors differ from what was written"),
        "{damage_text}"
    );
    assert!(index(home.path())["encoded"].as_u64().expect("a number") > 0);
    let (found, code) = check(home.path());
    assert_eq!((code, &found["vectors"]), (0, &6.into()), "{found}");
}

#[test]
fn a_compacted_store_is_smaller_and_holds_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let store = library(home.path(), 8);
    {
        let connection = Connection::open(store.join("thumbnails.db")).expect("opened");
        let filled = "CREATE TABLE filler (bytes BLOB);
             INSERT INTO filler VALUES (zeroblob(4000000));
             DROP TABLE filler;";
        connection.execute_batch(filled).expect("filled");
    }
    let before = Store::open(&store)
        .expect("opened")
        .size()
        .expect("measured");
    let (compacted, code, errors) = json(lumisift(home.path()).args(["store", "compact"]));
    assert_eq!(code, 0, "{errors}");
    assert_eq!(compacted["photos_forgotten"], 0);
    assert!(
        compacted["bytes_freed"].as_u64().expect("a number") > 3_000_000,
        "{compacted}"
    );
    let after = Store::open(&store)
        .expect("opened")
        .size()
        .expect("measured");
    assert!(after.bytes + 3_000_000 < before.bytes);
    assert_eq!(
        (after.photos, after.vectors),
        (before.photos, before.vectors)
    );
    assert_eq!(index(home.path())["cached"], 8);
    assert_eq!(check(home.path()).1, 0);
}

#[test]
fn looking_makes_no_store() {
    let home = tempfile::tempdir().expect("a folder");
    for action in ["check", "compact"] {
        let output = lumisift(home.path()).args(["store", action]).output();
        let output = output.expect("runs");
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("there is no store at"), "{stderr}");
    }
    assert!(!home.path().join("cache/store").exists());
}
