//! `lumisift estimate`: estimates from a few answers how many photos match a label, and suggests the next photo to ask
//! about.

use std::path::Path;

use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::questions::{Interval, Questions};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::t;
use lumisift::text::{self, Ungrouped};
use serde_json::{Value, json};

use super::RunOutcome;
use super::args::{CommonArgs, EstimateArgs};
use super::commands::finish;
use super::labels::{print_meanings, with_absolute_paths};
use super::library::{self, open_library};
use super::output::{
    OutputTable, failure_json, number, path_text, print, print_failures, print_message,
};

/// Runs `lumisift estimate`.
pub fn run(common: &CommonArgs, args: &EstimateArgs) -> anyhow::Result<RunOutcome> {
    let query = with_absolute_paths(label_query(&args.label, &args.words.wording())?);
    if let Some(both) = args.yes.iter().find(|photo| args.no.contains(photo)) {
        anyhow::bail!(t!("cli-yes-and-no", path = both.display()));
    }
    let opened = open_library(common)?;
    print_meanings(opened.session().model().as_ref(), [&query]);
    let indexed = library::index(common, &opened, &args.folders)?;
    let scores = opened
        .library
        .score(&[TrainingSet::of(query)], &indexed)?
        .scores;
    let matches: Vec<f32> = (0..indexed.photos.len())
        .map(|at| scores.matches_of(at)[0])
        .collect();
    let mut questions = Questions::new(&matches, args.min_match);
    let path = |at: usize| &*indexed.photos[at].0.file.path;
    let place = |wanted: &Path| {
        let found = (0..indexed.photos.len()).find(|at| path(*at) == wanted);
        found.ok_or_else(|| anyhow::anyhow!(t!("cli-not-among-photos", path = wanted.display())))
    };
    for (answers, fits) in [(&args.yes, true), (&args.no, false)] {
        for answered in answers {
            questions.answer(place(answered)?, fits);
        }
    }
    let estimate = questions.estimate();
    let next = questions.next();
    let mut columns = OutputTable::new(
        &["what"],
        &["at least", "about", "at most"].map(ToOwned::to_owned),
    )
    .with_words("what");
    for (what, interval) in [("wrong", estimate.wrong), ("missed", estimate.missed)] {
        columns.push(vec![
            what.into(),
            interval.low.to_string(),
            format!("{:.0}", interval.expected),
            interval.high.to_string(),
        ]);
    }
    print(common.format, &columns, || {
        let between = |interval: Interval| -> Value {
            json!({ "low": interval.low, "expected": interval.expected, "high": interval.high })
        };
        json!({
            "label": args.label,
            "fitting": estimate.fitting,
            "wrong": between(estimate.wrong),
            "missed": between(estimate.missed),
            "suggested_min_match": number(estimate.threshold),
            "answers": questions.answers().len(),
            "next": next.map(|at| path_text(path(at))),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    print_message(t!(
        "cli-estimate",
        fitting = Ungrouped(estimate.fitting),
        label = args.label,
        from = text::percent(f64::from(args.min_match), 1),
        answers = t!("cli-answers", count = Ungrouped(questions.answers().len())),
        best = text::percent(f64::from(estimate.threshold), 1)
    ));
    if let Some(next) = next {
        print_message(t!("cli-photos-to-label", path = path(next).display()));
    }
    print_failures(&indexed.failures);
    finish(&indexed)
}
