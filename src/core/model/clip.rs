//! CLIP (Radford et al. 2021, <https://arxiv.org/abs/2103.00020>) in Hugging Face's layout: OpenAI's
//! checkpoints with quick-GELU, LAION's and DataComp's with GELU.

use candle_core::{DType, Device, IndexOp, Result, Tensor};
use candle_nn::{LayerNorm, Module, VarBuilder, layer_norm};

use super::config::{ClipConfig, VisionConfig};
use super::patches;
use super::towers::Towers;
use super::transformer::{Encoder, EncoderConfig};
use crate::core::cancel::Cancel;
use crate::core::kernels::Activation;
use crate::core::nn::{After, Linear};
use crate::core::preprocess::{Crop, Preprocess};

/// Both towers.
pub struct Clip {
    vision: VisionTower,
    text: TextTower,
    /// `exp` of the checkpoint's `logit_scale`: the factor s between cosine and logit.
    pub logit_scale: f32,
}

impl Clip {
    /// Loads the towers from a checkpoint.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape than the configuration says.
    pub fn load(config: &ClipConfig, vb: &VarBuilder) -> Result<Self> {
        let logit_scale: f32 = vb
            .get((), "logit_scale")?
            .to_dtype(DType::F32)?
            .to_scalar()?;
        Ok(Self {
            vision: VisionTower::load(&config.vision_config, config.projection_dim, vb)?,
            text: TextTower::load(config, vb)?,
            logit_scale: logit_scale.exp(),
        })
    }
}

impl Towers for Clip {
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        self.vision.forward(crops, spec, cancel)
    }

    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

/// The image tower, which Chinese-CLIP has as well.
pub(super) struct VisionTower {
    patch: usize,
    /// The patch embedding as a product: (3 x patch x patch) to width.
    patch_embedding: Linear,
    /// Position embeddings, the class token's own embedding added to the first: tokens x width.
    positions: Tensor,
    pre_norm: LayerNorm,
    encoder: Encoder,
    post_norm: LayerNorm,
    projection: Linear,
}

impl VisionTower {
    /// Loads the tower, whose vectors are `dim` wide.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape than the configuration says.
    pub(super) fn load(c: &VisionConfig, dim: usize, vb: &VarBuilder) -> Result<Self> {
        let vision = vb.pp("vision_model");
        let embeddings = vision.pp("embeddings");
        let (width, patch) = (c.hidden_size, c.patch_size);
        let tokens = (c.image_size / patch).pow(2) + 1;
        let weight = embeddings.get((width, 3, patch, patch), "patch_embedding.weight")?;
        let class = embeddings.get(width, "class_embedding")?;
        let positions = embeddings.get((tokens, width), "position_embedding.weight")?;
        let first = (positions.i(0)? + class)?.unsqueeze(0)?;
        let rest = positions.narrow(0, 1, tokens - 1)?;
        let encoder = EncoderConfig {
            width,
            hidden: c.intermediate_size,
            layers: c.num_hidden_layers,
            heads: c.num_attention_heads,
            activation: c.hidden_act.into(),
            epsilon: c.layer_norm_eps,
            causal: false,
        };
        Ok(Self {
            patch,
            patch_embedding: Linear::new(&weight.flatten_from(1)?, None)?,
            positions: Tensor::cat(&[first, rest], 0)?,
            // The checkpoints spell it so.
            pre_norm: layer_norm(width, c.layer_norm_eps, vision.pp("pre_layrnorm"))?,
            encoder: Encoder::load(encoder, &vision.pp("encoder"))?,
            post_norm: layer_norm(width, c.layer_norm_eps, vision.pp("post_layernorm"))?,
            projection: Linear::load_without_bias(width, dim, &vb.pp("visual_projection"))?,
        })
    }

    /// Vectors before normalisation: batch x dim.
    ///
    /// # Errors
    /// If a crop has the wrong size, memory is short, or the work was cancelled.
    pub(super) fn forward(
        &self,
        crops: &[Crop],
        spec: &Preprocess,
        cancel: &Cancel,
    ) -> Result<Tensor> {
        let (tokens, width) = self.positions.dims2()?;
        let device = self.positions.device();
        let patches = patches::unfold(crops, spec, self.patch, 1, device)?;
        let x = self.patch_embedding.product(&patches)?;
        let x = x
            .reshape((crops.len(), tokens, width))?
            .broadcast_add(&self.positions)?;
        let x = self
            .pre_norm
            .forward(&x.reshape((crops.len() * tokens, width))?)?;
        let x = self.encoder.forward(x, tokens, 0, cancel)?;
        let x = self.post_norm.forward(&x)?;
        self.projection
            .forward(&x, After::Activate(Activation::None))
    }
}

struct TextTower {
    tokens: Tensor,
    positions: Tensor,
    encoder: Encoder,
    final_norm: LayerNorm,
    projection: Linear,
}

impl TextTower {
    fn load(config: &ClipConfig, vb: &VarBuilder) -> Result<Self> {
        let c = &config.text_config;
        let text = vb.pp("text_model");
        let embeddings = text.pp("embeddings");
        let width = c.hidden_size;
        let encoder = EncoderConfig {
            width,
            hidden: c.intermediate_size,
            layers: c.num_hidden_layers,
            heads: c.num_attention_heads,
            activation: c.hidden_act.into(),
            epsilon: c.layer_norm_eps,
            causal: true,
        };
        let positions = (c.max_position_embeddings, width);
        Ok(Self {
            tokens: embeddings.get((c.vocab_size, width), "token_embedding.weight")?,
            positions: embeddings.get(positions, "position_embedding.weight")?,
            encoder: Encoder::load(encoder, &text.pp("encoder"))?,
            final_norm: layer_norm(width, c.layer_norm_eps, text.pp("final_layer_norm"))?,
            projection: Linear::load_without_bias(
                width,
                config.projection_dim,
                &vb.pp("text_projection"),
            )?,
        })
    }

    fn forward(&self, sequences: &[&[u32]]) -> Result<Tensor> {
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
        // Attention is causal, so the end token, the last one here, has seen all there is to see.
        let x = self
            .encoder
            .forward(x, tokens, tokens - 1, &Cancel::default())?;
        let x = self.final_norm.forward(&x)?;
        self.projection
            .forward(&x, After::Activate(Activation::None))
    }
}
