//! Memory of the command line over libraries of any size.
//!
//! The large run makes a million files and a store that knows them. It takes minutes and 3 GB, so it must be requested:
//! `LUMISIFT_SCALE=1000000 cargo test --test commands scale:: -- --ignored --nocapture`. It needs GNU time (Debian:
//! `time`).
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(
    clippy::print_stdout,
    reason = "figures are the point of the large run"
)]

use crate::common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use common::{dirs, json, lumisift};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::{NewContent, PhotoRecord, Store};
use lumisift::engine::inference::{self, LoadOptions, ModelChoice};
use lumisift::engine::media::photo::{Candidate, ContentId, PhotoFacts, Taken};

/// Limit of peak resident memory in megabytes.
const MAX_MB: u64 = 700;
/// Photos per folder.
const FOLDER: usize = 1000;

const LABELS: [&str; 10] = [
    "beach", "dog", "cat", "mountain", "receipt", "person", "car", "food", "snow", "night",
];

/// Pseudorandom numbers that are the same each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn vector(&mut self, dim: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..dim).map(|_| self.next()).collect();
        let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|v| *v /= norm);
        vector
    }
}

/// Folders of empty files that the starter's store in `home` knows as photos.
fn library(home: &Path, count: usize) -> PathBuf {
    let photos = home.join("photos");
    let dirs = dirs(home);
    let model = inference::load(&LoadOptions::new(ModelChoice::Starter)).expect("the starter");
    let dim = model.info().dim;
    let store = Arc::new(Store::open(&dirs.store()).expect("a store"));
    let session = Session::open(model, store).expect("a session");
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for first in (0..count).step_by(FOLDER) {
        let folder = photos.join(format!(
            "a folder of a library, as people name them {first:07}"
        ));
        fs::create_dir_all(&folder).expect("made");
        let record = |n: usize| {
            let path = folder.join(format!("IMG_20240501_{n:07}.jpg"));
            File::create(&path).expect("made");
            let metadata = fs::metadata(&path).expect("there");
            let mut content = [0; 32];
            content[..8]
                .copy_from_slice(&(n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
            PhotoRecord {
                file: Candidate::new(path, &metadata),
                facts: PhotoFacts {
                    content: ContentId(content),
                    width: 4000,
                    height: 3000,
                    taken: Some(Taken::from_text("2024-05-01T10:00:00".into())),
                    warning: None,
                    video: None,
                },
                new: Some(NewContent {
                    vectors: noise.vector(dim),
                    thumbnail: Vec::new(),
                    frame_thumbnails: Vec::new(),
                    appearance: None,
                }),
            }
        };
        let batch: Vec<PhotoRecord> = (first..(first + FOLDER).min(count)).map(record).collect();
        session
            .store()
            .write(session.key(), &batch)
            .expect("written");
    }
    photos
}

fn sort(command: &mut Command, photos: &Path) {
    command.arg("sort").arg(photos);
    for label in LABELS {
        command.args(["--label", label]);
    }
}

#[test]
fn formats_say_the_same_of_every_photo() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = library(home.path(), 3 * FOLDER / 2);
    let mut command = lumisift(home.path());
    sort(&mut command, &photos);
    let (report, code, errors) = json(&mut command);
    assert_eq!(code, 0, "{errors}");
    let listed = report["photos"].as_array().expect("photos");
    assert_eq!(listed.len(), 3 * FOLDER / 2);
    let keys: Vec<&String> = report.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "photos", "counts", "also", "exported", "skipped", "failures"
        ]
    );
    let counted = report["counts"].as_object().expect("counts").values();
    let counted: u64 = counted.map(|n| n.as_u64().expect("a number")).sum();
    assert_eq!(counted as usize, listed.len());
    let lines = |format: &str| -> Vec<String> {
        let mut command = lumisift(home.path());
        sort(&mut command, &photos);
        let output = command.args(["--format", format]).output().expect("ends");
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().map(ToOwned::to_owned).collect()
    };
    let (table, csv) = (lines("table"), lines("csv"));
    assert_eq!(
        (table.len(), csv.len()),
        (listed.len() + 2, listed.len() + 1)
    );
    let width = table[0].chars().count();
    assert!(table.iter().all(|line| line.chars().count() == width));
    for (photo, (row, cells)) in listed.iter().zip(table[2..].iter().zip(&csv[1..])) {
        let path = photo["path"].as_str().expect("a path");
        assert!(row.contains(path) && cells.contains(path), "{row} {cells}");
    }
}

#[test]
#[ignore = "makes as many files as LUMISIFT_SCALE says"]
fn memory_stays_bounded_however_many_photos_there_are() {
    let count = std::env::var("LUMISIFT_SCALE").map_or(200_000, |n| n.parse().expect("a number"));
    let home = tempfile::tempdir().expect("a folder");
    let photos = library(home.path(), count);
    println!("{count} photos");
    let run = |name: &str, build: &dyn Fn(&mut Command)| {
        let plain = lumisift(home.path());
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M %e"]).arg(plain.get_program());
        for (variable, value) in plain.get_envs() {
            command.env(variable, value.unwrap_or_default());
        }
        build(&mut command);
        command.stdout(Stdio::null());
        let output = command.output().expect("GNU time");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        let last = errors.lines().last().expect("figures").to_owned();
        let (kilobytes, seconds) = last.split_once(' ').expect("two figures");
        let megabytes = kilobytes.parse::<u64>().expect("a number") >> 10;
        println!("{name}: {megabytes} MB, {seconds} s");
        (name.to_owned(), megabytes)
    };
    let mut runs = vec![run("index", &|command| {
        command.arg("index").arg(&photos);
    })];
    for format in ["table", "csv", "json"] {
        runs.push(run(&format!("sort, {format}"), &|command| {
            sort(command, &photos);
            command.args(["--format", format]);
        }));
        runs.push(run(&format!("search, {format}"), &|command| {
            command.arg("search").arg(&photos).arg("sunset over water");
            command.args(["--format", format]);
        }));
    }
    for (name, megabytes) in runs {
        assert!(megabytes <= MAX_MB, "{name}: {megabytes} MB");
    }
}
