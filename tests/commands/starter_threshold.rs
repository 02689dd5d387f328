//! At the default threshold, enough samples match their own label and few match others: this is the first thing that a
//! new user sees.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use common::{json, lumisift, samples};

use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::index::zero_shot::ZeroShot;
use lumisift::engine::inference::load_starter;
use lumisift::engine::search::query::Query;
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;
use lumisift::engine::search::teach::TrainingSet;

/// Each sample with the label that describes it, from `tests/fixtures/starter/golden.json`.
const LABELS: [(&str, &str); 14] = [
    ("cat", "a cat"),
    ("coffee", "a cup of coffee"),
    ("astronaut", "an astronaut"),
    ("rocket", "a rocket launch"),
    ("galaxies", "galaxies in space"),
    ("moon", "the moon"),
    ("coins", "coins"),
    ("page", "a page of printed text"),
    ("motorcycle", "a motorcycle"),
    ("grass", "grass"),
    ("brick", "a brick wall"),
    ("temple", "a temple"),
    ("flower", "a flower"),
    ("photographer", "a man with a camera"),
];

#[test]
fn most_samples_lie_above_the_line_of_their_label_and_few_of_another() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("a store");
    let model = load_starter().expect("the starter");
    let session = Session::open(std::sync::Arc::new(model), store.into()).expect("a session");
    let queries: Vec<Query> = (LABELS.iter())
        .map(|(_, label)| Query::parse(label).expect("a query"))
        .collect();
    let labels = session.embed_queries(&queries).expect("vectors");
    let scorer = session.scorer(&labels);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let (mut right, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for (own, (photo, _)) in LABELS.iter().enumerate() {
        let vector = session.embed_picture(&samples.join(format!("{photo}.jpg")));
        let score = session.score_vector(&scorer, &vector.expect("a vector"));
        for (label, matched) in score.matches.iter().enumerate() {
            if *matched >= DEFAULT_MIN_MATCH {
                let pair = (*photo, LABELS[label].1);
                if label == own {
                    right.insert(pair);
                } else {
                    wrong.insert(pair);
                }
            }
        }
    }
    assert!(right.len() >= 8, "right: {right:?}");
    assert!(wrong.len() <= 5, "wrong: {wrong:?}");
}

#[test]
fn negated_words_hide_what_fits_them_and_nothing_else() {
    let model = load_starter().expect("the starter");
    let zero_shot = ZeroShot::new(Arc::new(model)).expect("ready");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let photos = LABELS.map(|(photo, _)| photo);
    let vectors = photos.map(|photo| {
        let path = samples.join(format!("{photo}.jpg"));
        zero_shot.embed_file(&path).expect("vectors")
    });
    let matches = |label: &str| -> Vec<f32> {
        let query = Query::parse(label).expect("a query").expand(&[]);
        let label = [TrainingSet::of(query)];
        let classifiers = zero_shot.teach_all(&label, &zero_shot).expect("taught");
        let scorer = zero_shot.classifier_scorer(&classifiers);
        let score = |parts| zero_shot.score_picture(&scorer, parts).matches[0];
        vectors.iter().map(score).collect()
    };
    let of = |photo: &str| photos.iter().position(|p| *p == photo).expect("a sample");
    for (label, photo, alone) in [
        ("cat -dog", "cat", "cat"),
        ("cat -people", "cat", "cat"),
        ("motorcycle -car", "motorcycle", "motorcycle"),
        ("people -child", "photographer", "people"),
    ] {
        let (with, alone) = (matches(label), matches(alone));
        let at = of(photo);
        assert!(with[at] >= DEFAULT_MIN_MATCH, "{label}: {with:?}");
        assert!(with[at] > 0.4 * alone[at], "{label}: {with:?}, {alone:?}");
        let best = with.iter().copied().fold(0.0, f32::max);
        let best = with.iter().position(|matched| *matched == best);
        let was_best = alone.iter().copied().fold(0.0, f32::max);
        let was_best = alone.iter().position(|matched| *matched == was_best);
        assert_eq!(best, was_best, "{label}: {with:?}, {alone:?}");
    }
    // What fits the negated word as well as the label has at most the default minimum.
    for label in ["animal -cat", "cat -cat"] {
        assert!(
            matches(label)[of("cat")] <= 1.01 * DEFAULT_MIN_MATCH,
            "{label}"
        );
    }
}

#[test]
fn the_readme_shows_what_the_samples_score() {
    const LABELS: [&str; 8] = [
        "cat",
        "motorcycle",
        "text",
        "drink",
        "flower",
        "moon",
        "building",
        "people",
    ];
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    let command = LABELS.map(|label| format!(" -l {label}")).concat();
    let command = format!("$ lumisift sort assets/samples{command}\n");
    let (_, table) = readme.split_once(&command).expect("the command");
    let (table, _) = table.split_once("```").expect("its end");
    let mut shown = BTreeMap::new();
    for line in table.lines().filter(|line| line.starts_with("| …/")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let percent = |cell: &str| {
            cell.trim_end_matches(" %")
                .parse::<f64>()
                .expect("a number")
        };
        let name = cells[0].trim_start_matches("…/").to_owned();
        shown.insert(name, (cells[1].to_owned(), percent(cells[2])));
    }
    assert_eq!(shown.len(), 14, "all of them, also those that fail");

    let home = tempfile::tempdir().expect("a folder");
    let mut sort = lumisift(home.path());
    sort.arg("sort").arg(samples());
    sort.args(LABELS.map(|label| ["-l", label]).concat());
    let (result, _, _) = json(&mut sort);
    for photo in result["photos"].as_array().expect("photos") {
        let path = Path::new(photo["path"].as_str().expect("a path"));
        let name = path.file_name().expect("a name").to_string_lossy();
        let (label, matched) = &shown[&*name];
        let labels = photo["labels"].as_array().expect("labels");
        let highest = labels
            .iter()
            .map(|label| label["match"].as_f64().expect("a match"));
        let highest = 100.0 * highest.fold(0.0, f64::max);
        assert!(
            (highest - matched).abs() < 1.0,
            "{name}: {highest}, not {matched}"
        );
        let best = photo["best"].as_str().unwrap_or("(none)");
        assert_eq!(best, label, "{name}");
    }
}

#[test]
fn only_the_starter_says_what_share_above_a_line_fits() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("a store").into();
    let starter = Arc::new(load_starter().expect("the starter"));
    let session = Session::open(starter, store).expect("a session");
    let share = session
        .calibration()
        .and_then(|known| known.share_above(DEFAULT_MIN_MATCH));
    assert!(
        share.is_some_and(|share| (share - 0.73).abs() < 1e-6),
        "{share:?}"
    );
    let dir = tempfile::tempdir().expect("a folder");
    let store = Store::open(dir.path()).expect("a store").into();
    let other = Arc::new(common::ColourModel::with_match_bias(1.4));
    let session = Session::open(other, store).expect("a session");
    assert!(session.calibration().is_none());
}
