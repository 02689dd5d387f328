//! PNG: which colour chunks take precedence, and interlaced rows. Files are written here chunk by chunk.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::Write;

use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::decode;
use moxcms::ColorProfile;

/// A PNG with these chunks between its header and its data.
fn png(size: (u32, u32), kind: [u8; 3], chunks: &[(&[u8; 4], Vec<u8>)], rows: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut put = |kind: &[u8; 4], data: &[u8]| {
        bytes.extend((data.len() as u32).to_be_bytes());
        let checked = [&kind[..], data].concat();
        bytes.extend(&checked);
        let mut crc = flate2::Crc::new();
        crc.update(&checked);
        bytes.extend(crc.sum().to_be_bytes());
    };
    let [depth, colour, interlaced] = kind;
    let (width, height) = (size.0.to_be_bytes(), size.1.to_be_bytes());
    put(
        b"IHDR",
        &[&width[..], &height, &[depth, colour, 0, 0, interlaced]].concat(),
    );
    for (kind, data) in chunks {
        put(kind, data);
    }
    put(b"IDAT", &deflated(rows));
    put(b"IEND", b"");
    bytes
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(data).expect("compressed");
    zlib.finish().expect("compressed")
}

/// Red and green exchanged, as an embedded profile.
fn swapped() -> Vec<u8> {
    let mut swapped = ColorProfile::new_srgb();
    let colours = (swapped.green_colorant, swapped.red_colorant);
    (swapped.red_colorant, swapped.green_colorant) = colours;
    swapped.cicp = None;
    let profile = swapped.encode().expect("a profile");
    [b"swapped\0\0".to_vec(), deflated(&profile)].concat()
}

fn shown(depth: u8, chunks: &[(&[u8; 4], Vec<u8>)]) -> [u8; 3] {
    let pixel = [200, 30, 60];
    let row: Vec<u8> = match depth {
        8 => [&[0][..], &pixel].concat(),
        _ => [&[0][..], &pixel.map(|value| [value; 2]).concat()].concat(),
    };
    let decoded = decode(
        &png((1, 1), [depth, 2, 0], chunks, &row),
        1,
        &Cancel::default(),
    );
    let decoded = decoded.expect("decodes");
    assert_eq!(decoded.warning, None);
    *decoded.pixels.rgb.first_chunk().expect("a pixel")
}

fn near(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 2)
}

#[test]
fn the_first_of_code_points_profile_srgb_and_gamma_counts() {
    let cicp = |numbers: [u8; 4]| (b"cICP", numbers.to_vec());
    let p3 = cicp([12, 13, 0, 1]);
    let srgb_points = cicp([1, 13, 0, 1]);
    let profile = (b"iCCP", swapped());
    let srgb = (b"sRGB", vec![0]);
    let linear = (b"gAMA", 100_000_u32.to_be_bytes().to_vec());
    for depth in [8, 16] {
        let plain = shown(depth, &[]);
        assert_eq!(plain, [200, 30, 60]);
        let in_p3 = shown(depth, std::slice::from_ref(&p3));
        assert!(in_p3[0] > 205 && in_p3[1] < 20, "{in_p3:?}");
        let exchanged = shown(depth, std::slice::from_ref(&profile));
        assert!(near(exchanged, [30, 200, 60]), "{exchanged:?}");
        let brighter = shown(depth, std::slice::from_ref(&linear));
        assert!(brighter[1] > 80, "{brighter:?}");
        // Each with the one over which it takes precedence.
        assert_eq!(
            shown(depth, &[p3.clone(), profile.clone(), srgb.clone()]),
            in_p3
        );
        assert_eq!(shown(depth, &[srgb_points.clone(), profile.clone()]), plain);
        assert_eq!(shown(depth, &[profile.clone(), srgb.clone()]), exchanged);
        assert_eq!(shown(depth, &[srgb.clone(), profile.clone()]), exchanged);
        assert_eq!(shown(depth, &[srgb.clone(), linear.clone()]), plain);
    }
}

#[test]
fn a_high_range_of_code_points_is_compressed() {
    // White at 203 candela is coded as 0.58 in ST 2084.
    let white = [0, 148, 148, 148];
    let chunks = [(b"cICP", vec![9, 16, 0, 1])];
    let file = png((1, 1), [8, 2, 0], &chunks, &white);
    let decoded = decode(&file, 1, &Cancel::default()).expect("decodes");
    assert!(decoded.pixels.rgb[0] > 200, "{:?}", decoded.pixels.rgb);
}

#[test]
fn passes_of_deep_rows_make_the_same_picture() {
    let (width, height) = (13_u32, 11_u32);
    let sample = |x: u32, y: u32, n: u32| (x * 4931 + y * 2741 + n * 17_011) as u16;
    let pixel = |x: u32, y: u32| [0, 1, 2].map(|n| sample(x, y, n).to_be_bytes()).concat();
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..width).flat_map(|x| pixel(x, y)));
    }
    let plain = png((width, height), [16, 2, 0], &[], &rows);
    let mut passes = Vec::new();
    for (left, top, across, down) in [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ] {
        for y in (top..height).step_by(down) {
            passes.push(0);
            passes.extend((left..width).step_by(across).flat_map(|x| pixel(x, y)));
        }
    }
    let interlaced = png((width, height), [16, 2, 1], &[], &passes);
    let [plain, interlaced] = [plain, interlaced].map(|file| {
        let decoded = decode(&file, 1, &Cancel::default()).expect("decodes");
        assert_eq!(decoded.warning, None);
        decoded.pixels.rgb
    });
    assert!(plain == interlaced);
}
