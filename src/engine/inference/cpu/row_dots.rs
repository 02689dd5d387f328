//! Dot products of many rows with a few vectors; memory-bound, so each row is read from memory once.

use super::math::dot;
use super::multi_target;

/// Number of independent accumulators.
const LANES: usize = 32;

#[inline(always)]
fn row_dots_body<const FMA: bool>(
    rows: &[f32],
    vectors: &[f32],
    dim: usize,
    out: &mut [f32],
    squares: &mut [f32],
) {
    let width = vectors.len() / dim;
    for (at, row) in rows.chunks_exact(dim).enumerate() {
        squares[at] = dot::<FMA, LANES>(row, row);
        let out = &mut out[at * width..][..width];
        for (vector, out) in vectors.chunks_exact(dim).zip(out) {
            *out = dot::<FMA, LANES>(row, vector);
        }
    }
}

multi_target! {
    /// For each of `rows`, of length `dim`, writes its dot products with all `vectors` into `out`, rows x vectors, and
    /// that with itself into `squares`.
    pub fn row_dots(
        rows: &[f32],
        vectors: &[f32],
        dim: usize,
        out: &mut [f32],
        squares: &mut [f32],
    ) => row_dots_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_meets_itself_and_all_vectors() {
        for (dim, count) in [(1, 5), (16, 4), (32, 9), (70, 5), (70, 0)] {
            let test_values = |n: usize, step: usize| -> Vec<f32> {
                let values = (0..n * dim).map(|i| ((i * step) % 103) as f32 / 51.0 - 1.0);
                values.collect()
            };
            let dot = |a: &[f32], b: &[f32]| -> f64 {
                a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
            };
            let (rows, vectors) = (test_values(count, 37), test_values(2, 11));
            let (mut out, mut squares) = (vec![0f32; count * 2], vec![0f32; count]);
            row_dots(&rows, &vectors, dim, &mut out, &mut squares);
            for ((row, got), square) in rows.chunks(dim).zip(out.chunks(2)).zip(squares) {
                for (vector, got) in vectors.chunks(dim).zip(got) {
                    assert!(
                        (f64::from(*got) - dot(row, vector)).abs() < 1e-4,
                        "{dim} wide"
                    );
                }
                assert!(
                    (f64::from(square) - dot(row, row)).abs() < 1e-4,
                    "{dim} wide"
                );
            }
        }
    }
}
