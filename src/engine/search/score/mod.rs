//! What a number means: match, probability and the CLIP article's own reading; pure.
//!
//! With image vector v, label vector t, background vectors b, the model's logit scale s and K = e^m for its
//! match bias m (0 for most models):
//! *match* = `K e^(s v.t) / (K e^(s v.t) + sum_b e^(s v.b))`, the same for every label alone; *probability* =
//! the softmax of `s v.t + m` over all labels and `s v.b` over the background, whose mass is "something else".
//! Background prompts that nearly say the label itself (cosine above 0.9) are left out. Of a label with several
//! members t_i, the alternatives of its query, `e^(s v.t)` is the sum of the members' but at most twice the largest.
//! A model that was trained to
//! score each pair for itself, as SigLIP was, brings its own match: `sigmoid(s v.t + b)`.

mod background;
mod calibration;
mod quality;
mod scorer;
mod shares;

use rayon::prelude::*;

use crate::engine::inference::Embeddings;
use crate::engine::search::math::{dot, sigmoid};

pub use background::Background;
pub use calibration::{Calibration, stepped_threshold};
pub use quality::LabelQuality;
pub use scorer::Scorer;
pub use shares::{LabelMasses, Shares};

/// Cosine above which a background prompt says the same as a label.
pub const SAME_MEANING: f32 = 0.9;

/// How many times the largest of its members' masses the mass of a label may be: members that mean nearly the same must
/// not add up to more than any of them says. Chosen by `benches/relevance.rs`; `docs/scores.md` has the figures.
pub const MOST_TOGETHER: f32 = 2.0;

/// Match from which a photo counts as fitting a label, unless a person says otherwise.
pub const DEFAULT_MIN_MATCH: f32 = 0.2;

/// Scores of one photo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Match of each label, 0 to 1.
    pub matches: Vec<f32>,
    /// Probability of each label; with [`Self::something_else`] they sum to 1.
    pub probabilities: Vec<f32>,
    /// Probability that no label fits.
    pub something_else: f32,
}

/// Scores of many photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Number of labels.
    pub labels: usize,
    /// Matches, photos x labels.
    pub matches: Vec<f32>,
    /// Probabilities, photos x (labels + 1); the last of each row is "something else".
    pub probabilities: Vec<f32>,
}

impl Scores {
    /// Takes over the scores of some of `all` photos: the first of `part` is that of the photo `at[0]`, and so on.
    pub fn put(&mut self, at: &[u32], part: &Self, all: usize) {
        let labels = part.labels;
        self.labels = labels;
        self.matches.resize(all * labels, 0.0);
        self.probabilities.resize(all * (labels + 1), 0.0);
        for (from, to) in at.iter().map(|at| *at as usize).enumerate() {
            let row = &part.matches[from * labels..][..labels];
            self.matches[to * labels..][..labels].copy_from_slice(row);
            let wide = labels + 1;
            let row = &part.probabilities[from * wide..][..wide];
            self.probabilities[to * wide..][..wide].copy_from_slice(row);
        }
    }

    /// Takes over what another part of the photo `at` scored: a label fits as well as it does in the part that it fits
    /// best. Until [`Self::share`], probabilities are the largest of all parts.
    fn raise(&mut self, at: usize, part: &Self, row: usize) {
        let labels = self.labels;
        let raise = |into: &mut [f32], from: &[f32]| {
            into.iter_mut().zip(from).for_each(|(a, b)| *a = a.max(*b));
        };
        let matches = &mut self.matches[at * labels..][..labels];
        raise(matches, part.matches_of(row));
        let wide = labels + 1;
        let theirs = &part.probabilities[row * wide..][..wide];
        let ours = &mut self.probabilities[at * wide..][..wide];
        raise(&mut ours[..labels], &theirs[..labels]);
        // Something else is what no part shows a label of.
        ours[labels] = ours[labels].min(theirs[labels]);
    }

    /// Makes the probabilities of a photo sum to 1 again.
    fn share(&mut self, at: usize) {
        let wide = self.labels + 1;
        let ours = &mut self.probabilities[at * wide..][..wide];
        let total: f32 = ours.iter().sum();
        if total > 0.0 {
            ours.iter_mut().for_each(|p| *p /= total);
        }
    }

    /// Takes over what more parts of photos scored: `part` has a row for each, and `photos` says which photo has how many
    /// of them, in the order of the rows.
    pub fn add_parts(&mut self, photos: &[(usize, usize)], part: &Self) {
        let mut row = 0;
        for (at, count) in photos.iter().copied() {
            for _ in 0..count {
                self.raise(at, part, row);
                row += 1;
            }
            self.share(at);
        }
    }

