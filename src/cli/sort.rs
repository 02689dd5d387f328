//! `lumisift sort`: finds the best label of every photo, and exports photos by label.

use std::collections::HashMap;
use std::path::Path;

use lumisift::engine::files::paths::RootIndex;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::thumbnails::thumbnail;
use lumisift::engine::library::Indexed;
use lumisift::engine::media::photo::Photo;
use lumisift::engine::media::preprocess::Resampler;
use lumisift::engine::organize::contact_sheet::{self, SheetGroup, SheetPhoto};
use lumisift::engine::organize::export::manifest::{LabelNote, ModelNote};
use lumisift::engine::organize::export::{
    ExportItem, ExportOptions, ExportReport, FittingLabel, FolderLayout, MultiLabel, plan,
};
use lumisift::engine::search::score::Scores;
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Ungrouped};
use serde::Serialize;
use serde_json::{Value, json};

use super::args::{CommonArgs, LayoutArg, OutputFormat, SortArgs};
use super::commands::finish;
use super::decisions::PhotoDecisions;
use super::frames::describe;
use super::labels::PreparedLabels;
use super::library::{self, open_library, skipped_text};
use super::out_file::{self, OutputKind};
use super::output::{
    OutputTable, failure_json, in_language_of, number, path_text, percent, print_failures,
    print_message, print_rows,
};
use super::stream::Streamed;
use super::{RunOutcome, export};

/// Stands for "no label" in the output for programs.
const NONE: &str = "(none)";

/// A photo, its index in the scores, and the index of its best label if one matches. Kept small, because there may be
/// millions.
struct SortedPhoto<'a> {
    photo: &'a Photo,
    at: u32,
    best: Option<u32>,
    best_match: f32,
}

impl SortedPhoto<'_> {
    fn at(&self) -> usize {
        self.at as usize
    }

    fn best(&self) -> Option<usize> {
        self.best.map(|best| best as usize)
    }
}

/// The JSON output. Lists are generated while they are written.
#[derive(Serialize)]
struct SortReport<'a, P: Serialize, F: Serialize> {
    photos: P,
    counts: &'a serde_json::Map<String, Value>,
    /// English translations of labels, if the model knows only English.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    translated: &'a serde_json::Map<String, Value>,
    /// The members that general labels also stand for.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    also: &'a serde_json::Map<String, Value>,
    exported: Option<usize>,
    skipped: Option<usize>,
    failures: F,
}

/// Runs `lumisift sort`.
pub fn sort(common: &CommonArgs, args: &SortArgs) -> anyhow::Result<RunOutcome> {
    anyhow::ensure!(
        args.export.is_some() || !args.how.is_asked_for(),
        t!("cli-needs-export")
    );
    if let Some(file) = &args.contact_sheet {
        out_file::check(file, sheet_kind(file))?;
    }
    if let Some(file) = &args.how.manifest_out {
        out_file::check(file, OutputKind::Manifest)?;
    }
    let wanted = PreparedLabels::new(&args.labels, args.min_match)?;
    let labels = &wanted.names;
    let opened = open_library(common)?;
    let session = opened.session();
    let meanings = wanted.print_meanings(session.model().as_ref());
    let mut indexed = library::index(common, &opened, &args.folders)?;
    let decided = PhotoDecisions::read(&indexed.photos, args.only.needs_decisions())?;
    decided.keep(&args.only, &mut indexed)?;
    let found = opened.library.score(&wanted.training_sets, &indexed)?;
    let scores = &found.scores;
    let sorted = by_label(&indexed, scores, &wanted);
    let report = match &args.export {
        Some(target) => export_sorted(target, args, &wanted, session, &sorted, scores)?,
        None => None,
    };
    if let Some(file) = &args.contact_sheet {
        write_contact_sheet(file, session, &wanted, &sorted)?;
    }
    let numbers = ["match".into(), "probability".into()];
    let columns = OutputTable::new(&["photo", "best label"], &numbers);
    let columns = columns.with_text_in_csv("place", common.format);
    let exported = report.as_ref().map(|report| report.photos);
    let targets: HashMap<&Path, &Path> = report
        .iter()
        .flat_map(|report| &report.exported)
        .map(|(source, target)| (source.as_path(), target.as_path()))
        .collect();
    let photo = |item: &SortedPhoto| {
        let target = targets.get(&*item.photo.file.path);
        let mut value = sorted_json(item, labels, scores, target);
        decided.describe(item.photo, &mut value);
        let label = item
            .best()
            .or_else(|| scores.best(item.at()).map(|(label, _)| label));
        let frame = label.and_then(|label| found.frames.get(item.at, label));
        describe(item.photo, frame, &mut value);
        value
    };
    let counts = counts(labels, &sorted);
    let failures = || {
        let exporting = report.iter().flat_map(|report| &report.failures);
        indexed.failures.iter().chain(exporting)
    };
    let value = SortReport {
        photos: Streamed(|| sorted.iter().map(photo)),
        counts: &counts,
        translated: &meanings.translated,
        also: &meanings.also,
        exported,
        skipped: report.as_ref().map(|report| report.skipped),
        failures: Streamed(|| failures().map(failure_json)),
    };
    let none = in_language_of(common.format, || t!("cli-no-label"));
    let row = |item: &SortedPhoto| {
        let mut row = sorted_row(item, labels, none, scores);
        if common.format == OutputFormat::Csv {
            row.push(decided.place_text(item.photo));
        }
        row
    };
    let rows = || sorted.iter().map(row);
    print_rows(common.format, &columns, rows, &value)?;
    if common.format == OutputFormat::Table {
        let exported = report.as_ref().zip(args.export.as_deref());
        print_summary(&counts, none, &indexed, exported);
    }
    drop(sorted);
    if let Some(report) = report {
        indexed.failures.extend(report.failures);
    }
    print_failures(&indexed.failures);
    finish(&indexed)
}

