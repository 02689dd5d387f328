//! Photoshop files.

use super::psd::{planes, psd};
use super::{SIZE, assert_shows, difference, exif, jpeg, picture, read, shown};
use crate::lab;

use image::{Rgb, RgbImage};
use lumisift::engine::media::decode::DecodeError;

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
    // Full ink is zero, so samples without black equal those of RGB.
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
    // A selection that was saved as a channel.
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
    // Saved without the merged picture, so the thumbnail is used.
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
