//! Definitions of the scores: match score, probability, and the reference scores of the CLIP paper; pure.
//!
//! With image embedding v, label embedding t, background embeddings b, the model's logit scale s and K = e^m for its
//! match bias m (0 for most models): the *match score* is `K e^(s v.t) / (K e^(s v.t) + sum_b e^(s v.b))`, independent
//! of other labels; the *probability* is the softmax of `s v.t + m` over all labels and `s v.b` over the background,
//! whose mass is "something else". Background prompts that nearly mean the label itself (cosine above 0.9) are left
//! out. For a label with several members t_i, the alternatives of its query, `e^(s v.t)` is the sum over the members,
//! but at most twice the largest. A model trained on independent pairs, such as SigLIP, defines its own match score:
//! `sigmoid(s v.t + b)`.

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

/// Cosine above which a background prompt has the same meaning as a label.
pub const SAME_MEANING: f32 = 0.9;

/// Maximum ratio of a label's mass to the largest mass of its members, so that members with nearly the same meaning do
/// not add up to more than each of them justifies. Chosen with `benches/relevance.rs`; figures in `docs/scores.md`.
pub const MAX_MEMBER_GAIN: f32 = 2.0;

/// Default threshold: the minimum match score at which a photo matches a label.
pub const DEFAULT_MIN_MATCH: f32 = 0.2;

/// Scores of one photo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Match score of each label, 0 to 1.
    pub matches: Vec<f32>,
    /// Probability of each label; they sum to 1 with [`Self::something_else`].
    pub probabilities: Vec<f32>,
    /// Probability that no label matches.
    pub something_else: f32,
}

/// Scores of many photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Number of labels.
    pub labels: usize,
    /// Match scores, photos × labels, row-major.
    pub matches: Vec<f32>,
    /// Probabilities, photos × (labels + 1), row-major; the last column is "something else".
    pub probabilities: Vec<f32>,
}

impl Scores {
    /// Copies the scores of some of `all` photos: row `i` of `part` belongs to photo `at[i]`.
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

    /// Merges the scores of another part of the photo `at`: a label's match score is the maximum over all parts. Until
    /// [`Self::share`], probabilities are maxima as well.
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
        // "Something else" is the minimum over all parts.
        ours[labels] = ours[labels].min(theirs[labels]);
    }

    /// Normalises the probabilities of a photo to a sum of 1.
    fn share(&mut self, at: usize) {
        let wide = self.labels + 1;
        let ours = &mut self.probabilities[at * wide..][..wide];
        let total: f32 = ours.iter().sum();
        if total > 0.0 {
            ours.iter_mut().for_each(|p| *p /= total);
        }
    }

    /// Merges the scores of further parts of photos: `part` has a row for each part, and `photos` lists photo index and
    /// number of parts in the order of the rows.
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

    /// Removes all photos, but keeps the allocated memory.
    pub fn clear(&mut self) {
        self.matches.clear();
        self.probabilities.clear();
    }

    /// Number of photos.
    #[must_use]
    pub fn photos(&self) -> usize {
        self.probabilities.len() / (self.labels + 1)
    }

    /// Match scores of one photo.
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

    /// The label with the highest match score of a photo, and that score.
    #[must_use]
    pub fn best(&self, photo: usize) -> Option<(usize, f32)> {
        best(self.matches_of(photo))
    }

    /// Ranks photos by descending match score of `label`, or of their best label; ties by index.
    #[must_use]
    pub fn ranking(&self, label: Option<usize>) -> Vec<u32> {
        let mut keys = self.keys(label);
        keys.par_sort_unstable();
        keys.into_iter().map(|key| key as u32).collect()
    }

    /// The first `count` photos of [`Self::ranking`], without sorting the others.
    #[must_use]
    pub fn top(&self, label: Option<usize>, count: usize) -> Vec<u32> {
        // A photo that is not among the first of its chunk is not among the first of all.
        let mut keys: Vec<u64> = (self.keys(label))
            .par_chunks_mut(PART.max(2 * count))
            .flat_map_iter(|part| first(part, count).to_vec())
            .collect();
        let keys = first(&mut keys, count);
        keys.sort_unstable();
        keys.iter().map(|key| *key as u32).collect()
    }

    /// For each photo a sort key for the ranking, with the photo's index in the lower half.
    fn keys(&self, label: Option<usize>) -> Vec<u64> {
        let photos = self
            .matches
            .len()
            .checked_div(self.labels)
            .unwrap_or_default();
        let key = |photo: usize| {
            let value = match label {
                Some(label) => self.matches_of(photo).get(label).copied(),
                // Faster than finding the best label; NaN never wins.
                None => (self.matches_of(photo).iter().copied())
                    .reduce(|a, b| if b > a { b } else { a }),
            };
            // The bits of a non-negative float sort like its value; inverting them sorts in descending order.
            let falling = !value.unwrap_or_default().to_bits();
            (u64::from(falling) << 32) | photo as u64
        };
        (0..photos).into_par_iter().map(key).collect()
    }
}

/// Keys per parallel chunk.
const PART: usize = 1 << 16;

/// The smallest `count` of `keys`, in any order.
fn first(keys: &mut [u64], count: usize) -> &mut [u64] {
    if count < keys.len() {
        keys.select_nth_unstable(count);
    }
    let count = count.min(keys.len());
    &mut keys[..count]
}

/// The index and value of the largest number; ties go to the first.
#[must_use]
pub fn best(values: &[f32]) -> Option<(usize, f32)> {
    values
        .iter()
        .copied()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}

/// The model's reference scores: the softmax of `s v.t` over the labels alone, where some label always wins, or the
/// sigmoid of each with a bias.
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
mod tests;
