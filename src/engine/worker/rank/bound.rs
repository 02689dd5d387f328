//! A bound on a vector's match by a few products, so that most vectors need no more.

use crate::engine::inference::cpu::row_dots;
use crate::engine::inference::{Embeddings, ModelInfo};
use crate::engine::search::score::{MOST_TOGETHER, SAME_MEANING};
use crate::engine::search::teach::ClassifierSet;

/// How far a cosine may be from that of vectors rounded to sixteen bits, which are what is scored.
const ROUNDING: f32 = 2e-3;

/// How far from 1 the length of a normalised vector may be.
const UNIT: f32 = 1e-4;

/// The match from which others are told apart by what is scored alone.
const CERTAIN: f32 = 0.999;

/// What a label's match can be at most.
pub struct Bound {
    dim: usize,
    scale: f32,
    /// The label's members, then the mean of the prompts that it is weighed against.
    vectors: Vec<f32>,
    /// What is added to each member's logit.
    raise: Vec<f32>,
    /// The log of how many prompts there are; nothing for a model whose matches need none.
    prompts: Option<f32>,
}

impl Bound {
    /// For one label.
    pub fn new(label: &ClassifierSet, background: &Embeddings, model: &ModelInfo) -> Self {
        let dim = background.dim;
        let same = |prompt: &[f32]| {
            let cosine =
                |member: &[f32]| member.iter().zip(prompt).map(|(a, b)| a * b).sum::<f32>();
            label
                .texts
                .rows()
                .any(|member| cosine(member) > SAME_MEANING)
        };
        let (mut mean, mut count) = (vec![0f32; dim], 0f32);
        for prompt in background.rows().filter(|prompt| !same(prompt)) {
            mean.iter_mut().zip(prompt).for_each(|(m, v)| *m += v);
            count += 1.0;
        }
        mean.iter_mut().for_each(|m| *m /= count.max(1.0));
        let together = if label.biases.len() > 1 {
            MOST_TOGETHER.ln()
        } else {
            0.0
        };
        let raise = model.match_bias + together + model.sigmoid_bias.unwrap_or_default();
        let mut vectors = label.vectors.values.clone();
        vectors.extend(mean);
        Self {
            dim,
            scale: model.logit_scale,
            vectors,
            raise: label.biases.iter().map(|bias| bias + raise).collect(),
            prompts: model.sigmoid_bias.is_none().then(|| count.ln()),
        }
    }

    /// Tells of each row, with its length, whose match may reach `line`. Rows without a direction never do.
    pub fn reaching(&self, rows: &[f32], line: f32, mut tell: impl FnMut(usize, f32)) {
        let width = self.raise.len() + 2;
        let mut products = vec![0f32; rows.len() / self.dim.max(1) * width];
        row_dots(rows, &self.vectors, self.dim, &mut products);
        // As odds: match m means a difference of logits of ln(m / (1 - m)).
        let line = match line {
            line if line <= 0.0 => f32::NEG_INFINITY,
            line => {
                let line = line.min(CERTAIN);
                (line / (1.0 - line)).ln() - 2.0 * self.scale * ROUNDING
            }
        };
        for (at, products) in products.chunks_exact(width).enumerate() {
            let length = products[0].sqrt();
            if !(length.is_finite() && length > 0.0) {
                continue;
            }
            let logit = |product: f32| self.scale * product / length;
            let members = products[1..].iter().zip(&self.raise);
            let most = members
                .map(|(product, raise)| logit(*product) + raise)
                .fold(f32::NEG_INFINITY, f32::max);
            let against = match self.prompts {
                Some(count) => logit(products[width - 1]) + count,
                None => 0.0,
            };
            let below = most - against < line;
            // What cannot be compared is looked at.
            if !below {
                // What is of length 1 already is scored as it is, and so as its worker scored it.
                let is_unit = (length - 1.0).abs() < UNIT;
                tell(at, if is_unit { 1.0 } else { length });
            }
        }
    }
}
