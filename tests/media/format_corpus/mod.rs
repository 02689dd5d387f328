//! Pictures of the formats found in photo folders besides JPEG, PNG and camera RAW. Each is written here, or is a small
//! file with a note of its origin, and must show its picture upright and in the right colours.

mod graphics;
mod limits;
mod photographs;
mod photoshop;
mod psd;

use crate::{corpus, fixtures};

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode};

const SIZE: (u32, u32) = (52, 38);

/// A picture whose four sides can be told apart.
fn picture() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let disc = (x as i32 - 16).pow(2) + (y as i32 - 12).pow(2) < 70;
        match disc {
            true => Rgb([225, 45, 30]),
            false => Rgb([(x * 4) as u8, (y * 6) as u8, (190 - x - y) as u8]),
        }
    })
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures::bytes(&format!("formats/{name}"))
}

fn read(file: &[u8]) -> Result<Decoded, DecodeError> {
    corpus::keep(file);
    decode(file, 10_000, &Cancel::default())
}

fn shown(file: &[u8], what: &str) -> RgbImage {
    let decoded = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let pixels = decoded.pixels.upright();
    assert_eq!(
        (decoded.width, decoded.height),
        (pixels.width, pixels.height),
        "{what}"
    );
    RgbImage::from_raw(pixels.width, pixels.height, pixels.rgb).expect("as many as it says")
}

fn difference(got: &RgbImage, want: &RgbImage, what: &str) -> f64 {
    assert_eq!(got.dimensions(), want.dimensions(), "{what}");
    let pairs = got.as_raw().iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / got.as_raw().len() as f64
}

fn assert_shows(file: &[u8], want: &RgbImage, most: f64, what: &str) {
    let mean = difference(&shown(file, what), want, what);
    assert!(mean <= most, "{what} differs by {mean:.2} on average");
    never_panics(file);
}

/// Truncated and damaged files give a picture or a message.
fn never_panics(file: &[u8]) {
    let check = |file: &[u8]| {
        if let Err(error) = decode(file, 64, &Cancel::default()) {
            assert!(!error.to_string().is_empty());
        }
    };
    let step = (file.len() / 40).max(1);
    for end in (0..file.len()).step_by(step) {
        check(&file[..end]);
    }
    for at in (0..file.len()).filter(|at| *at < 48 || at % (3 * step) == 0) {
        let mut damaged = file.to_vec();
        damaged[at] ^= 0xff;
        check(&damaged);
    }
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let (width, height) = (image.width() as u16, image.height() as u16);
    jpeg_encoder::Encoder::new(&mut jpeg, 95)
        .encode(image.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .expect("encodes");
    jpeg
}

/// The TIFF structure of EXIF with an orientation and a date.
fn exif(orientation: u8) -> Vec<u8> {
    [
        &b"MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        b"\0\0\x01\x32\0\x02\0\0\0\x14\0\0\0\x26\0\0\0\0",
        b"2024:05:01 10:00:00\0",
    ]
    .concat()
}
