//! `lumisift keywords`: labels, stars, colours and rejects into XMP sidecars or photos, for other programs.

use anyhow::Context;
use lumisift::core::label_set::label_query;
use lumisift::core::metadata::{self, Contents, Naming, Way, Wish};
use lumisift::core::teach::Lesson;
use lumisift::settings::Dirs;
use serde_json::json;

use super::Outcome;
use super::args::{Common, Keywords, SidecarNames};
use super::collect::{Opened, collect, open_session};
use super::commands::{outcome, score_photos};
use super::decided::Decided;
use super::labels::with_absolute_paths;
use super::output::{Columns, failure_json, path_text, print, say, say_failures};

pub fn run(common: &Common, args: &Keywords) -> anyhow::Result<Outcome> {
    let records = Dirs::detect().sidecars();
    if args.undo {
        let undone = metadata::undo(&records);
        let (count, kept) = undone.context("there is nothing to undo")?;
        say(format_args!("{} as before", are(count)));
        say_failures(&kept);
        return Ok(outcome(&kept));
    }
    let opened = open_session(common)?;
    let wishes = wishes(common, args, &opened)?;
    let naming = match args.names {
        Some(SidecarNames::Full) => Naming::WholeName,
        Some(SidecarNames::Stem) => Naming::Stem,
        None => opened.settings.sidecar_names,
    };
    let way = Way {
        naming,
        inside: args.inside,
    };
    let plan = metadata::plan(&wishes, way);
    let mut columns = Columns::new(&["file", "keywords"], &[]);
    for change in &plan.changes {
        columns.push(vec![path_text(&change.path), change.keywords.join(", ")]);
    }
    let (count, failures) = if args.dry_run {
        (0, plan.failures.clone())
    } else {
        metadata::apply(&plan, &records)
            .with_context(|| format!("cannot write {}", records.display()))?
    };
    print(common.format, &columns, || {
        let change = |c: &metadata::Change| json!({ "path": path_text(&c.path), "inside": c.is_inside(), "keywords": c.keywords });
        json!({
            "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
            "unchanged": plan.unchanged,
            "written": count,
            "failures": failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if args.dry_run {
        say(format_args!(
            "{} would be written; nothing was done",
            files(plan.changes.len())
        ));
    } else {
        say(format_args!(
            "{} written, {} said it already; `lumisift keywords --undo` takes that back",
            were(count),
            plan.unchanged
        ));
    }
    say_failures(&failures);
    Ok(outcome(&failures))
}

fn files(count: usize) -> String {
    match count {
        1 => "1 file".into(),
        _ => format!("{count} files"),
    }
}

fn were(count: usize) -> String {
    let was = if count == 1 { "was" } else { "were" };
    format!("{} {was}", files(count))
}

fn are(count: usize) -> String {
    let is = if count == 1 { "is" } else { "are" };
    format!("{} {is}", files(count))
}

/// What is to be written about each photo.
fn wishes(common: &Common, args: &Keywords, opened: &Opened) -> anyhow::Result<Vec<Wish>> {
    let query = |label: &String| label_query(label, &[], args.no_expand, &[]);
    let lesson = |label: &String| query(label).map(with_absolute_paths).map(Lesson::of);
    let lessons: Vec<Lesson> = args.labels.iter().map(lesson).collect::<Result<_, _>>()?;
    let collected = collect(common, opened, &args.folders())?;
    let scores = score_photos(&opened.session, &lessons, &collected)?;
    let decided = Decided::read(
        &collected.photos,
        args.stars || args.colours || args.rejects,
    )?;
    let contents = Contents {
        parent: args.parent.clone(),
        stars: args.stars,
        colours: args.colours,
        rejects: args.rejects,
    };
    let mut wishes = Vec::new();
    for (at, (photo, _)) in collected.photos.iter().enumerate() {
        let matches = args.labels.iter().zip(scores.matches_of(at));
        let fitting = matches.filter(|(_, m)| **m >= args.min_match);
        let keywords = fitting.map(|(label, _)| label.clone()).collect();
        let path = photo.file.path.clone();
        wishes.extend(contents.wish(path, keywords, decided.mark(photo)));
    }
    say_failures(&collected.failures);
    Ok(wishes)
}
