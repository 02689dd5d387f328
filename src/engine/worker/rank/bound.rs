//! A cheap upper bound on match scores, which rules out most embeddings.

use half::f16;

use super::super::embedding_file::RowValues;
use crate::engine::inference::cpu::{HalfDots, row_dots};
use crate::engine::inference::{Embeddings, ModelInfo};
use crate::engine::search::math::dot;
use crate::engine::search::score::{MAX_MEMBER_GAIN, SAME_MEANING};
use crate::engine::search::teach::ClassifierSet;

/// Upper bound on the error of a photo's product with a unit vector: 2^-11 because embeddings are rounded to 16 bits
/// when scored, [`UNIT`] because their norm may differ from 1, and a margin.
const ROUNDING: f32 = 2e-3;

/// Tolerance of the norm of a normalised embedding around 1.
pub const UNIT: f32 = 1e-4;

/// Upper bound on the rounding error of a match score near 1.
const MATCH_ROUNDING: f32 = 3e-7;

/// The same if prompts are left out: their masses are subtracted from those of all, which leaves a larger error.
const LEFT_OUT_ROUNDING: f32 = 1e-4;

/// A row whose match score may be among the best.
#[derive(Clone, Copy, Debug)]
pub struct BoundedRow {
    /// Its index.
    pub row: usize,
    /// The length of its vector; 1 for unit vectors, so that they are scored exactly as in the worker.
    pub length: f32,
    /// The upper bound on its match score, as [`Bound::log_odds`].
    pub most: f32,
}

/// Scratch memory for the products of rows.
#[derive(Default)]
pub struct BoundScratch {
    wide: Vec<f32>,
    products: Vec<f32>,
    squares: Vec<f32>,
}

/// The upper bound on the match score of a label.
pub struct Bound {
    dim: usize,
    scale: f32,
    /// The label's members, then the mean of its background prompts.
    vectors: Vec<f32>,
    /// The same, for rows of 16 bits.
    halves: HalfDots,
    /// The constant added to each member's logit.
    raise: Vec<f32>,
    /// Upper bound on the resulting error of a difference of logits.
    rounding: f32,
    /// Upper bound on the error of match scores near 1.
    match_rounding: f32,
    /// The logarithm of the number of prompts; `None` for sigmoid models, whose match scores do not use them.
    prompts: Option<f32>,
}

impl Bound {
    /// Computes the bound of one label.
    pub fn new(label: &ClassifierSet, background: &Embeddings, model: &ModelInfo) -> Self {
        let dim = background.dim;
        // Negated members only lower the match.
        let count: usize = label.groups.iter().sum();
        let biases = &label.biases[..count];
        let same = |prompt: &[f32]| {
            // Bit-identical to the scorer's computation.
            let mut members = label.texts.rows().take(count);
            members.any(|member| dot(prompt, member) > SAME_MEANING)
        };
        let (mut mean, mut prompts) = (vec![0f32; dim], 0f32);
        for prompt in background.rows().filter(|prompt| !same(prompt)) {
            mean.iter_mut().zip(prompt).for_each(|(m, v)| *m += v);
            prompts += 1.0;
        }
        mean.iter_mut().for_each(|m| *m /= prompts.max(1.0));
        let together = if count > 1 { MAX_MEMBER_GAIN.ln() } else { 0.0 };
        let raise = model.match_bias + together + model.sigmoid_bias.unwrap_or_default();
        // Vectors of trained members can be longer than 1, unlike the prompts.
        let members = label.vectors.rows().take(count);
        let longest = members
            .map(|member| dot(member, member).sqrt())
            .fold(1.0, f32::max);
        let mut vectors = label.vectors.values[..count * dim].to_vec();
        vectors.extend(mean);
        Self {
            dim,
            scale: model.logit_scale,
            halves: HalfDots::new(&vectors, dim),
            vectors,
            raise: biases.iter().map(|bias| bias + raise).collect(),
            rounding: model.logit_scale * ROUNDING * (longest + 1.0),
            match_rounding: match background.rows().any(same) {
                true => LEFT_OUT_ROUNDING,
                false => MATCH_ROUNDING,
            },
            prompts: model.sigmoid_bias.is_none().then(|| prompts.ln()),
        }
    }

