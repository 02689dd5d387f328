//! Shared formulas.

use half::f16;

use crate::engine::inference::cpu::dot_f16;

/// Independent accumulators, so that additions do not wait for each other.
const LANES: usize = 16;
/// Match scores are clamped to this distance from 0 and 1, beyond which their odds are meaningless.
const MIN_MATCH: f32 = 1e-5;

/// The dot product of two vectors, up to the length of the shorter one.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let len = a.len().min(b.len());
    let (a, a_rest) = a[..len].as_chunks::<LANES>();
    let (b, b_rest) = b[..len].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// The cosine of two vectors of unit length.
#[must_use]
pub fn cosine(a: &[f16], b: &[f16]) -> f32 {
    dot_f16(a, b)
}

/// The logistic function, `1 / (1 + e^-x)`.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The log-odds of a match score, `ln(m / (1 - m))`, clamped to be finite.
#[must_use]
pub fn log_odds(matched: f32) -> f64 {
    let matched = f64::from(matched.clamp(MIN_MATCH, 1.0 - MIN_MATCH));
    (matched / (1.0 - matched)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_products_takes_every_value_once() {
        for len in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f32> = (0..len).map(|n| n as f32).collect();
            let want: f32 = a.iter().map(|a| a * 2.0).sum();
            assert_eq!(dot(&a, &vec![2.0; len + 3]), want);
        }
    }

    #[test]
    fn odds_are_even_at_a_half_and_finite_at_the_ends() {
        assert!(log_odds(0.5).abs() < 1e-6);
        assert!(log_odds(0.0).is_finite() && log_odds(1.0) > 10.0);
        assert!((sigmoid(log_odds(0.2) as f32) - 0.2).abs() < 1e-6);
    }
}
