//! Examples improve a label, measured on photos that it was not taught with.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "figures for docs/benchmarks.md")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use image::{Rgb, RgbImage};
use lumisift::engine::index::pipeline::{self, Event, JobOptions};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::index::zero_shot::{Pictures, ZeroShot};
use lumisift::engine::inference::load_starter;
use lumisift::engine::search::query::Query;
use lumisift::engine::search::teach::TrainingSet;

use crate::common::samples;

/// Pictures of each kind.
const EACH: usize = 40;

/// A pseudorandom number that is the same on every machine.
fn noise(seed: &mut u32) -> f32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 8) as f32 / 16_777_216.0
}

/// A picture of stripes or of dots in any two colours, at any size, under strong noise, which no word describes well.
fn picture(dots: bool, seed: &mut u32) -> RgbImage {
    let colour = |seed: &mut u32| [0; 3].map(|_: u8| (noise(seed) * 255.0) as u8);
    let (ink, ground) = (colour(seed), colour(seed));
    let (period, angle) = (16.0 + 24.0 * noise(seed), noise(seed) * 3.1);
    let (sin, cos) = angle.sin_cos();
    RgbImage::from_fn(224, 224, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let (u, v) = ((x * cos + y * sin) / period, (y * cos - x * sin) / period);
        let on = if dots {
            let (du, dv) = (u.fract().abs() - 0.5, v.fract().abs() - 0.5);
            du * du + dv * dv < 0.09
        } else {
            u.fract().abs() < 0.5
        };
        let base = if on { ink } else { ground };
        Rgb(base.map(|c| (f32::from(c) + 700.0 * (noise(seed) - 0.5)).clamp(0.0, 255.0) as u8))
    })
}

/// The mean of the precision values at each correct picture.
fn average_precision(mut scored: Vec<(f32, bool)>) -> f32 {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut sum) = (0.0, 0.0);
    for (rank, (_, is_right)) in scored.iter().enumerate() {
        if *is_right {
            right += 1.0;
            sum += right / (rank + 1) as f32;
        }
    }
    sum / right
}

#[test]
fn average_precision_rises_with_examples() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut seed = 7;
    let kinds: Vec<Vec<PathBuf>> = [false, true]
        .iter()
        .map(|dots| {
            let save = |n: usize| {
                let path = dir.path().join(format!("{dots}-{n}.png"));
                picture(*dots, &mut seed).save(&path).expect("saved");
                path
            };
            (0..EACH).map(save).collect()
        })
        .collect();
    let store = Store::open(&dir.path().join("store")).expect("a store");
    let model = Arc::new(load_starter().expect("a model"));
    let session = Arc::new(Session::open(model, Arc::new(store)).expect("a session"));
    let rows = read(&session, dir.path());
    let (stripes, dots) = (&kinds[0], &kinds[1]);
    let half = EACH / 2;
    let precision = |training_set: &TrainingSet| {
        let taught = session
            .teach_all(std::slice::from_ref(training_set))
            .expect("taught");
        let held_out: Vec<(&PathBuf, bool)> = stripes[half..]
            .iter()
            .map(|path| (path, true))
            .chain(dots[half..].iter().map(|path| (path, false)))
            .collect();
        let numbers: Vec<u32> = held_out.iter().map(|(path, _)| row(&rows, path)).collect();
        let scores = session
            .score(&session.classifier_scorer(&taught), &numbers)
            .expect("scores");
        let right = held_out.iter().map(|(_, right)| *right);
        average_precision(scores.matches.into_iter().zip(right).collect())
    };
    let training_set = |count: usize| TrainingSet {
        examples: stripes[..count].to_vec(),
        counter_examples: dots[..count].to_vec(),
        ..TrainingSet::of(Query::parse("pattern").expect("a query"))
    };
    let text = precision(&training_set(0));
    let few = precision(&training_set(3));
    let start = Instant::now();
    let head = precision(&training_set(half));
    let time = start.elapsed();
    eprintln!(
        "average precision: text {text:.3}, 3 + 3 examples {few:.3}, {half} + {half} {head:.3} (fitted and scored in {time:?})"
    );
    assert!(few > text + 0.05, "{text} {few}");
    assert!(head > few && head > 0.9, "{few} {head}");
    let only = TrainingSet {
        text_only: true,
        ..training_set(half)
    };
    assert_eq!(
        precision(&only),
        text,
        "the switch shows what the text alone says"
    );
}

/// The log-odds of a match.
fn log_odds(matched: f32) -> f32 {
    (matched / (1.0 - matched)).ln()
}

#[test]
fn without_a_store_an_example_does_not_raise_photos_unlike_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut seed, path) = (7, dir.path().join("stripes.png"));
    picture(false, &mut seed).save(&path).expect("saved");
    // The text does not fit the example at all, so there is much to learn.
    let plain = TrainingSet::of(Query::parse("cat").expect("a query"));
    let trained = TrainingSet {
        examples: vec![path.clone()],
        ..plain.clone()
    };
    let model = Arc::new(load_starter().expect("a model"));
    let zero_shot = ZeroShot::new(model.clone()).expect("ready");
    let scorers = [plain, trained.clone()].map(|training_set| {
        let classifiers = zero_shot.teach_all(&[training_set], &zero_shot);
        zero_shot.classifier_scorer(&classifiers.expect("trained"))
    });
    // What the example adds to a picture's log-odds.
    let raised = |path: &Path| {
        let vector = zero_shot.vector(path).expect("a vector");
        let [before, after] =
            [0, 1].map(|n| log_odds(zero_shot.score_vector(&scorers[n], &vector).matches[0]));
        after - before
    };
    assert!(raised(&path) > 1.0, "{}", raised(&path));
    let mut unlike: Vec<PathBuf> = std::fs::read_dir(samples())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    unlike.retain(|path| path.extension().is_some_and(|ending| ending == "jpg"));
    let mean = unlike.iter().map(|path| raised(path)).sum::<f32>() / unlike.len() as f32;
    assert!(mean.abs() < 0.1, "{mean}");

    // An empty store is no different.
    let store = Store::open(&dir.path().join("store")).expect("a store");
    let session = Session::open(model, Arc::new(store)).expect("a session");
    let in_session = session.teach(&trained).expect("trained");
    let alone = zero_shot.teach(&trained, &zero_shot).expect("trained");
    let pairs = in_session.members[0].vector.iter();
    let mut pairs = pairs.zip(&alone.members[0].vector);
    assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-3));
}

fn read(session: &Arc<Session>, dir: &Path) -> Vec<(PathBuf, u32)> {
    let job = pipeline::start(session, JobOptions::new(vec![dir.into()])).expect("a job");
    let mut rows = Vec::new();
    while let Some(message) = job.next() {
        if let Event::Photo { photo, row, .. } = message.event {
            rows.push((photo.file.path, row));
        }
    }
    rows
}

fn row(rows: &[(PathBuf, u32)], path: &Path) -> u32 {
    let found = rows.iter().find(|(known, _)| known == path);
    found.expect("it was read").1
}
