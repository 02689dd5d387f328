//! What happens when a card is lost, does not respond, has too little memory, or is no longer wanted.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::index::pipeline::{Event, JobOptions};
use lumisift::engine::index::store::StoreLimits;
use lumisift::engine::inference::cpu::Activation;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{
    self, AdapterRequest, Context, GpuEpilogue, GpuError, GpuImageTower, GpuLinear, GpuPrecision,
    GpuRows, Network, Recorder, UnfoldShape, accelerate,
};
use lumisift::engine::inference::{
    Embeddings, FolderModel, Model, ModelError, ModelInfo, load_folder, load_folder_tower,
};
use lumisift::engine::library::Library;
use lumisift::engine::media::preprocess::Crop;

use super::adapter;
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
    (
        "the_command_line_uses_a_named_card_and_refuses_a_missing_one",
        command_line,
    ),
    ("batches_too_large_for_a_buffer_are_split", small_buffers),
    (
        "towers_run_where_buffers_are_hardly_larger_than_a_picture",
        tiny_buffers,
    ),
    ("plans_keep_to_the_memory_they_were_given", budget),
    ("a_plan_is_recorded_once_for_each_batch_size", recorded_once),
    (
        "a_driver_that_hangs_is_left_alone_until_it_is_wanted",
        hung_driver,
    ),
    (
        "a_card_that_computes_something_else_is_never_used",
        wrong_card,
    ),
    ("compiled_kernels_are_kept_and_used_again", kept_kernels),
    (
        "callers_at_the_same_time_get_their_own_vectors",
        several_callers,
    ),
    ("a_job_that_loses_its_card_reads_all_photos", lost_in_a_job),
    (
        "a_kept_refusal_is_tested_again_if_the_card_is_wanted",
        another_chance,
    ),
];

