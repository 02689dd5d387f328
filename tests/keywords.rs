//! Keywords in sidecars, read back by another program where it is there.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::process::Command;

use common::{json, lumisift, samples};
use lumisift::core::sidecar;

#[test]
fn labels_become_keywords_that_other_programs_read() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    let cat = photos.join("cat.jpg");
    fs::copy(samples().join("cat.jpg"), &cat).expect("copied");
    fs::copy(samples().join("brick.jpg"), photos.join("brick.jpg")).expect("copied");
    let theirs = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="4" xmp:Nickname="Mimi"><dc:subject><rdf:Bag><rdf:li>holiday</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    let sidecar = photos.join("cat.jpg.xmp");
    fs::write(&sidecar, theirs).expect("written");
    let run = |more: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("keywords").arg(&photos);
        command
            .args(["-l", "cat", "-l", "motorcycle", "--parent", "AI"])
            .args(more);
        json(&mut command)
    };
    let (planned, code, _) = run(&["--dry-run"]);
    assert_eq!((planned["written"].as_u64(), code), (Some(0), 0));
    assert_eq!(fs::read_to_string(&sidecar).expect("there"), theirs);
    let (written, ..) = run(&[]);
    assert_eq!(written["written"], 1, "{written}");
    assert!(!photos.join("brick.jpg.xmp").exists(), "nothing fits it");
    let facts = sidecar::Sidecar::of(&cat).expect("a sidecar").facts;
    assert_eq!(facts.keywords, ["holiday", "cat"]);
    assert_eq!(
        (facts.rating, facts.hierarchical),
        (Some(4), vec!["AI|cat".to_owned()])
    );
    assert!(
        fs::read_to_string(&sidecar)
            .expect("there")
            .contains("xmp:Nickname=\"Mimi\"")
    );

    if let Ok(output) = Command::new("exiftool")
        .arg("-json")
        .arg("-G1")
        .arg(&sidecar)
        .output()
    {
        let read: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let read = &read[0];
        assert_eq!(
            read["XMP-dc:Subject"],
            serde_json::json!(["holiday", "cat"])
        );
        assert_eq!(read["XMP-lr:HierarchicalSubject"], "AI|cat");
        assert_eq!(read["XMP-digiKam:TagsList"], "AI/cat");
        assert_eq!(read["XMP-xmp:Rating"], 4);
    }
    let (again, ..) = run(&[]);
    assert_eq!(
        (again["written"].as_u64(), again["unchanged"].as_u64()),
        (Some(0), Some(1))
    );
}

#[test]
fn what_was_written_is_taken_back_and_what_is_broken_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    for name in ["cat.jpg", "motorcycle.jpg"] {
        fs::copy(samples().join(name), photos.join(name)).expect("copied");
    }
    fs::write(photos.join("motorcycle.jpg.xmp"), "no sidecar").expect("written");
    let mut command = lumisift(home.path());
    command
        .arg("keywords")
        .arg(&photos)
        .args(["-l", "cat", "-l", "motorcycle"]);
    let (written, code, said) = json(&mut command);
    assert_eq!((written["written"].as_u64(), code), (Some(1), 1));
    assert!(
        said.contains("motorcycle.jpg.xmp") && said.contains("left as it is"),
        "{said}"
    );
    assert!(photos.join("cat.jpg.xmp").exists());
    let undo = || {
        lumisift(home.path())
            .args(["keywords", "--undo"])
            .output()
            .expect("runs")
    };
    assert!(undo().status.success());
    assert!(!photos.join("cat.jpg.xmp").exists());
    let left = fs::read_to_string(photos.join("motorcycle.jpg.xmp")).expect("there");
    assert_eq!(left, "no sidecar");
    assert_eq!(
        undo().status.code(),
        Some(2),
        "there is nothing more to undo"
    );
}

#[test]
fn what_other_programs_wrote_is_told_and_asked_for() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    for name in ["cat.jpg", "motorcycle.jpg"] {
        fs::copy(samples().join(name), photos.join(name)).expect("copied");
    }
    let theirs = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3" xmp:Label="red"><dc:subject><rdf:Bag><rdf:li>Holiday</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    fs::write(photos.join("cat.xmp"), theirs).expect("written");
    let run = |more: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("sort").arg(&photos).args(["-l", "cat"]);
        json(command.args(more))
    };
    for more in [
        &["--min-stars", "3"][..],
        &["--keyword", "holi"],
        &["--colour", "red"],
    ] {
        let (sorted, code, said) = run(more);
        assert_eq!(code, 0, "{said}");
        let list = sorted["photos"].as_array().expect("photos");
        assert_eq!(list.len(), 1, "{more:?}");
        let cat = &list[0];
        assert!(cat["path"].as_str().expect("a path").ends_with("cat.jpg"));
        assert_eq!(
            (cat["stars"].as_u64(), cat["colour"].as_str()),
            (Some(3), Some("red"))
        );
        assert_eq!(cat["keywords"], serde_json::json!(["Holiday"]));
    }
    let mut command = lumisift(home.path());
    command
        .arg("sort")
        .arg(&photos)
        .args(["-l", "cat", "--picked"]);
    let output = command.output().expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("none of the 2 photos"), "{said}");
}
