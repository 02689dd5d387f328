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
fn channels_that_no_picture_has_are_refused_before_they_cost_memory() {
    let mut file = fixture("grey.j2k");
    file[40..42].copy_from_slice(&16_384_u16.to_be_bytes());
    assert!(matches!(read(&file), Err(DecodeError::Unsupported(_))));
}
