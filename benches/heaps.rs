//! Measures how well proposed heaps agree with folders that people made, and how often the interval estimated from a
//! few answers contains the true value.
//!
//!     cargo bench --bench heaps -- DIR [--store DIR] [--words FILE]
//!     cargo bench --bench heaps -- --scale 100000
//!     cargo bench --bench heaps -- --heat assets/samples/motorcycle.jpg [--model DIR]
//!
//! DIR has one folder per class. `docs/heap.md` has the results.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "common/noise.rs"]
mod noise;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use half::f16;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::JobOptions;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::{Embeddings, LoadOptions, ModelChoice};
use lumisift::engine::library::{Indexed, Library, words};
use lumisift::engine::search::clusters::{self, ClusterRule, Vocabulary};
use lumisift::engine::search::label_set::{Wording, label_query};
use lumisift::engine::search::query::embed_phrases;
use lumisift::engine::search::questions::{Interval, Questions};
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;
use lumisift::engine::search::teach::TrainingSet;
use noise::noise;

#[derive(Parser)]
struct Args {
    /// A folder with one folder per class
    source: Option<PathBuf>,
    /// Where vectors are kept
    #[arg(long)]
    store: Option<PathBuf>,
    /// Cosines at which clusters are joined
    #[arg(long, value_delimiter = ',')]
    same: Vec<f32>,
    /// Name heaps with the words of this file, one per line, instead of the bundled words
    #[arg(long)]
    words: Option<PathBuf>,
    /// Answers per label
    #[arg(long, default_value_t = 10)]
    answers: usize,
    /// Cluster this many random vectors instead
    #[arg(long)]
    scale: Option<usize>,
    /// Time the heat map of a label in this photo instead
    #[arg(long)]
    heat: Option<PathBuf>,
    /// The model folder for that map, instead of the starter
    #[arg(long)]
    model: Option<PathBuf>,
    /// Added by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    match (args.scale, &args.source, &args.heat) {
        (Some(count), ..) => scale(count),
        (None, Some(source), _) => measure(&args, source.clone()),
        (None, None, Some(photo)) => heat(&args, photo),
        (None, None, None) => println!("name a folder with a folder for each class"),
    }
}

fn measure(args: &Args, source: PathBuf) {
    let temporary = tempfile::tempdir().expect("a folder");
    let store = args
        .store
        .clone()
        .unwrap_or_else(|| temporary.path().into());
    let options = LoadOptions::new(ModelChoice::Starter);
    let library = Library::open(&options, &store, StoreLimits::megabytes(None)).expect("a library");
    let indexed = library
        .index(JobOptions::new(vec![source.clone()]), |_| ())
        .expect("indexed");
    let class = |at: usize| {
        let path = &indexed.photos[at].0.file.path;
        let inside = path.strip_prefix(&source).expect("inside");
        let first = inside.components().next().expect("a folder");
        first.as_os_str().to_string_lossy().into_owned()
    };
    let classes: Vec<String> = (0..indexed.photos.len()).map(class).collect();
    let count = classes
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    println!("{} photos in {count} classes", classes.len());
    let own = args
        .words
        .as_ref()
        .map(|path| std::fs::read_to_string(path).expect("words"));
    let words: Vec<&str> = match &own {
        Some(text) => text.lines().collect(),
        None => words(),
    };
    let since = Instant::now();
    let vectors = embedded(&library, &words);
    println!(
        "{} words in {:.1} s",
        words.len(),
        since.elapsed().as_secs_f64()
    );
    println!(
        "| joined from | heaps | in none | adjusted Rand index | named right | seconds |\n|---:|---:|---:|---:|---:|---:|"
    );
    let lines = match args.same.is_empty() {
        true => vec![ClusterRule::default().same],
        false => args.same.clone(),
    };
    for same in lines {
        let rule = ClusterRule {
            same,
            ..ClusterRule::default()
        };
        let since = Instant::now();
        let vocabulary = Vocabulary {
            words: &words,
            vectors: &vectors,
        };
        let photos = library.session().vectors().expect("vectors");
        let (rows, cancel) = (indexed.rows(), Cancel::default());
        let found = clusters::find(
            &rows,
            photos.values(),
            photos.dim(),
            &vocabulary,
            &rule,
            &cancel,
        );
        let found = found.expect("heaps");
        let seconds = since.elapsed().as_secs_f64();
        let mut of = vec![usize::MAX; classes.len()];
        for (number, heap) in found.iter().enumerate() {
            heap.photos.iter().for_each(|at| of[*at] = number);
        }
        // A photo that is in no heap counts as a heap of its own.
        let none = of.iter().filter(|heap| **heap == usize::MAX).count();
        let alone = of.iter_mut().filter(|heap| **heap == usize::MAX);
        alone.zip(found.len()..).for_each(|(heap, own)| *heap = own);
        let mut named = 0;
        for heap in &found {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            heap.photos
                .iter()
                .for_each(|at| *counts.entry(&classes[*at]).or_default() += 1);
            let most = counts
                .iter()
                .max_by_key(|(_, count)| **count)
                .map(|(class, _)| *class);
            let most = most.unwrap_or_default().to_lowercase().replace('_', " ");
            let says = |word: &usize| {
                let word = words[*word].to_lowercase();
                let word = word.trim_end_matches('s');
                most.contains(word) || word.contains(most.trim_end_matches('s'))
            };
            named += usize::from(heap.words.iter().any(says));
        }
        println!(
            "| {same} | {} | {none} | {:.3} | {named} | {seconds:.1} |",
            found.len(),
            adjusted_rand(&of, &classes)
        );
    }
    ask(args, &library, &indexed, &classes);
}

