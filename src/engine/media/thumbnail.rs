//! Encodes thumbnails as small JPEGs.

use jpeg_encoder::{ColorType, Encoder, EncodingError};

use super::decode::Pixels;

/// Length of a thumbnail's long side in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// Usual JPEG quality, 1 to 100.
pub const QUALITY: u8 = 80;

/// Encodes an upright picture with a JPEG quality of 1 to 100.
///
/// # Errors
/// If it has no pixels, or more than 65,535 on a side.
pub fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::with_capacity(pixels.rgb.len() / 8);
    // The encoder refuses a side of 0.
    let [width, height] = [pixels.width, pixels.height].map(|n| u16::try_from(n).unwrap_or(0));
    Encoder::new(&mut bytes, quality.clamp(1, 100)).encode(
        &pixels.rgb,
        width,
        height,
        ColorType::Rgb,
    )?;
    Ok(bytes)
}