    /// Removes all photos, and keeps the memory that they had.
    pub fn clear(&mut self) {
        self.matches.clear();
        self.probabilities.clear();
    }

    /// How many photos there are.
    #[must_use]
    pub fn photos(&self) -> usize {
        self.probabilities.len() / (self.labels + 1)
    }

    /// Matches of one photo.
    #[must_use]
    pub fn matches_of(&self, photo: usize) -> &[f32] {
        &self.matches[photo * self.labels..][..self.labels]
    }

    /// Scores of one photo.
    #[must_use]
    pub fn of(&self, photo: usize) -> Score {
        let row = &self.probabilities[photo * (self.labels + 1)..][..=self.labels];
        Score {
            matches: self.matches_of(photo).to_vec(),
            probabilities: row[..self.labels].to_vec(),
            something_else: row[self.labels],
        }
    }

    /// The label with the highest match of one photo, with that match.
    #[must_use]
    pub fn best(&self, photo: usize) -> Option<(usize, f32)> {
        best(self.matches_of(photo))
    }

    /// Photos by falling match of `label`, or of their best label; equal ones by their number.
    #[must_use]
    pub fn ranking(&self, label: Option<usize>) -> Vec<u32> {
        let mut keys = self.keys(label);
        keys.par_sort_unstable();
        keys.into_iter().map(|key| key as u32).collect()
    }

    /// The first `count` photos of that ranking; the others are not sorted.
    #[must_use]
    pub fn top(&self, label: Option<usize>, count: usize) -> Vec<u32> {
        // What is not among the first of its part is not among the first of all.
        let mut keys: Vec<u64> = (self.keys(label))
            .par_chunks_mut(PART.max(2 * count))
            .flat_map_iter(|part| first(part, count).to_vec())
            .collect();
        let keys = first(&mut keys, count);
        keys.sort_unstable();
        keys.iter().map(|key| *key as u32).collect()
    }

    /// For each photo a number that sorts as the ranking does, with the photo in its lower half.
    fn keys(&self, label: Option<usize>) -> Vec<u64> {
        let photos = self
            .matches
            .len()
            .checked_div(self.labels)
            .unwrap_or_default();
        let key = |photo: usize| {
            let value = match label {
                Some(label) => self.matches_of(photo).get(label).copied(),
                // Faster than asking which it is; what is no number loses.
                None => (self.matches_of(photo).iter().copied())
                    .reduce(|a, b| if b > a { b } else { a }),
            };
            // A match is not negative, so its bits sort as its value; inverted, the largest comes first.
            let falling = !value.unwrap_or_default().to_bits();
            (u64::from(falling) << 32) | photo as u64
        };
        (0..photos).into_par_iter().map(key).collect()
    }
}

/// Keys among which a task looks for the first.
const PART: usize = 1 << 16;

/// The smallest `count` of `keys`, in any order.
fn first(keys: &mut [u64], count: usize) -> &mut [u64] {
    if count < keys.len() {
        keys.select_nth_unstable(count);
    }
    let count = count.min(keys.len());
    &mut keys[..count]
}

