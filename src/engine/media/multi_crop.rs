//! Crops of elongated pictures that a model reads in addition to the centre crop. No I/O.
//!
//! The reference preprocessing of models crops the centre, which omits the ends of a panorama or long screenshot.
//! Pictures with an aspect ratio beyond [`WIDE`] are also read as squares from end to end, and their score is the best
//! of all crops. `docs/scores.md` has the measurements.

/// Maximum aspect ratio (long side / short side) at which the centre crop suffices.
pub const WIDE: f64 = 1.6;
/// Distance between adjacent squares as a fraction of their side. Anything up to a fifth of the side is entirely within
/// one of them, and so is most of anything larger.
const STEP: f64 = 0.8;
/// Maximum number of squares, which bounds the cost of a picture. Longer ones are read in longer rectangles.
const MAX_WINDOWS: usize = 13;

/// A crop rectangle: left, top, width and height in pixels.
pub type CropWindow = (f64, f64, f64, f64);

/// The crops of a picture of this size besides the centre crop; empty unless it is elongated.
#[must_use]
pub fn windows((width, height): (f64, f64)) -> Vec<CropWindow> {
    let (long, short) = (width.max(height), width.min(height));
    if short <= 0.0 || long <= WIDE * short {
        return Vec::new();
    }
    let count = (((long / short - 1.0) / STEP).ceil() as usize + 1).clamp(2, MAX_WINDOWS);
    let side = short.max(long / (1.0 + STEP * (MAX_WINDOWS - 1) as f64));
    let window = |at: usize| {
        let start = (long - side) * at as f64 / (count - 1) as f64;
        match width > height {
            true => (start, 0.0, side, short),
            false => (0.0, start, short, side),
        }
    };
    // The middle one of an odd number is the centre crop.
    let is_centre = |at: &usize| count % 2 == 1 && 2 * at == count - 1;
    (0..count).filter(|at| !is_centre(at)).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_pictures_have_one_crop_and_wide_ones_more() {
        assert!(windows((1200.0, 800.0)).is_empty());
        assert!(windows((800.0, 1280.0)).is_empty());
        let ends = [(0.0, 0.0, 900.0, 900.0), (700.0, 0.0, 900.0, 900.0)];
        assert_eq!(windows((1600.0, 900.0)), ends);
        assert_eq!(windows((1080.0, 2340.0)).len(), 2);
        assert_eq!(windows((8000.0, 800.0)).len(), MAX_WINDOWS - 1);
    }

    proptest! {
        #[test]
        fn parts_reach_from_end_to_end_without_gaps(width in 1f64..30_000.0, height in 1f64..30_000.0) {
            let windows = windows((width, height));
            prop_assert!(windows.len() < MAX_WINDOWS);
            let along = |w: &CropWindow| if width > height { (w.0, w.2) } else { (w.1, w.3) };
            let (long, short) = (width.max(height), width.min(height));
            if let (Some(first), Some(last)) = (windows.first(), windows.last()) {
                prop_assert_eq!(along(first).0, 0.0);
                prop_assert!((along(last).0 + along(last).1 - long).abs() < 1e-6 * long);
            }
            for pair in windows.windows(2) {
                let ((a, side), (b, _)) = (along(&pair[0]), along(&pair[1]));
                // Around the centre, the centre crop lies in between.
                prop_assert!(b - a <= 2.0 * STEP * side + 1e-6 * long);
                prop_assert!(side >= short);
            }
        }
    }
}
