//! Photos and models that are not as they should be: each gives one clear line of output, and the rest is processed.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(unix)]
mod unix;

use crate::common;
use crate::common::{json, lumisift, samples};

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Indexes `folder`, in which `good` photos are fine, and returns the message for `bad`.
fn message_for(folder: &Path, good: u64, bad: &str) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, errors) = json(
        lumisift(home.path())
            .args(["index", "--memory", "1024"])
            .arg(folder),
    );
    assert_eq!(code, 1, "{errors}");
    assert_eq!(report["photos"], good, "{errors}");
    assert!(
        !errors.contains("panicked") && !errors.contains("defect"),
        "{errors}"
    );
    let failures = report["failures"].as_array().expect("failures");
    let found = failures
        .iter()
        .find(|f| f["path"].as_str().expect("a path").contains(bad));
    let message = found.unwrap_or_else(|| panic!("no failure for {bad}: {failures:?}"))["message"]
        .as_str()
        .expect("text")
        .to_owned();
    assert!(!message.contains('\n'), "{message}");
    message
}

/// A folder with one good photo and a bad one.
fn with_bad(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::copy(samples().join("cat.jpg"), dir.path().join("good.jpg")).expect("copied");
    fs::write(dir.path().join(name), bytes).expect("written");
    dir
}

#[test]
fn an_empty_file() {
    let dir = with_bad("bad.jpg", b"");
    let want = "the file is empty: look for another copy of the photo";
    assert_eq!(message_for(dir.path(), 1, "bad.jpg"), want);
}

#[test]
fn a_web_page_named_jpg() {
    let dir = with_bad("bad.jpg", b"<!DOCTYPE html><title>404</title>");
    assert!(message_for(dir.path(), 1, "bad.jpg").contains("web page"));
}

#[test]
fn a_file_cut_short_is_used_as_far_as_it_goes() {
    let whole = fs::read(samples().join("coffee.jpg")).expect("read");
    let dir = with_bad("short.jpg", &whole[..whole.len() * 2 / 3]);
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, errors) = json(lumisift(home.path()).arg("index").arg(dir.path()));
    assert_eq!((code, &report["photos"]), (0, &2.into()), "{errors}");
    assert!(
        errors.contains("short.jpg: the file is cut short"),
        "{errors}"
    );
    // It is still reported when the photo comes from the store.
    let (.., errors) = json(lumisift(home.path()).arg("index").arg(dir.path()));
    assert!(
        errors.contains("short.jpg: the file is cut short"),
        "{errors}"
    );
}

#[test]
fn a_few_bytes_of_a_jpeg() {
    let whole = fs::read(samples().join("coffee.jpg")).expect("read");
    let dir = with_bad("stub.jpg", &whole[..40]);
    assert!(message_for(dir.path(), 1, "stub.jpg").contains("damaged JPEG"));
}

#[test]
fn a_png_that_claims_sixty_thousand_pixels_a_side() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0".to_vec();
    let crc = !png[12..].iter().fold(!0u32, |crc, byte| {
        let step = |c: u32, _| (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg());
        (0..8).fold(crc ^ u32::from(*byte), step)
    });
    png.extend(crc.to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    let dir = with_bad("bomb.png", &png);
    assert!(message_for(dir.path(), 1, "bomb.png").contains("60000 x 60000"));
}

#[test]
fn corrupt_exif_does_not_stop_a_photo() {
    let mut bytes = fs::read(samples().join("cat.jpg")).expect("read");
    let junk = b"\xff\xe1\x00\x20Exif\0\0MM\0*\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    bytes.splice(2..2, junk[..34].iter().copied());
    let dir = with_bad("exif.jpg", &bytes);
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, errors) = json(lumisift(home.path()).arg("index").arg(dir.path()));
    assert_eq!((code, &report["photos"]), (0, &2.into()), "{errors}");
}

#[test]
fn a_folder_named_like_a_photo() {
    let dir = with_bad(
        "also-good.jpg",
        &fs::read(samples().join("moon.jpg")).expect("read"),
    );
    fs::create_dir(dir.path().join("x.jpg")).expect("made");
    fs::copy(
        samples().join("page.jpg"),
        dir.path().join("x.jpg/inside.jpg"),
    )
    .expect("copied");
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, _) = json(lumisift(home.path()).arg("index").arg(dir.path()));
    assert_eq!((code, &report["photos"]), (0, &3.into()));
    let (result, code, errors) = json(
        lumisift(home.path())
            .args(["classify", "-l", "cat"])
            .arg(dir.path().join("x.jpg"))
            .arg(dir.path().join("good.jpg")),
    );
    assert_eq!(code, 1);
    assert!(errors.contains("x.jpg: a folder, not a photo"), "{errors}");
    assert_eq!(result.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_photo_in_another_format_than_its_name_says() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = image::RgbImage::from_pixel(30, 30, image::Rgb([9, 99, 199]));
    let png = dir.path().join("really.png");
    image.save(&png).expect("saved");
    fs::rename(&png, dir.path().join("猫.jpg")).expect("renamed");
    let home = tempfile::tempdir().expect("a folder");
    let (report, code, errors) = json(lumisift(home.path()).arg("index").arg(dir.path()));
    assert_eq!((code, &report["photos"]), (0, &1.into()), "{errors}");
}

