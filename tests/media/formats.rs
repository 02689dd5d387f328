//! Picture formats beyond those of the image crate: upright, dated, in the right colours.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(all(feature = "heic", feature = "jxl"))]

use crate::corpus;
use crate::fixtures;

use std::fs;
use std::path::PathBuf;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, Pixels, decode, embedded_thumbnail};
use lumisift::engine::media::preprocess::Resampler;

fn fixture(name: &str) -> PathBuf {
    fixtures::path("formats").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixture(name)).expect("a fixture")
}

fn decoded(bytes: &[u8]) -> Decoded {
    corpus::keep(bytes);
    decode(bytes, 10_000, &Cancel::default()).expect("decodes")
}

fn upright(bytes: &[u8]) -> Pixels {
    decoded(bytes).pixels.upright()
}

/// Mean difference of two pictures of the same size, on a scale of 0 to 255.
fn difference(a: &Pixels, b: &Pixels) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = (a.rgb.iter().zip(&b.rgb))
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.rgb.len() as f64
}

#[test]
fn every_format_shows_the_same_picture_upright() {
    let reference = upright(&bytes("reference.png"));
    for name in ["plain.heic", "turned.heic", "plain.jxl", "dated.jxl"] {
        let picture = upright(&bytes(name));
        let mean = difference(&picture, &reference);
        assert!(mean < 4.0, "{name} differs by {mean:.2} on average");
    }
    let grey = upright(&bytes("grey.jxl"));
    let pixels = grey.rgb.as_chunks::<3>().0;
    assert!(pixels.iter().all(|[r, g, b]| r == g && g == b));
}

#[test]
fn size_and_date_are_those_of_the_upright_picture() {
    let turned = decoded(&bytes("turned.heic"));
    assert_eq!((turned.width, turned.height), (192, 128));
    for name in ["turned.heic", "dated.jxl"] {
        let taken = decoded(&bytes(name)).taken.expect("a date");
        assert_eq!(taken.as_str(), "2024-05-01T10:00:00", "{name}");
    }
}

#[test]
fn brands_of_all_profiles_are_read() {
    let reference = upright(&bytes("reference.png"));
    for brand in [
        b"heix", b"hevc", b"hevx", b"heim", b"hevm", b"mif1", b"mif2", b"miaf", b"MiHB",
    ] {
        let mut file = bytes("plain.heic");
        file[8..12].copy_from_slice(brand);
        let mean = difference(&upright(&file), &reference);
        assert!(mean < 4.0, "{brand:?} differs by {mean:.2} on average");
    }
    // An unsupported coding is no damage, and no video.
    let mut file = bytes("plain.heic");
    file[8..12].copy_from_slice(b"avci");
    let kind = file.windows(4).position(|kind| kind == b"hvc1");
    let kind = kind.expect("a kind");
    file[kind..kind + 4].copy_from_slice(b"avc1");
    assert_eq!(
        decode(&file, 64, &Cancel::default()).expect_err("unsupported"),
        DecodeError::UnsupportedKind("HEIC")
    );
}

#[test]
fn exif_turns_a_heic_whose_container_does_not() {
    let mut file = bytes("turned.heic");
    let property = file.windows(4).position(|kind| kind == b"irot");
    let property = property.expect("a rotation");
    file[property..property + 4].copy_from_slice(b"free");
    let reference = upright(&bytes("reference.png"));
    let mean = difference(&upright(&file), &reference);
    assert!(mean < 4.0, "differs by {mean:.2} on average");
}

#[test]
fn transparent_parts_lie_over_white() {
    let picture = upright(&bytes("alpha.heic"));
    // Its opacity rises from zero in the first row.
    let first = &picture.rgb[..3 * picture.width as usize];
    assert!(first.iter().all(|value| *value >= 250), "{first:?}");
}

#[test]
fn cut_and_damaged_files_are_refused_in_words() {
    for name in ["plain.heic", "plain.jxl"] {
        let whole = bytes(name);
        for part in 1..16 {
            let cut = &whole[..whole.len() * part / 16];
            // A part of the picture or a message, never a panic.
            if let Err(error) = decode(cut, 64, &Cancel::default()) {
                assert!(!error.to_string().is_empty());
            }
        }
        for at in (16..whole.len()).step_by(97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            let _ = decode(&damaged, 64, &Cancel::default());
        }
    }
    let claims = decode(&bytes("plain.heic")[..64], 64, &Cancel::default());
    assert!(matches!(claims, Err(DecodeError::Damaged { .. })));
}

#[test]
fn a_raised_flag_stops_a_decode() {
    let cancel = Cancel::default();
    cancel.cancel();
    for name in ["plain.heic", "plain.jxl"] {
        let result = decode(&bytes(name), 64, &cancel);
        assert_eq!(
            result.expect_err("stopped"),
            DecodeError::Cancelled,
            "{name}"
        );
    }
}

