//! The program as run by a person or a script.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use common::{json, lumisift, photos, samples};
use serde_json::Value;

fn golden() -> (Vec<String>, Vec<String>, Vec<usize>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/starter");
    let names: Value =
        serde_json::from_slice(&fs::read(dir.join("golden.json")).expect("read")).expect("JSON");
    let list = |key: &str| -> Vec<String> {
        let items = names[key].as_array().expect("a list").iter();
        items
            .map(|v| v.as_str().expect("text").to_owned())
            .collect()
    };
    let bytes = fs::read(dir.join("golden.safetensors")).expect("read");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let rows = |key: &str| -> Vec<Vec<f32>> {
        let data = file.tensor(key).expect("a tensor").data();
        let values: Vec<f32> = data
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect();
        values.chunks_exact(384).map(<[f32]>::to_vec).collect()
    };
    let labels = list("texts")[..14].to_vec();
    let texts = rows("text_embeds");
    let best = rows("image_embeds")
        .iter()
        .map(|image| {
            let cosine =
                |text: &Vec<f32>| -> f32 { text.iter().zip(image).map(|(a, b)| a * b).sum() };
            let cosines = texts[..14].iter().map(cosine).enumerate();
            cosines
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .expect("labels")
                .0
        })
        .collect();
    (list("photos"), labels, best)
}

#[test]
fn sorting_the_samples_agrees_with_the_golden_values() {
    let home = tempfile::tempdir().expect("a folder");
    let (photos, labels, best) = golden();
    let mut command = lumisift(home.path());
    command
        .arg("sort")
        .arg(samples())
        .args(["--min-match", "0"]);
    labels.iter().for_each(|label| {
        command.args(["--label", label]);
    });
    let (result, code, errors) = json(&mut command);
    assert_eq!(code, 0, "{errors}");
    let found: HashMap<String, Vec<&str>> = result["photos"]
        .as_array()
        .expect("photos")
        .iter()
        .map(|photo| {
            let path = Path::new(photo["path"].as_str().expect("a path"));
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            // The first of several equally good labels depends on a decoder's rounding.
            let labels = photo["labels"].as_array().expect("labels");
            let matched = |label: &serde_json::Value| label["match"].as_f64().expect("a match");
            let most = labels.iter().map(matched).fold(0.0, f64::max);
            let best = labels.iter().filter(|label| matched(label) >= most - 0.001);
            let best = best.map(|label| label["label"].as_str().expect("a label"));
            (name, best.collect())
        })
        .collect();
    let agreeing = photos
        .iter()
        .zip(&best)
        .filter(|(photo, best)| found[*photo].contains(&labels[**best].as_str()));
    let count = agreeing.count();
    assert!(count >= 13, "{count} of 14 agree: {found:?}");
}

#[test]
fn classify_tells_matches_probabilities_and_something_else() {
    let home = tempfile::tempdir().expect("a folder");
    let cat = samples().join("cat.jpg");
    let (result, code, errors) = json(lumisift(home.path()).arg("classify").arg(&cat).args([
        "-l",
        "cat",
        "-l",
        "motorcycle",
    ]));
    assert_eq!(code, 0, "{errors}");
    let labels = result[0]["labels"].as_array().expect("labels");
    assert_eq!(labels[0]["label"], "cat");
    assert!(labels[0]["match"].as_f64().expect("a match") > 0.8);
    assert!(labels[1]["match"].as_f64().expect("a match") < 0.05);
    let mass = |v: &Value| v["probability"].as_f64().expect("a probability");
    let total = labels.iter().map(mass).sum::<f64>()
        + result[0]["something_else"].as_f64().expect("a probability");
    assert!((total - 1.0).abs() < 1e-3);
}

#[test]
fn exact_is_the_softmax_of_the_article() {
    let home = tempfile::tempdir().expect("a folder");
    let (result, code, _) = json(
        lumisift(home.path())
            .arg("classify")
            .arg(samples().join("temple.jpg"))
            .args(["--exact", "--label", "a beautiful landscape", "--label"])
            .arg("a clock with gold-colored numbers on a black background"),
    );
    assert_eq!(code, 0);
    let labels = result[0]["labels"].as_array().expect("labels");
    let total: f64 = labels
        .iter()
        .map(|l| l["probability"].as_f64().expect("a number"))
        .sum();
    assert!((total - 1.0).abs() < 1e-3);
    assert_eq!(labels[0]["label"], "a beautiful landscape");
    assert!(labels[0].get("match").is_none() && result[0].get("something_else").is_none());
}

