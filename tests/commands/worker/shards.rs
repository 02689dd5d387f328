//! Shards: each row of an input appears exactly once, and files are complete or absent.

use super::{run, text, vector};
use crate::common::{names, photos, samples};
use crate::home::Home;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// The rows of a shard's file.
pub(super) fn read_shard(path: &Path) -> Vec<RecordBatch> {
    let file = fs::File::open(path).expect("there");
    if path.extension().is_some_and(|ending| ending == "parquet") {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        return reader
            .build()
            .expect("read")
            .map(|batch| batch.expect("a batch"))
            .collect();
    }
    let reader = FileReader::try_new(file, None).expect("Arrow");
    reader.map(|batch| batch.expect("a batch")).collect()
}

pub(super) fn row_numbers(batches: &[RecordBatch]) -> Vec<i64> {
    let numbers = |batch: &RecordBatch| {
        let column = batch.column_by_name("row").expect("the column");
        column.as_primitive::<Int64Type>().values().to_vec()
    };
    batches.iter().flat_map(numbers).collect()
}

/// A list of this many small photos below `home`.
pub(super) fn list(home: &Home, count: u32) -> PathBuf {
    photos(&home.path().join("photos"), count);
    let lines = names(&home.path().join("photos"));
    let lines: Vec<String> = lines.iter().map(|name| format!("photos/{name}")).collect();
    let path = home.path().join("photos.list");
    fs::write(&path, lines.join("\n")).expect("written");
    path
}

pub(super) fn shard(home: &Home, input: &Path, shard: &str, more: &[&str]) -> String {
    let mut command = home.command(&["worker"]);
    command
        .args(["--shard", shard, "--out", "out", "--input"])
        .arg(input)
        .args(more);
    let output = run(&mut command);
    assert!(output.stdout.is_empty(), "standard output is for streams");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a shard whose output file exists but was made from another input.
fn refused_for_another_input(home: &Home, input: &Path, shard: &str, more: &[&str]) {
    let mut command = home.command(&["worker"]);
    command
        .args(["--shard", shard, "--out", "out", "--input"])
        .arg(input)
        .args(more);
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("not made from this input"), "{stderr}");
}

#[test]
fn files_of_other_inputs_are_never_replaced() {
    let home = Home::new();
    let first = list(&home, 3);
    let second = home.path().join("other/photos.list");
    fs::create_dir(home.path().join("other")).expect("made");
    fs::write(&second, "photos/photo-00001.png\n").expect("written");
    let out = home.path().join("out");
    for format in ["arrow", "parquet"] {
        let format = ["--format", format];
        let path = out.join(format!("photos-00000-of-00001.{}", format[1]));
        shard(&home, &first, "0/1", &format);
        let before = fs::read(&path).expect("read");
        refused_for_another_input(&home, &second, "0/1", &format);
        assert!(fs::read(&path).expect("read") == before);
        let stderr = shard(&home, &first, "0/1", &format);
        assert!(stderr.contains("finished before"), "{stderr}");

        // A file of another program is not replaced either.
        fs::write(&path, "mine").expect("written");
        refused_for_another_input(&home, &first, "0/1", &format);
        assert_eq!(fs::read(&path).expect("read"), b"mine");
        assert!(names(&out).iter().all(|name| name.starts_with("photos-")));
    }
}

