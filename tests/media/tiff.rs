//! TIFF as libtiff's users write it: right, or refused with a word, and never a panic. Each file is written here around
//! one picture, and must show it.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crate::corpus;
use crate::files;
use crate::lab;

use std::fs;
use std::io::Write;
use std::path::Path;

use files::{Field, LONG, Page, SHORT, strips, tiles};
use half::f16;
use image::{Rgb, RgbImage};
use lumisift::engine::cancel::Cancel;
use lumisift::engine::media::decode::{DecodeError, Decoded, decode, decode_within};
use lumisift::engine::media::memory_budget::MemoryBudget;

const SIZE: (u32, u32) = (61, 45);

/// A picture with an upper side and a lower one, a left and a right.
fn picture() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let disc = (x as i32 - 18).pow(2) + (y as i32 - 14).pow(2) < 90;
        match disc {
            true => Rgb([230, 40, 30]),
            false => Rgb([(x * 4) as u8, (y * 5) as u8, (200 - x - y) as u8]),
        }
    })
}

fn grey() -> Vec<u8> {
    let luma = |p: &Rgb<u8>| ((u32::from(p[0]) + u32::from(p[1]) + u32::from(p[2])) / 3) as u8;
    picture().pixels().map(luma).collect()
}

fn as_rgb(grey: &[u8]) -> RgbImage {
    let rgb = grey.iter().flat_map(|value| [*value; 3]).collect();
    RgbImage::from_raw(SIZE.0, SIZE.1, rgb).expect("a picture")
}

fn read(file: &[u8]) -> Result<Decoded, DecodeError> {
    corpus::keep(file);
    decode(file, 10_000, &Cancel::default())
}

