//! The layers on the CPU: all rows of a task go from one attention to the next while they are in a core's cache.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use candle_core::Result;
use rayon::prelude::*;

use super::{EncoderConfig, Layer};
use crate::core::cancel::Cancel;
use crate::core::kernels::{Activation, AttentionScratch, Int8Rows, Then};
use crate::core::nn::{AttentionShape, Queries, attend_sequence, task_rows};

/// What a whole batch has between two steps, kept from one batch to the next.
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

/// What one task needs to work in, kept by its thread.
#[derive(Default)]
struct Room {
    normed: Vec<f32>,
    hidden: Vec<f32>,
    bytes: Int8Rows,
    attention: AttentionScratch,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// The first `len` values of a buffer that grows as needed.
fn room(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}

/// A stack of layers with what they work in.
pub struct Stack<'a> {
    pub config: &'a EncoderConfig,
    pub layers: &'a [Layer],
    pub workspaces: &'a Workspaces,
}

impl Stack<'_> {
    /// Runs sequences of `tokens` tokens in `x`, (batch x tokens) x width, and leaves the wanted tokens' final
    /// states there.
    ///
    /// # Errors
    /// If the layers are not laid out for the CPU, or the work was cancelled between two of them.
    pub fn run(
        &self,
        x: &mut Vec<f32>,
        tokens: usize,
        wanted: Queries,
        cancel: &Cancel,
    ) -> Result<()> {
        let mut workspace = self.workspaces.take();
        let last = self.layers.len().saturating_sub(1);
        for (i, layer) in self.layers.iter().enumerate() {
            if cancel.is_cancelled() {
                candle_core::bail!("cancelled");
            }
            let queries = if i == last { wanted } else { Queries::All };
            self.layer(layer, x, tokens, queries, &mut workspace)?;
        }
        self.workspaces.give_back(workspace);
        Ok(())
    }

    fn layer(
        &self,
        layer: &Layer,
        x: &mut Vec<f32>,
        tokens: usize,
        queries: Queries,
        workspace: &mut Workspace,
    ) -> Result<()> {
        let width = self.config.width;
        let rows = x.len() / width;
        let qkv = room(&mut workspace.qkv, rows * 3 * width);
        project(layer, width, x, qkv)?;
        if let Queries::One(token) = queries {
            *x = x
                .chunks_exact(tokens * width)
                .flat_map(|sequence| &sequence[token * width..][..width])
                .copied()
                .collect();
        }
        let attended = room(&mut workspace.attended, x.len());
        self.attend(qkv, tokens, queries, attended);
        self.feed(layer, attended, x)
    }

    fn attend(&self, qkv: &[f32], tokens: usize, queries: Queries, attended: &mut [f32]) {
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
            .par_chunks_mut(queries.range(tokens).len() * width)
            .zip(qkv.par_chunks(tokens * 3 * width))
            .for_each(|(attended, qkv)| {
                ROOM.with_borrow_mut(|room| {
                    attend_sequence(qkv, shape, queries, &mut room.attention, attended);
                });
            });
    }

    /// From what was attended to the end of the layer.
    fn feed(&self, layer: &Layer, attended: &[f32], x: &mut [f32]) -> Result<()> {
        let EncoderConfig {
            width,
            hidden,
            activation,
            ..
        } = *self.config;
        let (out, rise, fall) = (
            layer.out.packed()?,
            layer.rise.packed()?,
            layer.fall.packed()?,
        );
        let chunk = task_rows(x.len() / width) * width;
        x.par_chunks_mut(chunk)
            .zip(attended.par_chunks(chunk))
            .try_for_each(|(x, attended)| {
                ROOM.with_borrow_mut(|task| {
                    out.run(attended, Then::Add, &mut task.bytes, x);
                    let normed = room(&mut task.normed, x.len());
                    layer.feed_norm.run(x, normed)?;
                    let between = room(&mut task.hidden, x.len() / width * hidden);
                    let then = Then::Activate(activation);
                    rise.run(normed, then, &mut task.bytes, between);
                    fall.run(between, Then::Add, &mut task.bytes, x);
                    Ok(())
                })
            })
    }
}

/// Queries, keys and values of all rows.
fn project(layer: &Layer, width: usize, x: &[f32], qkv: &mut [f32]) -> Result<()> {
    let weights = layer.qkv.packed()?;
    let rows = task_rows(x.len() / width);
    qkv.par_chunks_mut(rows * 3 * width)
        .zip(x.par_chunks(rows * width))
        .try_for_each(|(qkv, x)| {
            ROOM.with_borrow_mut(|task| {
                let normed = room(&mut task.normed, x.len());
                layer.attention_norm.run(x, normed)?;
                let then = Then::Activate(Activation::None);
                weights.run(normed, then, &mut task.bytes, qkv);
                Ok(())
            })
        })
}
