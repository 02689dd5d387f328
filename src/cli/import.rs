//! `lumisift import`: adds the results of workers to the store.

use lumisift::engine::worker::{Imported, import};
use lumisift::t;
use lumisift::text::Ungrouped;
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, ImportArgs};
use super::library::open_library;
use super::output::{OutputTable, in_language_of, print};

/// Runs `lumisift import`.
pub fn run(common: &CommonArgs, args: &ImportArgs) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let imported = import(opened.session(), &args.files)?;
    let mut columns = OutputTable::new(&["photos", "what"], &[]).with_words("what");
    for (count, what) in import_counts(&imported) {
        let photos = || t!("cli-photos", count = Ungrouped(count));
        let photos = in_language_of(common.format, photos);
        columns.push(vec![photos, what.into()]);
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
    Ok(RunOutcome::Success)
}

fn import_counts(imported: &Imported) -> impl Iterator<Item = (u64, &'static str)> {
    let Imported {
        new,
        known,
        failed,
        left,
        found,
        changed,
    } = *imported;
    let always = [(new, "imported")];
    let others = [
        (known, "known before"),
        (found, "with an unchanged file, which will not be reopened"),
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
