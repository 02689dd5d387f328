//! `lumisift duplicates`, `bursts` and `overview`, as run by a person or a script.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{json, lumisift, samples};
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbImage};
use serde_json::Value;

/// Pixels of the first sample photos.
fn pictures(count: usize) -> Vec<RgbImage> {
    let mut paths: Vec<PathBuf> = fs::read_dir(samples())
        .expect("samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
        .collect();
    paths.sort();
    let open = |path: &PathBuf| image::open(path).expect("a photo").to_rgb8();
    paths.iter().take(count).map(open).collect()
}

fn save(image: &RgbImage, path: &Path) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    image.save(path).expect("saved");
}

/// A folder with a photo, copies of it, and another photo.
fn heap(dir: &Path) {
    let all = pictures(2);
    let (photo, other) = (&all[0], &all[1]);
    let (width, height) = photo.dimensions();
    save(photo, &dir.join("a.png"));
    fs::create_dir_all(dir.join("more")).expect("made");
    fs::copy(dir.join("a.png"), dir.join("more/a (1).png")).expect("copied");
    let small = imageops::resize(photo, width / 2, height / 2, FilterType::Triangle);
    save(&small, &dir.join("small.jpg"));
    let part = imageops::crop_imm(photo, width / 20, 0, width * 9 / 10, height * 9 / 10);
    save(&part.to_image(), &dir.join("part.jpg"));
    save(&imageops::flip_horizontal(photo), &dir.join("mirror.jpg"));
    save(other, &dir.join("other.jpg"));
}

fn name(value: &Value) -> String {
    let path = Path::new(value["path"].as_str().expect("a path"));
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// The keeper and the copies of each group, with their kind of similarity.
fn groups(result: &Value) -> Vec<(String, Vec<String>)> {
    let groups = result["groups"].as_array().expect("groups").iter();
    groups
        .map(|group| {
            let copies = group["copies"].as_array().expect("copies").iter();
            let mut copies: Vec<String> = copies
                .map(|copy| format!("{} {}", name(copy), copy["what"].as_str().expect("a word")))
                .collect();
            copies.sort();
            (name(&group["keep"]), copies)
        })
        .collect()
}

fn named(keeper: &str, copies: &[&str]) -> Vec<(String, Vec<String>)> {
    vec![(
        keeper.into(),
        copies.iter().map(|c| (*c).to_owned()).collect(),
    )]
}

#[test]
fn duplicates_are_found_moved_and_restored() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    heap(&photos);
    let ask = |arguments: &[&str]| {
        let mut command = lumisift(home.path());
        let command = command.arg("duplicates").arg(&photos).args(arguments);
        let (result, code, errors) = json(command);
        assert_eq!(code, 0, "{errors}");
        result
    };
    let near = ["a (1).png exact", "part.jpg near", "small.jpg near"];
    let result = ask(&[]);
    assert_eq!(groups(&result), named("a.png", &near));
    let group = &result["groups"][0];
    let reason = group["copies"].as_array().expect("copies").iter();
    let reasons: Vec<(String, &str)> = reason
        .map(|copy| (name(copy), copy["keeper_is"].as_str().expect("a reason")))
        .collect();
    assert!(
        reasons.contains(&("a (1).png".into(), "not named as a copy")),
        "{reasons:?}"
    );
    assert!(
        reasons
            .iter()
            .any(|(name, why)| name == "small.jpg" && why.starts_with("more pixels"))
    );
    let length = |name: &str| fs::metadata(photos.join(name)).expect("there").len();
    let freed = length("more/a (1).png") + length("part.jpg") + length("small.jpg");
    assert_eq!(result["bytes"], freed);
    assert_eq!(result["copies"], 3);
    assert_eq!(groups(&ask(&["--exact"])), named("a.png", &near[..1]));
    let all = [
        "a (1).png exact",
        "mirror.jpg mirrored",
        "part.jpg near",
        "small.jpg near",
    ];
    assert_eq!(groups(&ask(&["--turned"])), named("a.png", &all));

    let plan = home.path().join("plan.json");
    ask(&["--export-plan", plan.to_str().expect("text")]);
    let mut apply = lumisift(home.path());
    apply.args(["export", "--move", "--manifest"]).arg(&plan);
    let (moved, code, errors) = json(&mut apply);
    assert_eq!(
        (code, moved["exported"].as_array().expect("files").len()),
        (0, 3),
        "{errors}"
    );
    assert!(home.path().join("copies/0001 a.png/small.jpg").is_file());
    assert!(photos.join("a.png").is_file() && !photos.join("small.jpg").exists());
    assert!(groups(&ask(&[])).is_empty());
    // An earlier plan may be overwritten; a photo never is.
    let mut over = lumisift(home.path());
    over.arg("duplicates").arg(&photos).arg("--export-plan");
    let over = over.arg(photos.join("a.png")).output().expect("runs");
    assert_eq!(over.status.code(), Some(2));
    let undone = lumisift(home.path()).arg("undo").output().expect("runs");
    assert!(undone.status.success());
    assert_eq!(groups(&ask(&[])), named("a.png", &near));
}

