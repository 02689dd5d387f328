//! From a 12-megapixel JPEG to crop and thumbnail, on one core, compared with `image::open` and a resize.
//!
//! `LUMISIFT_BENCH_PHOTOS=DIR` uses the first three photos of a folder. Without it, a photo is made from the samples.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::imageops::{FilterType as Resample, overlay, resize};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode;
use lumisift::engine::media::preprocess::{
    FitMode, Preprocess, ResampleFilter, Resampler, Rounding,
};
use lumisift::engine::media::thumbnail;

const SIDE: u32 = 224;

fn photos() -> Vec<PathBuf> {
    if let Some(dir) = std::env::var_os("LUMISIFT_BENCH_PHOTOS") {
        let entries = std::fs::read_dir(dir).expect("the folder").flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.sort();
        files.truncate(3);
        return files;
    }
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let mut names: Vec<PathBuf> = std::fs::read_dir(samples)
        .expect("samples")
        .flatten()
        .map(|f| f.path())
        .collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "jpg"));
    names.sort();
    let mut picture = image::RgbImage::new(4000, 3000);
    for tile in 0..16 {
        let sample = image::open(&names[tile % names.len()])
            .expect("a sample")
            .into_rgb8();
        let sample = resize(&sample, 1000, 750, Resample::Triangle);
        overlay(
            &mut picture,
            &sample,
            (tile % 4 * 1000) as i64,
            (tile / 4 * 750) as i64,
        );
    }
    let path = std::env::temp_dir().join("lumisift-bench-12mp.jpg");
    picture.save(&path).expect("saved");
    vec![path]
}

fn ours(path: &std::path::Path, resampler: &mut Resampler) -> usize {
    let spec = Preprocess {
        side: SIDE,
        fit: FitMode::CentreCrop {
            short_side: SIDE,
            long_side: Rounding::Down,
        },
        filter: ResampleFilter::Bicubic,
        mean: [0.5; 3],
        std: [0.5; 3],
    };
    let bytes = decode::read_file(path, &Cancel::default()).expect("read");
    let decoded = decode::decode(&bytes, 2 * SIDE, &Cancel::default()).expect("decoded");
    let crop = resampler.crop(&decoded.pixels, &spec).expect("a crop");
    let small = resampler
        .thumbnail(&decoded.pixels, thumbnail::THUMBNAIL_SIDE)
        .expect("a thumbnail");
    crop.rgb.len()
        + thumbnail::encode(&small, thumbnail::QUALITY)
            .expect("encoded")
            .len()
}

/// What a program without scaled decoding does. It makes no thumbnail.
fn plain(path: &std::path::Path) -> usize {
    let picture = image::open(path).expect("decoded").into_rgb8();
    let source = ImageRef::new(
        picture.width(),
        picture.height(),
        picture.as_raw(),
        PixelType::U8x3,
    )
    .expect("pixels");
    let mut target = Image::new(SIDE * 4 / 3, SIDE, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .expect("resized");
    target.into_vec().len()
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode 12 MP");
    group.sample_size(10);
    for path in photos() {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let mut resampler = Resampler::default();
        group.bench_function(format!("{name}: crop and thumbnail"), |bencher| {
            bencher.iter(|| ours(black_box(&path), &mut resampler));
        });
        group.bench_function(format!("{name}: image::open and resize"), |bencher| {
            bencher.iter(|| plain(black_box(&path)));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
