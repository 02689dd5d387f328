//! Ranks vectors in files: which share of the memory bandwidth a scan reaches, and the recall and speed of an index.
//!
//! `cargo bench --bench rank -- [ROWS]` makes a file with this many vectors (default 1,000,000; 5,000,000 take 4 GB of
//! disk for the file and the same for the index) in the folder for temporary files.
//!
//! The vectors are synthetic photos of real subjects: the starter's vectors of the bundled vocabulary. A photo is the
//! normalised sum of
//! - its subjects ([`SUBJECT`]): one, two or three words with weights of 1, 0.6 and 0.4, without the mean of all words;
//!   the word at rank k is as frequent as 1 / sqrt(k),
//! - one of six looks of its first subject ([`LOOK`]), a random direction, because photos of a subject form groups,
//! - noise in all directions ([`NOISE`]),
//! - what all photos have in common: a part of the words' mean ([`TEXT`]) and a random direction ([`IMAGE`]).
//!
//! Queries are twelve words of the vocabulary, frequent and rare ones, expanded as usual. Preparing a query (embedding
//! its texts) is timed apart from searches, because it costs the same for a scan and an index. Loading the model is not
//! timed.
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
use lumisift::engine::inference::{Embeddings, load_starter};
use lumisift::engine::search::bundled_prompts::PHOTO_WORDS;
use lumisift::engine::search::query::{Query, normalise};
use lumisift::engine::search::teach::TrainingSet;
use lumisift::engine::worker::rank::{Hit, Index, IndexOptions, RankQuery, rank};
use rayon::prelude::*;

/// Length of the subjects' part of a photo.
const SUBJECT: f32 = 0.2;
/// Length of the look's part.
const LOOK: f32 = 0.35;
/// Length of the noise.
const NOISE: f32 = 0.45;
/// Length of the mean of all words in every photo.
const TEXT: f32 = 0.2;
/// Length of the random direction in every photo.
const IMAGE: f32 = 0.4;
/// Looks per subject.
const LOOKS: usize = 6;
/// Weights of a photo's subjects.
const WEIGHTS: [f32; 3] = [1.0, 0.6, 0.4];
/// Photos whose matches are reported.
const EXAMINED: usize = 2000;
/// Rows per record batch.
const BATCH: usize = 16_384;
/// Number of top hits that are compared.
const TOP: usize = 100;
/// Repetitions of each measurement; the median is reported.
const TIMES: usize = 5;
/// Number of queries.
const QUERIES: usize = 12;

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
}

/// The distribution of the photos.
struct Photos {
    dim: usize,
    subjects: Vec<Vec<f32>>,
    looks: Vec<Vec<f32>>,
    common: Vec<f32>,
}

impl Photos {
    fn new(words: &Embeddings) -> Self {
        let dim = words.dim;
        let mut mean = vec![0f32; dim];
        for word in words.rows() {
            add(&mut mean, word, 1.0 / words.len() as f32);
        }
        let subject = |word: &[f32]| {
            let mut subject = word.to_vec();
            add(&mut subject, &mean, -1.0);
            normalise(&mut subject);
            subject
        };
        let subjects: Vec<Vec<f32>> = words.rows().map(subject).collect();
        let mut noise = Noise::new(1);
        let looks = (0..subjects.len() * LOOKS).map(|_| noise.unit(dim));
        let looks = looks.collect();
        normalise(&mut mean);
        let mut common = vec![0f32; dim];
        add(&mut common, &mean, TEXT);
        add(&mut common, &noise.unit(dim), IMAGE);
        Self {
            dim,
            subjects,
            looks,
            common,
        }
    }

    /// A photo, and its first subject.
    fn photo(&self, number: usize) -> (Vec<f32>, usize) {
        let mut noise = Noise::new(number as u64 + 7);
        let count = 1 + noise.bits() as usize % WEIGHTS.len();
        let subjects: Vec<usize> = (0..count).map(|_| self.subject(&mut noise)).collect();
        let mut all = vec![0f32; self.dim];
        for (subject, weight) in subjects.iter().zip(WEIGHTS) {
            add(&mut all, &self.subjects[*subject], weight);
        }
        normalise(&mut all);
        let mut vector = self.common.clone();
        add(&mut vector, &all, SUBJECT);
        let look = subjects[0] * LOOKS + noise.bits() as usize % LOOKS;
        add(&mut vector, &self.looks[look], LOOK);
        add(&mut vector, &noise.unit(self.dim), NOISE);
        normalise(&mut vector);
        (vector, subjects[0])
    }

    /// A subject, by frequency: the square of a uniform number has a density of 1 / sqrt.
    fn subject(&self, noise: &mut Noise) -> usize {
        let uniform = (noise.bits() >> 11) as f64 / (1u64 << 53) as f64;
        let count = self.subjects.len();
        ((uniform * uniform * count as f64) as usize).min(count - 1)
    }
}

