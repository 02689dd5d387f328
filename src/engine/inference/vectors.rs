//! Embedding vectors, normalised from model outputs.

use super::error::ModelError;
use super::tokenizer::Tokenizer;
use crate::engine::cancel::Cancel;

/// A matrix of embeddings, each with norm 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embeddings {
    /// Embedding dimension.
    pub dim: usize,
    /// Row-major values.
    pub values: Vec<f32>,
}

impl Embeddings {
    /// Iterates over the embeddings.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.dim.max(1))
    }

    /// Number of embeddings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// Whether there are no vectors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Reports a failure after cancellation as [`ModelError::Cancelled`].
pub(super) fn computed<T>(
    result: candle_core::Result<T>,
    cancel: &Cancel,
) -> Result<T, ModelError> {
    result.map_err(|e| {
        if cancel.is_cancelled() {
            ModelError::Cancelled
        } else {
            e.into()
        }
    })
}

/// The rows of a matrix, normalised to norm 1.
pub(super) fn normalised(matrix: &candle_core::Tensor) -> Result<Embeddings, ModelError> {
    let (_, dim) = matrix.dims2()?;
    let values = matrix.to_dtype(candle_core::DType::F32)?;
    let mut values = values.flatten_all()?.to_vec1::<f32>()?;
    for row in values.chunks_exact_mut(dim) {
        let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !norm.is_finite() || norm == 0.0 {
            return Err(ModelError::NoDirection { norm });
        }
        row.iter_mut().for_each(|v| *v /= norm);
    }
    Ok(Embeddings { dim, values })
}

/// Which sequences a text tower accepts in one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextBatching {
    /// Only sequences of equal length, without padding.
    OneLength,
    /// Sequences of any lengths, which do not affect each other.
    AnyLength,
}

/// Embeds token sequences, in batches of equal length if the tower needs that.
pub(super) fn embed_sequences(
    sequences: &[Vec<u32>],
    dim: usize,
    batching: TextBatching,
    embed: impl Fn(&[&[u32]]) -> candle_core::Result<candle_core::Tensor>,
) -> Result<Embeddings, ModelError> {
    /// Maximum batch size: bounds memory; larger batches are no faster.
    const BATCH: usize = 32;
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|i| sequences[*i].len());
    if batching == TextBatching::AnyLength {
        order = from_both_ends(&order);
    }
    let together = |a: &usize, b: &usize| {
        batching == TextBatching::AnyLength || sequences[*a].len() == sequences[*b].len()
    };
    let mut values = vec![0f32; sequences.len() * dim];
    for group in order.chunk_by(together) {
        for batch in group.chunks(BATCH) {
            let tokens: Vec<&[u32]> = batch.iter().map(|i| sequences[*i].as_slice()).collect();
            let rows = normalised(&embed(&tokens)?)?;
            for (i, row) in batch.iter().zip(rows.rows()) {
                values[i * dim..][..dim].copy_from_slice(row);
            }
        }
    }
    Ok(Embeddings { dim, values })
}

/// Alternates between the first and the last items. Short and long sequences are then next to each other, so threads
/// that share a batch get about the same number of tokens.
fn from_both_ends(sorted: &[usize]) -> Vec<usize> {
    let last = sorted.len().saturating_sub(1);
    let place = |at: usize| match at % 2 {
        0 => at / 2,
        _ => last - at / 2,
    };
    (0..sorted.len()).map(|at| sorted[place(at)]).collect()
}

pub(super) fn encode_all(
    tokenizer: &Tokenizer,
    texts: &[&str],
) -> Result<Vec<Vec<u32>>, ModelError> {
    let encode = |text: &&str| {
        tokenizer.encode(text).map_err(|reason| ModelError::Text {
            text: (*text).into(),
            reason,
        })
    };
    texts.iter().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_sequences_alternate() {
        for (sorted, expected) in [
            (&[][..], &[][..]),
            (&[7], &[7]),
            (&[3, 6, 7, 10], &[3, 10, 6, 7]),
            (&[1, 2, 3, 4, 5], &[1, 5, 2, 4, 3]),
        ] {
            assert_eq!(from_both_ends(sorted), expected);
        }
    }
}
