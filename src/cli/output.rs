//! Printing results as a table, JSON or CSV.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use lumisift::core::photo::Failure;
use serde_json::{Value, json};

use super::args::Format;

/// A result in columns, for tables and CSV.
pub struct Columns {
    headers: Vec<String>,
    /// Which columns are numbers and stand to the right.
    numbers: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// Columns of text and of numbers, by name.
    pub fn new(text: &[&str], numbers: &[String]) -> Self {
        let headers = text
            .iter()
            .map(|h| (*h).to_owned())
            .chain(numbers.iter().cloned());
        Self {
            headers: headers.collect(),
            numbers: [vec![false; text.len()], vec![true; numbers.len()]].concat(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(&self.headers);
        for (i, _) in self
            .numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| **number)
        {
            if let Some(column) = table.column_mut(i) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.add_rows(&self.rows);
        // Lines end where their text does.
        table
            .lines()
            .map(|line| line.trim_end().to_owned() + "\n")
            .collect()
    }
}

/// Prints a result on standard output.
///
/// # Errors
/// If it cannot be written.
pub fn print(format: Format, columns: &Columns, value: impl FnOnce() -> Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format::Table => out.write_all(columns.table().as_bytes()),
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &value())?;
            writeln!(out)
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            csv.write_record(&columns.headers)?;
            columns
                .rows
                .iter()
                .try_for_each(|row| csv.write_record(row))?;
            csv.flush()
        }
    }?;
    out.flush()
}

/// A line for the person, beside the result. One that cannot be written is lost: there is nowhere to
/// say so.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Lists failures for the person.
pub fn say_failures(failures: &[Failure]) {
    for failure in failures {
        say(format_args!(
            "{}: {}",
            failure.path.display(),
            failure.message
        ));
    }
}

/// A failure for programs.
pub fn failure_json(failure: &Failure) -> Value {
    json!({
        "path": path_text(&failure.path),
        "stage": failure.stage.name(),
        "message": failure.message,
    })
}

/// A path as text; what is no Unicode is replaced.
pub fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A match or probability for people.
pub fn percent(value: f32) -> String {
    format!("{:.1} %", value * 100.0)
}

/// A match or probability for programs: four digits say all there is.
pub fn number(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}
