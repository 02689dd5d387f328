//! A row always belongs to one photo, whatever other processes do to the store.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{ColourModel, JobResult, lumisift, photos, run, session};
use lumisift::engine::index::session::{Session, SessionError};
use lumisift::engine::index::store::{Store, StoreError};
use lumisift::engine::inference::{Embeddings, Fingerprint, Model, ModelError, ModelInfo};
use lumisift::engine::search::query::Query;

fn colour(path: &Path, rgb: [u8; 3]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    image::RgbImage::from_pixel(20, 20, image::Rgb(rgb))
        .save(path)
        .expect("saved");
}

/// Two folders with equally many photos: those that are red in one are blue in the other.
fn two_folders(dir: &Path) -> (PathBuf, PathBuf) {
    let (reds, blues) = (dir.join("reds"), dir.join("blues"));
    for n in 0..6 {
        colour(&reds.join(format!("{n}.png")), [250, n, 0]);
        colour(&blues.join(format!("{n}.png")), [0, n, 250]);
    }
    (reds, blues)
}

fn match_red(session: &Session, ran: &JobResult) -> Result<Vec<f32>, SessionError> {
    let labels = session.embed_queries(&[Query::parse("red").expect("a query")])?;
    // Photos arrive in the order in which they are read, which varies.
    let mut rows: Vec<(&Path, u32)> = (ran.photos.iter())
        .map(|(photo, row, _)| (&*photo.file.path, *row))
        .collect();
    rows.sort_unstable();
    let rows: Vec<u32> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(session.score(&session.scorer(&labels), &rows)?.matches)
}

fn is_superseded(error: &SessionError) -> bool {
    matches!(error, SessionError::Store(error) if error.needs_reopening())
}

#[test]
fn rows_that_were_looked_up_never_score_other_photos() {
    type Rebuild = fn(&Path, &Path);
    let clear: Rebuild = |store, _| {
        Store::open(store)
            .expect("opened")
            .clear()
            .expect("cleared")
    };
    let remove: Rebuild = |store, _| fs::remove_dir_all(store).expect("removed");
    let spoil_database: Rebuild = |store, _| {
        fs::write(store.join("facts.db"), b"not a database at all").expect("spoilt");
        let _ = fs::remove_file(store.join("facts.db-wal"));
    };
    let spoil_vectors: Rebuild = |store, _| {
        for file in fs::read_dir(store).expect("listed").flatten() {
            if file.file_name().to_string_lossy().starts_with("vectors") {
                // Another file under the same name: the old one stays mapped.
                fs::remove_file(file.path()).expect("removed");
                fs::write(file.path(), b"LUMIVEC2 and nothing else").expect("spoilt");
            }
        }
    };
    for (what, rebuild) in [
        ("cleared", clear),
        ("removed", remove),
        ("spoilt", spoil_database),
        ("vectors spoilt", spoil_vectors),
    ] {
        for scores_before in [false, true] {
            let dir = tempfile::tempdir().expect("a folder");
            let store = dir.path().join("store");
            let (reds, blues) = two_folders(dir.path());
            let old = session(&store);
            let ran = run(&old, std::slice::from_ref(&reds));
            let right = match_red(&old, &ran).expect("scored");
            assert!(right.iter().all(|m| *m > 0.5), "{right:?}");
            let reader = if scores_before { old } else { session(&store) };
            // Another process fills the store with other photos, which get the same row numbers.
            rebuild(&store, &blues);
            let other = session(&store);
            let theirs = run(&other, std::slice::from_ref(&blues));
            assert!(theirs.summary.problem.is_none(), "{what}");
            let low = match_red(&other, &theirs).expect("scored");
            assert!(low.iter().all(|m| *m < 0.5), "{what}: {low:?}");
            match match_red(&reader, &ran) {
                Ok(matches) => assert_eq!(matches, right, "{what}"),
                Err(error) => {
                    assert!(is_superseded(&error), "{what}: {error}");
                    assert!(reader.store().is_outdated(), "{what}");
                }
            }
            // New writes of this process do not affect the other's photos.
            let late = run(&reader, std::slice::from_ref(&reds));
            if late.summary.problem.is_none() {
                let matches = match_red(&reader, &late);
                assert!(
                    matches.is_err() || matches.is_ok_and(|m| m == right),
                    "{what}"
                );
            }
            assert_eq!(match_red(&other, &theirs).expect("scored"), low, "{what}");
            // After both are opened again, both are right.
            let again = session(&store);
            let both = run(&again, std::slice::from_ref(&reds));
            assert_eq!(match_red(&again, &both).expect("scored"), right, "{what}");
        }
    }
}

