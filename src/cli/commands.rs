//! The commands that read folders of photos, except `sort`.

use std::collections::HashMap;
use std::io::{BufWriter, Write};

use lumisift::engine::library::Indexed;
use lumisift::engine::media::photo::Failure;
use lumisift::engine::search::label_set::label_query;
use lumisift::engine::search::query::normalise;
use lumisift::engine::search::teach::TrainingSet;
use lumisift::t;
use lumisift::text::Ungrouped;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde_json::json;

use super::RunOutcome;
use super::args::{CommonArgs, EmbedArgs, IndexArgs, OutputFormat, SearchArgs};
use super::decisions::PhotoDecisions;
use super::frames::describe;
use super::json::json_line;
use super::labels::{print_meanings, with_absolute_paths};
use super::library::{self, open_library, skipped_text};
use super::out_file::{self, OutputKind};
use super::output::{
    OutputTable, failure_json, number, path_text, percent, print, print_failures, print_message,
};

/// The outcome of a command with these failures.
pub fn outcome(failures: &[Failure]) -> RunOutcome {
    if failures.is_empty() {
        RunOutcome::Success
    } else {
        RunOutcome::SomeFailed
    }
}

/// The outcome of a command that reads folders. Returns an error if no photo could be read.
pub fn finish(indexed: &Indexed) -> anyhow::Result<RunOutcome> {
    if indexed.photos.is_empty() {
        anyhow::bail!(t!(
            "cli-no-file-read",
            count = Ungrouped(indexed.failures.len())
        ));
    }
    Ok(outcome(&indexed.failures))
}

