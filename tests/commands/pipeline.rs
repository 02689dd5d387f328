//! Jobs: what they report, that they stop when asked, and that they survive bad photos.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{ColourModel, photos, run, session};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::{self, Event, JobOptions, Phase, VectorSource};
use lumisift::engine::index::session::Session;
use lumisift::engine::index::store::Store;
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo};
use lumisift::engine::media::preprocess::Crop;

#[test]
fn a_job_tells_of_every_photo_and_ends_with_a_summary() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 50);
    fs::write(folder.join("empty.jpg"), b"").expect("written");
    fs::write(folder.join("page.jpg"), b"<!DOCTYPE html><html>").expect("written");
    let ran = run(&session(&dir.path().join("store")), &[folder]);
    assert_eq!(ran.photos.len(), 50);
    let mut messages: Vec<&str> = ran.failures.iter().map(|f| f.message.as_str()).collect();
    messages.sort_unstable();
    assert_eq!(messages.len(), 2);
    assert!(messages[1].starts_with("the file is empty"), "{messages:?}");
    assert!(messages[0].contains("web page"), "{messages:?}");
    let progress = ran.summary.progress;
    assert_eq!(
        (progress.total, progress.done(), progress.failed),
        (52, 52, 2)
    );
    assert_eq!(progress.phase, Phase::Done);
    assert!(!ran.summary.cancelled && ran.summary.problem.is_none());
}

#[test]
fn messages_carry_their_generation_and_call_the_listener() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3);
    let calls = Arc::new(AtomicU64::new(0));
    let counter = calls.clone();
    let options = JobOptions {
        generation: 42,
        notify: Arc::new(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }),
        ..JobOptions::new(vec![folder])
    };
    let session = session(&dir.path().join("store"));
    let job = pipeline::start(&session, options).expect("a job");
    assert_eq!(job.generation(), 42);
    while let Some(message) = job.next() {
        assert_eq!(message.generation, 42);
    }
    // One notification for the photos, which may be combined, and one for the end.
    assert!(calls.load(Ordering::Relaxed) >= 2);
}

#[test]
fn a_job_can_be_ended_without_waiting_for_all_of_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 500);
    let session = session(&dir.path().join("store"));
    let job = pipeline::start(&session, JobOptions::new(vec![folder.clone()])).expect("a job");
    assert!(job.next().is_some());
    job.end_within(std::time::Duration::ZERO);
    let ran = run(&session, &[folder]);
    assert_eq!(ran.photos.len(), 500);
}

#[test]
fn a_cancelled_job_keeps_what_is_done_and_the_next_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 3000);
    let session = session(&dir.path().join("store"));
    let job = pipeline::start(&session, JobOptions::new(vec![folder.clone()])).expect("a job");
    let mut kept = 0;
    while let Some(message) = job.next() {
        match message.event {
            Event::Photo { .. } => {
                kept += 1;
                job.cancel();
            }
            Event::Finished(summary) => assert!(summary.cancelled),
            _ => {}
        }
    }
    assert!((1..3000).contains(&kept), "{kept} photos");
    drop(job);
    let ran = run(&session, &[folder]);
    assert_eq!(ran.photos.len(), 3000);
    assert!(ran.summary.progress.cached >= kept);
}

#[test]
fn a_dropped_job_stops_although_nobody_reads_its_messages() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 1500);
    let session = session(&dir.path().join("store"));
    // Known photos fill the message channel at once.
    run(&session, std::slice::from_ref(&folder));
    let job = pipeline::start(&session, JobOptions::new(vec![folder])).expect("a job");
    assert!(job.next().is_some());
    drop(job);
}

#[test]
fn every_photo_is_scored_by_its_own_vector() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    for (name, colour) in [("r", [250, 0, 0]), ("g", [0, 250, 0]), ("b", [0, 0, 250])] {
        let image = image::RgbImage::from_pixel(20, 20, image::Rgb(colour));
        image
            .save(folder.join(format!("{name}.png")))
            .expect("saved");
    }
    let session = session(&dir.path().join("store"));
    let mut ran = run(&session, &[folder]);
    ran.photos.sort_by(|a, b| a.0.file.path.cmp(&b.0.file.path));
    let rows: Vec<u32> = ran.photos.iter().map(|(_, row, _)| *row).collect();
    let query = |text| lumisift::engine::search::query::Query::parse(text).expect("a query");
    let labels = session
        .embed_queries(&[query("blue"), query("green"), query("red")])
        .expect("vectors");
    let scores = session
        .score(&session.scorer(&labels), &rows)
        .expect("scores");
    let best: Vec<usize> = (0..3)
        .map(|at| scores.best(at).expect("labels").0)
        .collect();
    assert_eq!(best, [0, 1, 2]);
    // Stored sums are read again, and give the same scores.
    assert_eq!(
        session
            .score(&session.scorer(&labels), &rows)
            .expect("scores"),
        scores
    );
}

/// The quick model on a device with memory for three pictures.
struct LowMemoryModel(ColourModel);

impl Model for LowMemoryModel {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        if crops.len() > 3 {
            let full = candle_core::Error::Msg("CUDA_ERROR_OUT_OF_MEMORY: out of memory".into());
            return Err(full.into());
        }
        self.0.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.0.embed_texts(texts)
    }
}

#[test]
fn a_device_without_memory_for_a_batch_gets_smaller_ones() {
    let dir = tempfile::tempdir().expect("a folder");
    photos(&dir.path().join("photos"), 40);
    let store = Arc::new(Store::open(&dir.path().join("store")).expect("a store"));
    let model = Arc::new(LowMemoryModel(ColourModel::new()));
    let session = Arc::new(Session::open(model, store).expect("a session"));
    let ran = run(&session, &[dir.path().join("photos")]);
    assert_eq!(
        (ran.from(VectorSource::Encoded), ran.failures.len()),
        (40, 0)
    );
}