fn assert_shows(file: &[u8], want: &RgbImage, most: f64, what: &str) {
    let decoded = read(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let pixels = decoded.pixels.upright();
    assert_eq!((pixels.width, pixels.height), want.dimensions(), "{what}");
    let pairs = pixels.rgb.iter().zip(want.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let mean = sum as f64 / pixels.rgb.len() as f64;
    assert!(mean <= most, "{what} differs by {mean:.2} on average");
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
    encoder.write_all(data).expect("compressed");
    encoder.finish().expect("compressed")
}

fn lzw(data: &[u8]) -> Vec<u8> {
    weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(data)
        .expect("compressed")
}

fn zstd(data: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(data, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Literal runs alone.
fn pack_bits(data: &[u8]) -> Vec<u8> {
    let runs = data.chunks(100);
    runs.flat_map(|run| [&[run.len() as u8 - 1], run].concat())
        .collect()
}

type Compress = fn(&[u8]) -> Vec<u8>;

const CODECS: [(&str, u64, Compress); 5] = [
    ("none", 1, <[u8]>::to_vec),
    ("PackBits", 32_773, pack_bits),
    ("LZW", 5, lzw),
    ("deflate", 8, zlib),
    ("Zstandard", 50_000, zstd),
];

fn page(kind: (u64, u64, u64, u64), chunks: Vec<Vec<u8>>, rows: u32) -> Page {
    Page {
        size: SIZE,
        kind,
        rows,
        chunks,
        ..Page::default()
    }
}

/// All samples in one strip.
fn one(kind: (u64, u64, u64, u64), data: Vec<u8>, more: Vec<Field>) -> Vec<u8> {
    Page {
        more,
        ..page(kind, vec![data], SIZE.1)
    }
    .to_bytes()
}

#[test]
fn every_compression_in_strips_tiles_and_planes() {
    let want = picture();
    let (rgb, row) = (want.as_raw(), SIZE.0 as usize * 3);
    for (name, codec, compress) in CODECS {
        let all = |chunks: Vec<Vec<u8>>| chunks.iter().map(|chunk| compress(chunk)).collect();
        let kind = (codec, 2, 3, 8);
        let plain = page(kind, all(strips(rgb, row, 7)), 7);
        assert_shows(&plain.to_bytes(), &want, 0.0, &format!("{name} strips"));
        let tiled = Page {
            tiles: Some((32, 16)),
            ..page(kind, all(tiles(rgb, SIZE, 3, (32, 16))), 0)
        };
        assert_shows(&tiled.to_bytes(), &want, 0.0, &format!("{name} tiles"));
        let planes =
            [0, 1, 2].map(|at| rgb.iter().skip(at).step_by(3).copied().collect::<Vec<_>>());
        let planar = || vec![Field(284, SHORT, vec![2])];
        let chunks = planes
            .iter()
            .flat_map(|plane| strips(plane, SIZE.0 as usize, 11));
        let file = Page {
            more: planar(),
            ..page(kind, all(chunks.collect()), 11)
        };
        assert_shows(&file.to_bytes(), &want, 0.0, &format!("{name} planes"));
        let chunks = planes
            .iter()
            .flat_map(|plane| tiles(plane, SIZE, 1, (16, 32)));
        let file = Page {
            more: planar(),
            tiles: Some((16, 32)),
            ..page(kind, all(chunks.collect()), 0)
        };
        assert_shows(
            &file.to_bytes(),
            &want,
            0.0,
            &format!("{name} tiled planes"),
        );
    }
}

#[test]
fn offsets_of_64_bits_and_both_byte_orders() {
    let want = picture();
    for (big_endian, is_big) in [(false, false), (true, false), (false, true), (true, true)] {
        let samples = want.as_raw().iter().map(|value| u16::from(*value) * 257);
        let data: Vec<u8> = match big_endian {
            true => samples.flat_map(u16::to_be_bytes).collect(),
            false => samples.flat_map(u16::to_le_bytes).collect(),
        };
        let file = Page {
            big_endian,
            is_big,
            more: vec![Field(274, SHORT, vec![3])],
            ..page((1, 2, 3, 16), strips(&data, SIZE.0 as usize * 6, 4), 4)
        };
        let what = format!("big-endian {big_endian}, BigTIFF {is_big}");
        let turned = image::imageops::rotate180(&want);
        assert_shows(&file.to_bytes(), &turned, 0.0, &what);
    }
}

/// Differences to the pixel on the left, of so many samples a pixel.
fn differences(data: &[u8], row: usize, step: usize) -> Vec<u8> {
    let of_row = |row: &[u8]| {
        let at = |at: usize| {
            if at < step {
                row[at]
            } else {
                row[at].wrapping_sub(row[at - step])
            }
        };
        (0..row.len()).map(at).collect::<Vec<_>>()
    };
    data.chunks(row).flat_map(of_row).collect()
}

#[test]
fn transparency_and_other_extra_samples() {
    let want = picture();
    let over_white = |opacity: u32| {
        let mut image = want.clone();
        let blend = |value: &mut u8| {
            *value = ((u32::from(*value) * opacity + 255 * (255 - opacity)) / 255) as u8;
        };
        image.iter_mut().for_each(blend);
        image
    };
    let with = |opacity: u8, multiplied: bool| -> Vec<u8> {
        let factor = if multiplied { u32::from(opacity) } else { 255 };
        let pixels = want.pixels().flat_map(|pixel| {
            let [red, green, blue] = pixel.0.map(|v| ((u32::from(v) * factor + 127) / 255) as u8);
            [red, green, blue, opacity]
        });
        pixels.collect()
    };
    let extra = |kind: u64| vec![Field(338, SHORT, vec![kind])];
    let file = one((1, 2, 4, 8), with(100, false), extra(2));
    assert_shows(&file, &over_white(100), 1.0, "unassociated");
    let file = one((1, 2, 4, 8), with(100, true), extra(1));
    assert_shows(&file, &over_white(100), 1.5, "associated");
    // What says that it is neither is not transparency.
    let file = one((1, 2, 4, 8), with(3, false), extra(0));
    assert_shows(&file, &want, 0.0, "unspecified");
    let file = one((1, 2, 4, 8), with(100, false), Vec::new());
    assert_shows(&file, &over_white(100), 1.0, "left out");
    // Differences of pixels are those of all samples, extra ones too.
    let data = with(255, false);
    let more = || vec![Field(338, SHORT, vec![2]), Field(317, SHORT, vec![2])];
    let coded = zlib(&differences(&data, SIZE.0 as usize * 4, 4));
    assert_shows(&one((8, 2, 4, 8), coded, more()), &want, 0.0, "predictor");
    let data: Vec<u8> = data.chunks(4).flat_map(|p| [p, &[9, 7]].concat()).collect();
    let more = vec![Field(338, SHORT, vec![2, 0, 0]), Field(317, SHORT, vec![2])];
    let coded = lzw(&differences(&data, SIZE.0 as usize * 6, 6));
    assert_shows(&one((5, 2, 6, 8), coded, more), &want, 0.0, "six samples");
    let data: Vec<u8> = grey().iter().flat_map(|value| [*value, 255]).collect();
    assert_shows(
        &one((1, 1, 2, 8), data, extra(2)),
        &as_rgb(&grey()),
        0.0,
        "grey and alpha",
    );
}

/// Numbers of so many bits, the highest first, each row in whole bytes.
fn packed(values: &[u8], bits: u32) -> Vec<u8> {
    let most = (1_u32 << bits) - 1;
    let mut bytes = Vec::new();
    for row in values.chunks(SIZE.0 as usize) {
        let (mut sum, mut count) = (0_u64, 0);
        for value in row {
            sum = sum << bits | u64::from((u32::from(*value) * most + 127) / 255);
            count += bits;
            while count >= 8 {
                count -= 8;
                bytes.push((sum >> count) as u8);
            }
        }
        if count > 0 {
            bytes.push((sum << (8 - count)) as u8);
        }
    }
    bytes
}

#[test]
fn samples_of_any_number_of_bits() {
    for bits in [1, 2, 4, 6, 10, 12, 14] {
        let most = (1_u32 << bits) - 1;
        let step = |value: &u8| {
            let level = (u32::from(*value) * most + 127) / 255;
            ((level * 255 + most / 2) / most) as u8
        };
        let want: Vec<u8> = grey().iter().map(step).collect();
        let kind = |photometric| (1, photometric, 1, u64::from(bits));
        let file = one(kind(1), packed(&grey(), bits), Vec::new());
        assert_shows(&file, &as_rgb(&want), 1.0, &format!("{bits} bits"));
        let inverted: Vec<u8> = grey().iter().map(|value| 255 - value).collect();
        let file = one(kind(0), packed(&inverted, bits), Vec::new());
        assert_shows(
            &file,
            &as_rgb(&want),
            2.0 + 64.0 / f64::from(most),
            &format!("{bits} bits, white is zero"),
        );
        // The lowest bit of each byte first.
        let reversed = packed(&grey(), bits)
            .iter()
            .map(|byte| byte.reverse_bits())
            .collect();
        let file = one(kind(1), reversed, vec![Field(266, SHORT, vec![2])]);
        assert_shows(&file, &as_rgb(&want), 1.0, &format!("{bits} bits reversed"));
    }
}

#[test]
fn palettes() {
    let levels: Vec<u8> = grey().iter().map(|value| value / 16).collect();
    let colour = |level: u8| Rgb([level * 17, 255 - level * 17, level * 5]);
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        colour(levels[(y * SIZE.0 + x) as usize])
    });
    let data: Vec<u8> = levels
        .chunks(SIZE.0 as usize)
        .flat_map(|row| {
            row.chunks(2)
                .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or_default())
                .collect::<Vec<_>>()
        })
        .collect();
    for scale in [1, 257] {
        let map = (0..3).flat_map(|channel| {
            (0..16).map(move |level| u64::from(colour(level)[channel]) * scale)
        });
        let file = one(
            (1, 3, 1, 4),
            data.clone(),
            vec![Field(320, SHORT, map.collect())],
        );
        assert_shows(&file, &want, 0.0, &format!("a palette times {scale}"));
    }
    let refused = read(&one((1, 3, 1, 4), data, Vec::new()));
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
}

#[test]
fn numbers_with_signs_larger_ones_and_floating_point() {
    let want = as_rgb(&grey());
    let of = |bits: u64, format: u64, data: Vec<u8>| {
        one((1, 1, 1, bits), data, vec![Field(339, SHORT, vec![format])])
    };
    let bytes = |number: &dyn Fn(u8) -> Vec<u8>| -> Vec<u8> {
        grey().iter().flat_map(|value| number(*value)).collect()
    };
    type Case<'a> = (&'a str, u64, u64, &'a dyn Fn(u8) -> Vec<u8>);
    let cases: [Case<'_>; 12] = [
        ("int8", 8, 2, &|v| vec![v / 2]),
        ("int16", 16, 2, &|v| {
            (i16::from(v) * 128).to_le_bytes().to_vec()
        }),
        ("int16 of bytes", 16, 2, &|v| {
            i16::from(v).to_le_bytes().to_vec()
        }),
        ("int32 of words", 32, 2, &|v| {
            (i32::from(v) * 257).to_le_bytes().to_vec()
        }),
        ("uint32", 32, 1, &|v| {
            (u32::from(v) * 0x0101_0101).to_le_bytes().to_vec()
        }),
        ("uint32 of bytes", 32, 1, &|v| {
            u32::from(v).to_le_bytes().to_vec()
        }),
        ("float16", 16, 3, &|v| {
            f16::from_f32(f32::from(v) / 255.0).to_le_bytes().to_vec()
        }),
        ("float32", 32, 3, &|v| {
            (f32::from(v) / 255.0).to_le_bytes().to_vec()
        }),
        ("float32 of bytes", 32, 3, &|v| {
            f32::from(v).to_le_bytes().to_vec()
        }),
        ("float32 of words", 32, 3, &|v| {
            (f32::from(v) * 257.0).to_le_bytes().to_vec()
        }),
        ("float64", 64, 3, &|v| {
            (f64::from(v) / 255.0).to_le_bytes().to_vec()
        }),
        ("uint24", 24, 1, &|v| [v; 3].to_vec()),
    ];
    for (name, bits, format, number) in cases {
        assert_shows(&of(bits, format, bytes(number)), &want, 1.5, name);
    }
    // Numbers below zero are stretched from the least to the most.
    let (least, most) = (
        *grey().iter().min().expect("pixels"),
        *grey().iter().max().expect("pixels"),
    );
    let stretched = |v: &u8| (f64::from(v - least) * 255.0 / f64::from(most - least)).round() as u8;
    let want: Vec<u8> = grey().iter().map(stretched).collect();
    let data = bytes(&|v| (i16::from(v) * 100 - 12_800).to_le_bytes().to_vec());
    assert_shows(&of(16, 2, data), &as_rgb(&want), 1.0, "negative numbers");
    // Unless they use most of their type.
    let level = |v: u8| 40 + i32::from(v - least) * 3 / 2;
    let want: Vec<u8> = grey().iter().map(|v| level(*v) as u8).collect();
    let data = bytes(&|v| ((level(v) * 257 - 32_768) as i16).to_le_bytes().to_vec());
    assert_shows(&of(16, 2, data), &as_rgb(&want), 1.0, "words moved down");
    let refused = read(&of(64, 6, vec![0; 61 * 45 * 8]));
    assert!(
        matches!(refused, Err(DecodeError::Unsupported(_))),
        "{refused:?}"
    );
}

#[test]
fn floating_point_by_differences_of_bytes() {
    let row = |pixels: &[u8]| {
        let numbers: Vec<[u8; 4]> = pixels
            .iter()
            .map(|v| (f32::from(*v) / 255.0).to_be_bytes())
            .collect();
        let planes = (0..4).flat_map(|byte| numbers.iter().map(move |number| number[byte]));
        let planes: Vec<u8> = planes.collect();
        differences(&planes, planes.len(), 1)
    };
    let data: Vec<u8> = grey().chunks(SIZE.0 as usize).flat_map(row).collect();
    let more = vec![Field(339, SHORT, vec![3]), Field(317, SHORT, vec![3])];
    assert_shows(
        &one((8, 1, 1, 32), zlib(&data), more),
        &as_rgb(&grey()),
        0.6,
        "predictor 3",
    );
}

#[test]
fn inks_and_device_independent_colours() {
    let want = picture();
    let inks = want.pixels().flat_map(|pixel| {
        let [red, green, blue] = pixel.0;
        [255 - red, 255 - green, 255 - blue, 0]
    });
    assert_shows(
        &one((1, 5, 4, 8), inks.collect(), Vec::new()),
        &want,
        1.0,
        "CMYK",
    );
    // Greys in L*: its lightness and no differences, which are signed, or begin at 128.
    for (photometric, none) in [(8, 0), (9, 128)] {
        let lab = |grey: &u8| [lab::lightness(*grey), none, none];
        let data = grey().iter().flat_map(lab).collect();
        let what = format!("Lab {photometric}");
        assert_shows(
            &one((1, photometric, 3, 8), data, Vec::new()),
            &as_rgb(&grey()),
            1.5,
            &what,
        );
    }
    let refused = read(&one(
        (1, 5, 4, 8),
        vec![0; 61 * 45 * 4],
        vec![Field(332, SHORT, vec![2])],
    ));
    assert!(
        matches!(refused, Err(DecodeError::Unsupported(_))),
        "{refused:?}"
    );
}

#[test]
fn luma_and_colour_differences_shared_by_blocks() {
    // Differences that change slowly, as blocks share them.
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let luma = ((x * 3 + y) % 120 + 60) as u8;
        Rgb([luma + 40, luma, luma - 20])
    });
    let ycbcr = |x: u32, y: u32| {
        let [red, green, blue] = want[(x.min(SIZE.0 - 1), y.min(SIZE.1 - 1))]
            .0
            .map(f64::from);
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        [
            luma,
            (blue - luma) / 1.772 + 128.0,
            (red - luma) / 1.402 + 128.0,
        ]
        .map(|v| v.round() as u8)
    };
    for (across, down) in [(1, 1), (2, 1), (2, 2), (4, 1)] {
        let mut data = Vec::new();
        for top in (0..SIZE.1).step_by(down as usize) {
            for left in (0..SIZE.0).step_by(across as usize) {
                for y in 0..down {
                    data.extend((0..across).map(|x| ycbcr(left + x, top + y)[0]));
                }
                data.extend(&ycbcr(left, top)[1..]);
            }
        }
        let more = vec![Field(530, SHORT, vec![across.into(), down.into()])];
        let what = format!("YCbCr {across} x {down}");
        assert_shows(&one((5, 6, 3, 8), lzw(&data), more), &want, 1.5, &what);
    }
}

