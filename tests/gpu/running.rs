//! What happens when a card is lost, silent, too small, or no longer wanted.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{Context, GpuError, Numbers, Request, accelerate};
use lumisift::engine::inference::{FolderModel, Model, load_folder, load_folder_tower};

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
    ("compiled_kernels_are_kept_and_used_again", kept_kernels),
];

fn lost() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, Numbers::Full);
    let crops = crops(2, model.info().preprocess.side);
    tower.embed(&crops, &Cancel::default()).expect("vectors");
    tower.context().lose();
    // Again and again, not only once.
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
    let tower = tower(dir.path(), &model, Numbers::Full).with_patience(Duration::ZERO);
    let crops = crops(8, model.info().preprocess.side);
    let error = tower
        .embed(&crops, &Cancel::default())
        .expect_err("too slow");
    assert!(matches!(error, GpuError::Hung(_)), "{error:?}");
}

fn cancelled() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, Numbers::Full);
    let crops = crops(2, model.info().preprocess.side);
    let cancel = Cancel::default();
    cancel.cancel();
    assert_eq!(tower.embed(&crops, &cancel), Err(GpuError::Cancelled));
    tower.embed(&crops, &Cancel::default()).expect("works on");
}

fn wrong_pictures() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, Numbers::Full);
    let error = tower
        .embed(&crops(1, 32), &Cancel::default())
        .expect_err("too small");
    assert!(matches!(error, GpuError::Failed(_)), "{error:?}");
}

/// A model on the first adapter, with the card's context.
fn on_card(dir: &Path, cpu: FolderModel) -> (Arc<dyn Model>, Arc<Context>) {
    let (folder, spec) = (dir.to_path_buf(), cpu.info().preprocess);
    let opened = Arc::new(Mutex::new(None));
    let kept = opened.clone();
    let load = Box::new(move |context: &Arc<Context>| {
        *kept.lock().expect("free") = Some(context.clone());
        load_folder_tower(&folder, context, &spec)
    });
    let request = Request {
        number: Some(0),
        wanted: true,
        on_battery: true,
        checks: None,
    };
    let model = accelerate(Arc::new(cpu), &request, load).expect("a model");
    let context = opened.lock().expect("free").take().expect("a card");
    (model, context)
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
    // Nothing is lost: the batch during which it happens is there as well, and all after it.
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

fn command_line() {
    let dir = model_folder("clip-tiny");
    let home = tempfile::tempdir().expect("a folder");
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/cat.jpg");
    let classify = |device: &str| {
        let mut command = lumisift(home.path());
        command.args([
            "classify", "--label", "cat", "--label", "dog", "--format", "json",
        ]);
        command
            .args(["--device", device, "--model"])
            .arg(dir.path())
            .arg(&photo);
        command.output().expect("runs")
    };
    let [card, cpu] = ["gpu:0", "cpu"].map(classify);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
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
    if adapter().is_software() {
        let refused = classify("gpu");
        assert!(!refused.status.success());
        let why = text(&refused.stderr);
        assert!(why.contains("which computes on the processor"), "{why}");
        assert!(classify("auto").status.success());
    }
}

/// That two results differ in the last places of their numbers only.
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
    let context = Context::open(adapter(), Numbers::Full, None)
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

fn kept_kernels() {
    let dir = model_folder("clip-tiny");
    let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let (spec, crops) = (cpu.info().preprocess, crops(3, cpu.info().preprocess.side));
    let cache = tempfile::tempdir().expect("a folder");
    let run = || {
        let context = Context::open(adapter(), Numbers::Full, Some(cache.path())).expect("opens");
        let context = Arc::new(context);
        let tower = load_folder_tower(dir.path(), &context, &spec).expect("loads");
        let vectors = tower.embed(&crops, &Cancel::default()).expect("vectors");
        context.keep_kernels();
        vectors
    };
    let files = || -> Vec<_> {
        let entries = std::fs::read_dir(cache.path()).expect("a folder");
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
    // What is damaged is left alone, and replaced.
    std::fs::write(&kept[0], b"something else").expect("written");
    assert_eq!(run(), first);
    assert!(std::fs::metadata(&kept[0]).expect("a file").len() > 32);
}
