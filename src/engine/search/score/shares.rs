//! From what each label weighs in a photo to matches and probabilities.
//!
//! What a label weighs, its mass, depends on no other label. So masses are kept while other labels change, and only
//! these are computed anew.

use rayon::prelude::*;

use super::Scores;
use crate::engine::search::math::sigmoid;

/// Photos that one task works on.
const TASK_PHOTOS: usize = 4096;

/// What one label weighs in photos, and what the background prompts weigh that it leaves out.
pub struct LabelMasses {
    /// Places of the left-out prompts in the background.
    prompts: Vec<usize>,
    /// For each photo the label's mass, then those of the left-out prompts, relative to the sum over the background.
    values: Vec<f32>,
}

impl LabelMasses {
    pub(super) fn new(prompts: Vec<usize>, values: Vec<f32>) -> Self {
        Self { prompts, values }
    }

    /// Adds more photos of the same label.
    pub fn append(&mut self, more: Self) {
        self.values.extend(more.values);
    }

    fn of(&self, photo: usize) -> &[f32] {
        let width = 1 + self.prompts.len();
        &self.values[photo * width..][..width]
    }
}

/// How labels that are asked about together share a photo.
pub struct Shares {
    /// For each label and each prompt that it leaves out, whether no label before it leaves it out as well.
    firsts: Vec<Vec<bool>>,
    sigmoid_bias: Option<f32>,
}

impl Shares {
    /// For labels by the prompts that each leaves out.
    pub(super) fn new<'a>(left_out: impl Iterator<Item = &'a [usize]>) -> Self {
        let mut seen = std::collections::HashSet::new();
        let firsts = left_out.map(|prompts| prompts.iter().map(|at| seen.insert(*at)).collect());
        Self {
            firsts: firsts.collect(),
            sigmoid_bias: None,
        }
    }

    /// For labels whose masses are known.
    #[must_use]
    pub fn of(labels: &[&LabelMasses]) -> Self {
        Self::new(labels.iter().map(|label| &label.prompts[..]))
    }

    /// The same for a model whose own score is `sigmoid(s v.t + b)`: a match is that score.
    #[must_use]
    pub fn with_sigmoid(self, bias: Option<f32>) -> Self {
        Self {
            sigmoid_bias: bias,
            ..self
        }
    }

    /// Adds the scores of photos, of which `background` has the log-sums. The first of them is the photo `first` of
    /// the masses.
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
            // Everything is something else.
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

    /// Scores one photo by what each label weighs in it, followed by the prompts that the label leaves out.
    /// `background` is the log-sum over all prompts.
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
                // The mass is e^(s v.t), relative to the background's sum.
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
