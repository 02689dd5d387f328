//! Scaled dot-product attention of one head, in cache.

use super::math::softmax;
use super::multi_target;
use super::panel::{ROWS, WIDE, panel};

/// Buffers of [`attend_head`], kept between heads so that a head allocates nothing.
#[derive(Default)]
pub struct AttentionScratch {
    /// Keys, transposed: head size x padded tokens.
    keys: Vec<f32>,
    /// Values, padded: tokens x padded head size.
    values: Vec<f32>,
    /// Scores of up to `ROWS` queries: `ROWS` x padded tokens.
    scores: Vec<f32>,
}

#[inline(always)]
fn attend_head_body<const FMA: bool>(
    qkv: &[f32],
    shape: HeadShape,
    queries: std::ops::Range<usize>,
    scratch: &mut AttentionScratch,
    out: &mut [f32],
) {
    let HeadShape {
        tokens,
        width,
        head,
        size,
        causal,
    } = shape;
    let stride = 3 * width;
    let [q_at, k_at, v_at] = [0, 1, 2].map(|part| part * width + head * size);
    let padded_tokens = tokens.next_multiple_of(WIDE);
    let padded_size = size.next_multiple_of(WIDE);
    scratch.keys.clear();
    scratch.keys.resize(size * padded_tokens, 0.0);
    scratch.values.clear();
    scratch.values.resize(tokens * padded_size, 0.0);
    scratch.scores.resize(ROWS * padded_tokens, 0.0);
    for t in 0..tokens {
        let row = &qkv[t * stride..][..stride];
        for (d, key) in row[k_at..][..size].iter().enumerate() {
            scratch.keys[d * padded_tokens + t] = *key;
        }
        let value = &row[v_at..][..size];
        scratch.values[t * padded_size..][..size].copy_from_slice(value);
    }
    let scale = 1.0 / (size as f32).sqrt();
    let first = queries.start;
    let mut at = first;
    while at < queries.end {
        let rows = ROWS.min(queries.end - at);
        let q_rows = [0, 1, 2, 3].map(|r: usize| {
            let row = &qkv[(at + r.min(rows - 1)) * stride..];
            &row[q_at..][..size]
        });
        for column in (0..padded_tokens).step_by(WIDE) {
            let sums = panel::<FMA, WIDE>(q_rows, &scratch.keys[column..], padded_tokens);
            for (r, sums) in sums.iter().enumerate() {
                scratch.scores[r * padded_tokens + column..][..WIDE].copy_from_slice(sums);
            }
        }
        let mut scores = scratch.scores.chunks_exact_mut(padded_tokens);
        let mut weights = [0usize; ROWS].map(|_| &[][..]);
        for (r, weight) in weights.iter_mut().enumerate() {
            let Some(row) = scores.next() else { break };
            let seen = if causal {
                (at + r.min(rows - 1) + 1).min(tokens)
            } else {
                tokens
            };
            softmax::<FMA>(&mut row[..seen], scale);
            row[seen..].fill(0.0);
            *weight = &row[..tokens];
        }
        for column in (0..padded_size).step_by(WIDE) {
            let sums = panel::<FMA, WIDE>(weights, &scratch.values[column..], padded_size);
            let take = WIDE.min(size - column);
            for (r, sums) in sums.iter().enumerate().take(rows) {
                let o = (at + r - first) * width + head * size + column;
                out[o..][..take].copy_from_slice(&sums[..take]);
            }
        }
        at += rows;
    }
}

/// What one head is within a fused projection.
#[derive(Clone, Copy, Debug)]
pub struct HeadShape {
    /// Tokens of the sequence.
    pub tokens: usize,
    /// Width of the model: heads x size.
    pub width: usize,
    /// Index of the head.
    pub head: usize,
    /// Width of one head.
    pub size: usize,
    /// Whether a token sees only itself and those before it.
    pub causal: bool,
}

multi_target! {
    /// Attention of one head over one sequence.
    ///
    /// `qkv` is tokens x 3 width, the fused projection. Writes `softmax(q k^T / sqrt(size)) v` for the tokens in
    /// `queries` to the head's columns of `out`, queries x width.
    pub fn attend_head(
        qkv: &[f32],
        shape: HeadShape,
        queries: std::ops::Range<usize>,
        scratch: &mut AttentionScratch,
        out: &mut [f32],
    ) => attend_head_body
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
            let mut last = vec![0.0; width];
            for head in 0..heads {
                let shape = HeadShape {
                    tokens,
                    width,
                    head,
                    size,
                    causal,
                };
                attend_head(&qkv, shape, 0..tokens, &mut scratch, &mut out);
                attend_head(&qkv, shape, tokens - 1..tokens, &mut scratch, &mut last);
                let columns = head * size..(head + 1) * size;
                let end = &out[(tokens - 1) * width..];
                assert_eq!(last[columns.clone()], end[columns]);
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
