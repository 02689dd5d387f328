//! Objective measures of quality: how sharp, dark, overexposed and empty a picture is. They do not judge aesthetics.
//!
//! Sharpness is one minus the blur metric of Crete et al., "The blur effect: perception and estimation with a new
//! no-reference perceptual blur metric" (2007): the share of neighbour differences that further blurring removes. The
//! sharpest tiles count, so a portrait with a soft background is sharp.

use super::luma;
use crate::engine::media::decode::Pixels;

/// Tiles along each side of the picture.
const TILES: usize = 6;
/// Number of the sharpest tiles that are averaged.
const SHARPEST: usize = 6;
/// Radius of the blur in pixels.
const BLUR_RADIUS: usize = 4;
/// Mean difference between neighbours below which a tile has too little structure to measure.
const STRUCTURE: f32 = 0.5;
/// Highest luma of a dark pixel, and lowest luma of an overexposed one.
const DARK: u8 = 40;
const BLOWN: u8 = 250;

/// Quality measures, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureQuality {
    /// Sharpness of the sharpest tiles; `None` if no tile has enough structure.
    pub sharpness: Option<f32>,
    /// Share of dark pixels.
    pub dark: f32,
    /// Share of overexposed pixels.
    pub blown: f32,
    /// Share of the area without structure.
    pub empty: f32,
}

/// Sums over the pixels of a tile.
#[derive(Clone, Copy, Default)]
struct TileSums {
    /// Absolute differences of horizontal and vertical neighbours.
    sharp: [f32; 2],
    /// The part of these differences that blurring removes.
    lost: [f32; 2],
    pixels: f32,
}

impl TileSums {
    fn has_structure(&self) -> bool {
        self.pixels > 0.0 && self.sharp[0] + self.sharp[1] >= 2.0 * STRUCTURE * self.pixels
    }

    /// One minus the blur of the blurrier direction.
    fn sharpness(&self) -> f32 {
        let of = |n: usize| self.lost[n] / self.sharp[n].max(f32::MIN_POSITIVE);
        of(0).min(of(1))
    }
}

impl PictureQuality {
    /// Size of the serialised form in bytes.
    pub const BYTES: usize = 16;

    /// Measures an upright picture.
    #[must_use]
    pub fn of(pixels: &Pixels) -> Self {
        let (width, height) = (pixels.width as usize, pixels.height as usize);
        let grey: Vec<u8> = pixels.rgb.as_chunks::<3>().0.iter().map(luma).collect();
        let tiles = tiles(&grey, width, height);
        let with: Vec<&TileSums> = tiles.iter().filter(|tile| tile.has_structure()).collect();
        let mut sharp: Vec<f32> = with.iter().map(|tile| tile.sharpness()).collect();
        sharp.sort_by(|a, b| b.total_cmp(a));
        sharp.truncate(SHARPEST);
        let part = |is: &dyn Fn(u8) -> bool| {
            let count = grey.iter().filter(|v| is(**v)).count();
            count as f32 / grey.len().max(1) as f32
        };
        Self {
            sharpness: (!sharp.is_empty()).then(|| sharp.iter().sum::<f32>() / sharp.len() as f32),
            dark: part(&|v| v <= DARK),
            blown: part(&|v| v >= BLOWN),
            empty: 1.0 - with.len() as f32 / tiles.len().max(1) as f32,
        }
    }

    /// Serialises the measures.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let sharpness = self.sharpness.unwrap_or(f32::NAN);
        let mut bytes = [0; Self::BYTES];
        let values = [sharpness, self.dark, self.blown, self.empty];
        for (to, value) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(values) {
            *to = value.to_le_bytes();
        }
        bytes
    }

    /// Deserialises the measures; `None` if the bytes are invalid.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::BYTES] = bytes.try_into().ok()?;
        let mut values = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b));
        let mut next = || values.next().unwrap_or_default();
        let sharpness = next();
        Some(Self {
            sharpness: (!sharpness.is_nan()).then_some(sharpness),
            dark: next(),
            blown: next(),
            empty: next(),
        })
    }
}

