//! The similarity of two pictures by their grids, when one may be a crop of the other.
//!
//! Most pairs are decided by dot products: the cells of a grid, and its crops at a few points each, are scaled so that a
//! dot product is a correlation. Only crops that correlate well at those points are compared at all points.

use std::sync::{LazyLock, OnceLock};

use super::grid::{GRID, GreyGrid};

/// Fractions of a side that a crop may remove at each edge, and the maximum for two opposite edges together.
const CUTS: [f32; 6] = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25];
const MAX_CUT: f32 = 0.26;
/// Side of the coarse grid of the initial search, and the number of its best candidates that are refined.
const COARSE: usize = 8;
const REFINED_CANDIDATES: usize = 4;
/// Radius in cells of the local mean that is subtracted, so that detail outweighs large light and dark regions.
const NEAR: usize = 3;
/// Minimum mean square of the local contrast, on a scale of 0 to 255: featureless grids, such as a clear sky, match
/// everything.
const MIN_POWER: f32 = 2.0;

/// Fractions cut off the left, top, right and bottom of a picture.
type Cut = [f32; 4];

/// All cuts of the initial search. The first one leaves the picture whole.
static ALL_CUTS: LazyLock<Vec<Cut>> = LazyLock::new(|| {
    let axis = || {
        let pairs = CUTS.iter().flat_map(|a| CUTS.iter().map(move |b| (*a, *b)));
        pairs.filter(|(a, b)| a + b <= MAX_CUT)
    };
    let both = axis().flat_map(|x| axis().map(move |y| (x, y)));
    both.map(|((left, right), (top, bottom))| [left, top, right, bottom])
        .collect()
});

/// Cells without their local mean, with a sum of 0 and a length of 1, so that the dot product of two grids is their
/// correlation. All zeros if all cells are equal.
#[derive(Clone, Debug)]
struct LocalContrast([f32; GRID * GRID]);

impl LocalContrast {
    /// Returns the mean square of the local contrast as well.
    fn of(values: &[f32; GRID * GRID]) -> (Self, f32) {
        let mut cells = local_contrast(values);
        let power = cells.iter().map(|v| v * v).sum::<f32>() / cells.len() as f32;
        standardise(&mut cells);
        (Self(cells), power)
    }

    fn correlation(&self, other: &Self) -> f32 {
        dot(&self.0, &other.0)
    }

    /// The correlation of `self`, cropped by `cut`, with the whole of `part`.
    fn crop_correlation(&self, part: &Self, cut: Cut) -> f32 {
        let mut cells = sample(&self.0, cut);
        standardise(&mut cells);
        dot(&cells, &part.0)
    }
}

/// Subtracts the mean of the cells within [`NEAR`] cells. Rows are summed first, then columns.
fn local_contrast(values: &[f32; GRID * GRID]) -> [f32; GRID * GRID] {
    let near = |n: usize| n.saturating_sub(NEAR)..(n + NEAR + 1).min(GRID);
    let mut across = [0f32; GRID * GRID];
    for (row, sums) in values.chunks_exact(GRID).zip(across.chunks_exact_mut(GRID)) {
        for (x, sum) in sums.iter_mut().enumerate() {
            *sum = row[near(x)].iter().sum();
        }
    }
    let mut cells = *values;
    for (y, row) in cells.chunks_exact_mut(GRID).enumerate() {
        for (x, cell) in row.iter_mut().enumerate() {
            let sum: f32 = near(y).map(|y| across[y * GRID + x]).sum();
            *cell -= sum / (near(x).len() * near(y).len()) as f32;
        }
    }
    cells
}

/// Subtracts the mean and divides by the length. Values that are all equal become zeros.
fn standardise(values: &mut [f32]) {
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    values.iter_mut().for_each(|v| *v -= mean);
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    let scale = match length > 1e-6 {
        true => length.recip(),
        false => 0.0,
    };
    values.iter_mut().for_each(|v| *v *= scale);
}

/// A crop at 8 x 8 points, standardised, in eight bits: a quarter of the memory, for a correlation that only decides
/// which crops to compare at all points.
#[derive(Clone, Debug)]
struct CoarseCrop {
    points: [i8; COARSE * COARSE],
    scale: f32,
}

