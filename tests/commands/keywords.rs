//! Keywords, ratings and colours in sidecars and photos, by the command line.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;

use std::fs;
use std::path::Path;

use common::{json, lumisift, samples};
use lumisift::engine::media::metadata::{MetadataSource, PhotoMetadata};
use serde_json::Value;

#[test]
fn what_is_written_is_told_by_its_kind() {
    let (home, photos) = cats(&["a.jpg"]);
    let run = |more: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("keywords").arg(&photos).args(["-l", "cat"]);
        json(command.args(more)).2
    };
    let stderr = run(&["--dry-run"]);
    assert!(
        stderr.contains("1 sidecar to write, 0 already up to date"),
        "{stderr}"
    );
    let stderr = run(&[]);
    assert!(
        stderr.contains("1 sidecar written, 0 already up to date;"),
        "{stderr}"
    );
    let stderr = run(&[]);
    assert!(
        stderr.contains("0 sidecars written, 1 already up to date\n"),
        "{stderr}"
    );
    fs::remove_file(photos.join("a.jpg.xmp")).expect("removed");
    let stderr = run(&["--inside"]);
    assert!(
        stderr.contains("1 photo written, 0 already up to date;"),
        "{stderr}"
    );
}

#[cfg(feature = "heic")]
#[test]
fn a_heic_that_cannot_be_written_into_gets_a_sidecar_and_the_reason_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/plain.heic");
    fs::copy(&fixture, photos.join("a.heic")).expect("copied");
    let mut with_film = fs::read(&fixture).expect("there");
    with_film.extend(b"\0\0\0\x0cmoovfilm");
    fs::write(photos.join("b.heic"), &with_film).expect("written");
    let run = |more: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("keywords").arg(&photos).args(["-l", "cat"]);
        json(command.args(["--inside", "--min-match", "0"]).args(more))
    };
    let (written, code, stderr) = run(&[]);
    assert_eq!(
        (written["written"].as_u64(), code),
        (Some(2), 0),
        "{stderr}"
    );
    assert!(
        stderr.contains("b.heic: it gets a sidecar instead"),
        "{stderr}"
    );
    assert!(stderr.contains("1 photo and 1 sidecar written"), "{stderr}");
    assert_eq!(listed(&photos), ["a.heic", "b.heic", "b.heic.xmp"]);
    assert_eq!(fs::read(photos.join("b.heic")).expect("there"), with_film);
    assert_eq!(
        PhotoMetadata::of(&photos.join("a.heic")).facts.keywords,
        ["cat"]
    );
    undo(home.path());
    let back = fs::read(photos.join("a.heic")).expect("there");
    assert_eq!(back, fs::read(&fixture).expect("there"));
    assert_eq!(listed(&photos), ["a.heic", "b.heic"]);
}

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
    let facts = PhotoMetadata::of(&cat).facts;
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

    let text = fs::read_to_string(&sidecar).expect("there");
    // digiKam and Immich read only this list, so it also has the existing keywords.
    assert!(
        text.contains("<rdf:li>holiday</rdf:li><rdf:li>AI/cat</rdf:li>"),
        "{text}"
    );
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
    let (written, code, stderr) = json(&mut command);
    assert_eq!((written["written"].as_u64(), code), (Some(1), 1));
    assert!(
        stderr.contains("motorcycle.jpg.xmp") && stderr.contains("left as it is"),
        "{stderr}"
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
fn sidecars_of_other_programs_are_reported_and_need_confirmation() {
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
        let (sorted, code, stderr) = run(more);
        assert_eq!(code, 0, "{stderr}");
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
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(stderr.contains("none of the 2 photos"), "{stderr}");
}

/// A folder for a test, with a photo of a cat under each of these names.
fn cats(names: &[&str]) -> (tempfile::TempDir, std::path::PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    for name in names {
        fs::copy(samples().join("cat.jpg"), photos.join(name)).expect("copied");
    }
    (home, photos)
}

fn packet(inside: &str) -> String {
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"#
    )
}

fn subject(keyword: &str) -> String {
    format!("<dc:subject><rdf:Bag><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject>")
}