#[test]
fn jpeg_in_tiff_with_tables_of_its_own() {
    let want = picture();
    let encode = |samples: &[u8], colour| {
        let mut jpeg = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        encoder.encode(samples, 61, 45, colour).expect("encodes");
        jpeg
    };
    let jpeg = encode(want.as_raw(), jpeg_encoder::ColorType::Rgb);
    let more = || vec![Field(530, SHORT, vec![2, 2])];
    assert_shows(
        &one((7, 6, 3, 8), jpeg.clone(), more()),
        &want,
        4.0,
        "YCbCr",
    );
    let grey = grey();
    let of_grey = encode(&grey, jpeg_encoder::ColorType::Luma);
    assert_shows(
        &one((7, 1, 1, 8), of_grey, Vec::new()),
        &as_rgb(&grey),
        3.0,
        "grey",
    );
    // Tables in a field, and strips without them.
    let (mut tables, mut rest, mut at) = (vec![0xff, 0xd8], vec![0xff, 0xd8], 2);
    while jpeg[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        match jpeg[at + 1] {
            0xdb | 0xc4 => tables.extend(&jpeg[at..end]),
            // Nothing says here what the samples are.
            0xe0..=0xef => {}
            _ => rest.extend(&jpeg[at..end]),
        }
        at = end;
    }
    rest.extend(&jpeg[at..]);
    tables.extend([0xff, 0xd9]);
    let tables = Field(347, 7, tables.iter().map(|byte| u64::from(*byte)).collect());
    let more = [more(), vec![tables]].concat_fields();
    assert_shows(&one((7, 6, 3, 8), rest, more), &want, 4.0, "tables");
    // A whole JPEG of the old kind.
    let mut old = Page {
        more: vec![Field(513, LONG, vec![8])],
        ..page((6, 6, 3, 8), vec![jpeg], SIZE.1)
    };
    assert_shows(&old.to_bytes(), &want, 4.0, "old kind");
    old.more.clear();
    assert!(matches!(
        read(&old.to_bytes()),
        Err(DecodeError::Unsupported(_))
    ));
}

