//! Formulas that several parts of the search share.

use half::f16;

/// Sums that are added side by side, so that none waits for the one before.
const LANES: usize = 16;
/// How close to 0 and 1 a match counts; beyond that its odds mean nothing.
const LEAST_MATCH: f32 = 1e-5;

/// The sum of the products of two vectors, as far as the shorter one goes.
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

/// The cosine of two vectors of length 1.
#[must_use]
pub fn cosine(a: &[f16], b: &[f16]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a.to_f32() * b.to_f32()).sum()
}

/// `1 / (1 + e^-x)`.
#[must_use]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The logarithm of a match's odds, `ln(m / (1 - m))`, with the match kept away from 0 and 1.
#[must_use]
pub fn log_odds(matched: f32) -> f64 {
    let matched = f64::from(matched.clamp(LEAST_MATCH, 1.0 - LEAST_MATCH));
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
