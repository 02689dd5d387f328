//! CLIP (Radford et al. 2021, <https://arxiv.org/abs/2103.00020>) in Hugging Face's layout. OpenAI's checkpoints use
//! quick-GELU, those of LAION and DataComp GELU.

use candle_core::{DType, IndexOp, Result, Tensor};
use candle_nn::VarBuilder;

use super::text_tower::TextTower;
use super::vision::{VisionHead, VisionTransformer};
use super::vision_tower::VisionTower;
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::{ClipConfig, VisionConfig};
use crate::engine::inference::families::dual_encoder::DualEncoder;
use crate::engine::inference::layers::{Linear, WeightFormat};
use crate::engine::media::preprocess::{Crop, Preprocess};

/// The image and text towers.
pub struct Clip {
    vision: VisionTower,
    text: TextTower,
    /// `exp` of the checkpoint's `logit_scale`: the scale factor from cosine similarity to logit.
    pub logit_scale: f32,
}

impl Clip {
    /// Loads the towers from a checkpoint.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(
        config: &ClipConfig,
        format: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let logit_scale: f32 = vb
            .get((), "logit_scale")?
            .to_dtype(DType::F32)?
            .to_scalar()?;
        let (text, dim) = (&config.text_config, config.projection_dim);
        let full = format.in_full();
        let projection = vb.pp("text_projection");
        let projection = Linear::load_without_bias(text.hidden_size, dim, full, &projection)?;
        Ok(Self {
            vision: VisionTower::load(vision(&config.vision_config, dim, vb)?, format, spec)?,
            text: TextTower::load(text, true, projection, full, &vb.pp("text_model"))?,
            logit_scale: logit_scale.exp(),
        })
    }
}

impl DualEncoder for Clip {
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        self.vision.forward(crops, spec, cancel)
    }

    fn embed_tokens(&self, tokens: &[&[u32]]) -> Result<Tensor> {
        self.text.forward(tokens)
    }
}

/// Describes the image tower, with embeddings of dimension `dim`. Chinese-CLIP uses the same.
///
/// # Errors
/// Returns an error if a tensor is missing or its shape does not match the configuration.
pub fn vision<'a>(
    c: &VisionConfig,
    dim: usize,
    vb: &VarBuilder<'a>,
) -> Result<VisionTransformer<'a>> {
    let vision = vb.pp("vision_model");
    let embeddings = vision.pp("embeddings");
    let (width, patch) = (c.hidden_size, c.patch_size);
    let tokens = (c.image_size / patch).pow(2) + 1;
    let class = embeddings.get(width, "class_embedding")?;
    let positions = embeddings.get((tokens, width), "position_embedding.weight")?;
    let first = (positions.i(0)? + class)?.unsqueeze(0)?;
    let rest = positions.narrow(0, 1, tokens - 1)?;
    Ok(VisionTransformer {
        patches: embeddings.get((width, 3, patch, patch), "patch_embedding.weight")?,
        positions: Tensor::cat(&[first, rest], 0)?,
        class_tokens: 1,
        // Spelt like this in the checkpoints.
        pre_norm: Some(vision.pp("pre_layrnorm")),
        encoder: c.encoder(),
        layers: vision.pp("encoder"),
        post_norm: vision.pp("post_layernorm"),
        head: VisionHead::Class(vb.pp("visual_projection")),
        dim,
    })
}
