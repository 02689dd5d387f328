//! `lumisift worker` and `lumisift rank`, run as other engines run them; what they write is read with Arrow's own crates.
#![cfg(feature = "arrow")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::common::names;
use crate::fixtures;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, StructArray,
};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use common::{json, lumisift, photos, samples};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

/// A home, and a small model.
struct Home {
    dir: TempDir,
    model: TempDir,
}

impl Home {
    fn path(&self) -> &Path {
        self.dir.path()
    }
}

fn home() -> Home {
    Home {
        dir: tempfile::tempdir().expect("a folder"),
        model: fixtures::model_folder("clip-tiny"),
    }
}

/// The program with that model, on the CPU.
fn worker(home: &Home, command: &str) -> Command {
    let mut program = lumisift(home.path());
    program.arg(command).arg("--model").arg(home.model.path());
    program.args(["--device", "cpu"]).current_dir(home.path());
    program
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output
}

/// Runs a command with these bytes on its standard input.
fn piped(command: &mut Command, input: &[u8]) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that refuses its input closes the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("written");
    output
}

fn stream(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema()).expect("a stream");
    batches
        .iter()
        .for_each(|batch| writer.write(batch).expect("written"));
    writer.into_inner().expect("finished")
}

fn unstream(bytes: &[u8]) -> Vec<RecordBatch> {
    let reader = StreamReader::try_new(bytes, None).expect("a stream");
    reader.map(|batch| batch.expect("a batch")).collect()
}

fn stdio(home: &Home, arguments: &[&str], batches: &[RecordBatch]) -> Vec<RecordBatch> {
    let output = piped(
        worker(home, "worker").arg("--stdio").args(arguments),
        &stream(batches),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    unstream(&output.stdout)
}

fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let with_nulls = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(with_nulls).expect("a table")
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<StringArray>())
}

fn text<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let array = batch
        .column_by_name(column)
        .expect("the column")
        .as_string::<i32>();
    array.is_valid(row).then(|| array.value(row))
}

fn vector(batch: &RecordBatch, row: usize) -> Option<Vec<f32>> {
    let lists = batch
        .column_by_name("embedding")
        .expect("the column")
        .as_fixed_size_list();
    lists.is_valid(row).then(|| {
        lists
            .value(row)
            .as_primitive::<Float32Type>()
            .values()
            .to_vec()
    })
}

/// The rows of a shard's file.
fn read_shard(path: &Path) -> Vec<RecordBatch> {
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

fn row_numbers(batches: &[RecordBatch]) -> Vec<i64> {
    let numbers = |batch: &RecordBatch| {
        let column = batch.column_by_name("row").expect("the column");
        column.as_primitive::<Int64Type>().values().to_vec()
    };
    batches.iter().flat_map(numbers).collect()
}

/// A list of so many small photos, below `home`.
fn list(home: &Home, count: u32) -> PathBuf {
    photos(&home.path().join("photos"), count);
    let lines = names(&home.path().join("photos"));
    let lines: Vec<String> = lines.iter().map(|name| format!("photos/{name}")).collect();
    let path = home.path().join("photos.list");
    fs::write(&path, lines.join("\n")).expect("written");
    path
}

fn shard(home: &Home, input: &Path, shard: &str, more: &[&str]) -> String {
    let mut command = worker(home, "worker");
    command
        .args(["--shard", shard, "--out", "out", "--input"])
        .arg(input)
        .args(more);
    let output = run(&mut command);
    assert!(output.stdout.is_empty(), "standard output is for streams");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a shard whose file is there, but is not of this input.
fn refused_for_another_input(home: &Home, input: &Path, shard: &str, more: &[&str]) {
    let mut command = worker(home, "worker");
    command
        .args(["--shard", shard, "--out", "out", "--input"])
        .arg(input)
        .args(more);
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not made from this input"), "{said}");
}

#[test]
fn files_of_other_inputs_are_never_replaced() {
    let home = home();
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
        let said = shard(&home, &first, "0/1", &format);
        assert!(said.contains("finished before"), "{said}");

        // Nor is what another program wrote.
        fs::write(&path, "mine").expect("written");
        refused_for_another_input(&home, &first, "0/1", &format);
        assert_eq!(fs::read(&path).expect("read"), b"mine");
        assert!(names(&out).iter().all(|name| name.starts_with("photos-")));
    }
}

#[test]
fn shards_cover_a_list_once_and_finished_ones_are_left_alone() {
    let home = home();
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
    let said = shard(&home, &input, "1/3", &["-l", "cat", "-l", "dog"]);
    assert!(said.contains("finished before"), "{said}");
    assert_eq!(files.iter().map(changed).collect::<Vec<_>>(), times);

    // Made again from nothing, it has the same bytes.
    fs::remove_file(out.join(&files[1])).expect("removed");
    shard(
        &home,
        &input,
        "1/3",
        &["-l", "cat", "-l", "dog", "--threads", "1"],
    );
    assert_eq!(files.iter().map(bytes).collect::<Vec<_>>(), before);

    // Other labels make it anew.
    let said = shard(&home, &input, "1/3", &["-l", "cat"]);
    assert!(!said.contains("finished before"), "{said}");
    assert_ne!(bytes(&files[1]), before[1]);

    // What an input that has changed since gave must be removed by a person.
    let mut longer = fs::read(&input).expect("read");
    longer.extend(b"\nphotos/photo-00000.png\n");
    fs::write(&input, longer).expect("written");
    refused_for_another_input(&home, &input, "2/3", &[]);
    assert!(bytes(&files[2]) == before[2]);
    fs::remove_file(out.join(&files[2])).expect("removed");
    let said = shard(&home, &input, "2/3", &["-l", "cat", "-l", "dog"]);
    assert!(!said.contains("finished before"), "{said}");
    assert_eq!(
        row_numbers(&read_shard(&out.join(&files[2]))),
        [8, 9, 10, 11]
    );

    // Two divisions in one folder would be read twice.
    let mut command = worker(&home, "worker");
    command
        .args(["--shard", "0/2", "--out", "out", "--input"])
        .arg(&input);
    let refused = command.output().expect("runs");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("another number of parts"), "{said}");
}