/// The index and value of the largest number.
#[must_use]
pub fn best(values: &[f32]) -> Option<(usize, f32)> {
    values
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

/// A model's own example: the softmax of `s v.t` over the labels alone, which always crowns a winner, or
/// the sigmoid of each with a bias.
#[must_use]
pub fn exact(
    vector: &[f32],
    labels: &Embeddings,
    logit_scale: f32,
    sigmoid_bias: Option<f32>,
) -> Vec<f32> {
    let logits: Vec<f32> = labels
        .rows()
        .map(|label| logit_scale * dot(vector, label))
        .collect();
    if let Some(bias) = sigmoid_bias {
        return logits
            .into_iter()
            .map(|logit| sigmoid(logit + bias))
            .collect();
    }
    let peak = logits.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let masses: Vec<f32> = logits.iter().map(|logit| (logit - peak).exp()).collect();
    let total: f32 = masses.iter().sum();
    masses.into_iter().map(|mass| mass / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::teach::ClassifierSet;
    use half::f16;
    use proptest::prelude::*;

    fn unit(values: &[f32]) -> Vec<f32> {
        let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        values.iter().map(|v| v / norm).collect()
    }

    fn embeddings(rows: &[Vec<f32>]) -> Embeddings {
        Embeddings {
            dim: rows[0].len(),
            values: rows.concat(),
        }
    }

    /// Scores straight from the definition, in double precision.
    fn definition(
        v: &[f32],
        labels: &Embeddings,
        background: &Embeddings,
        s: f64,
        match_bias: f64,
    ) -> Score {
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter()
                .zip(b)
                .map(|(a, b)| f64::from(*a) * f64::from(*b))
                .sum()
        };
        let kept = |label: &[f32]| -> f64 {
            let others = background
                .rows()
                .filter(|b| dot(label, b) <= f64::from(SAME_MEANING));
            others.map(|b| (s * dot(v, b)).exp()).sum()
        };
        let masses: Vec<f64> = labels
            .rows()
            .map(|t| (s * dot(v, t) + match_bias).exp())
            .collect();
        let matches = labels
            .rows()
            .zip(&masses)
            .map(|(t, m)| (m / (m + kept(t))) as f32)
            .collect();
        let rest: f64 = background
            .rows()
            .filter(|b| labels.rows().all(|t| dot(t, b) <= f64::from(SAME_MEANING)))
            .map(|b| (s * dot(v, b)).exp())
            .sum();
        let total = masses.iter().sum::<f64>() + rest;
        Score {
            matches,
            probabilities: masses.iter().map(|m| (m / total) as f32).collect(),
            something_else: (rest / total) as f32,
        }
    }

    fn vectors(count: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
        let vector = proptest::collection::vec(-1f32..1.0, 12).prop_map(|v| unit(&v));
        proptest::collection::vec(vector, count)
    }

    proptest! {
        #[test]
        fn scores_follow_their_definition(
            photos in vectors(5), labels in vectors(3), background in vectors(9), s in 5f32..100.0,
            bias in prop_oneof![Just(0f32), -2f32..2.0],
        ) {
            let mut background = background;
            // One prompt says the same as a label: it must be left out.
            background.push(labels[0].clone());
            let (labels, background) = (embeddings(&labels), embeddings(&background));
            let values: Vec<f16> = photos.concat().into_iter().map(f16::from_f32).collect();
            let mut sums = vec![0f32; 5];
            Background::new(&background, s).log_sums(&values, &mut sums);
            let scorer = Scorer::new(&labels, &background, s).with_match_bias(bias);
            let scores = scorer.score(&values, &sums, &[4, 0, 2]);
            for (at, row) in [4usize, 0, 2].into_iter().enumerate() {
                let wide: Vec<f32> = values[row * 12..][..12].iter().map(|v| v.to_f32()).collect();
                let want = definition(&wide, &labels, &background, s.into(), bias.into());
                let got = scores.of(at);
                let all = |s: &Score| [&s.matches[..], &s.probabilities, &[s.something_else]].concat();
                for (a, b) in all(&got).iter().zip(all(&want)) {
                    prop_assert!((a - b).abs() < 2e-3, "{got:?}, not {want:?}");
                }
                let total: f32 = got.probabilities.iter().sum::<f32>() + got.something_else;
                prop_assert!((total - 1.0).abs() < 1e-4);
            }
        }

        #[test]
        fn a_ranking_is_a_falling_permutation(matches in proptest::collection::vec(0f32..=1.0, 0..200)) {
            let photos = matches.len() / 2;
            let scores = Scores { labels: 2, matches: matches[..photos * 2].to_vec(), probabilities: vec![] };
            for label in [None, Some(0), Some(1)] {
                let order = scores.ranking(label);
                let top = scores.top(label, 7);
                prop_assert_eq!(&top, &order[..order.len().min(7)]);
                let value = |photo: u32| match label {
                    Some(label) => scores.matches_of(photo as usize)[label],
                    None => scores.best(photo as usize).expect("labels").1,
                };
                prop_assert!(order.windows(2).all(|pair| value(pair[0]) >= value(pair[1])));
                let mut sorted = order;
                sorted.sort_unstable();
                prop_assert!(sorted.into_iter().eq(0..photos as u32));
            }
        }
    }

    #[test]
    fn scores_follow_their_definition_on_the_short_way() {
        let row = |seed: usize| {
            let values: Vec<f32> = (0..48)
                .map(|i| ((i * seed) % 31) as f32 / 15.0 - 1.0)
                .collect();
            unit(&values)
        };
        let rows = |seeds: std::ops::Range<usize>| embeddings(&seeds.map(row).collect::<Vec<_>>());
        let photos = rows(50..91);
        let values: Vec<f16> = photos.values.iter().copied().map(f16::from_f32).collect();
        let background = rows(1..20);
        let mut sums = vec![0f32; photos.len()];
        Background::new(&background, 20.0).log_sums(&values, &mut sums);
        for (count, bias) in [(1, 0.0), (10, 1.4), (15, 0.0), (16, 1.4), (30, -0.5)] {
            let labels = rows(100..100 + count);
            let order: Vec<u32> = (0..photos.len() as u32).rev().collect();
            // Room that held something else.
            let mut scores = Scores {
                matches: vec![7.0; 100],
                ..Scores::default()
            };
            let scorer = Scorer::new(&labels, &background, 20.0).with_match_bias(bias);
            scorer.score_into(&values, &sums, &order, &mut scores);
            for (at, photo) in order.iter().enumerate() {
                let photo = &values[*photo as usize * 48..][..48];
                let wide: Vec<f32> = photo.iter().map(|v| v.to_f32()).collect();
                let want = definition(&wide, &labels, &background, 20.0, bias.into());
                let got = scores.of(at);
                let all =
                    |s: &Score| [&s.matches[..], &s.probabilities, &[s.something_else]].concat();
                for (a, b) in all(&got).iter().zip(all(&want)) {
                    assert!(
                        (a - b).abs() < 1e-3,
                        "{count} labels: {got:?}, not {want:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn members_add_up_to_twice_the_largest_at_most() {
        let members = embeddings(&[
            unit(&[1.0, 0.1, 0.0]),
            unit(&[0.9, 0.3, 0.0]),
            unit(&[0.9, 0.0, 0.4]),
            unit(&[0.0, 0.2, 1.0]),
        ]);
        let background = embeddings(&[unit(&[0.5, 0.5, 0.1]), unit(&[0.9, 0.3, 0.01])]);
        let set = ClassifierSet {
            texts: members.clone(),
            vectors: members.clone(),
            biases: vec![0.3, 0.0, 0.0, 0.1],
            groups: vec![3, 1],
        };
        for photo in [[0.8, 0.6, 0.0], [0.0, 0.6, 0.8], [1.0, 0.0, 0.0]] {
            let photo = photo.map(f16::from_f32);
            let wide = photo.map(f32::from);
            let mut sum = [0.0];
            Background::new(&background, 8.0).log_sums(&photo, &mut sum);
            let scorer = Scorer::for_classifiers(&set, &background, 8.0).with_match_bias(0.5);
            let got = scorer.score(&photo, &sum, &[0]).of(0);
            let mass = |at: usize| {
                (8.0 * dot(&wide, members.rows().nth(at).expect("a row")) + set.biases[at] + 0.5)
                    .exp()
            };
            let largest = mass(0).max(mass(1)).max(mass(2));
            let first = (mass(0) + mass(1) + mass(2)).min(MOST_TOGETHER * largest);
            // The second prompt says the same as a member of the first label.
            let prompt = (8.0 * dot(&wide, &background.values[..3])).exp();
            let same = (8.0 * dot(&wide, &background.values[3..])).exp();
            let want = [
                first / (first + prompt),
                mass(3) / (mass(3) + prompt + same),
            ];
            for (got, want) in got.matches.iter().zip(want) {
                assert!((got - want).abs() < 2e-3, "{got}, not {want}");
            }
            let total: f32 = got.probabilities.iter().sum::<f32>() + got.something_else;
            assert!((total - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn the_match_of_a_sigmoid_model_is_its_own_score() {
        let labels = embeddings(&[unit(&[1.0, 0.2]), unit(&[-0.3, 1.0])]);
        let background = embeddings(&[unit(&[0.5, 0.5]), unit(&[0.9, -0.4])]);
        let photo = [f16::from_f32(0.6), f16::from_f32(0.8)];
        let mut sum = [0.0];
        Background::new(&background, 8.0).log_sums(&photo, &mut sum);
        let scorer = Scorer::new(&labels, &background, 8.0).with_sigmoid(Some(-3.0));
        let got = scorer.score(&photo, &sum, &[0]);
        let wide = photo.map(f32::from);
        let want = exact(&wide, &labels, 8.0, Some(-3.0));
        for (got, want) in got.matches.iter().zip(want) {
            assert!((got - want).abs() < 1e-3, "{got}, not {want}");
        }
    }

    #[test]
    fn rows_that_are_not_there_score_no_number() {
        let labels = embeddings(&[vec![1.0, 0.0]]);
        let scores = Scorer::new(&labels, &labels, 10.0).score(&[], &[], &[7]);
        assert!(scores.matches[0].is_nan() && scores.probabilities[0].is_nan());
    }

    #[test]
    fn the_exact_reading_sums_to_one_and_always_crowns_a_winner() {
        let labels = embeddings(&[vec![1.0, 0.0], vec![0.8, 0.6]]);
        let probabilities = exact(&[0.0, -1.0], &labels, 100.0, None);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(probabilities[0] > 0.99);
    }
}
