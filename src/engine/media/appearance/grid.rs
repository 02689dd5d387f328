//! A picture as a small greyscale grid: its perceptual hash, and the similarity of two grids when one may be a crop.
//!
//! The hash holds the signs of the grid's low-frequency DCT coefficients (pHash; Zauner, "Implementation and
//! benchmarking of perceptual image hash functions", 2010), without the DC coefficient. Thresholding at 0 instead of
//! the median makes the hash of a mirrored or rotated picture computable from the hash of the upright one.

use std::f32::consts::PI;

use super::luma;
use crate::engine::media::preprocess::Crop;

/// Side of a grid in cells.
pub const GRID: usize = 24;
/// Frequencies per axis that contribute to the hash.
const LOW: usize = 8;
/// Fractions of a side that a crop may remove at each edge, and the maximum for two opposite edges together.
const CUTS: [f32; 6] = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25];
const MAX_CUT: f32 = 0.26;
/// Side of the coarse grid of the initial search, and the number of its best candidates that are refined.
const COARSE: usize = 8;
const REFINED_CANDIDATES: usize = 4;
/// Radius in cells of the local mean that is subtracted, so that detail outweighs large light and dark regions.
const NEAR: usize = 3;

/// A greyscale picture, stretched to a square of [`GRID`] cells a side.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyGrid([u8; GRID * GRID]);

impl std::fmt::Debug for GreyGrid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grid({:016x})", self.hash().0)
    }
}

/// Signs of the low DCT frequencies: bit `8 v + u` belongs to horizontal frequency u and vertical frequency v.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerceptualHash(pub u64);

/// One of the eight symmetries of a rectangle: an optional transposition, then horizontal and vertical mirroring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridTransform {
    /// Rows become columns.
    pub transposed: bool,
    /// Mirrored left to right.
    pub across: bool,
    /// Mirrored top to bottom.
    pub down: bool,
}

impl GridTransform {
    /// Whether this is a reflection rather than a rotation.
    #[must_use]
    pub fn is_mirror(self) -> bool {
        // Each of the three operations is a reflection, and so is an odd number of them.
        self.transposed ^ self.across ^ self.down
    }

    /// A short English description.
    #[must_use]
    pub fn name(self) -> &'static str {
        match (self.is_mirror(), self) {
            (_, turn) if turn == Self::default() => "upright",
            (true, _) => "mirrored",
            (false, _) => "rotated",
        }
    }
}

/// All eight transforms, the identity first.
pub const TURNS: [GridTransform; 8] = {
    let mut all = [GridTransform {
        transposed: false,
        across: false,
        down: false,
    }; 8];
    let mut n = 0;
    while n < 8 {
        all[n].transposed = n & 4 != 0;
        all[n].across = n & 1 != 0;
        all[n].down = n & 2 != 0;
        n += 1;
    }
    all
};

impl PerceptualHash {
    /// The Hamming distance.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// The hash of the same picture after `turn`.
    #[must_use]
    pub fn turned(self, turn: GridTransform) -> Self {
        /// Bits of odd horizontal frequencies.
        const ACROSS: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        /// Bits of odd vertical frequencies.
        const DOWN: u64 = 0xff00_ff00_ff00_ff00;
        let mut bits = self.0;
        if turn.transposed {
            bits = (0..64).fold(0, |all, bit| {
                let (u, v) = (bit % LOW, bit / LOW);
                all | (bits >> (LOW * u + v) & 1) << bit
            });
        }
        bits ^= if turn.across { ACROSS } else { 0 };
        bits ^= if turn.down { DOWN } else { 0 };
        // The DC coefficient is left out of hashes.
        Self(bits & !1)
    }
}

impl GreyGrid {
    /// Size of a grid in bytes.
    pub const BYTES: usize = GRID * GRID;