    /// The least difference of logits of rows that reach a match score: score m corresponds to ln(m / (1 - m)).
    pub fn log_odds(&self, threshold: f32) -> f32 {
        if threshold <= 0.0 {
            return f32::NEG_INFINITY;
        }
        // Finite at 1 too, because rounding hides what is closer to it.
        (threshold / (1.0 - threshold + self.match_rounding)).ln()
    }

    /// Calls `on_row` with each row whose match score may reach `threshold`. Zero vectors never do.
    pub fn reaching(
        &self,
        rows: RowValues<'_>,
        threshold: f32,
        scratch: &mut BoundScratch,
        mut on_row: impl FnMut(BoundedRow),
    ) {
        let width = self.multiply(rows, scratch);
        let threshold = self.log_odds(threshold);
        let products = scratch.products.chunks_exact(width);
        for (row, (products, square)) in products.zip(&scratch.squares).enumerate() {
            let length = square.sqrt();
            if !(length.is_finite() && length > 0.0) {
                continue;
            }
            let against = match (self.prompts, products.get(self.raise.len())) {
                (Some(count), Some(mean)) => self.scale * mean / length + count,
                _ => 0.0,
            };
            let most = self.label_logit(products, length) - against + self.rounding;
            // NaN is not ruled out.
            let most = if most.is_nan() { f32::INFINITY } else { most };
            if most >= threshold {
                let is_unit = (length - 1.0).abs() < UNIT;
                let length = if is_unit { 1.0 } else { length };
                on_row(BoundedRow { row, length, most });
            }
        }
    }

    /// The upper bound on the logit of a label for each of these unit vectors, without the background.
    pub fn label_logits(&self, rows: &[f16]) -> Vec<f32> {
        let mut scratch = BoundScratch::default();
        let width = self.multiply(RowValues::Half(rows), &mut scratch);
        let products = scratch.products.chunks_exact(width);
        products.map(|row| self.label_logit(row, 1.0)).collect()
    }

    fn label_logit(&self, products: &[f32], length: f32) -> f32 {
        (products.iter().zip(&self.raise))
            .map(|(product, raise)| self.scale * product / length + raise)
            .fold(f32::NEG_INFINITY, f32::max)
    }

    /// Multiplies rows with all vectors and with themselves; returns the number of products of a row, which may include
    /// padding.
    fn multiply(&self, rows: RowValues<'_>, scratch: &mut BoundScratch) -> usize {
        let dim = self.dim.max(1);
        let (count, width) = match rows {
            RowValues::Wide(values) => (values.len() / dim, self.raise.len() + 1),
            RowValues::Half(values) => (values.len() / dim, self.halves.width()),
        };
        let BoundScratch {
            wide,
            products,
            squares,
        } = scratch;
        products.resize(count * width, 0.0);
        squares.resize(count, 0.0);
        match rows {
            RowValues::Wide(values) => row_dots(values, &self.vectors, dim, products, squares),
            RowValues::Half(values) => {
                let lines: Vec<&[f16]> = values.chunks_exact(dim).collect();
                self.halves
                    .run_with_squares(&lines, wide, products, squares);
            }
        }
        width
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::search::score::{Background, Scorer};

    const DIM: usize = 12;

    fn model(logit_scale: f32, match_bias: f32, sigmoid_bias: Option<f32>) -> ModelInfo {
        ModelInfo {
            logit_scale,
            sigmoid_bias,
            match_bias,
            ..ModelInfo::of_tests(DIM)
        }
    }

    fn unit(values: Vec<f32>) -> Vec<f32> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        values.into_iter().map(|v| v / length).collect()
    }

    /// Strategy for `count` unit vectors, concatenated.
    fn vectors(count: usize) -> impl Strategy<Value = Vec<f32>> {
        let vector = proptest::collection::vec(-1f32..1.0, DIM).prop_map(unit);
        proptest::collection::vec(vector, count).prop_map(|vectors| vectors.concat())
    }

