//! Vectors out of what models compute.

use super::error::ModelError;
use super::tokenizer::Tokenizer;
use crate::engine::cancel::Cancel;

/// Vectors of one width, one after another; each normalised to length 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embeddings {
    /// Width of each vector.
    pub dim: usize,
    /// All values, row by row.
    pub values: Vec<f32>,
}

impl Embeddings {
    /// The vectors.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.dim.max(1))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Tells a cancelled computation from a failed one.
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

/// Rows of a matrix, normalised to length 1.
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

/// Which sequences a text tower takes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextBatching {
    /// Those of one length: it takes none that is padded.
    OneLength,
    /// Any, each for itself.
    AnyLength,
}

/// Embeds token sequences of any lengths, shorter ones first, so that little or nothing is padded.
pub(super) fn embed_sequences(
    sequences: &[Vec<u32>],
    dim: usize,
    batching: TextBatching,
    embed: impl Fn(&[&[u32]]) -> candle_core::Result<candle_core::Tensor>,
) -> Result<Embeddings, ModelError> {
    /// Sequences of one product: bounds memory, and is past where a larger one would be faster.
    const BATCH: usize = 32;
    let mut order: Vec<usize> = (0..sequences.len()).collect();
    order.sort_by_key(|i| sequences[*i].len());
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
