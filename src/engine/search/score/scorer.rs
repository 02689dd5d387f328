//! Scores photos by labels.

use half::f16;
use rayon::prelude::*;

use super::{MOST_TOGETHER, SAME_MEANING, Scores, dot, sigmoid};
use crate::engine::inference::Embeddings;
use crate::engine::inference::cpu::{HalfDots, MASS_LANES, MassRule, exp_scaled, masses};
use crate::engine::search::teach::ClassifierSet;

/// What a task needs to work in.
#[derive(Default)]
struct Scratch {
    wide: Vec<f32>,
    cosines: Vec<f32>,
}

/// Rows that one task scores.
const TASK_ROWS: usize = 1024;

/// Rows that are multiplied together; their cosines stay in the first cache.
const GROUP_ROWS: usize = 64;

/// Labels made ready for scoring against one background.
pub struct Scorer {
    logit_scale: f32,
    sigmoid_bias: Option<f32>,
    labels: usize,
    dim: usize,
    /// Vectors of the labels' members, then those of all left-out prompts.
    vectors: HalfDots,
    /// How many those are together.
    count: usize,
    /// How many members each label has.
    groups: Vec<usize>,
    /// For each label, which of the left-out prompts it leaves out.
    left_out: Vec<Vec<usize>>,
    /// For each member, what its mass is multiplied by.
    factors: Vec<f32>,
    /// The short way, for a few labels of which none says the same as a prompt.
    rule: Option<MassRule>,
}

impl Scorer {
    /// The same for a model whose own score is `sigmoid(s v.t + b)`: a match is that score.
    #[must_use]
    pub fn with_sigmoid(self, bias: Option<f32>) -> Self {
        Self {
            sigmoid_bias: bias,
            rule: self.rule.filter(|_| bias.is_none()),
            ..self
        }
    }

    /// Raises the logit of every label by `bias` before it is weighed against the background
    /// ([`ModelInfo::match_bias`](crate::engine::inference::ModelInfo::match_bias)). Rankings by one label stay as they are.
    #[must_use]
    pub fn with_match_bias(mut self, bias: f32) -> Self {
        let raise = bias.exp();
        self.factors.iter_mut().for_each(|factor| *factor *= raise);
        if let Some(rule) = &mut self.rule {
            rule.factors[..self.labels].copy_from_slice(&self.factors);
        }
        self
    }

    /// For `labels` against `background`, both normalised and of the model's width.
    #[must_use]
    pub fn new(labels: &Embeddings, background: &Embeddings, logit_scale: f32) -> Self {
        let each = vec![1; labels.len()];
        let factors = vec![1.0; labels.len()];
        Self::build(labels, labels, each, factors, background, logit_scale)
    }

    /// For labels that were taught: their texts tell which prompts mean the same, their vectors and biases score.
    #[must_use]
    pub fn taught(labels: &ClassifierSet, background: &Embeddings, logit_scale: f32) -> Self {
        let factors = labels.biases.iter().map(|bias| bias.exp()).collect();
        Self::build(
            &labels.texts,
            &labels.vectors,
            labels.groups.clone(),
            factors,
            background,
            logit_scale,
        )
    }

    fn build(
        members: &Embeddings,
        scored: &Embeddings,
        groups: Vec<usize>,
        factors: Vec<f32>,
        background: &Embeddings,
        logit_scale: f32,
    ) -> Self {
        let labels = groups.len();
        let mut vectors = scored.values.clone();
        let mut left_out = vec![Vec::new(); labels];
        let mut prompts = 0;
        let of_member: Vec<usize> = (groups.iter().enumerate())
            .flat_map(|(label, members)| std::iter::repeat_n(label, *members))
            .collect();
        for prompt in background.rows() {
            let same = members
                .rows()
                .zip(&of_member)
                .filter_map(|(member, label)| {
                    (dot(prompt, member) > SAME_MEANING).then_some(*label)
                });
            let mut by: Vec<usize> = same.collect();
            by.dedup();
            if !by.is_empty() {
                vectors.extend_from_slice(prompt);
                by.into_iter()
                    .for_each(|label| left_out[label].push(prompts));
                prompts += 1;
            }
        }
        let alone = groups.iter().all(|members| *members == 1);
        let short = alone && prompts == 0 && labels < MASS_LANES && labels > 0;
        let rule = short.then(|| {
            let mut rule = MassRule {
                labels,
                scale: logit_scale,
                factors: [1.0; MASS_LANES],
            };
            rule.factors[..labels].copy_from_slice(&factors);
            rule
        });
        Self {
            rule,
            logit_scale,
            sigmoid_bias: None,
            labels,
            dim: members.dim,
            vectors: HalfDots::new(&vectors, members.dim),
            count: members.len() + prompts,
            groups,
            left_out,
            factors,
        }
    }

