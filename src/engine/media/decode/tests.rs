use std::io::Cursor;

use super::*;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn sample() -> DynamicImage {
    RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 6) as u8, (y * 8) as u8, 128])).into()
}

#[test]
fn every_format_is_told_by_its_bytes() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
        ImageFormat::Tiff,
        ImageFormat::Bmp,
        ImageFormat::Pnm,
        ImageFormat::Qoi,
        ImageFormat::Tga,
        ImageFormat::Ico,
    ] {
        // ICO stores RGBA.
        let image = match format {
            ImageFormat::Ico => sample().into_rgba8().into(),
            _ => sample(),
        };
        let bytes = encode(&image, format);
        let decoded = decode(&bytes, 16, &Cancel::default()).expect("decodes");
        assert_eq!((decoded.width, decoded.height), (40, 30), "{format:?}");
        let pixels = &decoded.pixels;
        assert_eq!(
            pixels.rgb.len() as u32,
            pixels.width * pixels.height * 3,
            "{format:?}"
        );
    }
}

#[test]
fn transparency_goes_over_white() {
    let image = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 0]));
    let decoded = decode(
        &encode(&image.into(), ImageFormat::Png),
        1,
        &Cancel::default(),
    )
    .expect("decodes");
    assert!(decoded.pixels.rgb.iter().all(|v| *v == 255));
}

#[test]
fn deep_and_grey_pictures_become_eight_bit_rgb() {
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_pixel(3, 3, image::Luma([0x80ff]));
    let bytes = encode(&DynamicImage::ImageLuma16(deep), ImageFormat::Png);
    let decoded = decode(&bytes, 1, &Cancel::default()).expect("decodes");
    assert!(decoded.pixels.rgb.iter().all(|v| (0x80..=0x81).contains(v)));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut png = encode(&sample(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let budget = MemoryBudget::new(512 << 20);
    let refused = decode_within(&png, 224, &budget, &Cancel::default()).err();
    assert_eq!(
        refused.expect("an error").to_string(),
        "the photo of 60000 x 60000 pixels needs 10.1 GiB of memory to decode; the limit is 512 MiB"
    );
}

#[test]
fn a_picture_beyond_the_budget_is_read_once_that_is_raised() {
    let deep = image::ImageBuffer::from_pixel(40, 30, Rgb([0x8000_u16; 3]));
    for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Jpeg] {
        let picture = match format {
            ImageFormat::Jpeg => sample(),
            _ => DynamicImage::ImageRgb16(deep.clone()),
        };
        let bytes = encode(&picture, format);
        let budget = MemoryBudget::new(40 * 30);
        let refused = decode_within(&bytes, 30, &budget, &Cancel::default());
        let Err(DecodeError::TooLarge { need, .. }) = refused else {
            panic!("{format:?}: {refused:?}");
        };
        if format == ImageFormat::Png {
            assert_eq!(need, 40 * 30 * 3, "by rows, not whole");
        }
        budget.set_limit(need);
        let decoded = decode_within(&bytes, 30, &budget, &Cancel::default());
        let decoded = decoded.expect("decodes");
        assert_eq!(budget.used(), 40 * 30 * 3, "{format:?}");
        drop(decoded);
        assert_eq!(budget.used(), 0, "{format:?}");
    }
}

#[test]
fn decoders_take_turns_where_memory_is_short() {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, Rgb([9; 3])));
    let bytes = encode(&picture, ImageFormat::Png);
    let budget = MemoryBudget::new(64 * 64 * 3 * 3 / 2);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let decoded = decode_within(&bytes, 64, &budget, &Cancel::default());
                    assert!(budget.used() <= budget.limit());
                    drop(decoded.expect("decodes"));
                }
            });
        }
    });
    assert_eq!(budget.used(), 0);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_cancelled_decode_says_so() {
    let cancel = Cancel::default();
    cancel.cancel();
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let result = decode(&encode(&sample(), format), 16, &cancel);
        assert_eq!(result.err(), Some(DecodeError::Cancelled));
    }
}

proptest::proptest! {
    /// Arbitrarily corrupted files must be decoded or rejected, without a panic.
    #[test]
    fn no_damage_crashes_a_decoder(
        format in 0usize..6,
        changes in proptest::collection::vec((0usize..4000, 0u8..=255), 1..12),
        keep in 10usize..4000,
    ) {
        let formats = [
            ImageFormat::Jpeg, ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp,
        ];
        let mut bytes = match formats.get(format) {
            Some(format) => encode(&sample(), *format),
            None => include_bytes!("../../../../tests/fixtures/progressive/grey.jpg").to_vec(),
        };
        for (at, value) in changes {
            let length = bytes.len();
            bytes[at % length] = value;
        }
        bytes.truncate(keep);
        for side in [4, 16, 1000] {
            if let Ok(decoded) = decode(&bytes, side, &Cancel::default()) {
                let pixels = decoded.pixels;
                let length = pixels.width as usize * pixels.height as usize * 3;
                proptest::prop_assert_eq!(pixels.rgb.len(), length);
            }
        }
    }
}
