//! `lumisift worker` and `lumisift rank`, run as frameworks run them. Their output is read with Arrow's own crates.
#![cfg(feature = "arrow")]

mod inputs;
mod ranking;
mod shards;
mod streams;

use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output
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
