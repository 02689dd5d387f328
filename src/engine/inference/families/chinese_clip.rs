//! Chinese-CLIP (Yang et al. 2022, <https://arxiv.org/abs/2211.01335>) in Hugging Face's layout: CLIP's image tower and
//! a BERT text tower, pooled at its class token.

use candle_core::{DType, IndexOp, Result, Tensor};
use candle_nn::VarBuilder;

use super::bert::{Bert, BertShape};
use super::clip;
use super::vision_tower::VisionTower;
use crate::engine::cancel::Cancel;
use crate::engine::inference::config::ChineseClipConfig;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::dual_encoder::DualEncoder;
use crate::engine::inference::layers::{Epilogue, Linear, WeightFormat};
use crate::engine::media::preprocess::{Crop, Preprocess};

/// Sequence length used in training (section 3 of the paper).
pub const MAX_TOKENS: usize = 52;

/// The image and text towers.
pub struct ChineseClip {
    vision: VisionTower,
    bert: Bert,
    projection: Linear,
    /// `exp` of the checkpoint's `logit_scale`.
    pub logit_scale: f32,
}

impl ChineseClip {
    /// Loads the towers from a checkpoint.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(
        config: &ChineseClipConfig,
        format: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let c = &config.text_config;
        let text = BertShape {
            words: c.vocab_size,
            width: c.hidden_size,
            hidden: c.intermediate_size,
            layers: c.num_hidden_layers,
            heads: c.num_attention_heads,
            positions: c.max_position_embeddings,
            kinds: c.type_vocab_size,
            epsilon: c.layer_norm_eps,
        };
        let text_model = vb.pp("text_model");
        let dim = config.projection_dim;
        let logit_scale: f32 = vb
            .get((), "logit_scale")?
            .to_dtype(DType::F32)?
            .to_scalar()?;
        Ok(Self {
            vision: VisionTower::load(clip::vision(&config.vision_config, dim, vb)?, format, spec)?,
            bert: Bert::load(&text, format.in_full(), &text_model)?,
            projection: Linear::load_without_bias(
                c.hidden_size,
                dim,
                format.in_full(),
                &vb.pp("text_projection"),
            )?,
            logit_scale: logit_scale.exp(),
        })
    }
}

impl DualEncoder for ChineseClip {
    fn embed_images(&self, crops: &[Crop], spec: &Preprocess, cancel: &Cancel) -> Result<Tensor> {
        self.vision.forward(crops, spec, cancel)
    }

    fn embed_tokens(&self, sequences: &[&[u32]]) -> Result<Tensor> {
        let states = self.bert.forward(sequences)?;
        let (rows, width) = states.dims2()?;
        let tokens = rows / sequences.len().max(1);
        let states = states.reshape((sequences.len(), tokens, width))?;
        let class = states.i((.., 0))?.contiguous()?;
        self.projection
            .forward(&class, Epilogue::Activate(Activation::None))
    }
}
