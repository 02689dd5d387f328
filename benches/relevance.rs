//! Measures how well labels find the intended photos, on photos with known content.
//!
//!     cargo bench --bench relevance -- DIR
//!     cargo bench --bench relevance -- captions.csv --labels labels.toml
//!
//! `docs/scores.md` describes the formats of the folder, the CSV and the label file, and the results.
#![allow(clippy::print_stdout, missing_docs, reason = "a benchmark")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use lumisift::engine::index::pipeline::{self, Event, JobOptions};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::{self, LoadOptions, ModelChoice};
use lumisift::engine::search::label_set::{Wording, label_query};
use lumisift::engine::search::score::{DEFAULT_MIN_MATCH, LabelQuality, Scores};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::settings::{Dirs, Settings};

#[derive(Parser)]
struct Args {
    /// A folder with one folder per class, or a CSV
    source: PathBuf,
    /// TOML: the labels, each with its names in the source
    #[arg(long)]
    labels: Option<PathBuf>,
    /// "starter" or a model folder
    #[arg(long, default_value = "starter")]
    model: String,
    /// Where vectors are kept
    #[arg(long)]
    store: Option<PathBuf>,
    /// The threshold
    #[arg(long, default_value_t = DEFAULT_MIN_MATCH)]
    min_match: f32,
    /// Do not expand general words
    #[arg(long)]
    no_expand: bool,
    /// Added by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// The known names by path, with the number of captions that mention each.
#[derive(Default)]
struct Source {
    photos: BTreeMap<PathBuf, PhotoTexts>,
    captions: bool,
}

#[derive(Default)]
struct PhotoTexts {
    names: BTreeSet<String>,
    captions: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let mut args = Args::parse();
    // Photos that were read have absolute paths.
    args.source = std::path::absolute(&args.source)?;
    let source = if args.source.is_dir() {
        classes(&args.source)?
    } else {
        table(&args.source)?
    };
    let labels = labels(&args, &source)?;
    let session = open(&args)?;
    let rows = read(&session, &args.source)?;
    let photos: Vec<(&PhotoTexts, u32)> = (source.photos.iter())
        .filter_map(|(path, told)| Some((told, *rows.get(path)?)))
        .collect();
    println!(
        "{} of {} photos read, {} labels, line at {}{}",
        photos.len(),
        source.photos.len(),
        labels.len(),
        args.min_match,
        if args.no_expand { ", words alone" } else { "" }
    );
    let wording = Wording {
        exactly: args.no_expand,
        ..Wording::default()
    };
    let training_set = |label: &String| label_query(label, &wording).map(TrainingSet::of);
    let training_sets: Vec<TrainingSet> =
        labels.keys().map(training_set).collect::<Result<_, _>>()?;
    let taught = session.teach_all(&training_sets)?;
    let numbers: Vec<u32> = photos.iter().map(|(_, row)| *row).collect();
    let scores = session.score(&session.classifier_scorer(&taught), &numbers)?;
    let judged: Vec<Vec<(f32, bool)>> = (labels.values().enumerate())
        .map(|(at, names)| judge(&photos, &scores, at, names))
        .collect();
    print_table(&labels, &judged, args.min_match);
    print_lines(&judged);
    Ok(())
}

/// The matches of one label together with the true answers; photos with an unclear answer are left out.
fn judge(
    photos: &[(&PhotoTexts, u32)],
    scores: &Scores,
    at: usize,
    names: &[String],
) -> Vec<(f32, bool)> {
    let photos = photos.iter().enumerate();
    photos
        .filter_map(|(photo, (told, _))| Some((scores.matches_of(photo)[at], told.shows(names)?)))
        .collect()
}

impl PhotoTexts {
    /// Whether the photo has one of `names`. With three captions or more, two must agree, because a name that only one
    /// person mentions is unclear.
    fn shows(&self, names: &[String]) -> Option<bool> {
        if self.captions.is_empty() {
            return Some(names.iter().any(|name| self.names.contains(name)));
        }
        let says = |caption: &&String| names.iter().any(|name| mentions(caption, name));
        match (
            self.captions.iter().filter(says).count(),
            self.captions.len(),
        ) {
            (0, _) => Some(false),
            (1, 3..) => None,
            _ => Some(true),
        }
    }
}

/// Whether a caption has a word or its plural. Captions are stored as words between spaces.
fn mentions(caption: &str, name: &str) -> bool {
    let endings = ["", "s", "es"];
    endings
        .iter()
        .any(|ending| caption.contains(&format!(" {name}{ending} ")))
}

fn simple(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A folder with one folder per class.
fn classes(dir: &Path) -> anyhow::Result<Source> {
    let mut source = Source::default();
    for class in std::fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        let class = class?;
        if !class.path().is_dir() {
            continue;
        }
        for photo in std::fs::read_dir(class.path())? {
            let told = source.photos.entry(photo?.path()).or_default();
            told.names
                .insert(simple(&class.file_name().to_string_lossy()));
        }
    }
    Ok(source)
}

/// A CSV whose first column is a path. The second is either called `caption`, with possibly several lines per photo, or
/// has labels separated by semicolons.
fn table(path: &Path) -> anyhow::Result<Source> {
    let base = path.parent().unwrap_or(Path::new(""));
    let mut reader = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    let captions = reader
        .headers()?
        .get(1)
        .is_some_and(|name| name.trim() == "caption");
    let mut source = Source {
        captions,
        ..Source::default()
    };
    for line in reader.records() {
        let line = line?;
        let (Some(name), Some(text)) = (line.get(0), line.get(1)) else {
            continue;
        };
        let told = source.photos.entry(base.join(name)).or_default();
        if captions {
            told.captions.push(format!(" {} ", simple(text)));
        } else {
            told.names.extend(text.split(';').map(simple));
        }
    }
    Ok(source)
}

/// The labels with their names in the source: those of the file, or all names in the source.
fn labels(args: &Args, source: &Source) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    if let Some(file) = &args.labels {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let mut labels: BTreeMap<String, Vec<String>> = toml::from_str(&text)?;
        for names in labels.values_mut().flatten() {
            *names = simple(names);
        }
        return Ok(labels);
    }
    anyhow::ensure!(
        !source.captions,
        "captions need --labels: which words tell that a photo shows a label"
    );
    let names = source.photos.values().flat_map(|told| &told.names);
    Ok(names
        .map(|name| (name.clone(), vec![name.clone()]))
        .collect())
}

