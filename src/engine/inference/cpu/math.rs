//! Activation functions, exp, softmax and dot products.

use super::{madd, multi_target};

/// The dot product of two vectors of equal length, with `N` independent accumulators.
#[inline(always)]
pub(super) fn dot<const FMA: bool, const N: usize>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; N];
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<N>(), b.as_chunks::<N>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..N {
            sums[i] = madd::<FMA>(a[i], b[i], sums[i]);
        }
    }
    let tail: f32 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + tail
}

/// The activation functions of the supported model families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Identity.
    None,
    /// `min(max(x, 0), 6)`, used by EfficientNet-Lite.
    Relu6,
    /// `x * sigmoid(1.702 x)`, used by OpenAI's CLIP.
    QuickGelu,
    /// `x * Phi(x)` with the error function, PyTorch's default GELU.
    Gelu,
    /// Tanh approximation of GELU, `gelu_pytorch_tanh` in Hugging Face configurations.
    GeluTanh,
}

/// `e^x` for `x` in about [-87, 88], clamped outside; relative error below 2e-7.
///
/// Follows Cephes' `expf`: splits off a power of two and evaluates a polynomial. Adding 1.5 * 2^23 rounds to the
/// nearest integer and leaves it in the low bits, which vectorises where `round` does not.
#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = madd::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = madd::<FMA>(n, -0.693_359_4, x);
    let r = madd::<FMA>(n, 2.121_944_4e-4, r);
    let p = madd::<FMA>(1.987_569_1e-4, r, 1.398_2e-3);
    let p = madd::<FMA>(p, r, 8.333_452e-3);
    let p = madd::<FMA>(p, r, 4.166_579_6e-2);
    let p = madd::<FMA>(p, r, 1.666_666_5e-1);
    let p = madd::<FMA>(p, r, 0.5);
    let p = madd::<FMA>(p, r * r, r + 1.0);
    p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<FMA>(-x))
}

/// The error function, Abramowitz and Stegun 7.1.26; absolute error below 1.5e-7.
#[inline(always)]
fn erf<const FMA: bool>(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / madd::<FMA>(0.327_591_1, a, 1.0);
    let p = madd::<FMA>(1.061_405_4, t, -1.453_152);
    let p = madd::<FMA>(p, t, 1.421_413_8);
    let p = madd::<FMA>(p, t, -0.284_496_72);
    let p = madd::<FMA>(p, t, 0.254_829_6);
    let y = 1.0 - p * t * exp::<FMA>(-a * a);
    y.copysign(x)
}

#[inline(always)]
pub(super) fn activate<const FMA: bool>(kind: Activation, x: f32) -> f32 {
    match kind {
        Activation::None => x,
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::QuickGelu => x * sigmoid::<FMA>(1.702 * x),
        Activation::Gelu => 0.5 * x * (1.0 + erf::<FMA>(x * std::f32::consts::FRAC_1_SQRT_2)),
        // 2 * sqrt(2 / pi) * (x + 0.044715 x^3), because 0.5 (1 + tanh(u)) = sigmoid(2 u).
        Activation::GeluTanh => {
            x * sigmoid::<FMA>(1.595_769 * madd::<FMA>(0.044_715 * x * x, x, x))
        }
    }
}

/// `out = activation(sums + bias)` for one row.
#[inline(always)]
pub(super) fn activate_row<const FMA: bool>(
    sums: &[f32],
    bias: &[f32],
    kind: Activation,
    out: &mut [f32],
) {
    // One loop per kind, to avoid a branch per value.
    macro_rules! pass {
        ($kind:expr) => {
            for ((out, sum), bias) in out.iter_mut().zip(sums).zip(bias) {
                *out = activate::<FMA>($kind, sum + bias);
            }
        };
    }
    match kind {
        Activation::None => pass!(Activation::None),
        Activation::Relu6 => pass!(Activation::Relu6),
        Activation::QuickGelu => pass!(Activation::QuickGelu),
        Activation::Gelu => pass!(Activation::Gelu),
        Activation::GeluTanh => pass!(Activation::GeluTanh),
    }
}

/// Number of independent lanes. A softmax over a multiple of it has no tail.
pub const LANES: usize = 16;

/// Reduces the lanes pairwise, in log2(LANES) steps.
#[inline(always)]
fn fold_lanes(lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let eight: [f32; 8] = std::array::from_fn(|i| join(lanes[i], lanes[i + 8]));
    let four: [f32; 4] = std::array::from_fn(|i| join(eight[i], eight[i + 4]));
    join(join(four[0], four[2]), join(four[1], four[3]))
}

