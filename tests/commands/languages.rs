//! Labels in languages that the starter does not know, with the dictionary and with the real program.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "docs/labels.md quotes the table")]

use crate::common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::{json, lumisift, samples};
use lumisift::engine::search::dictionary::{Language, Meaning, meaning};

/// English words, and a label for each in every language; tests/fixtures/README.md explains how it was made.
const LABELS: &str = include_str!("../fixtures/labels-in-languages.tsv");

#[derive(Default)]
struct Count {
    right: usize,
    wrong: Vec<String>,
    unknown: usize,
}

/// The results for the labels of a column.
fn count(column: usize, preferred: Option<Language>) -> Count {
    let mut count = Count::default();
    for line in LABELS.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let expected: Vec<&str> = cells[0].split('|').collect();
        let label = cells[column];
        let english = match meaning(label, preferred) {
            Meaning::Known(known) => known.english,
            // A word that is the same in English is correct without translation.
            Meaning::English => label.to_lowercase(),
            Meaning::Unknown(_) => String::new(),
        };
        let same = |word: &&str| word.eq_ignore_ascii_case(&english);
        match english.as_str() {
            _ if expected.iter().any(same) => count.right += 1,
            "" => count.unknown += 1,
            _ if english == label.to_lowercase() => count.unknown += 1,
            _ => count.wrong.push(format!("{label} -> {english}")),
        }
    }
    count
}

#[test]
fn most_labels_of_ten_languages_are_known_and_few_are_wrong() {
    let header = LABELS.lines().next().expect("a header");
    let all = LABELS.lines().count() - 1;
    println!("| language | known | wrong | known, if the language is told | wrong |");
    for (column, code) in header.split('\t').enumerate().skip(1) {
        let alone = count(column, None);
        let with_language = count(column, Language::of_locale(code));
        let percent = |n: usize| 100.0 * n as f32 / all as f32;
        println!(
            "| {code} | {:.1} % | {:.1} % | {:.1} % | {:.1} % |",
            percent(alone.right),
            percent(alone.wrong.len()),
            percent(with_language.right),
            percent(with_language.wrong.len()),
        );
        for counted in [alone, with_language] {
            assert!(percent(counted.right) >= 80.0, "{code}: {}", counted.right);
            let wrong = &counted.wrong;
            assert!(percent(wrong.len()) <= 3.0, "{code}: {wrong:?}");
        }
    }
}

/// The program on a system with this language.
fn lumisift_in(home: &Path, locale: &str) -> Command {
    let mut command = lumisift(home);
    command.env("LC_ALL", locale).env("LANG", locale);
    command.env_remove("LANGUAGE");
    command
}

/// The output of `sort` for the samples, and the match of each with its first label.
fn sort(home: &Path, locale: &str, args: &[&str]) -> (serde_json::Value, BTreeMap<String, f64>) {
    let mut command = lumisift_in(home, locale);
    command.arg("sort").arg(samples()).args(args);
    command.args(["--min-match", "0"]);
    let (result, _, _) = json(&mut command);
    let photos = result["photos"].as_array().expect("photos").clone();
    let one = |photo: &serde_json::Value| {
        let path = Path::new(photo["path"].as_str().expect("a path"));
        let name = path.file_stem().expect("a name").to_string_lossy();
        let matched = photo["labels"][0]["match"].as_f64().expect("a match");
        (name.into_owned(), matched)
    };
    let matches = photos.iter().map(one).collect();
    (result, matches)
}

#[test]
fn a_label_in_another_language_means_its_english() {
    let home = tempfile::tempdir().expect("a folder");
    let (result, all) = sort(
        home.path(),
        "C",
        &["--label", "猫", "--label", "perro", "--label", "Hund"],
    );
    let expected = serde_json::json!({ "猫": "cat", "perro": "dog", "Hund": "dog" });
    assert_eq!(result["translated"], expected);
    let (english, cat) = sort(home.path(), "C", &["-l", "cat", "-l", "dog"]);
    assert_eq!(all, cat);
    assert!(english.get("translated").is_none());
    let (_, typed) = sort(home.path(), "C", &["-l", "猫", "--no-translate"]);
    assert!(typed["cat"] < 0.5 * cat["cat"], "{typed:?} {cat:?}");
    // General words are expanded by their English translation.
    let (_, people) = sort(home.path(), "C", &["-l", "人"]);
    let (_, same) = sort(home.path(), "C", &["-l", "people"]);
    assert_eq!(people, same);
}

#[test]
fn the_mapping_is_said_for_people() {
    let home = tempfile::tempdir().expect("a folder");
    let cat = samples().join("cat.jpg");
    for command in [
        &["sort", "-l", "猫"][..],
        &["classify", "-l", "猫"],
        &["search"],
        &["estimate", "-l", "猫"],
        &["explain", "-l", "猫"],
    ] {
        let mut program = lumisift_in(home.path(), "C");
        program.args(command).arg(&cat);
        if command[0] == "search" {
            program.arg("猫");
        }
        let output = program.output().expect("run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("猫 -> cat"), "{command:?}: {stderr}");
    }
    let output = lumisift_in(home.path(), "C")
        .args(["classify", "-l", "量子纠缠", "-l", "cat"])
        .arg(&cat)
        .output()
        .expect("run");
    let stderr = String::from_utf8_lossy(&output.stderr);
    for part in [
        "the starter knows English",
        "SigLIP 2 and Chinese-CLIP know Chinese",
        "lumisift models get siglip2-base-patch32-256",
    ] {
        assert!(stderr.contains(part), "{stderr}");
    }
}

#[test]
fn english_words_stay_unless_the_system_or_the_labels_say_otherwise() {
    let home = tempfile::tempdir().expect("a folder");
    let (result, stays) = sort(home.path(), "en_GB.UTF-8", &["-l", "chat"]);
    assert!(result.get("translated").is_none());
    let (result, cat) = sort(home.path(), "fr_FR.UTF-8", &["-l", "chat"]);
    assert_eq!(result["translated"], serde_json::json!({ "chat": "cat" }));
    assert!(cat["cat"] > stays["cat"]);
    let (_, typed) = sort(
        home.path(),
        "fr_FR.UTF-8",
        &["-l", "chat", "--no-translate"],
    );
    assert_eq!(typed, stays);
    let file = home.path().join("labels.toml");
    let with = |text: &str| {
        std::fs::write(&file, text).expect("written");
        let (_, matches) = sort(
            home.path(),
            "C",
            &["--labels", file.to_str().expect("a path")],
        );
        matches
    };
    assert_eq!(with("language = \"fr\"\n[[labels]]\ntext = \"chat\""), cat);
    let as_typed = "language = \"fr\"\n[[labels]]\ntext = \"chat\"\nas_typed = true";
    assert_eq!(with(as_typed), stays);
}

#[test]
fn models_that_know_the_language_get_the_text_as_typed() {
    let home = tempfile::tempdir().expect("a folder");
    let cat = samples().join("cat.jpg");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let output = lumisift_in(home.path(), "C")
        .args(["classify", "-l", "猫", "--model"])
        .arg(fixtures.join("chinese-clip-tiny"))
        .arg(&cat)
        .output()
        .expect("run");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !stderr.contains("->"),
        "{stderr}"
    );
}
