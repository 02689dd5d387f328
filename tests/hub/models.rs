//! Models on the command line: downloading, choosing, verifying and removing them, and pictures from addresses.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::fixtures;
use crate::hub;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{json, lumisift, samples};
use hub::{FakeHub, ResponseFault};
use serde_json::Value;

/// A hub with the small CLIP under the name of a repository.
fn with_fixtures(repo: &str, revision: &str) -> FakeHub {
    FakeHub::with_fixtures(&format!("/{repo}/resolve/{revision}"))
}

fn program(home: &Path, hub: &FakeHub) -> Command {
    let mut command = lumisift(home);
    command.env("HF_ENDPOINT", &hub.address);
    command.env("HF_HUB_CACHE", home.join("no cache"));
    command
}

/// Standard output, standard error and the exit code.
fn run(command: &mut Command) -> (String, String, i32) {
    let output = command.output().expect("runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = output.status.code().expect("a code");
    (text(output.stdout), text(output.stderr), code)
}

fn state(home: &Path, hub: &FakeHub, name: &str) -> Option<(String, u64)> {
    let (list, _, _) = json(program(home, hub).arg("models"));
    let found = list
        .as_array()
        .expect("a list")
        .iter()
        .find(|m| m["name"] == name)?;
    let state = found["state"].as_str().expect("a state").to_owned();
    Some((state, found["photos_read"].as_u64().expect("a number")))
}

#[test]
fn a_model_is_fetched_used_checked_and_freed() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let hub = with_fixtures("me/clip-tiny", "main");
    let run_with = |args: &[&str]| run(program(home, &hub).args(args));
    let (_, stderr, code) = run_with(&["models", "get", "me/clip-tiny"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("--model clip-tiny"), "{stderr}");
    assert_eq!(state(home, &hub, "clip-tiny"), Some(("ready".into(), 0)));
    let (checked, _, _) = json(program(home, &hub).args(["models", "verify", "clip-tiny"]));
    assert_eq!(checked["name"], "clip-tiny");
    let speed = checked["speed"].as_str().expect("words");
    assert!(speed.contains(" here: about "), "measured: {speed}");
    let (table, _, _) = run_with(&["models"]);
    assert!(
        table.contains("speed") && table.contains("medium"),
        "{table}"
    );
    assert!(!table.to_lowercase().contains("flop"), "{table}");
    let (folder, _, _) = run_with(&["models", "path", "clip-tiny"]);
    let folder = PathBuf::from(folder.trim());
    assert!(folder.join("model.safetensors").is_file());

    run_with(&["models", "use", "clip-tiny"]);
    let photo = samples().join("cat.jpg");
    let photo = photo.to_str().expect("text");
    let (_, stderr, code) = run_with(&["index", photo]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(state(home, &hub, "clip-tiny"), Some(("in use".into(), 1)));
    // The estimated time of other models for the indexed photos.
    let (table, _, _) = run_with(&["models"]);
    assert!(
        table.contains("less than a minute for your 1 photo"),
        "{table}"
    );
    let (list, _, _) = json(program(home, &hub).arg("models"));
    let slow = (list.as_array().expect("a list").iter())
        .find(|model| model["name"] == "clip-vit-large-patch14")
        .expect("in the catalogue");
    assert!(slow["seconds_here"].is_number() && slow["licence"] == "MIT");
    run_with(&["index", photo, "--model", "starter"]);

    let (_, stderr, code) = run_with(&["models", "rm", "clip-tiny"]);
    assert!(code == 2 && stderr.contains("--yes"), "{stderr}");
    assert!(folder.is_dir());
    let (_, stderr, code) = run_with(&["models", "rm", "clip-tiny", "--yes"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(!folder.exists());
    assert_eq!(state(home, &hub, "clip-tiny"), None);
    // The vectors of the other model stay, and it is the one in use now.
    assert_eq!(state(home, &hub, "starter"), Some(("in use".into(), 1)));
}

#[test]
fn models_of_the_catalogue_have_short_names() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let hub = with_fixtures(
        "openai/clip-vit-base-patch32",
        "d15b5f29721ca72dac15f8526b284be910de18be",
    );
    let name = "clip-vit-base-patch32";
    assert_eq!(
        state(home, &hub, name).map(|s| s.0),
        Some("not here: get".into())
    );
    let (_, stderr, code) = run(program(home, &hub).args(["doctor", "--model", name]));
    assert_eq!(code, 0, "{stderr}");
    let (_, stderr, code) = run(program(home, &hub).args(["index", "x", "--model", name]));
    assert!(code == 2 && stderr.contains("models get"), "{stderr}");
    let (_, stderr, code) = run(program(home, &hub).args(["models", "get", name]));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(state(home, &hub, name).map(|s| s.0), Some("ready".into()));
}

#[test]
fn what_hugging_face_s_programs_keep_is_used_in_place() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let folder = home.join("no cache/models--openai--clip-vit-base-patch16");
    let snapshot = folder.join("snapshots/abc");
    fs::create_dir_all(&snapshot).expect("made");
    fs::create_dir_all(folder.join("refs")).expect("made");
    fs::write(folder.join("refs/main"), "abc").expect("written");
    for (file, from) in fixtures::CLIP_TINY {
        fs::copy(fixtures::path(from), snapshot.join(file)).expect("copied");
    }
    let hub = FakeHub::start();
    let name = "clip-vit-base-patch16";
    let (_, stderr, code) = run(program(home, &hub).args(["models", "get", name]));
    assert_eq!(code, 0, "{stderr}");
    assert!(hub.seen().is_empty());
    let photo = samples().join("cat.jpg");
    let (_, stderr, code) = run(program(home, &hub)
        .args(["index", "--model", name])
        .arg(photo));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        state(home, &hub, name),
        Some(("ready (Hugging Face cache)".into(), 1))
    );
    run(program(home, &hub).args(["models", "rm", name, "--yes"]));
    assert_eq!(
        state(home, &hub, name),
        Some(("ready (Hugging Face cache)".into(), 0))
    );
}

#[test]
fn pictures_come_from_addresses_too() {
    let home = tempfile::tempdir().expect("a folder");
    let hub = FakeHub::start();
    let cat = fs::read(samples().join("cat.jpg")).expect("a photo");
    hub.put("/cat.jpg", cat);
    hub.put("/page.html", "<html>no picture</html>");
    hub.put("/slow.jpg", vec![0; 1000]);
    hub.queue_faults("/slow.jpg", [ResponseFault::BreakAfter(10)]);
    let url = |name: &str| format!("{}/{name}", hub.address);
    let mut command = lumisift(home.path());
    command
        .arg("classify")
        .args(["--label", "cat", "--label", "receipt"]);
    for name in ["cat.jpg", "page.html", "slow.jpg", "gone.jpg"] {
        command.arg(url(name));
    }
    let (result, code, stderr) = json(&mut command);
    assert_eq!(code, 1);
    let all = result.as_array().expect("a list");
    assert_eq!(all[0]["labels"][0]["label"], "cat");
    assert!(all[1..].iter().all(|photo| photo["error"] != Value::Null));
    for words in ["was lost", "404", "page.html"] {
        assert!(stderr.contains(words), "{words} in {stderr}");
    }
}
