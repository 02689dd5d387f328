//! Description of the transformer families' image towers: dimensions, and locations of the weights in a checkpoint. The
//! executors for the CPU (`vision_tower`) and for GPUs (`gpu/tower.rs`) are both built from it.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::transformer::EncoderConfig;

/// Description of an image tower.
pub struct VisionTransformer<'a> {
    /// The patch embedding convolution: width x 3 x patch x patch.
    pub patches: Tensor,
    /// Sum of position embeddings, class embedding and convolution bias, per token: tokens x width.
    pub positions: Tensor,
    /// Number of tokens at the start that are not patches.
    pub class_tokens: usize,
    /// The norm before the first layer.
    pub pre_norm: Option<VarBuilder<'a>>,
    /// Hyperparameters of the encoder.
    pub encoder: EncoderConfig,
    /// Location of the encoder's layers.
    pub layers: VarBuilder<'a>,
    /// The norm after the last layer.
    pub post_norm: VarBuilder<'a>,
    /// How tokens are pooled into one embedding.
    pub head: VisionHead<'a>,
    /// Embedding dimension.
    pub dim: usize,
}

/// How tokens are pooled into one embedding.
pub enum VisionHead<'a> {
    /// The class token, followed by this projection without a bias.
    Class(VarBuilder<'a>),
    /// Attention pooling with a learned query, followed by an MLP.
    Pooling(PoolingHeadSource<'a>),
}

/// Locations of the pooling head's tensors.
pub struct PoolingHeadSource<'a> {
    /// The learned query: 1 x width.
    pub probe: Tensor,
    /// The query, key and value projections, concatenated: (3 width) x width.
    pub weight: Tensor,
    /// The biases of the projections.
    pub bias: Tensor,
    /// The output projection of attention.
    pub out: VarBuilder<'a>,
    /// The norm before the MLP.
    pub norm: VarBuilder<'a>,
    /// The first linear layer of the MLP.
    pub up_projection: VarBuilder<'a>,
    /// The second linear layer of the MLP.
    pub down_projection: VarBuilder<'a>,
}

impl<'a> PoolingHeadSource<'a> {
    /// Finds the tensors of Hugging Face's `SiglipMultiheadAttentionPoolingHead`.
    ///
    /// # Errors
    /// Returns an error if one is missing or has the wrong shape.
    pub fn of(width: usize, vb: &VarBuilder<'a>) -> Result<Self> {
        let attention = vb.pp("attention");
        Ok(Self {
            probe: vb.get((1, 1, width), "probe")?.reshape((1, width))?,
            // PyTorch stores the three projections in one tensor.
            weight: attention.get((3 * width, width), "in_proj_weight")?,
            bias: attention.get(3 * width, "in_proj_bias")?,
            out: attention.pp("out_proj"),
            norm: vb.pp("layernorm"),
            up_projection: vb.pp("mlp.fc1"),
            down_projection: vb.pp("mlp.fc2"),
        })
    }
}