/// Tests that need a software driver.
pub const OF_SOFTWARE: &[(&str, fn())] = &[
    ("software_never_wins_by_itself", software_by_itself),
    (
        "the_command_line_takes_no_software_for_a_card",
        refused_software,
    ),
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
    let tower = tower(dir.path(), &model, GpuPrecision::Full).with_patience(Duration::ZERO);
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

/// A model on the first adapter, with the card's context.
fn on_card(dir: &Path, cpu: FolderModel) -> (Arc<dyn Model>, Arc<Context>) {
    on_card_with(dir, cpu, None).expect("a model")
}

/// The same, with a cache for the test results.
fn on_card_with(
    dir: &Path,
    cpu: FolderModel,
    checks: Option<&Path>,
) -> Result<(Arc<dyn Model>, Arc<Context>), ModelError> {
    let (folder, spec) = (dir.to_path_buf(), cpu.info().preprocess);
    let opened = Arc::new(Mutex::new(None));
    let kept = opened.clone();
    let load = Arc::new(move |context: &Arc<Context>| {
        *kept.lock().expect("free") = Some(context.clone());
        load_folder_tower(&folder, context, &spec)
    });
    let request = AdapterRequest {
        number: Some(0),
        wanted: true,
        on_battery: true,
        checks: checks.map(Path::to_path_buf),
    };
    let model = accelerate(Arc::new(cpu), &request, load)?;
    let context = opened.lock().expect("free").take().expect("a card");
    Ok((model, context))
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

fn lumisift(home: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::cargo_bin("lumisift").expect("a program");
    for name in ["CACHE", "CONFIG", "DATA"] {
        command.env(format!("LUMISIFT_{name}_DIR"), home.join(name));
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn classify(home: &Path, model: &Path, device: &str) -> std::process::Output {
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/cat.jpg");
    let mut command = lumisift(home);
    command.args([
        "classify", "--label", "cat", "--label", "dog", "--format", "json",
    ]);
    command.args(["--device", device, "--model"]);
    command.arg(model).arg(photo).output().expect("runs")
}

fn command_line() {
    let dir = model_folder("clip-tiny");
    let home = tempfile::tempdir().expect("a folder");
    let classify = |device: &str| classify(home.path(), dir.path(), device);
    let [card, cpu] = ["gpu:0", "cpu"].map(classify);
    assert!(card.status.success(), "{}", text(&card.stderr));
    let score =
        |bytes: &[u8]| -> serde_json::Value { serde_json::from_slice(bytes).expect("JSON") };
    let (card, cpu) = (score(&card.stdout), score(&cpu.stdout));
    assert_near(&card, &cpu);
    let missing = classify("gpu:99");
    assert!(!missing.status.success());
    let why = text(&missing.stderr);
    assert!(
        why.contains("gpu:99") && why.contains("there is no graphics card 99"),
        "{why}"
    );
    let doctor = lumisift(home.path())
        .args(["doctor", "--format", "json"])
        .output();
    let doctor = text(&doctor.expect("runs").stdout);
    assert!(
        doctor.contains(&format!("0: {}", adapter().name)),
        "{doctor}"
    );
    assert!(doctor.contains("photos/s"), "{doctor}");
}

fn refused_software() {
    let dir = model_folder("clip-tiny");
    let home = tempfile::tempdir().expect("a folder");
    let refused = classify(home.path(), dir.path(), "gpu");
    assert!(!refused.status.success());
    let why = text(&refused.stderr);
    assert!(why.contains("which computes on the processor"), "{why}");
    assert!(classify(home.path(), dir.path(), "auto").status.success());
}

/// Asserts that two results differ only by rounding.
fn assert_near(a: &serde_json::Value, b: &serde_json::Value) {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => {
            let gap = a.as_f64().expect("a number") - b.as_f64().expect("a number");
            assert!(gap.abs() < 1e-2, "{a} and {b}");
        }
        (Array(a), Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| assert_near(a, b));
        }
        (Object(a), Object(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter()
                .zip(b)
                .for_each(|((_, a), (_, b))| assert_near(a, b));
        }
        (a, b) => assert_eq!(a, b),
    }
}

fn small_buffers() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    // Four pictures fit, five do not.
    let most = 4 * 50 * 3 * 32 * 32 * 4;
    let context = Context::open(adapter(), GpuPrecision::Full, None)
        .expect("opens")
        .with_most_bytes(most);
    let tower = load_folder_tower(dir.path(), &Arc::new(context), &model.info().preprocess);
    let tower = tower.expect("loads");
    let crops = crops(9, model.info().preprocess.side);
    let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
    let cpu = model
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    assert!(worst_gap(&card, &cpu) < 1e-4);
}

/// Weights in many buffers, and batches of hardly more than one picture.
fn tiny_buffers() {
    for name in ["clip-tiny", "siglip2-tiny", "chinese-clip-tiny"] {
        let dir = model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let spec = &model.info().preprocess;
        let crops = crops(5, spec.side);
        let cpu = model.embed_images(&crops, &Cancel::default());
        let cpu = cpu.expect("vectors");
        for (numbers, tolerance) in [(GpuPrecision::Full, 1e-4), (GpuPrecision::Fastest, 1e-3)] {
            let open = || Context::open(adapter(), numbers, None).expect("opens");
            let load = |context| load_folder_tower(dir.path(), &Arc::new(context), spec);
            // The smallest limit that is enough for one picture.
            let fits = |bytes: &u64| {
                let tower = load(open().with_most_bytes(*bytes));
                tower.is_ok_and(|tower| tower.plan(1).is_ok())
            };
            let sizes = (8..24).map(|power| 1u64 << power);
            let smallest = sizes.into_iter().find(fits).expect("some size");
            let tower = load(open().with_most_bytes(smallest)).expect("loads");
            let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
            let gap = worst_gap(&card, &cpu);
            assert!(gap < tolerance, "{name}, {smallest} bytes: {gap}");
        }
    }
}

fn budget() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let crops = crops(16, model.info().preprocess.side);
    let cpu = model.embed_images(&crops, &Cancel::default());
    let cpu = cpu.expect("vectors");
    let load = || tower(dir.path(), &model, GpuPrecision::Full);
    let for_four = load().plan(4).expect("a plan").bytes();
    let tower = load().with_memory(for_four);
    let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
    assert!(worst_gap(&card, &cpu) < 1e-4);
    assert!(tower.memory_in_use() > 0);
    for count in [16, 1, 3, 2, 7] {
        let vectors = tower.embed(&crops[..count], &Cancel::default());
        assert_eq!(vectors.expect("vectors").len(), count);
        let used = tower.memory_in_use();
        assert!(used <= for_four, "{count} pictures: {used} of {for_four}");
    }
    // A single picture is always tried.
    let tower = load().with_memory(1);
    assert_eq!(
        tower
            .embed(&crops, &Cancel::default())
            .expect("vectors")
            .len(),
        16
    );
}

/// A tower that counts the requests for plans.
struct Counted {
    layer: GpuLinear,
    recorded: Arc<AtomicUsize>,
}

impl Network for Counted {
    fn side(&self) -> usize {
        8
    }

    fn dim(&self) -> usize {
        4
    }

    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows {
        self.recorded.fetch_add(1, Ordering::Relaxed);
        let shape = UnfoldShape {
            side: 8,
            kernel: 8,
            stride: 8,
            padding: 0,
            grid: 1,
            before: 0,
            mean: [0.5; 3],
            std: [0.5; 3],
        };
        let pixels = recorder.unfold(pictures, count, shape);
        let plain = GpuEpilogue::ActivateInFull(Activation::None);
        recorder.linear(&pixels, &self.layer, plain)
    }
}

fn recorded_once() {
    let context = Context::open(adapter(), GpuPrecision::Full, None).expect("opens");
    let weight = super::noise(4 * 192, 3);
    let recorded = Arc::new(AtomicUsize::new(0));
    let network = Counted {
        layer: GpuLinear::new(&context, &weight, None, (192, 4)),
        recorded: recorded.clone(),
    };
    let tower = GpuImageTower::new(Arc::new(context), Box::new(network));
    let crops = crops(4, 8);
    let first = tower.embed(&crops, &Cancel::default()).expect("vectors");
    for _ in 0..5 {
        let again = tower.embed(&crops, &Cancel::default());
        assert_eq!(again.expect("vectors"), first);
        tower.embed(&crops[..1], &Cancel::default()).expect("one");
    }
    assert_eq!(
        recorded.load(Ordering::Relaxed),
        2,
        "of four pictures, and of one"
    );
}

fn hung_driver() {
    let dir = model_folder("clip-tiny");
    let checks = tempfile::tempdir().expect("a folder");
    let attempt = |patience: Option<Duration>, wanted: bool| {
        let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let (folder, spec) = (dir.path().to_path_buf(), cpu.info().preprocess);
        let load = Arc::new(move |context: &Arc<Context>| {
            let tower = load_folder_tower(&folder, context, &spec)?;
            Ok(match patience {
                Some(patience) => tower.with_patience(patience),
                None => tower,
            })
        });
        let request = AdapterRequest {
            number: Some(0),
            wanted,
            on_battery: true,
            checks: Some(checks.path().to_path_buf()),
        };
        accelerate(Arc::new(cpu), &request, load)
    };
    let hung = attempt(Some(Duration::ZERO), true).err();
    assert!(
        matches!(hung, Some(ModelError::Gpu(GpuError::Hung(_)))),
        "{hung:?}"
    );
    let why = gpu::against(checks.path(), adapter()).expect("left alone");
    assert!(
        why.contains("did not respond") && why.contains("--device gpu"),
        "{why}"
    );
    // If nobody requests the card, the CPU does the work, and the reason is reported.
    let left_alone = attempt(None, false).expect("a model");
    assert!(left_alone.info().is_on_cpu());
    let reason = left_alone.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("did not respond"), "{reason}");
    // The user requests it.
    let wanted = attempt(None, true).expect("a model");
    assert_eq!(wanted.info().device.name, adapter().name);
    assert_eq!(gpu::against(checks.path(), adapter()), None);
    // Its test is known now, so it hangs only while photos are read: the reason says that a restart does not help.
    let model = attempt(Some(Duration::ZERO), true).expect("a model");
    model
        .embed_images(&crops(8, model.info().preprocess.side), &Cancel::default())
        .expect("vectors of the CPU");
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("only with --device gpu"), "{reason}");
    assert!(gpu::against(checks.path(), adapter()).is_some());
}

