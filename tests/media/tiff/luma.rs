//! Luma with colour differences, and JPEG inside TIFF.

use super::{SIZE, as_rgb, assert_shows, grey, lzw, one, page, picture, read};
use crate::files::{Field, LONG, Page, SHORT};

use std::fs;
use std::path::Path;

use image::{Rgb, RgbImage};
use lumisift::engine::media::decode::DecodeError;

#[test]
fn luma_and_colour_differences_shared_by_blocks() {
    // The colour differences change slowly, because blocks share them.
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let luma = ((x * 3 + y) % 120 + 60) as u8;
        Rgb([luma + 40, luma, luma - 20])
    });
    let ycbcr = |x: u32, y: u32| {
        let [red, green, blue] = want[(x.min(SIZE.0 - 1), y.min(SIZE.1 - 1))]
            .0
            .map(f64::from);
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        [
            luma,
            (blue - luma) / 1.772 + 128.0,
            (red - luma) / 1.402 + 128.0,
        ]
        .map(|v| v.round() as u8)
    };
    for (across, down) in [(1, 1), (2, 1), (2, 2), (4, 1)] {
        let mut data = Vec::new();
        for top in (0..SIZE.1).step_by(down as usize) {
            for left in (0..SIZE.0).step_by(across as usize) {
                for y in 0..down {
                    data.extend((0..across).map(|x| ycbcr(left + x, top + y)[0]));
                }
                data.extend(&ycbcr(left, top)[1..]);
            }
        }
        let more = vec![Field(530, SHORT, vec![across.into(), down.into()])];
        let what = format!("YCbCr {across} x {down}");
        assert_shows(&one((5, 6, 3, 8), lzw(&data), more), &want, 1.5, &what);
    }
}

#[test]
fn jpeg_in_tiff_with_tables_of_its_own() {
    let want = picture();
    let encode = |samples: &[u8], colour| {
        let mut jpeg = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        encoder.encode(samples, 61, 45, colour).expect("encodes");
        jpeg
    };
    let jpeg = encode(want.as_raw(), jpeg_encoder::ColorType::Rgb);
    let more = || vec![Field(530, SHORT, vec![2, 2])];
    assert_shows(
        &one((7, 6, 3, 8), jpeg.clone(), more()),
        &want,
        4.0,
        "YCbCr",
    );
    let grey = grey();
    let of_grey = encode(&grey, jpeg_encoder::ColorType::Luma);
    assert_shows(
        &one((7, 1, 1, 8), of_grey, Vec::new()),
        &as_rgb(&grey),
        3.0,
        "grey",
    );
    // Tables in a field, and strips without them.
    let (mut tables, mut rest, mut at) = (vec![0xff, 0xd8], vec![0xff, 0xd8], 2);
    while jpeg[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        match jpeg[at + 1] {
            0xdb | 0xc4 => tables.extend(&jpeg[at..end]),
            // Nothing here says what the samples are.
            0xe0..=0xef => {}
            _ => rest.extend(&jpeg[at..end]),
        }
        at = end;
    }
    rest.extend(&jpeg[at..]);
    tables.extend([0xff, 0xd9]);
    let tables = Field(347, 7, tables.iter().map(|byte| u64::from(*byte)).collect());
    let more: Vec<Field> = more().into_iter().chain([tables]).collect();
    assert_shows(&one((7, 6, 3, 8), rest, more), &want, 4.0, "tables");
    // A whole JPEG of the old kind.
    let mut old = Page {
        more: vec![Field(513, LONG, vec![8])],
        ..page((6, 6, 3, 8), vec![jpeg], SIZE.1)
    };
    assert_shows(&old.to_bytes(), &want, 4.0, "old kind");
    old.more.clear();
    assert!(matches!(
        read(&old.to_bytes()),
        Err(DecodeError::Unsupported(_))
    ));
}

/// Written by Pillow: see the README beside them.
#[test]
fn jpeg_in_tiff_without_luma() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    let file = |name: &str| fs::read(fixtures.join(name)).expect("a fixture");
    let want = image::load_from_memory(&file("reference.png")).expect("a picture");
    for name in ["jpeg-rgb.tif", "jpeg-cmyk.tif"] {
        assert_shows(&file(name), &want.to_rgb8(), 5.0, name);
    }
}
