use super::*;
use crate::engine::media::memory_budget::MemoryBudget;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};

fn decode(bytes: &[u8], min_short_side: u32) -> Result<Picture, DecodeError> {
    let (budget, cancel) = (MemoryBudget::new(64 << 20), Cancel::default());
    super::decode(
        bytes,
        min_short_side,
        &mut DecodeLimits::new(&budget, &cancel),
    )
}

fn jpeg(image: DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .expect("encodes");
    bytes.into_inner()
}

fn gradient(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x % 256) as u8, (y % 256) as u8, 60])
    })
    .into()
}

#[test]
fn the_smallest_sufficient_scale_is_used() {
    let bytes = jpeg(gradient(1600, 1200));
    for (side, width) in [(100, 200), (150, 200), (151, 400), (448, 800), (900, 1600)] {
        let picture = decode(&bytes, side).expect("decodes");
        assert_eq!(picture.scaled_width, width, "short side of {side}");
        assert_eq!((picture.full_width, picture.full_height), (1600, 1200));
    }
}

#[test]
fn grey_files_become_rgb() {
    let grey = GrayImage::from_pixel(64, 64, Luma([77]));
    let picture = decode(&jpeg(grey.into()), 64).expect("decodes");
    assert!(picture.rgb.iter().all(|v| v.abs_diff(77) <= 1));
}

#[test]
fn a_file_cut_short_is_read_as_far_as_it_goes_and_said_so() {
    let bytes = jpeg(gradient(640, 480));
    let picture = decode(&bytes[..bytes.len() / 2], 224).expect("decodes in part");
    assert!(picture.warning.expect("a warning").contains("cut short"));
    assert!(decode(&bytes, 224).expect("decodes").warning.is_none());
}
