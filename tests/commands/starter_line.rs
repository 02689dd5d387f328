//! Of the samples, enough lie above the default line and few beside their label: what a person sees first.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::load_starter;
use lumisift::engine::search::query::Query;
use lumisift::engine::search::score::DEFAULT_MIN_MATCH;

/// Each sample with the label that describes it: those of `tests/fixtures/starter/golden.json`.
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
