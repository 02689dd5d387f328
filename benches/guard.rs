//! Warns if the program has become slower, by ratios within one run, which are comparable on any machine of the same
//! kind. `benches/guard.json` holds the recorded ratios of each profile; anything below half of its recorded ratio is
//! reported. The benchmark never fails.
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

/// Number of measurements; the median is used.
const RUNS: usize = 7;
/// Ratios below this share of the recorded one are reported.
const SLACK: f64 = 0.5;
/// Rows, inputs and outputs of the measured layer: a feed-forward layer of ViT-B/32.
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

/// How many times faster a layer is on one core than candle's product, in each precision.
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

/// How many times faster a photo is decoded at small size than at full size.
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
    let recorded: BTreeMap<String, BTreeMap<String, f64>> =
        serde_json::from_str(include_str!("guard.json")).expect("numbers by profile and name");
    let recorded = match cfg!(debug_assertions) {
        true => &recorded["dev"],
        false => &recorded["release"],
    };
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
