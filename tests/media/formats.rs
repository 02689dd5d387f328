//! Picture formats beyond those of the image crate: upright, dated, in the right colours.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(all(feature = "heic", feature = "jxl"))]

use crate::corpus;
use crate::fixtures;

use std::fs;
use std::path::PathBuf;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, Pixels, decode};

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

/// Mean difference of two pictures of one size, of 255.
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
    // Its opacity rises from nothing in the first row.
    let first = &picture.rgb[..3 * picture.width as usize];
    assert!(first.iter().all(|value| *value >= 250), "{first:?}");
}

#[test]
fn cut_and_damaged_files_are_refused_in_words() {
    for name in ["plain.heic", "plain.jxl"] {
        let whole = bytes(name);
        for part in 1..16 {
            let cut = &whole[..whole.len() * part / 16];
            // A picture in part, or a word; never a panic.
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

/// Colours of a high range are brought to those of a screen in one way, whatever the container.
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
