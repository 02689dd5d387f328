//! Prints results as a table, JSON or CSV to standard output, and messages to standard error. Escapes control
//! characters.

use std::io::{self, BufWriter, Write};

use lumisift::engine::media::photo::Failure;
use lumisift::engine::sanitize::printable;
use lumisift::text::{self, Surface};
use serde::Serialize;
use serde_json::{Value, json};

use super::args::OutputFormat;
use super::json::write_json;
use super::stream::{ColumnHeading, write_csv, write_table};

pub use super::path_text::path_text;

/// A result in columns, for tables and CSV. Headings are in English and are translated in tables.
pub struct OutputTable {
    columns: Vec<ColumnHeading>,
    /// Indices of the columns whose cells are translated.
    words: Vec<usize>,
    rows: Vec<Vec<String>>,
}

impl OutputTable {
    /// Creates a table with the given columns, first those of text, then those of numbers.
    pub fn new(text: &[&str], numbers: &[String]) -> Self {
        let text = text.iter().map(|name| ((*name).to_owned(), false));
        let numbers = numbers.iter().map(|name| (name.clone(), true));
        Self {
            columns: text.chain(numbers).collect(),
            words: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds a column of text to CSV output only, because it is too wide for a table.
    pub fn with_text_in_csv(mut self, name: &str, format: OutputFormat) -> Self {
        if format == OutputFormat::Csv {
            self.columns.push((name.into(), false));
        }
        self
    }

    /// Marks a column whose cells are fixed English words, so that tables translate them.
    pub fn with_words(mut self, name: &str) -> Self {
        let at = self.columns.iter().position(|(known, _)| known == name);
        self.words.extend(at);
        self
    }

    /// The rows with fixed words translated.
    fn translated(&self) -> Vec<Vec<String>> {
        let mut rows = self.rows.clone();
        for row in &mut rows {
            for at in &self.words {
                row[*at] = text::table_words(&row[*at]).into_owned();
            }
        }
        rows
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }
}

/// Prints a result to standard output.
///
/// # Errors
/// Returns an error if writing fails.
pub fn print(
    format: OutputFormat,
    columns: &OutputTable,
    value: impl FnOnce() -> Value,
) -> io::Result<()> {
    // Only JSON needs the value.
    let value = match format {
        OutputFormat::Json => value(),
        _ => Value::Null,
    };
    match format {
        OutputFormat::Table if !columns.words.is_empty() => {
            let rows = columns.translated();
            print_rows(format, columns, || rows.iter(), &value)
        }
        _ => print_rows(format, columns, || columns.rows.iter(), &value),
    }
}

/// Prints a result whose rows and values are generated while they are written.
///
/// # Errors
/// Returns an error if writing fails.
pub fn print_rows<I, R>(
    format: OutputFormat,
    columns: &OutputTable,
    rows: impl Fn() -> I,
    value: &impl Serialize,
) -> io::Result<()>
where
    I: Iterator<Item = R>,
    R: AsRef<[String]>,
{
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        OutputFormat::Json => write_json(&mut out, value),
        OutputFormat::Csv => write_csv(&mut out, &columns.columns, rows),
        _ => {
            let headings = columns.columns.iter();
            let headings: Vec<ColumnHeading> = headings
                .map(|(name, number)| (text::table_words(name).into_owned(), *number))
                .collect();
            write_table(&mut out, &headings, rows)
        }
    }?;
    out.flush()
}

/// Calls `make` with the user's language for tables, and with English for formats that programs read.
pub fn in_language_of<T>(format: OutputFormat, make: impl FnOnce() -> T) -> T {
    match format {
        OutputFormat::Table => make(),
        _ => text::in_english(make),
    }
}

/// Prints a message to standard error. Failures to print are ignored.
pub fn print_message(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", printable(&line.to_string()));
}

/// Prints a message of the engine in the user's language, with advice.
pub fn print_sentence(english: impl AsRef<str>) {
    print_message(text::advised(english.as_ref(), Surface::CommandLine));
}

/// Prints failures to standard error.
pub fn print_failures(failures: &[Failure]) {
    for failure in failures {
        print_message(text::failure(failure, Surface::CommandLine));
    }
}

/// A failure as JSON.
pub fn failure_json(failure: &Failure) -> Value {
    json!({
        "path": path_text(&failure.path),
        "stage": failure.stage.name(),
        "message": failure.message,
    })
}

/// A match score or probability for tables.
pub fn percent(value: f32) -> String {
    format!("{:.1} %", value * 100.0)
}

/// A match score or probability for JSON, rounded to four decimals, because more would be noise.
pub fn number(value: f32) -> f64 {
    (f64::from(value) * 10_000.0).round() / 10_000.0
}