#[test]
fn numbers_of_models_are_never_used_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    let store = dir.path().join("store");
    let numbers = || {
        let facts = rusqlite::Connection::open(store.join("facts.db")).expect("opened");
        facts
            .query_row("SELECT id, generation FROM models", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .expect("a model")
    };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let session = session(&store);
        run(&session, std::slice::from_ref(&folder));
        let now = numbers();
        assert!(
            seen.iter()
                .all(|(id, generation)| *id != now.0 && *generation != now.1)
        );
        seen.push(now);
        session.store().clear().expect("cleared");
    }
}

/// The quick model under another fingerprint.
struct Newer(ColourModel, ModelInfo);

impl Model for Newer {
    fn info(&self) -> &ModelInfo {
        &self.1
    }

    fn embed_images(
        &self,
        crops: &[lumisift::engine::media::preprocess::Crop],
        cancel: &lumisift::engine::cancel::Cancel,
    ) -> Result<Embeddings, ModelError> {
        self.0.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.0.embed_texts(texts)
    }
}

#[test]
fn a_newer_model_of_the_same_name_is_told_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    let store = dir.path().join("store");
    let first = session(&store);
    assert_eq!(first.notices().count(), 0);
    run(&first, std::slice::from_ref(&folder));
    let newer = || {
        let model = ColourModel::new();
        let info = ModelInfo {
            fingerprint: Fingerprint([8; 32]),
            ..model.info().clone()
        };
        let store = Arc::new(Store::open(&store).expect("a store"));
        Session::open(Arc::new(Newer(model, info)), store).expect("a session")
    };
    let notices: Vec<String> = newer().notices().map(ToOwned::to_owned).collect();
    let expected =
        "The colours model is newer than the one that read these photos: they are read again.";
    assert_eq!(notices, [expected]);
    assert_eq!(newer().notices().count(), 0);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_now_loses_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 5);
    run(&session(&store), std::slice::from_ref(&folder));
    let vectors = fs::read_dir(&store)
        .expect("listed")
        .flatten()
        .map(|file| file.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "f16"))
        .expect("vectors");
    // Not even root can open a folder in its place as a file.
    let moved = store.join("elsewhere");
    fs::rename(&vectors, &moved).expect("moved");
    fs::create_dir(&vectors).expect("made");
    let opened = Store::open(&store).expect("a store");
    let error = opened
        .model(ColourModel::new().info())
        .expect_err("refused");
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    drop(opened);
    fs::remove_dir(&vectors).expect("removed");
    fs::rename(&moved, &vectors).expect("moved back");
    let ran = run(&session(&store), std::slice::from_ref(&folder));
    assert_eq!(
        ran.from(lumisift::engine::index::pipeline::VectorSource::Cached),
        5
    );
    let mode = vectors.metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for name in ["facts.db", "thumbnails.db"] {
        let mode = store
            .join(name)
            .metadata()
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_running_sort_is_right_or_says_that_the_store_was_rebuilt() {
    let dir = tempfile::tempdir().expect("a folder");
    let (reds, blues) = two_folders(dir.path());
    let sort = |folder: &Path| {
        let mut command = lumisift(dir.path());
        command.arg("sort").arg(folder);
        command.args(["--label", "a red wall", "--label", "a blue wall"]);
        command
    };
    let right = common::json(&mut sort(&reds)).0;
    let running = sort(&reds)
        .args(["--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let store = dir.path().join("cache/store");
    Store::open(&store)
        .expect("opened")
        .clear()
        .expect("cleared");
    common::json(&mut sort(&blues));
    let output = running.wait_with_output().expect("ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(value["photos"], right["photos"]);
    } else {
        assert!(errors.contains("run this again"), "{errors}");
    }
}
