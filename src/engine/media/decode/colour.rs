//! Converts colours to sRGB, which models expect and screens show.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use super::tone::linear_to_srgb;

/// Pixels per batch.
const PIXELS: usize = 4096;

/// Converts pixels by an embedded ICC profile. They are left unchanged if the profile is malformed or is neither an RGB
/// nor a grey profile.
pub fn to_srgb(rgb: &mut [u8], profile: &[u8]) {
    if let Some(conversion) = ProfileConversion::embedded(profile) {
        conversion.convert(rgb);
    }
}

/// Conversion of CMYK to sRGB, through an ICC profile if it is usable.
pub struct InkConversion(Option<Arc<dyn TransformExecutor<u8> + Send + Sync>>);

impl InkConversion {
    /// `profile` is the embedded ICC profile.
    pub fn new(profile: Option<&[u8]>) -> Self {
        let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
        let inks = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
        let transform = inks.and_then(|profile| {
            let srgb = ColorProfile::new_srgb();
            let options = TransformOptions::default();
            // The library has no CMYK layout; RGBA has the same memory layout.
            let transform =
                profile.create_transform_8bit(Layout::Rgba, &srgb, Layout::Rgb, options);
            transform.ok()
        });
        Self(transform)
    }

    /// Converts CMYK pixels, whose samples are 255 at full ink. Without a profile, each ink absorbs its share of the
    /// light independently.
    pub fn all_to_srgb(&self, inks: &[u8]) -> Vec<u8> {
        let mut rgb = vec![0; inks.len() / 4 * 3];
        for (rgb, inks) in rgb.chunks_mut(PIXELS * 3).zip(inks.chunks(PIXELS * 4)) {
            self.row_to_srgb(inks, rgb);
        }
        rgb
    }

    /// Converts one row, in a single call to the transform.
    pub fn row_to_srgb(&self, inks: &[u8], rgb: &mut [u8]) {
        let by_profile = |transform: &Arc<dyn TransformExecutor<u8> + Send + Sync>| {
            transform.transform(inks, &mut *rgb).is_ok()
        };
        if self.0.as_ref().is_some_and(by_profile) {
            return;
        }
        for (light, inks) in rgb
            .as_chunks_mut::<3>()
            .0
            .iter_mut()
            .zip(inks.as_chunks::<4>().0)
        {
            let [cyan, magenta, yellow, black] = inks.map(|ink| 255 - u32::from(ink));
            *light = [cyan, magenta, yellow].map(|left| ((left * black + 127) / 255) as u8);
        }
    }
}

