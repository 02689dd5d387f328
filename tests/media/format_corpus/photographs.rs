//! Formats made for photographs.

use super::{SIZE, assert_shows, difference, encoded, exif, fixture, jpeg, picture, read, shown};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::decode;

#[test]
fn light_of_a_high_range() {
    let want = picture();
    let light = |pixel: &Rgb<u8>| {
        pixel.0.map(|value| {
            let coded = f32::from(value) / 255.0;
            if coded <= 0.040_45 {
                coded / 12.92
            } else {
                ((coded + 0.055) / 1.055).powf(2.4)
            }
        })
    };
    let linear = image::Rgb32FImage::from_fn(SIZE.0, SIZE.1, |x, y| Rgb(light(&want[(x, y)])));
    let exr = encoded(
        &DynamicImage::ImageRgb32F(linear.clone()),
        ImageFormat::OpenExr,
    );
    assert_shows(&exr, &want, 0.6, "OpenEXR");
    let radiance = encoded(&DynamicImage::ImageRgb32F(linear), ImageFormat::Hdr);
    assert_shows(&radiance, &want, 2.0, "Radiance");
    // A bright lamp does not change the rest of the picture below the level at which light is compressed.
    let bright = image::Rgb32FImage::from_fn(SIZE.0, SIZE.1, |x, y| match x > 45 && y > 30 {
        true => Rgb([900.0, 800.0, 700.0]),
        false => Rgb(light(&want[(x, y)]).map(|value| value * 0.5)),
    });
    let file = encoded(
        &DynamicImage::ImageRgb32F(bright.clone()),
        ImageFormat::OpenExr,
    );
    let got = shown(&file, "a lamp");
    assert!(
        got[(50, 35)].0.iter().all(|value| *value > 215),
        "{:?}",
        got[(50, 35)]
    );
    let coded = |value: f32| {
        (if value <= 0.003_130_8 {
            value * 12.92
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        } * 255.0)
            .round() as u8
    };
    for (x, y) in [(3, 3), (20, 30), (40, 5)] {
        for channel in 0..3 {
            let want = coded(bright[(x, y)][channel]);
            assert!(got[(x, y)][channel].abs_diff(want) <= 1);
        }
    }
}

#[test]
fn jpeg_2000() {
    let want = image::load_from_memory(&fixture("reference.png"))
        .expect("a picture")
        .into_rgb8();
    assert!(difference(&shown(&fixture("colour.jp2"), "JP2"), &want, "JP2") < 0.01);
    let grey: Vec<u8> = want
        .pixels()
        .flat_map(|pixel| {
            let [red, green, blue] = pixel.0.map(u32::from);
            [((red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16) as u8; 3]
        })
        .collect();
    let grey = RgbImage::from_raw(192, 128, grey).expect("a picture");
    assert!(
        difference(
            &shown(&fixture("grey.j2k"), "a codestream"),
            &grey,
            "a codestream"
        ) < 0.01
    );
    let small = decode(&fixture("colour.jp2"), 30, &Cancel::default()).expect("reads");
    assert_eq!(
        (small.pixels.width, small.pixels.height, small.width),
        (48, 32, 192)
    );
    for name in ["colour.jp2", "grey.j2k"] {
        let whole = fixture(name);
        for part in 0..24 {
            let _ = read(&whole[..whole.len() * part / 24]);
            let mut damaged = whole.clone();
            damaged[whole.len() * part / 24] ^= 0x55;
            let _ = read(&damaged);
        }
    }
}

#[test]
fn jpeg_xl_with_transparency_and_orientation() {
    let want = image::load_from_memory(&fixture("reference.png"))
        .expect("a picture")
        .into_rgb8();
    let turned = shown(&fixture("turned.jxl"), "turned");
    assert!(difference(&turned, &want, "turned") < 4.0);
    let on_white = shown(&fixture("alpha.jxl"), "alpha");
    let mut blended = want.clone();
    for (_, y, pixel) in blended.enumerate_pixels_mut() {
        let opacity = y * 255 / 127;
        pixel.0 = pixel
            .0
            .map(|v| ((u32::from(v) * opacity + 255 * (255 - opacity)) / 255) as u8);
    }
    assert!(difference(&on_white, &blended, "alpha") < 4.0);
}

/// A segment of a JPEG.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker][..], &length, content].concat()
}

#[test]
fn several_pictures_in_one_jpeg_show_the_first() {
    let want = picture();
    let other = RgbImage::from_pixel(26, 19, Rgb([9, 200, 9]));
    let with = |segments: &[Vec<u8>]| {
        let mut file = jpeg(&want);
        file.splice(2..2, segments.concat());
        file
    };
    // An index of two pictures (CIPA DC-007).
    let index = |first: usize| {
        let mut index = b"MPF\0MM\0*\0\0\0\x08\0\x03".to_vec();
        index.extend(b"\xb0\0\0\x07\0\0\0\x040100\xb0\x01\0\x04\0\0\0\x01\0\0\0\x02");
        index.extend(b"\xb0\x02\0\x07\0\0\0\x20\0\0\0\x32\0\0\0\0");
        for (kind, size, at) in [(0x2003_0000_u32, first, 0), (0, 400, first)] {
            index.extend(kind.to_be_bytes());
            index.extend((size as u32).to_be_bytes());
            index.extend((at as u32).to_be_bytes());
            index.extend([0; 4]);
        }
        segment(0xe2, &index)
    };
    let length = with(&[index(0)]).len();
    let mpo = [with(&[index(length)]), jpeg(&other)].concat();
    // A gain map that brightens parts of it on HDR screens.
    let gain = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
        xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"/></rdf:RDF></x:xmpmeta>";
    let ultra = [with(&[segment(0xe1, gain), index(length)]), jpeg(&other)].concat();
    // A video after the photo.
    let film = [
        &b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\x10\0mdat"[..],
        &[7; 4088],
    ]
    .concat();
    let dated = segment(0xe1, &[b"Exif\0\0", &exif(3)[..]].concat());
    let motion = [with(&[dated]), film].concat();
    for (what, file) in [("MPO", &mpo), ("Ultra HDR", &ultra)] {
        assert!(difference(&shown(file, what), &want, what) < 4.0, "{what}");
        assert_eq!(read(file).expect("reads").warning, None, "{what}");
    }
    let upside_down = image::imageops::rotate180(&want);
    let what = "a motion photo";
    assert!(difference(&shown(&motion, what), &upside_down, what) < 4.0);
    let decoded = read(&motion).expect("reads");
    assert_eq!(
        decoded.taken.expect("a date").as_str(),
        "2024-05-01T10:00:00"
    );
    assert_eq!(decoded.warning, None);
}

#[test]
fn jpegs_of_one_pixel_across_or_down() {
    for (width, height) in [(1, 1), (1, 40), (40, 1), (1, 9), (3, 500)] {
        let want = RgbImage::from_fn(width, height, |x, y| Rgb([(60 + x + y % 128) as u8; 3]));
        let file = jpeg(&want);
        for side in [1, 16, 224] {
            let decoded = decode(&file, side, &Cancel::default()).expect("reads");
            assert_eq!((decoded.width, decoded.height), (width, height));
        }
        let got = shown(&file, "narrow");
        assert!(
            difference(&got, &want, "narrow") < 3.0,
            "{width} x {height}"
        );
    }
}
