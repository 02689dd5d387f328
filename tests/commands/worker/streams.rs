//! Streams of record batches through standard input and output.

use super::{table, text, texts, vector};
use crate::common::{lumisift, names, photos, samples};
use crate::home::Home;

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, BinaryArray, DictionaryArray, Int64Array, RecordBatch, StructArray,
};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema, TimeUnit};

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
        home.command(&["worker"]).arg("--stdio").args(arguments),
        &stream(batches),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    unstream(&output.stdout)
}

/// Pictures as bytes, as files, and of kinds that give errors, with additional columns to copy.
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
    let home = Home::new();
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
    assert!(
        errors[3].expect("a message").contains("not there"),
        "{errors:?}"
    );
    assert!(
        errors[4].expect("a message").contains("nothing is fetched"),
        "{errors:?}"
    );
    assert!(
        errors[6].expect("a message").contains("neither"),
        "{errors:?}"
    );
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
    let home = Home::new();
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
    let home = Home::new();
    photos(&home.path().join("photos"), 1);
    let paths = vec![Some("photos/photo-00000.png"); 64];
    let batch = table(vec![("path", texts(&paths))]);
    let whole = stream(&vec![batch; 40]);

    // The parent process stops reading after the first bytes, but keeps the other pipe open.
    let mut command = home.command(&["worker"]);
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
        let output = piped(home.command(&["worker"]).arg("--stdio"), input);
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(words), "{stderr}");
    };
    refused(&whole[..whole.len() / 2], "the input stream cannot be read");
    // An end within the marker of a message is no end of the stream.
    let without_end = &whole[..whole.len() - 8];
    refused(
        &[without_end, b"\xff\xff"].concat(),
        "the input stream cannot be read",
    );
    refused(b"no stream", "it is not in Arrow's stream format");
    // Interpreted as a length, these bytes would be two gigabytes.
    refused(
        b"\xff\xff\xff\x7f\0\0\0\0",
        "it is not in Arrow's stream format",
    );
    refused(b"\xff\xff", "it is not in Arrow's stream format");
    refused(b"", "the input stream cannot be read");
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
    let home = Home::new();
    let schema = Arc::new(Schema::new(vec![Field::new("path", DataType::Utf8, true)]));
    let empty = RecordBatch::new_empty(schema);
    let output = stdio(&home, &["-l", "cat"], std::slice::from_ref(&empty));
    assert_eq!(output.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    assert!(output[0].column_by_name("match").is_some());
}

#[test]
fn dictionary_encoded_paths_are_read() {
    let home = Home::new();
    photos(&home.path().join("photos"), 1);
    let path = "photos/photo-00000.png";
    let encoded = [Some(path), None, Some(path)].into_iter();
    let encoded: ArrayRef = Arc::new(encoded.collect::<DictionaryArray<Int32Type>>());
    let output = stdio(&home, &[], &[table(vec![("path", encoded)])]);
    assert_eq!(text(&output[0], "path", 2), Some(path));
    assert!(vector(&output[0], 2).is_some() && vector(&output[0], 1).is_none());
}
