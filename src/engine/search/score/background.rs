//! Sums over the background prompts, the denominator of match scores.

use half::f16;

use crate::engine::inference::Embeddings;
use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32, exp_scaled, widen};

/// Rows that are widened and multiplied together; they fit into the first-level cache.
const GROUP_ROWS: usize = 12;

/// The background prompts, packed for summation.
pub struct Background {
    dim: usize,
    prompts: usize,
    panels: PackedF32,
    logit_scale: f32,
}

impl Background {
    /// Packs the prompts' embeddings; `logit_scale` is that of the model.
    #[must_use]
    pub fn new(prompts: &Embeddings, logit_scale: f32) -> Self {
        let panels = PackedF32::new(&prompts.values, &vec![0.0; prompts.len()]);
        Self {
            dim: prompts.dim,
            prompts: prompts.len(),
            panels,
            logit_scale,
        }
    }

    /// Computes `ln(sum_b exp(s v.b))` for each of `vectors`, with the logit scale `s` and the prompts `b`, into
    /// `sums`.
    pub fn log_sums(&self, vectors: &[f16], sums: &mut [f32]) {
        let mut wide = vec![0f32; GROUP_ROWS * self.dim];
        let mut logits = vec![0f32; GROUP_ROWS * self.prompts];
        let groups = vectors
            .chunks(GROUP_ROWS * self.dim)
            .zip(sums.chunks_mut(GROUP_ROWS));
        for (vectors, sums) in groups {
            let wide = &mut wide[..vectors.len()];
            let logits = &mut logits[..sums.len() * self.prompts];
            widen(vectors, wide);
            let plain = GemmEpilogue::Activate(Activation::None);
            self.panels.multiply(wide, plain, logits);
            let rows = logits.chunks_exact_mut(self.prompts.max(1));
            for (sum, logits) in sums.iter_mut().zip(rows) {
                *sum = log_sum(logits, self.logit_scale);
            }
        }
    }
}

fn log_sum(cosines: &mut [f32], scale: f32) -> f32 {
    let peak = scale * cosines.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    exp_scaled(cosines, scale, peak);
    peak + cosines.iter().sum::<f32>().ln()
}
