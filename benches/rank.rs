//! Ranks vectors in files: which share of the memory bandwidth `rank` reaches, and the recall and speed of an index.
//!
//! `cargo bench --bench rank -- [ROWS]` makes a file with this many vectors (default 1,000,000; 5,000,000 take 5 GB of
//! disk for the file and the same for the index) in the folder for temporary files.
//!
//! The vectors are synthetic: 20,000 subjects, each near one of 500 themes, all in one cone like the vectors of a
//! model's pictures. A picture's cosine with its subject is 0.8, and a subject's with its theme 0.7. Queries are texts,
//! which none of the vectors was made for.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, FixedSizeListArray, Float16Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field};
use half::f16;
use lumisift::engine::files::mmap::map_file;
use lumisift::engine::index::zero_shot::ZeroShot;
use lumisift::engine::inference::load_starter;
use lumisift::engine::search::query::{Query, normalise};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::engine::worker::rank::{Hit, Index, IndexOptions, rank};
use rayon::prelude::*;

const THEMES: usize = 500;
const SUBJECTS: usize = 20_000;
/// Rows per record batch.
const BATCH: usize = 16_384;
/// Number of top hits that are compared.
const TOP: usize = 100;
/// Repetitions of each measurement; the median is reported.
const TIMES: usize = 5;
const LABELS: [&str; 12] = [
    "beach",
    "a dog on grass",
    "cat",
    "mountain at sunset",
    "receipt",
    "people dancing",
    "red car",
    "food on a table",
    "snow",
    "night sky",
    "old book",
    "children playing football",
];

/// Reproducible random numbers with an approximately normal distribution.
struct Noise(u64);

impl Noise {
    fn new(seed: u64) -> Self {
        // Mixes the seed, because the sequences of neighbouring seeds would otherwise begin alike.
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Self((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) | 1)
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn normal(&mut self) -> f32 {
        // The sum of four bytes is close enough to a normal distribution.
        let bits = self.bits();
        let sum: u64 = (0..4).map(|at| (bits >> (8 * at + 16)) & 0xff).sum();
        (sum as f32 - 510.0) / 148.0
    }

    fn unit(&mut self, dim: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..dim).map(|_| self.normal()).collect();
        normalise(&mut vector);
        vector
    }

    /// A unit vector with approximately this cosine to another.
    fn near(&mut self, centre: &[f32], cosine: f32) -> Vec<f32> {
        let away = (1.0 - cosine * cosine).sqrt();
        let noise = self.unit(centre.len());
        let both = centre.iter().zip(noise);
        let mut vector: Vec<f32> = both.map(|(c, n)| cosine * c + away * n).collect();
        normalise(&mut vector);
        vector
    }
}

fn subjects(dim: usize) -> Vec<Vec<f32>> {
    let mut noise = Noise::new(1);
    let cone = noise.unit(dim);
    let themes: Vec<Vec<f32>> = (0..THEMES).map(|_| noise.near(&cone, 0.6)).collect();
    (0..SUBJECTS)
        .map(|at| noise.near(&themes[at % THEMES], 0.7))
        .collect()
}

fn write(path: &Path, rows: usize, dim: usize) {
    let subjects = subjects(dim);
    let item = Arc::new(Field::new_list_field(DataType::Float16, true));
    let width = i32::try_from(dim).expect("small");
    let batch = |number: usize| {
        let count = BATCH.min(rows - number * BATCH);
        let values: Vec<f16> = (0..count)
            .into_par_iter()
            .flat_map_iter(|at| {
                let mut noise = Noise::new((number * BATCH + at) as u64 + 7);
                let subject = noise.bits() as usize % SUBJECTS;
                let vector = noise.near(&subjects[subject], 0.8);
                vector.into_iter().map(f16::from_f32)
            })
            .collect();
        let values = Arc::new(Float16Array::from(values));
        let lists = FixedSizeListArray::new(item.clone(), width, values, None);
        let names = (0..count).map(|at| Some(format!("{:09}", number * BATCH + at)));
        let names = names.collect::<StringArray>();
        let columns: [(&str, ArrayRef); 2] =
            [("id", Arc::new(names)), ("embedding", Arc::new(lists))];
        RecordBatch::try_from_iter(columns).expect("a batch")
    };
    let first = batch(0);
    let file = std::fs::File::create(path).expect("made");
    let mut writer = FileWriter::try_new_buffered(file, &first.schema()).expect("a writer");
    for number in 0..rows.div_ceil(BATCH) {
        writer.write(&batch(number)).expect("written");
    }
    writer.finish().expect("finished");
}

