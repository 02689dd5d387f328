//! Pictures a second through an image tower, batches of 1 to 32.
//!
//! The starter, and the model in `LUMISIFT_BENCH_MODEL=DIR` if that is set.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lumisift::core::cancel::Cancel;
use lumisift::core::model::{ModelChoice, load};
use lumisift::core::preprocess::Crop;

fn crops(count: usize, side: u32) -> Vec<Crop> {
    let length = (side * side * 3) as usize;
    let crop = |n: usize| Crop {
        side,
        rgb: (0..length).map(|i| (i * (n + 7) % 251) as u8).collect(),
    };
    (0..count).map(crop).collect()
}

fn bench(criterion: &mut Criterion) {
    let folder = std::env::var_os("LUMISIFT_BENCH_MODEL");
    let choices = folder
        .map(|dir| ModelChoice::Folder(dir.into()))
        .into_iter();
    for choice in choices.chain([ModelChoice::Starter]) {
        let model = load(&choice, lumisift::core::device::DeviceChoice::Auto).expect("a model");
        let info = model.info();
        let mut group = criterion.benchmark_group(format!("tower of {}", info.name));
        group
            .sample_size(10)
            .measurement_time(Duration::from_secs(10));
        for batch in [1, 8, 16, 32] {
            let crops = crops(batch, info.preprocess.side);
            group.throughput(Throughput::Elements(batch as u64));
            group.bench_function(BenchmarkId::from_parameter(batch), |bencher| {
                let cancel = Cancel::default();
                bencher.iter(|| {
                    model
                        .embed_images(black_box(&crops), &cancel)
                        .expect("vectors")
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
