//! Attention for a single query per sequence, without computing keys and values of the other tokens.
//!
//! A score is `q . (K h) = (K^T q) . h`: one vector per head, multiplied by the hidden states h. (The key bias adds a
//! constant to all scores of a head, which softmax cancels.) The output of a head is
//! `sum_t a_t (V h_t + b) = V (sum_t a_t h_t) + b`. Two matrix products over all tokens are thus replaced by a few
//! over one row per sequence.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32, pool};
use crate::engine::inference::layers::cpu_values;

/// The projections of an attention layer, on the CPU in f32.
pub struct PooledAttention {
    query: PackedF32,
    heads: Vec<PooledHead>,
    /// Width of a head.
    size: usize,
}

struct PooledHead {
    /// K^T: maps a query of this head to a vector in the space of hidden states.
    key: PackedF32,
    /// V: maps a weighted mean of hidden states to the output of this head.
    value: PackedF32,
}

/// Scratch buffers of one task.
#[derive(Default)]
pub struct PooledScratch {
    own: Vec<f32>,
    queries: Vec<f32>,
    over_states: Vec<f32>,
    means: Vec<f32>,
    given: Vec<f32>,
    weights: Vec<f32>,
}

/// An epilogue that only adds the bias.
const PLAIN: GemmEpilogue = GemmEpilogue::Activate(Activation::None);

impl PooledAttention {
    /// Loads the query, key and value projections.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong shape.
    pub fn load(width: usize, heads: usize, [query, key, value]: &[VarBuilder; 3]) -> Result<Self> {
        let weight = |vb: &VarBuilder| vb.get((width, width), "weight");
        let bias = |vb: &VarBuilder| cpu_values(&vb.get(width, "bias")?);
        let (keys, values, biases) = (weight(key)?, weight(value)?, bias(value)?);
        let size = width / heads;
        let head = |head: usize| {
            let rows = |weight: &Tensor| weight.narrow(0, head * size, size);
            let key = cpu_values(&rows(&keys)?.t()?)?;
            let value = cpu_values(&rows(&values)?)?;
            Ok(PooledHead {
                key: PackedF32::new(&key, &vec![0.0; width]),
                value: PackedF32::new(&value, &biases[head * size..][..size]),
            })
        };
        Ok(Self {
            query: PackedF32::new(&cpu_values(&weight(query)?)?, &bias(query)?),
            heads: (0..heads).map(head).collect::<Result<_>>()?,
            size,
        })
    }

    /// Attention of `token` to the first `seen` tokens of each sequence: from normalised hidden states, (sequences x
    /// tokens) x width, to sequences x width.
    pub fn run(
        &self,
        states: &[f32],
        tokens: usize,
        (token, seen): (usize, usize),
        scratch: &mut PooledScratch,
        out: &mut [f32],
    ) {
        let width = self.size * self.heads.len();
        let sequences = states.chunks_exact(tokens * width);
        scratch.own.clear();
        for states in sequences.clone() {
            scratch
                .own
                .extend_from_slice(&states[token * width..][..width]);
        }
        for buffer in [
            &mut scratch.queries,
            &mut scratch.over_states,
            &mut scratch.means,
        ] {
            buffer.resize(out.len(), 0.0);
        }
        scratch.given.resize(out.len() / self.heads.len(), 0.0);
        self.query
            .multiply(&scratch.own, PLAIN, &mut scratch.queries);
        let scale = 1.0 / (self.size as f32).sqrt();
        for (at, head) in self.heads.iter().enumerate() {
            let columns = at * self.size..(at + 1) * self.size;
            scratch.own.clear();
            for query in scratch.queries.chunks_exact(width) {
                scratch.own.extend_from_slice(&query[columns.clone()]);
            }
            head.key
                .multiply(&scratch.own, PLAIN, &mut scratch.over_states);
            let vectors = scratch.over_states.chunks_exact(width);
            let means = scratch.means.chunks_exact_mut(width);
            for ((states, vector), mean) in sequences.clone().zip(vectors).zip(means) {
                pool(
                    &states[..seen * width],
                    vector,
                    scale,
                    &mut scratch.weights,
                    mean,
                );
            }
            head.value
                .multiply(&scratch.means, PLAIN, &mut scratch.given);
            let given = scratch.given.chunks_exact(self.size);
            for (given, out) in given.zip(out.chunks_exact_mut(width)) {
                out[columns.clone()].copy_from_slice(given);
            }
        }
    }
}