    /// Converts a crop of [`GRID`] x [`GRID`] pixels to grey.
    #[must_use]
    pub fn of(crop: &Crop) -> Self {
        let mut cells = [0; GRID * GRID];
        for (cell, rgb) in cells.iter_mut().zip(crop.rgb.as_chunks::<3>().0) {
            *cell = luma(rgb);
        }
        Self(cells)
    }

    /// Restores a grid from [`GreyGrid::bytes`]; `None` if the length is wrong.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// The cells in row-major order.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The same picture after `turn`.
    #[must_use]
    pub fn turned(&self, turn: GridTransform) -> Self {
        let mut cells = [0; GRID * GRID];
        for (at, cell) in cells.iter_mut().enumerate() {
            let mirror = |n: usize, on: bool| if on { GRID - 1 - n } else { n };
            let (x, y) = (mirror(at % GRID, turn.across), mirror(at / GRID, turn.down));
            *cell = match turn.transposed {
                true => self.0[x * GRID + y],
                false => self.0[y * GRID + x],
            };
        }
        Self(cells)
    }

    /// Computes the perceptual hash.
    #[must_use]
    pub fn hash(&self) -> PerceptualHash {
        let wave = |u: usize, x: usize| (PI * (x as f32 + 0.5) * u as f32 / GRID as f32).cos();
        let waves: [[f32; GRID]; LOW] =
            std::array::from_fn(|u| std::array::from_fn(|x| wave(u, x)));
        let mut half = [[0f32; LOW]; GRID];
        for (row, half) in self.0.as_chunks::<GRID>().0.iter().zip(&mut half) {
            for (sum, wave) in half.iter_mut().zip(&waves) {
                *sum = row.iter().zip(wave).map(|(v, w)| f32::from(*v) * w).sum();
            }
        }
        let mut bits = 0;
        for bit in 1..LOW * LOW {
            let (u, v) = (bit % LOW, bit / LOW);
            let sum: f32 = half.iter().zip(&waves[v]).map(|(row, w)| row[u] * w).sum();
            bits |= u64::from(sum > 0.0) << bit;
        }
        PerceptualHash(bits)
    }

    /// Subtracts the local mean, for comparison with other grids.
    #[must_use]
    pub fn local_contrast(&self) -> LocalContrast {
        LocalContrast::of(&self.0.map(f32::from))
    }

    /// Compares two pictures, given with their local contrasts, of which one may be a part of the other, with up to a
    /// quarter cut off each side.
    #[must_use]
    pub fn crop_match(
        (grid, contrast): (&Self, &LocalContrast),
        (other, others): (&Self, &LocalContrast),
    ) -> CropMatch {
        let (of_own, of_others) = (contrast.best_cut(others), others.best_cut(contrast));
        match of_own.correlation >= of_others.correlation {
            true => grid.refine_crop(of_own.cut, others),
            false => other.refine_crop(of_others.cut, contrast),
        }
    }

    /// Refines a cut with the local mean taken inside it. The mean of the whole grid includes cells outside the crop,
    /// which lowers the correlation of a real crop more than that of different pictures.
    fn refine_crop(&self, cut: Cut, part: &LocalContrast) -> CropMatch {
        let wholes = self.0.map(f32::from);
        let correlation = |cut: Cut| {
            let inside = std::array::from_fn(|at| {
                let [left, top, right, bottom] = cut;
                let x = crop_point::<GRID>(left, right, at % GRID);
                interpolate(&wholes, x, crop_point::<GRID>(top, bottom, at / GRID))
            });
            LocalContrast::of(&inside).whole_correlation(part)
        };
        refined(cut, [0.0125, 0.00625], correlation)
    }
}

/// The best match of a picture with a crop of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CropMatch {
    /// The correlation inside the crop, at most 1.
    pub correlation: f32,
    /// The fractions cut off the left, top, right and bottom of the larger picture.
    cut: Cut,
}

impl CropMatch {
    /// The fraction cut off the width or the height, whichever is larger.
    #[must_use]
    pub fn cut_off(&self) -> f32 {
        let [left, top, right, bottom] = self.cut;
        (left + right).max(top + bottom)
    }
}