fn open(args: &Args) -> anyhow::Result<Arc<Session>> {
    let choice = match args.model.as_str() {
        "starter" => ModelChoice::Starter,
        folder => ModelChoice::Folder(folder.into()),
    };
    let dirs = Dirs::detect();
    let settings: Settings = lumisift::settings::load(&dirs.settings_file()).0;
    let model = inference::load(&LoadOptions {
        choice,
        ..settings.load_options(&dirs)
    })?;
    let dir = args
        .store
        .clone()
        .unwrap_or_else(|| settings.store_dir(&dirs));
    Ok(Arc::new(Session::open(
        model,
        Arc::new(Store::open(&dir)?),
    )?))
}

/// The row of each photo in the source's folder.
fn read(session: &Arc<Session>, source: &Path) -> anyhow::Result<BTreeMap<PathBuf, u32>> {
    let root = match source.is_dir() {
        true => source,
        false => source.parent().unwrap_or(Path::new(".")),
    };
    let root = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    let job = pipeline::start(session, JobOptions::new(vec![root.to_path_buf()]))?;
    let mut rows = BTreeMap::new();
    while let Some(message) = job.next() {
        if let Event::Photo { photo, row, .. } = message.event {
            rows.insert(photo.file.path.to_path_buf(), row);
        }
    }
    Ok(rows)
}

fn print_table(labels: &BTreeMap<String, Vec<String>>, judged: &[Vec<(f32, bool)>], line: f32) {
    println!("\n| label | photos | P | R | F1 | AP | ECE |\n|---|---:|---:|---:|---:|---:|---:|");
    let found: Vec<LabelQuality> = judged
        .iter()
        .map(|matches| LabelQuality::of(matches, line))
        .collect();
    let row = |name: &str, photos: String, q: [f64; 5]| {
        let figures: Vec<String> = q.iter().map(|value| format!("{value:.2}")).collect();
        println!("| {name} | {photos} | {} |", figures.join(" | "));
    };
    let figures = |q: &LabelQuality| {
        [
            q.precision,
            q.recall,
            q.f1,
            q.average_precision,
            q.calibration_error,
        ]
    };
    let mut sums = [0.0; 5];
    for (name, found) in labels.keys().zip(&found) {
        row(name, found.shown.to_string(), figures(found));
        sums.iter_mut()
            .zip(figures(found))
            .for_each(|(sum, value)| *sum += value);
    }
    let count = found.len().max(1) as f64;
    row("mean", String::new(), sums.map(|sum| sum / count));
}

/// Precision at other thresholds, as an unweighted mean over the labels.
fn print_lines(judged: &[Vec<(f32, bool)>]) {
    println!("\n| line | P | R |\n|---:|---:|---:|");
    for line in [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9] {
        let all = judged
            .iter()
            .filter(|matches| matches.iter().any(|(m, _)| *m >= line));
        let found: Vec<LabelQuality> = all.map(|matches| LabelQuality::of(matches, line)).collect();
        let mean = |value: fn(&LabelQuality) -> f64| {
            found.iter().map(value).sum::<f64>() / found.len().max(1) as f64
        };
        println!(
            "| {line} | {:.2} | {:.2} |",
            mean(|q| q.precision),
            mean(|q| q.recall)
        );
    }
}