#[test]
fn a_plan_that_is_out_of_date_moves_nothing_that_matters() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    heap(&photos);
    let plan = home.path().join("plan.json");
    let mut write = lumisift(home.path());
    write.arg("duplicates").arg(&photos).arg("--export-plan");
    assert!(write.arg(&plan).status().expect("runs").success());
    let apply = || {
        let mut apply = lumisift(home.path());
        apply.args(["export", "--move", "--manifest"]).arg(&plan);
        let (moved, code, _) = json(&mut apply);
        let moved = |list: &str| moved[list].as_array().expect("files").len();
        (moved("exported"), moved("failures"), code)
    };
    // The photo to keep is edited, so it is no longer the same.
    let keeper = photos.join("a.png");
    let original = std::fs::read(&keeper).expect("there");
    std::fs::write(&keeper, b"painted over").expect("written");
    assert_eq!(apply(), (0, 3, 1));
    std::fs::remove_file(&keeper).expect("removed");
    assert_eq!(apply(), (0, 3, 1));
    std::fs::write(&keeper, &original).expect("written");
    // One of the copies is edited.
    let small = photos.join("small.jpg");
    std::fs::write(&small, &original).expect("written");
    assert_eq!(apply(), (2, 1, 1));
    assert!(keeper.is_file() && small.is_file());
}

#[test]
fn copies_with_equal_names_are_all_moved_away() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    save(&pictures(1)[0], &photos.join("A/IMG_1.png"));
    let bytes = fs::read(photos.join("A/IMG_1.png")).expect("read");
    let others = ["B", "C", "D"].map(|folder| photos.join(folder).join("IMG_1.png"));
    let put = |path: &PathBuf| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, &bytes).expect("written");
    };
    let plan = home.path().join("plan.json");
    let move_copies = || {
        let mut write = lumisift(home.path());
        write.arg("duplicates").arg(&photos).arg("--export-plan");
        assert!(write.arg(&plan).status().expect("runs").success());
        let text = fs::read(&plan).expect("a plan");
        let planned: Value = serde_json::from_slice(&text).expect("JSON");
        let entries = planned["photos"].as_array().expect("entries").iter();
        let targets: Vec<String> = entries.map(|entry| entry["target"].to_string()).collect();
        let mut apply = lumisift(home.path());
        apply.args(["export", "--move", "--manifest"]).arg(&plan);
        let (moved, code, errors) = json(&mut apply);
        assert_eq!((code, &moved["skipped"]), (0, &Value::from(0)), "{errors}");
        let moved = moved["exported"].as_array().expect("files").len();
        let distinct: HashSet<String> = targets.into_iter().collect();
        assert_eq!(distinct.len(), moved, "one target for each copy");
        moved
    };
    let left = || others.iter().filter(|path| path.exists()).count();
    others.iter().for_each(put);
    assert_eq!((move_copies(), left()), (3, 0));
    // The names of the first plan are taken by files with the same bytes.
    put(&others[0]);
    assert_eq!((move_copies(), left()), (1, 0));
    assert!(photos.join("A/IMG_1.png").is_file());
    let want = [1, 2, 3, 4].map(|number| match number {
        1 => "IMG_1.png".to_owned(),
        number => format!("IMG_1 ({number}).png"),
    });
    for name in want {
        let moved = home.path().join("copies/0001 IMG_1.png").join(&name);
        assert_eq!(fs::read(moved).expect("moved"), bytes, "{name}");
    }
}

