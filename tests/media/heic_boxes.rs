//! HEIC with boxes that are written here: crops, and lists that would make the decoder allocate much more than the file
//! holds.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(all(feature = "avif", feature = "heic"))]

use crate::avif::{Item, assert_like, boxed, bytes, extent, file, reference, upright};

use image::imageops;
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, decode, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

/// A HEIC of one picture with this crop.
fn cropped(crop: [i32; 8]) -> Vec<u8> {
    let plain = bytes("plain.heic");
    let position = |kind: &[u8; 4]| {
        let at = plain.windows(4).position(|found| found == kind);
        at.expect("a box") - 4
    };
    let property = |kind: &[u8; 4]| {
        let at = position(kind);
        let length = u32::from_be_bytes(*plain[at..].first_chunk().expect("a length"));
        plain[at..at + length as usize].to_vec()
    };
    let properties = vec![
        property(b"hvcC"),
        property(b"colr"),
        extent((192, 128)),
        boxed(b"clap", &crop.map(i32::to_be_bytes).concat()),
    ];
    let data = plain[position(b"mdat") + 8..].to_vec();
    let item = Item::new(b"hvc1", data, properties);
    file(b"heic\0\0\0\0mif1heic", &[item], &[])
}

#[test]
fn a_crop_that_is_no_whole_pixels_or_lies_outside_costs_no_picture() {
    let whole = reference();
    let part = imageops::crop_imm(&whole, 56, 30, 100, 60).to_image();
    assert_like(
        &upright(&cropped([100, 1, 60, 1, 10, 1, -4, 1])),
        &part,
        "a crop",
    );
    let fraction = upright(&cropped([201, 2, 121, 2, 10, 1, -4, 1]));
    assert_like(&fraction, &part, "half pixels");
    let outside = upright(&cropped([300, 1, 60, 1, 0, 1, 0, 1]));
    assert_like(&outside, &whole, "a crop outside");
    let nothing = upright(&cropped([0; 8]));
    assert_like(&nothing, &whole, "a crop without numbers");
}

/// Decodes a grid of 32 x 32 tiles that are all the same item, and asserts that it needs too much memory.
fn assert_large_grid_is_refused(tile: Item) {
    let shape = [&[0, 0, 31, 31][..], &[8, 0, 8, 0]].concat();
    let items = [Item::new(b"grid", shape, vec![extent((2048, 2048))]), tile];
    let file = file(
        b"heic\0\0\0\0mif1heic",
        &items,
        &[(b"dimg", 1, vec![2; 1024])],
    );
    let budget = MemoryBudget::new(256 << 20);
    let refused = decode_within(&file, 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "{refused:?}"
    );
}

#[test]
fn tiles_of_a_heic_that_lie_in_one_place_are_counted_each() {
    let bytes = vec![0x5a; 1 << 20];
    assert_large_grid_is_refused(Item::new(b"hvc1", bytes, vec![extent((64, 64))]));
}

#[test]
fn configurations_of_heic_tiles_are_counted_for_each_tile() {
    let configuration = boxed(b"hvcC", &vec![0; 200_000]);
    let properties = vec![extent((64, 64)), configuration];
    assert_large_grid_is_refused(Item::new(b"hvc1", vec![0], properties));
}

#[test]
fn a_heic_with_more_extents_than_bytes_is_refused() {
    // Items whose extents take no bytes, 65,535 each.
    let items = [0, 1, 0, 0, 0xff, 0xff].repeat(1000);
    let places = [&[0; 6][..], &1000_u16.to_be_bytes(), &items].concat();
    let file = [bytes("plain.heic"), boxed(b"iloc", &places)].concat();
    let refused = decode(&file, 64, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
}
