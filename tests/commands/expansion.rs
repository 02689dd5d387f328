//! General words, and alternatives between commas, with the real program.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{json, lumisift, samples};

/// The match of each sample with the first label.
fn matches(home: &Path, args: &[&str]) -> BTreeMap<String, f64> {
    let mut command = lumisift(home);
    command
        .arg("sort")
        .arg(samples())
        .args(args)
        .args(["--min-match", "0"]);
    let (result, _, _) = json(&mut command);
    let photos = result["photos"].as_array().expect("photos");
    let one = |photo: &serde_json::Value| {
        let path = Path::new(photo["path"].as_str().expect("a path"));
        let name = path.file_stem().expect("a name").to_string_lossy();
        let matched = photo["labels"][0]["match"].as_f64().expect("a match");
        (name.into_owned(), matched)
    };
    photos.iter().map(one).collect()
}

#[test]
fn a_general_word_finds_what_it_stands_for_unless_it_is_taken_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let spread = matches(home.path(), &["-l", "people"]);
    let alone = matches(home.path(), &["-l", "people", "--no-expand"]);
    let quoted = matches(home.path(), &["-l", "\"people\""]);
    for photo in ["photographer", "astronaut"] {
        assert!(
            spread[photo] > alone[photo],
            "{photo}: {spread:?} {alone:?}"
        );
    }
    assert!(
        spread["photographer"] > 0.5 && spread["page"] < 0.2,
        "{spread:?}"
    );
    assert!(quoted["photographer"] < spread["photographer"]);
    // A word with a single meaning gives the same result either way.
    let cat = matches(home.path(), &["-l", "cat"]);
    assert_eq!(cat, matches(home.path(), &["-l", "cat", "--no-expand"]));
}

#[test]
fn what_a_general_word_stands_for_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let sort = |label: &str, options: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("sort").arg(samples().join("cat.jpg"));
        json(command.args(["-l", label]).args(options))
    };
    let (result, _, errors) = sort("people", &[]);
    let also = result["also"]["people"].as_array().expect("members");
    assert!(also.contains(&"woman".into()), "{also:?}");
    assert!(errors.contains("people: also "), "{errors}");
    // Negated members are not among them.
    let (result, _, errors) = sort("cat -people", &[]);
    assert!(
        result.get("also").is_none() && !errors.contains("also "),
        "{errors}"
    );
    let (result, _, _) = sort("drink -wine", &[]);
    let drinks = result["also"]["drink -wine"].as_array().expect("members");
    let has = |part: &str| {
        let mut texts = drinks.iter().filter_map(|member| member.as_str());
        texts.any(|member| member.contains(part))
    };
    assert!(has("coffee") && !has("wine"), "{drinks:?}");
    let (result, _, _) = sort("the Families", &[]);
    assert!(result["also"]["the Families"].is_array(), "{result}");
    let (result, _, _) = sort("人", &[]);
    assert_eq!(result["also"]["人"].as_array(), Some(also));
    for (label, options) in [("people", &["--no-expand"][..]), ("cat", &[][..])] {
        let (result, _, errors) = sort(label, options);
        assert!(result.get("also").is_none(), "{label}: {result}");
        assert!(!errors.contains(": also "), "{errors}");
    }
    let search = lumisift(home.path())
        .arg("search")
        .arg(samples().join("cat.jpg"))
        .arg("people")
        .output()
        .expect("run");
    let errors = String::from_utf8_lossy(&search.stderr);
    assert!(errors.contains("people: also "), "{errors}");
}

#[test]
fn members_can_be_left_out_in_a_file_of_labels() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("labels.toml");
    let with = |lines: &str| {
        std::fs::write(&file, format!("[[labels]]\ntext = \"people\"\n{lines}")).expect("written");
        matches(home.path(), &["--labels", file.to_str().expect("a path")])
    };
    let all = with("");
    let without = with("without = [\"man\", \"group of people\", \"boy\"]");
    assert!(
        without["photographer"] < all["photographer"],
        "{without:?} {all:?}"
    );
    assert_eq!(
        with("exactly = true"),
        matches(home.path(), &["-l", "people", "--no-expand"])
    );
    assert_eq!(with("min_match = 0.5"), all);
}

#[test]
fn a_comma_means_or() {
    let home = tempfile::tempdir().expect("a folder");
    let both = matches(home.path(), &["-l", "cat, motorcycle", "--no-expand"]);
    let cat = matches(home.path(), &["-l", "cat"]);
    let motorcycle = matches(home.path(), &["-l", "motorcycle", "--no-expand"]);
    assert!(both["cat"] > 0.9 * cat["cat"], "{both:?}");
    assert!(
        both["motorcycle"] > 0.9 * motorcycle["motorcycle"],
        "{both:?}"
    );
    assert!(both["cat"] > 0.2 && both["motorcycle"] > 0.2, "{both:?}");
    assert!(both["page"] < 0.2, "{both:?}");
}