    proptest! {
        #[test]
        fn no_match_exceeds_its_bound(
            members in vectors(3), count in 1usize..=3, negated in 0usize..3, same_meaning in any::<bool>(),
            prompts in vectors(9), photos in vectors(6),
            biases in proptest::collection::vec(-1f32..1.0, 3),
            // Trained members are longer than 1. The scorer limits logits to about 87, as larger masses overflow.
            (scale, length) in prop_oneof![(5f32..40.0, Just(1f32)), (5f32..20.0, 1f32..3.0)],
            match_bias in prop_oneof![Just(0f32), -2f32..2.0],
            sigmoid_bias in prop_oneof![Just(None), (-10f32..0.0).prop_map(Some)],
        ) {
            let negated = negated.min(3 - count);
            let all = count + negated;
            let texts = Embeddings { dim: DIM, values: members[..all * DIM].to_vec() };
            let vectors = texts.values.iter().map(|value| value * length).collect();
            let label = ClassifierSet {
                texts,
                vectors: Embeddings { dim: DIM, values: vectors },
                biases: biases[..all].to_vec(),
                groups: vec![count],
                negated: vec![negated],
            };
            // A prompt with the same meaning as a member is left out.
            let mut background = Embeddings { dim: DIM, values: prompts };
            if same_meaning {
                background.values.extend_from_slice(&members[..DIM]);
            }
            let bound = Bound::new(&label, &background, &model(scale, match_bias, sigmoid_bias));
            let scorer = Scorer::for_classifiers(&label, &background, scale)
                .with_match_bias(match_bias)
                .with_sigmoid(sigmoid_bias);
            // Photos identical to a member come close to the bound.
            let photos = [photos, members].concat();
            let short: Vec<f16> = photos.iter().map(|v| f16::from_f32(*v)).collect();
            let mut sums = vec![0f32; photos.len() / DIM];
            Background::new(&background, scale).log_sums(&short, &mut sums);
            let rows: Vec<u32> = (0..).take(sums.len()).collect();
            let scores = scorer.score(&short, &sums, &rows);
            for (photo, matched) in photos.chunks_exact(DIM).zip(&scores.matches) {
                let short: Vec<f16> = photo.iter().map(|v| f16::from_f32(*v)).collect();
                for photo in [RowValues::Wide(photo), RowValues::Half(&short)] {
                    let mut found = 0;
                    let mut scratch = BoundScratch::default();
                    bound.reaching(photo, *matched, &mut scratch, |_| found += 1);
                    prop_assert_eq!(found, 1, "a match of {} is beyond its bound", matched);
                }
            }
        }
    }

    #[test]
    fn what_is_far_from_a_label_is_passed_over() {
        let axis = |at: usize| -> Vec<f32> { (0..DIM).map(|i| f32::from(i == at)).collect() };
        let scored = Embeddings {
            dim: DIM,
            values: axis(0),
        };
        let label = ClassifierSet {
            texts: scored.clone(),
            vectors: scored,
            biases: vec![0.0],
            groups: vec![1],
            negated: vec![0],
        };
        let background = Embeddings {
            dim: DIM,
            values: [axis(1), axis(2)].concat(),
        };
        let bound = Bound::new(&label, &background, &model(40.0, 0.0, None));
        let mut found = Vec::new();
        let photos = [axis(1), axis(0), vec![0.0; DIM]].concat();
        let mut scratch = BoundScratch::default();
        bound.reaching(RowValues::Wide(&photos), 0.9, &mut scratch, |row| {
            found.push(row.row);
        });
        assert_eq!(found, [1]);
        // Even a threshold of 1 rules out rows whose match is nearly 1.
        assert!(bound.log_odds(1.0).is_finite());
        let mixed = [0.6, 0.8].into_iter().chain(std::iter::repeat(0.0));
        let mixed: Vec<f32> = mixed.take(DIM).collect();
        let count = |threshold: f32| {
            let (mut scratch, mut count) = (BoundScratch::default(), 0);
            let rows = RowValues::Wide(&mixed);
            bound.reaching(rows, threshold, &mut scratch, |_| count += 1);
            count
        };
        assert_eq!((count(0.99), count(1.0)), (1, 0));
    }
}
