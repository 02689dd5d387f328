//! Samples of all kinds: bits, signs, floating point, palettes, transparency and inks.

use super::{SIZE, as_rgb, assert_shows, grey, lzw, one, picture, read, zlib};
use crate::files::{Field, SHORT};
use crate::lab;

use half::f16;
use image::{Rgb, RgbImage};
use lumisift::engine::media::decode::DecodeError;

/// Differences to the pixel on the left, with this many samples per pixel.
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
    let picture_over_white = |opacity: u32| {
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
    assert_shows(&file, &picture_over_white(100), 1.0, "unassociated");
    let file = one((1, 2, 4, 8), with(100, true), extra(1));
    assert_shows(&file, &picture_over_white(100), 1.5, "associated");
    // A sample that is declared as neither is not transparency.
    let file = one((1, 2, 4, 8), with(3, false), extra(0));
    assert_shows(&file, &want, 0.0, "unspecified");
    let file = one((1, 2, 4, 8), with(100, false), Vec::new());
    assert_shows(&file, &picture_over_white(100), 1.0, "left out");
    // The predictor covers all samples of a pixel, including extra ones.
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

/// Numbers of this many bits, most significant bit first, each row in whole bytes.
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
        // Least significant bit of each byte first.
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
    // Numbers below zero are scaled from the minimum to the maximum.
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
    // Greys in L*: the lightness, and zero colour differences, which are signed or offset by 128.
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