impl CoarseCrop {
    fn of(values: &[f32; GRID * GRID], cut: Cut) -> Self {
        let mut points = sample::<{ COARSE * COARSE }>(values, cut);
        standardise(&mut points);
        let peak = points.iter().fold(0f32, |peak, v| peak.max(v.abs()));
        let scale = peak.max(f32::MIN_POSITIVE) / f32::from(i8::MAX);
        Self {
            points: points.map(|v| (v / scale).round() as i8),
            scale,
        }
    }

    fn correlation(&self, other: &Self) -> f32 {
        let points = self.points.iter().zip(&other.points);
        let sum: i32 = points.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        sum as f32 * self.scale * other.scale
    }
}

/// The dot product, in sixteen independent sums.
fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    const { assert!(N.is_multiple_of(16)) };
    let mut sums = [0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for i in 0..16 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum()
}

/// A square number of points of a grid, evenly spaced inside a crop, in row-major order.
fn sample<const POINTS: usize>(values: &[f32; GRID * GRID], cut: Cut) -> [f32; POINTS] {
    let side = POINTS.isqrt();
    let [left, top, right, bottom] = cut;
    std::array::from_fn(|at| {
        let x = crop_point(left, right, at % side, side);
        interpolate(values, x, crop_point(top, bottom, at / side, side))
    })
}

