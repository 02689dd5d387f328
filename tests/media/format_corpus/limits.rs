//! Limits on the cost of a file.

use super::psd::psd;
use super::{encoded, fixture, read};

use image::{DynamicImage, ImageFormat};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

#[test]
fn sizes_that_are_only_claimed_cost_nothing() {
    let budget = MemoryBudget::new(64 << 20);
    let huge = (250_000, 250_000);
    let mut file = psd(3, vec![Vec::new(); 3]);
    (file.size, file.compression) = (&huge, 0);
    let mut exr = encoded(
        &DynamicImage::ImageRgb32F(image::Rgb32FImage::new(4, 4)),
        ImageFormat::OpenExr,
    );
    for window in [&b"dataWindow\0"[..], b"displayWindow\0"] {
        let at = exr
            .windows(window.len())
            .position(|w| w == window)
            .expect("a window");
        let at = at + window.len() + b"box2i\0".len() + 4 + 8;
        exr[at..at + 8].copy_from_slice(&[0x40, 0xf0, 3, 0, 0x40, 0xf0, 3, 0]);
    }
    let mut jp2 = fixture("grey.j2k");
    jp2[8..16].copy_from_slice(&[0, 3, 0xd0, 0x90, 0, 3, 0xd0, 0x90]);
    for (what, file) in [("PSD", file.to_bytes()), ("EXR", exr), ("JPEG 2000", jp2)] {
        let refused = decode_within(&file, 64, &budget, &Cancel::default());
        assert!(refused.is_err(), "{what}");
        assert_eq!(budget.used(), 0, "{what}");
    }
}

#[test]
fn a_small_window_of_a_huge_exr_is_refused() {
    let image = image::Rgb32FImage::new(4, 4);
    let mut file = encoded(&DynamicImage::ImageRgb32F(image), ImageFormat::OpenExr);
    let window = b"dataWindow\0box2i\0";
    let at = file.windows(window.len()).position(|w| w == window);
    let right = at.expect("a window") + window.len() + 4 + 8;
    file[right..right + 4].copy_from_slice(&(100_i32 << 20).to_le_bytes());
    let budget = MemoryBudget::new(1 << 30);
    let refused = decode_within(&file, 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "{refused:?}"
    );
}

#[test]
fn channels_that_no_picture_has_are_refused_before_they_cost_memory() {
    let mut file = fixture("grey.j2k");
    file[40..42].copy_from_slice(&16_384_u16.to_be_bytes());
    assert!(matches!(read(&file), Err(DecodeError::Unsupported(_))));
}

/// A JPEG 2000 file with a palette of one column of this depth, and a mapping of channels.
fn with_palette(depth: u8, mapping: &[u8]) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length[..], kind, content].concat()
    };
    let palette = [&[0, 1, 1, depth - 1][..], &[0; 16]].concat();
    let added = [boxed(b"pclr", &palette), boxed(b"cmap", mapping)].concat();
    let mut file = fixture("colour.jp2");
    let header = file.windows(4).position(|kind| kind == b"jp2h");
    let header = header.expect("a header") - 4;
    let length = u32::from_be_bytes(*file[header..].first_chunk().expect("a length"));
    let longer = length + added.len() as u32;
    file[header..header + 4].copy_from_slice(&longer.to_be_bytes());
    let end = header + length as usize;
    file.splice(end..end, added);
    file
}

#[test]
fn palettes_that_the_decoder_cannot_read_are_refused() {
    assert!(read(&with_palette(8, &[0, 0, 1, 0])).is_ok());
    for (depth, mapping) in [(32, &[0, 0, 1, 0][..]), (64, &[0, 0, 1, 0]), (8, &[])] {
        let refused = read(&with_palette(depth, mapping));
        assert!(
            matches!(refused, Err(DecodeError::Damaged { .. })),
            "{depth} {mapping:?}: {refused:?}"
        );
    }
    // Each entry of the mapping would be a copy of a channel.
    let many = read(&with_palette(8, &[0; 4000]));
    assert!(matches!(many, Err(DecodeError::Unsupported(_))), "{many:?}");
}