/// If its vectors differ from the CPU's, the card is refused even on request.
fn wrong_card() {
    let dir = model_folder("clip-tiny");
    let attempt = |wanted| {
        let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let (folder, mut spec) = (dir.path().to_path_buf(), cpu.info().preprocess);
        // Simulates a driver that computes wrong results: other pictures reach the tower.
        (spec.mean, spec.std) = ([0.9, 0.1, 0.5], [0.02, 0.3, 0.05]);
        let load =
            Arc::new(move |context: &Arc<Context>| load_folder_tower(&folder, context, &spec));
        let request = AdapterRequest {
            number: Some(0),
            wanted,
            on_battery: true,
            checks: None,
        };
        accelerate(Arc::new(cpu), &request, load)
    };
    let refused = attempt(true).err();
    assert!(
        matches!(refused, Some(ModelError::Gpu(GpuError::Wrong { .. }))),
        "{refused:?}"
    );
    let model = attempt(false).expect("a model");
    assert!(model.info().is_on_cpu());
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("differ from the CPU"), "{reason}");
}

fn software_by_itself() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let request = AdapterRequest {
        number: None,
        wanted: false,
        on_battery: true,
        checks: None,
    };
    let load = Arc::new(|_: &Arc<Context>| -> Result<GpuImageTower, ModelError> {
        panic!("it is not even tried")
    });
    let model = accelerate(Arc::new(cpu), &request, load).expect("a model");
    assert!(model.info().is_on_cpu());
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("no graphics card was found"), "{reason}");
}

