//! The choice between the CPU and a card: by the results of the card's test, and on request.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{
    self, AdapterRequest, Context, GpuError, GpuImageTower, accelerate,
};
use lumisift::engine::inference::{FolderModel, Model, ModelError, load_folder, load_folder_tower};

use super::adapter;
use super::fixtures::model_folder;
use super::towers::crops;

pub const TESTS: &[(&str, fn())] = &[
    (
        "the_command_line_uses_a_named_card_and_refuses_a_missing_one",
        command_line,
    ),
    (
        "the_report_shows_the_device_in_use_with_its_test",
        reported_device,
    ),
    (
        "a_driver_that_hangs_is_left_alone_until_it_is_wanted",
        hung_driver,
    ),
    (
        "a_card_that_computes_something_else_is_never_used",
        wrong_card,
    ),
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

/// A model on the first adapter, with the card's context.
pub fn on_card(dir: &Path, cpu: FolderModel) -> (Arc<dyn Model>, Arc<Context>) {
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
    let report = doctor(home.path(), dir.path(), "auto").to_string();
    assert!(
        report.contains(&format!("0: {}", adapter().name)),
        "{report}"
    );
    assert!(report.contains("photos/s"), "{report}");
}

fn doctor(home: &Path, model: &Path, device: &str) -> serde_json::Value {
    let mut command = lumisift(home);
    command.args(["doctor", "--format", "json", "--device", device, "--model"]);
    let output = command.arg(model).output().expect("runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// `doctor` reports the device that a model would run on, and the result of the card's test with that model.
fn reported_device() {
    let dir = model_folder("clip-tiny");
    let home = tempfile::tempdir().expect("a folder");
    let report = |device: &str| doctor(home.path(), dir.path(), device);
    let untested = report("gpu:0");
    assert_eq!(untested["device"], adapter().name.as_str());
    let reason = untested["device_reason"].as_str().expect("a reason");
    assert!(reason.contains("is tested when"), "{reason}");
    let used = classify(home.path(), dir.path(), "gpu:0");
    assert!(used.status.success(), "{}", text(&used.stderr));
    let tested = report("gpu:0");
    assert_eq!(tested["device"], adapter().name.as_str());
    let reason = tested["device_reason"].as_str().expect("a reason");
    assert!(reason.contains("photos/s with the card"), "{reason}");
    let cpu = report("cpu");
    assert_eq!(cpu["device"], "CPU");
    assert!(cpu.get("device_reason").is_none(), "{cpu}");
}

fn refused_software() {
    let dir = model_folder("clip-tiny");
    let home = tempfile::tempdir().expect("a folder");
    let refused = classify(home.path(), dir.path(), "gpu");
    assert!(!refused.status.success());
    let why = text(&refused.stderr);
    assert!(why.contains("which computes on the processor"), "{why}");
    assert!(classify(home.path(), dir.path(), "auto").status.success());
    let report = doctor(home.path(), dir.path(), "auto");
    assert_eq!(report["device"], "CPU");
    let reason = report["device_reason"].as_str().expect("a reason");
    assert!(reason.contains("no graphics card was found"), "{reason}");
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

fn hung_driver() {
    let dir = model_folder("clip-tiny");
    let checks = tempfile::tempdir().expect("a folder");
    let attempt = |hang_timeout: Option<Duration>, wanted: bool| {
        let cpu = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let (folder, spec) = (dir.path().to_path_buf(), cpu.info().preprocess);
        let load = Arc::new(move |context: &Arc<Context>| {
            let tower = load_folder_tower(&folder, context, &spec)?;
            Ok(match hang_timeout {
                Some(hang_timeout) => tower.with_hang_timeout(hang_timeout),
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
        why.contains("did not respond") && why.contains("choose the graphics card"),
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
    assert!(reason.contains("only if you choose"), "{reason}");
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
