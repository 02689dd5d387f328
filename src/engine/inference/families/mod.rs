//! Model families: their configurations, and the towers that they load.

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

/// Families that are read, as messages name them.
pub const SUPPORTED: &str = "CLIP, SigLIP, SigLIP 2 of fixed resolution and Chinese-CLIP are";

/// Tokens from which a vocabulary is for many languages. CLIP's has 49,408, SigLIP's 32,000 and SigLIP 2's 256,000.
const MULTILINGUAL_TOKENS: usize = 100_000;

/// The configuration of a model, by family.
pub enum Family {
    /// OpenAI's, LAION's and others'.
    Clip(ClipConfig),
    /// SigLIP and SigLIP 2.
    Siglip(SiglipConfig),
    /// CLIP's image tower with a BERT.
    ChineseClip(ChineseClipConfig),
}

/// A model's towers with what turns cosines into scores.
pub struct LoadedFamily {
    /// The towers.
    pub towers: Box<dyn DualEncoder>,
    /// The factor s between cosine and logit.
    pub logit_scale: f32,
    /// The bias of a score that is a sigmoid.
    pub sigmoid_bias: Option<f32>,
}

impl Family {
    /// Reads `config.json`; nothing if `model_type` names another family.
    ///
    /// # Errors
    /// If a value is of the wrong kind.
    pub fn read(model_type: &str, config: Value) -> serde_json::Result<Option<Self>> {
        Ok(Some(match model_type {
            "clip" => Self::Clip(serde_json::from_value(config)?),
            "siglip" => Self::Siglip(SiglipConfig::read(config)?),
            "chinese_clip" => Self::ChineseClip(serde_json::from_value(config)?),
            _ => return Ok(None),
        }))
    }

    /// The image tower's sizes.
    #[must_use]
    pub fn vision(&self) -> &VisionConfig {
        match self {
            Self::Clip(c) => &c.vision_config,
            Self::Siglip(c) => &c.vision_config,
            Self::ChineseClip(c) => &c.vision_config,
        }
    }

    /// Width and heads of the text tower.
    #[must_use]
    pub fn text_heads(&self) -> (usize, usize) {
        match self {
            Self::Clip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
            Self::Siglip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
            Self::ChineseClip(c) => (c.text_config.hidden_size, c.text_config.num_attention_heads),
        }
    }

    /// Width of a vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        match self {
            Self::Clip(c) => c.projection_dim,
            Self::Siglip(c) => c.dim(),
            Self::ChineseClip(c) => c.projection_dim,
        }
    }

    /// Tokens of the image tower that are not patches.
    #[must_use]
    pub fn class_tokens(&self) -> usize {
        usize::from(!matches!(self, Self::Siglip(_)))
    }

    /// Whether it was trained on English texts alone: vocabularies for many languages have several times as many tokens.
    #[must_use]
    pub fn is_english_only(&self) -> bool {
        match self {
            Self::Clip(c) => c.text_config.vocab_size < MULTILINGUAL_TOKENS,
            Self::Siglip(c) => c.text_config.vocab_size < MULTILINGUAL_TOKENS,
            Self::ChineseClip(_) => false,
        }
    }

    /// How texts become tokens.
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
                // Both generations were trained on lower-case text; not every tokenizer.json says so.
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

    /// The image tower, for other executors than [`Self::load`]'s.
    ///
    /// # Errors
    /// If a tensor is missing or has another shape than the configuration says.
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
    /// If a tensor is missing or has another shape than the configuration says.
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
