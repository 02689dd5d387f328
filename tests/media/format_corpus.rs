//! Pictures of the formats that photo folders have besides JPEG, PNG and camera RAW, each written here or a small file
//! with a note of where it is from. Each must show its picture, upright and in the right colours.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::corpus;
use crate::fixtures;
use crate::lab;

use std::io::{Cursor, Write};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

const SIZE: (u32, u32) = (52, 38);

/// A picture with an upper side and a lower one, a left and a right.
fn picture() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let disc = (x as i32 - 16).pow(2) + (y as i32 - 12).pow(2) < 70;
        match disc {
            true => Rgb([225, 45, 30]),
            false => Rgb([(x * 4) as u8, (y * 6) as u8, (190 - x - y) as u8]),
        }
    })
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures::bytes(&format!("formats/{name}"))
}

fn read(file: &[u8]) -> Result<Decoded, DecodeError> {
    corpus::keep(file);
    decode(file, 10_000, &Cancel::default())
}

fn shown(file: &[u8], what: &str) -> RgbImage {
    let decoded = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let pixels = decoded.pixels.upright();
    assert_eq!(
        (decoded.width, decoded.height),
        (pixels.width, pixels.height),
        "{what}"
    );
    RgbImage::from_raw(pixels.width, pixels.height, pixels.rgb).expect("as many as it says")
}

fn difference(got: &RgbImage, want: &RgbImage, what: &str) -> f64 {
    assert_eq!(got.dimensions(), want.dimensions(), "{what}");
    let pairs = got.as_raw().iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / got.as_raw().len() as f64
}

fn assert_shows(file: &[u8], want: &RgbImage, most: f64, what: &str) {
    let mean = difference(&shown(file, what), want, what);
    assert!(mean <= most, "{what} differs by {mean:.2} on average");
    never_panics(file);
}

