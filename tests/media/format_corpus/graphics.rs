//! Formats of graphics programs, icons and screenshots.

use super::psd::planes;
use super::{SIZE, assert_shows, encoded, picture, read, shown};

use std::io::Write;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, RgbaImage};

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
    // Rows from bottom to top.
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
        // The fields after the first forty bytes are for printers.
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
        // Differences to the row above, except in the first row.
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
    // Without IEND, the checksum of the data, and the end of the data.
    let part = read(&file[..file.len() - 12 - 4 - 6]).expect("shown in part");
    assert!(part.warning.expect("a warning").contains("cut short"));
    let row = 3 * SIZE.0 as usize;
    assert_eq!(part.pixels.rgb[..row], want.as_raw()[..row]);
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
    // A bitmap of 32 bits, with twice the height because of its mask.
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
    // The larger picture is damaged, so the other one is shown.
    let file = icon(&[(0, 8, png[..60].to_vec()), small()]);
    let want = RgbImage::from_pixel(16, 16, Rgb([200, 9, 9]));
    assert_shows(&file, &want, 0.0, "the smaller one");
    // But not if that takes countless attempts.
    let after = |damaged: usize| {
        let mut pictures = vec![(0, 8, png[..60].to_vec()); damaged];
        pictures.push(small());
        read(&icon(&pictures))
    };
    assert!(after(15).is_ok() && after(16).is_err());
    // Or of a kind that is not supported.
    let mut other = bitmap(48, [200, 9, 9, 255]);
    other[16] = 4;
    let file = icon(&[(48, 32, other), small()]);
    assert_shows(&file, &want, 0.0, "the one that is read");
    let file = icon(&[small(), (48, 32, bitmap(48, [200, 9, 9, 255])), small()]);
    let want = RgbImage::from_pixel(48, 48, Rgb([9, 9, 200]));
    assert_shows(&file, &want, 0.0, "the one in the middle");
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
