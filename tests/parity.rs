//! Models agree with the reference implementation's results from the same weights.
//!
//! `tests/fixtures/README.md` says where the reference values come from.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "figures for docs/benchmarks.md")]

#[path = "common/fixtures.rs"]
mod fixtures;

use std::fs;
use std::path::Path;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::layers::WeightFormat;
use lumisift::engine::inference::{
    Embeddings, LoadOptions, Model, ModelChoice, Precision, load, load_folder, load_folder_in,
    load_starter,
};
use lumisift::engine::media::decode::decode;
use lumisift::engine::media::preprocess::{Crop, Preprocess, Resampler};
use lumisift::engine::search::score::exact;
use safetensors::SafeTensors;

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets/samples")
        .join(name);
    fs::read(path).expect("a sample photo")
}

struct Golden {
    bytes: Vec<u8>,
    photos: Vec<String>,
    texts: Vec<String>,
}

impl Golden {
    fn load(name: &str) -> Self {
        let json = fixtures::bytes(&format!("{name}/golden.json"));
        let names: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        let list = |key: &str| {
            let items = names[key].as_array().expect("a list").iter();
            items
                .map(|v| v.as_str().expect("text").to_owned())
                .collect()
        };
        Self {
            bytes: fixtures::bytes(&format!("{name}/golden.safetensors")),
            photos: list("photos"),
            texts: list("texts"),
        }
    }

    fn floats(&self, key: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.bytes).expect("safetensors");
        let data = file.tensor(key).expect("a tensor").data().to_vec();
        data.as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect()
    }

    fn ids(&self) -> Vec<u32> {
        let file = SafeTensors::deserialize(&self.bytes).expect("safetensors");
        let data = file.tensor("input_ids").expect("ids").data().to_vec();
        data.as_chunks::<4>()
            .0
            .iter()
            .map(|b| u32::from_le_bytes(*b))
            .collect()
    }
}

fn crops(file: &Path, side: u32) -> Vec<Crop> {
    let bytes = fs::read(file).expect("pixels");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    let pixels = file.tensor("pixels").expect("pixels").data();
    let length = (side * side * 3) as usize;
    pixels
        .chunks_exact(length)
        .map(|rgb| Crop {
            side,
            rgb: rgb.to_vec(),
        })
        .collect()
}

/// Crops of sample photos by our own decoder and resampler.
fn own_crops(photos: &[String], spec: &Preprocess) -> Vec<Crop> {
    let mut resampler = Resampler::default();
    let mut crop = |name: &String| {
        let bytes = sample(&format!("{name}.jpg"));
        let decoded = decode(&bytes, 2 * spec.side, &Cancel::default()).expect("decodes");
        resampler.crop(&decoded.pixels, spec).expect("a crop")
    };
    photos.iter().map(&mut crop).collect()
}