/// Computes vectors of words in the same way as the library.
fn embedded(library: &Library, words: &[&str]) -> Embeddings {
    let phrases = words.iter().map(|word| vec![format!("a photo of {word}")]);
    let phrases: Vec<Vec<String>> = phrases.collect();
    embed_phrases(library.session().model().as_ref(), &phrases).expect("vectors")
}

/// Runs the questions for each class, and counts how often the interval contains the true value.
fn ask(args: &Args, library: &Library, indexed: &Indexed, classes: &[String]) {
    let names: std::collections::BTreeSet<&String> = classes.iter().collect();
    let (mut asked, mut wrong_inside, mut missed_inside) = (0, 0, 0);
    for name in names {
        let wording = Wording {
            exactly: true,
            ..Wording::default()
        };
        let Ok(query) = label_query(&name.replace('_', " "), &wording) else {
            continue;
        };
        let scores = library
            .ask(&[TrainingSet::of(query)], indexed)
            .expect("scores")
            .scores;
        let matches: Vec<f32> = (0..classes.len())
            .map(|at| scores.matches_of(at)[0])
            .collect();
        let mut questions = Questions::new(&matches, DEFAULT_MIN_MATCH);
        for _ in 0..args.answers {
            let photo = questions.next().expect("a photo");
            questions.answer(photo, classes[photo] == *name);
        }
        let estimate = questions.estimate();
        let count = |above: bool, fits: bool| {
            let all = matches.iter().zip(classes);
            let counted = all.filter(|(m, class)| {
                (**m >= DEFAULT_MIN_MATCH) == above && (*class == name) == fits
            });
            counted.count() as f64
        };
        let inside = |interval: Interval, truth: f64| {
            usize::from(interval.low <= truth && truth <= interval.high)
        };
        asked += 1;
        wrong_inside += inside(estimate.wrong, count(true, false));
        missed_inside += inside(estimate.missed, count(false, true));
    }
    println!(
        "{} answers to each of {asked} labels: wrong ones in the 90 % interval {wrong_inside} times, missed ones {missed_inside} times",
        args.answers
    );
}

/// The adjusted Rand index of Hubert and Arabie.
fn adjusted_rand(of: &[usize], classes: &[String]) -> f64 {
    let pairs = |n: usize| (n * n.saturating_sub(1)) as f64 / 2.0;
    let mut both: HashMap<(usize, &str), usize> = HashMap::new();
    let mut heaps: HashMap<usize, usize> = HashMap::new();
    let mut named: HashMap<&str, usize> = HashMap::new();
    for (heap, class) in of.iter().zip(classes) {
        *both.entry((*heap, class)).or_default() += 1;
        *heaps.entry(*heap).or_default() += 1;
        *named.entry(class).or_default() += 1;
    }
    let together: f64 = both.values().map(|n| pairs(*n)).sum();
    let of_heaps: f64 = heaps.values().map(|n| pairs(*n)).sum();
    let of_classes: f64 = named.values().map(|n| pairs(*n)).sum();
    let expected = of_heaps * of_classes / pairs(of.len());
    let most = (of_heaps + of_classes) / 2.0;
    (together - expected) / (most - expected)
}

/// Times the heat map of a label, starting from the photo's file.
fn heat(args: &Args, photo: &Path) {
    let store = tempfile::tempdir().expect("a folder");
    let choice = args.model.clone();
    let choice = choice.map_or(ModelChoice::Starter, ModelChoice::Folder);
    let options = LoadOptions::new(choice);
    let limits = StoreLimits::megabytes(None);
    let library = Library::open(&options, store.path(), limits).expect("a library");
    let query = label_query("motorcycle", &Wording::default()).expect("a label");
    let label = TrainingSet::of(query);
    let mut times = Vec::new();
    for _ in 0..11 {
        let since = Instant::now();
        let explained = library.explain(photo, &label, &Cancel::default());
        explained.expect("a map");
        times.push(since.elapsed().as_secs_f64() * 1000.0);
    }
    // The first run also computes the label's vectors.
    let first = times.remove(0);
    times.sort_by(f64::total_cmp);
    println!(
        "{}: best {:.0} ms, median {:.0} ms; the first {first:.0} ms",
        library.session().model().info().name,
        times[0],
        times[times.len() / 2]
    );
}

/// Random vectors around sixty directions.
fn scale(count: usize) {
    const DIM: usize = 384;
    let mut noise = noise();
    let directions: Vec<f32> = (0..60 * DIM).map(|_| noise()).collect();
    let mut values: Vec<f16> = Vec::with_capacity(count * DIM);
    for n in 0..count {
        let direction = &directions[n % 60 * DIM..][..DIM];
        let vector: Vec<f32> = direction.iter().map(|d| d + 1.0 + 0.8 * noise()).collect();
        let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        values.extend(vector.iter().map(|v| f16::from_f32(v / norm)));
    }
    let words: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let vectors = Embeddings {
        dim: DIM,
        values: (0..1000 * DIM).map(|_| noise() / 20.0).collect(),
    };
    let vocabulary = Vocabulary {
        words: &words,
        vectors: &vectors,
    };
    let rows: Vec<u32> = (0..).take(count).collect();
    let since = Instant::now();
    let rule = ClusterRule::default();
    let found = clusters::find(&rows, &values, DIM, &vocabulary, &rule, &Cancel::default());
    println!(
        "{count} vectors of {DIM}: {} heaps in {:.1} s",
        found.map_or(0, |found| found.len()),
        since.elapsed().as_secs_f64()
    );
}