/// Cuts and damage end in a picture or a word.
fn never_panics(file: &[u8]) {
    let told = |file: &[u8]| {
        if let Err(error) = decode(file, 64, &Cancel::default()) {
            assert!(!error.to_string().is_empty());
        }
    };
    let step = (file.len() / 40).max(1);
    for end in (0..file.len()).step_by(step) {
        told(&file[..end]);
    }
    for at in (0..file.len()).filter(|at| *at < 48 || at % (3 * step) == 0) {
        let mut damaged = file.to_vec();
        damaged[at] ^= 0xff;
        told(&damaged);
    }
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let (width, height) = (image.width() as u16, image.height() as u16);
    jpeg_encoder::Encoder::new(&mut jpeg, 95)
        .encode(image.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .expect("encodes");
    jpeg
}

/// The TIFF structure of EXIF with an orientation and a date.
fn exif(orientation: u8) -> Vec<u8> {
    [
        &b"MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        b"\0\0\x01\x32\0\x02\0\0\0\x14\0\0\0\x26\0\0\0\0",
        b"2024:05:01 10:00:00\0",
    ]
    .concat()
}

mod photoshop {
    use super::*;

    /// How a file is written.
    pub struct Psd<'a> {
        pub is_large: bool,
        pub depth: u16,
        pub mode: u16,
        pub palette: Vec<u8>,
        pub resources: Vec<(u16, Vec<u8>)>,
        pub layers: Option<i16>,
        pub compression: u16,
        /// Samples of all channels, one channel after another.
        pub planes: Vec<Vec<u8>>,
        pub size: &'a (u32, u32),
    }

    impl Psd<'_> {
        pub fn to_bytes(&self) -> Vec<u8> {
            let mut file = b"8BPS\0".to_vec();
            file.push(if self.is_large { 2 } else { 1 });
            file.extend([0; 6]);
            file.extend((self.planes.len() as u16).to_be_bytes());
            file.extend(self.size.1.to_be_bytes());
            file.extend(self.size.0.to_be_bytes());
            file.extend(self.depth.to_be_bytes());
            file.extend(self.mode.to_be_bytes());
            file.extend((self.palette.len() as u32).to_be_bytes());
            file.extend(&self.palette);
            let mut resources = Vec::new();
            for (id, content) in &self.resources {
                resources.extend(b"8BIM");
                resources.extend(id.to_be_bytes());
                resources.extend([0; 2]);
                resources.extend((content.len() as u32).to_be_bytes());
                resources.extend(content);
                resources.resize(resources.len().next_multiple_of(2), 0);
            }
            file.extend((resources.len() as u32).to_be_bytes());
            file.extend(resources);
            let length = |length: usize| match self.is_large {
                true => (length as u64).to_be_bytes().to_vec(),
                false => (length as u32).to_be_bytes().to_vec(),
            };
            let layers = self
                .layers
                .map(|count| [length(2), count.to_be_bytes().to_vec()].concat());
            let layers = layers.unwrap_or_default();
            file.extend(length(layers.len()));
            file.extend(layers);
            file.extend(self.compression.to_be_bytes());
            let row = (self.size.0 as usize * usize::from(self.depth)).div_ceil(8);
            let rows: Vec<&[u8]> = self
                .planes
                .iter()
                .flat_map(|plane| plane.chunks(row))
                .collect();
            match self.compression {
                0 => file.extend(rows.concat()),
                1 => {
                    let packed: Vec<Vec<u8>> = rows.iter().map(|row| pack(row)).collect();
                    for row in &packed {
                        let length = row.len();
                        match self.is_large {
                            true => file.extend((length as u32).to_be_bytes()),
                            false => file.extend((length as u16).to_be_bytes()),
                        }
                    }
                    file.extend(packed.concat());
                }
                _ => {
                    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
                    zlib.write_all(&rows.concat()).expect("compressed");
                    file.extend(zlib.finish().expect("compressed"));
                }
            }
            file
        }
    }

    /// A run where the row begins with one, then literals.
    fn pack(row: &[u8]) -> Vec<u8> {
        let run = row
            .iter()
            .take_while(|value| **value == row[0])
            .count()
            .min(128);
        let mut packed = vec![(1 - run as i16) as u8, row[0]];
        for part in row[run..].chunks(128) {
            packed.push(part.len() as u8 - 1);
            packed.extend(part);
        }
        packed
    }

    pub fn psd(mode: u16, planes: Vec<Vec<u8>>) -> Psd<'static> {
        Psd {
            is_large: false,
            depth: 8,
            mode,
            palette: Vec::new(),
            resources: Vec::new(),
            layers: None,
            compression: 1,
            planes,
            size: &SIZE,
        }
    }

    pub fn planes(image: &RgbImage) -> Vec<Vec<u8>> {
        let plane = |at: usize| image.pixels().map(|pixel| pixel[at]).collect();
        (0..3).map(plane).collect()
    }
}

use photoshop::{planes, psd};

#[test]
fn photoshop_in_all_compressions_depths_and_sizes() {
    let want = picture();
    for is_large in [false, true] {
        for compression in [0, 1, 2] {
            for depth in [8, 16] {
                let mut file = psd(3, planes(&want));
                (file.is_large, file.compression, file.depth) = (is_large, compression, depth);
                if depth == 16 {
                    for plane in &mut file.planes {
                        *plane = plane.iter().flat_map(|value| [*value; 2]).collect();
                    }
                }
                let what = format!("PSB {is_large}, compression {compression}, {depth} bits");
                assert_shows(&file.to_bytes(), &want, 0.0, &what);
            }
        }
    }
    let light = |value: &u8| {
        let coded = f32::from(*value) / 255.0;
        let light = if coded <= 0.040_45 {
            coded / 12.92
        } else {
            ((coded + 0.055) / 1.055).powf(2.4)
        };
        light.to_be_bytes()
    };
    let mut file = psd(3, planes(&want));
    (file.depth, file.compression) = (32, 0);
    for plane in &mut file.planes {
        *plane = plane.iter().flat_map(light).collect();
    }
    assert_shows(&file.to_bytes(), &want, 0.6, "32 bits of light");
}

