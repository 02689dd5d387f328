//! The pre-norm transformer that the towers of CLIP, Chinese-CLIP (images) and SigLIP are made of.
//!
//! Names follow the checkpoints of Hugging Face's `CLIPEncoder`.

mod cpu;
mod pooled_attention;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use rayon::prelude::*;

use crate::engine::cancel::Cancel;
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::layers::{
    AttentionShape, Epilogue, LayerNorm, Linear, Queries, WeightFormat, attention, cpu_values,
};
use cpu::{Stack, Workspaces};
use pooled_attention::PooledAttention;

/// Sizes of one tower.
#[derive(Clone, Copy, Debug)]
pub struct EncoderConfig {
    /// Width of the residual stream.
    pub width: usize,
    /// Width of the hidden layer of each feed-forward part.
    pub hidden: usize,
    /// Layers.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// The non-linearity of the feed-forward parts.
    pub activation: Activation,
    /// Epsilon of the layer norms.
    pub epsilon: f64,
    /// Whether tokens see only those before them.
    pub causal: bool,
}

/// First layers of a tower in eight bits that are in sixteen: what they round away, all others build on.
const SIXTEEN_BITS: usize = 1;

struct TransformerLayer {
    attention_norm: LayerNorm,
    projections: Projections,
    out: Linear,
    feed_norm: LayerNorm,
    rise: Linear,
    fall: Linear,
}

/// Where a checkpoint has the parts of a layer.
pub struct LayerSource<'a> {
    /// The norm before the attention.
    pub attention_norm: VarBuilder<'a>,
    /// Projections of queries, keys and values.
    pub projections: [VarBuilder<'a>; 3],
    /// What follows the attention.
    pub out: VarBuilder<'a>,
    /// The norm before the feed-forward part.
    pub feed_norm: VarBuilder<'a>,
    /// Its first product.
    pub rise: VarBuilder<'a>,
    /// Its second.
    pub fall: VarBuilder<'a>,
}

impl<'a> LayerSource<'a> {
    /// The parts of one of Hugging Face's `CLIPEncoderLayer`s under `layers.N`.
    pub fn of(encoder: &VarBuilder<'a>, layer: usize) -> Self {
        let vb = encoder.pp(format!("layers.{layer}"));
        let attention = vb.pp("self_attn");
        Self {
            attention_norm: vb.pp("layer_norm1"),
            projections: ["q_proj", "k_proj", "v_proj"].map(|name| attention.pp(name)),
            out: attention.pp("out_proj"),
            feed_norm: vb.pp("layer_norm2"),
            rise: vb.pp("mlp.fc1"),
            fall: vb.pp("mlp.fc2"),
        }
    }
}

/// How an attention gets at queries, keys and values.
enum Projections {
    /// Of all tokens, as one product.
    Fused(Linear),
    /// For the query of one token only, which the CPU needs no keys and values for.
    One(PooledAttention),
}

impl Projections {
    fn fused(&self) -> Result<&Linear> {
        match self {
            Self::Fused(linear) => Ok(linear),
            Self::One(_) => candle_core::bail!("the layer attends for one token only"),
        }
    }
}

