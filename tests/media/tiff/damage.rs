//! Files that are damaged or incomplete.

use super::{SIZE, assert_shows, grey, lzw, one, page, picture, read, zlib, zstd};
use crate::files::{Field, Page, SHORT, strips, tiles};

use std::fs;
use std::path::Path;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

#[test]
fn what_is_missing_is_said_and_the_rest_is_shown() {
    let want = picture();
    let row = SIZE.0 as usize * 3;
    let chunks: Vec<Vec<u8>> = strips(want.as_raw(), row, 5)
        .iter()
        .map(|chunk| zlib(chunk))
        .collect();
    let mut file = page((8, 2, 3, 8), chunks, 5);
    file.chunks[4] = b"nonsense".to_vec();
    let decoded = read(&file.to_bytes()).expect("shown");
    assert!(decoded.warning.expect("a warning").contains("missing"));
    let rows = 3 * SIZE.0 as usize * 20;
    assert_eq!(decoded.pixels.rgb[..rows], want.as_raw()[..rows]);
    for chunk in &mut file.chunks {
        *chunk = b"nonsense".to_vec();
    }
    let refused = read(&file.to_bytes());
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
}

#[test]
fn damage_is_refused_in_words() {
    let rgb = picture().into_raw();
    let files = [
        page(
            (8, 2, 3, 8),
            strips(&rgb, 183, 9).iter().map(|c| zlib(c)).collect(),
            9,
        )
        .to_bytes(),
        Page {
            tiles: Some((16, 16)),
            is_big: true,
            ..page(
                (5, 2, 3, 8),
                tiles(&rgb, SIZE, 3, (16, 16))
                    .iter()
                    .map(|c| lzw(c))
                    .collect(),
                0,
            )
        }
        .to_bytes(),
        one(
            (1, 6, 3, 8),
            rgb.clone(),
            vec![Field(530, SHORT, vec![2, 2])],
        ),
    ];
    for file in files {
        for at in (0..file.len()).filter(|at| *at < 64 || *at > file.len() - 400 || at % 97 == 0) {
            for value in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] ^= value;
                let budget = MemoryBudget::new(4 << 20);
                if let Err(error) = decode_within(&damaged, 64, &budget, &Cancel::default()) {
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        for end in (0..file.len()).step_by(131) {
            let _ = read(&file[..end]);
        }
    }
}

/// The only strip of a file written by libtiff.
fn strip(file: &[u8]) -> Vec<u8> {
    let number = |at: usize, width: usize| {
        let bytes = file[at..at + width].iter().rev();
        bytes.fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte))
    };
    let directory = number(4, 4);
    let value = |tag: usize| {
        let mut fields = (0..number(directory, 2)).map(|index| directory + 2 + 12 * index);
        let field = fields.find(|field| number(*field, 2) == tag);
        number(field.expect("a field") + 8, 4)
    };
    file[value(273)..][..value(279)].to_vec()
}

#[test]
fn a_strip_that_ends_early_is_shown_to_its_end_and_said_so() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/tiff");
    let fax = strip(&fs::read(fixtures.join("g4.tif")).expect("a fixture"));
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
    let luma = jpeg_encoder::ColorType::Luma;
    encoder.encode(&grey(), 61, 45, luma).expect("encodes");
    for (what, kind, data) in [("fax", (4, 0, 1, 1), fax), ("JPEG", (7, 1, 1, 8), jpeg)] {
        let whole = read(&one(kind, data.clone(), Vec::new())).expect("shown");
        assert_eq!(whole.warning, None, "{what}");
        let half = data[..data.len() * 7 / 10].to_vec();
        let part = read(&one(kind, half, Vec::new())).expect("shown in part");
        let warning = part.warning.expect("a warning");
        let percent = warning.split(' ').find_map(|word| word.parse().ok());
        let percent: u32 = percent.unwrap_or_else(|| panic!("{what}: {warning}"));
        assert!((5..90).contains(&percent), "{what}: {warning}");
        let rows = 3 * SIZE.0 as usize * 8;
        let pairs = part.pixels.rgb[..rows].iter().zip(&whole.pixels.rgb);
        assert!(
            pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 2),
            "{what}"
        );
    }
}

