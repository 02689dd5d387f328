//! Devices that are named on the command line or in the settings but do not exist.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::Path;

use common::{lumisift, samples};

/// The program's output, and whether it succeeded.
fn classify(home: &Path, device: Option<&str>) -> (String, bool) {
    let mut command = lumisift(home);
    command.args(["classify", "--label", "cat", "--format", "json"]);
    if let Some(device) = device {
        command.args(["--device", device]);
    }
    let output = command.arg(samples().join("cat.jpg")).output();
    let output = output.expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (stderr, output.status.success())
}

#[test]
fn what_is_no_device_is_refused_with_those_that_are() {
    let home = tempfile::tempdir().expect("a folder");
    for wrong in [
        "", "gup", "GPU", "gpu:", "gpu:x", "gpu:-1", "cuda:x", "metal:0", "gpu:1:2",
    ] {
        let (stderr, fine) = classify(home.path(), Some(wrong));
        assert!(!fine, "{wrong}");
        assert!(stderr.contains("--device"), "{stderr}");
        assert!(
            stderr.contains("auto, cpu, gpu, gpu:N, cuda, cuda:N or metal"),
            "{stderr}"
        );
    }
}

#[test]
fn a_device_that_is_not_there_is_refused_for_every_model_with_the_reason() {
    let home = tempfile::tempdir().expect("a folder");
    let mut cases = vec![("gpu:4000000", "graphics card")];
    if cfg!(not(feature = "cuda")) {
        cases.extend([("cuda", "no CUDA"), ("cuda:1", "no CUDA")]);
    }
    if cfg!(not(any(feature = "metal", target_os = "macos"))) {
        cases.push(("metal", "no Metal"));
    }
    for (device, reason) in cases {
        let (stderr, fine) = classify(home.path(), Some(device));
        assert!(!fine, "{device}");
        for part in [device, "cannot be used", reason, "choose auto or cpu"] {
            assert!(stderr.contains(part), "{device}: {stderr}");
        }
    }
    for device in ["auto", "cpu"] {
        let (stderr, fine) = classify(home.path(), Some(device));
        assert!(fine, "{stderr}");
    }
}

#[test]
fn a_wrong_device_in_the_settings_costs_itself_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let config = home.path().join("config");
    fs::create_dir_all(&config).expect("a folder");
    fs::write(config.join("settings.json"), r#"{ "device": "gpu:x" }"#).expect("written");
    let (stderr, fine) = classify(home.path(), None);
    assert!(fine, "{stderr}");
    assert!(stderr.contains("\"gpu:x\" is not a device"), "{stderr}");
}
