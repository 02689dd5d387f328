//! Compares proposed heaps with the folders, and counts how often the interval estimated from a few answers contains
//! the true value.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::library::words;
use lumisift::engine::search::bundled_prompts;
use lumisift::engine::search::clusters::{self, Cluster, ClusterRule, Vocabulary};
use lumisift::engine::search::label_set::{Wording, label_query};
use lumisift::engine::search::questions::{Interval, Questions};
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;
use lumisift::engine::search::teach::TrainingSet;

use crate::{Args, Classified};

pub fn measure(args: &Args, photos: &Classified) {
    let own = args
        .words
        .as_ref()
        .map(|path| std::fs::read_to_string(path).expect("words"));
    let words: Vec<&str> = match &own {
        Some(text) => text.lines().collect(),
        None => words(),
    };
    let since = Instant::now();
    let vectors = bundled_prompts::embed(photos.library.session().model().as_ref(), &words);
    let vectors = vectors.expect("vectors");
    println!(
        "{} words in {:.1} s",
        words.len(),
        since.elapsed().as_secs_f64()
    );
    let vocabulary = Vocabulary {
        words: &words,
        vectors: &vectors,
    };
    println!(
        "| joined from | heaps | in none | adjusted Rand index | named right | seconds |\n|---:|---:|---:|---:|---:|---:|"
    );
    let lines = match args.same.is_empty() {
        true => vec![ClusterRule::default().same],
        false => args.same.clone(),
    };
    for same in lines {
        print_heaps(photos, &vocabulary, same);
    }
    ask(args, photos);
}

/// Prints the table's row for a cosine at which clusters are joined.
fn print_heaps(photos: &Classified, vocabulary: &Vocabulary<'_>, same: f32) {
    let rule = ClusterRule {
        same,
        ..ClusterRule::default()
    };
    let since = Instant::now();
    let stored = photos.library.session().vectors().expect("vectors");
    let (rows, cancel) = (photos.indexed.rows(), Cancel::default());
    let found = clusters::find(
        &rows,
        stored.values(),
        stored.dim(),
        vocabulary,
        &rule,
        &cancel,
    );
    let found = found.expect("heaps");
    let seconds = since.elapsed().as_secs_f64();
    let mut of = vec![usize::MAX; photos.classes.len()];
    for (number, heap) in found.iter().enumerate() {
        heap.photos.iter().for_each(|at| of[*at] = number);
    }
    // A photo that is in no heap counts as a heap of its own.
    let none = of.iter().filter(|heap| **heap == usize::MAX).count();
    let alone = of.iter_mut().filter(|heap| **heap == usize::MAX);
    alone.zip(found.len()..).for_each(|(heap, own)| *heap = own);
    let is_named = |heap: &&Cluster| is_named(heap, &photos.classes, vocabulary.words);
    let named = found.iter().filter(is_named).count();
    println!(
        "| {same} | {} | {none} | {:.3} | {named} | {seconds:.1} |",
        found.len(),
        adjusted_rand(&of, &photos.classes)
    );
}

/// Whether a heap has the name of the class of most of its photos.
fn is_named(heap: &Cluster, classes: &[String], words: &[&str]) -> bool {
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
    heap.words.iter().any(says)
}

/// Runs the questions for each class, and counts how often the interval contains the true value.
fn ask(args: &Args, photos: &Classified) {
    let (mut asked, mut wrong_inside, mut missed_inside) = (0, 0, 0);
    for name in photos.names() {
        let wording = Wording {
            exactly: true,
            ..Wording::default()
        };
        let Ok(query) = label_query(&name.replace('_', " "), &wording) else {
            continue;
        };
        let matches = photos.matches(&TrainingSet::of(query));
        let mut questions = Questions::new(&matches, DEFAULT_MIN_MATCH);
        for _ in 0..args.answers {
            let photo = questions.next().expect("a photo");
            questions.answer(photo, photos.shows(photo, name));
        }
        let estimate = questions.estimate();
        let count = |above: bool, fits: bool| {
            let counted = (0..matches.len()).filter(|at| {
                (matches[*at] >= DEFAULT_MIN_MATCH) == above && photos.shows(*at, name) == fits
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
