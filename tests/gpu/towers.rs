//! Whole image towers: those of the parity fixtures, others of unusual sizes with random weights, and the starter.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device as CandleDevice, Tensor, safetensors};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::device::Device;
use lumisift::engine::inference::gpu::{Context, GpuImageTower, GpuPrecision};
use lumisift::engine::inference::{
    Embeddings, FolderModel, Model, load_folder, load_folder_tower, load_starter,
    load_starter_tower,
};
use lumisift::engine::media::preprocess::Crop;
use serde_json::{Value, json};

use super::fixtures::model_folder;
use super::{adapter, fixtures, noise, note};

pub const TESTS: &[(&str, fn())] = &[
    ("towers_of_all_families_agree_with_the_cpu", families),
    (
        "towers_of_odd_sizes_with_random_weights_agree_with_the_cpu",
        odd_sizes,
    ),
    ("the_starter_agrees_with_the_cpu", starter),
    (
        "parity_models_agree_with_the_reference_implementation",
        parity,
    ),
    (
        "batches_of_any_size_give_what_single_pictures_give",
        batches,
    ),
];

/// The tolerances of the parity tests in f32, and in f16.
const TOLERANCES: [(GpuPrecision, f32); 2] =
    [(GpuPrecision::Full, 1e-4), (GpuPrecision::Fastest, 1e-3)];

pub fn crops(count: usize, side: u32) -> Vec<Crop> {
    let length = (side * side * 3) as usize;
    // Areas of colour with some texture, like photos.
    let byte = |n: usize, i: usize| {
        let (y, x) = (i / 3 / side as usize, i / 3 % side as usize);
        let wave = ((x * (n + 2) / 9 + y / (n + 3)) * 37 + i % 3 * 61 + n * 17) % 256;
        ((wave + i * i % 23) % 256) as u8
    };
    let crop = |n: usize| Crop {
        side,
        rgb: (0..length).map(|i| byte(n, i)).collect(),
    };
    (0..count).map(crop).collect()
}

pub fn worst_gap(a: &Embeddings, b: &Embeddings) -> f32 {
    assert_eq!((a.dim, a.values.len()), (b.dim, b.values.len()));
    let gaps = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).abs());
    gaps.fold(0.0, f32::max)
}

pub fn tower(dir: &Path, model: &FolderModel, numbers: GpuPrecision) -> GpuImageTower {
    let context = Arc::new(Context::open(adapter(), numbers, None).expect("opens"));
    load_folder_tower(dir, &context, &model.info().preprocess).expect("loads")
}

fn check_folder(dir: &Path, name: &str) {
    let model = load_folder(dir, &Device::cpu()).expect("loads");
    let crops = crops(3, model.info().preprocess.side);
    let cpu = model
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    for (numbers, tolerance) in TOLERANCES {
        let card = tower(dir, &model, numbers).embed(&crops, &Cancel::default());
        let gap = worst_gap(&card.expect("vectors"), &cpu);
        note(
            "towers beside the CPU",
            numbers == GpuPrecision::Fastest,
            gap,
        );
        assert!(gap <= tolerance, "{name}, {numbers:?}: {gap}");
    }
}

fn families() {
    for name in [
        "clip-tiny",
        "clip-tiny-gelu",
        "siglip2-tiny",
        "chinese-clip-tiny",
    ] {
        check_folder(model_folder(name).path(), name);
    }
}

/// A fixture's tensors: inputs and outputs of the reference implementation.
fn reference(file: &str) -> HashMap<String, Tensor> {
    safetensors::load(fixtures::path(file), &CandleDevice::Cpu).expect("tensors")
}

fn reference_crops(file: &str, side: u32) -> Vec<Crop> {
    let pixels = &reference(file)["pixels"];
    let pixels: Vec<u8> = pixels
        .flatten_all()
        .and_then(|p| p.to_vec1())
        .expect("bytes");
    let crops = pixels.chunks_exact((side * side * 3) as usize);
    let crop = |rgb: &[u8]| Crop {
        side,
        rgb: rgb.to_vec(),
    };
    crops.map(crop).collect()
}

