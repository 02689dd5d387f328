//! The text tower of CLIP and SigLIP: token and position embeddings, the transformer encoder, and a projection of the
//! last token's hidden state.

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;

use super::transformer::Encoder;
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::TextConfig;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::layers::{Epilogue, LayerNorm, Linear, WeightFormat};

/// A text tower.
pub struct TextTower {
    tokens: Tensor,
    positions: Tensor,
    encoder: Encoder,
    final_norm: LayerNorm,
    projection: Linear,
}

impl TextTower {
    /// Loads the tower with its family's projection. With `causal`, tokens attend only to themselves and earlier
    /// tokens; the end token is last and thus attends to the whole text.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(
        c: &TextConfig,
        causal: bool,
        projection: Linear,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let embeddings = vb.pp("embeddings");
        let width = c.hidden_size;
        let positions = (c.max_position_embeddings, width);
        let norm = vb.pp("final_layer_norm");
        Ok(Self {
            tokens: embeddings.get((c.vocab_size, width), "token_embedding.weight")?,
            positions: embeddings.get(positions, "position_embedding.weight")?,
            encoder: Encoder::load_for_single_query(c.encoder(causal), format, &vb.pp("encoder"))?,
            final_norm: LayerNorm::load(width, c.layer_norm_eps, format, &norm)?,
            projection,
        })
    }

    /// Embeddings before normalisation, for sequences of equal length: batch x dim.
    ///
    /// # Errors
    /// Returns an error if memory runs out.
    pub fn forward(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let (batch, tokens) = (sequences.len(), sequences.first().map_or(0, |s| s.len()));
        let device: &Device = self.tokens.device();
        let ids = Tensor::from_vec(sequences.concat(), batch * tokens, device)?;
        let width = self.tokens.dim(1)?;
        let x = self
            .tokens
            .index_select(&ids, 0)?
            .reshape((batch, tokens, width))?;
        let x = x.broadcast_add(&self.positions.narrow(0, 0, tokens)?)?;
        let x = x.reshape((batch * tokens, width))?;
        let x = self
            .encoder
            .forward(x, tokens, tokens - 1, &Cancel::default())?;
        let x = self.final_norm.forward(&x)?;
        self.projection
            .forward(&x, Epilogue::Activate(Activation::None))
    }
}
