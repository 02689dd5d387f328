//! Colour space of a PNG, in order of precedence: code points (`cICP`), embedded ICC profile, `sRGB`, gamma and
//! primaries (`gAMA`, `cHRM`; PNG, third edition, 11.3.2 and 13.13).

use std::io::Cursor;

use moxcms::{Chromaticity, ColorPrimaries, ColorProfile, ToneReprCurve, XyY};
use png::{Decoder, Info};

use super::super::cicp::{Cicp, ToSrgb};
use super::super::colour::ProfileConversion;

/// Gamma and chromaticities that programs write for sRGB, times 100,000: `gAMA`, then white, red, green, blue.
const SRGB_GAMMA: u32 = 45_455;
const SRGB: [(u32, u32); 4] = [
    (31_270, 32_900),
    (64_000, 33_000),
    (30_000, 60_000),
    (15_000, 6_000),
];
/// Plausible `gAMA` values.
const POSSIBLE_GAMMA: std::ops::RangeInclusive<u32> = 10_000..=1_000_000;
/// Minimum of twice the area of the triangle of primaries; sRGB's is 0.22.
const MIN_GAMUT: f64 = 0.01;
/// Tolerance for values that mean sRGB.
const NEAR: u32 = 200;

/// How samples are converted to sRGB.
pub enum Profile {
    /// By code points.
    Named(Box<ToSrgb>),
    /// By an ICC profile, or by gamma and chromaticities.
    Converted(ProfileConversion),
}

/// The colour space of a picture; `None` for sRGB, and if it is unspecified.
pub fn profile(info: &Info<'_>) -> Option<Profile> {
    // Limited-range samples are not supported; no program writes them.
    let named = info.coding_independent_code_points;
    let named = named.filter(|named| named.is_video_full_range_image);
    let named = named.map(|named| Cicp::of_rgb(named.color_primaries, named.transfer_function));
    if let Some(named) = named.filter(Cicp::has_assigned_colours) {
        let to_srgb = named.to_srgb();
        return to_srgb.map(|to_srgb| Profile::Named(Box::new(to_srgb)));
    }
    let embedded = info.icc_profile.as_deref();
    if let Some(conversion) = embedded.and_then(ProfileConversion::embedded) {
        return Some(Profile::Converted(conversion));
    }
    if info.srgb.is_some() {
        return None;
    }
    let gamma = info.gama_chunk.map(|gamma| gamma.into_scaled());
    let given = info.chrm_chunk.map(|given| {
        [given.white, given.red, given.green, given.blue]
            .map(|(x, y)| (x.into_scaled(), y.into_scaled()))
    });
    made(gamma, given)
}

/// The colour space of a file.
pub fn profile_of(bytes: &[u8]) -> Option<Profile> {
    let reader = Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    profile(reader.info())
}

/// Builds a profile from gamma and chromaticities; missing values default to sRGB.
fn made(gamma: Option<u32>, given: Option<[(u32, u32); 4]>) -> Option<Profile> {
    let near = |a: u32, b: u32| a.abs_diff(b) <= NEAR;
    let gamma = gamma.filter(|gamma| POSSIBLE_GAMMA.contains(gamma) && !near(*gamma, SRGB_GAMMA));
    let differs = |given: &[(u32, u32); 4]| {
        let mut pairs = given.iter().zip(SRGB);
        pairs.any(|(a, b)| !near(a.0, b.0) || !near(a.1, b.1))
    };
    let given = given.filter(|given| are_possible(given) && differs(given));
    if gamma.is_none() && given.is_none() {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    // Code points would override the fields below.
    profile.cicp = None;
    if let Some(gamma) = gamma {
        let curve = ToneReprCurve::Parametric(vec![100_000.0 / gamma as f32]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
    }
    if let Some([white, red, green, blue]) = given {
        let number = |n: u32| n as f32 / 100_000.0;
        let place = |(x, y): (u32, u32)| Chromaticity {
            x: number(x),
            y: number(y),
        };
        let white = XyY {
            x: f64::from(number(white.0)),
            y: f64::from(number(white.1)),
            yb: 1.0,
        };
        let primaries = ColorPrimaries {
            red: place(red),
            green: place(green),
            blue: place(blue),
        };
        profile.update_rgb_colorimetry(white, primaries);
    }
    ProfileConversion::new(&profile).map(Profile::Converted)
}

/// Whether white point and primaries are valid chromaticities, and the primaries span a gamut.
fn are_possible(given: &[(u32, u32); 4]) -> bool {
    let is_colour = |(x, y): &(u32, u32)| *y > 0 && x.saturating_add(*y) <= 100_000 + NEAR;
    let [_, red, green, blue] = given.map(|(x, y)| (f64::from(x) / 1e5, f64::from(y) / 1e5));
    let from_blue = |(x, y): (f64, f64)| (x - blue.0, y - blue.1);
    let (red, green) = (from_blue(red), from_blue(green));
    let gamut = (red.0 * green.1 - red.1 * green.0).abs();
    given.iter().all(is_colour) && gamut > MIN_GAMUT
}

/// Converts pixels to sRGB.
pub fn apply(profile: Option<Profile>, rgb: &mut [u8]) {
    match profile {
        Some(Profile::Named(to_srgb)) => {
            for pixel in rgb.as_chunks_mut::<3>().0 {
                *pixel = to_srgb.convert(pixel.map(|value| f32::from(value) / 255.0));
            }
        }
        Some(Profile::Converted(conversion)) => conversion.convert(rgb),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(gamma: Option<u32>, given: Option<[(u32, u32); 4]>, pixel: [u8; 3]) -> [u8; 3] {
        let mut rgb = pixel;
        apply(made(gamma, given), &mut rgb);
        rgb
    }

    #[test]
    fn gamma_and_primaries_become_srgb() {
        // Linear light: half of white is 188 in sRGB.
        let [red, green, blue] = shown(Some(100_000), None, [128; 3]);
        assert!(red.abs_diff(188) <= 1 && green == red && blue == red);
        // The gamma of old Mac displays.
        let [grey, ..] = shown(Some(55_556), None, [128; 3]);
        let want = 255.0 * srgb_curve((128.0f64 / 255.0).powf(1.8));
        assert!(
            (f64::from(grey) - want).abs() <= 1.0,
            "{grey}, not {want:.1}"
        );
        // Red and green swapped.
        let [white, red, green, blue] = SRGB;
        let swapped = Some([white, green, red, blue]);
        let [r, g, b] = shown(None, swapped, [200, 30, 60]);
        assert!(r.abs_diff(30) <= 2 && g.abs_diff(200) <= 2 && b.abs_diff(60) <= 2);
    }

    /// The sRGB transfer function (IEC 61966-2-1).
    fn srgb_curve(light: f64) -> f64 {
        match light <= 0.003_130_8 {
            true => 12.92 * light,
            false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
        }
    }

    #[test]
    fn what_means_srgb_or_nothing_changes_nothing() {
        assert!(made(None, None).is_none());
        assert!(made(Some(45_455), Some(SRGB)).is_none());
        assert!(made(Some(0), None).is_none());
        assert!(made(Some(u32::MAX), None).is_none());
        assert!(made(None, Some([(u32::MAX, u32::MAX); 4])).is_none());
        assert!(made(None, Some([SRGB[0]; 4])).is_none());
        let [white, red, green, _] = SRGB;
        assert!(made(None, Some([white, red, green, (15_000, 0)])).is_none());
    }
}
