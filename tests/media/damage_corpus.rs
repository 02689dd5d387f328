//! Damaged pictures: the intact part is shown with a warning, and otherwise the picture is refused with a clear
//! message.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::common;
use crate::fixtures;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, Pixels, decode};

/// Short sides for which a picture of 480 pixels is decoded at an eighth, a half, and in full.
const SIDES: [u32; 3] = [60, 200, 480];

fn photo() -> RgbImage {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/cat.jpg");
    let image = image::open(path).expect("a sample");
    image
        .resize_exact(640, 480, FilterType::Triangle)
        .into_rgb8()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::from(photo());
    image.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// A JPEG, with a restart marker after each row of MCUs if `restarts`.
fn jpeg(progressive: bool, restarts: bool) -> Vec<u8> {
    let (mut bytes, image) = (Vec::new(), photo());
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    if restarts {
        encoder.set_restart_interval(40);
    }
    encoder
        .encode(&image, 640, 480, ColorType::Rgb)
        .expect("encodes");
    bytes
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures::bytes(&format!("progressive/{name}"))
}

fn shown(bytes: &[u8], side: u32) -> Result<Decoded, DecodeError> {
    decode(bytes, side, &Cancel::default())
}

/// Divides a picture's height into `parts` and returns those in which two pictures differ.
fn differing(a: &Pixels, b: &Pixels, parts: usize) -> Vec<usize> {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let row = a.width as usize * 3;
    let differs = |part: &usize| {
        let rows = part * a.height as usize / parts..(part + 1) * a.height as usize / parts;
        let (a, b) = (
            &a.rgb[rows.start * row..rows.end * row],
            &b.rgb[rows.start * row..rows.end * row],
        );
        let sum: u64 = a
            .iter()
            .zip(b)
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        sum as f64 / a.len() as f64 > 5.0
    };
    (0..parts).filter(differs).collect()
}

/// The offset of the first scan's data.
fn scan(jpeg: &[u8]) -> usize {
    let at = jpeg.windows(2).position(|word| word == [0xff, 0xda]);
    at.expect("a scan") + 2
}

/// The offsets of the restart markers.
fn restarts(jpeg: &[u8]) -> Vec<usize> {
    let all = scan(jpeg)..jpeg.len() - 1;
    let is_marker = |at: &usize| jpeg[*at] == 0xff && (0xd0..=0xd7).contains(&jpeg[*at + 1]);
    all.filter(is_marker).collect()
}

#[test]
fn a_fault_between_restart_markers_costs_one_stripe() {
    let whole = jpeg(false, true);
    let markers = restarts(&whole);
    assert_eq!(markers.len(), 29);
    let at = markers[9] + 40;
    let mut overwritten = whole.clone();
    overwritten[at..at + 30].fill(0xff);
    let mut cut_out = whole.clone();
    cut_out.drain(at..at + 60);
    let mut without_markers = whole.clone();
    without_markers.drain(at..markers[11] + 20);
    for side in SIDES {
        let want = shown(&whole, side).expect("whole");
        assert_eq!(want.warning, None);
        for (what, bytes, most) in [
            ("overwritten", &overwritten, 1),
            ("cut out", &cut_out, 1),
            ("with two markers less", &without_markers, 3),
        ] {
            let damaged = shown(bytes, side).expect(what);
            assert_eq!((damaged.width, damaged.height), (640, 480));
            let warning = damaged.warning.expect("a warning");
            assert!(
                warning.contains("damaged") && warning.contains('%'),
                "{warning}"
            );
            let stripes = differing(&damaged.pixels, &want.pixels, 30);
            assert!(stripes.len() <= most, "{what} at {side}: {stripes:?}");
        }
    }
}

#[test]
fn a_fault_in_a_progressive_file_costs_details() {
    let whole = fixture("colour-444-restarts.jpg");
    let markers = restarts(&whole);
    let at = markers[markers.len() / 2] + 3;
    let mut bytes = whole.clone();
    bytes[at..at + 4].fill(0xff);
    for side in [30, 60, 131] {
        let want = shown(&whole, side).expect("whole");
        let damaged = shown(&bytes, side).expect("in part");
        assert!(damaged.warning.expect("a warning").contains("damaged"));
        let stripes = differing(&damaged.pixels, &want.pixels, 16);
        assert!(stripes.len() <= 2, "{side}: {stripes:?}");
    }
}

#[test]
fn a_jpeg_that_ends_early_is_shown_to_its_end_and_said_so() {
    for (progressive, restarts) in [(false, false), (false, true), (true, false), (true, true)] {
        let whole = jpeg(progressive, restarts);
        let middle = scan(&whole) + (whole.len() - scan(&whole)) / 2;
        let cut = &whole[..middle];
        let with_an_end = [cut, b"\xff\xd9"].concat();
        for side in SIDES {
            let want = shown(&whole, side).expect("whole");
            assert_eq!(want.warning, None, "progressive: {progressive}");
            for (bytes, word) in [(cut, "cut short"), (&with_an_end, "damaged")] {
                let part = shown(bytes, side).expect("in part");
                let warning = part.warning.expect("a warning");
                assert!(warning.contains(word), "{warning}");
                if !progressive {
                    let stripes = differing(&part.pixels, &want.pixels, 30);
                    assert!(!stripes.is_empty(), "half of it is missing");
                    assert!(stripes.iter().all(|stripe| *stripe >= 10), "{stripes:?}");
                }
            }
        }
    }
    let header_alone = &jpeg(false, false)[..scan(&jpeg(false, false)) + 14];
    assert!(matches!(
        shown(header_alone, 100),
        Err(DecodeError::Damaged { .. })
    ));
}

/// A PNG's chunks: offset, kind and length of each.
fn chunks(png: &[u8]) -> Vec<(usize, [u8; 4], usize)> {
    let (mut at, mut found) = (8, Vec::new());
    while let Some(head) = png.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        found.push((at, [head[4], head[5], head[6], head[7]], length));
        at += 12 + length;
    }
    found
}

