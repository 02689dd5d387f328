//! Invalid colours and metadata never make a picture unreadable: the next source is used, in every format that has such
//! blocks.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::corpus;
use crate::files::{Field, Page, strips};

use std::io::{Cursor, Write};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{camera_facts, decode};
use lumisift::engine::media::metadata::embedded_facts;

const SIZE: (u32, u32) = (24, 16);

fn picture() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        Rgb([40 + x as u8 * 8, 30 + y as u8 * 10, 90])
    })
}

/// Checks that the picture looks as it does without the block, and that the file is reported neither as damaged nor as
/// truncated.
pub fn assert_shows(file: &[u8], want: &RgbImage, what: &str) {
    corpus::keep(file);
    let decoded = decode(file, 10_000, &Cancel::default());
    let decoded = decoded.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(decoded.warning, None, "{what}");
    let pixels = decoded.pixels.upright();
    assert_eq!((pixels.width, pixels.height), want.dimensions(), "{what}");
    let pairs = pixels.rgb.iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / want.as_raw().len() as f64;
    assert!(mean < 6.0, "{what} differs by {mean:.1} on average");
    let _ = camera_facts(file);
    let _ = embedded_facts(Cursor::new(file));
}

/// Invalid profiles.
fn profiles() -> Vec<(&'static str, Vec<u8>)> {
    let whole = moxcms::ColorProfile::new_adobe_rgb();
    let whole = whole.encode().expect("a profile");
    let mut of_inks = whole.clone();
    of_inks[16..20].copy_from_slice(b"CMYK");
    let mut of_nothing = whole.clone();
    of_nothing[16..20].copy_from_slice(b"????");
    let mut far = whole.clone();
    for entry in far[132..].chunks_exact_mut(12).take(9) {
        entry[4..8].copy_from_slice(&[0xff; 4]);
    }
    let mut empty = whole[..132].to_vec();
    empty[128..132].copy_from_slice(&[0; 4]);
    vec![
        ("nothing", Vec::new()),
        ("nonsense", b"no profile at all".to_vec()),
        ("a cut profile", whole[..whole.len() / 3].to_vec()),
        ("a header alone", whole[..128].to_vec()),
        ("no entries", empty),
        ("entries outside", far),
        ("a profile of inks", of_inks),
        ("a profile of nothing", of_nothing),
    ]
}

/// Invalid EXIF.
pub const EXIF: [(&str, &[u8]); 5] = [
    ("nothing", b""),
    ("nonsense", b"no EXIF at all"),
    ("a cut header", b"MM\0*\0\0"),
    ("a directory outside", b"MM\0*\xff\xff\xff\xf0"),
    (
        "a directory that leads to itself",
        b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
    ),
];

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker][..], &length, content].concat()
}

#[test]
fn jpeg() {
    let mut plain = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut plain, 95);
    let (width, height) = (SIZE.0 as u16, SIZE.1 as u16);
    encoder
        .encode(
            picture().as_raw(),
            width,
            height,
            jpeg_encoder::ColorType::Rgb,
        )
        .expect("encodes");
    let with = |segment: &[u8]| [&plain[..2], segment, &plain[2..]].concat();
    for (what, profile) in profiles() {
        for place in [[1, 1], [0, 0], [1, 3], [9, 1]] {
            let content = [b"ICC_PROFILE\0", &place[..], &profile].concat();
            let file = with(&segment(0xe2, &content));
            assert_shows(&file, &picture(), &format!("{what} as {place:?}"));
        }
    }
    for (what, tiff) in EXIF {
        let file = with(&segment(0xe1, &[b"Exif\0\0", tiff].concat()));
        assert_shows(&file, &picture(), what);
    }
    for (what, marker, content) in [
        (
            "XMP",
            0xe1,
            &b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta"[..],
        ),
        (
            "IPTC",
            0xed,
            b"Photoshop 3.0\08BIM\x04\x04\0\0\xff\xff\xff\xff",
        ),
        ("JFIF", 0xe0, b"JF"),
        ("several pictures", 0xe2, b"MPF\0II*\0\xff\xff\xff\xff"),
    ] {
        assert_shows(&with(&segment(marker, content)), &picture(), what);
    }
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let checked = [&kind[..], content].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&checked);
    let length = (content.len() as u32).to_be_bytes();
    [&length[..], &checked, &crc.sum().to_be_bytes()].concat()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(data).expect("compressed");
    zlib.finish().expect("compressed")
}

