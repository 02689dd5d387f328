//! Pictures a second through the image towers on a graphics card, by model and batch, beside what its arithmetic and memory
//! would allow: `cargo bench --bench gpu`. Weights look random, so nothing is downloaded.
//!
//! Before that it prints each dispatch of a batch of 16 with its operations and bytes, and what follows from them for four cards.
//!
//! `LUMISIFT_BENCH_GPU=N` chooses a card by the number that `lumisift doctor` shows. Of an adapter that computes on the processor
//! only the arithmetic is told, unless it was chosen so.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::gpu::{
    Adapter, Context, Dispatch, ImageTower, Numbers, adapters, synthetic_tower,
};
use lumisift::engine::inference::load_starter_tower;
use lumisift::engine::media::preprocess::Crop;
use serde_json::{Value, json};

/// What a card can do on paper: operations a second in f32 without matrix units, and bytes a second.
struct Paper {
    name: &'static str,
    operations: f64,
    bytes: f64,
}

const CARDS: [Paper; 4] = [
    Paper {
        name: "M1, 8 cores",
        operations: 2.6e12,
        bytes: 68e9,
    },
    Paper {
        name: "RX 6600",
        operations: 8.9e12,
        bytes: 224e9,
    },
    Paper {
        name: "RTX 3060",
        operations: 12.7e12,
        bytes: 360e9,
    },
    Paper {
        name: "H100 SXM",
        operations: 67e12,
        bytes: 3350e9,
    },
];
/// The part of a card's arithmetic that products reach; hand-written WGSL has reached a third on an M1.
const PRODUCTS: f64 = 0.35;
/// That which other kernels reach.
const OTHERS: f64 = 0.1;
/// The part of a card's memory rate that is reached.
const MEMORY: f64 = 0.7;
/// Time between two dispatches.
const GAP: f64 = 5e-6;

impl Paper {
    fn seconds(&self, dispatch: &Dispatch) -> f64 {
        let part = if dispatch.name == "product" {
            PRODUCTS
        } else {
            OTHERS
        };
        let arithmetic = dispatch.operations / (part * self.operations);
        arithmetic.max(dispatch.bytes / (MEMORY * self.bytes)) + GAP
    }
}

fn clip(width: usize, heads: usize, layers: usize, patch: usize) -> Value {
    json!({"model_type": "clip", "projection_dim": if width == 1024 { 768 } else { 512 }, "vision_config": {
        "hidden_size": width, "intermediate_size": 4 * width, "num_attention_heads": heads,
        "num_hidden_layers": layers, "patch_size": patch, "image_size": 224, "hidden_act": "quick_gelu"}})
}

fn towers(context: &Arc<Context>) -> Vec<(&'static str, ImageTower)> {
    let siglip = json!({"model_type": "siglip", "vision_config": {}, "text_config": {}});
    let configs = [
        ("CLIP ViT-B/32", clip(768, 12, 12, 32)),
        ("CLIP ViT-B/16", clip(768, 12, 12, 16)),
        ("CLIP ViT-L/14", clip(1024, 16, 24, 14)),
        ("SigLIP 2 B/16", siglip),
    ];
    let mut towers = vec![("starter", load_starter_tower(context).expect("the starter"))];
    for (name, config) in configs {
        towers.push((name, synthetic_tower(context, config).expect("a tower")));
    }
    towers
}

/// Dispatches that are alike, in the order of the first of each.
fn alike(dispatches: &[Dispatch]) -> Vec<(&Dispatch, usize)> {
    let mut groups: Vec<(&Dispatch, usize)> = Vec::new();
    for dispatch in dispatches {
        let same = |known: &Dispatch| {
            (known.name, known.operations, known.bytes)
                == (dispatch.name, dispatch.operations, dispatch.bytes)
        };
        match groups.iter_mut().find(|(known, _)| same(known)) {
            Some((_, count)) => *count += 1,
            None => groups.push((dispatch, 1)),
        }
    }
    groups
}

