//! Layer normalisation (Ba et al. 2016, <https://arxiv.org/abs/1607.06450>).

use super::{madd, multi_target};

/// Sum and sum of squared deviations from `mean`, accumulated in lanes for vectorisation.
#[inline(always)]
fn sums<const FMA: bool>(row: &[f32], mean: f32) -> (f32, f32) {
    const LANES: usize = 32;
    let (mut plain, mut squares) = ([0f32; LANES], [0f32; LANES]);
    let (blocks, tail) = row.as_chunks::<LANES>();
    for block in blocks {
        for i in 0..LANES {
            plain[i] += block[i];
            let gap = block[i] - mean;
            squares[i] = madd::<FMA>(gap, gap, squares[i]);
        }
    }
    let (mut sum, mut square) = (plain.iter().sum(), squares.iter().sum());
    for v in tail {
        sum += v;
        square += (v - mean) * (v - mean);
    }
    (sum, square)
}

#[inline(always)]
fn layer_norm_body<const FMA: bool>(
    x: &[f32],
    weight: &[f32],
    bias: &[f32],
    epsilon: f32,
    out: &mut [f32],
) {
    let width = weight.len();
    for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mean = sums::<FMA>(row, 0.0).0 / width as f32;
        let variance = sums::<FMA>(row, mean).1 / width as f32;
        let inverse = 1.0 / (variance + epsilon).sqrt();
        for (((out, v), w), b) in out.iter_mut().zip(row).zip(weight).zip(bias) {
            *out = madd::<FMA>((v - mean) * inverse, *w, *b);
        }
    }
}

multi_target! {
    /// Normalises rows of `x`, `weight.len()` long, to mean 0 and variance 1, then applies `weight` and `bias`.
    pub fn layer_norm(x: &[f32], weight: &[f32], bias: &[f32], epsilon: f32, out: &mut [f32]) => layer_norm_body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_match_the_definition() {
        let width = 75;
        let x: Vec<f32> = (0..3 * width).map(|i| ((i * 31) % 17) as f32).collect();
        let weight: Vec<f32> = (0..width).map(|i| 1.0 + i as f32 * 0.01).collect();
        let bias: Vec<f32> = (0..width).map(|i| i as f32 * 0.1).collect();
        let mut out = vec![0f32; x.len()];
        layer_norm(&x, &weight, &bias, 1e-5, &mut out);
        for (row, got) in x.chunks(width).zip(out.chunks(width)) {
            let n = width as f64;
            let mean = row.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
            let square = |v: &f32| (f64::from(*v) - mean).powi(2);
            let deviation = (row.iter().map(square).sum::<f64>() / n + 1e-5).sqrt();
            for i in 0..width {
                let want = (f64::from(row[i]) - mean) / deviation * f64::from(weight[i]);
                let want = want + f64::from(bias[i]);
                assert!((f64::from(got[i]) - want).abs() < 1e-5);
            }
        }
    }
}