/// Prints the number of photos of each label, and what was exported to which folder.
fn print_summary(
    counts: &serde_json::Map<String, Value>,
    none: &str,
    indexed: &Indexed,
    exported: Option<(&ExportReport, &Path)>,
) {
    let words: Vec<String> = counts
        .iter()
        .map(|(label, n)| match label.as_str() {
            NONE => format!("{none} {n}"),
            label => format!("{label} {n}"),
        })
        .collect();
    print_message(format_args!(
        "{}{}",
        words.join(t!("cli-separator")),
        skipped_text(&indexed.summary)
    ));
    if let Some((report, target)) = exported {
        let skipped = match report.skipped {
            0 => String::new(),
            count => t!("cli-files-skipped", count = Ungrouped(count)),
        };
        print_message(t!(
            "cli-photos-now-in",
            count = Ungrouped(report.photos),
            folder = target.display(),
            skipped = skipped
        ));
    }
}

fn sorted_row(item: &SortedPhoto, labels: &[String], none: &str, scores: &Scores) -> Vec<String> {
    let score = scores.of(item.at());
    let best = item.best();
    vec![
        path_text(&item.photo.file.path),
        best.map_or(none, |best| &labels[best]).into(),
        percent(item.best_match),
        percent(best.map_or(score.something_else, |best| score.probabilities[best])),
    ]
}

/// Sorts photos by label in the given order, then by descending match score; those without a matching label are last.
fn by_label<'a>(
    indexed: &'a Indexed,
    scores: &Scores,
    wanted: &PreparedLabels,
) -> Vec<SortedPhoto<'a>> {
    let mut sorted: Vec<SortedPhoto> = scores
        .ranking(None)
        .into_iter()
        .map(|at| {
            let (best, best_match) = wanted.best(scores.matches_of(at as usize));
            SortedPhoto {
                photo: &indexed.photos[at as usize].0,
                at,
                best: best.and_then(|best| u32::try_from(best).ok()),
                best_match,
            }
        })
        .collect();
    sorted.sort_by_key(|item| item.best.unwrap_or(u32::MAX));
    sorted
}

fn counts(labels: &[String], sorted: &[SortedPhoto]) -> serde_json::Map<String, Value> {
    let count = |label| sorted.iter().filter(|item| item.best() == label).count();
    let mut counts: serde_json::Map<String, Value> = labels
        .iter()
        .enumerate()
        .map(|(i, label)| (label.clone(), json!(count(Some(i)))))
        .collect();
    counts.insert(NONE.into(), json!(count(None)));
    counts
}

fn sorted_json(
    item: &SortedPhoto,
    labels: &[String],
    scores: &Scores,
    target: Option<&&Path>,
) -> Value {
    let score = scores.of(item.at());
    let each = |(i, label): (usize, &String)| {
        json!({
            "label": label,
            "match": number(score.matches[i]),
            "probability": number(score.probabilities[i]),
        })
    };
    let (file, facts) = (&item.photo.file, &item.photo.facts);
    let mut value = json!({
        "path": path_text(&file.path),
        "best": item.best().map(|best| &labels[best]),
        "match": number(item.best_match),
        "probability": item.best().map(|best| number(score.probabilities[best])),
        "something_else": number(score.something_else),
        "labels": labels.iter().enumerate().map(each).collect::<Vec<_>>(),
        "width": facts.width,
        "height": facts.height,
        "taken": facts.taken.as_ref().map(ToString::to_string),
    });
    if let Some(taken) = &facts.taken {
        value["taken_from"] = json!(taken.source().name());
    }
    if let Some(warning) = &facts.warning {
        value["warning"] = json!(warning);
    }
    if let Some(target) = target {
        value["target"] = json!(path_text(target));
    }
    value
}

