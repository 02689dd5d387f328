//! Transformer image towers on a GPU, from the same description as the CPU's.

use candle_core::Result;
use candle_nn::VarBuilder;

use super::context::Context;
use super::executor::Network;
use super::operations::{AttentionInput, GpuEpilogue, UnfoldShape};
use super::plan::GpuRows;
use super::recorder::Recorder;
use super::weights::{GpuLinear, GpuNorm, GpuTable};
use crate::engine::inference::cpu::Activation;
use crate::engine::inference::families::transformer::{EncoderConfig, LayerSource};
use crate::engine::inference::families::vision::{
    PoolingHeadSource, VisionHead, VisionTransformer,
};
use crate::engine::inference::layers::cpu_values;
use crate::engine::media::preprocess::Preprocess;

/// An epilogue that only adds the bias.
const PLAIN: GpuEpilogue = GpuEpilogue::Activate(Activation::None);

struct GpuTransformerLayer {
    attention_norm: GpuNorm,
    projections: GpuProjections,
    out: GpuLinear,
    mlp: FeedForward,
}

/// Projections of an attention layer.
enum GpuProjections {
    /// Query, key and value of all tokens, fused.
    Fused(GpuLinear),
    /// Keys and values of all tokens, but the query of a single one.
    One {
        query: GpuLinear,
        keys_values: GpuLinear,
    },
}

struct FeedForward {
    norm: GpuNorm,
    up_projection: GpuLinear,
    down_projection: GpuLinear,
}

/// Fuses several projections of the same input into one layer, with their outputs concatenated.
fn fused(context: &Context, width: usize, parts: &[VarBuilder]) -> Result<GpuLinear> {
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for vb in parts {
        weights.extend(cpu_values(&vb.get((width, width), "weight")?)?);
        biases.extend(cpu_values(&vb.get(width, "bias")?)?);
    }
    let sizes = (width, parts.len() * width);
    Ok(GpuLinear::new(context, &weights, Some(&biases), sizes))
}

impl GpuTransformerLayer {
    fn load(
        context: &Context,
        config: &EncoderConfig,
        for_single_query: bool,
        source: &LayerSource,
    ) -> Result<Self> {
        let (width, epsilon) = (config.width, config.epsilon);
        let projections = if for_single_query {
            let (query, keys_values) = source.projections.split_at(1);
            GpuProjections::One {
                query: fused(context, width, query)?,
                keys_values: fused(context, width, keys_values)?,
            }
        } else {
            GpuProjections::Fused(fused(context, width, &source.projections)?)
        };
        Ok(Self {
            attention_norm: GpuNorm::load(context, width, epsilon, &source.attention_norm)?,
            projections,
            out: GpuLinear::load(context, (width, width), true, &source.out)?,
            mlp: FeedForward::load(
                context,
                config,
                [
                    &source.mlp_norm,
                    &source.up_projection,
                    &source.down_projection,
                ],
            )?,
        })
    }

    /// Maps (batch x tokens) x width to the same shape, or to batch x width if the layer was loaded for one token.
    fn record(
        &self,
        recorder: &mut Recorder,
        config: &EncoderConfig,
        x: GpuRows,
        tokens: usize,
    ) -> GpuRows {
        let (width, heads) = (config.width, config.heads);
        let scale = 1.0 / ((width / heads) as f32).sqrt();
        let input = AttentionInput {
            queries: &x,
            shared: false,
            keys_values: &x,
            columns: [0, width, 2 * width],
            tokens,
            heads,
            width,
            scale,
        };
        let normed = recorder.layer_norm(&x, &self.attention_norm);
        let (x, attended) = match &self.projections {
            GpuProjections::Fused(qkv) => {
                let qkv = recorder.linear(&normed, qkv, PLAIN);
                recorder.release(normed);
                let attended = recorder.attention(&AttentionInput {
                    queries: &qkv,
                    keys_values: &qkv,
                    ..input
                });
                recorder.release(qkv);
                recorder.linear(&attended, &self.out, GpuEpilogue::AddTo(&x));
                (x, attended)
            }
            GpuProjections::One { query, keys_values } => {
                let query = recorder.linear(&normed.of_each(tokens, 0), query, PLAIN);
                let keys_values = recorder.linear(&normed, keys_values, PLAIN);
                recorder.release(normed);
                let attended = recorder.attention(&AttentionInput {
                    queries: &query,
                    keys_values: &keys_values,
                    columns: [0, 0, width],
                    ..input
                });
                recorder.release(query);
                recorder.release(keys_values);
                let first = x.of_each(tokens, 0);
                let new = recorder.linear(&attended, &self.out, GpuEpilogue::Add(&first));
                recorder.release(x);
                (new, attended)
            }
        };
        recorder.release(attended);
        self.mlp.record(recorder, config.activation, &x);
        x
    }
}

