//! Greys in CIE L*.

/// The lightness, from 0 to 100, of an sRGB grey from 0 to 255.
pub fn lightness(grey: u8) -> u8 {
    let coded = f64::from(grey) / 255.0;
    let light = if coded <= 0.040_45 {
        coded / 12.92
    } else {
        ((coded + 0.055) / 1.055).powf(2.4)
    };
    let lightness = if light > 0.008_856 {
        116.0 * light.cbrt() - 16.0
    } else {
        903.3 * light
    };
    (lightness * 2.55).round() as u8
}