    /// Scores photos. `values` are all vectors of a model, `background` the log-sums row for row,
    /// `rows` the rows to score; rows that are not there score no number (NaN), which fits nothing.
    #[must_use]
    pub fn score(&self, values: &[f16], background: &[f32], rows: &[u32]) -> Scores {
        let mut scores = Scores::default();
        self.score_into(values, background, rows, &mut scores);
        scores
    }

    /// The same into the room that earlier scores leave: fresh memory for a million photos costs as much as their
    /// arithmetic.
    pub fn score_into(
        &self,
        values: &[f16],
        background: &[f32],
        rows: &[u32],
        scores: &mut Scores,
    ) {
        let labels = self.labels;
        scores.labels = labels;
        if labels == 0 {
            scores.matches.clear();
            scores.probabilities.clear();
            // Everything is something else.
            scores.probabilities.resize(rows.len(), 1.0);
            return;
        }
        scores.matches.resize(rows.len() * labels, 0.0);
        scores.probabilities.resize(rows.len() * (labels + 1), 0.0);
        let zeros = vec![f16::ZERO; self.dim];
        (scores.matches.par_chunks_mut(TASK_ROWS * labels))
            .zip(
                scores
                    .probabilities
                    .par_chunks_mut(TASK_ROWS * (labels + 1)),
            )
            .zip(rows.par_chunks(TASK_ROWS))
            .for_each_init(
                Scratch::default,
                |room, ((matches, probabilities), rows)| {
                    let groups = matches
                        .chunks_mut(GROUP_ROWS * labels)
                        .zip(probabilities.chunks_mut(GROUP_ROWS * (labels + 1)))
                        .zip(rows.chunks(GROUP_ROWS));
                    for ((matches, probabilities), rows) in groups {
                        let mut vectors = [&zeros[..]; GROUP_ROWS];
                        let mut sums = [f32::NAN; GROUP_ROWS];
                        for (i, row) in rows.iter().enumerate() {
                            let row = *row as usize;
                            let vector = values.get(row * self.dim..(row + 1) * self.dim);
                            if let (Some(vector), Some(sum)) = (vector, background.get(row)) {
                                (vectors[i], sums[i]) = (vector, *sum);
                            }
                        }
                        let (vectors, sums) = (&vectors[..rows.len()], &sums[..rows.len()]);
                        self.score_group(vectors, sums, room, matches, probabilities);
                    }
                },
            );
    }

    /// Scores a few photos, whose products share what they load.
    fn score_group(
        &self,
        vectors: &[&[f16]],
        background: &[f32],
        room: &mut Scratch,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) {
        let width = self.vectors.width();
        let cosines = &mut room.cosines;
        cosines.resize(vectors.len() * width, 0.0);
        self.vectors.run(vectors, &mut room.wide, cosines);
        if let Some(rule) = &self.rule {
            return masses(cosines, background, rule, matches, probabilities);
        }
        let targets = matches
            .chunks_exact_mut(self.labels)
            .zip(probabilities.chunks_exact_mut(self.labels + 1))
            .zip(cosines.chunks_exact_mut(width.max(1)));
        for (((matches, probabilities), cosines), background) in targets.zip(background) {
            let cosines = &mut cosines[..self.count];
            self.score_row(cosines, *background, matches, probabilities);
        }
    }

    /// From the cosines of one photo to its scores. `background` is the log-sum over all prompts.
    fn score_row(
        &self,
        logits: &mut [f32],
        background: f32,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) {
        // Everything relative to the background's sum, which is then 1.
        exp_scaled(logits, self.logit_scale, background);
        let (members, prompts) = logits.split_at_mut(self.factors.len());
        for (mass, factor) in members.iter_mut().zip(&self.factors) {
            *mass *= factor;
        }
        let mut total = (1.0 - prompts.iter().sum::<f32>()).max(0.0);
        let rest = total;
        let mut members = &*members;
        for (label, count) in self.groups.iter().enumerate() {
            let (own, others) = members.split_at(*count);
            members = others;
            let mass = together(own);
            let left_out: f32 = self.left_out[label].iter().map(|at| prompts[*at]).sum();
            let others = (1.0 - left_out).max(0.0);
            matches[label] = match self.sigmoid_bias {
                None => mass / (mass + others).max(f32::MIN_POSITIVE),
                // The mass is e^(s v.t), relative to the background's sum.
                Some(bias) => sigmoid(mass.ln() + background + bias),
            };
            probabilities[label] = mass;
            total += mass;
        }
        let total = total.max(f32::MIN_POSITIVE);
        for probability in &mut probabilities[..self.labels] {
            *probability /= total;
        }
        probabilities[self.labels] = rest / total;
    }
}

/// The mass of a label from those of its members: what they are together, as far as it is no more than
/// [`MOST_TOGETHER`] times the largest.
fn together(members: &[f32]) -> f32 {
    if let [alone] = members {
        return *alone;
    }
    let (mut sum, mut most) = (0.0, 0.0);
    for mass in members {
        sum += mass;
        most = if *mass > most { *mass } else { most };
    }
    let bound = MOST_TOGETHER * most;
    // What is no number stays none.
    if sum > bound { bound } else { sum }
}
