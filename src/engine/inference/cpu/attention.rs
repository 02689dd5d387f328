//! Scaled dot-product attention of one head, sized to stay in cache.

use super::math::{LANES, softmax_rows};
use super::{SimdLevel, TILE_ROWS};
use crate::engine::inference::cpu::PANEL;
use crate::engine::inference::cpu::microkernel;

/// Buffers of [`attend_head`], reused between heads. They are not cleared: padding beyond the tokens and the head
/// size takes part in computations, but its results are not read.
#[derive(Default)]
pub struct AttentionScratch {
    /// Keys, transposed: panels of 64 tokens, each head size x 64.
    keys: Vec<f32>,
    /// Values: panels of 64 columns of the head, each tokens x 64.
    values: Vec<f32>,
    /// Attention scores of a tile of queries, with the row length of the padded keys.
    scores: Vec<f32>,
}

/// Position of one head within a fused QKV projection.
#[derive(Clone, Copy, Debug)]
pub struct HeadShape {
    /// Sequence length.
    pub tokens: usize,
    /// Width of the model: heads x size.
    pub width: usize,
    /// Index of the head.
    pub head: usize,
    /// Width of the head.
    pub size: usize,
    /// Whether a token attends only to itself and earlier tokens.
    pub causal: bool,
}

/// The parts of a fused QKV projection.
#[derive(Clone, Copy)]
enum QkvPart {
    Query,
    Key,
    Value,
}

impl HeadShape {
    /// One token's query, key or value of this head.
    fn row<'a>(&self, qkv: &'a [f32], token: usize, part: QkvPart) -> &'a [f32] {
        let at = (token * 3 + part as usize) * self.width + self.head * self.size;
        &qkv[at..][..self.size]
    }
}

impl AttentionScratch {
    /// Packs keys and values into panels.
    fn fill(&mut self, qkv: &[f32], shape: &HeadShape) {
        let HeadShape { tokens, size, .. } = *shape;
        let padded = tokens.next_multiple_of(PANEL);
        self.keys.resize(padded * size, 0.0);
        self.values
            .resize(tokens * size.next_multiple_of(PANEL), 0.0);
        self.scores.resize(TILE_ROWS * padded, 0.0);
        for token in 0..tokens {
            let keys = self.keys.as_chunks_mut::<PANEL>().0;
            let keys = &mut keys[token / PANEL * size..][..size];
            for (keys, key) in keys.iter_mut().zip(shape.row(qkv, token, QkvPart::Key)) {
                keys[token % PANEL] = *key;
            }
            let values = self.values.as_chunks_mut::<PANEL>().0;
            let parts = shape.row(qkv, token, QkvPart::Value).chunks(PANEL);
            for (part, values) in parts.zip(values[token..].iter_mut().step_by(tokens)) {
                values[..part.len()].copy_from_slice(part);
            }
        }
    }

    /// Computes `R` queries starting with `first` into the head's columns of `out`; returns `R`.
    fn tile<const R: usize>(
        &mut self,
        level: SimdLevel,
        qkv: &[f32],
        shape: &HeadShape,
        first: usize,
        out: &mut [f32],
    ) -> usize {
        let HeadShape { tokens, size, .. } = *shape;
        let queries: [&[f32]; R] =
            std::array::from_fn(|r| shape.row(qkv, first + r, QkvPart::Query));
        let mut sums = [[0f32; PANEL]; R];
        let padded = tokens.next_multiple_of(PANEL);
        for (at, keys) in self.keys.chunks_exact(PANEL * size).enumerate() {
            let width = PANEL.min(tokens - at * PANEL);
            microkernel::tile(level, queries, keys, &[], width, &mut sums);
            for (scores, sums) in self.scores.chunks_exact_mut(padded).zip(&sums) {
                scores[at * PANEL..][..PANEL].copy_from_slice(sums);
            }
        }
        // Softmax runs on whole blocks of lanes; masked scores get a weight of 0.
        let seen = |r: usize| if shape.causal { first + r + 1 } else { tokens };
        let blocks = seen(R - 1).next_multiple_of(LANES);
        for (r, scores) in self.scores.chunks_exact_mut(padded).take(R).enumerate() {
            scores[seen(r)..blocks].fill(f32::MIN);
        }
        let scale = 1.0 / (size as f32).sqrt();
        softmax_rows(&mut self.scores[..R * padded], padded, blocks, scale);
        for (r, scores) in self.scores.chunks_exact_mut(padded).take(R).enumerate() {
            scores[seen(r)..].fill(0.0);
        }
        let weights: [&[f32]; R] = std::array::from_fn(|r| &self.scores[r * padded..][..tokens]);
        for (at, values) in self.values.chunks_exact(PANEL * tokens).enumerate() {
            let width = PANEL.min(size - at * PANEL);
            microkernel::tile(level, weights, values, &[], width, &mut sums);
            for (out, sums) in out.chunks_mut(shape.width).zip(&sums) {
                let column = shape.head * size + at * PANEL;
                out[column..][..width].copy_from_slice(&sums[..width]);
            }
        }
        R
    }
}