#[test]
fn a_job_of_which_a_thread_panicked_does_not_look_complete() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 8);
    let session = session(&dir.path().join("store"));
    run(&session, std::slice::from_ref(&folder));
    for stage in ["lumisift-scan", "lumisift-store"] {
        // The listener runs in the threads of the job.
        let options = JobOptions {
            notify: Arc::new(move || {
                let here = std::thread::current();
                assert_ne!(here.name(), Some(stage), "a defect, on purpose");
            }),
            ..JobOptions::new(vec![folder.clone()])
        };
        let job = pipeline::start(&session, options).expect("a job");
        let mut last = None;
        while let Some(message) = job.next() {
            if let Event::Finished(summary) = message.event {
                last = Some(summary);
            }
        }
        // The last thread cannot report its end, so the receiver gets an error.
        let problem = last.and_then(|summary| summary.problem);
        match stage {
            "lumisift-scan" => assert!(problem.expect("a message").contains("crashed")),
            _ => assert_eq!(problem, None),
        }
    }
}

#[test]
fn the_total_is_known_while_the_first_photos_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 400);
    let session = session(&dir.path().join("store"));
    let job = pipeline::start(&session, JobOptions::new(vec![folder])).expect("a job");
    // While they are held up, the decoders take no file, and the walk that feeds them cannot continue.
    job.set_paused(true);
    let mut progress = job.progress();
    while progress.phase == Phase::Listing {
        std::thread::yield_now();
        progress = job.progress();
    }
    assert_eq!((progress.phase, progress.total), (Phase::Reading, 400));
    assert!(progress.done() < 400);
    job.set_paused(false);
    let mut last = None;
    while let Some(message) = job.next() {
        if let Event::Finished(summary) = message.event {
            last = Some(summary.progress);
        }
    }
    let last = last.expect("an end");
    assert_eq!((last.total, last.done()), (400, 400));
}

#[test]
fn a_job_that_lists_first_knows_all_files_before_it_reads_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    photos(&folder, 300);
    let session = session(&dir.path().join("store"));
    let list_first = || JobOptions {
        list_first: true,
        ..JobOptions::new(vec![folder.clone()])
    };
    let job = pipeline::start(&session, list_first()).expect("a job");
    let mut read = 0;
    let mut totals = Vec::new();
    while let Some(message) = job.next() {
        match message.event {
            Event::Photo { .. } => {
                read += 1;
                totals.push((job.progress().phase, job.progress().total));
            }
            Event::Progress(progress) if progress.done() > 0 => {
                totals.push((progress.phase, progress.total));
            }
            _ => {}
        }
    }
    assert_eq!(read, 300);
    let early = totals
        .iter()
        .find(|(phase, total)| *phase == Phase::Listing || *total != 300);
    assert_eq!(early, None);
    // Photos in the store do not wait for the count, and a job that is stopped in the meantime ends.
    let again = pipeline::start(&session, list_first()).expect("a job");
    let mut known = 0;
    while let Some(message) = again.next() {
        known += usize::from(matches!(message.event, Event::Photo { .. }));
    }
    assert_eq!(known, 300);
    let other = dir.path().join("other");
    fs::create_dir(&other).expect("a folder");
    photos(&other, 300);
    let stopped = JobOptions {
        list_first: true,
        ..JobOptions::new(vec![other])
    };
    drop(pipeline::start(&session, stopped).expect("a job"));
}

#[cfg(feature = "heic")]
#[test]
fn a_heic_is_shown_by_its_thumbnail_until_it_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("photos");
    fs::create_dir_all(&folder).expect("made");
    let fixture = crate::fixtures::path("formats").join("thumbnail.heic");
    fs::copy(fixture, folder.join("a.heic")).expect("copied");
    let session = session(&dir.path().join("store"));
    let store = session.store();
    let options = JobOptions {
        embedded_thumbnails: true,
        decoders: 1,
        ..JobOptions::new(vec![folder.clone()])
    };
    let job = pipeline::start(&session, options.clone()).expect("a job");
    let (mut early, mut read) = (None, None);
    while let Some(message) = job.next() {
        match message.event {
            Event::Unread(photo) => {
                assert!(read.is_none() && early.is_none());
                early = Some(photo);
            }
            Event::Photo { photo, .. } => read = Some(photo),
            _ => {}
        }
    }
    let (early, read) = (early.expect("told early"), read.expect("read"));
    assert_eq!(early, read);
    let written = store.thumbnail(&read.facts.content).expect("a store");
    let size = image::load_from_memory(&written.expect("a thumbnail")).expect("a JPEG");
    assert_eq!(size.width(), 192, "that of the whole picture");
    // The store knows the photo now, and the command line does not use the embedded thumbnail.
    let again = run(&session, &[folder]);
    assert_eq!(again.from(VectorSource::Cached), 1);
}

#[test]
fn a_provisional_thumbnail_is_not_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let content = lumisift::engine::media::photo::ContentId::of(b"a photo");
    {
        let store = Store::open(dir.path()).expect("a store");
        store.show_provisionally(content, b"JPEG".to_vec());
        let shown = store.thumbnail(&content).expect("a store");
        assert_eq!(shown.as_deref(), Some(&b"JPEG"[..]));
    }
    let store = Store::open(dir.path()).expect("a store");
    assert_eq!(store.thumbnail(&content).expect("a store"), None);
}