#[test]
fn photoshop_in_all_colours() {
    let want = picture();
    let grey: Vec<u8> = want.pixels().map(|pixel| pixel[1]).collect();
    let as_rgb = |grey: &[u8]| {
        let rgb = grey.iter().flat_map(|value| [*value; 3]).collect();
        RgbImage::from_raw(SIZE.0, SIZE.1, rgb).expect("a picture")
    };
    assert_shows(
        &psd(1, vec![grey.clone()]).to_bytes(),
        &as_rgb(&grey),
        0.0,
        "grey",
    );
    assert_shows(
        &psd(8, vec![grey.clone()]).to_bytes(),
        &as_rgb(&grey),
        0.0,
        "duotone",
    );
    let mut indexed = psd(2, vec![grey.clone()]);
    indexed.palette = [0, 1, 2]
        .map(|plane| {
            (0..=255)
                .map(move |v: u8| v.rotate_left(plane))
                .collect::<Vec<_>>()
        })
        .concat();
    let coloured = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let value = grey[(y * SIZE.0 + x) as usize];
        Rgb([value, value.rotate_left(1), value.rotate_left(2)])
    });
    assert_shows(&indexed.to_bytes(), &coloured, 0.0, "indexed");
    // Full ink is zero, so that samples without black are those of light.
    let mut inks = planes(&want);
    inks.push(vec![255; grey.len()]);
    assert_shows(&psd(4, inks).to_bytes(), &want, 1.0, "CMYK");
    let lightness = grey.iter().map(|grey| lab::lightness(*grey)).collect();
    let none = || vec![128; grey.len()];
    assert_shows(
        &psd(9, vec![lightness, none(), none()]).to_bytes(),
        &as_rgb(&grey),
        1.5,
        "Lab",
    );
    let mut bits = psd(0, vec![vec![0xf0; 7 * SIZE.1 as usize]]);
    bits.depth = 1;
    let stripes = RgbImage::from_fn(SIZE.0, SIZE.1, |x, _| {
        Rgb([if x % 8 < 4 { 0 } else { 255 }; 3])
    });
    assert_shows(&bits.to_bytes(), &stripes, 0.0, "bitmap");
    let refused = read(&psd(7, planes(&want)).to_bytes());
    assert!(
        matches!(refused, Err(DecodeError::Unsupported(_))),
        "{refused:?}"
    );
}

