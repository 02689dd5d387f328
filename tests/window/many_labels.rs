//! With any number of labels, each column of scores belongs to its own label.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use common::{ColourModel, photos, run};
use lumisift::app::document::labels::Label;
use lumisift::app::document::library::{LibraryItem, PhotoList};
use lumisift::app::tasks::scoring::{ScoringRequest, ScoringResponse, ScoringWorker};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::library::{IncrementalScorer, Photos};
use lumisift::engine::media::preprocess::Crop;
use lumisift::engine::search::query::Query;
use lumisift::engine::search::teach::TrainingSet;
use proptest::prelude::*;

/// The quick model, whose texts are numbers, each with a direction of its own.
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

/// Photos in a store of their own, with a session of the quick model.
struct Indexed {
    dir: tempfile::TempDir,
    session: Arc<Session>,
}

impl Indexed {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Arc::new(Store::open(&dir.path().join("store")).expect("a store"));
        let model = Arc::new(Numbers(ColourModel::new()));
        let session = Arc::new(Session::open(model, store).expect("a session"));
        Self { dir, session }
    }

    /// Adds a folder of photos to a library.
    fn add(&self, library: &mut PhotoList, folder: &str, count: u32) {
        let folder: PathBuf = self.dir.path().join(folder);
        photos(&folder, count);
        for (photo, row, _) in run(&self.session, &[folder]).photos {
            library.put(LibraryItem::read(photo, row), 1);
        }
    }
}

/// Scores for each set of labels, computed one after another by one thread.
fn responses(
    session: &Arc<Session>,
    library: &PhotoList,
    sets: Vec<Vec<Label>>,
) -> Vec<ScoringResponse> {
    let (sender, receiver) = crossbeam_channel::unbounded();
    let worker = ScoringWorker::start(Arc::new(move || {
        let _ = sender.send(());
    }))
    .expect("a thread");
    let score = |(number, labels)| {
        worker.send(ScoringRequest {
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
        receiver.recv().expect("a response");
        *worker.newest().expect("a response")
    };
    sets.into_iter().enumerate().map(score).collect()
}

#[test]
fn each_of_five_thousand_columns_is_its_labels() {
    let indexed = Indexed::new();
    let mut library = PhotoList::default();
    indexed.add(&mut library, "photos", 3);
    let many: Vec<Label> = (0..5000).map(label).collect();
    let few: Vec<Label> = [4999, 0, 2500].map(label).into();
    let mut sets = vec![many.clone(), few.clone(), many];
    // Each label alone, in a query of its own.
    sets.extend([4999, 0, 2500, 700].map(|number| vec![label(number)]));
    let responses = responses(&indexed.session, &library, sets);
    let matched = |response: &ScoringResponse, number: usize| {
        let at = (response.labels.iter())
            .position(|l| *l == label(number))
            .expect("asked");
        let column = response.columns[at].expect("scored");
        let of = |photo| response.scores.matches_of(photo)[column];
        [of(0), of(1), of(2)]
    };
    for response in &responses {
        assert!(response.problems.iter().all(Option::is_none));
        assert_eq!(response.scores.labels, response.labels.len());
    }
    // Other columns beside it may change the rounding of a sum.
    let same = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    for (at, number) in [4999, 0, 2500, 700].into_iter().enumerate() {
        let alone = matched(&responses[3 + at], number);
        assert!(
            same(matched(&responses[0], number), alone),
            "label {number}"
        );
        assert!(
            same(matched(&responses[2], number), alone),
            "label {number} again"
        );
        if number != 700 {
            assert!(
                same(matched(&responses[1], number), alone),
                "label {number} of few"
            );
        }
    }
    assert!(!same(
        matched(&responses[0], 0),
        matched(&responses[0], 4999)
    ));
}

/// A step of a user who adds labels while photos arrive.
#[derive(Clone, Debug)]
enum Step {
    /// Queries these labels.
    Ask(Vec<usize>),
    /// More photos arrive.
    Grow,
    /// All photos are read anew.
    ReadAnew,
}

fn step() -> impl Strategy<Value = Step> {
    // Few labels, so that they repeat.
    let numbers = vec![0, 900, 1800, 2700, 3600, 4500];
    let labels = proptest::collection::vec(proptest::sample::select(numbers), 0..5);
    prop_oneof![
        6 => labels.prop_map(Step::Ask),
        2 => Just(Step::Grow),
        1 => Just(Step::ReadAnew),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_kept_between_questions_changes_no_score(
        steps in proptest::collection::vec(step(), 1..14),
    ) {
        static INDEXED: LazyLock<(Indexed, PhotoList)> = LazyLock::new(|| {
            let indexed = Indexed::new();
            let mut library = PhotoList::default();
            // One of them is a panorama, which is scored by several parts.
            let folder = indexed.dir.path().join("photos");
            std::fs::create_dir_all(&folder).expect("a folder");
            let panorama = image::RgbImage::from_fn(640, 64, |x, _| {
                image::Rgb([(x / 3) as u8, 255 - (x / 3) as u8, 40])
            });
            panorama.save(folder.join("panorama.png")).expect("saved");
            indexed.add(&mut library, "photos", 24);
            assert!(indexed.session.has_parts().expect("a store"));
            (indexed, library)
        });
        let (indexed, all) = &*INDEXED;
        let rows: Vec<u32> = all.snapshot().items.iter().map(|item| item.row()).collect();
        let (mut incremental_scorer, mut count, mut epoch) = (IncrementalScorer::default(), 5, 0);
        for step in steps {
            let numbers = match step {
                Step::Grow => {
                    count = (count + 7).min(rows.len() - epoch);
                    continue;
                }
                Step::ReadAnew => {
                    (count, epoch) = (3, (epoch + 1).min(9));
                    continue;
                }
                Step::Ask(numbers) => numbers,
            };
            let text = |number: &usize| Query::parse(&format!("\"{number}\"")).expect("a query");
            let labels: Vec<TrainingSet> =
                numbers.iter().map(|number| TrainingSet::of(text(number))).collect();
            let shown = &rows[epoch..epoch + count];
            let photos = Photos {
                count,
                epoch: epoch as u64,
                row: &|at| shown[at],
                is_video: &|_| false,
            };
            let response = incremental_scorer.score(&indexed.session, &labels, None, photos);
            let scores = response.scores.expect("scores").scores;
            let scorer = indexed.session.classifier_scorer(&indexed.session.teach_all(&labels).expect("taught"));
            let alone = indexed.session.score(&scorer, shown).expect("scores");
            prop_assert_eq!(scores.labels, alone.labels);
            let close = |a: &[f32], b: &[f32]| {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5)
            };
            prop_assert!(close(&scores.matches, &alone.matches));
            prop_assert!(close(&scores.probabilities, &alone.probabilities));
        }
    }
}
