//! Converts cosine similarities with a few labels to match scores and probabilities.

use super::math::exp;
use super::{madd, multi_target};

/// Row length of the cosines. At most 15 labels fit, because "something else" needs a lane as well.
pub const LANES: usize = 16;

/// Softmax parameters of the labels. Masses are relative to that of the background, which is therefore 1.
#[derive(Clone, Copy, Debug)]
pub struct BackgroundSoftmax {
    /// Number of labels, less than [`LANES`].
    pub labels: usize,
    /// Scale factor from cosine similarity to logit.
    pub scale: f32,
    /// Factor applied to the mass of each label.
    pub factors: [f32; LANES],
}

#[inline(always)]
fn masses_body<const FMA: bool>(
    cosines: &[f32],
    background: &[f32],
    rule: &BackgroundSoftmax,
    matches: &mut [f32],
    probabilities: &mut [f32],
) {
    let labels = rule.labels;
    for (photo, (cosines, background)) in (cosines.as_chunks::<LANES>().0.iter())
        .zip(background)
        .enumerate()
    {
        let (cosines, factors) = (*cosines, rule.factors);
        let (mut masses, mut fits) = ([0f32; LANES], [0f32; LANES]);
        for i in 0..LANES {
            let mass = factors[i] * exp::<FMA>(madd::<FMA>(cosines[i], rule.scale, -background));
            masses[i] = mass;
            fits[i] = mass / (mass + 1.0);
        }
        // The mass of "something else"; NaN if the background is NaN.
        masses[labels] = background * 0.0 + 1.0;
        let mut total = 0.0;
        for mass in &masses[..=labels] {
            total += mass;
        }
        for mass in &mut masses {
            *mass /= total;
        }
        put(&fits, labels, &mut matches[photo * labels..]);
        put(
            &masses,
            labels + 1,
            &mut probabilities[photo * (labels + 1)..],
        );
    }
}

/// Writes the first `count` values. If there is space, it writes a whole row, whose excess the next row overwrites.
#[inline(always)]
fn put(values: &[f32; LANES], count: usize, out: &mut [f32]) {
    match out.first_chunk_mut::<LANES>() {
        Some(out) => *out = *values,
        None => out[..count].copy_from_slice(&values[..count]),
    }
}

multi_target! {
    /// Computes match scores, photos x labels, and probabilities, photos x (labels + 1), from cosines, photos x 16, and
    /// the log-sum-exp of the background. The results are NaN where the background is NaN.
    pub fn masses(
        cosines: &[f32],
        background: &[f32],
        rule: &BackgroundSoftmax,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) => masses_body
}
