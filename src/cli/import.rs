//! `lumisift import`: what workers wrote, taken into the store.

use lumisift::engine::plural::counted;
use lumisift::engine::worker::{Imported, import};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, Import};
use super::library::open_library;
use super::output::{OutputTable, print};

/// `lumisift import`.
pub fn run(common: &CommonArgs, args: &Import) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let imported = import(opened.session(), &args.files)?;
    let mut columns = OutputTable::new(&["photos", "what"], &[]);
    for (count, what) in in_words(&imported) {
        columns.push(vec![counted(count, "photo", "photos"), what.into()]);
    }
    print(common.format, &columns, || {
        json!({
            "new": imported.new,
            "known": imported.known,
            "unchanged_files": imported.found,
            "changed_files": imported.changed,
            "left": imported.left,
            "failed": imported.failed,
        })
    })?;
    Ok(RunOutcome::Fine)
}

fn in_words(imported: &Imported) -> impl Iterator<Item = (u64, &'static str)> {
    let Imported {
        new,
        known,
        failed,
        left,
        found,
        changed,
    } = *imported;
    let always = [(new, "taken over")];
    let others = [
        (known, "known before"),
        (
            found,
            "with a file that is as it was: it will not be opened",
        ),
        (
            changed,
            "with a file that was changed since: it will be read",
        ),
        (left, "left to be read, because they are wide or videos"),
        (failed, "without a vector, because they could not be read"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    always.into_iter().chain(others)
}
