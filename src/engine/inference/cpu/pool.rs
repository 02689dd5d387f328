//! Attention pooling: a single query over rows that serve as both keys and values.

use super::math::{dot, softmax};
use super::{madd, multi_target};

/// Number of independent accumulators.
const LANES: usize = 64;

#[inline(always)]
fn pool_body<const FMA: bool>(
    rows: &[f32],
    query: &[f32],
    scale: f32,
    weights: &mut Vec<f32>,
    out: &mut [f32],
) {
    let width = query.len();
    weights.clear();
    for row in rows.chunks_exact(width) {
        weights.push(dot::<FMA, LANES>(row, query));
    }
    softmax::<FMA>(weights, scale);
    for (at, out) in out.chunks_mut(LANES).enumerate() {
        let mut sums = [0f32; LANES];
        let sums = &mut sums[..out.len()];
        for (row, weight) in rows.chunks_exact(width).zip(weights.iter()) {
            for (sum, v) in sums.iter_mut().zip(&row[at * LANES..]) {
                *sum = madd::<FMA>(*weight, *v, *sum);
            }
        }
        out.copy_from_slice(sums);
    }
}

multi_target! {
    /// `out = sum_t softmax_t(scale rows_t . query) rows_t` over rows x width; `weights` is scratch memory.
    pub fn pool(rows: &[f32], query: &[f32], scale: f32, weights: &mut Vec<f32>, out: &mut [f32]) => pool_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_weighed_by_their_products_with_the_query() {
        for (count, width) in [(1, 3), (5, 64), (50, 200)] {
            let test_values = |n: usize, step: usize| -> Vec<f32> {
                (0..n)
                    .map(|i| ((i * step) % 103) as f32 / 51.0 - 1.0)
                    .collect()
            };
            let (rows, query) = (test_values(count * width, 37), test_values(width, 11));
            let mut out = vec![0f32; width];
            pool(&rows, &query, 0.3, &mut Vec::new(), &mut out);
            let scores = rows.chunks(width).map(|row| {
                let pairs = row.iter().zip(&query);
                (0.3 * pairs.map(|(a, b)| f64::from(a * b)).sum::<f64>()).exp()
            });
            let scores: Vec<f64> = scores.collect();
            let total: f64 = scores.iter().sum();
            for (i, got) in out.iter().enumerate() {
                let parts = rows.chunks(width).zip(&scores);
                let want: f64 = parts.map(|(row, s)| s / total * f64::from(row[i])).sum();
                assert!((f64::from(*got) - want).abs() < 1e-5, "{count} x {width}");
            }
        }
    }
}
