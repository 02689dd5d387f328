//! `lumisift rank --index`, over files as other programs write them.
#![cfg(feature = "arrow")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::home::Home;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, FixedSizeListArray, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use common::json;
use parquet::arrow::ArrowWriter;
use serde_json::Value;

/// Width of a vector of the small model.
const DIM: i32 = 24;
const ROWS: usize = 6000;

fn rank(home: &Home, files: &[PathBuf], more: &[&str]) -> Command {
    let mut command = home.command(&["rank", "-l", "a cat", "--top", "50"]);
    command.args(files).args(more);
    command
}

/// The results, and the messages about the index.
fn ranked(home: &Home, files: &[PathBuf], more: &[&str]) -> (Vec<Value>, String) {
    let (found, code, stderr) = json(&mut rank(home, files, more));
    assert_eq!(code, 0, "{stderr}");
    (found.as_array().expect("a list").clone(), stderr)
}

/// Rows around a hundred directions. Some vectors are missing, and one has another length.
fn batch(first: usize, rows: usize) -> RecordBatch {
    let value = |row: usize, at: usize| {
        let mixed = |seed: usize| {
            let mixed = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            ((mixed ^ (mixed >> 29)) % 2001) as f32 / 1000.0 - 1.0
        };
        mixed(row % 97 * 64 + at + 1) + 0.4 * mixed(row * 64 + at + 77_777)
    };
    let vector = |row: usize| -> Option<Vec<Option<f32>>> {
        let values: Vec<f32> = (0..DIM as usize).map(|at| value(row, at)).collect();
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        let scale = if row % 500 == 7 { 3.0 } else { 1.0 };
        (row % 501 != 9).then(|| values.iter().map(|v| Some(scale * v / length)).collect())
    };
    let rows: Vec<usize> = (first..first + rows).collect();
    let vectors = rows.iter().map(|row| vector(*row));
    let vectors = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, DIM);
    let names: StringArray = rows
        .iter()
        .map(|row| Some(format!("picture {row}")))
        .collect();
    let numbers: Int64Array = rows.iter().map(|row| Some(*row as i64)).collect();
    let columns: [(&str, ArrayRef); 3] = [
        ("number", Arc::new(numbers)),
        ("embedding", Arc::new(vectors)),
        ("name", Arc::new(names)),
    ];
    let columns = columns.map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("a batch")
}

fn write_arrow(path: &Path, rows: std::ops::Range<usize>) {
    let file = fs::File::create(path).expect("made");
    let schema = batch(0, 1).schema();
    let mut writer = FileWriter::try_new(file, &schema).expect("a writer");
    for first in rows.clone().step_by(700) {
        let some = batch(first, 700.min(rows.end - first));
        writer.write(&some).expect("written");
    }
    writer.finish().expect("finished");
}

fn write_parquet(path: &Path, rows: std::ops::Range<usize>) {
    let file = fs::File::create(path).expect("made");
    let all = batch(rows.start, rows.len());
    let mut writer = ArrowWriter::try_new(file, all.schema(), None).expect("a writer");
    writer.write(&all).expect("written");
    writer.close().expect("closed");
}

/// An Arrow and a Parquet file.
fn files(home: &Home) -> [PathBuf; 2] {
    let files = [
        home.path().join("one.arrow"),
        home.path().join("two.parquet"),
    ];
    write_arrow(&files[0], 0..ROWS / 2);
    write_parquet(&files[1], ROWS / 2..ROWS);
    files
}

#[test]
fn an_index_that_looks_at_everything_finds_what_a_scan_finds() {
    let home = Home::new();
    let files = files(&home);
    let (exact, _) = ranked(&home, &files, &[]);
    assert_eq!(exact.len(), 50);
    let both = ["--index", "all.index", "--probe", "100"];
    let (found, stderr) = ranked(&home, &files, &both);
    assert!(stderr.contains("building the index"), "{stderr}");
    assert_eq!(found, exact);
    // The index exists now.
    let before = fs::read(home.path().join("all.index")).expect("read");
    let (again, stderr) = ranked(&home, &files, &both);
    assert!(!stderr.contains("building"), "{stderr}");
    assert_eq!(again, exact);
    assert!(fs::read(home.path().join("all.index")).expect("read") == before);
}

#[test]
fn an_index_finds_most_by_looking_at_a_part() {
    let home = Home::new();
    let files = files(&home);
    let (exact, _) = ranked(&home, &files, &[]);
    let (found, _) = ranked(&home, &files, &["--index", "part.index", "--probe", "1"]);
    let right = found.iter().filter(|hit| exact.contains(hit)).count();
    assert!(right >= 45, "{right} of {}", exact.len());
}

#[test]
fn an_index_of_other_files_is_built_anew_and_other_files_are_kept() {
    let home = Home::new();
    let files = files(&home);
    let with = ["--index", "my.index", "--probe", "100"];
    ranked(&home, &files, &with);
    // Other files, and the same files with other rows.
    let (found, stderr) = ranked(&home, &files[..1], &with);
    assert!(stderr.contains("building the index"), "{stderr}");
    assert_eq!(found, ranked(&home, &files[..1], &[]).0);
    write_arrow(&files[0], 0..ROWS / 2 - 100);
    let (found, stderr) = ranked(&home, &files[..1], &with);
    assert!(stderr.contains("building the index"), "{stderr}");
    assert_eq!(found, ranked(&home, &files[..1], &[]).0);
    // A truncated file is no longer an index.
    let bytes = fs::read(home.path().join("my.index")).expect("read");
    fs::write(home.path().join("my.index"), &bytes[..bytes.len() - 9]).expect("written");
    let (found, stderr) = ranked(&home, &files[..1], &with);
    assert!(stderr.contains("building the index"), "{stderr}");
    assert_eq!(found.len(), 50);
    // A file that is not an index belongs to somebody and is left alone.
    fs::write(home.path().join("my.index"), "a diary, of some length").expect("written");
    let output = rank(&home, &files, &with).output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("name another file with --index"),
        "{stderr}"
    );
    let kept = fs::read(home.path().join("my.index")).expect("read");
    assert_eq!(kept, b"a diary, of some length");
}
