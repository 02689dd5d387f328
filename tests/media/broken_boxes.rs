//! Invalid colours and EXIF in files made of boxes: HEIC, AVIF, JPEG 2000 and JPEG XL.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::broken_metadata::{EXIF, assert_shows};
use crate::fixtures;

use image::RgbImage;

/// A fixture with some of its bytes replaced.
fn replaced(file: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + with.len()].copy_from_slice(with);
    file
}

fn reference() -> RgbImage {
    let file = fixtures::bytes("formats/reference.png");
    image::load_from_memory(&file)
        .expect("a picture")
        .into_rgb8()
}

/// Invalid colour boxes, in place of one that gives colours by code points.
fn assert_ignores_broken_colours(name: &str) {
    let file = fixtures::bytes(name);
    let colours = file.windows(8).position(|part| part == b"colrnclx");
    let kind = colours.expect("colours") + 4;
    let range = file[kind + 10];
    for (what, with) in [
        ("unknown numbers", &b"nclx\0\xc8\0\xc8\0\xc8"[..]),
        ("the largest numbers", b"nclx\xff\xff\xff\xff\xff\xff"),
        ("reserved numbers", b"nclx\0\0\0\0\0\x03"),
        ("an unknown kind", b"????\0\x01\0\x01\0\x01"),
        ("a profile that is none", b"prof\0\x01\0\x01\0\x01"),
        ("another profile that is none", b"rICC\0\x01\0\x01\0\x01"),
    ] {
        let with = [with, &[range]].concat();
        let what = format!("{name} with {what}");
        assert_shows(&replaced(&file, kind, &with), &reference(), &what);
    }
}

#[cfg(feature = "avif")]
#[test]
fn avif() {
    assert_ignores_broken_colours("formats/plain.avif");
}

#[cfg(feature = "heic")]
#[test]
fn heic() {
    assert_ignores_broken_colours("formats/plain.heic");
}

#[test]
fn jpeg_2000() {
    let file = fixtures::bytes("formats/colour.jp2");
    let colours = file.windows(4).position(|part| part == b"colr");
    let colours = colours.expect("colours") + 4;
    for (what, with) in [
        ("unknown colours", &b"\x01\0\0\0\0\0\x63"[..]),
        ("colours that no decoder has", b"\x01\0\0\0\0\0\x13"),
        ("a profile that is none", b"\x02\0\0prof"),
        ("an unknown method", b"\x09\0\0\0\0\0\0"),
    ] {
        assert_shows(&replaced(&file, colours, with), &reference(), what);
    }
    for (what, tiff) in EXIF {
        let content = [b"JpgTiffExif->JP2", tiff].concat();
        let length = (content.len() as u32 + 8).to_be_bytes();
        let end = file
            .windows(4)
            .position(|part| part == b"jp2c")
            .expect("a codestream")
            - 4;
        let with = [&file[..end], &length, b"uuid", &content, &file[end..]].concat();
        assert_shows(&with, &reference(), what);
    }
}

#[cfg(feature = "jxl")]
#[test]
fn jpeg_xl() {
    let file = fixtures::bytes("formats/dated.jxl");
    let exif = file.windows(4).position(|part| part == b"Exif");
    let exif = exif.expect("EXIF") + 4;
    for with in [
        &b"\xff\xff\xff\xff"[..],
        b"\0\0\0\0nonsense",
        b"\0\0\0\0MM\0*\xff\xff\xff\xff",
    ] {
        assert_shows(&replaced(&file, exif, with), &reference(), "EXIF");
    }
}