/// Written by Pillow: see the README beside them.
#[test]
fn jpeg_in_tiff_without_luma() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    let file = |name: &str| fs::read(fixtures.join(name)).expect("a fixture");
    let want = image::load_from_memory(&file("reference.png")).expect("a picture");
    for name in ["jpeg-rgb.tif", "jpeg-cmyk.tif"] {
        assert_shows(&file(name), &want.to_rgb8(), 5.0, name);
    }
}

trait Concat {
    fn concat_fields(self) -> Vec<Field>;
}

impl<const N: usize> Concat for [Vec<Field>; N] {
    fn concat_fields(self) -> Vec<Field> {
        self.into_iter().flatten().collect()
    }
}

/// Pages of fax machines and LZMA, written by libtiff: see the README beside them.
#[test]
fn files_of_libtiff() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/tiff");
    let black = |x: u32, y: u32| {
        let ring = (x as i32 - 30).pow(2) + (y as i32 - 22).pow(2);
        (100..300).contains(&ring) || (x / 3 + y).is_multiple_of(7)
    };
    let want = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        Rgb([if black(x, y) { 0 } else { 255 }; 3])
    });
    let mut count = 0;
    for entry in fs::read_dir(fixtures).expect("fixtures").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".tif") {
            let file = fs::read(entry.path()).expect("a fixture");
            assert_shows(&file, &want, 0.0, &name);
            for end in (0..file.len()).step_by(7) {
                let _ = read(&file[..end]);
            }
            count += 1;
        }
    }
    assert_eq!(count, 9);
}

