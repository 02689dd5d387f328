//! Scores photos by labels.

use std::ops::Range;

use half::f16;
use rayon::prelude::*;

use super::shares::{LabelMasses, Shares};
use super::{MAX_MEMBER_GAIN, SAME_MEANING, Scores};
use crate::engine::inference::Embeddings;
use crate::engine::inference::cpu::{BackgroundSoftmax, HalfDots, MASS_LANES, exp_scaled, masses};
use crate::engine::search::math::dot;
use crate::engine::search::teach::ClassifierSet;

/// Scratch buffers of a task.
#[derive(Default)]
struct ScoreScratch {
    /// Substitute for a missing embedding.
    zeros: Vec<f16>,
    wide: Vec<f32>,
    cosines: Vec<f32>,
    /// Masses of the labels in one photo.
    masses: Vec<f32>,
}

/// Rows per parallel task.
const TASK_ROWS: usize = 1024;

/// Rows multiplied together, so that their cosines stay in the first-level cache.
const GROUP_ROWS: usize = 64;

/// Labels prepared for scoring against a background.
pub struct Scorer {
    logit_scale: f32,
    labels: usize,
    dim: usize,
    /// Embeddings of the labels' members, then those of all left-out prompts.
    vectors: HalfDots,
    /// The number of `vectors`.
    count: usize,
    /// Number of members of each label, and of the negated members that follow them.
    groups: Vec<(usize, usize)>,
    /// For each label, indices of its left-out prompts among all left-out ones.
    left_out: Vec<Vec<usize>>,
    /// For each left-out prompt, its index in the background.
    prompts: Vec<usize>,
    /// Converts masses to scores.
    shares: Shares,
    /// For each member, the factor of its mass.
    factors: Vec<f32>,
    /// The fast path for a few labels without left-out prompts.
    rule: Option<BackgroundSoftmax>,
}

impl Scorer {
    /// Uses `sigmoid(s v.t + b)` as the match score, for models that define it this way.
    #[must_use]
    pub fn with_sigmoid(self, bias: Option<f32>) -> Self {
        Self {
            shares: self.shares.with_sigmoid(bias),
            rule: self.rule.filter(|_| bias.is_none()),
            ..self
        }
    }

    /// Adds `bias` to every label's logit relative to the background
    /// ([`ModelInfo::match_bias`](crate::engine::inference::ModelInfo::match_bias)). Rankings by a single label do not
    /// change.
    #[must_use]
    pub fn with_match_bias(mut self, bias: f32) -> Self {
        let raise = bias.exp();
        self.factors.iter_mut().for_each(|factor| *factor *= raise);
        if let Some(rule) = &mut self.rule {
            rule.factors[..self.labels].copy_from_slice(&self.factors);
        }
        self
    }

    /// Prepares `labels` for scoring against `background`, both normalised and of the model's dimension.
    #[must_use]
    pub fn new(labels: &Embeddings, background: &Embeddings, logit_scale: f32) -> Self {
        let each = vec![(1, 0); labels.len()];
        let factors = vec![1.0; labels.len()];
        Self::build(labels, labels, each, factors, background, logit_scale)
    }

    /// Prepares trained classifiers: their text embeddings select the left-out prompts, their vectors and biases score.
    #[must_use]
    pub fn for_classifiers(
        labels: &ClassifierSet,
        background: &Embeddings,
        logit_scale: f32,
    ) -> Self {
        let factors = labels.biases.iter().map(|bias| bias.exp()).collect();
        let groups = labels.groups.iter().copied();
        Self::build(
            &labels.texts,
            &labels.vectors,
            groups.zip(labels.negated.iter().copied()).collect(),
            factors,
            background,
            logit_scale,
        )
    }

