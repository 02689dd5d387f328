//! Cropping, rotation and mirroring properties of HEIF and AVIF.

use super::Orientation;
use super::iso_media::Heif;

/// A crop rectangle: left, top, width and height.
pub type Window = (u32, u32, u32, u32);

/// Rotation (`irot`) and mirroring (`imir`) as an EXIF orientation; `None` if both are absent.
pub fn orientation(items: &Heif<'_>, id: u32) -> Option<Orientation> {
    let byte = |kind: &[u8; 4]| Some(*items.property(id, kind)?.first()?);
    // Counter-clockwise quarter turns, then a mirror: 0 swaps top and bottom, 1 left and right.
    let (turns, mirror) = (byte(b"irot"), byte(b"imir"));
    if turns.is_none() && mirror.is_none() {
        return None;
    }
    let value = match (turns.unwrap_or_default() & 3, mirror.map(|axis| axis & 1)) {
        (0, None) => 1,
        (0, Some(1)) | (2, Some(0)) => 2,
        (2, None) => 3,
        (0, Some(_)) | (2, Some(_)) => 4,
        (1, Some(0)) | (3, Some(1)) => 5,
        (3, None) => 6,
        (3, Some(_)) | (1, Some(_)) => 7,
        _ => 8,
    };
    Some(Orientation::from_exif(value))
}

/// The clean aperture (`clap`), if it lies within the picture.
pub fn crop(items: &Heif<'_>, id: u32, (width, height): (u32, u32)) -> Option<Window> {
    let content = items.property(id, b"clap")?;
    let (numbers, _) = content.as_chunks::<4>();
    let number = |at: usize| Some(i32::from_be_bytes(*numbers.get(at)?));
    let ratio = |at: usize| {
        let (top, bottom) = (number(at)?, number(at + 1)?);
        (bottom != 0).then(|| f64::from(top) / f64::from(bottom))
    };
    let side = |size: u32, length: f64, shift: f64| {
        // `clap` gives the offset of the crop's centre from the picture's.
        let start = (f64::from(size) - length) / 2.0 + shift;
        let fits = length >= 1.0 && start >= 0.0 && start + length <= f64::from(size);
        fits.then_some((start.round() as u32, length.floor() as u32))
    };
    let (left, wide) = side(width, ratio(0)?, ratio(4)?)?;
    let (top, high) = side(height, ratio(2)?, ratio(6)?)?;
    (left + wide <= width && top + high <= height).then_some((left, top, wide, high))
}

/// Crops a picture in place.
pub fn cropped(mut rgb: Vec<u8>, size: (u32, u32), crop: Option<Window>) -> (u32, u32, Vec<u8>) {
    let Some((left, top, width, height)) = crop else {
        return (size.0, size.1, rgb);
    };
    let (stride, row) = (3 * size.0 as usize, 3 * width as usize);
    for y in 0..height as usize {
        let start = (top as usize + y) * stride + 3 * left as usize;
        rgb.copy_within(start..start + row, y * row);
    }
    rgb.truncate(height as usize * row);
    (width, height, rgb)
}