#[test]
fn a_killed_worker_leaves_no_half_file_and_its_shard_is_made_again() {
    let home = home();
    let fifo_like = list(&home, 400);
    let mut command = worker(&home, "worker");
    command.args(["--out", "out", "--input"]).arg(&fifo_like);
    let mut child = command.stderr(Stdio::null()).spawn().expect("runs");
    let out = home.path().join("out");
    // Until it has begun to write; it may also be done by then.
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
    let home = home();
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
    let mut command = worker(&home, "worker");
    command.args(["--out", "out", "--input"]).arg(&input);
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cut.tar"), "{said}");
    assert!(names(&home.path().join("out")).is_empty());
}

#[test]
fn tars_bring_texts_along_and_bad_pictures_are_rows() {
    let home = home();
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).expect("added");
    };
    let photo = |name: &str| fs::read(samples().join(name)).expect("read");
    add("000000000.jpg", &photo("cat.jpg"));
    add("000000000.json", br#"{"caption": "a cat"}"#);
    add("000000000.txt", b"a cat");
    add("000000001.jpg", b"no picture at all");
    add("000000001.txt", b"broken");
    // Some writers sort texts before pictures.
    add("000000002.json", b"{}");
    add("000000002.png", &photo("coffee.jpg"));
    add("000000003.cls", b"7");
    let input = home.path().join("00000.tar");
    fs::write(&input, tar.into_inner().expect("finished")).expect("written");
    for part in ["0/2", "1/2"] {
        shard(&home, &input, part, &["--format", "parquet"]);
    }
    let out = home.path().join("out");
    let batches: Vec<RecordBatch> = names(&out)
        .iter()
        .flat_map(|file| read_shard(&out.join(file)))
        .collect();
    let all =
        arrow_select::concat::concat_batches(&batches[0].schema(), &batches).expect("one schema");
    assert_eq!(row_numbers(&batches), [0, 1, 2]);
    let column =
        |name: &str| -> Vec<Option<&str>> { (0..3).map(|row| text(&all, name, row)).collect() };
    assert_eq!(
        column("key"),
        [Some("000000000"), Some("000000001"), Some("000000002")]
    );
    assert_eq!(column("name")[2], Some("000000002.png"));
    assert_eq!(
        column("json"),
        [Some(r#"{"caption": "a cat"}"#), None, Some("{}")]
    );
    assert_eq!(column("txt"), [Some("a cat"), Some("broken"), None]);
    assert!(all.column_by_name("bytes").is_none());
    let errors = column("error");
    assert!(
        errors[0].is_none() && errors[1].is_some() && errors[2].is_none(),
        "{errors:?}"
    );
    assert!(vector(&all, 0).is_some() && vector(&all, 1).is_none());
}

#[test]
fn tables_are_parted_across_row_groups() {
    let home = home();
    let input = list(&home, 10);
    let paths = fs::read_to_string(&input).expect("read");
    let paths: Vec<Option<&str>> = paths.lines().map(Some).collect();
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(100..110));
    let batch = table(vec![("id", ids), ("path", texts(&paths))]);
    let file = home.path().join("table.parquet");
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(3))
        .build();
    let target = fs::File::create(&file).expect("made");
    let mut writer =
        ArrowWriter::try_new(target, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let mut seen = Vec::new();
    for number in 0..4 {
        shard(&home, &file, &format!("{number}/4"), &[]);
        let path = home
            .path()
            .join(format!("out/table-{number:05}-of-00004.arrow"));
        for batch in read_shard(&path) {
            let ids = batch.column_by_name("id").expect("carried");
            seen.extend(ids.as_primitive::<Int64Type>().values().iter().copied());
            assert!((0..batch.num_rows()).all(|row| vector(&batch, row).is_some()));
        }
    }
    assert!(seen.into_iter().eq(100..110));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_stay_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let home = home();
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

/// Pictures as bytes, as files, and of kinds that give errors; with columns to be carried.
fn mixed(home: &Home) -> RecordBatch {
    photos(&home.path().join("photos"), 2);
    let cat = fs::read(samples().join("cat.jpg")).expect("read");
    let bytes: Vec<Option<&[u8]>> = vec![
        Some(&cat),
        None,
        Some(b"no picture"),
        None,
        None,
        Some(b""),
        None,
    ];
    let first = home.path().join("photos/photo-00000.png");
    let first = first.to_str().expect("text");
    let paths = [
        Some("IMG_20240501_100000.jpg"),
        Some(first),
        None,
        Some("gone.jpg"),
        None,
        None,
        None,
    ];
    let urls = [
        None,
        None,
        None,
        None,
        Some("https://example.org/a.jpg"),
        None,
        None,
    ];
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(40..47));
    let tags: ArrayRef = Arc::new(StructArray::from(vec![(
        Arc::new(Field::new("t", DataType::Utf8, true)),
        texts(&[
            Some("a"),
            None,
            Some("c"),
            Some("d"),
            Some("e"),
            Some("f"),
            Some("g"),
        ]),
    )]));
    table(vec![
        ("id", ids),
        ("bytes", Arc::new(BinaryArray::from(bytes)) as ArrayRef),
        ("path", texts(&paths)),
        ("url", texts(&urls)),
        ("tags", tags),
    ])
}

#[test]
fn a_stream_carries_columns_and_tells_of_bad_rows() {
    let home = home();
    let input = mixed(&home);
    let output = stdio(
        &home,
        &["-l", "cat", "-l", "dog"],
        std::slice::from_ref(&input),
    );
    let [batch] = &output[..] else {
        panic!("one batch gives one");
    };
    assert_eq!(batch.num_rows(), 7);
    for carried in ["id", "path", "url", "tags"] {
        assert_eq!(
            batch.column_by_name(carried),
            input.column_by_name(carried),
            "{carried}"
        );
    }
    assert!(batch.column_by_name("bytes").is_none());
    let errors: Vec<Option<&str>> = (0..7).map(|row| text(batch, "error", row)).collect();
    assert!(errors[0].is_none() && errors[1].is_none(), "{errors:?}");
    assert!(errors[2..].iter().all(Option::is_some), "{errors:?}");
    assert!(errors[3].expect("told").contains("not there"), "{errors:?}");
    assert!(
        errors[4].expect("told").contains("nothing is fetched"),
        "{errors:?}"
    );
    assert!(errors[6].expect("told").contains("neither"), "{errors:?}");
    let width = batch
        .column_by_name("width")
        .expect("the column")
        .as_primitive::<Int32Type>();
    assert_eq!((width.value(1), width.is_null(2)), (24, true));
    let norm: f32 = vector(batch, 0)
        .expect("a vector")
        .iter()
        .map(|v| v * v)
        .sum();
    assert!((norm - 1.0).abs() < 1e-4 && vector(batch, 2).is_none());
    let matches = batch
        .column_by_name("match")
        .expect("the column")
        .as_struct();
    assert_eq!(matches.column_names(), ["cat", "dog"]);
    assert!(matches.is_valid(0) && matches.is_null(2));
    let cat = fs::read(samples().join("cat.jpg")).expect("read");
    assert_eq!(
        text(batch, "blake3", 0),
        Some(blake3::hash(&cat).to_hex().as_str())
    );
    let schema = batch.schema();
    let taken = schema.field_with_name("taken").expect("the column");
    assert_eq!(
        *taken.data_type(),
        DataType::Timestamp(TimeUnit::Microsecond, None)
    );
    let taken = batch.column_by_name("taken").expect("the column");
    let taken = taken.as_primitive::<TimestampMicrosecondType>();
    assert_eq!(taken.value(0), 1_714_557_600_000_000, "by its name");
    for key in [
        "lumisift.model",
        "lumisift.fingerprint",
        "lumisift.label_set",
    ] {
        assert!(schema.metadata().contains_key(key), "{key}");
    }
}

#[test]
fn results_do_not_depend_on_how_rows_are_batched() {
    let home = home();
    photos(&home.path().join("photos"), 40);
    let files = names(&home.path().join("photos"));
    let mut files: Vec<String> = files.iter().map(|name| format!("photos/{name}")).collect();
    for name in names(&samples())
        .iter()
        .filter(|name| name.ends_with(".jpg"))
    {
        files.push(samples().join(name).to_string_lossy().into_owned());
    }
    let paths: Vec<Option<&str>> = files.iter().map(|path| Some(path.as_str())).collect();
    let whole = table(vec![("path", texts(&paths))]);
    let labels = ["-l", "cat", "-l", "animal", "-l", "night sky"];
    let of = |sizes: usize, threads: &str| {
        let batches: Vec<RecordBatch> = (0..whole.num_rows())
            .step_by(sizes)
            .map(|at| whole.slice(at, sizes.min(whole.num_rows() - at)))
            .collect();
        let arguments = [&labels[..], &["--threads", threads]].concat();
        let results = stdio(&home, &arguments, &batches);
        assert_eq!(results.len(), batches.len());
        let schema = results[0].schema();
        stream(&[arrow_select::concat::concat_batches(&schema, &results).expect("one schema")])
    };
    let all = of(100, "2");
    assert!(of(100, "1") == all, "threads");
    assert!(of(7, "2") == all, "seven at a time");
    assert!(of(1, "3") == all, "one at a time");
}

#[test]
fn only_rows_that_meet_the_condition_are_kept() {
    let home = tempfile::tempdir().expect("a folder");
    let names = ["cat.jpg", "motorcycle.jpg", "moon.jpg"];
    let mut paths: Vec<String> = names
        .iter()
        .map(|name| samples().join(name).to_string_lossy().into_owned())
        .collect();
    paths.push("gone.jpg".into());
    let paths: Vec<Option<&str>> = paths.iter().map(|path| Some(path.as_str())).collect();
    let input = stream(&[table(vec![("path", texts(&paths))])]);
    let kept = |keep: &str| -> Vec<Option<String>> {
        let mut command = lumisift(home.path());
        command.args([
            "worker",
            "--stdio",
            "--device",
            "cpu",
            "-l",
            "cat",
            "-l",
            "motorcycle",
            "--keep",
            keep,
        ]);
        let output = piped(&mut command, &input);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && errors.contains("1 with an error"),
            "{errors}"
        );
        let batches = unstream(&output.stdout);
        let best = |batch: &RecordBatch| -> Vec<Option<String>> {
            (0..batch.num_rows())
                .map(|row| text(batch, "best", row).map(Into::into))
                .collect()
        };
        batches.iter().flat_map(best).collect()
    };
    assert_eq!(
        kept("match>=0.2"),
        [Some("cat".to_owned()), Some("motorcycle".to_owned())]
    );
    assert_eq!(kept("match.cat>=0.2"), [Some("cat".to_owned())]);
    assert_eq!(kept("match<0.2"), [None::<String>]);
}

