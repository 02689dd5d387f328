//! What an image tower of the transformer families is made of: sizes, and where a checkpoint has the weights of each part. A
//! family describes its tower once; the CPU (`vision_tower`) and graphics cards (`gpu/tower.rs`) build it from that.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::transformer::EncoderConfig;

/// An image tower.
pub struct VisionTransformer<'a> {
    /// The convolution that makes patches tokens: width x 3 x patch x patch.
    pub patches: Tensor,
    /// What is added to each token: positions, the class token's own embedding, the convolution's bias. tokens x width.
    pub positions: Tensor,
    /// Tokens that are no patches and come first.
    pub class_tokens: usize,
    /// A norm before the first layer.
    pub pre_norm: Option<VarBuilder<'a>>,
    /// Sizes of the layers.
    pub encoder: EncoderConfig,
    /// Where they are.
    pub layers: VarBuilder<'a>,
    /// The norm after the last layer.
    pub post_norm: VarBuilder<'a>,
    /// How tokens become one vector.
    pub head: VisionHead<'a>,
    /// Width of that vector.
    pub dim: usize,
}

/// How tokens become one vector.
pub enum VisionHead<'a> {
    /// The first of them, through this projection, which has no bias.
    Class(VarBuilder<'a>),
    /// By the attention of a learned query, then a feed-forward part.
    Pooling(PoolingHeadSource<'a>),
}

/// Where the parts of a pooling head are.
pub struct PoolingHeadSource<'a> {
    /// The learned query: 1 x width.
    pub probe: Tensor,
    /// The projections of queries, keys and values, one after another: 3 width x width.
    pub weight: Tensor,
    /// Their biases.
    pub bias: Tensor,
    /// What follows the attention.
    pub out: VarBuilder<'a>,
    /// The norm of the feed-forward part.
    pub norm: VarBuilder<'a>,
    /// Its first product.
    pub rise: VarBuilder<'a>,
    /// Its second.
    pub fall: VarBuilder<'a>,
}

impl<'a> PoolingHeadSource<'a> {
    /// The parts of Hugging Face's `SiglipMultiheadAttentionPoolingHead`.
    ///
    /// # Errors
    /// If one is missing or has another shape.
    pub fn of(width: usize, vb: &VarBuilder<'a>) -> Result<Self> {
        let attention = vb.pp("attention");
        Ok(Self {
            probe: vb.get((1, 1, width), "probe")?.reshape((1, width))?,
            // PyTorch keeps the three projections in one tensor.
            weight: attention.get((3 * width, width), "in_proj_weight")?,
            bias: attention.get(3 * width, "in_proj_bias")?,
            out: attention.pp("out_proj"),
            norm: vb.pp("layernorm"),
            rise: vb.pp("mlp.fc1"),
            fall: vb.pp("mlp.fc2"),
        })
    }
}
