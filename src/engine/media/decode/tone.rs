//! Tone mapping of values beyond white, and the sRGB transfer function: HDR on SDR screens.

/// Light up to this fraction of white is unchanged; beyond it, it is compressed.
const KNEE: f32 = 0.6;

/// Compresses light to at most white. The brightest channel is compressed and the others keep their ratio to it. It
/// must be applied to a whole picture or not at all; otherwise light beyond white could become darker than white.
pub fn compressed(light: [f32; 3]) -> [f32; 3] {
    let light = light.map(|value| value.min(f32::MAX));
    let most = light[0].max(light[1]).max(light[2]);
    if most <= KNEE {
        return light;
    }
    let headroom = 1.0 - KNEE;
    let target = KNEE + headroom * (1.0 - (-(most - KNEE) / headroom).exp());
    light.map(|value| value * target / most)
}

/// The sRGB EOTF (IEC 61966-2-1): encoded value to linear light.
pub fn srgb_to_linear(value: f32) -> f32 {
    match value <= 0.040_45 {
        true => value / 12.92,
        false => ((value + 0.055) / 1.055).powf(2.4),
    }
}

/// The inverse of [`srgb_to_linear`].
pub fn linear_to_srgb(value: f32) -> f32 {
    match value <= 0.003_130_8 {
        true => value * 12.92,
        false => 1.055 * value.powf(1.0 / 2.4) - 0.055,
    }
}

/// Rounds a value from 0 to 1 to 8 bits.
pub fn eight_bits(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brighter_stays_brighter() {
        let light = [0.0, 0.3, 0.59, 0.7, 1.0, 1.1, 2.0, 8.0, 1e30, f32::INFINITY];
        let shown = light.map(|value| eight_bits(compressed([value; 3])[0]));
        assert!(shown.is_sorted() && shown[9] == 255, "{shown:?}");
    }

    #[test]
    fn light_below_the_knee_is_not_touched() {
        assert_eq!(compressed([0.1, 0.5, 0.3]), [0.1, 0.5, 0.3]);
        let [red, green, blue] = compressed([4.0, 2.0, 0.0]);
        assert!(red < 1.0 && (red / green - 2.0).abs() < 1e-5 && blue == 0.0);
    }

    #[test]
    fn the_curve_is_its_own_inverse() {
        for value in 0..=255 {
            let coded = f32::from(value as u8) / 255.0;
            assert_eq!(
                eight_bits(linear_to_srgb(srgb_to_linear(coded))),
                value as u8
            );
        }
    }
}
