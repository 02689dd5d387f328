//! Measures how well copies are told apart from other photos, and how long the search takes.
//!
//!     cargo bench --bench copies -- DIR... [--count 300] [--min-coarse 0.8]
//!     cargo bench --bench copies -- --scale 100000 [--isotropic]
//!
//! The first command makes copies of photos in memory by known changes, and searches for them among all photos of the
//! folders. Folders of similar but different photos, such as products on a white background or portraits in one place
//! (Motorbikes and Faces of Caltech 101), show whether different photos are taken for copies. The second compares random
//! vectors, some of which are near each other. Their lengths along the axes fall as those of the starter's vectors of
//! Caltech 101 do along their principal axes; with `--isotropic`, the worst case, they are equal. `docs/heap.md` has the
//! results.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "common/noise.rs"]
mod noise;

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use half::f16;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::inference::{self, LoadOptions, Model, ModelChoice};
use lumisift::engine::media::appearance::{Appearance, GRID, GreyGrid, PictureQuality};
use lumisift::engine::media::decode;
use lumisift::engine::media::mark::Mark;
use lumisift::engine::media::photo::ContentId;
use lumisift::engine::media::preprocess::Resampler;
use lumisift::engine::search::duplicates::{
    DuplicateInput, DuplicateRule, FormatRank, KeeperTraits, find,
};
use noise::noise;
use rayon::prelude::*;

#[derive(Parser)]
struct Args {
    /// Folders of photos that all differ
    folders: Vec<PathBuf>,
    /// Number of photos that are copied
    #[arg(long, default_value_t = 200)]
    count: usize,
    /// Compare this many random vectors instead
    #[arg(long)]
    scale: Option<usize>,
    /// Let these vectors have the same length along all axes
    #[arg(long, requires = "scale")]
    isotropic: bool,
    /// Minimum correlation of crops at 8 x 8 points, in place of the rule's
    #[arg(long)]
    min_coarse: Option<f32>,
    /// List pairs that were wrongly taken for copies
    #[arg(long)]
    list: bool,
    /// Added by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

struct Photo {
    name: String,
    of: usize,
    change: &'static str,
    content: ContentId,
    size: (u32, u32),
    vector: Vec<f16>,
    appearance: Appearance,
}

fn main() {
    let args = Args::parse();
    match args.scale {
        Some(count) => scale(count, args.isotropic),
        None if args.folders.is_empty() => println!("name a folder of photos"),
        None => measure(&args),
    }
}

fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    image.write_with_encoder(encoder).expect("encoded");
    bytes.into_inner()
}

/// Crops the sides.
fn cut(image: &RgbImage, [left, top, right, bottom]: [f32; 4]) -> RgbImage {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let (x, y) = ((width * left) as u32, (height * top) as u32);
    let across = (width * (1.0 - left - right)) as u32;
    let down = (height * (1.0 - top - bottom)) as u32;
    imageops::crop_imm(image, x, y, across, down).to_image()
}

fn watermark(image: &RgbImage) -> RgbImage {
    let mut marked = image.clone();
    let (width, height) = image.dimensions();
    for y in height * 8 / 10..height * 9 / 10 {
        for x in width / 2..width * 95 / 100 {
            if (x / 6 + y / 9) % 3 != 0 {
                let pixel = marked.get_pixel_mut(x, y);
                pixel.0 = pixel.0.map(|v| (v / 3).saturating_add(170));
            }
        }
    }
    marked
}

fn colours(image: &RgbImage) -> RgbImage {
    let mut warm = image.clone();
    for pixel in warm.pixels_mut() {
        let [r, g, b] = pixel.0.map(f32::from);
        *pixel = Rgb([r * 1.15 + 8.0, g * 1.02, b * 0.8].map(|v| v.clamp(0.0, 255.0) as u8));
    }
    warm
}

/// Each known change, with the bytes of the changed photo.
fn changes(image: &RgbImage) -> Vec<(&'static str, Vec<u8>)> {
    let (width, height) = image.dimensions();
    let resized = |part: u32| {
        let (width, height) = ((width * part / 100).max(8), (height * part / 100).max(8));
        imageops::resize(image, width, height, FilterType::Triangle)
    };
    let c = |sides| jpeg(&cut(image, sides), 90);
    vec![
        ("jpeg 95", jpeg(image, 95)),
        ("jpeg 75", jpeg(image, 75)),
        ("jpeg 50", jpeg(image, 50)),
        ("jpeg 30", jpeg(image, 30)),
        ("resize to 50 %", jpeg(&resized(50), 90)),
        ("resize to 25 %", jpeg(&resized(25), 90)),
        ("crop 5 %", c([0.025; 4])),
        ("crop 10 %", c([0.1, 0.0, 0.0, 0.1])),
        ("crop 15 %", c([0.05, 0.1, 0.1, 0.05])),
        ("crop 20 %", c([0.0, 0.2, 0.2, 0.0])),
        ("brighter", jpeg(&imageops::brighten(image, 35), 90)),
        ("more contrast", jpeg(&imageops::contrast(image, 25.0), 90)),
        ("warmer", jpeg(&colours(image), 90)),
        (
            "grey",
            jpeg(
                &DynamicImage::ImageLuma8(imageops::grayscale(image)).to_rgb8(),
                90,
            ),
        ),
        ("watermark", jpeg(&watermark(image), 90)),
        ("mirrored", jpeg(&imageops::flip_horizontal(image), 90)),
        ("rotated by 90", jpeg(&imageops::rotate90(image), 90)),
        ("rotated by 180", jpeg(&imageops::rotate180(image), 90)),
    ]
}