/// Replaces `row` by the softmax of `scale * row`; `scale` is positive.
#[inline(always)]
pub(super) fn softmax<const FMA: bool>(row: &mut [f32], scale: f32) {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (blocks, tail) = row.as_chunks_mut::<LANES>();
    let mut peaks = [f32::NEG_INFINITY; LANES];
    for block in blocks.iter() {
        for (peak, v) in peaks.iter_mut().zip(block) {
            *peak = larger(*v, *peak);
        }
    }
    let peak = tail
        .iter()
        .fold(fold_lanes(peaks, larger), |a, b| larger(*b, a))
        * scale;
    let mut sums = [0f32; LANES];
    for block in blocks {
        for (sum, v) in sums.iter_mut().zip(block) {
            *v = exp::<FMA>(madd::<FMA>(*v, scale, -peak));
            *sum += *v;
        }
    }
    let mut sum = fold_lanes(sums, |a, b| a + b);
    for v in tail {
        *v = exp::<FMA>(madd::<FMA>(*v, scale, -peak));
        sum += *v;
    }
    let inverse = 1.0 / sum;
    for v in row {
        *v *= inverse;
    }
}

#[inline(always)]
fn softmax_rows_body<const FMA: bool>(rows: &mut [f32], stride: usize, width: usize, scale: f32) {
    for row in rows.chunks_exact_mut(stride) {
        softmax::<FMA>(&mut row[..width], scale);
    }
}

multi_target! {
    /// Replaces the first `width` values of each row, `stride` long, by the softmax of `scale` times them. `scale`
    /// must be positive.
    pub fn softmax_rows(rows: &mut [f32], stride: usize, width: usize, scale: f32) => softmax_rows_body
}

#[inline(always)]
fn exp_scaled_body<const FMA: bool>(values: &mut [f32], scale: f32, offset: f32) {
    for value in values {
        *value = exp::<FMA>(madd::<FMA>(*value, scale, -offset));
    }
}

multi_target! {
    /// `v = e^(scale v - offset)` for each value, with the exponent clamped to [-87, 88].
    pub fn exp_scaled(values: &mut [f32], scale: f32, offset: f32) => exp_scaled_body
}

#[cfg(test)]
mod tests {
    use super::*;

    multi_target! {
        fn activated(sums: &[f32], bias: &[f32], kind: Activation, out: &mut [f32]) => activate_row
    }

    fn ramp() -> Vec<f32> {
        (-4000..=4000).map(|i| i as f32 * 0.005).collect()
    }

    /// The error function by its Taylor series in f64; accurate for |x| < 3.
    fn erf_series(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..60 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn exponential_is_accurate_over_its_range() {
        for i in -8600..8700 {
            let x = i as f32 * 0.01;
            for y in [exp::<true>(x), exp::<false>(x)] {
                let exact = f64::from(x).exp();
                assert!(
                    ((f64::from(y) - exact) / exact).abs() < 3e-7,
                    "exp({x}) = {y}"
                );
            }
        }
    }

    #[test]
    fn activations_follow_their_definitions() {
        let exact = |kind, x: f64| match kind {
            Activation::None => x,
            Activation::Relu6 => x.clamp(0.0, 6.0),
            Activation::QuickGelu => x / (1.0 + (-1.702 * x).exp()),
            Activation::Gelu => 0.5 * x * (1.0 + erf_series(x / std::f64::consts::SQRT_2)),
            Activation::GeluTanh => {
                let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
                0.5 * x * (1.0 + u.tanh())
            }
        };
        for kind in [
            Activation::None,
            Activation::Relu6,
            Activation::QuickGelu,
            Activation::Gelu,
            Activation::GeluTanh,
        ] {
            let inputs: Vec<f32> = ramp().into_iter().filter(|x| x.abs() < 4.0).collect();
            let bias = vec![0.25; inputs.len()];
            let (mut fast, mut portable) = (inputs.clone(), inputs.clone());
            activated(&inputs, &bias, kind, &mut fast);
            activate_row::<false>(&inputs, &bias, kind, &mut portable);
            for ((x, a), b) in inputs.iter().zip(&fast).zip(&portable) {
                let want = exact(kind, f64::from(*x) + 0.25);
                assert!(
                    (f64::from(*a) - want).abs() < 2e-6,
                    "{kind:?}({x}): {a}, not {want}"
                );
                assert!(
                    (a - b).abs() < 2e-6,
                    "{kind:?}({x}): {a} and {b} differ by level"
                );
            }
        }
    }

    #[test]
    fn softmax_sums_to_one_and_keeps_order() {
        for n in [1, 15, 16, 17, 50, 257] {
            let mut row: Vec<f32> = (0..n).map(|i| ((i * 37) % 11) as f32 - 5.0).collect();
            let logits = row.clone();
            softmax_rows(&mut row, n, n, 0.5);
            let total: f64 = logits.iter().map(|x| f64::from(x * 0.5).exp()).sum();
            for (p, x) in row.iter().zip(&logits) {
                assert!((f64::from(*p) - f64::from(x * 0.5).exp() / total).abs() < 1e-6);
            }
        }
    }
}