/// Operations and bytes of each dispatch of a batch, and what is predicted of four cards by them.
fn tell_arithmetic(name: &str, tower: &ImageTower, batch: usize) {
    let plan = tower.plan(batch).expect("a plan");
    let dispatches = plan.dispatches();
    let per_picture = |what: fn(&Dispatch) -> f64| -> f64 {
        dispatches.iter().map(what).sum::<f64>() / batch as f64
    };
    println!(
        "\n{name}, {batch} pictures: {} dispatches, {:.0} MB between layers; {:.2} GFLOP and {:.1} MB a picture",
        dispatches.len(),
        plan.bytes() as f64 / 1e6,
        per_picture(|d| d.operations) / 1e9,
        per_picture(|d| d.bytes) / 1e6,
    );
    let cards = CARDS.map(|card| format!("{:>12}", card.name)).concat();
    println!(
        "{:>5} {:<12} {:>12} {:>10}  us on{cards}",
        "times", "kernel", "MFLOP", "MB"
    );
    for (dispatch, count) in alike(dispatches) {
        let times = CARDS.map(|card| format!("{:>12.0}", 1e6 * card.seconds(dispatch)));
        println!(
            "{count:>5} {:<12} {:>12.1} {:>10.2}       {}",
            dispatch.name,
            dispatch.operations / 1e6,
            dispatch.bytes / 1e6,
            times.concat()
        );
    }
    for kernel in ["product", "attention"] {
        let own = dispatches.iter().filter(|d| d.name == kernel);
        let sum: f64 = own.map(|d| d.operations).sum();
        if sum > 0.0 {
            println!("  {kernel}: {:.3} GFLOP/picture", sum / batch as f64 / 1e9);
        }
    }
    for card in &CARDS {
        let time: f64 = dispatches.iter().map(|d| card.seconds(d)).sum();
        let rate = batch as f64 / time;
        println!("  predicted on {:<12} {rate:>7.0} pictures/s", card.name);
    }
}

fn crops(count: usize, side: u32) -> Vec<Crop> {
    let length = (side * side * 3) as usize;
    let crop = |n: usize| Crop {
        side,
        rgb: (0..length).map(|i| (i * (n + 7) % 251) as u8).collect(),
    };
    (0..count).map(crop).collect()
}

/// Pictures a second, over three seconds after a first run.
fn measure(name: &str, tower: &ImageTower, batch: usize) {
    let cancel = Cancel::default();
    let pictures = crops(batch, tower.side() as u32);
    tower.embed(&pictures, &cancel).expect("vectors");
    let (began, mut done) = (Instant::now(), 0);
    while done == 0 || began.elapsed() < Duration::from_secs(3) {
        tower.embed(&pictures, &cancel).expect("vectors");
        done += batch;
    }
    let rate = done as f64 / began.elapsed().as_secs_f64();
    let plan = tower.plan(batch.min(16)).expect("a plan");
    let each = |sum: f64| sum / batch.min(16) as f64 * rate;
    let operations = each(plan.dispatches().iter().map(|d| d.operations).sum());
    let bytes = each(plan.dispatches().iter().map(|d| d.bytes).sum());
    println!(
        "{name:<16} batch {batch:>3}: {rate:>8.1} pictures/s, {:>6.2} TFLOP/s, {:>6.0} GB/s moved at least",
        operations / 1e12,
        bytes / 1e9
    );
}

fn main() {
    let number = std::env::var("LUMISIFT_BENCH_GPU").ok();
    let chosen: usize = number.as_ref().map_or(0, |n| n.parse().expect("a number"));
    let adapters = adapters().expect("drivers answer");
    let Some(adapter): Option<&Adapter> = adapters.get(chosen) else {
        println!("NO GRAPHICS CARD {chosen}: {} were found", adapters.len());
        return;
    };
    println!(
        "{} ({}, {}, {})",
        adapter.name,
        adapter.kind.name(),
        adapter.interface,
        adapter.driver
    );
    for numbers in [Numbers::Fastest, Numbers::Full] {
        let context = Arc::new(Context::open(adapter, numbers, None).expect("opens"));
        println!(
            "\nweights in {}",
            if context.in_halves() { "f16" } else { "f32" }
        );
        let towers = towers(&context);
        if numbers == Numbers::Fastest {
            towers
                .iter()
                .for_each(|(name, tower)| tell_arithmetic(name, tower, 16));
        }
        if adapter.is_software() && number.is_none() {
            println!(
                "\n{} computes on the processor: nothing is timed",
                adapter.name
            );
            return;
        }
        for (name, tower) in &towers {
            for batch in [1, 8, 16, 32, 64, 128] {
                measure(name, tower, batch);
            }
        }
    }
}
