//! A picture as a small greyscale grid, and its perceptual hash.
//!
//! The hash holds the signs of the grid's low-frequency DCT coefficients (pHash; Zauner, "Implementation and
//! benchmarking of perceptual image hash functions", 2010), without the DC coefficient. Thresholding at 0 instead of
//! the median makes the hash of a mirrored or rotated picture computable from the hash of the upright one.

use std::f32::consts::PI;
use std::sync::LazyLock;

use super::luma;
use crate::engine::media::preprocess::Crop;

/// Side of a grid in cells.
pub const GRID: usize = 24;
/// Frequencies per axis that contribute to the hash.
const LOW: usize = 8;
/// The cosine wave of each frequency at each cell.
static WAVES: LazyLock<[[f32; GRID]; LOW]> = LazyLock::new(|| {
    let wave = |u: usize, x: usize| (PI * (x as f32 + 0.5) * u as f32 / GRID as f32).cos();
    std::array::from_fn(|u| std::array::from_fn(|x| wave(u, x)))
});

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

    /// The cells as numbers.
    pub(super) fn cells(&self) -> [f32; GRID * GRID] {
        self.0.map(f32::from)
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
        let waves = &*WAVES;
        let mut half = [[0f32; LOW]; GRID];
        for (row, half) in self.0.as_chunks::<GRID>().0.iter().zip(&mut half) {
            for (sum, wave) in half.iter_mut().zip(waves) {
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
}

/// A synthetic photo: sine waves of several wavelengths, cropped to a window.
#[cfg(test)]
pub(super) fn wave_picture(left: f32, top: f32, width: f32, seed: f32) -> GreyGrid {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_picture_has_the_turned_hash() {
        let grid = wave_picture(0.0, 0.0, 1.0, 2.0);
        for turn in TURNS {
            let distance = grid.turned(turn).hash().distance(grid.hash().turned(turn));
            assert!(distance <= 1, "{turn:?}: {distance}");
        }
        let names: Vec<&str> = TURNS.iter().map(|turn| turn.name()).collect();
        let mirrored = names.iter().filter(|name| **name == "mirrored").count();
        assert_eq!((names[0], mirrored), ("upright", 4));
    }
}