/// A PNG with this many bits per sample and a chunk before the picture.
fn png(depth: u8, (kind, content): (&[u8; 4], &[u8])) -> Vec<u8> {
    let [width, height] = [SIZE.0, SIZE.1].map(u32::to_be_bytes);
    let header = [&width[..], &height, &[depth, 2, 0, 0, 0]].concat();
    let bytes = usize::from(depth / 8);
    let mut rows = Vec::new();
    for row in picture().as_raw().chunks_exact(3 * SIZE.0 as usize) {
        rows.push(0);
        rows.extend(row.iter().flat_map(|value| vec![*value; bytes]));
    }
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(kind, content),
        chunk(b"IDAT", &deflated(&rows)),
        chunk(b"IEND", b""),
    ]
    .concat()
}

#[test]
fn png_chunks() {
    let mut chunks: Vec<(&[u8; 4], Vec<u8>)> = Vec::new();
    for (_, profile) in profiles() {
        chunks.push((b"iCCP", [b"name\0\0", &deflated(&profile)[..]].concat()));
        chunks.push((b"iCCP", [b"name\0\0", &profile[..]].concat()));
    }
    // Unpacks without end.
    let huge = deflated(&vec![0; 40 << 20]);
    chunks.push((b"iCCP", [b"name\0\0", &huge[..]].concat()));
    let no_compression = [b"name\0\x07", &deflated(b"profile")[..]].concat();
    chunks.push((b"iCCP", no_compression));
    for (_, tiff) in EXIF {
        chunks.push((b"eXIf", tiff.to_vec()));
    }
    let other: [(&[u8; 4], &[u8]); 26] = [
        (b"cICP", b""),
        (b"cICP", &[12, 13, 0]),
        (b"cICP", &[12, 13, 0, 1, 0]),
        (b"cICP", &[9, 16, 9, 1]),
        (b"cICP", &[12, 13, 0, 7]),
        (b"cICP", &[0, 0, 0, 1]),
        (b"cICP", &[255, 255, 0, 1]),
        (b"gAMA", &[0; 4]),
        (b"gAMA", &[0xff; 4]),
        (b"gAMA", &[0, 1]),
        (b"cHRM", &[0; 32]),
        (b"cHRM", &[0xff; 32]),
        (b"cHRM", &[1; 31]),
        (b"sRGB", &[9]),
        (b"sRGB", b""),
        (b"mDCV", &[1; 25]),
        (b"cLLI", &[1; 9]),
        (b"bKGD", &[1]),
        (b"sBIT", &[0; 3]),
        (b"sBIT", &[99; 9]),
        (b"pHYs", &[9]),
        (b"tIME", &[99]),
        (b"tEXt", b"no separator"),
        (b"iTXt", b"XML:com.adobe.xmp\0\x01\x00\0\0nonsense"),
        (b"fcTL", &[0xff; 26]),
        (b"acTL", &[0]),
    ];
    chunks.extend(other.map(|(kind, content)| (kind, content.to_vec())));
    for (kind, content) in chunks {
        for depth in [8, 16] {
            let name = String::from_utf8_lossy(kind);
            let start = &content[..content.len().min(24)];
            let what = format!("{name} {start:?} of {depth} bits");
            assert_shows(&png(depth, (kind, &content)), &picture(), &what);
        }
    }
}

#[test]
fn the_next_colours_of_a_png_count_where_the_first_are_invalid() {
    let shown = |file: &[u8]| {
        let decoded = decode(file, 10_000, &Cancel::default());
        decoded.expect("decodes").pixels.rgb
    };
    let gamma = 100_000_u32.to_be_bytes();
    let want = shown(&png(8, (b"gAMA", &gamma)));
    assert!(want != *picture().as_raw());
    let mut chunks: Vec<(&[u8; 4], Vec<u8>)> = Vec::new();
    // Of another matrix, unspecified, and reserved.
    for points in [[9, 16, 9, 1], [2, 2, 0, 1], [0, 3, 0, 1]] {
        chunks.push((b"cICP", points.to_vec()));
    }
    for (_, profile) in profiles() {
        chunks.push((b"iCCP", [b"name\0\0", &deflated(&profile)[..]].concat()));
    }
    let end_of_header = 8 + 25;
    for (kind, content) in chunks {
        let file = png(8, (kind, &content));
        let (head, rest) = file.split_at(end_of_header);
        let file = [head, &chunk(b"gAMA", &gamma), rest].concat();
        assert!(shown(&file) == want, "{kind:?} {content:?}");
    }
}

