//! Pictures per second through the image towers on a graphics card, by model and batch, compared with the limits of its
//! arithmetic and memory: `cargo bench --bench gpu`. Weights are pseudorandom, so nothing is downloaded.
//!
//! First it prints each dispatch of batches of 16 and 64 with its operations and bytes, and the predicted rates of five
//! cards. That part needs no card and no driver.
//!
//! `LUMISIFT_BENCH_GPU=N` selects a card by the number that `lumisift doctor` shows. An adapter that computes on the
//! processor is timed only if it is selected this way. `LUMISIFT_BENCH_CARD=12.7,360,25.5` gives the card's data-sheet
//! values (TFLOP/s in f32, GB/s, and TFLOP/s of its matrix units, if any) if it is none of the five.
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
    Adapter, Context, Dispatch, GpuImageTower, GpuPrecision, adapters, noop_adapter,
    synthetic_tower, time_dispatch,
};
use lumisift::engine::inference::load_starter_tower;
use lumisift::engine::media::preprocess::Crop;
use serde_json::{Value, json};

/// A card's data-sheet values, per second.
#[derive(Clone, Copy)]
struct CardSpec {
    name: &'static str,
    /// The adapter's name, exactly.
    adapter_name: &'static str,
    /// Operations in f32 without matrix units.
    operations: f64,
    /// Operations of the matrix units: f16 with sums in f32, without sparsity.
    matrix_operations: Option<f64>,
    bytes: f64,
    /// Compute units, multiprocessors or cores; each works on whole workgroups.
    units: f64,
}

const CARDS: [CardSpec; 5] = [
    CardSpec {
        name: "M1, 8 cores",
        adapter_name: "Apple M1",
        operations: 2.6e12,
        matrix_operations: None,
        bytes: 68e9,
        units: 8.0,
    },
    CardSpec {
        name: "RX 6600",
        adapter_name: "AMD Radeon RX 6600",
        operations: 8.9e12,
        matrix_operations: None,
        bytes: 224e9,
        units: 28.0,
    },
    CardSpec {
        name: "RTX 3060",
        adapter_name: "NVIDIA GeForce RTX 3060",
        operations: 12.7e12,
        matrix_operations: Some(25.5e12),
        bytes: 360e9,
        units: 28.0,
    },
    CardSpec {
        name: "H100 SXM",
        adapter_name: "NVIDIA H100 80GB HBM3",
        operations: 67e12,
        matrix_operations: Some(989e12),
        bytes: 3350e9,
        units: 132.0,
    },
    CardSpec {
        name: "H200",
        adapter_name: "NVIDIA H200",
        operations: 67e12,
        matrix_operations: Some(989e12),
        bytes: 4800e9,
        units: 132.0,
    },
];
/// The variable with the data-sheet values of another card.
const VARIABLE: &str = "LUMISIFT_BENCH_CARD=TFLOP/s,GB/s[,TFLOP/s of matrix units]";
/// Share of a card's arithmetic that products reach. Hand-written WGSL has reached a third on an M1.
const PRODUCTS: f64 = 0.35;
/// Share that other kernels reach.
const OTHERS: f64 = 0.1;
/// Share of a card's memory bandwidth that is reached.
const MEMORY: f64 = 0.7;
/// Time between two dispatches.
const GAP: f64 = 5e-6;

impl CardSpec {
    /// The predicted time of a dispatch without matrix units.
    fn seconds(&self, dispatch: &Dispatch) -> f64 {
        let part = if dispatch.name == "product" {
            PRODUCTS
        } else {
            OTHERS
        };
        // Units without a workgroup wait for the others.
        let each = dispatch.workgroups() as f64 / self.units;
        let filled = each / each.ceil();
        let arithmetic = dispatch.operations / (part * filled * self.operations);
        arithmetic.max(dispatch.bytes / (MEMORY * self.bytes)) + GAP
    }

    /// The roofline: the time of a dispatch if all of the card's arithmetic and memory bandwidth were used. `None` if
    /// it uses matrix units whose rate is not known.
    fn least_seconds(&self, dispatch: &Dispatch) -> Option<f64> {
        let operations = match dispatch.name.ends_with("by matrix units") {
            true => self.matrix_operations?,
            false => self.operations,
        };
        Some((dispatch.operations / operations).max(dispatch.bytes / self.bytes))
    }