#[test]
fn what_is_missing_is_said_and_the_rest_is_shown() {
    let want = picture();
    let row = SIZE.0 as usize * 3;
    let chunks: Vec<Vec<u8>> = strips(want.as_raw(), row, 5)
        .iter()
        .map(|chunk| zlib(chunk))
        .collect();
    let mut file = page((8, 2, 3, 8), chunks, 5);
    file.chunks[4] = b"nonsense".to_vec();
    let decoded = read(&file.to_bytes()).expect("shown");
    assert!(decoded.warning.expect("a warning").contains("missing"));
    let rows = 3 * SIZE.0 as usize * 20;
    assert_eq!(decoded.pixels.rgb[..rows], want.as_raw()[..rows]);
    for chunk in &mut file.chunks {
        *chunk = b"nonsense".to_vec();
    }
    let refused = read(&file.to_bytes());
    assert!(
        matches!(refused, Err(DecodeError::Damaged { .. })),
        "{refused:?}"
    );
}

#[test]
fn the_first_of_several_pages_is_shown() {
    let want = picture();
    let mut file = page((1, 2, 3, 8), strips(want.as_raw(), 183, 45), 45).to_bytes();
    // The second directory is a copy of the first.
    let first = u32::from_le_bytes(*file[4..].first_chunk().expect("an offset")) as usize;
    let directory = file[first..].to_vec();
    let second = file.len() as u32;
    let end = file.len() - 4;
    file[end..].copy_from_slice(&second.to_le_bytes());
    file.extend(directory);
    let decoded = read(&file).expect("shown");
    assert_eq!(
        decoded.warning.as_deref(),
        Some("the first of 2 pages is shown")
    );
    assert_shows(&file, &want, 0.0, "the first page");
    // A directory that leads to itself is one page.
    let end = file.len() - 4;
    file[end..].copy_from_slice(&second.to_le_bytes());
    assert_eq!(
        read(&file).expect("shown").warning.as_deref(),
        Some("the first of 2 pages is shown")
    );
}

