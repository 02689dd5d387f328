//! `lumisift explain`: which part of a photo matches a label.

use std::io::Cursor;

use anyhow::Context;
use image::{ImageFormat, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::CELLS;
use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::t;
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, ExplainArgs};
use super::labels::{print_meanings, with_absolute_paths};
use super::library::open_library;
use super::out_file::{self, OutputKind};
use super::output::{OutputTable, number, path_text, percent, print, print_message};

/// Match score below which, according to measurements, a heat map means little.
const MIN_HEAT_MATCH: f32 = 0.02;

/// Runs `lumisift explain`.
pub fn run(common: &CommonArgs, args: &ExplainArgs) -> anyhow::Result<RunOutcome> {
    let query = with_absolute_paths(label_query(&args.label, &args.words.wording())?);
    if let Some(out) = &args.out {
        out_file::check_ending(out, "png", t!("cli-map-is-png"))?;
        out_file::check(out, OutputKind::Picture)?;
    }
    let opened = open_library(common)?;
    print_meanings(opened.session().model().as_ref(), [&query]);
    let label = TrainingSet::of(query);
    let (map, pixels) = opened
        .library
        .explain(&args.image, &label, &Cancel::default())?;
    if let Some(out) = &args.out {
        let drawn = map.over(pixels);
        let (width, height) = (drawn.width, drawn.height);
        let picture =
            RgbImage::from_raw(width, height, drawn.rgb).context(t!("cli-empty-picture"))?;
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png)?;
        out_file::write(out, OutputKind::Picture, &png.into_inner())?;
    }
    let rows = || map.cells.chunks_exact(CELLS);
    let numbers: Vec<String> = (1..=CELLS).map(|n| n.to_string()).collect();
    let mut columns = OutputTable::new(&["photo", "match"], &numbers);
    for (at, row) in rows().enumerate() {
        let mut cells = match at {
            0 => vec![path_text(&args.image), percent(map.matched)],
            _ => vec![String::new(); 2],
        };
        cells.extend(row.iter().map(|heat| format!("{:.0}", 100.0 * heat)));
        columns.push(cells);
    }
    print(common.format, &columns, || {
        let row = |row: &[f32]| row.iter().map(|heat| number(*heat)).collect::<Vec<f64>>();
        json!({
            "path": path_text(&args.image),
            "label": args.label,
            "match": number(map.matched),
            "heat": rows().map(row).collect::<Vec<_>>(),
            "out": args.out.as_deref().map(path_text),
        })
    })?;
    if map.matched < MIN_HEAT_MATCH {
        print_message(t!("cli-map-means-little"));
    }
    Ok(RunOutcome::Success)
}
