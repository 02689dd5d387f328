//! The commands that look at photos.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context;
use lumisift::core::cancel::Cancel;
use lumisift::core::export::{self, Item, Report, Transfer};
use lumisift::core::photo::{Failure, Photo};
use lumisift::core::query::{Query, normalise};
use lumisift::core::score::Scores;
use lumisift::core::session::{Session, SessionError};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

use super::Outcome;
use super::args::{Common, Embed, Format, Index, Search, Sort};
use super::collect::{Collected, collect, open_session, skipped_words};
use super::output::{Columns, failure_json, number, path_text, percent, print, say, say_failures};

pub fn outcome(failures: &[Failure]) -> Outcome {
    if failures.is_empty() {
        Outcome::Fine
    } else {
        Outcome::SomeFailed
    }
}

/// A photo with its place among the scores and its best label, if one fits.
struct Sorted<'a> {
    photo: &'a Photo,
    at: usize,
    best: Option<usize>,
    best_match: f32,
}

/// `lumisift sort`.
pub fn sort(common: &Common, args: &Sort) -> anyhow::Result<Outcome> {
    let labels = &args.labels.labels;
    let queries: Vec<Query> = labels
        .iter()
        .map(|label| Query::parse(label))
        .collect::<Result<_, _>>()?;
    let opened = open_session(common)?;
    let session = &opened.session;
    let mut collected = collect(common, &opened, &args.folders)?;
    let scores = score_photos(session, &queries, &collected)?;
    let sorted = by_label(&collected, &scores, labels.len(), args.min_match);
    let report = match &args.export {
        Some(target) => Some(export_sorted(target, args, labels, &sorted)?),
        None => None,
    };
    let numbers = ["match".into(), "probability".into()];
    let mut columns = Columns::new(&["photo", "best label"], &numbers);
    for item in &sorted {
        let label = item.best.map_or("(none)", |best| &labels[best]);
        let probability = item.best.map_or_else(
            || percent(scores.of(item.at).something_else),
            |best| percent(scores.of(item.at).probabilities[best]),
        );
        columns.push(vec![
            path_text(&item.photo.file.path),
            label.into(),
            percent(item.best_match),
            probability,
        ]);
    }
    let exported = report.as_ref().map(|report| report.exported.len());
    let targets: HashMap<&Path, &Path> = report
        .iter()
        .flat_map(|report| &report.exported)
        .map(|e| (e.source.as_path(), e.target.as_path()))
        .collect();
    let photos: Vec<Value> = sorted
        .iter()
        .map(|item| sorted_json(item, labels, &scores, targets.get(&*item.photo.file.path)))
        .collect();
    let counts = counts(labels, &sorted);
    if let Some(report) = report {
        collected.failures.extend(report.failures);
    }
    print(common.format, &columns, || {
        json!({
            "photos": photos,
            "counts": counts,
            "exported": exported,
            "failures": collected.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if common.format == Format::Table {
        let words: Vec<String> = counts
            .iter()
            .map(|(label, n)| format!("{label} {n}"))
            .collect();
        say(format_args!(
            "{}{}",
            words.join(", "),
            skipped_words(&collected.summary)
        ));
        if let (Some(exported), Some(target)) = (exported, &args.export) {
            say(format_args!(
                "{exported} photos are now in {}",
                target.display()
            ));
        }
    }
    say_failures(&collected.failures);
    finish(&collected)
}

/// The end of a command over folders: nothing at all to show for it is an error.
fn finish(collected: &Collected) -> anyhow::Result<Outcome> {
    if collected.photos.is_empty() {
        anyhow::bail!(
            "none of the {} files could be read",
            collected.failures.len()
        );
    }
    Ok(outcome(&collected.failures))
}

fn score_photos(
    session: &Session,
    queries: &[Query],
    collected: &Collected,
) -> Result<Scores, SessionError> {
    let vectors = session.embed_queries(queries)?;
    let rows: Vec<u32> = collected.photos.iter().map(|(_, row)| *row).collect();
    session.score(&session.scorer(&vectors), &rows)
}

/// Photos by label in the person's order, within one by falling match; those that fit none last.
fn by_label<'a>(
    collected: &'a Collected,
    scores: &Scores,
    labels: usize,
    min_match: f32,
) -> Vec<Sorted<'a>> {
    let mut sorted: Vec<Sorted> = scores
        .ranking(None)
        .into_iter()
        .filter_map(|at| {
            let at = at as usize;
            let (label, best_match) = scores.best(at)?;
            let best = (best_match >= min_match).then_some(label);
            Some(Sorted {
                photo: &collected.photos[at].0,
                at,
                best,
                best_match,
            })
        })
        .collect();
    sorted.sort_by_key(|item| item.best.unwrap_or(labels));
    sorted
}

fn counts(labels: &[String], sorted: &[Sorted]) -> serde_json::Map<String, Value> {
    let count = |label| sorted.iter().filter(|item| item.best == label).count();
    let mut counts: serde_json::Map<String, Value> = labels
        .iter()
        .enumerate()
        .map(|(i, label)| (label.clone(), json!(count(Some(i)))))
        .collect();
    counts.insert("(none)".into(), json!(count(None)));
    counts
}

fn sorted_json(item: &Sorted, labels: &[String], scores: &Scores, target: Option<&&Path>) -> Value {
    let score = scores.of(item.at);
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
        "best": item.best.map(|best| &labels[best]),
        "match": number(item.best_match),
        "probability": item.best.map(|best| number(score.probabilities[best])),
        "something_else": number(score.something_else),
        "labels": labels.iter().enumerate().map(each).collect::<Vec<_>>(),
        "width": facts.width,
        "height": facts.height,
        "taken": facts.taken.as_ref().map(ToString::to_string),
    });
    if let Some(warning) = &facts.warning {
        value["warning"] = json!(warning);
    }
    if let Some(target) = target {
        value["target"] = json!(path_text(target));
    }
    value
}