#[test]
fn a_photo_that_vanishes_after_it_was_listed() {
    let dir = with_bad("gone.jpg", b"x");
    let session = common::session(&dir.path().join("store"));
    // Both listing and reading find that a file has disappeared.
    fs::remove_file(dir.path().join("gone.jpg")).expect("removed");
    let ran = common::run(
        &session,
        &[dir.path().join("gone.jpg"), dir.path().join("good.jpg")],
    );
    assert_eq!((ran.photos.len(), ran.failures.len()), (1, 1));
    assert!(ran.failures[0].message.contains("not there"));
    let failure = lumisift::engine::media::decode::read_file(
        &dir.path().join("gone.jpg"),
        &Default::default(),
    );
    assert!(
        failure
            .expect_err("gone")
            .message
            .contains("moved or deleted")
    );
}

/// A complete model folder, to be damaged by the test.
fn model() -> tempfile::TempDir {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let dir = tempfile::tempdir().expect("a folder");
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
    ] {
        fs::copy(fixtures.join("clip-tiny").join(file), dir.path().join(file)).expect("copied");
    }
    fs::copy(
        fixtures.join("clip-tokenizer.json"),
        dir.path().join("tokenizer.json"),
    )
    .expect("copied");
    dir
}

/// The one line of output about a model that cannot be loaded.
fn refusal(dir: &Path) -> String {
    let error = lumisift::engine::inference::load_folder(
        dir,
        &lumisift::engine::inference::device::Device::cpu(),
    )
    .err()
    .expect("refused")
    .to_string();
    assert!(!error.contains('\n') && !error.is_empty(), "{error}");
    error
}

fn edit(dir: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let path = dir.join(file);
    let mut value: Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
    change(&mut value);
    fs::write(path, value.to_string()).expect("written");
}

#[test]
fn a_model_with_a_file_missing() {
    for file in [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
        "tokenizer.json",
    ] {
        let dir = model();
        fs::remove_file(dir.path().join(file)).expect("removed");
        let error = refusal(dir.path());
        assert!(error.contains(&format!("{file} is missing")), "{error}");
    }
}

#[test]
fn a_model_with_a_truncated_or_lying_header() {
    type Spoil = fn(&mut Vec<u8>);
    let corruptions: [(&str, Spoil); 4] = [
        ("half of it", |b| b.truncate(b.len() / 2)),
        ("a header longer than the file", |b| {
            b[..8].copy_from_slice(&u64::MAX.to_le_bytes())
        }),
        ("a header of nonsense", |b| b[8..40].fill(b'x')),
        ("four bytes", |b| b.truncate(4)),
    ];
    for (what, corrupt) in corruptions {
        let dir = model();
        let path = dir.path().join("model.safetensors");
        let mut bytes = fs::read(&path).expect("read");
        corrupt(&mut bytes);
        fs::write(&path, bytes).expect("written");
        let error = refusal(dir.path());
        assert!(
            error.contains("model.safetensors: the weights"),
            "{what}: {error}"
        );
    }
}

#[test]
fn a_model_whose_shapes_do_not_fit() {
    for (tower, key, value) in [
        ("vision_config", "hidden_size", 64),
        ("vision_config", "num_hidden_layers", 5),
        ("text_config", "intermediate_size", 65),
    ] {
        let dir = model();
        edit(dir.path(), "config.json", |config| {
            config[tower][key] = value.into()
        });
        assert!(refusal(dir.path()).contains("do not fit"), "{tower}.{key}");
    }
    let dir = model();
    edit(dir.path(), "config.json", |c| {
        c["vision_config"]["num_attention_heads"] = 5.into()
    });
    assert!(refusal(dir.path()).contains("5 heads"));
}

#[test]
fn a_model_with_the_wrong_tokenizer() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let dir = model();
    fs::copy(
        assets.join("starter/tokenizer.json"),
        dir.path().join("tokenizer.json"),
    )
    .expect("copied");
    assert!(refusal(dir.path()).contains("not this model's tokenizer"));
    fs::write(dir.path().join("tokenizer.json"), "{}").expect("written");
    assert!(refusal(dir.path()).contains("not this model's tokenizer"));
}

#[test]
fn a_model_of_another_family() {
    let dir = model();
    edit(dir.path(), "config.json", |config| {
        config["model_type"] = "llama".into()
    });
    assert!(refusal(dir.path()).contains("\"llama\" are not supported"));
}

#[test]
fn an_index_of_shards_must_not_reach_outside_its_folder() {
    let dir = model();
    let weights = dir.path().join("model.safetensors");
    fs::rename(
        &weights,
        dir.path().join("model-00001-of-00001.safetensors"),
    )
    .expect("renamed");
    let write = |shard: &str| {
        let index = serde_json::json!({ "weight_map": { "logit_scale": shard } });
        let path = dir.path().join("model.safetensors.index.json");
        fs::write(path, index.to_string()).expect("written");
    };
    write("model-00001-of-00001.safetensors");
    assert!(
        lumisift::engine::inference::load_folder(
            dir.path(),
            &lumisift::engine::inference::device::Device::cpu()
        )
        .is_ok(),
        "shards load"
    );
    write("../elsewhere.safetensors");
    assert!(refusal(dir.path()).contains("outside the folder"));
    write("model-00002-of-00002.safetensors");
    assert!(refusal(dir.path()).contains("is missing"));
}
