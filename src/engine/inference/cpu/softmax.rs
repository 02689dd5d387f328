//! From cosines with a few labels to matches and probabilities.

use super::math::exp;
use super::{madd, multi_target};

/// Cosines of a photo, and how many of them there can be with a mass for "something else" beside them.
pub const LANES: usize = 16;

/// Labels against a background whose masses are relative to its own sum, which is then 1.
#[derive(Clone, Copy, Debug)]
pub struct BackgroundSoftmax {
    /// How many labels there are: fewer than [`LANES`].
    pub labels: usize,
    /// The factor between cosine and logit.
    pub scale: f32,
    /// What the mass of each label is multiplied by.
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
        // The mass of "something else", unless there is none: NaN stays NaN.
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

/// Writes the first values; where there is place, the others as well, which the next row overwrites.
#[inline(always)]
fn put(values: &[f32; LANES], count: usize, out: &mut [f32]) {
    match out.first_chunk_mut::<LANES>() {
        Some(out) => *out = *values,
        None => out[..count].copy_from_slice(&values[..count]),
    }
}

multi_target! {
    /// Matches, photos x labels, and probabilities, photos x (labels + 1), from cosines, photos x 16, and the log-sums
    /// of the background; no number where that is none.
    pub fn masses(
        cosines: &[f32],
        background: &[f32],
        rule: &BackgroundSoftmax,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) => masses_body
}