impl FeedForward {
    fn load(
        context: &Context,
        config: &EncoderConfig,
        [norm, up_projection, down_projection]: [&VarBuilder; 3],
    ) -> Result<Self> {
        let (width, hidden) = (config.width, config.hidden);
        Ok(Self {
            norm: GpuNorm::load(context, width, config.epsilon, norm)?,
            up_projection: GpuLinear::load(context, (width, hidden), true, up_projection)?,
            down_projection: GpuLinear::load(context, (hidden, width), true, down_projection)?,
        })
    }

    /// Adds the MLP's output for `x` to `x`.
    fn record(&self, recorder: &mut Recorder, activation: Activation, x: &GpuRows) {
        let normed = recorder.layer_norm(x, &self.norm);
        let hidden = recorder.linear(
            &normed,
            &self.up_projection,
            GpuEpilogue::Activate(activation),
        );
        recorder.release(normed);
        recorder.linear(&hidden, &self.down_projection, GpuEpilogue::AddTo(x));
        recorder.release(hidden);
    }
}

enum GpuVisionHead {
    Class(GpuLinear),
    Pooling(Box<GpuPoolingHead>),
}

struct GpuPoolingHead {
    /// The learned query after its projection.
    query: GpuTable,
    keys_values: GpuLinear,
    out: GpuLinear,
    mlp: FeedForward,
}

impl GpuPoolingHead {
    fn load(context: &Context, config: &EncoderConfig, source: &PoolingHeadSource) -> Result<Self> {
        let width = config.width;
        let query_weight = source.weight.narrow(0, 0, width)?;
        let query = source.probe.matmul(&query_weight.t()?)?;
        let query = query.broadcast_add(&source.bias.narrow(0, 0, width)?)?;
        let weight = cpu_values(&source.weight.narrow(0, width, 2 * width)?)?;
        let bias = cpu_values(&source.bias.narrow(0, width, 2 * width)?)?;
        let sizes = (width, 2 * width);
        Ok(Self {
            query: GpuTable::of_activations(context, &cpu_values(&query)?, width),
            keys_values: GpuLinear::new(context, &weight, Some(&bias), sizes),
            out: GpuLinear::load(context, (width, width), true, &source.out)?,
            mlp: FeedForward::load(
                context,
                config,
                [&source.norm, &source.up_projection, &source.down_projection],
            )?,
        })
    }

    /// Maps (batch x tokens) x width to batch x width.
    fn record(
        &self,
        recorder: &mut Recorder,
        config: &EncoderConfig,
        x: &GpuRows,
        tokens: usize,
    ) -> GpuRows {
        let (width, heads) = (config.width, config.heads);
        let keys_values = recorder.linear(x, &self.keys_values, PLAIN);
        let attended = recorder.attention(&AttentionInput {
            queries: &GpuRows::from(&self.query),
            shared: true,
            keys_values: &keys_values,
            columns: [0, 0, width],
            tokens,
            heads,
            width,
            scale: 1.0 / ((width / heads) as f32).sqrt(),
        });
        recorder.release(keys_values);
        let plain = GpuEpilogue::ActivateInFull(Activation::None);
        let pooled = recorder.linear(&attended, &self.out, plain);
        recorder.release(attended);
        self.mlp.record(recorder, config.activation, &pooled);
        pooled
    }
}