/// The export items of the photos that match a label.
fn export_items(
    args: &SortArgs,
    wanted: &PreparedLabels,
    sorted: &[SortedPhoto],
    scores: &Scores,
) -> Vec<ExportItem> {
    let roots = RootIndex::new(&args.folders.paths);
    let item = |item: &SortedPhoto| {
        let file = &item.photo.file;
        let matches = scores.matches_of(item.at());
        let fitting = wanted.fitting(matches).into_iter().map(|at| FittingLabel {
            label: wanted.names[at].clone(),
            matched: matches[at],
        });
        ExportItem {
            source: file.path.clone(),
            labels: fitting.collect(),
            taken: item.photo.facts.taken.clone(),
            root: roots.around(&file.path),
            place: None,
            is_duplicate: false,
        }
    };
    let fits = sorted.iter().filter(|item| item.best.is_some());
    fits.map(item).collect()
}

/// The kind of contact sheet that a file's extension selects.
fn sheet_kind(file: &Path) -> OutputKind {
    let ending = file.extension().map(|ending| ending.to_ascii_lowercase());
    match ending {
        Some(ending) if ending == "jpg" || ending == "jpeg" => OutputKind::Picture,
        _ => OutputKind::Page,
    }
}

/// Writes a contact sheet of the matching photos, by label.
fn write_contact_sheet(
    file: &Path,
    session: &Session,
    wanted: &PreparedLabels,
    sorted: &[SortedPhoto],
) -> anyhow::Result<()> {
    let mut resampler = Resampler::default();
    let mut groups: Vec<SheetGroup> = wanted
        .names
        .iter()
        .map(|label| SheetGroup {
            label: label.clone(),
            photos: Vec::new(),
        })
        .collect();
    for item in sorted {
        let Some(best) = item.best() else { continue };
        let (path, content) = (&item.photo.file.path, &item.photo.facts.content);
        groups[best].photos.push(SheetPhoto {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            matched: item.best_match,
            thumbnail: thumbnail(session.store(), &mut resampler, content)?,
        });
    }
    let title = || t!("cli-sheet-title");
    let sheet = match sheet_kind(file) {
        // The font of the picture has no Chinese or Japanese.
        OutputKind::Picture => contact_sheet::jpeg(text::in_english(title), &groups)?,
        _ => contact_sheet::html(title(), &groups).into_bytes(),
    };
    out_file::write(file, sheet_kind(file), &sheet)?;
    print_message(t!("cli-sheet-written", file = file.display()));
    Ok(())
}

fn export_sorted(
    target: &Path,
    args: &SortArgs,
    wanted: &PreparedLabels,
    session: &Session,
    sorted: &[SortedPhoto],
    scores: &Scores,
) -> anyhow::Result<Option<ExportReport>> {
    let labels = &wanted.names;
    let options = ExportOptions {
        transfer: export::transfer(&args.how),
        layout: match args.layout {
            LayoutArg::Flat => FolderLayout::Flat,
            LayoutArg::Label => FolderLayout::Label,
            LayoutArg::Month => FolderLayout::Month,
            LayoutArg::Mirror => FolderLayout::Mirror,
        },
        names: args.names.clone(),
        conflict: export::conflict(&args.how),
        several: if args.every_label {
            MultiLabel::All
        } else {
            MultiLabel::Best
        },
        paired_files: !args.how.no_paired_files,
        target: target.into(),
    };
    let plan = plan(&export_items(args, wanted, sorted, scores), &options)?;
    let Some(mut report) = export::carry_out(&plan, &args.how, &Dirs::detect())? else {
        return Ok(None);
    };
    let info = session.model().info();
    let model = ModelNote {
        name: info.name.clone(),
        fingerprint: info.fingerprint.to_string(),
    };
    let places: HashMap<&Path, _> = sorted
        .iter()
        .map(|item| (&*item.photo.file.path, item))
        .collect();
    report.note_contents(|source| {
        let photo = places.get(source)?.photo;
        photo.facts.whole_hash(photo.file.size)
    });
    let notes = |source: &Path| {
        let score = places.get(source).map(|item| scores.of(item.at()));
        let note = |(i, label): (usize, &String)| {
            let score = score.as_ref()?;
            Some(LabelNote {
                label: label.clone(),
                matched: score.matches[i],
                probability: score.probabilities[i],
                threshold: wanted.rules[i].min_match,
            })
        };
        labels.iter().enumerate().filter_map(note).collect()
    };
    export::write_manifest(&args.how, target, &report, Some(model), notes)?;
    Ok(Some(report))
}
