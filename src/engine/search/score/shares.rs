//! Converts masses of labels to match scores and probabilities.
//!
//! The mass of a label in a photo does not depend on other labels, so masses are cached while other labels change.

use rayon::prelude::*;

use super::Scores;
use crate::engine::search::math::sigmoid;

/// Photos per parallel task.
const TASK_PHOTOS: usize = 4096;

/// The masses of one label in photos, and of the background prompts that it leaves out.
pub struct LabelMasses {
    /// Indices of the left-out prompts in the background.
    prompts: Vec<usize>,
    /// For each photo the label's mass, then those of the left-out prompts, relative to the background's sum.
    values: Vec<f32>,
}

impl LabelMasses {
    pub(super) fn new(prompts: Vec<usize>, values: Vec<f32>) -> Self {
        Self { prompts, values }
    }

    /// Appends more photos of the same label.
    pub fn append(&mut self, more: Self) {
        self.values.extend(more.values);
    }

    fn of(&self, photo: usize) -> &[f32] {
        let width = 1 + self.prompts.len();
        &self.values[photo * width..][..width]
    }
}

/// Computes the scores of labels that are queried together.
pub struct Shares {
    /// For each label and each of its left-out prompts, whether no earlier label leaves it out too.
    firsts: Vec<Vec<bool>>,
    sigmoid_bias: Option<f32>,
}

impl Shares {
    /// For labels given by their left-out prompts.
    pub(super) fn new<'a>(left_out: impl Iterator<Item = &'a [usize]>) -> Self {
        let mut seen = std::collections::HashSet::new();
        let firsts = left_out.map(|prompts| prompts.iter().map(|at| seen.insert(*at)).collect());
        Self {
            firsts: firsts.collect(),
            sigmoid_bias: None,
        }
    }

    /// For labels with known masses.
    #[must_use]
    pub fn of(labels: &[&LabelMasses]) -> Self {
        Self::new(labels.iter().map(|label| &label.prompts[..]))
    }

    /// Uses `sigmoid(s v.t + b)` as the match score, for models that define it this way.
    #[must_use]
    pub fn with_sigmoid(self, bias: Option<f32>) -> Self {
        Self {
            sigmoid_bias: bias,
            ..self
        }
    }

    /// Appends the scores of photos with the log-sums `background`; the first of them has index `first` in the masses.
    pub fn append(
        &self,
        labels: &[&LabelMasses],
        background: &[f32],
        first: usize,
        scores: &mut Scores,
    ) {
        let count = labels.len();
        scores.labels = count;
        if count == 0 {
            // Without labels, everything is "something else".
            let photos = scores.probabilities.len() + background.len();
            scores.probabilities.resize(photos, 1.0);
            return;
        }
        let (matches, probabilities) = (&mut scores.matches, &mut scores.probabilities);
        let (old, old_wide) = (matches.len(), probabilities.len());
        matches.resize(old + background.len() * count, 0.0);
        probabilities.resize(old_wide + background.len() * (count + 1), 0.0);
        (matches[old..].par_chunks_mut(TASK_PHOTOS * count))
            .zip(probabilities[old_wide..].par_chunks_mut(TASK_PHOTOS * (count + 1)))
            .zip(background.par_chunks(TASK_PHOTOS))
            .enumerate()
            .for_each(|(task, ((matches, probabilities), background))| {
                let rows = matches.chunks_exact_mut(count);
                let rows = rows.zip(probabilities.chunks_exact_mut(count + 1));
                let photos = first + task * TASK_PHOTOS..;
                for (((matches, probabilities), sum), photo) in rows.zip(background).zip(photos) {
                    let masses = labels.iter().map(|label| label.of(photo));
                    self.score(masses, *sum, matches, probabilities);
                }
            });
    }

    /// Scores one photo from the mass of each label, followed by those of its left-out prompts. `background` is the
    /// log-sum over all prompts.
    pub(super) fn score<'a>(
        &self,
        labels: impl Iterator<Item = &'a [f32]>,
        background: f32,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) {
        let (mut weight, mut hidden) = (0.0, 0.0);
        let targets = labels.zip(&self.firsts).zip(&mut *matches);
        for (((masses, firsts), matched), probability) in targets.zip(&mut *probabilities) {
            let mass = masses[0];
            let mut left_out = 0.0;
            for (prompt, first) in masses[1..].iter().zip(firsts) {
                left_out += prompt;
                hidden += if *first { *prompt } else { 0.0 };
            }
            let others = (1.0 - left_out).max(0.0);
            *matched = match self.sigmoid_bias {
                None => mass / (mass + others).max(f32::MIN_POSITIVE),
                // The mass is `e^(s v.t)`, relative to the background's sum.
                Some(bias) => sigmoid(mass.ln() + background + bias),
            };
            *probability = mass;
            weight += mass;
        }
        let rest = (1.0 - hidden).max(0.0);
        let total = (weight + rest).max(f32::MIN_POSITIVE);
        if let Some((something_else, labels)) = probabilities.split_last_mut() {
            labels.iter_mut().for_each(|mass| *mass /= total);
            *something_else = rest / total;
        }
    }
}