fn worst_difference(ours: &Embeddings, theirs: &[f32]) -> f32 {
    assert_eq!(ours.values.len(), theirs.len());
    ours.values
        .iter()
        .zip(theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

fn worst_cosine(ours: &Embeddings, theirs: &[f32]) -> f32 {
    assert_eq!(ours.values.len(), theirs.len());
    let cosine = |(a, b): (&[f32], &[f32])| {
        let norm = b.iter().map(|v| v * v).sum::<f32>().sqrt();
        a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>() / norm
    };
    ours.rows()
        .zip(theirs.chunks_exact(ours.dim))
        .map(cosine)
        .fold(1.0, f32::min)
}

#[test]
fn clip_embeddings_agree_to_a_ten_thousandth() {
    for name in ["clip-tiny", "clip-tiny-gelu"] {
        let golden = Golden::load(name);
        let dir = fixtures::model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        let crops = crops(&fixtures::path("clip-pixels.safetensors"), 224);
        let images = model
            .embed_images(&crops, &Cancel::default())
            .expect("images");
        let worst = worst_difference(&images, &golden.floats("image_embeds"));
        assert!(worst < 1e-4, "{name}: image vectors differ by {worst}");
        eprintln!("parity: {name}: image vectors differ by {worst:.1e} at most");
        let texts: Vec<&str> = golden.texts.iter().map(String::as_str).collect();
        let texts = model.embed_texts(&texts).expect("texts");
        let worst = worst_difference(&texts, &golden.floats("text_embeds"));
        assert!(worst < 1e-4, "{name}: text vectors differ by {worst}");
        eprintln!("parity: {name}: text vectors differ by {worst:.1e} at most");
        let scale = model.info().logit_scale;
        let logits = golden.floats("logits_per_image");
        for (image, row) in images.rows().zip(logits.chunks_exact(texts.len())) {
            for (text, want) in texts.rows().zip(row) {
                let logit = scale * image.iter().zip(text).map(|(a, b)| a * b).sum::<f32>();
                assert!(
                    (logit - want).abs() < 1e-3 * scale,
                    "{name}: {logit}, not {want}"
                );
            }
        }
    }
}

#[test]
fn eight_bits_are_measured_once_and_used_where_they_are_near() {
    let dir = fixtures::model_folder("clip-tiny");
    let checks = tempfile::tempdir().expect("a folder");
    let options = |precision| LoadOptions {
        device: "cpu".parse().expect("a device"),
        precision,
        checks: Some(checks.path().into()),
        ..LoadOptions::new(ModelChoice::Folder(dir.path().into()))
    };
    let crops = crops(&fixtures::path("clip-pixels.safetensors"), 224);
    let run = |precision| {
        let model = load(&options(precision)).expect("loads");
        let vectors = model.embed_images(&crops, &Cancel::default());
        (model.info().int8, vectors.expect("vectors"))
    };
    let (none, full) = run(Precision::F32);
    assert!(none.is_none());
    assert_eq!(fs::read_dir(checks.path()).expect("listed").count(), 0);
    let (accuracy, short) = run(Precision::Int8);
    let accuracy = accuracy.expect("measured");
    assert_eq!(accuracy.photos, 14);
    let cosine = worst_cosine(&short, &full.values);
    assert!(
        cosine > 0.99 && accuracy.lowest > 0.99,
        "{cosine} {accuracy:?}"
    );
    assert_eq!(fs::read_dir(checks.path()).expect("listed").count(), 1);
    // The cached result decides, whatever the accuracy of this small model.
    let record = fs::read_dir(checks.path())
        .expect("listed")
        .flatten()
        .next();
    let record = record.expect("a record").path();
    for (lowest, passes) in [(0.9981, true), (0.9979, false)] {
        let text = format!(r#"{{"lowest":{lowest},"mean":0.9996,"photos":14}}"#);
        fs::write(&record, text).expect("written");
        let (auto, vectors) = run(Precision::Auto);
        assert_eq!(auto.is_some(), passes);
        assert_eq!(vectors == full, !passes);
    }
}

#[test]
fn clip_token_ids_are_equal_for_every_text() {
    for name in ["clip-tiny", "clip-tiny-gelu"] {
        let golden = Golden::load(name);
        let dir = fixtures::model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        for (text, want) in golden.texts.iter().zip(golden.ids().chunks_exact(77)) {
            assert_eq!(
                model.token_ids(text, 49_407).expect("ids"),
                want,
                "{text:?}"
            );
        }
    }
}

/// Both fixtures with their own texts, and the pixels of their first photos.
#[test]
fn siglip_and_chinese_clip_agree_to_a_ten_thousandth() {
    for (name, pixels, side) in [
        ("siglip2-tiny", "siglip2-tiny/pixels.safetensors", 256),
        ("chinese-clip-tiny", "clip-pixels.safetensors", 224),
    ] {
        let golden = Golden::load(name);
        let dir = fixtures::model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        assert_eq!(model.info().preprocess.side, side);
        let crops = crops(&fixtures::path(pixels), side);
        let images = model
            .embed_images(&crops, &Cancel::default())
            .expect("images");
        let theirs = golden.floats("image_embeds");
        let worst = worst_difference(&images, &theirs[..images.values.len()]);
        assert!(worst < 1e-4, "{name}: image vectors differ by {worst}");
        eprintln!("parity: {name}: image vectors differ by {worst:.1e} at most");
        let texts: Vec<&str> = golden.texts.iter().map(String::as_str).collect();
        let texts = model.embed_texts(&texts).expect("texts");
        let worst = worst_difference(&texts, &golden.floats("text_embeds"));
        assert!(worst < 1e-4, "{name}: text vectors differ by {worst}");
        eprintln!("parity: {name}: text vectors differ by {worst:.1e} at most");
        // As on devices that candle supports.
        let elsewhere = load_folder_in(dir.path(), &Device::cpu(), WeightFormat::Tensor);
        let words: Vec<&str> = golden.texts.iter().map(String::as_str).collect();
        let tensors = elsewhere
            .expect("loads")
            .embed_texts(&words)
            .expect("texts");
        let worst = worst_difference(&tensors, &golden.floats("text_embeds"));
        assert!(
            worst < 1e-4,
            "{name}: text vectors of tensors differ by {worst}"
        );
        let info = model.info();
        let probabilities = golden.floats("probs");
        for (image, want) in images.rows().zip(probabilities.chunks_exact(texts.len())) {
            let got = exact(image, &texts, info.logit_scale, info.sigmoid_bias);
            for (got, want) in got.iter().zip(want) {
                assert!((got - want).abs() < 1e-4, "{name}: {got}, not {want}");
            }
        }
    }
}

#[test]
fn siglip_and_chinese_clip_token_ids_are_equal_for_every_text() {
    for (name, tokens) in [("siglip2-tiny", 64), ("chinese-clip-tiny", 52)] {
        let golden = Golden::load(name);
        let dir = fixtures::model_folder(name);
        let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
        for (text, want) in golden.texts.iter().zip(golden.ids().chunks_exact(tokens)) {
            assert_eq!(
                model.token_ids(text, 0).expect("ids"),
                want,
                "{name}: {text:?}"
            );
        }
    }
}

fn preprocessing(name: &str) -> Preprocess {
    let dir = fixtures::model_folder(name);
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    model.info().preprocess
}

#[test]
fn a_picture_is_stretched_where_the_model_was_trained_so() {
    let golden = Golden::load("siglip2-tiny");
    let spec = preprocessing("siglip2-tiny");
    let theirs = crops(&fixtures::path("siglip2-tiny/pixels.safetensors"), 256);
    let ours = own_crops(&golden.photos[..theirs.len()], &spec);
    for ((name, ours), theirs) in golden.photos.iter().zip(&ours).zip(&theirs) {
        assert_close(name, ours, theirs, (8, 0.5));
    }
}

/// The largest and the mean difference of two crops, on a scale of 0 to 255.
fn difference(ours: &Crop, theirs: &Crop) -> (u8, f64) {
    let pairs = ours.rgb.iter().zip(&theirs.rgb);
    let differences: Vec<u8> = pairs.map(|(a, b)| a.abs_diff(*b)).collect();
    let total: u64 = differences.iter().map(|d| u64::from(*d)).sum();
    let worst = differences.iter().max().copied().unwrap_or_default();
    (worst, total as f64 / differences.len() as f64)
}

/// Checks the largest and the mean difference of two crops.
fn assert_close(name: &str, ours: &Crop, theirs: &Crop, (most, mean_most): (u8, f64)) {
    let (worst, mean) = difference(ours, theirs);
    assert!(
        worst <= most && mean <= mean_most,
        "{name}: at most {worst}, {mean:.3} on average"
    );
}

#[test]
fn pixels_from_the_same_decoded_picture_are_those_of_the_reference() {
    let golden = Golden::load("clip-tiny");
    let spec = preprocessing("clip-tiny");
    let theirs = crops(&fixtures::path("clip-pixels.safetensors"), 224);
    for name in ["cat", "motorcycle"] {
        let bytes = fs::read(fixtures::path(&format!("{name}.png"))).expect("a picture");
        let decoded = decode(&bytes, 448, &Cancel::default()).expect("decodes");
        let ours = Resampler::default()
            .crop(&decoded.pixels, &spec)
            .expect("a crop");
        let at = golden
            .photos
            .iter()
            .position(|photo| photo == name)
            .expect("in the list");
        assert_close(name, &ours, &theirs[at], (2, 0.3));
    }
}

#[test]
fn pixels_from_our_own_jpeg_decoder_are_close_to_the_reference() {
    let golden = Golden::load("clip-tiny");
    let spec = preprocessing("clip-tiny");
    let theirs = crops(&fixtures::path("clip-pixels.safetensors"), 224);
    let ours = own_crops(&golden.photos, &spec);
    for ((name, ours), theirs) in golden.photos.iter().zip(&ours).zip(&theirs) {
        assert_close(name, ours, theirs, (8, 0.4));
    }
}

#[test]
fn the_starter_agrees_from_pixels_and_from_files() {
    let golden = Golden::load("starter");
    let model = load_starter().expect("loads");
    let crops = crops(&fixtures::path("starter/golden.safetensors"), 260);
    let features = model.image_features(&crops).expect("features").concat();
    let features = Embeddings {
        dim: 1280,
        values: unit_rows(&features, 1280),
    };
    let cosine = worst_cosine(&features, &golden.floats("features"));
    assert!(cosine >= 0.9999, "features: {cosine}");
    let images = model
        .embed_images(&crops, &Cancel::default())
        .expect("images");
    let cosine = worst_cosine(&images, &golden.floats("image_embeds"));
    eprintln!("parity: starter: image vectors have a cosine of {cosine:.6} at least");
    assert!(cosine >= 0.9999, "from pixels: {cosine}");
    let own = own_crops(&golden.photos, &model.info().preprocess);
    let images = model
        .embed_images(&own, &Cancel::default())
        .expect("images");
    let cosine = worst_cosine(&images, &golden.floats("image_embeds"));
    assert!(cosine >= 0.998, "from files: {cosine}");
    let texts: Vec<&str> = golden.texts.iter().map(String::as_str).collect();
    let texts = model.embed_texts(&texts).expect("texts");
    let cosine = worst_cosine(&texts, &golden.floats("text_embeds"));
    assert!(cosine >= 0.9999, "texts: {cosine}");
}

fn unit_rows(values: &[f32], dim: usize) -> Vec<f32> {
    let unit = |row: &[f32]| {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
        row.iter().map(|v| v / norm).collect::<Vec<_>>()
    };
    values.chunks_exact(dim).flat_map(unit).collect()
}

#[test]
fn a_cancelled_computation_says_so() {
    let cancel = Cancel::default();
    cancel.cancel();
    let model = load_starter().expect("loads");
    let crops = crops(&fixtures::path("starter/golden.safetensors"), 260);
    let error = model
        .embed_images(&crops[..1], &cancel)
        .expect_err("cancelled");
    assert_eq!(error.to_string(), "the work was cancelled");
}

/// Decoding at a small scale must not change a photo's vector: cosine with the full decode.
#[test]
fn a_scaled_decode_keeps_the_embedding() {
    let model = load_starter().expect("loads");
    let spec = model.info().preprocess;
    for name in ["coffee", "motorcycle", "rocket"] {
        let small = image::load_from_memory(&sample(&format!("{name}.jpg"))).expect("decodes");
        let (width, height) = (small.width() * 4, small.height() * 4);
        let large = small.resize_exact(width, height, image::imageops::FilterType::CatmullRom);
        let mut jpeg = std::io::Cursor::new(Vec::new());
        large
            .write_to(&mut jpeg, image::ImageFormat::Jpeg)
            .expect("encodes");
        let vector = |short_side: u32| {
            let decoded = decode(jpeg.get_ref(), short_side, &Cancel::default()).expect("decodes");
            let crop = Resampler::default()
                .crop(&decoded.pixels, &spec)
                .expect("a crop");
            (
                decoded.pixels.width,
                model
                    .embed_images(&[crop], &Cancel::default())
                    .expect("a vector"),
            )
        };
        let (full_width, full) = vector(u32::MAX);
        let (scaled_width, scaled) = vector(2 * spec.side);
        assert!(scaled_width < full_width, "{name} is decoded at a scale");
        let cosine = worst_cosine(&scaled, &full.values);
        assert!(cosine >= 0.995, "{name}: {cosine}");
    }
}

#[test]
fn a_vocabulary_alone_gives_the_same_tokens_as_a_tokenizer() {
    let name = "chinese-clip-tiny";
    let dir = fixtures::model_folder(name);
    let with = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let json = fs::read(dir.path().join("tokenizer.json")).expect("a tokenizer");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let vocabulary = json["model"]["vocab"].as_object().expect("a vocabulary");
    let mut pieces: Vec<(&str, u64)> = vocabulary
        .iter()
        .map(|(piece, id)| (piece.as_str(), id.as_u64().expect("a number")))
        .collect();
    pieces.sort_by_key(|(_, id)| *id);
    let lines: Vec<&str> = pieces.iter().map(|(piece, _)| *piece).collect();
    fs::write(dir.path().join("vocab.txt"), lines.join("\n")).expect("written");
    fs::remove_file(dir.path().join("tokenizer.json")).expect("removed");
    let without = load_folder(dir.path(), &Device::cpu()).expect("loads");
    for text in Golden::load(name).texts {
        let ids = |model: &lumisift::engine::inference::FolderModel| {
            model.token_ids(&text, 0).expect("ids")
        };
        assert_eq!(ids(&with), ids(&without), "{text:?}");
    }
}