fn is_turn(change: &str) -> bool {
    change.starts_with("mirrored") || change.starts_with("rotated")
}

fn read(
    model: &Arc<dyn Model>,
    resampler: &mut Resampler,
    (name, of, change): (&str, usize, &'static str),
    bytes: &[u8],
) -> Option<Photo> {
    let spec = model.info().preprocess;
    let decoded = decode::decode(bytes, 2 * spec.side, &Cancel::default()).ok()?;
    let crop = resampler.crop(&decoded.pixels, &spec).ok()?;
    let appearance = Appearance::of(resampler, &decoded.pixels, None).ok()?;
    let vector = model.embed_images(&[crop], &Cancel::default()).ok()?;
    Some(Photo {
        name: name.into(),
        of,
        change,
        content: ContentId::of(bytes),
        size: (decoded.width, decoded.height),
        vector: vector.values.iter().map(|v| f16::from_f32(*v)).collect(),
        appearance,
    })
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

fn measure(args: &Args) {
    let options = LoadOptions::new(ModelChoice::Starter);
    let model = inference::load(&options).expect("the starter");
    let mut paths = Vec::new();
    args.folders
        .iter()
        .for_each(|folder| files(folder, &mut paths));
    let step = (paths.len() / args.count.max(1)).max(1);
    let photos: Vec<Photo> = paths
        .par_iter()
        .enumerate()
        .map_init(Resampler::default, |resampler, (of, path)| {
            let bytes = std::fs::read(path).unwrap_or_default();
            let name = path.display().to_string();
            let mut photos = Vec::new();
            photos.extend(read(&model, resampler, (&name, of, "original"), &bytes));
            if of % step == 0
                && let Ok(image) = image::load_from_memory(&bytes)
            {
                for (change, bytes) in changes(&image.to_rgb8()) {
                    photos.extend(read(&model, resampler, (&name, of, change), &bytes));
                }
            }
            photos
        })
        .flatten()
        .collect();
    let originals = photos.iter().filter(|photo| photo.change == "original");
    println!(
        "{} photos that differ, {} in all",
        originals.count(),
        photos.len()
    );
    report("without turned ones", args, &photos, false);
    report("with turned ones", args, &photos, true);
}

fn report(what: &str, args: &Args, photos: &[Photo], turned: bool) {
    let wanted = |photo: &&Photo| turned || !is_turn(photo.change);
    let photos: Vec<&Photo> = photos.iter().filter(wanted).collect();
    let dim = photos.first().map_or(0, |photo| photo.vector.len());
    let values: Vec<f16> = photos
        .iter()
        .flat_map(|photo| photo.vector.clone())
        .collect();
    let entries: Vec<DuplicateInput<'_>> = photos
        .iter()
        .zip(0..)
        .map(|(photo, row)| DuplicateInput {
            content: photo.content,
            row: Some(row),
            appearance: Some(&photo.appearance),
            taken: None,
            sub_seconds: None,
            traits: KeeperTraits {
                mark: Mark::default(),
                size: photo.size,
                format: FormatRank::Lossy,
                has_camera: false,
                sharpness: photo.appearance.quality.sharpness,
                facts: 0,
                modified_ns: 1,
                bytes: u64::from(photo.change == "original"),
                path: Path::new(&photo.name),
            },
        })
        .collect();
    let mut rule = DuplicateRule {
        turned,
        ..DuplicateRule::default()
    };
    rule.min_coarse_correlation = args.min_coarse.unwrap_or(rule.min_coarse_correlation);
    let since = Instant::now();
    let groups = find(&entries, &values, dim, &rule, &Cancel::default(), |_, _| ());
    let groups = groups.expect("not cancelled");
    println!(
        "\n{what}: {} groups in {:.2} s",
        groups.len(),
        since.elapsed().as_secs_f64()
    );
    let (mut right, mut wrong, mut strangers) = (0, 0, 0);
    let mut keeper_of: HashMap<usize, usize> = HashMap::new();
    for group in &groups {
        keeper_of.insert(group.keeper, group.keeper);
        for copy in &group.copies {
            keeper_of.insert(copy.at, group.keeper);
            let (keeper, copied) = (photos[group.keeper], photos[copy.at]);
            if keeper.of == copied.of {
                right += 1;
            } else {
                wrong += 1;
                let both = [keeper.change, copied.change];
                strangers += usize::from(both == ["original"; 2]);
                if args.list {
                    println!(
                        "{} ({}) - {} ({}): cosine {:.3}, correlation {:.3}, {}",
                        keeper.name,
                        keeper.change,
                        copied.name,
                        copied.change,
                        copy.cosine,
                        copy.correlation,
                        copy.likeness.name()
                    );
                }
            }
        }
    }
    println!(
        "precision {:.4} ({right} right, {wrong} wrong; {strangers} of the wrong are two originals)",
        right as f64 / f64::from((right + wrong).max(1))
    );
    let original: HashMap<usize, usize> = photos
        .iter()
        .enumerate()
        .filter(|(_, photo)| photo.change == "original")
        .map(|(at, photo)| (photo.of, at))
        .collect();
    let mut recall: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, photo) in photos
        .iter()
        .enumerate()
        .filter(|(_, p)| p.change != "original")
    {
        let together = original.get(&photo.of).is_some_and(|original| {
            let keeper = keeper_of.get(&at);
            keeper.is_some() && keeper == keeper_of.get(original)
        });
        let counts = recall.entry(photo.change).or_default();
        counts.0 += usize::from(together);
        counts.1 += 1;
    }
    println!("| change | found | of | recall |\n|---|---:|---:|---:|");
    let all = recall.values().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    for (change, (found, of)) in recall.iter().map(|(c, n)| (*c, *n)).chain([("all", all)]) {
        println!(
            "| {change} | {found} | {of} | {:.3} |",
            found as f64 / of.max(1) as f64
        );
    }
}

/// Random vectors. Every tenth one is near another, as in a library with many similar photos.
fn scale(count: usize, isotropic: bool) {
    const DIM: usize = 384;
    let mut noise = noise();
    // The first 31 axes hold 70 % of the squared length, and the first 127 hold 90 %.
    let lengths: Vec<f32> = (0..DIM)
        .map(|axis| match isotropic {
            true => 1.0,
            false => (axis as f32 + 5.0).powf(-0.725),
        })
        .collect();
    let mut values: Vec<f16> = Vec::with_capacity(count * DIM);
    let mut looks = Vec::with_capacity(count);
    for n in 0..count {
        let is_copy = n % 10 == 9;
        let mut vector: Vec<f32> = lengths.iter().map(|length| length * noise()).collect();
        if is_copy {
            let before = &values[(n - 9) * DIM..][..DIM];
            for (v, before) in vector.iter_mut().zip(before) {
                *v = before.to_f32() + 0.005 * *v;
            }
        }
        let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        values.extend(vector.iter().map(|v| f16::from_f32(v / norm)));
        let cells: Vec<u8> = match is_copy {
            true => {
                let before: &Appearance = &looks[n - 9];
                before.grid.bytes().to_vec()
            }
            false => (0..GRID * GRID)
                .map(|_| (noise() * 100.0 + 128.0) as u8)
                .collect(),
        };
        looks.push(Appearance {
            grid: GreyGrid::from_bytes(&cells).expect("a grid"),
            quality: PictureQuality {
                sharpness: None,
                dark: 0.0,
                blown: 0.0,
                empty: 0.0,
            },
            camera: None,
        });
    }
    let names: Vec<PathBuf> = (0..count).map(|n| format!("{n:08}.jpg").into()).collect();
    let entries: Vec<DuplicateInput<'_>> = (0..count)
        .map(|n| DuplicateInput {
            content: ContentId::of(&n.to_le_bytes()),
            row: u32::try_from(n).ok(),
            appearance: Some(&looks[n]),
            taken: None,
            sub_seconds: None,
            traits: KeeperTraits {
                mark: Mark::default(),
                size: (1, 1),
                format: FormatRank::Lossy,
                has_camera: false,
                sharpness: None,
                facts: 0,
                modified_ns: 1,
                bytes: 1,
                path: &names[n],
            },
        })
        .collect();
    for turned in [false, true] {
        let rule = DuplicateRule {
            turned,
            ..DuplicateRule::default()
        };
        let since = Instant::now();
        let groups = find(&entries, &values, DIM, &rule, &Cancel::default(), |_, _| ());
        println!(
            "{count} vectors of {DIM}, turned {turned}: {} groups in {:.1} s",
            groups.map_or(0, |groups| groups.len()),
            since.elapsed().as_secs_f64()
        );
    }
}
