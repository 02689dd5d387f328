//! The pre-norm transformer encoder of CLIP, SigLIP and Chinese-CLIP (images only).
//!
//! Tensor names follow Hugging Face's `CLIPEncoder`.

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
use cpu::{CpuLayers, Workspaces};
use pooled_attention::PooledAttention;

/// Hyperparameters of an encoder.
#[derive(Clone, Copy, Debug)]
pub struct EncoderConfig {
    /// Width of the residual stream.
    pub width: usize,
    /// Hidden width of the MLP.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Number of attention heads.
    pub heads: usize,
    /// Activation function of the MLP.
    pub activation: Activation,
    /// Epsilon of layer normalisation.
    pub epsilon: f64,
    /// Whether tokens attend only to themselves and earlier tokens.
    pub causal: bool,
}

/// Number of initial layers of an int8 tower that use int16, because their rounding errors affect all later layers.
const SIXTEEN_BITS: usize = 1;

struct TransformerLayer {
    attention_norm: LayerNorm,
    projections: Projections,
    out: Linear,
    mlp_norm: LayerNorm,
    up_projection: Linear,
    down_projection: Linear,
}

/// Locations of a layer's tensors in a checkpoint.
pub struct LayerSource<'a> {
    /// The norm before attention.
    pub attention_norm: VarBuilder<'a>,
    /// Query, key and value projections.
    pub projections: [VarBuilder<'a>; 3],
    /// The output projection of attention.
    pub out: VarBuilder<'a>,
    /// The norm before the MLP.
    pub mlp_norm: VarBuilder<'a>,
    /// The first linear layer of the MLP.
    pub up_projection: VarBuilder<'a>,
    /// The second linear layer of the MLP.
    pub down_projection: VarBuilder<'a>,
}

impl<'a> LayerSource<'a> {
    /// Finds the tensors of a `CLIPEncoderLayer` of Hugging Face under `layers.N`.
    pub fn of(encoder: &VarBuilder<'a>, layer: usize) -> Self {
        let vb = encoder.pp(format!("layers.{layer}"));
        let attention = vb.pp("self_attn");
        Self {
            attention_norm: vb.pp("layer_norm1"),
            projections: ["q_proj", "k_proj", "v_proj"].map(|name| attention.pp(name)),
            out: attention.pp("out_proj"),
            mlp_norm: vb.pp("layer_norm2"),
            up_projection: vb.pp("mlp.fc1"),
            down_projection: vb.pp("mlp.fc2"),
        }
    }
}

/// Projections of an attention layer.
enum Projections {
    /// Query, key and value of all tokens, fused.
    Fused(Linear),
    /// For a single query per sequence, which needs no keys and values on the CPU.
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
        for_single_query: bool,
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
        let projections = if for_single_query && format != WeightFormat::Tensor {
            Projections::One(PooledAttention::load(width, heads, parts)?)
        } else {
            Projections::Fused(Linear::load_fused(width, width, format, parts)?)
        };
        Ok(Self {
            attention_norm: LayerNorm::load(width, epsilon, format, &source.attention_norm)?,
            projections,
            out: Linear::load(width, width, format, &source.out)?,
            mlp_norm: LayerNorm::load(width, epsilon, format, &source.mlp_norm)?,
            up_projection: Linear::load(width, hidden, format, &source.up_projection)?,
            down_projection: Linear::load(hidden, width, format, &source.down_projection)?,
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
            Queries::One(token) => select_token_rows(x, tokens, token)?,
        };
        let x = self.out.forward(&attended, Epilogue::Add(&x))?;
        let up_projection = Epilogue::Activate(config.activation);
        let hidden = self
            .up_projection
            .forward(&self.mlp_norm.forward(&x)?, up_projection)?;
        self.down_projection.forward(&hidden, Epilogue::Add(&x))
    }
}

/// Selects one token of each sequence: (batch x tokens) x width to batch x width.
fn select_token_rows(x: &Tensor, tokens: usize, token: usize) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    x.reshape((rows / tokens, tokens, width))?
        .narrow(1, token, 1)?
        .contiguous()?
        .squeeze(1)
}

/// A stack of transformer layers.
pub struct Encoder {
    config: EncoderConfig,
    format: WeightFormat,
    /// Whether the last layer computes a single token only.
    for_single_query: bool,
    layers: Vec<TransformerLayer>,
    workspaces: Workspaces,
}

impl Encoder {
    /// Loads `layers.0`, `layers.1`, ... for [`Self::forward_all`].
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or its shape does not match the configuration.
    pub fn load(config: EncoderConfig, format: WeightFormat, vb: &VarBuilder) -> Result<Self> {
        Self::load_layers(config, format, false, vb)
    }

    /// Loads the layers for [`Self::forward`] only.
    ///
    /// # Errors
    /// Same as [`Self::load`].
    pub fn load_for_single_query(
        config: EncoderConfig,
        format: WeightFormat,
        vb: &VarBuilder,
    ) -> Result<Self> {
        Self::load_layers(config, format, true, vb)
    }

    fn load_layers(
        config: EncoderConfig,
        format: WeightFormat,
        for_single_query: bool,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let layer = |i: usize| {
            let for_single_query = for_single_query && i + 1 == config.layers;
            let format = match format {
                WeightFormat::Int8 if i < SIXTEEN_BITS => WeightFormat::Int16,
                format => format,
            };
            TransformerLayer::load(&config, format, for_single_query, &LayerSource::of(vb, i))
        };
        // Packing weights takes longer than reading them, so layers are loaded in parallel.
        let layers = (0..config.layers).into_par_iter().map(layer);
        Ok(Self {
            config,
            format,
            for_single_query,
            layers: layers.collect::<Result<_>>()?,
            workspaces: Workspaces::default(),
        })
    }

    /// Encodes sequences of `tokens` tokens, (batch x tokens) x width, and returns the final hidden state of `token` in
    /// each: batch x width. The last layer skips the other tokens.
    ///
    /// # Errors
    /// Returns an error if shapes do not match, the encoder was not loaded for one token, or the work was cancelled.
    pub fn forward(
        &self,
        x: Tensor,
        tokens: usize,
        token: usize,
        cancel: &Cancel,
    ) -> Result<Tensor> {
        self.run(x, tokens, Queries::One(token), cancel)
    }

    /// Like [`Self::forward`], but returns the final hidden states of all tokens: (batch x tokens) x width.
    ///
    /// # Errors
    /// Returns an error if shapes do not match, the encoder was loaded for one token, or the work was cancelled.
    pub fn forward_all(&self, x: Tensor, tokens: usize, cancel: &Cancel) -> Result<Tensor> {
        self.run(x, tokens, Queries::All, cancel)
    }

    fn run(&self, x: Tensor, tokens: usize, wanted: Queries, cancel: &Cancel) -> Result<Tensor> {
        if self.for_single_query != matches!(wanted, Queries::One(_)) {
            candle_core::bail!("the layers were loaded for other tokens");
        }
        if self.format != WeightFormat::Tensor {
            let mut values = cpu_values(&x)?;
            let layers = CpuLayers {
                config: &self.config,
                layers: &self.layers,
                workspaces: &self.workspaces,
            };
            layers.run(&mut values, tokens, wanted, cancel)?;
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
