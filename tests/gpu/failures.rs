//! Failures: a card is lost or does not respond, work is cancelled, or pictures have the wrong size.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::{Event, JobOptions};
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{Context, GpuError, GpuPrecision};
use lumisift::engine::inference::{Embeddings, Model, ModelError, ModelInfo, load_folder};
use lumisift::engine::library::Library;
use lumisift::engine::media::preprocess::Crop;

use super::adapter;
use super::choice::on_card;
use super::fixtures::model_folder;
use super::towers::{crops, tower, worst_gap};

pub const TESTS: &[(&str, fn())] = &[
    ("a_lost_card_is_told_as_lost", lost),
    ("a_silent_card_is_told_as_hung", silent),
    ("cancelled_work_stops", cancelled),
    ("pictures_of_another_size_are_refused", wrong_pictures),
    (
        "the_cpu_takes_over_from_a_lost_card_and_says_so",
        taken_over,
    ),
    ("a_job_that_loses_its_card_reads_all_photos", lost_in_a_job),
];

fn lost() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, GpuPrecision::Full);
    let crops = crops(2, model.info().preprocess.side);
    tower.embed(&crops, &Cancel::default()).expect("vectors");
    tower.context().lose();
    // Repeatedly, not only once.
    for _ in 0..2 {
        let error = tower
            .embed(&crops, &Cancel::default())
            .expect_err("no card");
        assert!(matches!(error, GpuError::Lost(_)), "{error:?}");
    }
}

fn silent() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, GpuPrecision::Full).with_hang_timeout(Duration::ZERO);
    let crops = crops(8, model.info().preprocess.side);
    let error = tower
        .embed(&crops, &Cancel::default())
        .expect_err("too slow");
    assert!(matches!(error, GpuError::Hung(_)), "{error:?}");
}

fn cancelled() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, GpuPrecision::Full);
    let crops = crops(2, model.info().preprocess.side);
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(tower.embed(&crops, &cancel), Err(GpuError::Cancelled));
    tower.embed(&crops, &Cancel::default()).expect("works on");
}

fn wrong_pictures() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, GpuPrecision::Full);
    let error = tower
        .embed(&crops(1, 32), &Cancel::default())
        .expect_err("too small");
    assert!(matches!(error, GpuError::Failed(_)), "{error:?}");
}

fn taken_over() {
    let dir = model_folder("clip-tiny");
    let load = || load_folder(dir.path(), &Device::cpu()).expect("loads");
    let cpu = load();
    let (model, context) = on_card(dir.path(), load());
    assert_eq!(model.info().device.name, adapter().name);
    assert!(
        model.info().runs_on().contains("photo"),
        "{}",
        model.info().runs_on()
    );
    let crops = crops(5, cpu.info().preprocess.side);
    let expected = cpu
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    let before = model
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    assert!(worst_gap(&before, &expected) < 1e-3);
    context.lose();
    // No photo is lost: the batch in which it happens is complete, and so are all later ones.
    for _ in 0..2 {
        let after = model
            .embed_images(&crops, &Cancel::default())
            .expect("vectors");
        assert_eq!(after, expected);
    }
    assert!(model.info().is_on_cpu());
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("lost"), "{reason}");
    let texts = model.embed_texts(&["a cat"]).expect("vectors");
    assert_eq!(texts, cpu.embed_texts(&["a cat"]).expect("vectors"));
}

/// Many photos that all differ.
fn folder_of_photos(count: u8) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..count {
        let pixel = |x: u32, y: u32| image::Rgb([(x * 3) as u8, (y * 5) as u8, n.wrapping_mul(9)]);
        let picture = image::RgbImage::from_fn(64, 64, pixel);
        let path = dir.path().join(format!("{n:03}.png"));
        picture.save(path).expect("saved");
    }
    dir
}

/// A model that loses its card at the second batch.
struct FailingModel {
    model: Arc<dyn Model>,
    context: Arc<Context>,
    batches: AtomicUsize,
}

impl Model for FailingModel {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    fn embed_images(&self, crops: &[Crop], cancel: &Cancel) -> Result<Embeddings, ModelError> {
        if self.batches.fetch_add(1, Ordering::Relaxed) == 1 {
            self.context.lose();
        }
        self.model.embed_images(crops, cancel)
    }

    fn embed_texts(&self, texts: &[&str]) -> Result<Embeddings, ModelError> {
        self.model.embed_texts(texts)
    }

    fn callers(&self) -> usize {
        self.model.callers()
    }
}

fn lost_in_a_job() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let (model, context) = on_card(dir.path(), cpu);
    assert!(model.callers() > 1, "the card is kept busy");
    let fragile = Arc::new(FailingModel {
        model: model.clone(),
        context,
        batches: AtomicUsize::new(0),
    });
    let photos = folder_of_photos(70);
    let store = tempfile::tempdir().expect("a folder");
    let limits = StoreLimits::megabytes(None);
    let library = Library::with_model(fragile, store.path(), limits).expect("a library");
    let job = JobOptions::new(vec![photos.path().to_path_buf()]);
    let messages = Mutex::new(Vec::new());
    let watch = |event: &Event| {
        if let Event::Fallback(text) = event {
            messages.lock().expect("free").push(text.clone());
        }
    };
    let indexed = library.index(job, watch).expect("read");
    let messages = messages.into_inner().expect("free");
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].contains("lost") && messages[0].contains("CPU"),
        "{messages:?}"
    );
    assert!(indexed.failures.is_empty(), "{:?}", indexed.failures);
    assert_eq!(indexed.photos.len(), 70);
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("lost"), "{reason}");
}
