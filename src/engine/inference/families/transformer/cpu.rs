//! Transformer layers on the CPU: a task's rows stay in a core's cache from one attention to the next.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use candle_core::Result;
use rayon::prelude::*;

use super::{EncoderConfig, PooledAttention, Projections, TransformerLayer};
use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::{Activation, AttentionScratch, GemmEpilogue};
use crate::engine::inference::families::transformer::pooled_attention::PooledScratch;
use crate::engine::inference::layers::{
    AttentionShape, Packed, Queries, RoundedRows, attend_sequence, task_rows,
};

/// Intermediate results of a whole batch, reused between batches.
#[derive(Default)]
struct Workspace {
    qkv: Vec<f32>,
    attended: Vec<f32>,
}

/// Workspaces that are not in use.
#[derive(Default)]
pub struct Workspaces(Mutex<Vec<Workspace>>);

impl Workspaces {
    fn take(&self) -> Workspace {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }

    fn give_back(&self, workspace: Workspace) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(workspace);
    }
}

/// Scratch buffers of one task, kept per thread.
#[derive(Default)]
struct LayerScratch {
    normed: Vec<f32>,
    hidden: Vec<f32>,
    rounded: RoundedRows,
    attention: AttentionScratch,
    pooled: PooledScratch,
}

thread_local! {
    static SCRATCH: RefCell<LayerScratch> = RefCell::default();
}

/// The first `len` values of a buffer that grows as needed.
fn scratch(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}

/// The layers of an encoder with their workspaces.
pub struct CpuLayers<'a> {
    pub config: &'a EncoderConfig,
    pub layers: &'a [TransformerLayer],
    pub workspaces: &'a Workspaces,
}

impl CpuLayers<'_> {
    /// Encodes sequences of `tokens` tokens in `x`, (batch x tokens) x width, and replaces them by the final hidden
    /// states of the wanted tokens.
    ///
    /// # Errors
    /// Returns an error if the layers are not packed for the CPU, or the work was cancelled between two layers.
    pub fn run(
        &self,
        x: &mut Vec<f32>,
        tokens: usize,
        wanted: Queries,
        cancel: &Cancel,
    ) -> Result<()> {
        let mut workspace = self.workspaces.take();
        for layer in self.layers {
            if cancel.is_cancelled() {
                candle_core::bail!("cancelled");
            }
            match &layer.projections {
                Projections::Fused(qkv) => {
                    let attended = scratch(&mut workspace.attended, x.len());
                    let qkv_values = scratch(&mut workspace.qkv, 3 * x.len());
                    self.project(layer, qkv.packed()?, x, qkv_values)?;
                    self.attend(qkv_values, tokens, attended);
                    self.finish_layer(layer, attended, x)?;
                }
                Projections::One(one) => {
                    let token = wanted.range(tokens).start;
                    let attended = scratch(&mut workspace.attended, x.len() / tokens);
                    self.attend_one((layer, one), x, tokens, token, attended)?;
                    *x = self.select_token(x, tokens, token);
                    self.finish_layer(layer, attended, x)?;
                }
            }
        }
        self.workspaces.give_back(workspace);
        Ok(())
    }

    /// The hidden state of one token of each sequence.
    fn select_token(&self, x: &[f32], tokens: usize, token: usize) -> Vec<f32> {
        let width = self.config.width;
        x.chunks_exact(tokens * width)
            .flat_map(|sequence| &sequence[token * width..][..width])
            .copied()
            .collect()
    }

    /// Computes query, key and value of all rows.
    fn project(
        &self,
        layer: &TransformerLayer,
        weights: &Packed,
        x: &[f32],
        qkv: &mut [f32],
    ) -> Result<()> {
        let width = self.config.width;
        let rows = task_rows(x.len() / width);
        qkv.par_chunks_mut(rows * 3 * width)
            .zip(x.par_chunks(rows * width))
            .try_for_each(|(qkv, x)| {
                SCRATCH.with_borrow_mut(|task| {
                    let normed = scratch(&mut task.normed, x.len());
                    layer.attention_norm.run(x, normed)?;
                    let then = GemmEpilogue::Activate(Activation::None);
                    weights.run(normed, then, &mut task.rounded, qkv);
                    Ok(())
                })
            })
    }

    fn attend(&self, qkv: &[f32], tokens: usize, attended: &mut [f32]) {
        let EncoderConfig {
            width,
            heads,
            causal,
            ..
        } = *self.config;
        let shape = AttentionShape {
            tokens,
            heads,
            causal,
        };
        attended
            .par_chunks_mut(tokens * width)
            .zip(qkv.par_chunks(tokens * 3 * width))
            .for_each(|(attended, qkv)| {
                SCRATCH.with_borrow_mut(|scratch| {
                    attend_sequence(qkv, shape, &mut scratch.attention, attended);
                });
            });
    }

    /// Attention of `token` in each sequence, for all sequences of a task.
    fn attend_one(
        &self,
        (layer, one): (&TransformerLayer, &PooledAttention),
        x: &[f32],
        tokens: usize,
        token: usize,
        attended: &mut [f32],
    ) -> Result<()> {
        let width = self.config.width;
        let seen = if self.config.causal {
            token + 1
        } else {
            tokens
        };
        let sequences = task_rows(attended.len() / width);
        attended
            .par_chunks_mut(sequences * width)
            .zip(x.par_chunks(sequences * tokens * width))
            .try_for_each(|(attended, x)| {
                SCRATCH.with_borrow_mut(|task| {
                    let normed = scratch(&mut task.normed, x.len());
                    layer.attention_norm.run(x, normed)?;
                    one.run(normed, tokens, (token, seen), &mut task.pooled, attended);
                    Ok(())
                })
            })
    }

    /// The rest of the layer after attention: output projection and MLP.
    fn finish_layer(
        &self,
        layer: &TransformerLayer,
        attended: &[f32],
        x: &mut [f32],
    ) -> Result<()> {
        let EncoderConfig {
            width,
            hidden,
            activation,
            ..
        } = *self.config;
        let (out, up_projection, down_projection) = (
            layer.out.packed()?,
            layer.up_projection.packed()?,
            layer.down_projection.packed()?,
        );
        let chunk = task_rows(x.len() / width) * width;
        x.par_chunks_mut(chunk)
            .zip(attended.par_chunks(chunk))
            .try_for_each(|(x, attended)| {
                SCRATCH.with_borrow_mut(|task| {
                    out.run(attended, GemmEpilogue::Add, &mut task.rounded, x);
                    let normed = scratch(&mut task.normed, x.len());
                    layer.mlp_norm.run(x, normed)?;
                    let between = scratch(&mut task.hidden, x.len() / width * hidden);
                    let then = GemmEpilogue::Activate(activation);
                    up_projection.run(normed, then, &mut task.rounded, between);
                    down_projection.run(between, GemmEpilogue::Add, &mut task.rounded, x);
                    Ok(())
                })
            })
    }
}