/// From pixels to the vectors of the reference implementation, without the CPU's tower.
fn parity() {
    for (name, label, pixels) in [
        ("clip-tiny", "CLIP parity", "clip-pixels.safetensors"),
        ("clip-tiny-gelu", "CLIP parity", "clip-pixels.safetensors"),
        (
            "siglip2-tiny",
            "SigLIP 2 parity",
            "siglip2-tiny/pixels.safetensors",
        ),
        (
            "chinese-clip-tiny",
            "Chinese-CLIP parity",
            "clip-pixels.safetensors",
        ),
        ("starter", "starter parity", "starter/golden.safetensors"),
    ] {
        let golden = &reference(&format!("{name}/golden.safetensors"))["image_embeds"];
        let golden: Vec<f32> = golden
            .flatten_all()
            .and_then(|v| v.to_vec1())
            .expect("vectors");
        for (numbers, tolerance) in TOLERANCES {
            let context = Arc::new(Context::open(adapter(), numbers, None).expect("opens"));
            let tower = if name == "starter" {
                load_starter_tower(&context).expect("loads")
            } else {
                let dir = model_folder(name);
                let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
                load_folder_tower(dir.path(), &context, &model.info().preprocess).expect("loads")
            };
            let mut crops = reference_crops(pixels, tower.side() as u32);
            // The software driver runs one dispatch after another, so only a few pictures are used.
            crops.truncate(4);
            let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
            let theirs = Embeddings {
                dim: card.dim,
                values: golden[..card.values.len()].to_vec(),
            };
            let gap = worst_gap(&card, &theirs);
            note(label, numbers == GpuPrecision::Fastest, gap);
            assert!(gap <= tolerance, "{name}, {numbers:?}: {gap}");
        }
    }
}

/// Sizes of an image tower.
struct Sizes {
    width: usize,
    hidden: usize,
    heads: usize,
    layers: usize,
    patch: usize,
    side: usize,
}

/// Replaces the image tower of a fixture with one of other sizes and random weights.
fn resize(dir: &Path, sizes: &Sizes) {
    let read = |file: &str| -> Value {
        serde_json::from_slice(&fs::read(dir.join(file)).expect("there")).expect("JSON")
    };
    let write = |file: &str, value: &Value| {
        fs::write(dir.join(file), value.to_string()).expect("written");
    };
    let mut config = read("config.json");
    let siglip = config["model_type"] == "siglip";
    let vision = &mut config["vision_config"];
    for (key, value) in [
        ("hidden_size", sizes.width),
        ("intermediate_size", sizes.hidden),
        ("num_attention_heads", sizes.heads),
        ("num_hidden_layers", sizes.layers),
        ("patch_size", sizes.patch),
        ("image_size", sizes.side),
    ] {
        vision[key] = json!(value);
    }
    let dim = config["projection_dim"].as_u64().unwrap_or(24) as usize;
    write("config.json", &config);
    let mut preprocessor = read("preprocessor_config.json");
    let (side, size) = (
        sizes.side,
        json!({"height": sizes.side, "width": sizes.side}),
    );
    preprocessor["size"] = if siglip {
        size.clone()
    } else {
        json!({"shortest_edge": side})
    };
    if !siglip {
        preprocessor["crop_size"] = size;
    }
    write("preprocessor_config.json", &preprocessor);
    let path = dir.join("model.safetensors");
    let mut tensors: HashMap<String, Tensor> =
        safetensors::load(&path, &CandleDevice::Cpu).expect("tensors");
    tensors.retain(|name, _| !name.starts_with("vision_model") && !name.starts_with("visual_"));
    for (name, shape, scale) in image_tensors(sizes, siglip, dim) {
        let count = shape.iter().product();
        let centre = if name.contains("norm") && name.ends_with("weight") {
            1.0
        } else {
            0.0
        };
        let values = noise(count, tensors.len() as u32);
        let values: Vec<f32> = values.iter().map(|v| centre + scale * v).collect();
        let tensor = Tensor::from_vec(values, shape, &CandleDevice::Cpu).expect("a tensor");
        tensors.insert(name, tensor.to_dtype(DType::F32).expect("numbers"));
    }
    safetensors::save(&tensors, &path).expect("saved");
}

