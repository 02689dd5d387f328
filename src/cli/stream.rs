//! Output of results that do not fit into memory: rows and values are generated while they are written.

use std::io::{self, IsTerminal, Write};

use lumisift::engine::sanitize::{csv_cell, printable};
use serde::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr;

use super::path_text::{as_bytes, for_display};

/// A list whose values are generated while they are serialised.
pub struct Streamed<F>(pub F);

impl<F, I> Serialize for Streamed<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// A column's name, and whether it has numbers, which are right-aligned and never escaped.
pub type ColumnHeading = (String, bool);

/// Writes a Markdown table. Iterates over the rows twice, first to find the column widths.
///
/// # Errors
/// Returns an error if writing fails.
pub fn write_table<I, R>(
    out: &mut impl Write,
    columns: &[ColumnHeading],
    rows: impl Fn() -> I,
) -> io::Result<()>
where
    I: Iterator<Item = R>,
    R: AsRef<[String]>,
{
    let mut widths: Vec<usize> = columns
        .iter()
        .map(|(name, _)| printable(name).width())
        .collect();
    for row in rows() {
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = shown(cell).width().max(*width);
        }
    }
    let headers: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    write_line(out, columns, &widths, &headers)?;
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
    writeln!(out, "|{}|", rule.join("|"))?;
    rows().try_for_each(|row| write_line(out, columns, &widths, row.as_ref()))
}

fn write_line(
    out: &mut impl Write,
    columns: &[ColumnHeading],
    widths: &[usize],
    cells: &[String],
) -> io::Result<()> {
    for ((cell, width), (_, number)) in cells.iter().zip(widths).zip(columns) {
        let cell = shown(cell);
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        match number {
            true => write!(out, "| {padding}{cell} ")?,
            false => write!(out, "| {cell}{padding} ")?,
        }
    }
    writeln!(out, "|")
}

/// A cell for display.
fn shown(cell: &str) -> String {
    printable(&for_display(cell)).into_owned()
}

/// Writes CSV row by row: readable on a terminal, and with exact paths elsewhere.
///
/// # Errors
/// Returns an error if writing fails.
pub fn write_csv<I, R>(
    out: &mut impl Write,
    columns: &[ColumnHeading],
    rows: impl Fn() -> I,
) -> io::Result<()>
where
    I: Iterator<Item = R>,
    R: AsRef<[String]>,
{
    let to_person = io::stdout().is_terminal();
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(columns.iter().map(|(name, _)| csv_cell(name).into_owned()))?;
    for row in rows() {
        let cells = row.as_ref().iter().zip(columns);
        let cells = cells.map(|(cell, (_, number))| match number {
            true => cell.clone().into_bytes(),
            false if to_person => csv_cell(&shown(cell)).into_owned().into_bytes(),
            false => as_bytes(&csv_cell(cell)),
        });
        csv.write_record(cells)?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::json::write_json;
    use serde_json::{Value, json};

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    fn columns() -> Vec<ColumnHeading> {
        vec![("photo".into(), false), ("match".into(), true)]
    }

    fn rows() -> Vec<Vec<String>> {
        let row = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
        vec![row("猫.jpg", "9.0 %"), row("=\u{1b}[2J", "-1")]
    }

    #[test]
    fn tables_are_as_wide_as_what_is_shown() {
        let table = written(|out| write_table(out, &columns(), || rows().into_iter()));
        assert_eq!(
            table,
            "| photo      | match |\n|------------|-------|\n| 猫.jpg     | 9.0 % |\n| =\\u{1b}[2J |    -1 |\n"
        );
        let table = written(|out| write_table(out, &columns(), std::iter::empty::<Vec<String>>));
        assert_eq!(table, "| photo | match |\n|-------|-------|\n");
    }

    #[test]
    fn csv_keeps_numbers_and_escapes_formulas() {
        let csv = written(|out| write_csv(out, &columns(), || rows().into_iter()));
        assert_eq!(csv, "photo,match\n猫.jpg,9.0 %\n'=\u{1b}[2J,-1\n");
    }

    #[test]
    fn streamed_json_is_what_serde_writes_and_reads_back() {
        #[derive(Serialize)]
        struct TestReport<P: Serialize, N: Serialize> {
            photos: P,
            none: N,
        }
        let photos = || (0..3).map(|n| json!({ "n": n, "name": "a\u{1b}\"猫" }));
        let report = TestReport {
            photos: Streamed(photos),
            none: Streamed(std::iter::empty::<Value>),
        };
        let text = written(|out| write_json(out, &report));
        let whole = json!({ "photos": photos().collect::<Vec<_>>(), "none": [] });
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read, whole);
    }
}