#[test]
fn png_without_its_end_or_with_wrong_checksums_is_whole() {
    let deep = DynamicImage::from(photo()).into_rgb16();
    let mut of_16_bits = Cursor::new(Vec::new());
    deep.write_to(&mut of_16_bits, ImageFormat::Png)
        .expect("encodes");
    for whole in [encoded(ImageFormat::Png), of_16_bits.into_inner()] {
        let want = shown(&whole, 480).expect("whole");
        assert_eq!(want.warning, None);
        let without_end = whole[..whole.len() - 12].to_vec();
        let mut cases = vec![("no IEND", without_end)];
        for (at, kind, length) in chunks(&whole) {
            if matches!(&kind, b"IHDR" | b"IDAT") {
                let mut bytes = whole.clone();
                bytes[at + 8 + length] ^= 1;
                cases.push(("a wrong checksum", bytes));
            }
        }
        for (what, bytes) in cases {
            let damaged = shown(&bytes, 480).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(damaged.warning.is_some(), "{what}");
            assert!(damaged.pixels.rgb == want.pixels.rgb, "{what}");
        }
    }
}

#[test]
fn cut_files_are_shown_as_far_as_they_go() {
    for (format, least) in [
        (ImageFormat::Png, 12),
        (ImageFormat::Gif, 12),
        (ImageFormat::Bmp, 12),
        (ImageFormat::Tga, 12),
        (ImageFormat::Pnm, 12),
        (ImageFormat::Qoi, 10),
        // Its decoder predicts the following pixels, so the last rows differ early.
        (ImageFormat::WebP, 4),
    ] {
        let whole = encoded(format);
        let want = shown(&whole, 480).expect("whole");
        assert_eq!(want.warning, None, "{format:?}");
        let part = shown(&whole[..whole.len() * 6 / 10], 480);
        let part = part.unwrap_or_else(|error| panic!("{format:?}: {error}"));
        let warning = part.warning.expect("a warning");
        assert!(
            warning.contains("cut short") || warning.contains("damaged"),
            "{warning}"
        );
        let good = 30 - differing(&part.pixels, &want.pixels, 30).len();
        assert!(good >= least, "{format:?}: {good} of 30 stripes");
        for length in (0..whole.len()).step_by(whole.len() / 23) {
            let _ = shown(&whole[..length], 480);
        }
    }
}

