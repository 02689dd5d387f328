//! Places of photos, on the command line.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::gps;

use std::fs;
use std::path::{Path, PathBuf};

use common::{json, lumisift};
use gps::photo_at;
use serde_json::Value;

/// Photos of Munich, Zurich and the Atlantic, one without coordinates, and one whose sidecar says Sydney.
fn travels() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let photos = home.path().join("photos");
    fs::create_dir_all(&photos).expect("made");
    photo_at(&photos.join("munich.jpg"), [200, 20, 20], 48.137, 11.575);
    photo_at(&photos.join("zurich.jpg"), [20, 200, 20], 47.3769, 8.5417);
    photo_at(&photos.join("atlantic.jpg"), [20, 20, 200], 30.0, -40.0);
    for (name, colour) in [("nowhere.png", 90), ("sydney.png", 160)] {
        let image = image::RgbImage::from_pixel(48, 32, image::Rgb([colour; 3]));
        image.save(photos.join(name)).expect("saved");
    }
    let sidecar = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="33,52.128S" exif:GPSLongitude="151,12.558E"/></rdf:RDF></x:xmpmeta>"#;
    fs::write(photos.join("sydney.png.xmp"), sidecar).expect("written");
    (home, photos)
}

/// The value of a photo in the output of a command.
fn photo<'a>(output: &'a Value, name: &str) -> &'a Value {
    let photos = output["photos"].as_array().expect("photos");
    let path = |photo: &&Value| {
        photo["path"]
            .as_str()
            .is_some_and(|path| path.ends_with(name))
    };
    photos.iter().find(path).expect("the photo")
}

fn sort(home: &Path, photos: &Path, more: &[&str]) -> (Value, i32, String) {
    let mut command = lumisift(home);
    command.arg("sort").arg(photos).args(["-l", "cat"]);
    json(command.args(more))
}

#[test]
fn places_are_printed_and_searched() {
    let (home, photos) = travels();
    let (output, code, stderr) = sort(home.path(), &photos, &[]);
    assert_eq!(code, 0, "{stderr}");
    let munich = photo(&output, "munich.jpg");
    assert_eq!(munich["place"], "Munich, Bavaria, Germany");
    assert_eq!(munich["metadata_from"]["place"], "photo");
    assert_eq!(munich["coordinates"], serde_json::json!([48.137, 11.575]));
    let sydney = photo(&output, "sydney.png");
    assert_eq!(sydney["place"], "Sydney, New South Wales, Australia");
    assert_eq!(sydney["metadata_from"]["place"], "sydney.png.xmp");
    let sea = photo(&output, "atlantic.jpg");
    assert!(sea["place"].is_null() && sea["coordinates"].is_array());
    let nowhere = photo(&output, "nowhere.png");
    assert!(nowhere["place"].is_null() && nowhere["coordinates"].is_null());
    for (places, wanted) in [
        (&["Munich"][..], &["munich.jpg"][..]),
        (&["bavaria"], &["munich.jpg"]),
        (&["GERMANY"], &["munich.jpg"]),
        (&["münchen"], &["munich.jpg"]),
        (&["Zürich, Switzerland"], &["zurich.jpg"]),
        (&["zurich"], &["zurich.jpg"]),
        (&["AU", "munich"], &["munich.jpg", "sydney.png"]),
    ] {
        let args: Vec<&str> = places
            .iter()
            .flat_map(|place| ["--place", *place])
            .collect();
        let (output, code, stderr) = sort(home.path(), &photos, &args);
        assert_eq!(code, 0, "{stderr}");
        let names = output["photos"].as_array().expect("photos").iter();
        let mut names: Vec<&str> = names
            .filter_map(|photo| photo["path"].as_str()?.rsplit(['/', '\\']).next())
            .collect();
        names.sort_unstable();
        assert_eq!(names, wanted, "{places:?}");
    }
    let output = lumisift(home.path())
        .args(["sort", "-l", "cat", "--place", "Oman"])
        .arg(&photos)
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("place"));
}

#[test]
fn places_have_a_column_and_limit_a_search() {
    let (home, photos) = travels();
    let csv = |args: &[&str]| {
        let mut command = lumisift(home.path());
        command.args(args).arg(&photos).args(["--format", "csv"]);
        let output = command.output().expect("run");
        String::from_utf8(output.stdout).expect("text")
    };
    let sorted = csv(&["sort", "-l", "cat"]);
    assert!(
        sorted
            .lines()
            .next()
            .is_some_and(|head| head.ends_with(",place"))
    );
    assert!(sorted.contains("\"Munich, Bavaria, Germany\""), "{sorted}");
    let mut command = lumisift(home.path());
    command.arg("search").arg(&photos).arg("a red picture");
    let (output, code, stderr) = json(command.args(["--place", "Switzerland"]));
    assert_eq!(
        (code, output["photos"].as_array().map(Vec::len)),
        (0, Some(1)),
        "{stderr}"
    );
    assert!(
        photo(&output, "zurich.jpg")["place"]
            .as_str()
            .is_some_and(|p| p.contains("Switzerland"))
    );
}