fn add(to: &mut [f32], what: &[f32], weight: f32) {
    to.iter_mut()
        .zip(what)
        .for_each(|(to, v)| *to += weight * v);
}

fn write(path: &Path, rows: usize, photos: &Photos) {
    let item = Arc::new(Field::new_list_field(DataType::Float16, true));
    let width = i32::try_from(photos.dim).expect("small");
    let batch = |number: usize| {
        let count = BATCH.min(rows - number * BATCH);
        let values: Vec<f16> = (0..count)
            .into_par_iter()
            .flat_map_iter(|at| {
                let (vector, _) = photos.photo(number * BATCH + at);
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

/// Prints how well photos match their first subject, which says how realistic they are.
fn print_matches(zero_shot: &ZeroShot, photos: &Photos, words: &Embeddings) {
    let (mut values, mut subjects) = (Vec::new(), Vec::new());
    for number in 0..EXAMINED {
        let (vector, subject) = photos.photo(number);
        values.extend(vector);
        subjects.push(subject);
    }
    let parts = Embeddings {
        dim: photos.dim,
        values,
    };
    let scorer = zero_shot.scorer(words);
    let scores = zero_shot.score_pictures(&scorer, &parts, &[1; EXAMINED]);
    let matches = subjects.iter().enumerate();
    let mut matches: Vec<f32> = matches
        .map(|(photo, subject)| scores.matches_of(photo)[*subject])
        .collect();
    matches.sort_by(f32::total_cmp);
    let at = |share: f64| matches[(share * EXAMINED as f64) as usize];
    println!(
        "matches of photos with their first subject: quartiles {:.2}, {:.2} and {:.2}",
        at(0.25),
        at(0.5),
        at(0.75)
    );
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
    let rows: usize = rows.unwrap_or(1_000_000).max(TOP);
    let zero_shot = ZeroShot::new(Arc::new(load_starter().expect("the starter"))).expect("ready");
    let words = PHOTO_WORDS.embed(zero_shot.model().as_ref());
    let words = words.expect("embedded");
    let photos = Photos::new(&words);
    print_matches(&zero_shot, &photos, &words);
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("vectors.arrow");
    let since = Instant::now();
    write(&path, rows, &photos);
    let bytes = path.metadata().expect("there").len() as f64;
    println!(
        "{rows} vectors of {} f16 values, {:.2} GB, written in {:.0} s",
        photos.dim,
        bytes / 1e9,
        since.elapsed().as_secs_f64()
    );
    let memory = read_all(&path);
    println!("memory: {:.1} GB/s read by all cores", bytes / memory / 1e9);
    let files = [path];
    let all = PHOTO_WORDS.words();
    let labels = (0..QUERIES).map(|at| all[all.len() * (2 * at + 1) / (2 * QUERIES)]);
    let prepared = labels.map(|label| {
        let training_set = TrainingSet::of(Query::parse(label).expect("a label"));
        let new = || RankQuery::new(&zero_shot, &training_set).expect("prepared");
        let (time, query) = timed(new);
        (label, time, query)
    });
    let prepared: Vec<(&str, f64, RankQuery<'_>)> = prepared.collect();
    let preparing = median(prepared.iter().map(|(_, time, _)| *time));
    let exact = prepared
        .iter()
        .map(|(_, _, query)| timed(|| rank(query, &files, TOP).expect("ranked")));
    let exact: Vec<(f64, Vec<Hit>)> = exact.collect();
    let scan = median(exact.iter().map(|(time, _)| *time));
    println!(
        "preparing a query: {:.1} ms (median of {QUERIES}), with the model loaded",
        1e3 * preparing
    );
    println!(
        "scan: {:.1} ms a query, {:.1} GB/s, {:.2} x of memory",
        1e3 * scan,
        bytes / scan / 1e9,
        memory / scan
    );
    let queries: Vec<(&str, RankQuery<'_>)> = prepared
        .into_iter()
        .map(|(label, _, query)| (label, query))
        .collect();
    index(&zero_shot, &files, &queries, &exact, [preparing, scan]);
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Measures an index. "The search" is that of a prepared query; "with preparing" is a whole query of a program that
/// keeps the model and the index open.
fn index(
    zero_shot: &ZeroShot,
    files: &[PathBuf],
    queries: &[(&str, RankQuery<'_>)],
    exact: &[(f64, Vec<Hit>)],
    [preparing, scan]: [f64; 2],
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
        for ((label, query), (_, exact)) in queries.iter().zip(exact) {
            let (time, hits) = timed(|| index.rank(query, TOP).expect("ranked"));
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
            "index, {percent} % looked at: {:.2} ms a query, the search {:.1} x and with preparing {:.1} x as fast as the scan, recall@{TOP} {:.3} (worst {:.2}: {})",
            1e3 * time,
            scan / time,
            (preparing + scan) / (preparing + time),
            found as f64 / (TOP * queries.len()) as f64,
            worst.0,
            worst.1
        );
    }
}