    /// The card's values, from the environment variable or by its name.
    fn of(adapter: &Adapter) -> Option<Self> {
        let Ok(text) = std::env::var("LUMISIFT_BENCH_CARD") else {
            // Not a prefix: "RX 6600 XT" is another card.
            let known = |card: &&Self| adapter.name == card.adapter_name;
            return CARDS.iter().find(known).copied();
        };
        let numbers = text.split(',').map(|n| n.trim().parse().expect("a number"));
        let numbers: Vec<f64> = numbers.collect();
        assert!(matches!(numbers.len(), 2 | 3), "{VARIABLE}");
        Some(Self {
            name: "this card",
            adapter_name: "",
            operations: 1e12 * numbers[0],
            matrix_operations: numbers.get(2).map(|operations| 1e12 * operations),
            bytes: 1e9 * numbers[1],
            units: 1.0,
        })
    }
}

fn clip(width: usize, heads: usize, layers: usize, patch: usize) -> Value {
    json!({"model_type": "clip", "projection_dim": if width == 1024 { 768 } else { 512 }, "vision_config": {
        "hidden_size": width, "intermediate_size": 4 * width, "num_attention_heads": heads,
        "num_hidden_layers": layers, "patch_size": patch, "image_size": 224, "hidden_act": "quick_gelu"}})
}

/// The towers to time, loaded one after another.
const NAMES: [&str; 5] = [
    "starter",
    "CLIP ViT-B/32",
    "CLIP ViT-B/16",
    "CLIP ViT-L/14",
    "SigLIP 2 B/16",
];

fn tower(context: &Arc<Context>, name: &str) -> GpuImageTower {
    let config = match name {
        "starter" => return load_starter_tower(context).expect("the starter"),
        "CLIP ViT-B/32" => clip(768, 12, 12, 32),
        "CLIP ViT-B/16" => clip(768, 12, 12, 16),
        "CLIP ViT-L/14" => clip(1024, 16, 24, 14),
        _ => json!({"model_type": "siglip", "vision_config": {}, "text_config": {}}),
    };
    synthetic_tower(context, config).expect("a tower")
}

