//! Attention of one token of each sequence, without keys and values of the others.
//!
//! A score is `q . (K h) = (K^T q) . h`: one vector for each head, multiplied with the states h of the tokens. (The bias
//! of the keys adds the same to all scores of a head, which softmax does not see.) What a head attends to is
//! `sum_t a_t (V h_t + b) = V (sum_t a_t h_t) + b`: one product again. So two products over all tokens become a few
//! over one of each sequence.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use crate::engine::inference::cpu::{Activation, GemmEpilogue, PackedF32, pool};
use crate::engine::inference::layers::cpu_values;

/// The projections of an attention, on the CPU and in full precision.
pub struct PooledAttention {
    query: PackedF32,
    heads: Vec<PooledHead>,
    /// Width of a head.
    size: usize,
}

struct PooledHead {
    /// From a query of this head to a vector over states, K^T.
    key: PackedF32,
    /// From a mean of states to what this head gives, V.
    value: PackedF32,
}

/// What a task needs to work in.
#[derive(Default)]
pub struct PooledScratch {
    own: Vec<f32>,
    queries: Vec<f32>,
    over_states: Vec<f32>,
    means: Vec<f32>,
    given: Vec<f32>,
    weights: Vec<f32>,
}

/// A panel's product without what could follow it.
const PLAIN: GemmEpilogue = GemmEpilogue::Activate(Activation::None);

impl PooledAttention {
    /// Loads the projections of queries, keys and values.
    ///
    /// # Errors
    /// If one is missing or of another shape.
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

    /// What `token` attends to among the first tokens that it has `seen`: from normalised states, (sequences x tokens)
    /// x width, into sequences x width.
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
