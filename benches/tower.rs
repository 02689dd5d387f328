//! Pictures per second through an image tower, in batches of 1 to 32.
//!
//! It times the starter, and the model in `LUMISIFT_BENCH_MODEL=DIR` if that is set. `LUMISIFT_BENCH_DEVICE=cuda` (or
//! `metal`) times only the model on that device, in batches of up to 256.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::layers::WeightFormat;
use lumisift::engine::inference::{Model, load_folder, load_folder_in, load_starter};
use lumisift::engine::media::preprocess::Crop;

fn crops(count: usize, side: u32) -> Vec<Crop> {
    let length = (side * side * 3) as usize;
    let crop = |n: usize| Crop {
        side,
        rgb: (0..length).map(|i| (i * (n + 7) % 251) as u8).collect(),
    };
    (0..count).map(crop).collect()
}

fn measure(criterion: &mut Criterion, name: &str, model: &dyn Model, batches: &[usize]) {
    let info = model.info();
    let mut group = criterion.benchmark_group(format!("tower of {name}"));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(6));
    for batch in batches.iter().copied() {
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

const BATCHES: &[usize] = &[1, 8, 16, 32];

fn bench(criterion: &mut Criterion) {
    let dir = std::env::var_os("LUMISIFT_BENCH_MODEL");
    if let Ok(device) = std::env::var("LUMISIFT_BENCH_DEVICE") {
        let device = Device::open(device.parse().expect("a device")).expect("opens");
        let dir = dir.expect("LUMISIFT_BENCH_MODEL");
        let model = load_folder(dir.as_ref(), &device).expect("a model");
        let name = format!("{} on {}", model.info().name, device.facts().name);
        return measure(criterion, &name, &model, &[1, 16, 64, 256]);
    }
    if let Some(dir) = dir {
        for (name, form) in [("f32", WeightFormat::Float), ("int8", WeightFormat::Int8)] {
            let model = load_folder_in(dir.as_ref(), &Device::cpu(), form).expect("a model");
            let name = format!("{} in {name}", model.info().name);
            measure(criterion, &name, &model, BATCHES);
        }
    }
    measure(
        criterion,
        "starter",
        &load_starter().expect("the starter"),
        BATCHES,
    );
}

criterion_group!(benches, bench);
criterion_main!(benches);