/// HDR colours are converted to those of a screen in the same way for all containers.
#[cfg(feature = "avif")]
#[test]
fn a_high_range_is_shown_alike_in_heic_and_avif() {
    for transfer in [16, 18] {
        let [heic, avif, usual] = ["plain.heic", "plain.avif", "plain.heic"].map(bytes);
        let of_high_range = |mut file: Vec<u8>| {
            let at = file.windows(8).position(|part| part == b"colrnclx");
            let at = at.expect("colours") + 8;
            file[at..at + 4].copy_from_slice(&[0, 9, 0, transfer]);
            upright(&file)
        };
        let heic = of_high_range(heic);
        let mean = difference(&heic, &of_high_range(avif));
        assert!(mean < 12.0, "differs by {mean:.2} on average");
        assert!(difference(&heic, &upright(&usual)) > 3.0);
    }
}

fn thumbnail(bytes: &[u8]) -> Option<Decoded> {
    embedded_thumbnail(bytes, &Cancel::default())
}

#[test]
fn the_thumbnail_in_a_heic_shows_the_same_as_its_picture_with_the_same_facts() {
    // The thumbnails have 64 x 64 pixels, of which a crop keeps the upper two thirds.
    for name in ["thumbnail.heic", "turned-thumbnail.heic"] {
        let file = bytes(name);
        let found = thumbnail(&file).unwrap_or_else(|| panic!("{name} has none"));
        let whole = decoded(&file);
        assert_eq!((found.width, found.height), (whole.width, whole.height));
        assert_eq!(found.taken, whole.taken);
        let found = found.pixels.upright();
        let long_side = found.width.max(found.height);
        let want = Resampler::default().thumbnail(&whole.pixels, long_side);
        let want = want.expect("a picture");
        let (width, height) = (found.width.min(want.width), found.height.min(want.height));
        assert!(
            found.width - width <= 1 && want.width - width <= 1,
            "{name}"
        );
        assert!(
            found.height - height <= 1 && want.height - height <= 1,
            "{name}"
        );
        // One side may be rounded differently, so only the common area is compared.
        let value = |pixels: &Pixels, x: u32, y: u32, n: usize| {
            f64::from(pixels.rgb[3 * (y * pixels.width + x) as usize + n])
        };
        let mean_of = |place: &dyn Fn(u32, u32) -> (u32, u32)| {
            let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let differences = places.flat_map(|(x, y)| [0, 1, 2].map(|n| (x, y, n)));
            let sum: f64 = differences
                .map(|(x, y, n)| {
                    let (found_x, found_y) = place(x, y);
                    (value(&found, found_x, found_y, n) - value(&want, x, y, n)).abs()
                })
                .sum();
            sum / f64::from(3 * width * height)
        };
        // The thumbnail is small and coarse and may be off by one, but in a wrong orientation it differs far more.
        let mean = mean_of(&|x, y| (x, y));
        let turned = mean_of(&|x, y| (width - 1 - x, height - 1 - y));
        assert!(
            mean < 16.0 && turned > 2.0 * mean,
            "{name} differs by {mean:.2} on average, turned round by {turned:.2}"
        );
    }
}

#[test]
fn a_thumbnail_that_may_show_something_else_is_not_used() {
    let whole = bytes("thumbnail.heic");
    let replaced = |kind: &[u8], with: &[u8], skip: usize| {
        let mut file = whole.clone();
        let all = file.windows(kind.len()).position(|part| part == kind);
        let at = all.expect("there") + skip;
        file[at..at + with.len()].copy_from_slice(with);
        file
    };
    for (what, file) in [
        (
            "nothing refers to the picture",
            replaced(b"thmb", b"base", 0),
        ),
        ("its crop does not fit", replaced(b"clap", &[0, 0, 2, 0], 4)),
        (
            "its crop has other proportions",
            replaced(b"clap", &[0, 0, 0, 20], 4),
        ),
    ] {
        assert!(thumbnail(&file).is_none(), "{what}");
        assert_eq!(decoded(&file).width, 192, "{what}");
    }
    // The picture is rotated, and its thumbnail does not say so.
    let mut file = bytes("turned-thumbnail.heic");
    let turned = thumbnail(&file).expect("a thumbnail");
    assert_eq!((turned.width, turned.height), (128, 192));
    let associations = file.windows(4).position(|kind| kind == b"ipma");
    let associations = associations.expect("associations");
    let length = u32::from_be_bytes([0, 1, 2, 3].map(|n| file[associations - 4 + n])) as usize;
    let last = associations - 4 + length - 1;
    // Its last property is the rotation; another number is invalid.
    file[last] = 0x7f;
    assert!(thumbnail(&file).is_none(), "the picture alone is turned");
    for name in ["plain.heic", "alpha.heic", "reference.png", "plain.avif"] {
        assert!(thumbnail(&bytes(name)).is_none(), "{name}");
    }
}

#[test]
fn a_reserved_matrix_does_not_hide_the_thumbnail() {
    let mut file = bytes("thumbnail.heic");
    let want = thumbnail(&file).expect("a thumbnail").pixels.upright().rgb;
    let colours = file.windows(8).position(|part| part == b"colrnclx");
    let matrix = colours.expect("colours") + 12;
    file[matrix..matrix + 2].copy_from_slice(&[0, 3]);
    let found = thumbnail(&file).expect("a thumbnail").pixels.upright().rgb;
    assert_eq!(found.len(), want.len());
}

#[test]
fn damaged_thumbnails_do_not_panic() {
    let whole = bytes("thumbnail.heic");
    for at in (16..whole.len()).step_by(61) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let _ = thumbnail(&damaged);
        let _ = thumbnail(&whole[..at]);
    }
}