/// The median time of several runs in seconds, and the result of the last one.
fn timed<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..TIMES {
        let since = Instant::now();
        last = Some(black_box(run()));
        times.push(since.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    (times[TIMES / 2], last.expect("run"))
}

/// Seconds in which all cores read a mapped file.
fn read_all(path: &Path) -> f64 {
    let map = map_file(&std::fs::File::open(path).expect("there")).expect("mapped");
    let (words, _) = map.as_chunks::<8>();
    let sum = || -> u64 {
        let parts = words.par_chunks(1 << 17);
        let part = |words: &[[u8; 8]]| {
            // Several independent sums, so that additions do not wait for each other.
            let (lanes, _) = words.as_chunks::<32>();
            let mut sums = [0u64; 32];
            for lane in lanes {
                for (sum, word) in sums.iter_mut().zip(lane) {
                    *sum = sum.wrapping_add(u64::from_le_bytes(*word));
                }
            }
            sums.iter().fold(0u64, |a, b| a.wrapping_add(*b))
        };
        parts.map(part).reduce(|| 0, u64::wrapping_add)
    };
    timed(sum).0
}

fn main() {
    let rows = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let rows: usize = rows.unwrap_or(1_000_000);
    let zero_shot = ZeroShot::new(Arc::new(load_starter().expect("the starter"))).expect("ready");
    let dim = zero_shot.model().info().dim;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("vectors.arrow");
    write(&path, rows, dim);
    let bytes = path.metadata().expect("there").len() as f64;
    println!("{rows} vectors of {dim} f16 values, {:.2} GB", bytes / 1e9);
    let memory = read_all(&path);
    println!("memory: {:.1} GB/s read by all cores", bytes / memory / 1e9);
    let files = [path];
    let training_sets: Vec<(&str, TrainingSet)> = (LABELS.iter())
        .map(|label| {
            (
                *label,
                TrainingSet::of(Query::parse(label).expect("a label")),
            )
        })
        .collect();
    let exact: Vec<(f64, Vec<Hit>)> = (training_sets.iter())
        .map(|(_, training_set)| {
            timed(|| rank(&zero_shot, training_set, &files, TOP).expect("ranked"))
        })
        .collect();
    let scan = median(exact.iter().map(|(time, _)| *time));
    println!(
        "rank: {:.3} s a label (median of {}), {:.1} GB/s, {:.2} x of memory",
        scan,
        LABELS.len(),
        bytes / scan / 1e9,
        memory / scan
    );
    index(&zero_shot, &files, &training_sets, &exact, scan);
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn index(
    zero_shot: &ZeroShot,
    files: &[PathBuf],
    training_sets: &[(&str, TrainingSet)],
    exact: &[(f64, Vec<Hit>)],
    scan: f64,
) {
    let path = files[0].with_file_name("vectors.index");
    for percent in [0.5, 1.0, 2.0, 4.0] {
        let options = IndexOptions {
            probed: percent / 100.0,
            ..IndexOptions::default()
        };
        let since = Instant::now();
        let is_new = !path.exists();
        let index = Index::open(zero_shot, &path, files, options, |_| ()).expect("an index");
        if is_new {
            println!(
                "index: built in {:.0} s, {} lists, {:.2} GB",
                since.elapsed().as_secs_f64(),
                index.lists(),
                path.metadata().expect("there").len() as f64 / 1e9
            );
        }
        let mut times = Vec::new();
        let (mut found, mut worst) = (0, (f64::INFINITY, ""));
        for ((label, training_set), (_, exact)) in training_sets.iter().zip(exact) {
            let (time, hits) = timed(|| index.rank(zero_shot, training_set, TOP).expect("ranked"));
            let is_found = |hit: &&Hit| exact.iter().any(|one| one.row == hit.row);
            let right = hits.iter().filter(is_found).count();
            found += right;
            worst = [worst, (right as f64 / TOP as f64, *label)]
                .into_iter()
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .expect("two");
            times.push(time);
        }
        let time = median(times.into_iter());
        println!(
            "index, {percent} % looked at: {:.1} ms a label, {:.1} x the scan, recall@{TOP} {:.3} (worst {:.2}: {})",
            1e3 * time,
            scan / time,
            found as f64 / (TOP * training_sets.len()) as f64,
            worst.0,
            worst.1
        );
    }
}
