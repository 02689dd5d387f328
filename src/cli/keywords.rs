//! `lumisift keywords`: writes labels, stars, colours, rejects and descriptions to XMP sidecars or photos, for other
//! programs.

use std::io::ErrorKind;

use anyhow::{Context, anyhow};
use lumisift::engine::media::metadata::SidecarNaming;
use lumisift::engine::media::photo::Failure;
use lumisift::engine::organize::sidecars::{
    self, SidecarContents, SidecarCount, SidecarEdit, SidecarPlacement, SidecarPlan,
};
use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Digits, Surface, Ungrouped};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, KeywordsArgs, SidecarNames};
use super::commands::outcome;
use super::decisions::PhotoDecisions;
use super::describe;
use super::labels::{print_meanings, with_absolute_paths};
use super::library::{self, OpenedLibrary, open_library};
use super::output::{OutputTable, failure_json, path_text, print, print_failures, print_message};

/// Runs `lumisift keywords`.
pub fn run(common: &CommonArgs, args: &KeywordsArgs) -> anyhow::Result<RunOutcome> {
    let records = Dirs::detect().sidecars();
    if args.undo {
        let undone = sidecars::undo(&records).map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!(t!("cli-no-keywords-to-undo")),
            _ => anyhow!(error).context(t!("cli-cannot-read", path = records.display())),
        });
        let (count, kept) = undone?;
        print_message(text::sidecars_restored(count, Digits::Ungrouped));
        print_failures(&kept);
        return Ok(outcome(&kept));
    }
    let opened = open_library(common)?;
    let edits = edits(common, args, &opened)?;
    let naming = match args.names {
        Some(SidecarNames::Full) => SidecarNaming::WholeName,
        Some(SidecarNames::Stem) => SidecarNaming::Stem,
        None => opened.settings.sidecar_names,
    };
    let way = SidecarPlacement {
        naming,
        inside: args.inside,
    };
    let plan = sidecars::plan(&edits, way);
    let columns = table(args, &plan);
    let (count, failures) = if args.dry_run {
        (SidecarCount::default(), plan.failures.clone())
    } else {
        sidecars::apply(&plan, &records)
            .with_context(|| t!("cli-cannot-write", path = records.display()))?
    };
    print(common.format, &columns, || {
        let change = |c: &sidecars::SidecarChange| json!({ "path": path_text(&c.path), "inside": c.is_inside(), "keywords": c.keywords, "description": c.description });
        json!({
            "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
            "unchanged": plan.unchanged,
            "written": count.total(),
            "beside": plan.beside.iter().map(failure_json).collect::<Vec<_>>(),
            "failures": failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if args.dry_run {
        let planned = text::sidecars_to_write(plan.count(), plan.unchanged, Digits::Ungrouped);
        print_message(t!("cli-keywords-planned", plan = planned));
    } else {
        let written = text::sidecars_written(count, plan.unchanged, Digits::Ungrouped);
        match count.total() {
            0 => print_message(written),
            _ => print_message(t!("cli-keywords-written", written = written)),
        }
    }
    print_sidecar_reasons(&plan.beside);
    print_failures(&failures);
    Ok(outcome(&failures))
}

/// The changes, one row per file; includes descriptions if they are written.
fn table(args: &KeywordsArgs, plan: &SidecarPlan) -> OutputTable {
    let headings: &[&str] = match args.describes() {
        true => &["file", "keywords", "description"],
        false => &["file", "keywords"],
    };
    let mut columns = OutputTable::new(headings, &[]);
    for change in &plan.changes {
        let description = change.description.clone().unwrap_or_default();
        let mut row = vec![
            path_text(&change.path),
            change.keywords.join(", "),
            description,
        ];
        row.truncate(headings.len());
        columns.push(row);
    }
    columns
}

/// Prints each reason for not embedding metadata once, with its first photo and the number of others.
fn print_sidecar_reasons(beside: &[Failure]) {
    let mut reasons: Vec<(&str, &Failure, usize)> = Vec::new();
    for failure in beside {
        let known = (reasons.iter_mut()).find(|(reason, ..)| *reason == failure.message);
        match known {
            Some((_, _, count)) => *count += 1,
            None => reasons.push((&failure.message, failure, 0)),
        }
    }
    for (reason, first, others) in reasons {
        let path = first.path.display();
        let reason = text::advised(reason, Surface::CommandLine);
        match others {
            0 => print_message(format_args!("{path}: {reason}")),
            others => print_message(t!(
                "cli-more-like-it",
                path = path,
                count = Ungrouped(others),
                reason = reason
            )),
        }
    }
}

/// The edits of all photos.
fn edits(
    common: &CommonArgs,
    args: &KeywordsArgs,
    opened: &OpenedLibrary,
) -> anyhow::Result<Vec<SidecarEdit>> {
    let query = |label: &String| label_query(label, &args.words.wording());
    let training_set = |label: &String| query(label).map(with_absolute_paths).map(TrainingSet::of);
    let training_sets: Vec<TrainingSet> = args
        .labels
        .iter()
        .map(training_set)
        .collect::<Result<_, _>>()?;
    let queries = training_sets.iter().map(|training_set| &training_set.query);
    print_meanings(opened.session().model().as_ref(), queries);
    let indexed = library::index(common, opened, &args.folders())?;
    let scores = opened.library.score(&training_sets, &indexed)?.scores;
    let decided =
        PhotoDecisions::read(&indexed.photos, args.stars || args.colours || args.rejects)?;
    let contents = SidecarContents {
        parent: args.parent.clone(),
        stars: args.stars,
        colours: args.colours,
        rejects: args.rejects,
        descriptions: args.describes(),
        replace_descriptions: args.replace_descriptions,
    };
    let mut described = match contents.descriptions {
        true => describe::descriptions(opened, &indexed)?,
        false => vec![None; indexed.photos.len()],
    };
    let mut edits = Vec::new();
    for (at, (photo, _)) in indexed.photos.iter().enumerate() {
        let matches = args.labels.iter().zip(scores.matches_of(at));
        let fitting = matches.filter(|(_, m)| **m >= args.min_match);
        let keywords = fitting.map(|(label, _)| label.clone()).collect();
        let path = photo.file.path.clone();
        let description = described[at].take();
        edits.extend(contents.edit(path, keywords, decided.mark(photo), description));
    }
    print_failures(&indexed.failures);
    Ok(edits)
}
