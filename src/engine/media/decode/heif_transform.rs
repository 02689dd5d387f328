//! Cropping, rotation and mirroring properties of HEIF and AVIF.

use super::Orientation;
use super::iso_media::Heif;

/// A crop rectangle: left, top, width and height.
pub type Window = (u32, u32, u32, u32);

/// Rotation (`irot`) and mirroring (`imir`), in the order of the item's properties, as an EXIF orientation; `None` if both
/// are absent.
pub fn orientation(items: &Heif<'_>, id: u32) -> Option<Orientation> {
    // A swap of left and right, if any, then counter-clockwise quarter turns.
    let (mut is_mirrored, mut turns) = (false, 0_u8);
    let mut is_absent = true;
    for (kind, content) in items.properties(id) {
        match (kind, content.first()) {
            (b"irot", Some(more)) => turns = (turns + (more & 3)) & 3,
            // A mirror reverses the turns before it. Axis 0 swaps top and bottom, which is a swap of left and right
            // and half a turn.
            (b"imir", Some(axis)) => {
                let half = if axis & 1 == 0 { 2 } else { 0 };
                turns = (8 - turns - half) & 3;
                is_mirrored = !is_mirrored;
            }
            _ => continue,
        }
        is_absent = false;
    }
    let values = match is_mirrored {
        false => [1, 8, 3, 6],
        true => [2, 5, 4, 7],
    };
    (!is_absent).then(|| Orientation::from_exif(values[usize::from(turns)]))
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