/// Sums for each tile of a greyscale picture.
fn tiles(grey: &[u8], width: usize, height: usize) -> Vec<TileSums> {
    let mut tiles = vec![TileSums::default(); TILES * TILES];
    if width < 2 || height < 2 {
        return tiles;
    }
    let across: Vec<usize> = (0..width).map(|x| x * TILES / width).collect();
    let mut line = vec![0u8; width.max(height)];
    let mut blurred = vec![0f32; width.max(height)];
    for y in 0..height {
        let row = &grey[y * width..][..width];
        blur(row, &mut blurred[..width]);
        let down = y * TILES / height;
        for x in 1..width {
            let tile = &mut tiles[down * TILES + across[x]];
            let sharp = f32::from(row[x].abs_diff(row[x - 1]));
            let left = (blurred[x] - blurred[x - 1]).abs();
            tile.sharp[0] += sharp;
            tile.lost[0] += (sharp - left).max(0.0);
            tile.pixels += 1.0;
        }
    }
    for x in 0..width {
        let column = &mut line[..height];
        for (y, v) in column.iter_mut().enumerate() {
            *v = grey[y * width + x];
        }
        blur(column, &mut blurred[..height]);
        for y in 1..height {
            let tile = &mut tiles[y * TILES / height * TILES + across[x]];
            let sharp = f32::from(column[y].abs_diff(column[y - 1]));
            let left = (blurred[y] - blurred[y - 1]).abs();
            tile.sharp[1] += sharp;
            tile.lost[1] += (sharp - left).max(0.0);
        }
    }
    tiles
}

/// Box blur along one line.
fn blur(values: &[u8], out: &mut [f32]) {
    let (mut sum, mut count) = (0u32, 0u32);
    for v in values.iter().take(BLUR_RADIUS) {
        sum += u32::from(*v);
        count += 1;
    }
    for (at, out) in out.iter_mut().enumerate() {
        if let Some(v) = values.get(at + BLUR_RADIUS) {
            sum += u32::from(*v);
            count += 1;
        }
        if at > BLUR_RADIUS {
            sum -= u32::from(values[at - BLUR_RADIUS - 1]);
            count -= 1;
        }
        *out = sum as f32 / count as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::media::decode::Orientation;

    fn quality(side: u32, value: impl Fn(u32, u32) -> f32) -> PictureQuality {
        let grey = (0..side * side).map(|at| value(at % side, at / side) as u8);
        let rgb = grey.flat_map(|v| [v; 3]).collect();
        PictureQuality::of(&Pixels::new(side, side, rgb, Orientation::default()))
    }

    /// Bars whose edges ramp over `soft` pixels.
    fn bars(soft: f32) -> PictureQuality {
        quality(240, |x, y| {
            let edge = |n: u32| ((n % 30) as f32 - 15.0).abs() - 7.5;
            128.0 + 50.0 * ((edge(x) / soft).clamp(-1.0, 1.0) + (edge(y) / soft).clamp(-1.0, 1.0))
        })
    }

    #[test]
    fn softer_edges_are_less_sharp() {
        let sharpness = |soft| bars(soft).sharpness.expect("edges");
        let all = [0.5, 1.0, 2.0, 4.0].map(sharpness);
        assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
        assert!(all[0] > 0.7 && all[3] < 0.3, "{all:?}");
    }

    #[test]
    fn one_sharp_corner_is_enough() {
        let half = quality(240, |x, y| match x < 80 && y < 120 {
            true if (x / 8 + y / 8) % 2 == 0 => 220.0,
            true => 30.0,
            false => 128.0 + 60.0 * (x as f32 / 20.0).sin(),
        });
        assert!(half.sharpness.expect("edges") > 0.7, "{half:?}");
    }

    #[test]
    fn dark_blown_and_empty_are_parts_of_the_picture() {
        let halves = quality(120, |x, _| if x < 60 { 10.0 } else { 255.0 });
        assert!((halves.dark - 0.5).abs() < 0.01 && (halves.blown - 0.5).abs() < 0.01);
        let wall = quality(120, |_, _| 128.0);
        assert_eq!((wall.sharpness, wall.empty), (None, 1.0));
        assert_eq!((wall.dark, wall.blown), (0.0, 0.0));
        assert!(bars(1.0).empty < 0.1);
        let kept = PictureQuality::from_bytes(&wall.to_bytes()).expect("kept");
        assert_eq!(kept, wall);
        assert_eq!(quality(1, |_, _| 5.0).sharpness, None);
    }
}
