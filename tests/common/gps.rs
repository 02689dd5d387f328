//! Photos with coordinates, as a camera writes them.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::Path;

/// The header of a JPEG with coordinates.
fn segment(latitude: f64, longitude: f64) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let head = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        [&head[..], &count.to_be_bytes(), &value].concat()
    };
    // One field, which points to the GPS directory at byte 26.
    tiff.extend(1_u16.to_be_bytes());
    tiff.extend(entry(0x8825, 4, 1, 26_u32.to_be_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(4_u16.to_be_bytes());
    let values = 26 + 2 + 4 * 12 + 4_u32;
    let letter = |value: f64, letters: [u8; 2]| [letters[usize::from(value < 0.0)], 0, 0, 0];
    tiff.extend(entry(1, 2, 2, letter(latitude, *b"NS")));
    tiff.extend(entry(2, 5, 3, values.to_be_bytes()));
    tiff.extend(entry(3, 2, 2, letter(longitude, *b"EW")));
    tiff.extend(entry(4, 5, 3, (values + 24).to_be_bytes()));
    tiff.extend([0; 4]);
    for degrees in [latitude, longitude] {
        let degrees = degrees.abs();
        let minutes = (degrees.fract() * 60.0 * 10_000.0).round() as u32;
        for (above, below) in [(degrees as u32, 1_u32), (minutes, 10_000), (0, 1)] {
            tiff.extend(above.to_be_bytes());
            tiff.extend(below.to_be_bytes());
        }
    }
    let mut segment = vec![0xff, 0xe1];
    segment.extend((tiff.len() as u16 + 8).to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    segment
}

/// Writes a photo taken at these coordinates, in a colour of its own.
pub fn photo_at(path: &Path, colour: [u8; 3], latitude: f64, longitude: f64) {
    let image = image::RgbImage::from_pixel(48, 32, image::Rgb(colour));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .expect("encoded");
    let mut bytes = jpeg.into_inner();
    bytes.splice(2..2, segment(latitude, longitude));
    fs::write(path, bytes).expect("written");
}
