//! Products of few rows with a matrix laid out in panels: no sums across lanes, each loaded value used
//! for four rows.

use super::{madd, multi_target};

/// Rows that share each loaded value of the matrix.
pub const ROWS: usize = 4;
/// Columns of a wide panel.
pub const WIDE: usize = 64;
/// Columns of a narrow panel, and what widths are padded to.
pub const NARROW: usize = 16;

/// `out[r][i] = sum_k a[r][k] b[k * stride + i]` for four rows and `N` columns.
#[inline(always)]
pub(super) fn panel<const FMA: bool, const N: usize>(
    a: [&[f32]; ROWS],
    b: &[f32],
    stride: usize,
) -> [[f32; N]; ROWS] {
    // Slices of one length, so that no index below needs a check.
    let depth = a[0].len();
    let [a0, a1, a2, a3] = a.map(|row| &row[..depth]);
    let mut sums = [[0f32; N]; ROWS];
    let factors = a0.iter().zip(a1).zip(a2).zip(a3);
    for ((((a0, a1), a2), a3), row) in factors.zip(b.chunks(stride)) {
        let Some(row) = row.first_chunk::<N>() else {
            break;
        };
        for (sums, factor) in sums.iter_mut().zip([*a0, *a1, *a2, *a3]) {
            for i in 0..N {
                sums[i] = madd::<FMA>(factor, row[i], sums[i]);
            }
        }
    }
    sums
}

/// Vectors laid out for products with many others: transposed, and padded to whole panels.
#[derive(Clone, Debug)]
pub struct Panels {
    depth: usize,
    width: usize,
    /// depth x width.
    values: Vec<f32>,
}

impl Panels {
    /// From vectors of width `depth`, one after another.
    #[must_use]
    pub fn new(rows: &[f32], depth: usize) -> Self {
        let count = rows.len().checked_div(depth).unwrap_or_default();
        let width = count.next_multiple_of(NARROW);
        let mut values = vec![0f32; depth * width];
        for (column, row) in rows.chunks_exact(depth.max(1)).enumerate() {
            for (k, value) in row.iter().enumerate() {
                values[k * width + column] = *value;
            }
        }
        Self {
            depth,
            width,
            values,
        }
    }

    /// Length of a row of results: the number of vectors, rounded up.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dot products of each row of `a` (rows x depth) with each vector into `out` (rows x width).
    pub fn multiply(&self, a: &[f32], out: &mut [f32]) {
        multiply(a, &self.values, self.depth, self.width, out);
    }
}

#[inline(always)]
fn multiply_body<const FMA: bool>(
    a: &[f32],
    b: &[f32],
    depth: usize,
    width: usize,
    out: &mut [f32],
) {
    let groups = a
        .chunks(ROWS * depth.max(1))
        .zip(out.chunks_mut(ROWS * width.max(1)));
    for (a, out) in groups {
        let last = (a.len() / depth.max(1)).saturating_sub(1);
        let rows = [0, 1, 2, 3].map(|r: usize| &a[r.min(last) * depth..][..depth]);
        let mut column = 0;
        while column < width {
            let b = &b[column..];
            if width - column >= WIDE {
                let sums = panel::<FMA, WIDE>(rows, b, width);
                for (out, sums) in out.chunks_exact_mut(width).zip(&sums) {
                    out[column..][..WIDE].copy_from_slice(sums);
                }
                column += WIDE;
            } else {
                let sums = panel::<FMA, NARROW>(rows, b, width);
                for (out, sums) in out.chunks_exact_mut(width).zip(&sums) {
                    out[column..][..NARROW].copy_from_slice(sums);
                }
                column += NARROW;
            }
        }
    }
}

multi_target! {
    /// `out = a b`, for `a` of rows x depth and `b` of depth x width, a multiple of 16.
    pub fn multiply(a: &[f32], b: &[f32], depth: usize, width: usize, out: &mut [f32]) => multiply_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_match_the_plain_sums_for_any_number_of_rows() {
        for (rows, count, depth) in [(1, 1, 3), (4, 10, 384), (7, 319, 40), (5, 80, 1), (0, 4, 8)] {
            let wave = |n: usize, step: usize| -> Vec<f32> {
                (0..n)
                    .map(|i| ((i * step) % 103) as f32 / 51.0 - 1.0)
                    .collect()
            };
            let (a, b) = (wave(rows * depth, 37), wave(count * depth, 61));
            let panels = Panels::new(&b, depth);
            let mut out = vec![7.0; rows * panels.width()];
            panels.multiply(&a, &mut out);
            for (r, out) in out.chunks_exact(panels.width()).enumerate() {
                for (c, vector) in b.chunks_exact(depth).enumerate() {
                    let row = &a[r * depth..][..depth];
                    let want: f32 = row.iter().zip(vector).map(|(x, y)| x * y).sum();
                    assert!((out[c] - want).abs() < 1e-3, "{rows} x {count} x {depth}");
                }
                assert!(out[count..].iter().all(|v| *v == 0.0), "padding stays zero");
            }
        }
    }
}