#[test]
fn damage_is_refused_in_words() {
    let rgb = picture().into_raw();
    let files = [
        page(
            (8, 2, 3, 8),
            strips(&rgb, 183, 9).iter().map(|c| zlib(c)).collect(),
            9,
        )
        .to_bytes(),
        Page {
            tiles: Some((16, 16)),
            is_big: true,
            ..page(
                (5, 2, 3, 8),
                tiles(&rgb, SIZE, 3, (16, 16))
                    .iter()
                    .map(|c| lzw(c))
                    .collect(),
                0,
            )
        }
        .to_bytes(),
        one(
            (1, 6, 3, 8),
            rgb.clone(),
            vec![Field(530, SHORT, vec![2, 2])],
        ),
    ];
    for file in files {
        for at in (0..file.len()).filter(|at| *at < 64 || *at > file.len() - 400 || at % 97 == 0) {
            for value in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] ^= value;
                let budget = MemoryBudget::new(4 << 20);
                if let Err(error) = decode_within(&damaged, 64, &budget, &Cancel::default()) {
                    assert!(!error.to_string().is_empty());
                }
            }
        }
        for end in (0..file.len()).step_by(131) {
            let _ = read(&file[..end]);
        }
    }
}

#[test]
fn brighter_light_is_never_shown_darker() {
    let count = (SIZE.0 * SIZE.1) as usize;
    for most in [1.0_f32, 1.2, 4.0, 15.0] {
        let light = (0..count).map(|at| most * at as f32 / count as f32);
        let data: Vec<u8> = light.flat_map(f32::to_le_bytes).collect();
        let file = one((1, 1, 1, 32), data, vec![Field(339, SHORT, vec![3])]);
        let shown = read(&file).expect("shown").pixels.rgb;
        assert!(shown.is_sorted(), "up to {most}");
        assert!(shown[shown.len() - 1] > 225, "up to {most}");
    }
}

