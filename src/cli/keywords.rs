//! `lumisift keywords`: labels, stars, colours and rejects into XMP sidecars or photos, for other programs.

use std::io::ErrorKind;

use anyhow::{Context, anyhow};
use lumisift::engine::media::metadata::SidecarNaming;
use lumisift::engine::media::photo::Failure;
use lumisift::engine::organize::sidecars::{self, Contents, Count, SidecarEdit, Way};
use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::settings::Dirs;
use serde_json::json;

use super::Outcome;
use super::args::{Common, Keywords, SidecarNames};
use super::commands::outcome;
use super::decided::Decided;
use super::labels::{say_meanings, with_absolute_paths};
use super::library::{self, Opened, open_library};
use super::output::{Columns, failure_json, path_text, print, say, say_failures};

pub fn run(common: &Common, args: &Keywords) -> anyhow::Result<Outcome> {
    let records = Dirs::detect().sidecars();
    if args.undo {
        let undone = sidecars::undo(&records).map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow!("there are no written keywords to undo"),
            _ => anyhow!(error).context(format!("cannot read {}", records.display())),
        });
        let (count, kept) = undone?;
        say(count.restored());
        say_failures(&kept);
        return Ok(outcome(&kept));
    }
    let opened = open_library(common)?;
    let wishes = wishes(common, args, &opened)?;
    let naming = match args.names {
        Some(SidecarNames::Full) => SidecarNaming::WholeName,
        Some(SidecarNames::Stem) => SidecarNaming::Stem,
        None => opened.settings.sidecar_names,
    };
    let way = Way {
        naming,
        inside: args.inside,
    };
    let plan = sidecars::plan(&wishes, way);
    let mut columns = Columns::new(&["file", "keywords"], &[]);
    for change in &plan.changes {
        columns.push(vec![path_text(&change.path), change.keywords.join(", ")]);
    }
    let (count, failures) = if args.dry_run {
        (Count::default(), plan.failures.clone())
    } else {
        sidecars::apply(&plan, &records)
            .with_context(|| format!("cannot write {}", records.display()))?
    };
    print(common.format, &columns, || {
        let change = |c: &sidecars::Change| json!({ "path": path_text(&c.path), "inside": c.is_inside(), "keywords": c.keywords });
        json!({
            "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
            "unchanged": plan.unchanged,
            "written": count.total(),
            "beside": plan.beside.iter().map(failure_json).collect::<Vec<_>>(),
            "failures": failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if args.dry_run {
        let plan = plan.count().to_write(plan.unchanged);
        say(format_args!("{plan}; nothing was done"));
    } else {
        let undo = match count.total() {
            0 => "",
            _ => "; `lumisift keywords --undo` undoes this",
        };
        say(format_args!("{}{undo}", count.written(plan.unchanged)));
    }
    say_beside(&plan.beside);
    say_failures(&failures);
    Ok(outcome(&failures))
}

/// Says once for each reason which photos are not written into.
fn say_beside(beside: &[Failure]) {
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
        match others {
            0 => say(format_args!("{path}: {reason}")),
            others => say(format_args!("{path}, and {others} more like it: {reason}")),
        }
    }
}

/// What is to be written about each photo.
fn wishes(common: &Common, args: &Keywords, opened: &Opened) -> anyhow::Result<Vec<SidecarEdit>> {
    let query = |label: &String| label_query(label, &args.words.wording());
    let lesson = |label: &String| query(label).map(with_absolute_paths).map(TrainingSet::of);
    let lessons: Vec<TrainingSet> = args.labels.iter().map(lesson).collect::<Result<_, _>>()?;
    let queries = lessons.iter().map(|lesson| &lesson.query);
    say_meanings(opened.session().model().as_ref(), queries);
    let indexed = library::index(common, opened, &args.folders())?;
    let scores = opened.library.ask(&lessons, &indexed)?.scores;
    let decided = Decided::read(&indexed.photos, args.stars || args.colours || args.rejects)?;
    let contents = Contents {
        parent: args.parent.clone(),
        stars: args.stars,
        colours: args.colours,
        rejects: args.rejects,
    };
    let mut wishes = Vec::new();
    for (at, (photo, _)) in indexed.photos.iter().enumerate() {
        let matches = args.labels.iter().zip(scores.matches_of(at));
        let fitting = matches.filter(|(_, m)| **m >= args.min_match);
        let keywords = fitting.map(|(label, _)| label.clone()).collect();
        let path = photo.file.path.clone();
        wishes.extend(contents.wish(path, keywords, decided.mark(photo)));
    }
    say_failures(&indexed.failures);
    Ok(wishes)
}
