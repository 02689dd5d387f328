//! HEIC files that would make the decoder allocate much more than they hold.
#![cfg(all(feature = "avif", feature = "heic"))]

use crate::avif::{Item, boxed, bytes, extent, file};

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, decode, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

#[test]
fn tiles_of_a_heic_that_lie_in_one_place_are_counted_each() {
    let shape = [&[0, 0, 31, 31][..], &[8, 0, 8, 0]].concat();
    let tile = Item::new(b"hvc1", vec![0x5a; 1 << 20], vec![extent((64, 64))]);
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
fn configurations_of_heic_tiles_are_counted_for_each_tile() {
    let shape = [&[0, 0, 31, 31][..], &[8, 0, 8, 0]].concat();
    let configuration = boxed(b"hvcC", &vec![0; 200_000]);
    let tile = Item::new(b"hvc1", vec![0], vec![extent((64, 64)), configuration]);
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
