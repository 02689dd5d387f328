//! Rotation and mirroring of pictures.

use super::Pixels;
use crate::engine::media::multi_crop::CropWindow;

/// One of the eight EXIF orientations; 1 is upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orientation(u8);

impl Default for Orientation {
    fn default() -> Self {
        Self(1)
    }
}

impl Orientation {
    /// Converts the tag's value; values outside 1-8 are treated as upright.
    #[must_use]
    pub fn from_exif(value: u32) -> Self {
        match u8::try_from(value) {
            Ok(value @ 1..=8) => Self(value),
            _ => Self::default(),
        }
    }

    /// Whether width and height are swapped.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// Maps a rectangle of the upright picture to the stored one, whose sides are `width` and `height`.
    #[must_use]
    pub fn stored(
        self,
        (x, y, across, down): CropWindow,
        (width, height): (f64, f64),
    ) -> CropWindow {
        let ((x, across), (y, down)) = match self.swaps_sides() {
            true => ((y, down), (x, across)),
            false => ((x, across), (y, down)),
        };
        let x = match self.0 {
            2 | 3 | 7 | 8 => width - x - across,
            _ => x,
        };
        let y = match self.0 {
            3 | 4 | 6 | 7 => height - y - down,
            _ => y,
        };
        (x, y, across, down)
    }

    /// Rotates and mirrors a picture upright.
    pub(super) fn apply(self, pixels: Pixels) -> Pixels {
        if self == Self::default() {
            return pixels;
        }
        let (from_width, from_height) = (pixels.width as usize, pixels.height as usize);
        let (width, height) = if self.swaps_sides() {
            (from_height, from_width)
        } else {
            (from_width, from_height)
        };
        let mut rgb = Vec::with_capacity(pixels.rgb.len());
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let (flip_x, flip_y) = (from_width - 1, from_height - 1);
            // Position of the upright pixel in the stored picture (EXIF 2.32, tag 0x0112).
            let (from_x, from_y) = match self.0 {
                2 => (flip_x - x, y),
                3 => (flip_x - x, flip_y - y),
                4 => (x, flip_y - y),
                5 => (y, x),
                6 => (y, flip_y - x),
                7 => (flip_x - y, flip_y - x),
                8 => (flip_x - y, x),
                _ => (x, y),
            };
            let at = (from_y * from_width + from_x) * 3;
            rgb.extend_from_slice(&pixels.rgb[at..at + 3]);
        }
        Pixels::new(width as u32, height as u32, rgb, Self::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 3 x 2 picture with pixels numbered in upright order, stored with this orientation.
    fn stored(value: u32) -> Pixels {
        let upright = [[1u8, 2, 3], [4, 5, 6]];
        let at = |y: usize, x: usize| upright[y][x];
        let rows: Vec<Vec<u8>> = match value {
            1 => (0..2).map(|y| (0..3).map(|x| at(y, x)).collect()).collect(),
            2 => (0..2)
                .map(|y| (0..3).map(|x| at(y, 2 - x)).collect())
                .collect(),
            3 => (0..2)
                .map(|y| (0..3).map(|x| at(1 - y, 2 - x)).collect())
                .collect(),
            4 => (0..2)
                .map(|y| (0..3).map(|x| at(1 - y, x)).collect())
                .collect(),
            5 => (0..3).map(|x| (0..2).map(|y| at(y, x)).collect()).collect(),
            6 => (0..3)
                .map(|x| (0..2).map(|y| at(y, x)).collect::<Vec<_>>())
                .rev()
                .collect(),
            7 => (0..3)
                .rev()
                .map(|x| (0..2).rev().map(|y| at(y, x)).collect())
                .collect(),
            _ => (0..3)
                .map(|x| (0..2).rev().map(|y| at(y, x)).collect())
                .collect(),
        };
        let (height, width) = (rows.len() as u32, rows[0].len() as u32);
        let rgb = rows.concat().into_iter().flat_map(|v| [v; 3]).collect();
        Pixels::new(width, height, rgb, Orientation::from_exif(value))
    }

    #[test]
    fn all_eight_orientations_end_upright() {
        let want = stored(1);
        for value in 1..=8 {
            let turned = stored(value).upright();
            assert_eq!((turned.width, turned.height), (3, 2), "orientation {value}");
            assert_eq!(turned.rgb, want.rgb, "orientation {value}");
        }
    }

    #[test]
    fn nonsense_orientations_mean_upright() {
        for value in [0, 9, 90, u32::MAX] {
            assert_eq!(Orientation::from_exif(value), Orientation::default());
        }
    }

    #[test]
    fn parts_of_the_upright_picture_are_found_in_the_stored_one() {
        for value in 1..=8 {
            let pixels = stored(value);
            let sides = (f64::from(pixels.width), f64::from(pixels.height));
            for (x, y) in (0..2).flat_map(|y| (0..3).map(move |x| (x, y))) {
                let part = (f64::from(x), f64::from(y), 1.0, 1.0);
                let (left, top, ..) = pixels.orientation.stored(part, sides);
                let at = (top as u32 * pixels.width + left as u32) as usize * 3;
                assert_eq!(
                    u32::from(pixels.rgb[at]),
                    3 * y + x + 1,
                    "orientation {value}"
                );
            }
        }
    }
}
