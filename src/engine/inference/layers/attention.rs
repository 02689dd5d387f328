//! Multi-head attention (Vaswani et al. 2017, <https://arxiv.org/abs/1706.03762>).

use candle_core::{D, Result, Tensor};

use crate::engine::inference::cpu::{self, AttentionScratch, HeadShape};

/// Head sizes that Metal's fused attention supports.
const METAL_HEADS: [usize; 6] = [32, 64, 72, 80, 96, 128];

/// Which tokens have queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// All tokens.
    All,
    /// One token per sequence, for a last layer whose other outputs are unused.
    One(usize),
}

impl Queries {
    /// The range of token indices.
    #[must_use]
    pub fn range(self, tokens: usize) -> std::ops::Range<usize> {
        match self {
            Self::All => 0..tokens,
            Self::One(token) => token..token + 1,
        }
    }
}

/// Dimensions of multi-head attention.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    /// Sequence length.
    pub tokens: usize,
    /// Number of heads.
    pub heads: usize,
    /// Whether a token attends only to itself and earlier tokens.
    pub causal: bool,
}

/// Multi-head attention on a fused QKV projection, with candle's operations.
///
/// `qkv` is (batch x tokens) x (3 width); the result is (batch x queries) x width.
///
/// # Errors
/// Returns an error if the shapes do not match.
pub fn attention(qkv: &Tensor, shape: AttentionShape, queries: Queries) -> Result<Tensor> {
    let AttentionShape {
        tokens,
        heads,
        causal,
    } = shape;
    let (rows, width3) = qkv.dims2()?;
    let (batch, width) = (rows / tokens, width3 / 3);
    let size = width / heads;
    // (batch, tokens, 3, heads, size) -> (3, batch, heads, tokens, size)
    let parts = qkv
        .reshape((batch, tokens, 3, heads, size))?
        .permute((2, 0, 3, 1, 4))?
        .contiguous()?;
    let range = queries.range(tokens);
    let q = parts
        .get(0)?
        .narrow(D::Minus2, range.start, range.len())?
        .contiguous()?;
    let scale = 1.0 / (size as f64).sqrt();
    if q.device().is_metal() && !causal && METAL_HEADS.contains(&size) {
        let (k, v) = (parts.get(1)?, parts.get(2)?);
        let attended = candle_nn::ops::sdpa(&q, &k, &v, None, false, scale as f32, 1.0)?;
        return attended
            .transpose(1, 2)?
            .reshape((batch * range.len(), width));
    }
    let scores = (q.matmul(&parts.get(1)?.t()?)? * scale)?;
    let scores = if causal {
        let mask: Vec<f32> = range
            .clone()
            .flat_map(|i| (0..tokens).map(move |j| if j > i { f32::NEG_INFINITY } else { 0.0 }))
            .collect();
        let mask = Tensor::from_vec(mask, (range.len(), tokens), qkv.device())?;
        scores.broadcast_add(&mask.to_dtype(scores.dtype())?)?
    } else {
        scores
    };
    candle_nn::ops::softmax_last_dim(&scores)?
        .matmul(&parts.get(2)?)?
        .transpose(1, 2)?
        .reshape((batch * range.len(), width))
}

/// Multi-head attention for one sequence on the CPU, on the current thread.
///
/// `qkv` is tokens x (3 width), `out` is tokens x width.
pub fn attend_sequence(
    qkv: &[f32],
    shape: AttentionShape,
    scratch: &mut AttentionScratch,
    out: &mut [f32],
) {
    let AttentionShape {
        tokens,
        heads,
        causal,
    } = shape;
    let width = qkv.len() / (3 * tokens);
    for head in 0..heads {
        let shape = HeadShape {
            tokens,
            width,
            head,
            size: width / heads,
            causal,
        };
        cpu::attend_head(qkv, shape, scratch, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, noise};
    use super::*;

    #[test]
    fn both_forms_agree() {
        let (tokens, heads, width) = (7, 4, 32);
        let qkv = noise(tokens, 3 * width, 5);
        let values: Vec<f32> = qkv.flatten_all().and_then(|v| v.to_vec1()).expect("values");
        for causal in [false, true] {
            let shape = AttentionShape {
                tokens,
                heads,
                causal,
            };
            let plain = attention(&qkv, shape, Queries::All).expect("plain");
            let mut fused = vec![0f32; tokens * width];
            attend_sequence(&values, shape, &mut Default::default(), &mut fused);
            let fused = Tensor::from_vec(fused, (tokens, width), qkv.device()).expect("a tensor");
            assert!(difference(&fused, &plain) < 1e-5, "{causal}");
        }
    }
}
