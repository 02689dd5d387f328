//! `lumisift keywords`: labels, stars, colours and rejects into XMP sidecars, for other programs.

use anyhow::Context;
use lumisift::core::query::Query;
use lumisift::core::sidecar::{self, Contents, Naming, Wish};
use lumisift::core::teach::Lesson;
use lumisift::settings::Dirs;
use serde_json::json;

use super::Outcome;
use super::args::{Common, Keywords, SidecarNames};
use super::collect::{Opened, collect, open_session};
use super::commands::{outcome, score_photos};
use super::decided::Decided;
use super::output::{Columns, failure_json, path_text, print, say, say_failures};

pub fn run(common: &Common, args: &Keywords) -> anyhow::Result<Outcome> {
    let records = Dirs::detect().sidecars();
    if args.undo {
        let undone = sidecar::undo(&records);
        let (count, kept) = undone.context("there is nothing to undo")?;
        say(format_args!("{count} sidecars are as they were"));
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
    let plan = sidecar::plan(&wishes, naming);
    let mut columns = Columns::new(&["sidecar", "keywords"], &[]);
    for change in &plan.changes {
        columns.push(vec![path_text(&change.path), change.keywords.join(", ")]);
    }
    let (count, failures) = if args.dry_run {
        (0, plan.failures.clone())
    } else {
        sidecar::apply(&plan, &records)
            .with_context(|| format!("cannot write {}", records.display()))?
    };
    print(common.format, &columns, || {
        let change =
            |c: &sidecar::Change| json!({ "path": path_text(&c.path), "keywords": c.keywords });
        json!({
            "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
            "unchanged": plan.unchanged,
            "written": count,
            "failures": failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if args.dry_run {
        let count = plan.changes.len();
        say(format_args!(
            "{count} sidecars would be written; nothing was done"
        ));
    } else {
        say(format_args!(
            "{count} sidecars were written, {} said it already; `lumisift keywords --undo` takes that back",
            plan.unchanged
        ));
    }
    say_failures(&failures);
    Ok(outcome(&failures))
}

/// What is to be written beside each photo.
fn wishes(common: &Common, args: &Keywords, opened: &Opened) -> anyhow::Result<Vec<Wish>> {
    let lesson = |label: &String| Query::parse(label).map(Lesson::of);
    let lessons: Vec<Lesson> = args.labels.iter().map(lesson).collect::<Result<_, _>>()?;
    let collected = collect(common, opened, &args.folders())?;
    let scores = score_photos(&opened.session, &lessons, &collected)?;
    let decided = Decided::read(&collected.photos)?;
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
