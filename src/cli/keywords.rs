//! `lumisift keywords`: labels, stars and rejects into XMP sidecars, for other programs.

use std::path::PathBuf;

use anyhow::Context;
use lumisift::core::marks::{Flag, Marks};
use lumisift::core::query::Query;
use lumisift::core::sidecar::{self, Naming, Wish, xmp::Additions};
use lumisift::core::teach::Lesson;
use lumisift::settings::Dirs;
use serde_json::json;

use super::Outcome;
use super::args::{Common, Keywords, SidecarNames};
use super::collect::{collect, open_session};
use super::commands::{outcome, score_photos};
use super::output::{Columns, failure_json, path_text, print, say, say_failures};

pub fn run(common: &Common, args: &Keywords) -> anyhow::Result<Outcome> {
    let records = Dirs::detect().data.join("sidecars");
    if args.undo {
        let undone = sidecar::undo(&records);
        let (count, kept) = undone.context("there is nothing to undo")?;
        say(format_args!("{count} sidecars are as they were"));
        say_failures(&kept);
        return Ok(outcome(&kept));
    }
    let wishes = wishes(common, args)?;
    let naming = match args.names {
        SidecarNames::Full => Naming::WholeName,
        SidecarNames::Stem => Naming::Stem,
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
fn wishes(common: &Common, args: &Keywords) -> anyhow::Result<Vec<Wish>> {
    let lesson = |label: &String| Query::parse(label).map(Lesson::of);
    let lessons: Vec<Lesson> = args.labels.iter().map(lesson).collect::<Result<_, _>>()?;
    let opened = open_session(common)?;
    let collected = collect(common, &opened, &args.folders())?;
    let scores = score_photos(&opened.session, &lessons, &collected)?;
    let marks = if args.stars || args.rejects {
        Marks::open(&Dirs::detect().marks_file())?.all()?
    } else {
        std::collections::HashMap::new()
    };
    let mut wishes = Vec::new();
    for (at, (photo, _)) in collected.photos.iter().enumerate() {
        let matches = scores.matches_of(at);
        let fitting = args
            .labels
            .iter()
            .zip(matches)
            .filter(|(_, m)| **m >= args.min_match);
        let mark = marks.get(&photo.facts.content).copied().unwrap_or_default();
        let rating = match mark.flag {
            Flag::Reject if args.rejects => Some(-1),
            _ if args.stars && mark.stars > 0 => Some(mark.stars as i8),
            _ => None,
        };
        let additions = Additions {
            keywords: fitting.map(|(label, _)| label.clone()).collect(),
            parent: args.parent.clone(),
            rating,
            colour: None,
        };
        if additions
            != (Additions {
                parent: args.parent.clone(),
                ..Additions::default()
            })
        {
            let photo: PathBuf = photo.file.path.clone();
            wishes.push(Wish { photo, additions });
        }
    }
    say_failures(&collected.failures);
    Ok(wishes)
}
