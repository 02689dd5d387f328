//! Warns where the program has become slower than it was, by ratios within one run: they mean the same on any machine
//! of a kind. `benches/guard.json` holds what was measured; less than half of that is reported. It never fails.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::cpu::{Activation, GemmEpilogue};
use lumisift::engine::inference::layers::{Linear, RoundedRows, WeightFormat};
use lumisift::engine::media::decode::decode;

/// How often each is measured; the median counts.
const RUNS: usize = 7;
/// Less than this part of what was measured is reported.
const SLACK: f64 = 0.5;
/// Rows, inputs and outputs of the layer that is measured: a feed-forward part of ViT-B/32.
const LAYER: (usize, usize, usize) = (400, 768, 3072);

fn median(mut run: impl FnMut()) -> Duration {
    run();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn noise(rows: usize, columns: usize) -> Tensor {
    Tensor::rand(-1f32, 1f32, (rows, columns), &Device::Cpu).expect("a tensor")
}

/// How much faster a layer is on one core than candle's product, in each precision.
fn layers(ratios: &mut BTreeMap<String, f64>) {
    let (rows, inputs, outputs) = LAYER;
    let (x, weight) = (noise(rows, inputs), noise(outputs, inputs));
    let transposed = weight.t().expect("a view");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let candle = pool.expect("a thread").install(|| {
        median(|| {
            black_box(x.matmul(&transposed).expect("a product"));
        })
    });
    let values: Vec<f32> = x.flatten_all().and_then(|x| x.to_vec1()).expect("values");
    let forms = [
        ("f32", WeightFormat::Float),
        ("int16", WeightFormat::Int16),
        ("int8", WeightFormat::Int8),
    ];
    for (name, form) in forms {
        let layer = Linear::new(&weight, None, form).expect("a layer");
        let packed = layer.packed().expect("on the CPU");
        let (mut rounded, mut out) = (RoundedRows::default(), vec![0f32; rows * outputs]);
        let then = GemmEpilogue::Activate(Activation::None);
        let ours = median(|| packed.run(black_box(&values), then, &mut rounded, &mut out));
        let ratio = candle.as_secs_f64() / ours.as_secs_f64();
        ratios.insert(format!("layer in {name} / candle's product"), ratio);
    }
}

/// How much faster a photo is decoded small than in full.
fn decoding(ratios: &mut BTreeMap<String, f64>) {
    let picture = image::RgbImage::from_fn(4000, 3000, |x, y| {
        image::Rgb([x ^ y, x.wrapping_mul(y) >> 6, x + y].map(|v| v as u8))
    });
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 90);
    encoder.encode_image(&picture).expect("encoded");
    let full = median(|| {
        black_box(image::load_from_memory(black_box(&jpeg)).expect("a picture"));
    });
    let small = median(|| {
        black_box(decode(black_box(&jpeg), 448, &Cancel::default()).expect("a picture"));
    });
    let ratio = full.as_secs_f64() / small.as_secs_f64();
    ratios.insert("small decode / full decode".into(), ratio);
}

fn main() {
    let mut ratios = BTreeMap::new();
    layers(&mut ratios);
    decoding(&mut ratios);
    let recorded: BTreeMap<String, f64> =
        serde_json::from_str(include_str!("guard.json")).expect("numbers by name");
    for (name, ratio) in &ratios {
        let before = recorded.get(name).copied().unwrap_or_default();
        let word = if *ratio < before * SLACK {
            "WARNING: much slower than it was, "
        } else {
            ""
        };
        println!("{name}: {word}{ratio:.2} times as fast; recorded {before:.2}");
    }
}