fn export_sorted(
    target: &Path,
    args: &Sort,
    labels: &[String],
    sorted: &[Sorted],
) -> anyhow::Result<Report> {
    let transfer = match (args.moves, args.link) {
        (true, _) => Transfer::Move,
        (_, true) => Transfer::Link,
        _ => Transfer::Copy,
    };
    let item = |item: &Sorted| {
        let label = labels[item.best?].clone();
        Some(Item {
            source: item.photo.file.path.clone(),
            label: Some(label),
        })
    };
    let items: Vec<Item> = sorted.iter().filter_map(item).collect();
    export::export(&items, target, transfer, &Cancel::default()).with_context(|| {
        format!(
            "cannot export to {}: choose another folder",
            target.display()
        )
    })
}

/// `lumisift search`.
pub fn search(common: &Common, args: &Search) -> anyhow::Result<Outcome> {
    let query = Query::parse(&args.query)?;
    let opened = open_session(common)?;
    let session = &opened.session;
    let collected = collect(common, &opened, &args.folders)?;
    let scores = score_photos(session, &[query], &collected)?;
    let mut hits: Vec<(&Photo, f32)> = Vec::new();
    for at in scores.ranking(Some(0)).into_iter().take(args.limit) {
        let fit = scores.matches_of(at as usize)[0];
        if fit >= args.min_match {
            hits.push((&collected.photos[at as usize].0, fit));
        }
    }
    let mut columns = Columns::new(&["photo"], &["match".into()]);
    for (photo, fit) in &hits {
        columns.push(vec![path_text(&photo.file.path), percent(*fit)]);
    }
    print(common.format, &columns, || {
        let hit = |(photo, fit): &(&Photo, f32)| json!({ "path": path_text(&photo.file.path), "match": number(*fit) });
        json!({
            "photos": hits.iter().map(hit).collect::<Vec<_>>(),
            "failures": collected.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    say_failures(&collected.failures);
    finish(&collected)
}

/// `lumisift index`.
pub fn index(common: &Common, args: &Index) -> anyhow::Result<Outcome> {
    let opened = open_session(common)?;
    let session = &opened.session;
    let collected = collect(common, &opened, &args.folders)?;
    let progress = collected.summary.progress;
    let facts = [
        ("photos", collected.photos.len() as f64),
        ("known", progress.cached as f64),
        ("known under another name", progress.recognised as f64),
        ("newly read", progress.encoded as f64),
        ("failed", collected.failures.len() as f64),
        (
            "seconds",
            (progress.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        ),
        (
            "images/s",
            (progress.images_per_second * 10.0).round() / 10.0,
        ),
    ];
    let mut columns = Columns::new(&["what"], &["number".into()]);
    for (name, value) in &facts {
        columns.push(vec![(*name).into(), value.to_string()]);
    }
    print(common.format, &columns, || {
        json!({
            "photos": collected.photos.len(),
            "cached": progress.cached,
            "recognised": progress.recognised,
            "encoded": progress.encoded,
            "seconds": facts[5].1,
            "images_per_second": facts[6].1,
            "model": session.model().info().name,
            "failures": collected.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    if common.format == Format::Table {
        let passed_over = skipped_words(&collected.summary);
        if !passed_over.is_empty() {
            say(passed_over.trim());
        }
    }
    say_failures(&collected.failures);
    finish(&collected)
}

/// `lumisift embed`.
pub fn embed(common: &Common, args: &Embed) -> anyhow::Result<Outcome> {
    let opened = open_session(common)?;
    let session = &opened.session;
    let collected = collect(common, &opened, &args.folders)?;
    let vectors = session.store().vectors(session.key())?;
    let dim = vectors.dim();
    let mut bytes = Vec::with_capacity(collected.photos.len() * dim * 4);
    for (photo, row) in &collected.photos {
        let row = vectors.row(*row).with_context(|| {
            format!(
                "{}: its vector is missing; run this again",
                photo.file.path.display()
            )
        })?;
        let mut wide: Vec<f32> = row.iter().map(|v| v.to_f32()).collect();
        normalise(&mut wide);
        bytes.extend(wide.iter().flat_map(|v| v.to_le_bytes()));
    }
    let names: Vec<String> = collected
        .photos
        .iter()
        .map(|(photo, _)| path_text(&photo.file.path))
        .collect();
    let info = session.model().info();
    let metadata = HashMap::from([
        ("names".to_owned(), serde_json::to_string(&names)?),
        ("model".to_owned(), info.name.clone()),
        ("fingerprint".to_owned(), info.fingerprint.to_string()),
    ]);
    let view = TensorView::new(Dtype::F32, vec![names.len(), dim], &bytes)?;
    safetensors::serialize_to_file([("embeddings", view)], Some(metadata), &args.out)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    let mut columns = Columns::new(&["file"], &["photos".into(), "width".into()]);
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
            "failures": collected.failures.iter().map(failure_json).collect::<Vec<_>>(),
        })
    })?;
    say_failures(&collected.failures);
    finish(&collected)
}
