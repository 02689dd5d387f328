//! TIFF as programs that use libtiff write it: decoded correctly or refused with a message, and never a panic. Each
//! file is written here around one picture, and must show it.

mod damage;
mod luma;
mod samples;

use crate::corpus;
use crate::files::{Field, Page, SHORT, strips, tiles};

use std::fs;
use std::io::Write;
use std::path::Path;

use image::{Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode};

const SIZE: (u32, u32) = (61, 45);

/// A picture whose four sides can be told apart.
fn picture() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let disc = (x as i32 - 18).pow(2) + (y as i32 - 14).pow(2) < 90;
        match disc {
            true => Rgb([230, 40, 30]),
            false => Rgb([(x * 4) as u8, (y * 5) as u8, (200 - x - y) as u8]),
        }
    })
}

fn grey() -> Vec<u8> {
    let luma = |p: &Rgb<u8>| ((u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2])) / 3) as u8;
    picture().pixels().map(luma).collect()
}

fn as_rgb(grey: &[u8]) -> RgbImage {
    let rgb = grey.iter().flat_map(|value| [*value; 3]).collect();
    RgbImage::from_raw(SIZE.0, SIZE.1, rgb).expect("a picture")
}

fn read(file: &[u8]) -> Result<Decoded, DecodeError> {
    corpus::keep(file);
    decode(file, 10_000, &Cancel::default())
}

fn assert_shows(file: &[u8], want: &RgbImage, most: f64, what: &str) {
    let decoded = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let pixels = decoded.pixels.upright();
    assert_eq!((pixels.width, pixels.height), want.dimensions(), "{what}");
    let pairs = pixels.rgb.iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / pixels.rgb.len() as f64;
    assert!(mean <= most, "{what} differs by {mean:.2} on average");
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
    encoder.write_all(data).expect("compressed");
    encoder.finish().expect("compressed")
}

fn lzw(data: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(data)
        .expect("compressed")
}

fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Literal runs alone.
fn pack_bits(data: &[u8]) -> Vec<u8> {
    let runs = data.chunks(100);
    runs.flat_map(|run| [&[run.len() as u8 - 1], run].concat())
        .collect()
}

type Compress = fn(&[u8]) -> Vec<u8>;

const CODECS: [(&str, u64, Compress); 5] = [
    ("none", 1, <[u8]>::to_vec),
    ("PackBits", 32_773, pack_bits),
    ("LZW", 5, lzw),
    ("deflate", 8, zlib),
    ("Zstandard", 50_000, zstd),
];

fn page(kind: (u64, u64, u64, u64), chunks: Vec<Vec<u8>>, rows: u32) -> Page {
    Page {
        size: SIZE,
        kind,
        rows,
        chunks,
        ..Page::default()
    }
}

/// All samples in one strip.
fn one(kind: (u64, u64, u64, u64), data: Vec<u8>, more: Vec<Field>) -> Vec<u8> {
    Page {
        more,
        ..page(kind, vec![data], SIZE.1)
    }
    .to_bytes()
}

#[test]
fn every_compression_in_strips_tiles_and_planes() {
    let want = picture();
    let (rgb, row) = (want.as_raw(), SIZE.0 as usize * 3);
    for (name, codec, compress) in CODECS {
        let all = |chunks: Vec<Vec<u8>>| chunks.iter().map(|chunk| compress(chunk)).collect();
        let kind = (codec, 2, 3, 8);
        let plain = page(kind, all(strips(rgb, row, 7)), 7);
        assert_shows(&plain.to_bytes(), &want, 0.0, &format!("{name} strips"));
        let tiled = Page {
            tiles: Some((32, 16)),
            ..page(kind, all(tiles(rgb, SIZE, 3, (32, 16))), 0)
        };
        assert_shows(&tiled.to_bytes(), &want, 0.0, &format!("{name} tiles"));
        let planes =
            [0, 1, 2].map(|at| rgb.iter().skip(at).step_by(3).copied().collect::<Vec<_>>());
        let planar = || vec![Field(284, SHORT, vec![2])];
        let chunks = planes
            .iter()
            .flat_map(|plane| strips(plane, SIZE.0 as usize, 11));
        let file = Page {
            more: planar(),
            ..page(kind, all(chunks.collect()), 11)
        };
        assert_shows(&file.to_bytes(), &want, 0.0, &format!("{name} planes"));
        let chunks = planes
            .iter()
            .flat_map(|plane| tiles(plane, SIZE, 1, (16, 32)));
        let file = Page {
            more: planar(),
            tiles: Some((16, 32)),
            ..page(kind, all(chunks.collect()), 0)
        };
        assert_shows(
            &file.to_bytes(),
            &want,
            0.0,
            &format!("{name} tiled planes"),
        );
    }
}

#[test]
fn offsets_of_64_bits_and_both_byte_orders() {
    let want = picture();
    for (big_endian, is_big) in [(false, false), (true, false), (false, true), (true, true)] {
        let samples = want.as_raw().iter().map(|value| u16::from(*value) * 257);
        let data: Vec<u8> = match big_endian {
            true => samples.flat_map(u16::to_be_bytes).collect(),
            false => samples.flat_map(u16::to_le_bytes).collect(),
        };
        let file = Page {
            big_endian,
            is_big,
            more: vec![Field(274, SHORT, vec![3])],
            ..page((1, 2, 3, 16), strips(&data, SIZE.0 as usize * 6, 4), 4)
        };
        let what = format!("big-endian {big_endian}, BigTIFF {is_big}");
        let turned = image::imageops::rotate180(&want);
        assert_shows(&file.to_bytes(), &turned, 0.0, &what);
    }
}

/// Pages of fax machines and LZMA, written by libtiff: see the README beside them.
#[test]
fn files_of_libtiff() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/tiff");
    let black = |x: u32, y: u32| {
        let ring = (x as i32 - 30).pow(2) + (y as i32 - 22).pow(2);
        (100..300).contains(&ring) || (x / 3 + y).is_multiple_of(7)
    };
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        Rgb([if black(x, y) { 0 } else { 255 }; 3])
    });
    let mut count = 0;
    for entry in fs::read_dir(fixtures).expect("fixtures").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".tif") {
            let file = fs::read(entry.path()).expect("a fixture");
            assert_shows(&file, &want, 0.0, &name);
            for end in (0..file.len()).step_by(7) {
                let _ = read(&file[..end]);
            }
            count += 1;
        }
    }
    assert_eq!(count, 9);
}

#[test]
fn the_first_of_several_pages_is_shown() {
    let want = picture();
    let mut file = page((1, 2, 3, 8), strips(want.as_raw(), 183, 45), 45).to_bytes();
    // The second directory is a copy of the first.
    let first = u32::from_le_bytes(*file[4..].first_chunk().expect("an offset")) as usize;
    let directory = file[first..].to_vec();
    let second = file.len() as u32;
    let end = file.len() - 4;
    file[end..].copy_from_slice(&second.to_le_bytes());
    file.extend(directory);
    let decoded = read(&file).expect("shown");
    assert_eq!(
        decoded.warning.as_deref(),
        Some("the first of 2 pages is shown")
    );
    assert_shows(&file, &want, 0.0, "the first page");
    // A directory that points to itself is one page.
    let end = file.len() - 4;
    file[end..].copy_from_slice(&second.to_le_bytes());
    assert_eq!(
        read(&file).expect("shown").warning.as_deref(),
        Some("the first of 2 pages is shown")
    );
}