/// Moves the edges of a cut by the given steps while that increases the correlation.
fn refined(mut cut: Cut, steps: [f32; 2], correlation: impl Fn(Cut) -> f32) -> CropMatch {
    let mut best = correlation(cut);
    for step in steps {
        for side in 0..4 {
            for direction in [-step, step] {
                let mut moved = cut;
                moved[side] = (moved[side] + direction).max(0.0);
                let correlation = correlation(moved);
                if correlation > best {
                    (best, cut) = (correlation, moved);
                }
            }
        }
    }
    CropMatch {
        correlation: best,
        cut,
    }
}

/// The position in a grid of point `n` of `N`, evenly spaced between the cuts at both ends of an axis.
fn crop_point<const N: usize>(start: f32, end: f32, n: usize) -> f32 {
    let along = (n as f32 + 0.5) / N as f32;
    (GRID as f32 * (start + along * (1.0 - start - end)) - 0.5).clamp(0.0, (GRID - 1) as f32)
}

/// Bilinear interpolation.
fn interpolate(cells: &[f32; GRID * GRID], x: f32, y: f32) -> f32 {
    let (left, top) = ((x as usize).min(GRID - 2), (y as usize).min(GRID - 2));
    let (dx, dy) = (x - left as f32, y - top as f32);
    let row = |y: usize| {
        let row = &cells[y * GRID + left..][..2];
        row[0] + (row[1] - row[0]) * dx
    };
    let (above, below) = (row(top), row(top + 1));
    above + (below - above) * dy
}

/// A grid after subtraction of the local mean.
pub struct LocalContrast([f32; GRID * GRID]);

/// Fractions cut off the left, top, right and bottom of a picture.
type Cut = [f32; 4];

impl LocalContrast {
    fn of(values: &[f32; GRID * GRID]) -> Self {
        let mut cells = [0f32; GRID * GRID];
        for (at, cell) in cells.iter_mut().enumerate() {
            let near = |n: usize| n.saturating_sub(NEAR)..(n + NEAR + 1).min(GRID);
            let (columns, rows) = (near(at % GRID), near(at / GRID));
            let count = (columns.len() * rows.len()) as f32;
            let sum: f32 = rows
                .flat_map(|y| &values[y * GRID..][columns.clone()])
                .sum();
            *cell = values[at] - sum / count;
        }
        Self(cells)
    }

    /// Whether there is enough structure to compare: featureless grids, such as a clear sky, match everything.
    #[must_use]
    pub fn has_structure(&self) -> bool {
        let power: f32 = self.0.iter().map(|v| v * v).sum();
        power / (GRID * GRID) as f32 >= 2.0
    }

    /// The correlation of two pictures with the same frame, at most 1.
    #[must_use]
    pub fn whole_correlation(&self, other: &Self) -> f32 {
        self.correlation::<GRID>(other, [0.0; 4])
    }

    /// The crop of `self` that correlates best with the whole of `part`.
    fn best_cut(&self, part: &Self) -> CropMatch {
        let axis = || {
            let pairs = CUTS.iter().flat_map(|a| CUTS.iter().map(move |b| (*a, *b)));
            pairs.filter(|(a, b)| a + b <= MAX_CUT)
        };
        let mut coarse: Vec<(f32, Cut)> = axis()
            .flat_map(|(left, right)| axis().map(move |(top, bottom)| [left, top, right, bottom]))
            .map(|cut| (self.correlation::<COARSE>(part, cut), cut))
            .collect();
        coarse.sort_by(|a, b| b.0.total_cmp(&a.0));
        let whole = CropMatch {
            correlation: self.whole_correlation(part),
            cut: [0.0; 4],
        };
        let best = coarse.iter().take(REFINED_CANDIDATES);
        best.map(|(_, cut)| {
            refined(*cut, [0.025, 0.0125], |cut| {
                self.correlation::<GRID>(part, cut)
            })
        })
        .fold(whole, |best, next| {
            match next.correlation > best.correlation {
                true => next,
                false => best,
            }
        })
    }