impl TransformerLayer {
    fn load(
        config: &EncoderConfig,
        format: WeightFormat,
        for_one: bool,
        source: &LayerSource,
    ) -> Result<Self> {
        let EncoderConfig {
            width,
            hidden,
            heads,
            epsilon,
            ..
        } = *config;
        let parts = &source.projections;
        let projections = if for_one && format != WeightFormat::Tensor {
            Projections::One(PooledAttention::load(width, heads, parts)?)
        } else {
            Projections::Fused(Linear::load_fused(width, width, format, parts)?)
        };
        Ok(Self {
            attention_norm: LayerNorm::load(width, epsilon, format, &source.attention_norm)?,
            projections,
            out: Linear::load(width, width, format, &source.out)?,
            feed_norm: LayerNorm::load(width, epsilon, format, &source.feed_norm)?,
            rise: Linear::load(width, hidden, format, &source.rise)?,
            fall: Linear::load(hidden, width, format, &source.fall)?,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        config: &EncoderConfig,
        tokens: usize,
        queries: Queries,
    ) -> Result<Tensor> {
        let plain = Epilogue::Activate(Activation::None);
        let normed = self.attention_norm.forward(x)?;
        let qkv = self.projections.fused()?.forward(&normed, plain)?;
        let shape = AttentionShape {
            tokens,
            heads: config.heads,
            causal: config.causal,
        };
        let attended = attention(&qkv, shape, queries)?;
        let x = match queries {
            Queries::All => x.clone(),
            Queries::One(token) => row_of_each(x, tokens, token)?,
        };
        let x = self.out.forward(&attended, Epilogue::Add(&x))?;
        let rise = Epilogue::Activate(config.activation);
        let hidden = self.rise.forward(&self.feed_norm.forward(&x)?, rise)?;
        self.fall.forward(&hidden, Epilogue::Add(&x))
    }
}

/// One token of each sequence: (batch x tokens) x width to batch x width.
fn row_of_each(x: &Tensor, tokens: usize, token: usize) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    x.reshape((rows / tokens, tokens, width))?
        .narrow(1, token, 1)?
        .contiguous()?
        .squeeze(1)
}

/// A stack of layers.
pub struct Encoder {
    config: EncoderConfig,
    format: WeightFormat,
    /// Whether the last layer attends for one token only.
    for_one: bool,
    layers: Vec<TransformerLayer>,
    workspaces: Workspaces,
}

impl Encoder {
    /// Loads `layers.0`, `layers.1`, ... for [`Self::forward_all`].
    ///
    /// # Errors
    /// If a tensor is missing or has another shape than the configuration says.
    pub fn load(config: EncoderConfig, format: WeightFormat, vb: &VarBuilder) -> Result<Self> {
        Self::load_layers(config, format, false, vb)
    }

    /// Loads them for [`Self::forward`] only.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_for_one(
        config: EncoderConfig,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        Self::load_layers(config, format, true, vb)
    }

    fn load_layers(
        config: EncoderConfig,
        format: WeightFormat,
        for_one: bool,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let layer = |i: usize| {
            let for_one = for_one && i + 1 == config.layers;
            let format = match format {
                WeightFormat::Int8 if i < SIXTEEN_BITS => WeightFormat::Int16,
                format => format,
            };
            TransformerLayer::load(&config, format, for_one, &LayerSource::of(vb, i))
        };
        // Laying weights out takes longer than reading them.
        let layers = (0..config.layers).into_par_iter().map(layer);
        Ok(Self {
            config,
            format,
            for_one,
            layers: layers.collect::<Result<_>>()?,
            workspaces: Workspaces::default(),
        })
    }

    /// Runs sequences of `tokens` tokens, given as (batch x tokens) x width, and returns the final state
    /// of `token` in each: batch x width. The last layer computes nothing for the other tokens.
    ///
    /// # Errors
    /// If the shapes do not fit, it was not loaded for one token, or the work was cancelled between two layers.
    pub fn forward(
        &self,
        x: Tensor,
        tokens: usize,
        token: usize,
        cancel: &Cancel,
    ) -> Result<Tensor> {
        self.run(x, tokens, Queries::One(token), cancel)
    }

    /// Runs sequences as [`Self::forward`] does, and returns the final state of all tokens:
    /// (batch x tokens) x width.
    ///
    /// # Errors
    /// As [`Self::forward`], or if it was loaded for one token.
    pub fn forward_all(&self, x: Tensor, tokens: usize, cancel: &Cancel) -> Result<Tensor> {
        self.run(x, tokens, Queries::All, cancel)
    }

    fn run(&self, x: Tensor, tokens: usize, wanted: Queries, cancel: &Cancel) -> Result<Tensor> {
        if self.for_one != matches!(wanted, Queries::One(_)) {
            candle_core::bail!("the layers were loaded for other tokens");
        }
        if self.format != WeightFormat::Tensor {
            let mut values = cpu_values(&x)?;
            let stack = Stack {
                config: &self.config,
                layers: &self.layers,
                workspaces: &self.workspaces,
            };
            stack.run(&mut values, tokens, wanted, cancel)?;
            let rows = values.len() / self.config.width;
            return Tensor::from_vec(values, (rows, self.config.width), x.device());
        }
        let mut x = x;
        let last = self.layers.len().saturating_sub(1);
        for (i, layer) in self.layers.iter().enumerate() {
            if cancel.is_cancelled() {
                candle_core::bail!("cancelled");
            }
            let queries = if i == last { wanted } else { Queries::All };
            x = layer.forward(&x, &self.config, tokens, queries)?;
        }
        Ok(x)
    }
}
