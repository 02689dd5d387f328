//! Proposed groups, heat maps of labels, and words for photos, as the command line prints them.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::Path;

use common::{json, lumisift, samples};
use image::imageops::{self, FilterType};
use image::{RgbImage, imageops::resize};
use serde_json::Value;

fn photo(name: &str) -> RgbImage {
    image::open(samples().join(name))
        .expect("a photo")
        .to_rgb8()
}

/// Several views of one photo: parts of it, some mirrored.
fn views(name: &str, dir: &Path) {
    fs::create_dir_all(dir).expect("made");
    let whole = photo(name);
    let (width, height) = whole.dimensions();
    for n in 0..6 {
        let (x, y) = (width / 30 * n, height / 30 * (5 - n));
        let part = imageops::crop_imm(&whole, x, y, width * 8 / 10, height * 8 / 10).to_image();
        let part = if n % 2 == 0 {
            part
        } else {
            imageops::flip_horizontal(&part)
        };
        part.save(dir.join(format!("{n}-{name}"))).expect("saved");
    }
}

#[test]
fn heaps_are_named_by_what_their_photos_show_and_are_the_same_each_time() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    for name in ["cat.jpg", "galaxies.jpg", "grass.jpg", "motorcycle.jpg"] {
        views(name, &photos);
    }
    let ask = || {
        let mut command = lumisift(home.path());
        let (result, code, errors) = json(command.arg("heaps").arg(&photos));
        assert_eq!(code, 0, "{errors}");
        result
    };
    let result = ask();
    let heaps = result["heaps"].as_array().expect("heaps");
    assert_eq!(heaps.len(), 4, "{result}");
    assert_eq!(result["in_none"], 0);
    for heap in heaps {
        let shown = heap["photos"].as_array().expect("photos");
        let kind = |path: &Value| {
            let name = path
                .as_str()
                .expect("a path")
                .rsplit('-')
                .next()
                .expect("a name");
            name.trim_end_matches(".jpg").to_owned()
        };
        let kinds: Vec<String> = shown.iter().map(kind).collect();
        assert!(kinds.iter().all(|other| *other == kinds[0]), "{kinds:?}");
        let words = heap["words"].to_string();
        let meant = kinds[0].replace("galaxies", "galaxy");
        assert!(words.contains(&meant), "{words} for {meant}");
    }
    assert_eq!(ask(), result);
}

/// The share of the heat in the left half.
fn left_share(result: &Value) -> f64 {
    let (mut left, mut all) = (0.0, 0.0);
    for row in result["heat"].as_array().expect("rows") {
        let row = row.as_array().expect("cells");
        for (at, cell) in row.iter().enumerate() {
            let heat = cell.as_f64().expect("a number");
            // The middle column belongs to both halves.
            let part = match at.cmp(&(row.len() / 2)) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 0.0,
            };
            left += part * heat;
            all += heat;
        }
    }
    left / all
}

#[test]
fn the_heat_lies_in_the_half_that_shows_the_label() {
    let home = tempfile::tempdir().expect("a folder");
    let halves = [
        ("cat", "cat.jpg"),
        ("cup of coffee", "coffee.jpg"),
        ("motorcycle", "motorcycle.jpg"),
    ];
    let square = |name: &str| resize(&photo(name), 300, 300, FilterType::Triangle);
    for (left, right) in [(0, 1), (1, 0), (2, 0), (0, 2), (1, 2), (2, 1)] {
        let mut both = RgbImage::new(600, 300);
        imageops::replace(&mut both, &square(halves[left].1), 0, 0);
        imageops::replace(&mut both, &square(halves[right].1), 300, 0);
        let path = home.path().join("both.png");
        both.save(&path).expect("saved");
        let out = home.path().join(format!("heat {left} {right}.png"));
        let mut command = lumisift(home.path());
        command
            .arg("explain")
            .arg(&path)
            .args(["--label", halves[left].0, "--out"])
            .arg(&out);
        let (result, code, errors) = json(&mut command);
        assert_eq!(code, 0, "{errors}");
        let share = left_share(&result);
        assert!(
            share >= 0.8,
            "{} beside {}: {share}",
            halves[left].0,
            halves[right].0
        );
        assert_eq!(
            image::open(&out).expect("a picture").to_rgb8().dimensions(),
            (600, 300)
        );
    }
}

#[test]
fn a_picture_of_where_a_label_is_replaces_no_file() {
    let home = tempfile::tempdir().expect("a folder");
    let original = home.path().join("photo.png");
    resize(&photo("cat.jpg"), 64, 64, FilterType::Triangle)
        .save(&original)
        .expect("saved");
    let before = fs::read(&original).expect("there");
    let explain = |out: &Path| {
        let mut command = lumisift(home.path());
        command
            .arg("explain")
            .arg(&original)
            .args(["--label", "cat", "--out"])
            .arg(out);
        command.output().expect("runs").status.code()
    };
    assert_eq!(explain(&original), Some(2));
    assert_eq!(explain(&home.path().join("heat.jpg")), Some(2));
    assert_eq!(fs::read(&original).expect("there"), before);
    let heat = home.path().join("heat.png");
    assert_eq!(explain(&heat), Some(0));
    let first = fs::read(&heat).expect("there");
    assert_eq!(explain(&heat), Some(2), "it is there already");
    assert_eq!(fs::read(&heat).expect("there"), first);
}

#[test]
fn answers_change_what_is_said_of_a_label() {
    let home = tempfile::tempdir().expect("a folder");
    let ask = |arguments: &[&str]| {
        let mut command = lumisift(home.path());
        command
            .arg("estimate")
            .arg(samples())
            .args(["--label", "cat"])
            .args(arguments);
        let (result, code, errors) = json(&mut command);
        (result, code, errors)
    };
    let (before, code, errors) = ask(&[]);
    assert_eq!(code, 0, "{errors}");
    let next = before["next"].as_str().expect("a photo");
    let (after, _, _) = ask(&["--no", next]);
    assert_eq!(after["answers"], 1);
    assert_ne!(after["next"], before["next"]);
    let high = |result: &Value| result["missed"]["high"].as_f64().expect("a number");
    assert!(high(&after) <= high(&before), "{before} then {after}");
    for (answers, message) in [
        (vec!["--yes", "nowhere.jpg"], "nowhere.jpg"),
        (vec!["--yes", next, "--no", next], "both --yes and --no"),
    ] {
        let wrong = lumisift(home.path())
            .arg("estimate")
            .arg(samples())
            .args(["--label", "cat"])
            .args(answers)
            .output()
            .expect("runs");
        assert_eq!(wrong.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&wrong.stderr).contains(message));
    }
}

#[test]
fn photos_are_described_in_words() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = lumisift(home.path());
    let (result, code, errors) = json(command.arg("describe").arg(samples()));
    assert_eq!(code, 0, "{errors}");
    let description = |name: &str| {
        let photos = result["photos"].as_array().expect("photos").iter();
        let photo =
            photos.filter(|photo| photo["path"].as_str().is_some_and(|p| p.ends_with(name)));
        photo
            .map(|photo| photo["description"].as_str().expect("text").to_owned())
            .next()
    };
    let cat = description("cat.jpg").expect("the cat");
    assert!(cat.contains("cat") && cat.contains("sharp"), "{cat}");
    let motorcycle = description("motorcycle.jpg").expect("the motorcycle");
    assert!(motorcycle.contains("motorcycle"), "{motorcycle}");
    let galaxies = description("galaxies.jpg").expect("the galaxies");
    assert!(
        galaxies.contains("galaxy") && galaxies.contains("very dark"),
        "{galaxies}"
    );
}