/// Names, shapes and approximate magnitudes of an image tower's weights.
fn image_tensors(sizes: &Sizes, siglip: bool, dim: usize) -> Vec<(String, Vec<usize>, f32)> {
    let Sizes {
        width,
        hidden,
        patch,
        ..
    } = *sizes;
    let grid = sizes.side / patch;
    let tokens = grid * grid + usize::from(!siglip);
    let own = 1.7 / (width as f32).sqrt();
    let mut tensors = Vec::new();
    let mut put = |name: String, shape: Vec<usize>, scale: f32| tensors.push((name, shape, scale));
    let base = "vision_model";
    let pixels = 1.0 / (3.0 * (patch * patch) as f32).sqrt();
    put(
        format!("{base}.embeddings.patch_embedding.weight"),
        vec![width, 3, patch, patch],
        pixels,
    );
    put(
        format!("{base}.embeddings.position_embedding.weight"),
        vec![tokens, width],
        0.5,
    );
    let mut norms = vec![format!("{base}.post_layernorm")];
    let mut products = Vec::new();
    for layer in 0..sizes.layers {
        let at = format!("{base}.encoder.layers.{layer}");
        for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            products.push((format!("{at}.self_attn.{part}"), width, width));
        }
        products.push((format!("{at}.mlp.fc1"), hidden, width));
        products.push((format!("{at}.mlp.fc2"), width, hidden));
        norms.extend([format!("{at}.layer_norm1"), format!("{at}.layer_norm2")]);
    }
    if siglip {
        put(
            format!("{base}.embeddings.patch_embedding.bias"),
            vec![width],
            0.1,
        );
        let head = format!("{base}.head");
        put(format!("{head}.probe"), vec![1, 1, width], 1.0);
        put(
            format!("{head}.attention.in_proj_weight"),
            vec![3 * width, width],
            own,
        );
        put(
            format!("{head}.attention.in_proj_bias"),
            vec![3 * width],
            0.1,
        );
        products.push((format!("{head}.attention.out_proj"), width, width));
        products.push((format!("{head}.mlp.fc1"), hidden, width));
        products.push((format!("{head}.mlp.fc2"), width, hidden));
        norms.push(format!("{head}.layernorm"));
    } else {
        put(
            format!("{base}.embeddings.class_embedding"),
            vec![width],
            0.5,
        );
        norms.push(format!("{base}.pre_layrnorm"));
        put("visual_projection.weight".into(), vec![dim, width], own);
    }
    for (name, outputs, inputs) in products {
        put(
            format!("{name}.weight"),
            vec![outputs, inputs],
            1.2 / (inputs as f32).sqrt(),
        );
        put(format!("{name}.bias"), vec![outputs], 0.1);
    }
    for name in norms {
        put(format!("{name}.weight"), vec![width], 0.2);
        put(format!("{name}.bias"), vec![width], 0.1);
    }
    tensors
}

fn odd_sizes() {
    let sizes = |width, hidden, heads, layers, patch, side| Sizes {
        width,
        hidden,
        heads,
        layers,
        patch,
        side,
    };
    for (name, sizes) in [
        // Heads of 13 values, rows whose length is not a multiple of the vector size, and pixels that belong to no
        // patch.
        ("clip-tiny", sizes(39, 70, 3, 3, 7, 52)),
        ("clip-tiny-gelu", sizes(72, 101, 1, 1, 14, 42)),
        // Its vectors have the same width as those of its texts.
        ("siglip2-tiny", sizes(32, 65, 4, 2, 6, 45)),
        ("siglip2-tiny", sizes(32, 33, 1, 1, 16, 64)),
        ("chinese-clip-tiny", sizes(66, 90, 6, 2, 16, 80)),
    ] {
        let dir = model_folder(name);
        resize(dir.path(), &sizes);
        check_folder(dir.path(), name);
    }
}

fn starter() {
    let model = load_starter().expect("loads");
    let crops = crops(1, model.info().preprocess.side);
    let cpu = model
        .embed_images(&crops, &Cancel::default())
        .expect("vectors");
    for (numbers, _) in TOLERANCES {
        let context = Arc::new(Context::open(adapter(), numbers, None).expect("opens"));
        let tower = load_starter_tower(&context).expect("loads");
        let card = tower.embed(&crops, &Cancel::default()).expect("vectors");
        let gap = worst_gap(&card, &cpu);
        // The CPU's form rounds activations to thirteen bits.
        assert!(gap <= 1e-3, "{numbers:?}: {gap}");
        let cosine: f32 = card
            .values
            .iter()
            .zip(&cpu.values)
            .map(|(a, b)| a * b)
            .sum();
        assert!(cosine >= 0.9999, "{numbers:?}: {cosine}");
    }
}

fn batches() {
    let dir = model_folder("clip-tiny");
    let model = load_folder(dir.path(), &Device::cpu()).expect("loads");
    let tower = tower(dir.path(), &model, GpuPrecision::Full);
    let crops = crops(23, model.info().preprocess.side);
    let single = |crop: &Crop| {
        tower
            .embed(std::slice::from_ref(crop), &Cancel::default())
            .expect("one")
    };
    let single: Vec<f32> = crops.iter().flat_map(|crop| single(crop).values).collect();
    for count in [0, 1, 2, 3, 7, 23] {
        let together = tower
            .embed(&crops[..count], &Cancel::default())
            .expect("vectors");
        assert_eq!(together.values.len(), count * together.dim);
        for (a, b) in together.values.iter().zip(&single) {
            assert!((a - b).abs() < 1e-5, "{count} pictures: {a}, alone {b}");
        }
    }
}