#[test]
fn shards_cover_a_list_once_and_finished_ones_are_left_alone() {
    let home = Home::new();
    let input = list(&home, 11);
    let out = home.path().join("out");
    for number in 0..3 {
        shard(
            &home,
            &input,
            &format!("{number}/3"),
            &["-l", "cat", "-l", "dog"],
        );
    }
    let files = names(&out);
    let expected: Vec<String> = (0..3)
        .map(|n| format!("photos-{n:05}-of-00003.arrow"))
        .collect();
    assert_eq!(files, expected, "and nothing else");
    let mut rows = Vec::new();
    for file in &files {
        let batches = read_shard(&out.join(file));
        rows.extend(row_numbers(&batches));
        for batch in &batches {
            assert!((0..batch.num_rows()).all(|row| vector(batch, row).is_some()));
            let own = text(batch, "path", 0).expect("a path");
            assert!(own.starts_with("photos/photo-"), "{own}");
        }
    }
    assert!(rows.into_iter().eq(0..11));
    let bytes = |file: &String| fs::read(out.join(file)).expect("read");
    let before: Vec<Vec<u8>> = files.iter().map(bytes).collect();
    let changed = |file: &String| {
        out.join(file)
            .metadata()
            .expect("there")
            .modified()
            .expect("a time")
    };
    let times: Vec<_> = files.iter().map(changed).collect();
    let stderr = shard(&home, &input, "1/3", &["-l", "cat", "-l", "dog"]);
    assert!(stderr.contains("finished before"), "{stderr}");
    assert_eq!(files.iter().map(changed).collect::<Vec<_>>(), times);

    // A shard that is made again has the same bytes.
    fs::remove_file(out.join(&files[1])).expect("removed");
    shard(
        &home,
        &input,
        "1/3",
        &["-l", "cat", "-l", "dog", "--threads", "1"],
    );
    assert_eq!(files.iter().map(bytes).collect::<Vec<_>>(), before);

    // With other labels, the shard is made again.
    let stderr = shard(&home, &input, "1/3", &["-l", "cat"]);
    assert!(!stderr.contains("finished before"), "{stderr}");
    assert_ne!(bytes(&files[1]), before[1]);

    // The user must remove the output of an input that has changed since.
    let mut longer = fs::read(&input).expect("read");
    longer.extend(b"\nphotos/photo-00000.png\n");
    fs::write(&input, longer).expect("written");
    refused_for_another_input(&home, &input, "2/3", &[]);
    assert!(bytes(&files[2]) == before[2]);
    fs::remove_file(out.join(&files[2])).expect("removed");
    let stderr = shard(&home, &input, "2/3", &["-l", "cat", "-l", "dog"]);
    assert!(!stderr.contains("finished before"), "{stderr}");
    assert_eq!(
        row_numbers(&read_shard(&out.join(&files[2]))),
        [8, 9, 10, 11]
    );

    // Two divisions in one folder would lead to rows that are read twice.
    let mut command = home.command(&["worker"]);
    command
        .args(["--shard", "0/2", "--out", "out", "--input"])
        .arg(&input);
    let refused = command.output().expect("runs");
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert!(stderr.contains("another number of parts"), "{stderr}");
}

#[test]
fn a_killed_worker_leaves_no_half_file_and_its_shard_is_made_again() {
    let home = Home::new();
    let fifo_like = list(&home, 400);
    let mut command = home.command(&["worker"]);
    command.args(["--out", "out", "--input"]).arg(&fifo_like);
    let mut child = command.stderr(Stdio::null()).spawn().expect("runs");
    let out = home.path().join("out");
    // Until it has begun to write; it may also have finished by then.
    while child.try_wait().expect("asked").is_none()
        && !fs::read_dir(&out).is_ok_and(|entries| entries.count() > 0)
    {
        std::thread::yield_now();
    }
    let _ = child.kill();
    child.wait().expect("ended");
    let path = out.join("photos-00000-of-00001.arrow");
    if path.exists() {
        assert_eq!(row_numbers(&read_shard(&path)).len(), 400);
    }
    shard(&home, &fifo_like, "0/1", &[]);
    assert!(row_numbers(&read_shard(&path)).into_iter().eq(0..400));
}

#[test]
fn an_input_that_ends_early_makes_no_shard() {
    let home = Home::new();
    let mut tar = tar::Builder::new(Vec::new());
    let cat = fs::read(samples().join("cat.jpg")).expect("read");
    for name in ["0.jpg", "1.jpg"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(cat.len() as u64);
        tar.append_data(&mut header, name, cat.as_slice())
            .expect("added");
    }
    let mut bytes = tar.into_inner().expect("finished");
    bytes.truncate(bytes.len() - 1024 - cat.len() / 2);
    let input = home.path().join("cut.tar");
    fs::write(&input, bytes).expect("written");
    let mut command = home.command(&["worker"]);
    command.args(["--out", "out", "--input"]).arg(&input);
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("cut.tar"), "{stderr}");
    assert!(names(&home.path().join("out")).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    let odd = std::ffi::OsStr::from_bytes(b"a\xff\n.jpg");
    fs::copy(samples().join("cat.jpg"), home.path().join(odd)).expect("copied");
    let input = home.path().join("zero.list");
    fs::write(&input, b"a\xff\n.jpg\0gone.jpg\0").expect("written");
    shard(&home, &input, "0/1", &[]);
    let batches = read_shard(&home.path().join("out/zero-00000-of-00001.arrow"));
    let paths = batches[0]
        .column_by_name("path")
        .expect("the column")
        .as_binary::<i32>();
    assert_eq!(paths.value(0), b"a\xff\n.jpg");
    assert!(vector(&batches[0], 0).is_some());
    let error = text(&batches[0], "error", 1).expect("an error");
    assert!(error.contains("not there"), "{error}");
}
