//! From a picture's own colours to sRGB, which models were trained on and screens show.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Pixels that are converted at once.
const PIXELS: usize = 4096;

/// Converts pixels by the profile that a file embeds. One that is damaged, or of another number of channels than
/// red, green and blue or grey, leaves them as they are.
pub fn to_srgb(rgb: &mut [u8], profile: &[u8]) {
    if let Ok(profile) = ColorProfile::new_from_slice(profile) {
        convert(rgb, &profile);
    }
}

/// Converts pixels of Display P3, which files may name without a profile.
#[cfg(feature = "heic")]
pub fn display_p3_to_srgb(rgb: &mut [u8]) {
    convert(rgb, &ColorProfile::new_display_p3());
}

fn convert(rgb: &mut [u8], profile: &ColorProfile) {
    let layout = match profile.color_space {
        DataColorSpace::Rgb => Layout::Rgb,
        DataColorSpace::Gray => Layout::Gray,
        _ => return,
    };
    let srgb = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, options) else {
        return;
    };
    let mut source = Vec::with_capacity(PIXELS * 3);
    for pixels in rgb.chunks_mut(PIXELS * 3) {
        source.clear();
        match layout {
            // The channels of a grey picture are alike.
            Layout::Gray => source.extend(pixels.iter().step_by(3)),
            _ => source.extend_from_slice(pixels),
        }
        if transform.transform(&source, pixels).is_err() {
            return;
        }
    }
}

/// The profile of a JPEG, put together from its segments (ICC.1, annex B.4).
pub fn jpeg_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = Vec::new();
    let mut rest = bytes.get(2..)?;
    while let [0xff, marker, after @ ..] = rest {
        match marker {
            0xff => rest = &rest[1..],
            0xda | 0xd9 => break,
            0x01 | 0xd0..=0xd7 => rest = after,
            _ => {
                let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
                let segment = after.get(2..length)?;
                if *marker == 0xe2
                    && let Some([number, _, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0")
                {
                    parts.push((*number, part));
                }
                rest = &after[length..];
            }
        }
    }
    parts.sort_by_key(|(number, _)| *number);
    let profile = parts.iter().flat_map(|(_, part)| *part).copied();
    (!parts.is_empty()).then(|| profile.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(profile: &ColorProfile) -> Vec<u8> {
        profile.encode().expect("a profile")
    }

    /// A few colours inside sRGB, converted to a wider space by the formula and back by its profile.
    #[test]
    fn colours_of_wide_spaces_become_srgb() {
        let colours: Vec<u8> = (0..5u8)
            .flat_map(|i| [40 + 40 * i, 200 - 30 * i, 90 + 10 * i])
            .collect();
        for profile in [
            ColorProfile::new_display_p3(),
            ColorProfile::new_adobe_rgb(),
            ColorProfile::new_pro_photo_rgb(),
        ] {
            let wide = ColorProfile::new_srgb()
                .create_transform_8bit(
                    Layout::Rgb,
                    &profile,
                    Layout::Rgb,
                    TransformOptions::default(),
                )
                .expect("a transform");
            let mut pixels = vec![0; colours.len()];
            wide.transform(&colours, &mut pixels).expect("converted");
            assert_ne!(pixels, colours);
            to_srgb(&mut pixels, &encoded(&profile));
            for (got, want) in pixels.iter().zip(&colours) {
                assert!(got.abs_diff(*want) <= 3, "{pixels:?}, not {colours:?}");
            }
        }
    }

    #[test]
    fn srgb_stays_and_damaged_profiles_change_nothing() {
        let colours: Vec<u8> = (0..=254).collect();
        for profile in [
            encoded(&ColorProfile::new_srgb()),
            b"nonsense".to_vec(),
            Vec::new(),
        ] {
            let mut pixels = colours.clone();
            to_srgb(&mut pixels, &profile);
            assert!(
                pixels
                    .iter()
                    .zip(&colours)
                    .all(|(a, b)| a.abs_diff(*b) <= 1)
            );
        }
        let whole = encoded(&ColorProfile::new_adobe_rgb());
        for end in (0..whole.len()).step_by(7) {
            to_srgb(&mut colours.clone(), &whole[..end]);
        }
    }

    #[test]
    fn the_profile_of_a_jpeg_is_put_together_from_its_segments() {
        let segment = |number: u8, part: &[u8]| {
            let data = [b"ICC_PROFILE\0", &[number, 2][..], part].concat();
            let length = (data.len() as u16 + 2).to_be_bytes();
            [&[0xff, 0xe2][..], &length, &data].concat()
        };
        let start = [0xff, 0xd8];
        let jpeg = [
            &start[..],
            &segment(2, b"two"),
            &segment(1, b"one"),
            &[0xff, 0xda],
        ]
        .concat();
        assert_eq!(jpeg_profile(&jpeg).as_deref(), Some(&b"onetwo"[..]));
        for end in 0..jpeg.len() - 2 {
            let _ = jpeg_profile(&jpeg[..end]);
        }
        assert_eq!(jpeg_profile(&[0xff, 0xd8, 0xff, 0xda]), None);
    }
}