/// Runs `lumisift search`.
pub fn search(common: &CommonArgs, args: &SearchArgs) -> anyhow::Result<RunOutcome> {
    let query = with_absolute_paths(label_query(&args.query, &args.words.wording())?);
    let opened = open_library(common)?;
    print_meanings(opened.session().model().as_ref(), [&query]);
    let mut indexed = library::index(common, &opened, &args.folders)?;
    let decided = PhotoDecisions::read(&indexed.photos, args.only.needs_decisions())?;
    decided.keep(&args.only, &mut indexed)?;
    let found = opened.library.score(&[TrainingSet::of(query)], &indexed)?;
    let mut hits: Vec<(u32, f32)> = Vec::new();
    for at in found.scores.top(Some(0), args.limit) {
        let fit = found.scores.matches_of(at as usize)[0];
        if fit >= args.min_match {
            hits.push((at, fit));
        }
    }
    let photo = |at: u32| &indexed.photos[at as usize].0;
    let mut columns =
        OutputTable::new(&["photo"], &["match".into()]).with_text_in_csv("place", common.format);
    for (at, fit) in &hits {
        let photo = photo(*at);
        let mut row = vec![path_text(&photo.file.path), percent(*fit)];
        if common.format == OutputFormat::Csv {
            row.push(decided.place_text(photo));
        }
        columns.push(row);
    }
    print(common.format, &columns, || {
        let hit = |(at, fit): &(u32, f32)| {
            let photo = photo(*at);
            let mut value = json!({ "path": path_text(&photo.file.path), "match": number(*fit) });
            describe(photo, found.frames.get(*at, 0), &mut value);
            decided.describe_place(photo, &mut value);
            value
        };
        json!({
            "photos": hits.iter().map(hit).collect::<Vec<_>>(),
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    print_failures(&indexed.failures);
    finish(&indexed)
}

/// Runs `lumisift index`.
pub fn index(common: &CommonArgs, args: &IndexArgs) -> anyhow::Result<RunOutcome> {
    let opened = open_library(common)?;
    let session = opened.session();
    let indexed = library::index(common, &opened, &args.folders)?;
    let progress = indexed.summary.progress;
    let facts = [
        ("photos", indexed.photos.len() as f64),
        ("known", progress.cached as f64),
        ("known under another name", progress.recognised as f64),
        ("newly read", progress.encoded as f64),
        ("failed", indexed.failures.len() as f64),
        (
            "seconds",
            (progress.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        ),
        (
            "images/s",
            (progress.images_per_second * 10.0).round() / 10.0,
        ),
    ];
    let mut columns = OutputTable::new(&["what"], &["number".into()]).with_words("what");
    for (name, value) in &facts {
        columns.push(vec![(*name).into(), value.to_string()]);
    }
    print(common.format, &columns, || {
        json!({
            "photos": indexed.photos.len(),
            "cached": progress.cached,
            "recognised": progress.recognised,
            "encoded": progress.encoded,
            "seconds": facts[5].1,
            "images_per_second": facts[6].1,
            "model": session.model().info().name,
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if common.format == OutputFormat::Table {
        let skipped = skipped_text(&indexed.summary);
        if !skipped.is_empty() {
            print_message(skipped.trim());
        }
    }
    print_failures(&indexed.failures);
    finish(&indexed)
}

/// Runs `lumisift embed`.
pub fn embed(common: &CommonArgs, args: &EmbedArgs) -> anyhow::Result<RunOutcome> {
    out_file::check(&args.out, OutputKind::Safetensors)?;
    let opened = open_library(common)?;
    let session = opened.session();
    let indexed = library::index(common, &opened, &args.folders)?;
    session.store().finish_checks();
    let vectors = session.store().vectors(session.key())?;
    let dim = vectors.dim();
    if let Some((photo, _)) = (indexed.photos.iter()).find(|(_, row)| vectors.row(*row).is_none()) {
        anyhow::bail!(t!("cli-vector-missing", path = photo.file.path.display()));
    }
    let names: Vec<String> = indexed
        .photos
        .iter()
        .map(|(photo, _)| path_text(&photo.file.path))
        .collect();
    let info = session.model().info();
    let metadata = HashMap::from([
        ("names".to_owned(), json_line(&names)?),
        ("model".to_owned(), info.name.clone()),
        ("fingerprint".to_owned(), info.fingerprint.to_string()),
    ]);
    let header = safetensors_header(metadata, names.len(), dim)?;
    out_file::write_with(&args.out, OutputKind::Safetensors, |file| {
        let mut out = BufWriter::new(file);
        out.write_all(&header)?;
        let rows = indexed.photos.iter();
        for row in rows.filter_map(|(_, row)| vectors.row(*row)) {
            let mut wide: Vec<f32> = row.iter().map(|v| v.to_f32()).collect();
            normalise(&mut wide);
            wide.iter()
                .try_for_each(|v| out.write_all(&v.to_le_bytes()))?;
        }
        out.flush()
    })?;
    let mut columns = OutputTable::new(&["file"], &["photos".into(), "width".into()]);
    columns.push(vec![
        path_text(&args.out),
        names.len().to_string(),
        dim.to_string(),
    ]);
    print(common.format, &columns, || {
        json!({
            "out": path_text(&args.out),
            "photos": names.len(),
            "dim": dim,
            "failures": indexed.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    print_failures(&indexed.failures);
    finish(&indexed)
}

/// The header of a safetensors file with one tensor of `rows` x `dim` numbers: the length of the JSON, then the JSON,
/// padded to a multiple of eight bytes.
fn safetensors_header(
    metadata: HashMap<String, String>,
    rows: usize,
    dim: usize,
) -> anyhow::Result<Vec<u8>> {
    let info = TensorInfo {
        dtype: Dtype::F32,
        shape: vec![rows, dim],
        data_offsets: (0, rows * dim * 4),
    };
    let metadata = Metadata::new(Some(metadata), vec![("embeddings".into(), info)])?;
    let mut json = serde_json::to_vec(&metadata)?;
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut header = (json.len() as u64).to_le_bytes().to_vec();
    header.extend(json);
    Ok(header)
}
