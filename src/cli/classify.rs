//! `lumisift classify`: scores single photos, from files or URLs, against labels.

use std::path::Path;
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::hub::http::{Client, HttpRequest};
use lumisift::engine::index::session::{Session, SessionError};
use lumisift::engine::inference::Embeddings;
use lumisift::engine::media::photo::{Failure, Stage};
use lumisift::engine::search::query::Query;
use lumisift::engine::search::score::{self, DEFAULT_MIN_MATCH};
use lumisift::engine::search::teach::{ClassifierSet, TrainingSet};
use lumisift::t;
use lumisift::text::Ungrouped;
use serde_json::{Value, json};

use super::RunOutcome;
use super::args::{ClassifyArgs, CommonArgs, is_url};
use super::commands::outcome;
use super::labels::PreparedLabels;
use super::library::open_library;
use super::output::{
    OutputTable, in_language_of, number, path_text, percent, print, print_failures, print_sentence,
};

/// Maximum size in bytes of a photo that is downloaded.
const MAX_DOWNLOAD: u64 = 64 << 20;
/// Time limit for downloading a photo.
const DOWNLOAD_TIME: Duration = Duration::from_secs(60);

/// The scores of one photo.
struct LabelReading {
    /// The match score of each label; `None` with `--exact`.
    matches: Option<Vec<f32>>,
    probabilities: Vec<f32>,
    something_else: Option<f32>,
}

/// Runs `lumisift classify`.
pub fn classify(common: &CommonArgs, args: &ClassifyArgs) -> anyhow::Result<RunOutcome> {
    let wanted = PreparedLabels::new(&args.labels, DEFAULT_MIN_MATCH)?;
    let labels = &wanted.names;
    let training_sets: Vec<TrainingSet> = if args.exact {
        let exact = labels.iter().map(|label| Query::exact(label));
        exact.map(TrainingSet::of).collect()
    } else {
        wanted.training_sets.clone()
    };
    let opened = open_library(common)?;
    let session = opened.session();
    if !args.exact {
        wanted.print_meanings(session.model().as_ref());
    }
    let classifiers = session.teach_all(&training_sets)?;
    let device = session.model().info().device.name.clone();
    let (mut readings, mut failures) = (Vec::new(), Vec::new());
    let client = Client::default();
    for path in &args.images {
        match read_labels(session, &client, &classifiers, path, args.exact) {
            Ok(reading) => readings.push((path, reading)),
            Err(SessionError::Picture { message, .. }) => {
                failures.push(Failure::new(path, Stage::Decode, message));
            }
            Err(other) => return Err(other.into()),
        }
    }
    let fallback = session.model().info().fallback_from(&device);
    fallback.iter().for_each(print_sentence);
    let mut columns =
        OutputTable::new(&["photo", "label"], &["match".into(), "probability".into()]);
    for (path, reading) in &readings {
        for (i, (label, probability)) in ranked(labels, &reading.probabilities) {
            let fit = reading
                .matches
                .as_ref()
                .map_or_else(|| "-".into(), |m| percent(m[i]));
            columns.push(vec![
                path_text(path),
                label.clone(),
                fit,
                percent(probability),
            ]);
        }
        if let Some(rest) = reading.something_else {
            let label = in_language_of(common.format, || t!("cli-something-else")).into();
            columns.push(vec![path_text(path), label, "-".into(), percent(rest)]);
        }
    }
    print(common.format, &columns, || {
        let fine = readings
            .iter()
            .map(|(path, reading)| reading_json(path, labels, reading));
        let failed = failures
            .iter()
            .map(|failure| json!({ "path": path_text(&failure.path), "error": failure.message }));
        fine.chain(failed).collect()
    })?;
    print_failures(&failures);
    if readings.is_empty() {
        anyhow::bail!(t!("cli-no-photo-read", count = Ungrouped(failures.len())));
    }
    Ok(outcome(&failures))
}

/// The embeddings of a photo in a file or at a URL.
fn embed(session: &Session, client: &Client, photo: &Path) -> Result<Embeddings, SessionError> {
    let url = photo.to_str().filter(|_| is_url(photo));
    let Some(url) = url else {
        return session.embed_parts(photo);
    };
    let request = HttpRequest::get(url);
    let bytes = client.bytes(request, MAX_DOWNLOAD, DOWNLOAD_TIME, &Cancel::default());
    let bytes = bytes.map_err(|e| SessionError::Picture {
        path: photo.into(),
        message: e.to_string(),
    })?;
    session.embed_bytes(photo, &bytes)
}

fn read_labels(
    session: &Session,
    client: &Client,
    labels: &ClassifierSet,
    path: &Path,
    exact: bool,
) -> Result<LabelReading, SessionError> {
    let parts = embed(session, client, path)?;
    if exact {
        let info = session.model().info();
        let (scale, bias) = (info.logit_scale, info.sigmoid_bias);
        let own = parts.rows().next().unwrap_or_default();
        let probabilities = score::exact(own, &labels.texts, scale, bias);
        return Ok(LabelReading {
            matches: None,
            probabilities,
            something_else: None,
        });
    }
    let score = session.score_picture(&session.classifier_scorer(labels), &parts);
    Ok(LabelReading {
        matches: Some(score.matches),
        probabilities: score.probabilities,
        something_else: Some(score.something_else),
    })
}

/// Labels by descending probability, each with its position in the order given by the user.
fn ranked<'a>(
    labels: &'a [String],
    probabilities: &'a [f32],
) -> impl Iterator<Item = (usize, (&'a String, f32))> {
    let mut order: Vec<_> = labels
        .iter()
        .zip(probabilities.iter().copied())
        .enumerate()
        .collect();
    order.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
    order.into_iter()
}

fn reading_json(path: &Path, labels: &[String], reading: &LabelReading) -> Value {
    let list: Vec<Value> = ranked(labels, &reading.probabilities)
        .map(|(i, (label, probability))| match &reading.matches {
            Some(matches) => json!({
                "label": label,
                "match": number(matches[i]),
                "probability": number(probability),
            }),
            None => json!({ "label": label, "probability": number(probability) }),
        })
        .collect();
    let mut value = json!({ "path": path_text(path), "labels": list });
    if let Some(rest) = reading.something_else {
        value["something_else"] = json!(number(rest));
    }
    value
}
