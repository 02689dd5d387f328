//! Dot products of many rows with a few vectors; memory-bound, so each row is read once.

use super::{madd, multi_target};

/// Number of independent accumulators.
const LANES: usize = 32;

#[inline(always)]
fn row_dots_body<const FMA: bool>(rows: &[f32], vectors: &[f32], dim: usize, out: &mut [f32]) {
    let width = vectors.len() / dim + 1;
    for (row, out) in rows.chunks_exact(dim).zip(out.chunks_exact_mut(width)) {
        let others = std::iter::once(row).chain(vectors.chunks_exact(dim));
        for (vector, out) in others.zip(out) {
            let mut sums = [0f32; LANES];
            let (a, a_tail) = row.as_chunks::<LANES>();
            let (b, b_tail) = vector.as_chunks::<LANES>();
            for (a, b) in a.iter().zip(b) {
                for i in 0..LANES {
                    sums[i] = madd::<FMA>(a[i], b[i], sums[i]);
                }
            }
            let tail: f32 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
            *out = sums.iter().sum::<f32>() + tail;
        }
    }
}

multi_target! {
    /// For each of `rows`, of length `dim`, writes its dot product with itself and then with each of `vectors`.
    pub fn row_dots(rows: &[f32], vectors: &[f32], dim: usize, out: &mut [f32]) => row_dots_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_meets_itself_and_all_vectors() {
        for dim in [1, 32, 70] {
            let test_values = |n: usize, step: usize| -> Vec<f32> {
                let values = (0..n * dim).map(|i| ((i * step) % 103) as f32 / 51.0 - 1.0);
                values.collect()
            };
            let (rows, vectors) = (test_values(5, 37), test_values(2, 11));
            let mut out = vec![0f32; 5 * 3];
            row_dots(&rows, &vectors, dim, &mut out);
            for (row, got) in rows.chunks(dim).zip(out.chunks(3)) {
                for (vector, got) in std::iter::once(row).chain(vectors.chunks(dim)).zip(got) {
                    let want: f64 = row.iter().zip(vector).map(|(a, b)| f64::from(a * b)).sum();
                    assert!((f64::from(*got) - want).abs() < 1e-4, "{dim} wide");
                }
            }
        }
    }
}