/// Attention of one head for one sequence.
///
/// `qkv` is the fused projection, tokens x (3 width). Writes `softmax(q k^T / sqrt(size)) v` to the head's columns of
/// `out`, tokens x width.
pub fn attend_head(qkv: &[f32], shape: HeadShape, scratch: &mut AttentionScratch, out: &mut [f32]) {
    let level = SimdLevel::detect();
    scratch.fill(qkv, &shape);
    let mut at = 0;
    while at < shape.tokens {
        let out = &mut out[at * shape.width..];
        // Several tile heights, so that no padding rows are computed.
        at += match shape.tokens - at {
            1 => scratch.tile::<1>(level, qkv, &shape, at, out),
            2 | 3 => scratch.tile::<2>(level, qkv, &shape, at, out),
            4 | 5 => scratch.tile::<4>(level, qkv, &shape, at, out),
            _ => scratch.tile::<TILE_ROWS>(level, qkv, &shape, at, out),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(qkv: &[f32], shape: HeadShape, query: usize) -> Vec<f64> {
        let HeadShape {
            tokens,
            width,
            head,
            size,
            causal,
        } = shape;
        let at = |t: usize, part: usize, d: usize| {
            f64::from(qkv[(t * 3 + part) * width + head * size + d])
        };
        let seen = if causal { query + 1 } else { tokens };
        let scores: Vec<f64> = (0..seen)
            .map(|t| {
                (0..size)
                    .map(|d| at(query, 0, d) * at(t, 1, d))
                    .sum::<f64>()
                    / (size as f64).sqrt()
            })
            .map(f64::exp)
            .collect();
        let total: f64 = scores.iter().sum();
        (0..size)
            .map(|d| {
                scores
                    .iter()
                    .enumerate()
                    .map(|(t, s)| s / total * at(t, 2, d))
                    .sum()
            })
            .collect()
    }

    #[test]
    fn attention_matches_the_definition_for_odd_sizes_and_masks() {
        for (tokens, heads, size, causal) in [
            (1, 1, 8, false),
            (5, 2, 8, true),
            (50, 3, 64, false),
            (77, 2, 64, true),
            (66, 1, 72, false),
        ] {
            let width = heads * size;
            let qkv: Vec<f32> = (0..tokens * 3 * width)
                .map(|i| ((i * 7919) % 1000) as f32 / 500.0 - 1.0)
                .collect();
            let mut scratch = AttentionScratch::default();
            let mut out = vec![0.0; tokens * width];
            for head in 0..heads {
                let shape = HeadShape {
                    tokens,
                    width,
                    head,
                    size,
                    causal,
                };
                attend_head(&qkv, shape, &mut scratch, &mut out);
                for t in 0..tokens {
                    let want = reference(&qkv, shape, t);
                    let got = &out[t * width + head * size..];
                    for (a, b) in got.iter().zip(&want) {
                        assert!(
                            (f64::from(*a) - b).abs() < 1e-5,
                            "{tokens} tokens, query {t}"
                        );
                    }
                }
            }
        }
    }
}
