//! CLIP (Radford et al. 2021, <https://arxiv.org/abs/2103.00020>) in Hugging Face's layout: OpenAI's
//! checkpoints with quick-GELU, LAION's and DataComp's with GELU.

use candle_core::{DType, IndexOp, Result, Tensor};
use candle_nn::VarBuilder;

use super::text_tower::TextTower;
use super::transformer::Encoder;
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::{ClipConfig, VisionConfig};
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::dual_encoder::DualEncoder;
use crate::engine::inference::layers::{Epilogue, LayerNorm, Linear, WeightFormat};
use crate::engine::inference::patches::PatchEmbedding;
use crate::engine::media::preprocess::{Crop, Preprocess};

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
    pub fn load(
        config: &ClipConfig,
        form: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let logit_scale: f32 = vb
            .get((), "logit_scale")?
            .to_dtype(DType::F32)?
            .to_scalar()?;
        let (text, dim) = (&config.text_config, config.projection_dim);
        let full = form.in_full();
        let projection = vb.pp("text_projection");
        let projection = Linear::load_without_bias(text.hidden_size, dim, full, &projection)?;
        Ok(Self {
            vision: VisionTower::load(&config.vision_config, dim, form, spec, vb)?,
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

/// The image tower, which Chinese-CLIP has as well.
pub(in crate::engine::inference) struct VisionTower {
    /// With the class token's own embedding added to the first position.
    patches: PatchEmbedding,
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
    pub(in crate::engine::inference) fn load(
        c: &VisionConfig,
        dim: usize,
        form: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let vision = vb.pp("vision_model");
        let embeddings = vision.pp("embeddings");
        let (width, patch) = (c.hidden_size, c.patch_size);
        let tokens = (c.image_size / patch).pow(2) + 1;
        let weight = embeddings.get((width, 3, patch, patch), "patch_embedding.weight")?;
        let class = embeddings.get(width, "class_embedding")?;
        let positions = embeddings.get((tokens, width), "position_embedding.weight")?;
        let first = (positions.i(0)? + class)?.unsqueeze(0)?;
        let rest = positions.narrow(0, 1, tokens - 1)?;
        let positions = Tensor::cat(&[first, rest], 0)?;
        let norm = |name: &str| LayerNorm::load(width, c.layer_norm_eps, form, &vision.pp(name));
        let projection = vb.pp("visual_projection");
        Ok(Self {
            patches: PatchEmbedding::new(&weight, positions, 1, form, spec)?,
            // The checkpoints spell it so.
            pre_norm: norm("pre_layrnorm")?,
            encoder: Encoder::load_for_one(c.encoder(), form, &vision.pp("encoder"))?,
            post_norm: norm("post_layernorm")?,
            projection: Linear::load_without_bias(width, dim, form.in_full(), &projection)?,
        })
    }

    /// Vectors before normalisation: batch x dim.
    ///
    /// # Errors
    /// If a crop has the wrong size, memory is short, or the work was cancelled.
    pub(in crate::engine::inference) fn forward(
        &self,
        crops: &[Crop],
        spec: &Preprocess,
        cancel: &Cancel,
    ) -> Result<Tensor> {
        let (tokens, _) = self.patches.size()?;
        let x = self.pre_norm.forward(&self.patches.forward(crops, spec)?)?;
        let x = self.encoder.forward(x, tokens, 0, cancel)?;
        let x = self.post_norm.forward(&x)?;
        self.projection
            .forward(&x, Epilogue::Activate(Activation::None))
    }
}