/// Groups equal dispatches, in order of first appearance.
fn group_equal(dispatches: &[Dispatch]) -> Vec<(&Dispatch, usize)> {
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

/// Prints operations and bytes of each dispatch of a batch, and the times predicted for five cards.
fn print_arithmetic(name: &str, tower: &GpuImageTower, batch: usize) -> Vec<String> {
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
    for (dispatch, count) in group_equal(dispatches) {
        let times = CARDS.map(|card| format!("{:>12.0}", 1e6 * card.seconds(dispatch)));
        println!(
            "{count:>5} {:<12} {:>12.1} {:>10.2}       {}",
            dispatch.name,
            dispatch.operations / 1e6,
            dispatch.bytes / 1e6,
            times.concat()
        );
    }
    let operations = |which: &dyn Fn(&str) -> bool| {
        let own = dispatches.iter().filter(|d| which(d.name));
        own.map(|d| d.operations).sum::<f64>() / batch as f64 / 1e9
    };
    let mut row = vec![
        name.to_owned(),
        dispatches.len().to_string(),
        format!("{:.2}", operations(&|kernel| kernel == "product")),
        format!("{:.2}", operations(&|kernel| kernel == "attention")),
        format!(
            "{:.2}",
            operations(&|kernel| kernel != "product" && kernel != "attention")
        ),
        format!("{:.0}", per_picture(|d| d.bytes) / 1e6),
    ];
    for card in &CARDS {
        let time: f64 = dispatches.iter().map(|d| card.seconds(d)).sum();
        row.push(format!("{:.0}", batch as f64 / time));
    }
    row
}

/// Prints the tables of docs/gpu.md.
fn print_predictions(rows: &[Vec<String>], batch: usize) {
    let cards = CARDS.map(|card| card.name).join(" | ");
    println!("\nPer picture, in batches of {batch} in f16; then pictures/s as predicted:");
    println!(
        "| model | dispatches | products, GFLOP | attention, GFLOP | other kernels, GFLOP | minimum MB | {cards} |"
    );
    println!("|{}", "---|".repeat(6 + CARDS.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
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

/// Pictures per second, measured for one second after a warm-up run.
fn measure(name: &str, tower: &GpuImageTower, batch: usize, paper: Option<CardSpec>) {
    let cancel = Cancel::default();
    let pictures = crops(batch, tower.side() as u32);
    tower.embed(&pictures, &cancel).expect("vectors");
    let (began, mut done) = (Instant::now(), 0);
    while done == 0 || began.elapsed() < Duration::from_secs(1) {
        tower.embed(&pictures, &cancel).expect("vectors");
        done += batch;
    }
    let rate = done as f64 / began.elapsed().as_secs_f64();
    let plan = tower.plan(batch.min(16)).expect("a plan");
    let each = |sum: f64| sum / batch.min(16) as f64 * rate;
    let operations = each(plan.dispatches().iter().map(|d| d.operations).sum());
    let bytes = each(plan.dispatches().iter().map(|d| d.bytes).sum());
    let time: Option<f64> = paper.and_then(|paper| {
        let dispatches = plan.dispatches().iter();
        dispatches.map(|d| paper.least_seconds(d)).sum()
    });
    let roofline = time.map_or_else(String::new, |time| {
        let most = batch.min(16) as f64 / time;
        format!(
            "; roofline {most:.0} pictures/s, {:.0} % of it reached",
            100.0 * rate / most
        )
    });
    println!(
        "{name:<16} batch {batch:>3}: {rate:>8.1} pictures/s, {:>6.2} TFLOP/s, {:>6.0} GB/s moved at least{roofline}",
        operations / 1e12,
        bytes / 1e9
    );
}

/// Prints how long the card takes for each kind of dispatch of a batch.
fn print_times(name: &str, tower: &GpuImageTower, batch: usize) {
    const TIMES: u32 = 20;
    let plan = tower.plan(batch).expect("a plan");
    println!("\n{name}, {batch} pictures, as measured:");
    println!(
        "{:>5} {:<25} {:>12} {:>10} {:>9} {:>10} {:>8} {:>10}",
        "times", "kernel", "MFLOP", "MB", "us each", "TFLOP/s", "GB/s", "us in all"
    );
    let mut sum = 0.0;
    let dispatches = plan.dispatches();
    for (dispatch, count) in group_equal(dispatches) {
        let at = dispatches.iter().position(|d| std::ptr::eq(d, dispatch));
        let at = at.expect("one of them");
        let hang_timeout = Duration::from_secs(20);
        let time = time_dispatch(tower.context(), &plan, (at, TIMES), hang_timeout).expect("runs");
        let seconds = time.as_secs_f64().max(1e-9);
        sum += seconds * count as f64;
        println!(
            "{count:>5} {:<25} {:>12.1} {:>10.2} {:>9.1} {:>10.2} {:>8.0} {:>10.0}",
            dispatch.name,
            dispatch.operations / 1e6,
            dispatch.bytes / 1e6,
            1e6 * seconds,
            dispatch.operations / seconds / 1e12,
            dispatch.bytes / seconds / 1e9,
            1e6 * seconds * count as f64,
        );
    }
    println!("{:.0} us, {:.0} pictures/s", 1e6 * sum, batch as f64 / sum);
}

/// Batch sizes for the predictions: that of the self-test, and the one reached when a folder of photos is read.
const BATCHES: [usize; 2] = [16, 64];

/// Prints the part that needs no card.
fn predict() {
    let paper = noop_adapter().expect("wgpu's noop");
    let context = Context::open(&paper, GpuPrecision::Fastest, None).expect("opens");
    let context = Arc::new(context);
    let mut tables = BATCHES.map(|batch| (batch, Vec::new()));
    for name in NAMES {
        let tower = tower(&context, name);
        for (batch, rows) in &mut tables {
            rows.push(print_arithmetic(name, &tower, *batch));
        }
    }
    for (batch, rows) in &tables {
        print_predictions(rows, *batch);
    }
}

fn main() {
    predict();
    let number = std::env::var("LUMISIFT_BENCH_GPU").ok();
    let chosen: usize = number.as_ref().map_or(0, |n| n.parse().expect("a number"));
    let adapters = adapters().expect("drivers answer");
    let Some(adapter) = adapters.get(chosen) else {
        println!("\nNOTHING IS TIMED: there is no graphics card {chosen}");
        return;
    };
    println!(
        "\n{} ({}, {}, {})",
        adapter.name,
        adapter.kind.name(),
        adapter.interface,
        adapter.driver
    );
    if adapter.is_software() && number.is_none() {
        println!("NOTHING IS TIMED: it computes on the processor");
        return;
    }
    let paper = CardSpec::of(adapter);
    if paper.is_none() {
        println!("{VARIABLE} would add its roofline");
    }
    let open = |numbers| Context::open(adapter, numbers, None).expect("opens");
    let fastest = open(GpuPrecision::Fastest);
    let mut contexts = Vec::new();
    if fastest.has_matrix_units() {
        contexts.push(("f16 by matrix units", fastest));
        let without = open(GpuPrecision::Fastest).without_matrix_units();
        contexts.push(("f16", without));
    } else {
        contexts.push((if fastest.uses_f16() { "f16" } else { "f32" }, fastest));
    }
    if contexts[0].0 != "f32" {
        contexts.push(("f32", open(GpuPrecision::Full)));
    }
    for (numbers, context) in contexts {
        let context = Arc::new(context);
        println!("\nproducts in {numbers}");
        for name in NAMES {
            let tower = tower(&context, name);
            for batch in [1, 8, 16, 32, 64, 256] {
                measure(name, &tower, batch, paper);
            }
            print_times(name, &tower, 64);
        }
    }
}