/// The position in a grid of point `n` of `count`, evenly spaced between the cuts at both ends of an axis.
fn crop_point(start: f32, end: f32, n: usize, count: usize) -> f32 {
    let along = (n as f32 + 0.5) / count as f32;
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

/// A grid, prepared for comparison with many others.
#[derive(Clone, Debug)]
pub struct ComparedGrid {
    grid: GreyGrid,
    contrast: LocalContrast,
    power: f32,
    /// Each of [`ALL_CUTS`], 30 KB; computed when first needed.
    crops: OnceLock<Vec<CoarseCrop>>,
}

impl ComparedGrid {
    /// Subtracts the local mean.
    #[must_use]
    pub fn new(grid: &GreyGrid) -> Self {
        let (contrast, power) = LocalContrast::of(&grid.cells());
        Self {
            grid: grid.clone(),
            contrast,
            power,
            crops: OnceLock::new(),
        }
    }

    /// Whether there is enough structure to compare.
    #[must_use]
    pub fn has_structure(&self) -> bool {
        self.power >= MIN_POWER
    }

    /// The correlation of two pictures with the same frame, at most 1.
    #[must_use]
    pub fn whole_correlation(&self, other: &Self) -> f32 {
        self.contrast.correlation(&other.contrast)
    }

    /// Compares two pictures of which one may be a part of the other, with up to a quarter cut off each side. Returns
    /// `None` if no crop correlates with `min_coarse` or more at 8 x 8 points.
    #[must_use]
    pub fn crop_match(&self, other: &Self, min_coarse: f32) -> Option<CropMatch> {
        let (own, others) = (self.coarse(other), other.coarse(self));
        let best = own
            .iter()
            .chain(&others)
            .fold(-1.0, |best: f32, next| best.max(*next));
        if best < min_coarse {
            return None;
        }
        let (of_own, of_others) = (self.best_cut(other, &own), other.best_cut(self, &others));
        Some(match of_own.correlation >= of_others.correlation {
            true => self.refine_crop(of_own.cut, other),
            false => other.refine_crop(of_others.cut, self),
        })
    }

    fn crops(&self) -> &[CoarseCrop] {
        self.crops.get_or_init(|| {
            let cuts = ALL_CUTS.iter();
            cuts.map(|cut| CoarseCrop::of(&self.contrast.0, *cut))
                .collect()
        })
    }

    /// The correlation of each of [`ALL_CUTS`] with the whole of `part`, at 8 x 8 points.
    fn coarse(&self, part: &Self) -> Vec<f32> {
        let whole = &part.crops()[0];
        let crops = self.crops().iter();
        crops.map(|crop| crop.correlation(whole)).collect()
    }

    /// The whole picture, or a crop with a higher correlation: the best of those that correlate best at 8 x 8 points.
    fn best_cut(&self, part: &Self, coarse: &[f32]) -> CropMatch {
        let mut candidates: Vec<(&f32, &Cut)> = coarse.iter().zip(ALL_CUTS.iter()).collect();
        candidates.sort_by(|a, b| b.0.total_cmp(a.0));
        let whole = CropMatch {
            correlation: self.whole_correlation(part),
            cut: [0.0; 4],
        };
        let correlation = |cut: Cut| self.contrast.crop_correlation(&part.contrast, cut);
        candidates
            .iter()
            .take(REFINED_CANDIDATES)
            .map(|(_, cut)| refined(**cut, [0.025, 0.0125], correlation))
            .fold(whole, |best, next| {
                match next.correlation > best.correlation {
                    true => next,
                    false => best,
                }
            })
    }

    /// Refines a cut with the local mean taken inside it. The mean of the whole grid includes cells outside the crop,
    /// which lowers the correlation of a real crop more than that of different pictures.
    fn refine_crop(&self, cut: Cut, part: &Self) -> CropMatch {
        let wholes = self.grid.cells();
        let correlation = |cut: Cut| {
            let (inside, _) = LocalContrast::of(&sample(&wholes, cut));
            inside.correlation(&part.contrast)
        };
        refined(cut, [0.0125, 0.00625], correlation)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::wave_picture;
    use super::*;

    fn crop_match(a: &GreyGrid, b: &GreyGrid) -> Option<CropMatch> {
        ComparedGrid::new(a).crop_match(&ComparedGrid::new(b), 0.8)
    }

    #[test]
    fn a_part_fits_the_whole_and_another_picture_does_not() {
        let whole = wave_picture(0.0, 0.0, 1.0, 2.0);
        assert!(ComparedGrid::new(&whole).has_structure());
        for (left, top, width) in [(0.0, 0.0, 1.0), (0.1, 0.05, 0.85), (0.2, 0.2, 0.8)] {
            let part = wave_picture(left, top, width, 2.0);
            let there = crop_match(&whole, &part).expect("similar at 8 x 8 points");
            let back = crop_match(&part, &whole).expect("similar at 8 x 8 points");
            assert!(there.correlation > 0.95, "{left}: {there:?}");
            assert!((there.cut_off() - (1.0 - width)).abs() < 0.03, "{there:?}");
            assert!((there.correlation - back.correlation).abs() < 1e-6);
        }
        let other = crop_match(&whole, &wave_picture(0.0, 0.0, 1.0, 3.1));
        assert!(
            other.is_none_or(|other| other.correlation < 0.8),
            "{other:?}"
        );
        let even = GreyGrid::from_bytes(&[90; GRID * GRID]).expect("a grid");
        assert!(!ComparedGrid::new(&even).has_structure());
    }

    #[test]
    fn a_correlation_ignores_brightness_and_contrast() {
        let picture = wave_picture(0.0, 0.0, 1.0, 2.0);
        let paler: Vec<u8> = picture.bytes().iter().map(|v| 60 + v / 2).collect();
        let paler = GreyGrid::from_bytes(&paler).expect("a grid");
        let [a, b] = [&picture, &paler].map(ComparedGrid::new);
        assert!(a.whole_correlation(&b) > 0.99);
        assert!((a.whole_correlation(&a) - 1.0).abs() < 1e-5);
        let even = GreyGrid::from_bytes(&[90; GRID * GRID]).expect("a grid");
        assert_eq!(a.whole_correlation(&ComparedGrid::new(&even)), 0.0);
    }

    #[test]
    fn the_local_mean_is_that_of_the_cells_within_three() {
        let picture = wave_picture(0.0, 0.0, 1.0, 2.0).cells();
        let contrast = local_contrast(&picture);
        for (x, y) in [(0, 0), (5, 0), (23, 23), (11, 2), (12, 12)] {
            let near = |n: usize| n.saturating_sub(3)..(n + 4).min(GRID);
            let cells = near(y).flat_map(|y| near(x).map(move |x| picture[y * GRID + x]));
            let (sum, count) = cells.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
            let want = picture[y * GRID + x] - sum / count;
            assert!((contrast[y * GRID + x] - want).abs() < 1e-3, "{x} {y}");
        }
    }
}
