//! Whatever is damaged in a store, no photo keeps a wrong score: its scores are right, or it is read again, or there is
//! an error.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{ColourModel, photos, run};
use lumisift::engine::index::pipeline::VectorSource;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::search::query::Query;

const PHOTOS: u32 = 300;
const DAMAGES: u64 = 240;

/// A small random number generator with a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// The match of each photo by path, and how many photos were read again.
fn scores(store: &Path, folder: &Path) -> Result<(BTreeMap<PathBuf, f32>, usize), String> {
    let store = Arc::new(Store::open(store).map_err(|e| e.to_string())?);
    let model = Arc::new(ColourModel::new());
    let session = Arc::new(Session::open(model, store).map_err(|e| e.to_string())?);
    let ran = run(&session, &[folder.to_path_buf()]);
    if let Some(problem) = ran.summary.problem {
        return Err(problem);
    }
    let query = Query::parse("red").expect("a query");
    let labels = session.embed_queries(&[query]).map_err(|e| e.to_string())?;
    let rows: Vec<u32> = ran.photos.iter().map(|(_, row, _)| *row).collect();
    // Data lost between a look-up and the end of the job: programs report it, and read it in the next run.
    if rows.contains(&u32::MAX) {
        return Err("photos are to be read again".into());
    }
    let scores = session.score(&session.scorer(&labels), &rows);
    let scores = scores.map_err(|e| e.to_string())?;
    let paths = ran.photos.iter().map(|(photo, ..)| photo.file.path.clone());
    let matches = paths.zip(scores.matches.iter().copied()).collect();
    Ok((
        matches,
        ran.from(VectorSource::Encoded) + ran.from(VectorSource::Recognised),
    ))
}

/// Non-empty files of the store, without locks.
fn files(store: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(store)
        .expect("listed")
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.metadata().is_ok_and(|m| m.is_file() && m.len() > 0))
        .collect();
    files.sort();
    files
}

fn damage(file: &Path, random: &mut Random) -> String {
    let mut bytes = fs::read(file).expect("read");
    let at = random.below(bytes.len());
    let what = match random.below(5) {
        0 => {
            bytes[at] ^= 1 << random.below(8);
            format!("a bit of byte {at} flipped")
        }
        1 => {
            for _ in 0..16 {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            "16 bits flipped".into()
        }
        2 => {
            bytes.truncate(at);
            format!("cut off at {at}")
        }
        3 => {
            let page = at / 512 * 512;
            let end = (page + 4096).min(bytes.len());
            bytes[page..end].fill(0);
            format!("{page}..{end} zeroed")
        }
        _ => {
            let size = [16, 512, 4096][random.below(3)].min(bytes.len() / 2).max(1);
            let blocks = bytes.len() / size;
            let (a, b) = (random.below(blocks), random.below(blocks));
            for i in 0..size {
                bytes.swap(a * size + i, b * size + i);
            }
            format!("blocks {a} and {b} of {size} bytes swapped")
        }
    };
    fs::write(file, bytes).expect("written");
    what
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("copied");
    }
}

#[test]
fn random_damage_never_scores_a_photo_wrongly_for_good() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, sound) = (dir.path().join("photos"), dir.path().join("sound"));
    photos(&folder, PHOTOS);
    // Twice, so that the store has its sums, and the content of its write-ahead log is in the databases.
    let (right, _) = scores(&sound, &folder).expect("scored");
    assert_eq!(scores(&sound, &folder).expect("scored"), (right.clone(), 0));
    assert_eq!(right.len(), PHOTOS as usize);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut recomputed = 0;
    for n in 0..DAMAGES {
        let store = dir.path().join(format!("store-{n}"));
        copy(&sound, &store);
        let files = files(&store);
        let file = &files[random.below(files.len())];
        let what = format!("{n}: {}: {}", file.display(), damage(file, &mut random));
        // The first opening may detect the damage during its work, and report it. The second must be right.
        for attempt in 0..3 {
            let outcome = catch_unwind(AssertUnwindSafe(|| scores(&store, &folder)));
            match outcome.unwrap_or_else(|_| panic!("{what}: gave up")) {
                Ok((matches, again)) => {
                    recomputed += again;
                    let same = |path: &PathBuf, m: &f32| (right[path] - m).abs() < 1e-3;
                    assert!(
                        matches.iter().all(|(path, m)| same(path, m)),
                        "{what}: wrong scores"
                    );
                    assert_eq!(matches.len(), PHOTOS as usize, "{what}: photos are missing");
                    break;
                }
                // A changed version number looks like that of a newer program.
                Err(error) if error.contains("newer") => break,
                Err(error) => assert!(attempt < 2, "{what}: {error}"),
            }
        }
        fs::remove_dir_all(&store).expect("removed");
    }
    assert!(recomputed > 0);
}

#[test]
fn what_is_not_damaged_is_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 20);
    scores(&store, &folder).expect("scored");
    photos(&folder, 600);
    scores(&store, &folder).expect("scored");
    let vectors = files(&store)
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "f16"))
        .expect("vectors");
    let mut bytes = fs::read(&vectors).expect("read");
    let last = bytes.len() - 1;
    bytes[last] ^= 0x40;
    fs::write(&vectors, bytes).expect("written");
    let opened = Store::open(&store).expect("opened");
    let (_, notices) = opened.model(&model_info()).expect("a model");
    assert!(
        notices.iter().any(|n| n.contains("set aside")),
        "{notices:?}"
    );
    drop(opened);
    let (_, again) = scores(&store, &folder).expect("scored");
    assert!(again > 0 && again < 580, "{again} photos were read again");
    assert_eq!(scores(&store, &folder).expect("scored").1, 0);
}

#[test]
fn a_damaged_database_gives_back_what_can_be_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let (folder, store) = (dir.path().join("photos"), dir.path().join("store"));
    photos(&folder, 600);
    let (right, _) = scores(&store, &folder).expect("scored");
    let facts = store.join("facts.db");
    let mut bytes = fs::read(&facts).expect("read");
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 64].fill(0xFF);
    fs::write(&facts, bytes).expect("written");
    let (matches, again) = scores(&store, &folder).expect("scored");
    assert_eq!(matches, right);
    assert!(again < 600, "all were read again");
}

fn model_info() -> lumisift::engine::inference::ModelInfo {
    use lumisift::engine::inference::Model;
    ColourModel::new().info().clone()
}