#[test]
fn sort_exports_into_a_folder_per_label() {
    let home = tempfile::tempdir().expect("a folder");
    let out = home.path().join("out");
    let run = || {
        json(
            lumisift(home.path())
                .arg("sort")
                .arg(samples())
                .args(["-l", "cat", "-l", "motorcycle", "--export"])
                .arg(&out),
        )
    };
    let (result, code, errors) = run();
    assert_eq!(code, 0, "{errors}");
    assert_eq!(result["counts"]["cat"], 1);
    assert_eq!(result["counts"]["motorcycle"], 1);
    assert_eq!(result["counts"]["(none)"], 12);
    assert_eq!(result["exported"], 2);
    let copy = fs::read(out.join("cat/cat.jpg")).expect("exported");
    assert_eq!(
        copy,
        fs::read(samples().join("cat.jpg")).expect("still there")
    );
    let (again, ..) = run();
    assert_eq!(again["exported"], 0, "what is there already is passed over");
    fs::write(out.join("cat/cat.jpg"), "another").expect("written");
    run();
    assert_eq!(
        fs::read(out.join("cat/cat.jpg")).expect("there"),
        b"another",
        "nothing is overwritten"
    );
    assert!(out.join("cat/cat (2).jpg").exists());
}

#[test]
fn search_finds_by_words_and_by_picture() {
    let home = tempfile::tempdir().expect("a folder");
    let first = |query: &str| {
        let (result, code, errors) = json(
            lumisift(home.path())
                .arg("search")
                .arg(samples())
                .arg(query)
                .args(["-n", "1"]),
        );
        assert_eq!(code, 0, "{errors}");
        result["photos"][0]["path"]
            .as_str()
            .expect("a path")
            .to_owned()
    };
    assert!(first("a kitten").ends_with("cat.jpg"));
    assert!(first("motorbike -cat").ends_with("motorcycle.jpg"));
    let like = format!("like:\"{}\"", samples().join("brick.jpg").display());
    assert!(first(&like).ends_with("brick.jpg"));
}

#[test]
fn embed_writes_normalised_rows_with_their_names() {
    let home = tempfile::tempdir().expect("a folder");
    let out = home.path().join("vectors.safetensors");
    let (result, code, _) = json(
        lumisift(home.path())
            .arg("embed")
            .arg(samples())
            .arg("--out")
            .arg(&out),
    );
    assert_eq!(
        (code, &result["photos"], &result["dim"]),
        (0, &14.into(), &384.into())
    );
    let bytes = fs::read(&out).expect("written");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).expect("a header");
    let names: Vec<String> =
        serde_json::from_str(&header.metadata().as_ref().expect("metadata")["names"])
            .expect("names");
    assert!(names[0].ends_with("astronaut.jpg") && names.len() == 14);
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let rows = file.tensor("embeddings").expect("rows");
    assert_eq!(rows.shape(), [14, 384]);
    let values: Vec<f32> = rows
        .data()
        .as_chunks::<4>()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    for row in values.chunks_exact(384) {
        assert!((row.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn index_reports_what_it_read_and_what_it_knew() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("photos");
    photos(&folder, 6);
    let index = || json(lumisift(home.path()).arg("index").arg(&folder)).0;
    assert_eq!(index()["encoded"], 6);
    assert_eq!(index()["cached"], 6);
}

#[test]
fn csv_and_tables_say_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let run = |format: &str| {
        let output = lumisift(home.path())
            .arg("sort")
            .arg(samples().join("cat.jpg"))
            .args(["-l", "cat, kitten", "--format", format])
            .output()
            .expect("runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let csv = run("csv");
    assert!(
        csv.starts_with("photo,best label,match,probability,place\n"),
        "{csv}"
    );
    assert!(csv.contains("\"cat, kitten\""), "{csv}");
    assert!(run("table").contains("cat, kitten"));
}

#[test]
fn models_can_be_added_by_folder_and_forgotten() {
    let home = tempfile::tempdir().expect("a folder");
    let model = home.path().join("my-clip");
    fs::create_dir(&model).expect("made");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
    ] {
        fs::copy(fixtures.join("clip-tiny").join(file), model.join(file)).expect("copied");
    }
    fs::copy(
        fixtures.join("clip-tokenizer.json"),
        model.join("tokenizer.json"),
    )
    .expect("copied");
    let add = lumisift(home.path())
        .args(["models", "add"])
        .arg(&model)
        .output()
        .expect("runs");
    assert!(
        add.status.success(),
        "{}",
        String::from_utf8_lossy(&add.stderr)
    );
    let (list, ..) = json(lumisift(home.path()).arg("models"));
    let listed = |model: &serde_json::Value| model["name"] == "my-clip";
    assert!(list.as_array().expect("a list").iter().any(listed));
    let (result, code, _) = json(
        lumisift(home.path())
            .args(["--model", "my-clip", "classify", "-l", "cat"])
            .arg(samples().join("cat.jpg")),
    );
    assert_eq!(code, 0);
    assert_eq!(result[0]["labels"][0]["label"], "cat");
    let remove = lumisift(home.path())
        .args(["models", "rm", "--yes", "my-clip"])
        .output()
        .expect("runs");
    assert!(remove.status.success());
    let (list, ..) = json(lumisift(home.path()).arg("models"));
    assert!(!list.as_array().expect("a list").iter().any(listed));
    assert!(model.join("config.json").exists(), "its files stay");
}

#[test]
fn doctor_tells_versions_and_paths_and_makes_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, _) = json(lumisift(home.path()).arg("doctor"));
    assert_eq!(code, 0);
    assert!(
        report["version"]
            .as_str()
            .expect("text")
            .starts_with(env!("CARGO_PKG_VERSION"))
    );
    assert!(report["threads"].as_u64().expect("a number") >= 1);
    assert_eq!(report["stored"], "empty");
    assert!(!home.path().join("cache").exists());
}

