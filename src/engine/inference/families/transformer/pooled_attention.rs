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
    heads: Vec<Head>,
    /// Width of a head.
    size: usize,
}

struct Head {
    /// From a query of this head to a vector over states, K^T.
    key: PackedF32,
    /// From a mean of states to what this head gives, V.
    value: PackedF32,
}

/// What a task needs to work in.
#[derive(Default)]
pub struct OneQueryRoom {
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
            Ok(Head {
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
        room: &mut OneQueryRoom,
        out: &mut [f32],
    ) {
        let width = self.size * self.heads.len();
        let sequences = states.chunks_exact(tokens * width);
        room.own.clear();
        for states in sequences.clone() {
            room.own
                .extend_from_slice(&states[token * width..][..width]);
        }
        for buffer in [&mut room.queries, &mut room.over_states, &mut room.means] {
            buffer.resize(out.len(), 0.0);
        }
        room.given.resize(out.len() / self.heads.len(), 0.0);
        self.query.multiply(&room.own, PLAIN, &mut room.queries);
        let scale = 1.0 / (self.size as f32).sqrt();
        for (at, head) in self.heads.iter().enumerate() {
            let columns = at * self.size..(at + 1) * self.size;
            room.own.clear();
            for query in room.queries.chunks_exact(width) {
                room.own.extend_from_slice(&query[columns.clone()]);
            }
            head.key.multiply(&room.own, PLAIN, &mut room.over_states);
            let vectors = room.over_states.chunks_exact(width);
            let means = room.means.chunks_exact_mut(width);
            for ((states, vector), mean) in sequences.clone().zip(vectors).zip(means) {
                pool(
                    &states[..seen * width],
                    vector,
                    scale,
                    &mut room.weights,
                    mean,
                );
            }
            head.value.multiply(&room.means, PLAIN, &mut room.given);
            let given = room.given.chunks_exact(self.size);
            for (given, out) in given.zip(out.chunks_exact_mut(width)) {
                out[columns.clone()].copy_from_slice(given);
            }
        }
    }
}