#[test]
fn photoshop_transparency_profiles_dates_and_thumbnails() {
    let want = picture();
    let white = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([255; 3]));
    let mut file = psd(3, planes(&want));
    file.planes.push(vec![0; file.planes[0].len()]);
    file.layers = Some(-2);
    assert_shows(&file.to_bytes(), &white, 0.0, "transparency");
    // A selection that was saved as a channel of its own.
    file.layers = Some(2);
    assert_shows(&file.to_bytes(), &want, 0.0, "a selection");
    file.layers = None;
    file.resources = vec![(1006, b"\x07Alpha 1".to_vec())];
    assert_shows(&file.to_bytes(), &want, 0.0, "a named selection");
    let swapped = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let [red, green, blue] = picture()[(x, y)].0;
        Rgb([blue, green, red])
    });
    let mut profile = moxcms::ColorProfile::new_srgb();
    std::mem::swap(&mut profile.red_colorant, &mut profile.blue_colorant);
    let mut file = psd(3, planes(&swapped));
    file.resources = vec![
        (1039, profile.encode().expect("a profile")),
        (1058, exif(1)),
    ];
    assert_shows(&file.to_bytes(), &want, 1.0, "a profile");
    let taken = read(&file.to_bytes())
        .expect("reads")
        .taken
        .expect("a date");
    assert_eq!(taken.as_str(), "2024-05-01T10:00:00");
    // Saved without the picture: the thumbnail stands in for it.
    file.planes = planes(&white);
    file.resources = vec![(1057, vec![0, 0, 0, 1, 0])];
    let refused = read(&file.to_bytes());
    assert!(
        matches!(refused, Err(DecodeError::Unsupported(_))),
        "{refused:?}"
    );
    file.resources
        .push((1036, [vec![0; 28], jpeg(&want)].concat()));
    let thumbnail = shown(&file.to_bytes(), "a thumbnail");
    assert!(difference(&thumbnail, &want, "a thumbnail") < 5.0);
}

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
    // A lamp in it leaves the rest as it is, up to where light is compressed.
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
    let over_white = shown(&fixture("alpha.jxl"), "alpha");
    let mut blended = want.clone();
    for (_, y, pixel) in blended.enumerate_pixels_mut() {
        let opacity = y * 255 / 127;
        pixel.0 = pixel
            .0
            .map(|v| ((u32::from(v) * opacity + 255 * (255 - opacity)) / 255) as u8);
    }
    assert!(difference(&over_white, &blended, "alpha") < 4.0);
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
    // A map that brightens parts of it on screens that can.
    let gain = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
        xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" hdrgm:Version=\"1.0\"/></rdf:RDF></x:xmpmeta>";
    let ultra = [with(&[segment(0xe1, gain), index(length)]), jpeg(&other)].concat();
    // A film behind the photo.
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
fn formats_of_other_programs() {
    let want = picture();
    let (width, height) = SIZE;
    let bgra: Vec<u8> = want
        .pixels()
        .flat_map(|p| [p[2], p[1], p[0], 255])
        .collect();
    let word = |value: u32| value.to_le_bytes();
    let mut dds = b"DDS ".to_vec();
    for value in [124, 0x100f, height, width, width * 4, 0, 0] {
        dds.extend(word(value));
    }
    dds.extend([0; 44]);
    for value in [
        32,
        0x41,
        0,
        32,
        0xff_0000,
        0xff00,
        0xff,
        0xff00_0000,
        0x1000,
        0,
        0,
        0,
        0,
    ] {
        dds.extend(word(value));
    }
    dds.extend(&bgra);
    assert_shows(&dds, &want, 0.0, "DDS");
    let mut sgi = vec![0x01, 0xda, 0, 1, 0, 3];
    for value in [width, height, 3] {
        sgi.extend((value as u16).to_be_bytes());
    }
    sgi.extend([0, 0, 0, 0, 0, 0, 0, 255]);
    sgi.resize(512, 0);
    // From the lowest row up.
    for plane in planes(&want) {
        sgi.extend(plane.chunks(width as usize).rev().flatten());
    }
    assert_shows(&sgi, &want, 0.0, "SGI");
    let mut pcx = vec![10, 5, 1, 8];
    for value in [0, 0, width - 1, height - 1, 72, 72] {
        pcx.extend((value as u16).to_le_bytes());
    }
    pcx.resize(64, 0);
    pcx.extend([0, 3]);
    pcx.extend((width as u16).to_le_bytes());
    pcx.extend([1, 0]);
    pcx.resize(128, 0);
    for y in 0..height {
        for channel in 0..3 {
            pcx.extend((0..width).flat_map(|x| [0xc1, want[(x, y)][channel]]));
        }
    }
    assert_shows(&pcx, &want, 0.0, "PCX");
}

#[test]
fn white_of_a_pgm_is_what_its_header_says() {
    let levels: Vec<u32> = (0..SIZE.0 * SIZE.1)
        .map(|at| at % SIZE.0 * 6 + at / SIZE.0)
        .collect();
    for white in [1, 7, 100, 255, 1000, 4095, 65_535] {
        let value = |level: u32| (level.min(255) * white + 127) / 255;
        let want = levels
            .iter()
            .flat_map(|level| [((value(*level) * 255 + white / 2) / white) as u8; 3]);
        let want = RgbImage::from_raw(SIZE.0, SIZE.1, want.collect()).expect("a picture");
        let head =
            |kind: &str| format!("{kind}\n# 1 2 3\n{} {}\n{white}\n", SIZE.0, SIZE.1).into_bytes();
        let mut binary = head("P5");
        let mut text = head("P2");
        let mut pam = format!(
            "P7\nWIDTH {}\nHEIGHT {}\nDEPTH 1\nMAXVAL {white}\nTUPLTYPE GRAYSCALE\nENDHDR\n",
            SIZE.0, SIZE.1
        )
        .into_bytes();
        for level in &levels {
            let value = value(*level);
            text.extend(format!("{value}\n").bytes());
            for file in [&mut binary, &mut pam] {
                match white < 256 {
                    true => file.push(value as u8),
                    false => file.extend((value as u16).to_be_bytes()),
                }
            }
        }
        for (what, file) in [("P5", binary), ("P2", text), ("PAM", pam)] {
            assert_shows(&file, &want, 0.51, &format!("{what} up to {white}"));
        }
    }
}