    /// The correlation of `self`, cropped by `cut`, with `part`, sampled at `N` x `N` points.
    fn correlation<const N: usize>(&self, part: &Self, cut: Cut) -> f32 {
        let [left, top, right, bottom] = cut;
        let point = crop_point::<N>;
        let own_x: [f32; N] = std::array::from_fn(|n| point(left, right, n));
        let all_x: [f32; N] = std::array::from_fn(|n| point(0.0, 0.0, n));
        let (mut a1, mut b1, mut aa, mut bb, mut ab) = (0f32, 0f32, 0f32, 0f32, 0f32);
        for n in 0..N {
            let (own_y, all_y) = (point(top, bottom, n), point(0.0, 0.0, n));
            for (own_x, all_x) in own_x.iter().zip(&all_x) {
                let a = interpolate(&self.0, *own_x, own_y);
                let b = interpolate(&part.0, *all_x, all_y);
                a1 += a;
                b1 += b;
                aa += a * a;
                bb += b * b;
                ab += a * b;
            }
        }
        let count = (N * N) as f32;
        let (aa, bb) = (aa - a1 * a1 / count, bb - b1 * b1 / count);
        let spread = (aa * bb).sqrt();
        match spread > f32::EPSILON {
            true => (ab - a1 * b1 / count) / spread,
            false => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A synthetic photo: sine waves of several wavelengths, cropped to a window.
    fn picture(left: f32, top: f32, width: f32, seed: f32) -> GreyGrid {
        let mut cells = [0; GRID * GRID];
        for (at, cell) in cells.iter_mut().enumerate() {
            let x = left + width * ((at % GRID) as f32 + 0.5) / GRID as f32;
            let y = top + width * ((at / GRID) as f32 + 0.5) / GRID as f32;
            let wave = |n: f32| (n * (x * (seed + n).sin() + y * (seed * n).cos()) + seed).sin();
            let value: f32 = [3.0, 7.0, 13.0, 19.0].into_iter().map(wave).sum();
            *cell = (128.0 + 30.0 * value) as u8;
        }
        GreyGrid(cells)
    }

    #[test]
    fn a_turned_picture_has_the_turned_hash() {
        let grid = picture(0.0, 0.0, 1.0, 2.0);
        for turn in TURNS {
            let distance = grid.turned(turn).hash().distance(grid.hash().turned(turn));
            assert!(distance <= 1, "{turn:?}: {distance}");
        }
        let names: Vec<&str> = TURNS.iter().map(|turn| turn.name()).collect();
        let mirrored = names.iter().filter(|name| **name == "mirrored").count();
        assert_eq!((names[0], mirrored), ("upright", 4));
    }

    fn crop_match(a: &GreyGrid, b: &GreyGrid) -> CropMatch {
        GreyGrid::crop_match((a, &a.local_contrast()), (b, &b.local_contrast()))
    }

    #[test]
    fn a_part_fits_the_whole_and_another_picture_does_not() {
        let whole = picture(0.0, 0.0, 1.0, 2.0);
        assert!(whole.local_contrast().has_structure());
        for (left, top, width) in [(0.0, 0.0, 1.0), (0.1, 0.05, 0.85), (0.2, 0.2, 0.8)] {
            let part = picture(left, top, width, 2.0);
            let (there, back) = (crop_match(&whole, &part), crop_match(&part, &whole));
            assert!(there.correlation > 0.95, "{left}: {there:?}");
            assert!((there.cut_off() - (1.0 - width)).abs() < 0.03, "{there:?}");
            assert!((there.correlation - back.correlation).abs() < 1e-6);
        }
        let other = crop_match(&whole, &picture(0.0, 0.0, 1.0, 3.1));
        assert!(other.correlation < 0.8, "{other:?}");
        let even = GreyGrid([90; GRID * GRID]);
        assert!(!even.local_contrast().has_structure());
    }
}
