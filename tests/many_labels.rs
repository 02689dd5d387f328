//! However many labels a person has, each column of scores is its own label's.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::path::PathBuf;
use std::sync::Arc;

use common::{ColourModel, photos, run};
use lumisift::app::document::labels::Label;
use lumisift::app::document::library::{Item, Library};
use lumisift::app::tasks::scoring::{ScoringRequest, ScoringResponse, ScoringWorker};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::media::preprocess::Crop;

/// The quick model, whose texts are numbers: each has a direction of its own.
struct Numbers(ColourModel);

impl Model for Numbers {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        self.0.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        let vector = |text: &&str| {
            let number = text
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>();
            let angle = number.parse::<f32>().unwrap_or(0.0) / 5000.0 * std::f32::consts::FRAC_PI_2;
            [angle.cos(), angle.sin(), 0.0, 0.0]
        };
        Ok(Embeddings {
            dim: 4,
            values: texts.iter().flat_map(vector).collect(),
        })
    }
}

fn label(number: usize) -> Label {
    Label {
        text: format!("\"{number}\""),
        ..Label::default()
    }
}

/// Answers about each set of labels, one after another by one thread.
fn answers(
    session: &Arc<Session>,
    library: &Library,
    sets: Vec<Vec<Label>>,
) -> Vec<ScoringResponse> {
    let (tell, told) = crossbeam_channel::unbounded();
    let mind = ScoringWorker::start(Arc::new(move || {
        let _ = tell.send(());
    }))
    .expect("a thread");
    let ask = |(number, labels)| {
        mind.ask(ScoringRequest {
            number: number as u64,
            session: Some(session.clone()),
            library: library.snapshot().clone(),
            labels,
            search: "\"17\"".into(),
            draft: None,
            grouping: Default::default(),
            sorting: Default::default(),
            filter: Default::default(),
        });
        told.recv().expect("an answer");
        *mind.newest().expect("an answer")
    };
    sets.into_iter().enumerate().map(ask).collect()
}

#[test]
fn each_of_five_thousand_columns_is_its_labels() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder: PathBuf = dir.path().join("photos");
    photos(&folder, 3);
    let store = Arc::new(Store::open(&dir.path().join("store")).expect("a store"));
    let model = Arc::new(Numbers(ColourModel::new()));
    let session = Arc::new(Session::open(model, store).expect("a session"));
    let mut library = Library::default();
    for (photo, row, _) in run(&session, &[folder]).photos {
        library.put(Item::read(photo, row), 1);
    }
    let many: Vec<Label> = (0..5000).map(label).collect();
    let few: Vec<Label> = [4999, 0, 2500].map(label).into();
    let mut sets = vec![many.clone(), few.clone(), many];
    // Each alone, asked by itself.
    sets.extend([4999, 0, 2500, 700].map(|number| vec![label(number)]));
    let answers = answers(&session, &library, sets);
    let matched = |answer: &ScoringResponse, number: usize| {
        let at = (answer.labels.iter())
            .position(|l| *l == label(number))
            .expect("asked");
        let column = answer.columns[at].expect("scored");
        let of = |photo| answer.scores.matches_of(photo)[column];
        [of(0), of(1), of(2)]
    };
    for answer in &answers {
        assert!(answer.troubles.iter().all(Option::is_none));
        assert_eq!(answer.scores.labels, answer.labels.len());
    }
    // Other columns beside it may change how a sum is rounded.
    let same = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    for (at, number) in [4999, 0, 2500, 700].into_iter().enumerate() {
        let alone = matched(&answers[3 + at], number);
        assert!(same(matched(&answers[0], number), alone), "label {number}");
        assert!(
            same(matched(&answers[2], number), alone),
            "label {number} again"
        );
        if number != 700 {
            assert!(
                same(matched(&answers[1], number), alone),
                "label {number} of few"
            );
        }
    }
    assert!(!same(matched(&answers[0], 0), matched(&answers[0], 4999)));
}
