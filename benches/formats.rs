//! Processes one picture for `benches/formats.py`: prints time and memory, writes pixels, or writes colour profiles to
//! embed into pictures.
//!
//! `thumbnail FILE ROUNDS OUT.png` writes the file's embedded thumbnail as the grid shows it, and prints the
//! milliseconds of the fastest round. `time FILE ROUNDS` prints the milliseconds of the fastest round on one thread,
//! from the file to a thumbnail and a crop, and the peak memory in kB. `pixels FILE OUT.png` writes the picture at full
//! size. `profiles DIR` writes ICC profiles.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::path::Path;
use std::time::Instant;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode;
use lumisift::engine::media::preprocess::{
    FitMode, Preprocess, ResampleFilter, Resampler, Rounding,
};
use lumisift::engine::media::thumbnail;
use moxcms::ColorProfile;

const SIDE: u32 = 224;

fn main() {
    // `cargo bench` adds `--bench`.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| w != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["time", file, rounds] => time(Path::new(file), rounds.parse().expect("a number")),
        ["thumbnail", file, rounds, out] => {
            let rounds = rounds.parse().expect("a number");
            thumbnail_inside(Path::new(file), rounds, Path::new(out));
        }
        ["pixels", file, out] => pixels(Path::new(file), Path::new(out)),
        ["profiles", dir] => profiles(Path::new(dir)),
        _ => println!("see benches/formats.py"),
    }
}

fn time(file: &Path, rounds: usize) {
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
    let mut resampler = Resampler::default();
    let before = peak_kb();
    let mut round = || {
        let start = Instant::now();
        let bytes = decode::read_file(file, &Cancel::default()).expect("read");
        let decoded = decode::decode(&bytes, 2 * SIDE, &Cancel::default()).expect("decoded");
        resampler.crop(&decoded.pixels, &spec).expect("a crop");
        let small = resampler
            .thumbnail(&decoded.pixels, thumbnail::THUMBNAIL_SIDE)
            .expect("a thumbnail");
        thumbnail::encode(&small, thumbnail::QUALITY).expect("encoded");
        start.elapsed().as_secs_f64() * 1000.0
    };
    let best = (0..rounds).map(|_| round()).fold(f64::MAX, f64::min);
    println!("{best:.1} {}", peak_kb().saturating_sub(before));
}

fn thumbnail_inside(file: &Path, rounds: usize, out: &Path) {
    let mut resampler = Resampler::default();
    let mut round = || {
        let start = Instant::now();
        let bytes = decode::read_file(file, &Cancel::default()).expect("read");
        let found = decode::embedded_thumbnail(&bytes, &Cancel::default()).expect("a thumbnail");
        let small = resampler
            .thumbnail(&found.pixels, thumbnail::THUMBNAIL_SIDE)
            .expect("a thumbnail");
        thumbnail::encode(&small, thumbnail::QUALITY).expect("encoded");
        (start.elapsed().as_secs_f64() * 1000.0, small)
    };
    let rounds: Vec<_> = (0..rounds.max(1)).map(|_| round()).collect();
    let best = rounds
        .iter()
        .map(|(time, _)| *time)
        .fold(f64::MAX, f64::min);
    println!("{best:.1}");
    let small = &rounds[0].1;
    let (width, height) = (small.width, small.height);
    image::save_buffer(
        out,
        &small.rgb,
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )
    .expect("saved");
}

/// Peak memory of this process so far; zero where the system does not report it.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = peak.and_then(|text| text.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

fn pixels(file: &Path, out: &Path) {
    let bytes = decode::read_file(file, &Cancel::default()).expect("read");
    let decoded = decode::decode(&bytes, u32::MAX, &Cancel::default()).expect("decoded");
    let pixels = &decoded.pixels;
    image::save_buffer(
        out,
        &pixels.rgb,
        pixels.width,
        pixels.height,
        image::ExtendedColorType::Rgb8,
    )
    .expect("saved");
}

fn profiles(dir: &Path) {
    // Rotates red, green and blue, so that a decoder that ignores the profile is obvious.
    let mut swapped = ColorProfile::new_srgb();
    let colours = [
        swapped.red_colorant,
        swapped.green_colorant,
        swapped.blue_colorant,
    ];
    [
        swapped.green_colorant,
        swapped.blue_colorant,
        swapped.red_colorant,
    ] = colours;
    for (name, profile) in [
        ("p3", ColorProfile::new_display_p3()),
        ("adobe", ColorProfile::new_adobe_rgb()),
        ("prophoto", ColorProfile::new_pro_photo_rgb()),
        ("swapped", swapped),
    ] {
        let file = dir.join(format!("{name}.icc"));
        std::fs::write(file, profile.encode().expect("a profile")).expect("written");
    }
}
