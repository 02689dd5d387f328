//! Times clustering and heat maps.

use std::path::Path;
use std::time::Instant;

use half::f16;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::Embeddings;
use lumisift::engine::library::Library;
use lumisift::engine::search::clusters::{self, ClusterRule, Vocabulary};
use lumisift::engine::search::label_set::{Wording, label_query};
use lumisift::engine::search::teach::TrainingSet;

use crate::Args;
use crate::noise::noise;

/// Times the heat map of a label, starting from the photo's file.
pub fn heat(args: &Args, photo: &Path) {
    let store = tempfile::tempdir().expect("a folder");
    let limits = StoreLimits::megabytes(None);
    let library = Library::open(&args.model(), store.path(), limits).expect("a library");
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
pub fn scale(count: usize) {
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