#[test]
fn a_closed_pipe_and_a_broken_stream_end_the_worker() {
    let home = home();
    photos(&home.path().join("photos"), 1);
    let paths = vec![Some("photos/photo-00000.png"); 64];
    let batch = table(vec![("path", texts(&paths))]);
    let whole = stream(&vec![batch; 40]);

    // Who started it goes away after the first bytes, but keeps the other pipe open.
    let mut command = worker(&home, "worker");
    command
        .arg("--stdio")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let bytes = whole.clone();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&bytes[..bytes.len() - 8]);
        stdin
    });
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0; 64]).expect("some results");
    drop(stdout);
    assert!(
        child.wait().expect("ends").success(),
        "whoever read has had enough"
    );
    drop(writer.join().expect("written"));

    let refused = |input: &[u8], words: &str| {
        let output = piped(worker(&home, "worker").arg("--stdio"), input);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(words), "{said}");
    };
    refused(
        &whole[..whole.len() / 2],
        "the stream that comes in cannot be read",
    );
    refused(b"no stream", "it is not in Arrow's stream format");
    // As a length, these would be two gigabytes.
    refused(
        b"\xff\xff\xff\x7f\0\0\0\0",
        "it is not in Arrow's stream format",
    );
    refused(b"\xff\xff", "it is not in Arrow's stream format");
    refused(b"", "the stream that comes in cannot be read");
    let other = table(vec![("key", texts(&[Some("a")]))]);
    refused(&stream(&[other]), "name one `path` or `bytes`");
    let twice = table(vec![
        ("path", texts(&[Some("a")])),
        ("error", texts(&[None])),
    ]);
    refused(&stream(&[twice]), "rename");
}