/// Inserts a packet into a JPEG, as cameras and exiftool do.
fn embed_packet(photo: &Path, packet: &str) {
    let mut bytes = fs::read(photo).expect("there");
    let mut segment = b"http://ns.adobe.com/xap/1.0/\0".to_vec();
    segment.extend(packet.as_bytes());
    let mut head = vec![0xff, 0xe1];
    head.extend(((segment.len() + 2) as u16).to_be_bytes());
    head.extend(segment);
    bytes.splice(2..2, head);
    fs::write(photo, bytes).expect("written");
}

fn keywords(home: &Path, photos: &Path, more: &[&str]) -> Value {
    let mut command = lumisift(home);
    command.arg("keywords").arg(photos).args(["-l", "cat"]);
    let (written, code, stderr) = json(command.args(more));
    assert_eq!(code, 0, "{stderr}");
    written
}

fn undo(home: &Path) {
    let mut command = lumisift(home);
    let output = command.args(["keywords", "--undo"]).output().expect("runs");
    assert!(output.status.success(), "{output:?}");
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("listed").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_sidecar_of_any_name_is_added_to_and_not_shadowed() {
    let (home, photos) = cats(&["a.jpg", "b.jpg", "c.JPG"]);
    for name in ["a.jpg.XMP", "b.xmp", "C.XMP"] {
        fs::write(photos.join(name), packet(&subject("holiday"))).expect("written");
    }
    let before = listed(&photos);
    assert_eq!(keywords(home.path(), &photos, &[])["written"], 3);
    assert_eq!(listed(&photos), before);
    for name in ["a.jpg", "b.jpg", "c.JPG"] {
        let facts = PhotoMetadata::of(&photos.join(name)).facts;
        assert_eq!(facts.keywords, ["holiday", "cat"], "{name}");
    }
}

#[test]
fn photos_that_share_a_sidecar_are_one_write() {
    let (home, photos) = cats(&["a.jpg", "a.jpeg"]);
    let written = keywords(home.path(), &photos, &["--names", "stem"]);
    assert_eq!(written["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(written["written"], 1);
    assert_eq!(listed(&photos), ["a.jpeg", "a.jpg", "a.xmp"]);
    undo(home.path());
    assert_eq!(listed(&photos), ["a.jpeg", "a.jpg"]);
}

#[test]
fn embedded_keywords_are_reported_and_kept_in_the_sidecar() {
    let (home, photos) = cats(&["a.jpg"]);
    let photo = photos.join("a.jpg");
    let inside = subject("holiday") + "<xmp:Rating>5</xmp:Rating><xmp:Label>Green</xmp:Label>";
    embed_packet(&photo, &packet(&inside));
    let sort = |more: &[&str]| {
        let mut command = lumisift(home.path());
        command.arg("sort").arg(&photos).args(["-l", "cat"]);
        let (sorted, code, stderr) = json(command.args(more));
        assert_eq!(code, 0, "{stderr}");
        sorted["photos"][0].clone()
    };
    let result = sort(&["--min-stars", "5", "--keyword", "holi", "--colour", "green"]);
    assert_eq!(
        (result["stars"].as_u64(), &result["keywords"][0]),
        (Some(5), &"holiday".into())
    );
    assert_eq!(result["metadata_from"]["stars"], "photo");
    // A new sidecar hides the photo's list from other programs, so it also gets the photo's keywords.
    keywords(home.path(), &photos, &[]);
    let metadata = PhotoMetadata::of(&photo);
    assert_eq!(metadata.facts.keywords, ["holiday", "cat"]);
    let from = MetadataSource::Sidecar("a.jpg.xmp".into());
    assert_eq!(metadata.origins.keywords, Some(from));
    assert_eq!(sort(&[])["metadata_from"]["keywords"], "a.jpg.xmp");
    assert_eq!(sort(&[])["metadata_from"]["stars"], "photo");
}

#[test]
fn keywords_inside_photos_are_planned_written_and_taken_back() {
    let (home, photos) = cats(&["a.jpg"]);
    let photo = photos.join("a.jpg");
    embed_packet(
        &photo,
        &packet(&(subject("holiday") + "<xmp:Nickname>Mimi</xmp:Nickname>")),
    );
    let before = fs::read(&photo).expect("there");
    let planned = keywords(home.path(), &photos, &["--inside", "--dry-run"]);
    assert_eq!(planned["changes"][0]["inside"], true);
    assert_eq!(
        planned["changes"][0]["keywords"],
        serde_json::json!(["holiday", "cat"])
    );
    assert_eq!(fs::read(&photo).expect("there"), before);
    assert_eq!(keywords(home.path(), &photos, &["--inside"])["written"], 1);
    assert_eq!(
        listed(&photos),
        ["a.jpg"],
        "no sidecar and nothing temporary"
    );
    let after = fs::read(&photo).expect("there");
    assert!(String::from_utf8_lossy(&after).contains("<xmp:Nickname>Mimi</xmp:Nickname>"));
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).expect("decodes");
    assert_eq!(pixels(&after), pixels(&before));
    assert_eq!(PhotoMetadata::of(&photo).facts.keywords, ["holiday", "cat"]);
    undo(home.path());
    assert_eq!(fs::read(&photo).expect("there"), before);
}

#[cfg(unix)]
#[test]
fn a_sidecar_that_is_a_link_or_protected_stays_so() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (home, photos) = cats(&["a.jpg"]);
    let real = home.path().join("real.xmp");
    fs::write(&real, packet(&subject("holiday"))).expect("written");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    let link = photos.join("a.jpg.xmp");
    symlink("../real.xmp", &link).expect("a link");
    let before = fs::read(&real).expect("there");
    keywords(home.path(), &photos, &[]);
    for undone in [false, true] {
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        let mode = fs::metadata(&real).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        if !undone {
            assert_eq!(
                PhotoMetadata::of(&photos.join("a.jpg")).facts.keywords,
                ["holiday", "cat"]
            );
            undo(home.path());
        }
    }
    assert_eq!(fs::read(&real).expect("there"), before);
    // A broken link is reported and left alone.
    fs::remove_file(&real).expect("removed");
    let mut command = lumisift(home.path());
    let (written, code, stderr) = json(command.arg("keywords").arg(&photos).args(["-l", "cat"]));
    assert_eq!(
        (written["written"].as_u64(), code),
        (Some(0), 1),
        "{stderr}"
    );
    assert!(stderr.contains("link"), "{stderr}");
}

#[test]
fn descriptions_are_written_only_when_asked_and_a_persons_own_stays() {
    let (home, photos) = cats(&["a.jpg", "b.jpg"]);
    let own = "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">Mimi</rdf:li></rdf:Alt></dc:description>";
    fs::write(photos.join("b.jpg.xmp"), packet(own)).expect("written");
    let read = |name: &str| PhotoMetadata::of(&photos.join(name)).facts.description;
    let run = |more: &[&str]| {
        let mut command = lumisift(home.path());
        json(command.arg("keywords").arg(&photos).args(more))
    };
    assert_eq!(
        run(&["-l", "cat", "--dry-run"]).0["changes"][0]["description"],
        Value::Null
    );
    let (planned, code, stderr) = run(&["--descriptions", "--dry-run"]);
    assert_eq!(
        (planned["changes"].as_array().map(Vec::len), code),
        (Some(1), 0),
        "{stderr}"
    );
    let description = planned["changes"][0]["description"].as_str().expect("one");
    assert!(description.contains("cat"), "{description}");
    assert_eq!(read("a.jpg"), None);
    let (written, ..) = run(&["--descriptions"]);
    assert_eq!(
        (written["written"].as_u64(), written["unchanged"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(read("a.jpg").as_deref(), Some(description));
    assert_eq!(read("b.jpg").as_deref(), Some("Mimi"));
    let (again, ..) = run(&["--replace-descriptions"]);
    assert_eq!(
        (again["written"].as_u64(), again["unchanged"].as_u64()),
        (Some(1), Some(1))
    );
    assert_eq!(read("b.jpg").as_deref(), Some(description));
    undo(home.path());
    assert_eq!(read("b.jpg").as_deref(), Some("Mimi"));
    let mut command = lumisift(home.path());
    command.arg("keywords").arg(&photos).args([
        "--replace-descriptions",
        "--dry-run",
        "--format",
        "csv",
    ]);
    let output = command.output().expect("runs");
    let table = String::from_utf8(output.stdout).expect("text");
    assert!(table.starts_with("file,keywords,description"), "{table}");
}