    fn build(
        members: &Embeddings,
        scored: &Embeddings,
        groups: Vec<(usize, usize)>,
        factors: Vec<f32>,
        background: &Embeddings,
        logit_scale: f32,
    ) -> Self {
        let labels = groups.len();
        let mut vectors = scored.values.clone();
        let mut left_out = vec![Vec::new(); labels];
        let mut prompts = Vec::new();
        // Negated members leave out no prompts, because those count against the label too.
        let of_member: Vec<Option<usize>> = (groups.iter().enumerate())
            .flat_map(|(label, (members, negated))| {
                let own = std::iter::repeat_n(Some(label), *members);
                own.chain(std::iter::repeat_n(None, *negated))
            })
            .collect();
        for (at, prompt) in background.rows().enumerate() {
            let same = members
                .rows()
                .zip(&of_member)
                .filter_map(|(member, label)| label.filter(|_| dot(prompt, member) > SAME_MEANING));
            let mut by: Vec<usize> = same.collect();
            by.dedup();
            if !by.is_empty() {
                vectors.extend_from_slice(prompt);
                by.into_iter()
                    .for_each(|label| left_out[label].push(prompts.len()));
                prompts.push(at);
            }
        }
        let alone = groups.iter().all(|members| *members == (1, 0));
        let short = alone && prompts.is_empty() && labels < MASS_LANES && labels > 0;
        let rule = short.then(|| {
            let mut rule = BackgroundSoftmax {
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
            labels,
            dim: members.dim,
            vectors: HalfDots::new(&vectors, members.dim),
            count: members.len() + prompts.len(),
            groups,
            shares: Shares::new(left_out.iter().map(Vec::as_slice)),
            left_out,
            prompts,
            factors,
        }
    }

    /// Scores photos. `values` is the matrix of all embeddings, `background` the log-sums of its rows, `rows` the rows
    /// to score. Rows that do not exist score NaN, which matches nothing.
    #[must_use]
    pub fn score(&self, values: &[f16], background: &[f32], rows: &[u32]) -> Scores {
        let mut scores = Scores::default();
        self.score_into(values, background, rows, &mut scores);
        scores
    }

    /// Like [`Self::score`], but reuses the memory of earlier scores: allocating it for a million photos takes as long
    /// as computing them.
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
            // Without labels, everything is "something else".
            scores.probabilities.resize(rows.len(), 1.0);
            return;
        }
        scores.matches.resize(rows.len() * labels, 0.0);
        scores.probabilities.resize(rows.len() * (labels + 1), 0.0);
        (scores.matches.par_chunks_mut(TASK_ROWS * labels))
            .zip(
                scores
                    .probabilities
                    .par_chunks_mut(TASK_ROWS * (labels + 1)),
            )
            .zip(rows.par_chunks(TASK_ROWS))
            .for_each_init(
                || self.scratch(),
                |scratch, ((matches, probabilities), rows)| {
                    let groups = matches
                        .chunks_mut(GROUP_ROWS * labels)
                        .zip(probabilities.chunks_mut(GROUP_ROWS * (labels + 1)))
                        .zip(rows.chunks(GROUP_ROWS));
                    for ((matches, probabilities), rows) in groups {
                        let sums = self.cosines(values, background, rows, scratch);
                        self.score_group(&sums[..rows.len()], scratch, matches, probabilities);
                    }
                },
            );
    }

    /// The masses of each label, from which scores are derived; arguments as in [`Self::score`].
    #[must_use]
    pub fn masses(&self, values: &[f16], background: &[f32], rows: &[u32]) -> Vec<LabelMasses> {
        let width = self.masses_width();
        if width == 0 {
            return Vec::new();
        }
        let mut all = vec![0.0; rows.len() * width];
        (all.par_chunks_mut(TASK_ROWS * width))
            .zip(rows.par_chunks(TASK_ROWS))
            .for_each_init(
                || self.scratch(),
                |scratch, (masses, rows)| {
                    let groups = masses.chunks_mut(GROUP_ROWS * width);
                    for (masses, rows) in groups.zip(rows.chunks(GROUP_ROWS)) {
                        let sums = self.cosines(values, background, rows, scratch);
                        let cosines = scratch
                            .cosines
                            .chunks_exact_mut(self.vectors.width().max(1));
                        let targets = masses.chunks_exact_mut(width).zip(cosines).zip(&sums);
                        for ((masses, cosines), sum) in targets {
                            self.masses_of_row(&mut cosines[..self.count], *sum, masses);
                        }
                    }
                },
            );
        self.by_label(all, width)
    }

    /// Separates the masses of the labels, photos x `width`.
    fn by_label(&self, all: Vec<f32>, width: usize) -> Vec<LabelMasses> {
        let in_background = |prompts: &[usize]| -> Vec<usize> {
            prompts.iter().map(|at| self.prompts[*at]).collect()
        };
        // After a keystroke only the changed label is scored, and its masses need not be copied.
        if let [prompts] = self.left_out.as_slice() {
            return vec![LabelMasses::new(in_background(prompts), all)];
        }
        let mut first = 0;
        let parts = self.left_out.iter().map(|prompts| {
            let part = first..first + 1 + prompts.len();
            first = part.end;
            (part, prompts.as_slice())
        });
        let parts: Vec<(Range<usize>, &[usize])> = parts.collect();
        let masses = |(part, prompts): (Range<usize>, &[usize])| {
            let mut values = Vec::with_capacity(all.len() / width * part.len());
            for row in all.chunks_exact(width) {
                values.extend_from_slice(&row[part.clone()]);
            }
            LabelMasses::new(in_background(prompts), values)
        };
        parts.into_par_iter().map(masses).collect()
    }