#[test]
fn what_a_stream_may_look_back_is_counted() {
    let file = one((50_000, 2, 3, 8), zstd(picture().as_raw()), Vec::new());
    let budget = MemoryBudget::new(32 << 20);
    let refused = decode_within(&file, 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "{refused:?}"
    );
}

/// The offset of a field, and that of its values elsewhere in the file.
fn field(file: &[u8], tag: u16) -> (usize, usize) {
    let short = |at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
    let long =
        |at: usize| u32::from_le_bytes(*file[at..].first_chunk().expect("a number")) as usize;
    let directory = long(4);
    let mut fields = (0..usize::from(short(directory))).map(|index| directory + 2 + 12 * index);
    let at = fields.find(|at| short(*at) == tag).expect("a field");
    (at, long(at + 8))
}

#[test]
fn strips_without_lengths_extend_to_the_next() {
    let want = picture();
    let all = strips(want.as_raw(), SIZE.0 as usize * 3, 5);
    let file = page(
        (8, 2, 3, 8),
        all.iter().map(|strip| zlib(strip)).collect(),
        5,
    )
    .to_bytes();
    let (lengths, values) = field(&file, 279);
    let (mut without, mut of_zero) = (file.clone(), file);
    without[lengths..lengths + 2].copy_from_slice(&[0xfe, 0xff]);
    of_zero[values..values + 4 * all.len()].fill(0);
    assert_shows(&without, &want, 0.0, "no lengths");
    assert_shows(&of_zero, &want, 0.0, "lengths of zero");
}

#[test]
fn many_strips_of_an_even_picture_are_read() {
    let strip = zstd(&[90; 2000]);
    let file = Page {
        size: (2000, 6000),
        ..page((50_000, 1, 1, 8), vec![strip; 6000], 1)
    };
    let even = read(&file.to_bytes()).expect("shown");
    assert!(even.warning.is_none() && even.pixels.rgb.iter().all(|value| *value == 90));
}

#[test]
fn data_is_not_read_without_end() {
    // All strips share the data of the first, of which only the beginning is used.
    let shared = |unused: usize| {
        let mut chunks = vec![Vec::new(); SIZE.1 as usize];
        chunks[0] = [zlib(&[90; 3 * SIZE.0 as usize]), vec![0; unused]].concat();
        let mut file = page((8, 2, 3, 8), chunks, 1).to_bytes();
        for tag in [273, 279] {
            let (_, values) = field(&file, tag);
            for number in 1..SIZE.1 as usize {
                file.copy_within(values..values + 4, values + 4 * number);
            }
        }
        file
    };
    let few = read(&shared(1 << 10)).expect("shown");
    assert!(few.warning.is_none() && few.pixels.rgb.iter().all(|value| *value == 90));
    let refused = read(&shared(1 << 20));
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
    // Tiles of 16,384 x 16,384 pixels, of which one column is shown.
    let tall = Page {
        size: (1, 5 << 14),
        tiles: Some((1 << 14, 1 << 14)),
        ..page((8, 1, 1, 8), vec![zlib(&[0; 100]); 5], 0)
    };
    // Ten gigabytes of samples, of which each row has ten bytes.
    let deep = Page {
        size: (17_000, 10_000),
        ..page((8, 1, 64, 8), vec![zlib(&[0; 10]); 10_000], 1)
    };
    for file in [tall, deep] {
        let budget = MemoryBudget::new(1 << 30);
        let refused = decode_within(&file.to_bytes(), 64, &budget, &Cancel::default());
        assert!(
            matches!(refused, Err(DecodeError::Damaged { .. })),
            "{:?}: {refused:?}",
            file.size
        );
    }
}