#[test]
fn webp() {
    let mut plain = Cursor::new(Vec::new());
    DynamicImage::from(picture())
        .write_to(&mut plain, ImageFormat::WebP)
        .expect("encodes");
    let plain = plain.into_inner();
    let with = |flag: u8, kind: &[u8; 4], content: &[u8]| {
        let chunk = |kind: &[u8; 4], content: &[u8]| {
            let length = (content.len() as u32).to_le_bytes();
            let mut bytes = [&kind[..], &length, content].concat();
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            bytes
        };
        let mut head = vec![flag, 0, 0, 0];
        for side in [SIZE.0, SIZE.1] {
            head.extend(&(side - 1).to_le_bytes()[..3]);
        }
        let (before, behind) = match kind {
            b"ICCP" => (chunk(kind, content), Vec::new()),
            _ => (Vec::new(), chunk(kind, content)),
        };
        let body = [
            b"WEBP",
            &chunk(b"VP8X", &head)[..],
            &before,
            &plain[12..],
            &behind,
        ]
        .concat();
        [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
    };
    for (what, profile) in profiles() {
        assert_shows(&with(0x20, b"ICCP", &profile), &picture(), what);
    }
    for (what, tiff) in EXIF {
        assert_shows(&with(0x08, b"EXIF", tiff), &picture(), what);
    }
    assert_shows(&with(0x04, b"XMP ", b"<x:xmp"), &picture(), "XMP");
    assert_shows(
        &with(0x2c, b"XMP ", b"<a/>"),
        &picture(),
        "flags of what is not there",
    );
}

#[test]
fn gif() {
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, _| Rgb([x as u8 * 9; 3]));
    let mut plain = Cursor::new(Vec::new());
    DynamicImage::from(want.clone())
        .write_to(&mut plain, ImageFormat::Gif)
        .expect("encodes");
    let plain = plain.into_inner();
    assert!(plain[10] & 0x80 != 0, "it has a table of colours");
    let blocks = 13 + (6 << (plain[10] & 7));
    let with = |name: &[u8; 11], content: &[u8]| {
        let mut extension = [b"\x21\xff\x0b", &name[..]].concat();
        for part in content.chunks(255) {
            extension.push(part.len() as u8);
            extension.extend(part);
        }
        extension.push(0);
        [&plain[..blocks], &extension, &plain[blocks..]].concat()
    };
    for (what, profile) in profiles() {
        assert_shows(&with(b"ICCRGBG1012", &profile), &want, what);
    }
    assert_shows(&with(b"XMP DataXMP", b"<x:xmpmeta"), &want, "XMP");
}

#[test]
fn tiff() {
    let page = |more: Vec<Field>, is_big: bool| Page {
        size: SIZE,
        kind: (1, 2, 3, 8),
        rows: SIZE.1,
        chunks: strips(picture().as_raw(), 3 * SIZE.0 as usize, SIZE.1 as usize),
        more,
        is_big,
        ..Page::default()
    };
    let numbers = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| u64::from(*byte))
            .collect::<Vec<_>>()
    };
    for is_big in [false, true] {
        for (what, profile) in profiles() {
            let file = page(vec![Field(34_675, 7, numbers(&profile))], is_big);
            assert_shows(&file.to_bytes(), &picture(), what);
        }
        for (what, tag) in [("EXIF", 0x8769), ("GPS", 0x8825), ("smaller pictures", 330)] {
            for place in [0, 8, 0xffff_fff0] {
                let file = page(vec![Field(tag, 4, vec![place])], is_big);
                assert_shows(&file.to_bytes(), &picture(), what);
            }
        }
        let file = page(
            vec![Field(301, 3, vec![7; 5]), Field(318, 5, vec![0; 2])],
            is_big,
        );
        assert_shows(&file.to_bytes(), &picture(), "curves and white");
        let file = page(vec![Field(700, 1, numbers(b"<x:xmp"))], is_big);
        assert_shows(&file.to_bytes(), &picture(), "XMP");
    }
}

#[test]
fn photoshop() {
    let with = |id: u16, content: &[u8]| {
        let mut resource = [b"8BIM", &id.to_be_bytes()[..], &[0, 0]].concat();
        resource.extend((content.len() as u32).to_be_bytes());
        resource.extend(content);
        resource.resize(resource.len().next_multiple_of(2), 0);
        let mut file = b"8BPS\0\x01\0\0\0\0\0\0\0\x03".to_vec();
        file.extend(SIZE.1.to_be_bytes());
        file.extend(SIZE.0.to_be_bytes());
        file.extend([0, 8, 0, 3, 0, 0, 0, 0]);
        file.extend((resource.len() as u32).to_be_bytes());
        file.extend(resource);
        // No layers, no compression.
        file.extend([0; 6]);
        for channel in 0..3 {
            file.extend(picture().pixels().map(|pixel| pixel[channel]));
        }
        file
    };
    for (what, profile) in profiles() {
        assert_shows(&with(1039, &profile), &picture(), what);
    }
    for (what, tiff) in EXIF {
        assert_shows(&with(1058, tiff), &picture(), what);
    }
    for id in [1028, 1036, 1057, 1060] {
        assert_shows(&with(id, b"\0\0\0"), &picture(), &format!("resource {id}"));
    }
}
