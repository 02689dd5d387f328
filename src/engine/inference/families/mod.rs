//! Model families: their configurations and towers.

pub(crate) mod bert;
pub(crate) mod chinese_clip;
pub(crate) mod clip;
pub(crate) mod dual_encoder;
#[cfg(feature = "starter")]
pub(crate) mod efficientnet;
pub(crate) mod siglip;
#[cfg(feature = "starter")]
pub(crate) mod starter;
#[cfg(feature = "starter")]
pub(crate) mod starter_model;
pub(crate) mod text_tower;
pub(crate) mod transformer;
pub(crate) mod vision;
pub(crate) mod vision_tower;

use candle_core::Result;
use candle_nn::VarBuilder;
use serde_json::Value;

use super::config::{ChineseClipConfig, ClipConfig, SiglipConfig, VisionConfig};
use super::tokenizer::TextRules;
use crate::engine::inference::layers::WeightFormat;
use crate::engine::media::preprocess::Preprocess;
use chinese_clip::ChineseClip;
use clip::Clip;
use dual_encoder::DualEncoder;
use siglip::Siglip;
#[cfg(feature = "gpu")]
use vision::VisionTransformer;

/// Supported families, as named in messages.
pub const SUPPORTED: &str = "CLIP, SigLIP, SigLIP 2 of fixed resolution and Chinese-CLIP are";

/// Minimum vocabulary size of a multilingual model. CLIP has 49,408 tokens, SigLIP 32,000, SigLIP 2 256,000.
const MULTILINGUAL_TOKENS: usize = 100_000;

/// The configuration of a model, by family.
pub enum Family {
    /// CLIP by OpenAI, LAION and others.
    Clip(ClipConfig),
    /// SigLIP and SigLIP 2.
    Siglip(SiglipConfig),
    /// CLIP's image tower with a BERT text tower.
    ChineseClip(ChineseClipConfig),
}

/// The towers of a model and its scoring parameters.
pub struct LoadedFamily {
    /// The towers.
    pub towers: Box<dyn DualEncoder>,
    /// Scale factor `s` from cosine similarity to logit.
    pub logit_scale: f32,
    /// Bias of a sigmoid score.
    pub sigmoid_bias: Option<f32>,
}

impl Family {
    /// Parses `config.json`; `None` if `model_type` names an unsupported family.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type.
    pub fn read(model_type: &str, config: Value) -> serde_json::Result<Option<Self>> {
        Ok(Some(match model_type {
            "clip" => Self::Clip(serde_json::from_value(config)?),
            "siglip" => Self::Siglip(SiglipConfig::read(config)?),
            "chinese_clip" => Self::ChineseClip(serde_json::from_value(config)?),
            _ => return Ok(None),
        }))
    }

    /// Hyperparameters of the image tower.
    #[must_use]
    pub fn vision(&self) -> &VisionConfig {
        match self {
            Self::Clip(c) => &c.vision_config,
            Self::Siglip(c) => &c.vision_config,
            Self::ChineseClip(c) => &c.vision_config,
        }
    }

    /// Width and number of heads of the text tower.
    #[must_use]
    pub fn text_heads(&self) -> (usize, usize) {
        match self {
            Self::Clip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
            Self::Siglip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
            Self::ChineseClip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
        }
    }

    /// Embedding dimension.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Clip(c) => c.projection_dim,
            Self::Siglip(c) => c.dim(),
            Self::ChineseClip(c) => c.projection_dim,
        }
    }

    /// Number of tokens of the image tower that are not patches.
    #[must_use]
    pub fn class_tokens(&self) -> usize {
        usize::from(!matches!(self, Self::Siglip(_)))
    }

    /// Whether the model was trained on English only: multilingual vocabularies are several times larger.
    #[must_use]
    pub fn is_english_only(&self) -> bool {
        match self {
            Self::Clip(c) => c.text_config.vocab_size < MULTILINGUAL_TOKENS,
            Self::Siglip(c) => c.text_config.vocab_size < MULTILINGUAL_TOKENS,
            Self::ChineseClip(_) => false,
        }
    }

    /// Tokenisation settings.
    #[must_use]
    pub fn text_rules(&self) -> TextRules {
        match self {
            Self::Clip(c) => TextRules {
                max_tokens: c.text_config.max_position_embeddings,
                vocabulary: c.text_config.vocab_size,
                end: Some(c.text_config.end_token()),
                pad: None,
                lowercase: false,
            },
            Self::Siglip(c) => TextRules {
                max_tokens: c.text_config.max_position_embeddings,
                vocabulary: c.text_config.vocab_size,
                end: None,
                pad: Some(c.text_config.pad_token_id),
                // Both generations were trained on lower-case text, which not every tokenizer.json specifies.
                lowercase: true,
            },
            Self::ChineseClip(c) => TextRules {
                max_tokens: c
                    .text_config
                    .max_position_embeddings
                    .min(chinese_clip::MAX_TOKENS),
                vocabulary: c.text_config.vocab_size,
                end: None,
                pad: None,
                lowercase: false,
            },
        }
    }

    /// Describes the image tower for an executor other than that of [`Self::load`].
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    #[cfg(feature = "gpu")]
    pub fn vision_tower<'a>(&self, vb: &VarBuilder<'a>) -> Result<VisionTransformer<'a>> {
        match self {
            Self::Clip(c) => clip::vision(&c.vision_config, c.projection_dim, vb),
            Self::Siglip(c) => siglip::vision(c, vb),
            Self::ChineseClip(c) => clip::vision(&c.vision_config, c.projection_dim, vb),
        }
    }

    /// Loads the towers.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(
        &self,
        format: WeightFormat,
        spec: &Preprocess,
        vb: &VarBuilder,
    ) -> Result<LoadedFamily> {
        Ok(match self {
            Self::Clip(config) => {
                let clip = Clip::load(config, format, spec, vb)?;
                LoadedFamily {
                    logit_scale: clip.logit_scale,
                    sigmoid_bias: None,
                    towers: Box::new(clip),
                }
            }
            Self::Siglip(config) => {
                let siglip = Siglip::load(config, format, spec, vb)?;
                LoadedFamily {
                    logit_scale: siglip.logit_scale,
                    sigmoid_bias: Some(siglip.logit_bias),
                    towers: Box::new(siglip),
                }
            }
            Self::ChineseClip(config) => {
                let clip = ChineseClip::load(config, format, spec, vb)?;
                LoadedFamily {
                    logit_scale: clip.logit_scale,
                    sigmoid_bias: None,
                    towers: Box::new(clip),
                }
            }
        })
    }
}