#[test]
fn usage_errors_end_with_two_and_say_what_to_do() {
    let home = tempfile::tempdir().expect("a folder");
    let empty = home.path().join("empty");
    fs::create_dir(&empty).expect("made");
    let empty = empty.to_str().expect("text");
    let gone = home.path().join("gone");
    let gone = gone.to_str().expect("text");
    for (args, words) in [
        (vec!["sort", empty], "--label"),
        (vec!["sort", empty, "-l", " "], "no words"),
        (vec!["sort", empty, "-l", "cat"], "no photos in"),
        (vec!["sort", gone, "-l", "cat"], "not there"),
        (vec!["index", empty, "--model", "nonsense"], "no model"),
        (
            vec!["sort", empty, "-l", "cat", "--min-match", "20"],
            "from 0 to 1",
        ),
        (vec!["sort", empty, "-l", "cat", "--move"], "--export"),
    ] {
        let output = lumisift(home.path()).args(&args).output().expect("runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(words), "{args:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_says_what_to_try() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = lumisift(home.path());
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let output = command.output().expect("runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("no display") && stderr.contains("lumisift sort"),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    // A missing path is reported before a window is opened.
    let output = lumisift(home.path())
        .arg("/not/there")
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn labels_come_from_a_file_and_the_result_is_shown_on_a_page() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("mine.toml");
    let text = "[[labels]]\ntext = \"cat\"\nthreshold = 0.5\n[[labels]]\ntext = \"motorcycle\"\nnot = true\n";
    fs::write(&file, text).expect("written");
    let page = home.path().join("out/sheet.html");
    let mut command = lumisift(home.path());
    command
        .arg("sort")
        .arg(samples())
        .arg("--labels")
        .arg(&file);
    let (result, code, stderr) = json(command.arg("--contact-sheet").arg(&page));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        (
            result["counts"]["cat"].as_u64(),
            result["counts"]["motorcycle"].as_u64()
        ),
        (Some(1), Some(0))
    );
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.contains("cat.jpg") && !page.contains("motorcycle.jpg"));
    let picture = home.path().join("sheet.JPG");
    let mut command = lumisift(home.path());
    command
        .arg("sort")
        .arg(samples())
        .args(["-l", "cat", "--contact-sheet"])
        .arg(&picture);
    let (_, code, stderr) = json(&mut command);
    assert_eq!(code, 0, "{stderr}");
    let picture = image::open(picture).expect("a picture");
    assert_eq!(picture.width(), 6 * 200 + 5 * 16 + 2 * 32);
    fs::write(&file, "[[labels]]\ntxet = 1\n").expect("written");
    let output = lumisift(home.path())
        .arg("sort")
        .arg(samples())
        .arg("--labels")
        .arg(&file)
        .output();
    let stderr = String::from_utf8(output.expect("runs").stderr).expect("text");
    assert!(
        stderr.contains("mine.toml") && stderr.contains("docs/labels.md"),
        "{stderr}"
    );
}