#[test]
fn bytes_of_a_tga_that_are_no_transparency() {
    let want = picture();
    let tga = |descriptor: u8, opacity: u8| {
        let mut file = vec![
            0,
            0,
            2,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            SIZE.0 as u8,
            0,
            SIZE.1 as u8,
            0,
            32,
            descriptor,
        ];
        file.extend(
            want.pixels()
                .flat_map(|pixel| [pixel[2], pixel[1], pixel[0], opacity]),
        );
        file
    };
    assert_shows(&tga(0x20, 0), &want, 0.0, "no bits of transparency");
    assert_shows(
        &tga(0x20, 77),
        &want,
        0.0,
        "no bits of transparency, some other use",
    );
    assert_shows(&tga(0x28, 0), &want, 0.0, "transparency that is empty");
    assert_shows(&tga(0x28, 255), &want, 0.0, "opaque");
}

#[test]
fn headers_of_os_2() {
    let want = picture();
    for size in [16_u32, 24, 40, 48, 64] {
        let mut file = b"BM\0\0\0\0\0\0\0\0".to_vec();
        file.extend((14 + size).to_le_bytes());
        let mut header = size.to_le_bytes().to_vec();
        header.extend(SIZE.0.to_le_bytes());
        header.extend(SIZE.1.to_le_bytes());
        header.extend([1, 0, 24, 0]);
        // What follows the first forty bytes is for printers.
        header.resize(40.min(size as usize), 0);
        header.resize(size as usize, 0x11);
        file.extend(header);
        for y in (0..SIZE.1).rev() {
            file.extend((0..SIZE.0).flat_map(|x| {
                let [red, green, blue] = want[(x, y)].0;
                [blue, green, red]
            }));
            file.resize(
                14 + size as usize
                    + (SIZE.1 - y) as usize * (SIZE.0 as usize * 3).next_multiple_of(4),
                0,
            );
        }
        assert_shows(&file, &want, 0.0, &format!("a header of {size} bytes"));
    }
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(kind);
    hasher.update(content);
    let length = (content.len() as u32).to_be_bytes();
    [&length[..], kind, content, &hasher.finalize().to_be_bytes()].concat()
}

#[test]
fn png_of_apples_phones() {
    let want = picture();
    let mut rows = Vec::new();
    for y in 0..SIZE.1 {
        // Differences to the row above but in the first one.
        rows.push(if y == 0 { 0 } else { 2 });
        for x in 0..SIZE.0 {
            let bgra = |y: u32| {
                let [red, green, blue] = want[(x, y)].0;
                [blue, green, red, 255]
            };
            let above = if y == 0 { [0; 4] } else { bgra(y - 1) };
            rows.extend(
                bgra(y)
                    .iter()
                    .zip(above)
                    .map(|(own, above)| own.wrapping_sub(above)),
            );
        }
    }
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Default::default());
    deflate.write_all(&rows).expect("compressed");
    let header = [
        &SIZE.0.to_be_bytes()[..],
        &SIZE.1.to_be_bytes(),
        &[8, 6, 0, 0, 0],
    ]
    .concat();
    let file = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"CgBI", &[0x50, 0, 0x20, 6]),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &deflate.finish().expect("compressed")),
        chunk(b"IEND", &[]),
    ]
    .concat();
    assert_shows(&file, &want, 0.0, "CgBI");
}

/// An icon of these pictures: side, bits and bytes.
fn icon(pictures: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0, 0, 1, 0, pictures.len() as u8, 0];
    let mut at = 6 + 16 * pictures.len();
    for (side, bits, bytes) in pictures {
        file.extend([*side, *side, 0, 0, 1, 0, *bits, 0]);
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend((at as u32).to_le_bytes());
        at += bytes.len();
    }
    file.extend(pictures.iter().flat_map(|(.., bytes)| bytes));
    file
}

