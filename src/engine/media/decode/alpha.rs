//! Composites transparent pictures over white.

use image::DynamicImage;

/// Converts to 8-bit RGB, with transparent parts composited over white.
pub fn flatten(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_rgb8().into_raw();
    }
    // In place: a second copy would double the memory.
    let mut samples = image.into_rgba8().into_raw();
    let pixels = samples.len() / 4;
    for at in 0..pixels {
        let pixel = [0, 1, 2, 3].map(|channel| samples[4 * at + channel]);
        samples[3 * at..3 * at + 3].copy_from_slice(&composite_over_white(pixel));
    }
    samples.truncate(3 * pixels);
    samples.shrink_to_fit();
    samples
}

/// Composites an RGBA pixel over white.
pub fn composite_over_white(pixel: [u8; 4]) -> [u8; 3] {
    let [red, green, blue, alpha] = pixel.map(u32::from);
    [red, green, blue].map(|c| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}