/// A TIFF of these grey strips, with this many rows each.
fn tiff(width: u32, rows: u32, compression: u32, strips: &[Vec<u8>]) -> Vec<u8> {
    let count = strips.len() as u32;
    let height = rows * count;
    let entries = 9;
    let arrays = 8 + 2 + 12 * entries + 4;
    let data = arrays + 8 * count;
    // A single number is stored in the entry itself.
    let (places, lengths) = match strips {
        [only] => (data, only.len() as u32),
        _ => (arrays, arrays + 4 * count),
    };
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries as u16).to_le_bytes());
    for (tag, count, value) in [
        (256_u16, 1, width),
        (257, 1, height),
        (258, 1, 8),
        (259, 1, compression),
        (262, 1, 1),
        (273, count, places),
        (277, 1, 1),
        (278, 1, rows),
        (279, count, lengths),
    ] {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(4_u16.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([0; 4]);
    let mut at = data;
    for strip in strips {
        bytes.extend(at.to_le_bytes());
        at += strip.len() as u32;
    }
    for strip in strips {
        bytes.extend((strip.len() as u32).to_le_bytes());
    }
    bytes.extend(strips.concat());
    bytes
}

#[test]
fn a_cut_tiff_is_shown_as_far_as_its_strips_go() {
    let grey = DynamicImage::from(photo()).into_luma8();
    let rows = grey.as_raw().chunks(640 * 16);
    let plain: Vec<Vec<u8>> = rows.clone().map(<[u8]>::to_vec).collect();
    let deflated: Vec<Vec<u8>> = rows
        .map(|rows| {
            let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
            zlib.write_all(rows).expect("compressed");
            zlib.finish().expect("compressed")
        })
        .collect();
    for (compression, strips) in [(1, plain), (8, deflated)] {
        let whole = tiff(640, 16, compression, &strips);
        let want = shown(&whole, 480).expect("whole");
        assert_eq!(want.warning, None);
        let part = shown(&whole[..whole.len() * 6 / 10], 480).expect("in part");
        let warning = part.warning.expect("a warning");
        assert!(warning.contains("cut short: about"), "{warning}");
        let good = 30 - differing(&part.pixels, &want.pixels, 30).len();
        assert!((12..=20).contains(&good), "{good} of 30 strips");
        for length in (0..whole.len()).step_by(whole.len() / 23) {
            let _ = shown(&whole[..length], 480);
        }
    }
    let one = tiff(640, 480, 1, &[grey.as_raw().clone()]);
    let part = shown(&one[..one.len() / 2], 480).expect("in part");
    let warning = part.warning.expect("a warning");
    assert!(warning.contains("about 5"), "{warning}");
}

#[test]
fn webp_that_claims_metadata_which_is_not_there_is_read() {
    let simple = encoded(ImageFormat::WebP);
    let mut bytes = [
        &simple[..12],
        b"VP8X\x0a\0\0\0\x2c\0\0\0\x7f\x02\0\xdf\x01\0",
        &simple[12..],
    ]
    .concat();
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    let want = shown(&simple, 480).expect("decodes");
    let shown = shown(&bytes, 480).expect("decodes");
    assert_eq!(shown.warning, None);
    assert!(shown.pixels.rgb == want.pixels.rgb);
}

#[test]
fn kinds_of_jpeg_that_are_not_read_are_named_and_not_called_damaged() {
    let baseline = jpeg(false, false);
    let frame = baseline
        .windows(2)
        .position(|word| word == [0xff, 0xc0])
        .expect("a frame");
    for (marker, precision, name) in [
        (0xc3, 8, "Lossless JPEG"),
        (0xc1, 12, "12-bit JPEG"),
        (0xc9, 8, "Arithmetic-coded JPEG"),
    ] {
        let mut bytes = baseline.clone();
        bytes[frame + 1] = marker;
        bytes[frame + 4] = precision;
        for side in SIDES {
            let error = shown(&bytes, side).expect_err("refused").to_string();
            assert!(
                error.starts_with(name) && !error.contains("damaged"),
                "{error}"
            );
            assert!(error.contains("save the photo as JPEG or PNG"), "{error}");
        }
    }
}

#[test]
fn refusals_are_in_plain_words() {
    let garbage = [0x5a; 400];
    for head in [
        &b"\xff\xd8\xff\xe0"[..],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"BM",
        b"RIFF\xff\0\0\0WEBPVP8 ",
        b"II*\0\x08\0\0\0",
        b"qoif",
        b"P6\n9 9\n",
        b"\0\0\x01\0",
        b"\xff\x0a",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    ] {
        let bytes = [head, &garbage].concat();
        let error = shown(&bytes, 100).expect_err("refused").to_string();
        for word in [
            "Format error",
            "ecoding",
            "Chunk",
            "buffer",
            "Err",
            "::",
            "{",
            "expected",
        ] {
            assert!(!error.contains(word), "{error}");
        }
    }
}

#[test]
fn the_command_line_tells_of_damage_and_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let photos = dir.path().join("photos");
    fs::create_dir(&photos).expect("a folder");
    let png = encoded(ImageFormat::Png);
    fs::write(photos.join("cut.png"), &png[..png.len() / 2]).expect("written");
    fs::write(photos.join("whole.png"), &png).expect("written");
    fs::write(photos.join("nothing.png"), &png[..40]).expect("written");
    let mut command = common::lumisift(dir.path());
    let (read, code, errors) = common::json(command.arg("sort").arg(&photos).args(["-l", "cat"]));
    assert_eq!(code, 1, "{errors}");
    assert_eq!(read["photos"].as_array().map(Vec::len), Some(2), "{read}");
    let text = read.to_string();
    assert!(text.contains("is cut short: about"), "{text}");
    assert!(
        text.contains("look for another copy of the photo"),
        "{text}"
    );
}

/// Encoders may leave out the last bits, or frequencies that are not visible.
#[test]
fn a_progressive_file_without_its_last_scans_is_not_called_damaged() {
    let whole = fixture("colour-420.jpg");
    let scans: Vec<usize> = memchr::memmem::find_iter(&whole, b"\xff\xda").collect();
    assert!(scans.len() > 3, "a fixture of several scans");
    for last in [scans[scans.len() - 1], scans[scans.len() - 2]] {
        // Tables before the scan may stay.
        let bytes = [&whole[..last], b"\xff\xd9"].concat();
        for side in SIDES {
            assert_eq!(shown(&bytes, side).expect("whole").warning, None, "{side}");
        }
    }
}