#[test]
fn icons_show_their_largest_picture() {
    let colour = |x: u32, y: u32| match (x / 20 + y / 20) % 3 {
        0 => 0,
        1 => 1,
        _ => 2,
    };
    let palette = [[200, 30, 40], [30, 160, 60], [20, 40, 210]];
    let large = RgbImage::from_fn(256, 256, |x, y| Rgb(palette[colour(x, y)]));
    let header = [
        &256_u32.to_be_bytes()[..],
        &256_u32.to_be_bytes(),
        &[8, 3, 0, 0, 0],
    ]
    .concat();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
    for y in 0..256 {
        let row: Vec<u8> = std::iter::once(0)
            .chain((0..256).map(|x| colour(x, y) as u8))
            .collect();
        zlib.write_all(&row).expect("compressed");
    }
    let png = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"PLTE", &palette.concat()),
        chunk(b"IDAT", &zlib.finish().expect("compressed")),
        chunk(b"IEND", &[]),
    ]
    .concat();
    // A bitmap of 32 bits, twice as high as it is because of its mask.
    let bitmap = |side: u32, pixel: [u8; 4]| {
        let mut bytes = 40_u32.to_le_bytes().to_vec();
        bytes.extend(side.to_le_bytes());
        bytes.extend((2 * side).to_le_bytes());
        bytes.extend([1, 0, 32, 0]);
        bytes.resize(40, 0);
        bytes.extend(pixel.repeat((side * side) as usize));
        bytes.extend(vec![0; (side.div_ceil(32) * 4 * side) as usize]);
        bytes
    };
    let small = || (16, 32, bitmap(16, [9, 9, 200, 255]));
    let file = icon(&[small(), (0, 8, png.clone())]);
    assert_shows(&file, &large, 0.0, "a PNG with a palette");
    // What is larger is damaged, so the other one is shown.
    let file = icon(&[(0, 8, png[..60].to_vec()), small()]);
    let want = RgbImage::from_pixel(16, 16, Rgb([200, 9, 9]));
    assert_shows(&file, &want, 0.0, "the smaller one");
    // Or of a kind that is not read.
    let mut other = bitmap(48, [200, 9, 9, 255]);
    other[16] = 4;
    let file = icon(&[(48, 32, other), small()]);
    assert_shows(&file, &want, 0.0, "the one that is read");
    let file = icon(&[small(), (48, 32, bitmap(48, [200, 9, 9, 255])), small()]);
    let want = RgbImage::from_pixel(48, 48, Rgb([9, 9, 200]));
    assert_shows(&file, &want, 0.0, "the one in the middle");
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
fn transparent_parts_of_all_formats_lie_over_white() {
    let image: DynamicImage =
        RgbaImage::from_pixel(SIZE.0, SIZE.1, image::Rgba([200, 10, 10, 0])).into();
    for format in [
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Tiff,
        ImageFormat::Qoi,
    ] {
        let got = shown(&encoded(&image, format), "transparent");
        assert!(got.iter().all(|value| *value == 255), "{format:?}");
    }
}

#[test]
fn brighter_light_of_photoshop_is_never_shown_darker() {
    let count = (SIZE.0 * SIZE.1) as usize;
    for most in [1.0_f32, 1.2, 4.0, f32::INFINITY] {
        let light = (0..count).map(|at| match at + 1 == count {
            true => most,
            false => most.min(4.0) * at as f32 / count as f32,
        });
        let mut file = psd(1, vec![light.flat_map(f32::to_be_bytes).collect()]);
        (file.depth, file.compression) = (32, 0);
        let shown = shown(&file.to_bytes(), "light").into_raw();
        assert!(shown.is_sorted(), "up to {most}");
        assert!(shown[shown.len() - 1] > 230, "up to {most}");
    }
}

#[test]
fn channels_that_no_picture_has_are_refused_before_they_cost_memory() {
    let mut file = fixture("grey.j2k");
    file[40..42].copy_from_slice(&16_384_u16.to_be_bytes());
    assert!(matches!(read(&file), Err(DecodeError::Unsupported(_))));
}
