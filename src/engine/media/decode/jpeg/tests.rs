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

#[test]
fn scans_are_counted_up_to_the_end_of_the_picture() {
    let bytes = jpeg(gradient(32, 32));
    let scan = bytes.windows(2).position(|word| word == [0xff, 0xda]);
    let (scan, end) = (scan.expect("a scan"), bytes.len() - 2);
    let with = |count: usize| {
        let comment = [0xff, 0xfe, 0, 4, 0xff, 0xd9];
        let scans = [&bytes[scan..end], &comment].concat().repeat(count);
        [&bytes[..scan], &scans, &bytes[end..]].concat()
    };
    assert!(!has_excessive_scans(&with(256)));
    assert!(has_excessive_scans(&with(257)));
    // What follows the picture, such as a video, does not count.
    let behind = [with(1), b"\xff\xda\0\x02".repeat(1000)].concat();
    assert!(!has_excessive_scans(&behind));
    for end in 0..bytes.len() {
        assert!(!has_excessive_scans(&bytes[..end]));
    }
}
