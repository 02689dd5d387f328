//! Exports on the command line: `sort --export`, `export --manifest` and `undo`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::files::paths::absolute;
use lumisift::engine::media::photo::Failure;
use lumisift::engine::organize::export::journal::past;
use lumisift::engine::organize::export::manifest::{LabelNote, Manifest, ModelNote};
use lumisift::engine::organize::export::{
    self, Conflict, ExportOptions, ExportPlan, ExportProgress, ExportReport, PastExport,
    PastExportState, Transfer,
};
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Digits, Ungrouped};
use serde_json::{Value, json};

use super::RunOutcome;
use super::args::{CommonArgs, ExportArgs, TransferArgs, UndoArgs};
use super::commands::outcome;
use super::library::counting_bar;
use super::out_file::{self, OutputKind};
use super::output::{
    OutputTable, failure_json, path_text, print, print_failures, print_message, print_sentence,
};

/// The transfer that the options select.
pub fn transfer(how: &TransferArgs) -> Transfer {
    match (how.moves, how.link, how.hardlink) {
        (true, ..) => Transfer::Move,
        (_, true, _) => Transfer::Link,
        (.., true) => Transfer::HardLink,
        _ => Transfer::Copy,
    }
}

/// How the options resolve conflicts with existing names.
pub fn conflict(how: &TransferArgs) -> Conflict {
    if how.overwrite {
        Conflict::Overwrite
    } else {
        Conflict::Number
    }
}

/// Executes a plan, or only prints it in a dry run, which returns `None`.
///
/// # Errors
/// Returns an error if the export cannot start; failures of single files are in the report.
pub fn carry_out(
    plan: &ExportPlan,
    how: &TransferArgs,
    dirs: &Dirs,
) -> anyhow::Result<Option<ExportReport>> {
    if how.dry_run {
        for step in &plan.steps {
            print_message(format_args!(
                "{} -> {}",
                step.source.display(),
                step.target.display()
            ));
        }
        print_message(t!("cli-would-export", plan = plan_text(plan)));
        return Ok(None);
    }
    for past in interrupted(dirs) {
        print_message(t!(
            "cli-earlier-export",
            folder = past.target.display(),
            id = past.id
        ));
    }
    let bar = counting_bar(&t!("cli-files-exported", done = "{pos}", count = "{len}"));
    let on_progress = |progress: ExportProgress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.files as u64);
    };
    let report = export::run(plan, &dirs.journals(), &Cancel::default(), &on_progress)?;
    bar.finish_and_clear();
    print_notes(&report);
    Ok(Some(report))
}

/// Prints warnings and notes that the counts of an export do not include.
fn print_notes(report: &ExportReport) {
    for problem in report.warnings.iter().chain(&report.problem) {
        print_sentence(problem);
    }
    if report.unfinished {
        print_message(t!("cli-resume-export", id = report.id));
    }
    if report.replaced > 0 {
        print_message(t!("cli-files-replaced", count = Ungrouped(report.replaced)));
    }
}

