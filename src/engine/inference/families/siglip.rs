//! SigLIP (Zhai et al. 2023, <https://arxiv.org/abs/2303.15343>) and the fixed-resolution SigLIP 2
//! (Tschannen et al. 2025, <https://arxiv.org/abs/2502.14786>) in Hugging Face's layout.
//!
//! Differences from CLIP: attention pooling of the patches instead of a class token; texts padded to full length and
//! pooled at the last position; a sigmoid score with a bias.

use candle_core::{DType, Result, Tensor};
use candle_nn::VarBuilder;

use super::text_tower::TextTower;
use super::vision::{PoolingHeadSource, VisionHead, VisionTransformer};
use super::vision_tower::VisionTower;
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::SiglipConfig;
use crate::engine::inference::families::dual_encoder::DualEncoder;
use crate::engine::inference::layers::{Linear, WeightFormat};
use crate::engine::media::preprocess::{Crop, Preprocess};

/// The image and text towers.
pub struct Siglip {
    vision: VisionTower,
    text: TextTower,
    /// `exp` of the checkpoint's `logit_scale`.
    pub logit_scale: f32,
    /// Bias `b` of the score `sigmoid(s v.t + b)`.
    pub logit_bias: f32,
}

impl Siglip {
    /// Loads the towers from a checkpoint.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(
        config: &SiglipConfig,
        format: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let scalar = |name: &str| -> Result<f32> {
            let value = vb.get(1, name)?.to_dtype(DType::F32)?;
            value.squeeze(0)?.to_scalar()
        };
        let text = &config.text_config;
        let full = format.in_full();
        let head = vb.pp("text_model.head");
        let head = Linear::load(text.hidden_size, config.dim(), full, &head)?;
        Ok(Self {
            vision: VisionTower::load(vision(config, vb)?, format, spec)?,
            text: TextTower::load(text, false, head, full, &vb.pp("text_model"))?,
            logit_scale: scalar("logit_scale")?.exp(),
            logit_bias: scalar("logit_bias")?,
        })
    }
}

impl DualEncoder for Siglip {
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        self.vision.forward(crops, spec, cancel)
    }

    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

/// Describes the image tower.
///
/// # Errors
/// Returns an error if a tensor is missing or its shape does not match the configuration.
pub fn vision<'a>(config: &SiglipConfig, vb: &VarBuilder<'a>) -> Result<VisionTransformer<'a>> {
    let c = &config.vision_config;
    let vision = vb.pp("vision_model");
    let embeddings = vision.pp("embeddings");
    let (width, patch) = (c.hidden_size, c.patch_size);
    let tokens = (c.image_size / patch).pow(2);
    let bias = embeddings.get(width, "patch_embedding.bias")?;
    let positions = embeddings.get((tokens, width), "position_embedding.weight")?;
    Ok(VisionTransformer {
        patches: embeddings.get((width, 3, patch, patch), "patch_embedding.weight")?,
        positions: positions.broadcast_add(&bias)?,
        class_tokens: 0,
        pre_norm: None,
        encoder: c.encoder(),
        layers: vision.pp("encoder"),
        post_norm: vision.pp("post_layernorm"),
        head: VisionHead::Pooling(PoolingHeadSource::of(width, &vision.pp("head"))?),
        dim: width,
    })
}
