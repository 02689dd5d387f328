//! Scoring and ranking stored vectors against ten labels.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::io::Write;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use half::f16;
use lumisift::engine::files::mmap::map_file;
use lumisift::engine::inference::Embeddings;
use lumisift::engine::search::query::normalise;
use lumisift::engine::search::score::{Scorer, Scores};
use lumisift::engine::search::teach::ClassifierSet;

const LABELS: usize = 10;
const PROMPTS: usize = 319;
/// Number of ranked photos.
const TOP: usize = 1000;

/// Pseudorandom unit vectors, which cost the same as real ones.
fn vectors(count: usize, dim: usize, mut seed: u64) -> Embeddings {
    let mut values = Vec::with_capacity(count * dim);
    for _ in 0..count {
        let mut row: Vec<f32> = (0..dim)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
            })
            .collect();
        normalise(&mut row);
        values.extend(row);
    }
    Embeddings { dim, values }
}

/// A memory-mapped file of vectors.
fn stored(photos: usize, dim: usize) -> impl std::ops::Deref<Target = [u8]> {
    let mut file = tempfile::tempfile().expect("a file");
    let values = vectors(photos, dim, 1).values;
    let rounded: Vec<f16> = values.into_iter().map(f16::from_f32).collect();
    file.write_all(bytemuck::cast_slice(&rounded))
        .expect("written");
    map_file(&file).expect("mapped")
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("score and rank, 10 labels");
    group.sample_size(20);
    for (photos, dim) in [
        (10_000, 512),
        (100_000, 384),
        (100_000, 512),
        (1_000_000, 512),
    ] {
        // Memory-mapped, as in the store.
        let stored = stored(photos, dim);
        let stored: &[f16] = bytemuck::cast_slice(&stored);
        let sums = vec![6f32; photos];
        let scorer = Scorer::new(&vectors(LABELS, dim, 2), &vectors(PROMPTS, dim, 3), 100.0);
        let rows: Vec<u32> = (0..photos as u32).collect();
        let id = BenchmarkId::new(format!("{dim} wide"), photos);
        group.bench_function(id, |bencher| {
            // As in the window: written into the memory of the scores before the last.
            let mut scores = Scores::default();
            bencher.iter(|| {
                scorer.score_into(black_box(stored), &sums, &rows, &mut scores);
                scores.top(None, TOP)
            });
        });
    }
    group.finish();
    members(criterion);
}

/// The same for labels with eight members each.
fn members(criterion: &mut Criterion) {
    let (photos, dim, members) = (100_000, 384, 8);
    let stored = stored(photos, dim);
    let stored: &[f16] = bytemuck::cast_slice(&stored);
    let sums = vec![6f32; photos];
    let all = vectors(LABELS * members, dim, 2);
    let set = ClassifierSet {
        biases: vec![0.0; all.len()],
        groups: vec![members; LABELS],
        negated: vec![0; LABELS],
        texts: all.clone(),
        vectors: all,
    };
    let scorer = Scorer::for_classifiers(&set, &vectors(PROMPTS, dim, 3), 100.0);
    let rows: Vec<u32> = (0..photos as u32).collect();
    criterion.bench_function(
        "score and rank, 10 labels of 8 members, 384 wide",
        |bencher| {
            let mut scores = Scores::default();
            bencher.iter(|| {
                scorer.score_into(black_box(stored), &sums, &rows, &mut scores);
                scores.top(None, TOP)
            });
        },
    );
}

criterion_group!(benches, bench);
criterion_main!(benches);
