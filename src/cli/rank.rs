//! `lumisift rank`: the best matches among vectors in files.

use lumisift::engine::index::zero_shot::ZeroShot;
use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::engine::worker::rank::{Hit, Index, IndexOptions, IndexStep, RankQuery, rank};
use lumisift::t;
use lumisift::text::Ungrouped;
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, RankArgs};
use super::labels::{print_meanings, with_absolute_paths};
use super::output::{
    OutputTable, in_language_of, number, path_text, percent, print, print_message,
};
use super::worker::load_model;

/// Runs `lumisift rank`.
pub fn run(common: &CommonArgs, args: &RankArgs) -> anyhow::Result<RunOutcome> {
    let query = with_absolute_paths(label_query(&args.label, &args.words.wording())?);
    let zero_shot = ZeroShot::new(load_model(common)?)?;
    print_meanings(zero_shot.model().as_ref(), [&query]);
    let query = RankQuery::new(&zero_shot, &TrainingSet::of(query))?;
    let hits = match &args.index {
        Some(path) => {
            let options = IndexOptions {
                probed: args.probe / 100.0,
                ..IndexOptions::default()
            };
            let index = Index::open(&zero_shot, path, &args.files, options, |step| {
                print_message(in_words(step));
            })?;
            index.rank(&query, args.top)?
        }
        None => rank(&query, &args.files, args.top)?,
    };
    let file = |hit: &Hit| args.files.get(hit.file).map(|file| path_text(file));
    let mut columns = OutputTable::new(&["photo"], &["match".into()]);
    for hit in &hits {
        let place = || {
            t!(
                "cli-row-of-file",
                file = file(hit).unwrap_or_default(),
                row = Ungrouped(hit.row)
            )
        };
        let number = || in_language_of(common.format, place);
        let called = hit.key.clone().unwrap_or_else(number);
        columns.push(vec![called, percent(hit.matched)]);
    }
    print(common.format, &columns, || {
        let hit = |hit: &Hit| {
            json!({
                "photo": hit.key,
                "match": number(hit.matched),
                "file": file(hit),
                "row": hit.row,
            })
        };
        hits.iter().map(hit).collect()
    })?;
    Ok(RunOutcome::Success)
}

fn in_words(step: IndexStep) -> String {
    match step {
        IndexStep::Clustering(lists) => t!("cli-index-building", count = Ungrouped(lists)),
        IndexStep::Assigning(rows) => t!("cli-index-assigning", count = Ungrouped(rows)),
        IndexStep::Writing(_) => t!("cli-index-writing").into(),
    }
}
