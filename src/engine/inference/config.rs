//! The JSON files beside a checkpoint: `config.json` and `preprocessor_config.json`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::transformer::EncoderConfig;
use crate::engine::media::preprocess::{FitMode, Preprocess, ResampleFilter, Rounding};

/// `config.json` of a CLIP checkpoint. Defaults are those of `transformers`, which leaves out what
/// equals them.
#[derive(Debug, Deserialize)]
pub struct ClipConfig {
    /// Width of the common space.
    #[serde(default = "default_projection")]
    pub projection_dim: usize,
    /// The image tower.
    #[serde(default)]
    pub vision_config: VisionConfig,
    /// The text tower.
    #[serde(default)]
    pub text_config: TextConfig,
}

fn default_projection() -> usize {
    512
}

/// The image tower's sizes.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct VisionConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Side of the input in pixels.
    pub image_size: usize,
    /// Side of a patch in pixels.
    pub patch_size: usize,
    /// Non-linearity.
    pub hidden_act: HiddenAct,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            image_size: 224,
            patch_size: 32,
            hidden_act: HiddenAct::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

/// The text tower's sizes.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct TextConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Entries of the vocabulary.
    pub vocab_size: usize,
    /// Tokens after which a text is cut.
    pub max_position_embeddings: usize,
    /// Id of the end token. Old checkpoints say 2, which no text contains: they mean the last entry.
    pub eos_token_id: u32,
    /// Id of the token that pads (SigLIP).
    pub pad_token_id: u32,
    /// Width of the vectors, if not that of the tower (SigLIP).
    pub projection_size: Option<usize>,
    /// Non-linearity.
    pub hidden_act: HiddenAct,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            vocab_size: 49_408,
            max_position_embeddings: 77,
            eos_token_id: 49_407,
            pad_token_id: 1,
            projection_size: None,
            hidden_act: HiddenAct::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

impl VisionConfig {
    /// The sizes of its transformer.
    #[must_use]
    pub fn encoder(&self) -> EncoderConfig {
        EncoderConfig {
            width: self.hidden_size,
            hidden: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            activation: self.hidden_act.into(),
            epsilon: self.layer_norm_eps,
            causal: false,
        }
    }
}

impl TextConfig {
    /// The sizes of its transformer.
    #[must_use]
    pub fn encoder(&self, causal: bool) -> EncoderConfig {
        EncoderConfig {
            width: self.hidden_size,
            hidden: self.intermediate_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            activation: self.hidden_act.into(),
            epsilon: self.layer_norm_eps,
            causal,
        }
    }

    /// The id that ends a text.
    #[must_use]
    pub fn end_token(&self) -> u32 {
        match self.eos_token_id {
            2 => u32::try_from(self.vocab_size - 1).unwrap_or(u32::MAX),
            id => id,
        }
    }
}

/// `config.json` of a SigLIP or fixed-resolution SigLIP 2 checkpoint.
#[derive(Debug, Deserialize)]
pub struct SiglipConfig {
    /// The image tower.
    pub vision_config: VisionConfig,
    /// The text tower.
    pub text_config: TextConfig,
}

impl SiglipConfig {
    /// Reads a configuration, whose defaults are not CLIP's: those of `transformers` for SigLIP.
    ///
    /// # Errors
    /// If a value is of the wrong kind.
    pub fn read(mut config: Value) -> serde_json::Result<Self> {
        let shared = json!({
            "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
            "num_attention_heads": 12, "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6,
            "image_size": 224, "patch_size": 16, "vocab_size": 32_000, "max_position_embeddings": 64,
        });
        for tower in ["vision_config", "text_config"] {
            let mut filled = shared.clone();
            if let (Some(filled), Some(given)) = (filled.as_object_mut(), config[tower].as_object())
            {
                filled.extend(given.clone());
            }
            config[tower] = filled;
        }
        serde_json::from_value(config)
    }

    /// Width of a vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        let text = &self.text_config;
        text.projection_size.unwrap_or(text.hidden_size)
    }
}

/// `config.json` of a Chinese-CLIP checkpoint.
#[derive(Debug, Deserialize)]
pub struct ChineseClipConfig {
    /// Width of the common space.
    #[serde(default = "default_projection")]
    pub projection_dim: usize,
    /// The image tower.
    #[serde(default)]
    pub vision_config: VisionConfig,
    /// The text tower.
    #[serde(default)]
    pub text_config: BertConfig,
}

/// Sizes of a BERT. Defaults are those of `transformers` for Chinese-CLIP.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct BertConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the feed-forward parts.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Entries of the vocabulary.
    pub vocab_size: usize,
    /// Entries of the table of positions.
    pub max_position_embeddings: usize,
    /// Entries of the table of token types.
    pub type_vocab_size: usize,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
}

impl Default for BertConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            vocab_size: 30_522,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
        }
    }
}

/// `hidden_act` of a configuration.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HiddenAct {
    /// `x * sigmoid(1.702 x)`.
    QuickGelu,
    /// Exact GELU.
    Gelu,
    /// GELU's tanh approximation.
    GeluPytorchTanh,
}

impl From<HiddenAct> for Activation {
    fn from(act: HiddenAct) -> Self {
        match act {
            HiddenAct::QuickGelu => Self::QuickGelu,
            HiddenAct::Gelu => Self::Gelu,
            HiddenAct::GeluPytorchTanh => Self::GeluTanh,
        }
    }
}

