//! Configuration files of a checkpoint: `config.json` and `preprocessor_config.json`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::transformer::EncoderConfig;
use crate::engine::media::preprocess::{FitMode, Preprocess, ResampleFilter, Rounding};

/// `config.json` of a CLIP checkpoint. Defaults match those of `transformers`, which omits fields that equal them.
#[derive(Debug, Deserialize)]
pub struct ClipConfig {
    /// Dimension of the shared embedding space.
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

/// Hyperparameters of the image tower.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct VisionConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Hidden width of the MLP.
    pub intermediate_size: usize,
    /// Number of transformer layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Side length of the input image in pixels.
    pub image_size: usize,
    /// Side length of a patch in pixels.
    pub patch_size: usize,
    /// Activation function of the MLP.
    pub hidden_act: HiddenAct,
    /// Epsilon of layer normalisation.
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

/// Hyperparameters of the text tower.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct TextConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Hidden width of the MLP.
    pub intermediate_size: usize,
    /// Number of transformer layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Vocabulary size.
    pub vocab_size: usize,
    /// Maximum sequence length in tokens; longer texts are truncated.
    pub max_position_embeddings: usize,
    /// Id of the end-of-text token; 2 in old checkpoints, which stands for the last vocabulary entry.
    pub eos_token_id: u32,
    /// Id of the padding token (SigLIP).
    pub pad_token_id: u32,
    /// Embedding dimension, if it differs from `hidden_size` (SigLIP).
    pub projection_size: Option<usize>,
    /// Activation function of the MLP.
    pub hidden_act: HiddenAct,
    /// Epsilon of layer normalisation.
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
    /// Configuration of the transformer encoder.
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
    /// Configuration of the transformer encoder.
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

    /// Id of the end-of-text token.
    #[must_use]
    pub fn end_token(&self) -> u32 {
        match self.eos_token_id {
            2 => u32::try_from(self.vocab_size.saturating_sub(1)).unwrap_or(u32::MAX),
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
    /// Parses a configuration, filling in the defaults of `transformers` for SigLIP, which differ from CLIP's.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type.
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

    /// Embedding dimension.
    #[must_use]
    pub fn dim(&self) -> usize {
        let text = &self.text_config;
        text.projection_size.unwrap_or(text.hidden_size)
    }
}

/// `config.json` of a Chinese-CLIP checkpoint.
#[derive(Debug, Deserialize)]
pub struct ChineseClipConfig {
    /// Dimension of the shared embedding space.
    #[serde(default = "default_projection")]
    pub projection_dim: usize,
    /// The image tower.
    #[serde(default)]
    pub vision_config: VisionConfig,
    /// The text tower.
    #[serde(default)]
    pub text_config: BertConfig,
}

/// Hyperparameters of a BERT encoder. Defaults match those of `transformers` for Chinese-CLIP.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub struct BertConfig {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Hidden width of the MLP.
    pub intermediate_size: usize,
    /// Number of transformer layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads.
    pub num_attention_heads: usize,
    /// Vocabulary size.
    pub vocab_size: usize,
    /// Number of position embeddings.
    pub max_position_embeddings: usize,
    /// Number of token type embeddings.
    pub type_vocab_size: usize,
    /// Epsilon of layer normalisation.
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

/// Activation function named by `hidden_act`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HiddenAct {
    /// `x * sigmoid(1.702 x)`.
    QuickGelu,
    /// Exact GELU (with erf).
    Gelu,
    /// Tanh approximation of GELU.
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
    size: Option<SizeConfig>,
    crop_size: Option<SizeConfig>,
    #[serde(default)]
    do_center_crop: bool,
    /// Pillow's filter number.
    #[serde(default = "bicubic")]
    resample: u32,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

fn bicubic() -> u32 {
    3
}

/// Reasons why a configuration is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Unsupported resampling filter, by Pillow's number.
    #[error("the resampling filter {0} is not supported")]
    Filter(u32),
    /// Images are resized to a different size than the tower's input.
    #[error("inputs of {width} x {height} do not fit a tower of {side} pixels")]
    InputSize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Side of the tower's input in pixels.
        side: u32,
    },
    /// Images are cropped to a different size than the tower's input, given in pixels.
    #[error("its crops do not fit a tower of {0} pixels")]
    CropSize(u32),
    /// `image_std` contains a value that is not positive and finite.
    #[error("image_std must be positive")]
    Deviation,
    /// The width of a tower is not divisible by its number of heads, or its heads are too wide.
    #[error("the {tower} tower cannot split {width} values over {heads} heads")]
    Heads {
        /// "vision" or "text".
        tower: &'static str,
        /// Width of the residual stream.
        width: usize,
        /// Number of heads.
        heads: usize,
    },
    /// The patch size is 0 or larger than the input, or the input is too large.
    #[error("patches of {patch} pixels do not fit inputs of {side} pixels")]
    Patches {
        /// Side of a patch in pixels.
        patch: usize,
        /// Side of the input in pixels.
        side: usize,
    },
    /// The dimension of the embeddings, or the hidden width of a tower, is 0.
    #[error("a layer without values cannot be computed")]
    NoValues,
    /// The sequence length, in tokens, is too large.
    #[error("texts of {0} tokens are too long")]
    TooLongTexts(usize),
    /// The vocabulary is empty, or the sequence length only fits the start and end tokens.
    #[error("the text tower has no room for texts")]
    NoTexts,
}

/// Image size: a number in old files, an object in new ones.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum SizeConfig {
    Number(u32),
    ShortestEdge { shortest_edge: u32 },
    Box { height: u32, width: u32 },
}

impl PreprocessorConfig {
    /// Converts the configuration for a tower with inputs of `side` x `side` pixels.
    ///
    /// # Errors
    /// Returns an error if the configuration requires an unsupported operation.
    pub fn resolve(&self, side: u32) -> Result<Preprocess, ConfigError> {
        let filter = match self.resample {
            2 => ResampleFilter::Bilinear,
            3 => ResampleFilter::Bicubic,
            other => return Err(ConfigError::Filter(other)),
        };
        let crop_side = match self.crop_size {
            Some(SizeConfig::Number(n) | SizeConfig::ShortestEdge { shortest_edge: n }) => {
                Some((n, n))
            }
            Some(SizeConfig::Box { height, width }) => Some((height, width)),
            None => None,
        };
        let short_side = match self.size {
            Some(SizeConfig::Box { height, width }) if !self.do_center_crop => {
                if (height, width) != (side, side) {
                    return Err(ConfigError::InputSize {
                        width,
                        height,
                        side,
                    });
                }
                None
            }
            Some(SizeConfig::Number(n) | SizeConfig::ShortestEdge { shortest_edge: n }) => Some(n),
            Some(SizeConfig::Box { height, width }) => Some(height.min(width)),
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
        let empty = TextConfig {
            vocab_size: 0,
            ..old
        };
        assert_eq!(empty.end_token(), 0, "it is refused later");
    }
}