/// The only strip of a file of libtiff.
fn strip(file: &[u8]) -> Vec<u8> {
    let number = |at: usize, width: usize| {
        let bytes = file[at..at + width].iter().rev();
        bytes.fold(0, |sum: usize, byte| sum << 8 | usize::from(*byte))
    };
    let directory = number(4, 4);
    let value = |tag: usize| {
        let mut fields = (0..number(directory, 2)).map(|index| directory + 2 + 12 * index);
        let field = fields.find(|field| number(*field, 2) == tag);
        number(field.expect("a field") + 8, 4)
    };
    file[value(273)..][..value(279)].to_vec()
}

#[test]
fn a_strip_that_ends_early_is_shown_to_its_end_and_said_so() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats/tiff");
    let fax = strip(&fs::read(fixtures.join("g4.tif")).expect("a fixture"));
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
    let luma = jpeg_encoder::ColorType::Luma;
    encoder.encode(&grey(), 61, 45, luma).expect("encodes");
    for (what, kind, data) in [("fax", (4, 0, 1, 1), fax), ("JPEG", (7, 1, 1, 8), jpeg)] {
        let whole = read(&one(kind, data.clone(), Vec::new())).expect("shown");
        assert_eq!(whole.warning, None, "{what}");
        let half = data[..data.len() * 7 / 10].to_vec();
        let part = read(&one(kind, half, Vec::new())).expect("shown in part");
        let warning = part.warning.expect("a warning");
        let percent = warning.split(' ').find_map(|word| word.parse().ok());
        let percent: u32 = percent.unwrap_or_else(|| panic!("{what}: {warning}"));
        assert!((5..90).contains(&percent), "{what}: {warning}");
        let rows = 3 * SIZE.0 as usize * 8;
        let pairs = part.pixels.rgb[..rows].iter().zip(&whole.pixels.rgb);
        assert!(
            pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 2),
            "{what}"
        );
    }
}

#[test]
fn what_a_stream_may_look_back_is_counted() {
    let file = one((50_000, 2, 3, 8), zstd(picture().as_raw()), Vec::new());
    let budget = MemoryBudget::new(32 << 20);
    let refused = decode_within(&file, 64, &budget, &Cancel::default());
    assert!(
        matches!(refused, Err(DecodeError::TooLarge { .. })),
        "{refused:?}"
    );
}