/// `preprocessor_config.json`.
#[derive(Debug, Deserialize)]
pub struct PreprocessorConfig {
    size: Option<Size>,
    crop_size: Option<Size>,
    #[serde(default)]
    do_center_crop: bool,
    /// PIL's filter numbers.
    #[serde(default = "bicubic")]
    resample: u32,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

fn bicubic() -> u32 {
    3
}

/// Why a model of such a configuration is not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A resampling filter, by Pillow's number.
    #[error("the resampling filter {0} is not supported")]
    Filter(u32),
    /// Pictures are stretched to another size than the tower's.
    #[error("inputs of {width} x {height} do not fit a tower of {side}")]
    InputSize {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// The tower's pixels.
        side: u32,
    },
    /// Pictures are cropped to another size than the tower's.
    #[error("its crops do not fit a tower of {0} pixels")]
    CropSize(u32),
    /// A standard deviation that cannot be divided by.
    #[error("image_std must be positive")]
    Deviation,
    /// Heads that do not share a tower's width evenly.
    #[error("the {tower} tower cannot split {width} values over {heads} heads")]
    Heads {
        /// Which.
        tower: &'static str,
        /// Its width.
        width: usize,
        /// Its heads.
        heads: usize,
    },
    /// Patches that do not fit the input.
    #[error("patches of {patch} in inputs of {side} pixels")]
    Patches {
        /// Pixels of a patch.
        patch: usize,
        /// Pixels of the input.
        side: usize,
    },
    /// No vocabulary, or no tokens beside those that begin and end a text.
    #[error("the text tower has no room for texts")]
    NoTexts,
}

/// Sizes come as a number in old files and as a record in new ones.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Size {
    Number(u32),
    ShortestEdge { shortest_edge: u32 },
    Box { height: u32, width: u32 },
}

impl PreprocessorConfig {
    /// As the pipeline reads it, for a tower with inputs of `side` pixels.
    ///
    /// # Errors
    /// If the file asks for something that this program does not do.
    pub fn resolve(&self, side: u32) -> Result<Preprocess, ConfigError> {
        let filter = match self.resample {
            2 => ResampleFilter::Bilinear,
            3 => ResampleFilter::Bicubic,
            other => return Err(ConfigError::Filter(other)),
        };
        let crop_side = match self.crop_size {
            Some(Size::Number(n) | Size::ShortestEdge { shortest_edge: n }) => Some((n, n)),
            Some(Size::Box { height, width }) => Some((height, width)),
            None => None,
        };
        let short_side = match self.size {
            Some(Size::Box { height, width }) if !self.do_center_crop => {
                if (height, width) != (side, side) {
                    return Err(ConfigError::InputSize {
                        width,
                        height,
                        side,
                    });
                }
                None
            }
            Some(Size::Number(n) | Size::ShortestEdge { shortest_edge: n }) => Some(n),
            Some(Size::Box { height, width }) => Some(height.min(width)),
            None => Some(side),
        };
        let fit = short_side.map_or(FitMode::Stretch, |short_side| FitMode::CentreCrop {
            short_side,
            long_side: Rounding::Down,
        });
        if let Some(short_side) = short_side {
            let wrong_crop = self.do_center_crop && crop_side.is_some_and(|c| c != (side, side));
            if wrong_crop || short_side < side {
                return Err(ConfigError::CropSize(side));
            }
        }
        if self.image_std.iter().any(|s| !s.is_finite() || *s <= 0.0) {
            return Err(ConfigError::Deviation);
        }
        Ok(Preprocess {
            side,
            fit,
            filter,
            mean: self.image_mean,
            std: self.image_std,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(json: &str, side: u32) -> Result<Preprocess, ConfigError> {
        let config: PreprocessorConfig = serde_json::from_str(json).expect("a configuration");
        config.resolve(side)
    }

    #[test]
    fn old_and_new_spellings_of_sizes_agree() {
        let old = r#"{"size": 224, "crop_size": 224, "do_center_crop": true,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#;
        let new = r#"{"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224},
            "do_center_crop": true, "resample": 3,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#;
        assert_eq!(resolve(old, 224), resolve(new, 224));
        assert_eq!(
            resolve(old, 224).expect("fits").fit,
            FitMode::CentreCrop {
                short_side: 224,
                long_side: Rounding::Down
            }
        );
    }

    #[test]
    fn sizes_that_do_not_fit_the_tower_are_refused() {
        let json = r#"{"size": 224, "crop_size": 224, "do_center_crop": true,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#;
        assert!(resolve(json, 336).is_err());
        let nearest = r#"{"size": 224, "resample": 0,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#;
        assert!(resolve(nearest, 224).is_err());
        let zero = r#"{"size": 224, "image_mean": [0.5, 0.5, 0.5], "image_std": [0, 0.5, 0.5]}"#;
        assert!(resolve(zero, 224).is_err());
    }

    #[test]
    fn the_end_token_of_old_checkpoints_is_the_last_entry() {
        let old = TextConfig {
            eos_token_id: 2,
            ..TextConfig::default()
        };
        assert_eq!(old.end_token(), 49_407);
        assert_eq!(TextConfig::default().end_token(), 49_407);
    }
}