/// An image tower of CLIP, SigLIP or Chinese-CLIP.
pub struct TransformerTower {
    preprocess: Preprocess,
    patch: usize,
    tokens: usize,
    class_tokens: usize,
    config: EncoderConfig,
    patches: GpuLinear,
    positions: GpuTable,
    pre_norm: Option<GpuNorm>,
    layers: Vec<GpuTransformerLayer>,
    post_norm: GpuNorm,
    head: GpuVisionHead,
    dim: usize,
}

impl TransformerTower {
    /// Uploads a tower.
    ///
    /// # Errors
    /// Returns an error if a tensor is missing or has an unexpected shape.
    pub(in crate::engine::inference) fn load(
        context: &Context,
        source: &VisionTransformer,
        spec: &Preprocess,
    ) -> Result<Self> {
        let config = source.encoder;
        let width = config.width;
        let patch = source.patches.dim(3)?;
        let (tokens, _) = source.positions.dims2()?;
        let weight = cpu_values(&source.patches)?;
        let for_single_query = matches!(source.head, VisionHead::Class(_));
        let layer = |i: usize| {
            let for_single_query = for_single_query && i + 1 == config.layers;
            GpuTransformerLayer::load(
                context,
                &config,
                for_single_query,
                &LayerSource::of(&source.layers, i),
            )
        };
        let norm = |vb: &VarBuilder| GpuNorm::load(context, width, config.epsilon, vb);
        Ok(Self {
            preprocess: *spec,
            patch,
            tokens,
            class_tokens: source.class_tokens,
            config,
            patches: GpuLinear::new(context, &weight, None, (3 * patch * patch, width)),
            positions: GpuTable::new(context, &cpu_values(&source.positions)?, width),
            pre_norm: source.pre_norm.as_ref().map(norm).transpose()?,
            layers: (0..config.layers).map(layer).collect::<Result<_>>()?,
            post_norm: norm(&source.post_norm)?,
            head: match &source.head {
                VisionHead::Class(vb) => {
                    GpuVisionHead::Class(GpuLinear::load(context, (width, source.dim), false, vb)?)
                }
                VisionHead::Pooling(pooling) => GpuVisionHead::Pooling(Box::new(
                    GpuPoolingHead::load(context, &config, pooling)?,
                )),
            },
            dim: source.dim,
        })
    }
}

impl Network for TransformerTower {
    fn side(&self) -> usize {
        self.preprocess.side as usize
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn record(&self, recorder: &mut Recorder, pictures: &wgpu::Buffer, count: usize) -> GpuRows {
        let side = self.side();
        let shape = UnfoldShape {
            side,
            kernel: self.patch,
            stride: self.patch,
            padding: 0,
            grid: side / self.patch,
            before: self.class_tokens,
            mean: self.preprocess.mean,
            std: self.preprocess.std,
        };
        let patches = recorder.unfold(pictures, count, shape);
        let positions = GpuRows::from(&self.positions);
        let mut x = recorder.linear(&patches, &self.patches, GpuEpilogue::Add(&positions));
        recorder.release(patches);
        if let Some(norm) = &self.pre_norm {
            let normed = recorder.layer_norm_in_full(&x, norm);
            recorder.release(x);
            x = normed;
        }
        for layer in &self.layers {
            x = layer.record(recorder, &self.config, x, self.tokens);
        }
        let normed = recorder.layer_norm(&x, &self.post_norm);
        recorder.release(x);
        let vectors = match &self.head {
            GpuVisionHead::Class(projection) => recorder.linear(
                &normed,
                projection,
                GpuEpilogue::ActivateInFull(Activation::None),
            ),
            GpuVisionHead::Pooling(head) => {
                head.record(recorder, &self.config, &normed, self.tokens)
            }
        };
        recorder.normalise(&vectors);
        vectors
    }
}
