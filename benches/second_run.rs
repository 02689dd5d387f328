//! A second run over an unchanged folder of 10,000 photos: listing and looking up, without opening any photo.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use lumisift::engine::index::pipeline::{self, Event, JobOptions};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::{NewContent, PhotoRecord, Store};
use lumisift::engine::inference::load_starter;
use lumisift::engine::media::photo::{Candidate, ContentId, PhotoFacts};

const PHOTOS: u32 = 10_000;

/// Files that are not pictures, and a store that knows them: a run that opened one would fail.
fn fill(folder: &Path, session: &Session) {
    let dim = session.model().info().dim;
    let record = |n: u32| {
        let path = folder.join(format!("{}/photo-{n:05}.jpg", n / 500));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, n.to_le_bytes()).expect("written");
        let metadata = std::fs::metadata(&path).expect("there");
        let facts = PhotoFacts {
            content: ContentId::of(&n.to_le_bytes()),
            width: 4000,
            height: 3000,
            taken: None,
            warning: None,
            video: None,
        };
        let vectors = vec![(dim as f32).sqrt().recip(); dim];
        let new = Some(NewContent {
            vectors,
            thumbnail: vec![0; 8000],
            frame_thumbnails: Vec::new(),
            appearance: None,
        });
        PhotoRecord {
            file: Candidate::new(path, &metadata),
            facts,
            new,
        }
    };
    let records: Vec<PhotoRecord> = (0..PHOTOS).map(record).collect();
    for batch in records.chunks(256) {
        session.store().write(session.key(), batch).expect("kept");
    }
}

fn bench(criterion: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    let store = Arc::new(Store::open(&dir.path().join("store")).expect("a store"));
    let model = Arc::new(load_starter().expect("a model"));
    let session = Arc::new(Session::open(model, store).expect("a session"));
    fill(&folder, &session);
    let mut group = criterion.benchmark_group("second run");
    group.sample_size(10);
    group.bench_function("10,000 unchanged photos", |bencher| {
        bencher.iter(|| {
            let job =
                pipeline::start(&session, JobOptions::new(vec![folder.clone()])).expect("a job");
            let mut photos = 0;
            while let Some(message) = job.next() {
                match message.event {
                    Event::Photo { .. } => photos += 1,
                    Event::Failed(failure) => panic!("{failure:?}"),
                    _ => {}
                }
            }
            assert_eq!(photos, PHOTOS);
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