#[test]
fn an_older_store_is_still_used() {
    let home = tempfile::tempdir().expect("a folder");
    let (photos, store) = (home.path().join("photos"), home.path().join("store"));
    heap(&photos);
    let ask = || {
        let mut command = lumisift(home.path());
        command
            .arg("duplicates")
            .arg(&photos)
            .arg("--store")
            .arg(&store);
        let (result, code, errors) = json(&mut command);
        assert_eq!(code, 0, "{errors}");
        groups(&result)
    };
    let before = ask();
    let open = || rusqlite::Connection::open(store.join("thumbnails.db")).expect("a database");
    open()
        .execute_batch("DROP TABLE appearances; PRAGMA user_version = 1;")
        .expect("as it was");
    assert_eq!(ask(), before);
    let kept: i64 = open()
        .query_row("SELECT count(*) FROM appearances", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(kept, 5, "one for each content");
    open()
        .execute_batch("UPDATE appearances SET numbers = substr(numbers, 1, 100)")
        .expect("damaged");
    assert_eq!(ask(), before);
}

#[test]
fn what_belongs_to_a_photo_is_no_copy_of_it() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    let picture = &pictures(1)[0];
    save(picture, &photos.join("IMG_1.jpg"));
    // The RAW file of the pair shows the same picture. It is recognized by its content, whatever its name.
    fs::copy(photos.join("IMG_1.jpg"), photos.join("IMG_1.nef")).expect("copied");
    fs::copy(photos.join("IMG_1.jpg"), photos.join("alone.jpg")).expect("copied");
    let mut command = lumisift(home.path());
    let (result, code, errors) = json(command.arg("duplicates").arg(&photos));
    assert_eq!(code, 0, "{errors}");
    assert_eq!(groups(&result), named("IMG_1.jpg", &["alone.jpg exact"]));
    assert_eq!(
        result["groups"][0]["copies"][0]["keeper_is"],
        "a less lossy format"
    );
}

#[test]
fn bursts_are_told_by_time_and_the_sharpest_is_best() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    let all = pictures(2);
    let (width, height) = all[0].dimensions();
    // The camera moved between two shots.
    let moved = |left: u32| {
        let view = imageops::crop_imm(&all[0], left, height / 8, width / 2, height / 2);
        view.to_image()
    };
    save(
        &imageops::blur(&moved(width / 8), 1.5),
        &photos.join("IMG_20240501_100000.jpg"),
    );
    save(&moved(width / 4), &photos.join("IMG_20240501_100001.jpg"));
    save(&all[1], &photos.join("IMG_20240501_120000.jpg"));
    let mut command = lumisift(home.path());
    let (result, code, errors) = json(command.arg("bursts").arg(&photos));
    assert_eq!(code, 0, "{errors}");
    let bursts = result["bursts"].as_array().expect("bursts");
    assert_eq!(bursts.len(), 1, "{result}");
    assert_eq!(bursts[0]["best_is"], "the sharpest");
    let best: Vec<bool> = bursts[0]["photos"]
        .as_array()
        .expect("photos")
        .iter()
        .map(|photo| photo["best"].as_bool().expect("told"))
        .collect();
    assert_eq!(best, [false, true]);
}

#[test]
fn the_overview_counts_what_may_go_and_lists_it() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    heap(&photos);
    let picture = &pictures(3)[2];
    save(
        &imageops::blur(picture, 4.0),
        &photos.join("IMG_20240101_120000.jpg"),
    );
    save(
        &RgbImage::from_pixel(400, 300, image::Rgb([3; 3])),
        &photos.join("night.png"),
    );
    let white = DynamicImage::ImageRgb8(RgbImage::from_pixel(400, 300, image::Rgb([254; 3])));
    save(&white.to_rgb8(), &photos.join("white.png"));
    let mut command = lumisift(home.path());
    let (result, code, errors) = json(command.arg("overview").arg(&photos));
    assert_eq!(code, 0, "{errors}");
    let count = |what: &str| {
        let lines = result["overview"].as_array().expect("lines");
        let line = lines.iter().find(|line| line["what"] == what);
        line.expect("a line")["photos"].as_u64().expect("a count")
    };
    assert_eq!(result["photos"], 9);
    assert_eq!(
        (count("copies"), count("blurred"), count("dark")),
        (3, 1, 1),
        "{result}"
    );
    assert_eq!(
        (count("blown out"), count("near-empty"), count("undated")),
        (1, 2, 8)
    );
    let mut command = lumisift(home.path());
    let (result, _, _) = json(
        command
            .arg("overview")
            .arg(&photos)
            .args(["--list", "blurred"]),
    );
    let listed = result["photos"].as_array().expect("photos");
    assert_eq!(name(&listed[0]), "IMG_20240101_120000.jpg");
    let wrong = lumisift(home.path())
        .arg("overview")
        .arg(&photos)
        .args(["--list", "nonsense"])
        .output()
        .expect("runs");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("blurred"));
}