    fn scratch(&self) -> ScoreScratch {
        ScoreScratch {
            zeros: vec![f16::ZERO; self.dim],
            masses: vec![0.0; self.masses_width()],
            ..ScoreScratch::default()
        }
    }

    /// Number of masses of a photo: of each label, and of its left-out prompts.
    fn masses_width(&self) -> usize {
        self.left_out.iter().map(|prompts| 1 + prompts.len()).sum()
    }

    /// Computes the cosines of a group of photos together, which saves memory traffic, into `scratch`. Returns the
    /// photos' log-sums.
    fn cosines(
        &self,
        values: &[f16],
        background: &[f32],
        rows: &[u32],
        scratch: &mut ScoreScratch,
    ) -> [f32; GROUP_ROWS] {
        let mut vectors = [&scratch.zeros[..]; GROUP_ROWS];
        let mut sums = [f32::NAN; GROUP_ROWS];
        for (i, row) in rows.iter().enumerate() {
            let row = *row as usize;
            let vector = values.get(row * self.dim..(row + 1) * self.dim);
            if let (Some(vector), Some(sum)) = (vector, background.get(row)) {
                (vectors[i], sums[i]) = (vector, *sum);
            }
        }
        let cosines = &mut scratch.cosines;
        cosines.resize(rows.len() * self.vectors.width(), 0.0);
        (self.vectors).run(&vectors[..rows.len()], &mut scratch.wide, cosines);
        sums
    }

    /// Converts the cosines of a group of photos to scores. `background` has the log-sums over all prompts.
    fn score_group(
        &self,
        background: &[f32],
        scratch: &mut ScoreScratch,
        matches: &mut [f32],
        probabilities: &mut [f32],
    ) {
        if let Some(rule) = &self.rule {
            return masses(&scratch.cosines, background, rule, matches, probabilities);
        }
        let width = self.vectors.width().max(1);
        let targets = matches
            .chunks_exact_mut(self.labels)
            .zip(probabilities.chunks_exact_mut(self.labels + 1))
            .zip(scratch.cosines.chunks_exact_mut(width));
        for (((matches, probabilities), cosines), background) in targets.zip(background) {
            let row = &mut scratch.masses;
            self.masses_of_row(&mut cosines[..self.count], *background, row);
            let mut rest = &**row;
            let labels = self.left_out.iter().map(|prompts| {
                let (own, others) = rest.split_at(1 + prompts.len());
                rest = others;
                own
            });
            self.shares
                .score(labels, *background, matches, probabilities);
        }
    }

    /// Converts the cosines of one photo to the mass of each label, followed by those of its left-out prompts. Masses
    /// are relative to the background's sum, which becomes 1.
    ///
    /// Negated members of mass N compete with a label of mass M as its background of mass B does, which is 1 without
    /// left-out prompts. Its match M / (M + B + N) is that of a label of mass M B / (B + N).
    fn masses_of_row(&self, logits: &mut [f32], background: f32, row: &mut [f32]) {
        exp_scaled(logits, self.logit_scale, background);
        let (members, prompts) = logits.split_at_mut(self.factors.len());
        for (mass, factor) in members.iter_mut().zip(&self.factors) {
            *mass *= factor;
        }
        let mut members = &*members;
        let mut places = row.iter_mut();
        for ((count, negated), left_out) in self.groups.iter().zip(&self.left_out) {
            let (own, others) = members.split_at(*count);
            let (negated, others) = others.split_at(*negated);
            members = others;
            let of_prompts = left_out.iter().map(|at| prompts[*at]);
            let mut mass = together(own);
            if !negated.is_empty() {
                let background = (1.0 - of_prompts.clone().sum::<f32>()).max(0.0);
                let all = background + together(negated);
                mass *= background / all.max(f32::MIN_POSITIVE);
            }
            let masses = std::iter::once(mass).chain(of_prompts);
            for (mass, place) in masses.zip(&mut places) {
                *place = mass;
            }
        }
    }
}

/// The mass of a label: the sum of its members' masses, but at most [`MAX_MEMBER_GAIN`] times the largest.
fn together(members: &[f32]) -> f32 {
    if let [alone] = members {
        return *alone;
    }
    let (mut sum, mut most) = (0.0, 0.0);
    for mass in members {
        sum += mass;
        most = if *mass > most { *mass } else { most };
    }
    let bound = MAX_MEMBER_GAIN * most;
    // Written so that NaN is propagated.
    if sum > bound { bound } else { sum }
}