/// Converts CIE L\*a\*b\* (D50) to sRGB from 0 to 1.
pub fn lab_to_srgb([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let middle = (lightness + 16.0) / 116.0;
    let cube = |value: f32| match value > 6.0 / 29.0 {
        true => value.powi(3),
        false => 3.0 * (6.0_f32 / 29.0).powi(2) * (value - 4.0 / 29.0),
    };
    let x = 0.964_22 * cube(middle + a / 500.0);
    let (y, z) = (cube(middle), 0.825_21 * cube(middle - b / 200.0));
    // XYZ (D50) to linear sRGB, with Bradford adaptation.
    let light = [
        3.133_856 * x - 1.616_867 * y - 0.490_615 * z,
        -0.978_769 * x + 1.916_142 * y + 0.033_454 * z,
        0.071_945 * x - 0.228_991 * y + 1.405_243 * z,
    ];
    light.map(|value| linear_to_srgb(value.clamp(0.0, 1.0)))
}

/// Conversion of pixels to sRGB by an RGB or grey profile.
pub struct ProfileConversion {
    layout: Layout,
    transform: Arc<dyn TransformExecutor<u8> + Send + Sync>,
}

impl ProfileConversion {
    /// By an embedded ICC profile; `None` if it is malformed or of another kind.
    pub fn embedded(profile: &[u8]) -> Option<Self> {
        Self::new(&ColorProfile::new_from_slice(profile).ok()?)
    }

    /// By a profile; `None` if it is incomplete or of another kind.
    pub fn new(profile: &ColorProfile) -> Option<Self> {
        let layout = match profile.color_space {
            DataColorSpace::Rgb => Layout::Rgb,
            DataColorSpace::Gray => Layout::Gray,
            _ => return None,
        };
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let transform = profile.create_transform_8bit(layout, &srgb, Layout::Rgb, options);
        Some(Self {
            layout,
            transform: transform.ok()?,
        })
    }

    /// Converts pixels in place.
    pub fn convert(&self, rgb: &mut [u8]) {
        let mut source = Vec::with_capacity(PIXELS * 3);
        for pixels in rgb.chunks_mut(PIXELS * 3) {
            source.clear();
            match self.layout {
                // The channels of a grey picture are equal.
                Layout::Gray => source.extend(pixels.iter().step_by(3)),
                _ => source.extend_from_slice(pixels),
            }
            if self.transform.transform(&source, pixels).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(profile: &ColorProfile) -> Vec<u8> {
        profile.encode().expect("a profile")
    }

    /// Colours within sRGB, converted to a wider gamut by formula and back through its profile.
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
    fn inks_take_light_without_a_profile() {
        let inks = [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255];
        let want = [255, 255, 255, 0, 255, 255, 0, 0, 0];
        assert_eq!(InkConversion::new(None).all_to_srgb(&inks), want);
        let of_rgb = encoded(&ColorProfile::new_srgb());
        assert_eq!(InkConversion::new(Some(&of_rgb)).all_to_srgb(&inks), want);
    }

    /// A CMYK profile whose two-point lookup tables map black and any cyan ink to black, magenta alone to red and the
    /// rest to white. This is unlike any real printer, so the result shows whether the profile was applied.
    fn printer() -> Vec<u8> {
        let mut table = b"mft1\0\0\0\0\x04\x03\x02\0".to_vec();
        for row in 0..3 {
            for column in 0..3 {
                table.extend((i32::from(row == column) << 16).to_be_bytes());
            }
        }
        let line: Vec<u8> = (0..=255).collect();
        table.extend(line.repeat(4));
        for inks in 0..16 {
            let (cyan, magenta, black) = (inks & 8 > 0, inks & 4 > 0, inks & 1 > 0);
            // 8-bit L, a and b.
            table.extend(match (cyan || black, magenta) {
                (true, _) => [0, 128, 128],
                (false, true) => [135, 208, 195],
                (false, false) => [255, 128, 128],
            });
        }
        table.extend(line.repeat(3));
        table.resize(table.len().next_multiple_of(4), 0);
        let white = b"XYZ \0\0\0\0\0\0\xf6\xd6\0\x01\0\0\0\0\xd3\x2d";
        let mut profile = vec![0; 128];
        profile[8] = 2;
        profile[12..24].copy_from_slice(b"prtrCMYKLab ");
        profile[36..40].copy_from_slice(b"acsp");
        profile[68..80].copy_from_slice(&white[8..]);
        profile.extend(2u32.to_be_bytes());
        let data = 128 + 4 + 2 * 12;
        for (name, at, length) in [
            (b"wtpt", data, white.len()),
            (b"A2B0", data + white.len(), table.len()),
        ] {
            profile.extend(name);
            profile.extend((at as u32).to_be_bytes());
            profile.extend((length as u32).to_be_bytes());
        }
        profile.extend(white);
        profile.extend(table);
        let length = (profile.len() as u32).to_be_bytes();
        profile[..4].copy_from_slice(&length);
        profile
    }

    #[test]
    fn inks_are_shown_by_their_profile() {
        let inks = [
            0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0, 255,
        ];
        let rgb = InkConversion::new(Some(&printer())).all_to_srgb(&inks);
        let [white, cyan, magenta, yellow, black] = rgb.as_chunks::<3>().0 else {
            panic!("five pixels");
        };
        assert!(
            white.iter().chain(yellow).all(|value| *value >= 250),
            "{rgb:?}"
        );
        assert!(cyan.iter().chain(black).all(|value| *value <= 8), "{rgb:?}");
        assert!(magenta[0] >= 200 && magenta[1] <= 90, "{rgb:?}");
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
}