fn kept_kernels() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let (spec, crops) = (cpu.info().preprocess, crops(3, cpu.info().preprocess.side));
    let cache = tempfile::tempdir().expect("a folder");
    let run = || {
        let context =
            Context::open(adapter(), GpuPrecision::Full, Some(cache.path())).expect("opens");
        let context = Arc::new(context);
        let tower = load_folder_tower(dir.path(), &context, &spec).expect("loads");
        // The first batch of a size caches the compiled kernels for it.
        tower.embed(&crops, &Cancel::default()).expect("vectors")
    };
    let files = || -> Vec<_> {
        let entries = std::fs::read_dir(cache.path().join("kernels")).expect("a folder");
        entries.map(|entry| entry.expect("a file").path()).collect()
    };
    let first = run();
    let kept = files();
    assert_eq!(
        kept.len(),
        1,
        "lavapipe hands out what it compiled: {kept:?}"
    );
    assert_eq!(run(), first);
    // A damaged file is not used, and is replaced.
    std::fs::write(&kept[0], b"something else").expect("written");
    assert_eq!(run(), first);
    assert!(std::fs::metadata(&kept[0]).expect("a file").len() > 32);
}

fn several_callers() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &cpu, GpuPrecision::Full);
    let crops = crops(24, cpu.info().preprocess.side);
    let expected = cpu.embed_images(&crops, &Cancel::default());
    let expected = expected.expect("vectors");
    std::thread::scope(|scope| {
        for first in [0, 5, 11] {
            let (tower, crops, expected) = (&tower, &crops, &expected);
            scope.spawn(move || {
                for _ in 0..3 {
                    let card = tower.embed(&crops[first..first + 13], &Cancel::default());
                    let card = card.expect("vectors");
                    let all = expected.values.chunks_exact(card.dim);
                    let own: Vec<f32> = all.skip(first).take(13).flatten().copied().collect();
                    let gap = worst_gap(
                        &card,
                        &Embeddings {
                            dim: card.dim,
                            values: own,
                        },
                    );
                    assert!(gap < 1e-4, "{gap}");
                }
            });
        }
    });
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
struct Fragile {
    model: Arc<dyn Model>,
    context: Arc<Context>,
    batches: AtomicUsize,
}

impl Model for Fragile {
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
    let fragile = Arc::new(Fragile {
        model: model.clone(),
        context,
        batches: AtomicUsize::new(0),
    });
    let photos = folder_of_photos(70);
    let store = tempfile::tempdir().expect("a folder");
    let limits = StoreLimits::megabytes(None);
    let library = Library::with_model(fragile, store.path(), limits).expect("a library");
    let job = JobOptions::new(vec![photos.path().to_path_buf()]);
    let said = Mutex::new(Vec::new());
    let watch = |event: &Event| {
        if let Event::Fallback(text) = event {
            said.lock().expect("free").push(text.clone());
        }
    };
    let indexed = library.index(job, watch).expect("read");
    let said = said.into_inner().expect("free");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("lost") && said[0].contains("CPU"),
        "{said:?}"
    );
    assert!(indexed.failures.is_empty(), "{:?}", indexed.failures);
    assert_eq!(indexed.photos.len(), 70);
    let reason = model.info().device.reason.clone().expect("a reason");
    assert!(reason.contains("lost"), "{reason}");
}

fn another_chance() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let checks = tempfile::tempdir().expect("a folder");
    let first = on_card_with(dir.path(), cpu, Some(checks.path()));
    assert!(first.is_ok());
    let files: Vec<_> = std::fs::read_dir(checks.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    assert_eq!(files.len(), 1, "no mark is left: {files:?}");
    // Simulates a driver with different results.
    let text = std::fs::read_to_string(&files[0]).expect("a finding");
    let mut finding: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    finding["cosine"] = 0.5.into();
    std::fs::write(&files[0], finding.to_string()).expect("written");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    assert!(on_card_with(dir.path(), cpu, Some(checks.path())).is_ok());
    let text = std::fs::read_to_string(&files[0]).expect("a finding");
    let finding: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(finding["cosine"].as_f64().expect("a number") > 0.99);
    assert!(!finding["batches"].as_array().expect("rates").is_empty());
}
