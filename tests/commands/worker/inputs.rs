//! Tars and tables as inputs of a shard.

use super::shards::{list, read_shard, row_numbers, shard};
use super::{table, text, texts, vector};
use crate::common::{names, samples};
use crate::home::Home;

use std::fs;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;

#[test]
fn tars_bring_texts_along_and_bad_pictures_are_rows() {
    let home = Home::new();
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
    let home = Home::new();
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

#[test]
fn categories_of_a_table_become_plain_columns() {
    let home = Home::new();
    let input = list(&home, 4);
    let paths = fs::read_to_string(&input).expect("read");
    let paths: Vec<&str> = paths.lines().collect();
    let encoded = |values: &[&str]| -> ArrayRef {
        let array: DictionaryArray<Int32Type> = values.iter().copied().collect();
        Arc::new(array)
    };
    // Each row group has its own dictionary, but a shard in Arrow's format could have only one.
    let batch = |paths: &[&str], kinds: &[&str]| {
        table(vec![("path", encoded(paths)), ("kind", encoded(kinds))])
    };
    let parts = [
        batch(&paths[..2], &["x", "y"]),
        batch(&paths[2..], &["z", "y"]),
    ];
    let file = home.path().join("table.parquet");
    let target = fs::File::create(&file).expect("made");
    let mut writer = ArrowWriter::try_new(target, parts[0].schema(), None).expect("a writer");
    for part in &parts {
        writer.write(part).expect("written");
        writer.flush().expect("a row group");
    }
    writer.close().expect("closed");
    shard(&home, &file, "0/1", &[]);
    let batches = read_shard(&home.path().join("out/table-00000-of-00001.arrow"));
    let mut kinds = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            kinds.extend(text(batch, "kind", row));
            assert!(vector(batch, row).is_some());
        }
    }
    assert_eq!(kinds, ["x", "y", "z", "y"]);
}