fn plan_text(plan: &ExportPlan) -> String {
    let mut words = vec![t!("cli-photos", count = Ungrouped(plan.photos()))];
    let paired_files = plan.steps.iter().filter(|step| step.paired_file).count();
    let counts = [
        (paired_files, "cli-plan-paired"),
        (plan.skipped.len(), "cli-plan-skipped"),
        (plan.renamed, "cli-plan-numbered"),
        (plan.replaced(), "cli-plan-replacing"),
        (plan.failures.len(), "cli-plan-impossible"),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    words.extend(some.map(|(count, key)| t!(key, count = Ungrouped(count))));
    t!(
        "cli-plan",
        words = words.join(t!("cli-separator")),
        size = text::bytes(plan.bytes, Digits::Ungrouped)
    )
}

/// Writes the manifest to the file named by `--manifest-out`, if any.
///
/// # Errors
/// Returns an error if another file is there, or the manifest cannot be written.
pub fn write_manifest(
    how: &TransferArgs,
    target: &Path,
    report: &ExportReport,
    model: Option<ModelNote>,
    scores: impl Fn(&Path) -> Vec<LabelNote>,
) -> anyhow::Result<()> {
    if let Some(file) = &how.manifest_out {
        let manifest = Manifest::new(target, transfer(how), model, report, scores);
        // The file may have been created during the export.
        out_file::check(file, OutputKind::Manifest)?;
        manifest.write(file)?;
        print_message(t!("cli-manifest-written", file = file.display()));
    }
    Ok(())
}

/// Runs `lumisift export`.
pub fn apply_manifest(common: &CommonArgs, args: &ExportArgs) -> anyhow::Result<RunOutcome> {
    if let Some(file) = &args.how.manifest_out {
        out_file::check(file, OutputKind::Manifest)?;
    }
    let dirs = Dirs::detect();
    let manifest = Manifest::read(&args.manifest)?;
    let target = args
        .to
        .clone()
        .unwrap_or_else(|| absolute(&manifest.target));
    let options = ExportOptions {
        transfer: transfer(&args.how),
        conflict: conflict(&args.how),
        paired_files: !args.how.no_paired_files,
        ..ExportOptions::new(target.clone())
    };
    let (items, stale) = manifest.items();
    let mut plan = export::plan(&items, &options)?;
    plan.failures.extend(stale);
    let Some(report) = carry_out(&plan, &args.how, &dirs)? else {
        return Ok(RunOutcome::Success);
    };
    let entries = manifest.photos.iter();
    let labels: HashMap<PathBuf, &Vec<LabelNote>> = entries
        .map(|entry| (absolute(&entry.source), &entry.labels))
        .collect();
    let notes = |source: &Path| {
        labels
            .get(source)
            .map_or_else(Vec::new, |notes| notes.to_vec())
    };
    write_manifest(&args.how, &target, &report, manifest.model.clone(), notes)?;
    show(common, &report, &target)
}

/// Prints the result of an export.
fn show(common: &CommonArgs, report: &ExportReport, target: &Path) -> anyhow::Result<RunOutcome> {
    let mut columns = OutputTable::new(&["file", "is now"], &[]);
    for (source, there) in &report.exported {
        columns.push(vec![path_text(source), path_text(there)]);
    }
    print(common.format, &columns, || {
        let pair = |(source, there): &(std::path::PathBuf, std::path::PathBuf)| json!({ "source": path_text(source), "target": path_text(there) });
        json!({
            "id": report.id,
            "exported": report.exported.iter().map(pair).collect::<Vec<_>>(),
            "skipped": report.skipped,
            "failures": report.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    let mut clauses = vec![t!(
        "cli-files-now-in",
        count = Ungrouped(report.exported.len()),
        folder = target.display()
    )];
    if report.skipped > 0 {
        clauses.push(t!("cli-plan-skipped", count = Ungrouped(report.skipped)));
    }
    if !report.exported.is_empty() {
        clauses.push(t!("cli-undo-export").into());
    }
    print_message(clauses.join(t!("cli-clause-separator")));
    print_failures(&report.failures);
    Ok(if report.problem.is_some() {
        RunOutcome::SomeFailed
    } else {
        outcome(&report.failures)
    })
}

fn interrupted(dirs: &Dirs) -> Vec<PastExport> {
    let all = past(&dirs.journals()).into_iter();
    all.filter(|past| past.state == PastExportState::Interrupted)
        .collect()
}

/// Runs `lumisift undo`.
pub fn undo(common: &CommonArgs, args: &UndoArgs) -> anyhow::Result<RunOutcome> {
    let dirs = Dirs::detect();
    let journals = dirs.journals();
    let all = past(&journals);
    if args.list {
        return list(common, &all);
    }
    let fits = |past: &&PastExport| match (&args.id, args.finish) {
        (Some(id), _) => past.id == *id,
        (None, true) => past.state == PastExportState::Interrupted,
        (None, false) => {
            matches!(
                past.state,
                PastExportState::Interrupted | PastExportState::Finished
            )
        }
    };
    // Without an ID, the last export is meant even if it is still running, never an earlier one.
    let last = all
        .iter()
        .find(|past| past.state != PastExportState::Undone);
    let running = last.filter(|past| args.id.is_none() && past.state == PastExportState::Running);
    let chosen = running
        .or_else(|| all.iter().find(fits))
        .context(t!("cli-no-such-export"))?;
    if chosen.state == PastExportState::Running {
        anyhow::bail!(t!("cli-export-running", folder = chosen.target.display()));
    }
    if args.finish {
        let report = export::finish(&journals, &chosen.id, &Cancel::default(), &|_| {})?;
        print_notes(&report);
        return show(common, &report, &chosen.target);
    }
    let undone = export::undo(&journals, &chosen.id)?;
    print_message(t!(
        "cli-export-undone",
        count = Ungrouped(undone.restored),
        folder = chosen.target.display()
    ));
    print_failures(&undone.kept);
    Ok(kept_outcome(&undone.kept))
}

fn kept_outcome(kept: &[Failure]) -> RunOutcome {
    if kept.is_empty() {
        RunOutcome::Success
    } else {
        RunOutcome::SomeFailed
    }
}

fn list(common: &CommonArgs, all: &[PastExport]) -> anyhow::Result<RunOutcome> {
    let state = |past: &PastExport| match past.state {
        PastExportState::Running => "running",
        PastExportState::Interrupted => "interrupted",
        PastExportState::Finished => "done",
        PastExportState::Undone => "undone",
    };
    let mut columns =
        OutputTable::new(&["id", "to", "state"], &["files".into()]).with_words("state");
    for past in all {
        columns.push(vec![
            past.id.clone(),
            path_text(&past.target),
            state(past).into(),
            past.done().to_string(),
        ]);
    }
    print(common.format, &columns, || {
        let entry = |past: &PastExport| {
            json!({
                "id": past.id,
                "target": path_text(&past.target),
                "state": state(past),
                "files": past.done(),
                "of": past.files.len(),
            })
        };
        Value::Array(all.iter().map(entry).collect())
    })?;
    Ok(RunOutcome::Success)
}