#[test]
fn an_empty_stream_gives_an_empty_one() {
    let home = home();
    let schema = Arc::new(Schema::new(vec![Field::new("path", DataType::Utf8, true)]));
    let empty = RecordBatch::new_empty(schema);
    let output = stdio(&home, &["-l", "cat"], std::slice::from_ref(&empty));
    assert_eq!(output.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    assert!(output[0].column_by_name("match").is_some());
}

#[test]
fn ranking_finds_what_the_whole_order_begins_with() {
    let home = home();
    let input = list(&home, 90);
    let samples = names(&samples())
        .into_iter()
        // A wide picture is ranked by its own square alone.
        .filter(|name| name.ends_with(".jpg") && name != "page.jpg");
    let mut lines = fs::read_to_string(&input).expect("read");
    for name in samples {
        lines.push_str(&format!("\n{}", common::samples().join(name).display()));
    }
    lines.push_str("\ngone.jpg\n");
    fs::write(&input, lines).expect("written");
    shard(&home, &input, "0/2", &["-l", "animal"]);
    shard(&home, &input, "1/2", &["-l", "animal"]);
    let files: Vec<PathBuf> = (0..2)
        .map(|n| {
            home.path()
                .join(format!("out/photos-{n:05}-of-00002.arrow"))
        })
        .collect();
    let mut wanted: Vec<(f32, usize, u64, String)> = Vec::new();
    for (file, path) in files.iter().enumerate() {
        let mut row = 0;
        for batch in read_shard(path) {
            let matches = batch
                .column_by_name("match")
                .expect("the column")
                .as_struct();
            let matches = matches.column(0).as_primitive::<Float32Type>();
            for at in 0..batch.num_rows() {
                if matches.is_valid(at) {
                    let key = text(&batch, "path", at).expect("a path").to_owned();
                    wanted.push((matches.value(at), file, row, key));
                }
                row += 1;
            }
        }
    }
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (found, code, errors) = json(
        worker(&home, "rank")
            .args(&files)
            .args(["-l", "animal", "--top", "15"]),
    );
    assert_eq!(code, 0, "{errors}");
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), 15);
    let place = |hit: &serde_json::Value| {
        (
            hit["row"].as_u64(),
            hit["photo"].as_str().map(ToOwned::to_owned),
        )
    };
    for (hit, wanted) in found.iter().zip(&wanted) {
        assert_eq!(
            place(hit),
            (Some(wanted.2), Some(wanted.3.clone())),
            "{found:?}"
        );
        let matched = hit["match"].as_f64().expect("a match");
        assert!((matched - f64::from(wanted.0)).abs() < 1e-4);
    }
    // Another model's vectors are not ranked.
    let other = lumisift(home.path())
        .args(["rank", "-l", "cat"])
        .args(&files)
        .output()
        .expect("runs");
    assert_eq!(other.status.code(), Some(2));
    let said = String::from_utf8_lossy(&other.stderr);
    assert!(said.contains("--model"), "{said}");
}
